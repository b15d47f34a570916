//! What a run says: base 64 or hexadecimal, and gzip or wide characters within.

use super::{Budget, Plain};
use crate::decode::{self, Encoding};
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::bufread::MultiGzDecoder;
use std::io::Read as _;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// How much of a run is decoded to see whether it says anything; a multiple of 4.
const HEAD_BYTES: usize = 48;

/// How a gzip file begins. Source: RFC 1952, section 2.3.1.
const GZIP: &[u8] = b"\x1F\x8B\x08";

/// How many letters of a run are looked at before anything is decoded.
const FIRST_LETTERS: usize = 12;

/// Tells by the first letters whether a run may say something. Names and paths, of which code is
/// full, are told apart here at the cost of a few bits.
pub(super) fn may_say(written: &[u8]) -> bool {
    let digits = written.strip_prefix(b"0x").unwrap_or(written);
    let first = &digits[..digits.len().min(FIRST_LETTERS)];
    if first.iter().all(u8::is_ascii_hexdigit) && says_something(&hex(first)) {
        return true;
    }
    if written.starts_with(b"H4sI") {
        return true;
    }
    let (mut bits, mut held, mut index) = (0u32, 0, 0);
    for &letter in written.iter().take(FIRST_LETTERS) {
        let Some(value) = sextet(letter) else {
            return false;
        };
        (bits, held) = (bits << 6 | value, held + 6);
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held & 0xFF) as u8;
            if !(is_text(byte) || byte == 0 && index % 2 == 1) {
                return false;
            }
            index += 1;
        }
    }
    true
}

/// Returns the six bits of a letter of either alphabet.
const fn sextet(letter: u8) -> Option<u32> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    } as u32)
}

const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// Decodes a run; `None` when it is no text in any encoding, or the budget is spent.
pub(super) fn run(written: &[u8], budget: &mut Budget) -> Option<Plain> {
    let digits = written.strip_prefix(b"0x").unwrap_or(written);
    if digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit) {
        says_something(&hex(&digits[..digits.len().min(HEAD_BYTES)]))
            .then_some(())
            .filter(|()| budget.take(digits.len() / 2))?;
        return plain(hex(digits), budget, "it is written in hexadecimal digits");
    }
    let head: Vec<u8> = letters(written).take(HEAD_BYTES).collect();
    if !says_something(&base64(&head)?) || !budget.take(written.len() / 4 * 3) {
        return None;
    }
    let letters: Vec<u8> = letters(written).collect();
    plain(base64(&letters)?, budget, "it is encoded in base 64")
}

/// Returns the letters of a run without its line breaks.
fn letters(written: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut escape = false;
    written.iter().copied().filter(move |&byte| {
        let skip = byte == b'\\' || byte.is_ascii_whitespace() || escape;
        escape = byte == b'\\';
        !skip
    })
}

fn hex(digits: &[u8]) -> Vec<u8> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    };
    let (pairs, _) = digits.as_chunks::<2>();
    pairs
        .iter()
        .map(|pair| value(pair[0]) << 4 | value(pair[1]))
        .collect()
}

fn base64(letters: &[u8]) -> Option<Vec<u8>> {
    let url_safe = letters.iter().any(|byte| matches!(byte, b'-' | b'_'));
    // One letter alone at the end says nothing: a run that something else follows may have one.
    let whole = match letters.len() % 4 {
        1 => &letters[..letters.len() - 1],
        _ => letters,
    };
    if url_safe { &URL_SAFE } else { &STANDARD }
        .decode(whole)
        .ok()
}

/// Tells by the first bytes whether what follows is a text or a gzip file. Nothing else is looked
/// at: pictures, fonts, keys and digests are no texts.
fn says_something(head: &[u8]) -> bool {
    let wide = || {
        let (pairs, _) = head.as_chunks::<2>();
        pairs.len() > 4 && pairs.iter().all(|pair| pair[1] == 0 && is_text(pair[0]))
    };
    head.starts_with(GZIP) || head.iter().copied().all(is_text) || wide()
}

/// Returns what decoded bytes say, unpacked and in single bytes.
fn plain(bytes: Vec<u8>, budget: &mut Budget, reason: &'static str) -> Option<Plain> {
    if bytes.starts_with(GZIP) {
        let text = inflated(&bytes, budget);
        return (!text.is_empty()).then_some(Plain {
            text,
            reason: "it is packed by gzip and encoded",
        });
    }
    let decoded = decode::decode(&bytes);
    match decoded.encoding {
        Encoding::Binary => None,
        Encoding::Bytes => Some(Plain {
            text: bytes,
            reason,
        }),
        Encoding::Utf16 { .. } | Encoding::Utf32 { .. } => Some(Plain {
            text: decoded.text.into_owned(),
            reason,
        }),
    }
}

/// Inflates as much as the budget lets; a damaged file gives what it holds before the damage.
fn inflated(packed: &[u8], budget: &mut Budget) -> Vec<u8> {
    let mut text = Vec::new();
    let limit = budget.left as u64;
    // An error ends the text there: what was read before it is searched all the same.
    let _ = MultiGzDecoder::new(packed)
        .take(limit + 1)
        .read_to_end(&mut text);
    if !budget.take(text.len()) {
        text.truncate(budget.left);
        budget.left = 0;
    }
    text
}
