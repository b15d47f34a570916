//! The shape of a value: which characters it is made of and in what order.

use bstr::ByteSlice;

/// Counts over the bytes of a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    length: usize,
    pub(super) lower: usize,
    pub(super) upper: usize,
    pub(super) digit: usize,
    pub(super) separators: usize,
    pub(super) blanks: usize,
    pub(super) other: usize,
    /// How many different bytes there are.
    pub(super) distinct: usize,
    /// The longest run of letters.
    pub(super) letter_run: usize,
    /// The longest run of digits.
    pub(super) digit_run: usize,
    /// How often a byte is of another kind than the one before.
    pub(super) changes: usize,
    /// How often an upper-case letter follows a lower-case one.
    pub(super) humps: usize,
    vowels: usize,
}

impl Shape {
    pub(super) fn of(value: &[u8]) -> Self {
        let mut shape = Self {
            length: value.len(),
            ..Self::default()
        };
        let mut seen = [false; 256];
        let (mut letters, mut digits) = (0, 0);
        let mut last = None;
        for &byte in value {
            seen[usize::from(byte)] = true;
            letters = if byte.is_ascii_alphabetic() {
                letters + 1
            } else {
                0
            };
            digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
            shape.letter_run = shape.letter_run.max(letters);
            shape.digit_run = shape.digit_run.max(digits);
            let kind = byte_kind(Some(byte));
            *match byte {
                b'a'..=b'z' => &mut shape.lower,
                b'A'..=b'Z' => &mut shape.upper,
                b'0'..=b'9' => &mut shape.digit,
                b'_' | b'-' | b'.' | b':' | b'/' => &mut shape.separators,
                b' ' | b'\t' | b'\n' | b'\r' => &mut shape.blanks,
                _ => &mut shape.other,
            } += 1;
            shape.changes += usize::from(last.is_some_and(|last| last != kind));
            shape.humps += usize::from(last == Some(1) && kind == 2);
            shape.vowels += usize::from(b"aeiou".contains(&byte.to_ascii_lowercase()));
            last = Some(kind);
        }
        shape.distinct = seen.iter().filter(|seen| **seen).count();
        shape
    }

    /// Returns a count in hundredths of the length.
    pub(super) fn share(&self, count: usize) -> i16 {
        i16::try_from(count * 100 / self.length.max(1)).unwrap_or(i16::MAX)
    }

    /// Returns the vowels in hundredths of the letters.
    pub(super) fn vowels(&self) -> i16 {
        let letters = (self.lower + self.upper).max(1);
        i16::try_from(self.vowels * 100 / letters).unwrap_or(i16::MAX)
    }

    /// How many kinds of characters there are, separators left out.
    pub(super) fn kinds(&self) -> usize {
        [self.lower, self.upper, self.digit, self.other]
            .iter()
            .filter(|count| **count > 0)
            .count()
    }
}

/// Returns what a byte is, as a number that the trees compare; 0: there is none.
pub(super) fn byte_kind(byte: Option<u8>) -> i16 {
    match byte {
        None | Some(b'\n' | b'\r') => 0,
        Some(b'a'..=b'z') => 1,
        Some(b'A'..=b'Z') => 2,
        Some(b'0'..=b'9') => 3,
        Some(b'_' | b'-') => 4,
        Some(b'.' | b'/' | b':') => 5,
        Some(b'=') => 6,
        Some(b',' | b';') => 7,
        Some(b')' | b']' | b'}' | b'>') => 8,
        Some(b'(' | b'[' | b'{' | b'<') => 9,
        Some(b'"' | b'\'' | b'`') => 10,
        Some(b' ' | b'\t') => 11,
        Some(b'+') => 12,
        Some(b'$' | b'%' | b'&' | b'@' | b'#') => 13,
        Some(b'\\') => 14,
        Some(b'!' | b'?' | b'*' | b'^' | b'~' | b'|') => 15,
        Some(0x80..) => 17,
        Some(_) => 16,
    }
}

/// Returns which signs of templates and code a value holds, a bit for each.
pub(super) fn signs(value: &[u8]) -> i16 {
    b"${<([%"
        .iter()
        .enumerate()
        .filter(|(_, sign)| value.contains(sign))
        .map(|(at, _)| 1 << at)
        .sum()
}

/// Returns the length of a value that is nothing but hexadecimal digits and as long as a digest of
/// a known kind, or 0.
pub(super) fn digest_length(value: &[u8]) -> usize {
    let known = matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128);
    if known && value.iter().all(u8::is_ascii_hexdigit) {
        value.len()
    } else {
        0
    }
}

/// Tells whether a value is a UUID (RFC 9562, section 4).
pub(super) fn is_uuid(value: &[u8]) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts = value.split_str("-");
    value.len() == 36
        && parts.clone().map(<[u8]>::len).eq(lengths)
        && parts.flatten().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_counted() {
        let shape = Shape::of(b"getUser_42!");
        assert_eq!((shape.lower, shape.upper, shape.digit), (6, 1, 2));
        assert_eq!((shape.separators, shape.other, shape.humps), (1, 1, 1));
        assert_eq!(
            (shape.letter_run, shape.digit_run, shape.kinds()),
            (7, 2, 4)
        );
        assert_eq!(shape.share(shape.digit), 18);
        assert_eq!(Shape::of(b"").share(0), 0);
    }

    #[test]
    fn digests_and_uuids_are_known() {
        assert_eq!(digest_length(&b"0f".repeat(20)), 40);
        assert_eq!(digest_length(&b"0g".repeat(20)), 0);
        assert!(is_uuid(b"14a98298-dd2a-714b-1c61-9267530aae90"));
        assert!(!is_uuid(b"14a98298-dd2a-714b-1c61-9267530aae9z"));
    }

    #[test]
    fn signs_are_bits() {
        assert_eq!(signs(b"${x}"), 3);
        assert_eq!(signs(b"plain"), 0);
    }
}
