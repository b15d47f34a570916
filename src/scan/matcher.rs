//! Runs the rules whose keywords a text holds, each on the lines around its keywords.

use super::block::own_block;
use super::held::HeldLines;
use super::prefilter::{Prefilter, Reach};
use super::rule::{CompileError, Compiled, compiled, lines_of, lines_within};
use crate::added::AddedLines;
use crate::builtin::Held;
use crate::config::Config;
use crate::gram::NEAR_LINES;
use crate::lines::LineIndex;
use crate::spec::{Confidence, Kind, Languages, Rule};
use bstr::BStr;
use regex_automata::Input;
use std::ops::Range;
use std::sync::OnceLock;

/// How far before a keyword a match of one line may start, and how far behind it may end, in
/// bytes. Lines longer than this (minified scripts, data) are searched around the keywords only.
const REACH_BYTES: (usize, usize) = (2 << 10, 16 << 10);
/// The same for matches over several lines.
const LONG_REACH_BYTES: (usize, usize) = (16 << 10, 64 << 10);
/// How far before and behind a match it is looked at what stands beside it: a dozen lines of code
/// fit in.
const NEAR_REACH_BYTES: (usize, usize) = (8 << 10, 16 << 10);

/// How many bytes around a keyword are looked at before they are searched.
const LOOKED_AT_BYTES: usize = 4 << 10;

/// A match of a rule, before judgement. Ranges are bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Index of the rule.
    pub(super) rule: usize,
    /// All that the pattern matched.
    pub(super) whole: Range<usize>,
    /// The capture that counts.
    pub(super) place: Range<usize>,
}

/// What a pass over a text gave.
#[derive(Debug, Default)]
pub(super) struct Hits {
    pub(super) matches: Vec<Match>,
    /// Whether the text holds the marker of inline exceptions.
    pub(super) marker: bool,
    /// Whether it is too much to parse, and a rule that only a tree could match asked for that.
    pub(super) unparsed: bool,
}

/// One pass over one text.
pub(super) struct Pass<'p> {
    pub(super) config: &'p Config,
    pub(super) compiled: &'p [OnceLock<Box<Compiled>>],
    pub(super) path: &'p BStr,
    pub(super) types: Languages,
    pub(super) binary: bool,
    pub(super) text: &'p [u8],
    pub(super) lines: &'p LineIndex<'p>,
    /// The lines that are new; `None`: all of them.
    pub(super) added: Option<&'p AddedLines>,
    /// The one rule to run, whether it is enabled or not; `None`: all that are enabled.
    pub(super) only: Option<usize>,
}

/// What a rule is yet to search, and what is known of the text for it.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) rule: usize,
    /// Whether the rule looks at files of that path, once it was asked.
    path: Option<bool>,
    /// What every match of the rule holds.
    need: Held,
    /// The line of the last keyword, and the lines around it that a match may reach. Kept, so that
    /// a line of a hundred megabytes is not measured again for each of a million keywords on it.
    line: Range<usize>,
    around: Range<usize>,
    /// The lines that were looked at last, and whether they can hold a match.
    looked_at: Option<(Range<usize>, bool)>,
    /// The lines around the last keywords; none when no added line is near.
    window: Option<Range<usize>>,
    /// What is known of where matches stand.
    pub(super) known: Known,
    /// Whether it is matched on the syntax tree, and its keywords, which wait for that.
    pub(super) on_tree: bool,
    pub(super) keywords: Vec<Range<usize>>,
}

/// What a pass has seen so far.
pub(super) struct Seen<'t> {
    pub(super) pending: Vec<Pending>,
    /// Where each rule is among those.
    places: Vec<Place>,
    pub(super) held: HeldLines<'t>,
    pub(super) matches: Vec<Match>,
    pub(super) unparsed: bool,
}

/// Where a rule is among those that were seen.
#[derive(Clone, Copy)]
enum Place {
    /// None of its keywords was seen.
    Unseen,
    /// It does not look at files such as this one.
    Elsewhere,
    At(usize),
}

/// The lines near a match, and of them those of its own function.
type NearLines = (Range<usize>, Range<usize>);

/// What stands around the last match of a rule, and what it says; the next one may stand there,
/// too. Without this a line with a million matches would be searched a million times.
#[derive(Default)]
pub(super) struct Known {
    /// The lines of a match, and whether a pattern there drops it.
    dropped: Option<(Range<usize>, bool)>,
    /// The lines near a match, those of its own function, and whether they let it count.
    near: Option<(NearLines, bool)>,
    /// Whether the file lets a match count.
    pub(super) file: Option<bool>,
}

impl Pending {
    /// Looks at the lines around a keyword; `beside`: how many before and behind its own.
    fn look_around(&mut self, text: &[u8], keyword: &Range<usize>, beside: usize) {
        let known = self.line.start <= keyword.start && keyword.end <= self.line.end;
        if !known || self.line.is_empty() {
            self.line = lines_of(text, keyword, 0, 0);
            self.around = lines_of(text, &self.line, beside, beside);
        }
    }
}

