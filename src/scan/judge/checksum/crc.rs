//! Tokens that end in the CRC-32 of what stands before.
//!
//! The checksum is that of ISO-HDLC (zlib, PNG, Ethernet),
//! <https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc>.

use super::Outcome::{self, Proven, Refuted, Unknown};
use super::codec::{BASE62, BASE64, all_in, base64, in_base, is_number, pick, to_base64};
use crate::random::Random;

const RIGHT: &str = "the CRC-32 at the end of the token is right";
const WRONG: &str = "the CRC-32 at the end of the token is wrong: it is made up or damaged";

/// The answer for a token whose checksum should be `expected` and is `found`.
pub(super) fn compare(found: &str, expected: &str) -> Outcome {
    if found == expected {
        Proven(RIGHT)
    } else {
        Refuted(WRONG)
    }
}

/// Checks `body` + 6 base 62 digits of the body's CRC-32, the form that GitHub brought up.
pub(super) fn base62_tail(token: &str, length: usize) -> Outcome {
    if token.len() != length || !all_in(token, BASE62) {
        return Unknown;
    }
    let (body, tail) = token.split_at(length - 6);
    compare(tail, &base62(body))
}

/// Returns the CRC-32 of `body` as 6 base 62 digits.
pub(super) fn base62(body: &str) -> String {
    in_base(crc32fast::hash(body.as_bytes()), BASE62, 6)
}

/// Cuts a text in two at a byte, `None` when it is shorter or a character stands there.
fn cut(text: &str, at: usize) -> Option<(&str, &str)> {
    text.split_at_checked(at)
}

/// `npm_`, 30 base 62 characters and their CRC-32 in base 62.
///
/// Source: <https://github.blog/security/application-security/announcing-npms-new-access-token-format/>
pub(super) fn npm(text: &str) -> Outcome {
    text.strip_prefix("npm_")
        .map_or(Unknown, |token| base62_tail(token, 36))
}

pub(super) fn npm_sample(random: &mut Random) -> String {
    let body = pick(random, BASE62, 30);
    format!("npm_{body}{}", base62(&body))
}

