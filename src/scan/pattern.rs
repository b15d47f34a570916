//! A pattern that is compiled as far as its use asks for.
//!
//! Most patterns are run on a line or two in a whole commit. A lazy DFA pays for each state it makes
//! and needs a second automaton that runs backwards; on a few lines nearly all it does is new. So the
//! first lines are searched by backtracking over the plain automaton, within a bound that makes it
//! linear, and the DFA is built for the patterns that go on.

use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How large a compiled pattern may get, in bytes.
const SIZE_LIMIT_BYTES: usize = 16 << 20;

/// How much memory the backtracking may mark as visited, in bytes: some 400 bytes of text for the
/// larger patterns. Longer texts are for the DFA.
const VISITED_BYTES: usize = 256 << 10;

/// After so many bytes of text a pattern has earned its DFA.
const COLD_BYTES: usize = 4 << 10;

thread_local! {
    /// What backtracking remembers, for whichever pattern runs.
    static VISITED: RefCell<Option<backtrack::Cache>> = const { RefCell::new(None) };
}

/// One pattern, or several that are looked for together.
pub(super) struct Pattern {
    plain: BoundedBacktracker,
    /// The bytes searched so far.
    searched: AtomicUsize,
    dfa: OnceLock<Result<Regex, TooLarge>>,
}

/// Why a valid pattern does not compile: it is too large.
pub(super) type TooLarge = String;

impl Pattern {
    /// Compiles patterns; `groups`: whether a capture will be asked for.
    pub(super) fn new<P: AsRef<str>>(patterns: &[P], groups: bool) -> Result<Self, TooLarge> {
        let captures = if groups {
            WhichCaptures::All
        } else {
            WhichCaptures::Implicit
        };
        let plain = BoundedBacktracker::builder()
            .configure(backtrack::Config::new().visited_capacity(VISITED_BYTES))
            .thompson(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(captures)
                    .nfa_size_limit(Some(SIZE_LIMIT_BYTES)),
            )
            .syntax(dialect())
            .build_many(patterns)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            plain,
            searched: AtomicUsize::new(0),
            dfa: OnceLock::new(),
        })
    }

    /// Returns the first match in the span of `input`; `patterns` are those it was made of.
    pub(super) fn find<P: AsRef<str>>(
        &self,
        patterns: &[P],
        input: &Input<'_>,
    ) -> Result<Option<Range<usize>>, TooLarge> {
        let mut slots = [None; 2];
        if self.is_cold(input)
            && let Some(found) = self.backtrack(input, &mut slots)
        {
            return Ok(range(&slots).filter(|_| found));
        }
        let found = self.dfa(patterns)?.search(input);
        Ok(found.map(|found| found.range()))
    }

    /// Returns what a group captured in a match.
    pub(super) fn group<P: AsRef<str>>(
        &self,
        patterns: &[P],
        text: &[u8],
        whole: &Range<usize>,
        group: usize,
    ) -> Result<Option<Range<usize>>, TooLarge> {
        // What wins from its start wins as well when nothing behind its end is shown.
        let input = Input::new(text).span(whole.clone()).anchored(Anchored::Yes);
        let mut slots = vec![None; 2 * group + 2];
        if let Some(found) = self.backtrack(&input, &mut slots) {
            return Ok(range(&slots[2 * group..]).filter(|_| found));
        }
        let dfa = self.dfa(patterns)?;
        let mut captures = dfa.create_captures();
        dfa.search_captures(&input, &mut captures);
        Ok(captures.get_group(group).map(|span| span.range()))
    }

    /// Tells whether a text holds a match.
    pub(super) fn is_match<P: AsRef<str>>(
        &self,
        patterns: &[P],
        text: &[u8],
    ) -> Result<bool, TooLarge> {
        let input = Input::new(text).earliest(true);
        if self.is_cold(&input)
            && let Some(found) = self.backtrack(&input, &mut [])
        {
            return Ok(found);
        }
        Ok(self.dfa(patterns)?.is_match(input))
    }

    /// Counts a search, and tells whether the pattern has yet to earn its DFA.
    fn is_cold(&self, input: &Input<'_>) -> bool {
        let length = input.get_span().len();
        self.searched.fetch_add(length, Ordering::Relaxed) < COLD_BYTES
    }

    /// Searches by backtracking, and says whether there is a match; `None`: the text is too long.
    fn backtrack(&self, input: &Input<'_>, slots: &mut [Option<NonMaxUsize>]) -> Option<bool> {
        VISITED.with_borrow_mut(|visited| {
            let visited = match visited {
                Some(visited) => {
                    visited.reset(&self.plain);
                    visited
                }
                None => visited.insert(self.plain.create_cache()),
            };
            let found = self.plain.try_search_slots(visited, input, slots).ok()?;
            Some(found.is_some())
        })
    }

    fn dfa<P: AsRef<str>>(&self, patterns: &[P]) -> Result<&Regex, TooLarge> {
        self.dfa
            .get_or_init(|| dfa(patterns))
            .as_ref()
            .map_err(Clone::clone)
    }
}

