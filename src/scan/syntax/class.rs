//! What expressions are: literal, built from parts, taken from a request, SQL.

use super::compare::Tree;
use super::imports::path;
use super::index::How;
use super::kinds::{
    BINARY, CALL, CHOICE, COMPREHENSION, ELEMENT, GROUP, HOLE, LAMBDA, LITERAL, MEMBER, METHOD,
    NAME, NEW, STRING,
};
use super::pattern::{holes_in, is_bare_hole, unquoted};
use super::request;
use crate::spec::Class;
use std::cell::Cell;
use std::ops::Range;
use tree_sitter::Node;

/// How deep an expression is followed.
const MAX_DEPTH: u32 = 24;
/// How many nodes are looked at for one question: an expression may be as large as its file.
const MAX_NODES: u32 = 4_000;
/// How many names a value is followed through on its way from the request.
const REQUEST_HOPS: u32 = 4;

/// A question about an expression.
pub(super) struct Asker<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    /// Functions that make a value safe.
    pub(super) sanitizers: &'a [crate::spec::Text],
    budget: Cell<u32>,
    /// Where the name that was asked about got the value that decided.
    decided_at: Cell<Option<(usize, usize)>>,
}

impl<'a, 't> Asker<'a, 't> {
    pub(super) fn new(tree: &'a Tree<'t>, sanitizers: &'a [crate::spec::Text]) -> Self {
        Self {
            tree,
            sanitizers,
            budget: Cell::new(MAX_NODES),
            decided_at: Cell::new(None),
        }
    }

    /// Returns where a name got the value that made the last answer true.
    pub(super) fn decided_at(&self) -> Option<Range<usize>> {
        self.decided_at.get().map(|(start, end)| start..end)
    }

    /// Tells whether an expression is of a class.
    pub(super) fn is(&self, node: Node<'t>, class: Class, scope: usize) -> bool {
        self.budget.set(MAX_NODES);
        match class {
            Class::Literal => self.literal(node, scope, 0),
            Class::Dynamic => !self.literal(node, scope, 0),
            Class::Built => self.built(node, scope, 0, true),
            Class::FromRequest => self.requested(node, scope, REQUEST_HOPS),
            Class::String => self.string(node, scope),
            Class::Sql => is_sql(&self.words(node, scope)),
            Class::SqlValue => {
                let words = self.words(node, scope);
                is_sql(&words) && takes_value(&words)
            }
            Class::Html => is_html(&self.words(node, scope)),
        }
    }

