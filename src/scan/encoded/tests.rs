use super::*;
use crate::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::io::Write as _;

/// What all of these hide.
const PLAIN: &str = "the first line of a text\nand its second line, which is as plain as that\n";

fn hex(text: &[u8]) -> String {
    use std::fmt::Write as _;
    text.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).expect("it is written to memory");
    packer.finish().expect("it is written to memory")
}

fn escaped(text: &str, escape: impl Fn(u8) -> String) -> String {
    text.bytes().map(escape).collect()
}

/// Returns what the places of a text say, each with where it stands.
fn decoded(text: &str) -> Vec<(Range<usize>, String)> {
    let mut budget = Budget::new();
    places(text.as_bytes())
        .iter()
        .filter_map(|place| {
            let plain = decode(text.as_bytes(), place, &mut budget)?;
            let text = String::from_utf8(plain.text).expect("it is a text");
            Some((place.range.clone(), text))
        })
        .collect()
}

#[test]
fn every_encoding_is_decoded_where_it_stands() {
    let wide: Vec<u8> = PLAIN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for written in [
        STANDARD.encode(PLAIN),
        URL_SAFE_NO_PAD.encode(PLAIN),
        hex(PLAIN.as_bytes()),
        hex(PLAIN.as_bytes()).to_ascii_uppercase(),
        format!("0x{}", hex(PLAIN.as_bytes())),
        STANDARD.encode(gzip(PLAIN.as_bytes())),
        STANDARD.encode(wide),
        escaped(PLAIN, |byte| format!("%{byte:02X}")),
        escaped(PLAIN, |byte| format!("&#{byte};")),
        escaped(PLAIN, |byte| format!("&#x{byte:x};")),
        escaped(PLAIN, |byte| format!("\\x{byte:02x}")),
        escaped(PLAIN, |byte| format!("\\u{byte:04x}")),
        escaped(PLAIN, |byte| format!("\\u{{{byte:x}}}")),
        escaped(PLAIN, |byte| format!("\\{byte:03o}")),
    ] {
        let text = format!("a = 1\nvalue: \"{written}\"\nb = 2\n");
        let at = text.find(&written).expect("it stands there");
        let found = decoded(&text);
        assert_eq!(
            found,
            [(at..at + written.len(), PLAIN.to_owned())],
            "{written}"
        );
    }
}

#[test]
fn lines_of_base_64_are_taken_together() {
    let long = PLAIN.repeat(4);
    let code = STANDARD.encode(&long);
    let lines: Vec<&str> = code
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).expect("base 64 is ASCII"))
        .collect();
    for between in ["\n", "\r\n", "\n    ", "\\n"] {
        let text = format!("data: |\n  {}\nother: 1\n", lines.join(between));
        let found = decoded(&text);
        assert_eq!(found.len(), 1, "{between:?}");
        assert_eq!(found[0].1, long, "{between:?}");
    }
}

#[test]
fn literals_that_go_on_in_a_word_are_joined() {
    for (text, joined) in [
        (
            "k = \"abcdefghij\" + \"klmnopqrst\";",
            "abcdefghijklmnopqrst",
        ),
        ("$k = 'abcdefghij' . 'klmnopqrst';", "abcdefghijklmnopqrst"),
        (
            "k = (\"abcdefghij\"\n     \"klmnopqrst\")",
            "abcdefghijklmnopqrst",
        ),
        (
            "k = 'abcdefgh' +\n  'ijklmnop' +\n  'qrst'",
            "abcdefghijklmnopqrst",
        ),
    ] {
        let found = decoded(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].1, joined, "{text}");
    }
    for text in [
        "say(\"a sentence of words \" + \"and another one\")",
        "f(\"abcdefghij\", \"klmnopqrst\")",
        "k = \"abc\" + \"def\"",
    ] {
        assert_eq!(decoded(text), [], "{text}");
    }
}

#[test]
fn what_only_looks_encoded_is_left_alone() {
    let mut random = Random::seeded(9);
    let noise = random.bytes(300);
    for text in [
        format!("sha = \"{}\"", hex(&noise[..32])),
        format!("key = \"{}\"", STANDARD.encode(&noise)),
        "let a_very_long_name_of_a_function_that_does_little = 1;".to_owned(),
        "import a/path/of/many/folders/which/is/longer/than/that".to_owned(),
        "r = \"^\\\\d+\\n\\t[a-z]%20b%2Fc &amp; d\"".to_owned(),
    ] {
        assert_eq!(decoded(&text), [], "{text}");
    }
}

#[test]
fn a_bomb_is_unpacked_as_far_as_the_budget_goes() {
    let bomb = STANDARD.encode(gzip(&vec![b'a'; 8 * BUDGET_BYTES]));
    let place = places(bomb.as_bytes()).remove(0);
    let mut budget = Budget::new();
    let plain = decode(bomb.as_bytes(), &place, &mut budget).expect("it says something");
    assert!(plain.text.len() <= BUDGET_BYTES);
    assert!(budget.spent, "the rest was left");
    assert_eq!(decode(bomb.as_bytes(), &place, &mut budget), None);
}

#[test]
fn damage_costs_what_follows_it_only() {
    let packed = gzip(PLAIN.repeat(50).as_bytes());
    let broken = STANDARD.encode(&packed[..packed.len() - 9]);
    let found = decoded(&broken);
    assert!(found[0].1.starts_with(&PLAIN[..20]));
}

#[test]
fn random_bytes_of_these_signs_do_no_harm() {
    let mut random = Random::seeded(31);
    for _ in 0..3000 {
        let length = random.below(200);
        let text = random.pick("%&\\#xu{}0aF1;\"'+. \n=A", length);
        let mut budget = Budget::new();
        for place in places(text.as_bytes()) {
            assert!(place.range.end <= text.len() && place.range.start < place.range.end);
            let _ = decode(text.as_bytes(), &place, &mut budget);
        }
    }
}
