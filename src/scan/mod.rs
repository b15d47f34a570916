//! From a text to its findings: prefilter, rules, judges, exceptions.

mod block;
mod candidates;
mod decoded;
mod encoded;
mod excerpt;
mod files;
mod held;
pub mod judge;
mod matcher;
mod on_trees;
mod pattern;
mod prefilter;
mod resolve;
mod rule;
#[cfg(feature = "syntax")]
mod syntax;
#[cfg(not(feature = "syntax"))]
#[path = "no_syntax.rs"]
mod syntax;

pub(crate) use syntax::faults as syntax_faults;

pub use candidates::Row;
pub(crate) use files::name_class;
pub use rule::{CompileError, holds_word};

use crate::added::AddedLines;
use crate::config::Config;
use crate::decode::{Decoded, Encoding};
use crate::file_type::file_types;
use crate::finding::{Finding, Fingerprint, Level, Location, Secret};
use crate::lines::{self, LineIndex};
use crate::source::{Commit, Form};
use crate::spec::{Confidence, Kind, Languages, Precision, Rule};
use crate::suppress::{Allows, Inline, MARKER, today};
use bstr::BStr;
use files::Files;
use judge::{Candidate, Verdict};
use matcher::Match;
use prefilter::Prefilter;
use rule::{AllowedLine, Compiled};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Scans texts with the rules of a configuration. Shared by all threads.
pub struct Scanner<'c> {
    config: &'c Config,
    prefilter: Prefilter,
    files: Files,
    /// A place for the compiled parts of each rule.
    compiled: Vec<OnceLock<Box<Compiled>>>,
    allows: Allows<'c>,
}

/// A text to scan.
#[derive(Clone, Copy, Debug)]
pub struct Target<'t> {
    /// Path from the repository root.
    pub path: &'t BStr,
    /// What the text is: only a file can be a finding as a whole.
    pub form: Form,
    /// The text.
    pub decoded: &'t Decoded<'t>,
    /// Which of its lines are new; `None`: all of them.
    pub added: Option<&'t AddedLines>,
    /// The commit that brings it.
    pub commit: Option<&'t Arc<Commit>>,
}

/// What a scan of one text gave.
#[derive(Debug, Default)]
pub struct Scanned {
    /// What survived.
    pub findings: Vec<Finding>,
    /// How many lines were new.
    pub added_lines: u64,
    /// How many findings an exception silenced.
    pub allowed: usize,
    /// What is wrong with inline exceptions, with the line.
    pub notes: Vec<(u32, String)>,
    /// What was dropped and why, when asked for.
    pub dropped: Vec<Dropped>,
}

/// A candidate that a judge dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Index of its rule.
    pub rule: usize,
    /// Its line.
    pub line: u32,
    /// Why.
    pub reason: &'static str,
}

impl<'c> Scanner<'c> {
    /// Prepares a scan. Nothing is compiled yet.
    #[must_use]
    pub fn new(config: &'c Config) -> Self {
        Self {
            config,
            prefilter: Prefilter::new(config),
            files: Files::new(config),
            compiled: (0..config.rules.len()).map(|_| OnceLock::new()).collect(),
            allows: Allows::new(
                &config.allows,
                if config.allows.is_empty() {
                    NO_DAY
                } else {
                    today()
                },
            ),
        }
    }

    /// Scans one text.
    ///
    /// # Errors
    ///
    /// Fails when a rule that is needed does not compile: the text would not be scanned whole.
    pub fn scan(&self, target: &Target<'_>) -> Result<Scanned, CompileError> {
        self.scan_with(target, None)
    }

    /// Scans one text with one rule, whether it is enabled or not.
    ///
    /// # Errors
    ///
    /// Fails when the rule does not compile.
    pub fn scan_with_rule(
        &self,
        target: &Target<'_>,
        rule: usize,
    ) -> Result<Scanned, CompileError> {
        self.scan_with(target, Some(rule))
    }

