//! A tree with what its names mean.

use super::imports::path;
use super::index::{Definition, How, Index};
use super::kinds::{CALL, Kinds, MEMBER, METHOD, NAME, NEW};
use super::pattern::split;
use std::borrow::Cow;
use std::ops::Range;
use tree_sitter::Node;

/// A tree with what its names mean.
pub(super) struct Tree<'t> {
    pub(super) grammar: super::grammar::Grammar,
    pub(super) kinds: &'static Kinds,
    pub(super) text: &'t [u8],
    pub(super) root: Node<'t>,
    pub(super) index: Index<'t>,
}

/// What a call calls and gives.
#[derive(Clone, Copy)]
pub(super) struct Called<'t> {
    pub(super) makes: bool,
    /// The object on which it is called.
    pub(super) object: Option<Node<'t>>,
    /// The name behind the object, or alone.
    pub(super) name: Option<Node<'t>>,
    pub(super) arguments: Option<Node<'t>>,
}

impl<'t> Tree<'t> {
    /// Returns the text of a node; bytes that are no UTF-8 become marks.
    pub(super) fn text(&self, node: Node<'t>) -> Cow<'t, str> {
        String::from_utf8_lossy(&self.text[node.byte_range()])
    }

    /// Returns the parts of a call.
    pub(super) fn called(&self, node: Node<'t>) -> Option<Called<'t>> {
        let role = self.kinds.role(node);
        if role & METHOD != 0 {
            return Some(Called {
                makes: false,
                object: self.kinds.part(node, 0),
                name: self.kinds.part(node, 1),
                arguments: self.kinds.part(node, 2),
            });
        }
        if role & (CALL | NEW) == 0 {
            return None;
        }
        let callee = self.kinds.unwrapped(self.kinds.part(node, 0)?);
        let (object, name) = if self.kinds.is(callee, MEMBER) {
            let name = self.kinds.part(callee, 1);
            // `Query<User>` is `Query`.
            (
                self.kinds.part(callee, 0),
                name.map(|name| self.kinds.unwrapped(name)),
            )
        } else if self.kinds.is(callee, NAME) {
            (None, Some(callee))
        } else {
            (Some(callee), None)
        };
        Some(Called {
            makes: role & NEW != 0,
            object,
            name,
            arguments: self.kinds.part(node, 1),
        })
    }

    /// Returns what a call calls as a name with members, when it is one.
    pub(super) fn called_path(&self, called: &Called<'t>) -> Option<Vec<String>> {
        let name = called.name?;
        let mut full = match called.object {
            Some(object) => path(self.kinds, object, self.text)?,
            None => Vec::new(),
        };
        full.extend(split(&self.text(name)).into_iter().map(String::from));
        Some(full)
    }

    /// Returns what a name with members stands for, when its first name is imported.
    pub(super) fn full(&self, path: &[String]) -> Option<Vec<String>> {
        let imported = self.index.imports.get(path.first()?)?;
        Some([imported.as_slice(), &path[1..]].concat())
    }

    /// Tells whether a name of the file is what a pattern says: as written, or in full.
    pub(super) fn names(&self, wanted: &[Box<str>], found: &[String]) -> bool {
        if let Some(full) = self.full(found) {
            // `flask.escape` is also what `from flask import escape` brings, and a pattern may name it
            // without its module; but `exec` is not `os.exec`.
            let from = full
                .len()
                .checked_sub(wanted.len())
                .filter(|_| wanted.len() >= found.len());
            return from.is_some_and(|from| same(wanted, &full[from..]));
        }
        same(wanted, found)
    }

    /// Returns where a name gets its values, as seen from a function: in it, else around it.
    pub(super) fn definitions(&self, name: Node<'t>, scope: usize) -> Vec<Definition<'t>> {
        self.definitions_at(name.byte_range(), scope)
    }

    /// The same for a name of which the place is known.
    pub(super) fn definitions_at(&self, name: Range<usize>, scope: usize) -> Vec<Definition<'t>> {
        let Some(all) = self.index.definitions.get(&self.text[name.clone()]) else {
            return Vec::new();
        };
        let mut scope = scope;
        loop {
            let here = || all.iter().filter(|one| one.scope == scope).copied();
            let before: Vec<_> = here().filter(|one| one.start < name.start).collect();
            if !before.is_empty() {
                return since_last_whole(before);
            }
            // A function may be called before what stands below it.
            let anywhere: Vec<_> = here().filter(|one| one.start != name.start).collect();
            if !anywhere.is_empty() {
                return anywhere;
            }
            if scope == 0 {
                return Vec::new();
            }
            scope = self.index.scopes[scope].0;
        }
    }
}

/// Drops what a later assignment makes forgotten.
fn since_last_whole(definitions: Vec<Definition<'_>>) -> Vec<Definition<'_>> {
    // Branches may give a name one of several values, so only parameters are forgotten.
    if definitions.iter().any(|one| one.how == How::Whole) {
        let given = |one: &Definition<'_>| one.how == How::Parameter;
        return definitions.into_iter().filter(|one| !given(one)).collect();
    }
    definitions
}

fn same(wanted: &[Box<str>], found: &[String]) -> bool {
    wanted.len() == found.len()
        && wanted
            .iter()
            .zip(found)
            .all(|(one, other)| **one == **other)
}
