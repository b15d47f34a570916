//! Credentials whose base 64 decodes to text or JSON.

use serde_json::{Map, Value};

use super::Outcome::{self, Encrypted, Proven, Public, Refuted, Unknown};
use super::codec::{
    BASE36, BASE58, BASE62, BASE64, BASE64URL, all_in, base58, base64, is_number, number, pick,
    to_base58, to_base64, to_base64url,
};
use super::pem;
use crate::random::Random;

/// Base 64 of `user:password`, with or without the word `Basic`.
///
/// Source: RFC 7617, <https://www.rfc-editor.org/rfc/rfc7617>
pub(super) fn basic_auth(text: &str) -> Outcome {
    let coded = text
        .split_ascii_whitespace()
        .next_back()
        .unwrap_or_default();
    let Some(decoded) = base64(coded).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Refuted("it does not decode to a user and a password");
    };
    match decoded.split_once(':') {
        Some((user, password))
            if !password.is_empty() && !decoded.contains(|letter: char| letter.is_control()) =>
        {
            if is_placeholder(user, password) {
                Refuted("it decodes to a placeholder for a password")
            } else if decoded.len() >= 6 {
                Proven("it decodes to a user and a password")
            } else {
                Unknown
            }
        }
        // Some services take a key as the user and no password.
        Some((user, "")) if user.len() >= 16 => Unknown,
        _ => Refuted("it does not decode to a user and a password"),
    }
}

/// Whether a password only shows where one belongs.
fn is_placeholder(user: &str, password: &str) -> bool {
    const WORDS: [&str; 14] = [
        "password",
        "passwd",
        "pass",
        "pwd",
        "secret",
        "changeme",
        "example",
        "placeholder",
        "token",
        "apikey",
        "test",
        "bar",
        "xxx",
        "***",
    ];
    let password = password.to_ascii_lowercase();
    let bare: String = password
        .chars()
        .filter(|letter| !"-_ ".contains(*letter))
        .collect();
    password == user.to_ascii_lowercase()
        || password.starts_with(['<', '$', '{', '%', '['])
        || WORDS.contains(&bare.as_str())
        || ["your", "my", "the"].iter().any(|start| {
            bare.strip_prefix(start)
                .is_some_and(|rest| WORDS.iter().any(|word| rest.ends_with(word)))
        })
}

pub(super) fn basic_auth_sample(random: &mut Random) -> String {
    let user = random.pick("abcdefghijklmnopqrstuvwxyz", 8);
    to_base64(format!("{user}:{}", pick(random, BASE62, 20)).as_bytes())
}

/// A prefix and base 64 of JSON with the members that the vendor puts there.
///
/// - Grafana Cloud: `glc_` with `o`, `n` and `k`; Grafana before 9: `k`, `n` and `id`, no prefix.
///   <https://grafana.com/docs/grafana-cloud/security-and-account-management/authentication-and-permissions/access-policies/>
/// - Sentry: `sntrys_` with `iat` and `url`, then `_` and a secret of 43 characters.
///   <https://docs.sentry.io/security-legal-pii/security/token-formats/>
/// - 1Password: `ops_` with `email` and `muk`.
///   <https://developer.1password.com/docs/service-accounts/security>
/// - Cloudflare Tunnel: `a`, `t` and `s`, no prefix.
///   <https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/configure-tunnels/remote-tunnel-permissions/>
/// - Mapbox: `sk.`, `tk.` or `pk.` with `u`, then `.` and a signature; `pk.` tokens are public.
///   <https://docs.mapbox.com/help/dive-deeper/access-tokens/>
pub(super) fn base64_json(text: &str) -> Outcome {
    if let Some(token) = text.strip_prefix("glc_") {
        return with_members(token, &["o", "n", "k"]);
    }
    if let Some(token) = text.strip_prefix("sntrys_") {
        return match token.split_once('_') {
            Some((json, secret)) if secret.len() == 43 => with_members(json, &["iat", "url"]),
            _ => Refuted("it does not end in a secret of 43 characters"),
        };
    }
    if let Some(token) = text.strip_prefix("ops_") {
        return with_members(token, &["email", "muk"]);
    }
    for kind in ["sk.", "tk.", "pk."] {
        let Some(token) = text.strip_prefix(kind) else {
            continue;
        };
        return match with_members(token.split('.').next().unwrap_or_default(), &["u"]) {
            Proven(_) if kind == "pk." => Public("it is a public token of Mapbox"),
            outcome => outcome,
        };
    }
    let tunnel = text.starts_with("eyJhIjoi");
    let members: &[&str] = if tunnel {
        &["a", "t", "s"]
    } else {
        &["k", "n", "id"]
    };
    match with_members(text, members) {
        Refuted(_) if !tunnel => Unknown,
        outcome => outcome,
    }
}

/// Checks that base 64 decodes to an object with these members.
fn with_members(coded: &str, members: &[&str]) -> Outcome {
    let object = base64(coded)
        .and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok())
        .unwrap_or_default();
    if members.iter().all(|member| object.contains_key(*member)) {
        Proven("it decodes to JSON with the members of such a token")
    } else {
        Refuted("it does not decode to JSON with the members of such a token")
    }
}

