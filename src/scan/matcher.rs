//! Runs the rules whose keywords a text holds, each on the lines around its keywords.

use super::prefilter::Prefilter;
use super::rule::{CompileError, Compiled, compiled, lines_of};
use crate::added::AddedLines;
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

/// The lines around keywords that a rule is yet to search.
struct Pending {
    rule: usize,
    window: Range<usize>,
}

impl Pass<'_> {
    /// Returns every match that touches the added lines or stands within a few lines of them
    /// (which may be shown, and then masked), in the order of their places.
    pub(super) fn run(&self, prefilter: &Prefilter) -> Result<Hits, CompileError> {
        let mut hits = Hits::default();
        let mut pending: Vec<Pending> = Vec::new();
        // Whether a rule can match in this file at all, once it is known.
        let mut applies: Vec<Option<bool>> = Vec::new();
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
                if !*applies[rule].get_or_insert_with(|| self.applies(rule)) {
                    continue;
                }
                let Some(window) = self.window(&self.config.rules[rule], &keyword) else {
                    continue;
                };
                match pending.iter_mut().find(|pending| pending.rule == rule) {
                    Some(pending) if window.start <= pending.window.end => {
                        pending.window.start = pending.window.start.min(window.start);
                        pending.window.end = pending.window.end.max(window.end);
                    }
                    Some(pending) => {
                        let done = std::mem::replace(&mut pending.window, window);
                        failure = self.search(rule, &done, &mut hits.matches).err();
                    }
                    None => pending.push(Pending { rule, window }),
                }
            }
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        for Pending { rule, window } in pending {
            self.search(rule, &window, &mut hits.matches)?;
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

    /// Returns the part of the text to search for a keyword, or nothing when no added line is near.
    fn window(&self, rule: &Rule, keyword: &Range<usize>) -> Option<Range<usize>> {
        let beside = rule.lines as usize - 1;
        let window = lines_of(self.text, keyword, beside, beside);
        if let Some(added) = self.added {
            let margin = super::excerpt::CONTEXT_LINES;
            let lines = self.lines.lines_of(window.clone());
            if !added.touches(lines.start.saturating_sub(margin)..lines.end + margin) {
                return None;
            }
        }
        let (before, after) = if rule.lines == 1 {
            REACH_BYTES
        } else {
            LONG_REACH_BYTES
        };
        Some(
            window.start.max(keyword.start.saturating_sub(before))
                ..window.end.min(keyword.end.saturating_add(after)),
        )
    }

    /// Searches a window for a rule and keeps what the rule's own conditions let through.
    fn search(
        &self,
        index: usize,
        window: &Range<usize>,
        out: &mut Vec<Match>,
    ) -> Result<(), CompileError> {
        let rule = &self.config.rules[index];
        let compiled = compiled(self.compiled, index);
        let regex = compiled.main(rule)?;
        let mut at = window.start;
        while at <= window.end {
            // The whole text is given, so that anchors see what stands around the window.
            let input = Input::new(self.text).span(at..window.end);
            let Some(found) = regex.search(&input) else {
                break;
            };
            let whole = found.range();
            let place = match rule.group {
                0 => whole.clone(),
                group => {
                    let mut captures = regex.create_captures();
                    let input = input.clone().span(whole.start..window.end);
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
            if self.counts(rule, compiled, &whole)? {
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
    ) -> Result<bool, CompileError> {
        if !rule.unless.is_empty() {
            let lines = bounded(lines_of(self.text, whole, 0, 0), whole);
            if compiled.unless(rule, &self.text[lines])? {
                return Ok(false);
            }
        }
        if rule.near.requires.len() + rule.near.unless.len() > 0 {
            let beside = rule.near_lines as usize;
            let lines = bounded(lines_of(self.text, whole, beside, beside), whole);
            if !compiled.near(rule, &self.text[lines])? {
                return Ok(false);
            }
        }
        compiled.file(rule, self.text)
    }
}

/// Keeps the lines around a match from growing with a line of a hundred megabytes.
fn bounded(lines: Range<usize>, whole: &Range<usize>) -> Range<usize> {
    let (before, after) = LONG_REACH_BYTES;
    lines.start.max(whole.start.saturating_sub(before))
        ..lines.end.min(whole.end.saturating_add(after))
}

/// In a binary file only secrets that are known by their format are looked for.
fn precise_enough_for_binary(rule: &Rule) -> bool {
    rule.kind == Kind::Secret && rule.confidence >= Confidence::Format
}
