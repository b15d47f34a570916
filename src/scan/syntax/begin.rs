//! Where in a file matches may begin, told by its bytes.

use super::condition::Compiled;
use super::cut::Cut;
use super::grammar::Grammar;
use super::hints::Hints;
use super::index::Index;
use super::near::Near;
use super::pattern::Root;
use super::places::{is_word, word_at};
use super::quotes;
use crate::spec::{Condition, Syntax};
use memchr::memmem;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The names by which matches begin.
pub(super) struct Names<'r> {
    sought: HashMap<&'r [u8], Vec<Sought<'r>>>,
    /// The bytes that names begin with.
    first: [bool; 256],
    grammar: Grammar,
    /// Whether a rule looks at what is around or inside a match.
    pub(super) around: bool,
}

/// Where matches may begin.
pub(super) struct Beginnings {
    /// Where a match may begin or something is imported, in no order.
    pub(super) places: Vec<usize>,
    /// Those where a match may begin.
    pub(super) begins: Vec<usize>,
}

/// What a rule asks of a place where one of its names stands.
#[derive(Clone, Copy)]
enum Sought<'r> {
    /// Whatever stands there.
    Anywhere,
    Name(&'r Root, Near<'r>),
}

impl<'r> Names<'r> {
    /// Returns the names of these rules; nothing where one of them does not say how it begins.
    pub(super) fn new(
        hints: &'r Hints<'_>,
        rules: &[(&'r Syntax, &'r Compiled)],
        grammar: Grammar,
    ) -> Option<Self> {
        let mut out = Self {
            sought: HashMap::new(),
            first: [false; 256],
            grammar,
            around: false,
        };
        for (syntax, compiled) in rules {
            out.around |= looks_around(&syntax.find);
            let asked = hints.asked(syntax);
            for root in &compiled.roots {
                let name = root.name.as_deref()?;
                let is_first =
                    |capture: Option<&str>| capture.is_some() && capture == root.first.as_deref();
                let near = Near {
                    grammar,
                    is_value: is_first(asked.value),
                    is_sql: is_first(asked.sql),
                    request: asked.request,
                    statement: asked.statement,
                };
                out.add(name, Sought::Name(root, near));
            }
        }
        // What is imported in one function is known in all of them.
        let imports: &[&str] = match grammar {
            Grammar::Python => &["import"],
            Grammar::Javascript | Grammar::Typescript | Grammar::Tsx => &["import", "require"],
            _ => &[],
        };
        for name in imports {
            out.add(name, Sought::Anywhere);
        }
        Some(out)
    }

    fn add(&mut self, name: &'r str, sought: Sought<'r>) {
        let name = name.trim_start_matches('$').as_bytes();
        if let Some(first) = name.first() {
            self.first[usize::from(*first)] = true;
            self.sought.entry(name).or_default().push(sought);
        }
    }

    /// Returns the places in a text where a match may begin, or something is imported.
    pub(super) fn places(&self, text: &[u8]) -> Beginnings {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            if !is_word(text[at]) {
                at += 1;
                continue;
            }
            let start = at;
            while text.get(at).copied().is_some_and(is_word) {
                at += 1;
            }
            if self.first[usize::from(text[start])]
                && let Some(sought) = self.sought.get(&text[start..at])
                && let Some(one) = sought
                    .iter()
                    .find(|sought| sought.may_be(text, &(start..at)))
            {
                found.push((start, matches!(one, Sought::Anywhere)));
            }
        }
        if self.grammar == Grammar::Python && !found.is_empty() {
            quotes::drop_said(text, &mut found);
        }
        let aliases: HashSet<&[u8]> = found
            .iter()
            .filter_map(|(place, _)| alias(&text[*place..]))
            .collect();
        let used = aliases
            .iter()
            .flat_map(|alias| memmem::find_iter(text, alias));
        found.extend(used.map(|place| (place, false)));
        Beginnings {
            begins: found
                .iter()
                .filter_map(|(place, is_import)| (!is_import).then_some(*place))
                .collect(),
            places: found.into_iter().map(|(place, _)| place).collect(),
        }
    }

    /// Tells whether what was left out may hold a match that goes by a name which only an import
    /// tells.
    pub(super) fn are_renamed(&self, index: &Index<'_>, text: &[u8], cuts: &[Cut]) -> bool {
        let is_sought = |name: &str| self.sought.contains_key(name.as_bytes());
        index.imports.iter().any(|(alias, full)| {
            let holds =
                |cut: &Cut| memmem::find(&text[cut.range.clone()], alias.as_bytes()).is_some();
            let is_renamed = full.last().is_some_and(|last| is_sought(last)) && !is_sought(alias);
            is_renamed && cuts.iter().any(holds)
        })
    }
}

impl Sought<'_> {
    fn may_be(&self, text: &[u8], name: &Range<usize>) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Name(root, near) => near.may_be(text, name, root),
        }
    }
}

/// Returns the name that a name is imported as: `run as r`.
fn alias(text: &[u8]) -> Option<&[u8]> {
    let behind = text[word_at(text).len()..].trim_ascii_start();
    let name = behind.strip_prefix(b"as ")?.trim_ascii_start();
    Some(word_at(name)).filter(|name| !name.is_empty())
}

/// Tells whether a condition looks at what is around or inside a match.
fn looks_around(condition: &Condition) -> bool {
    match condition {
        Condition::Inside(_) | Condition::Has(_) | Condition::Function(_) => true,
        Condition::Any(list) | Condition::All(list) => list.iter().any(looks_around),
        Condition::Not(one) => looks_around(one),
        Condition::Pattern(_) | Condition::Where(_) => false,
    }
}
