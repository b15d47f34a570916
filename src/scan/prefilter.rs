//! One pass over a text says which rules can match at all, and where.
//!
//! Of each keyword the build picked the four bytes that are rarest in source code. For the types of
//! a file, the bits of the four bytes that matter there are set in a map of 17 KiB, which takes some
//! twenty microseconds and is kept. The pass folds the case of four bytes at each place of the text
//! and looks at one bit; where it is set, the keywords of those four bytes are compared in full by
//! tables that lie in the binary. Keywords of a team's own rules are few; an Aho-Corasick automaton
//! of their own finds them.

use crate::builtin::{ENTRIES, GRAMS, KEYWORDS, SLOT_BITS, SLOTS};
use crate::config::Config;
use crate::gram::{THREE_BYTES, fold, slot};
use crate::spec::Languages;
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The keywords of all rules, ready to be looked for.
pub(super) struct Prefilter {
    /// Whether the built-in rules are in force.
    builtin: bool,
    /// Keywords of other rules, each with its rule.
    own: Vec<(String, [u16; 1])>,
    automaton: OnceLock<AhoCorasick>,
    /// The maps made so far, by file types.
    maps: Mutex<Vec<(Languages, Arc<Map>)>>,
}

/// How many bits number the bits for grams of four bytes: 2^17 bits are 16 KiB.
const FOUR_BITS: u32 = 17;
/// The same for grams of three bytes, which are few: 1 KiB.
const THREE_BITS: u32 = 13;

/// A bit for the hash of each gram that matters in files of some types.
struct Map {
    four: Box<[u64]>,
    three: Box<[u64]>,
}

impl Map {
    fn new(types: Languages) -> Self {
        let mut four = vec![0; 1 << (FOUR_BITS - 6)].into_boxed_slice();
        let mut three = vec![0; 1 << (THREE_BITS - 6)].into_boxed_slice();
        for &(gram, only_in) in &GRAMS {
            if only_in.is_empty() || only_in.meets(types) {
                if gram <= THREE_BYTES {
                    set(&mut three, slot(gram, THREE_BITS));
                } else {
                    set(&mut four, slot(gram, FOUR_BITS));
                }
            }
        }
        Self { four, three }
    }
}

fn set(bits: &mut [u64], bit: usize) {
    bits[bit / 64] |= 1 << (bit % 64);
}

fn is_set(bits: &[u64], bit: usize) -> bool {
    bits[bit / 64] >> (bit % 64) & 1 != 0
}

impl Prefilter {
    pub(super) fn new(config: &Config) -> Self {
        let mut own = Vec::new();
        for index in config.rules.builtin_count()..config.rules.len() {
            let rule = &config.rules[index];
            let index = u16::try_from(index).expect("a pattern file has fewer than 65,536 rules");
            own.extend(
                rule.keywords
                    .iter()
                    .map(|keyword| (keyword.to_string(), [index])),
            );
        }
        Self {
            builtin: config.rules.has_builtin(),
            own,
            automaton: OnceLock::new(),
            maps: Mutex::default(),
        }
    }

    /// Returns the map for files of these types, made on first use.
    fn map(&self, types: Languages) -> Arc<Map> {
        let mut maps = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, map)) = maps.iter().find(|(of, _)| *of == types) {
            return Arc::clone(map);
        }
        let map = Arc::new(Map::new(types));
        maps.push((types, Arc::clone(&map)));
        map
    }

    /// Calls `visit` with the rules of each keyword found that one of them looks for in files of
    /// these `types`, and the byte range of the keyword, almost
    /// in the order of their places: never further back than a keyword is long, for each of the
    /// two kinds of keywords.
    pub(super) fn each<'s>(
        &'s self,
        text: &[u8],
        types: Languages,
        mut visit: impl FnMut(&'s [u16], Range<usize>),
    ) {
        if self.builtin {
            each_builtin(text, types, &self.map(types), &mut visit);
        }
        if !self.own.is_empty() {
            let automaton = self.automaton.get_or_init(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .build(self.own.iter().map(|(keyword, _)| keyword))
                    .expect("keywords are far fewer than an automaton has states")
            });
            for hit in automaton.find_overlapping_iter(text) {
                visit(&self.own[hit.pattern().as_usize()].1, hit.range());
            }
        }
    }
}

fn each_builtin<'s>(
    text: &[u8],
    types: Languages,
    map: &Map,
    visit: &mut impl FnMut(&'s [u16], Range<usize>),
) {
    for (at, window) in text.windows(4).enumerate() {
        let gram = fold(u32::from_le_bytes([
            window[0], window[1], window[2], window[3],
        ]));
        if is_set(&map.four, slot(gram, FOUR_BITS)) {
            confirm(text, at, gram, types, visit);
        }
        let gram = gram & THREE_BYTES;
        if is_set(&map.three, slot(gram, THREE_BITS)) {
            confirm(text, at, gram, types, visit);
        }
    }
    // The last three bytes begin no gram of four.
    if let Some(&[first, second, third]) = text.last_chunk() {
        let gram = fold(u32::from_le_bytes([first, second, third, 0])) & THREE_BYTES;
        if is_set(&map.three, slot(gram, THREE_BITS)) {
            confirm(text, text.len() - 3, gram, types, visit);
        }
    }
}

/// Compares the keywords that have `gram` at a place of the text.
#[cold]
fn confirm<'s>(
    text: &[u8],
    at: usize,
    gram: u32,
    types: Languages,
    visit: &mut impl FnMut(&'s [u16], Range<usize>),
) {
    let mut slot = slot(gram, SLOT_BITS);
    loop {
        let (known, first, count) = SLOTS[slot];
        if count == 0 {
            return;
        }
        if known == gram {
            let entries = &ENTRIES[usize::from(first)..usize::from(first) + usize::from(count)];
            for &(keyword, offset) in entries {
                let keyword = &KEYWORDS[usize::from(keyword)];
                let only_in = keyword.types;
                if !only_in.is_empty() && !only_in.meets(types) {
                    continue;
                }
                let Some(start) = at.checked_sub(usize::from(offset)) else {
                    continue;
                };
                let range = start..start + keyword.text().len();
                if text
                    .get(range.clone())
                    .is_some_and(|found| found.eq_ignore_ascii_case(keyword.text().as_bytes()))
                {
                    visit(keyword.rules(), range);
                }
            }
            return;
        }
        slot = (slot + 1) % SLOTS.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, types: Languages) -> Vec<String> {
        let config = Config::builtin();
        let mut found = Vec::new();
        Prefilter::new(&config).each(text.as_bytes(), types, |_, range| {
            found.push(text[range].to_ascii_lowercase());
        });
        found
    }

    #[test]
    fn every_keyword_is_found_in_any_case_at_any_place() {
        for row in &KEYWORDS {
            let (keyword, types) = (&row.text(), &row.types);
            let upper = keyword.to_ascii_uppercase();
            for text in [
                (*keyword).to_owned(),
                upper.clone(),
                format!("ab{keyword}"),
                format!("{upper}z"),
                format!("x{keyword}\u{e9}"),
            ] {
                assert!(
                    found(&text, *types).contains(&(*keyword).to_owned()),
                    "`{keyword}` in `{text}`"
                );
            }
        }
    }

    #[test]
    fn short_texts_are_read_to_their_end() {
        for text in ["", "a", "ab", "abc", "abcd"] {
            assert!(found(text, Languages::NONE).is_empty(), "`{text}`");
        }
    }
}
