//! Which words every match of a pattern spells out, and whether lines can hold them.
//!
//! A rule is started by one keyword, and most of its patterns ask for a second word: `value` behind
//! a name, `.body` or `.query` behind a request. The build works out such words. A line is marked
//! once, for all rules, with the three-letter parts it holds, and a pattern is not run where the
//! marks say that a word of its own is missing.
//!
//! The library and its build script share this file.

use crate::need::{class_bytes, holds, parsed};
use regex_syntax::hir::{Hir, HirKind};

/// How many marks a line can have. Three letters give one by hash, so that a mark may be there for
/// others, but none is ever missing.
pub(crate) const MARKS: usize = 1024;

/// The marks of some lines: a bit for each.
pub(crate) type Marks = [u64; MARKS / 64];

/// The marks of a word.
pub(crate) type Word = Vec<u16>;

/// Words of which every match holds one.
pub(crate) type Choice = Vec<Word>;

/// How many choices of a pattern are kept, of how many words each, by how many marks each.
const MOST_CHOICES: usize = 4;
const MOST_WORDS: usize = 16;
const MOST_MARKS: usize = 5;

/// Returns the mark of three bytes; case does not matter, as in the prefilter.
#[inline]
pub(crate) const fn mark(bytes: [u8; 3]) -> u16 {
    let number = u32::from_le_bytes([bytes[0] | 0x20, bytes[1] | 0x20, bytes[2] | 0x20, 0]);
    // Multiplicative hashing, as in `gram::slot`.
    (number.wrapping_mul(0x9E37_79B1) >> 22) as u16
}

/// Adds the marks of a line.
pub(crate) fn mark_line(marks: &mut Marks, line: &[u8]) {
    for bytes in line.windows(3) {
        let mark = mark([bytes[0], bytes[1], bytes[2]]);
        marks[usize::from(mark / 64)] |= 1 << (mark % 64);
    }
}

/// Works out the choices of a pattern, those aside which one of its keywords settles; of a pattern
/// that is not valid, none.
pub(crate) fn of(pattern: &str, keywords: &[&str]) -> Vec<Choice> {
    let Some(hir) = parsed(pattern) else {
        return Vec::new();
    };
    let keywords: Vec<Word> = keywords
        .iter()
        .map(|word| marks_of(word.as_bytes()))
        .collect();
    let has = |keyword: &Word, word: &Word| word.iter().all(|mark| keyword.contains(mark));
    let settled = |choice: &Choice| {
        let settles = |keyword: &&Word| choice.iter().any(|word| has(keyword, word));
        keywords.iter().filter(settles).count()
    };
    let mut choices = choices(&hir, &settled);
    choices.retain(|choice| settled(choice) < keywords.len().max(1));
    choices.sort_by_key(|choice| (settled(choice), choice.len()));
    choices.dedup();
    choices.truncate(MOST_CHOICES);
    choices
}

fn marks_of(word: &[u8]) -> Word {
    let mut marks: Word = word
        .windows(3)
        .map(|bytes| mark([bytes[0], bytes[1], bytes[2]]))
        .collect();
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// Returns the choices of a part of a pattern; `settled`: how many of the keywords settle one.
fn choices(hir: &Hir, settled: &dyn Fn(&Choice) -> usize) -> Vec<Choice> {
    let mut found = Vec::new();
    let mut spelt = Vec::new();
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    for part in parts {
        if let Some(symbols) = symbols(part) {
            spelt.extend(symbols);
        } else {
            end_word(&mut spelt, &mut found);
            found.extend(inside(part, settled));
        }
    }
    end_word(&mut spelt, &mut found);
    found
}

/// Lists what stands side by side in a match.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Look(_) | HirKind::Empty => {}
        _ => parts.push(hir),
    }
}

/// Returns the bytes that a part of a pattern spells, their case folded.
fn symbols(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Literal(literal) if !literal.0.contains(&b'\n') => {
            Some(literal.0.iter().map(|byte| byte | 0x20).collect())
        }
        HirKind::Class(class) => {
            let set = class_bytes(class)?;
            let mut bytes = (0..=u8::MAX).filter(|&byte| holds(&set, byte));
            let first = bytes.next()?;
            let is_same = |byte: u8| byte | 0x20 == first | 0x20;
            (first != b'\n' && bytes.all(is_same)).then(|| vec![first | 0x20])
        }
        _ => None,
    }
}