    /// Takes one node from the budget; without any left, nothing is known.
    fn spend(&self, depth: u32) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0 && depth < MAX_DEPTH
    }

    fn parts(node: Node<'t>) -> Vec<Node<'t>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .filter(|child| !child.is_extra())
            .collect()
    }

    /// Tells whether a value is known from the text alone.
    fn literal(&self, node: Node<'t>, scope: usize, depth: u32) -> bool {
        if !self.spend(depth) {
            return false;
        }
        let kinds = self.tree.kinds;
        let node = kinds.unwrapped(node);
        let role = kinds.role(node);
        let all = |nodes: Vec<Node<'t>>| {
            nodes
                .into_iter()
                .all(|node| self.literal(node, scope, depth + 1))
        };
        if role & STRING != 0 {
            return holes_in(node, kinds).all(|hole| self.hole(hole, scope, depth + 1));
        }
        if role & HOLE != 0 {
            return self.hole(node, scope, depth);
        }
        if let Some((_, value)) = kinds.keyed(node) {
            return self.literal(value, scope, depth + 1);
        }
        if role & CHOICE != 0 {
            let second = kinds.part(node, 1);
            return kinds
                .part(node, 0)
                .is_some_and(|first| self.literal(first, scope, depth + 1))
                && second.is_some_and(|second| self.literal(second, scope, depth + 1));
        }
        if role & COMPREHENSION != 0 || role & LAMBDA != 0 {
            return kinds
                .part(node, 0)
                .is_some_and(|body| self.literal(body, scope, depth + 1));
        }
        if role & (NAME | MEMBER | ELEMENT) != 0 && request::holds(self.tree, node, scope) {
            return false;
        }
        if role & ELEMENT != 0 {
            return kinds
                .part(node, 0)
                .is_some_and(|object| self.literal(object, scope, depth + 1));
        }
        if role & (LITERAL | BINARY) != 0 {
            return all(Self::parts(node));
        }
        if role & (CALL | METHOD | NEW) != 0 {
            return self.literal_call(node, scope, depth);
        }
        if role & MEMBER != 0 {
            return self.constant(node, scope, depth);
        }
        if role & NAME != 0 {
            return self.literal_name(node.byte_range(), scope, depth);
        }
        if role & GROUP != 0 {
            return all(Self::parts(node));
        }
        node.kind() == "spread_element" && all(Self::parts(node))
            || node.named_child_count() == 0 && !node.is_error() && is_literal_kind(node.kind())
    }

    fn hole(&self, hole: Node<'t>, scope: usize, depth: u32) -> bool {
        if self.tree.kinds.is(hole, HOLE) {
            // Behind the value may stand how it is to be written: `{total:.2f}`.
            let inner = hole.child_by_field_name("expression").or_else(|| {
                Self::parts(hole).into_iter().find(|part| {
                    !matches!(
                        part.kind(),
                        "interpolation_brace" | "type_conversion" | "format_specifier"
                    )
                })
            });
            return inner.is_some_and(|inner| self.literal(inner, scope, depth));
        }
        if is_bare_hole(hole) {
            let text = &self.tree.text[hole.end_byte()..];
            let length = text
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                .count();
            let name = hole.end_byte()..hole.end_byte() + length;
            return length == 0 || self.literal_name(name, scope, depth);
        }
        self.literal(hole, scope, depth)
    }

    fn literal_name(&self, name: Range<usize>, scope: usize, depth: u32) -> bool {
        let found = self.tree.definitions_at(name.clone(), scope);
        if found.is_empty() {
            return is_constant(&String::from_utf8_lossy(&self.tree.text[name]));
        }
        found.iter().all(|one| {
            one.value
                .is_some_and(|value| self.literal(value, one.scope, depth + 1))
        })
    }

    /// Tells whether a member is a constant by its name, or belongs to something literal.
    fn constant(&self, node: Node<'t>, scope: usize, depth: u32) -> bool {
        let found = self.tree.definitions(node, scope);
        if !found.is_empty() {
            return found.iter().all(|one| {
                one.how == How::Whole
                    && one
                        .value
                        .is_some_and(|value| self.literal(value, one.scope, depth + 1))
            });
        }
        let name = self.tree.kinds.part(node, 1);
        name.is_some_and(|name| {
            is_constant(&self.tree.text(name))
                || matches!(
                    &*self.tree.text(name),
                    "length" | "Length" | "size" | "count" | "Count"
                )
        })
    }

    fn literal_call(&self, node: Node<'t>, scope: usize, depth: u32) -> bool {
        let Some(called) = self.tree.called(node) else {
            return false;
        };
        let name = called
            .name
            .map(|name| self.tree.text(name))
            .unwrap_or_default();
        let written = self.tree.called_path(&called);
        if written.as_deref().is_some_and(|path| self.sanitizes(path))
            || self.sanitizers.iter().any(|known| **known == *name)
            || is_quoting(&name.to_ascii_lowercase())
        {
            return true;
        }
        if matches!(
            &*name,
            "to_i" | "to_f" | "length" | "size" | "count" | "toFixed" | "hexdigest" | "getTime"
        ) && called.object.is_some()
        {
            return true;
        }
        let object = called
            .object
            .is_some_and(|object| self.literal(object, scope, depth + 1));
        let arguments = called
            .arguments
            .is_none_or(|list| self.literal(list, scope, depth + 1));
        // `"{}".format(1)`, `", ".join("?" for _ in ids)`, `ids.map(() => "?").join(",")`.
        (object || matches!(&*name, "map" | "fill") && called.object.is_some()) && arguments
            || COMPOSING.contains(&&*name) && arguments && called.object.is_none()
            || matches!(&*name, "get") && object
    }

    fn sanitizes(&self, path: &[String]) -> bool {
        let full = self.tree.full(path);
        let dotted = path.join(".");
        let full = full.map(|full| full.join("."));
        let last = path
            .last()
            .map(|last| last.to_ascii_lowercase())
            .unwrap_or_default();
        if NUMERIC.contains(&dotted.as_str()) || is_quoting(&last) {
            return true;
        }
        self.sanitizers
            .iter()
            .any(|known| **known == *dotted || full.as_deref() == Some(&**known))
    }

    /// Tells whether a text is put together from parts of which one is not literal.
    fn built(&self, node: Node<'t>, scope: usize, depth: u32, hop: bool) -> bool {
        if !self.spend(depth) {
            return false;
        }
        let kinds = self.tree.kinds;
        let node = self.here(kinds.unwrapped(node));
        let role = kinds.role(node);
        if role & STRING != 0 {
            return holes_in(node, kinds).next().is_some() && !self.literal(node, scope, depth);
        }
        if role & CHOICE != 0 {
            return [0, 1].into_iter().any(|number| {
                kinds
                    .part(node, number)
                    .is_some_and(|part| self.built(part, scope, depth + 1, hop))
            });
        }
        if role & BINARY != 0 {
            return joins(node)
                && self.has_text(node, scope, 0)
                && !self.literal(node, scope, depth);
        }
        if role & (CALL | METHOD | NEW) != 0 {
            return self.built_call(node, scope, depth, hop);
        }
        if node.kind() == "macro_invocation" {
            let name = node
                .child_by_field_name("macro")
                .map(|name| self.tree.text(name));
            let tokens = Self::parts(node).into_iter().last();
            return matches!(name.as_deref(), Some("format" | "format_args" | "concat"))
                && tokens.is_some_and(|tokens| self.format_takes(tokens, scope));
        }
        if role & (NAME | MEMBER) == 0 || !hop {
            return false;
        }
        let found = self.tree.definitions(node, scope);
        let decides = |one: &super::index::Definition<'t>| match (one.how, one.value) {
            (How::Whole | How::Each, Some(value)) => self
                .built(value, one.scope, depth + 1, false)
                .then_some(value),
            (How::Added, Some(value)) => {
                (!self.literal(value, one.scope, depth + 1)).then_some(value)
            }
            _ => None,
        };
        match found.iter().find_map(decides) {
            Some(value) => {
                self.decided_at
                    .set(Some((value.start_byte(), value.end_byte())));
                true
            }
            None => false,
        }
    }

    /// Returns the text of a heredoc for the mark where it begins.
    fn here(&self, node: Node<'t>) -> Node<'t> {
        let here = self.tree.index.here.iter();
        here.into_iter()
            .find(|(mark, _)| mark.id() == node.id())
            .and_then(|(_, body)| *body)
            .unwrap_or(node)
    }

    fn built_call(&self, node: Node<'t>, scope: usize, depth: u32, hop: bool) -> bool {
        let Some(called) = self.tree.called(node) else {
            return false;
        };
        let name = called
            .name
            .map(|name| self.tree.text(name))
            .unwrap_or_default();
        let arguments = || called.arguments.map(Self::parts).unwrap_or_default();
        let object_text = called
            .object
            .is_some_and(|object| self.string(object, scope));
        if matches!(&*name, "format" | "formatted") && object_text || COMPOSING.contains(&&*name) {
            return !self.literal(node, scope, depth)
                && arguments()
                    .into_iter()
                    .any(|argument| !self.literal(argument, scope, depth + 1));
        }
        if matches!(&*name, "concat" | "append" | "join") && called.object.is_some() {
            let object = called.object.into_iter();
            return object
                .chain(arguments())
                .any(|part| self.has_text(part, scope, 0))
                && !self.literal(node, scope, depth);
        }
        // `text(f"…")`, `"…".strip()`, `new SqlCommand(q)`: what is handed on, one deep.
        if matches!(
            &*name,
            "strip"
                | "trim"
                | "trimIndent"
                | "toString"
                | "encode"
                | "as_str"
                | "into"
                | "to_string"
                | "squish"
                | "freeze"
                | "dedent"
                | "c_str"
        ) {
            let object = called.object.into_iter();
            return object
                .chain(arguments())
                .any(|part| self.built(part, scope, depth + 1, hop));
        }
        false
    }

    /// Tells whether the arguments of a formatting macro hold more than literals.
    fn format_takes(&self, tokens: Node<'t>, scope: usize) -> bool {
        let parts = Self::parts(tokens);
        let named = parts.first().is_some_and(|first| {
            let text = self.tree.text(*first);
            let open = text.find('{').map(|at| &text[at + 1..]);
            open.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
        });
        named
            || parts
                .iter()
                .skip(1)
                .any(|part| !self.literal(*part, scope, 1))
    }

    /// Tells whether an operation has a text literal among its operands.
    fn has_text(&self, node: Node<'t>, scope: usize, depth: u32) -> bool {
        if !self.spend(depth) {
            return false;
        }
        let kinds = self.tree.kinds;
        let node = kinds.unwrapped(node);
        if kinds.is(node, STRING) {
            return true;
        }
        if kinds.is(node, NAME) {
            return self.string(node, scope);
        }
        kinds.is(node, BINARY | CALL | METHOD | GROUP | LITERAL)
            && Self::parts(node)
                .into_iter()
                .any(|part| self.has_text(part, scope, depth + 1))
    }

    /// Tells whether it is a text literal, perhaps by a name.
    fn string(&self, node: Node<'t>, scope: usize) -> bool {
        let kinds = self.tree.kinds;
        let node = kinds.unwrapped(node);
        if kinds.is(node, STRING) {
            return true;
        }
        kinds.is(node, NAME)
            && self.tree.definitions(node, scope).iter().any(|one| {
                one.how == How::Whole
                    && one
                        .value
                        .is_some_and(|value| kinds.is(kinds.unwrapped(value), STRING))
            })
    }

    /// Tells whether a value comes from what a framework's request holds.
    fn requested(&self, node: Node<'t>, scope: usize, hops: u32) -> bool {
        let mut pending = vec![(node, 0_u32)];
        while let Some((node, depth)) = pending.pop() {
            if !self.spend(depth) {
                return false;
            }
            let node = self.here(node);
            if request::holds(self.tree, node, scope) {
                return true;
            }
            let kinds = self.tree.kinds;
            let role = kinds.role(node);
            if role & (CALL | METHOD) != 0 && self.clean(node) {
                continue;
            }
            if role & (NAME | MEMBER) != 0 && hops > 0 {
                let found = self.tree.definitions(node, scope);
                for one in found {
                    if one
                        .value
                        .is_some_and(|value| self.requested(value, one.scope, hops - 1))
                    {
                        return true;
                    }
                }
            }
            pending.extend(Self::parts(node).into_iter().map(|part| (part, depth + 1)));
        }
        false
    }

    /// Tells whether what a call returns is safe whatever it is given.
    fn clean(&self, node: Node<'t>) -> bool {
        self.tree.called(node).is_some_and(|called| {
            let name = called
                .name
                .map(|name| self.tree.text(name))
                .unwrap_or_default();
            let path = self.tree.called_path(&called);
            path.is_some_and(|path| self.sanitizes(&path))
                || self.sanitizers.iter().any(|known| **known == *name)
        })
    }

    /// Returns the literal text of an expression, with [`HOLE_MARK`] for each hole, names followed
    /// one hop.
    fn words(&self, node: Node<'t>, scope: usize) -> String {
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

/// Tells whether something is put in where SQL has a value: behind a comparison, in a list of
/// values, between quotes.
fn takes_value(text: &str) -> bool {
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
        // What is compared with a name that is put in, too, is the text of a query builder.
        let compared = before
            .strip_suffix('=')
            .map(|left| left.trim_end_matches(['!', '<', '>', ' ', '"', '`', ']']));
        compared.is_some_and(|left| !left.ends_with(HOLE_MARK))
            || [
                "like", "ilike", " in", "values", "between", "limit", "offset",
            ]
            .iter()
            .any(|word| before.ends_with(word))
    })
}

