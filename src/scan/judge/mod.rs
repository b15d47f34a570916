//! Whether a candidate is real. Each judge looks at one thing and gives its reason.

pub mod checksum;
pub mod documented;
mod entropy;
pub mod model;
mod place;
mod placeholder;
mod public;
mod repetition;
mod vendor_form;
mod words;

pub use entropy::shannon;
pub use place::is_fixture;

use crate::spec::{Checksum, Confidence, Kind, Languages, Rule};
use bstr::{BStr, ByteSlice as _};
use checksum::Outcome;
use model::Opinion;

/// A match of a rule, before it is judged.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'t> {
    /// The rule that matched.
    pub rule: &'t Rule,
    /// Path of the file.
    pub path: &'t BStr,
    /// What the file is.
    pub types: Languages,
    /// The captured bytes: for secrets the secret.
    pub captured: &'t [u8],
    /// The line on which the capture starts; of a very long one, what stands around the capture.
    pub line: &'t [u8],
    /// Where the capture starts in that line.
    pub column: usize,
    /// Whether the line began earlier: what it is at the start of `line` is not known.
    pub line_is_cut: bool,
    /// All that stands before that line.
    pub before: &'t [u8],
    /// All that stands behind that line.
    pub after: &'t [u8],
}

/// What the judges say about a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is a finding, with what speaks for and against it.
    Keep(Confidence, Vec<Reason>),
    /// It is none.
    Drop(Reason),
}

/// A reason in words, for `--explain` and reports.
pub type Reason = &'static str;

/// The longest thing that is judged as one token.
const MAX_TOKEN_BYTES: usize = 512;

/// The highest rank of a rule that knows nothing of who issued a secret: that of `context`.
const NAMELESS_RANK: u8 = 30;

/// Judges a candidate.
#[must_use]
pub fn judge(candidate: &Candidate<'_>) -> Verdict {
    match candidate.rule.kind {
        Kind::Secret => secret(candidate),
        Kind::Code => code(candidate),
    }
}

fn code(candidate: &Candidate<'_>) -> Verdict {
    if !candidate.rule.in_comments
        && (!candidate.line_is_cut
            && place::in_comment(candidate.line, candidate.column, candidate.types)
            || place::in_block_comment(candidate.before, candidate.types))
    {
        return Verdict::Drop("it stands in a comment");
    }
    if is_about_credentials(candidate.rule)
        && let Some(literal) = last_literal(candidate)
        && let Some(reason) = placeholder::judge(&literal).or_else(|| public::judge(&literal))
    {
        return Verdict::Drop(reason);
    }
    Verdict::Keep(candidate.rule.confidence, Vec::new())
}

/// Returns a candidate for the last string literal of what a rule for code captured: `password = "…"`.
fn last_literal<'t>(candidate: &Candidate<'t>) -> Option<Candidate<'t>> {
    let text = candidate.captured;
    let end = text.rfind_byteset(b"\"'`")?;
    let start = text[..end].rfind_byte(text[end])? + 1;
    Some(Candidate {
        captured: &text[start..end],
        column: candidate.column + start,
        ..*candidate
    })
}

/// Tells whether what a rule for code captures is a credential: CWE-259, 321 and 798.
fn is_about_credentials(rule: &Rule) -> bool {
    rule.cwe.iter().any(|cwe| matches!(cwe, 259 | 321 | 798))
}

fn secret(candidate: &Candidate<'_>) -> Verdict {
    let Candidate { rule, captured, .. } = *candidate;
    if let Some(reason) = harmless(candidate) {
        return Verdict::Drop(reason);
    }
    let mut reasons = Vec::new();
    let mut confidence = rule.confidence;
    let mut steps_down = 0;
    match rule
        .checksum
        .map_or(Outcome::Unknown, |check| checksum::verify(check, captured))
    {
        Outcome::Proven(reason) => {
            confidence = Confidence::Proven;
            reasons.push(reason);
        }
        Outcome::Refuted(reason) => {
            confidence = Confidence::Hint;
            reasons.push(reason);
        }
        Outcome::Public(reason) => return Verdict::Drop(reason),
        Outcome::Encrypted(reason) => {
            steps_down += 1;
            reasons.push(reason);
        }
        Outcome::Unknown => {}
    }
    // What is proven needs no statistics: its checksum would not fit by chance.
    if confidence != Confidence::Proven {
        if let Some(reason) = made_up(candidate) {
            return Verdict::Drop(reason);
        }
        if by_model(rule) {
            match model::judge(candidate) {
                Opinion::Credential => reasons.push("name, value and place speak for a credential"),
                Opinion::Perhaps => {
                    confidence = Confidence::Hint;
                    reasons.push("it could be a credential: not enough speaks for it");
                }
                Opinion::Other => return Verdict::Drop(against(candidate)),
            }
            match entropy::judge(captured) {
                entropy::Look::Random => {
                    reasons.push("it looks random for its length and alphabet");
                }
                entropy::Look::Weak => reasons.push("a person could have chosen it"),
            }
        }
    }
    if is_fixture(candidate.path) {
        steps_down += steps_in_sample(rule);
        reasons.push("the file is a test, an example or documentation");
    } else if (by_model(rule) || is_key_block(rule)) && place::in_documentation(candidate) {
        steps_down += steps_in_sample(rule);
        reasons.push("it stands in documentation or in a test");
    }
    Verdict::Keep(lowered(confidence, steps_down), reasons)
}

