//! One pass over a text says which rules can match at all, and where.
//!
//! Of each keyword the build picked the four bytes that are rarest in source code. For the types of
//! a file, the bits of the four bytes that matter there are set in a map of 64 KiB, which takes some
//! twenty microseconds and is kept. The pass folds the case of four bytes at each place of the text
//! and looks at one bit; where it is set, the keywords of those four bytes are compared in full by
//! tables that lie in the binary. Keywords of a team's own rules are few; an Aho-Corasick automaton
//! of their own finds them.

use crate::builtin::{
    ENTRIES, GRAMS, KEYWORDS, Keyword, NEIGHBOUR_SETS, NEIGHBOURS, Neighbours, SLOT_BITS, SLOTS,
};
use crate::config::Config;
use crate::gram::{THREE_BYTES, fold, place, slot};
use crate::spec::Languages;
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The keywords of all rules, ready to be looked for.
pub(super) struct Prefilter {
    /// Whether the built-in rules are in force.
    builtin: bool,
    /// Keywords of other rules, each with its rule.
    own: Vec<(String, u16)>,
    automaton: OnceLock<AhoCorasick>,
    /// The maps made so far, by file types and reach.
    maps: Mutex<Vec<(Languages, Reach, Arc<Map>)>>,
}

/// Which keywords are looked for in a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All of them.
    All,
    /// Those of rules whose matches span more than [`NEAR_LINES`] lines: no new line is near.
    Wide,
}

/// How many bits number the words of a map: 2^13 words are 64 KiB.
const MAP_BITS: u32 = 13;

/// A bit for each gram that matters in files of some types; a gram of three bytes has all of a word.
struct Map(Box<[u64; 1 << MAP_BITS]>);

impl Map {
    fn new(types: Languages, reach: Reach) -> Self {
        let words = vec![0; 1 << MAP_BITS].into_boxed_slice();
        let mut words: Box<[u64; 1 << MAP_BITS]> = words.try_into().expect("it is as long as that");
        for &(gram, only_in, wide) in &GRAMS {
            let is_near = reach == Reach::All || wide;
            if is_near && (only_in.is_empty() || only_in.meets(types)) {
                let (word, bit) = place(gram, MAP_BITS);
                words[word] |= if gram <= THREE_BYTES {
                    u64::MAX
                } else {
                    1 << bit
                };
            }
        }
        Self(words)
    }

    /// Says whether a gram, or its first three bytes, may matter.
    #[inline]
    fn has(&self, gram: u32) -> bool {
        let (word, bit) = place(gram, MAP_BITS);
        self.0[word] >> bit & 1 != 0
    }

    /// Says whether the first three bytes of a gram may matter.
    fn has_three(&self, gram: u32) -> bool {
        self.0[place(gram, MAP_BITS).0] == u64::MAX
    }
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
                    .map(|keyword| (keyword.to_string(), index)),
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
    fn map(&self, types: Languages, reach: Reach) -> Arc<Map> {
        let mut maps = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |(of, by, _): &&(Languages, Reach, _)| (*of, *by) == (types, reach);
        if let Some((_, _, map)) = maps.iter().find(wanted) {
            return Arc::clone(map);
        }
        let map = Arc::new(Map::new(types, reach));
        maps.push((types, reach, Arc::clone(&map)));
        map
    }

    /// Calls `visit` with each rule one of whose keywords is found in a part of the text, in files of
    /// these `types` and between bytes that a match can have there, and with the byte range of the
    /// keyword. Almost in the order of their places: never further back than a keyword is long, for
    /// each of the two kinds of keywords.
    pub(super) fn each(
        &self,
        text: &[u8],
        (part, reach): (Range<usize>, Reach),
        types: Languages,
        mut visit: impl FnMut(u16, Range<usize>),
    ) {
        let begin = part.start;
        if self.builtin {
            let map = self.map(types, reach);
            each_keyword(&text[part.clone()], types, &map, &mut |keyword, range| {
                let range = begin + range.start..begin + range.end;
                for (rule, neighbours) in keyword.rules() {
                    if can_match(text, &range, neighbours) {
                        visit(rule, range.clone());
                    }
                }
            });
        }
        if !self.own.is_empty() {
            let automaton = self.automaton.get_or_init(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .build(self.own.iter().map(|(keyword, _)| keyword))
                    .expect("keywords are far fewer than an automaton has states")
            });
            for hit in automaton.find_overlapping_iter(&text[part]) {
                let range = begin + hit.start()..begin + hit.end();
                visit(self.own[hit.pattern().as_usize()].1, range);
            }
        }
    }
}

/// Calls `visit` with each built-in keyword that is found and that a rule looks for in files of these
/// `types`.
fn each_keyword(
    text: &[u8],
    types: Languages,
    map: &Map,
    visit: &mut impl FnMut(&'static Keyword, Range<usize>),
) {
    for (at, window) in text.windows(4).enumerate() {
        let gram = fold(u32::from_le_bytes([
            window[0], window[1], window[2], window[3],
        ]));
        if map.has(gram) {
            confirm(text, at, gram, types, visit);
            if map.has_three(gram) {
                confirm(text, at, gram & THREE_BYTES, types, visit);
            }
        }
    }
    // The last three bytes begin no gram of four.
    if let Some(&[first, second, third]) = text.last_chunk() {
        let gram = fold(u32::from_le_bytes([first, second, third, 0])) & THREE_BYTES;
        confirm(text, text.len() - 3, gram, types, visit);
    }
}

/// Compares the keywords that have `gram` at a place of the text.
#[cold]
fn confirm(
    text: &[u8],
    at: usize,
    gram: u32,
    types: Languages,
    visit: &mut impl FnMut(&'static Keyword, Range<usize>),
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
                    visit(keyword, range);
                }
            }
            return;
        }
        slot = (slot + 1) % SLOTS.len();
    }
}

/// Tells whether the bytes beside a keyword can stand there in a match.
fn can_match(text: &[u8], keyword: &Range<usize>, sets: &Neighbours) -> bool {
    let (before, behind) = sets.split_at(NEIGHBOURS.0);
    let is_in = |(byte, set): (&u8, &u16)| {
        NEIGHBOUR_SETS[usize::from(*set)][usize::from(byte / 64)] >> (byte % 64) & 1 != 0
    };
    text[keyword.end..].iter().zip(behind).all(is_in)
        && text[..keyword.start].iter().rev().zip(before).all(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, types: Languages) -> Vec<String> {
        let mut found = Vec::new();
        each_keyword(
            text.as_bytes(),
            types,
            &Map::new(types, Reach::All),
            &mut |keyword, range| {
                assert!(text[range].eq_ignore_ascii_case(keyword.text()));
                found.push(keyword.text().to_owned());
            },
        );
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
