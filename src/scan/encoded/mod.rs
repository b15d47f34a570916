//! Secrets that are written in an encoding: base 64, hexadecimal, percent signs, entities, escapes,
//! gzip within base 64, and string literals that are joined where the program runs.
//!
//! Only places that look encoded are decoded: long runs of one alphabet, and runs of escapes for
//! letters that need none. What comes out is searched like a text of its own and may hold such
//! places again, three deep. A file has a budget of decoded bytes, so that neither a bomb nor a file
//! of nothing else takes long.

mod escapes;
mod literals;
mod runs;
mod unpack;

#[cfg(test)]
mod tests;

use std::ops::Range;

/// How deep encodings are followed.
pub(super) const MAX_DEPTH: usize = 3;

/// How many bytes are decoded of one file, all places and depths together.
const BUDGET_BYTES: usize = 4 << 20;

/// How a place is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Base 64 of either alphabet, or hexadecimal digits.
    Run,
    /// `%41`, `&#65;`, `\x41`, `\u0041`, `\101`.
    Escapes,
    /// `"ab" + "cd"`.
    Literals,
}

/// A place that looks encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) form: Form,
    pub(super) range: Range<usize>,
}

/// What a place says in plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) text: Vec<u8>,
    /// The encoding in words, for a finding's reasons.
    pub(super) reason: &'static str,
}

/// How much of a file may still be decoded.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    /// Whether something was left undecoded for it.
    pub(super) spent: bool,
}

impl Budget {
    pub(super) const fn new() -> Self {
        Self {
            left: BUDGET_BYTES,
            spent: false,
        }
    }

    /// Says what a text is left unread for, if it is.
    fn take(&mut self, bytes: usize) -> bool {
        if bytes > self.left {
            self.spent = true;
            return false;
        }
        self.left -= bytes;
        true
    }
}

/// Returns the places of a text that look encoded, in the order of their starts for each form.
pub(super) fn places(text: &[u8]) -> Vec<Place> {
    let mut places = Vec::new();
    let push = |form| move |range| Place { form, range };
    let says = |run: &Range<usize>| unpack::may_say(&text[run.clone()]);
    places.extend(runs::find(text).filter(says).map(push(Form::Run)));
    places.extend(escapes::find(text).map(push(Form::Escapes)));
    places.extend(literals::find(text).map(push(Form::Literals)));
    places
}

/// Decodes a place; `None` when it says nothing that is a text, or the budget is spent.
pub(super) fn decode(text: &[u8], place: &Place, budget: &mut Budget) -> Option<Plain> {
    let written = &text[place.range.clone()];
    match place.form {
        Form::Run => unpack::run(written, budget),
        Form::Escapes => budget.take(written.len()).then(|| Plain {
            text: escapes::decode(written),
            reason: "it is written in escapes",
        }),
        Form::Literals => budget.take(written.len()).then(|| Plain {
            text: literals::join(written),
            reason: "it is joined of several string literals",
        }),
    }
}
