//! Compares patterns with nodes.

use super::imports::path;
use super::index::{Definition, How};
use super::kinds::{COMMENT, GROUP, IGNORED, MEMBER, NAME, STRING};
use super::pattern::{Call, Pat, holes_in, is_punctuation, key_of, unquoted};
use super::tree::{Called, Tree};
use tree_sitter::Node;

/// What the captures of a pattern hold, in the order of capturing.
#[derive(Clone, Default)]
pub(super) struct Captures<'p, 't> {
    held: Vec<(&'p str, Vec<Node<'t>>)>,
}

impl<'t> Captures<'_, 't> {
    pub(super) fn get(&self, name: &str) -> Option<&[Node<'t>]> {
        let held = self.held.iter().find(|(held, _)| *held == name);
        held.map(|(_, nodes)| nodes.as_slice())
    }
}

/// The function a node is in, and whether names still resolve.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) scope: usize,
    pub(super) hop: bool,
}

impl<'t> Tree<'t> {
    /// Compares a pattern with a node.
    pub(super) fn matches<'p>(
        &self,
        pat: &'p Pat,
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let kept = captures.held.len();
        let found = self.compare(pat, node, at, captures);
        if !found {
            captures.held.truncate(kept);
        }
        found
    }

    fn compare<'p>(
        &self,
        pat: &'p Pat,
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        match pat {
            Pat::Any | Pat::Rest(None) => return node.is_named(),
            Pat::Capture(name) | Pat::Rest(Some(name)) => {
                return node.is_named()
                    && self.capture(name, vec![self.kinds.unwrapped(node)], captures);
            }
            Pat::Token(text) => return !node.is_named() && node.kind() == &**text,
            Pat::Keyed { key, value } => {
                return self.kinds.keyed(node).is_some_and(|(found, of)| {
                    key_of(&self.text(found)) == &**key && self.matches(value, of, at, captures)
                });
            }
            _ => {}
        }
        let node = self.kinds.unwrapped(node);
        let direct = match pat {
            Pat::Path(wanted) => {
                path(self.kinds, node, self.text).is_some_and(|found| self.names(wanted, &found))
            }
            Pat::Member { object, name } => {
                self.kinds.is(node, MEMBER)
                    && self
                        .kinds
                        .part(node, 1)
                        .is_some_and(|found| self.matches(name, found, at, captures))
                    && self
                        .kinds
                        .part(node, 0)
                        .is_some_and(|found| self.matches(object, found, at, captures))
            }
            Pat::Call(call) => self.call(call, node, at, captures),
            Pat::Group { kind, items } => {
                node.kind_id() == *kind && self.items(items, node, at, captures)
            }
            Pat::Text(wanted) => {
                self.kinds.is(node, STRING)
                    && unquoted(&self.text(node)).1 == &**wanted
                    && holes_in(node, self.kinds).next().is_none()
            }
            Pat::AnyText { holes, capture } => {
                self.kinds.is(node, STRING)
                    && holes
                        .is_none_or(|holes| holes == holes_in(node, self.kinds).next().is_some())
                    && capture
                        .as_deref()
                        .is_none_or(|name| self.capture(name, vec![node], captures))
            }
            Pat::Leaf { text, .. } => *self.text(node) == **text,
            Pat::Node { kind, children } => {
                node.kind_id() == *kind && self.sequence(children, &self.parts(node), at, captures)
            }
            _ => false,
        };
        direct || self.by_name(pat, node, at, captures)
    }

    /// Compares a pattern with what a name stands for, one hop away.
    fn by_name<'p>(
        &self,
        pat: &'p Pat,
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        if !at.hop || matches!(pat, Pat::Path(_)) || !self.kinds.is(node, NAME) {
            return false;
        }
        match self.definitions(node, at.scope).as_slice() {
            [
                Definition {
                    value: Some(value),
                    how: How::Whole,
                    scope,
                    ..
                },
            ] => {
                let there = At {
                    scope: *scope,
                    hop: false,
                };
                self.matches(pat, *value, there, captures)
            }
            _ => false,
        }
    }

    fn capture<'p>(
        &self,
        name: &'p str,
        nodes: Vec<Node<'t>>,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        if let Some(held) = captures.get(name) {
            let texts = |nodes: &[Node<'t>]| -> Vec<&'t [u8]> {
                nodes
                    .iter()
                    .map(|node| &self.text[node.byte_range()])
                    .collect()
            };
            return texts(held) == texts(&nodes);
        }
        captures.held.push((name, nodes));
        true
    }

    fn call<'p>(
        &self,
        call: &'p Call,
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let Some(called) = self.called(node) else {
            return false;
        };
        if call.makes != called.makes || !self.callee(&call.callee, &called, at, captures) {
            return false;
        }
        match (&call.arguments, called.arguments) {
            (None, _) => true,
            (Some(wanted), Some(list)) => {
                if self.kinds.is(list, GROUP) {
                    self.items(wanted, list, at, captures)
                } else if let [only] = wanted.as_slice() {
                    self.matches(only, list, at, captures)
                } else {
                    false
                }
            }
            (Some(wanted), None) => wanted.iter().all(|pat| matches!(pat, Pat::Rest(_))),
        }
    }

    fn callee<'p>(
        &self,
        wanted: &'p Pat,
        called: &Called<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        match wanted {
            Pat::Path(wanted) => self
                .called_path(called)
                .is_some_and(|found| self.names(wanted, &found)),
            Pat::Member { object, name } => {
                called
                    .name
                    .is_some_and(|found| self.matches(name, found, at, captures))
                    && called
                        .object
                        .is_some_and(|found| self.matches(object, found, at, captures))
            }
            Pat::Any => true,
            other => match (called.object, called.name) {
                (None, Some(name)) => self.matches(other, name, at, captures),
                (Some(object), None) => self.matches(other, object, at, captures),
                (Some(object), Some(_)) => {
                    matches!(other, Pat::Capture(_)) && self.matches(other, object, at, captures)
                }
                (None, None) => false,
            },
        }
    }

    /// Compares lists of which things under keys may stand in any order and among others.
    fn items<'p>(
        &self,
        wanted: &'p [Pat],
        list: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let mut cursor = list.walk();
        let (mut placed, mut keyed) = (Vec::new(), Vec::new());
        for item in list.named_children(&mut cursor) {
            if self.kinds.is(item, COMMENT) || item.is_extra() {
            } else if self.kinds.keyed(item).is_some() {
                keyed.push(item);
            } else {
                placed.push(item);
            }
        }
        if wanted.is_empty() {
            return placed.is_empty() && keyed.is_empty();
        }
        let by_key = |pat: &&'p Pat| matches!(pat, Pat::Keyed { .. });
        let all_found = wanted.iter().filter(by_key).all(|pat| {
            keyed
                .iter()
                .any(|item| self.matches(pat, *item, at, captures))
        });
        if !all_found {
            return false;
        }
        let in_place: Vec<&'p Pat> = wanted.iter().filter(|pat| !by_key(pat)).collect();
        (in_place.is_empty()) || self.sequence_of(&in_place, &placed, at, captures)
    }

    /// Returns the parts of a node that say something.
    fn parts(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .filter(|child| {
                if child.is_named() {
                    !child.is_extra() && !self.kinds.is(*child, COMMENT | IGNORED)
                } else {
                    !is_punctuation(child.kind())
                }
            })
            .collect()
    }

    fn sequence<'p>(
        &self,
        wanted: &'p [Pat],
        nodes: &[Node<'t>],
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let wanted: Vec<&Pat> = wanted.iter().collect();
        self.sequence_of(&wanted, nodes, at, captures)
    }

    fn sequence_of<'p>(
        &self,
        wanted: &[&'p Pat],
        nodes: &[Node<'t>],
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let Some((first, others)) = wanted.split_first() else {
            return nodes.iter().all(|node| !node.is_named());
        };
        let kept = captures.held.len();
        if let Pat::Rest(name) = first {
            // A pattern ends with it nearly always; else each end is tried.
            let ends = if others.is_empty() {
                nodes.len()..=nodes.len()
            } else {
                0..=nodes.len()
            };
            for end in ends {
                let held = name
                    .as_deref()
                    .is_none_or(|name| self.capture(name, nodes[..end].to_vec(), captures));
                if held && self.sequence_of(others, &nodes[end..], at, captures) {
                    return true;
                }
                captures.held.truncate(kept);
            }
            return false;
        }
        let Some((node, behind)) = nodes.split_first() else {
            return false;
        };
        if self.matches(first, *node, at, captures)
            && self.sequence_of(others, behind, at, captures)
        {
            return true;
        }
        captures.held.truncate(kept);
        !node.is_named() && self.sequence_of(wanted, behind, at, captures)
    }
}
