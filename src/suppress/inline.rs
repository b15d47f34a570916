//! `guard:allow RULE-ID reason`, on the line of a finding or on the line above it.

use crate::lines::LineIndex;
use bstr::ByteSlice;
use std::cell::Cell;

/// What an inline exception starts with.
pub const MARKER: &str = "guard:allow";

/// The inline exceptions of a text.
#[derive(Debug, Default)]
pub struct Inline {
    /// In the order of their lines.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    line: u32,
    rule: String,
    /// Whether anything but the comment stands on its line; then it covers that line only.
    beside_code: bool,
    has_reason: bool,
    used: Cell<bool>,
}

impl Inline {
    /// Reads every inline exception of a text.
    #[must_use]
    pub fn read(text: &[u8], lines: &LineIndex<'_>) -> Self {
        let mut entries = Vec::new();
        let mut last_line = 0;
        for at in text.find_iter(MARKER) {
            let line = lines.line_of(at);
            let whole = lines.range(line);
            // A marker before it on its line is text, too: a long line is read once.
            let beside_marker = std::mem::replace(&mut last_line, line) == line;
            let before = &text[whole.start..at];
            let Some((rule, rest)) = rule_and_rest(&text[at + MARKER.len()..whole.end]) else {
                continue;
            };
            // The reason is what is left when the comment's own end is taken off.
            let is_end = |c: char| {
                c.is_whitespace() || matches!(c, '-' | '*' | '/' | '>' | '}' | '#' | ':' | ')')
            };
            entries.push(Entry {
                line,
                rule,
                beside_code: beside_marker || before.iter().any(u8::is_ascii_alphanumeric),
                has_reason: rest.chars().any(|c| !is_end(c)),
                used: Cell::new(false),
            });
        }
        Self { entries }
    }

    /// Tells whether a finding of `rule` on lines `first` to `last` is allowed, and remembers it.
    #[must_use]
    pub fn allows(&self, rule: &str, first: u32, last: u32) -> bool {
        let mut allowed = false;
        // Those on the lines themselves, and on the line above.
        let begin = self
            .entries
            .partition_point(|entry| entry.line.saturating_add(1) < first);
        let near = self.entries[begin..]
            .iter()
            .take_while(|entry| entry.line <= last);
        for entry in near {
            let reaches = entry.line >= first || !entry.beside_code;
            if entry.rule == rule && reaches {
                entry.used.set(true);
                allowed |= entry.has_reason;
            }
        }
        allowed
    }

    /// Calls `visit` with what is wrong with each exception, and its line: it covers nothing, or
    /// it gives no reason and therefore does not count.
    pub fn complaints(&self, is_rule: impl Fn(&str) -> bool, mut visit: impl FnMut(u32, String)) {
        for entry in &self.entries {
            // A sentence about the marker is no exception.
            if !is_rule(&entry.rule) {
                continue;
            }
            if !entry.used.get() {
                visit(
                    entry.line,
                    format!(
                        "`{MARKER} {}` allows nothing here any more; take it out",
                        entry.rule
                    ),
                );
            } else if !entry.has_reason {
                visit(
                    entry.line,
                    format!(
                        "`{MARKER} {}` gives no reason, so it does not count",
                        entry.rule
                    ),
                );
            }
        }
    }
}

/// Splits ` RULE-ID reason` or `[RULE-ID] reason`.
fn rule_and_rest(text: &[u8]) -> Option<(String, &[u8])> {
    let text = match text.strip_prefix(b"[") {
        Some(rest) => rest,
        None if text.first().is_some_and(u8::is_ascii_whitespace) => text.trim_start(),
        None => return None,
    };
    let end = text
        .find_not_byteset(b"abcdefghijklmnopqrstuvwxyz0123456789-")
        .unwrap_or(text.len());
    let rule = text[..end].to_str().ok().filter(|rule| !rule.is_empty())?;
    let rest = &text[end..];
    Some((rule.to_owned(), rest.strip_prefix(b"]").unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Inline {
        Inline::read(text.as_bytes(), &LineIndex::new(text.as_bytes()))
    }

    #[test]
    fn covers_its_line_and_from_a_line_of_its_own_the_next() {
        let inline = read(
            "x = 1  # guard:allow py-eval reviewed 2026\ny = 2\n# guard:allow py-eval reviewed\nz = 3\n",
        );
        assert!(inline.allows("py-eval", 1, 1));
        assert!(!inline.allows("py-eval", 2, 2));
        assert!(inline.allows("py-eval", 4, 4));
        assert!(!inline.allows("py-exec", 1, 1));
        assert!(
            inline.allows("py-eval", 1, 5),
            "anywhere on a match of several lines"
        );
    }

    #[test]
    fn a_reason_is_asked_for() {
        for text in [
            "x # guard:allow py-eval",
            "x /* guard:allow py-eval */",
            "<!-- guard:allow[py-eval] -->",
        ] {
            let inline = read(text);
            assert!(!inline.allows("py-eval", 1, 1), "{text}");
            let mut said = Vec::new();
            inline.complaints(|_| true, |line, what| said.push((line, what)));
            assert_eq!(said.len(), 1);
            assert!(said[0].1.contains("no reason"), "{said:?}");
        }
    }

    #[test]
    fn one_that_allows_nothing_is_told_unless_it_is_prose() {
        let inline =
            read("# guard:allow py-eval once needed\n# write guard:allow RULE-ID reason\n");
        let mut said = Vec::new();
        inline.complaints(|id| id == "py-eval", |line, _| said.push(line));
        assert_eq!(said, [1]);
    }
}
