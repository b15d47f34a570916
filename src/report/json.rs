//! JSON: one document, or one object a line.

use super::{Report, confidence_words};
use crate::escape::{escape, escape_path};
use crate::finding::Finding;
use crate::spec::Rule;
use serde::Serialize;
use std::io::{self, Write};

/// The version of the document's shape; it grows when a field changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    tool: Tool,
    findings: Vec<Row<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    added_lines: u64,
    excluded_files: usize,
    allowed: usize,
    blocking: usize,
    milliseconds: u128,
    notes: Vec<String>,
}

/// One finding. `path` has odd characters escaped; `uri` is percent-encoded and exact.
#[derive(Serialize)]
struct Row<'r> {
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
    commit: Option<&'r str>,
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
        tool: Tool {
            name: "guard",
            version: env!("CARGO_PKG_VERSION"),
        },
        findings: report
            .findings
            .iter()
            .map(|finding| row(finding, &report.rules[finding.rule]))
            .collect(),
        summary: Summary {
            files: report.tally.files,
            added_lines: report.tally.added_lines,
            excluded_files: report.tally.excluded,
            allowed: report.tally.allowed,
            blocking: report
                .findings
                .iter()
                .filter(|finding| blocks(finding))
                .count(),
            milliseconds: report.elapsed.as_millis(),
            notes: report
                .tally
                .notes
                .iter()
                .map(|note| escape(note.as_bytes()))
                .collect(),
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

pub(super) fn write_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings {
        serde_json::to_writer(&mut *out, &row(finding, &report.rules[finding.rule]))?;
        writeln!(out)?;
    }
    Ok(())
}

fn row<'r>(finding: &'r Finding, rule: &'r Rule) -> Row<'r> {
    Row {
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
        commit: finding.commit.as_deref(),
    }
}

fn blocks(finding: &Finding) -> bool {
    finding.level == crate::finding::Level::Error
}
