//! Long runs of the alphabets of base 64 and hexadecimal digits.

use std::ops::Range;

/// The shortest run: base 64 of 24 bytes, hexadecimal digits of 16.
const MIN_RUN_BYTES: usize = 32;

/// How long a line of a run must be for the next line to go on with it: encoders break lines at
/// 60 to 76 characters.
const MIN_LINE_BYTES: usize = 60;

/// The bytes of both alphabets of base 64, without padding.
static ALPHABET: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "it counts to 255")]
        let char = byte as u8;
        table[byte] = char.is_ascii_alphanumeric() || matches!(char, b'+' | b'/' | b'-' | b'_');
        byte += 1;
    }
    table
};

/// Returns the runs of a text, with their padding and their line breaks.
///
/// Looks at the last byte first of what could be a run, so that most bytes of a text without runs
/// are never looked at.
pub(super) fn find(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(window) = text.get(from..from + MIN_RUN_BYTES) {
            if let Some(at) = window
                .iter()
                .rposition(|byte| !ALPHABET[usize::from(*byte)])
            {
                from += at + 1;
                continue;
            }
            let end = end_of(text, from);
            let run = from..end;
            from = end;
            return Some(run);
        }
        None
    })
}

/// Returns where a run ends that begins at `start`, over its line breaks.
fn end_of(text: &[u8], start: usize) -> usize {
    let mut line = start;
    loop {
        let mut end = line;
        while text
            .get(end)
            .is_some_and(|byte| ALPHABET[usize::from(*byte)])
        {
            end += 1;
        }
        if let Some(next) = next_line(text, end).filter(|_| end - line >= MIN_LINE_BYTES) {
            line = next;
            continue;
        }
        let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=');
        return end + padding.count();
    }
}

/// Returns where the next line begins when nothing but its break and white space is between, and it
/// goes on in the alphabet.
fn next_line(text: &[u8], end: usize) -> Option<usize> {
    let rest = &text[end..];
    let rest = rest
        .strip_prefix(b"\\n")
        .or_else(|| rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n"))?;
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let next = text.len() - rest.len() + blanks.count();
    let goes_on = text
        .get(next..)?
        .iter()
        .take_while(|byte| ALPHABET[usize::from(**byte)])
        .count();
    // A shorter line is the last one only when nothing else stands on it.
    let behind = text.get(next + goes_on).is_none_or(|byte| {
        !byte.is_ascii_graphic() || *byte == b'=' || matches!(byte, b'"' | b'\'' | b'`' | b'\\')
    });
    (goes_on > 0 && behind).then_some(next)
}
