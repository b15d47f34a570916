//! What a pattern file can say: rules, exceptions and settings, and the reader that checks them.
//!
//! The build script includes this module as well: it reads the packs under `patterns/` with the
//! very reader that later reads a team's `patterns.toml`, and writes them out as statics. So text
//! and lists are `Cow`s: borrowed from the binary for the built-in rules, owned for a team's.

mod checksum;
mod example;
mod fault;
mod field;
mod files;
mod language;
mod read;
mod rule;
mod settings;
mod syntax;

pub use checksum::Checksum;
pub use fault::{Fault, Faults};
pub use files::FileMarks;
pub(crate) use files::{KEY_BYTES, Part, first_bytes, key_of};
pub use language::{Language, Languages};
pub use read::{PatternFile, RuleChange, Sourced, read};
pub use settings::{Allow, Date, Settings};
pub use syntax::{Class, Condition, Constraint, Pattern, Syntax};

use std::borrow::Cow;

/// Text of a rule: borrowed from the binary or owned.
pub type Text = Cow<'static, str>;
/// A list in a rule: borrowed from the binary or owned.
pub type List<T> = Cow<'static, [T]>;

/// What a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// A credential: the captured bytes are masked wherever they are shown.
    Secret,
    /// Insecure code.
    Code,
}

/// How bad it is when the finding is real.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Dangerous together with something else.
    Medium,
    /// Dangerous by itself.
    High,
    /// Gives access at once.
    Critical,
}

/// How sure it is that a candidate is what its rule says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Confidence {
    /// It might be: shown as a note, never blocks.
    Hint,
    /// A name that says secret beside a value that looks random.
    Context,
    /// A vendor's prefix and shape.
    Format,
    /// A checksum or structure was verified.
    Proven,
}

/// How often a rule is right.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Precision {
    /// Off unless a pattern file asks for it.
    Low,
    /// Warns.
    Medium,
    /// May block.
    High,
}

/// Gives an enum its names in pattern files and reports.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name used in pattern files and reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Returns the value of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use names;

names!(Kind { Secret = "secret", Code = "code" });
names!(Severity { Low = "low", Medium = "medium", High = "high", Critical = "critical" });
names!(Confidence { Hint = "hint", Context = "context", Format = "format", Proven = "proven" });
names!(Precision { Low = "low", Medium = "medium", High = "high" });

/// What to look for, checked but not compiled. `docs/patterns.md` explains every field.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rule {
    /// Kebab-case name, vendor or language first.
    pub id: Text,
    /// What was found, one line.
    pub description: Text,
    /// Secret or code.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// What a match is worth before the judges see it.
    pub confidence: Confidence,
    /// How often the rule is right.
    pub precision: Precision,
    /// `false` when a pattern file switched the rule off.
    pub enabled: bool,
    /// File types in which the rule can match; empty: all.
    pub languages: Languages,
    /// Globs of which one must match the path; empty: all paths.
    pub paths: List<Text>,
    /// Globs of which none may match the path.
    pub not_paths: List<Text>,
    /// Literals, compared without ASCII case; a match has one in its window.
    pub keywords: List<Text>,
    /// The pattern, in the syntax of the `regex` crate; empty when the rule has none.
    pub regex: Text,
    /// What to look for in the syntax tree; the regex then serves where the file does not parse.
    pub syntax: Option<Box<Syntax>>,
    /// The capture that is the secret, or the place to underline.
    pub group: u32,
    /// How many lines a match may span, at least 1.
    pub lines: u32,
    /// Patterns that drop a match when found in the lines it touches.
    pub unless: List<Text>,
    /// Patterns looked for in the lines around a match.
    pub near: Around,
    /// How many lines before and after a match `near` looks at.
    pub near_lines: u32,
    /// Patterns looked for in the whole file.
    pub file: Around,
    /// Of a rule about whole files, what it asks of name and first bytes; empty: a rule about what
    /// stands in texts.
    pub marks: FileMarks,
    /// Shannon entropy below which a secret is dropped, in bits per byte.
    pub min_entropy: Option<f64>,
    /// The check that proves or refutes a secret.
    pub checksum: Option<Checksum>,
    /// Whether matches that start in a comment count (code rules).
    pub in_comments: bool,
    /// Which of two rules that claim a place wins: the higher, 0 to 100.
    pub rank: u8,
    /// Why it is dangerous.
    pub why: Text,
    /// What to write instead.
    pub fix: Text,
    /// CWE numbers.
    pub cwe: List<u32>,
    /// OWASP Top 10 entries, such as `A03:2021`.
    pub owasp: List<Text>,
    /// Where the format or danger is documented.
    pub references: List<Text>,
    /// Exceptions that belong to the rule.
    pub allows: List<RuleAllow>,
    /// Texts the rule must report.
    pub matching: List<Example>,
    /// Texts the rule must stay silent on.
    pub twins: List<Example>,
}

/// Patterns that must or must not occur around a match.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Around {
    /// One of these must be there; empty: nothing is asked.
    pub requires: List<Text>,
    /// None of these may be there.
    pub unless: List<Text>,
}

/// An exception inside a rule.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RuleAllow {
    /// Why it is no secret.
    pub reason: Text,
    /// Substrings of the secret, compared without ASCII case.
    pub stopwords: List<Text>,
    /// Patterns on the target.
    pub regexes: List<Text>,
    /// Whether the patterns see the whole line instead of the secret.
    pub on_line: bool,
}

/// A text that a rule must or must not report.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Example {
    /// The file's path; empty: one that suits the rule's first language.
    pub path: Text,
    /// The text, with placeholders.
    pub text: Text,
    /// Whether the text gives bytes as hexadecimal digits.
    pub hex: bool,
}
