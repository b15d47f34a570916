#![no_main]
//! Text of any encoding.

use guard::decode::{Encoding, decode, folded};
use guard::lines::{self, LineIndex};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let decoded = decode(bytes);
    if decoded.encoding == Encoding::Bytes {
        assert!(bytes.ends_with(&decoded.text));
    }
    let index = LineIndex::new(&decoded.text);
    assert_eq!(index.line_count(), lines::count(&decoded.text));
    let mut line = 1;
    for offset in 0..=decoded.text.len() {
        let position = index.position(offset);
        assert!(position.line >= line && position.column >= 1);
        line = position.line;
    }
    // The second view holds every byte of plain text that the first was made of.
    let view = folded(bytes);
    let letters = |text: &[u8]| {
        text.iter()
            .filter(|byte| byte.is_ascii_alphanumeric())
            .count()
    };
    assert_eq!(letters(&view), letters(bytes));
});