/// How much text is looked at to tell what it is written in.
const WORDS_BYTES: usize = 4 << 10;

/// Functions that put a text together from their arguments.
const COMPOSING: [&str; 16] = [
    "Sprintf",
    "Sprint",
    "Sprintln",
    "sprintf",
    "snprintf",
    "vsprintf",
    "strcat",
    "strncat",
    "strcpy",
    "strncpy",
    "Concat",
    "Format",
    "format",
    "concat",
    "interpolate",
    "implode",
];

/// Functions that return a number whatever they are given, or a fixed thing.
const NUMERIC: [&str; 26] = [
    "int",
    "float",
    "len",
    "bool",
    "round",
    "abs",
    "id",
    "Number",
    "parseInt",
    "parseFloat",
    "Number.parseInt",
    "Math.floor",
    "Math.round",
    "intval",
    "floatval",
    "count",
    "strlen",
    "Integer.parseInt",
    "Long.parseLong",
    "Integer.valueOf",
    "strconv.Itoa",
    "int.Parse",
    "Convert.ToInt32",
    "Guid.NewGuid",
    "time.time",
    "Date.now",
];

/// Tells whether a function makes a value safe to be put into a text, by its name.
fn is_quoting(name: &str) -> bool {
    let says = ["escape", "quote", "sanitiz", "sanitis"];
    says.iter().any(|word| name.contains(word)) && !name.starts_with("un")
}

