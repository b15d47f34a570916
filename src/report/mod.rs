//! What a run found, in the format that was asked for. A new format is one file and one line here.

mod json;
mod sarif;
mod terminal;

pub(crate) use json::{Closing, Summary, Tool, VERSION as DOCUMENT_VERSION};

use crate::config::Rules;
use crate::finding::{Finding, Level, Tally};
use crate::shard::Shard;
use crate::spec::{Confidence, Kind, Rule};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

/// Everything a report says.
#[derive(Clone, Copy, Debug)]
pub struct Report<'r> {
    /// Findings in order.
    pub findings: &'r [Finding],
    /// The rules they refer to.
    pub rules: &'r Rules,
    /// What was scanned.
    pub tally: &'r Tally,
    /// How long it took.
    pub elapsed: Duration,
    /// What it is a part of.
    pub origin: Origin<'r>,
}

/// What the results of a run are a part of: a scan on several machines, of several repositories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin<'r> {
    /// The repository's name among others, as the user gave it.
    pub repository: Option<&'r str>,
    /// Which part of the scan it is.
    pub shard: Option<Shard>,
    /// What was scanned: the text that [`Shard::split`] returns.
    pub scan: Option<&'r str>,
}

/// A format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: places, excerpts, reasons and remedies.
    #[default]
    Terminal,
    /// One JSON document.
    Json,
    /// One JSON object a line, one line a finding.
    Jsonl,
    /// SARIF 2.1.0, as GitHub code scanning takes it.
    Sarif,
}

impl Format {
    /// Tells whether the report ends with the summary line, so that none need be printed beside it.
    #[must_use]
    pub fn has_summary(self) -> bool {
        self == Self::Terminal
    }
}

/// Writes a report.
///
/// # Errors
///
/// Fails when the output cannot be written: closed pipe, full disk.
pub fn write(
    format: Format,
    report: &Report<'_>,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Terminal => terminal::write(report, color, out)?,
        Format::Json => json::write(report, out)?,
        Format::Jsonl => json::write_lines(report, out)?,
        Format::Sarif => sarif::write(report, out)?,
    }
    out.flush()
}

impl Report<'_> {
    /// Returns the last line of every run: what was scanned, what was found, how long it took.
    #[must_use]
    pub fn summary(&self) -> String {
        let Tally {
            files,
            messages,
            added_lines,
            excluded,
            allowed,
            without_text,
            ..
        } = self.tally;
        let texts = files + messages;
        let shard = self
            .origin
            .shard
            .map_or_else(String::new, |shard| format!("shard {shard}: "));
        let mut line = if texts == 0 && *without_text > 0 {
            let changes = counted(*without_text as u64, "change");
            format!("guard: {shard}nothing to scan: {changes} without text")
        } else if texts == 0 {
            format!("guard: {shard}nothing to scan")
        } else {
            let messages = match *messages {
                0 => String::new(),
                messages => format!(", {}", counted(messages as u64, "message")),
            };
            format!(
                "guard: {shard}{}{messages}, {}, {}",
                counted(*files as u64, "file"),
                counted(*added_lines, "added line"),
                self.found()
            )
        };
        if *allowed > 0 {
            let _ = write!(line, ", {allowed} allowed");
        }
        if *excluded > 0 {
            let _ = write!(line, ", {} excluded", counted(*excluded as u64, "file"));
        }
        let _ = write!(line, " ({})", duration(self.elapsed));
        line
    }

    fn found(&self) -> String {
        found([Level::Error, Level::Warning, Level::Note].map(|level| {
            self.findings
                .iter()
                .filter(|finding| finding.level == level)
                .count()
        }))
    }
}

/// Says how many findings there are: of errors, warnings and notes.
pub(crate) fn found(levels: [usize; 3]) -> String {
    let count = levels.iter().sum::<usize>();
    let mut line = counted(count as u64, "finding");
    if count > 0 {
        let parts: Vec<String> = levels
            .into_iter()
            .zip(["blocking", "to look at", "hinted at"])
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", grouped(count as u64)))
            .collect();
        let _ = write!(line, " ({})", parts.join(", "));
    }
    line
}

/// Returns why a finding is believed, in a few words.
fn confidence_words(finding: &Finding, rule: &Rule) -> &'static str {
    match (rule.kind, finding.confidence) {
        (Kind::Code, _) => "matched by its pattern",
        (_, Confidence::Proven) => "proven by its checksum or structure",
        (_, Confidence::Format) => "known by its format",
        (_, Confidence::Context) => "known by its name and look",
        (_, Confidence::Hint) => "a hint",
    }
}

/// Returns a number with its thousands set apart: `1,234`.
fn grouped(count: u64) -> String {
    let mut digits = count.to_string();
    let mut at = digits.len();
    while at > 3 {
        at -= 3;
        digits.insert(at, ',');
    }
    digits
}

/// Returns a number and its noun: `1 file`, `1,234 repositories`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let digits = grouped(count);
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("{digits} {noun}"),
        Some(stem) => format!("{digits} {stem}ies"),
        None => format!("{digits} {noun}s"),
    }
}

fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(10) {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.1} s", elapsed.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_was_scanned_and_never_looks_like_a_pass_without_it() {
        let tally = Tally {
            files: 14,
            added_lines: 1312,
            ..Tally::default()
        };
        let report = Report {
            findings: &[],
            rules: &Rules::default(),
            tally: &tally,
            elapsed: Duration::from_millis(3),
            origin: Origin::default(),
        };
        assert_eq!(
            report.summary(),
            "guard: 14 files, 1,312 added lines, 0 findings (3 ms)"
        );
        let tally = Tally {
            excluded: 1,
            ..Tally::default()
        };
        let report = Report {
            tally: &tally,
            ..report
        };
        assert_eq!(
            report.summary(),
            "guard: nothing to scan, 1 file excluded (3 ms)"
        );
        let tally = Tally {
            without_text: 2,
            ..Tally::default()
        };
        let report = Report {
            tally: &tally,
            ..report
        };
        assert_eq!(
            report.summary(),
            "guard: nothing to scan: 2 changes without text (3 ms)"
        );
    }
}
