//! What a source holds: items, where they are, and what they are compared with.

use super::Deleted;
use super::changes::Outcome;
use bstr::BString;
use git2::Oid;
use std::path::PathBuf;
use std::sync::Arc;

/// What a source holds.
#[derive(Debug, Default)]
pub struct Plan {
    /// The texts to scan: commit after commit, what is not committed last, each in the order of
    /// their paths.
    pub items: Vec<Item>,
    /// What was left out, or taken as new for want of an old version, and why: for the summary.
    /// Holds paths as they are: to be escaped before they are shown.
    pub notes: Vec<String>,
    /// Changes that bring no text: deletions, mode changes, renames without an edit, empty files.
    pub without_text: usize,
    /// How many commits were looked at.
    pub commits: usize,
    /// Whether the items are versions of the same files, whole: a finding that several of them
    /// hold is then reported once.
    pub versions: bool,
    /// Whether these are all texts there are, so that an exception which silences none of them is
    /// of no use any more.
    pub everything: bool,
}

impl Plan {
    /// Appends what another source holds.
    pub fn append(&mut self, other: Plan) {
        self.items.extend(other.items);
        self.notes.extend(other.notes);
        self.without_text += other.without_text;
        self.commits += other.commits;
        self.versions |= other.versions;
    }

    /// Says of commits of other repositories that they are not looked at here.
    pub(super) fn note_submodules(&mut self, paths: &[BString]) {
        self.notes.extend(paths.iter().map(|path| {
            format!("`{path}` is a submodule: its commits are checked in its own repository")
        }));
    }

    /// Appends what a change does, in the order of paths.
    pub(super) fn take(&mut self, outcome: Outcome, commit: Option<&Arc<Commit>>) {
        self.without_text += outcome.without_text;
        self.note_submodules(&outcome.gitlinks);
        self.items
            .extend(outcome.changed.into_iter().map(|changed| Item {
                path: changed.path,
                form: changed.form,
                new: Place::Blob(changed.new),
                old: changed.old,
                commit: commit.cloned(),
            }));
    }
}

/// One text to scan.
#[derive(Clone, Debug)]
pub struct Item {
    /// Path from the repository root, `/`-separated, as raw bytes.
    pub path: BString,
    /// What the text is.
    pub form: Form,
    /// Where the new version is.
    pub new: Place,
    /// What it is compared with.
    pub old: Old,
    /// The commit that brings it; `None` when it is not committed yet.
    pub commit: Option<Arc<Commit>>,
}

/// What the text of an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A file's content.
    File,
    /// The target of a symbolic link: one line.
    Symlink,
    /// A commit's or tag's message.
    Message,
}

/// Where a version of a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the object database.
    Blob(Oid),
    /// On disk.
    File(PathBuf),
    /// In memory.
    Memory(Arc<[u8]>),
}

/// What an item is compared with: a line is new when nothing of this accounts for it.
///
/// A change has a parent, or several when it is a merge. A parent that has the item's path gives
/// the blob there. One that has not gives the files that the change takes away from it: the item
/// may be one of them under a new name.
#[derive(Clone, Debug, Default)]
pub struct Old {
    /// The same path, in every parent that has it.
    pub blobs: Vec<Oid>,
    /// The files taken away, for every parent that lacks the path.
    pub deleted: Vec<Arc<Deleted>>,
}

impl Old {
    /// Compared with nothing: every line is new.
    pub const NOTHING: Self = Self {
        blobs: Vec::new(),
        deleted: Vec::new(),
    };

    /// Says whether there is nothing to compare with, so that every line is new.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.blobs.is_empty() && self.deleted.is_empty()
    }
}

/// A commit that brings a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: Oid,
    /// Its author, as `Name <mail>`.
    pub author: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// Its first line.
    pub summary: String,
}

impl Commit {
    /// Returns the beginning of its id, as people write it.
    #[must_use]
    pub fn short(&self) -> String {
        let mut id = self.id.to_string();
        id.truncate(12);
        id
    }

    /// Returns the name of its author, without the address.
    #[must_use]
    pub fn author_name(&self) -> &str {
        let end = self.author.rfind('<').unwrap_or(self.author.len());
        self.author[..end].trim_end()
    }
}
