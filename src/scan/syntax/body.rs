//! Where the bodies of functions begin and end, guessed by the lines of a file.

use super::cut::Cut;
use super::grammar::Grammar;
use super::places::{is_statement, is_word};
use super::quotes;
use memchr::memmem;
use std::ops::Range;

/// Over how many lines the head of a function may go.
const HEAD_LINES: usize = 30;

/// A line of a text.
pub(super) struct Line {
    start: usize,
    /// How far it is indented, in bytes; nothing for a line that says nothing.
    indent: Option<usize>,
}

pub(super) struct Lines<'t> {
    grammar: Grammar,
    text: &'t [u8],
    pub(super) all: Vec<Line>,
    /// The texts of Python that go over lines.
    texts: Vec<Range<usize>>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(grammar: Grammar, text: &'t [u8]) -> Self {
        let mut all = Vec::with_capacity(text.len() / 32);
        let mut start = 0;
        let feeds = memchr::memchr_iter(b'\n', text).map(|feed| feed + 1);
        for end in feeds.chain([text.len()]) {
            let line = &text[start..end];
            let indent = line.iter().position(|byte| !byte.is_ascii_whitespace());
            all.push(Line { start, indent });
            start = end;
        }
        let mut lines = Self {
            grammar,
            text,
            all,
            texts: Vec::new(),
        };
        if grammar == Grammar::Python {
            lines.hide_texts();
        }
        lines
    }

    /// Lets lines that begin inside a text say nothing, and those that are comments.
    fn hide_texts(&mut self) {
        let long = |text: &Range<usize>| memchr::memchr(b'\n', &self.text[text.clone()]).is_some();
        self.texts = quotes::python(self.text).filter(long).collect();
        let mut texts = self.texts.iter().peekable();
        for line in &mut self.all {
            while texts.next_if(|text| text.end <= line.start).is_some() {}
            let is_inside = texts.peek().is_some_and(|text| text.start < line.start);
            let is_comment = |indent: usize| self.text[line.start + indent] == b'#';
            if is_inside || line.indent.is_some_and(is_comment) {
                line.indent = None;
            }
        }
    }

    /// Returns a line without the white space around it.
    fn trimmed(&self, at: usize) -> &'t [u8] {
        let end = self
            .all
            .get(at + 1)
            .map_or(self.text.len(), |next| next.start);
        self.text[self.all[at].start..end].trim_ascii()
    }

    /// Returns the next line that is not indented deeper than the head of a function.
    fn end(&self, from: usize, indent: usize) -> Option<usize> {
        let ends = |line: &Line| line.indent.is_some_and(|other| other <= indent);
        self.all[from..].iter().position(ends).map(|far| from + far)
    }

    fn cut(&self, rows: Range<usize>, braces: Option<(usize, usize)>) -> Cut {
        Cut {
            range: self.all[rows.start].start..self.all[rows.end].start,
            rows,
            braces,
        }
    }
}

