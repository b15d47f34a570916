//! Fills the tables of the prefilter: for each keyword the four bytes by which it is found.

use crate::gram::{THREE_BYTES, fold, slot};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How common the most common grams are; `count_grams.py` says how it is made.
const COUNTS: &str = include_str!("grams.txt");

/// A keyword by one of its grams: its index, and where in it the gram stands.
type Entry = (usize, usize);

/// Returns the tables as Rust source: the grams with the file types in which they matter, slots that
/// lead from a gram to its entries, and the entries. Of each keyword `types` are its file types, 0 for
/// all, and `wide` says whether one of its rules reaches over more lines than [`NEAR_LINES`].
pub(crate) fn tables(keywords: &[&str], types: &[u64], wide: &[bool]) -> String {
    let counts = counts();
    let mut grams: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    for (index, keyword) in keywords.iter().enumerate() {
        let bytes = keyword.as_bytes();
        if let Some(at) = rarest(bytes, &counts) {
            grams
                .entry(gram(&bytes[at..at + 4]))
                .or_default()
                .push((index, at));
        } else {
            // Three bytes: no folded gram of four has a highest byte of zero.
            let whole = gram(&[bytes[0], bytes[1], bytes[2], 0]) & THREE_BYTES;
            grams.entry(whole).or_default().push((index, 0));
        }
    }
    write(&grams, types, wide)
}

fn write(grams: &BTreeMap<u32, Vec<Entry>>, types: &[u64], wide: &[bool]) -> String {
    let mut wanted = Vec::new();
    let bits = (grams.len() * 2)
        .next_power_of_two()
        .trailing_zeros()
        .max(4);
    let mut slots = vec![(0u32, 0usize, 0usize); 1 << bits];
    let mut entries = Vec::new();
    for (&gram, of_gram) in grams {
        let all = of_gram.iter().any(|&(keyword, _)| types[keyword] == 0);
        let of_types = of_gram
            .iter()
            .fold(0, |of_types, &(keyword, _)| of_types | types[keyword]);
        let is_wide = of_gram.iter().any(|&(keyword, _)| wide[keyword]);
        wanted.push((gram, if all { 0 } else { of_types }, is_wide));
        let mut at = slot(gram, bits);
        while slots[at].2 > 0 {
            at = (at + 1) % slots.len();
        }
        slots[at] = (gram, entries.len(), of_gram.len());
        entries.extend(of_gram.iter().copied());
    }
    let mut out = String::new();
    let write = |out: &mut String, text: String| out.write_str(&text).expect("writing to a string");
    let wanted: Vec<String> = wanted
        .iter()
        .map(|(gram, types, wide)| format!("({gram}, Languages({types}), {wide})"))
        .collect();
    write(
        &mut out,
        format!(
            "/// Every folded gram, the file types in which it matters (none: all), and whether it matters far\n/// from added lines.\npub(crate) static GRAMS: [(u32, Languages, bool); {}] = [{}];\n",
            wanted.len(),
            wanted.join(", ")
        ),
    );
    write(
        &mut out,
        format!("/// How many bits number the slots.\npub(crate) const SLOT_BITS: u32 = {bits};\n"),
    );
    let slots: Vec<String> = slots
        .iter()
        .map(|(gram, first, count)| format!("({gram}, {first}, {count})"))
        .collect();
    write(
        &mut out,
        format!(
            "/// Folded gram, first entry, number of entries; open addressing, none where the number is 0.\npub(crate) static SLOTS: [(u32, u16, u16); 1 << SLOT_BITS] = [{}];\n",
            slots.join(", ")
        ),
    );
    let entries: Vec<String> = entries
        .iter()
        .map(|(keyword, at)| format!("({keyword}, {at})"))
        .collect();
    write(
        &mut out,
        format!(
            "/// Keyword, and where in it the gram stands.\npub(crate) static ENTRIES: [(u16, u8); {}] = [{}];\n",
            entries.len(),
            entries.join(", ")
        ),
    );
    out
}

/// Returns four bytes as a folded gram.
fn gram(bytes: &[u8]) -> u32 {
    fold(u32::from_le_bytes(bytes.try_into().expect("four bytes")))
}

/// Returns where the rarest four bytes of a keyword stand; nothing when it is shorter.
fn rarest(keyword: &[u8], counts: &BTreeMap<u32, f64>) -> Option<usize> {
    let common = |at: &usize| {
        let count = counts.get(&gram(&keyword[*at..at + 4]));
        count.copied().unwrap_or_default()
    };
    (0..(keyword.len() + 1).saturating_sub(4)).min_by(|a, b| common(a).total_cmp(&common(b)))
}

/// Reads how many of a million places each gram has; of one that is not listed, next to none.
fn counts() -> BTreeMap<u32, f64> {
    let mut counts = BTreeMap::new();
    for line in COUNTS.lines().filter(|line| !line.starts_with('#')) {
        let (common, grams) = line.split_once(':').expect("a number before a colon");
        let common = common.parse().expect("a number before a colon");
        let (grams, rest) = grams.as_bytes().as_chunks::<4>();
        assert!(
            rest.is_empty(),
            "grams.txt: four bytes each, blanks at the end of a line included"
        );
        counts.extend(grams.iter().map(|bytes| (gram(bytes), common)));
    }
    counts
}
