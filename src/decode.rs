//! Bytes of a file as text that rules can match.
//!
//! Most files are matched as they are: rules are byte patterns, and neither UTF-8 nor anything
//! else is required. UTF-16 and UTF-32 are turned into UTF-8 first. Lines and columns of the
//! decoded text are those an editor shows, so positions need no mapping back.

use std::borrow::Cow;

/// How a file's bytes were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are: UTF-8 or any other superset of ASCII.
    Bytes,
    /// UTF-16, little or big end first.
    Utf16 {
        /// The low byte comes first.
        little: bool,
    },
    /// UTF-32, little or big end first.
    Utf32 {
        /// The low byte comes first.
        little: bool,
    },
    /// As they are, and not a text: only rules that are precise enough apply.
    Binary,
}

/// A decoded file.
#[derive(Debug)]
pub struct Decoded<'b> {
    /// The text, a leading byte order mark taken off.
    pub text: Cow<'b, [u8]>,
    /// How it was read.
    pub encoding: Encoding,
}

/// How many leading bytes decide between text and binary; git looks at as many.
const SNIFF_BYTES: usize = 8000;

/// Decodes a file by its byte order mark, or by where its NUL bytes lie.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    let encoding = detect(bytes);
    let text = match encoding {
        Encoding::Bytes => Cow::Borrowed(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)),
        Encoding::Binary => Cow::Borrowed(bytes),
        Encoding::Utf16 { little } => Cow::Owned(utf16(bytes, little)),
        Encoding::Utf32 { little } => Cow::Owned(utf32(bytes, little)),
    };
    Decoded { text, encoding }
}

fn detect(bytes: &[u8]) -> Encoding {
    // The marks of UTF-32 begin with those of UTF-16, so they are looked for first.
    if bytes.starts_with(b"\xFF\xFE\0\0") {
        return Encoding::Utf32 { little: true };
    }
    if bytes.starts_with(b"\0\0\xFE\xFF") {
        return Encoding::Utf32 { little: false };
    }
    if bytes.starts_with(b"\xFF\xFE") {
        return Encoding::Utf16 { little: true };
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return Encoding::Utf16 { little: false };
    }
    let head = &bytes[..bytes.len().min(SNIFF_BYTES)];
    if memchr::memchr(0, head).is_none() {
        return Encoding::Bytes;
    }
    without_mark(head).unwrap_or(Encoding::Binary)
}

/// Tells UTF-16 and UTF-32 without a byte order mark by the NUL bytes of their ASCII characters.
///
/// In such a text at least a quarter of the characters is ASCII, so the bytes that are high in
/// them are often NUL and the low ones never are. Machine code and images have NULs everywhere.
fn without_mark(head: &[u8]) -> Option<Encoding> {
    let mut nuls = [0usize; 4];
    for (index, _) in head.iter().enumerate().filter(|(_, byte)| **byte == 0) {
        nuls[index % 4] += 1;
    }
    let quads = head.len() / 4;
    if quads == 0 {
        // Too short for UTF-32; "K\0" may be UTF-16.
        return match head {
            [low, 0] if *low != 0 => Some(Encoding::Utf16 { little: true }),
            [0, low] if *low != 0 => Some(Encoding::Utf16 { little: false }),
            _ => None,
        };
    }
    let often = |count: usize| count * 4 >= quads;
    let [a, b, c, d] = nuls;
    if a == 0 && often(b) && c >= quads && d >= quads {
        Some(Encoding::Utf32 { little: true })
    } else if d == 0 && often(c) && a >= quads && b >= quads {
        Some(Encoding::Utf32 { little: false })
    } else if a == 0 && c == 0 && often(b) && often(d) {
        Some(Encoding::Utf16 { little: true })
    } else if b == 0 && d == 0 && often(a) && often(c) {
        Some(Encoding::Utf16 { little: false })
    } else {
        None
    }
}

/// Byte order marks; those of UTF-32 first, since those of UTF-16 begin them.
const MARKS: [&[u8]; 5] = [
    b"\xFF\xFE\0\0",
    b"\0\0\xFE\xFF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xEF\xBB\xBF",
];

