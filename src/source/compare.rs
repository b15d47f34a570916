//! What differs between the tree of a commit and another tree or the index.
//!
//! libgit2 compares them too, but it drops a new path of the index that is marked assume-unchanged
//! although git commits it, and opens every folder where this opens those that differ. Nothing is
//! relied on but the entries and, for an index, what git would make of it
//! ([`index_file`](super::index_file)): if entries are out of order some may be taken for new, and
//! none is left out.

use super::SourceError;
use super::changes::{Changes, Entry};
use super::index_file::{NodeId, Subfolders, WrittenTree};
use super::index_walk::{IndexFolder, IndexNode, IndexWalk, Staging};
use super::object::{FOLDER, MAX_DEPTH, MODE_KIND, RawCommit, Tree, TreeEntry};
use super::store::Store;
use bstr::BStr;
use git2::Oid;
use std::cmp::Ordering;

/// What is compared with a parent.
#[derive(Clone, Copy)]
pub(super) enum New<'a> {
    /// A commit.
    Commit(&'a RawCommit),
    /// The index.
    Index(Staging<'a>),
}

/// Compares `new` with the tree of `parent`; without one, all is new.
pub(super) fn compare(
    store: &Store,
    parent: Option<&RawCommit>,
    new: New<'_>,
) -> Result<Changes, SourceError> {
    let old = parent.map_or(Ok(Folder::Nothing), |parent| {
        Folder::of_commit(store, parent)
    })?;
    let mut index = match new {
        New::Commit(_) => None,
        New::Index(staging) => Some(IndexWalk::new(staging)?),
    };
    let new = match (new, &mut index) {
        (New::Commit(commit), _) => Folder::of_commit(store, commit)?,
        (New::Index(_), None) => Folder::Nothing,
        (New::Index(_), Some(index)) => {
            let (root, tree) = index.root()?;
            if let (Folder::Tree(_, old), Some(tree)) = (&old, tree)
                && old.id() == tree.oid
            {
                index.skip(b"", tree)?;
                return Ok(Changes::default());
            }
            Folder::of_index(index.open(store, b"", root)?)
        }
    };
    let mut comparison = Comparison {
        store,
        index,
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
enum Folder<'i> {
    /// There is none.
    Nothing,
    /// A folder of a commit, or one that git is about to commit.
    Tree(Origin, Tree),
    /// What the index holds below a folder, with the folders there that its cache-tree knows. The
    /// walk through the index is in it.
    Index(Subfolders<'i>),
}

/// What a tree belongs to.
#[derive(Clone, Copy)]
enum Origin {
    Commit(Oid),
    Index,
}

/// What a folder holds under a name.
enum Node<'t> {
    /// An entry of a tree.
    Tree(Origin, TreeEntry<'t>),
    /// What the index holds under the name.
    Index(IndexNode<'t>),
}

impl<'i> Folder<'i> {
    /// Returns the top folder of a commit.
    fn of_commit(store: &Store, commit: &RawCommit) -> Result<Self, SourceError> {
        match store.tree(commit.tree) {
            Ok(tree) => Ok(Self::Tree(Origin::Commit(commit.id), tree)),
            Err(source) => Err(SourceError::Commit {
                commit: commit.id,
                source,
            }),
        }
    }

    fn of_index(folder: IndexFolder<'i>) -> Self {
        match folder {
            IndexFolder::Tree(tree) => Self::Tree(Origin::Index, tree),
            IndexFolder::Entries(below) => Self::Index(below),
        }
    }

    /// Returns the node that begins at `at` of a tree or comes next in the index; `path` is the
    /// folder's own, with the `/` after it.
    fn node<'t>(
        &'t self,
        at: usize,
        index: Option<&'t IndexWalk<'i>>,
        path: &[u8],
    ) -> Result<Option<Node<'t>>, SourceError> {
        Ok(match (self, index) {
            (Self::Tree(origin, tree), _) => tree.get(at).map(|entry| Node::Tree(*origin, entry)),
            (Self::Index(below), Some(index)) => index.node(path, below)?.map(Node::Index),
            (Self::Nothing | Self::Index(_), _) => None,
        })
    }
}

impl Node<'_> {
    fn name(&self) -> &[u8] {
        match self {
            Self::Tree(_, entry) => entry.name,
            Self::Index(IndexNode::File(name, ..) | IndexNode::Folder(name, ..)) => name,
        }
    }

    fn is_folder(&self) -> bool {
        match self {
            Self::Tree(_, entry) => entry.mode == FOLDER,
            Self::Index(IndexNode::File(..)) => false,
            Self::Index(IndexNode::Folder(..)) => true,
        }
    }

    /// Returns what tells whether two nodes are the same, if anything does.
    fn identity(&self) -> Option<(Oid, u32)> {
        match self {
            Self::Tree(_, entry) => Some((entry.oid, entry.mode)),
            Self::Index(IndexNode::File(_, mode, oid)) => Some((*oid, *mode)),
            Self::Index(IndexNode::Folder(_, _, tree)) => tree.map(|tree| (tree.oid, FOLDER)),
        }
    }

    /// Returns what it holds if it is no folder.
    fn entry(&self) -> Option<Entry> {
        let (oid, mode) = self.identity()?;
        Entry::new(mode & MODE_KIND, oid)
    }

    /// Compares names in the order of trees and of the index: a folder stands where its name with
    /// a `/` would.
    fn order(&self, other: &Node<'_>) -> Ordering {
        let (a, b) = (self.name(), other.name());
        let shared = a.len().min(b.len());
        let next = |node: &Node<'_>| match node.name().get(shared) {
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
struct Level<'i> {
    old: Folder<'i>,
    new: Folder<'i>,
    /// How far the walk is in each, if it is a tree.
    at_old: usize,
    at_new: usize,
    /// The length of their path, with the `/` after it.
    prefix: usize,
}

/// What is to be done about a name.
enum Move {
    /// The folders end here.
    Leave,
    /// Nothing: both sides hold the same.
    Pass(Beyond),
    /// It is a file on both sides, or on one.
    Record {
        before: Option<Entry>,
        after: Option<Entry>,
        beyond: Beyond,
    },
    /// It is a folder on both sides, or on one.
    Enter {
        before: Option<(Origin, Oid)>,
        after: Option<Inner>,
    },
}

/// How the walk through the index goes on.
enum Beyond {
    /// As it is: the name is not in the index, or in no folder that is walked through there.
    Stay,
    /// After an entry.
    Entry,
    /// After a folder, whose tree is known.
    Folder(WrittenTree),
}

/// The new side of a folder.
enum Inner {
    Tree(Origin, Oid),
    Index(Option<NodeId>),
}

/// A walk through all folders that differ. It keeps its own stack: folders may be nested deeper
/// than the thread's would bear.
struct Comparison<'s, 'i> {
    store: &'s Store,
    index: Option<IndexWalk<'i>>,
    /// Where the walk is, from the root.
    path: Vec<u8>,
    levels: Vec<Level<'i>>,
    changes: Changes,
}

impl Comparison<'_, '_> {
    /// Looks at the next name; returns whether there may be more.
    fn step(&mut self) -> Result<bool, SourceError> {
        if self.levels.is_empty() {
            return Ok(false);
        }
        match self.look()? {
            Move::Leave => {
                self.levels.pop();
            }
            Move::Pass(beyond) => self.go_beyond(&beyond)?,
            Move::Record {
                before,
                after,
                beyond,
            } => {
                self.changes.record(BStr::new(&self.path), before, after);
                self.go_beyond(&beyond)?;
            }
            Move::Enter { before, after } => self.enter(before, after)?,
        }
        Ok(true)
    }

    /// Looks at the next name of the innermost folders, and goes past it where they are trees. The
    /// path then ends with that name, and with a `/` if it is a folder.
    fn look(&mut self) -> Result<Move, SourceError> {
        let Some(level) = self.levels.last_mut() else {
            return Ok(Move::Leave);
        };
        self.path.truncate(level.prefix);
        let index = self.index.as_ref();
        let before = level.old.node(level.at_old, None, &self.path)?;
        let after = level.new.node(level.at_new, index, &self.path)?;
        let order = match (&before, &after) {
            (None, None) => return Ok(Move::Leave),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.order(after),
        };
        // Of two different names the first comes alone.
        let before = before.filter(|_| order.is_le());
        let after = after.filter(|_| order.is_ge());
        let Some(node) = before.as_ref().or(after.as_ref()) else {
            return Ok(Move::Leave);
        };
        self.path.extend_from_slice(node.name());
        if node.is_folder() {
            self.path.push(b'/');
        }
        let beyond = match &after {
            Some(Node::Index(IndexNode::File(..))) => Beyond::Entry,
            Some(Node::Index(IndexNode::Folder(_, _, Some(tree)))) => Beyond::Folder(*tree),
            _ => Beyond::Stay,
        };
        let next = if is_same(before.as_ref(), after.as_ref()) {
            Move::Pass(beyond)
        } else if node.is_folder() {
            let tree = |node: &Node<'_>| match node {
                Node::Tree(origin, entry) => Some((*origin, entry.oid)),
                Node::Index(_) => None,
            };
            Move::Enter {
                before: before.as_ref().and_then(tree),
                after: after.as_ref().and_then(|node| match node {
                    Node::Tree(origin, entry) => Some(Inner::Tree(*origin, entry.oid)),
                    Node::Index(IndexNode::Folder(_, node, _)) => Some(Inner::Index(*node)),
                    Node::Index(IndexNode::File(..)) => None,
                }),
            }
        } else {
            Move::Record {
                before: before.as_ref().and_then(Node::entry),
                after: after.as_ref().and_then(Node::entry),
                beyond,
            }
        };
        let (is_old, is_new) = (before.is_some(), after.is_some());
        level.at_old += usize::from(is_old);
        level.at_new += usize::from(is_new);
        Ok(next)
    }

    /// Lets the walk through the index go on behind the path.
    fn go_beyond(&mut self, beyond: &Beyond) -> Result<(), SourceError> {
        match (&mut self.index, beyond) {
            (Some(index), Beyond::Entry) => index.advance(),
            (Some(index), Beyond::Folder(tree)) => index.skip(&self.path, *tree),
            (_, Beyond::Stay) | (None, _) => Ok(()),
        }
    }

    /// Opens the folders of the path.
    fn enter(
        &mut self,
        before: Option<(Origin, Oid)>,
        after: Option<Inner>,
    ) -> Result<(), SourceError> {
        let old = match before {
            Some((origin, oid)) => self.tree(origin, oid)?,
            None => Folder::Nothing,
        };
        let new = match (after, &mut self.index) {
            (Some(Inner::Tree(origin, oid)), _) => self.tree(origin, oid)?,
            (Some(Inner::Index(node)), Some(index)) => {
                Folder::of_index(index.open(self.store, &self.path, node)?)
            }
            (Some(Inner::Index(_)), None) | (None, _) => Folder::Nothing,
        };
        if self.levels.len() > MAX_DEPTH {
            return Err(SourceError::TooDeep {
                path: self.path.as_slice().into(),
            });
        }
        self.levels.push(Level {
            old,
            new,
            at_old: 0,
            at_new: 0,
            prefix: self.path.len(),
        });
        Ok(())
    }
}

impl<'i> Comparison<'_, 'i> {
    /// Opens a folder of a tree.
    fn tree(&self, origin: Origin, oid: Oid) -> Result<Folder<'i>, SourceError> {
        match (self.store.tree(oid), origin) {
            (Ok(tree), _) => Ok(Folder::Tree(origin, tree)),
            (Err(source), Origin::Commit(commit)) => Err(SourceError::Commit { commit, source }),
            (Err(source), Origin::Index) => Err(SourceError::StagedTree {
                path: self.path.as_slice().into(),
                oid,
                source,
            }),
        }
    }
}

/// Says whether two nodes hold the same.
fn is_same(before: Option<&Node<'_>>, after: Option<&Node<'_>>) -> bool {
    let before = before.and_then(Node::identity);
    before.is_some() && before == after.and_then(Node::identity)
}
