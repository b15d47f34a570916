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
const CREDENTIAL: f64 = 0.93;
/// From which probability on it is worth a hint.
const PERHAPS: f64 = 0.5;

/// Tells whether a value is the text of a label: `"LABEL_PASSWORD": "Wachtwoord"`.
pub(super) fn is_label(candidate: &Candidate<'_>) -> bool {
    !candidate.captured.iter().any(u8::is_ascii_digit)
        && name::find(candidate.line, candidate.column).is_label()
}

/// Judges a candidate.
pub(super) fn judge(candidate: &Candidate<'_>) -> Opinion {
    let probability = probability(&row(candidate));
    if probability >= CREDENTIAL {
        Opinion::Credential
    } else if probability >= PERHAPS {
        Opinion::Perhaps
    } else {
        Opinion::Other
    }
}
