//! The TREE extension, git's cache-tree: which folders of the index are trees that git has written.
//!
//! Source: git, `Documentation/gitformat-index.txt`, "Cache tree".

use super::Odd;
use super::entries::Layout;
use git2::Oid;
use std::ops::Range;

/// The folders that the extension lists, each before those below it.
#[derive(Default)]
pub(super) struct CacheTree {
    nodes: Vec<Node>,
}

/// A folder.
struct Node {
    /// Where its name is in the file.
    name: Range<usize>,
    /// What it holds if no path below it was changed since git wrote its tree.
    tree: Option<Written>,
    /// The number of the first folder after it that is not below it.
    next: usize,
}

/// What git has written of a folder.
#[derive(Clone, Copy)]
struct Written {
    /// How many entries of the index are below it.
    entries: usize,
    /// Where the tree's id is in the file.
    oid: usize,
}

/// The number of a folder in the extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct NodeId(usize);

/// A folder whose tree git has written.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) struct WrittenTree {
    pub(in crate::source) oid: Oid,
    /// How many entries of the index are below it.
    pub(in crate::source) entries: usize,
}

/// Folders of the same folder, in the order in which git lists them: the shorter name first.
#[derive(Clone, Default)]
pub(in crate::source) struct Subfolders<'i>(Vec<(&'i [u8], NodeId)>);

impl Subfolders<'_> {
    /// Returns the folder of this name.
    pub(in crate::source) fn find(&self, name: &[u8]) -> Option<NodeId> {
        let at = self
            .0
            .binary_search_by_key(&(name.len(), name), |&(name, _)| (name.len(), name));
        at.ok().map(|at| self.0[at].1)
    }
}

impl CacheTree {
    /// Reads the extension, which is in `place` of the file.
    pub(super) fn parse(layout: Layout<'_>, place: Range<usize>) -> Result<Self, Odd> {
        const CUT: Odd = Odd("the cache-tree is cut off");
        let bytes = layout.bytes.get(..place.end).ok_or(CUT)?;
        let mut nodes: Vec<Node> = Vec::new();
        // Which folders the walk is in, and how many below each are still to come.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut at = place.start;
        loop {
            let rest = bytes.get(at..).ok_or(CUT)?;
            let name_length = memchr::memchr(0, rest).ok_or(CUT)?;
            let numbers = &rest[name_length + 1..];
            let line = memchr::memchr(b'\n', numbers).ok_or(CUT)?;
            let (entries, below) = numbers_of(&numbers[..line])?;
            let name = at..at + name_length;
            if name.is_empty() != open.is_empty() || rest[..name_length].contains(&b'/') {
                return Err(Odd("the cache-tree names a folder that cannot be"));
            }
            at = name.end + 1 + line + 1;
            let tree = entries.map(|entries| Written { entries, oid: at });
            if tree.is_some() {
                at += layout.oid_bytes;
            }
            open.push((nodes.len(), below));
            nodes.push(Node {
                name,
                tree,
                next: 0,
            });
            // Those that are complete end here.
            while let Some(&(node, 0)) = open.last() {
                nodes[node].next = nodes.len();
                open.pop();
            }
            match open.last_mut() {
                Some((_, below)) => *below -= 1,
                None if at == place.end => return Ok(Self { nodes }),
                None => return Err(Odd("the cache-tree has another length than it says")),
            }
        }
    }

    /// Returns the top folder, if there is an extension at all.
    pub(super) fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// Returns the tree of a folder, if git has written it and nothing below it changed since.
    pub(super) fn written(
        &self,
        layout: Layout<'_>,
        NodeId(node): NodeId,
    ) -> Result<Option<WrittenTree>, Odd> {
        let Some(Written { entries, oid }) = self.nodes.get(node).and_then(|node| node.tree) else {
            return Ok(None);
        };
        let oid = layout.oid(oid)?;
        Ok(Some(WrittenTree { oid, entries }))
    }

    /// Returns the folders of a folder.
    pub(super) fn subfolders<'i>(
        &self,
        layout: Layout<'i>,
        NodeId(node): NodeId,
    ) -> Result<Subfolders<'i>, Odd> {
        let end = self.nodes.get(node).map_or(0, |node| node.next);
        let mut subfolders = Vec::new();
        let mut at = node + 1;
        while let Some(node) = self.nodes.get(at).filter(|_| at < end) {
            let name = layout.bytes.get(node.name.clone()).unwrap_or_default();
            subfolders.push((name, NodeId(at)));
            at = node.next;
        }
        // Git has sorted them so; another program need not have.
        subfolders.sort_unstable_by_key(|&(name, _)| (name.len(), name));
        if subfolders.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(Odd("the cache-tree names a folder twice"));
        }
        Ok(Subfolders(subfolders))
    }
}

/// Reads the line `ENTRIES SUBFOLDERS`, in which a folder that was changed has -1 entries.
fn numbers_of(line: &[u8]) -> Result<(Option<usize>, usize), Odd> {
    const FAULT: Odd = Odd("the cache-tree has a number that is none");
    let space = memchr::memchr(b' ', line).ok_or(FAULT)?;
    let (entries, below) = (&line[..space], &line[space + 1..]);
    let entries = if entries == b"-1" {
        None
    } else {
        Some(number(entries).ok_or(FAULT)?)
    };
    Ok((entries, number(below).ok_or(FAULT)?))
}

/// Reads a number as git writes it, in at most nine digits.
fn number(digits: &[u8]) -> Option<usize> {
    let has_form = matches!(digits, [b'0'] | [b'1'..=b'9', ..]) && digits.len() <= 9;
    digits
        .iter()
        .try_fold(0_usize, |number, &digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + usize::from(digit - b'0'))
        })
        .filter(|_| has_form)
}
