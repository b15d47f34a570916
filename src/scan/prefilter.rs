//! One pass over a text says which rules can match at all, and where.
//!
//! Of each keyword the build picked the four bytes that are rarest in source code, and set their
//! bit in a map of 16 KiB. The pass folds the case of four bytes at each place of the text and
//! looks at one bit; where it is set, the keywords of those four bytes are compared in full. The
//! tables lie in the binary: nothing is built at start. Keywords of a team's own rules are few;
//! an Aho-Corasick automaton of their own finds them.

use crate::builtin::{BITMAP, ENTRIES, KEYWORDS, RULES, SLOT_BITS, SLOTS};
use crate::config::Config;
use crate::gram::{bit, fold, slot};
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::OnceLock;

/// The keywords of all rules, ready to be looked for.
pub(super) struct Prefilter {
    /// Whether the built-in rules are in force.
    builtin: bool,
    /// Keywords of other rules, each with its rule.
    own: Vec<(String, [u16; 1])>,
    automaton: OnceLock<AhoCorasick>,
}

impl Prefilter {
    pub(super) fn new(config: &Config) -> Self {
        let first_own = if config.extends_builtin {
            RULES.len()
        } else {
            0
        };
        let mut own = Vec::new();
        for (index, rule) in config.rules.iter().enumerate().skip(first_own) {
            let index = u16::try_from(index).expect("a pattern file has fewer than 65,536 rules");
            own.extend(
                rule.keywords
                    .iter()
                    .map(|keyword| (keyword.to_string(), [index])),
            );
        }
        Self {
            builtin: config.extends_builtin,
            own,
            automaton: OnceLock::new(),
        }
    }

    /// Calls `visit` with the rules of each keyword found and the byte range of the keyword, almost
    /// in the order of their places: never further back than a keyword is long, for each of the
    /// two kinds of keywords.
    pub(super) fn each<'s>(&'s self, text: &[u8], mut visit: impl FnMut(&'s [u16], Range<usize>)) {
        if self.builtin {
            each_builtin(text, &mut visit);
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

fn each_builtin<'s>(text: &[u8], visit: &mut impl FnMut(&'s [u16], Range<usize>)) {
    for (at, window) in text.windows(4).enumerate() {
        let gram = fold(u32::from_le_bytes([
            window[0], window[1], window[2], window[3],
        ]));
        if is_set(gram) {
            confirm(text, at, gram, visit);
        }
    }
    // Three bytes at the very end have nothing behind them; a blank stands for it.
    if let Some(at) = text.len().checked_sub(3) {
        let gram = fold(u32::from_le_bytes([
            text[at],
            text[at + 1],
            text[at + 2],
            b' ',
        ]));
        if is_set(gram) {
            confirm(text, at, gram, visit);
        }
    }
}

fn is_set(gram: u32) -> bool {
    let bit = bit(gram);
    BITMAP[bit / 64] >> (bit % 64) & 1 != 0
}

/// Compares the keywords that have `gram` at a place of the text.
#[cold]
fn confirm<'s>(text: &[u8], at: usize, gram: u32, visit: &mut impl FnMut(&'s [u16], Range<usize>)) {
    let mut slot = slot(gram, SLOT_BITS);
    loop {
        let (known, first, count) = SLOTS[slot];
        if count == 0 {
            return;
        }
        if known == gram {
            let entries = &ENTRIES[usize::from(first)..usize::from(first) + usize::from(count)];
            for &(keyword, offset) in entries {
                let (keyword, rules) = KEYWORDS[usize::from(keyword)];
                let Some(start) = at.checked_sub(usize::from(offset)) else {
                    continue;
                };
                let range = start..start + keyword.len();
                if text
                    .get(range.clone())
                    .is_some_and(|found| found.eq_ignore_ascii_case(keyword.as_bytes()))
                {
                    visit(rules, range);
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

    fn found(text: &str) -> Vec<String> {
        let config = Config::builtin();
        let mut found = Vec::new();
        Prefilter::new(&config).each(text.as_bytes(), |_, range| {
            found.push(text[range].to_ascii_lowercase());
        });
        found
    }

    #[test]
    fn every_keyword_is_found_in_any_case_at_any_place() {
        for (keyword, _) in KEYWORDS {
            let upper = keyword.to_ascii_uppercase();
            for text in [
                (*keyword).to_owned(),
                upper.clone(),
                format!("ab{keyword}"),
                format!("{upper}z"),
                format!("x{keyword}\u{e9}"),
            ] {
                assert!(
                    found(&text).contains(&(*keyword).to_owned()),
                    "`{keyword}` in `{text}`"
                );
            }
        }
    }

    #[test]
    fn short_texts_are_read_to_their_end() {
        for text in ["", "a", "ab", "abc", "abcd"] {
            assert!(found(text).is_empty(), "`{text}`");
        }
    }
}
