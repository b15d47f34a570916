//! Numbers of payment cards.

use super::Outcome::{self, Public, Refuted, Unknown};
use crate::random::Random;

/// Numbers that payment providers publish for tests.
///
/// Source: <https://docs.stripe.com/testing>,
/// <https://docs.adyen.com/development-resources/testing/test-card-numbers>,
/// <https://developer.paypal.com/braintree/docs/reference/general/testing> and
/// <https://developer.squareup.com/docs/devtools/sandbox/payments>
const TESTS: [&str; 26] = [
    "2223000048400011",
    "2223520443560010",
    "30569309025904",
    "3056930009020004",
    "3566002020360505",
    "36227206271667",
    "371449635392376",
    "371449635398431",
    "374251018720018",
    "374251021090003",
    "378282246310005",
    "378734493671000",
    "4005562231212149",
    "4012000033330026",
    "4263982640269299",
    "4532759734545858",
    "4917484589897107",
    "4988438843884305",
    "5100290029002909",
    "5111010030175156",
    "5200828282828210",
    "5204740009900014",
    "5424180279791732",
    "5425233430109903",
    "6011000990139424",
    "6250941006528599",
];

/// 12 to 19 digits, in groups or not, with the check digit of Luhn.
///
/// One number in ten has a right check digit by chance, so a right one is no proof. Numbers that
/// were typed and not issued are public: the published test numbers, and whatever repeats a digit
/// five times or has few different ones.
///
/// Source: ISO/IEC 7812-1, annex B, <https://www.iso.org/standard/70484.html>
pub(super) fn number(text: &str) -> Outcome {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'-'))
        .collect();
    if !digits.iter().all(u8::is_ascii_digit) || !(12..=19).contains(&digits.len()) {
        return Refuted("a card's number has 12 to 19 digits");
    }
    if !luhn(&digits) {
        return Refuted("its check digit is wrong");
    }
    if TESTS.iter().any(|test| test.as_bytes() == digits) || is_typed(&digits) {
        return Public("it is a number for tests");
    }
    Unknown
}

/// Whether the digits, every second from the right doubled, add up to a multiple of ten.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, u32::from(digit - b'0')) {
            (0, value) => value,
            (_, value) if value > 4 => value * 2 - 9,
            (_, value) => value * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether a person made the number up: a digit five times in a row, five digits that count up or
/// down, or no more than four different ones. Of random numbers one in 400 looks so.
fn is_typed(digits: &[u8]) -> bool {
    let steps = |step: i16| {
        digits.windows(5).any(|run| {
            run.windows(2)
                .all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step)
        })
    };
    let distinct = (b'0'..=b'9').filter(|digit| digits.contains(digit));
    steps(0) || steps(1) || steps(-1) || distinct.count() <= 4
}

pub(super) fn number_sample(random: &mut Random) -> String {
    loop {
        let body = format!("4{}", random.pick("0123456789", 14));
        let text = (0..10)
            .map(|check| format!("{body}{check}"))
            .find(|text| luhn(text.as_bytes()));
        match text {
            Some(text) if number(&text) == Unknown => return text,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of ISO/IEC 7812-1, which many descriptions repeat.
    #[test]
    fn the_check_digit_is_that_of_the_standard() {
        assert!(luhn(b"79927398713"));
        for last in b"012456789" {
            assert!(!luhn(&[b"7992739871".as_slice(), &[*last]].concat()));
        }
    }

    #[test]
    fn test_numbers_are_public_in_any_grouping() {
        for text in [
            "4111111111111111",
            "4242 4242 4242 4242",
            "5555-5555-5555-4444",
            "378282246310005",
            "4000 0566 5566 5556",
        ] {
            assert!(matches!(number(text), Public(_)), "{text}");
        }
        for test in TESTS {
            assert!(matches!(number(test), Public(_)), "{test}");
        }
    }

    #[test]
    fn other_numbers_are_told_apart_by_their_check_digit() {
        let text = number_sample(&mut Random::seeded(4));
        let (body, last) = text.split_at(15);
        assert_eq!(number(&text), Unknown);
        let other = if last == "3" { "4" } else { "3" };
        assert!(matches!(number(&format!("{body}{other}")), Refuted(_)));
        assert!(matches!(number("4000"), Refuted(_)));
        assert!(matches!(number("4000-abcd-1234-5678"), Refuted(_)));
    }
}
