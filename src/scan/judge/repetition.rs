//! Values that repeat or count: `aaaaaaaa`, `abcabcabc`, `0123456789`, `abcdefgh`.

use super::Reason;

/// How long a run within a value may be before the value counts as made up.
const MAX_RUN: usize = 6;

/// Drops a value that repeats itself or counts.
pub(super) fn judge(value: &[u8]) -> Option<Reason> {
    let body = value
        .rsplit(|&byte| matches!(byte, b'_' | b'-' | b'.'))
        .max_by_key(|part| part.len())
        .unwrap_or(value);
    if body.len() < 4 {
        return None;
    }
    let distinct = distinct(body);
    if distinct <= 2 || (body.len() >= 16 && distinct <= 4) {
        return Some("it repeats the same few characters");
    }
    if longest_run(body, 0) > MAX_RUN {
        return Some("it repeats one character");
    }
    if counting(body) {
        return Some("its characters count up or down");
    }
    if periodic(body) {
        return Some("it repeats the same part");
    }
    None
}

/// How long a value has to be before its letters and digits are looked at apart: people choose
/// shorter ones that count as passwords.
const MIN_TYPED_BYTES: usize = 40;

/// Drops a long value whose letters count up and whose digits do, however they are mixed:
/// `aB1cD2eF3gH4`, as people type what is to look like a key. A vendor's prefix and length say more
/// than that, so only values without a known format are asked.
pub(super) fn typed(value: &[u8]) -> Option<Reason> {
    if value.len() < MIN_TYPED_BYTES {
        return None;
    }
    let counts_up = |class: fn(&u8) -> bool, last: u8, first: u8| {
        let of: Vec<u8> = value
            .iter()
            .map(u8::to_ascii_lowercase)
            .filter(class)
            .collect();
        let next = |pair: &&[u8]| {
            pair[1] == pair[0] || pair[1] == pair[0] + 1 || (pair[0], pair[1]) == (last, first)
        };
        of.len() >= 6 && of.windows(2).filter(next).count() * 4 >= (of.len() - 1) * 3
    };
    (counts_up(u8::is_ascii_lowercase, b'z', b'a') && counts_up(u8::is_ascii_digit, b'9', b'0'))
        .then_some("its characters count up or down")
}

fn distinct(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    for &byte in bytes {
        seen[usize::from(byte)] = true;
    }
    seen.iter().filter(|&&seen| seen).count()
}

/// Returns the length of the longest run whose neighbours differ by `step`.
fn longest_run(bytes: &[u8], step: i16) -> usize {
    let mut longest = 1;
    let mut current = 1;
    for pair in bytes.windows(2) {
        let follows = i16::from(pair[1]) - i16::from(pair[0]) == step;
        current = if follows { current + 1 } else { 1 };
        longest = longest.max(current);
    }
    longest
}

/// Tells whether most of a value counts: `12345678`, `abcdefgh`, `0123456789abcdef`.
fn counting(bytes: &[u8]) -> bool {
    let steps = |wanted: i16| {
        let next = |pair: &[u8]| match (pair[0], pair[1]) {
            (b'9', b'0' | b'a' | b'A') | (b'z' | b'Z' | b'f' | b'F', b'0') => wanted == 1,
            (a, b) => i16::from(b) - i16::from(a) == wanted,
        };
        bytes.windows(2).filter(|pair| next(pair)).count()
    };
    let most = (bytes.len() - 1) * 3 / 4;
    steps(1) >= most.max(3) || steps(-1) >= most.max(3)
}

/// Tells whether a value is one part of at most a third of its length, over and over.
fn periodic(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 3).any(|period| bytes.iter().zip(&bytes[period..]).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn made_up_values_are_dropped() {
        for value in [
            "aaaaaaaa",
            "xxxxxxxxxxxxxxxxxxxxxxxx",
            "abcabcabcabc",
            "1234567890",
            "abcdefgh",
            "0123456789abcdef",
            "ghp_000000000000000000000000000000000000",
            "key-abababababab",
        ] {
            assert!(judge(value.as_bytes()).is_some(), "{value}");
        }
    }

    #[test]
    fn letters_and_digits_that_count_apart_are_dropped() {
        assert!(typed(b"aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5").is_some());
        assert!(typed(b"aB1cD2eF3gH4").is_none(), "short ones are passwords");
    }

    #[test]
    fn generated_values_stay() {
        let mut random = Random::seeded(3);
        for length in [8, 16, 32, 64] {
            for _ in 0..500 {
                let value = random.pick("0123456789abcdef", length);
                assert_eq!(judge(value.as_bytes()), None, "{value}");
                assert_eq!(typed(value.as_bytes()), None, "{value}");
            }
        }
    }
}
