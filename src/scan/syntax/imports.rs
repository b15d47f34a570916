//! What imported names mean: `import subprocess as sp`, `const { exec } = require("child_process")`.

use super::grammar::Grammar;
use super::kinds::{CALL, Kinds, MEMBER, NAME};
use super::pattern::{split, unquoted};
use std::collections::HashMap;
use tree_sitter::Node;

/// Names of this file, and what each stands for in full.
pub(super) type Imports = HashMap<String, Vec<String>>;

/// Reads an import.
pub(super) fn read(grammar: Grammar, node: Node<'_>, text: &[u8], imports: &mut Imports) {
    let of = |node: Node<'_>| String::from_utf8_lossy(&text[node.byte_range()]).into_owned();
    match grammar {
        Grammar::Python => python(node, &of, imports),
        Grammar::Javascript | Grammar::Typescript | Grammar::Tsx => script(node, &of, imports),
        Grammar::Go => {
            let (Some(name), Some(path)) = (
                node.child_by_field_name("name"),
                node.child_by_field_name("path"),
            ) else {
                return;
            };
            let path = of(path);
            let last = unquoted(&path)
                .1
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            imports.insert(of(name), vec![last]);
        }
        Grammar::Php | Grammar::Rust => {
            let Some(alias) = node.child_by_field_name("alias") else {
                return;
            };
            if let Some(path) = node.named_child(0) {
                let path = of(path);
                let last = path.rsplit(['\\', ':']).next().unwrap_or_default();
                imports.insert(of(alias), vec![last.to_owned()]);
            }
        }
        Grammar::Csharp => {
            if let (Some(name), Some(path)) =
                (node.child_by_field_name("name"), node.named_child(1))
            {
                let path = of(path).split('.').map(str::to_owned).collect();
                imports.insert(of(name), path);
            }
        }
        Grammar::Kotlin => {
            let line = of(node);
            if let Some((path, alias)) = line.trim_start_matches("import").split_once(" as ") {
                let last = path.trim().rsplit('.').next().unwrap_or_default();
                imports.insert(alias.trim().to_owned(), vec![last.to_owned()]);
            }
        }
        _ => {}
    }
}

fn python(node: Node<'_>, of: &dyn Fn(Node<'_>) -> String, imports: &mut Imports) {
    let dotted = |node| {
        of(node)
            .split('.')
            .map(|part| part.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let module = node.child_by_field_name("module_name");
    let from = module.map(dotted);
    let mut cursor = node.walk();
    for name in node.children_by_field_name("name", &mut cursor) {
        let (path, alias) = match (
            name.child_by_field_name("name"),
            name.child_by_field_name("alias"),
        ) {
            (Some(path), Some(alias)) => (dotted(path), Some(of(alias))),
            _ => (dotted(name), None),
        };
        match (&from, alias) {
            (Some(from), alias) => {
                let bound = alias.unwrap_or_else(|| path.join("."));
                imports.insert(bound, [from.clone(), path].concat());
            }
            (None, Some(alias)) => {
                imports.insert(alias, path);
            }
            (None, None) => {
                imports.insert(path[0].clone(), vec![path[0].clone()]);
            }
        }
    }
}

fn script(node: Node<'_>, of: &dyn Fn(Node<'_>) -> String, imports: &mut Imports) {
    let Some(source) = node.child_by_field_name("source") else {
        return;
    };
    let module = module_name(&of(source));
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        match node.kind() {
            "import_specifier" => {
                let Some(name) = node.child_by_field_name("name") else {
                    continue;
                };
                let alias = node.child_by_field_name("alias").unwrap_or(name);
                imports.insert(of(alias), vec![module.clone(), of(name)]);
            }
            "identifier" => {
                imports.insert(of(node), vec![module.clone()]);
            }
            "import_statement" | "import_clause" | "namespace_import" | "named_imports" => {
                let mut cursor = node.walk();
                pending.extend(node.named_children(&mut cursor));
            }
            _ => {}
        }
    }
}

/// Returns the module that a literal names.
fn module_name(literal: &str) -> String {
    let name = unquoted(literal).1;
    name.strip_prefix("node:").unwrap_or(name).to_owned()
}

