//! GitLab's routable tokens.

use super::Outcome::{self, Unknown};
use super::codec::{BASE36, BASE64URL, all_in, in_base, pick};
use super::crc;
use crate::random::Random;

/// A prefix such as `glpat-`, a payload of 27 to 300 base 64 characters, the version `.01.`, the
/// payload's length as 2 digits of base 36 and the CRC-32 of all before as 7.
///
/// Tokens of the older, random form are unknown.
///
/// Source: <https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/>
pub(super) fn routable(text: &str) -> Outcome {
    let mut parts = text.rsplitn(3, '.');
    let (tail, version, head) = (parts.next(), parts.next(), parts.next());
    match (head, version, tail) {
        (Some(head), Some("01"), Some(tail))
            if tail.len() == 9
                && all_in(tail, BASE36)
                && head
                    .split_once('-')
                    .is_some_and(|(_, payload)| payload.len() >= 27) =>
        {
            let (body, sum) = text.split_at(text.len() - 7);
            crc::compare(sum, &checksum(body))
        }
        _ => Unknown,
    }
}

fn checksum(body: &str) -> String {
    in_base(crc32fast::hash(body.as_bytes()), BASE36, 7)
}

pub(super) fn routable_sample(random: &mut Random) -> String {
    // 32 characters are 24 bytes; their number is "0w" in base 36.
    let body = format!("glpat-{}.01.0w", pick(random, BASE64URL, 32));
    format!("{body}{}", checksum(&body))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome::{Proven, Refuted};
    use super::*;

    #[test]
    fn older_forms_are_unknown() {
        let mut random = Random::seeded(3);
        for length in [20, 26, 64] {
            assert_eq!(
                routable(&format!("glpat-{}", pick(&mut random, BASE36, length))),
                Unknown
            );
        }
        assert_eq!(routable("glpat-short.01.0w0000000"), Unknown);
    }

    #[test]
    fn other_prefixes_are_checked_alike() {
        let body = format!(
            "glrt-t1_{}.01.121",
            pick(&mut Random::seeded(4), BASE64URL, 60)
        );
        let body = &body[..body.len() - 1];
        assert!(matches!(
            routable(&format!("{body}{}", checksum(body))),
            Proven(_)
        ));
        assert!(matches!(routable(&format!("{body}0000000")), Refuted(_)));
    }
}
