//! Patterns on syntax trees, as written: `syntax` and what narrows it.

use super::fault::{Sink, position};
use super::field::{Fields, check_regex, expected, names_of, one_of, string, table};
use super::{List, Text, names};
use toml::Spanned;
use toml::de::DeValue;

/// How deep conditions may stand in one another.
const MAX_DEPTH: usize = 8;

/// What a rule looks for in a syntax tree.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Syntax {
    /// What must hold of a node.
    pub find: Condition,
    /// The capture to point at: left out, the first of which a class is asked; empty, the whole match.
    pub at: Text,
    /// Functions that make a value safe: what they return counts as a literal.
    pub sanitizers: List<Text>,
    /// Whether the rule's regex also counts where the file parses.
    pub and_regex: bool,
}

/// Something that holds of a node, or not.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Condition {
    /// The node looks like this.
    Pattern(Pattern),
    /// One of these holds.
    Any(Vec<Self>),
    /// All of these hold; captures of one are known to the next.
    All(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// It holds of a node around this one.
    Inside(Box<Self>),
    /// It holds of a node in this one.
    Has(Box<Self>),
    /// It holds of the function around this node; outside any, of the file.
    Function(Box<Self>),
    /// A capture is of some kind.
    Where(Constraint),
}

/// A pattern in the language it looks for.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Pattern {
    /// The pattern.
    pub text: Text,
    /// Its line and column in the pattern file, from 1; 0 in the built-in packs.
    #[serde(skip)]
    pub place: (usize, usize),
}

/// What a capture has to be. All of it must hold.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Constraint {
    /// The capture, without `$`.
    pub capture: Text,
    /// Classes, and whether the capture must be in each or must not.
    pub classes: Vec<(Class, bool)>,
    /// Regexes of which one must match its text; empty: nothing is asked.
    pub regexes: List<Text>,
    /// Regexes of which none may match its text.
    pub not_regexes: List<Text>,
}

/// A class of expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Class {
    /// Known from the text alone: a literal, or a name, an operation or a choice of literals.
    Literal,
    /// Anything else.
    Dynamic,
    /// A text put together from parts of which one is dynamic.
    Built,
    /// What a framework's request holds.
    FromRequest,
    /// A text literal, perhaps with something put in.
    String,
    /// A text that reads like SQL.
    Sql,
    /// SQL with something put in where a value stands: `= '{x}'`, `VALUES (%s` of a format.
    SqlValue,
    /// A text that reads like HTML.
    Html,
}

names!(Class {
    Literal = "literal",
    Dynamic = "dynamic",
    Built = "built",
    FromRequest = "from-request",
    String = "string",
    Sql = "sql",
    SqlValue = "sql-value",
    Html = "html",
});

impl Syntax {
    /// Calls `visit` with every pattern.
    pub fn each_pattern<'s>(&'s self, visit: &mut dyn FnMut(&'s Pattern)) {
        self.find.each_pattern(visit);
    }
}

impl Condition {
    fn each_pattern<'s>(&'s self, visit: &mut dyn FnMut(&'s Pattern)) {
        match self {
            Self::Pattern(pattern) => visit(pattern),
            Self::Any(list) | Self::All(list) => {
                for one in list {
                    one.each_pattern(visit);
                }
            }
            Self::Not(one) | Self::Inside(one) | Self::Has(one) | Self::Function(one) => {
                one.each_pattern(visit);
            }
            Self::Where(_) => {}
        }
    }
}

/// Reads `syntax` and the keys that belong to it from a rule.
pub(super) fn read_syntax(fields: &mut Fields<'_, '_>, sink: &mut Sink<'_>) -> Option<Syntax> {
    let find = read_keys(fields, 0, sink);
    let at = fields.string("at", sink).unwrap_or_default();
    let sanitizers: Vec<Text> = fields
        .strings("sanitizers", sink)
        .into_iter()
        .map(|name| name.into_inner().into())
        .collect();
    let and_regex = fields.boolean("and-regex", sink).unwrap_or(false);
    if fields.take("syntax").is_none() {
        for key in KEYS {
            if fields.take(key).is_some() {
                let message = format!("`{key}` does nothing without `syntax`");
                sink.fault(&fields.span_of(key), message);
            }
        }
        return None;
    }
    // What decides is what a reader wants to see.
    let at = match find.iter().find_map(|one| match one {
        Condition::Where(constraint) if !constraint.classes.is_empty() => Some(&constraint.capture),
        _ => None,
    }) {
        Some(capture) if at.is_empty() => capture.to_string(),
        _ => at,
    };
    Some(Syntax {
        find: Condition::All(find),
        at: at.trim_start_matches('$').to_owned().into(),
        sanitizers: sanitizers.into(),
        and_regex,
    })
}

/// Keys of a rule that narrow its `syntax`.
const KEYS: [&str; 10] = [
    "inside",
    "has",
    "function",
    "not",
    "any",
    "all",
    "where",
    "at",
    "sanitizers",
    "and-regex",
];

/// Makes a condition of one that holds elsewhere.
type Wrap = fn(Box<Condition>) -> Condition;

