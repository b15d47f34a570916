//! Reads one `[[rule]]` of a pattern file.

use super::example::read_examples;
use super::fault::Sink;
use super::field::{Fields, check_regex, names_of, number, one_of, table};
use super::files::read_marks;
use super::syntax::{Syntax, read_syntax};
use super::{
    Around, Checksum, Confidence, Kind, Language, Languages, List, Precision, Rule, RuleAllow,
    Severity, Text,
};
use std::borrow::Cow;
use toml::Spanned;
use toml::de::DeValue;

/// The most lines a match may span.
const MAX_LINES: u32 = 200;
/// The shortest keyword: shorter ones are found everywhere and save nothing.
const MIN_KEYWORD_BYTES: usize = 3;

/// Reads one `[[rule]]`.
pub(super) fn read_rule(mut fields: Fields<'_, '_>, sink: &mut Sink<'_>) -> Rule {
    let (id, description) = read_names(&mut fields, sink);
    let kind = required_name(
        &mut fields,
        "kind",
        Kind::from_name,
        &names_of(Kind::ALL, Kind::name),
        sink,
    )
    .unwrap_or(Kind::Secret);
    let severity = required_name(
        &mut fields,
        "severity",
        Severity::from_name,
        &names_of(Severity::ALL, Severity::name),
        sink,
    )
    .unwrap_or(Severity::High);
    let secret = kind == Kind::Secret;
    let (confidence, precision) = read_worth(&mut fields, secret, sink);
    let languages = read_languages(&mut fields, sink);
    let marks = read_marks(&mut fields, kind, sink);
    let pattern = if marks.is_empty() {
        read_pattern(&mut fields, (kind, confidence), sink)
    } else {
        OF_NO_TEXT
    };
    let lines = fields.number("lines", 1..=MAX_LINES, sink).unwrap_or(1);
    let near_lines = fields.number("near-lines", 0..=MAX_LINES, sink);
    let rule = Rule {
        id: id.into(),
        description: description.into(),
        kind,
        severity,
        confidence,
        precision,
        enabled: true,
        languages,
        paths: list(fields.strings("paths", sink)),
        not_paths: list(fields.strings("not-paths", sink)),
        keywords: pattern.keywords,
        regex: pattern.regex,
        syntax: pattern.syntax.map(Box::new),
        group: pattern.group,
        lines,
        unless: regexes(&mut fields, "unless", sink),
        near: Around {
            requires: regexes(&mut fields, "requires-near", sink),
            unless: regexes(&mut fields, "unless-near", sink),
        },
        near_lines: near_lines.unwrap_or(5),
        file: Around {
            requires: regexes(&mut fields, "requires-file", sink),
            unless: regexes(&mut fields, "unless-file", sink),
        },
        marks,
        min_entropy: fields.float("min-entropy", sink),
        checksum: fields.name(
            "checksum",
            Checksum::from_name,
            &names_of(Checksum::ALL, Checksum::name),
            sink,
        ),
        in_comments: fields.boolean("in-comments", sink).unwrap_or(secret),
        rank: pattern.rank,
        why: text_or(&mut fields, "why", secret, DEFAULT_WHY, sink),
        fix: text_or(&mut fields, "fix", secret, DEFAULT_FIX, sink),
        cwe: read_cwe(&mut fields, secret, sink),
        owasp: read_owasp(&mut fields, secret, sink),
        references: list(fields.strings("references", sink)),
        allows: read_rule_allows(&mut fields, sink),
        matching: List::default(),
        twins: List::default(),
    };
    check_company(&fields, &rule, near_lines.is_some(), sink);
    let (matching, twins) = read_examples(&mut fields, sink);
    fields.finish(&format!("rule `{}`", rule.id), sink);
    Rule {
        matching,
        twins,
        ..rule
    }
}

/// What a rule looks for in a text.
struct Pattern {
    keywords: List<Text>,
    regex: Text,
    syntax: Option<Syntax>,
    group: u32,
    rank: u8,
}

/// What a rule about whole files looks for in a text.
const OF_NO_TEXT: Pattern = Pattern {
    keywords: Cow::Borrowed(&[]),
    regex: Cow::Borrowed(""),
    syntax: None,
    group: 0,
    // Whatever is found in a file says more than the file's name.
    rank: 5,
};

/// Reads what a rule looks for in a text, and its rank by what it is worth.
fn read_pattern(
    fields: &mut Fields<'_, '_>,
    (kind, confidence): (Kind, Confidence),
    sink: &mut Sink<'_>,
) -> Pattern {
    let syntax = read_syntax(fields, sink);
    let (regex, group) = read_regex(fields, syntax.as_ref(), sink);
    Pattern {
        keywords: read_keywords(fields, sink),
        regex: regex.into(),
        syntax,
        group,
        rank: read_rank(fields, kind, confidence, sink),
    }
}

