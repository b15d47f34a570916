//! All files of folders and of whole histories, each text once.

use super::changes::is_empty_blob;
use super::commits;
use super::object::{FOLDER, GITLINK, MAX_DEPTH, MODE_KIND, SYMLINK, Tree};
use super::repository::Handle;
use super::{Commit, Form, Item, Old, Place, Plan, SourceError};
use crate::file_type::file_types;
use crate::scan::judge::is_fixture;
use crate::scan::name_class;
use crate::spec::Languages;
use bstr::{BStr, BString};
use git2::Oid;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Collects files.
#[derive(Default)]
pub(super) struct Files {
    pub(super) plan: Plan,
    /// What was met, where each text counts once.
    met: Option<Met>,
    gitlinks: HashSet<BString>,
}

/// Folders and texts that were met.
///
/// Of a path only that counts which decides how its text is judged: whether it is among tests and
/// examples, and of which type or kind of secret the name makes it. A text that comes again under another such name
/// is looked at again.
#[derive(Default)]
struct Met {
    trees: HashSet<(Oid, bool)>,
    blobs: HashSet<(Oid, Form, Languages, bool, Option<usize>)>,
    /// The text that was met last under each path: of the next one there, only what is new has to
    /// be looked at.
    last: HashMap<BString, (Form, Oid)>,
}

impl Files {
    /// Collects each text once, wherever it comes first.
    pub(super) fn once() -> Self {
        Self {
            met: Some(Met::default()),
            ..Self::default()
        }
    }

    /// Adds all files below a tree; `commit` is what brings them.
    pub(super) fn add_tree(
        &mut self,
        handle: &Handle<'_>,
        root: Oid,
        commit: Option<&Arc<Commit>>,
    ) -> Result<(), SourceError> {
        let mut folders = vec![(root, BString::default(), 0)];
        while let Some((oid, path, depth)) = folders.pop() {
            if let Some(met) = &mut self.met
                && !met.trees.insert((oid, is_fixture(path.as_ref())))
            {
                continue;
            }
            if depth > MAX_DEPTH {
                return Err(SourceError::TooDeep { path });
            }
            let tree = handle.tree(oid).map_err(|source| SourceError::Tree {
                path: path.clone(),
                oid,
                source,
            })?;
            let inner = self.add_entries(&tree, path.as_ref(), commit);
            // The last is the first to be taken: so paths come in their order.
            folders.extend(
                inner
                    .into_iter()
                    .rev()
                    .map(|(oid, path)| (oid, path, depth + 1)),
            );
        }
        Ok(())
    }

    /// Adds the files of one folder, and returns the folders in it.
    fn add_entries(
        &mut self,
        tree: &Tree,
        folder: &BStr,
        commit: Option<&Arc<Commit>>,
    ) -> Vec<(Oid, BString)> {
        let mut folders = Vec::new();
        for entry in tree.iter() {
            let mut path = BString::new(Vec::with_capacity(folder.len() + entry.name.len() + 1));
            path.extend_from_slice(folder);
            path.extend_from_slice(entry.name);
            match entry.mode & MODE_KIND {
                FOLDER => {
                    path.push(b'/');
                    folders.push((entry.oid, path));
                }
                GITLINK => {
                    self.gitlinks.insert(path);
                }
                SYMLINK => self.add_blob(path, Form::Symlink, entry.oid, commit),
                _ => self.add_blob(path, Form::File, entry.oid, commit),
            }
        }
        folders
    }

    /// Adds a text, unless it was met before.
    pub(super) fn add_blob(
        &mut self,
        path: BString,
        form: Form,
        oid: Oid,
        commit: Option<&Arc<Commit>>,
    ) {
        if is_empty_blob(oid) {
            return;
        }
        let mut old = Old::NOTHING;
        if let Some(met) = &mut self.met {
            let types = file_types(path.as_ref(), b"");
            let is_fixture = is_fixture(path.as_ref());
            let name = name_class(path.as_ref());
            let is_known = !met.blobs.insert((oid, form, types, is_fixture, name));
            let last = met.last.insert(path.clone(), (form, oid));
            if is_known {
                return;
            }
            // By its path it is judged as this one is.
            old.blobs = last
                .filter(|last| last.0 == form)
                .map(|last| last.1)
                .into_iter()
                .collect();
        }
        self.plan.items.push(Item {
            path,
            form,
            new: Place::Blob(oid),
            old,
            commit: commit.cloned(),
        });
    }

    /// Adds a message.
    pub(super) fn add_message(&mut self, text: &BString, commit: &Arc<Commit>, path: &str) {
        self.plan.items.extend(commits::message(text, commit, path));
    }

    /// Returns what was collected.
    pub(super) fn into_plan(self) -> Plan {
        let mut plan = self.plan;
        let mut gitlinks: Vec<BString> = self.gitlinks.into_iter().collect();
        gitlinks.sort_unstable();
        plan.note_submodules(&gitlinks);
        plan
    }
}
