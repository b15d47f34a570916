//! SARIF 2.1.0 as GitHub code scanning accepts it: rules with help and security severity, levels,
//! fingerprints, relative percent-encoded URIs.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0";
//! GitHub, "SARIF support for code scanning".

use super::{Report, confidence_words};
use crate::finding::{Finding, Level};
use crate::spec::{Kind, Precision, Rule, Severity};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation, PropertyBag,
    Region, ReportingConfiguration, ReportingDescriptor, Result as SarifResult, ResultLevel, Run,
    Sarif, Tool, ToolComponent,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    // Only rules that found something are described, in the order of the packs.
    let used: BTreeSet<usize> = report.findings.iter().map(|finding| finding.rule).collect();
    let index: HashMap<usize, usize> = used
        .iter()
        .enumerate()
        .map(|(at, &rule)| (rule, at))
        .collect();
    let driver = ToolComponent::builder()
        .name("guard")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(
            used.iter()
                .map(|&rule| descriptor(&report.rules[rule]))
                .collect::<Vec<_>>(),
        )
        .build();
    let mut seen = BTreeMap::new();
    let results: Vec<SarifResult> = report
        .findings
        .iter()
        .map(|finding| {
            let again = seen
                .entry((&finding.path, &finding.fingerprint))
                .or_insert(0u32);
            *again += 1;
            result(
                finding,
                &report.rules[finding.rule],
                index[&finding.rule],
                *again,
            )
        })
        .collect();
    let mut run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(results)
        .build();
    run.column_kind = Some(Value::from("unicodeCodePoints"));
    let log = Sarif::builder()
        .version(Value::from("2.1.0"))
        .schema(SCHEMA)
        .runs(vec![run])
        .build();
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let mut tags = vec!["security".to_owned()];
    tags.extend(rule.cwe.iter().map(|cwe| format!("external/cwe/cwe-{cwe}")));
    tags.extend(
        rule.owasp
            .iter()
            .map(|entry| format!("external/owasp/{}", entry.to_lowercase().replace(':', "-"))),
    );
    let properties: BTreeMap<String, Value> = [
        ("security-severity", json!(score(rule.severity))),
        ("precision", json!(precision(rule))),
        ("kind", json!(rule.kind.name())),
        ("cwe", json!(rule.cwe)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    let markdown = format!(
        "{}\n\n**Instead:**\n\n```\n{}\n```\n{}",
        rule.why,
        rule.fix,
        references(rule)
    );
    let mut descriptor = ReportingDescriptor::builder()
        .id(rule.id.as_ref())
        .name(rule.id.as_ref())
        .short_description(text(&rule.description))
        .full_description(text(&rule.why))
        .help(
            MultiformatMessageString::builder()
                .text(format!("{} Instead: {}", rule.why, rule.fix))
                .markdown(markdown)
                .build(),
        )
        .properties(
            PropertyBag::builder()
                .tags(tags)
                .additional_properties(properties)
                .build(),
        )
        .build();
    let mut configuration = ReportingConfiguration::builder().build();
    configuration.level = Some(json!(if rule.precision == Precision::High {
        "error"
    } else {
        "warning"
    }));
    descriptor.default_configuration = Some(configuration);
    if let Some(reference) = rule.references.first() {
        descriptor.help_uri = Some(reference.to_string());
    }
    descriptor
}

fn references(rule: &Rule) -> String {
    rule.references
        .iter()
        .fold(String::new(), |mut out, reference| {
            let _ = write!(out, "\n- <{reference}>");
            out
        })
}

fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// GitHub reads above 9 as critical, from 7 as high, from 4 as medium.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn precision(rule: &Rule) -> &'static str {
    match (rule.precision, rule.kind) {
        (Precision::High, Kind::Secret) => "very-high",
        (Precision::High, Kind::Code) => "high",
        (Precision::Medium, _) => "medium",
        (Precision::Low, _) => "low",
    }
}

fn result(finding: &Finding, rule: &Rule, rule_index: usize, again: u32) -> SarifResult {
    let place = finding.location;
    let region = Region::builder()
        .start_line(i64::from(place.line))
        .start_column(i64::from(place.column))
        .end_line(i64::from(place.end_line))
        .end_column(i64::from(place.end_column))
        .build();
    let artifact = ArtifactLocation::builder().uri(uri(&finding.path)).build();
    let physical = PhysicalLocation::builder()
        .artifact_location(artifact)
        .region(region)
        .build();
    let mut location = Location::builder().build();
    location.physical_location = Some(physical);
    let level = match finding.level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
        Level::Note => ResultLevel::Note,
    };
    let mut prints = BTreeMap::new();
    prints.insert("guard/v1".to_owned(), finding.fingerprint.0.clone());
    // The one that GitHub uses: the same secret twice in a file stays two alerts.
    prints.insert(
        "primaryLocationLineHash".to_owned(),
        format!("{}:{again}", finding.fingerprint),
    );
    let mut properties = BTreeMap::new();
    properties.insert("severity".to_owned(), json!(finding.severity.name()));
    properties.insert("confidence".to_owned(), json!(finding.confidence.name()));
    properties.insert(
        "believed".to_owned(),
        json!(confidence_words(finding, rule)),
    );
    if let Some(commit) = &finding.commit {
        properties.insert("commit".to_owned(), json!(commit.id.to_string()));
    }
    let message = Message::builder()
        .text(format!("{}. Instead: {}", rule.description, rule.fix))
        .build();
    let mut result = SarifResult::builder()
        .message(message)
        .rule_id(rule.id.as_ref())
        .locations(vec![location])
        .build();
    result.level = Some(level);
    result.rule_index = i64::try_from(rule_index).ok();
    result.partial_fingerprints = Some(prints);
    result.properties = Some(
        PropertyBag::builder()
            .additional_properties(properties)
            .build(),
    );
    result
}

/// Returns a path as a relative URI reference: every byte that is not unreserved or `/` as `%XX`.
///
/// Source: RFC 3986, sections 2.3 and 4.2. A colon is encoded too, so that the first segment is
/// never read as a scheme.
pub(super) fn uri(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_relative_and_exact() {
        assert_eq!(uri(b"src/a b.py"), "src/a%20b.py");
        assert_eq!(uri("a:\u{e4}\n%".as_bytes()), "a%3A%C3%A4%0A%25");
        assert_eq!(uri(b"x\xff"), "x%FF");
    }
}