/// Reads how sure a match is, and how often the rule is right.
fn read_worth(
    fields: &mut Fields<'_, '_>,
    secret: bool,
    sink: &mut Sink<'_>,
) -> (Confidence, Precision) {
    let confidence = fields.name(
        "confidence",
        Confidence::from_name,
        &names_of(&Confidence::ALL[..3], Confidence::name),
        sink,
    );
    let precision = fields.name(
        "precision",
        Precision::from_name,
        &names_of(Precision::ALL, Precision::name),
        sink,
    );
    let usual = if secret {
        Confidence::Format
    } else {
        Confidence::Context
    };
    (
        confidence.unwrap_or(usual),
        precision.unwrap_or(Precision::High),
    )
}

/// Notes keys that do nothing beside the others.
fn check_company(fields: &Fields<'_, '_>, rule: &Rule, near_lines: bool, sink: &mut Sink<'_>) {
    if near_lines && rule.near == Around::default() {
        sink.fault(
            &fields.span_of("near-lines"),
            "`near-lines` does nothing without `requires-near` or `unless-near`",
        );
    }
    if rule.syntax.is_some() {
        if rule.kind == Kind::Secret {
            sink.fault(
                &fields.span_of("syntax"),
                "`syntax` is for rules of kind `code`",
            );
        }
        if rule.languages.is_empty() {
            let message = "a rule with `syntax` says in which `languages` its patterns are written";
            sink.fault(&fields.span_of("syntax"), message);
        }
    }
    if rule.kind == Kind::Code && (rule.min_entropy.is_some() || rule.checksum.is_some()) {
        sink.fault(&fields.span, "`min-entropy` and `checksum` are for secrets");
    }
}

/// Reads `id` and `description`.
fn read_names(fields: &mut Fields<'_, '_>, sink: &mut Sink<'_>) -> (String, String) {
    let id = fields.required("id", sink);
    let kebab = id
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !kebab || id.starts_with('-') || id.ends_with('-') {
        sink.fault(
            &fields.span_of("id"),
            format!("`id` must be kebab-case (a-z, 0-9, -), not `{id}`"),
        );
    }
    let description = fields.required("description", sink);
    if description.contains('\n') || description.ends_with('.') {
        sink.fault(
            &fields.span_of("description"),
            "`description` must be one line without a full stop",
        );
    }
    (id, description)
}

/// Reads `rank`; without one, the kind and what a match is worth decide.
fn read_rank(
    fields: &mut Fields<'_, '_>,
    kind: Kind,
    confidence: Confidence,
    sink: &mut Sink<'_>,
) -> u8 {
    let rank = fields
        .number("rank", 0..=100, sink)
        .and_then(|rank| u8::try_from(rank).ok());
    rank.unwrap_or(match (kind, confidence) {
        (Kind::Code, _) => 50,
        (_, Confidence::Hint) => 10,
        (_, Confidence::Context) => 30,
        (_, Confidence::Format | Confidence::Proven) => 60,
    })
}

/// Why a secret in a repository is dangerous, when its rule does not say.
const DEFAULT_WHY: &str = "Whoever can read the repository, its forks or its backups can use this credential. \
    Once pushed it stays in history, and removing the line later does not take it back.";
/// What to write instead of a secret, when its rule does not say.
const DEFAULT_FIX: &str = "read it at run time from the environment or a secret store, and revoke it if it was ever pushed";

fn text_or(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    optional: bool,
    default: &'static str,
    sink: &mut Sink<'_>,
) -> Text {
    if optional {
        fields
            .string(key, sink)
            .map_or(Cow::Borrowed(default), Cow::Owned)
    } else {
        fields.required(key, sink).into()
    }
}

fn read_languages(fields: &mut Fields<'_, '_>, sink: &mut Sink<'_>) -> Languages {
    let mut set = Languages::NONE;
    for name in fields.strings("languages", sink) {
        if let Some(language) = Language::from_name(name.get_ref()) {
            set.0 |= Languages::of(&[language]).0;
        } else {
            let known = one_of(&names_of(Language::ALL, Language::name));
            sink.fault(
                &name.span(),
                format!("unknown language `{}`; known are {known}", name.get_ref()),
            );
        }
    }
    set
}

/// Reads `regex` and `group`, and checks them against each other. A rule with `syntax` needs none.
fn read_regex(
    fields: &mut Fields<'_, '_>,
    syntax: Option<&Syntax>,
    sink: &mut Sink<'_>,
) -> (String, u32) {
    if let Some(syntax) = syntax
        && fields.take("regex").is_none()
    {
        for key in ["group", "lines"] {
            if fields.take(key).is_some() {
                let message = format!("`{key}` does nothing without `regex`");
                sink.fault(&fields.span_of(key), message);
            }
        }
        if syntax.and_regex {
            let message = "`and-regex` does nothing without `regex`";
            sink.fault(&fields.span_of("and-regex"), message);
        }
        return (String::new(), 0);
    }
    let regex = fields.required("regex", sink);
    let captures = check_regex(
        &Spanned::new(fields.span_of("regex"), regex.clone()),
        "regex",
        sink,
    )
    .unwrap_or(0);
    let group = fields
        .number("group", 0..=99, sink)
        .unwrap_or(captures.min(1));
    if group > captures {
        sink.fault(
            &fields.span_of("group"),
            format!("`group` is {group}, but the regex has {captures} captures"),
        );
    }
    (regex, group)
}

