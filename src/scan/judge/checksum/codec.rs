//! Encodings that tokens are written in.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{
    GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD,
};

use crate::random::Random;

/// Digits, upper, lower: the order of base 62 in tokens.
pub(super) const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits and lower case letters.
pub(super) const BASE36: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
/// Base 64, RFC 4648 section 4.
pub(super) const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Base 64 for URLs, RFC 4648 section 5.
pub(super) const BASE64URL: &str =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Base 32, RFC 4648 section 6.
pub(super) const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Base 58 without 0, O, I and l; <https://en.bitcoin.it/wiki/Base58Check_encoding>.
pub(super) const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const LENIENT_STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const LENIENT_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decodes base 64 of either alphabet, with or without padding.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['-', '_']) {
        &LENIENT_URL
    } else {
        &LENIENT_STANDARD
    };
    engine.decode(text).ok()
}

/// Decodes padded base 64 whose unused bits are zero, as every encoder writes it.
pub(super) fn strict_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Encodes in base 64 with padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Encodes in base 64 for URLs, without padding.
pub(super) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes base 32 without padding; left-over bits are dropped.
///
/// Source: RFC 4648, section 6, <https://www.rfc-editor.org/rfc/rfc4648#section-6>.
pub(super) fn base32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let digit = BASE32.bytes().position(|letter| letter == byte)?;
        bits = (bits << 5 | u32::try_from(digit).ok()?) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held).to_le_bytes()[0]);
        }
    }
    Some(out)
}

/// Encodes in base 32 without padding.
pub(super) fn to_base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut push = |digit: u32| out.push(char::from(BASE32.as_bytes()[(digit & 31) as usize]));
    for &byte in bytes {
        bits = (bits << 8 | u32::from(byte)) & 0xffff;
        held += 8;
        while held >= 5 {
            held -= 5;
            push(bits >> held);
        }
    }
    if held > 0 {
        push(bits << (5 - held));
    }
    out
}

/// The longest base 58 text that is decoded: the work grows with the square of the length.
const MAX_BASE58: usize = 256;

/// Decodes base 58; each leading `1` is a zero byte.
pub(super) fn base58(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_BASE58 {
        return None;
    }
    // Base 256, least significant byte first.
    let mut number: Vec<u8> = Vec::new();
    for byte in text.bytes() {
        let mut carry = BASE58.bytes().position(|letter| letter == byte)?;
        for digit in &mut number {
            carry += usize::from(*digit) * 58;
            *digit = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry.to_le_bytes()[0]);
        }
    }
    let zeros = text.bytes().take_while(|&byte| byte == b'1').count();
    number.resize(number.len() + zeros, 0);
    number.reverse();
    Some(number)
}

/// Encodes in base 58.
pub(super) fn to_base58(bytes: &[u8]) -> String {
    // Base 58, least significant digit first.
    let mut digits: Vec<usize> = Vec::new();
    for &byte in bytes {
        let mut carry = usize::from(byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    digits.resize(digits.len() + zeros, 0);
    digits
        .iter()
        .rev()
        .map(|&digit| char::from(BASE58.as_bytes()[digit]))
        .collect()
}

/// Encodes in lower case hexadecimal.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Writes a number in the base of an ASCII alphabet, filled up on the left to `width` digits.
pub(super) fn in_base(mut number: u32, alphabet: &str, width: usize) -> String {
    let digits = alphabet.as_bytes();
    let mut out = Vec::with_capacity(width);
    while number > 0 || out.len() < width {
        out.push(digits[number as usize % digits.len()]);
        number /= u32::try_from(digits.len()).unwrap_or(u32::MAX);
    }
    out.iter().rev().map(|&byte| char::from(byte)).collect()
}

/// Whether every byte of `text` is in the ASCII `alphabet`.
pub(super) fn all_in(text: &str, alphabet: &str) -> bool {
    text.bytes().all(|byte| alphabet.as_bytes().contains(&byte))
}

/// Whether `text` consists of ASCII digits, at least one.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `text` has so few different characters that it is a filler such as `xxxxxxxx`.
pub(super) fn is_filler(text: &str) -> bool {
    let mut seen = [false; 256];
    text.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|&&seen| seen).count() < 8.min(text.len())
}

/// Whether a decimal number was typed and not drawn: 1234567890, 98765, 000000.
pub(super) fn is_counted(digits: &str) -> bool {
    let digits = digits.as_bytes();
    let all = |step: u8| {
        digits
            .windows(2)
            .all(|pair| (pair[0] - b'0' + step) % 10 == (pair[1] - b'0') % 10)
    };
    digits.iter().all(u8::is_ascii_digit) && (all(0) || all(1) || all(9))
}

/// Returns `n` random characters of an alphabet, without the runs that look like a filler.
pub(super) fn pick(random: &mut Random, alphabet: &str, n: usize) -> String {
    loop {
        let text = random.pick(alphabet, n);
        if n < 16 || alphabet.len() < 16 || !is_filler(&text) {
            return text;
        }
    }
}

/// Returns a random decimal number of `n` digits that was not counted up.
pub(super) fn number(random: &mut Random, n: usize) -> String {
    loop {
        let text = random.pick("123456789", 1) + &random.pick("0123456789", n.saturating_sub(1));
        if n < 3 || !is_counted(&text) {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn base32_agrees_with_its_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(to_base32(plain.as_bytes()), coded);
            assert_eq!(base32(coded).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(base32("M1"), None);
        assert_eq!(base32("my"), None);
    }

    /// The vectors of <https://datatracker.ietf.org/doc/html/draft-msporny-base58>, section 5.
    #[test]
    fn base58_agrees_with_its_draft() {
        let words = b"The quick brown fox jumps over the lazy dog.";
        let coded = "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z";
        assert_eq!(to_base58(words), coded);
        assert_eq!(base58(coded).as_deref(), Some(words.as_slice()));
        assert_eq!(to_base58(b"Hello World!"), "2NEpo7TZRRrLZSi2U");
        assert_eq!(to_base58(&[0, 0, 0x28, 0x7f, 0xb4, 0xcd]), "11233QC4");
        assert_eq!(base58("11233QC4"), Some(vec![0, 0, 0x28, 0x7f, 0xb4, 0xcd]));
        assert_eq!(base58("0"), None);
        assert_eq!(base58(&"z".repeat(10_000)), None);
    }

    #[test]
    fn base64_takes_both_alphabets_and_any_padding() {
        assert_eq!(base64("-_-_"), base64("+/+/"));
        assert_eq!(base64("Zm8="), Some(b"fo".to_vec()));
        assert_eq!(base64("Zm8"), Some(b"fo".to_vec()));
        assert_eq!(base64("Z"), None);
        assert_eq!(strict_base64("Zm9="), None);
    }

    #[test]
    fn numbers_are_filled_up() {
        assert_eq!(in_base(0, BASE62, 6), "000000");
        assert_eq!(in_base(61, BASE62, 2), "0z");
        assert_eq!(in_base(u32::MAX, BASE36, 7), "1z141z3");
    }

    #[test]
    fn tells_typed_numbers_from_drawn_ones() {
        for typed in ["1234567890", "00000000", "9876543210", "111"] {
            assert!(is_counted(typed), "{typed}");
        }
        assert!(!is_counted("1293847561"));
        assert!(!is_counted("12x"));
    }
}
