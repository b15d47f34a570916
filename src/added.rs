//! Which lines of a new version are new.
//!
//! A line is new when the old version does not account for it: lines are compared as multisets, so
//! a line that was merely moved is old, and one that occurs more often than before is new. This
//! costs time in proportion to the text, whatever the texts are, and never misses content that a
//! diff would hide. With several old versions (a merge) a line must be new relative to each.
//!
//! Lines are compared without their ends: neither a change between CRLF and LF nor a missing final
//! line end makes a line new.

use crate::lines::{self, Lines};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// The lines of a text that are new, numbered from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddedLines {
    /// Half-open, ascending, neither empty nor adjacent.
    ranges: Vec<Range<u32>>,
}

impl AddedLines {
    /// Says that all of `line_count` lines are new.
    #[must_use]
    pub fn all(line_count: u32) -> Self {
        let everything = 1..line_count.saturating_add(1);
        Self {
            ranges: if everything.is_empty() {
                Vec::new()
            } else {
                vec![everything]
            },
        }
    }

    /// Works out which lines of `new` none of `olds` accounts for; without any, all are new.
    #[must_use]
    pub fn between(new: &[u8], olds: &[&[u8]]) -> Self {
        let Some((first, others)) = olds.split_first() else {
            return Self::all(lines::count(new));
        };
        others.iter().fold(Self::beside(new, first), |added, old| {
            if added.is_empty() {
                added
            } else {
                added.and(&Self::beside(new, old))
            }
        })
    }

    /// Works out which lines of `new` are not in `pool`.
    #[must_use]
    pub fn outside(new: &[u8], pool: &LinePool) -> Self {
        unaccounted(lines::split(new), 1, &pool.hasher, &pool.hashes)
    }

    /// Returns the lines that are new in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        let mut mine = self.ranges.iter().peekable();
        let mut theirs = other.ranges.iter().peekable();
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            let common = a.start.max(b.start)..a.end.min(b.end);
            if !common.is_empty() {
                ranges.push(common);
            }
            if a.end <= b.end {
                mine.next();
            } else {
                theirs.next();
            }
        }
        Self { ranges }
    }

    /// Returns how many lines are new.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.ranges
            .iter()
            .map(|range| range.end - range.start)
            .sum()
    }

    /// Says whether no line is new.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Says whether `line` is new.
    #[must_use]
    pub fn contains(&self, line: u32) -> bool {
        self.touches(line..line.saturating_add(1))
    }

    /// Says whether one of `lines` is new.
    #[must_use]
    pub fn touches(&self, lines: Range<u32>) -> bool {
        let at = self
            .ranges
            .partition_point(|range| range.end <= lines.start);
        !lines.is_empty()
            && self
                .ranges
                .get(at)
                .is_some_and(|range| range.start < lines.end)
    }

    /// Returns the new lines as ranges: half-open, ascending, none adjacent to the next.
    #[must_use]
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = Range<u32>> + '_ {
        self.ranges.iter().cloned()
    }

    /// Works out which lines of `new` are not in `old`.
    fn beside(new: &[u8], old: &[u8]) -> Self {
        let terminator = lines::terminator(new);
        let old_terminator = lines::terminator(old);
        // Lines that both texts begin and end with are the same lines: most edits are small.
        let (head, tail) = if terminator == old_terminator {
            common(new, old, terminator)
        } else {
            (0, 0)
        };
        let before = lines::count_ended_by(&new[..head], terminator);
        let new = &new[head..new.len() - tail];
        let old = &old[head..old.len() - tail];
        if new.is_empty() {
            return Self::default();
        }
        let hasher = RandomState::new();
        let mut old: Vec<u64> = Lines::new(old, old_terminator)
            .map(|line| hasher.hash_one(line))
            .collect();
        old.sort_unstable();
        unaccounted(
            Lines::new(new, terminator),
            before.saturating_add(1),
            &hasher,
            &old,
        )
    }
}

/// The lines of several texts taken together, as hashes: 8 bytes for each line.
///
/// For files that appear in a change which deletes others: any of those may be where their lines
/// come from, so that renames need not be detected.
#[derive(Debug, Default)]
pub struct LinePool {
    hasher: RandomState,
    /// Sorted.
    hashes: Vec<u64>,
}

impl LinePool {
    /// Takes in the lines of `texts`, one text at a time.
    ///
    /// # Errors
    ///
    /// Fails with the first error that `texts` yields.
    pub fn collect<E>(texts: impl IntoIterator<Item = Result<Vec<u8>, E>>) -> Result<Self, E> {
        let mut pool = Self::default();
        for text in texts {
            pool.hashes
                .extend(lines::split(&text?).map(|line| pool.hasher.hash_one(line)));
        }
        pool.hashes.sort_unstable();
        Ok(pool)
    }
}

