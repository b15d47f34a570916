//! Lines of a text: how it is split, and where an offset lies in it.
//!
//! One definition serves everything that counts lines. A line ends with LF; a CR before it belongs
//! to the end. A text without any LF is split at CR, as editors do with old Macintosh files.
//! What follows the last end is a line of its own unless it is empty.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

/// Returns the byte that ends the lines of `text`: LF, or CR when there is a CR and no LF.
#[must_use]
pub fn terminator(text: &[u8]) -> u8 {
    if memchr::memchr(b'\n', text).is_none() && memchr::memchr(b'\r', text).is_some() {
        b'\r'
    } else {
        b'\n'
    }
}

/// Returns the lines of `text`, each without its end.
#[must_use]
pub fn split(text: &[u8]) -> Lines<'_> {
    Lines::new(text, terminator(text))
}

/// Returns how many lines `text` has; an empty text has none.
#[must_use]
pub fn count(text: &[u8]) -> u32 {
    count_ended_by(text, terminator(text))
}

/// Returns how many lines `text` has when `terminator` ends them.
pub(crate) fn count_ended_by(text: &[u8], terminator: u8) -> u32 {
    let ends = memchr::memchr_iter(terminator, text).count();
    let unended = text.last().is_some_and(|&byte| byte != terminator);
    number(ends + usize::from(unended))
}

/// Turns a count of lines or characters into the type they are numbered in.
///
/// A text of more than four billion lines gets the highest number for all lines beyond.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The lines of a text, each without its end.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    rest: &'t [u8],
    terminator: u8,
}

impl<'t> Lines<'t> {
    /// Splits `text` at `terminator`.
    pub(crate) fn new(text: &'t [u8], terminator: u8) -> Self {
        Self {
            rest: text,
            terminator,
        }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(self.terminator, self.rest);
        let (line, rest) = self
            .rest
            .split_at(end.map_or(self.rest.len(), |end| end + 1));
        self.rest = rest;
        Some(without_end(line, self.terminator))
    }
}

/// Cuts the end off a line: the terminator and a CR before it, or a CR at the end of the text.
fn without_end(line: &[u8], terminator: u8) -> &[u8] {
    let line = line.strip_suffix(&[terminator]).unwrap_or(line);
    line.strip_suffix(b"\r")
        .filter(|_| terminator == b'\n')
        .unwrap_or(line)
}

/// A place in a text, as editors show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1; a byte that is not UTF-8 counts as one character.
    pub column: u32,
}

/// Finds lines by offset and offsets by line.
///
/// Costs nothing until it is first asked; then it holds 8 bytes for each line.
#[derive(Debug)]
pub struct LineIndex<'t> {
    text: &'t [u8],
    terminator: u8,
    /// Offset at which each line starts.
    starts: OnceCell<Vec<usize>>,
    /// The last column worked out, so that many places on one long line cost one pass together.
    last: Cell<Column>,
}

/// How many characters lie between the start of a line and an offset on it.
#[derive(Clone, Copy, Debug, Default)]
struct Column {
    start: usize,
    offset: usize,
    characters: usize,
}

impl<'t> LineIndex<'t> {
    /// Returns the byte that ends lines here.
    #[must_use]
    pub fn terminator(&self) -> u8 {
        self.terminator
    }

    /// Prepares to find lines in `text`.
    #[must_use]
    pub fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            terminator: terminator(text),
            starts: OnceCell::new(),
            last: Cell::new(Column::default()),
        }
    }

    /// Returns how many lines there are; an empty text has none.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        number(self.starts().len())
    }

    /// Returns the line on which the byte at `offset` lies, from 1.
    ///
    /// The bytes that end a line lie on it. The end of the text, and anything beyond, lies on the
    /// last line; in an empty text on line 1.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> u32 {
        number(
            self.starts()
                .partition_point(|&start| start <= offset)
                .max(1),
        )
    }

    /// Returns line and column of the byte at `offset`, as editors show them.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_of(offset);
        let start = self.range_with_end(line).start;
        let last = self.last.get();
        let from = if last.start == start && last.offset <= offset {
            last
        } else {
            Column {
                start,
                offset: start,
                characters: 0,
            }
        };
        let characters = from.characters + characters(&self.text[from.offset..offset]);
        // Inside a character nothing is remembered: its bytes were counted one by one.
        if is_boundary(self.text, offset) {
            self.last.set(Column {
                start,
                offset,
                characters,
            });
        }
        Position {
            line,
            column: number(characters.saturating_add(1)),
        }
    }

    /// Returns where `line` lies, without its end; empty and at the end for a line beyond the last.
    #[must_use]
    pub fn range(&self, line: u32) -> Range<usize> {
        let range = self.range_with_end(line);
        let kept = without_end(&self.text[range.clone()], self.terminator).len();
        range.start..range.start + kept
    }

    /// Returns where `line` lies, with its end; empty and at the end for a line beyond the last.
    ///
    /// # Panics
    ///
    /// Panics when `line` is 0: lines count from 1.
    #[must_use]
    pub fn range_with_end(&self, line: u32) -> Range<usize> {
        assert!(line > 0, "lines count from 1");
        let starts = self.starts();
        let index = line as usize - 1;
        let start = starts.get(index).copied().unwrap_or(self.text.len());
        let end = starts.get(index + 1).copied().unwrap_or(self.text.len());
        start..end
    }

    /// Returns the content of `line`, without its end.
    #[must_use]
    pub fn line(&self, line: u32) -> &'t [u8] {
        &self.text[self.range(line)]
    }

    /// Returns the lines that the bytes of `range` lie on, half-open; an empty range lies on one.
    #[must_use]
    pub fn lines_of(&self, range: Range<usize>) -> Range<u32> {
        let first = self.line_of(range.start);
        let last = self.line_of(range.end.saturating_sub(1).max(range.start));
        first..last.saturating_add(1)
    }

    fn starts(&self) -> &[usize] {
        self.starts.get_or_init(|| {
            if self.text.is_empty() {
                return Vec::new();
            }
            let ends = memchr::memchr_iter(self.terminator, self.text);
            let mut starts: Vec<usize> =
                std::iter::once(0).chain(ends.map(|end| end + 1)).collect();
            if starts.last() == Some(&self.text.len()) {
                starts.pop();
            }
            starts
        })
    }
}

