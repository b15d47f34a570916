//! Random text for examples and for the demo's fresh key. Never for anything that has to be secret.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher};

/// A small generator: the same seed gives the same sequence on every machine and in every release.
///
/// Source: `SplitMix64`, after G. L. Steele, D. Lea and C. H. Flood, "Fast Splittable Pseudorandom
/// Number Generators" (OOPSLA 2014); reference code in the public domain by S. Vigna,
/// <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Starts a sequence that depends on `seed` alone.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Starts a sequence that differs in every process.
    ///
    /// The seed is the standard library's hash key, which comes from the operating system.
    #[must_use]
    pub fn from_os() -> Self {
        Self::seeded(RandomState::new().build_hasher().finish())
    }

    /// Returns the next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number from 0 to `n` - 1, or 0 when `n` is 0.
    ///
    /// Scales instead of taking a remainder: D. Lemire, "Fast Random Integer Generation in an
    /// Interval" (2019), without its rejection step, whose absence cannot be felt for small `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let scaled = (u128::from(self.next_u64()) * n as u128) >> 64;
        usize::try_from(scaled).unwrap_or(0)
    }

    /// Returns `n` random bytes.
    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next_u64().to_le_bytes()[7]).collect()
    }

    /// Returns `n` characters of `alphabet`, which is ASCII; nothing when it is empty.
    pub fn pick(&mut self, alphabet: &str, n: usize) -> String {
        let letters = alphabet.as_bytes();
        if letters.is_empty() {
            return String::new();
        }
        (0..n)
            .map(|_| char::from(letters[self.below(letters.len())]))
            .collect()
    }

    /// Returns a random UUID, version 4, in lower case.
    ///
    /// Source: RFC 9562, section 5.4, <https://www.rfc-editor.org/rfc/rfc9562#section-5.4>.
    pub fn uuid(&mut self) -> String {
        let mut bytes = self.bytes(16);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut text = String::with_capacity(36);
        for (at, byte) in bytes.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            write!(text, "{byte:02x}").expect("a string takes all that is written to it");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the reference code for seed 1234567, as listed by
    /// <https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64>.
    #[test]
    fn agrees_with_the_reference() {
        let mut random = Random::seeded(1_234_567);
        let first: Vec<u64> = (0..5).map(|_| random.next_u64()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn stays_below_its_bound_and_reaches_every_value() {
        let mut random = Random::seeded(7);
        let mut seen = [false; 10];
        for _ in 0..1000 {
            seen[random.below(10)] = true;
        }
        assert_eq!(seen, [true; 10]);
        assert_eq!(random.below(1), 0);
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn picks_from_the_alphabet_only() {
        let mut random = Random::seeded(1);
        let text = random.pick("abc", 300);
        assert_eq!(text.len(), 300);
        assert!(text.bytes().all(|byte| b"abc".contains(&byte)));
        assert!(["a", "b", "c"].iter().all(|letter| text.contains(letter)));
        assert_eq!(random.pick("", 5), "");
        assert_eq!(random.bytes(33).len(), 33);
    }

    #[test]
    fn the_same_seed_repeats_and_the_system_does_not() {
        let alphabet = "0123456789abcdef";
        assert_eq!(
            Random::seeded(3).pick(alphabet, 32),
            Random::seeded(3).pick(alphabet, 32)
        );
        assert_ne!(
            Random::seeded(3).pick(alphabet, 32),
            Random::seeded(4).pick(alphabet, 32)
        );
        assert_ne!(
            Random::from_os().pick(alphabet, 32),
            Random::from_os().pick(alphabet, 32)
        );
    }
}
