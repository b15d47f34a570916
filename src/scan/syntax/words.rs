//! What an expression says as a text, and in which language that is.

use super::built::operator;
use super::class::{Asker, COMPOSING};
use super::index::How;
use super::kinds::{BINARY, GROUP, LITERAL, MEMBER, NAME, STRING};
use super::pattern::{holes_in, unquoted};
use tree_sitter::Node;

/// How the text of an expression is read.
#[derive(Clone, Copy)]
struct Reading {
    /// The function the expression is in.
    scope: usize,
    /// Whether names are followed.
    hop: bool,
    /// Whether `%s` and `{}` are places where something is put in.
    is_format: bool,
}

/// Stands for what is put into a text.
const HOLE_MARK: char = '\u{1}';

/// How much text is looked at to tell what it is written in.
const WORDS_BYTES: usize = 4 << 10;

impl<'t> Asker<'_, 't> {
    /// Returns the literal text of an expression, with [`HOLE_MARK`] for each hole, names followed
    /// one hop.
    pub(super) fn words(&self, node: Node<'t>, scope: usize) -> String {
        let mut out = String::new();
        let reading = Reading {
            scope,
            hop: true,
            is_format: false,
        };
        self.gather(node, reading, 0, &mut out);
        out
    }

    fn gather(&self, node: Node<'t>, reading: Reading, depth: u32, out: &mut String) {
        if !self.spend(depth) || out.len() > WORDS_BYTES {
            return;
        }
        let kinds = self.tree.kinds;
        let node = self.here(kinds.unwrapped(node));
        let role = kinds.role(node);
        if role & STRING != 0 {
            self.gather_text(node, reading, out);
            return;
        }
        if role & (NAME | MEMBER) != 0 {
            let found = self.tree.definitions(node, reading.scope);
            let texts = found
                .iter()
                .filter(|one| one.how != How::Parameter && reading.hop);
            let before = out.len();
            for (value, scope) in texts.filter_map(|one| Some((one.value?, one.scope))) {
                let there = Reading {
                    scope,
                    hop: false,
                    is_format: reading.is_format,
                };
                self.gather(value, there, depth + 1, out);
            }
            if out.len() == before && !self.literal(node, reading.scope, depth + 1) {
                out.push(HOLE_MARK);
            }
            return;
        }
        let called = self.tree.called(node);
        let mut reading = reading;
        if let Some(called) = &called {
            let name = called
                .name
                .map(|name| self.tree.text(name))
                .unwrap_or_default();
            reading.is_format |=
                COMPOSING.contains(&&*name) && !matches!(&*name, "concat" | "Concat" | "implode");
            if let Some(object) = called.object.filter(|object| !kinds.is(*object, NAME)) {
                self.gather(object, reading, depth + 1, out);
            }
        } else if role & BINARY != 0 && operator(node) == Some("%")
            || node.kind() == "macro_invocation"
        {
            reading.is_format = true;
        }
        let parts = match called {
            Some(called) => called.arguments.into_iter().collect(),
            // The name of a macro says nothing.
            None if node.kind() == "macro_invocation" => {
                Self::parts(node).into_iter().skip(1).collect()
            }
            None => Self::parts(node),
        };
        let before = out.len();
        // What a format puts in has its mark in the text.
        let is_said = |part: &Node<'t>| {
            !reading.is_format
                || kinds.is(*part, GROUP)
                || self.has_text(*part, reading.scope, depth + 1)
        };
        for part in parts.into_iter().filter(is_said) {
            self.gather(part, reading, depth + 1, out);
        }
        if out.len() == before
            && role & LITERAL == 0
            && !self.literal(node, reading.scope, depth + 1)
        {
            out.push(HOLE_MARK);
        }
    }

    fn gather_text(&self, node: Node<'t>, reading: Reading, out: &mut String) {
        let text = self.tree.text(node);
        let start = node.start_byte();
        let mut whole = String::with_capacity(text.len());
        let mut at = 0;
        for hole in holes_in(node, self.tree.kinds) {
            let range = hole.start_byte() - start..hole.end_byte() - start;
            let Some(before) = text.get(at..range.start) else {
                break;
            };
            whole.push_str(before);
            if !self.hole(hole, reading.scope, 1) {
                whole.push(HOLE_MARK);
            }
            at = range.end;
        }
        whole.push_str(text.get(at..).unwrap_or_default());
        let content = unquoted(&whole).1;
        if reading.is_format {
            let marked = ["%s", "%v", "%q", "{}", "{0}", "{1}", "{2}"]
                .iter()
                .fold(content.to_owned(), |text, mark| text.replace(mark, "\u{1}"));
            out.push_str(&marked);
        } else {
            out.push_str(content);
        }
    }
}

