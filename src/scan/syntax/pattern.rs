//! A pattern written in the language it looks for, made ready to be compared with nodes.

use super::grammar::Grammar;
use super::kinds::{CALL, COMMENT, Kinds, MEMBER, METHOD, NAME, NEW, Role, STRING};
use super::lower::Lower;
use ast_grep_core::language::Language;
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

/// How the name of what a pattern looks for is written in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Written {
    /// In any way.
    #[default]
    Anyhow,
    /// As the last of so many names: imports may bring the first of them under another name, or the
    /// last alone.
    Last(usize),
    /// Alone, perhaps under another name.
    Alone,
    /// As a member of something that the pattern does not name: no import renames that.
    Member,
}

impl Call {
    fn written(&self) -> Written {
        match &self.callee {
            Pat::Member { .. } => Written::Member,
            Pat::Path(path) if path.len() == 1 => Written::Alone,
            Pat::Path(path) => Written::Last(path.len()),
            _ => Written::Anyhow,
        }
    }

    fn first(&self) -> Option<Box<str>> {
        match self.arguments.as_deref()?.first()? {
            Pat::Capture(name) => Some(name.clone()),
            _ => None,
        }
    }
}

/// By what the nodes are found that a pattern may match.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Root {
    /// Kinds by role; 0 when `kind` says it.
    pub(super) role: Role,
    pub(super) kind: u16,
    /// The last name of what is called or meant, when the pattern says it.
    pub(super) name: Option<Box<str>>,
    /// What the first argument is kept as, when it may be anything.
    pub(super) first: Option<Box<str>>,
    /// How the name is written.
    pub(super) written: Written,
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
            name,
            ..Root::default()
        };
        let by_kind = |kind| Root {
            kind,
            ..Root::default()
        };
        Some(match self {
            Self::Call(call) => Root {
                first: call.first(),
                written: call.written(),
                ..by_role(CALL | METHOD | NEW, call.callee.last_name())
            },
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
