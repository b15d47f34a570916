//! Reviewed exceptions: inline comments and the `[[allow]]` entries of pattern files.

mod allow;
mod inline;

pub(crate) use allow::civil;
pub use allow::{Allows, today};
pub use inline::{Inline, MARKER};