/// `vcp_`, `vci_`, `vca_`, `vcr_` or `vck_`, 50 base 62 characters and their CRC-32 in base 62.
///
/// Source: <https://vercel.com/changelog/new-token-formats-and-secret-scanning>
pub(super) fn vercel(text: &str) -> Outcome {
    ["vcp_", "vci_", "vca_", "vcr_", "vck_"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .map_or(Unknown, |token| base62_tail(token, 56))
}

pub(super) fn vercel_sample(random: &mut Random) -> String {
    let body = pick(random, BASE62, 50);
    format!("vcp_{body}{}", base62(&body))
}

/// `cfk_`, `cfut_` or `cfat_`, 40 base 62 characters and their CRC-32 in hexadecimal.
///
/// Source: <https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/>
pub(super) fn cloudflare(text: &str) -> Outcome {
    let token = ["cfk_", "cfut_", "cfat_"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    let Some(token) = token.filter(|token| token.len() == 48 && all_in(token, BASE62)) else {
        return Unknown;
    };
    let (body, tail) = token.split_at(40);
    compare(tail, &format!("{:08x}", crc32fast::hash(body.as_bytes())))
}

pub(super) fn cloudflare_sample(random: &mut Random) -> String {
    let body = pick(random, BASE62, 40);
    format!("cfut_{body}{:08x}", crc32fast::hash(body.as_bytes()))
}

/// `zpka_`, 32 characters, `_` and their CRC-32 in hexadecimal.
///
/// Source: <https://zuplo.com/docs/articles/api-key-leak-detection>
pub(super) fn zuplo(text: &str) -> Outcome {
    let parts = text
        .strip_prefix("zpka_")
        .and_then(|token| token.split_once('_'));
    match parts {
        Some((body, tail)) if body.len() == 32 && tail.len() == 8 => {
            compare(tail, &format!("{:08x}", crc32fast::hash(body.as_bytes())))
        }
        _ => Unknown,
    }
}

pub(super) fn zuplo_sample(random: &mut Random) -> String {
    let body = pick(random, BASE62, 32);
    format!("zpka_{body}_{:08x}", crc32fast::hash(body.as_bytes()))
}

/// `cflt`, 54 base 64 characters and the first 6 of their little-endian CRC-32 in base 64.
///
/// Source: "API secret format" in <https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html>
pub(super) fn confluent(text: &str) -> Outcome {
    let token = text.strip_prefix("cflt").filter(|token| token.len() == 60);
    let Some((body, tail)) = token.and_then(|token| cut(token, 54)) else {
        return Unknown;
    };
    compare(tail, &confluent_tail(body))
}

fn confluent_tail(body: &str) -> String {
    let coded = to_base64(&crc32fast::hash(body.as_bytes()).to_le_bytes());
    coded[..6].to_owned()
}

pub(super) fn confluent_sample(random: &mut Random) -> String {
    let body = pick(random, BASE64, 54);
    format!("cflt{body}{}", confluent_tail(&body))
}

/// `glsa_`, 32 base 62 characters, `_` and the CRC-32 of all before the `_`, its bytes in
/// little-endian order, in hexadecimal.
///
/// Source: <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/satokengen.go>
pub(super) fn grafana(text: &str) -> Outcome {
    match cut(text, 37) {
        Some((body, tail)) if body.starts_with("glsa_") && tail.len() == 9 => {
            compare(tail, &grafana_tail(body))
        }
        _ => Unknown,
    }
}

fn grafana_tail(body: &str) -> String {
    format!("_{:08x}", crc32fast::hash(body.as_bytes()).swap_bytes())
}

pub(super) fn grafana_sample(random: &mut Random) -> String {
    let body = format!("glsa_{}", pick(random, BASE62, 32));
    format!("{body}{}", grafana_tail(&body))
}

/// `ATATT`, `ATCTT` and `ATBB` tokens end in the CRC-32 of all before in upper case hexadecimal;
/// `BBDC-` and other Data Center tokens are base 64 of a number, a colon and random bytes.
///
/// Source: <https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/>
/// and <https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html>
pub(super) fn atlassian(text: &str) -> Outcome {
    if ["ATATT", "ATCTT", "ATBB"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
    {
        let at = text.len().saturating_sub(8);
        return match cut(text, at) {
            Some((body, tail)) if body.len() >= 16 => {
                compare(tail, &format!("{:08X}", crc32fast::hash(body.as_bytes())))
            }
            _ => Unknown,
        };
    }
    let decoded = base64(text.strip_prefix("BBDC-").unwrap_or(text)).unwrap_or_default();
    let colon = decoded.iter().position(|&byte| byte == b':').unwrap_or(0);
    let number = std::str::from_utf8(&decoded[..colon]).unwrap_or_default();
    if number.len() >= 10 && is_number(number) && decoded.len() - colon == 21 {
        return Proven("it decodes to a token number and 20 bytes, as Data Center tokens do");
    }
    Unknown
}

pub(super) fn atlassian_sample(random: &mut Random) -> String {
    // The form of API tokens: 192 characters, `=` before the checksum.
    let body = format!(
        "ATATT3xFfGF0{}=",
        pick(random, super::codec::BASE64URL, 171)
    );
    format!("{body}{:08X}", crc32fast::hash(body.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the vendor's documentation, see [`confluent`].
    #[test]
    fn confluents_own_sample_is_right() {
        let sample = concat!(
            "cflt",
            "T8d8RzkNseTMEDKcjNM1BZTFPHq",
            "Rn/dQm9q7w6SjzZ12wZfwjaJdipHZtDjw"
        );
        assert_eq!(confluent(sample), Proven(RIGHT));
    }

    /// The check value of CRC-32/ISO-HDLC in the catalogue named at the top: CBF43926.
    #[test]
    fn the_checksum_is_the_catalogues() {
        assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
        assert_eq!(base62("123456789"), "3jZRME");
        assert_eq!(grafana_tail("123456789"), "_2639f4cb");
    }

    /// The dummy of <https://github.com/secretlint/secretlint/issues/200>.
    #[test]
    fn a_published_dummy_is_right() {
        assert_eq!(
            npm(concat!(
                "npm_",
                "qkJaB6MffYVzZXWqmcoF",
                "49yrUxP3wf",
                "0LsakP"
            )),
            Proven(RIGHT)
        );
    }

    #[test]
    fn data_center_tokens_are_known_by_their_number() {
        let mut bytes = b"928374650192:".to_vec();
        bytes.extend([200; 20]);
        let token = to_base64(&bytes);
        assert!(matches!(atlassian(&token), Proven(_)));
        assert!(matches!(atlassian(&format!("BBDC-{token}")), Proven(_)));
        assert_eq!(atlassian("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), Unknown);
    }
}