/// Returns how many steps lower a finding counts in a test, an example or documentation.
///
/// A test of TLS or of signatures needs a whole key, which is made for it and is then as real as any
/// other; so a key there is a hint. A vendor's token has no such use.
fn steps_in_sample(rule: &Rule) -> usize {
    if is_key_block(rule) {
        Confidence::ALL.len()
    } else {
        1
    }
}

fn is_key_block(rule: &Rule) -> bool {
    rule.checksum == Some(Checksum::Pem)
}

/// Tells whether the model judges what a rule matches: a secret without a known format.
#[must_use]
pub fn by_model(rule: &Rule) -> bool {
    rule.kind == Kind::Secret && rule.confidence < Confidence::Format
}

/// Returns why nobody needs to keep a value secret, if so: its vendor published it, or it is made to
/// be seen.
fn harmless(candidate: &Candidate<'_>) -> Option<Reason> {
    documented::is_documented(candidate.captured)
        .then_some("it is a sample value of the vendor's documentation")
        .or_else(|| public::judge(candidate))
}

/// Returns why a value stands for a value or is too plain for its rule, if it is.
fn made_up(candidate: &Candidate<'_>) -> Option<Reason> {
    let Candidate { rule, captured, .. } = *candidate;
    // A whole key block or key file has lines, headers and padding; its checksum judges it.
    let token = captured.len() <= MAX_TOKEN_BYTES && !captured.contains(&b'\n');
    // The model knows more of how people choose passwords than that they repeat and count.
    let plain = || repetition::judge(captured).filter(|_| token && !by_model(rule));
    let label = || {
        (by_model(rule) && model::is_label(candidate)).then_some("it is a text for people to read")
    };
    // Rules that name a vendor rank higher: the name says more than how the value was typed.
    let nameless = by_model(rule) && rule.rank <= NAMELESS_RANK;
    let counted = || repetition::typed(captured).filter(|_| token && nameless);
    placeholder::judge(candidate)
        .or_else(plain)
        .or_else(counted)
        .or_else(label)
        .or_else(|| by_model(rule).then(|| of_another_form(candidate)).flatten())
        .or_else(|| {
            let least = rule.min_entropy?;
            (shannon(captured) < least).then_some("its entropy is below what the rule asks for")
        })
}

/// Returns why the name of a value says that the value is no credential, if it does.
fn of_another_form(candidate: &Candidate<'_>) -> Option<Reason> {
    let name = model::name_of(candidate);
    if vendor_form::contradicts(name, candidate.captured) {
        Some("the vendor's credentials have another form")
    } else if vendor_form::names_vault(name, candidate.captured) {
        Some("it is the name of a key vault")
    } else {
        None
    }
}

/// Returns in words why the model says that a candidate is none.
fn against(candidate: &Candidate<'_>) -> Reason {
    placeholder::chosen(candidate.captured)
        .or_else(|| repetition::judge(candidate.captured))
        .or_else(|| words::reason(candidate))
        .unwrap_or("name, value and place together speak against a credential")
}

/// Returns why a candidate for the model is dropped before the model is asked, if it is.
#[must_use]
pub fn before_model(candidate: &Candidate<'_>) -> Option<Reason> {
    let Candidate { rule, captured, .. } = *candidate;
    if let Some(reason) = harmless(candidate) {
        return Some(reason);
    }
    match rule.checksum.map(|check| checksum::verify(check, captured)) {
        Some(Outcome::Public(reason)) => Some(reason),
        _ => made_up(candidate),
    }
}

/// Tells whether a secret stands in a test, an example or documentation.
#[must_use]
pub fn in_sample(candidate: &Candidate<'_>) -> bool {
    is_fixture(candidate.path) || place::in_documentation(candidate)
}

/// Returns a confidence so many steps lower, a hint at the lowest.
fn lowered(confidence: Confidence, steps: usize) -> Confidence {
    let at = Confidence::ALL
        .iter()
        .position(|&other| other == confidence)
        .unwrap_or(0);
    Confidence::ALL[at.saturating_sub(steps)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowering_stops_at_a_hint() {
        assert_eq!(lowered(Confidence::Proven, 1), Confidence::Format);
        assert_eq!(lowered(Confidence::Context, 5), Confidence::Hint);
    }
}
