//! What expressions are: literal, built from parts, taken from a request, SQL.

use super::imports::path;
use super::index::How;
use super::kinds::{
    BINARY, CALL, CHOICE, COMPREHENSION, ELEMENT, GROUP, HOLE, LAMBDA, LITERAL, MEMBER, METHOD,
    NAME, NEW, STRING,
};
use super::pattern::{holes_in, is_bare_hole};
use super::request;
use super::sanitize::Sanitizers;
use super::tree::Tree;
use super::words::{is_html, is_sql, takes_value};
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
    /// What makes a value safe.
    pub(super) sanitizers: Sanitizers<'a>,
    budget: Cell<u32>,
    /// Where the name that was asked about got the value that decided.
    pub(super) decided_at: Cell<Option<(usize, usize)>>,
}

impl<'a, 't> Asker<'a, 't> {
    pub(super) fn new(tree: &'a Tree<'t>, sanitizers: Sanitizers<'a>) -> Self {
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
    pub(super) fn spend(&self, depth: u32) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0 && depth < MAX_DEPTH
    }

    pub(super) fn parts(node: Node<'t>) -> Vec<Node<'t>> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .filter(|child| !child.is_extra())
            .collect()
    }

    /// Tells whether a value is known from the text alone.
    pub(super) fn literal(&self, node: Node<'t>, scope: usize, depth: u32) -> bool {
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

    pub(super) fn hole(&self, hole: Node<'t>, scope: usize, depth: u32) -> bool {
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
        if self.sanitizers.clean(self.tree, &called) {
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
            if role & (CALL | METHOD) != 0 && self.clean(node) || self.looked_up(node, scope) {
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

    /// Tells whether a value is an element of a table that is known from the text: the request
    /// says which, not what it is.
    fn looked_up(&self, node: Node<'t>, scope: usize) -> bool {
        let kinds = self.tree.kinds;
        if kinds.role(node) & ELEMENT != 0 {
            let table = kinds.part(node, 0);
            return table.is_some_and(|table| self.is_table(table, scope));
        }
        let called = self.tree.called(node);
        called.is_some_and(|called| {
            called
                .name
                .is_some_and(|name| &*self.tree.text(name) == "get")
                && called
                    .object
                    .is_some_and(|table| self.is_table(table, scope))
                && called
                    .arguments
                    .is_some_and(|list| list.named_child_count() == 1)
        })
    }

    /// Tells whether a name stands for a collection of literals.
    fn is_table(&self, node: Node<'t>, scope: usize) -> bool {
        self.tree.kinds.is(node, NAME)
            && !self.tree.definitions(node, scope).is_empty()
            && self.literal(node, scope, 0)
    }

    /// Tells whether what a call returns is safe whatever it is given.
    fn clean(&self, node: Node<'t>) -> bool {
        self.tree
            .called(node)
            .is_some_and(|called| self.sanitizers.clean(self.tree, &called))
    }
}

/// Functions that put a text together from their arguments.
pub(super) const COMPOSING: [&str; 16] = [
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

/// Methods that put a text together from what they belong to and their arguments.
pub(super) const JOINING: [&str; 3] = ["concat", "append", "join"];

/// Methods that hand a text on as it is, or nearly so.
pub(super) const HANDING_ON: [&str; 12] = [
    "strip",
    "trim",
    "trimIndent",
    "toString",
    "encode",
    "as_str",
    "into",
    "to_string",
    "squish",
    "freeze",
    "dedent",
    "c_str",
];

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

/// Returns the path of a node, for what only asks about names.
pub(super) fn path_of(tree: &Tree<'_>, node: Node<'_>) -> Option<Vec<String>> {
    path(tree.kinds, node, tree.text)
}