/// Returns the body of the function of Python that begins on a line.
pub(super) fn indented(lines: &Lines<'_>, at: usize) -> Option<Cut> {
    let indent = lines.all[at].indent?;
    let head = lines.trimmed(at);
    if !head.starts_with(b"def ") && !head.starts_with(b"async def ") {
        return None;
    }
    let mut open = 0_usize;
    let last = (at..lines.all.len().min(at + HEAD_LINES)).find(|line| {
        let line = lines.trimmed(*line);
        for byte in line {
            match byte {
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        open == 0
    })?;
    if !lines.trimmed(last).ends_with(b":") {
        return None;
    }
    let start = lines.all[at].start + indent;
    let end = lines.end(last + 1, indent)?;
    Some(lines.cut(last + 1..end, Some((start, start))))
}

/// Returns what the text says that begins on a line and tells of a function or class of Python.
pub(super) fn docstring(lines: &Lines<'_>, at: usize) -> Option<Cut> {
    let indent = lines.all[at].indent?;
    let mut start = lines.all[at].start + indent;
    start += lines.text[start..]
        .iter()
        .position(|byte| !matches!(byte, b'r' | b'R' | b'u'))?;
    let found = lines
        .texts
        .binary_search_by_key(&start, |text| text.start)
        .ok()?;
    let above = (0..at).rev().find(|line| lines.all[*line].indent.is_some());
    let tells = above.is_none_or(|above| {
        let above = lines.trimmed(above);
        let starts = |words: &[&[u8]]| words.iter().any(|word| above.starts_with(word));
        above.ends_with(b":") && starts(&[b"class ", b"def ", b"async ", b")"])
    });
    if !tells || is_statement(&lines.text[start + 3..]) {
        return None;
    }
    let end = lines.texts[found].end;
    let last = lines.all.partition_point(|line| line.start < end) - 1;
    (at + 1 < last).then(|| lines.cut(at + 1..last, None))
}

/// Returns what the comment says that begins on a line; nothing where it may be part of a text with
/// something put in.
pub(super) fn comment(lines: &Lines<'_>, at: usize) -> Option<Cut> {
    let start = lines.all[at].start + lines.all[at].indent?;
    let inner = lines.text[start..].strip_prefix(b"/*")?;
    let end = start + 2 + memmem::find(inner, b"*/")?;
    let last = lines.all.partition_point(|line| line.start < end) - 1;
    let is_text = |said: &[u8]| memchr::memchr2(b'`', b'$', said).is_some();
    (at + 1 < last && !is_text(&lines.text[start..end])).then(|| lines.cut(at + 1..last, None))
}

/// Returns the body in braces whose opening one ends a line.
pub(super) fn braced(lines: &Lines<'_>, at: usize) -> Option<Cut> {
    let indent = lines.all[at].indent?;
    let line = lines.trimmed(at);
    let head = line.strip_suffix(b"{")?.trim_ascii_end();
    let head = match (head.is_empty(), at.checked_sub(1)) {
        (true, Some(above)) if lines.all[above].indent == Some(indent) => lines.trimmed(above),
        _ => head,
    };
    if !is_head(lines, at, indent, head) {
        return None;
    }
    let end = lines.end(at + 1, indent)?;
    let close = lines.all[end].start + indent;
    if lines.all[end].indent != Some(indent) || lines.text[close] != b'}' || end == at + 1 {
        return None;
    }
    let open = lines.all[at].start + indent + line.len() - 1;
    Some(lines.cut(at + 1..end, Some((open, close))))
}

/// Tells whether what stands before a brace reads like the head of a function.
fn is_head(lines: &Lines<'_>, at: usize, indent: usize, head: &[u8]) -> bool {
    if lines.grammar == Grammar::Go {
        return memmem::find(head, b"func").is_some();
    }
    let is_script = matches!(
        lines.grammar,
        Grammar::Javascript | Grammar::Typescript | Grammar::Tsx
    );
    if is_script && head.ends_with(b"=>") {
        return true;
    }
    let is_typed = || memmem::find(head, b"):").is_some() && !head.ends_with(b":");
    let is_thrown = || memmem::find(head, b") throws ").is_some();
    if !(head.ends_with(b")") || is_typed() || is_thrown()) {
        return false;
    }
    // `) {` ends what began above.
    let first = if head.starts_with(b")") {
        let above = (at.saturating_sub(HEAD_LINES)..at).rev();
        let mut same = above.filter(|line| lines.all[*line].indent == Some(indent));
        same.next().map(|line| lines.trimmed(line))
    } else {
        Some(head)
    };
    first.is_some_and(|first| {
        let named = first.split(|byte| *byte == b'(').next().unwrap_or_default();
        let mut words = named.split(|byte| !is_word(*byte));
        first[0] != b'}' && words.all(|word| !OTHERS.contains(&word))
    })
}

/// Words before the parenthesis of what is no function.
const OTHERS: [&[u8]; 23] = [
    b"if",
    b"else",
    b"for",
    b"foreach",
    b"while",
    b"switch",
    b"do",
    b"try",
    b"catch",
    b"with",
    b"class",
    b"interface",
    b"enum",
    b"struct",
    b"record",
    b"namespace",
    b"new",
    b"using",
    b"lock",
    b"fixed",
    b"synchronized",
    b"match",
    b"case",
];
