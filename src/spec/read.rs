//! Reads a pattern file into checked rules, changes, exceptions and settings.

use super::fault::{Sink, position};
use super::field::{Fields, check_regex, expected, names_of, table, values};
use super::rule::read_rule;
use super::{Allow, Date, Fault, Precision, Rule, Settings, Severity};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A thing with the line of the pattern file where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Sourced<T> {
    /// The thing.
    pub value: T,
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the file, from 1.
    pub column: usize,
}

/// A pattern file as written, each part checked by itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatternFile {
    /// What it builds on; `None` when the file does not say.
    pub extends: Option<Vec<Sourced<String>>>,
    /// Settings.
    pub settings: Settings,
    /// Changes to rules of the files it extends.
    pub changes: Vec<Sourced<RuleChange>>,
    /// Its own rules.
    pub rules: Vec<Sourced<Rule>>,
    /// Reviewed exceptions.
    pub allows: Vec<Allow>,
}

/// `[rules.ID]`: a change to a rule that stands elsewhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleChange {
    /// The rule.
    pub id: String,
    /// New severity.
    pub severity: Option<Severity>,
    /// New precision.
    pub precision: Option<Precision>,
    /// Switches the rule off or on.
    pub enabled: Option<bool>,
    /// Globs added to the rule's own.
    pub paths: Vec<String>,
    /// Globs added to the rule's own.
    pub not_paths: Vec<String>,
}

/// Reads a pattern file.
///
/// Returns what could be read and every fault found; only a file without faults may be used.
#[must_use]
pub fn read(file: &str, text: &str) -> (PatternFile, Vec<Fault>) {
    let mut sink = Sink {
        file,
        text,
        faults: Vec::new(),
    };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        sink.fault(&error.span().unwrap_or(0..0), error.message());
    }
    let mut fields = Fields::new(document.get_ref(), 0..0);
    let mut out = PatternFile::default();
    if fields.take("extends").is_some() {
        let list = fields.strings("extends", &mut sink);
        out.extends = Some(
            list.into_iter()
                .map(|item| sourced(text, &item.span(), item.into_inner()))
                .collect(),
        );
    }
    if let Some(settings) = fields.table("settings", &mut sink) {
        out.settings = read_settings(settings, &mut sink);
    }
    if let Some(value) = fields.take("rules") {
        if let DeValue::Table(changes) = value.get_ref() {
            for (id, change) in changes {
                if let Some(fields) = table(change, id.get_ref(), &mut sink) {
                    let change = read_change(id.get_ref(), fields, &mut sink);
                    out.changes.push(sourced(text, &id.span(), change));
                }
            }
        } else {
            expected(
                value,
                "rules",
                "a table of changes; new rules stand under `[[rule]]`",
                &mut sink,
            );
        }
    }
    for item in fields.items("rule", &mut sink) {
        if let Some(fields) = table(item, "rule", &mut sink) {
            let rule = read_rule(fields, &mut sink);
            let twin = out
                .rules
                .iter()
                .find(|other| other.value.id == rule.id && !rule.id.is_empty());
            if let Some(twin) = twin {
                let message = format!(
                    "rule `{}` stands twice: also at line {}",
                    rule.id, twin.line
                );
                sink.fault(&item.span(), message);
            }
            out.rules.push(sourced(text, &item.span(), rule));
        }
    }
    for item in fields.items("allow", &mut sink) {
        if let Some(fields) = table(item, "allow", &mut sink) {
            let line = position(text, item.span().start).0;
            out.allows
                .push(read_allow(fields, (file.to_owned(), line), &mut sink));
        }
    }
    fields.finish("a pattern file", &mut sink);
    sink.faults.sort();
    (out, sink.faults)
}

fn sourced<T>(text: &str, span: &Range<usize>, value: T) -> Sourced<T> {
    let (line, column) = position(text, span.start);
    Sourced {
        value,
        line,
        column,
    }
}

fn read_settings(mut fields: Fields<'_, '_>, sink: &mut Sink<'_>) -> Settings {
    let settings = Settings {
        block: fields.name(
            "block",
            Severity::from_name,
            &names_of(Severity::ALL, Severity::name),
            sink,
        ),
        exclude: fields
            .strings("exclude", sink)
            .into_iter()
            .map(|glob| sourced(sink.text, &glob.span(), glob.into_inner()))
            .collect(),
    };
    fields.finish("[settings]", sink);
    settings
}

fn read_change(id: &str, mut fields: Fields<'_, '_>, sink: &mut Sink<'_>) -> RuleChange {
    let change = RuleChange {
        id: id.to_owned(),
        severity: fields.name(
            "severity",
            Severity::from_name,
            &names_of(Severity::ALL, Severity::name),
            sink,
        ),
        precision: fields.name(
            "precision",
            Precision::from_name,
            &names_of(Precision::ALL, Precision::name),
            sink,
        ),
        enabled: fields.boolean("enabled", sink),
        paths: values(fields.strings("paths", sink)),
        not_paths: values(fields.strings("not-paths", sink)),
    };
    fields.finish(&format!("[rules.{id}]"), sink);
    change
}

fn read_allow(mut fields: Fields<'_, '_>, origin: (String, usize), sink: &mut Sink<'_>) -> Allow {
    let reason = fields.required("reason", sink);
    let expires = read_date(&mut fields, sink);
    let regexes = fields.strings("regexes", sink);
    for regex in &regexes {
        check_regex(regex, "regexes", sink);
    }
    let allow = Allow {
        reason,
        rules: values(fields.strings("rules", sink)),
        fingerprints: values(fields.strings("fingerprints", sink)),
        paths: values(fields.strings("paths", sink)),
        regexes: values(regexes),
        stopwords: values(fields.strings("stopwords", sink)),
        expires,
        origin,
    };
    let narrow = [
        &allow.rules,
        &allow.fingerprints,
        &allow.paths,
        &allow.regexes,
        &allow.stopwords,
    ];
    if narrow.iter().all(|list| list.is_empty()) {
        let message =
            "an exception must be narrow: give rules, fingerprints, paths, regexes or stopwords";
        sink.fault(&fields.span, message);
    }
    for (list, key) in [
        (&allow.regexes, "regexes"),
        (&allow.stopwords, "stopwords"),
        (&allow.paths, "paths"),
    ] {
        if list.iter().any(String::is_empty) {
            sink.fault(
                &fields.span_of(key),
                format!("an empty entry in `{key}` would allow everything"),
            );
        }
    }
    fields.finish("[[allow]]", sink);
    allow
}

fn read_date(fields: &mut Fields<'_, '_>, sink: &mut Sink<'_>) -> Option<Date> {
    let value = fields.take("expires")?;
    let date = match value.get_ref() {
        DeValue::String(text) => Date::parse(text),
        DeValue::Datetime(date) => Date::parse(&date.to_string()),
        _ => None,
    };
    if date.is_none() {
        expected(value, "expires", "a day such as \"2027-06-30\"", sink);
    }
    date
}
