//! Code in other files: scripts in HTML, shell in Dockerfiles and workflows.

use super::grammar::Grammar;
use bstr::{BStr, ByteSlice};
use std::ops::Range;
use tree_sitter::Node;

/// A part of a file in another language.
pub(super) struct Part {
    pub(super) grammar: Grammar,
    pub(super) range: Range<usize>,
}

/// Returns the parts of a tree that are in another language.
pub(super) fn parts(grammar: Grammar, root: Node<'_>, text: &[u8], path: &BStr) -> Vec<Part> {
    let is_workflow = path.contains_str(".github/")
        || path.ends_with_str("action.yml")
        || path.ends_with_str("action.yaml");
    let find: fn(Node<'_>, &[u8]) -> Option<Part> = match grammar {
        Grammar::Html => script,
        Grammar::Dockerfile => run,
        Grammar::Yaml if is_workflow => step,
        _ => return Vec::new(),
    };
    let mut out = Vec::new();
    let mut cursor = root.walk();
    loop {
        let found = find(cursor.node(), text);
        let descend = found.is_none();
        out.extend(found);
        if descend && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return out;
            }
        }
    }
}

/// A `<script>`; `lang="ts"` is TypeScript, and a `type` that is no script is data.
fn script(node: Node<'_>, text: &[u8]) -> Option<Part> {
    if node.kind() != "script_element" {
        return None;
    }
    let mut cursor = node.walk();
    let mut children = node.named_children(&mut cursor);
    let tag = children.next()?;
    let code = children.find(|child| child.kind() == "raw_text")?;
    let tag = text[tag.byte_range()].to_ascii_lowercase();
    if tag.contains_str("json") || tag.contains_str("text/template") || tag.contains_str("x-") {
        return None;
    }
    let is_typescript =
        tag.contains_str("\"ts\"") || tag.contains_str("'ts'") || tag.contains_str("\"tsx\"");
    Some(Part {
        grammar: if is_typescript {
            Grammar::Typescript
        } else {
            Grammar::Javascript
        },
        range: code.byte_range(),
    })
}

/// What `RUN` gives to the shell.
fn run(node: Node<'_>, _: &[u8]) -> Option<Part> {
    (node.kind() == "shell_command").then(|| Part {
        grammar: Grammar::Bash,
        range: node.byte_range(),
    })
}

/// What `run:` gives to the shell.
fn step(node: Node<'_>, text: &[u8]) -> Option<Part> {
    if node.kind() != "block_mapping_pair" {
        return None;
    }
    let key = node.child_by_field_name("key")?;
    if &text[key.byte_range()] != b"run" {
        return None;
    }
    let value = node.child_by_field_name("value")?;
    let mut range = value.byte_range();
    // The first line of a block is its mark: `|`, `>-`.
    if text[range.clone()].starts_with(b"|") || text[range.clone()].starts_with(b">") {
        range.start += text[range.clone()].find_byte(b'\n')?;
    }
    Some(Part {
        grammar: Grammar::Bash,
        range,
    })
}

/// Tells whether nodes of that grammar can hold parts in another language.
pub(super) fn may_hold(grammar: Grammar) -> bool {
    matches!(grammar, Grammar::Html | Grammar::Dockerfile | Grammar::Yaml)
}