impl Pass<'_> {
    /// Returns every match that touches the added lines or stands within a few lines of them
    /// (which may be shown, and then masked), in the order of their places.
    pub(super) fn run(&self, prefilter: &Prefilter) -> Result<Hits, CompileError> {
        let mut seen = Seen {
            pending: Vec::new(),
            places: Vec::new(),
            held: HeldLines::new(self.text),
            matches: Vec::new(),
            unparsed: false,
        };
        let mut failure = None;
        for part in self.parts() {
            prefilter.each(self.text, part, self.types, |rule, keyword| {
                if failure.is_none() {
                    failure = self.look_at(&mut seen, usize::from(rule), &keyword).err();
                }
            });
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        self.on_trees(&mut seen)?;
        let Seen {
            pending,
            mut matches,
            unparsed,
            ..
        } = seen;
        for mut near in pending {
            let window = near.window.take();
            self.search(&mut near, window, &mut matches)?;
        }
        matches.sort_by_key(|found| (found.place.start, found.place.end, found.rule));
        Ok(Hits {
            matches,
            marker: memchr::memmem::find(self.text, super::marker()).is_some(),
            unparsed,
        })
    }

    /// Returns the parts of the text in their order, and which keywords count there: near new lines
    /// all of them.
    fn parts(&self) -> Vec<(Range<usize>, Reach)> {
        let whole = (0..self.text.len(), Reach::All);
        let Some(added) = self.added else {
            return vec![whole];
        };
        if self.lines.terminator() != b'\n' {
            return vec![whole];
        }
        let margin = NEAR_LINES + super::excerpt::CONTEXT_LINES;
        let mut parts: Vec<(Range<usize>, Reach)> = Vec::new();
        let mut done = 0;
        for lines in added.ranges() {
            let first = lines.start.saturating_sub(margin).max(1);
            let last = (lines.end + margin).min(self.lines.line_count()).max(first);
            let start = self.lines.range(first).start.max(done);
            let end = self.lines.range_with_end(last).end.max(start);
            match parts.last_mut() {
                Some((part, Reach::All)) if part.end == start => part.end = end,
                _ => {
                    if start > done {
                        parts.push((done..start, Reach::Wide));
                    }
                    parts.push((start..end, Reach::All));
                }
            }
            done = end;
        }
        if done < self.text.len() {
            parts.push((done..self.text.len(), Reach::Wide));
        }
        parts
    }

    /// Takes in a keyword of a rule: of one that is matched on the syntax tree it waits.
    fn look_at(
        &self,
        seen: &mut Seen<'_>,
        rule: usize,
        keyword: &Range<usize>,
    ) -> Result<(), CompileError> {
        if seen.places.is_empty() {
            seen.places.resize(self.config.rules.len(), Place::Unseen);
        }
        if let Place::Unseen = seen.places[rule] {
            seen.places[rule] = if self.applies(rule) {
                seen.pending.push(Pending {
                    rule,
                    need: self.config.rules.need(rule),
                    on_tree: self.config.rules[rule].syntax.is_some(),
                    ..Pending::default()
                });
                Place::At(seen.pending.len() - 1)
            } else {
                Place::Elsewhere
            };
        }
        let Place::At(at) = seen.places[rule] else {
            return Ok(());
        };
        let near = &mut seen.pending[at];
        if near.on_tree {
            near.keywords.push(keyword.clone());
            return Ok(());
        }
        self.look_around(near, &mut seen.held, &mut seen.matches, keyword)
    }

    /// Searches what lies behind a keyword of a rule, and remembers what is to be searched around
    /// it, if a match can be there.
    pub(super) fn look_around(
        &self,
        near: &mut Pending,
        held: &mut HeldLines<'_>,
        matches: &mut Vec<Match>,
        keyword: &Range<usize>,
    ) -> Result<(), CompileError> {
        let rule = near.rule;
        let spec = &self.config.rules[rule];
        near.look_around(self.text, keyword, spec.lines as usize - 1);
        let Some(window) = self.window(spec, &near.around, keyword) else {
            return Ok(());
        };
        // Of long lines, each keyword would have all of them looked at again.
        let is_short = window.len() <= LOOKED_AT_BYTES && window == near.around;
        if is_short && !self.can_match(near, held, &window) {
            return Ok(());
        }
        if !self.looks_at_path(near) {
            return Ok(());
        }
        match &mut near.window {
            Some(last) if window.start <= last.end => {
                last.start = last.start.min(window.start);
                last.end = last.end.max(window.end);
                Ok(())
            }
            last => {
                let done = last.replace(window);
                self.search(near, done, matches)
            }
        }
    }

    /// Tells whether a rule looks at files of that path.
    pub(super) fn looks_at_path(&self, near: &mut Pending) -> bool {
        let rule = near.rule;
        let of_path = || compiled(self.compiled, rule).path(&self.config.rules[rule], self.path);
        *near.path.get_or_insert_with(of_path)
    }

    /// Tells whether lines can hold a match of a rule by what they hold, without its pattern.
    fn can_match(
        &self,
        near: &mut Pending,
        held: &mut HeldLines<'_>,
        lines: &Range<usize>,
    ) -> bool {
        match &near.looked_at {
            Some((last, verdict)) if last == lines => *verdict,
            _ => {
                let wording = self.config.rules.wording(near.rule);
                let verdict = held.can_match(lines, near.need, wording);
                near.looked_at = Some((lines.clone(), verdict));
                verdict
            }
        }
    }

    /// Tells whether a rule looks at files of these types.
    fn applies(&self, index: usize) -> bool {
        let (enabled, languages) = self.config.rules.gate(index);
        if !self.only.map_or(enabled, |only| only == index)
            || !(languages.is_empty() || languages.meets(self.types))
        {
            return false;
        }
        let rule = &self.config.rules[index];
        !self.binary || precise_enough_for_binary(rule)
    }

    /// Returns the part of the lines around a keyword that is to be searched, or nothing when no
    /// added line is near.
    fn window(
        &self,
        rule: &Rule,
        around: &Range<usize>,
        keyword: &Range<usize>,
    ) -> Option<Range<usize>> {
        if let Some(added) = self.added {
            let margin = super::excerpt::CONTEXT_LINES;
            let lines = self.lines.lines_of(around.clone());
            if !added.touches(lines.start.saturating_sub(margin)..lines.end + margin) {
                return None;
            }
        }
        let (before, after) = reach(rule);
        Some(
            around.start.max(keyword.start.saturating_sub(before))
                ..around.end.min(keyword.end.saturating_add(after)),
        )
    }

    /// Searches a window for a rule, if there is one, and keeps what the rule's own conditions let
    /// through.
    fn search(
        &self,
        near: &mut Pending,
        window: Option<Range<usize>>,
        out: &mut Vec<Match>,
    ) -> Result<(), CompileError> {
        let Some(window) = window else {
            return Ok(());
        };
        let index = near.rule;
        let rule = &self.config.rules[index];
        let compiled = compiled(self.compiled, index);
        let longest = reach(rule).0 + reach(rule).1;
        let mut at = window.start;
        while at <= window.end {
            // A pattern may look for its end as far as it is shown text: to the end of the window
            // for each match, and a window is as long as a line with many keywords.
            let end = window.end.min(at.saturating_add(2 * longest));
            // The whole text is given, so that anchors see what stands around the window.
            let input = Input::new(self.text).span(at..end);
            let found = compiled.find(rule, &input)?;
            if end < window.end {
                let whole_from = end - longest;
                let start = found.as_ref().map_or(whole_from, |whole| whole.start);
                if start >= whole_from {
                    // What is cut off here is whole when the search begins there.
                    at = start;
                    continue;
                }
            }
            let Some(whole) = found else {
                break;
            };
            let place = compiled.place(rule, self.text, &whole)?;
            at = if whole.is_empty() {
                whole.end + 1
            } else {
                whole.end
            };
            if self.counts(rule, compiled, &whole, &mut near.known)? {
                out.push(Match {
                    rule: index,
                    whole,
                    place,
                });
            }
        }
        Ok(())
    }

    /// Tells whether what stands in and around a match lets it count.
    pub(super) fn counts(
        &self,
        rule: &Rule,
        compiled: &Compiled,
        whole: &Range<usize>,
        known: &mut Known,
    ) -> Result<bool, CompileError> {
        if !rule.unless.is_empty() {
            let lines = lines_within(self.text, whole, 0, NEAR_REACH_BYTES);
            if verdict(&mut known.dropped, lines, |lines| {
                compiled.unless(rule, &self.text[lines])
            })? {
                return Ok(false);
            }
        }
        if rule.near.requires.len() + rule.near.unless.len() > 0 {
            let beside = rule.near_lines as usize;
            let lines = lines_within(self.text, whole, beside, NEAR_REACH_BYTES);
            let own = own_block(rule, self.text, whole, &lines);
            if !verdict(&mut known.near, (lines, own), |(lines, own)| {
                compiled.near(rule, &self.text[lines], &self.text[own])
            })? {
                return Ok(false);
            }
        }
        let file = match known.file {
            Some(file) => file,
            None => compiled.file(rule, self.text)?,
        };
        known.file = Some(file);
        Ok(file)
    }
}

/// Asks about some lines, unless they are those that were asked about last.
fn verdict<L: Clone + PartialEq>(
    known: &mut Option<(L, bool)>,
    lines: L,
    ask: impl FnOnce(L) -> Result<bool, CompileError>,
) -> Result<bool, CompileError> {
    match known {
        Some((last, verdict)) if *last == lines => Ok(*verdict),
        _ => {
            let verdict = ask(lines.clone())?;
            *known = Some((lines, verdict));
            Ok(verdict)
        }
    }
}

/// Returns how far a match of a rule may reach from a keyword on very long lines.
fn reach(rule: &Rule) -> (usize, usize) {
    if rule.lines == 1 {
        REACH_BYTES
    } else {
        LONG_REACH_BYTES
    }
}

/// In a binary file only secrets that are known by their format are looked for.
fn precise_enough_for_binary(rule: &Rule) -> bool {
    rule.kind == Kind::Secret && rule.confidence >= Confidence::Format
}
