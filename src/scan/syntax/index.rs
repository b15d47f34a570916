//! One walk over a tree: what its names mean, where it does not parse, which nodes to look at.

use super::grammar::Grammar;
use super::imports;
use super::kinds::{
    ADD_ASSIGN, ASSIGN, CALL, FUNCTION, IMPORT, Kinds, LOOP, METHOD, NAME, PARAMETERS,
};
use std::collections::HashMap;
use std::ops::Range;
use tree_sitter::Node;

/// How deep a tree may be. Code that people write is some dozens deep; generated data may be deeper
/// than what follows nodes upwards can bear, since a node does not know its parent.
const MAX_DEPTH: usize = 1_000;

/// A place where a name gets a value.
#[derive(Clone, Copy)]
pub(super) struct Definition<'t> {
    /// The function it is in, by index.
    pub(super) scope: usize,
    /// The value; none for a parameter.
    pub(super) value: Option<Node<'t>>,
    pub(super) how: How,
    /// Where it stands, in bytes.
    pub(super) start: usize,
}

/// How a name gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It becomes the value.
    Whole,
    /// It becomes a part of the value.
    Part,
    /// The value is added to what it is.
    Added,
    /// It becomes each element of the value in turn.
    Each,
    /// It is given from outside.
    Parameter,
}

/// What a walk over a tree found.
pub(super) struct Index<'t> {
    pub(super) definitions: HashMap<&'t [u8], Vec<Definition<'t>>>,
    /// Names that stand for something of another module, in full.
    pub(super) imports: HashMap<String, Vec<String>>,
    /// For each function the one around it, and its node; the first is the file.
    pub(super) scopes: Vec<(usize, Node<'t>)>,
    /// Nodes that may begin a match, each with the function it is in.
    pub(super) candidates: Vec<(Node<'t>, usize)>,
    /// Where it does not parse.
    pub(super) errors: Vec<Range<usize>>,
    /// Texts that begin on the line behind where they stand, in their order: Ruby's heredocs.
    pub(super) here: Vec<(Node<'t>, Option<Node<'t>>)>,
}

/// What is asked of a walk.
pub(super) struct Walk<'w, 't> {
    pub(super) grammar: Grammar,
    pub(super) kinds: &'static Kinds,
    pub(super) text: &'t [u8],
    /// Tells whether a node may begin a match.
    pub(super) wanted: &'w dyn Fn(Node<'t>) -> bool,
}

