//! What the kinds of nodes of a grammar mean, so that one matcher serves all of them.

use super::shapes::Row;
use ast_grep_core::tree_sitter::TSLanguage;
use std::collections::HashMap;
use std::num::NonZeroU16;
use tree_sitter::Node;

/// What a kind of node means; several may hold.
pub(super) type Role = u32;

/// A call: callee, arguments.
pub(super) const CALL: Role = 1;
/// A call on an object: object, name, arguments.
pub(super) const METHOD: Role = 1 << 1;
/// A call that makes an object: type, arguments.
pub(super) const NEW: Role = 1 << 2;
/// A member of something: object, name.
pub(super) const MEMBER: Role = 1 << 3;
/// A plain name.
pub(super) const NAME: Role = 1 << 4;
/// A text literal.
pub(super) const STRING: Role = 1 << 5;
/// A piece of a text literal that is no more than text.
pub(super) const PIECE: Role = 1 << 6;
/// What is put into a text literal.
pub(super) const HOLE: Role = 1 << 7;
/// An assignment: target, value.
pub(super) const ASSIGN: Role = 1 << 8;
/// An assignment that adds: target, value.
pub(super) const ADD_ASSIGN: Role = 1 << 9;
/// A function: names do not reach out of it.
pub(super) const FUNCTION: Role = 1 << 10;
/// A value under a key, whose order among its like says nothing: key, value.
pub(super) const KEYED: Role = 1 << 11;
/// A list of things of which some may be [`KEYED`].
pub(super) const GROUP: Role = 1 << 12;
/// Two operands and an operator: left, right.
pub(super) const BINARY: Role = 1 << 13;
/// Nothing more than what it wraps.
pub(super) const WRAPPER: Role = 1 << 14;
/// A literal.
pub(super) const LITERAL: Role = 1 << 15;
/// A comment.
pub(super) const COMMENT: Role = 1 << 16;
/// An element of something: object, index.
pub(super) const ELEMENT: Role = 1 << 17;
/// A choice between two values: first, second.
pub(super) const CHOICE: Role = 1 << 18;
/// An import.
pub(super) const IMPORT: Role = 1 << 19;
/// The parameters of a function.
pub(super) const PARAMETERS: Role = 1 << 20;
/// A loop over something: target, iterated.
pub(super) const LOOP: Role = 1 << 21;
/// An anonymous function whose body is an expression: body.
pub(super) const LAMBDA: Role = 1 << 22;
/// A list made from another: body.
pub(super) const COMPREHENSION: Role = 1 << 23;
/// Says nothing in a comparison, such as type arguments.
pub(super) const IGNORED: Role = 1 << 24;
/// An argument or element that is [`KEYED`] when it holds two things, else no more than it wraps.
pub(super) const MAYBE_KEYED: Role = 1 << 25;
/// Its first part with something beside it that says nothing, such as a type.
pub(super) const FIRST: Role = 1 << 26;

/// A name that is key and value at once: `{ text }`.
pub(super) const SHORTHAND: Role = 1 << 27;

#[derive(Clone, Copy, Default)]
struct Kind {
    role: Role,
    has_fields: bool,
    fields: [Option<NonZeroU16>; 3],
}

/// The kinds of nodes of a grammar by their numbers.
pub(super) struct Kinds {
    kinds: Vec<Kind>,
}

impl Kinds {
    pub(super) fn new(language: &TSLanguage, rows: &[Row]) -> Self {
        let mut by_name: HashMap<&str, Kind> = HashMap::new();
        for row in rows {
            let kind = by_name.entry(row.kind).or_default();
            kind.role |= row.role;
            for (slot, field) in kind.fields.iter_mut().zip(row.fields) {
                if !field.is_empty() {
                    kind.has_fields = true;
                    *slot = language.field_id_for_name(field);
                }
            }
        }
        let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let kind = |id: u16| {
            language
                .node_kind_for_id(id)
                .filter(|_| language.node_kind_is_named(id))
                .and_then(|name| by_name.get(name))
                .copied()
                .unwrap_or_default()
        };
        Self {
            kinds: (0..count).map(kind).collect(),
        }
    }

    /// Returns what a node is.
    pub(super) fn role(&self, node: Node<'_>) -> Role {
        self.role_of(node.kind_id())
    }

    /// Returns what nodes of that kind are.
    pub(super) fn role_of(&self, kind: u16) -> Role {
        self.kinds
            .get(usize::from(kind))
            .map_or(0, |kind| kind.role)
    }

    /// Tells whether a node is one of these.
    pub(super) fn is(&self, node: Node<'_>, role: Role) -> bool {
        self.role(node) & role != 0
    }

    /// Returns the kinds that are one of these.
    pub(super) fn all(&self, role: Role) -> impl Iterator<Item = u16> {
        let ids = 0..u16::try_from(self.kinds.len()).unwrap_or(u16::MAX);
        ids.filter(move |&id| self.role_of(id) & role != 0)
    }

    /// Returns a part of a node by the number of its field in the shapes. Where the grammar names no
    /// fields, the first thing in it is part 0 and the last is part 1.
    pub(super) fn part<'t>(&self, node: Node<'t>, number: usize) -> Option<Node<'t>> {
        let kind = self.kinds.get(usize::from(node.kind_id()))?;
        if kind.has_fields {
            return node.child_by_field_id(kind.fields[number]?.get());
        }
        let mut cursor = node.walk();
        let mut children = node
            .named_children(&mut cursor)
            .filter(|child| !child.is_extra() && !self.is(*child, IGNORED));
        let first = children.next();
        match number {
            0 => first,
            1 => children.last(),
            _ => None,
        }
    }

    /// Returns what a node wraps, however often.
    pub(super) fn unwrapped<'t>(&self, node: Node<'t>) -> Node<'t> {
        let mut node = node;
        loop {
            let role = self.role(node);
            let inner = if role & FIRST != 0 {
                node.named_child(0)
            } else if role & (WRAPPER | MAYBE_KEYED) != 0 {
                only_child(node)
            } else {
                None
            };
            match inner {
                Some(inner) => node = inner,
                None => return node,
            }
        }
    }

    /// Returns key and value of an element that has both.
    pub(super) fn keyed<'t>(&self, node: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
        let role = self.role(node);
        if role & (KEYED | ASSIGN) != 0 {
            return Some((self.part(node, 0)?, self.part(node, 1)?));
        }
        if role & SHORTHAND != 0 {
            return Some((node, node));
        }
        if role & MAYBE_KEYED != 0 {
            let mut cursor = node.walk();
            let mut children = node
                .named_children(&mut cursor)
                .filter(|child| !child.is_extra());
            return Some((children.next()?, children.last()?));
        }
        None
    }
}

fn only_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let mut children = node
        .named_children(&mut cursor)
        .filter(|child| !child.is_extra());
    let first = children.next();
    first.filter(|_| children.next().is_none())
}
