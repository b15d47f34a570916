//! Looks at the nodes of a tree that some rule may match.

use super::class;
use super::condition::{self, Compiled, Found};
use super::grammar::{GRAMMARS, Grammar};
use super::index::{Index, Walk};
use super::pattern::Root;
use super::tree::Tree;
use super::{Outcome, Parsed, is_near};
use crate::scan::matcher::{Match, Pass};
use crate::scan::rule::{CompileError, compiled};
use crate::spec::Syntax;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;
use tree_sitter::Node;

/// The rules that may match nodes of a kind, each with the name it asks for.
#[derive(Default)]
pub(super) struct Wanted<'w> {
    by_kind: HashMap<u16, Vec<(usize, &'w Compiled, &'w Root)>>,
    pub(super) rules: Vec<usize>,
    compiled: Vec<&'w Compiled>,
}

impl<'w> Wanted<'w> {
    pub(super) fn new(
        pass: &Pass<'w>,
        rules: &[usize],
        grammar: Grammar,
    ) -> Result<Self, CompileError> {
        let kinds = grammar.kinds();
        let mut wanted = Self::default();
        for &rule in rules {
            let Some(compiled) = ready(pass, rule, grammar)? else {
                continue;
            };
            wanted.rules.push(rule);
            wanted.compiled.push(compiled);
            for root in &compiled.roots {
                let mut add = |kind| {
                    let of_kind = wanted.by_kind.entry(kind).or_default();
                    of_kind.push((rule, compiled, root));
                };
                if root.role == 0 {
                    add(root.kind);
                } else {
                    kinds.all(root.role).for_each(add);
                }
            }
        }
        Ok(wanted)
    }

    pub(super) fn syntaxes(&self, pass: &Pass<'w>) -> Vec<(&'w Syntax, &'w Compiled)> {
        let each = self.rules.iter().zip(&self.compiled);
        each.filter_map(|(rule, compiled)| {
            Some((pass.config.rules[*rule].syntax.as_deref()?, *compiled))
        })
        .collect()
    }
}

/// Looks at every node of a tree that some rule may match; tells whether what was left out, if
/// anything, could be.
pub(super) fn look<'t>(
    pass: &Pass<'t>,
    wanted: &Wanted<'_>,
    grammar: Grammar,
    root: Node<'t>,
    range: Range<usize>,
    check: Option<&dyn Fn(&Index<'_>) -> bool>,
    outcome: &mut Outcome,
) -> bool {
    if wanted.rules.is_empty() {
        return true;
    }
    let kinds = grammar.kinds();
    let is_wanted = |node: Node<'t>| {
        wanted.by_kind.contains_key(&node.kind_id()) && is_near(pass, &node.byte_range())
    };
    let walk = Walk {
        grammar,
        kinds,
        text: pass.text,
        wanted: &is_wanted,
    };
    let Some(mut index) = walk.run(root) else {
        return check.is_none();
    };
    if check.is_some_and(|check| !check(&index)) {
        return false;
    }
    let candidates = std::mem::take(&mut index.candidates);
    outcome.parsed.push(Parsed {
        range,
        errors: std::mem::take(&mut index.errors),
        rules: wanted.rules.clone(),
    });
    let tree = Tree {
        grammar,
        kinds,
        text: pass.text,
        root,
        index,
    };
    for (node, scope) in candidates {
        let names = Called::of(&tree, node);
        let mut last = None;
        for (rule, compiled, root) in &wanted.by_kind[&node.kind_id()] {
            if last == Some(*rule) || !names.may_be(root) {
                continue;
            }
            if let Some(found) = compiled.find(&tree, node, scope) {
                last = Some(*rule);
                outcome.matches.extend(placed(pass, *rule, found));
            }
        }
    }
    true
}

/// The last name of a node, as written and in full.
struct Called {
    written: Option<String>,
    full: Option<String>,
}

impl Called {
    fn of<'t>(tree: &Tree<'t>, node: Node<'t>) -> Self {
        let written = match tree.called(node) {
            Some(called) => match tree.called_path(&called) {
                Some(path) => Some(path),
                None => called.name.map(|name| vec![tree.text(name).into_owned()]),
            },
            None => class::path_of(tree, node),
        };
        let full = written.as_deref().and_then(|path| tree.full(path));
        let last = |path: Option<Vec<String>>| path.and_then(|mut path| path.pop());
        Self {
            full: last(full),
            written: last(written),
        }
    }

    fn may_be(&self, root: &Root) -> bool {
        let Some(wanted) = root.name.as_deref() else {
            return true;
        };
        let is = |name: &Option<String>| name.as_deref() == Some(wanted);
        is(&self.written) || is(&self.full)
    }
}

/// Returns the syntax of a rule for a grammar, made ready on first need.
fn ready<'p>(
    pass: &Pass<'p>,
    rule: usize,
    grammar: Grammar,
) -> Result<Option<&'p Compiled>, CompileError> {
    let spec = &pass.config.rules[rule];
    let Some(syntax) = spec
        .syntax
        .as_deref()
        .filter(|_| grammar.serves(spec.languages))
    else {
        return Ok(None);
    };
    let cells = compiled(pass.compiled, rule)
        .syntax
        .0
        .get_or_init(|| Box::new([const { OnceLock::new() }; GRAMMARS]));
    cells[grammar as usize]
        .get_or_init(|| condition::compile(spec, syntax, grammar))
        .as_ref()
        .map(Option::as_ref)
        .map_err(Clone::clone)
}

/// Returns a match where it touches the added lines: where a name got its value, else where that
/// is used.
fn placed(pass: &Pass<'_>, rule: usize, found: Found) -> Option<Match> {
    let touched = |range: &Range<usize>| {
        pass.added
            .is_none_or(|added| added.touches(pass.lines.lines_of(range.clone())))
    };
    if let Some(value) = found.value.filter(touched) {
        return Some(Match {
            rule,
            whole: value.clone(),
            place: value,
        });
    }
    touched(&found.whole).then_some(Match {
        rule,
        whole: found.whole,
        place: found.place,
    })
}
