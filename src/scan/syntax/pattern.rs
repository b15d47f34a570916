//! A pattern written in the language it looks for, made ready to be compared with nodes.

use super::grammar::Grammar;
use super::kinds::{CALL, COMMENT, GROUP, IGNORED, Kinds, MEMBER, METHOD, NAME, NEW, Role, STRING};
use ast_grep_core::language::Language;
use ast_grep_core::meta_var::MetaVariable;
use ast_grep_core::tree_sitter::LanguageExt;
use tree_sitter::Node;

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pat {
    /// `$$$` or `$$$NAME`: any number of things.
    Rest(Option<Box<str>>),
    /// `$_`: anything.
    Any,
    /// `$NAME`: anything, kept.
    Capture(Box<str>),
    /// A name, perhaps with members: `os.system`.
    Path(Vec<Box<str>>),
    /// A member of something that is no plain name.
    Member { object: Box<Self>, name: Box<Self> },
    /// A call.
    Call(Box<Call>),
    /// A value under a key.
    Keyed { key: Box<str>, value: Box<Self> },
    /// Things of which those under keys may stand in any order and among others.
    Group { kind: u16, items: Vec<Self> },
    /// A text literal with nothing put in.
    Text(Box<str>),
    /// Any text literal: `"$$$"`, `f"$NAME"`.
    AnyText {
        /// Whether something must be put in; `None`: either way.
        holes: Option<bool>,
        capture: Option<Box<str>>,
    },
    /// Something without parts.
    Leaf { kind: u16, text: Box<str> },
    /// An operator or a word of the language.
    Token(Box<str>),
    /// Anything else: its kind and its parts.
    Node { kind: u16, children: Vec<Self> },
}

/// A call in a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// Whether it makes an object: `new X()`.
    pub(super) makes: bool,
    /// What is called: [`Pat::Path`], [`Pat::Member`] or a capture.
    pub(super) callee: Pat,
    /// Nothing where the call has no list of arguments.
    pub(super) arguments: Option<Vec<Pat>>,
}

/// By what the nodes are found that a pattern may match.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Root {
    /// Kinds by role; 0 when `kind` says it.
    pub(super) role: Role,
    pub(super) kind: u16,
    /// The last name of what is called or meant, when the pattern says it.
    pub(super) name: Option<Box<str>>,
}

/// Reads a pattern.
///
/// # Errors
///
/// Says why the text is no pattern of that language.
pub(super) fn read(text: &str, grammar: Grammar) -> Result<Pat, String> {
    let prepared = prepare(text, grammar);
    let kinds = grammar.kinds();
    let mut contexts: Vec<(&str, &str)> = grammar.contexts().to_vec();
    if text.starts_with('{') && contexts.contains(&("(", ")")) {
        // At the start of a statement it would be a block.
        contexts.insert(0, ("(", ")"));
    }
    for (before, after) in contexts {
        let source = format!("{before}{prepared}{after}");
        let root = grammar.ast_grep(&source);
        let root = root.root();
        let tree = root.get_inner_node();
        if tree.has_error() {
            continue;
        }
        let range = before.len()..before.len() + prepared.len();
        let is_closed = after.starts_with(';');
        if let Some(node) = exactly(tree, &range, is_closed) {
            let lower = Lower {
                grammar,
                kinds,
                text: source.as_bytes(),
            };
            return Ok(lower.pattern(node));
        }
    }
    Err(format!(
        "`{text}` is no single statement or expression of {grammar:?}"
    ))
}

/// Returns the innermost node that covers exactly a range, or all of it but a closing `;`.
fn exactly<'t>(
    root: Node<'t>,
    range: &std::ops::Range<usize>,
    is_closed: bool,
) -> Option<Node<'t>> {
    let node = root.descendant_for_byte_range(range.start, range.end)?;
    let whole = |node: &Node<'_>| {
        // What begins like the pattern and is longer by one byte has its `;`.
        node.start_byte() == range.start
            && (node.end_byte() == range.end || node.end_byte() == range.end + 1 && is_closed)
    };
    let mut node = if whole(&node) { node } else { return None };
    while let Some(inner) = node.named_child(0).filter(whole) {
        node = inner;
    }
    node.is_named().then_some(node)
}

