//! Runs the rules whose keywords a text holds, each on the lines around its keywords.

use super::held::HeldLines;
use super::prefilter::Prefilter;
use super::rule::{CompileError, Compiled, compiled, lines_of, lines_within};
use crate::added::AddedLines;
use crate::builtin::Held;
use crate::config::Config;
use crate::lines::LineIndex;
use crate::spec::{Confidence, Kind, Languages, Rule};
use bstr::BStr;
use regex_automata::{Anchored, Input};
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
struct Pending {
    rule: usize,
    /// What every match of the rule holds.
    need: Held,
    /// The line of the last keyword, and the lines around it that a match may reach. Kept, so that
    /// a line of a hundred megabytes is not measured again for each of a million keywords on it.
    line: Range<usize>,
    around: Range<usize>,
    /// The lines around the last keywords; none when no added line is near.
    window: Option<Range<usize>>,
    /// What is known of where matches stand.
    known: Known,
}

/// What stands around the last match of a rule, and what it says; the next one may stand there,
/// too. Without this a line with a million matches would be searched a million times.
#[derive(Default)]
struct Known {
    /// The lines of a match, and whether a pattern there drops it.
    dropped: Option<(Range<usize>, bool)>,
    /// The lines near a match, and whether they let it count.
    near: Option<(Range<usize>, bool)>,
    /// Whether the file lets a match count.
    file: Option<bool>,
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
        let mut hits = Hits::default();
        let mut pending: Vec<Pending> = Vec::new();
        // Whether a rule can match in this file at all, once it is known, and its place above.
        let mut applies: Vec<Option<Option<usize>>> = Vec::new();
        let mut held = HeldLines::new(self.text);
        let mut failure = None;
        prefilter.each(self.text, self.types, |rules, keyword| {
            if failure.is_some() {
                return;
            }
            if applies.is_empty() {
                applies.resize(self.config.rules.len(), None);
            }
            for &rule in rules {
                let rule = usize::from(rule);
                let applies = applies[rule].get_or_insert_with(|| {
                    let at = pending.len();
                    if !self.applies(rule) {
                        return None;
                    }
                    pending.push(Pending {
                        rule,
                        need: self.config.rules.need(rule),
                        ..Pending::default()
                    });
                    Some(at)
                });
                let Some(at) = *applies else {
                    continue;
                };
                let near = &mut pending[at];
                let spec = &self.config.rules[rule];
                near.look_around(self.text, &keyword, spec.lines as usize - 1);
                let Some(window) = self.window(spec, &near.around, &keyword) else {
                    continue;
                };
                // Of long lines, each keyword would have all of them looked at again.
                if window.len() <= LOOKED_AT_BYTES
                    && window == near.around
                    && !held.of(&window).suffices_for(near.need)
                {
                    continue;
                }
                match &mut near.window {
                    Some(last) if window.start <= last.end => {
                        last.start = last.start.min(window.start);
                        last.end = last.end.max(window.end);
                    }
                    last => {
                        let done = last.replace(window);
                        failure = self.search(near, done, &mut hits.matches).err();
                    }
                }
            }
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        for mut near in pending {
            let window = near.window.take();
            self.search(&mut near, window, &mut hits.matches)?;
        }
        hits.matches
            .sort_by_key(|found| (found.place.start, found.place.end, found.rule));
        hits.marker = memchr::memmem::find(self.text, super::marker()).is_some();
        Ok(hits)
    }

    /// Tells whether a rule looks at files such as this one.
    fn applies(&self, index: usize) -> bool {
        let (enabled, languages) = self.config.rules.gate(index);
        if !self.only.map_or(enabled, |only| only == index)
            || !(languages.is_empty() || languages.meets(self.types))
        {
            return false;
        }
        let rule = &self.config.rules[index];
        (!self.binary || precise_enough_for_binary(rule))
            && compiled(self.compiled, index).path(rule, self.path)
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
        let regex = compiled.main(rule)?;
        let longest = reach(rule).0 + reach(rule).1;
        let mut at = window.start;
        while at <= window.end {
            // A pattern may look for its end as far as it is shown text: to the end of the window
            // for each match, and a window is as long as a line with many keywords.
            let end = window.end.min(at.saturating_add(2 * longest));
            // The whole text is given, so that anchors see what stands around the window.
            let input = Input::new(self.text).span(at..end);
            let found = regex.search(&input);
            if end < window.end {
                let whole_from = end - longest;
                let start = found
                    .as_ref()
                    .map_or(whole_from, regex_automata::Match::start);
                if start >= whole_from {
                    // What is cut off here is whole when the search begins there.
                    at = start;
                    continue;
                }
            }
            let Some(found) = found else {
                break;
            };
            let whole = found.range();
            let place = match rule.group {
                0 => whole.clone(),
                group => {
                    let mut captures = regex.create_captures();
                    let input = input.clone().span(whole.start..end);
                    regex.search_captures(&input.anchored(Anchored::Yes), &mut captures);
                    captures
                        .get_group(group as usize)
                        .map_or_else(|| whole.clone(), |capture| capture.range())
                }
            };
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
    fn counts(
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
            if !verdict(&mut known.near, lines, |lines| {
                compiled.near(rule, &self.text[lines])
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
fn verdict(
    known: &mut Option<(Range<usize>, bool)>,
    lines: Range<usize>,
    ask: impl FnOnce(Range<usize>) -> Result<bool, CompileError>,
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
