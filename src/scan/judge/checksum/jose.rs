//! JSON Web Tokens and JSON Web Keys.

use serde_json::{Map, Value};

use super::super::documented;
use super::Outcome::{self, Proven, Public, Refuted, Unknown};
use super::codec::{BASE64URL, base64, pick, to_base64url};
use crate::random::Random;

/// Three parts in base 64: a JSON header with `alg`, a JSON payload, a signature; or the five of an
/// encrypted token.
///
/// Public are tokens that no one keeps secret: unsigned ones, the samples of jwt.io, Supabase's
/// anonymous key and the keys of its local development stack.
///
/// Source: RFC 7519, <https://www.rfc-editor.org/rfc/rfc7519>; RFC 7516 for encrypted tokens;
/// <https://supabase.com/docs/guides/api/api-keys>
pub(super) fn jwt(text: &str) -> Outcome {
    let parts: Vec<&str> = bare(text).split('.').collect();
    let Some(header) = parts.first().and_then(|part| object(part)) else {
        return Refuted("its first part does not decode to a JSON object");
    };
    let Some(algorithm) = string(&header, "alg").filter(|algorithm| !algorithm.is_empty()) else {
        return Refuted("its header names no algorithm");
    };
    match parts[..] {
        [_, payload, signature] => {
            if algorithm.eq_ignore_ascii_case("none") {
                return Public("it is not signed: everyone can make it");
            }
            if signature.is_empty() {
                return Refuted("its signature is missing");
            }
            match object(payload) {
                Some(payload) => claims(&payload),
                None if header.contains_key("zip") || header.contains_key("b64") => Unknown,
                None => Refuted("its payload does not decode to a JSON object"),
            }
        }
        [_, _, _, _, _] if header.contains_key("enc") => {
            Proven("its header is that of an encrypted JWT")
        }
        _ => Unknown,
    }
}

/// Returns what stands behind the prefix that a vendor puts before its tokens: `ghs_` and a number
/// for a GitHub App, `wrka-` for Workato.
fn bare(text: &str) -> &str {
    ["ghs_", "wrka"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .and_then(|rest| rest.find("eyJ").map(|at| &rest[at..]))
        .unwrap_or(text)
}

/// Judges a signed token by what it claims.
fn claims(payload: &Map<String, Value>) -> Outcome {
    let claim = |name| string(payload, name).unwrap_or_default();
    if claim("iss") == "supabase-demo" {
        return Public("it is a key of Supabase's local development stack, the same for everyone");
    }
    if claim("role") == "anon" && (claim("iss") == "supabase" || payload.contains_key("ref")) {
        return Public("it is Supabase's anonymous key, which is made for browsers");
    }
    if claim("sub") == "1234567890" && claim("name") == "John Doe" {
        return Public("it is the sample of jwt.io");
    }
    Proven("its header and payload are those of a signed JWT")
}

/// Decodes base 64 to a JSON object.
fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&base64(part)?).ok()
}

/// Returns a member that is a string.
fn string<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    object.get(name)?.as_str()
}

pub(super) fn jwt_sample(random: &mut Random) -> String {
    let subject = random.uuid();
    let issued = 1_700_000_000 + random.below(100_000_000);
    let payload = format!(r#"{{"sub":"{subject}","iat":{issued},"role":"service"}}"#);
    let signature = pick(random, BASE64URL, 42);
    // The 43rd character of 32 bytes holds 4 bits.
    let last = random.pick("AEIMQUYcgkosw048", 1);
    [
        to_base64url(br#"{"alg":"HS256","typ":"JWT"}"#),
        to_base64url(payload.as_bytes()),
        signature + &last,
    ]
    .join(".")
}

/// A JSON Web Key or a set of them, as JSON or as an object in code; private when it has `d`, or
/// `k` and is symmetric.
///
/// Source: RFC 7517, <https://www.rfc-editor.org/rfc/rfc7517>, and RFC 7518, section 6.
pub(super) fn jwk(text: &str) -> Outcome {
    let text = text.replace("\\\"", "\"");
    // Members of a key are no objects, so that each key of a set ends at the next brace. The worst
    // key decides.
    let outcomes = text.split_inclusive('}').filter_map(single_jwk);
    let weight = |outcome: &Outcome| match outcome {
        Proven(_) => 3,
        Unknown => 2,
        Refuted(_) => 1,
        _ => 0,
    };
    outcomes.max_by_key(weight).unwrap_or(Unknown)
}

/// Judges a text that holds one key; `None` when it holds none.
fn single_jwk(text: &str) -> Option<Outcome> {
    let kind = member(text, "kty")?;
    let name = if kind == "oct" { "k" } else { "d" };
    let Some(value) = member(text, name) else {
        // A cut object may have lost its private member.
        return Some(if text.ends_with('}') {
            Public("it has the public half of a key only")
        } else {
            Unknown
        });
    };
    if documented::is_documented(value.as_bytes()) {
        return Some(Public("it is the sample of an RFC"));
    }
    let length = base64(value).map(|bytes| bytes.len());
    let modulus = member(text, "n").and_then(base64).map(|bytes| bytes.len());
    let right = match (kind, member(text, "crv").unwrap_or_default()) {
        ("RSA", _) => modulus
            .zip(length)
            .map(|(n, d)| n >= 64 && n / 2 <= d && d <= n),
        ("oct", _) => length.map(|length| length >= 16),
        ("EC", "P-256" | "secp256k1") | ("OKP", "Ed25519" | "X25519") => Some(length == Some(32)),
        ("EC", "P-384") => Some(length == Some(48)),
        ("EC", "P-521") => Some(length == Some(66)),
        ("OKP", "Ed448") => Some(length == Some(57)),
        ("OKP", "X448") => Some(length == Some(56)),
        _ => None,
    };
    Some(match right {
        Some(true) => Proven("it is a key with its private member, of the right size"),
        Some(false) => Refuted("its private member does not have the size of a key"),
        None => Unknown,
    })
}

/// Returns the text of a member: the name with or without quotes, a colon, a quoted value.
fn member<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let quote = ['"', '\''];
    text.match_indices(name).find_map(|(at, _)| {
        if text[..at].ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_') {
            return None;
        }
        let rest = text[at + name.len()..]
            .trim_start_matches(quote)
            .trim_start();
        let value = rest.strip_prefix(':')?.trim_start().strip_prefix(quote)?;
        value.split(quote).next()
    })
}

