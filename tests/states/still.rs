//! Runs of guard that must leave everything as it is, and must not take for ever.

use crate::ran::{Ran, run_with_patience};
use crate::support::{GUARD, Repo};
use crate::table::{Ended, by_hand};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs guard at the top of a repository.
pub(crate) fn guard(repo: &Repo, arguments: &[&str]) -> Ended {
    guard_in(repo, repo.top(), arguments)
}

/// Runs guard in a folder.
pub(crate) fn guard_in(repo: &Repo, folder: &Path, arguments: &[&str]) -> Ended {
    by_hand(still(repo, repo.program(GUARD, folder).args(arguments)))
}

/// Runs a program; nothing in or beside the repository may change by it.
pub(crate) fn still(repo: &Repo, command: &mut Command) -> Ran {
    let before = everything(repo);
    let ran = run_with_patience(command);
    let after = everything(repo);
    let touched: Vec<&PathBuf> = before
        .keys()
        .chain(after.keys())
        .filter(|&path| before.get(path) != after.get(path))
        .collect();
    assert!(touched.is_empty(), "written: {touched:?} by: {ran}");
    ran
}

/// What tells a change: kind and mode, inode, times of content and of state, and the content.
///
/// The shared part of a split index has no times here: git renews them whenever it reads it, so
/// that it is not taken for one that nobody needs.
#[derive(PartialEq, Eq)]
pub(crate) struct State {
    mode: u32,
    inode: u64,
    times: Option<[i64; 4]>,
    content: Option<Vec<u8>>,
}

/// Lists all that is in a repository and beside it.
pub(crate) fn everything(repo: &Repo) -> BTreeMap<PathBuf, State> {
    let mut found = BTreeMap::new();
    let mut paths = vec![repo.beside("")];
    while let Some(path) = paths.pop() {
        let about = fs::symlink_metadata(&path).expect("it was just listed");
        if about.is_dir() {
            let entries = fs::read_dir(&path).expect("the folder is ours");
            paths.extend(entries.map(|entry| entry.expect("the folder is ours").path()));
        }
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let times = [
            about.mtime(),
            about.mtime_nsec(),
            about.ctime(),
            about.ctime_nsec(),
        ];
        let state = State {
            mode: about.mode(),
            inode: about.ino(),
            times: (!name.starts_with(b"sharedindex.")).then_some(times),
            content: about
                .is_file()
                .then(|| fs::read(&path).expect("the file is ours")),
        };
        found.insert(path, state);
    }
    found
}
