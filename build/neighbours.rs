//! Works out which bytes can stand beside a keyword in a match, place by place.
//!
//! Most keywords in a text stand in no match, and the bytes next to them tell: behind `akia` comes a
//! token or none. The build reads the automaton of each pattern, from all its states at once, over
//! the bytes of a keyword: what it could read next is what can stand behind, and the same backwards.
//! The sets of the places are looked up one by one, so they let more through than the pattern would,
//! and never less.

use crate::need::{Bytes, insert};
use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton as _;
use regex_automata::nfa::thompson::{Config, NFA, State, WhichCaptures};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

/// How many bytes before a keyword are told apart, and how many behind it.
pub(crate) const PLACES: (usize, usize) = (2, 6);
/// Both together.
const ALL_PLACES: usize = PLACES.0 + PLACES.1;

/// A pattern spells a keyword out when it reads each byte by a range no wider than this; by a wider
/// one, any other name would do.
const MOST_LITERAL: u8 = 2;

/// More pairs of states than this are not followed: the pattern counts as one without proof.
const MOST_PAIRS: usize = 4_000_000;

/// The bytes that can stand at each place: before a keyword, nearest first, and behind it.
pub(crate) type Row = [Bytes; ALL_PLACES];

/// Any byte, or none at all.
const ANY: Bytes = [u64::MAX; 4];

/// Nothing is known of what stands beside a keyword.
pub(crate) const UNKNOWN: Row = [ANY; ALL_PLACES];

/// The sets of all keywords of all rules, each set once.
#[derive(Default)]
pub(crate) struct Neighbours {
    sets: Vec<Bytes>,
    index: BTreeMap<Bytes, u16>,
    rows: Vec<[u16; ALL_PLACES]>,
}

impl Neighbours {
    pub(crate) fn new() -> Self {
        let mut all = Self::default();
        all.intern(ANY);
        all
    }

    /// Adds a row: what can stand beside a keyword of a rule.
    pub(crate) fn push(&mut self, sets: &Row) {
        let row = sets.map(|set| self.intern(set));
        self.rows.push(row);
    }

    fn intern(&mut self, set: Bytes) -> u16 {
        let next = u16::try_from(self.sets.len()).expect("fewer than 65,536 sets");
        let sets = &mut self.sets;
        *self.index.entry(set).or_insert_with(|| {
            sets.push(set);
            next
        })
    }

    /// Returns the tables as Rust source.
    pub(crate) fn tables(&self) -> String {
        let mut out = String::new();
        writeln!(
            out,
            "/// How many bytes before and behind a keyword are told apart.\npub(crate) const NEIGHBOURS: (usize, usize) = {PLACES:?};\n\
             /// Sets of bytes; the first has all of them, and stands for none at all as well.\npub(crate) static NEIGHBOUR_SETS: [Bytes; {}] = {:?};\n\
             /// Of each keyword of each rule the sets of the bytes before it, nearest first, and behind it.\npub(crate) static KEYWORD_NEIGHBOURS: [[u16; {ALL_PLACES}]; {}] = {:?};",
            self.sets.len(),
            self.sets,
            self.rows.len(),
            self.rows
        )
        .expect("writing to a string");
        out
    }
}

/// A pattern as an automaton that is read in both directions.
pub(crate) struct Pattern {
    states: Vec<Edges>,
    start: usize,
    /// Whether every match holds one of the keywords.
    proven: bool,
}

#[derive(Default)]
struct Edges {
    /// States reached without a byte.
    free: Vec<usize>,
    /// States from which this one is reached without a byte, and what has to hold there.
    free_back: Vec<(usize, Option<Look>)>,
    bytes: Vec<(u8, u8, usize)>,
    bytes_back: Vec<(u8, u8, usize)>,
    ends: bool,
}

impl Pattern {
    /// Compiles a pattern; `None` when it is not valid or too large.
    pub(crate) fn new(pattern: &str, keywords: &[&str]) -> Option<Self> {
        let nfa = NFA::compiler()
            .syntax(
                syntax::Config::new()
                    .unicode(false)
                    .utf8(false)
                    .multi_line(true),
            )
            .configure(
                Config::new()
                    .utf8(false)
                    .which_captures(WhichCaptures::None)
                    .nfa_size_limit(Some(64 << 20)),
            )
            .build(pattern)
            .ok()?;
        let start = nfa.start_anchored().as_usize();
        let mut pattern = Self {
            states: edges(&nfa, start),
            start,
            proven: false,
        };
        pattern.proven = pattern.always_holds(keywords);
        Some(pattern)
    }

