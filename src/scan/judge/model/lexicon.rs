//! Which of some words a text holds, told in one pass.

/// Up to 64 words, each of a group.
pub(super) struct Lexicon {
    words: &'static [(&'static [u8], u8)],
    /// For each byte the words that begin with it, a bit for each.
    first: [u64; 256],
}

impl Lexicon {
    /// Takes words in lower case, each with the bit of its group.
    pub(super) const fn of(words: &'static [(&'static [u8], u8)]) -> Self {
        assert!(words.len() <= 64, "a word is a bit");
        let mut first = [0; 256];
        let mut at = 0;
        while at < words.len() {
            first[words[at].0[0] as usize] |= 1 << at;
            at += 1;
        }
        Self { words, first }
    }

    /// Returns the groups of the words that a text in lower case holds.
    pub(super) fn groups(&self, text: &[u8]) -> u8 {
        let mut groups = 0;
        for (at, &byte) in text.iter().enumerate() {
            let mut words = self.first[usize::from(byte)];
            while words != 0 {
                let (word, group) = self.words[words.trailing_zeros() as usize];
                if text[at..].starts_with(word) {
                    groups |= group;
                }
                words &= words - 1;
            }
        }
        groups
    }

    /// Tells whether a text in any case holds one of the words.
    pub(super) fn any(&self, text: &[u8]) -> bool {
        self.groups(&text.to_ascii_lowercase()) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_those_of_the_words_held() {
        static WORDS: Lexicon = Lexicon::of(&[(b"user", 1), (b"use", 2), (b"host", 4)]);
        assert_eq!(WORDS.groups(b"the username"), 3);
        assert_eq!(WORDS.groups(b"in use on hosts"), 6);
        assert_eq!(WORDS.groups(b"nothing, us, hos"), 0);
        assert!(WORDS.any(b"LOCALHOST") && !WORDS.any(b""));
    }
}
