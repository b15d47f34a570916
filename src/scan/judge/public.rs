//! Values that are made to be seen: keys that vendors put into pages and apps, fingerprints, digests,
//! and what is encrypted for a store of secrets.

use super::checksum::{self, Outcome};
use super::model;
use super::{Candidate, Reason, by_model};
use crate::scan::rule::holds_word;
use crate::spec::Checksum;
use bstr::ByteSlice;

/// How far around a Google key the words of a Firebase configuration are looked for, in bytes.
const FIREBASE_REACH_BYTES: usize = 800;

/// Words of a Firebase configuration, which stands in every page and app that uses it:
/// <https://firebase.google.com/docs/projects/api-keys>.
const FIREBASE: &[&[u8]] = &[
    b"authDomain",
    b"auth_domain",
    b"messagingSenderId",
    b"messaging_sender_id",
    b"mobilesdk_app_id",
    b"GOOGLE_APP_ID",
    b"\"current_key\"",
    b"firebaseapp.com",
    b"measurementId",
    b"MESSAGING_SENDER_ID",
    b"AUTH_DOMAIN",
];

/// Returns why a value is no secret though a name says so, if it is none.
pub(super) fn judge(candidate: &Candidate<'_>) -> Option<Reason> {
    let value = candidate.captured;
    published_key(value)
        .or_else(|| is_firebase_key(candidate).then_some("it is the key of a Firebase client"))
        .or_else(|| encrypted(candidate))
        .or_else(|| public_token(value))
        // A token of a known form is one whatever it is called.
        .or_else(|| {
            by_model(candidate.rule)
                .then(|| named_public(candidate))
                .flatten()
        })
}

/// Knows the keys that vendors tell people to put into pages and apps, by their form.
fn published_key(value: &[u8]) -> Option<Reason> {
    let word = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=' | b'$')
    };
    let of = |prefix: &str, least: usize| {
        value
            .strip_prefix(prefix.as_bytes())
            .is_some_and(|rest| rest.len() >= least && rest.iter().all(word))
    };
    // <https://docs.stripe.com/keys>; Clerk uses the same prefixes:
    // <https://clerk.com/docs/guides/development/clerk-environment-variables>
    if of("pk_live_", 16) || of("pk_test_", 16) {
        return Some("it is a publishable key, made for pages and apps");
    }
    // <https://posthog.com/docs/api#private-endpoint-authentication>
    if of("phc_", 30) {
        return Some("it is a project key of PostHog, made for pages and apps");
    }
    // <https://docs.mapbox.com/help/dive-deeper/access-tokens/>
    if of("pk.eyJ", 40) {
        return Some("it is a public token of Mapbox, made for pages and apps");
    }
    // <https://supabase.com/docs/guides/api/api-keys>
    if of("sb_publishable_", 16) {
        return Some("it is a publishable key, made for pages and apps");
    }
    None
}

/// Tells whether a value is a Google key within the configuration of a Firebase client.
fn is_firebase_key(candidate: &Candidate<'_>) -> bool {
    let Candidate {
        captured,
        before,
        line,
        after,
        ..
    } = *candidate;
    if captured.len() != 39 || !captured.starts_with(b"AIza") {
        return false;
    }
    let near = |text: &[u8]| FIREBASE.iter().any(|word| text.contains_str(word));
    near(&before[before.len().saturating_sub(FIREBASE_REACH_BYTES)..])
        || near(&line[..line.len().min(2 * FIREBASE_REACH_BYTES)])
        || near(&after[..after.len().min(FIREBASE_REACH_BYTES)])
}

/// Returns why a JSON Web Token is public, if its own claims say so: whatever it is called.
fn public_token(value: &[u8]) -> Option<Reason> {
    if !value.starts_with(b"ey") || memchr::memchr_iter(b'.', value).count() != 2 {
        return None;
    }
    match checksum::verify(Checksum::Jwt, value) {
        Outcome::Public(reason) => Some(reason),
        _ => None,
    }
}

/// The least length of what is encrypted for a store of secrets, in letters of base 64.
const MIN_ENCRYPTED_BYTES: usize = 100;

