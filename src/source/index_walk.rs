//! The index as one side of a comparison: its entries in their order, folder by folder.

use super::SourceError;
use super::index_file::{Cursor, IndexFile, NodeId, Odd, Subfolders, WrittenTree};
use super::object::{FOLDER, Tree, clean, is_missing};
use super::store::Store;
use bstr::BStr;
use git2::{Index, ObjectType, Oid};
use std::io::Write;

/// An index to compare.
#[derive(Clone, Copy)]
pub(super) enum Staging<'i> {
    /// The file, read where it lies.
    File(&'i IndexFile),
    /// The entries, as libgit2 read them.
    List(&'i [IndexPath]),
}

/// An entry of the index that libgit2 read.
#[derive(Debug)]
pub(super) struct IndexPath {
    path: Vec<u8>,
    mode: u32,
    oid: Oid,
}

impl IndexPath {
    /// Makes one of what git says; a folder of a sparse index ends with `/`.
    pub(super) fn new(path: &[u8], mode: u32, oid: Oid) -> Self {
        Self {
            path: path.to_owned(),
            mode,
            oid,
        }
    }

    /// Returns the tree that a folder of a sparse index stands for.
    fn tree(&self) -> Option<WrittenTree> {
        (self.mode == FOLDER).then_some(WrittenTree {
            oid: self.oid,
            entries: 1,
        })
    }
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
                oid: clean(entry.id),
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

/// A walk through an index, from its first entry to its last.
pub(super) enum IndexWalk<'i> {
    File(&'i IndexFile, Cursor<'i>),
    /// What is left of the entries.
    List(&'i [IndexPath]),
}

/// What a folder of the index holds under a name.
pub(super) enum IndexNode<'w> {
    /// A file, a link or a submodule: its name, mode and id.
    File(&'w [u8], u32, Oid),
    /// A folder: its name and, where git has written it and nothing below it changed since, its
    /// tree.
    Folder(&'w [u8], Option<NodeId>, Option<WrittenTree>),
}

/// A folder of the index that is being walked through.
pub(super) enum IndexFolder<'i> {
    /// Git commits this tree; the walk is past the folder.
    Tree(Tree),
    /// Git commits the entries; the walk is at the first.
    Entries(Subfolders<'i>),
}

impl<'i> IndexWalk<'i> {
    /// Begins at the first entry.
    pub(super) fn new(staging: Staging<'i>) -> Result<Self, SourceError> {
        Ok(match staging {
            Staging::File(file) => Self::File(file, file.cursor().map_err(|odd| fault(file, odd))?),
            Staging::List(entries) => Self::List(entries),
        })
    }

    /// Returns the top folder, if the cache-tree knows it.
    pub(super) fn root(&self) -> Result<(Option<NodeId>, Option<WrittenTree>), SourceError> {
        let Self::File(file, _) = self else {
            return Ok((None, None));
        };
        let root = file.root();
        let tree = root.map_or(Ok(None), |root| file.written(root));
        Ok((root, tree.map_err(|odd| fault(file, odd))?))
    }

    /// Returns what comes next in `folder`, a path that ends with `/`; `None` at its end.
    pub(super) fn node(
        &self,
        folder: &[u8],
        below: &Subfolders<'_>,
    ) -> Result<Option<IndexNode<'_>>, SourceError> {
        match self {
            Self::File(file, cursor) => {
                file_node(file, cursor, folder, below).map_err(|odd| fault(file, odd))
            }
            Self::List(entries) => Ok(entries.first().and_then(|entry| {
                let name = entry.path.strip_prefix(folder)?;
                Some(match memchr::memchr(b'/', name) {
                    None => IndexNode::File(name, entry.mode, entry.oid),
                    Some(length) => {
                        let tree = entry.tree().filter(|_| length + 1 == name.len());
                        IndexNode::Folder(&name[..length], None, tree)
                    }
                })
            })),
        }
    }

    /// Goes past one entry.
    pub(super) fn advance(&mut self) -> Result<(), SourceError> {
        match self {
            Self::File(file, cursor) => cursor.advance().map_err(|odd| fault(file, odd)),
            Self::List(entries) => {
                *entries = entries.get(1..).unwrap_or_default();
                Ok(())
            }
        }
    }

    /// Goes past `folder`, a path that ends with `/` or is empty, whose tree is known.
    pub(super) fn skip(&mut self, folder: &[u8], tree: WrittenTree) -> Result<(), SourceError> {
        match self {
            Self::File(file, cursor) => {
                skip(cursor, folder, tree.entries, file.count()).map_err(|odd| fault(file, odd))
            }
            Self::List(_) => self.advance(),
        }
    }

    /// Enters `folder`, a path that ends with `/` or is empty, as git does when it commits.
    pub(super) fn open(
        &mut self,
        store: &Store,
        folder: &[u8],
        node: Option<NodeId>,
    ) -> Result<IndexFolder<'i>, SourceError> {
        if let Self::List([entry, rest @ ..]) = self
            && entry.path == folder
            && let Some(tree) = entry.tree()
        {
            *self = Self::List(rest);
            return match store.tree(tree.oid) {
                Ok(tree) => Ok(IndexFolder::Tree(tree)),
                Err(source) => Err(unreadable(folder, tree.oid, source)),
            };
        }
        let (Self::File(file, cursor), Some(node)) = (self, node) else {
            return Ok(IndexFolder::Entries(Subfolders::default()));
        };
        let looked_at = || {
            let below = file.subfolders(node)?;
            let tree = match file.written(node)? {
                Some(tree) if is_made_of(file, cursor, folder, &below, tree)? => None,
                tree => tree,
            };
            Ok((below, tree))
        };
        let (below, tree) = looked_at().map_err(|odd| fault(file, odd))?;
        let Some(tree) = tree else {
            return Ok(IndexFolder::Entries(below));
        };
        match store.tree(tree.oid) {
            Ok(found) => {
                skip(cursor, folder, tree.entries, file.count()).map_err(|odd| fault(file, odd))?;
                Ok(IndexFolder::Tree(found))
            }
            // Git then makes it anew.
            Err(error) if is_missing(&error) => Ok(IndexFolder::Entries(below)),
            Err(source) => Err(unreadable(folder, tree.oid, source)),
        }
    }
}

/// Returns what comes next in a folder of an index file.
fn file_node<'w>(
    file: &IndexFile,
    cursor: &'w Cursor<'_>,
    folder: &[u8],
    below: &Subfolders<'_>,
) -> Result<Option<IndexNode<'w>>, Odd> {
    let Some(entry) = cursor.entry()? else {
        return Ok(None);
    };
    let Some(name) = entry.path.strip_prefix(folder) else {
        return Ok(None);
    };
    let length = memchr::memchr(b'/', name);
    if length.unwrap_or(name.len()) == 0 {
        return Err(Odd("a folder of a path has no name"));
    }
    let Some(length) = length else {
        return Ok(Some(IndexNode::File(name, entry.mode, entry.oid)));
    };
    let name = &name[..length];
    let node = below.find(name);
    let tree = node.map_or(Ok(None), |node| file.written(node))?;
    Ok(Some(IndexNode::Folder(name, node, tree)))
}

