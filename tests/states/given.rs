//! Repositories that many cases begin with.

use crate::support::{GUARD, Repo, run};
use crate::table::Plant;
use std::fs;
use std::path::{Path, PathBuf};

/// A guarded repository with `a.py` and `b.py` committed.
pub(crate) fn two_files() -> Repo {
    let repo = Repo::guarded();
    with_two_files(&repo);
    repo
}

/// The same without any hook.
pub(crate) fn two_files_unguarded() -> Repo {
    let repo = Repo::new();
    with_two_files(&repo);
    repo
}

fn with_two_files(repo: &Repo) {
    repo.write("a.py", "a = 1\n")
        .write("b.py", "b = 1\n")
        .commit("old");
}

/// The same, and a work tree on a branch of its own beside it.
pub(crate) fn linked() -> (Repo, PathBuf) {
    let repo = two_files();
    repo.git(&["worktree", "add", "--quiet", "-b", "linked", "../linked"]);
    let linked = repo.beside("linked");
    (repo, linked)
}

/// Writes a file that need not be in the repository.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).expect("may write");
}

/// Makes a symbolic link.
pub(crate) fn link(target: impl AsRef<Path>, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("may write");
}

/// A guarded repository with the text in `a.py`; nothing is staged.
pub(crate) fn edited(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("a.py", plant.line());
    repo
}

/// The same, staged.
pub(crate) fn staged(plant: &Plant) -> Repo {
    let repo = edited(plant);
    repo.stage();
    repo
}

/// A guarded repository whose branch `side` brings `text` in `side.py`; `main` went on.
pub(crate) fn diverged(text: &str) -> Repo {
    let repo = two_files();
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write("side.py", text).commit("on the side");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("c.py", "c = 1\n").commit("on main");
    repo
}

/// Edits `a.py` on a branch `side`, to `text`, and on `main`.
pub(crate) fn fork(repo: &Repo, text: &str) {
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write("a.py", text).commit("on the side");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("a.py", "a = 'main'\n").commit("on main");
}

/// A guarded repository in which `command` stopped at a conflict of `a.py` with the branch `side`.
pub(crate) fn in_conflict(command: &[&str]) -> Repo {
    let repo = two_files();
    fork(&repo, "a = 'side'\n");
    conflict(&repo, command);
    repo
}

/// Runs a command that stops at a conflict in `a.py`.
pub(crate) fn conflict(repo: &Repo, command: &[&str]) {
    let ran = repo.try_git(command);
    let unmerged = repo.git(&["diff", "--name-only", "--diff-filter=U"]);
    assert_eq!(unmerged, "a.py", "{ran}");
}

/// Puts guard's hook of that name into a repository, which may lie beside the one given.
pub(crate) fn install(repo: &Repo, folder: &Path, name: &str) {
    let mut install = repo.program(GUARD, folder);
    run(install.args(["install", "--hook", name])).exits(0);
}