/// Reads the keys of a condition; all of them must hold.
fn read_keys(fields: &mut Fields<'_, '_>, depth: usize, sink: &mut Sink<'_>) -> Vec<Condition> {
    if depth > MAX_DEPTH {
        let message = format!("conditions stand in one another more than {MAX_DEPTH} deep");
        sink.fault(&fields.span, message);
        return Vec::new();
    }
    let mut all = Vec::new();
    for key in ["syntax", "any"] {
        if let Some(value) = fields.take(key) {
            all.extend(read_condition(value, key, depth, sink));
        }
    }
    for item in fields.items("all", sink) {
        all.extend(read_condition(item, "all", depth, sink));
    }
    let relations: [(&'static str, Wrap); 3] = [
        ("inside", Condition::Inside),
        ("has", Condition::Has),
        ("function", Condition::Function),
    ];
    for (key, wrap) in relations {
        if let Some(value) = fields.take(key) {
            all.extend(read_condition(value, key, depth, sink).map(|one| wrap(Box::new(one))));
        }
    }
    all.extend(read_where(fields, sink));
    // Last, so that it knows every capture.
    if let Some(value) = fields.take("not") {
        let one = read_condition(value, "not", depth, sink);
        all.extend(one.map(|one| Condition::Not(Box::new(one))));
    }
    all
}

/// Reads a condition: a pattern, a list of which one must hold, or a table of which all must.
fn read_condition(
    value: &Spanned<DeValue<'_>>,
    key: &'static str,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Option<Condition> {
    match value.get_ref() {
        DeValue::String(text) => {
            if text.trim().is_empty() {
                sink.fault(&value.span(), format!("`{key}` is empty"));
            }
            Some(Condition::Pattern(Pattern {
                text: text.trim().to_owned().into(),
                place: position(sink.text, value.span().start),
            }))
        }
        DeValue::Array(items) => {
            let list: Vec<Condition> = items
                .iter()
                .filter_map(|item| read_condition(item, key, depth + 1, sink))
                .collect();
            if list.is_empty() {
                sink.fault(&value.span(), format!("`{key}` is empty"));
                return None;
            }
            Some(Condition::Any(list))
        }
        DeValue::Table(_) => {
            let mut fields = table(value, key, sink)?;
            let all = read_keys(&mut fields, depth + 1, sink);
            if all.is_empty() {
                sink.fault(&value.span(), format!("`{key}` asks for nothing"));
            }
            fields.finish(&format!("`{key}`"), sink);
            Some(Condition::All(all))
        }
        _ => {
            expected(value, key, "a pattern, a list of patterns or a table", sink);
            None
        }
    }
}

/// Reads `where.NAME = "class"`, a list of classes, or a table with `class`, `regex`, `not-regex`.
fn read_where(fields: &mut Fields<'_, '_>, sink: &mut Sink<'_>) -> Vec<Condition> {
    let Some(value) = fields.take("where") else {
        return Vec::new();
    };
    let DeValue::Table(captures) = value.get_ref() else {
        expected(
            value,
            "where",
            "a table from captures to what they are",
            sink,
        );
        return Vec::new();
    };
    let mut out = Vec::new();
    for (name, value) in captures {
        let mut constraint = Constraint {
            capture: name.get_ref().trim_start_matches('$').to_owned().into(),
            classes: Vec::new(),
            regexes: List::default(),
            not_regexes: List::default(),
        };
        if let DeValue::Table(_) = value.get_ref() {
            let Some(mut fields) = table(value, "where", sink) else {
                continue;
            };
            if let Some(classes) = fields.take("class") {
                constraint.classes = read_classes(classes, sink);
            }
            constraint.regexes = read_regexes(&mut fields, "regex", sink);
            constraint.not_regexes = read_regexes(&mut fields, "not-regex", sink);
            fields.finish("`where`", sink);
        } else {
            constraint.classes = read_classes(value, sink);
        }
        out.push(Condition::Where(constraint));
    }
    out
}

/// Reads a text or a list of texts as regexes.
fn read_regexes(fields: &mut Fields<'_, '_>, key: &'static str, sink: &mut Sink<'_>) -> List<Text> {
    let Some(value) = fields.take(key) else {
        return List::default();
    };
    let items: Vec<_> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    let mut out = Vec::new();
    for item in items {
        if let Some(text) = string(item, key, sink) {
            check_regex(&Spanned::new(item.span(), text.clone()), key, sink);
            out.push(Text::Owned(text));
        }
    }
    out.into()
}

fn read_classes(value: &Spanned<DeValue<'_>>, sink: &mut Sink<'_>) -> Vec<(Class, bool)> {
    let items: Vec<_> = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    let mut out = Vec::new();
    for item in items {
        let Some(text) = string(item, "where", sink) else {
            continue;
        };
        let (name, wanted) = match text.strip_prefix("not-") {
            Some(name) => (name, false),
            None => (text.as_str(), true),
        };
        if let Some(class) = Class::from_name(name) {
            out.push((class, wanted));
        } else {
            let known = one_of(&names_of(Class::ALL, Class::name));
            let message = format!(
                "unknown class `{text}`; known are {known}, each also with `not-` before it"
            );
            sink.fault(&item.span(), message);
        }
    }
    out
}
