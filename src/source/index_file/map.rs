//! The bytes of an index file.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// A file's content.
#[cfg(unix)]
pub(super) type Bytes = memmap2::Mmap;
#[cfg(not(unix))]
pub(super) type Bytes = Vec<u8>;

/// Reads the file at `path`, or rather, where that can be, lets it be read where it lies.
pub(super) fn open(path: &Path) -> Result<Bytes> {
    // Asked before it is opened: to open a pipe would wait for its other end.
    if std::fs::metadata(path)?.is_file() {
        content(path)
    } else {
        Err(Error::new(ErrorKind::InvalidInput, "it is not a file"))
    }
}

/// Maps the file, all of it at once: every part is going to be looked at.
#[cfg(unix)]
#[expect(
    unsafe_code,
    reason = "a map is unsafe because another process may change the file under it"
)]
fn content(path: &Path) -> Result<Bytes> {
    let file = std::fs::File::open(path)?;
    // SAFETY: the bytes must not change while they are borrowed. Git writes an index beside the old
    // one and renames it into place, and never writes into one that is there: this map keeps the
    // file that it began with. A program that does write in place can make guard read old and new
    // bytes mixed, but they are only ever read as numbers and slices whose bounds are checked at
    // each use, none of them kept as a type with invalid values. One that cuts the file short ends
    // guard by a signal, at which git refuses the commit.
    unsafe { memmap2::MmapOptions::new().populate().map(&file) }
}

/// Reads the file whole: where a file that is mapped cannot be replaced, git could not write its
/// index for as long as guard looks at it.
#[cfg(not(unix))]
fn content(path: &Path) -> Result<Bytes> {
    std::fs::read(path)
}
