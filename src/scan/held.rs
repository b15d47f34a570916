//! What the lines of a text hold, to spare the patterns that cannot match there.

use crate::builtin::{Held, SETS, SETS_OF_BYTE};
use crate::need::{self, ALPHABETS, alphabets};
use crate::wording::{MARKS, Marks, can_hold, mark_line};
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
}

/// Returns the sets of which a text has a byte.
fn sets_of(text: &[u8]) -> u128 {
    text.iter()
        .fold(0, |sets, byte| sets | SETS_OF_BYTE[usize::from(*byte)])
}

/// Returns the longest run of each alphabet.
fn runs_of(text: &[u8]) -> [u8; ALPHABETS] {
    std::array::from_fn(|alphabet| u8::try_from(longest_run(text, alphabet)).unwrap_or(u8::MAX))
}

/// Returns how long the longest run of an alphabet's bytes is.
fn longest_run(text: &[u8], alphabet: usize) -> usize {
    let is_in = |byte: &u8| ALPHABETS_OF_BYTE[usize::from(*byte)] >> alphabet & 1 != 0;
    let (mut longest, mut at) = (0, 0);
    // A longer run than the longest so far would end behind this; most of the text is jumped over.
    while let Some(longer) = text.get(at..=at + longest) {
        if let Some(gap) = longer.iter().rposition(|byte| !is_in(byte)) {
            at += gap + 1;
            continue;
        }
        let behind = &text[at + longer.len()..];
        let more = behind.iter().position(|byte| !is_in(byte));
        longest = longer.len() + more.unwrap_or(behind.len());
        at += longest;
    }
    longest
}

/// How many lines are remembered.
const LINES: usize = 64;

/// What the lines of a text hold, each looked at once as long as the search stays near.
pub(super) struct HeldLines<'t> {
    text: &'t [u8],
    sets: Remembered<u128>,
    runs: Remembered<[u8; ALPHABETS]>,
    marks: Remembered<Marks>,
}

/// Where lines begin and what is known of them, at a place that the beginning gives.
struct Remembered<T>(Vec<(usize, T)>);

impl<T: Copy + Default> Remembered<T> {
    /// Returns what is known of the line that begins `at`, looked at when it is not known.
    fn of(&mut self, at: usize, is_whole: bool, look: impl FnOnce() -> T) -> T {
        if !is_whole {
            return look();
        }
        if self.0.is_empty() {
            self.0.resize(LINES, (usize::MAX, T::default()));
        }
        let known = &mut self.0[(at ^ at >> 6) % LINES];
        if known.0 != at {
            *known = (at, look());
        }
        known.1
    }
}

impl<'t> HeldLines<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            sets: Remembered(Vec::new()),
            runs: Remembered(Vec::new()),
            marks: Remembered(Vec::new()),
        }
    }

    /// Says whether a part of the text, which should begin where a line does, can hold a match of a
    /// pattern that needs this and spells out those words.
    pub(super) fn can_match(&mut self, part: &Range<usize>, need: Held, wording: &[u16]) -> bool {
        let sets = lines(self.text, part).fold(0, |all, (at, line, is_whole)| {
            all | self.sets.of(at, is_whole, || sets_of(line))
        });
        if sets & need.sets != need.sets || !self.has_runs(part, need.runs) {
            return false;
        }
        if wording.is_empty() {
            return true;
        }
        let mut all = [0; MARKS / 64];
        for (at, line, is_whole) in lines(self.text, part) {
            let marks = self.marks.of(at, is_whole, || {
                let mut marks = [0; MARKS / 64];
                mark_line(&mut marks, line);
                marks
            });
            for (all, one) in all.iter_mut().zip(marks) {
                *all |= one;
            }
        }
        can_hold(&all, wording)
    }

    /// Says whether a part of the text has a run of each alphabet that is so long.
    fn has_runs(&mut self, part: &Range<usize>, mut needed: [u8; ALPHABETS]) -> bool {
        for (at, line, is_whole) in lines(self.text, part) {
            if needed == [0; ALPHABETS] {
                break;
            }
            let runs = self.runs.of(at, is_whole, || runs_of(line));
            for (needed, run) in needed.iter_mut().zip(runs) {
                if run >= *needed {
                    *needed = 0;
                }
            }
        }
        needed == [0; ALPHABETS]
    }
}

/// Returns the lines of a part of a text: where each begins, what it is, and whether it is whole.
/// The end of a part cuts a line off only where lines are very long.
fn lines<'t>(
    text: &'t [u8],
    part: &Range<usize>,
) -> impl Iterator<Item = (usize, &'t [u8], bool)> + use<'t> {
    let Range { start: mut at, end } = *part;
    std::iter::from_fn(move || {
        let rest = text.get(at..end).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |length| length + 1);
        let line = (at, &rest[..length]);
        at += length;
        Some((line.0, line.1, line.1.ends_with(b"\n") || at == text.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::random::Random;

    fn can_match(text: &str, need: Held) -> bool {
        HeldLines::new(text.as_bytes()).can_match(&(0..text.len()), need, &[])
    }

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
            (
                "(?:[a-z]{14}|[a-z]{16})[0-9]*[+/]",
                "abcdefghijklmn+",
                "abcdefghijklm+",
            ),
            ("(?:[A-Z]{2}){6}", "ABCDEFGHIJKL", "ABCDEFGHIJK"),
            (r"x{0}\bpassphrases\b", "passphrases", "passphras es"),
        ] {
            let need = Held::by_matches_of(pattern);
            assert!(can_match(can, need), "{pattern}");
            assert!(!can_match(cannot, need), "{pattern}");
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
            assert!(can_match(text, need), "{pattern}");
        }
    }

    #[test]
    fn lines_are_looked_at_together_and_remembered() {
        let text = b"one@\n'two'\n  abcdefghijkl=3\nlast";
        let need = Held::by_matches_of("@[^#]*'[^#]*[a-z]{12}");
        let mut lines = HeldLines::new(text);
        for _ in 0..2 {
            assert!(lines.can_match(&(0..text.len()), need, &[]));
            assert!(!lines.can_match(&(0..11), need, &[]));
            assert!(!lines.can_match(&(5..text.len()), need, &[]));
        }
    }

    #[test]
    fn the_longest_run_is_found_wherever_it_stands() {
        let mut random = Random::seeded(5);
        for _ in 0..2_000 {
            let length = random.below(40);
            let text = random.pick("ab1_-/. ", length);
            for alphabet in 0..ALPHABETS {
                let is_in = |byte: u8| alphabets(byte) >> alphabet & 1 != 0;
                let runs = text.as_bytes().split(|byte| !is_in(*byte)).map(<[u8]>::len);
                let longest = runs.max().unwrap_or(0);
                assert_eq!(longest_run(text.as_bytes(), alphabet), longest, "{text:?}");
            }
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
