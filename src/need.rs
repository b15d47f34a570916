//! What a line must hold for a pattern to match in it, told without the pattern.
//!
//! Most lines with a keyword are no match, and a pattern takes microseconds to say so and far longer
//! to be compiled. So the build works out for each pattern what every match of it holds: a byte of
//! each of some sets (`@`; a quote; `=` or `:`), and a run of so many bytes of an alphabet. A line
//! is read once for all patterns, and those that lack something are not searched.
//!
//! The library and its build script share this file.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A set of bytes: a bit for each.
pub(crate) type Bytes = [u64; 4];

/// How many alphabets there are.
pub(crate) const ALPHABETS: usize = 3;

/// Returns which alphabets of tokens a byte belongs to, a bit for each, bit 0 for the first: letters
/// and digits; what names are made of as well; what paths and base64 are made of as well.
pub(crate) const fn alphabets(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() {
        return 0b111;
    }
    match byte {
        b'_' | b'-' => 0b110,
        b'+' | b'/' | b'=' | b'.' => 0b100,
        _ => 0,
    }
}

/// What every match of a pattern holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Need {
    /// Sets of bytes, of each of which a match holds one.
    pub(crate) sets: Vec<Bytes>,
    /// How long a run of each alphabet's bytes it holds.
    pub(crate) runs: [u8; ALPHABETS],
}

/// Runs shorter than this say nothing: any line has them.
pub(crate) const LEAST_RUN: u8 = 10;

/// Sets of more bytes than this say little.
const MOST_BYTES: u32 = 24;

/// Works out what every match of `pattern` holds; of one that is not valid, nothing.
pub(crate) fn of(pattern: &str) -> Need {
    let Some(hir) = parsed(pattern) else {
        return Need::default();
    };
    let mut sets = sets_of(&hir);
    sets.sort_unstable();
    sets.dedup();
    let mut runs = [0; ALPHABETS];
    for (alphabet, run) in runs.iter_mut().enumerate() {
        let best = u8::try_from(run_of(&hir, alphabet).best).unwrap_or(u8::MAX);
        *run = if best < LEAST_RUN { 0 } else { best };
    }
    Need { sets, runs }
}

/// Takes a pattern apart as the engine does; of one that is not valid, nothing.
pub(crate) fn parsed(pattern: &str) -> Option<Hir> {
    ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .multi_line(true)
        .build()
        .parse(pattern)
        .ok()
}

/// Returns how many bytes a set has.
pub(crate) fn size(set: &Bytes) -> u32 {
    set.iter().map(|word| word.count_ones()).sum()
}

/// Says whether a byte is in a set.
pub(crate) fn holds(set: &Bytes, byte: u8) -> bool {
    set[usize::from(byte / 64)] >> (byte % 64) & 1 != 0
}

/// Adds a byte to a set.
pub(crate) fn insert(set: &mut Bytes, byte: u8) {
    set[usize::from(byte / 64)] |= 1 << (byte % 64);
}

/// Returns the bytes that one byte of a match can be; `None`: not a set of single bytes.
pub(crate) fn class_bytes(class: &Class) -> Option<Bytes> {
    let mut set = Bytes::default();
    let mut add = |start: u8, end: u8| (start..=end).for_each(|byte| insert(&mut set, byte));
    match class {
        Class::Bytes(class) => {
            for range in class.iter() {
                add(range.start(), range.end());
            }
        }
        Class::Unicode(class) => {
            for range in class.iter() {
                let start = u8::try_from(range.start()).ok().filter(u8::is_ascii)?;
                let end = u8::try_from(range.end()).ok().filter(u8::is_ascii)?;
                add(start, end);
            }
        }
    }
    Some(set)
}

fn sets_of(hir: &Hir) -> Vec<Bytes> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(literal) => {
            let one = |&byte: &u8| {
                let mut set = Bytes::default();
                insert(&mut set, byte);
                set
            };
            literal.0.iter().map(one).collect()
        }
        HirKind::Class(class) => class_bytes(class)
            .filter(|set| (1..=MOST_BYTES).contains(&size(set)))
            .into_iter()
            .collect(),
        HirKind::Repetition(repetition) if repetition.min == 0 => Vec::new(),
        HirKind::Repetition(repetition) => sets_of(&repetition.sub),
        HirKind::Capture(capture) => sets_of(&capture.sub),
        HirKind::Concat(parts) => parts.iter().flat_map(sets_of).collect(),
        HirKind::Alternation(branches) => {
            let branches: Vec<Vec<Bytes>> = branches.iter().map(sets_of).collect();
            either(&branches)
        }
    }
}