/// Returns by whom a value was encrypted, when its form tells.
fn encrypted(candidate: &Candidate<'_>) -> Option<Reason> {
    // A rule may have captured a part only.
    let rest = candidate.line.get(candidate.column..)?;
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let length = rest.iter().take_while(|byte| letter(byte)).count();
    let value = &rest[..length];
    if length < MIN_ENCRYPTED_BYTES {
        return None;
    }
    // The first bytes of what AWS KMS encrypts: a version and the length of the key's id.
    if value.starts_with(b"AQICAH") || value.starts_with(b"AQECAH") {
        return Some("it is encrypted by AWS KMS");
    }
    // What kubeseal writes begins with the length of the session key, 512 bytes:
    // <https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md>
    let sealed = || {
        let before = candidate.before;
        let document = before.rfind(b"\n---").map_or(before, |at| &before[at..]);
        document.contains_str("encryptedData") || document.contains_str("SealedSecret")
    };
    (value.starts_with(b"Ag") && sealed()).then_some("it is encrypted for a SealedSecret")
}

/// Beginnings of names of keys that are made to be public, without separators.
const PUBLIC_NAMES: &[&[u8]] = &[
    b"sitekey",
    b"publickey",
    b"publishablekey",
    b"publishabletoken",
    b"publicapikey",
    b"publicaccesskey",
    b"searchonly",
    b"anonkey",
    b"fingerprint",
    b"thumbprint",
];

/// Names of keys of `OpenPGP`, which are written down as fingerprints.
const OPENPGP_NAMES: &[&[u8]] = &[b"gpgkey", b"pgpkey", b"signingkey", b"keyid", b"releasekey"];

/// Names of digests.
const DIGEST_NAMES: &[&[u8]] = &[
    b"checksum",
    b"sha256",
    b"sha512",
    b"sha1",
    b"digest",
    b"integrity",
];

/// Tells whether a value stands in the configuration of a search box: <https://www.algolia.com/doc/guides/security/api-keys/>.
fn is_search_client(candidate: &Candidate<'_>) -> bool {
    let Candidate { before, line, .. } = *candidate;
    [
        &before[before.len().saturating_sub(MAX_CLIENT_BYTES)..],
        &line[..line.len().min(MAX_CLIENT_BYTES)],
    ]
    .iter()
    .any(|text| holds_word(text, &["algolia", "docsearch", "instantsearch"]))
}

/// How far before a value the name of its client is looked for, in bytes.
const MAX_CLIENT_BYTES: usize = 400;

