//! Runs of escapes: `%41`, `&#65;`, `&#x41;`, `\x41`, `\u0041`, `\u{41}`, `\101`.

use std::ops::Range;

/// How many letters or digits must be escaped for a word to look encoded: they need no escape.
const MIN_ESCAPED: usize = 4;
/// How far a word is followed to its begin, in bytes.
const MAX_BACK_BYTES: usize = 256;
/// The longest word that is decoded.
const MAX_WORD_BYTES: usize = 64 << 10;

/// Returns the words of a text in which letters or digits are escaped.
pub(super) fn find(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut signs = memchr::memchr3_iter(b'%', b'&', b'\\', text).peekable();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = signs.next()?;
            if at < from {
                continue;
            }
            let Some((first, length)) = read(&text[at..]) else {
                continue;
            };
            if !needless(first) {
                continue;
            }
            // Most escapes stand alone; the next one of a run follows at once.
            let second = read(&text[at + length..]);
            if !second.is_some_and(|(byte, _)| needless(byte)) {
                continue;
            }
            let word = word(text, at);
            from = word.end;
            if escaped(&text[word.clone()]) >= MIN_ESCAPED {
                return Some(word);
            }
        }
    })
}

/// Tells whether an escape stands for a sign that no syntax asks to be escaped.
const fn needless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Returns the word in which an escape stands: what white space, quotes and brackets enclose.
fn word(text: &[u8], at: usize) -> Range<usize> {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | 0)
    };
    let reach = at.saturating_sub(MAX_BACK_BYTES);
    let start = text[reach..at]
        .iter()
        .rposition(ends)
        .map_or(reach, |before| reach + before + 1);
    let last = text.len().min(at + MAX_WORD_BYTES);
    let end = text[at..last]
        .iter()
        .position(ends)
        .map_or(last, |behind| at + behind);
    start..end
}

fn escaped(word: &[u8]) -> usize {
    let mut count = 0;
    let mut at = 0;
    while let Some(rest) = word.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((byte, length)) = read(rest) {
            count += usize::from(needless(byte));
            at += length;
        } else {
            at += 1;
        }
    }
    count
}

/// Returns a word with its escapes replaced by what they stand for.
pub(super) fn decode(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        if let Some((byte, length)) = read(&word[at..]) {
            out.push(byte);
            at += length;
        } else {
            out.push(word[at]);
            at += 1;
        }
    }
    out
}

/// Reads the escape of an ASCII sign that a text begins with: the sign and how long the escape is.
fn read(text: &[u8]) -> Option<(u8, usize)> {
    let (value, length) = match text {
        [b'%', rest @ ..] => (number(rest.get(..2)?, 16)?, 3),
        [b'&', b'#', b'x' | b'X', rest @ ..] => ended(rest, b';', 16, 3)?,
        [b'&', b'#', rest @ ..] => ended(rest, b';', 10, 2)?,
        [b'\\', b'x', rest @ ..] => (number(rest.get(..2)?, 16)?, 4),
        [b'\\', b'u', b'{', rest @ ..] => ended(rest, b'}', 16, 3)?,
        [b'\\', b'u', rest @ ..] => (number(rest.get(..4)?, 16)?, 6),
        [b'\\', b'U', rest @ ..] => (number(rest.get(..8)?, 16)?, 10),
        [b'\\', rest @ ..] => (number(rest.get(..3)?, 8)?, 4),
        _ => return None,
    };
    let byte = u8::try_from(value).ok()?;
    byte.is_ascii().then_some((byte, length))
}

/// Reads a number that `end` ends; `before`: how long what stands before it is.
fn ended(text: &[u8], end: u8, base: u32, before: usize) -> Option<(u32, usize)> {
    let digits = text.iter().take(8).position(|byte| *byte == end)?;
    Some((number(&text[..digits], base)?, before + digits + 1))
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |sum, digit| {
        let value = char::from(*digit).to_digit(base)?;
        sum.checked_mul(base)?.checked_add(value)
    })
}