/// Returns sets of which every branch holds one byte each: those that all branches have, and the
/// smallest of each taken together.
fn either(branches: &[Vec<Bytes>]) -> Vec<Bytes> {
    let Some((first, others)) = branches.split_first() else {
        return Vec::new();
    };
    let mut sets: Vec<Bytes> = first
        .iter()
        .filter(|set| others.iter().all(|branch| branch.contains(set)))
        .copied()
        .collect();
    // Punctuation is rarer than letters and digits.
    let least = |branch: &Vec<Bytes>| {
        let letters = |set: &Bytes| {
            (0..=u8::MAX)
                .filter(|&byte| byte.is_ascii_alphanumeric() && holds(set, byte))
                .count()
        };
        branch
            .iter()
            .min_by_key(|set| (letters(set), size(set)))
            .copied()
    };
    let together = branches
        .iter()
        .map(least)
        .try_fold(Bytes::default(), |all, set| {
            let set = set?;
            Some([0, 1, 2, 3].map(|at| all[at] | set[at]))
        });
    sets.extend(together.filter(|set| size(set) <= MOST_BYTES));
    sets
}

/// How long runs of an alphabet's bytes a pattern's matches hold at the least.
#[derive(Clone, Copy, Default)]
struct Run {
    /// Whether a match is nothing but such bytes.
    all: bool,
    /// The shortest match, if it is.
    length: u64,
    /// At the beginning, at the end, and anywhere.
    first: u64,
    last: u64,
    best: u64,
}

impl Run {
    fn only(length: u64) -> Self {
        Self {
            all: true,
            length,
            first: length,
            last: length,
            best: length,
        }
    }

    fn then(self, next: Self) -> Self {
        let first = if self.all {
            self.length + next.first
        } else {
            self.first
        };
        let last = if next.all {
            next.length + self.last
        } else {
            next.last
        };
        Self {
            all: self.all && next.all,
            length: self.length + next.length,
            first,
            last,
            best: self.best.max(next.best).max(self.last + next.first),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            all: self.all && other.all,
            length: self.length.min(other.length),
            first: self.first.min(other.first),
            last: self.last.min(other.last),
            best: self.best.min(other.best),
        }
    }
}

fn run_of(hir: &Hir, alphabet: usize) -> Run {
    let is_in = |byte: u8| alphabets(byte) >> alphabet & 1 != 0;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Run::only(0),
        HirKind::Literal(literal) => {
            let one = |&byte: &u8| {
                if is_in(byte) {
                    Run::only(1)
                } else {
                    Run::default()
                }
            };
            literal.0.iter().map(one).fold(Run::only(0), Run::then)
        }
        HirKind::Class(class) => {
            let within = |set: Bytes| (0..=u8::MAX).all(|byte| is_in(byte) || !holds(&set, byte));
            if class_bytes(class).is_some_and(within) {
                Run::only(1)
            } else {
                Run::default()
            }
        }
        HirKind::Repetition(repetition) => {
            let sub = run_of(&repetition.sub, alphabet);
            let min = u64::from(repetition.min);
            if sub.all {
                Run::only(sub.length * min)
            } else if min == 0 {
                Run::default()
            } else {
                let between = if min > 1 { sub.last + sub.first } else { 0 };
                Run {
                    best: sub.best.max(between),
                    ..sub
                }
            }
        }
        HirKind::Capture(capture) => run_of(&capture.sub, alphabet),
        HirKind::Concat(parts) => parts
            .iter()
            .map(|part| run_of(part, alphabet))
            .fold(Run::only(0), Run::then),
        HirKind::Alternation(branches) => branches
            .iter()
            .map(|branch| run_of(branch, alphabet))
            .reduce(Run::or)
            .unwrap_or_default(),
    }
}
