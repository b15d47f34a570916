//! The function that lines of Python and JavaScript belong to, told from indentation alone.

use crate::spec::{Language, Languages, Rule};
use std::ops::Range;

/// Languages whose functions are told apart.
const TOLD_APART: Languages = Languages::of(&[Language::Python, Language::Javascript]);

/// Words before a bracket that open no function.
const CONTROL: [&[u8]; 10] = [
    b"if", b"for", b"while", b"switch", b"catch", b"else", b"try", b"with", b"do", b"return",
];

/// Narrows lines around a place to those of its own function: what the function beside it checks
/// says nothing about this one.
pub(super) fn own_block(
    rule: &Rule,
    text: &[u8],
    whole: &Range<usize>,
    lines: &Range<usize>,
) -> Range<usize> {
    if !TOLD_APART.meets(rule.languages) || lines.start > whole.start {
        return lines.clone();
    }
    let line = start_of_line(text, whole.start, lines.start);
    let depth = indentation(&text[line..lines.end]);
    if depth == 0 {
        return lines.clone();
    }
    let (start, opened) = match head_above(text, line, depth, lines.start) {
        Some((start, opened)) => (start, Some(opened)),
        None => (lines.start, None),
    };
    start..end_below(text, whole.end, depth, opened, lines.end)
}

/// Returns where the function begins that a line belongs to, with what stands above it as a mark,
/// and how far it is indented; nothing when that is before `from`.
fn head_above(text: &[u8], line: usize, depth: usize, from: usize) -> Option<(usize, usize)> {
    let mut at = line;
    let mut found = None;
    while at > from {
        let start = start_of_line(text, at - 1, from);
        let content = &text[start..at];
        match found {
            None if opens(content, depth) => found = Some((start, indentation(content))),
            Some((_, opened)) if is_mark(content) => found = Some((start, opened)),
            Some(_) => break,
            None => {}
        }
        at = start;
    }
    found
}

/// Returns where the function ends that a place belongs to, or `to`.
fn end_below(text: &[u8], place: usize, depth: usize, opened: Option<usize>, to: usize) -> usize {
    let mut at = end_of_line(text, place, to);
    while at < to {
        let end = end_of_line(text, at, to);
        let content = &text[at..end];
        let outside = match opened {
            Some(opened) => indentation(content) <= opened && !is_closing(content),
            None => opens(content, depth),
        };
        if outside && !content.trim_ascii().is_empty() {
            return at;
        }
        at = end;
    }
    to
}

/// Tells whether a line opens a function around what is indented by `depth`.
fn opens(line: &[u8], depth: usize) -> bool {
    let indented = indentation(line);
    let content = line.trim_ascii();
    if content.is_empty() || indented >= depth || is_closing(line) {
        return false;
    }
    if indented == 0 {
        return true;
    }
    if [&b"def "[..], b"async def ", b"class "]
        .iter()
        .any(|word| content.starts_with(word))
    {
        return true;
    }
    let word = content
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let head = content.strip_suffix(b"{").map(<[u8]>::trim_ascii_end);
    // A method: `remove(id: string): Promise<void> {`, not `items.map((item) => {`.
    head.is_some_and(|head| {
        let behind = head.iter().rposition(|byte| *byte == b')');
        let declares = behind.is_some_and(|at| {
            let kind = head[at + 1..].trim_ascii();
            kind.is_empty() || kind.starts_with(b":")
        });
        declares && !CONTROL.contains(&&content[..word])
    })
}

/// Tells whether a line only closes what lines above it opened.
fn is_closing(line: &[u8]) -> bool {
    matches!(line.trim_ascii().first(), Some(b')' | b'}' | b']'))
}

/// Tells whether a line is a mark or a comment above a function.
fn is_mark(line: &[u8]) -> bool {
    let content = line.trim_ascii();
    [&b"@"[..], b"#", b"//", b"*", b"/*"]
        .iter()
        .any(|sign| content.starts_with(sign))
}

/// Returns by how many bytes a line is indented.
fn indentation(line: &[u8]) -> usize {
    line.iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

fn start_of_line(text: &[u8], at: usize, from: usize) -> usize {
    text[from..at]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(from, |line| from + line + 1)
}

fn end_of_line(text: &[u8], at: usize, to: usize) -> usize {
    let at = at.min(to);
    text[at..to]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(to, |line| at + line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// Returns what is left of a text around a word.
    fn block(text: &str, word: &str) -> String {
        let config = Config::builtin();
        let rule = config
            .rules
            .iter()
            .find(|rule| TOLD_APART.meets(rule.languages))
            .expect("there are rules for Python");
        let at = text.find(word).expect("the text holds the word");
        let own = own_block(
            rule,
            text.as_bytes(),
            &(at..at + word.len()),
            &(0..text.len()),
        );
        text[own].to_owned()
    }

    #[test]
    fn functions_of_python_are_told_apart() {
        let one = "@route\ndef one(\n    name,\n):\n    if name:\n        HERE\n\n";
        let text = format!("import os\n\n{one}@safe\ndef two():\n    check()\n");
        assert_eq!(block(&text, "HERE"), one);
        assert_eq!(block(&text, "check()"), "@safe\ndef two():\n    check()\n");
        assert_eq!(block(&text, "import"), text);
    }

    #[test]
    fn methods_are_told_apart() {
        let one = "  @Get()\n  one(id: string): Promise<void> {\n    HERE;\n  }\n\n";
        let text = format!("class A {{\n{one}  two() {{\n    check();\n  }}\n}}\n");
        assert_eq!(block(&text, "HERE"), one);
    }

    #[test]
    fn callbacks_belong_to_their_function() {
        let one = "function one(list) {\n  check();\n  list.map((x) => {\n    if (x) {\n      HERE;\n    }\n  });\n}\n";
        let text = format!("{one}function two() {{\n  more();\n}}\n");
        assert_eq!(block(&text, "HERE"), one);
    }

    #[test]
    fn a_window_that_begins_within_a_function_is_cut_behind_it() {
        let text = "    a();\n    HERE;\n}\nfunction two() {\n  more();\n}\n";
        assert_eq!(block(text, "HERE"), "    a();\n    HERE;\n}\n");
    }
}
