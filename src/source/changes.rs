//! What a change does to files, relative to one parent or to all parents of a merge.

use super::object::{FOLDER, GITLINK, SYMLINK};
use super::{Deleted, Form, Old};
use bstr::{BStr, BString};
use git2::Oid;
use std::sync::Arc;

/// The id of the blob without content, in both forms. Git does not need to store it: an entry that
/// `git add -N` made has this id, and no line.
const EMPTY_BLOB: [u8; 20] = [
    0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b, 0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2,
    0xe4, 0x8c, 0x53, 0x91,
];
const EMPTY_BLOB_SHA256: [u8; 32] = [
    0x47, 0x3a, 0x0f, 0x4c, 0x3b, 0xe8, 0xa9, 0x36, 0x81, 0xa2, 0x67, 0xe3, 0xb1, 0xe9, 0xa7, 0xdc,
    0xda, 0x11, 0x85, 0x43, 0x6f, 0xe1, 0x41, 0xf7, 0x74, 0x91, 0x20, 0xa3, 0x03, 0x72, 0x18, 0x13,
];

/// Says whether `oid` is that of a blob without content.
pub(super) fn is_empty_blob(oid: Oid) -> bool {
    oid.as_bytes() == EMPTY_BLOB || oid.as_bytes() == EMPTY_BLOB_SHA256
}

/// What a path of a tree or index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A text: a file or a link's target.
    Text(Form, Oid),
    /// A commit of another repository.
    Gitlink,
}

impl Entry {
    /// Sorts an entry by the kind that its mode says; `None` for a folder.
    pub(super) fn new(kind: u32, oid: Oid) -> Option<Self> {
        match kind {
            GITLINK => Some(Self::Gitlink),
            SYMLINK => Some(Self::Text(Form::Symlink, oid)),
            FOLDER => None,
            // Whatever else the mode says, what is stored is a text.
            _ => Some(Self::Text(Form::File, oid)),
        }
    }
}

/// A path that has another text than before.
#[derive(Debug)]
struct Change {
    path: BString,
    form: Form,
    new: Oid,
    /// The text before; `None` when the path is new.
    old: Option<Oid>,
}

/// What a change does relative to one parent.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// By path, each path once.
    texts: Vec<Change>,
    deleted: Vec<Oid>,
    without_text: usize,
    gitlinks: Vec<BString>,
}

impl Changes {
    /// Records that `path` held `before` and holds `after`.
    pub(super) fn record(&mut self, path: &BStr, before: Option<Entry>, after: Option<Entry>) {
        let old = match before {
            Some(Entry::Text(_, oid)) => Some(oid),
            _ => None,
        };
        match after {
            Some(Entry::Text(form, new)) if old != Some(new) && !is_empty_blob(new) => {
                self.texts.push(Change {
                    path: path.to_owned(),
                    form,
                    new,
                    old,
                });
                return;
            }
            Some(Entry::Gitlink) => self.gitlinks.push(path.to_owned()),
            _ => self.without_text += 1,
        }
        if !matches!(after, Some(Entry::Text(..))) {
            self.deleted.extend(old.filter(|&oid| !is_empty_blob(oid)));
        }
    }
}

/// A path whose text differs from that in every parent.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) path: BString,
    pub(super) form: Form,
    pub(super) new: Oid,
    pub(super) old: Old,
}

/// What a change does relative to all its parents.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// By path.
    pub(super) changed: Vec<Changed>,
    pub(super) without_text: usize,
    pub(super) gitlinks: Vec<BString>,
}

/// Finds what differs from every parent: what one parent brought was looked at when it was made.
///
/// A new path whose very content was taken away elsewhere is a rename without an edit and no
/// change of text.
pub(super) fn join(parents: impl IntoIterator<Item = Changes>) -> Outcome {
    let mut parents = parents.into_iter();
    let Some(first) = parents.next() else {
        return Outcome::default();
    };
    let mut outcome = Outcome {
        without_text: first.without_text,
        gitlinks: first.gitlinks.clone(),
        ..Outcome::default()
    };
    let (mut first, deleted) = first.by_path();
    let count = first.len();
    drop_renames(&mut first, &deleted);
    outcome.without_text += count - first.len();
    outcome.changed = first
        .into_iter()
        .map(
            |Change {
                 path,
                 form,
                 new,
                 old,
             }| {
                let mut changed = Changed {
                    path,
                    form,
                    new,
                    old: Old::NOTHING,
                };
                changed.compare_with(old, &deleted);
                changed
            },
        )
        .collect();
    for parent in parents {
        let (mut changes, deleted) = parent.by_path();
        drop_renames(&mut changes, &deleted);
        outcome.changed.retain_mut(|changed| {
            let at = changes.binary_search_by(|change| change.path.cmp(&changed.path));
            if let Ok(at) = at {
                changed.compare_with(changes[at].old, &deleted);
            }
            at.is_ok()
        });
    }
    outcome
}

impl Changes {
    /// Returns the changed texts by path, and what was taken away.
    fn by_path(mut self) -> (Vec<Change>, Arc<Deleted>) {
        self.texts.sort_by(|a, b| a.path.cmp(&b.path));
        (self.texts, Arc::new(Deleted::new(self.deleted)))
    }
}

/// Drops new paths whose content was there under a name that is gone.
fn drop_renames(changes: &mut Vec<Change>, deleted: &Deleted) {
    changes.retain(|change| change.old.is_some() || !deleted.contains(change.new));
}

impl Changed {
    /// Adds a parent in which the path holds `old`, or which it lacks and loses `deleted`.
    fn compare_with(&mut self, old: Option<Oid>, deleted: &Arc<Deleted>) {
        match old {
            Some(oid) if self.old.blobs.contains(&oid) => {}
            Some(oid) => self.old.blobs.push(oid),
            None if deleted.blobs().is_empty() => {}
            None => self.old.deleted.push(Arc::clone(deleted)),
        }
    }
}
