//! Parses a text, or parts of it.

use super::grammar::Grammar;
use std::ops::{ControlFlow, Range};
use tree_sitter::{ParseOptions, Parser, Point};

/// Returns a part of a text as the parser takes it.
pub(super) fn included(text: &[u8], part: &Range<usize>) -> tree_sitter::Range {
    tree_sitter::Range {
        start_byte: part.start,
        end_byte: part.end,
        start_point: point(text, part.start),
        end_point: point(text, part.end),
    }
}

/// Parses a text, or parts of it; nothing when that takes too much work.
pub(super) fn parse(
    grammar: Grammar,
    text: &[u8],
    parts: &[tree_sitter::Range],
) -> Option<tree_sitter::Tree> {
    use ast_grep_core::tree_sitter::LanguageExt as _;
    let mut parser = Parser::new();
    parser.set_language(&grammar.get_ts_language()).ok()?;
    parser.set_included_ranges(parts).ok()?;
    // The parser asks after each hundred steps. Code takes a step for each two or three bytes;
    // looking for a way out of an error may take as many as the square of that.
    let mut left = 2_000 + text.len() / 16;
    let mut ask = |_: &tree_sitter::ParseState| {
        left = left.saturating_sub(1);
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut ask);
    parser.parse_with_options(
        &mut |at, _| &text[at.min(text.len())..],
        None,
        Some(options),
    )
}

fn point(text: &[u8], at: usize) -> Point {
    let before = &text[..at];
    let line = memchr::memrchr(b'\n', before).map_or(0, |feed| feed + 1);
    Point::new(memchr::memchr_iter(b'\n', before).count(), at - line)
}