    fn scan_with(&self, target: &Target<'_>, only: Option<usize>) -> Result<Scanned, CompileError> {
        let text = target.decoded.text.as_ref();
        let added_lines = target
            .added
            .map_or_else(|| lines::count(text), AddedLines::count);
        let mut scanned = Scanned {
            added_lines: u64::from(added_lines),
            ..Scanned::default()
        };
        if added_lines == 0 {
            return Ok(scanned);
        }
        let lines = LineIndex::new(text);
        let types = file_types(target.path, text);
        let hits = self.matches(target, types, &lines, only)?;
        // A rule that is run by itself is asked about its own pattern, not about encodings.
        let places = if only.is_some() || target.decoded.encoding == Encoding::Binary {
            Vec::new()
        } else {
            encoded::places(text)
        };
        let files = files::Look {
            files: &self.files,
            config: self.config,
            compiled: &self.compiled,
            target,
            only,
        }
        .run(&mut scanned)?;
        if hits.unparsed {
            scanned.notes.push((1, UNPARSED.to_owned()));
        }
        let nothing = hits.matches.is_empty() && files.is_empty();
        if nothing && !hits.marker && places.is_empty() {
            return Ok(scanned);
        }
        let mut secrets = self.secrets(&hits.matches);
        let inline = if hits.marker {
            Inline::read(text, &lines)
        } else {
            Inline::default()
        };
        let mut kept = Vec::new();
        let mut known = HashMap::new();
        for found in hits.matches {
            let judged = self.judge(&found, target, &lines, types, &mut known, &mut scanned)?;
            if let Some(judged) = judged {
                kept.push(judged);
            }
        }
        let seen = decoded::Seen {
            target,
            types,
            lines: &lines,
            kept: &kept,
        };
        let within = self.decoded(&seen, &places, &mut scanned)?;
        secrets.extend(within.iter().map(|judged| judged.found.place.clone()));
        kept.extend(within);
        let masks = merged(secrets);
        let within = resolve::one_a_place(kept, &self.config.rules);
        for judged in self.with_file(files, within) {
            let rule = &self.config.rules[judged.found.rule];
            let touched = lines.lines_of(judged.found.whole.clone());
            let captured = &text[judged.found.place.clone()];
            if inline.allows(&rule.id, touched.start, touched.end - 1)
                || self
                    .allows
                    .allows(&rule.id, target.path, captured, &judged.fingerprint)
            {
                scanned.allowed += 1;
                continue;
            }
            scanned
                .findings
                .push(self.finding(judged, target, text, &lines, &masks));
        }
        // Only a run that sees the whole text can say that an exception covers nothing.
        if hits.marker {
            inline.complaints(
                |id| self.config.rules.position(id).is_some(),
                |line, what| {
                    if target.added.is_none_or(|added| added.contains(line)) {
                        scanned.notes.push((line, what));
                    }
                },
            );
        }
        Ok(scanned)
    }

    /// Returns what the rules match in a text, unjudged; `only`: what this rule matches.
    fn matches(
        &self,
        target: &Target<'_>,
        types: Languages,
        lines: &LineIndex<'_>,
        only: Option<usize>,
    ) -> Result<matcher::Hits, CompileError> {
        matcher::Pass {
            config: self.config,
            compiled: &self.compiled,
            path: target.path,
            types,
            binary: target.decoded.encoding == Encoding::Binary,
            text: target.decoded.text.as_ref(),
            lines,
            added: target.added,
            only,
        }
        .run(&self.prefilter)
    }

    /// Returns what is wrong with the exceptions, after a run; `everything`: the run saw all texts.
    #[must_use]
    pub fn complaints(&self, everything: bool) -> Vec<String> {
        self.allows.complaints(everything)
    }

    fn judge(
        &self,
        found: &Match,
        target: &Target<'_>,
        lines: &LineIndex<'_>,
        types: Languages,
        known: &mut HashMap<usize, Option<AllowedLine>>,
        scanned: &mut Scanned,
    ) -> Result<Option<Judged>, CompileError> {
        let text = target.decoded.text.as_ref();
        let rule = &self.config.rules[found.rule];
        let touched = lines.lines_of(found.whole.clone());
        let first = touched.start;
        if target.added.is_some_and(|added| !added.touches(touched)) {
            return Ok(None);
        }
        let candidate = candidate(rule, target.path, types, text, &found.place);
        let compiled = rule::compiled(&self.compiled, found.rule);
        let known = known.entry(found.rule).or_default();
        let (captured, line) = (candidate.what.captured, &candidate.range);
        if compiled.allowed(rule, captured, text, line, known)? {
            scanned.dropped.push(Dropped {
                rule: found.rule,
                line: first,
                reason: "an exception of the rule covers it",
            });
            return Ok(None);
        }
        Ok(match judge::judge(&candidate.what) {
            Verdict::Drop(reason) => {
                scanned.dropped.push(Dropped {
                    rule: found.rule,
                    line: first,
                    reason,
                });
                None
            }
            Verdict::Keep(confidence, reasons) => {
                let fingerprint = match rule.kind {
                    Kind::Secret => Fingerprint::of_secret(&rule.id, Secret(captured)),
                    Kind::Code => Fingerprint::of_code(&rule.id, &text[found.whole.clone()]),
                };
                Some(Judged {
                    found: found.clone(),
                    confidence,
                    reasons,
                    fingerprint,
                    decoded: false,
                })
            }
        })
    }