/// Adds what was spelt so far as a choice of one word.
fn end_word(spelt: &mut Vec<u8>, found: &mut Vec<Choice>) {
    let mut word = marks_of(spelt);
    spelt.clear();
    if !word.is_empty() {
        word.truncate(MOST_MARKS);
        found.push(vec![word]);
    }
}

/// Returns the choices of a part that spells nothing by itself.
fn inside(hir: &Hir, settled: &dyn Fn(&Choice) -> usize) -> Vec<Choice> {
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => choices(&repetition.sub, settled),
        HirKind::Alternation(branches) => {
            // Of each branch the choice that tells most: what no keyword settles, few words, long.
            let best = |branch: &Hir| {
                let all = choices(branch, settled).into_iter();
                all.min_by_key(|choice| {
                    (settled(choice), choice.len(), usize::MAX - choice[0].len())
                })
            };
            let all: Option<Vec<Choice>> = branches.iter().map(best).collect();
            let mut together: Choice = all.unwrap_or_default().concat();
            together.sort_unstable();
            together.dedup();
            let fits = (1..=MOST_WORDS).contains(&together.len());
            fits.then_some(together).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Writes choices as numbers: of each choice how many words, of each word how many marks and which.
pub(crate) fn packed(choices: &[Choice]) -> Vec<u16> {
    let mut numbers = Vec::new();
    let count = |numbers: &mut Vec<u16>, length: usize| {
        numbers.push(u16::try_from(length).expect("a choice is short"));
    };
    for choice in choices {
        count(&mut numbers, choice.len());
        for word in choice {
            count(&mut numbers, word.len());
            numbers.extend(word);
        }
    }
    numbers
}

/// Tells whether lines with these marks can hold a word of each choice.
pub(crate) fn can_hold(marks: &Marks, mut packed: &[u16]) -> bool {
    let has = |mark: &u16| marks[usize::from(mark / 64)] >> (mark % 64) & 1 != 0;
    while let Some((&words, rest)) = packed.split_first() {
        packed = rest;
        let mut held = false;
        for _ in 0..words {
            let Some((&length, rest)) = packed.split_first() else {
                return true;
            };
            let (word, rest) = rest.split_at(usize::from(length).min(rest.len()));
            held |= word.iter().all(has);
            packed = rest;
        }
        if !held {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can(pattern: &str, keywords: &[&str], text: &str) -> bool {
        let mut marks = [0; MARKS / 64];
        mark_line(&mut marks, text.as_bytes());
        can_hold(&marks, &packed(&of(pattern, keywords)))
    }

    #[test]
    fn a_line_without_a_word_of_the_pattern_cannot_match() {
        let request = r"eval\(\s*(?:req|request|ctx)\.(?:body|query)";
        for (pattern, keyword, holds, lacks) in [
            (
                r"name\s*=\s*(?i:value)",
                "name",
                "name = VALUE",
                "name = other",
            ),
            (request, "eval(", "eval(ctx.query)", "eval(ctx.code)"),
            (request, "eval(", "eval( req.body )", "eval( row.body )"),
            ("key(?:word|ring)+x?", "key", "keyring", "keyhole"),
            ("a(?:(?:one|two)|three)b", "a", "atwob", "afourb"),
            (
                "https?://[a-z]+(password)",
                "http",
                "http://xpassword",
                "http://x",
            ),
        ] {
            assert!(can(pattern, &[keyword], holds), "{pattern} in {holds}");
            assert!(!can(pattern, &[keyword], lacks), "{pattern} in {lacks}");
        }
    }

    #[test]
    fn what_need_not_be_spelt_is_not_asked_for() {
        for (pattern, text) in [
            ("key(?:word)?", "key"),
            ("key(?:word|[a-z]{4})", "keyhole"),
            ("key(?:word)*", "key"),
            ("key\nword", "key"),
            ("(", "not valid"),
            ("k[e*]y", "k*y"),
        ] {
            assert!(can(pattern, &[], text), "{pattern:?} in {text}");
        }
    }

    #[test]
    fn what_every_keyword_has_is_no_choice() {
        assert!(of("(?:token|secret) *=", &["token", "secret"]).is_empty());
        assert_eq!(of("(?:token|secret) *=", &["token"]), Vec::<Choice>::new());
        assert_eq!(
            of("(?:token|secret) *= *none", &["token", "secret"]).len(),
            1
        );
    }
}