/// Returns the lines of `new` that `old`, sorted hashes, does not account for; `first` is the
/// number of the first line.
///
/// Of equal lines the last ones are new. The hasher is seeded at random: nobody can write a line
/// whose hash equals that of another, by which it would pass for old.
fn unaccounted(new: Lines<'_>, first: u32, hasher: &RandomState, old: &[u64]) -> AddedLines {
    let mut by_hash: Vec<(u64, u32)> = new.map(|line| hasher.hash_one(line)).zip(0..).collect();
    by_hash.sort_unstable();
    let mut is_new = vec![false; by_hash.len()];
    let mut rest = old;
    for equal in by_hash.chunk_by(|a, b| a.0 == b.0) {
        let hash = equal[0].0;
        rest = &rest[leading(rest, |&other| other < hash)..];
        let known = leading(rest, |&other| other == hash);
        for &(_, line) in equal.iter().skip(known) {
            is_new[line as usize] = true;
        }
    }
    AddedLines {
        ranges: ranges(&is_new, first),
    }
}

/// Returns how many leading elements satisfy `wanted`; those that do all come first.
///
/// Gallops, so that a short text beside a long one costs little more than the short one.
fn leading(sorted: &[u64], wanted: impl Fn(&u64) -> bool) -> usize {
    let mut reach = 1;
    while reach < sorted.len() && wanted(&sorted[reach]) {
        reach *= 2;
    }
    sorted[..sorted.len().min(reach + 1)].partition_point(wanted)
}

/// Turns a flag for each line into ranges of numbers, the first line being `first`.
fn ranges(flags: &[bool], first: u32) -> Vec<Range<u32>> {
    let mut ranges = Vec::new();
    let mut number = first;
    for run in flags.chunk_by(|a, b| a == b) {
        let length = u32::try_from(run.len()).unwrap_or(u32::MAX);
        let end = number.saturating_add(length);
        if run[0] {
            ranges.push(number..end);
        }
        number = end;
    }
    ranges
}

/// Returns how many bytes of whole lines the texts share at their start and at their end.
fn common(a: &[u8], b: &[u8], terminator: u8) -> (usize, usize) {
    let shared = shared_start(a, b);
    // Equal texts need no line end to be whole.
    if shared == a.len() && shared == b.len() {
        return (shared, 0);
    }
    let head = memchr::memrchr(terminator, &a[..shared]).map_or(0, |end| end + 1);
    let (a, b) = (&a[head..], &b[head..]);
    let shared = shared_end(a, b);
    if shared == a.len() || shared == b.len() {
        // What is left of one is the end of the other; it starts a line in both only if a line
        // ends right before it.
        let longer = if a.len() > b.len() { a } else { b };
        let before = longer.len() - shared;
        if before == 0 || longer[before - 1] == terminator {
            return (head, shared);
        }
    }
    let end = &a[a.len() - shared..];
    let tail = memchr::memchr(terminator, end).map_or(0, |at| end.len() - at - 1);
    (head, tail)
}

/// How many bytes are compared at once.
const BLOCK_BYTES: usize = 4096;

/// Returns the length of the longest common start.
fn shared_start(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks(BLOCK_BYTES).zip(b.chunks(BLOCK_BYTES));
    let equal = blocks
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len())
        .sum::<usize>();
    equal
        + a[equal..]
            .iter()
            .zip(&b[equal..])
            .take_while(|(a, b)| a == b)
            .count()
}