    /// Returns the bytes that can stand at each place before and behind a keyword in a match;
    /// nothing when no match holds this keyword and each holds another.
    ///
    /// Where it is not proven that each match holds one, keywords that the pattern does not spell
    /// out may stand anywhere near a match; for those it spells out, it is the match that counts.
    pub(crate) fn beside(&self, keyword: &str) -> Option<Row> {
        let mut sets = UNKNOWN;
        if !self.proven && self.behind(keyword, MOST_LITERAL).is_empty() {
            return Some(sets);
        }
        let mut behind = self.behind(keyword, u8::MAX);
        if behind.is_empty() {
            return None;
        }
        for set in &mut sets[PLACES.0..] {
            let open = self.closed(&behind);
            if open.iter().any(|&state| self.states[state].ends) {
                break;
            }
            *set = Bytes::default();
            for &state in &open {
                add_all(set, &self.states[state].bytes);
            }
            behind = self.step(&open, |_, _| true);
        }
        self.before(keyword, &mut sets[..PLACES.0]);
        Some(sets)
    }

    /// Returns the states in which the pattern can be behind a keyword, read by ranges of bytes that
    /// are at most so wide.
    fn behind(&self, keyword: &str, widest: u8) -> BTreeSet<usize> {
        let mut behind: BTreeSet<usize> = (0..self.states.len()).collect();
        for byte in keyword.bytes() {
            behind = self.step(&behind, |low, high| {
                high - low <= widest && either_case(byte, low, high)
            });
        }
        behind
    }

    fn before(&self, keyword: &str, sets: &mut [Bytes]) {
        let mut ahead: BTreeSet<usize> = (0..self.states.len()).collect();
        for byte in keyword.bytes().rev() {
            ahead = self.step_back(&ahead, |low, high| either_case(byte, low, high));
        }
        let first = keyword.as_bytes()[0];
        for (place, set) in sets.iter_mut().enumerate() {
            let (open, looks) = self.closed_back(ahead);
            *set = Bytes::default();
            for &state in &open {
                add_all(set, &self.states[state].bytes_back);
            }
            if open.contains(&self.start) {
                // A match can begin here, and then anything stands before it, unless it has to
                // begin at a boundary. Only beside the keyword it is known what one means.
                match looks.filter(|_| place == 0) {
                    Some(looks) => looks.iter().for_each(|look| at_boundary(set, *look, first)),
                    None => *set = ANY,
                }
                return;
            }
            ahead = self.step_back(&open, |_, _| true);
        }
    }

    /// Returns the states that a byte leads to.
    fn step(&self, from: &BTreeSet<usize>, reads: impl Fn(u8, u8) -> bool) -> BTreeSet<usize> {
        let bytes = self.closed(from).into_iter();
        let bytes = bytes.flat_map(|state| &self.states[state].bytes);
        let read = bytes.filter(|(low, high, _)| reads(*low, *high));
        read.map(|(_, _, to)| *to).collect()
    }

    /// Returns the states from which a byte leads to one of these.
    fn step_back(&self, to: &BTreeSet<usize>, reads: impl Fn(u8, u8) -> bool) -> BTreeSet<usize> {
        let bytes = self.closed_back(to.clone()).0.into_iter();
        let bytes = bytes.flat_map(|state| &self.states[state].bytes_back);
        let read = bytes.filter(|(low, high, _)| reads(*low, *high));
        read.map(|(_, _, from)| *from).collect()
    }

    /// Adds the states that are reached without a byte.
    fn closed(&self, from: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut all = from.clone();
        let mut open: Vec<usize> = all.iter().copied().collect();
        while let Some(state) = open.pop() {
            let next = self.states[state].free.iter();
            open.extend(next.filter(|next| all.insert(**next)));
        }
        all
    }

    /// Adds the states from which these are reached without a byte, and returns the boundaries on
    /// the way to the start; `None`: there is a way without one.
    fn closed_back(&self, to: BTreeSet<usize>) -> (BTreeSet<usize>, Option<Vec<Look>>) {
        let mut all = to.clone();
        let mut looks = Vec::new();
        let mut open: Vec<usize> = all.iter().copied().collect();
        while let Some(state) = open.pop() {
            for (from, look) in &self.states[state].free_back {
                looks.extend(look);
                if all.insert(*from) {
                    open.push(*from);
                }
            }
        }
        let mut bare = to;
        let mut open: Vec<usize> = bare.iter().copied().collect();
        while let Some(state) = open.pop() {
            for (from, look) in &self.states[state].free_back {
                if look.is_none() && bare.insert(*from) {
                    open.push(*from);
                }
            }
        }
        let looks = (!bare.contains(&self.start)).then_some(looks);
        (all, looks)
    }

