//! Files and folders as they are on disk.

use super::plain::{PlainReader, item_path, tidy};
use super::{Form, Item, Old, Place, Plan, Reader, Source, SourceError};
use ignore::{DirEntry, WalkBuilder};
use std::fs::FileType;
use std::path::{Path, PathBuf};

/// Whether files that git ignores are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ignored {
    /// Left out, unless they are named themselves.
    #[default]
    LeftOut,
    /// Read as well.
    Included,
}

/// Files and folders, with all that is in them, hidden files too, but for `.git`.
///
/// Of a symbolic link the target is the text; one inside a folder is not followed, one that was
/// named is followed as well.
#[derive(Clone, Debug)]
pub struct Disk {
    /// What relative paths are relative to, absolute.
    pub directory: PathBuf,
    /// The files and folders, as they were named.
    pub roots: Vec<PathBuf>,
    /// The top of the work tree, if there is one: what lies inside is named from there.
    pub top: Option<PathBuf>,
    /// Whether files that git ignores are read.
    pub ignored: Ignored,
}

impl Source for Disk {
    fn plan(&self) -> Result<Plan, SourceError> {
        let mut plan = Plan::default();
        let top = self.top.as_ref().and_then(|top| top.canonicalize().ok());
        for root in &self.roots {
            let place = self.directory.join(root);
            let shown = shown(root, &place, top.as_deref());
            // Called by no name, it is the top itself.
            plan.everything |= top.is_some() && shown.as_os_str().is_empty();
            self.add_root(&mut plan, root, &place, &shown)?;
        }
        plan.items
            .sort_by(|a, b| (&a.path, a.form).cmp(&(&b.path, b.form)));
        plan.items
            .dedup_by(|a, b| a.path == b.path && a.form == b.form);
        plan.notes.sort();
        plan.notes.dedup();
        Ok(plan)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(PlainReader))
    }
}

impl Disk {
    /// Adds what `root` names; `shown` is how it is called in items.
    fn add_root(
        &self,
        plan: &mut Plan,
        root: &Path,
        place: &Path,
        shown: &Path,
    ) -> Result<(), SourceError> {
        let fault = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => SourceError::MissingPath {
                path: root.to_owned(),
            },
            _ => SourceError::Disk {
                path: root.to_owned(),
                source: error,
            },
        };
        let mut kind = std::fs::symlink_metadata(place).map_err(fault)?.file_type();
        if kind.is_symlink() {
            add(plan, place, shown, kind);
            match std::fs::metadata(place) {
                Ok(metadata) => kind = metadata.file_type(),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(fault(error)),
            }
        }
        if kind.is_dir() {
            self.walk(plan, place, shown)
        } else {
            add(plan, place, shown, kind);
            Ok(())
        }
    }

    /// Adds what is in the folder `root`.
    fn walk(&self, plan: &mut Plan, root: &Path, shown: &Path) -> Result<(), SourceError> {
        let honoured = self.ignored == Ignored::LeftOut;
        let walk = WalkBuilder::new(root)
            .standard_filters(honoured)
            .ignore(false)
            .hidden(false)
            .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git")
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.is_partial() => {
                    plan.notes.push(half_understood(&error));
                    continue;
                }
                Err(error) => return Err(on_walk(error)),
            };
            plan.notes.extend(entry.error().map(half_understood));
            if let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) {
                add(plan, entry.path(), &shown.join(below(&entry, root)), kind);
            }
        }
        Ok(())
    }
}

/// Returns the path of `entry` from `root`, from which the walk began.
fn below<'e>(entry: &'e DirEntry, root: &Path) -> &'e Path {
    entry
        .path()
        .strip_prefix(root)
        .expect("a walk yields what lies below its root")
}

/// Adds what is no folder; what is no file either is noted and never read: it may have no end.
fn add(plan: &mut Plan, place: &Path, shown: &Path, kind: FileType) {
    let form = match () {
        () if kind.is_symlink() => Form::Symlink,
        () if kind.is_file() => Form::File,
        () => {
            plan.notes
                .push(format!("`{}` is no file: not read", shown.display()));
            return;
        }
    };
    plan.items.push(Item {
        path: item_path(shown),
        form,
        new: Place::File(place.to_owned()),
        old: Old::NOTHING,
        commit: None,
    });
}

/// Says that an ignore file has lines that are not understood: they leave nothing out.
fn half_understood(error: &ignore::Error) -> String {
    format!("part of an ignore file is not understood, so more is read: {error}")
}

/// Finds the path and the cause in what the walk says.
fn on_walk(error: ignore::Error) -> SourceError {
    let mut path = None;
    let mut inner = &error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: named, err } => {
                path = Some(named.clone());
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let is_io = error.io_error().is_some();
    match path {
        Some(path) if is_io => {
            let source = error.into_io_error().expect("it was just seen to be one");
            SourceError::Disk { path, source }
        }
        _ => SourceError::Walk(error),
    }
}

/// Returns how items below `root` are called: from the top of the work tree when `place` is in
/// it, else as it was named.
fn shown(root: &Path, place: &Path, top: Option<&Path>) -> PathBuf {
    // The last name of a path may be a link: it is not followed.
    let real = match (place.parent(), place.file_name()) {
        (Some(parent), Some(name)) => parent.canonicalize().map(|parent| parent.join(name)),
        _ => place.canonicalize(),
    };
    let inside = top.and_then(|top| Some(real.ok()?.strip_prefix(top).ok()?.to_owned()));
    inside.unwrap_or_else(|| tidy(root))
}