fn regexes(fields: &mut Fields<'_, '_>, key: &'static str, sink: &mut Sink<'_>) -> List<Text> {
    let found = fields.strings(key, sink);
    for regex in &found {
        check_regex(regex, key, sink);
    }
    list(found)
}

fn read_keywords(fields: &mut Fields<'_, '_>, sink: &mut Sink<'_>) -> List<Text> {
    let keywords = fields.strings("keywords", sink);
    if keywords.is_empty() {
        sink.fault(
            &fields.span_of("keywords"),
            "`keywords` is missing or empty: a rule runs only where one is seen",
        );
    }
    for keyword in &keywords {
        if keyword.get_ref().len() < MIN_KEYWORD_BYTES {
            let message = format!(
                "keyword `{}` is shorter than {MIN_KEYWORD_BYTES} bytes",
                keyword.get_ref()
            );
            sink.fault(&keyword.span(), message);
        }
        if keyword.get_ref().contains('\n') {
            sink.fault(&keyword.span(), "a keyword lies within one line");
        }
    }
    let mut lowered: Vec<Text> = keywords
        .into_iter()
        .map(|k| k.into_inner().to_ascii_lowercase().into())
        .collect();
    lowered.sort();
    lowered.dedup();
    lowered.into()
}

fn read_cwe(fields: &mut Fields<'_, '_>, secret: bool, sink: &mut Sink<'_>) -> List<u32> {
    let Some(value) = fields.take("cwe") else {
        if secret {
            return Cow::Borrowed(&[798]);
        }
        sink.fault(&fields.span, "`cwe` is missing");
        return List::default();
    };
    let items: Vec<_> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    items
        .into_iter()
        .filter_map(|item| number(item, "cwe", 1..=9999, sink))
        .collect::<Vec<_>>()
        .into()
}

fn read_owasp(fields: &mut Fields<'_, '_>, secret: bool, sink: &mut Sink<'_>) -> List<Text> {
    let entries = fields.strings("owasp", sink);
    if entries.is_empty() {
        if secret {
            return Cow::Borrowed(&[Cow::Borrowed("A07:2021"), Cow::Borrowed("A07:2025")]);
        }
        sink.fault(&fields.span_of("owasp"), "`owasp` is missing or empty");
    }
    for entry in &entries {
        let shaped = entry
            .get_ref()
            .strip_prefix('A')
            .and_then(|rest| rest.split_once(':'))
            .is_some_and(|(number, year)| {
                matches!(number.parse(), Ok(1..=10))
                    && number.len() == 2
                    && matches!(year, "2021" | "2025")
            });
        if !shaped {
            sink.fault(
                &entry.span(),
                format!(
                    "`owasp` entries look like `A03:2021`, not `{}`",
                    entry.get_ref()
                ),
            );
        }
    }
    list(entries)
}

fn read_rule_allows(fields: &mut Fields<'_, '_>, sink: &mut Sink<'_>) -> List<RuleAllow> {
    let mut out = Vec::new();
    for item in fields.items("allow", sink) {
        let Some(mut fields) = table(item, "allow", sink) else {
            continue;
        };
        let allow = RuleAllow {
            reason: fields.required("reason", sink).into(),
            stopwords: list(fields.strings("stopwords", sink)),
            regexes: regexes(&mut fields, "regexes", sink),
            on_line: fields.name(
                "target",
                |name| ["secret", "line"].iter().position(|n| *n == name),
                &["secret", "line"],
                sink,
            ) == Some(1),
        };
        if allow.stopwords.is_empty() && allow.regexes.is_empty() {
            sink.fault(&fields.span, "an exception needs `stopwords` or `regexes`");
        }
        if allow.stopwords.iter().any(|word| word.is_empty()) {
            sink.fault(
                &fields.span_of("stopwords"),
                "an empty stopword would allow everything",
            );
        }
        fields.finish("[[rule.allow]]", sink);
        out.push(allow);
    }
    out.into()
}

fn required_name<T: Copy>(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    from: impl Fn(&str) -> Option<T>,
    names: &[&str],
    sink: &mut Sink<'_>,
) -> Option<T> {
    if fields.take(key).is_none() {
        sink.fault(
            &fields.span,
            format!("`{key}` is missing: {}", one_of(names)),
        );
        return None;
    }
    fields.name(key, from, names, sink)
}

fn list(list: Vec<Spanned<String>>) -> List<Text> {
    list.into_iter()
        .map(|item| Text::Owned(item.into_inner()))
        .collect::<Vec<_>>()
        .into()
}