    /// Tells whether no match is without one of the keywords: follows the pattern and an automaton
    /// of the keywords together, away from the keywords.
    fn always_holds(&self, keywords: &[&str]) -> bool {
        let automaton = aho_corasick::dfa::DFA::builder()
            .ascii_case_insensitive(true)
            .build(keywords);
        let Ok(automaton) = automaton else {
            return false;
        };
        let Ok(start) = automaton.start_state(Anchored::No) else {
            return false;
        };
        let mut seen = HashSet::from([(self.start, start)]);
        let mut open = vec![(self.start, start)];
        while let Some((state, word)) = open.pop() {
            let edges = &self.states[state];
            if edges.ends || seen.len() > MOST_PAIRS {
                return false;
            }
            let mut go = |state, word| {
                if seen.insert((state, word)) {
                    open.push((state, word));
                }
            };
            edges.free.iter().for_each(|&next| go(next, word));
            for &(low, high, next) in &edges.bytes {
                for byte in low..=high {
                    let word = automaton.next_state(Anchored::No, word, byte);
                    if !automaton.is_match(word) {
                        go(next, word);
                    }
                }
            }
        }
        true
    }
}

/// Adds to the bytes before a keyword those behind which a match can begin.
fn at_boundary(set: &mut Bytes, look: Look, first: u8) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match look {
        Look::Start => {}
        Look::StartLF => insert(set, b'\n'),
        Look::WordAscii | Look::WordStartAscii if is_word(first) => {
            let others = (0..=u8::MAX).filter(|&byte| !is_word(byte));
            others.for_each(|byte| insert(set, byte));
        }
        _ => *set = ANY,
    }
}

fn add_all(set: &mut Bytes, bytes: &[(u8, u8, usize)]) {
    for &(low, high, _) in bytes {
        (low..=high).for_each(|byte| insert(set, byte));
    }
}

/// Tells whether a range has a byte in either case.
fn either_case(byte: u8, low: u8, high: u8) -> bool {
    let range = low..=high;
    range.contains(&byte.to_ascii_lowercase()) || range.contains(&byte.to_ascii_uppercase())
}

/// Returns what leads from each state of an automaton that a match can pass, and what leads to it.
fn edges(nfa: &NFA, start: usize) -> Vec<Edges> {
    let mut all: Vec<Edges> = nfa.states().iter().map(|_| Edges::default()).collect();
    let mut seen = vec![false; all.len()];
    let mut open = vec![start];
    while let Some(from) = open.pop() {
        if std::mem::replace(&mut seen[from], true) {
            continue;
        }
        add_edges(&mut all, from, &nfa.states()[from]);
        let bytes = all[from].bytes.iter().map(|(_, _, to)| to);
        open.extend(all[from].free.iter().chain(bytes));
    }
    all
}

fn add_edges(all: &mut [Edges], from: usize, state: &State) {
    let mut free = |to: StateID, look: Option<Look>| {
        all[from].free.push(to.as_usize());
        all[to.as_usize()].free_back.push((from, look));
    };
    match state {
        State::Look { look, next } => free(*next, Some(*look)),
        State::Union { alternates } => alternates.iter().for_each(|to| free(*to, None)),
        State::BinaryUnion { alt1, alt2 } => [alt1, alt2].iter().for_each(|to| free(**to, None)),
        State::Capture { next, .. } => free(*next, None),
        State::Match { .. } => all[from].ends = true,
        State::Fail => {}
        State::ByteRange { trans } => reads(all, from, trans.start, trans.end, trans.next),
        State::Sparse(sparse) => {
            for trans in &*sparse.transitions {
                reads(all, from, trans.start, trans.end, trans.next);
            }
        }
        State::Dense(dense) => {
            for byte in 0..=u8::MAX {
                if let Some(next) = dense.matches_byte(byte) {
                    reads(all, from, byte, byte, next);
                }
            }
        }
    }
}

fn reads(all: &mut [Edges], from: usize, low: u8, high: u8, to: StateID) {
    all[from].bytes.push((low, high, to.as_usize()));
    all[to.as_usize()].bytes_back.push((low, high, from));
}
