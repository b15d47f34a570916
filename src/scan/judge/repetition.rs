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
    fn generated_values_stay() {
        let mut random = Random::seeded(3);
        for length in [8, 16, 32, 64] {
            for _ in 0..500 {
                let value = random.pick("0123456789abcdef", length);
                assert_eq!(judge(value.as_bytes()), None, "{value}");
            }
        }
    }
}
