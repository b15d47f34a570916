//! Chooses the sets of bytes by which lines are told apart, and writes what each rule needs.

use crate::need::{self, ALPHABETS, Bytes, Need};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// As many sets as a word has bits.
const MOST_SETS: usize = 128;

/// The needs of all rules, by the sets that were chosen.
pub(crate) struct Needs {
    sets: Vec<Bytes>,
    /// Of each rule: a bit for each set, and its runs.
    rules: Vec<(u128, [u8; ALPHABETS])>,
}

impl Needs {
    /// Chooses the sets that spare most searches: those which many rules need and few lines have.
    pub(crate) fn choose(needs: &[Need]) -> Self {
        let mut spared: BTreeMap<Bytes, f64> = BTreeMap::new();
        for set in needs.iter().flat_map(|need| &need.sets) {
            *spared.entry(*set).or_default() += absent(set).powi(6);
        }
        let mut sets: Vec<(Bytes, f64)> = spared.into_iter().collect();
        sets.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let sets: Vec<Bytes> = sets
            .into_iter()
            .map(|(set, _)| set)
            .take(MOST_SETS)
            .collect();
        let bits = |need: &Need| {
            let chosen = sets.iter().enumerate();
            let chosen = chosen.filter(|(_, set)| need.sets.contains(set));
            chosen.fold(0, |bits, (at, _)| bits | 1_u128 << at)
        };
        let rules = needs.iter().map(|need| (bits(need), need.runs)).collect();
        Self { sets, rules }
    }

    /// Returns the sets as Rust source, and for each byte which of them it is in.
    pub(crate) fn table(&self) -> String {
        let of_byte = |byte: u8| {
            let sets = self.sets.iter().enumerate();
            let sets = sets.filter(|(_, set)| need::holds(set, byte));
            sets.fold(0, |bits, (at, _)| bits | 1_u128 << at)
        };
        let bytes: Vec<String> = (0..=u8::MAX)
            .map(|byte| of_byte(byte).to_string())
            .collect();
        let mut out = String::new();
        writeln!(
            out,
            "/// The sets of bytes by which lines are told apart.\npub(crate) static SETS: [Bytes; {}] = {:?};\n\
             /// A bit for each of them that a byte is in.\npub(crate) static SETS_OF_BYTE: [u128; 256] = [{}];",
            self.sets.len(),
            self.sets,
            bytes.join(", ")
        )
        .expect("writing to a string");
        out
    }

    /// Returns what a rule needs as Rust source.
    pub(crate) fn of_rule(&self, at: usize) -> String {
        let (sets, runs) = &self.rules[at];
        format!("Held {{ sets: {sets}, runs: {runs:?} }}")
    }
}

/// Estimates how many lines of source code have no byte of a set, from 0 to 1.
fn absent(set: &Bytes) -> f64 {
    (0..=u8::MAX)
        .filter(|&byte| need::holds(set, byte))
        .map(|byte| 1.0 - present(byte))
        .product()
}

/// Estimates how many lines of source code have a byte; rounded counts over Python and JavaScript.
fn present(byte: u8) -> f64 {
    match byte {
        b' ' | b'e' | b't' => 0.95,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 0.85,
        b'c' | b'd' | b'f' | b'h' | b'l' | b'm' | b'p' | b'u' => 0.7,
        b'b' | b'g' | b'v' | b'w' | b'x' | b'y' => 0.45,
        b'(' | b')' | b'.' | b',' | b'_' | b'k' => 0.4,
        b'=' | b':' | b'"' | b'\'' | b'/' | b'-' | b'0' | b'1' => 0.25,
        b'j' | b'q' | b'z' | b'{' | b'}' | b'[' | b']' | b';' | b'2'..=b'9' | b'A'..=b'Z' => 0.15,
        b'#' | b'*' | b'<' | b'>' | b'`' | b'$' | b'+' | b'\\' => 0.06,
        _ => 0.02,
    }
}
