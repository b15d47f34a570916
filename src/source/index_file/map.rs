//! A file as a slice of memory.

use memmap2::{Mmap, MmapOptions};
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// Maps the file at `path`, to be read only.
#[expect(
    unsafe_code,
    reason = "a map is unsafe because another process may change the file under it"
)]
pub(super) fn map(path: &Path) -> Result<Mmap> {
    // Asked before it is opened: to open a pipe would wait for its other end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is not a file"));
    }
    let file = File::open(path)?;
    // All of it is going to be read: to populate the map costs less than a fault every few pages.
    // SAFETY: the bytes must not change while they are borrowed. Git writes an index beside the old
    // one and renames it into place, and never writes into one that is there: this map keeps the
    // file that it began with. A program that does write in place can make guard read old and new
    // bytes mixed, but they are only ever read as numbers and slices whose bounds are checked at
    // each use, none of them kept as a type with invalid values. One that cuts the file short ends
    // guard by a signal, at which git refuses the commit.
    unsafe { MmapOptions::new().populate().map(&file) }
}