/// Returns a file's bytes without the NULs that make wide characters of ASCII: the view in which
/// a file of mixed encoding, or a binary that holds wide strings, can be searched.
///
/// NULs go where single bytes stand between runs of one NUL (UTF-16) or of three (UTF-32); a
/// NUL that ends a string stays.
#[must_use]
pub fn folded(bytes: &[u8]) -> Vec<u8> {
    let bytes = MARKS
        .iter()
        .find_map(|mark| bytes.strip_prefix(*mark))
        .unwrap_or(bytes);
    let run_at = |at: usize| {
        bytes[at.min(bytes.len())..]
            .iter()
            .take_while(|byte| **byte == 0)
            .count()
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    // The run of NULs before the last byte that is none, and how many such bytes followed it.
    let (mut last_run, mut since) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != 0 {
            out.push(bytes[at]);
            since += 1;
            at += 1;
            continue;
        }
        let run = run_at(at);
        let wide = matches!(run, 1 | 3)
            && (since == 1 && last_run == run
                || at + run < bytes.len() && run_at(at + run + 1) == run);
        if !wide {
            out.resize(out.len() + run, 0);
        }
        (last_run, since) = (run, 0);
        at += run;
    }
    out
}

fn utf16(bytes: &[u8], little: bool) -> Vec<u8> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| {
        if little {
            u16::from_le_bytes(*pair)
        } else {
            u16::from_be_bytes(*pair)
        }
    });
    let mut out = String::with_capacity(bytes.len() / 2 + 8);
    for (index, unit) in char::decode_utf16(units).enumerate() {
        let unit = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
        if index > 0 || unit != '\u{FEFF}' {
            out.push(unit);
        }
    }
    finish(out, rest)
}

fn utf32(bytes: &[u8], little: bool) -> Vec<u8> {
    let (quads, rest) = bytes.as_chunks::<4>();
    let mut out = String::with_capacity(bytes.len() / 4 + 8);
    for (index, quad) in quads.iter().enumerate() {
        let code = if little {
            u32::from_le_bytes(*quad)
        } else {
            u32::from_be_bytes(*quad)
        };
        let unit = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        if index > 0 || unit != '\u{FEFF}' {
            out.push(unit);
        }
    }
    finish(out, rest)
}

/// Appends the bytes that make no whole unit, so that nothing is left unscanned.
fn finish(out: String, rest: &[u8]) -> Vec<u8> {
    let mut out = out.into_bytes();
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "first\nkey = \u{e4}bc\r\n";

    fn encode16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|u| {
                if little {
                    u.to_le_bytes()
                } else {
                    u.to_be_bytes()
                }
            })
            .collect()
    }

    fn encode32(text: &str, little: bool) -> Vec<u8> {
        text.chars()
            .map(u32::from)
            .flat_map(|u| {
                if little {
                    u.to_le_bytes()
                } else {
                    u.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn utf16_and_utf32_are_decoded_with_and_without_a_mark() {
        for little in [true, false] {
            for mark in ["", "\u{FEFF}"] {
                let text = format!("{mark}{TEXT}");
                let wide = encode16(&text, little);
                let got = decode(&wide);
                assert_eq!(got.encoding, Encoding::Utf16 { little });
                assert_eq!(got.text.as_ref(), TEXT.as_bytes());
                let wide = encode32(&text, little);
                let got = decode(&wide);
                assert_eq!(got.encoding, Encoding::Utf32 { little });
                assert_eq!(got.text.as_ref(), TEXT.as_bytes());
            }
        }
    }

    #[test]
    fn a_mark_of_utf8_is_no_column() {
        assert_eq!(decode(b"\xEF\xBB\xBFkey").text.as_ref(), b"key");
    }

    #[test]
    fn other_bytes_stay_as_they_are() {
        for bytes in [&b"caf\xE9 = 1\n"[..], b"", b"plain"] {
            let got = decode(bytes);
            assert_eq!((got.text.as_ref(), got.encoding), (bytes, Encoding::Bytes));
        }
    }

    #[test]
    fn nul_bytes_without_a_pattern_are_binary_and_kept() {
        let bytes = b"\x7fELF\0\0\0\0key\0value\0\0\x01";
        let got = decode(bytes);
        assert_eq!(
            (got.text.as_ref(), got.encoding),
            (&bytes[..], Encoding::Binary)
        );
    }

    #[test]
    fn wide_characters_are_folded_wherever_they_stand() {
        let mut mixed = b"first = 1\n".to_vec();
        mixed.extend(encode16("key = abc\n", true));
        mixed.extend(b"last = 2\n");
        assert_eq!(folded(&mixed), b"first = 1\nkey = abc\nlast = 2\n");
        assert_eq!(folded(&encode32("key", true)), b"key");
        assert_eq!(folded(b"one\0two\0\0three"), b"one\0two\0\0three");
        assert_eq!(folded(b""), b"");
    }

    #[test]
    fn an_odd_byte_at_the_end_is_not_lost() {
        let mut wide = encode16("\u{FEFF}ab", true);
        wide.push(b'c');
        assert_eq!(decode(&wide).text.as_ref(), b"abc");
    }
}
