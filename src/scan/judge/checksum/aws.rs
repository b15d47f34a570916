//! AWS access key ids.

use super::Outcome::{self, Public, Refuted, Unknown};
use super::codec::{BASE32, all_in, base32, pick};
use crate::random::Random;

/// The largest account number: 12 digits.
const MAX_ACCOUNT: u64 = 999_999_999_999;

/// A four-letter prefix and 16 characters of base 32, in which newer ids carry the account number.
///
/// There is no checksum, so a good id is unknown, not proven. One whose characters or account
/// number cannot be is refuted. The first of the 80 bits tells the generations apart: an older id,
/// such as one with I or J in fifth place, carries no account number and is as good as another.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes>,
/// <https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489> and
/// <https://labs.withsecure.com/publications/a-bitwise-analysis-of-aws-access-key-identifiers.html>
pub(super) fn id(text: &str) -> Outcome {
    let Some((prefix, rest)) = text.split_at_checked(4) else {
        return Unknown;
    };
    match prefix {
        "AROA" | "AIDA" | "AGPA" | "AIPA" | "ANPA" | "ANVA" | "APKA" | "ASCA" => {
            return Public("the prefix is that of a resource's id, not of a key");
        }
        "AKIA" | "ASIA" | "ABIA" | "ACCA" => {}
        _ => return Unknown,
    }
    if rest.len() != 16 {
        return Unknown;
    }
    if !all_in(rest, BASE32) {
        return Refuted("an access key id has letters and the digits 2 to 7 only");
    }
    if account(rest).is_some_and(|account| account > MAX_ACCOUNT) {
        return Refuted("the account number in the access key id has more than 12 digits");
    }
    Unknown
}

/// Returns the account number that the 16 characters after the prefix carry, if they do.
fn account(rest: &str) -> Option<u64> {
    let bytes = base32(rest)?;
    let first = bytes
        .get(..6)?
        .iter()
        .fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
    let newer = first >> 47 == 1;
    newer.then_some((first & 0x7fff_ffff_ff80) >> 7)
}

pub(super) fn id_sample(random: &mut Random) -> String {
    loop {
        // The first bit of a newer id is set: Q to Z or 2 to 7 in fifth place.
        let text = format!(
            "AKIA{}{}",
            random.pick(&BASE32[16..], 1),
            pick(random, BASE32, 15)
        );
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits > 0 && id(&text) == Unknown {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the second article named above, which gives its account number.
    #[test]
    fn reads_the_account_number() {
        assert_eq!(account("Y34FZKBOKMUTVV7A"), Some(609_629_065_308));
        assert_eq!(account("JJJJJJJJJJJJJJJJ"), None);
    }

    #[test]
    fn older_ids_are_not_refuted() {
        assert_eq!(id(concat!("AKIA", "IOSFODNN7EXAMPLE")), Unknown);
        assert_eq!(id(concat!("AKIA", "J2345ABCDEFGHIJK")), Unknown);
    }

    #[test]
    fn impossible_ids_are_refuted_and_resource_ids_public() {
        assert!(matches!(id("AKIA0123456789ABCDEF"), Refuted(_)));
        assert!(matches!(id("AKIA7777777777777777"), Refuted(_)));
        assert!(matches!(id("AROAY34FZKBOKMUTVV7A"), Public(_)));
        assert_eq!(id("AKIAY34"), Unknown);
        assert_eq!(id("AK"), Unknown);
    }
}