/// Notes a name that is assigned something of another module.
pub(super) fn assigned(
    kinds: &Kinds,
    target: Node<'_>,
    value: Node<'_>,
    text: &[u8],
    imports: &mut Imports,
) {
    let of = |node: Node<'_>| String::from_utf8_lossy(&text[node.byte_range()]).into_owned();
    let value = promisified(kinds, value, text).unwrap_or(value);
    let is_require = is_required(kinds, value, text);
    if !is_require && !kinds.is(value, MEMBER) {
        let named = promisified(kinds, value, text).is_none() && !kinds.is(value, NAME);
        if named || !imports.contains_key(&of(value)) {
            return;
        }
    }
    let Some(path) = path(kinds, value, text) else {
        return;
    };
    let known = path.first().and_then(|first| imports.get(first));
    let path = match known {
        Some(full) => [full.as_slice(), &path[1..]].concat(),
        None if is_require || begins_with_require(kinds, value, text) => path,
        None => return,
    };
    if kinds.is(target, NAME) {
        imports.insert(of(target), path);
        return;
    }
    if target.kind() != "object_pattern" {
        return;
    }
    let mut cursor = target.walk();
    for part in target.named_children(&mut cursor) {
        let (key, name) = match (
            part.child_by_field_name("key"),
            part.child_by_field_name("value"),
        ) {
            (Some(key), Some(value)) => (key, value),
            _ => (part, part),
        };
        if kinds.is(name, NAME) {
            imports.insert(of(name), [path.as_slice(), &[of(key)]].concat());
        }
    }
}

/// Returns what a call of `promisify` makes asynchronous: the same function for our purposes.
fn promisified<'t>(kinds: &Kinds, node: Node<'t>, text: &[u8]) -> Option<Node<'t>> {
    if !kinds.is(node, CALL) {
        return None;
    }
    let callee = &text[kinds.part(node, 0)?.byte_range()];
    callee
        .ends_with(b"promisify")
        .then(|| kinds.part(node, 1)?.named_child(0))
        .flatten()
}

/// Tells whether a node is `require("…")` or `import("…")`.
fn is_required(kinds: &Kinds, node: Node<'_>, text: &[u8]) -> bool {
    kinds.is(node, CALL)
        && kinds
            .part(node, 0)
            .is_some_and(|callee| matches!(&text[callee.byte_range()], b"require" | b"import"))
        && kinds
            .part(node, 1)
            .is_some_and(|list| list.named_child_count() == 1)
}

fn begins_with_require(kinds: &Kinds, node: Node<'_>, text: &[u8]) -> bool {
    let mut node = node;
    for _ in 0..8 {
        if is_required(kinds, node, text) {
            return true;
        }
        let Some(object) = kinds
            .is(node, MEMBER)
            .then(|| kinds.part(node, 0))
            .flatten()
        else {
            return false;
        };
        node = kinds.unwrapped(object);
    }
    false
}

/// Returns the parts of a name with its members; a module that is required counts as its name.
pub(super) fn path(kinds: &Kinds, node: Node<'_>, text: &[u8]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut node = kinds.unwrapped(node);
    // Longer chains name nothing that a pattern would.
    for _ in 0..16 {
        if kinds.is(node, NAME) {
            let name = String::from_utf8_lossy(&text[node.byte_range()]);
            names.extend(split(&name).into_iter().rev().map(String::from));
            names.reverse();
            return Some(names);
        }
        if is_required(kinds, node, text) {
            let list = kinds.part(node, 1)?;
            let literal =
                String::from_utf8_lossy(&text[list.named_child(0)?.byte_range()]).into_owned();
            names.push(module_name(&literal));
            names.reverse();
            return Some(names);
        }
        if !kinds.is(node, MEMBER) {
            return None;
        }
        let name = kinds.part(node, 1)?;
        names.push(String::from_utf8_lossy(&text[name.byte_range()]).into_owned());
        node = kinds.unwrapped(kinds.part(node, 0)?);
    }
    None
}