/// Words behind which SQL has the name of a column.
const BEFORE_COLUMNS: [&str; 12] = [
    "where", "and", "or", "set", "on", "when", "then", "by", "having", "not", "case", "else",
];

/// Tells whether something is put in where SQL has a value: behind a comparison, in a list of
/// values, between quotes.
pub(super) fn takes_value(text: &str) -> bool {
    text.match_indices(HOLE_MARK).any(|(at, _)| {
        let before = text[..at].trim_end_matches(['%', ' ', '\n', '\t', '\r']);
        // Between double quotes stands a name.
        let in_quotes = text[..at].trim_end_matches('%').ends_with('\'');
        let before = before
            .trim_end_matches(['\'', '"', '%', ' ', '('])
            .to_ascii_lowercase();
        if in_quotes {
            return !before.ends_with("from") && !before.ends_with("as");
        }
        // What is compared with a name that is put in, too, is the text of a query builder; of one
        // that is quoted nothing is left, and a word of SQL stands there.
        let compared = before.strip_suffix('=').map(|left| {
            left.trim_end_matches(['!', '<', '>', ' ', '"', '`', ']', '\n', '\t', '\r'])
        });
        compared.is_some_and(|left| {
            let word = left
                .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next();
            !left.ends_with(HOLE_MARK) && !word.is_some_and(|word| BEFORE_COLUMNS.contains(&word))
        }) || [
            "like", "ilike", " in", "values", "between", "limit", "offset",
        ]
        .iter()
        .any(|word| before.ends_with(word))
    })
}

/// Tells whether a text reads like SQL: a verb, and what must follow it.
pub(super) fn is_sql(text: &str) -> bool {
    let text = text
        .trim_start_matches(['(', ' ', '\n', '\t', '\r'])
        .to_ascii_lowercase();
    let words: Vec<&str> = text.split_ascii_whitespace().take(400).collect();
    let later = |word: &str| {
        words
            .iter()
            .skip(1)
            .any(|one| one.trim_matches(['(', ')']) == word)
    };
    let second = words.get(1).copied().unwrap_or_default();
    let at_end = words.len() == 1;
    match words.first().copied().unwrap_or_default() {
        "select" => later("from") || at_end || second.starts_with(['*', '@']),
        "insert" | "replace" | "merge" => later("into"),
        "update" => later("set") || at_end,
        "delete" => second == "from",
        "with" => later("as") && (later("select") || text.contains("select ")),
        "create" | "alter" | "drop" | "truncate" => {
            later("table")
                || later("user")
                || later("role")
                || later("database")
                || later("index")
                || later("view")
                || later("schema")
        }
        "exec" | "execute" | "call" | "grant" => true,
        // A part that is added to a statement that stands elsewhere.
        "where" | "order" | "and" => words.len() > 1,
        _ => false,
    }
}

/// Tells whether a text holds a tag.
pub(super) fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let name = text[at + 1..].trim_start_matches('/');
        name.starts_with(|c: char| c.is_ascii_alphabetic())
    })
}
