//! Rules that are matched on syntax trees.
//!
//! A file is parsed when a keyword of such a rule stands near an added line, once for all rules.
//! One walk over the tree notes what names mean and which nodes some pattern may match; then each
//! of those is compared. Where the file does not parse, the rule's regex is searched as if there
//! were no tree, so no finding is lost to a fragment or to a grammar that is behind its language.

mod built;
mod check;
mod class;
mod compare;
mod condition;
mod embedded;
mod grammar;
mod hints;
mod imports;
mod index;
mod kinds;
mod pattern;
mod places;
mod request;
mod sanitize;
mod shapes;
#[cfg(test)]
mod tests;
mod tree;
mod words;

pub(crate) use check::faults;

use super::matcher::{Match, Pass};
use super::rule::{CompileError, compiled, lines_of};
use condition::{Compiled, Found};
use grammar::{GRAMMARS, Grammar};
pub(super) use hints::Hints;
use index::Walk;
use pattern::Root;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;
use tree::Tree;
use tree_sitter::{Node, ParseOptions, Parser, Point};

/// The largest text that is parsed, in bytes; what is larger is data or bundled.
const MAX_BYTES: usize = 512 << 10;
/// How many parts in other languages of one file are parsed.
const MAX_PARTS: usize = 500;
/// How many lines beside a place must parse for its tree to be trusted.
const ERROR_LINES: usize = 2;

/// The syntax of a rule made ready, by grammar.
#[derive(Default)]
pub(super) struct Cells(OnceLock<Box<[Cell; GRAMMARS]>>);

type Cell = OnceLock<Result<Option<Compiled>, CompileError>>;

/// What the trees of a file gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) matches: Vec<Match>,
    parsed: Vec<Parsed>,
}

/// A part of a text that was parsed.
struct Parsed {
    range: Range<usize>,
    errors: Vec<Range<usize>>,
    /// The rules with a pattern in its language.
    rules: Vec<usize>,
}

impl Outcome {
    /// Tells whether a rule was matched on a tree at a place, so that its regex need not be.
    pub(super) fn covers(&self, rule: usize, text: &[u8], place: &Range<usize>) -> bool {
        let around = lines_of(text, place, ERROR_LINES, ERROR_LINES);
        self.parsed.iter().any(|parsed| {
            let is_in = parsed.range.start <= place.start && place.end <= parsed.range.end;
            let meets = |error: &Range<usize>| {
                error.start < around.end && around.start < error.end.max(error.start + 1)
            };
            is_in && parsed.rules.contains(&rule) && !parsed.errors.iter().any(meets)
        })
    }
}

/// Looks at what the text of a pass holds, for [`Hints::allow`].
pub(super) fn hints<'t>(pass: &Pass<'t>) -> Hints<'t> {
    Hints::new(pass.text, Grammar::of_file(pass.path, pass.types))
}

/// Matches rules on the syntax trees of a text.
pub(super) fn run(pass: &Pass<'_>, rules: &[usize]) -> Result<Outcome, CompileError> {
    let mut outcome = Outcome::default();
    let Some(grammar) = Grammar::of_file(pass.path, pass.types) else {
        return Ok(outcome);
    };
    if pass.text.len() > MAX_BYTES {
        return Ok(outcome);
    }
    let has_own = rules.iter().any(|&rule| serves(pass, grammar, rule));
    if !has_own && !embedded::may_hold(grammar) {
        return Ok(outcome);
    }
    let Some(tree) = parse(grammar, pass.text, None) else {
        return Ok(outcome);
    };
    let whole = 0..pass.text.len();
    look(pass, rules, grammar, tree.root_node(), whole, &mut outcome)?;
    let parts = embedded::parts(grammar, tree.root_node(), pass.text, pass.path);
    for part in parts.into_iter().take(MAX_PARTS) {
        let has_own = rules.iter().any(|&rule| serves(pass, part.grammar, rule));
        if !has_own || !is_near(pass, &part.range) {
            continue;
        }
        if let Some(tree) = parse(part.grammar, pass.text, Some(&part.range)) {
            look(
                pass,
                rules,
                part.grammar,
                tree.root_node(),
                part.range,
                &mut outcome,
            )?;
        }
    }
    Ok(outcome)
}

fn serves(pass: &Pass<'_>, grammar: Grammar, rule: usize) -> bool {
    grammar.serves(pass.config.rules[rule].languages)
}

/// How many lines from an added line a match may stand: a name may have got its value there.
pub(super) const NEAR_LINES: u32 = 100;

/// Tells whether an added line is near.
pub(super) fn is_near(pass: &Pass<'_>, range: &Range<usize>) -> bool {
    pass.added.is_none_or(|added| {
        let lines = pass.lines.lines_of(range.clone());
        added.touches(lines.start.saturating_sub(NEAR_LINES)..lines.end + NEAR_LINES)
    })
}

/// Parses a text, or a part of it; nothing when that takes too much work.
fn parse(grammar: Grammar, text: &[u8], part: Option<&Range<usize>>) -> Option<tree_sitter::Tree> {
    use ast_grep_core::tree_sitter::LanguageExt as _;
    let mut parser = Parser::new();
    parser.set_language(&grammar.get_ts_language()).ok()?;
    if let Some(part) = part {
        let range = tree_sitter::Range {
            start_byte: part.start,
            end_byte: part.end,
            start_point: point(text, part.start),
            end_point: point(text, part.end),
        };
        parser.set_included_ranges(&[range]).ok()?;
    }
    // The parser asks after each hundred steps. Code takes a step for each two or three bytes;
    // looking for a way out of an error may take as many as the square of that.
    let mut left = 2_000 + text.len() / 16;
    let mut ask = |_: &tree_sitter::ParseState| {
        left = left.saturating_sub(1);
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut ask);
    parser.parse_with_options(
        &mut |at, _| &text[at.min(text.len())..],
        None,
        Some(options),
    )
}

fn point(text: &[u8], at: usize) -> Point {
    let before = &text[..at];
    let line = memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1);
    Point::new(memchr::memchr_iter(b'\n', before).count(), at - line)
}

/// The rules that may match nodes of a kind, each with the name it asks for.
#[derive(Default)]
struct Wanted<'w> {
    by_kind: HashMap<u16, Vec<(usize, &'w Compiled, &'w Root)>>,
    rules: Vec<usize>,
}

/// Looks at every node of a tree that some rule may match.
fn look<'t>(
    pass: &Pass<'t>,
    rules: &[usize],
    grammar: Grammar,
    root: Node<'t>,
    range: Range<usize>,
    outcome: &mut Outcome,
) -> Result<(), CompileError> {
    let kinds = grammar.kinds();
    let mut wanted = Wanted::default();
    for &rule in rules {
        let Some(compiled) = ready(pass, rule, grammar)? else {
            continue;
        };
        wanted.rules.push(rule);
        for root in &compiled.roots {
            let mut add = |kind| {
                wanted
                    .by_kind
                    .entry(kind)
                    .or_default()
                    .push((rule, compiled, root));
            };
            if root.role == 0 {
                add(root.kind);
            } else {
                kinds.all(root.role).for_each(add);
            }
        }
    }
    if wanted.rules.is_empty() {
        return Ok(());
    }
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
        return Ok(());
    };
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
        let names = Names::of(&tree, node);
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
    Ok(())
}

/// The last name of a node, as written and in full.
struct Names {
    written: Option<String>,
    full: Option<String>,
}

impl Names {
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
