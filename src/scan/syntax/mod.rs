//! Rules that are matched on syntax trees.
//!
//! A file is parsed when a keyword of such a rule stands near an added line, once for all rules.
//! One walk over the tree notes what names mean and which nodes some pattern may match; then each
//! of those is compared. Where the file does not parse, the rule's regex is searched as if there
//! were no tree, so no finding is lost to a fragment or to a grammar that is behind its language.

mod begin;
mod body;
mod built;
mod check;
mod class;
mod compare;
mod condition;
mod cut;
mod embedded;
mod grammar;
mod hints;
mod imports;
mod index;
mod kinds;
mod look;
mod lower;
mod near;
mod parse;
mod pattern;
mod places;
mod quotes;
mod request;
mod sanitize;
mod shapes;
#[cfg(test)]
mod tests;
mod tree;
mod words;

pub(crate) use check::faults;

use super::matcher::{Match, Pass};
use super::rule::{CompileError, lines_of};
use begin::Names;
use condition::Compiled;
use grammar::{GRAMMARS, Grammar};
pub(super) use hints::Hints;
use look::{Wanted, look};
use parse::{included, parse};
use std::ops::Range;
use std::sync::OnceLock;

/// The largest text that is parsed, in bytes; what is larger is data or bundled.
const MAX_BYTES: usize = 512 << 10;
/// The largest text of which parts are parsed, in bytes.
const MAX_CUT_BYTES: usize = 4 << 20;
/// Texts shorter than this are parsed as a whole, in bytes: looking for what to leave out costs more.
const WHOLE_BYTES: usize = 1 << 10;
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
    /// Whether text was left unparsed that a rule asked for: it is too large, or would not parse in
    /// the steps it has.
    pub(super) left: bool,
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

/// Matches rules on the syntax trees of a text; `keywords`: where those begin of rules that have a
/// regex as well, which is searched there if the tree tells nothing.
pub(super) fn run(
    pass: &Pass<'_>,
    rules: &[usize],
    hints: &Hints<'_>,
    keywords: Vec<usize>,
) -> Result<Outcome, CompileError> {
    let mut outcome = Outcome::default();
    let Some(grammar) = Grammar::of_file(pass.path, pass.types) else {
        return Ok(outcome);
    };
    let wanted = Wanted::new(pass, rules, grammar)?;
    if wanted.rules.is_empty() && !embedded::may_hold(grammar) {
        return Ok(outcome);
    }
    if pass.text.len() > MAX_CUT_BYTES {
        outcome.left = true;
        return Ok(outcome);
    }
    let whole = 0..pass.text.len();
    if look_between_bodies(pass, &wanted, grammar, hints, keywords, &mut outcome) {
        return Ok(outcome);
    }
    let small = pass.text.len() <= MAX_BYTES;
    let Some(tree) = small.then(|| parse(grammar, pass.text, &[])).flatten() else {
        outcome.left = true;
        return Ok(outcome);
    };
    let root = tree.root_node();
    look(pass, &wanted, grammar, root, whole, None, &mut outcome);
    let parts = embedded::parts(grammar, root, pass.text, pass.path);
    outcome.left = parts.len() > MAX_PARTS;
    for part in parts.into_iter().take(MAX_PARTS) {
        let wanted = Wanted::new(pass, rules, part.grammar)?;
        if wanted.rules.is_empty() || !is_near(pass, &part.range) {
            continue;
        }
        let included = included(pass.text, &part.range);
        if let Some(tree) = parse(part.grammar, pass.text, &[included]) {
            let root = tree.root_node();
            look(
                pass,
                &wanted,
                part.grammar,
                root,
                part.range,
                None,
                &mut outcome,
            );
        } else {
            outcome.left = true;
        }
    }
    Ok(outcome)
}

/// Looks at a file without the bodies of functions in which nothing can begin; tells whether that
/// was enough.
fn look_between_bodies(
    pass: &Pass<'_>,
    wanted: &Wanted<'_>,
    grammar: Grammar,
    hints: &Hints<'_>,
    keywords: Vec<usize>,
    outcome: &mut Outcome,
) -> bool {
    let text = pass.text;
    let syntaxes = wanted.syntaxes(pass);
    let Some(names) = Names::new(hints, &syntaxes, grammar) else {
        return false;
    };
    let begin::Beginnings {
        mut places,
        mut begins,
    } = names.places(text);
    if begins.is_empty() && !embedded::may_hold(grammar) {
        outcome.parsed.push(Parsed {
            range: 0..text.len(),
            errors: Vec::new(),
            rules: wanted.rules.clone(),
        });
        return true;
    }
    if text.len() < WHOLE_BYTES {
        return false;
    }
    places.extend(&keywords);
    begins.extend(keywords);
    for places in [&mut places, &mut begins] {
        places.retain(|place| is_near(pass, &(*place..*place)));
        places.sort_unstable();
    }
    let whole = names.around.then_some(&begins[..]);
    let cuts = cut::cuts(grammar, text, &places, whole);
    let bytes: usize = cuts.iter().map(|cut| cut.range.len()).sum();
    if bytes < text.len() / 8 || text.len() - bytes > MAX_BYTES {
        return false;
    }
    let Some(tree) = parse(grammar, text, &cut::rest(text, &cuts)) else {
        return false;
    };
    let root = tree.root_node();
    let check = |index: &index::Index<'_>| {
        cut::are_proved(grammar, &cuts, index) && !names.are_renamed(index, text, &cuts)
    };
    let whole = 0..text.len();
    !root.has_error() && look(pass, wanted, grammar, root, whole, Some(&check), outcome)
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
