//! Makes a pattern of the nodes of its text.

use super::grammar::Grammar;
use super::kinds::{CALL, COMMENT, GROUP, IGNORED, Kinds, MEMBER, METHOD, NAME, NEW, Role, STRING};
use super::pattern::{Call, Pat, holes_in, is_punctuation, key_of, split, unquoted};
use ast_grep_core::language::Language;
use ast_grep_core::meta_var::MetaVariable;
use tree_sitter::Node;

pub(super) struct Lower<'s> {
    pub(super) grammar: Grammar,
    pub(super) kinds: &'static Kinds,
    pub(super) text: &'s [u8],
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

    pub(super) fn pattern(&self, node: Node<'_>) -> Pat {
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
