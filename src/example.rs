//! Fills the placeholders of examples in pattern files, so that no live-looking token has to
//! stand in one. `docs/patterns.md` lists them.

use crate::random::Random;
use crate::scan::judge::checksum;
use crate::spec::Checksum;

/// The longest run that a placeholder may ask for: longer than any token there is.
const MAX_RUN: usize = 4096;

/// Why an example cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExampleError {
    /// The length is no number from 1 to 4096.
    #[error("placeholder `{placeholder}`: the length must be a number from 1 to {MAX_RUN}")]
    Length {
        /// The placeholder as written.
        placeholder: String,
    },
    /// `{make:NAME}` names no checksum.
    #[error("placeholder `{placeholder}`: there is no checksum of that name")]
    UnknownChecksum {
        /// The placeholder as written.
        placeholder: String,
    },
    /// `{uuid:N}` with an N other than 4.
    #[error("placeholder `{placeholder}`: only random UUIDs, `{{uuid:4}}`, can be made")]
    UuidVersion {
        /// The placeholder as written.
        placeholder: String,
    },
}

/// Replaces every placeholder in `text` by random text of its kind.
///
/// Only `{name:ARG}` with a known name is one; `{x}`, `{{x}}`, `${VAR}` and `{0:>8}` stay as they
/// are. The same text and generator give the same result.
///
/// # Errors
///
/// Fails when a placeholder's argument makes no sense; the error names the placeholder.
pub fn expand(text: &str, random: &mut Random) -> Result<String, ExampleError> {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some((placeholder, kind, argument)) = placeholder(rest) else {
            out.push('{');
            rest = &rest[1..];
            continue;
        };
        out.push_str(&fill(placeholder, kind, argument, random)?);
        rest = &rest[placeholder.len()..];
    }
    out.push_str(rest);
    Ok(out)
}

