//! Loose objects, read by guard itself.
//!
//! libgit2 1.9 waits for ever for the rest of a loose object that was cut off, as a crash or a full
//! disk leaves it: <https://github.com/libgit2/libgit2/issues/7342>. So blobs that are loose are
//! read here, and trees and commits that are loose are read through once before libgit2 sees them.

use flate2::bufread::ZlibDecoder;
use git2::{Commit, Oid, Repository, Tree};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// A loose object: its kind, such as `blob`, and its content.
pub(super) struct Loose {
    pub(super) kind: String,
    pub(super) content: Vec<u8>,
}

/// Returns a loose object, or `None` when there is none of that id in the folder `objects`.
///
/// Source of the form: git, `Documentation/gitformat-loose.adoc`.
pub(super) fn read(objects: &Path, oid: Oid) -> io::Result<Option<Loose>> {
    let id = oid.to_string();
    let stored = match std::fs::read(objects.join(&id[..2]).join(&id[2..])) {
        Ok(stored) => stored,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let damaged = |what| io::Error::new(ErrorKind::InvalidData, what);
    let mut content = Vec::with_capacity(stored.len().saturating_mul(3));
    // An object that was cut off is an unexpected end.
    ZlibDecoder::new(&stored[..]).read_to_end(&mut content)?;
    let end = memchr::memchr(0, &content).ok_or_else(|| damaged("it has no header"))?;
    let header = String::from_utf8_lossy(&content[..end]).into_owned();
    content.drain(..=end);
    let (kind, size) = header
        .split_once(' ')
        .ok_or_else(|| damaged("its header is damaged"))?;
    if size.parse() != Ok(content.len()) {
        return Err(damaged("it is not as long as its header says"));
    }
    let kind = kind.to_owned();
    Ok(Some(Loose { kind, content }))
}

/// Finds a tree that is whole.
pub(super) fn find_tree(repository: &Repository, oid: Oid) -> Result<Tree<'_>, git2::Error> {
    whole(repository, oid)?;
    repository.find_tree(oid)
}

/// Finds a commit that is whole.
pub(super) fn find_commit(repository: &Repository, oid: Oid) -> Result<Commit<'_>, git2::Error> {
    whole(repository, oid)?;
    repository.find_commit(oid)
}

/// Returns the tree of a commit when it is whole.
pub(super) fn tree_of<'r>(
    repository: &Repository,
    commit: &Commit<'r>,
) -> Result<Tree<'r>, git2::Error> {
    whole(repository, commit.tree_id())?;
    commit.tree()
}

/// Fails when an object is loose and damaged.
pub(super) fn whole(repository: &Repository, oid: Oid) -> Result<(), git2::Error> {
    match read(&repository.commondir().join("objects"), oid) {
        Ok(_) => Ok(()),
        Err(error) => Err(damaged(oid, &error)),
    }
}

/// Says of an object what is wrong with it.
pub(super) fn damaged(oid: Oid, error: &io::Error) -> git2::Error {
    git2::Error::from_str(&format!("object {oid} is damaged: {error}"))
}
