//! String literals that are joined: `"ab" + "cd"`, `'ab' . 'cd'`, `"ab"` and `"cd"` on lines of their
//! own in brackets.

use std::ops::Range;

/// The shortest text that is worth joining.
const MIN_JOINED_BYTES: usize = 20;
/// How much may stand between two literals, in bytes: an operator, a line break, indentation.
const MAX_BETWEEN_BYTES: usize = 80;
/// How far a literal is followed to its begin and its end.
const MAX_LITERAL_BYTES: usize = 4 << 10;

/// Returns the chains of literals in a text that go on in the middle of a word.
pub(super) fn find(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut quotes = memchr::memchr2_iter(b'"', b'\'', text);
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = quotes.next()?;
            if at < from || joint(text, at).is_none() {
                continue;
            }
            let chain = chain(text, at);
            from = chain.end;
            if chain.len() >= MIN_JOINED_BYTES {
                return Some(chain);
            }
        }
    })
}

/// Returns where the next literal's text begins when the quote at `at` ends one, an operator or a
/// line break follows, and both go on in one word.
fn joint(text: &[u8], at: usize) -> Option<usize> {
    let quote = text[at];
    let before = *text.get(at.checked_sub(1)?)?;
    // Most quotes are told apart here, by the bytes on their two sides.
    let behind = *text.get(at + 1)?;
    if !matches!(behind, b' ' | b'+' | b'.' | b'\n' | b'\r' | b'\\' | b'&') || !of_word(before) {
        return None;
    }
    let reach = text.len().min(at + 1 + MAX_BETWEEN_BYTES);
    let between = text[at + 1..reach].iter().position(|byte| *byte == quote)?;
    let next = at + 2 + between;
    let is_operator = |byte: &u8| matches!(byte, b'+' | b'.' | b'&');
    let between = &text[at + 1..next - 1];
    let operators = between.iter().filter(|byte| is_operator(byte)).count();
    let fits = between
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == b'\\' || is_operator(byte));
    let breaks = between.contains(&b'\n');
    (fits && (operators == 1 || operators == 0 && breaks) && of_word(*text.get(next)?))
        .then_some(next)
}

/// Tells whether a byte can stand within a token.
const fn of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.')
}

/// Returns the texts of all literals that are joined with the one that the quote at `at` ends.
fn chain(text: &[u8], at: usize) -> Range<usize> {
    let quote = text[at];
    let reach = at.saturating_sub(MAX_LITERAL_BYTES);
    let start = text[reach..at]
        .iter()
        .rposition(|byte| *byte == quote || *byte == b'\n')
        .map_or(reach, |before| reach + before + 1);
    let mut end = at;
    while let Some(next) = joint(text, end) {
        let last = text.len().min(next + MAX_LITERAL_BYTES);
        let Some(length) = text[next..last].iter().position(|byte| *byte == quote) else {
            return start..end;
        };
        end = next + length;
    }
    start..end
}

/// Returns a chain without the quotes and what stands between its literals.
pub(super) fn join(chain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(chain.len());
    let mut at = 0;
    while at < chain.len() {
        if matches!(chain[at], b'"' | b'\'')
            && let Some(next) = joint(chain, at)
        {
            at = next;
        } else {
            out.push(chain[at]);
            at += 1;
        }
    }
    out
}
