//! Values that are names, paths, sentences or code, beside a name that says secret.

use super::{Candidate, Reason};
use bstr::ByteSlice;

/// Letters only, up to this length, is a word or a name, and no generated value.
const MAX_WORD_BYTES: usize = 15;

/// Returns what kind of text a value is, as a number that the trees of the model compare, and 0 when
/// it is none of them.
pub(super) fn kind(value: &[u8]) -> i16 {
    let blanks = value.iter().filter(|byte| byte.is_ascii_whitespace());
    if blanks.count() >= 2 {
        1
    } else if value.iter().all(u8::is_ascii_alphabetic) && value.len() <= MAX_WORD_BYTES {
        2
    } else if is_name(value) {
        3
    } else if is_path(value) {
        4
    } else if is_code(value) {
        5
    } else {
        0
    }
}

/// Returns in words what speaks against a value being a secret, if anything does.
pub(super) fn reason(candidate: &Candidate<'_>) -> Option<Reason> {
    let text = match kind(candidate.captured) {
        1 => Some("it is a sentence"),
        2 => Some("it is a word"),
        3 => Some("it is a name"),
        4 => Some("it is a path or an address"),
        5 => Some("it is a piece of code"),
        _ => None,
    };
    text.or_else(|| names_itself(candidate).then_some("it repeats the name it is given to"))
}

/// Tells whether a value is words joined by separators, with a number or a version among them at
/// most: `access_token`, `db.password`, `X-Api-Key`, `model-7b-chat`, `2FA-token`.
fn is_name(value: &[u8]) -> bool {
    let separator = |byte: &u8| matches!(byte, b'_' | b'-' | b'.' | b':' | b'/' | b' ');
    let parts: Vec<&[u8]> = value.split(separator).collect();
    let word =
        |part: &&[u8]| part.iter().all(u8::is_ascii_alphabetic) && part.len() <= MAX_WORD_BYTES;
    parts.len() > 1
        && parts.iter().any(|part| part.len() >= 3 && word(part))
        && parts.iter().all(|part| word(part) || is_number(part))
}

/// Tells whether a part of a name is a number or a version: `7`, `2024`, `v2`, `7b`, `2FA`.
fn is_number(part: &[u8]) -> bool {
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = part
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    digits + letters == part.len() && (1..=4).contains(&digits) && letters <= 2
}

/// Tells whether a value is a path, or a URL that carries no password.
fn is_path(value: &[u8]) -> bool {
    let url = value
        .find(b"://")
        .is_some_and(|at| !value[at..].contains(&b'@'));
    // A value in base64 can start with a slash and hold another; its parts are no names.
    let named = |part: &[u8]| {
        part.len() <= 24
            && !(part.iter().any(u8::is_ascii_digit) && part.iter().any(u8::is_ascii_uppercase))
    };
    let rooted = value.starts_with(b"/")
        && value[1..].contains(&b'/')
        && value[1..].split(|b| *b == b'/').all(named);
    url || rooted
        || value.starts_with(b"./")
        || value.starts_with(b"../")
        || value.starts_with(b"~/")
        || value.get(1..3) == Some(b":\\")
}

/// Tells whether a value is a call, an index or a member: `get_secret()`, `env['X']`, `a->b`.
fn is_code(value: &[u8]) -> bool {
    let after_word = |open: u8| {
        value.find_byte(open).is_some_and(|at| {
            at > 0
                && value[..at]
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':'))
        })
    };
    (after_word(b'(') && value.contains(&b')'))
        || (after_word(b'[') && value.contains(&b']'))
        || value.find(b"->").is_some()
        || value.find(b"::").is_some()
        || value.find(b"=>").is_some()
}

/// Tells whether the value is what the line calls it: `password = "password1"`, `"token": "token"`.
pub(super) fn names_itself(candidate: &Candidate<'_>) -> bool {
    let letters = |bytes: &[u8]| -> Vec<u8> {
        bytes
            .iter()
            .filter(|b| b.is_ascii_alphabetic())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    let value = letters(candidate.captured);
    let before = letters(&candidate.line[..candidate.column.min(candidate.line.len())]);
    value.len() >= 4 && value.len() + 3 >= candidate.captured.len() && before.find(&value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_apart() {
        assert!(
            is_name(b"access_token")
                && is_name(b"X-Api-Key")
                && is_name(b"db.password")
                && is_name(b"pplx-7b-online")
                && is_name(b"2FA-token")
        );
        assert!(!is_name(b"a1b2-c3d4") && !is_name(b"x7f-9a2-kq3") && !is_name(b"token"));
        assert!(
            is_path(b"/etc/ssl/key.pem") && is_path(b"https://host/path") && is_path(b"C:\\keys")
        );
        assert!(!is_path(b"postgres://u:p@host/db"));
        assert!(is_code(b"get_secret()") && is_code(b"env['X']") && is_code(b"self->key"));
        assert!(!is_code(b"pa(ss") && !is_code(b"Tr0ub4dor&3"));
    }
}
