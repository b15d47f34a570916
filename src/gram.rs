//! Four bytes of a text as a number: what the prefilter looks at.
//!
//! The build script includes this module: it fills the tables that the scanner then reads.

/// The bytes of a gram of three: a keyword may be that short.
pub(crate) const THREE_BYTES: u32 = 0x00FF_FFFF;

/// Rules whose matches span more lines than this are few; where few lines are new, their keywords are
/// looked for in the whole text and those of all others near the new lines only.
pub(crate) const NEAR_LINES: u32 = 16;

/// Sets the case bit of four bytes, so that `A` and `a` are one. A few other bytes fall together as
/// well (`@` and a grave accent, `_` and DEL), which costs a comparison and loses nothing.
pub(crate) const fn fold(gram: u32) -> u32 {
    gram | 0x2020_2020
}

/// Returns where a folded gram is looked for first in a table of `1 << bits` slots.
///
/// Multiplicative hashing; source: D. E. Knuth, "The Art of Computer Programming", volume 3,
/// section 6.4.
pub(crate) const fn slot(gram: u32, bits: u32) -> usize {
    (gram.wrapping_mul(0x85EB_CA6B) >> (32 - bits)) as usize
}

/// Returns where a folded gram stands in a map of `1 << bits` words: the word, which its first three
/// bytes choose, so that a gram of three may fill it, and the bit, which the fourth does.
#[inline]
pub(crate) const fn place(gram: u32, bits: u32) -> (usize, u32) {
    let word = slot(gram & THREE_BYTES, bits);
    // Bit 5 of a folded byte is always set; now it says what bit 6 does.
    let bit = ((gram ^ gram >> 1) >> 24) & 63;
    (word, bit)
}