/// Goes past the entries of `folder`, which must be as many as the cache-tree says; `count` is how
/// many there are in the whole index.
fn skip(cursor: &mut Cursor<'_>, folder: &[u8], entries: usize, count: usize) -> Result<(), Odd> {
    const FAULT: Odd = Odd("a folder has another number of entries than the cache-tree says");
    let begin = cursor.number();
    // They are in order: if the first and the last are below the folder, so are all.
    let is_below = |cursor: &Cursor<'_>| {
        let entry = cursor.entry()?;
        Ok(entry.is_some_and(|entry| entry.path.starts_with(folder)))
    };
    if let Some(last) = entries.checked_sub(1) {
        let is_first_below = is_below(cursor)?;
        cursor.seek(begin.saturating_add(last))?;
        if !is_first_below || !is_below(cursor)? {
            return Err(FAULT);
        }
        cursor.advance()?;
    }
    let is_empty_part = entries == 0 && count > 0;
    if is_empty_part || is_below(cursor)? {
        return Err(FAULT);
    }
    Ok(())
}

/// Says whether the entries of `folder`, at the first of which `cursor` is, make up `tree`.
///
/// Source of a tree's form: git, `Documentation/gitformat-pack.txt` and `cache-tree.c`.
fn is_made_of(
    file: &IndexFile,
    cursor: &Cursor<'_>,
    folder: &[u8],
    below: &Subfolders<'_>,
    tree: WrittenTree,
) -> Result<bool, Odd> {
    let mut cursor = cursor.clone();
    let begin = cursor.number();
    let mut text = Vec::new();
    let mut add = |mode: u32, name: &[u8], oid: Oid| {
        write!(text, "{mode:o} ").expect("memory takes it");
        text.extend_from_slice(name);
        text.push(0);
        text.extend_from_slice(oid.as_bytes());
    };
    let mut path = folder.to_vec();
    while let Some(node) = file_node(file, &cursor, folder, below)? {
        match node {
            IndexNode::File(name, mode, oid) => {
                add(mode, name, oid);
                cursor.advance()?;
            }
            IndexNode::Folder(name, _, Some(inner)) => {
                add(FOLDER, name, inner.oid);
                path.truncate(folder.len());
                path.extend_from_slice(name);
                path.push(b'/');
                skip(&mut cursor, &path, inner.entries, file.count())?;
            }
            IndexNode::Folder(_, _, None) => return Ok(false),
        }
    }
    if cursor.number() - begin != tree.entries {
        return Err(Odd(
            "a folder has another number of entries than the cache-tree says",
        ));
    }
    let oid = Oid::hash_object_ext(ObjectType::Tree, &text, tree.oid.object_format());
    Ok(oid.is_ok_and(|oid| oid == tree.oid))
}