/// Says whether no UTF-8 character runs across `offset`.
fn is_boundary(text: &[u8], offset: usize) -> bool {
    text.get(offset)
        .is_none_or(|byte| byte & 0b1100_0000 != 0b1000_0000)
}

/// Counts the characters of `bytes`; a byte that is not UTF-8 counts as one.
fn characters(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(text: &[u8]) -> Vec<&[u8]> {
        split(text).collect()
    }

    #[test]
    fn splits_at_lf_and_drops_the_cr_before_it() {
        assert_eq!(contents(b"a\nb\r\n\nc"), [&b"a"[..], b"b", b"", b"c"]);
        assert_eq!(contents(b"a\n"), [b"a"]);
        assert_eq!(contents(b"\n"), [b""]);
        assert!(contents(b"").is_empty());
    }

    #[test]
    fn keeps_a_cr_inside_a_line_when_lf_ends_lines() {
        assert_eq!(contents(b"a\rb\nc\r"), [&b"a\rb"[..], b"c"]);
    }

    #[test]
    fn splits_at_cr_when_there_is_no_lf() {
        assert_eq!(contents(b"a\rb\r\rc"), [&b"a"[..], b"b", b"", b"c"]);
        assert_eq!(contents(b"a\r"), [b"a"]);
    }

    #[test]
    fn every_way_of_counting_lines_agrees() {
        for text in [
            &b""[..],
            b"\n",
            b"a",
            b"a\n",
            b"a\nb",
            b"\r",
            b"a\rb",
            b"\r\n\r\n",
            b"a\n\n",
        ] {
            let lines = contents(text);
            let index = LineIndex::new(text);
            assert_eq!(count(text) as usize, lines.len(), "{text:?}");
            assert_eq!(index.line_count() as usize, lines.len(), "{text:?}");
            for (number, line) in (1..).zip(lines) {
                assert_eq!(index.line(number), line, "{text:?}");
            }
        }
    }

    #[test]
    fn finds_line_and_column_of_an_offset() {
        let index = LineIndex::new(b"ab\r\ncd\nef");
        let at = |offset| {
            let Position { line, column } = index.position(offset);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (1, 4), "the end of a line lies on it");
        assert_eq!(at(4), (2, 1));
        assert_eq!(at(8), (3, 2));
        assert_eq!(at(9), (3, 3), "the end of the text");
        assert_eq!(at(5), (2, 2), "backwards");
        assert_eq!(at(100), (3, 3), "beyond the end");
        assert_eq!(LineIndex::new(b"a\n").line_of(2), 1);
        assert_eq!(
            LineIndex::new(b"").position(0),
            Position { line: 1, column: 1 }
        );
    }

    #[test]
    fn counts_columns_in_characters_and_stray_bytes_one_by_one() {
        let text = "é€𝄞x".as_bytes();
        let index = LineIndex::new(text);
        assert_eq!(index.position(text.len() - 1).column, 4);
        assert_eq!(index.position(3).column, 3, "inside a character");
        assert_eq!(index.position(5).column, 3, "after it, forwards");
        let latin = LineIndex::new(b"caf\xe9\xff = 1");
        assert_eq!(latin.position(6).column, 7);
    }

    #[test]
    fn gives_the_bytes_of_a_line_with_and_without_its_end() {
        let index = LineIndex::new(b"ab\r\ncd\nef");
        assert_eq!((index.range(1), index.range_with_end(1)), (0..2, 0..4));
        assert_eq!((index.range(2), index.range_with_end(2)), (4..6, 4..7));
        assert_eq!((index.range(3), index.range_with_end(3)), (7..9, 7..9));
        assert_eq!((index.range(4), index.range_with_end(4)), (9..9, 9..9));
    }

    #[test]
    fn a_range_that_ends_with_a_line_does_not_touch_the_next() {
        let index = LineIndex::new(b"ab\ncd\nef");
        assert_eq!(index.lines_of(0..3), 1..2);
        assert_eq!(index.lines_of(1..4), 1..3);
        assert_eq!(index.lines_of(3..3), 2..3);
        assert_eq!(index.lines_of(0..8), 1..4);
    }
}
