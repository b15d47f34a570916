//! Conditions on nodes: patterns, relations, classes of captures.

use super::class::Asker;
use super::compare::{At, Captures};
use super::grammar::Grammar;
use super::pattern::{Pat, Root, read};
use super::sanitize::{Sanitizers, Sink};
use super::tree::Tree;
use crate::scan::pattern::Pattern;
use crate::scan::rule::{CompileError, build};
use crate::spec::{self, Class};
use crate::spec::{Rule, Text};
use std::ops::Range;
use tree_sitter::Node;

/// How many nodes are searched for one that stands inside another.
const MAX_INSIDE: usize = 20_000;

/// The syntax of a rule, ready for one grammar.
pub(in crate::scan) struct Compiled {
    condition: Condition,
    /// By what the nodes are found that may match.
    pub(super) roots: Vec<Root>,
    at: Text,
    sink: Sink,
    sanitizers: Vec<Text>,
}

enum Condition {
    Pattern(Pat),
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Inside(Box<Self>),
    Has(Box<Self>),
    Function(Box<Self>),
    Where {
        capture: Text,
        classes: Vec<(Class, bool)>,
        regexes: Option<Regexes>,
        not_regexes: Option<Regexes>,
    },
}

/// Patterns of which one is asked for.
struct Regexes {
    sources: Vec<Text>,
    compiled: Box<Pattern>,
}

impl Regexes {
    fn new(rule: &Rule, sources: &[Text]) -> Result<Option<Self>, CompileError> {
        if sources.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            sources: sources.to_vec(),
            compiled: Box::new(build(rule, sources, false)?),
        }))
    }

    /// Tells whether a text has a match; nothing when they turn out too large for it.
    fn is_match(&self, text: &[u8]) -> Option<bool> {
        self.compiled.is_match(&self.sources, text).ok()
    }
}

/// A match of a rule's syntax.
pub(super) struct Found {
    pub(super) whole: Range<usize>,
    pub(super) place: Range<usize>,
    /// Where a name got the value that made it match.
    pub(super) value: Option<Range<usize>>,
}

/// Makes the syntax of a rule ready; nothing when none of its patterns is written in this grammar.
pub(super) fn compile(
    rule: &Rule,
    syntax: &spec::Syntax,
    grammar: Grammar,
) -> Result<Option<Compiled>, CompileError> {
    let Some(condition) = make(rule, &syntax.find, grammar)? else {
        return Ok(None);
    };
    let Some(roots) = roots(&condition) else {
        return Ok(None);
    };
    Ok(Some(Compiled {
        condition,
        sink: Sink::of(rule),
        roots,
        at: syntax.at.clone(),
        sanitizers: syntax.sanitizers.to_vec(),
    }))
}

fn make(
    rule: &Rule,
    from: &spec::Condition,
    grammar: Grammar,
) -> Result<Option<Condition>, CompileError> {
    let list = |list: &[spec::Condition]| -> Result<Vec<Option<Condition>>, CompileError> {
        list.iter().map(|one| make(rule, one, grammar)).collect()
    };
    let boxed = |one: &spec::Condition| Ok(make(rule, one, grammar)?.map(Box::new));
    Ok(match from {
        spec::Condition::Pattern(pattern) => {
            read(&pattern.text, grammar).ok().map(Condition::Pattern)
        }
        spec::Condition::Any(any) => {
            let some: Vec<Condition> = list(any)?.into_iter().flatten().collect();
            (!some.is_empty()).then_some(Condition::Any(some))
        }
        spec::Condition::All(all) => {
            let all: Option<Vec<Condition>> = list(all)?.into_iter().collect();
            all.map(Condition::All)
        }
        // A pattern of another language holds of nothing here.
        spec::Condition::Not(one) => Some(match boxed(one)? {
            Some(one) => Condition::Not(one),
            None => Condition::All(Vec::new()),
        }),
        spec::Condition::Inside(one) => boxed(one)?.map(Condition::Inside),
        spec::Condition::Has(one) => boxed(one)?.map(Condition::Has),
        spec::Condition::Function(one) => boxed(one)?.map(Condition::Function),
        spec::Condition::Where(constraint) => Some(Condition::Where {
            capture: constraint.capture.clone(),
            classes: constraint.classes.clone(),
            regexes: Regexes::new(rule, &constraint.regexes)?,
            not_regexes: Regexes::new(rule, &constraint.not_regexes)?,
        }),
    })
}

/// Returns by what nodes are found that may meet a condition; nothing when any may.
fn roots(condition: &Condition) -> Option<Vec<Root>> {
    match condition {
        Condition::Pattern(pat) => Some(vec![pat.root()?]),
        Condition::Any(any) => {
            let all: Option<Vec<Vec<Root>>> = any.iter().map(roots).collect();
            all.map(|all| all.concat())
        }
        Condition::All(all) => all.iter().find_map(roots),
        _ => None,
    }
}

