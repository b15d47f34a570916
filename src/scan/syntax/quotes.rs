//! Where the texts of a file stand, told by its bytes.

use std::ops::Range;

/// Returns the texts of Python between their quotes, in their order.
///
/// What stands in the holes of a text counts as a part of it.
pub(super) fn python(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + memchr::memchr3(b'"', b'\'', b'#', text.get(at..)?)?;
            let quote = text[start];
            if quote == b'#' {
                at = start + memchr::memchr(b'\n', &text[start..])?;
                continue;
            }
            let is_long = text[start..].starts_with(&[quote; 3]);
            at = closing(text, start, quote, is_long);
            return Some(start..at);
        }
    })
}

/// Drops the places that stand in texts of Python without holes, or in comments.
pub(super) fn drop_said<T>(text: &[u8], places: &mut Vec<(usize, T)>) {
    let mut texts = python(text).peekable();
    // How far it is known that no text is open.
    let mut known = 0;
    places.retain(|(place, _)| {
        while let Some(before) = texts.next_if(|text| text.end <= *place) {
            known = before.end;
        }
        let is_in_text = texts.peek().is_some_and(|found| {
            let before = &text[..found.start];
            let prefix = before.iter().rev().take(2);
            let has_holes = prefix
                .take_while(|byte| byte.is_ascii_alphabetic())
                .any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
            found.start <= *place && !has_holes
        });
        let line = memchr::memrchr(b'\n', &text[known..*place]).map_or(known, |feed| known + feed);
        !is_in_text && memchr::memchr(b'#', &text[line..*place]).is_none()
    });
}

/// Returns where the text ends that begins with a quote; one that is not long ends with its line.
fn closing(text: &[u8], start: usize, quote: u8, is_long: bool) -> usize {
    let mut at = start + if is_long { 3 } else { 1 };
    while let Some(far) = memchr::memchr3(quote, b'\\', b'\n', text.get(at..).unwrap_or_default()) {
        at += far;
        match text[at] {
            b'\\' => at += 2,
            b'\n' if is_long => at += 1,
            b'\n' => return at,
            _ if !is_long => return at + 1,
            _ if text[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_python_end_where_their_quotes_do() {
        let source =
            "a = 'it\\'s' # don't\nb = \"\"\"x\n\"y\" \\\"\"\" z\"\"\" + r'q'\nc = 'open\nd = ''";
        let found: Vec<&str> = python(source.as_bytes())
            .map(|range| &source[range])
            .collect();
        assert_eq!(
            found,
            [
                "'it\\'s'",
                "\"\"\"x\n\"y\" \\\"\"\" z\"\"\"",
                "'q'",
                "'open",
                "''"
            ]
        );
    }
}
