//! Merges: only what the merge itself brings is new.

use crate::support::{Repo, key, key_at, key_line, set_mode};

/// A guarded repository in which `side` brings a key of its own, and `main` went on.
fn diverged() -> Repo {
    let repo = Repo::guarded();
    repo.write("a.py", "a = 1\n").commit("first");
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write("side.py", key_line(1))
        .write("a.py", "a = 'side'\n")
        .commit("on the side");
    repo.git(&["switch", "--quiet", "main"]);
    repo
}

#[test]
fn what_the_other_branch_brings_is_not_new() {
    let repo = diverged();
    repo.write("b.py", "b = 1\n").commit("on main");
    let ran = repo.try_git(&["merge", "--no-edit", "side"]);
    ran.exits(0).finds(&[]);
    ran.complains("guard: nothing to scan");
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]), "1");
}

#[test]
fn what_a_merge_driver_slips_in_is_new() {
    let repo = diverged();
    repo.write(".gitattributes", "a.py merge=evil\n")
        .write("a.py", "a = 'main'\n")
        .commit("on main");
    let driver = repo.beside("driver");
    std::fs::write(
        &driver,
        format!("#!/bin/sh\nprintf '%s\\n' '{}' >\"$1\"\n", key(2)),
    )
    .expect("may write");
    set_mode(&driver, 0o755);
    let command = format!("'{}' %A", driver.display());
    repo.git(&["config", "merge.evil.driver", &command]);
    let before = repo.head();
    let ran = repo.try_git(&["merge", "--no-edit", "side"]);
    ran.finds(&[&key_at("a.py:1")]).hides(&key(2));
    assert_ne!(ran.code, Some(0), "{ran}");
    assert_eq!(repo.head(), before, "git does not commit the merge");
    // It is left for `git commit`, which is guarded as well.
    let ran = repo.try_git(&["commit", "--no-edit"]);
    ran.is_refused().finds(&[&key_at("a.py:1")]);
    repo.write("a.py", "a = 'both'\n").stage();
    repo.try_git(&["commit", "--no-edit"]).exits(0).finds(&[]);
}

#[test]
fn a_merge_with_conflicts_is_an_error_until_they_are_resolved() {
    let repo = diverged();
    repo.write("a.py", "a = 'main'\n").commit("on main");
    repo.try_git(&["merge", "--no-edit", "side"])
        .exits(1)
        .says("CONFLICT");
    let ran = repo.staged();
    ran.exits(2)
        .complains("guard: error: unresolved conflicts in `a.py`");
    ran.complains("resolve them and `git add` the files");

    repo.write("a.py", format!("a = 'both'\n{}", key_line(2)))
        .stage();
    let ran = repo.try_git(&["commit", "--no-edit"]);
    ran.is_refused().finds(&[&key_at("a.py:2")]);
    ran.complains("guard: 1 file, 2 added lines, 1 finding (1 blocking)");

    repo.write("a.py", "a = 'side'\n").stage();
    let ran = repo.try_git(&["commit", "--no-edit"]);
    ran.exits(0).complains("guard: nothing to scan");
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]), "1");
}

#[test]
fn of_an_octopus_merge_nothing_is_new() {
    let repo = diverged();
    repo.git(&["switch", "--quiet", "--create", "third"]);
    repo.write("third.py", key_line(3)).commit("on the third");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("b.py", "b = 1\n").commit("on main");
    let ran = repo.try_git(&["merge", "--no-edit", "side", "third"]);
    ran.exits(0).finds(&[]).lacks("could not be read");
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]), "1");
}