fn range(slots: &[Option<NonMaxUsize>]) -> Option<Range<usize>> {
    Some(slots[0]?.get()..slots[1]?.get())
}

/// Without the literals that the engine would look for first: keywords have chosen the few lines
/// to search, and finding and preparing literals takes more than half of compiling a pattern.
fn dfa<P: AsRef<str>>(patterns: &[P]) -> Result<Regex, TooLarge> {
    Regex::builder()
        .configure(
            Config::new()
                .auto_prefilter(false)
                .onepass(false)
                .utf8_empty(false)
                .nfa_size_limit(Some(SIZE_LIMIT_BYTES)),
        )
        .syntax(dialect())
        .build_many(patterns)
        .map_err(|error| error.to_string())
}

/// Patterns are about bytes, and `^` is the begin of a line.
fn dialect() -> syntax::Config {
    syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .multi_line(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn backtracking_and_the_dfa_find_the_same() {
        let patterns = [
            "(a|ab)(c|bcd)(d*)",
            r"\b(?:key|token)\s*[=:]\s*([a-d]{2,6})",
            "a{2,4}?b|(c+)$",
            "^(a*)(b*)",
            "(?i)AB(?:c|(d))",
        ];
        let mut random = Random::seeded(11);
        let (mut compared, mut found) = (0, 0);
        for pattern in patterns {
            let pattern = [pattern];
            for _ in 0..400 {
                let length = random.below(60);
                let text = random.pick("abcdkeytokn= \n", length);
                let cold = Pattern::new(&pattern, true).expect("a pattern");
                let hot = Pattern::new(&pattern, true).expect("a pattern");
                hot.searched.store(COLD_BYTES, Ordering::Relaxed);
                let input = Input::new(text.as_bytes());
                let matched = cold.find(&pattern, &input);
                assert_eq!(matched, hot.find(&pattern, &input), "{pattern:?} {text:?}");
                let is_match = cold.is_match(&pattern, text.as_bytes());
                assert_eq!(is_match, hot.is_match(&pattern, text.as_bytes()));
                assert!(cold.dfa.get().is_none() && hot.dfa.get().is_some());
                compared += 1;
                if let Ok(Some(whole)) = matched {
                    found += 1;
                    let theirs = dfa(&pattern).expect("a pattern");
                    let mut captures = theirs.create_captures();
                    theirs.search_captures(&input, &mut captures);
                    let theirs = captures.get_group(1).map(|span| span.range());
                    let ours = cold.group(&pattern, text.as_bytes(), &whole, 1);
                    assert_eq!(ours, Ok(theirs), "{pattern:?} {text:?}");
                }
            }
        }
        assert!(compared == 2000 && found > 500, "{compared} {found}");
    }

    #[test]
    fn long_texts_are_for_the_dfa() {
        let pattern = ["ab{100}c"];
        let text = "x".repeat(VISITED_BYTES);
        let long = Pattern::new(&pattern, false).expect("a pattern");
        assert_eq!(long.is_match(&pattern, text.as_bytes()), Ok(false));
        assert!(long.dfa.get().is_some());
    }

    #[test]
    fn a_pattern_that_goes_on_earns_a_dfa() {
        let pattern = ["ab"];
        let text = "x".repeat(1 << 10);
        let busy = Pattern::new(&pattern, false).expect("a pattern");
        for _ in 0..COLD_BYTES >> 10 {
            assert_eq!(busy.is_match(&pattern, text.as_bytes()), Ok(false));
            assert!(busy.dfa.get().is_none());
        }
        assert_eq!(busy.is_match(&pattern, text.as_bytes()), Ok(false));
        assert!(busy.dfa.get().is_some());
    }
}
