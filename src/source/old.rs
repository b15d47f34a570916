//! What came before an item.

use super::SourceError;
use crate::added::{AddedLines, LinePool};
use git2::Oid;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Turns a stored text into the text whose lines are compared, as the scanner does with the new
/// version: UTF-16 becomes UTF-8, for instance.
pub type Decode = fn(Vec<u8>) -> Vec<u8>;

/// What came before an item, as far as it can be read.
#[derive(Debug, Default)]
pub struct OldVersions {
    /// The same path in each parent that has it, decoded.
    pub texts: Vec<Vec<u8>>,
    /// The lines of the files that the change takes away, for each parent that lacks the path.
    pub pools: Vec<Arc<LinePool>>,
    /// Blobs that are not in this clone: their lines count as new, which is worth a note.
    pub missing: Vec<Oid>,
}

impl OldVersions {
    /// Works out which lines of `new`, decoded, none of this accounts for.
    #[must_use]
    pub fn added_lines(&self, new: &[u8]) -> AddedLines {
        let texts: Vec<&[u8]> = self.texts.iter().map(Vec::as_slice).collect();
        let added = AddedLines::between(new, &texts);
        self.pools.iter().fold(added, |added, pool| {
            if added.is_empty() {
                added
            } else {
                added.and(&AddedLines::outside(new, pool))
            }
        })
    }
}

/// The files that a change takes away from a parent, any of which a new path may have been.
#[derive(Debug, Default)]
pub struct Deleted {
    blobs: Vec<Oid>,
    /// Shared by all threads while one of them uses it; freed with the last.
    gathered: Mutex<Weak<Gathered>>,
}

/// The lines of deleted files.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) lines: Arc<LinePool>,
    pub(super) missing: Vec<Oid>,
}

impl Deleted {
    /// Takes the ids of the deleted files' blobs.
    #[must_use]
    pub fn new(mut blobs: Vec<Oid>) -> Self {
        blobs.sort_unstable();
        Self {
            blobs,
            gathered: Mutex::default(),
        }
    }

    /// Returns the ids of the deleted files' blobs, sorted; one that was deleted twice is there
    /// twice.
    #[must_use]
    pub fn blobs(&self) -> &[Oid] {
        &self.blobs
    }

    /// Says whether a file with this content was deleted.
    #[must_use]
    pub fn contains(&self, blob: Oid) -> bool {
        self.blobs.binary_search(&blob).is_ok()
    }

    /// Returns the lines of the deleted files, read on first use; `read` gives `None` for a blob
    /// that is not in this clone.
    ///
    /// The caller keeps what it gets for as long as it may ask again.
    pub(super) fn gather(
        &self,
        mut read: impl FnMut(Oid) -> Result<Option<Vec<u8>>, SourceError>,
    ) -> Result<Arc<Gathered>, SourceError> {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gathered) = gathered.upgrade() {
            return Ok(gathered);
        }
        let mut missing = Vec::new();
        let texts = self.blobs.iter().filter_map(|&blob| match read(blob) {
            Ok(Some(text)) => Some(Ok(text)),
            Ok(None) => {
                missing.push(blob);
                None
            }
            Err(error) => Some(Err(error)),
        });
        let lines = Arc::new(LinePool::collect(texts)?);
        let fresh = Arc::new(Gathered { lines, missing });
        *gathered = Arc::downgrade(&fresh);
        Ok(fresh)
    }
}
