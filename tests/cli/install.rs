//! `guard install` and `guard uninstall`: hooks that are there, before and after.

use crate::support::{GUARD, Repo, key_at, key_line, mode, run, set_mode};
use std::fs;
use std::os::unix::fs::symlink;

const HOOK: &str = ".git/hooks/pre-commit";
const BEFORE: &str = ".git/hooks/pre-commit.before-guard";
/// What an install puts in when no hook is named.
const HOOKS: [&str; 3] = ["pre-commit", "pre-merge-commit", "pre-push"];
const COMMIT: &[&str] = &["commit", "--message", "x"];

fn read(repo: &Repo, path: &str) -> Vec<u8> {
    fs::read(repo.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names in the hooks folder that are no samples of git's.
fn hooks(repo: &Repo) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(repo.path(".git/hooks"))
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !name.ends_with(".sample"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_fresh_install_writes_the_hooks_and_a_second_changes_nothing() {
    let repo = Repo::new();
    let ran = repo.guard(&["install"]);
    let place = repo.path(HOOK);
    ran.exits(0)
        .says(&format!("guard: installed {}\n", place.display()));
    ran.says("pre-merge-commit\n").says("pre-push\n");
    assert_eq!(hooks(&repo), HOOKS);
    assert_eq!(mode(&place), 0o755);
    let script = String::from_utf8(read(&repo, HOOK)).expect("a script is text");
    assert!(
        script.starts_with("#!/bin/sh\n") && script.contains(GUARD),
        "{script}"
    );

    let found = fs::metadata(&place)
        .expect("it is there")
        .modified()
        .expect("it has a time");
    let ran = repo.guard(&["install"]);
    ran.exits(0)
        .says(&format!("guard: {} is in place already\n", place.display()));
    assert_eq!(hooks(&repo), HOOKS);
    let again = fs::metadata(&place)
        .expect("it is there")
        .modified()
        .expect("it has a time");
    assert_eq!(found, again, "not even written anew");
}

#[test]
fn an_install_mends_a_hook_of_guards_own_that_would_not_run() {
    let repo = Repo::guarded();
    set_mode(&repo.path(HOOK), 0o644);
    repo.guard(&["install"]).exits(0).says("guard: updated ");
    assert_eq!(mode(&repo.path(HOOK)), 0o755);
    let old = String::from_utf8(read(&repo, HOOK))
        .expect("a script is text")
        .replace(GUARD, "/old/guard");
    repo.write(HOOK, old);
    repo.guard(&["install"]).exits(0).says("guard: updated ");
    repo.write("a.py", key_line(1)).stage();
    repo.try_git(COMMIT)
        .is_refused()
        .finds(&[&key_at("a.py:1")]);
    assert_eq!(hooks(&repo), HOOKS);
}

#[test]
fn a_hook_that_is_there_runs_first() {
    let repo = Repo::new();
    let script = "#!/bin/sh\necho \"theirs, with $# arguments\"\nexec cat\n";
    repo.write_hook(HOOK, script, 0o755);
    let ran = repo.guard(&["install"]);
    ran.exits(0).says(&format!(
        "installed {}; the hook that was there runs first, from {}\n",
        repo.path(HOOK).display(),
        repo.path(BEFORE).display()
    ));
    repo.guard(&["install"])
        .exits(0)
        .says("is in place already");
    assert_eq!(
        hooks(&repo),
        [
            "pre-commit",
            "pre-commit.before-guard",
            "pre-merge-commit",
            "pre-push"
        ]
    );

    repo.write("a.py", "x = 1\n").stage();
    let ran = repo.try_git(COMMIT);
    ran.exits(0)
        .complains("theirs, with 0 arguments\n")
        .complains("0 findings");
    repo.write("a.py", key_line(1)).stage();
    let ran = repo.try_git(COMMIT);
    ran.is_refused().complains("theirs, with 0 arguments\n");
    ran.finds(&[&key_at("a.py:1")]);
}

#[test]
fn a_hook_that_refuses_still_refuses_with_its_own_status() {
    let repo = Repo::new();
    repo.write_hook(
        HOOK,
        "#!/bin/sh\necho 'theirs refuses' >&2\nexit 23\n",
        0o755,
    );
    repo.guard(&["install"]).exits(0);
    repo.write("a.py", "x = 1\n").stage();
    let ran = repo.try_git(COMMIT);
    ran.is_refused()
        .complains("theirs refuses")
        .lacks("guard: ");
    let ran = run(&mut repo.program(repo.path(HOOK), repo.top()));
    ran.exits(23).complains("theirs refuses");
}

#[test]
fn a_hook_that_git_would_not_run_does_not_run() {
    let repo = Repo::new();
    repo.write_hook(HOOK, "#!/bin/sh\nexit 23\n", 0o644);
    repo.guard(&["install"]).exits(0);
    repo.write("a.py", "x = 1\n").stage();
    repo.try_git(COMMIT).exits(0);
    repo.guard(&["uninstall"]).exits(0);
    assert_eq!(mode(&repo.path(HOOK)), 0o644);
}

#[test]
fn a_linked_hook_runs_first_and_is_put_back_as_a_link() {
    let repo = Repo::new();
    repo.write_hook("scripts/hook", "#!/bin/sh\necho linked\n", 0o755);
    symlink("../../scripts/hook", repo.path(HOOK)).expect("may write");
    repo.guard(&["install"]).exits(0).says("runs first");
    assert_eq!(
        read(&repo, "scripts/hook"),
        b"#!/bin/sh\necho linked\n",
        "the target is untouched"
    );
    repo.write("a.py", "x = 1\n").stage();
    repo.try_git(COMMIT)
        .exits(0)
        .complains("linked\n")
        .complains("0 findings");
    repo.guard(&["uninstall"]).exits(0);
    let target = fs::read_link(repo.path(HOOK)).expect("it is a link again");
    assert_eq!(target.to_str(), Some("../../scripts/hook"));
    assert_eq!(hooks(&repo), ["pre-commit"]);
}

#[test]
fn an_uninstall_restores_what_was_there_byte_for_byte() {
    let repo = Repo::new();
    let script = b"#!/bin/sh\n# caf\xe9\necho theirs\r\n\0exit 0";
    repo.write(HOOK, script);
    set_mode(&repo.path(HOOK), 0o750);
    repo.guard(&["install"]).exits(0);
    assert_ne!(read(&repo, HOOK), script);
    let ran = repo.guard(&["uninstall"]);
    ran.exits(0)
        .says("the hook that was there before is back")
        .says("guard: removed ");
    assert_eq!(
        (read(&repo, HOOK), mode(&repo.path(HOOK))),
        (script.to_vec(), 0o750)
    );
    assert_eq!(hooks(&repo), ["pre-commit"]);
    let ran = repo.guard(&["uninstall"]);
    ran.exits(0)
        .says("pre-commit is not guard's; left alone")
        .says("guard: no hook at ");
    assert_eq!(
        (read(&repo, HOOK), mode(&repo.path(HOOK))),
        (script.to_vec(), 0o750)
    );
}

#[test]
fn an_uninstall_leaves_nothing_where_nothing_was() {
    let repo = Repo::guarded();
    repo.guard(&["uninstall"]).exits(0).says("guard: removed ");
    assert_eq!(hooks(&repo), Vec::<String>::new());
    repo.write("a.py", key_line(1)).stage();
    repo.try_git(COMMIT).exits(0);
    repo.guard(&["uninstall"])
        .exits(0)
        .says("guard: no hook at ");
}

#[test]
fn two_hooks_of_others_are_a_conflict() {
    let repo = Repo::new();
    repo.write_hook(HOOK, "#!/bin/sh\necho first\n", 0o755);
    repo.guard(&["install"]).exits(0);
    // A hook manager writes its own over guard's.
    repo.write_hook(HOOK, "#!/bin/sh\necho second\n", 0o755);
    let ran = repo.guard(&["install"]);
    ran.exits(2)
        .complains("guard: error: ")
        .complains("is not guard's");
    ran.complains("pre-commit.before-guard was set aside before");
    assert_eq!(read(&repo, HOOK), b"#!/bin/sh\necho second\n");
    assert_eq!(read(&repo, BEFORE), b"#!/bin/sh\necho first\n");
    repo.remove(BEFORE)
        .guard(&["install"])
        .exits(0)
        .says("runs first");
}

#[test]
fn a_folder_for_hooks_is_made_where_there_is_none() {
    let repo = Repo::new();
    fs::remove_dir_all(repo.path(".git/hooks")).expect("it is there");
    repo.guard(&["uninstall"])
        .exits(0)
        .says("guard: no hook at ");
    repo.guard(&["install"]).exits(0).says("guard: installed ");
    repo.write("a.py", key_line(1)).stage();
    repo.try_git(COMMIT)
        .is_refused()
        .finds(&[&key_at("a.py:1")]);
}

#[test]
fn an_install_that_cannot_write_changes_nothing() {
    let repo = Repo::new();
    fs::remove_dir_all(repo.path(".git/hooks")).expect("it is there");
    repo.write(".git/hooks", "in the way");
    let ran = repo.guard(&["install"]);
    ran.exits(2).complains("hooks");
    assert_eq!(read(&repo, ".git/hooks"), b"in the way");
}