/// Returns why the name of a value says that the value is no secret, if it does.
fn named_public(candidate: &Candidate<'_>) -> Option<Reason> {
    let name: Vec<u8> = model::name_of(candidate)
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    let named = |words: &[&[u8]]| words.iter().any(|word| name.contains_str(word));
    if named(PUBLIC_NAMES) && !named(&[b"secret", b"private"]) {
        return Some("it is made to be public: its name says so");
    }
    if named(&[b"searchapikey", b"searchkey"]) && is_search_client(candidate) {
        return Some("it is a search key, made for pages and apps");
    }
    let hex = |lengths: &[usize]| {
        lengths.contains(&candidate.captured.len())
            && candidate.captured.iter().all(u8::is_ascii_hexdigit)
    };
    if named(OPENPGP_NAMES) && hex(&[40]) && !candidate.captured.iter().any(u8::is_ascii_lowercase)
    {
        return Some("it is the fingerprint of a public key");
    }
    // `checksum/secret: …` is how charts of Helm note what a deployment was made with.
    let is_digest = named(DIGEST_NAMES)
        || candidate.line[..candidate.column.min(candidate.line.len())].contains_str("checksum/");
    (is_digest && hex(&[32, 40, 64, 96, 128])).then_some("it is a digest: its name says so")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::random::Random;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    /// Judges the value between guillemets; `rule`: which one proposed it.
    fn reason(config: &Config, rule: &str, text: &str) -> Option<Reason> {
        let (head, rest) = text.split_once('«').expect("a value is marked");
        let (value, tail) = rest.split_once('»').expect("the mark is closed");
        let plain = format!("{head}{value}{tail}");
        let from = head.rfind('\n').map_or(0, |at| at + 1);
        let to = plain[head.len()..]
            .find('\n')
            .map_or(plain.len(), |at| head.len() + at);
        let at = config.rules.position(rule).expect("the rule exists");
        judge(&Candidate {
            rule: &config.rules[at],
            path: "app.yml".into(),
            types: crate::spec::Languages::NONE,
            captured: value.as_bytes(),
            line: &plain.as_bytes()[from..to],
            column: head.len() - from,
            line_is_cut: false,
            before: &plain.as_bytes()[..from],
            after: &plain.as_bytes()[to..],
        })
    }

    fn letters(count: usize) -> String {
        let mut random = Random::seeded(5);
        random.pick("abcdefghijklmnopqrstuvwxyz", count)
    }

    fn hex(count: usize) -> String {
        let mut random = Random::seeded(6);
        random.pick("0123456789abcdef", count)
    }

    #[test]
    fn keys_for_pages_are_public_by_their_form() {
        let config = Config::builtin();
        let of = |text: &str| reason(&config, "generic-secret", text).is_some();
        let (long, short) = (letters(48), letters(8));
        assert!(of(&format!("stripe_secret = '«pk_live_{long}»'")));
        assert!(of(&format!("token: '«phc_{long}»'")));
        assert!(of(&format!("token: «pk.eyJ{long}.{long}»")));
        assert!(!of(&format!("token: «pk_live_{short}»")));
        assert!(!of(&format!("token: «sk_live_{long}»")));
    }

    #[test]
    fn a_google_key_is_public_within_a_firebase_client() {
        let config = Config::builtin();
        let key = format!("AIza{}", letters(35));
        let of = |text: &str| reason(&config, "google-api-key", text).is_some();
        assert!(of(&format!(
            "apiKey: \"«{key}»\",\nauthDomain: \"a.example\",\n"
        )));
        assert!(of(&format!(
            "messagingSenderId: 1,\napiKey: \"«{key}»\",\n"
        )));
        assert!(!of(&format!("maps: \"«{key}»\",\n")));
    }

    #[test]
    fn a_token_that_is_public_by_its_claims_is_so_under_any_name() {
        let config = Config::builtin();
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = |claims: &str| {
            let head = encoded(r#"{"alg":"HS256","typ":"JWT"}"#);
            format!("{head}.{}.{}", encoded(claims), letters(43))
        };
        let of = |claims: &str| {
            let line = format!("access_token: «{}»", token(claims));
            reason(&config, "generic-secret-unquoted", &line).is_some()
        };
        assert!(of(
            r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#
        ));
        assert!(of(
            r#"{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"anon","iat":1,"exp":2}"#
        ));
        assert!(!of(r#"{"sub":"4711","name":"A Person","iat":1716239022}"#));
    }

    #[test]
    fn names_and_stores_say_what_is_no_secret() {
        let config = Config::builtin();
        let of = |text: &str| reason(&config, "generic-secret", text).is_some();
        assert!(of(&format!("algolia = {{ searchApiKey: '«{}»'", hex(32))));
        assert!(!of(&format!("elasticsearchApiKey: '«{}»'", hex(32))));
        assert!(of(&format!("  checksum/secret: «{}»", hex(64))));
        assert!(of(&format!("GPG_KEY=«{}»", hex(40).to_ascii_uppercase())));
        assert!(of(&format!(
            "encrypted_password = '«AQICAH{}»'",
            letters(200)
        )));
        assert!(of(&format!(
            "kind: SealedSecret\nspec:\n  password: «Ag{}»",
            letters(300)
        )));
        assert!(!of(&format!(
            "kind: SealedSecret\n---\nkind: Secret\n  password: «Ag{}»",
            letters(300)
        )));
        assert!(!of(&format!("api_key: '«{}»'", hex(32))));
        assert!(!of(&format!("checksum_secret: '«{}»'", letters(64))));
        let known = |text: &str| reason(&config, "google-api-key", text).is_some();
        assert!(
            !known(&format!("siteKey = '«{}»'", letters(40))),
            "its form is known"
        );
    }
}
