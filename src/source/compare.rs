//! What differs between the tree of a commit and another tree or the index.
//!
//! libgit2 compares them too, but it drops a new path of the index that is marked assume-unchanged
//! although git commits it, and opens every folder of two trees where this opens those that differ.
//! Nothing is relied on but the entries: if they are out of order some may be taken for new, and
//! none is left out.

use super::SourceError;
use super::changes::{Changes, Entry};
use bstr::BStr;
use git2::{FileMode, Index, Oid, Repository, Tree, TreeEntry};
use std::cmp::Ordering;

/// How deep folders may lie in one another: git's own default for `core.maxTreeDepth`.
const MAX_DEPTH: usize = 2048;

/// The bits of a mode that say what kind of entry it is.
const MODE_KIND: u32 = 0o170_000;

/// What is compared with a parent.
#[derive(Clone, Copy)]
pub(super) enum New<'a, 'r> {
    /// A commit.
    Commit(&'a git2::Commit<'r>),
    /// The index.
    Index(&'a [IndexPath]),
}

/// Compares `new` with the tree of `parent`; without one, all is new.
pub(super) fn compare(
    repository: &Repository,
    parent: Option<&git2::Commit<'_>>,
    new: New<'_, '_>,
) -> Result<Changes, SourceError> {
    let old = parent.map_or(Ok(Folder::Nothing), Folder::of_commit)?;
    let new = match new {
        New::Commit(commit) => Folder::of_commit(commit)?,
        New::Index(entries) => Folder::Index { entries, prefix: 0 },
    };
    let mut comparison = Comparison {
        repository,
        path: Vec::new(),
        levels: vec![Level {
            old,
            new,
            at_old: 0,
            at_new: 0,
            prefix: 0,
        }],
        changes: Changes::default(),
    };
    while comparison.step()? {}
    Ok(comparison.changes)
}

/// A folder on one side of a comparison.
enum Folder<'r, 'i> {
    /// There is none.
    Nothing,
    /// A folder of a commit.
    Tree(Oid, Tree<'r>),
    /// What the index holds below a folder.
    Index {
        /// All entries below it, however deep.
        entries: &'i [IndexPath],
        /// The length of the folder's own path, with the `/` after it.
        prefix: usize,
    },
}

/// An entry of the index.
#[derive(Debug)]
pub(super) struct IndexPath {
    path: Vec<u8>,
    mode: u32,
    oid: Oid,
}

/// Returns the entries of an index; it is an error if some are in conflict.
pub(super) fn index_paths(index: &Index) -> Result<Vec<IndexPath>, SourceError> {
    let mut paths = Vec::with_capacity(index.len());
    let mut conflicts = Vec::new();
    for entry in index.iter() {
        if entry.flags & STAGE == 0 {
            paths.push(IndexPath {
                path: entry.path,
                mode: entry.mode,
                oid: entry.id,
            });
        } else {
            conflicts.push(entry.path.into());
        }
    }
    conflicts.dedup();
    if conflicts.is_empty() {
        Ok(paths)
    } else {
        Err(SourceError::Conflicts { paths: conflicts })
    }
}

/// The bits of an entry's flags that say which side of a conflict it is; 0 outside conflicts.
const STAGE: u16 = 0x3000;

/// What a folder holds under a name.
enum Node<'t, 'i> {
    /// An entry of a commit's folder.
    Tree(Oid, TreeEntry<'t>),
    /// A file of the index, by its name.
    File(&'i [u8], &'i IndexPath),
    /// The entries of the index below a name.
    Folder(&'i [u8], &'i [IndexPath]),
}

impl<'r, 'i> Folder<'r, 'i> {
    /// Returns the top folder of a commit.
    fn of_commit(commit: &git2::Commit<'r>) -> Result<Self, SourceError> {
        match commit.tree() {
            Ok(tree) => Ok(Self::Tree(commit.id(), tree)),
            Err(source) => Err(SourceError::Commit {
                commit: commit.id(),
                source,
            }),
        }
    }

    /// Returns the node that begins at `at`, and where the next one begins.
    fn node(&self, at: usize) -> Option<(Node<'_, 'i>, usize)> {
        match self {
            Self::Nothing => None,
            Self::Tree(commit, tree) => Some((Node::Tree(*commit, tree.get(at)?), at + 1)),
            Self::Index { entries, prefix } => {
                let entries = &entries[at..];
                let first = entries.first()?;
                let name = &first.path[*prefix..];
                let Some(length) = memchr::memchr(b'/', name) else {
                    return Some((Node::File(name, first), at + 1));
                };
                let folder = &first.path[..=prefix + length];
                let below = entries
                    .iter()
                    .take_while(|entry| entry.path.starts_with(folder));
                let count = below.count();
                Some((Node::Folder(&name[..length], &entries[..count]), at + count))
            }
        }
    }
}

impl Node<'_, '_> {
    fn name(&self) -> &[u8] {
        match self {
            Self::Tree(_, entry) => entry.name_bytes(),
            Self::File(name, _) | Self::Folder(name, _) => name,
        }
    }