/// Puts the stand-in where a capture begins.
fn prepare(text: &str, grammar: Grammar) -> String {
    let stand_in = grammar.expando_char();
    let text = text.trim_end_matches(';').trim();
    if stand_in == '$' {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let dollars = rest.len() - rest.trim_start_matches('$').len();
        let behind = &rest[dollars..];
        let is_capture = dollars == 3
            || behind.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
                && !(grammar == Grammar::Php
                    && SUPERGLOBALS.iter().any(|name| behind.starts_with(name)));
        for _ in 0..dollars {
            out.push(if is_capture { stand_in } else { '$' });
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Variables of PHP whose names look like captures.
const SUPERGLOBALS: [&str; 9] = [
    "_GET", "_POST", "_REQUEST", "_COOKIE", "_FILES", "_SERVER", "_SESSION", "_ENV", "GLOBALS",
];

struct Lower<'s> {
    grammar: Grammar,
    kinds: &'static Kinds,
    text: &'s [u8],
}

impl Lower<'_> {
    fn text(&self, node: Node<'_>) -> &str {
        std::str::from_utf8(&self.text[node.byte_range()]).unwrap_or_default()
    }

    fn capture(&self, text: &str) -> Option<Pat> {
        Some(match self.grammar.extract_meta_var(text)? {
            MetaVariable::Capture(name, _) => Pat::Capture(name.into()),
            MetaVariable::Dropped(_) => Pat::Any,
            MetaVariable::Multiple => Pat::Rest(None),
            MetaVariable::MultiCapture(name) => Pat::Rest(Some(name.into())),
        })
    }

    fn pattern(&self, node: Node<'_>) -> Pat {
        if let Some(capture) = self.capture(self.text(node)) {
            return capture;
        }
        if let Some((key, value)) = self.kinds.keyed(node)
            && self.kinds.role(node) & (super::kinds::ASSIGN | super::kinds::SHORTHAND) == 0
        {
            return self.keyed(key, value);
        }
        let node = self.kinds.unwrapped(node);
        if let Some(capture) = self.capture(self.text(node)) {
            return capture;
        }
        let role = self.kinds.role(node);
        if role & (CALL | METHOD | NEW) != 0 {
            return self.call(node, role);
        }
        if role & STRING != 0
            && let Some(text) = self.literal(node)
        {
            return text;
        }
        if role & (NAME | MEMBER) != 0 {
            return self.name(node);
        }
        if role & GROUP != 0 {
            return Pat::Group {
                kind: node.kind_id(),
                items: self.items(node),
            };
        }
        if node.child_count() == 0 {
            return Pat::Leaf {
                kind: node.kind_id(),
                text: self.text(node).into(),
            };
        }
        Pat::Node {
            kind: node.kind_id(),
            children: self.children(node),
        }
    }

    fn keyed(&self, key: Node<'_>, value: Node<'_>) -> Pat {
        Pat::Keyed {
            key: key_of(self.text(key)).into(),
            value: Box::new(self.pattern(value)),
        }
    }

    fn name(&self, node: Node<'_>) -> Pat {
        if self.kinds.is(node, NAME) {
            return Pat::Path(split(self.text(node)));
        }
        let (Some(object), Some(name)) = (self.kinds.part(node, 0), self.kinds.part(node, 1))
        else {
            return Pat::Node {
                kind: node.kind_id(),
                children: self.children(node),
            };
        };
        member(self.pattern(object), self.pattern(name))
    }

    fn call(&self, node: Node<'_>, role: Role) -> Pat {
        let (callee, arguments) = if role & METHOD != 0 {
            let name = self
                .kinds
                .part(node, 1)
                .map_or(Pat::Any, |name| self.pattern(name));
            let callee = match self.kinds.part(node, 0) {
                Some(object) => member(self.pattern(object), name),
                None => name,
            };
            (callee, self.kinds.part(node, 2))
        } else {
            let callee = self
                .kinds
                .part(node, 0)
                .map_or(Pat::Any, |callee| self.pattern(callee));
            (callee, self.kinds.part(node, 1))
        };
        Pat::Call(Box::new(Call {
            makes: role & NEW != 0,
            callee,
            arguments: arguments.map(|list| {
                if self.kinds.is(list, GROUP) {
                    self.items(list)
                } else {
                    vec![self.pattern(list)]
                }
            }),
        }))
    }

    /// Returns what a list holds, each as a positional thing or under its key.
    fn items(&self, list: Node<'_>) -> Vec<Pat> {
        let mut cursor = list.walk();
        let items: Vec<Node<'_>> = list
            .named_children(&mut cursor)
            .filter(|item| !self.kinds.is(*item, COMMENT))
            .collect();
        let item = |item: Node<'_>| match self.kinds.keyed(item) {
            Some((key, value)) => self.keyed(key, value),
            None => self.pattern(item),
        };
        items.into_iter().map(item).collect()
    }

    fn children(&self, node: Node<'_>) -> Vec<Pat> {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node
            .children(&mut cursor)
            .filter(|child| !self.kinds.is(*child, COMMENT | IGNORED))
            .collect();
        let child = |child: Node<'_>| {
            if child.is_named() {
                Some(self.pattern(child))
            } else {
                let text = self.text(child);
                (!is_punctuation(text)).then(|| Pat::Token(text.into()))
            }
        };
        children.into_iter().filter_map(child).collect()
    }

    /// Returns a text literal; nothing when something other than a lone capture is put in.
    fn literal(&self, node: Node<'_>) -> Option<Pat> {
        let (prefix, content) = unquoted(self.text(node));
        let takes_holes = prefix.contains(['f', 'F', '$']) || self.text(node).starts_with('`');
        let holes = match self.grammar {
            Grammar::Ruby | Grammar::Php | Grammar::Kotlin | Grammar::Bash => None,
            _ => Some(takes_holes),
        };
        match self.capture(content) {
            Some(Pat::Rest(capture)) => Some(Pat::AnyText { holes, capture }),
            Some(Pat::Capture(name)) => Some(Pat::AnyText {
                holes,
                capture: Some(name),
            }),
            Some(_) => Some(Pat::AnyText {
                holes,
                capture: None,
            }),
            None if holes_in(node, self.kinds).next().is_none() => Some(Pat::Text(content.into())),
            None => None,
        }
    }
}

