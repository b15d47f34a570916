//! Fly.io's macaroons, which are written in `MessagePack`.

use super::Outcome::{self, Proven, Refuted, Unknown};
use super::codec::{base64, to_base64};
use crate::random::Random;

/// One or more tokens joined by commas: `fm2_`, `fm1r_` or `fm1a_` and base 64 of a macaroon.
///
/// A macaroon is a list of a nonce (key id, random bytes and, from `fm2_` on, whether it is a proof),
/// where it is for, its caveats and the 32 bytes that seal it.
///
/// Source: <https://github.com/superfly/macaroon/blob/main/macaroon-thought.md> and `macaroon.go`
/// and `nonce.go` beside it
pub(super) fn macaroons(text: &str) -> Outcome {
    let text = text.strip_prefix("FlyV1 ").unwrap_or(text);
    let mut found = false;
    for token in text.split(',').filter(|token| !token.starts_with("fo1_")) {
        let Some(coded) = ["fm2_", "fm1r_", "fm1a_"]
            .iter()
            .find_map(|prefix| token.strip_prefix(prefix))
        else {
            return Unknown;
        };
        if !base64(coded).is_some_and(|bytes| is_macaroon(&bytes)) {
            return Refuted("it does not decode to a macaroon");
        }
        found = true;
    }
    if found {
        Proven("it decodes to a macaroon of Fly.io with its seal")
    } else {
        Unknown
    }
}

/// Whether the bytes are one list of 4 values, of which the first is a list and the last 32 bytes.
fn is_macaroon(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    matches!(bytes, [0x94, 0x92 | 0x93, ..])
        && bytes.len() > 36
        && bytes[bytes.len() - 34..].starts_with(&[0xc4, 32])
        && skip(&mut rest, 1).is_some()
        && rest.is_empty()
}

/// Passes over so many values and what they hold; `None` where the text ends before them.
///
/// Source: <https://github.com/msgpack/msgpack/blob/master/spec.md>
fn skip(rest: &mut &[u8], values: usize) -> Option<()> {
    let mut left = values;
    while left > 0 {
        let (&head, after) = rest.split_first()?;
        let number = |width: usize| {
            let bytes = after.get(..width)?;
            let value = bytes
                .iter()
                .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            usize::try_from(value).ok()
        };
        // How many bytes the value takes beside its head, and how many values it holds.
        let (bytes, inner) = match head {
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => (0, 0),
            0x80..=0x8f => (0, usize::from(head & 0x0f) * 2),
            0x90..=0x9f => (0, usize::from(head & 0x0f)),
            0xa0..=0xbf => (usize::from(head & 0x1f), 0),
            0xc4 | 0xd9 => (number(1)? + 1, 0),
            0xc5 | 0xda => (number(2)? + 2, 0),
            0xc6 | 0xdb => (number(4)?.checked_add(4)?, 0),
            0xcc | 0xd0 => (1, 0),
            0xcd | 0xd1 => (2, 0),
            0xca | 0xce | 0xd2 => (4, 0),
            0xcb | 0xcf | 0xd3 => (8, 0),
            0xdc => (2, number(2)?),
            0xde => (2, number(2)? * 2),
            // Longer lists and extensions stand in no token.
            _ => return None,
        };
        *rest = after.get(bytes..)?;
        left = left - 1 + inner;
    }
    Some(())
}

pub(super) fn sample(random: &mut Random) -> String {
    let mut bytes = vec![0x94, 0x93, 0xc4, 8];
    bytes.extend(random.bytes(8));
    bytes.extend([0xc4, 16]);
    bytes.extend(random.bytes(16));
    bytes.push(0xc2);
    let place = b"https://api.fly.io/v1";
    bytes.push(0xa0 | u8::try_from(place.len()).unwrap_or(0));
    bytes.extend(place);
    // One caveat: its kind, 0, and an organization's number with what may be done there.
    bytes.extend([0x92, 0x00, 0x92, 0xce]);
    bytes.extend(random.bytes(4));
    bytes.extend([0x1f, 0xc4, 32]);
    bytes.extend(random.bytes(32));
    format!("fm2_{}", to_base64(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_macaroon_is_refuted_wherever_it_is_cut() {
        let token = sample(&mut Random::seeded(1));
        assert!(token.starts_with("fm2_lJPEC"), "{token}");
        // The last 4 characters and the padding before them hold the last bytes of the seal.
        for length in 4..token.trim_end_matches('=').len() {
            assert!(
                matches!(macaroons(&token[..length]), Refuted(_)),
                "{length}"
            );
        }
    }

    #[test]
    fn all_tokens_of_a_header_are_read() {
        let token = sample(&mut Random::seeded(2));
        let other = sample(&mut Random::seeded(3));
        assert!(matches!(
            macaroons(&format!("FlyV1 {token},{other}")),
            Proven(_)
        ));
        assert!(matches!(
            macaroons(&format!("{token},fm2_abcd")),
            Refuted(_)
        ));
        assert_eq!(macaroons(&format!("fo1_{}", "x".repeat(43))), Unknown);
        assert_eq!(macaroons("m.abc"), Unknown);
    }

    #[test]
    fn lists_that_promise_more_than_there_is_are_no_macaroons() {
        for bytes in [
            &[0x94, 0x93, 0xdc, 0xff, 0xff][..],
            &[0x94, 0x93, 0xc6, 0xff, 0xff, 0xff, 0xff],
            &[0x94, 0x93, 0xde, 0xff, 0xff],
            &[0x94],
            &[],
        ] {
            assert!(!is_macaroon(bytes), "{bytes:?}");
        }
    }
}