/// Tells whether an operator puts texts together.
fn joins(node: Node<'_>) -> bool {
    matches!(operator(node), Some("+" | "." | "%" | "||" | "<<" | "&"))
}

/// Returns the operator of an operation.
fn operator(node: Node<'_>) -> Option<&str> {
    let operator = node.child_by_field_name("operator").or_else(|| {
        let mut cursor = node.walk();
        node.children(&mut cursor).find(|child| !child.is_named())
    });
    operator.map(|operator| operator.kind())
}

/// Tells whether a name is written as constants are.
fn is_constant(name: &str) -> bool {
    let name = name.trim_start_matches(['$', '_']);
    name.len() > 1
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Kinds without parts that are literals in one grammar or another.
fn is_literal_kind(kind: &str) -> bool {
    matches!(
        kind,
        "boolean"
            | "symbol"
            | "hash_key_symbol"
            | "keyword"
            | "character"
            | "implicit_type"
            | "nothing"
    )
}

/// Tells whether a text reads like SQL: a verb, and what must follow it.
fn is_sql(text: &str) -> bool {
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
fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let name = text[at + 1..].trim_start_matches('/');
        name.starts_with(|c: char| c.is_ascii_alphabetic())
    })
}

/// Returns the path of a node, for what only asks about names.
pub(super) fn path_of(tree: &Tree<'_>, node: Node<'_>) -> Option<Vec<String>> {
    path(tree.kinds, node, tree.text)
}
