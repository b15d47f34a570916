//! The model that judges values beside a telling name.
//!
//! A few hundred small trees, each of which looks at some features of a candidate and gives a
//! number; the sum says how probable it is that the candidate is a credential. `tools/train` grows
//! them, `docs/model.md` says from what and how well they do.

mod features;
mod letters;
mod lexicon;
mod name;
mod shape;
mod trees;

pub use features::{NAMES, row};
pub use trees::{log_odds, probability};

use super::Candidate;

/// What the model says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opinion {
    /// A credential.
    Credential,
    /// Perhaps one: worth a hint.
    Perhaps,
    /// None.
    Other,
}

/// From which probability on a candidate counts as a credential. docs/model.md says what it costs.
const CREDENTIAL: f64 = 0.95;
/// From which probability on it is worth a hint.
const PERHAPS: f64 = 0.5;

/// Tells whether a value is the text of a label: `"LABEL_PASSWORD": "Wachtwoord"`.
pub(super) fn is_label(candidate: &Candidate<'_>) -> bool {
    !candidate.captured.iter().any(u8::is_ascii_digit)
        && name::find(candidate.line, candidate.column).is_label()
}

/// Returns the name that stands before a value, empty when there is none.
pub(super) fn name_of<'t>(candidate: &Candidate<'t>) -> &'t [u8] {
    name::find(candidate.line, candidate.column).text
}

/// How hashes of passwords begin: <https://man.archlinux.org/man/crypt.5>, RFC 2307, Django's and
/// Werkzeug's forms.
const PASSWORD_HASHES: &[&[u8]] = &[
    b"$1$",
    b"$2a$",
    b"$2b$",
    b"$2y$",
    b"$5$",
    b"$6$",
    b"$7$",
    b"$y$",
    b"$apr1$",
    b"$argon2",
    b"$pbkdf2",
    b"$scrypt$",
    b"{SSHA",
    b"{SHA",
    b"{MD5}",
    b"{CRYPT}",
    b"{bcrypt}",
    b"sha1$",
    b"md5$",
    b"sha256$",
    b"pbkdf2",
    b"argon2$",
    b"bcrypt",
    b"scrypt:",
    b"*0x",
];

/// Tells whether a value is a hash of a password: what logs in is not that, so it is a hint.
fn is_password_hash(value: &[u8]) -> bool {
    PASSWORD_HASHES.iter().any(|start| {
        value
            .get(..start.len())
            .is_some_and(|first| first.eq_ignore_ascii_case(start))
    }) && value.len() >= 20
}

/// Judges a candidate.
pub(super) fn judge(candidate: &Candidate<'_>) -> Opinion {
    let probability = probability(&row(candidate));
    if probability >= CREDENTIAL && !is_password_hash(candidate.captured) {
        Opinion::Credential
    } else if probability >= PERHAPS {
        Opinion::Perhaps
    } else {
        Opinion::Other
    }
}