/// What a placeholder stands for.
#[derive(Clone, Copy)]
enum Kind {
    Run(&'static str),
    Uuid,
    Make,
}

/// Reads the placeholder that `text`, which starts with a brace, begins with.
fn placeholder(text: &str) -> Option<(&str, Kind, &str)> {
    let close = text.find('}')?;
    let (name, argument) = text[1..close].split_once(':')?;
    let kind = match name {
        "hex" => Kind::Run("0123456789abcdef"),
        "HEX" => Kind::Run("0123456789ABCDEF"),
        "digits" => Kind::Run("0123456789"),
        "lower" => Kind::Run("abcdefghijklmnopqrstuvwxyz"),
        "upper" => Kind::Run("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "letters" => Kind::Run("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
        "alnum" => Kind::Run("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
        "loweralnum" => Kind::Run("0123456789abcdefghijklmnopqrstuvwxyz"),
        "upperalnum" => Kind::Run("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "base64" => Kind::Run("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
        "base64url" => {
            Kind::Run("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        }
        "base32" => Kind::Run("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
        "uuid" => Kind::Uuid,
        "make" => Kind::Make,
        _ => return None,
    };
    Some((&text[..=close], kind, argument))
}

/// Makes the text that takes the placeholder's place.
fn fill(
    placeholder: &str,
    kind: Kind,
    argument: &str,
    random: &mut Random,
) -> Result<String, ExampleError> {
    match kind {
        Kind::Run(alphabet) => match argument.parse() {
            Ok(n) if (1..=MAX_RUN).contains(&n) => Ok(run(alphabet, n, random)),
            _ => Err(ExampleError::Length {
                placeholder: placeholder.to_owned(),
            }),
        },
        Kind::Uuid if argument == "4" => Ok(random.uuid()),
        Kind::Uuid => Err(ExampleError::UuidVersion {
            placeholder: placeholder.to_owned(),
        }),
        Kind::Make => Checksum::from_name(argument)
            .map(|check| checksum::sample(check, random))
            .ok_or_else(|| ExampleError::UnknownChecksum {
                placeholder: placeholder.to_owned(),
            }),
    }
}

/// Returns `n` characters that no judge takes for a word or a filler.
fn run(alphabet: &str, n: usize, random: &mut Random) -> String {
    loop {
        let text = random.pick(alphabet, n);
        if n < 8 || looks_random(alphabet, text.as_bytes()) {
            return text;
        }
    }
}

/// Whether a run of 8 or more has enough different characters, in no order, and of every class
/// that its alphabet has.
fn looks_random(alphabet: &str, run: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in run {
        seen[usize::from(byte)] = true;
    }
    let distinct = seen.iter().filter(|&&seen| seen).count();
    let has =
        |class: fn(&u8) -> bool| !alphabet.bytes().any(|b| class(&b)) || run.iter().any(class);
    distinct >= run.len().min(8) / 2
        && !run.is_sorted()
        && !run.iter().rev().is_sorted()
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, seed: u64) -> String {
        expand(text, &mut Random::seeded(seed)).expect("the example expands")
    }

    #[test]
    fn fills_every_kind_with_its_alphabet_and_length() {
        type Class = fn(char) -> bool;
        let kinds: [(&str, Class); 12] = [
            ("hex", |c| matches!(c, '0'..='9' | 'a'..='f')),
            ("HEX", |c| matches!(c, '0'..='9' | 'A'..='F')),
            ("digits", |c| c.is_ascii_digit()),
            ("lower", |c| c.is_ascii_lowercase()),
            ("upper", |c| c.is_ascii_uppercase()),
            ("letters", |c| c.is_ascii_alphabetic()),
            ("alnum", |c| c.is_ascii_alphanumeric()),
            ("loweralnum", |c| {
                c.is_ascii_lowercase() || c.is_ascii_digit()
            }),
            ("upperalnum", |c| {
                c.is_ascii_uppercase() || c.is_ascii_digit()
            }),
            ("base64", |c| c.is_ascii_alphanumeric() || "+/".contains(c)),
            ("base64url", |c| {
                c.is_ascii_alphanumeric() || "-_".contains(c)
            }),
            ("base32", |c| {
                c.is_ascii_uppercase() || matches!(c, '2'..='7')
            }),
        ];
        for (name, class) in kinds {
            for n in [1, 8, 40, 4096] {
                let text = filled(&format!("<{{{name}:{n}}}>"), 5);
                let run = text
                    .strip_prefix('<')
                    .and_then(|text| text.strip_suffix('>'));
                let run = run.expect("the text around a placeholder stays");
                assert_eq!(run.len(), n, "{name}");
                assert!(run.chars().all(class), "{name}: {run}");
            }
        }
    }

    #[test]
    fn long_runs_look_random_whatever_the_seed() {
        for seed in 0..2000 {
            let mut random = Random::seeded(seed);
            for kind in ["hex", "HEX", "alnum", "upperalnum", "base32", "base64url"] {
                let text = expand(&format!("{{{kind}:8}}"), &mut random).expect("it expands");
                assert!(text.bytes().any(|b| b.is_ascii_digit()), "{kind}: {text}");
                assert!(
                    text.bytes().any(|b| b.is_ascii_alphabetic()),
                    "{kind}: {text}"
                );
                assert!(!text.as_bytes().is_sorted(), "{kind}: {text}");
            }
        }
        assert!(!looks_random("abc", b"aaaaaaab"));
        assert!(!looks_random("0123456789", b"01234567"));
        assert!(!looks_random("0123456789", b"98765432"));
        assert!(looks_random("0123456789", b"01293847"));
    }

    #[test]
    fn everything_else_in_braces_stays() {
        for text in [
            "",
            "{",
            "}{",
            "{x}",
            "{{x}}",
            "${VAR}",
            "{0:>8}",
            "{total:.2f}",
            "f'{a:x} {b}'",
            "{hex}",
            "{ hex:8}",
            "{Hex:8}",
            "{hex:8",
            "{\"a\": {\"b\": 1}}",
            "ключ {имя:8}",
        ] {
            assert_eq!(filled(text, 1), text);
        }
    }

    #[test]
    fn braces_around_a_placeholder_stay() {
        let text = filled("{{hex:8}} ${digits:3} {a{b{upper:2}}}", 9);
        assert!(text.starts_with('{') && text.ends_with("}}"), "{text}");
        assert_eq!(
            text.len(),
            "{}".len() + 8 + " $ ".len() + 3 + "{a{b}}".len() + 2
        );
    }

    #[test]
    fn makes_secrets_by_name() {
        assert!(filled("{make:github}", 1).starts_with("ghp_"));
        for check in Checksum::ALL {
            assert!(!filled(&format!("{{make:{check}}}"), 1).is_empty());
        }
    }

    #[test]
    fn makes_uuids() {
        let text = filled("{uuid:4}", 4);
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(text.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&text.as_bytes()[19]));
    }

    #[test]
    fn senseless_arguments_are_errors_that_name_the_placeholder() {
        for text in [
            "{hex:}",
            "{hex:x}",
            "{hex:0}",
            "{hex:4097}",
            "{hex:-1}",
            "{hex:99999999999999999999}",
        ] {
            let error = expand(&format!("a {text} b"), &mut Random::seeded(1)).expect_err(text);
            assert_eq!(
                error,
                ExampleError::Length {
                    placeholder: text.to_owned()
                }
            );
            assert!(error.to_string().contains(text));
        }
        let error = expand("{make:nothing}", &mut Random::seeded(1)).expect_err("unknown name");
        assert_eq!(
            error.to_string(),
            "placeholder `{make:nothing}`: there is no checksum of that name"
        );
        let error = expand("{uuid:7}", &mut Random::seeded(1)).expect_err("unknown version");
        assert!(
            error.to_string().contains("`{uuid:7}`") && error.to_string().contains("`{uuid:4}`")
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let text = "{alnum:32} {make:jwt} {uuid:4}";
        assert_eq!(filled(text, 11), filled(text, 11));
        assert_ne!(filled(text, 11), filled(text, 12));
    }
}
