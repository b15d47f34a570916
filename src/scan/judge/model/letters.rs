//! How much the letters of a value are like those of words and names.
//!
//! A table says for each three letters how usual the third is behind the first two. It is learnt
//! from the words and names in clean code by `tools/train`, one character an entry.

/// How many symbols are told apart: 26 letters and the border of a word.
const SYMBOLS: usize = 27;

/// The border of a word.
const BORDER: usize = 26;

/// An entry for each three symbols, line by line: `A` is as usual as can be, each character behind
/// it half a bit less so.
static TABLE: &[u8] = include_bytes!("letters.txt");

/// Length of a line of the table, its end included.
const LINE_BYTES: usize = SYMBOLS + 1;

/// What a table says about a value. All are hundredths of bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Letters {
    /// The mean surprise of a letter.
    pub(super) mean: i16,
    /// The mean surprise of the most surprising four letters in a row.
    pub(super) worst: i16,
    /// The mean surprise of the longest run of letters.
    pub(super) longest: i16,
}

/// Looks at the letters of a value.
pub(super) fn look(value: &[u8]) -> Letters {
    let mut before = [BORDER, BORDER];
    let mut last_was_lower = false;
    let (mut total, mut count) = (0_u32, 0_u32);
    let mut recent = [0_u32; 4];
    let mut worst = 0;
    let mut run = (0_u32, 0_u32);
    let mut longest = (0_u32, 0_u32);
    for (at, &byte) in value.iter().enumerate() {
        if !byte.is_ascii_alphabetic() {
            before = [BORDER, BORDER];
            last_was_lower = false;
            recent = [0; 4];
            run = (0, 0);
            continue;
        }
        // A name in camel case is several words.
        if byte.is_ascii_uppercase() && last_was_lower {
            before = [BORDER, BORDER];
        }
        last_was_lower = byte.is_ascii_lowercase();
        let symbol = usize::from(byte.to_ascii_lowercase() - b'a');
        let surprise = surprise(before, symbol);
        total += surprise;
        count += 1;
        run = (run.0 + surprise, run.1 + 1);
        if run.1 > longest.1 {
            longest = run;
        }
        recent[at % 4] = surprise;
        worst = worst.max(recent.iter().sum::<u32>());
        before = [before[1], symbol];
    }
    Letters {
        mean: hundredths(total, count),
        worst: hundredths(worst, 4),
        longest: hundredths(longest.0, longest.1),
    }
}

/// Returns how surprising a symbol is behind two others, in half bits.
fn surprise(before: [usize; 2], symbol: usize) -> u32 {
    let line = before[0] * SYMBOLS + before[1];
    u32::from(TABLE[line * LINE_BYTES + symbol].saturating_sub(b'A'))
}

/// Returns a sum of half bits over a count as hundredths of bits.
fn hundredths(sum: u32, count: u32) -> i16 {
    i16::try_from(sum * 50 / count.max(1)).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        assert_eq!(TABLE.len(), SYMBOLS * SYMBOLS * LINE_BYTES);
        for line in TABLE.chunks(LINE_BYTES) {
            assert_eq!(line[SYMBOLS], b'\n');
            assert!(line[..SYMBOLS].iter().all(u8::is_ascii_uppercase));
        }
    }

    #[test]
    fn words_surprise_less_than_random_letters() {
        let mean = |text: &str| look(text.as_bytes()).mean;
        for word in ["password", "connection", "getUserName", "access_token"] {
            for random in ["xkqzvbtw", "pqwjzmxkc", "zjxqGfwvbk"] {
                assert!(mean(word) < mean(random), "{word} {random}");
            }
        }
        assert_eq!(mean("1234"), 0);
    }
}