    fn is_folder(&self) -> bool {
        match self {
            Self::Tree(_, entry) => entry.filemode() == i32::from(FileMode::Tree),
            Self::File(..) => false,
            Self::Folder(..) => true,
        }
    }

    /// Returns what tells whether two nodes are the same, if anything does.
    fn identity(&self) -> Option<(Oid, u32)> {
        match self {
            Self::Tree(_, entry) => Some((entry.id(), entry.filemode().cast_unsigned())),
            Self::File(_, entry) => Some((entry.oid, entry.mode)),
            Self::Folder(..) => None,
        }
    }

    /// Returns what it holds if it is no folder.
    fn entry(&self) -> Option<Entry> {
        let (oid, mode) = self.identity()?;
        Entry::new(mode & MODE_KIND, oid)
    }

    /// Compares names in the order of trees and of the index: a folder stands where its name with
    /// a `/` would.
    fn order(&self, other: &Node<'_, '_>) -> Ordering {
        let (a, b) = (self.name(), other.name());
        let shared = a.len().min(b.len());
        let next = |node: &Node<'_, '_>| match node.name().get(shared) {
            Some(&byte) => byte,
            None if node.is_folder() => b'/',
            None => 0,
        };
        a[..shared]
            .cmp(&b[..shared])
            .then_with(|| next(self).cmp(&next(other)))
            .then_with(|| a.len().cmp(&b.len()))
    }
}

/// Two folders of the same path that are being compared.
struct Level<'r, 'i> {
    old: Folder<'r, 'i>,
    new: Folder<'r, 'i>,
    at_old: usize,
    at_new: usize,
    /// The length of their path, with the `/` after it.
    prefix: usize,
}

/// A walk through all folders that differ. It keeps its own stack: folders may be nested deeper
/// than the thread's would bear.
struct Comparison<'r, 'i> {
    repository: &'r Repository,
    /// Where the walk is, from the root.
    path: Vec<u8>,
    levels: Vec<Level<'r, 'i>>,
    changes: Changes,
}

impl Comparison<'_, '_> {
    /// Looks at the next name; returns whether there may be more.
    fn step(&mut self) -> Result<bool, SourceError> {
        let depth = self.levels.len();
        let Some(level) = self.levels.last_mut() else {
            return Ok(false);
        };
        self.path.truncate(level.prefix);
        let (before, after) = (level.old.node(level.at_old), level.new.node(level.at_new));
        let order = match (&before, &after) {
            (None, None) => {
                drop((before, after));
                self.levels.pop();
                return Ok(true);
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((before, _)), Some((after, _))) => before.order(after),
        };
        // Of two different names the first comes alone.
        let before = before.filter(|_| order.is_le());
        let after = after.filter(|_| order.is_ge());
        let next_old = before.as_ref().map_or(level.at_old, |(_, next)| *next);
        let next_new = after.as_ref().map_or(level.at_new, |(_, next)| *next);
        let (before, after) = (before.map(|(node, _)| node), after.map(|(node, _)| node));
        let inner = match before.as_ref().or(after.as_ref()) {
            Some(_) if is_same(before.as_ref(), after.as_ref()) => None,
            Some(folder) if folder.is_folder() => {
                self.path.extend_from_slice(folder.name());
                self.path.push(b'/');
                let prefix = self.path.len();
                let old = open(self.repository, before.as_ref(), prefix)?;
                let new = open(self.repository, after.as_ref(), prefix)?;
                Some(Level {
                    old,
                    new,
                    at_old: 0,
                    at_new: 0,
                    prefix,
                })
            }
            Some(file) => {
                self.path.extend_from_slice(file.name());
                let entry = |node: &Option<Node<'_, '_>>| node.as_ref().and_then(Node::entry);
                self.changes
                    .record(BStr::new(&self.path), entry(&before), entry(&after));
                None
            }
            None => None,
        };
        drop((before, after));
        (level.at_old, level.at_new) = (next_old, next_new);
        if inner.is_some() && depth > MAX_DEPTH {
            return Err(SourceError::TooDeep {
                path: self.path.as_slice().into(),
            });
        }
        self.levels.extend(inner);
        Ok(true)
    }
}

/// Says whether two nodes hold the same.
fn is_same(before: Option<&Node<'_, '_>>, after: Option<&Node<'_, '_>>) -> bool {
    let before = before.and_then(Node::identity);
    before.is_some() && before == after.and_then(Node::identity)
}

/// Opens the folder that a node is; `prefix` is the length of its path, with the `/` after it.
fn open<'r, 'i>(
    repository: &'r Repository,
    node: Option<&Node<'_, 'i>>,
    prefix: usize,
) -> Result<Folder<'r, 'i>, SourceError> {
    Ok(match node {
        Some(Node::Tree(commit, entry)) => match repository.find_tree(entry.id()) {
            Ok(tree) => Folder::Tree(*commit, tree),
            Err(source) => {
                return Err(SourceError::Commit {
                    commit: *commit,
                    source,
                });
            }
        },
        Some(Node::Folder(_, entries)) => Folder::Index { entries, prefix },
        Some(Node::File(..)) | None => Folder::Nothing,
    })
}