/// Returns the length of the longest common end.
fn shared_end(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks(BLOCK_BYTES).zip(b.rchunks(BLOCK_BYTES));
    let equal = blocks
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len())
        .sum::<usize>();
    let (a, b) = (&a[..a.len() - equal], &b[..b.len() - equal]);
    equal
        + a.iter()
            .rev()
            .zip(b.iter().rev())
            .take_while(|(a, b)| a == b)
            .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(new: &[u8], olds: &[&[u8]]) -> Vec<u32> {
        AddedLines::between(new, olds).ranges().flatten().collect()
    }

    fn pool(texts: &[&[u8]]) -> LinePool {
        let Ok(pool) = LinePool::collect::<std::convert::Infallible>(
            texts.iter().map(|text| Ok(text.to_vec())),
        );
        pool
    }

    #[test]
    fn without_an_old_version_every_line_is_new() {
        assert_eq!(added(b"a\nb\n", &[]), [1, 2]);
        assert!(added(b"", &[]).is_empty());
    }

    #[test]
    fn finds_inserted_changed_and_appended_lines() {
        assert_eq!(added(b"a\nx\nb\n", &[b"a\nb\n"]), [2]);
        assert_eq!(added(b"a\nB\nc\n", &[b"a\nb\nc\n"]), [2]);
        assert_eq!(added(b"x\na\nb", &[b"a\nb"]), [1]);
        assert_eq!(added(b"a\nb\nc\n", &[b"a\nb\n"]), [3]);
        assert_eq!(
            added(b"a\nab\n", &[b"a\nb\n"]),
            [2],
            "a common end inside a line"
        );
        assert!(added(b"a\n", &[b"a\nb\n"]).is_empty(), "only deleted");
    }

    #[test]
    fn moved_lines_are_old_and_repeated_ones_new() {
        assert!(added(b"c\nb\na\n", &[b"a\nb\nc\n"]).is_empty());
        assert_eq!(added(b"a\na\nb\na\n", &[b"a\nb\n"]).len(), 2);
        assert_eq!(added(b"b\na\na\na\n", &[b"a\na\nb\n"]), [4]);
    }

    #[test]
    fn line_ends_make_no_line_new() {
        assert!(added(b"a\nb\nc", &[b"a\r\nb\r\nc\r\n"]).is_empty());
        assert!(added(b"a\r\nb\r\n", &[b"a\nb\n"]).is_empty());
        assert!(added(b"a\nb\n", &[b"a\nb"]).is_empty());
        assert!(added(b"a\nb", &[b"a\nb\n"]).is_empty());
        assert_eq!(added(b"a\nb\nc\n", &[b"a\nb"]), [3]);
        assert_eq!(
            added(b"a\rb\rc\r", &[b"a\rc\r"]),
            [2],
            "CR ends lines where there is no LF"
        );
        assert!(added(b"a\nb\n", &[b"b\ra"]).is_empty(), "CR before, LF now");
    }

    #[test]
    fn with_several_old_versions_a_line_is_new_relative_to_each() {
        let ours = &b"a\nours\nc\n"[..];
        let theirs = &b"a\ntheirs\nc\n"[..];
        assert_eq!(added(b"a\nours\ntheirs\nevil\nc\n", &[ours, theirs]), [4]);
        assert!(added(b"a\nours\ntheirs\nc\n", &[ours, theirs]).is_empty());
    }

    #[test]
    fn a_pool_accounts_for_each_line_as_often_as_it_holds_it() {
        let pool = pool(&[b"a\nb\n", b"b\nc\r\n"]);
        let lines = |text: &[u8]| -> Vec<u32> {
            AddedLines::outside(text, &pool)
                .ranges()
                .flatten()
                .collect()
        };
        assert!(lines(b"c\nb\na\nb").is_empty());
        assert_eq!(lines(b"b\nb\nb\nx\n"), [3, 4]);
        assert_eq!(
            AddedLines::outside(b"a\nb\n", &LinePool::default()),
            AddedLines::all(2)
        );
    }

    #[test]
    fn answers_for_lines_and_ranges() {
        let added = AddedLines::between(b"1\na\n2\n3\nb\nc\n4\n", &[b"1\n2\n3\n4\n"]);
        assert_eq!(added.ranges().collect::<Vec<_>>(), [2..3, 5..7]);
        assert_eq!(added.count(), 3);
        assert!(added.contains(2) && added.contains(6) && !added.contains(1) && !added.contains(7));
        assert!(added.touches(1..3) && added.touches(4..6) && !added.touches(3..5));
        assert!(!added.touches(7..90) && !added.touches(5..5));
        assert!(!added.is_empty() && AddedLines::default().is_empty());
    }

    #[test]
    fn what_is_new_in_both_is_the_intersection() {
        let of = |ranges: &[Range<u32>]| AddedLines {
            ranges: ranges.to_vec(),
        };
        let both = of(&[1..4, 6..9, 20..30]).and(&of(&[2..7, 8..22]));
        assert_eq!(both, of(&[2..4, 6..7, 8..9, 20..22]));
        assert!(AddedLines::all(9).and(&AddedLines::default()).is_empty());
    }

    /// Compares with the plainest way to say it, on texts that share much and little.
    #[test]
    fn agrees_with_counting_lines_one_by_one() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |bound: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).expect("31 bits fit") % bound
        };
        for _ in 0..2_000 {
            let mut text = || -> Vec<u8> {
                let length = below(12);
                (0..length)
                    .flat_map(|_| {
                        [&b"a"[..], b"b", b"ab", b"", b"\n", b"\n", b"\r\n"][below(7)]
                            .iter()
                            .copied()
                    })
                    .collect()
            };
            let (old, new) = (text(), text());
            let mut left: Vec<&[u8]> = lines::split(&old).collect();
            let mut expected = 0;
            for line in lines::split(&new) {
                match left.iter().position(|other| *other == line) {
                    Some(at) => {
                        left.swap_remove(at);
                    }
                    None => expected += 1,
                }
            }
            let count = AddedLines::between(&new, &[&old]).count();
            assert_eq!(count, expected, "{old:?} -> {new:?}");
        }
    }

    #[test]
    fn many_reordered_lines_are_no_trouble() {
        let line = |number: u32| format!("line {}\n", number.wrapping_mul(2_654_435_761));
        let old: String = (0..200_000).map(line).collect();
        let new: String = (0..200_000).rev().map(line).collect();
        assert!(AddedLines::between(new.as_bytes(), &[old.as_bytes()]).is_empty());
    }
}
