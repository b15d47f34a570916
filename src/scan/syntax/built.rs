//! Whether an expression puts a text together from parts.

use super::class::{Asker, COMPOSING, HANDING_ON, JOINING};
use super::index::{Definition, How};
use super::kinds::{BINARY, CALL, CHOICE, GROUP, LITERAL, MEMBER, METHOD, NAME, NEW, STRING};
use super::pattern::holes_in;
use tree_sitter::Node;

impl<'t> Asker<'_, 't> {
    /// Tells whether a text is put together from parts of which one is not literal.
    pub(super) fn built(&self, node: Node<'t>, scope: usize, depth: u32, hop: bool) -> bool {
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
        let decides = |one: &Definition<'t>| match (one.how, one.value) {
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
    pub(super) fn here(&self, node: Node<'t>) -> Node<'t> {
        let here = self.tree.index.here.iter();
        here.into_iter()
            .find(|(mark, _)| mark.id() == node.id())
            .and_then(|(_, body)| *body)
            .unwrap_or(node)
    }

    pub(super) fn built_call(&self, node: Node<'t>, scope: usize, depth: u32, hop: bool) -> bool {
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
        if JOINING.contains(&&*name) && called.object.is_some() {
            let object = called.object.into_iter();
            return object
                .chain(arguments())
                .any(|part| self.has_text(part, scope, 0))
                && !self.literal(node, scope, depth);
        }
        // `text(f"…")`, `"…".strip()`, `new SqlCommand(q)`: what is handed on, one deep.
        if HANDING_ON.contains(&&*name) {
            let object = called.object.into_iter();
            return object
                .chain(arguments())
                .any(|part| self.built(part, scope, depth + 1, hop));
        }
        false
    }

    /// Tells whether the arguments of a formatting macro hold more than literals.
    pub(super) fn format_takes(&self, tokens: Node<'t>, scope: usize) -> bool {
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
    pub(super) fn has_text(&self, node: Node<'t>, scope: usize, depth: u32) -> bool {
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
    pub(super) fn string(&self, node: Node<'t>, scope: usize) -> bool {
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
}

/// Tells whether an operator puts texts together.
fn joins(node: Node<'_>) -> bool {
    matches!(operator(node), Some("+" | "." | "%" | "||" | "<<" | "&"))
}

/// Returns the operator of an operation.
pub(super) fn operator(node: Node<'_>) -> Option<&str> {
    let operator = node.child_by_field_name("operator").or_else(|| {
        let mut cursor = node.walk();
        node.children(&mut cursor).find(|child| !child.is_named())
    });
    operator.map(|operator| operator.kind())
}
