//! Runs the examples that every rule carries.

use crate::config::Config;
use crate::decode::decode;
use crate::example::expand;
use crate::file_type::typical_path;
use crate::random::Random;
use crate::scan::{Scanner, Target};
use crate::source::Form;
use crate::spec::{Example, Rule};
use std::fmt;

/// An example that did not do what it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Index of the rule.
    pub rule: usize,
    /// Which list the example is in.
    pub list: List,
    /// Its place in that list, from 1.
    pub number: usize,
    /// What happened instead.
    pub what: String,
}

/// The two lists of examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `examples.match`
    Match,
    /// `examples.no-match`
    NoMatch,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.list {
            List::Match => "examples.match",
            List::NoMatch => "examples.no-match",
        };
        write!(f, "{list}, number {}: {}", self.number, self.what)
    }
}

/// Runs every example of one rule, by that rule alone.
///
/// Placeholders are filled from a seed that the rule's id and the example's number give, so that a
/// failure repeats and no other rule's examples change it.
#[must_use]
pub fn failures(config: &Config, scanner: &Scanner<'_>, index: usize) -> Vec<Failure> {
    let rule = &config.rules[index];
    let mut out = Vec::new();
    for (list, examples) in [(List::Match, &rule.matching), (List::NoMatch, &rule.twins)] {
        for (at, example) in examples.iter().enumerate() {
            if let Some(what) = failure(scanner, index, rule, example, list, at) {
                out.push(Failure {
                    rule: index,
                    list,
                    number: at + 1,
                    what,
                });
            }
        }
    }
    out
}

/// Returns an example as a file: its path and its content with the placeholders filled.
///
/// # Errors
///
/// Fails when a placeholder cannot be filled, or when what should be hexadecimal digits is not.
pub fn file_of(rule: &Rule, example: &Example, number: usize) -> Result<(String, Vec<u8>), String> {
    let mut random = Random::seeded(seed(&rule.id, number));
    let text = expand(&example.text, &mut random).map_err(|error| error.to_string())?;
    let bytes = if example.hex {
        bytes_of(&text).ok_or("`hex` takes pairs of hexadecimal digits")?
    } else {
        text.into_bytes()
    };
    Ok((path_of(rule, example), bytes))
}

fn failure(
    scanner: &Scanner<'_>,
    index: usize,
    rule: &Rule,
    example: &Example,
    list: List,
    at: usize,
) -> Option<String> {
    let (path, text) = match file_of(rule, example, at) {
        Ok(file) => file,
        Err(error) => return Some(error),
    };
    let decoded = decode(&text);
    let target = Target {
        path: path.as_str().into(),
        form: Form::File,
        decoded: &decoded,
        added: None,
        commit: None,
    };
    let result = match scanner.scan_with_rule(&target, index) {
        Ok(result) => result,
        Err(error) => return Some(error.to_string()),
    };
    match (list, result.findings.is_empty()) {
        (List::Match, true) => {
            let why = result
                .dropped
                .first()
                .map_or("the pattern does not match", |dropped| dropped.reason);
            Some(format!(
                "nothing is reported ({why}) in {path}: {}",
                first_line(&example.text)
            ))
        }
        (List::NoMatch, false) => Some(format!(
            "it is reported in {path}: {}",
            first_line(&example.text)
        )),
        _ => None,
    }
}

fn first_line(text: &str) -> &str {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
}

/// Returns the bytes that hexadecimal digits give; blanks between them do not matter.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    let byte = |pair: &[u8; 2]| {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        u8::try_from(digit(0)? << 4 | digit(1)?).ok()
    };
    let bytes = pairs.iter().map(byte).collect::<Option<Vec<u8>>>()?;
    rest.is_empty().then_some(bytes)
}

/// FNV-1a, so that each rule has examples of its own.
///
/// Source: G. Fowler, L. C. Noll, K.-P. Vo, <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn seed(id: &str, number: usize) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    (number as u64).to_le_bytes().into_iter().fold(hash, step)
}

/// Returns the example's own path, or one that the rule looks at.
fn path_of(rule: &Rule, example: &Example) -> String {
    if !example.path.is_empty() {
        return example.path.to_string();
    }
    match rule.marks.names.first().or_else(|| rule.paths.first()) {
        Some(glob) => path_from(glob),
        None => typical_path(rule.languages),
    }
}

/// Returns a path that a simple glob matches: `**/compose*.{yml,yaml}` gives `compose1.yml`.
fn path_from(glob: &str) -> String {
    let mut path = glob
        .replace("**/", "")
        .replace("/**", "/file")
        .replace('*', "1");
    while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
        if open > close {
            break;
        }
        let first = path[open + 1..close]
            .split(',')
            .next()
            .unwrap_or_default()
            .to_owned();
        path.replace_range(open..=close, &first);
    }
    path.trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_from_digits() {
        assert_eq!(bytes_of("00 fF\n7f"), Some(vec![0, 255, 127]));
        assert_eq!(bytes_of("0"), None);
        assert_eq!(bytes_of("+1"), None);
    }

    #[test]
    fn paths_from_globs() {
        assert_eq!(
            path_from("**/docker-compose*.{yml,yaml}"),
            "docker-compose1.yml"
        );
        assert_eq!(
            path_from(".github/workflows/*.yml"),
            ".github/workflows/1.yml"
        );
        assert_eq!(path_from("settings.py"), "settings.py");
    }
}
