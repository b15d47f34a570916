//! Tokens that are macaroons.

use super::Outcome::{self, Proven, Refuted, Unknown};
use super::codec::{base64, to_base64url};
use crate::random::Random;

/// `pypi-` and a macaroon whose location is the index that made it, or that index's test twin.
///
/// Source: <https://github.com/pypi/warehouse/blob/main/warehouse/macaroons/services.py>
pub(super) fn pypi(text: &str) -> Outcome {
    let Some(token) = text.strip_prefix("pypi-") else {
        return Unknown;
    };
    let bytes = base64(token).unwrap_or_default();
    match location(&bytes) {
        Some(b"pypi\x2Eorg" | b"test.pypi\x2Eorg") => {
            Proven("it decodes to a macaroon of PyPI with a signature")
        }
        _ => Refuted("it does not decode to a macaroon of PyPI"),
    }
}

const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const VERIFICATION: u8 = 4;
const SIGNATURE: u8 = 6;

/// Returns the location of a macaroon in binary format, version 2, when all of it parses.
///
/// Source: <https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt>
fn location(bytes: &[u8]) -> Option<&[u8]> {
    let (&2, mut rest) = bytes.split_first()? else {
        return None;
    };
    let location = field(&mut rest, LOCATION)?;
    field(&mut rest, IDENTIFIER)?;
    end(&mut rest)?;
    while end(&mut rest).is_none() {
        // A caveat: where it holds, what it says, and for a third party how it is verified.
        let _ = field(&mut rest, LOCATION);
        field(&mut rest, IDENTIFIER)?;
        let _ = field(&mut rest, VERIFICATION);
        end(&mut rest)?;
    }
    let signature = field(&mut rest, SIGNATURE)?;
    (signature.len() == 32 && rest.is_empty()).then_some(location)
}

/// Takes a field of that kind: the kind, a length of one or two bytes, the content.
fn field<'t>(rest: &mut &'t [u8], kind: u8) -> Option<&'t [u8]> {
    let (length, content) = match **rest {
        [found, length @ 0..=0x7f, ref content @ ..] if found == kind => {
            (usize::from(length), content)
        }
        [found, low, high @ 0..=0x7f, ref content @ ..] if found == kind => {
            (usize::from(low & 0x7f) | usize::from(high) << 7, content)
        }
        _ => return None,
    };
    let (content, after) = content.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

/// Takes the mark that ends a section.
fn end(rest: &mut &[u8]) -> Option<()> {
    let (&END, after) = rest.split_first()? else {
        return None;
    };
    *rest = after;
    Some(())
}

pub(super) fn pypi_sample(random: &mut Random) -> String {
    let mut bytes = b"\x02\x01\x08pypi\x2Eorg\x02\x24".to_vec();
    bytes.extend(random.uuid().bytes());
    // One caveat, as in a token for all of a user's projects: 3 and the user's id.
    let caveat = format!(r#"[3, "{}"]"#, random.uuid());
    bytes.extend([END, IDENTIFIER, u8::try_from(caveat.len()).unwrap_or(0)]);
    bytes.extend(caveat.bytes());
    bytes.extend([END, END, SIGNATURE, 32]);
    bytes.extend(random.bytes(32));
    format!("pypi-{}", to_base64url(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_documented_one() {
        let token = pypi_sample(&mut Random::seeded(1));
        assert!(token.starts_with("pypi-AgEIcHlwaS5vcmc"), "{token}");
    }

    #[test]
    fn a_cut_macaroon_is_refuted_wherever_it_is_cut() {
        let token = pypi_sample(&mut Random::seeded(2));
        for length in 5..token.len() {
            assert!(matches!(pypi(&token[..length]), Refuted(_)), "{length}");
        }
        assert_eq!(pypi("pyp"), Unknown);
    }

    #[test]
    fn third_party_caveats_and_long_fields_parse() {
        let mut bytes = b"\x02\x01\x08pypi\x2Eorg\x02\x01x\x00".to_vec();
        bytes.extend(b"\x01\x01y\x02\x80\x01");
        bytes.extend([b'z'; 128]);
        bytes.extend(b"\x04\x01v\x00\x00\x06\x20");
        bytes.extend([7; 32]);
        assert_eq!(location(&bytes), Some(b"pypi\x2Eorg".as_slice()));
    }
}