pub(super) fn jwk_sample(random: &mut Random) -> String {
    let [x, y, d] = [(); 3].map(|()| to_base64url(&random.bytes(32)));
    format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","d":"{d}"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!(
            "{}.{}.c2ln",
            to_base64url(header.as_bytes()),
            to_base64url(payload.as_bytes())
        )
    }

    const HEADER: &str = r#"{"alg":"HS256"}"#;

    /// The example of RFC 7519, section 3.1.
    #[test]
    fn the_rfcs_example_is_a_token() {
        let example = concat!(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.",
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
            "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert!(matches!(jwt(example), Proven(_)));
    }

    #[test]
    fn what_does_not_decode_is_refuted() {
        for text in [
            "",
            ".",
            "..",
            "eyJ.eyJ.x",
            "a.b.c",
            "eyJhbGciOiJIUzI1NiJ9.bm90IGpzb24.c2ln",
        ] {
            assert!(matches!(jwt(text), Refuted(_)), "{text}");
        }
        assert!(matches!(jwt(&token(r#"{"typ":"JWT"}"#, "{}")), Refuted(_)));
        assert!(matches!(jwt(&token("[1]", "{}")), Refuted(_)));
        assert!(matches!(jwt(&token(HEADER, "[]")), Refuted(_)));
        assert_eq!(jwt(&token(r#"{"alg":"RS256","zip":"DEF"}"#, "x")), Unknown);
    }

    #[test]
    fn public_tokens_are_known() {
        for payload in [
            r#"{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"anon"}"#,
            r#"{"iss":"supabase-demo","role":"service_role"}"#,
            r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#,
        ] {
            assert!(
                matches!(jwt(&token(HEADER, payload)), Public(_)),
                "{payload}"
            );
        }
        for payload in [
            r#"{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"service_role"}"#,
            r#"{"sub":"1234567890","name":"Jane"}"#,
            r#"{"role":"anon"}"#,
        ] {
            assert!(
                matches!(jwt(&token(HEADER, payload)), Proven(_)),
                "{payload}"
            );
        }
        assert!(matches!(jwt(&token(r#"{"alg":"none"}"#, "{}")), Public(_)));
        assert!(matches!(
            jwt(&token(HEADER, "{}").replace("c2ln", "")),
            Refuted(_)
        ));
    }

    #[test]
    fn encrypted_tokens_have_five_parts() {
        let header = to_base64url(br#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
        assert!(matches!(jwt(&format!("{header}.a.b.c.d")), Proven(_)));
        assert_eq!(jwt(&format!("{header}.a.b.c")), Unknown);
    }

    #[test]
    fn keys_are_private_by_their_members() {
        let d = to_base64url(&[9; 32]);
        for (text, private) in [
            (
                format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{d}","d":"{d}"}}"#),
                true,
            ),
            (
                format!("{{kty: 'EC', crv: 'P-256', x: '{d}', y: '{d}', d: '{d}'}}"),
                true,
            ),
            (format!(r#"{{\"kty\":\"oct\",\"k\":\"{d}\"}}"#), true),
            (
                format!(r#"{{"kty":"EC","crv":"P-256","x":"{d}","y":"{d}","kid":"{d}"}}"#),
                false,
            ),
            (
                format!(r#"{{"kty":"RSA","n":"{d}","e":"AQAB","k":"{d}"}}"#),
                false,
            ),
        ] {
            match jwk(&text) {
                Proven(_) => assert!(private, "{text}"),
                Public(_) => assert!(!private, "{text}"),
                other => panic!("{other:?}: {text}"),
            }
        }
        assert!(matches!(
            jwk(r#"{"kty":"EC","crv":"P-256","d":"abc"}"#),
            Refuted(_)
        ));
        assert_eq!(jwk(r#"{"kty":"EC","crv":"P-256","x":"ab"#), Unknown);
        assert_eq!(jwk(r#"{"d":"abc"}"#), Unknown);
    }

    #[test]
    fn one_private_key_makes_a_set_private() {
        let public = format!(
            r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#,
            to_base64url(&[8; 256])
        );
        let private = jwk_sample(&mut Random::seeded(1));
        assert!(matches!(
            jwk(&format!(r#"{{"keys":[{public},{private}]}}"#)),
            Proven(_)
        ));
        assert!(matches!(
            jwk(&format!(r#"{{"keys":[{private},{public}]}}"#)),
            Proven(_)
        ));
        assert!(matches!(
            jwk(&format!(r#"{{"keys":[{public},{public}]}}"#)),
            Public(_)
        ));
    }

    /// The key of RFC 7515, appendix A.3.
    #[test]
    fn the_keys_of_the_rfcs_are_public() {
        let key = concat!(
            r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#,
            r#""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"#,
            r#""jpsQnnGQmL-YBIffH1136cspYG6-"#,
            r#"0iY7X1fCE9-E9LI"}"#
        );
        assert!(matches!(jwk(key), Public(_)));
    }
}
