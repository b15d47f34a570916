//! What a scan found, in a form that holds no secret any more.

use crate::config::Rules;
use crate::source::Commit;
use crate::spec::{Confidence, Severity};
use bstr::BString;
use sha2::{Digest, Sha256};
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::Arc;

/// The captured bytes of a secret. Printing it shows its length only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret<'t>(pub &'t [u8]);

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// What a finding does to the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Shown, never blocks: a hint.
    Note,
    /// Shown, does not block.
    Warning,
    /// Blocks.
    Error,
}

impl Level {
    /// Returns the word used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a text: lines and columns from 1, columns in characters, the end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// A stable name of a finding: it survives moves, renames, rebases and squashes, and dies with
/// the secret itself.
///
/// The first 12 bytes of SHA-256 over a fixed key, the rule's id and the secret (for code: the
/// matched text with white space folded), in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

impl Fingerprint {
    /// Keeps guard's fingerprints apart from plain hashes of the same bytes.
    const KEY: &'static [u8] = b"guard fingerprint v1\0";

    /// Returns the fingerprint of a secret.
    #[must_use]
    pub fn of_secret(rule: &str, secret: Secret<'_>) -> Self {
        Self::hash(rule, secret.0)
    }

    /// Returns the fingerprint of a piece of code; white space is folded first.
    #[must_use]
    pub fn of_code(rule: &str, code: &[u8]) -> Self {
        let words: Vec<&[u8]> = code
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
            .collect();
        Self::hash(rule, &words.join(&b' '))
    }

    fn hash(rule: &str, content: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(Self::KEY)
            .chain_update(rule.as_bytes())
            .chain_update(b"\0")
            .chain_update(content)
            .finalize();
        let mut text = String::with_capacity(24);
        for byte in digest.iter().take(12) {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A few lines of source around a finding: secrets masked, control characters escaped, long lines
/// cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Number of the first line.
    pub first_line: u32,
    /// The lines, joined by line feeds.
    pub text: String,
    /// What to underline: a byte range of `text`.
    pub highlight: Range<usize>,
}

/// A candidate that survived the judges.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Index of its rule.
    pub rule: usize,
    /// Path from the repository root, raw bytes.
    pub path: BString,
    /// Where it is.
    pub location: Location,
    /// Whether it blocks.
    pub level: Level,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What the judges said, in their order.
    pub reasons: Vec<&'static str>,
    /// Its stable name.
    pub fingerprint: Fingerprint,
    /// What to show.
    pub excerpt: Excerpt,
    /// The commit that brings it; `None` when it is not committed yet.
    pub commit: Option<Arc<Commit>>,
}

impl Finding {
    /// Orders findings as reports show them: by path, place, rule id.
    #[must_use]
    pub fn order(&self, other: &Self, rules: &Rules) -> std::cmp::Ordering {
        let key = |finding: &Self| {
            let commit = finding.commit.as_ref();
            (
                finding.location,
                commit.map(|commit| (commit.time, commit.id)),
            )
        };
        let (mine, theirs) = (&rules[self.rule].id, &rules[other.rule].id);
        let ((here, first), (there, second)) = (key(self), key(other));
        (&self.path, here, mine, first).cmp(&(&other.path, there, theirs, second))
    }
}

/// What a run scanned and what it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files scanned.
    pub files: usize,
    /// Messages of commits and tags scanned.
    pub messages: usize,
    /// Changes that bring no text: deletions, mode changes, plain renames.
    pub without_text: usize,
    /// Commits looked at.
    pub commits: usize,
    /// Lines that were new in files and messages.
    pub added_lines: u64,
    /// Files left out by `[settings] exclude`.
    pub excluded: usize,
    /// Findings silenced by inline comments and exceptions.
    pub allowed: usize,
    /// What the user should know beside the findings: old versions that were missing, exceptions
    /// that match nothing.
    pub notes: Vec<String>,
}