impl<'t> Walk<'_, 't> {
    /// Walks over a tree; nothing when it is too deep.
    pub(super) fn run(&self, root: Node<'t>) -> Option<Index<'t>> {
        let mut index = Index {
            definitions: HashMap::new(),
            imports: HashMap::new(),
            scopes: vec![(0, root)],
            candidates: Vec::new(),
            errors: Vec::new(),
            here: Vec::new(),
        };
        let mut cursor = root.walk();
        // The function around the node, and how deep that began.
        let mut around: Vec<(usize, usize)> = vec![(0, 0)];
        let mut depth = 0;
        loop {
            let node = cursor.node();
            let scope = around.last().map_or(0, |(scope, _)| *scope);
            let mut inner = scope;
            if node.is_named() {
                inner = self.look_at(node, scope, &mut index);
            } else if node.is_missing() {
                index.errors.push(node.byte_range());
            }
            if cursor.goto_first_child() {
                depth += 1;
                if depth > MAX_DEPTH {
                    return None;
                }
                if inner != scope {
                    around.push((inner, depth));
                }
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Some(index);
                }
                while around.len() > 1 && around.last().is_some_and(|(_, at)| *at == depth) {
                    around.pop();
                }
                depth -= 1;
            }
        }
    }

    /// Notes what a node says; returns the function that what is in it belongs to.
    fn look_at(&self, node: Node<'t>, scope: usize, index: &mut Index<'t>) -> usize {
        if node.is_error() || node.is_missing() {
            index.errors.push(node.byte_range());
        }
        let role = self.kinds.role(node);
        if (self.wanted)(node) {
            index.candidates.push((node, scope));
        }
        if role & (ASSIGN | ADD_ASSIGN) != 0 {
            let how = if role & ADD_ASSIGN != 0 || adds(node) {
                How::Added
            } else {
                How::Whole
            };
            if let (Some(target), Some(value)) =
                (self.kinds.part(node, 0), self.kinds.part(node, 1))
            {
                self.assigned(target, value, how, scope, index);
            }
        }
        if role & LOOP != 0
            && let (Some(target), Some(value)) =
                (self.kinds.part(node, 0), self.kinds.part(node, 1))
        {
            self.names_in(target, &mut |name| {
                self.define(name, Some(value), How::Each, scope, index);
            });
        }
        if self.grammar == Grammar::Python && node.kind() == "as_pattern" {
            self.opened(node, scope, index);
        }
        if role & PARAMETERS != 0 {
            self.parameters(node, scope, index);
        }
        if role & IMPORT != 0 {
            imports::read(self.grammar, node, self.text, &mut index.imports);
        }
        if role & (CALL | METHOD) != 0 && matches!(self.grammar, Grammar::C | Grammar::Cpp) {
            self.filled(node, scope, index);
        }
        if self.grammar == Grammar::Ruby {
            match node.kind() {
                "heredoc_beginning" => index.here.push((node, None)),
                "heredoc_body" => {
                    if let Some(open) = index.here.iter_mut().find(|(_, body)| body.is_none()) {
                        open.1 = Some(node);
                    }
                }
                _ => {}
            }
        }
        if role & FUNCTION != 0 {
            index.scopes.push((scope, node));
            return index.scopes.len() - 1;
        }
        scope
    }

    /// Notes the name that `with` gives to a value: `with tarfile.open(path) as archive`.
    fn opened(&self, node: Node<'t>, scope: usize, index: &mut Index<'t>) {
        let in_with = node
            .parent()
            .is_some_and(|around| around.kind() == "with_item");
        if let (true, Some(value), Some(alias)) = (
            in_with,
            node.named_child(0),
            node.child_by_field_name("alias"),
        ) {
            self.names_in(alias, &mut |name| {
                self.define(name, Some(value), How::Whole, scope, index);
            });
        }
    }

    fn define(
        &self,
        name: Node<'t>,
        value: Option<Node<'t>>,
        how: How,
        scope: usize,
        index: &mut Index<'t>,
    ) {
        index
            .definitions
            .entry(&self.text[name.byte_range()])
            .or_default()
            .push(Definition {
                scope,
                value,
                how,
                start: name.start_byte(),
            });
    }

    fn assigned(
        &self,
        target: Node<'t>,
        value: Node<'t>,
        how: How,
        scope: usize,
        index: &mut Index<'t>,
    ) {
        let target = self.kinds.unwrapped(target);
        let value = self.kinds.unwrapped(value);
        imports::assigned(self.kinds, target, value, self.text, &mut index.imports);
        if self.kinds.is(target, NAME | super::kinds::MEMBER) {
            self.define(target, Some(value), how, scope, index);
            return;
        }
        let (targets, values) = (listed(target), listed(value));
        if targets.len() == values.len() && is_list(target) && is_list(value) {
            for (target, value) in targets.into_iter().zip(values) {
                if self.kinds.is(target, NAME) {
                    self.define(target, Some(value), how, scope, index);
                }
            }
            return;
        }
        let alone = if is_list(target) { How::Part } else { how };
        self.names_in(target, &mut |name| {
            self.define(name, Some(value), alone, scope, index);
        });
    }

    fn parameters(&self, node: Node<'t>, scope: usize, index: &mut Index<'t>) {
        let mut cursor = node.walk();
        for parameter in node.named_children(&mut cursor) {
            // Before it may stand a mark: `@Body() body`.
            let name = parameter
                .child_by_field_name("name")
                .or_else(|| parameter.child_by_field_name("pattern"))
                .unwrap_or(parameter);
            let mut first = None;
            self.names_in(name, &mut |name| {
                first.get_or_insert(name);
            });
            if let Some(name) = first {
                self.define(name, None, How::Parameter, scope, index);
            }
        }
    }

    /// Notes that a function of C puts a text into its first argument.
    fn filled(&self, node: Node<'t>, scope: usize, index: &mut Index<'t>) {
        let callee = self
            .kinds
            .part(node, 0)
            .map(|callee| &self.text[callee.byte_range()]);
        let fills = matches!(
            callee,
            Some(b"sprintf" | b"snprintf" | b"strcat" | b"strncat" | b"strcpy" | b"strncpy")
        );
        if let Some(target) = self
            .kinds
            .part(node, 1)
            .and_then(|list| list.named_child(0))
            && fills
            && self.kinds.is(target, NAME)
        {
            self.define(target, Some(node), How::Added, scope, index);
        }
    }

    /// Calls `visit` with the names in a target, not deeper than targets are.
    fn names_in(&self, node: Node<'t>, visit: &mut dyn FnMut(Node<'t>)) {
        self.names_within(node, 4, visit);
    }

    fn names_within(&self, node: Node<'t>, depth: usize, visit: &mut dyn FnMut(Node<'t>)) {
        if self.kinds.is(node, NAME) {
            visit(node);
        } else if depth > 0 {
            let mut cursor = node.walk();
            for child in node.named_children(&mut cursor) {
                self.names_within(child, depth - 1, visit);
            }
        }
    }
}

/// Tells whether an assignment has an operator that adds, such as `+=`.
fn adds(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| !child.is_named() && matches!(child.kind(), "+=" | ".=" | "<<="))
}

/// Tells whether a node is a list of targets or values.
fn is_list(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "pattern_list"
            | "tuple_pattern"
            | "tuple"
            | "expression_list"
            | "array_pattern"
            | "object_pattern"
            | "list_pattern"
            | "left_assignment_list"
            | "right_assignment_list"
            | "struct_pattern"
    )
}

fn listed(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}