/// A question whether a node meets the condition of a rule.
struct Query<'q, 't> {
    tree: &'q Tree<'t>,
    asker: Asker<'q, 't>,
}

impl Compiled {
    /// Looks at a node as the beginning of a match.
    pub(super) fn find<'t>(&self, tree: &Tree<'t>, node: Node<'t>, scope: usize) -> Option<Found> {
        let sanitizers = Sanitizers {
            sink: self.sink,
            named: &self.sanitizers,
        };
        let query = Query {
            tree,
            asker: Asker::new(tree, sanitizers),
        };
        let mut captures = Captures::default();
        if !query.holds(
            &self.condition,
            node,
            At { scope, hop: true },
            &mut captures,
        ) {
            return None;
        }
        let whole = node.byte_range();
        let held = captures.get(&self.at).filter(|held| !held.is_empty());
        let place = held.map_or_else(
            || whole.clone(),
            |held| held[0].start_byte()..held[held.len() - 1].end_byte(),
        );
        Some(Found {
            whole,
            place,
            value: query.asker.decided_at(),
        })
    }
}

impl<'t> Query<'_, 't> {
    fn holds<'p>(
        &self,
        condition: &'p Condition,
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        match condition {
            Condition::Pattern(pat) => self.tree.matches(pat, node, at, captures),
            Condition::Any(any) => any.iter().any(|one| self.tries(one, node, at, captures)),
            Condition::All(all) => self.all(all, node, at, captures),
            Condition::Not(one) => !self.holds(one, node, at, &mut captures.clone()),
            Condition::Inside(one) => self
                .ancestors(node)
                .into_iter()
                .any(|around| self.tries(one, around, at, captures)),
            Condition::Has(one) => self.has(one, node, at, captures),
            Condition::Function(one) => {
                let function = self.tree.index.scopes[at.scope].1;
                self.tries(one, function, at, captures)
            }
            Condition::Where {
                capture,
                classes,
                regexes,
                not_regexes,
            } => {
                let Some(held) = captures.get(capture) else {
                    // Another branch of the pattern has it.
                    return true;
                };
                // What cannot be told loses no finding.
                let has = |regex: &Regexes, unclear| {
                    held.iter().any(|node| {
                        let text = &self.tree.text[node.byte_range()];
                        regex.is_match(text).unwrap_or(unclear)
                    })
                };
                regexes.as_ref().is_none_or(|regex| has(regex, true))
                    && !not_regexes.as_ref().is_some_and(|regex| has(regex, false))
                    && classes.iter().all(|(class, wanted)| {
                        held.iter()
                            .any(|node| self.asker.is(*node, *class, at.scope))
                            == *wanted
                    })
            }
        }
    }

    /// Tells whether all of a list holds. Of alternatives, each is tried with what follows it.
    fn all<'p>(
        &self,
        all: &'p [Condition],
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let Some((first, others)) = all.split_first() else {
            return true;
        };
        if let Condition::Any(any) = first {
            return any.iter().any(|one| {
                let mut own = captures.clone();
                let found =
                    self.holds(one, node, at, &mut own) && self.all(others, node, at, &mut own);
                if found {
                    *captures = own;
                }
                found
            });
        }
        self.holds(first, node, at, captures) && self.all(others, node, at, captures)
    }

    /// Like `holds`, leaving no captures behind when it fails.
    fn tries<'p>(
        &self,
        condition: &'p Condition,
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let mut own = captures.clone();
        let found = self.holds(condition, node, at, &mut own);
        if found {
            *captures = own;
        }
        found
    }

    /// Returns the nodes around a node, the nearest first.
    fn ancestors(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut out = Vec::new();
        let mut around = Some(self.tree.root);
        while let Some(one) = around.filter(|one| one.id() != node.id()) {
            out.push(one);
            around = one.child_with_descendant(node);
        }
        out.reverse();
        out
    }

    fn has<'p>(
        &self,
        condition: &'p Condition,
        node: Node<'t>,
        at: At,
        captures: &mut Captures<'p, 't>,
    ) -> bool {
        let mut pending = vec![node];
        for _ in 0..MAX_INSIDE {
            let Some(one) = pending.pop() else {
                return false;
            };
            if one.id() != node.id() && self.tries(condition, one, at, captures) {
                return true;
            }
            let mut cursor = one.walk();
            let children: Vec<Node<'t>> = one.named_children(&mut cursor).collect();
            pending.extend(children.into_iter().rev());
        }
        false
    }
}
