//! For people: `path:line:col: error: message [rule]`, which editors and terminals parse, then the
//! source with the place underlined, why it is dangerous and what to write instead.

use super::{Report, confidence_words};
use crate::date::rfc3339;
use crate::escape::{escape, escape_path};
use crate::finding::{Finding, Level};
use crate::spec::{Kind, Rule};
use crate::suppress::MARKER;
use annotate_snippets::{AnnotationKind, Group, Level as Mark, Renderer, Snippet};
use colored::{ColoredString, Colorize};
use std::io::{self, Write};

pub(super) fn write(report: &Report<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    for finding in report.findings {
        write_finding(finding, &report.rules[finding.rule], &renderer, out)?;
    }
    for note in &report.tally.notes {
        writeln!(out, "guard: {}: {}", "note".bold(), escape(note.as_bytes()))?;
    }
    let summary = report.summary();
    let worst = report.findings.iter().map(|finding| finding.level).max();
    let blocked = match worst {
        Some(Level::Error) => summary.red().bold(),
        Some(_) => summary.yellow(),
        None if report.tally.files + report.tally.messages == 0 => summary.normal(),
        None => summary.green(),
    };
    writeln!(out, "{blocked}")
}

/// Returns a path as it may begin a line: there CI systems look for commands (`::error …`,
/// `##[…]`), and people for guard's own words.
fn at_line_start(path: String) -> String {
    let begin = path.trim_start();
    let misleads = ["::", "##", "guard: "]
        .iter()
        .any(|word| begin.starts_with(word));
    if misleads { format!("./{path}") } else { path }
}

fn write_finding(
    finding: &Finding,
    rule: &Rule,
    renderer: &Renderer,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place = format!(
        "{}:{}:{}:",
        at_line_start(escape_path(&finding.path)),
        finding.location.line,
        finding.location.column
    );
    let commit = finding.commit.as_ref().map_or(String::new(), |commit| {
        let author = escape(commit.author_name().as_bytes());
        let day = &rfc3339(commit.time)[..10];
        format!(" in commit {}, {author}, {day}", commit.short())
    });
    writeln!(
        out,
        "{} {} {}{commit} [{}]",
        place.bold(),
        level_word(finding.level),
        rule.description.bold(),
        rule.id
    )?;
    let mark = match finding.level {
        Level::Error => Mark::ERROR,
        Level::Warning => Mark::WARNING,
        Level::Note => Mark::NOTE,
    };
    let excerpt = &finding.excerpt;
    let group = Group::with_level(mark.clone());
    let group = if rule.marks.is_empty() {
        let annotation = AnnotationKind::Primary
            .span(excerpt.highlight.clone())
            .label(label(finding, rule));
        let snippet = Snippet::source(excerpt.text.as_str())
            .line_start(excerpt.first_line as usize)
            .fold(false)
            .annotation(annotation);
        group.element(snippet)
    } else {
        // Of a file that is a secret as a whole nothing is shown.
        group.element(mark.with_name("file").message(label(finding, rule)))
    };
    let mut group = group
        .element(Mark::NOTE.with_name("why").message(rule.why.as_ref()))
        .element(Mark::HELP.with_name("instead").message(rule.fix.as_ref()));
    if let (Kind::Secret, Some(commit)) = (rule.kind, &finding.commit) {
        let stays = format!(
            "it stays in {} when a later commit deletes it: amend or rebase that one before it is \
             pushed; once it was, revoke the secret",
            commit.short()
        );
        group = group.element(Mark::HELP.with_name("committed").message(stays));
    }
    let group = group.element(
        Mark::HELP
            .with_name("false alarm?")
            .message(allow_hint(finding, rule)),
    );
    writeln!(out, "{}\n", renderer.render(&[group]))
}

fn level_word(level: Level) -> ColoredString {
    let word = format!("{}:", level.name());
    match level {
        Level::Error => word.red().bold(),
        Level::Warning => word.yellow().bold(),
        Level::Note => word.cyan().bold(),
    }
}

/// Returns what stands beside the underline.
fn label(finding: &Finding, rule: &Rule) -> String {
    let severity = format!("{} severity", finding.severity);
    match rule.kind {
        Kind::Secret => {
            let reasons = finding.reasons.join("; ");
            let believed = confidence_words(finding, rule);
            if reasons.is_empty() {
                format!("{severity}, {believed}")
            } else {
                format!("{severity}, {believed}: {reasons}")
            }
        }
        Kind::Code => match rule.cwe.first() {
            Some(cwe) => format!("{severity}, CWE-{cwe}"),
            None => severity,
        },
    }
}

fn allow_hint(finding: &Finding, rule: &Rule) -> String {
    if !rule.marks.is_empty() {
        return format!(
            "write `{MARKER} {} REASON` anywhere in it, or except it under `[[allow]]` in \
             patterns.toml (fingerprint {})",
            rule.id, finding.fingerprint
        );
    }
    format!(
        "write `{MARKER} {} REASON` on this line or the line above (fingerprint {})",
        rule.id, finding.fingerprint
    )
}
