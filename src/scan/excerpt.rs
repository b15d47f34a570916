//! Cuts the lines around a place out of a text, safe to show: secrets masked, control characters
//! escaped, long lines cut.

use crate::escape::escape_into;
use crate::finding::Excerpt;
use crate::lines::LineIndex;
use std::ops::Range;

/// Lines shown before and after the place.
pub(super) const CONTEXT_LINES: u32 = 1;
/// Lines of the place itself that are shown.
const MAX_PLACE_LINES: u32 = 6;
/// Bytes of a line shown before and after the place.
const MAX_SIDE_BYTES: usize = 90;
/// Bytes of a line shown from the start of the place on.
const MAX_PLACE_BYTES: usize = 160;
/// What stands for a secret, however long it is.
const MASK: &str = "********";
/// How many leading bytes of a long secret are shown: a vendor's prefix, mostly.
const SHOWN_BYTES: usize = 4;
/// The longest header of a key block that is shown.
const MAX_HEADER_BYTES: usize = 64;
/// How long a secret must be for its first bytes to be shown.
const LONG_SECRET_BYTES: usize = 16;

/// Returns the excerpt of a place.
///
/// `masks` are the secrets of the text, in order; each is shown as its first bytes and stars.
pub(super) fn excerpt(
    text: &[u8],
    lines: &LineIndex<'_>,
    place: &Range<usize>,
    masks: &[Range<usize>],
) -> Excerpt {
    let start = lines.line_of(place.start);
    let end = lines.line_of(place.end.max(place.start + 1) - 1);
    let first = start.saturating_sub(CONTEXT_LINES).max(1);
    let last = end
        .min(start + MAX_PLACE_LINES - 1)
        .saturating_add(CONTEXT_LINES)
        .min(lines.line_count());
    let mut out = String::new();
    let mut highlight = None::<Range<usize>>;
    for line in first..=last {
        if line > first {
            out.push('\n');
        }
        let whole = lines.range(line);
        let on_line = place.start.max(whole.start)..place.end.min(whole.end);
        let inside = on_line.start < on_line.end || (line == start && place.start >= whole.start);
        let focus = if inside {
            on_line.clone()
        } else {
            whole.start..whole.start
        };
        let shown = window(text, &whole, &focus);
        if shown.start > whole.start {
            out.push('…');
        }
        let begin = if inside {
            on_line.start.clamp(shown.start, shown.end)
        } else {
            shown.start
        };
        let stop = if inside {
            on_line.end.clamp(begin, shown.end)
        } else {
            shown.start
        };
        let mut from = 0;
        let mut to = 0;
        let mut at = shown.start;
        // Three pieces, so that the ends of the highlight are known in the output.
        for (piece_end, mark) in [
            (begin, Some(&mut from)),
            (stop, Some(&mut to)),
            (shown.end, None),
        ] {
            masked_into(&mut out, text, at..piece_end, masks);
            at = piece_end.max(at);
            if let Some(mark) = mark {
                *mark = out.len();
            }
        }
        if shown.end < whole.end {
            out.push('…');
        }
        if inside {
            highlight = Some(highlight.map_or(from, |range| range.start)..to.max(from));
        }
    }
    let mut highlight = highlight.unwrap_or(0..0);
    if highlight.is_empty() && highlight.end < out.len() {
        highlight.end = out[highlight.start..]
            .chars()
            .next()
            .map_or(highlight.start, |c| highlight.start + c.len_utf8());
    }
    Excerpt {
        first_line: first,
        text: out,
        highlight,
    }
}

/// Returns the part of a line that is shown: around the focus, no longer than the limits.
fn window(text: &[u8], line: &Range<usize>, focus: &Range<usize>) -> Range<usize> {
    let start = focus.start.saturating_sub(MAX_SIDE_BYTES).max(line.start);
    let end = (focus.end.min(focus.start + MAX_PLACE_BYTES) + MAX_SIDE_BYTES).min(line.end);
    let short = line.len() <= MAX_SIDE_BYTES + MAX_PLACE_BYTES;
    if short {
        line.clone()
    } else {
        on_boundary(text, start, line.start)..on_boundary(text, end, line.start)
    }
}

/// Moves a cut back to where a UTF-8 character starts.
fn on_boundary(text: &[u8], at: usize, floor: usize) -> usize {
    let continues = |at: usize| {
        text.get(at)
            .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
    };
    let mut cut = at;
    while cut > floor && at - cut < 4 && continues(cut) {
        cut -= 1;
    }
    cut
}

/// Appends a piece of the text; of each secret only its first bytes, and stars.
fn masked_into(out: &mut String, text: &[u8], piece: Range<usize>, masks: &[Range<usize>]) {
    if piece.is_empty() {
        return;
    }
    let mut at = piece.start;
    let first = masks.partition_point(|mask| mask.end <= piece.start);
    for mask in masks[first..]
        .iter()
        .take_while(|mask| mask.start < piece.end)
    {
        escape_into(out, &text[at..mask.start.clamp(at, piece.end)]);
        let shown = shown_bytes(&text[mask.clone()]);
        let head = (mask.start + shown).clamp(piece.start.max(at), piece.end);
        if mask.start >= piece.start {
            escape_into(out, &text[mask.start.max(at)..head]);
        }
        // Once a mask for each piece it lies in, so that no piece tells its length.
        out.push_str(MASK);
        at = mask.end.clamp(at, piece.end);
    }
    if at < piece.end {
        escape_into(out, &text[at..piece.end]);
    }
}

/// Returns how many leading bytes of a secret may be shown: its vendor's prefix, or the line that
/// says what kind of key it is.
fn shown_bytes(secret: &[u8]) -> usize {
    if secret.starts_with(b"-----BEGIN ") {
        let header = memchr::memmem::find(&secret[11..], b"-----").map_or(0, |at| at + 16);
        return if header <= MAX_HEADER_BYTES {
            header
        } else {
            0
        };
    }
    if secret.len() >= LONG_SECRET_BYTES {
        SHOWN_BYTES
    } else {
        0
    }
}
