//! Settings and reviewed exceptions of a pattern file.

use super::{Severity, Sourced};
use std::fmt;

/// `[settings]`, as far as a file sets them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Severity from which a finding blocks.
    pub block: Option<Severity>,
    /// Globs that are not scanned.
    pub exclude: Vec<Sourced<String>>,
}

/// A reviewed exception: every criterion that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Allow {
    /// Why the finding is accepted.
    pub reason: String,
    /// Rules it covers; empty: all.
    pub rules: Vec<String>,
    /// Fingerprints it covers; empty: all.
    pub fingerprints: Vec<String>,
    /// Globs of paths it covers; empty: all.
    pub paths: Vec<String>,
    /// Patterns on the secret, or for code on the matched text; empty: all.
    pub regexes: Vec<String>,
    /// Substrings of the same, compared without ASCII case; empty: all.
    pub stopwords: Vec<String>,
    /// The day from which it no longer holds.
    pub expires: Option<Date>,
    /// Where it stands: file and line.
    pub origin: (String, usize),
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let date = text.parse::<toml::value::Datetime>().ok()?;
        if date.time.is_some() || date.offset.is_some() {
            return None;
        }
        let date = date.date?;
        Some(Self {
            year: date.year,
            month: date.month,
            day: date.day,
        })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