    /// Returns what must not be shown: the captures of all secret rules.
    fn secrets(&self, matches: &[Match]) -> Vec<Range<usize>> {
        matches
            .iter()
            .filter(|found| self.config.rules[found.rule].kind == Kind::Secret)
            .map(|found| found.place.clone())
            .collect()
    }

    fn finding(
        &self,
        judged: Judged,
        target: &Target<'_>,
        text: &[u8],
        lines: &LineIndex<'_>,
        masks: &[Range<usize>],
    ) -> Finding {
        let Judged {
            found,
            confidence,
            reasons,
            fingerprint,
            decoded: _,
        } = judged;
        let rule = &self.config.rules[found.rule];
        let place = found.place;
        let (location, excerpt) = if rule.marks.is_empty() {
            let (start, end) = (lines.position(place.start), lines.position(place.end));
            let location = Location {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
            };
            (location, excerpt::excerpt(text, lines, &place, masks))
        } else {
            (files::START, files::nothing_shown())
        };
        Finding {
            rule: found.rule,
            path: target.path.to_owned(),
            location,
            level: self.level(rule, confidence, target.path),
            severity: rule.severity,
            confidence,
            reasons,
            fingerprint,
            excerpt,
            commit: target.commit.cloned(),
        }
    }

    /// Returns what a finding does: it blocks when its rule is precise, its severity reaches the
    /// threshold and it is more than a hint. Insecure code in a test or an example only warns.
    fn level(&self, rule: &Rule, confidence: Confidence, path: &BStr) -> Level {
        if confidence == Confidence::Hint {
            return Level::Note;
        }
        let lenient = rule.kind == Kind::Code && judge::is_fixture(path);
        if rule.severity >= self.config.block && rule.precision == Precision::High && !lenient {
            Level::Error
        } else {
            Level::Warning
        }
    }
}

/// What is said of a file that was not parsed though a rule asked for it.
const UNPARSED: &str = "the file is too large or too tangled to be parsed: rules that have nothing but a syntax did not look at it";

/// How much of a line before and behind the start of a capture the judges are shown, in bytes.
const JUDGED_REACH_BYTES: (usize, usize) = (4 << 10, 16 << 10);

/// Stands for today where no exception can expire.
const NO_DAY: crate::spec::Date = crate::spec::Date {
    year: 0,
    month: 1,
    day: 1,
};

/// A match that the judges kept.
#[derive(Debug)]
struct Judged {
    found: Match,
    confidence: Confidence,
    reasons: Vec<&'static str>,
    fingerprint: Fingerprint,
    /// Whether its place is that of an encoded text in which it was found.
    decoded: bool,
}

/// Merges ranges that overlap, in order.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// A candidate, and where its line lies in the text.
struct Placed<'t> {
    what: Candidate<'t>,
    range: Range<usize>,
}

/// Returns what the judges are shown of a match.
fn candidate<'t>(
    rule: &'t Rule,
    path: &'t BStr,
    types: Languages,
    text: &'t [u8],
    place: &Range<usize>,
) -> Placed<'t> {
    let start = place.start;
    let range = rule::lines_within(text, &(start..start), 0, JUDGED_REACH_BYTES);
    Placed {
        what: Candidate {
            rule,
            path,
            types,
            captured: &text[place.clone()],
            line: &text[range.clone()],
            column: start - range.start,
            line_is_cut: range
                .start
                .checked_sub(1)
                .is_some_and(|before| text[before] != b'\n'),
            before: &text[..range.start],
            after: &text[range.end..],
        },
        range,
    }
}

/// The marker of inline exceptions, which the prefilter looks for like a keyword.
const fn marker() -> &'static [u8] {
    MARKER.as_bytes()
}