/// Returns the mode and id under which git commits `path`, or `None` when it does not.
///
/// It is an error if the path is in conflict.
pub(super) fn look_up(
    store: &Store,
    file: &IndexFile,
    path: &BStr,
) -> Result<Option<(u32, Oid)>, SourceError> {
    if file.conflicts().iter().any(|conflict| conflict == path) {
        return Err(SourceError::Conflicts {
            paths: vec![path.to_owned()],
        });
    }
    let fault = |odd| fault(file, odd);
    // As when it is committed: where the cache-tree knows a tree, that is what counts.
    let mut node = file.root();
    let mut rest: &[u8] = path;
    while let Some(folder) = node {
        if let Some(written) = file.written(folder).map_err(fault)? {
            match store.tree(written.oid) {
                Ok(tree) => return look_up_in(store, tree, path, rest),
                Err(error) if is_missing(&error) => {}
                Err(source) => {
                    let folder = &path[..path.len() - rest.len()];
                    return Err(unreadable(folder, written.oid, source));
                }
            }
        }
        let Some(length) = memchr::memchr(b'/', rest) else {
            break;
        };
        node = file
            .subfolders(folder)
            .map_err(fault)?
            .find(&rest[..length]);
        rest = &rest[length + 1..];
    }
    let cursor = file.find(path).map_err(fault)?;
    let entry = cursor.entry().map_err(fault)?;
    let entry = entry.filter(|entry| entry.path == path && !entry.is_intent);
    Ok(entry.map(|entry| (entry.mode, entry.oid)))
}

/// Returns the mode and id under which git commits `path`, by the entries that git listed.
pub(super) fn look_up_listed(
    store: &Store,
    entries: &[IndexPath],
    path: &BStr,
) -> Result<Option<(u32, Oid)>, SourceError> {
    for entry in entries {
        if entry.path == *path {
            return Ok(Some((entry.mode, entry.oid)));
        }
        if entry.mode == FOLDER
            && let Some(rest) = path.strip_prefix(&entry.path[..])
        {
            let tree = store
                .tree(entry.oid)
                .map_err(|source| unreadable(&entry.path, entry.oid, source))?;
            return look_up_in(store, tree, path, rest);
        }
    }
    Ok(None)
}

/// Looks up `rest`, the end of `path`, in a tree that git commits.
fn look_up_in(
    store: &Store,
    mut tree: Tree,
    path: &BStr,
    mut rest: &[u8],
) -> Result<Option<(u32, Oid)>, SourceError> {
    loop {
        let length = memchr::memchr(b'/', rest);
        let Some(entry) = tree.find(&rest[..length.unwrap_or(rest.len())]) else {
            return Ok(None);
        };
        let (mode, oid) = (entry.mode, entry.oid);
        match length {
            None if mode != FOLDER => return Ok(Some((mode, oid))),
            Some(length) if mode == FOLDER => rest = &rest[length + 1..],
            None | Some(_) => return Ok(None),
        }
        let folder = &path[..path.len() - rest.len()];
        tree = store
            .tree(oid)
            .map_err(|source| unreadable(folder, oid, source))?;
    }
}

/// Returns the error for an index file that is not what git writes.
fn fault(file: &IndexFile, Odd(what): Odd) -> SourceError {
    SourceError::Index {
        path: file.path().to_owned(),
        source: git2::Error::from_str(what),
    }
}

/// Returns the error for a tree that git commits and that is there, but cannot be read.
fn unreadable(path: &[u8], oid: Oid, source: git2::Error) -> SourceError {
    SourceError::StagedTree {
        path: path.into(),
        oid,
        source,
    }
}
