//! Whether bytes look random, for their length and alphabet.

/// Returns the Shannon entropy of `bytes`, in bits per byte (0.0 to 8.0).
///
/// An empty slice has entropy 0.0. Counts bytes, not characters.
///
/// Source: C. E. Shannon, "A Mathematical Theory of Communication" (1948), §6.
#[must_use]
pub fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        })
        .sum()
}

/// How a value looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Like the output of a generator.
    Random,
    /// Like something a person chose.
    Weak,
}

/// The share of the entropy that a random value of the same length and alphabet would have.
///
/// Random tokens stay above it in more than 99 of 100 cases from 12 characters on, English
/// compounds and identifiers mostly below.
const RANDOM_SHARE: f64 = 0.84;
/// Below this length entropy says nothing.
const MIN_BYTES: usize = 12;
/// A chosen password of this length that mixes three kinds of characters is no ordinary word.
const MIN_MIXED_BYTES: usize = 8;

/// Judges a value beside a telling name.
pub(super) fn judge(value: &[u8]) -> Look {
    let classes = Classes::of(value);
    if value.len() >= MIN_MIXED_BYTES && classes.mixed() >= 3 {
        return Look::Random;
    }
    let dense = shannon(value) >= RANDOM_SHARE * expected(value.len(), classes.alphabet());
    if value.len() >= MIN_BYTES && dense && classes.mixed() >= 2 && classes.digit {
        return Look::Random;
    }
    Look::Weak
}

/// Returns the entropy of a value as a share of what a random text of its length and alphabet has.
pub(super) fn density(value: &[u8]) -> f64 {
    let most = expected(value.len(), Classes::of(value).alphabet());
    if most > 0.0 {
        shannon(value) / most
    } else {
        0.0
    }
}

/// Returns the entropy that a random text of `length` over `alphabet` characters has on average.
///
/// The first-order (Miller-Madow) bias of the estimate, log2(k) - (k-1)/(2 n ln 2), holds for long
/// texts; a short one cannot have more than log2(n).
///
/// Source: G. A. Miller, "Note on the bias of information estimates" (1955).
fn expected(length: usize, alphabet: usize) -> f64 {
    let (length, alphabet) = (length as f64, alphabet as f64);
    let long = alphabet.log2() - (alphabet - 1.0) / (2.0 * length * std::f64::consts::LN_2);
    long.max(0.9 * length.min(alphabet).log2())
        .min(length.log2())
}

/// Which kinds of characters a value has.
#[expect(clippy::struct_excessive_bools, reason = "each is a kind of character")]
#[derive(Clone, Copy, Debug, Default)]
struct Classes {
    lower: bool,
    upper: bool,
    digit: bool,
    other: bool,
    hex_only: bool,
}

impl Classes {
    fn of(value: &[u8]) -> Self {
        let mut classes = Self {
            hex_only: value.iter().all(u8::is_ascii_hexdigit),
            ..Self::default()
        };
        for byte in value {
            match byte {
                b'a'..=b'z' => classes.lower = true,
                b'A'..=b'Z' => classes.upper = true,
                b'0'..=b'9' => classes.digit = true,
                // Separators stand in names as well.
                b'-' | b'_' | b'.' | b':' | b'/' | b' ' => {}
                _ => classes.other = true,
            }
        }
        classes
    }

    /// How many kinds there are.
    fn mixed(self) -> usize {
        [self.lower, self.upper, self.digit, self.other]
            .into_iter()
            .filter(|&has| has)
            .count()
    }

    /// The size of the smallest usual alphabet that has them.
    fn alphabet(self) -> usize {
        if self.hex_only {
            return 16;
        }
        let letters = if self.lower && self.upper { 52 } else { 26 };
        letters + if self.digit { 10 } else { 0 } + if self.other { 2 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn known_entropies() {
        assert!(shannon(b"").abs() < 1e-9);
        assert!(shannon(b"aaaa").abs() < 1e-9);
        assert!((shannon(b"ab") - 1.0).abs() < 1e-9);
        assert!((shannon(&(0..=255).collect::<Vec<u8>>()) - 8.0).abs() < 1e-9);
    }

    #[test]
    fn generated_values_look_random() {
        let mut random = Random::seeded(7);
        let mut weak = 0;
        for _ in 0..200 {
            for (alphabet, length) in [
                ("0123456789abcdef", 32),
                (
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
                    20,
                ),
            ] {
                weak += usize::from(judge(random.pick(alphabet, length).as_bytes()) == Look::Weak);
            }
        }
        assert!(
            weak <= 20,
            "{weak} of 400: one in thirty has no digit, and could be words"
        );
    }

    #[test]
    fn words_and_names_look_weak() {
        for word in [
            "password",
            "administrator",
            "correcthorsebattery",
            "00000000000000000000",
            "my-secret-name",
        ] {
            assert_eq!(judge(word.as_bytes()), Look::Weak, "{word}");
        }
    }
}
