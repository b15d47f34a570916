//! What the lines of a text hold, to spare the patterns that cannot match there.

use crate::builtin::{Held, SETS, SETS_OF_BYTE};
use crate::need::{self, ALPHABETS, alphabets};
use std::ops::Range;

/// The alphabets of each byte.
static ALPHABETS_OF_BYTE: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        let of = alphabets(byte as u8);
        table[byte] = of;
        byte += 1;
    }
    table
};

impl Held {
    /// Works out what a pattern's matches hold.
    pub(crate) fn by_matches_of(pattern: &str) -> Self {
        let need = need::of(pattern);
        let sets = SETS.iter().enumerate();
        let sets = sets.filter(|(_, set)| need.sets.contains(set));
        Self {
            sets: sets.fold(0, |bits, (at, _)| bits | 1 << at),
            runs: need.runs,
        }
    }

    /// Looks at a text.
    pub(super) fn by(text: &[u8]) -> Self {
        let mut held = Self::default();
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            held.sets |= SETS_OF_BYTE[usize::from(byte)];
            if ALPHABETS_OF_BYTE[usize::from(byte)] == 0 {
                at += 1;
                continue;
            }
            at += held.take_word(&text[at..]);
        }
        held
    }

    /// Looks at the run of token bytes with which `text` begins; returns its length.
    fn take_word(&mut self, text: &[u8]) -> usize {
        let (mut narrow, mut middle) = (0_usize, 0_usize);
        let (mut longest, mut longer) = (0, 0);
        let mut length = 0;
        for &byte in text {
            let alphabets = ALPHABETS_OF_BYTE[usize::from(byte)];
            if alphabets == 0 {
                break;
            }
            self.sets |= SETS_OF_BYTE[usize::from(byte)];
            narrow = if alphabets & 1 == 0 { 0 } else { narrow + 1 };
            middle = if alphabets & 2 == 0 { 0 } else { middle + 1 };
            longest = longest.max(narrow);
            longer = longer.max(middle);
            length += 1;
        }
        for (run, of) in self.runs.iter_mut().zip([longest, longer, length]) {
            *run = (*run).max(u8::try_from(of).unwrap_or(u8::MAX));
        }
        length
    }

    /// Adds what lines beside hold.
    pub(super) fn and(self, other: Self) -> Self {
        let mut runs = self.runs;
        for (run, of) in runs.iter_mut().zip(other.runs) {
            *run = (*run).max(of);
        }
        Self {
            sets: self.sets | other.sets,
            runs,
        }
    }

    /// Says whether a text that holds this can hold a match that needs that.
    pub(super) fn suffices_for(self, need: Self) -> bool {
        let has_runs = (0..ALPHABETS).all(|at| self.runs[at] >= need.runs[at]);
        self.sets & need.sets == need.sets && has_runs
    }
}

/// How many lines are remembered.
const LINES: usize = 64;

/// What the lines of a text hold, each looked at once as long as the search stays near.
pub(super) struct HeldLines<'t> {
    text: &'t [u8],
    /// Where a line begins and what it holds, at a place that its beginning gives.
    lines: Vec<(usize, Held)>,
}

impl<'t> HeldLines<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            lines: Vec::new(),
        }
    }

    /// Returns what a part of the text holds, which should begin where a line does.
    pub(super) fn of(&mut self, part: &Range<usize>) -> Held {
        let mut held = Held::default();
        let mut at = part.start;
        while at < part.end {
            let rest = &self.text[at..part.end];
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |length| length + 1);
            held = held.and(self.of_line(at, length));
            at += length;
        }
        held
    }

    fn of_line(&mut self, at: usize, length: usize) -> Held {
        if self.lines.is_empty() {
            self.lines.resize(LINES, (usize::MAX, Held::default()));
        }
        let line = &self.text[at..at + length];
        // The end of a part cuts a line off only where lines are very long.
        let is_whole = line.ends_with(b"\n") || at + length == self.text.len();
        let known = &mut self.lines[(at ^ at >> 6) % LINES];
        if known.0 == at && is_whole {
            return known.1;
        }
        let held = Held::by(line);
        if is_whole {
            *known = (at, held);
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_text_without_what_every_match_holds_is_told_apart() {
        for (pattern, can, cannot) in [
            ("://[^@]*@", "a://b@c", "a://bc"),
            ("['\"]x", "'x", "x"),
            ("(?:a['\"]|['\"]b)", "'b", "ab"),
            ("[a-z]{20}", &"a".repeat(20), &"a".repeat(19)),
            (
                "k[0-9a-f]{8}-[0-9a-f]{8}",
                "k01234567-01234567",
                "k01234567 01234567",
            ),
            ("(?:[a-z]{4}|[a-z]{6})[0-9]*[+/]", "abcd+", "abc+"),
            ("(?:[A-Z]{2}){3}", "ABCDEF", "ABCDE"),
            (r"x{0}\bword\b", "word", "wor"),
        ] {
            let need = Held::by_matches_of(pattern);
            assert!(Held::by(can.as_bytes()).suffices_for(need), "{pattern}");
            assert!(!Held::by(cannot.as_bytes()).suffices_for(need), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_held_by_every_match_is_not_asked_for() {
        for (pattern, text) in [
            ("a?b*", ""),
            ("(?:@|x)", "x"),
            ("[a-z ]{20}", "a b c d e f g h i j "),
            ("^$", ""),
            (r"[^\n]{9}", "((((((((("),
            ("(", "not valid"),
        ] {
            let need = Held::by_matches_of(pattern);
            assert!(Held::by(text.as_bytes()).suffices_for(need), "{pattern}");
        }
    }

    #[test]
    fn lines_are_looked_at_together_and_remembered() {
        let text = b"one@\n'two'\n  three=3\nlast";
        let mut lines = HeldLines::new(text);
        for _ in 0..2 {
            let all = lines.of(&(0..text.len()));
            assert_eq!(all, Held::by(text));
            let two = lines.of(&(0..11));
            assert_eq!(two, Held::by(&text[..11]));
        }
    }

    #[test]
    fn the_build_worked_out_what_the_scan_would() {
        let config = Config::builtin();
        for index in 0..config.rules.len() {
            let rule = &config.rules[index];
            let need = Held::by_matches_of(&rule.regex);
            assert_eq!(config.rules.need(index), need, "{}", rule.id);
        }
    }
}