pub(super) fn base64_json_sample(random: &mut Random) -> String {
    let (organization, key) = (number(random, 6), pick(random, BASE62, 24));
    let name = random.pick("abcdefghijklmnopqrstuvwxyz", 8);
    let json = format!(r#"{{"o":"{organization}","n":"{name}","k":"{key}","m":{{"r":"us"}}}}"#);
    format!("glc_{}", to_base64(json.as_bytes()))
}

pub(super) fn cloudflare_tunnel_sample(random: &mut Random) -> String {
    let account = random.pick("0123456789abcdef", 32);
    let (tunnel, secret) = (random.uuid(), to_base64(&random.bytes(32)));
    to_base64(format!(r#"{{"a":"{account}","t":"{tunnel}","s":"{secret}"}}"#).as_bytes())
}

pub(super) fn mapbox_sample(random: &mut Random) -> String {
    let user = random.pick("abcdefghijklmnopqrstuvwxyz", 9);
    let id = pick(random, BASE36, 25);
    let json = format!(r#"{{"u":"{user}","a":"{id}"}}"#);
    let signature = pick(random, BASE64URL, 22);
    format!("sk.{}.{signature}", to_base64url(json.as_bytes()))
}

pub(super) fn onepassword_sample(random: &mut Random) -> String {
    let address = random.pick("abcdefghijklmnopqrstuvwxyz", 13);
    let [key, unlock] = [(); 2].map(|()| pick(random, BASE62, 43));
    let json = format!(
        r#"{{"signInAddress":"team.1password.com","userAuth":{{"method":"SRPg-4096","iterations":650000}},"email":"{address}@1passwordserviceaccounts.com","muk":{{"alg":"A256GCM","ext":true,"k":"{key}","kty":"oct"}},"secretKey":"{unlock}"}}"#
    );
    format!("ops_{}", to_base64url(json.as_bytes()))
}

pub(super) fn sentry_sample(random: &mut Random) -> String {
    let issued = 1_700_000_000 + random.below(100_000_000);
    let name = random.pick("abcdefghijklmnopqrstuvwxyz", 8);
    let json = format!(
        r#"{{"iat":{issued}.5,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"{name}"}}"#
    );
    let secret = pick(random, BASE64, 43);
    format!("sntrys_{}_{secret}", to_base64(json.as_bytes()))
}

/// A service account file, as JSON or as a text in code: its type and a private key.
///
/// Source: <https://cloud.google.com/iam/docs/keys-create-delete>
pub(super) fn google_service_account(text: &str) -> Outcome {
    // JSON inside a string literal or an environment variable.
    let text = if text.contains("\\\"") {
        text.replace("\\\"", "\"")
    } else {
        text.to_owned()
    };
    if !text.contains("service_account") || !text.contains("private_key") {
        return Unknown;
    }
    match pem::verify(&text) {
        Proven(_) => Proven("it names its type and holds a private key"),
        Encrypted(_) | Public(_) => Refuted("its key is not the private key of a service account"),
        Unknown if !text.contains("BEGIN") && text.ends_with('}') => {
            Refuted("what it names its private key is none")
        }
        other => other,
    }
}

pub(super) fn google_service_account_sample(random: &mut Random) -> String {
    let id = random.pick("0123456789abcdef", 40);
    let project = random.pick("abcdefghijklmnopqrstuvwxyz", 10);
    let client = number(random, 21);
    let key = pem::pkcs8_sample(random).replace('\n', "\\n");
    format!(
        r#"{{
  "type": "service_account",
  "project_id": "{project}",
  "private_key_id": "{id}",
  "private_key": "{key}\n",
  "client_email": "deploy@{project}.iam.gserviceaccount.com",
  "client_id": "{client}",
  "token_uri": "https://oauth2.googleapis.com/token"
}}"#
    )
}

/// An API key, `AK` and base 58 of a time in milliseconds, a colon and more; or a reference token,
/// base 64 of `reftkn:`, two numbers and a secret.
///
/// Source: <https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens>
pub(super) fn jfrog(text: &str) -> Outcome {
    if text.starts_with("cmVmdGtuO") {
        let token = base64(text)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .unwrap_or_default();
        let mut fields = token.split(':').skip(1);
        let mut number = || fields.next().is_some_and(is_number);
        return if number() && number() && fields.next().is_some_and(|secret| secret.len() >= 16) {
            Proven("it decodes to a reference token")
        } else {
            Refuted("it does not decode to a reference token")
        };
    }
    let Some(key) = text.strip_prefix("AK").filter(|key| key.starts_with("Cp")) else {
        return Unknown;
    };
    let Some(bytes) = base58(key).filter(|_| all_in(key, BASE58)) else {
        return Refuted("it is not base 58");
    };
    let time = bytes
        .get(..13)
        .and_then(|time| std::str::from_utf8(time).ok())
        .unwrap_or_default();
    if bytes.len() == 52 && is_number(time) && bytes[13] == b':' {
        Proven("it decodes to the time it was made and a secret")
    } else {
        Refuted("it does not decode to an API key")
    }
}

pub(super) fn jfrog_sample(random: &mut Random) -> String {
    // A time between 2017 and 2027, an id and two bytes at the end.
    let time = 1_500_000_000_000 + random.next_u64() % 300_000_000_000;
    let mut bytes = format!("{time}:{}", random.uuid()).into_bytes();
    bytes.extend(random.bytes(2));
    format!("AK{}", to_base58(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7617, sections 2 and 2.1.
    #[test]
    fn the_rfcs_examples_are_credentials() {
        assert!(matches!(
            basic_auth("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            Proven(_)
        ));
        assert!(matches!(basic_auth("dGVzdDoxMjPCow=="), Proven(_)));
    }

    #[test]
    fn placeholders_and_other_text_are_refuted() {
        for text in [
            "user:password",
            "user:your-password",
            "test:test",
            "user:<pass>",
            "user:${PASS}",
            "user:my_secret",
            "no colon in here",
            "user:",
            "a:\u{7}b",
        ] {
            assert!(
                matches!(basic_auth(&to_base64(text.as_bytes())), Refuted(_)),
                "{text}"
            );
        }
        assert!(matches!(basic_auth("!!"), Refuted(_)));
        assert!(matches!(basic_auth(""), Refuted(_)));
        assert!(matches!(
            basic_auth(&to_base64(&[0xff, b':', 0xfe])),
            Refuted(_)
        ));
        assert_eq!(basic_auth(&to_base64(b"k3y0fSixteenLett:")), Unknown);
        assert_eq!(basic_auth(&to_base64(b"a:b")), Unknown);
    }

    #[test]
    fn every_vendors_members_are_asked_for() {
        let token = |prefix: &str, json: &str, rest: &str| {
            base64_json(&format!("{prefix}{}{rest}", to_base64url(json.as_bytes())))
        };
        let secret = format!("_{}", "x".repeat(43));
        let sentry = r#"{"iat":1.5,"url":"u","org":"o"}"#;
        assert!(matches!(token("sntrys_", sentry, &secret), Proven(_)));
        assert!(matches!(token("sntrys_", sentry, "_x"), Refuted(_)));
        assert!(matches!(
            token("ops_", r#"{"email":"e","muk":{}}"#, ""),
            Proven(_)
        ));
        assert!(matches!(
            token("", r#"{"k":"a","n":"b","id":1}"#, ""),
            Proven(_)
        ));
        assert!(matches!(
            token("sk.", r#"{"u":"a","a":"b"}"#, ".sig"),
            Proven(_)
        ));
        assert!(matches!(
            token("pk.", r#"{"u":"a","a":"b"}"#, ".sig"),
            Public(_)
        ));
        assert!(matches!(
            token("glc_", r#"{"o":"1","n":"b"}"#, ""),
            Refuted(_)
        ));
        assert!(matches!(token("ops_", r#"{"alg":"x"}"#, ""), Refuted(_)));
        assert_eq!(token("", r#"{"k":"a"}"#, ""), Unknown);
        assert_eq!(token("", "[]", ""), Unknown);
    }

    #[test]
    fn service_accounts_are_read_in_any_form() {
        let text = google_service_account_sample(&mut Random::seeded(1));
        let quoted = text
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "");
        assert!(matches!(google_service_account(&quoted), Proven(_)));
        let key = text.find("MII").expect("there is a key");
        assert_eq!(google_service_account(&text[..key + 300]), Unknown);
        let end = text.find("\\n-----END").expect("there is an end");
        let filled = format!("{}YOUR KEY{}", &text[..key], &text[end..]);
        assert!(matches!(google_service_account(&filled), Refuted(_)));
        assert_eq!(google_service_account("{}"), Unknown);
        let short = r#"{"type": "service_account", "private_key": "pk"}"#;
        assert!(matches!(google_service_account(short), Refuted(_)));
    }

    #[test]
    fn reference_tokens_hold_two_numbers() {
        let token = to_base64(b"reftkn:01:1234567890:abcdefghijklmnopqrstuvw");
        assert!(token.starts_with("cmVmdGtuO"));
        assert!(matches!(jfrog(&token), Proven(_)));
        assert!(matches!(
            jfrog(&to_base64(b"reftkn:x:1:abcdefghijklmnopq")),
            Refuted(_)
        ));
        assert!(matches!(jfrog(&format!("{token}!")), Refuted(_)));
        assert_eq!(jfrog(&pick(&mut Random::seeded(2), BASE64, 64)), Unknown);
    }

    #[test]
    fn api_keys_start_with_their_time() {
        let key = jfrog_sample(&mut Random::seeded(3));
        assert!(key.starts_with("AKCp") && key.len() == 73, "{key}");
        assert!(matches!(jfrog(&key.replacen("Cp", "Cp0", 1)), Refuted(_)));
        assert!(matches!(jfrog(&key[..70]), Refuted(_)));
    }
}
