//! Four bytes of a text as a number: what the prefilter looks at.
//!
//! The build script includes this module: it fills the tables that the scanner then reads.

/// How many bits number the positions of the bitmap.
pub(crate) const BITMAP_BITS: u32 = 17;

/// Sets the case bit of four bytes, so that `A` and `a` are one. A few other bytes fall together as
/// well (`@` and a grave accent, `_` and DEL), which costs a comparison and loses nothing.
pub(crate) const fn fold(gram: u32) -> u32 {
    gram | 0x2020_2020
}

/// Returns the bit of the bitmap that stands for a folded gram.
///
/// Multiplicative hashing by the golden ratio; source: D. E. Knuth, "The Art of Computer
/// Programming", volume 3, section 6.4.
pub(crate) const fn bit(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (32 - BITMAP_BITS)) as usize
}

/// Returns where a folded gram is looked for first in a table of `1 << bits` slots.
pub(crate) const fn slot(gram: u32, bits: u32) -> usize {
    (gram.wrapping_mul(0x85EB_CA6B) >> (32 - bits)) as usize
}