fn member(object: Pat, name: Pat) -> Pat {
    match (object, name) {
        (Pat::Path(mut path), Pat::Path(name)) => {
            path.extend(name);
            Pat::Path(path)
        }
        (object, name) => Pat::Member {
            object: Box::new(object),
            name: Box::new(name),
        },
    }
}

/// Returns the nodes that are put into a text literal.
pub(super) fn holes_in<'t>(
    node: Node<'t>,
    kinds: &'static Kinds,
) -> impl Iterator<Item = Node<'t>> {
    let mut cursor = node.walk();
    let children: Vec<Node<'t>> = node.named_children(&mut cursor).collect();
    children
        .into_iter()
        .flat_map(move |child| {
            if kinds.is(child, STRING) {
                let mut cursor = child.walk();
                child.named_children(&mut cursor).collect()
            } else {
                vec![child]
            }
        })
        .filter(move |child| {
            !kinds.is(*child, super::kinds::PIECE | STRING | COMMENT) || is_bare_hole(*child)
        })
}

/// Tells whether a piece of a text is the `$` of Kotlin's `"$name"`: its grammar takes the name
/// for text.
pub(super) fn is_bare_hole(piece: Node<'_>) -> bool {
    let range = piece.byte_range();
    piece.kind() == "string_content"
        && range.len() == 1
        && piece
            .next_sibling()
            .is_some_and(|next| next.kind() == "string_content" && next.start_byte() == range.end)
}

/// Returns the letters before the quotes of a text literal, and what stands between the quotes.
pub(super) fn unquoted(text: &str) -> (&str, &str) {
    let Some(open) = text.find(['"', '\'', '`']) else {
        return ("", text);
    };
    let (prefix, rest) = text.split_at(open);
    if prefix.len() > 4 {
        return ("", text);
    }
    let rest = match prefix.trim_start_matches(['r', 'b', 'R']) {
        "" => rest,
        hashes if hashes.bytes().all(|byte| byte == b'#') => {
            rest.strip_suffix(hashes).unwrap_or(rest)
        }
        _ => rest,
    };
    for quotes in ["\"\"\"", "'''", "\"", "'", "`"] {
        if let Some(inner) = rest.strip_prefix(quotes) {
            return (prefix, inner.strip_suffix(quotes).unwrap_or(inner));
        }
    }
    (prefix, rest)
}

/// Returns a key without its quotes and marks: `'verify'`, `verify:` and `:verify` are `verify`.
pub(super) fn key_of(text: &str) -> &str {
    text.trim_matches(['\'', '"', ':', '`', ' '])
}

/// Splits a qualified name into its parts.
pub(super) fn split(text: &str) -> Vec<Box<str>> {
    text.split(['\\'])
        .filter(|part| !part.is_empty())
        .map(Into::into)
        .collect()
}

/// Tells whether a token only holds others together.
pub(super) fn is_punctuation(text: &str) -> bool {
    text.bytes()
        .all(|byte| b"()[]{},;:\"'`\n\r\t ".contains(&byte))
}

impl Pat {
    /// Returns by what its nodes are found; nothing for a pattern that anything matches.
    pub(super) fn root(&self) -> Option<Root> {
        let by_role = |role, name| Root {
            role,
            kind: 0,
            name,
        };
        let by_kind = |kind| Root {
            role: 0,
            kind,
            name: None,
        };
        Some(match self {
            Self::Call(call) => by_role(CALL | METHOD | NEW, call.callee.last_name()),
            Self::Path(_) | Self::Member { .. } => by_role(NAME | MEMBER, self.last_name()),
            Self::Text(_) | Self::AnyText { .. } => by_role(STRING, None),
            Self::Group { kind, .. } | Self::Leaf { kind, .. } | Self::Node { kind, .. } => {
                by_kind(*kind)
            }
            Self::Keyed { .. } => by_role(super::kinds::KEYED | super::kinds::MAYBE_KEYED, None),
            Self::Rest(_) | Self::Any | Self::Capture(_) | Self::Token(_) => return None,
        })
    }

    fn last_name(&self) -> Option<Box<str>> {
        match self {
            Self::Path(path) => path.last().cloned(),
            Self::Member { name, .. } => name.last_name(),
            _ => None,
        }
    }
}
