//! Joins the results of many runs into one: those of the parts of a scan, of many repositories.
//!
//! Results are JSON lines: a line a finding, and at the end of a part one that says that the run
//! finished. Lines are read one by one and kept as they stand; memory grows with the number of
//! distinct findings, not with the size of the results.

mod error;
mod line;
mod output;
mod set;

pub use error::{Conflict, LineFault, MergeError, Missing};
pub use output::Merged;
pub use set::Totals;

use crate::finding::Level;
use crate::first::Sighting;
use line::{Dated, Found, Identity, Line, Place};
use set::Sets;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};
use std::rc::Rc;

/// The longest line that is read: no finding's comes near, and a file that is no result at all
/// does not fill the memory.
const LONGEST_BYTES: u64 = 16 << 20;

/// What to do with results that do not end with the line that says that their run finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unclosed {
    /// They can prove a finding, but not that there is none.
    #[default]
    Doubt,
    /// The caller knows that their runs finished.
    Trust,
}

/// Results that are being joined.
#[derive(Debug, Default)]
pub struct Merge {
    findings: BTreeMap<Identity, Versions>,
    sets: Sets,
    unclosed: Vec<String>,
}

/// The same finding in different versions of a file.
#[derive(Debug, Default)]
struct Versions {
    /// Where no commit brought it, or the row does not tell which.
    outside: BTreeSet<Row>,
    /// The first commit, and the places there.
    first: Option<(Sighting, BTreeSet<Row>)>,
}

/// A line of a result, ordered by place and commit. No line is there twice.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    place: Place,
    commit: Option<Dated>,
    level: Level,
    text: Box<str>,
}

/// How far the reading of a file is.
struct At {
    file: Rc<str>,
    /// The number of the line, from 1.
    line: u64,
    /// Findings after the last line that closed a run.
    open: u64,
    /// Whether the last line that is not blank closed a run.
    closed: bool,
}

impl At {
    fn fail(&self, fault: LineFault) -> MergeError {
        MergeError::Line {
            file: self.file.to_string(),
            line: self.line,
            fault,
        }
    }
}

impl Merge {
    /// Reads a result, or several one after the other; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read, or when it is not what guard wrote, whole.
    pub fn read(&mut self, name: &str, mut input: impl BufRead) -> Result<(), MergeError> {
        let mut at = At {
            file: Rc::from(name),
            line: 0,
            open: 0,
            closed: false,
        };
        let fault = |source| MergeError::Read {
            file: name.to_owned(),
            source,
        };
        let mut buffer = Vec::new();
        while read_line(&mut input, &mut buffer).map_err(fault)? {
            at.line += 1;
            self.take(&buffer, &mut at)?;
        }
        if !at.closed {
            self.unclosed.push(name.to_owned());
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], at: &mut At) -> Result<(), MergeError> {
        if bytes.len() as u64 > LONGEST_BYTES {
            return Err(at.fail(LineFault::Long(LONGEST_BYTES)));
        }
        let bytes = match at.line {
            // Some shells begin every file that they write with a byte order mark.
            1 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            _ => bytes,
        };
        match Line::read(bytes).map_err(|fault| at.fail(fault))? {
            None => {}
            Some(Line::Finding(found)) => {
                at.open += 1;
                at.closed = false;
                self.add(*found);
            }
            Some(Line::Closing(closing)) => {
                if closing.summary.findings != at.open {
                    return Err(at.fail(LineFault::Count {
                        shard: closing.shard,
                        said: closing.summary.findings,
                        found: at.open,
                    }));
                }
                at.open = 0;
                at.closed = true;
                self.sets.add(*closing, &at.file)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, found: Found<'_>) {
        let versions = self.findings.entry(found.identity).or_default();
        let rows = match (found.sighting, &mut versions.first) {
            (None, _) => &mut versions.outside,
            (Some(later), Some((first, _))) if later > *first => return,
            (Some(same), Some((first, rows))) if same == *first => rows,
            (Some(earlier), first) => &mut first.insert((earlier, BTreeSet::new())).1,
        };
        rows.insert(Row {
            place: found.place,
            commit: found.commit,
            level: found.level,
            text: found.text.into(),
        });
    }

    /// Ends the reading and returns what is left, in the order of reports.
    ///
    /// `expected` names repositories that must have results.
    ///
    /// # Errors
    ///
    /// Fails when a part of a scan is missing, or a repository that is expected; or when a result
    /// that is not known to be whole would be taken for a pass.
    pub fn finish(self, unclosed: Unclosed, expected: &[String]) -> Result<Merged, MergeError> {
        let parts = !self.sets.is_empty();
        let totals = self.sets.finish(expected)?;
        let merged = Merged::new(self.findings, totals, self.unclosed);
        // Where one result is known to be whole, all can be.
        let doubtful = unclosed == Unclosed::Doubt && (parts || !merged.blocks());
        if doubtful && !merged.unclosed.is_empty() {
            return Err(MergeError::Unclosed {
                files: merged.unclosed,
            });
        }
        Ok(merged)
    }
}

/// Reads a line with its end, or the beginning of one that is too long; `false`: there is none.
fn read_line(input: &mut impl BufRead, buffer: &mut Vec<u8>) -> std::io::Result<bool> {
    buffer.clear();
    let mut limited = input.by_ref().take(LONGEST_BYTES + 1);
    Ok(limited.read_until(b'\n', buffer)? > 0)
}

#[cfg(test)]
mod tests;
