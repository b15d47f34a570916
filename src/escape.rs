//! Makes text from strangers safe to print: names and content can hold terminal commands, bidi
//! controls and bytes that are no UTF-8.

use bstr::ByteSlice;
use std::fmt::Write as _;
use std::path::Path;

/// Returns bytes as text in which every character is visible.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    escape_into(&mut out, bytes);
    out
}

/// Appends bytes as text in which every character is visible: a tab becomes four blanks, other
/// controls `\u{…}`, bytes that are no UTF-8 `\x…`.
pub fn escape_into(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\t' => out.push_str("    "),
                _ if is_hidden(character) => {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
                }
                _ => out.push(character),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

/// Quotes a word for a POSIX shell.
#[must_use]
pub fn shell_quoted(word: &[u8]) -> Vec<u8> {
    [b"'", &word.replace("'", "'\\''")[..], b"'"].concat()
}

/// Returns a path as a POSIX shell takes it, quoted where it must be, with every character visible.
#[must_use]
pub fn shell_word(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+:,@%".contains(byte);
    if bytes.iter().all(is_plain) {
        escape_path(bytes)
    } else {
        escape_path(&shell_quoted(bytes))
    }
}

/// Returns a path as text in which every character is visible, and from which the path can be
/// told: a backslash is doubled where anything else is escaped.
#[must_use]
pub fn escape_path(path: &[u8]) -> String {
    let plain = std::str::from_utf8(path)
        .is_ok_and(|text| !text.chars().any(|c| c == '\t' || is_hidden(c)));
    if plain {
        return path.to_str_lossy().into_owned();
    }
    let mut out = String::new();
    for part in path.split_inclusive(|&byte| byte == b'\\' || byte == b'\t') {
        match part {
            [head @ .., b'\\'] => {
                escape_into(&mut out, head);
                out.push_str("\\\\");
            }
            [head @ .., b'\t'] => {
                escape_into(&mut out, head);
                out.push_str("\\t");
            }
            _ => escape_into(&mut out, part),
        }
    }
    out
}

/// Returns the first character of a text that does not show, but for line ends and tabs.
#[must_use]
pub fn hidden(text: &str) -> Option<char> {
    text.chars()
        .find(|&character| is_hidden(character) && !matches!(character, '\n' | '\t'))
}

/// Tells whether a character does something instead of showing: C0, DEL, C1, bidi controls,
/// zero-width and line separators, tags.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_invisible_is_printed() {
        assert_eq!(
            escape(b"a\x1b[31mb\x07\x7f\r\n\tc"),
            "a\\u{1b}[31mb\\u{7}\\u{7f}\\u{d}\\u{a}    c"
        );
        assert_eq!(
            escape("x\u{202E}y\u{9b}z\u{2066}".as_bytes()),
            "x\\u{202e}y\\u{9b}z\\u{2066}"
        );
        assert_eq!(escape(b"caf\xe9 \xc3\xa9"), "caf\\xe9 \u{e9}");
    }

    #[test]
    fn paths_stay_apart() {
        assert_eq!(escape_path(b"a\\nb"), "a\\nb");
        assert_eq!(escape_path(b"a\nb"), "a\\u{a}b");
        assert_eq!(escape_path(b"a\n\\u{a}"), "a\\u{a}\\\\u{a}");
    }
}
