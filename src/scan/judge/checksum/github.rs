//! GitHub's tokens.
//!
//! Source: <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
//! and <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats>

use sha2::{Digest as _, Sha256};

use super::Outcome::{self, Proven, Refuted, Unknown};
use super::codec::{BASE62, all_in, is_number, pick, to_base32};
use super::{crc, jose};
use crate::random::Random;

/// `ghp_`, `gho_`, `ghu_` and 30 base 62 characters, or `ghr_` and 70, then their CRC-32 in
/// base 62.
///
/// Other lengths are unknown: GitHub says that tokens may grow to 255 characters. So is a wrong
/// checksum of `ghs_`, whose issuers do not all compute it; its newer form carries a JWT.
pub(super) fn classic(text: &str) -> Outcome {
    let Some((prefix, token)) = text.split_at_checked(4) else {
        return Unknown;
    };
    match prefix {
        "ghp_" | "gho_" | "ghu_" if token.len() == 36 => crc::base62_tail(token, 36),
        "ghr_" if token.len() == 76 => crc::base62_tail(token, 76),
        "ghs_" if token.contains('.') => match token.split_once('_') {
            Some((app, jwt)) if is_number(app) => jose::jwt(jwt),
            _ => Unknown,
        },
        "ghp_" | "gho_" | "ghu_" | "ghr_" | "ghs_" if token.len() >= 36 => {
            match crc::base62_tail(token, token.len()) {
                proven @ Proven(_) => proven,
                _ => Unknown,
            }
        }
        _ => Unknown,
    }
}

pub(super) fn classic_sample(random: &mut Random) -> String {
    let body = pick(random, BASE62, 30);
    format!("ghp_{body}{}", crc::base62(&body))
}

/// Length of a fine-grained token before its checksum: prefix, 22 characters, `_`, 43 characters.
const FINE_GRAINED_BODY: usize = 11 + 22 + 1 + 43;

/// `github_pat_`, 22 characters, `_` and 59, of which the 8 after the first 43 are the start of
/// the base 32 SHA-256 of all before.
pub(super) fn fine_grained(text: &str) -> Outcome {
    if text.len() != FINE_GRAINED_BODY + 16 || !text.is_ascii() {
        return Unknown;
    }
    let (body, tail) = text.split_at(FINE_GRAINED_BODY);
    let shaped = body
        .strip_prefix("github_pat_")
        .and_then(|rest| rest.split_once('_'));
    match shaped {
        Some((first, second)) if first.len() == 22 && all_in(second, BASE62) => {
            if tail[..8] == fine_grained_tail(body) {
                Proven("the SHA-256 in the token is right")
            } else {
                Refuted("the SHA-256 in the token is wrong: it is made up or damaged")
            }
        }
        _ => Unknown,
    }
}

fn fine_grained_tail(body: &str) -> String {
    // 5 bytes are 8 characters of base 32.
    to_base32(&Sha256::digest(body.as_bytes())[..5])
}

pub(super) fn fine_grained_sample(random: &mut Random) -> String {
    let body = format!(
        "github_pat_11{}_{}",
        pick(random, BASE62, 20),
        pick(random, BASE62, 43)
    );
    format!(
        "{body}{}{}",
        fine_grained_tail(&body),
        pick(random, BASE62, 8)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The token that illustrates the format in
    /// <https://github.com/therootcompany/base62-token.js>, revoked long ago.
    #[test]
    fn the_illustrations_token_is_right() {
        let token = concat!("ghp_", "zQWBuTSOoRi4A9spHcVY5", "ncnsDkxkJ", "0mLq17");
        assert!(matches!(classic(token), Proven(_)));
    }

    #[test]
    fn every_prefix_has_its_length() {
        let mut random = Random::seeded(1);
        for (prefix, length) in [("ghp_", 30), ("gho_", 30), ("ghu_", 30), ("ghr_", 70)] {
            let body = pick(&mut random, BASE62, length);
            let token = format!("{prefix}{body}{}", crc::base62(&body));
            assert!(matches!(classic(&token), Proven(_)), "{prefix}");
            assert!(
                matches!(classic(&token.replace(&body[..3], "000")), Refuted(_)),
                "{prefix}"
            );
        }
    }

    #[test]
    fn server_tokens_are_unknown_or_carry_a_jwt() {
        let mut random = Random::seeded(2);
        assert_eq!(
            classic(&format!("ghs_{}", pick(&mut random, BASE62, 36))),
            Unknown
        );
        let jwt = jose::jwt_sample(&mut random);
        assert!(matches!(classic(&format!("ghs_12345_{jwt}")), Proven(_)));
    }
}
