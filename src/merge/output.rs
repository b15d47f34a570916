//! What is left of joined results, and how it is written.

use super::line::Identity;
use super::set::Totals;
use super::{Row, Versions};
use crate::finding::Level;
use crate::report::{DOCUMENT_VERSION, Tool, counted, found};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::rc::Rc;

/// Joined results.
#[derive(Debug)]
pub struct Merged {
    /// The lines of the findings, as they were read, in the order of reports.
    pub lines: Vec<Box<str>>,
    /// What the runs tell of themselves.
    pub totals: Totals,
    /// Files that do not end with the line that says that their run finished.
    pub unclosed: Vec<String>,
    /// How many findings there are of each level: errors, warnings, notes.
    levels: [usize; 3],
}

/// The joined results as one document.
#[derive(Serialize)]
struct Document<'m> {
    version: u32,
    tool: Tool<'static>,
    findings: Vec<&'m RawValue>,
    summary: Summary<'m>,
}

#[derive(Serialize)]
struct Summary<'m> {
    repositories: u64,
    shards: u64,
    files: u64,
    messages: u64,
    added_lines: u64,
    excluded_files: u64,
    allowed: u64,
    findings: usize,
    blocking: usize,
    milliseconds: u64,
    notes: &'m BTreeSet<String>,
}

impl Merged {
    pub(super) fn new(
        findings: BTreeMap<Identity, Versions>,
        totals: Totals,
        unclosed: Vec<String>,
    ) -> Self {
        let mut levels = [0; 3];
        let mut rows: Vec<(Rc<Identity>, Row)> = Vec::new();
        for (identity, versions) in findings {
            let identity = Rc::new(identity);
            let first = versions.first.into_iter().flat_map(|(_, rows)| rows);
            for row in versions.outside.into_iter().chain(first) {
                levels[match row.level {
                    Level::Error => 0,
                    Level::Warning => 1,
                    Level::Note => 2,
                }] += 1;
                rows.push((Rc::clone(&identity), row));
            }
        }
        rows.sort_unstable_by(|(a, row), (b, other)| {
            (&a.repository, &a.path, row.place, &a.rule, row).cmp(&(
                &b.repository,
                &b.path,
                other.place,
                &b.rule,
                other,
            ))
        });
        Self {
            lines: rows.into_iter().map(|(_, row)| row.text).collect(),
            totals,
            unclosed,
            levels,
        }
    }

    /// Tells whether any finding blocks.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.levels[0] > 0
    }

    /// Writes the findings, a line each.
    ///
    /// # Errors
    ///
    /// Fails when the output cannot be written.
    pub fn write_lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in &self.lines {
            writeln!(out, "{line}")?;
        }
        out.flush()
    }

    /// Writes one JSON document, in the form of `guard check --format json`.
    ///
    /// # Errors
    ///
    /// Fails when the output cannot be written.
    pub fn write_document(&self, out: &mut dyn Write) -> io::Result<()> {
        let findings: Result<Vec<&RawValue>, _> = self
            .lines
            .iter()
            .map(|line| serde_json::from_str(line))
            .collect();
        let totals = &self.totals;
        let document = Document {
            version: DOCUMENT_VERSION,
            tool: Tool::this(),
            findings: findings?,
            summary: Summary {
                repositories: totals.repositories,
                shards: totals.shards,
                files: totals.files,
                messages: totals.messages,
                added_lines: totals.added_lines,
                excluded_files: totals.excluded_files,
                allowed: totals.allowed,
                findings: self.lines.len(),
                blocking: self.levels[0],
                milliseconds: totals.milliseconds,
                notes: &totals.notes,
            },
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)?;
        out.flush()
    }

    /// Returns what was joined and what is left, in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        let Totals {
            repositories,
            shards,
            files,
            messages,
            excluded_files,
            allowed,
            ..
        } = self.totals;
        let mut line = "guard: ".to_owned();
        if repositories > 1 {
            let _ = write!(line, "{}, ", counted(repositories, "repository"));
        }
        if shards > 0 {
            let (shards, files) = (counted(shards, "shard"), counted(files, "file"));
            let _ = write!(line, "{shards}, {files}, ");
            if messages > 0 {
                let _ = write!(line, "{}, ", counted(messages, "message"));
            }
        }
        if !self.unclosed.is_empty() {
            let unclosed = counted(self.unclosed.len() as u64, "result");
            let _ = write!(line, "{unclosed} without a last line, ");
        }
        line.push_str(&found(self.levels));
        if allowed > 0 {
            let _ = write!(line, ", {allowed} allowed");
        }
        if excluded_files > 0 {
            let _ = write!(line, ", {} excluded", counted(excluded_files, "file"));
        }
        line
    }
}
