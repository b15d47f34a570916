//! JSON: one document, or one object a line.
//!
//! The lines of a run that is part of something larger end with one that is no finding
//! ([`Closing`]), by which [`crate::merge`] tells a whole result from one that is cut off.

use super::{Report, confidence_words};
use crate::date::rfc3339;
use crate::escape::{escape, escape_path};
use crate::finding::Finding;
use crate::shard::Shard;
use crate::spec::Rule;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{self, Write};

/// The version of the document's shape; it grows when a field changes its meaning.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    tool: Tool<'static>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<Shard>,
    findings: Vec<Row<'r>>,
    summary: Summary,
}

/// What wrote a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tool<'t> {
    pub(crate) name: Cow<'t, str>,
    pub(crate) version: Cow<'t, str>,
}

impl Tool<'static> {
    /// Returns this guard.
    pub(crate) const fn this() -> Self {
        Self {
            name: Cow::Borrowed("guard"),
            version: Cow::Borrowed(env!("CARGO_PKG_VERSION")),
        }
    }
}

/// What a run tells of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) files: u64,
    #[serde(default)]
    pub(crate) messages: u64,
    pub(crate) added_lines: u64,
    pub(crate) excluded_files: u64,
    pub(crate) allowed: u64,
    pub(crate) findings: u64,
    pub(crate) blocking: u64,
    pub(crate) milliseconds: u64,
    pub(crate) notes: Vec<String>,
}

/// The last line of the results of a run that is part of something larger.
///
/// It is written when everything else is: a result that lacks it is cut off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Closing<'r> {
    pub(crate) shard: Shard,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) repository: Option<Cow<'r, str>>,
    pub(crate) tool: Tool<'r>,
    /// What was scanned, as a text that is the same in all parts of a scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scan: Option<Cow<'r, str>>,
    pub(crate) complete: bool,
    pub(crate) summary: Summary,
}

/// One finding. `path` has odd characters escaped; `uri` is percent-encoded and exact.
#[derive(Serialize)]
struct Row<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'r str>,
    path: String,
    uri: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    level: &'static str,
    blocks: bool,
    rule: &'r str,
    kind: &'static str,
    message: &'r str,
    severity: &'static str,
    confidence: &'static str,
    believed: &'static str,
    reasons: &'r [&'static str],
    cwe: &'r [u32],
    owasp: Vec<&'r str>,
    why: &'r str,
    fix: &'r str,
    fingerprint: &'r str,
    excerpt: Cut<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// When it was committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_date: Option<String>,
    /// Who wrote the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
}

/// Masked source lines.
#[derive(Serialize)]
struct Cut<'r> {
    first_line: u32,
    text: &'r str,
}

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        tool: Tool::this(),
        repository: report.origin.repository,
        shard: report.origin.shard,
        findings: report
            .findings
            .iter()
            .map(|finding| row(finding, report))
            .collect(),
        summary: summary(report),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

pub(super) fn write_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings {
        serde_json::to_writer(&mut *out, &row(finding, report))?;
        writeln!(out)?;
    }
    let origin = report.origin;
    if origin.repository.is_none() && origin.shard.is_none() {
        return Ok(());
    }
    let closing = Closing {
        shard: origin.shard.unwrap_or(Shard::WHOLE),
        repository: origin.repository.map(Cow::Borrowed),
        tool: Tool::this(),
        scan: origin.scan.map(Cow::Borrowed),
        complete: true,
        summary: summary(report),
    };
    serde_json::to_writer(&mut *out, &closing)?;
    writeln!(out)
}

fn summary(report: &Report<'_>) -> Summary {
    let tally = report.tally;
    let blocking = report.findings.iter().filter(|finding| blocks(finding));
    Summary {
        files: tally.files as u64,
        messages: tally.messages as u64,
        added_lines: tally.added_lines,
        excluded_files: tally.excluded as u64,
        allowed: tally.allowed as u64,
        findings: report.findings.len() as u64,
        blocking: blocking.count() as u64,
        milliseconds: u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
        notes: tally
            .notes
            .iter()
            .map(|note| escape(note.as_bytes()))
            .collect(),
    }
}

fn row<'r>(finding: &'r Finding, report: &Report<'r>) -> Row<'r> {
    let rule: &Rule = &report.rules[finding.rule];
    Row {
        repository: report.origin.repository,
        path: escape_path(&finding.path),
        uri: super::sarif::uri(&finding.path),
        line: finding.location.line,
        column: finding.location.column,
        end_line: finding.location.end_line,
        end_column: finding.location.end_column,
        level: finding.level.name(),
        blocks: blocks(finding),
        rule: &rule.id,
        kind: rule.kind.name(),
        message: &rule.description,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        believed: confidence_words(finding, rule),
        reasons: &finding.reasons,
        cwe: &rule.cwe,
        owasp: rule.owasp.iter().map(AsRef::as_ref).collect(),
        why: &rule.why,
        fix: &rule.fix,
        fingerprint: &finding.fingerprint.0,
        excerpt: Cut {
            first_line: finding.excerpt.first_line,
            text: &finding.excerpt.text,
        },
        commit: finding.commit.as_ref().map(|commit| commit.id.to_string()),
        commit_date: finding.commit.as_ref().map(|commit| rfc3339(commit.time)),
        author: finding
            .commit
            .as_ref()
            .map(|commit| escape(commit.author.as_bytes())),
    }
}

fn blocks(finding: &Finding) -> bool {
    finding.level == crate::finding::Level::Error
}
