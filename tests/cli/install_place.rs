//! `guard install`: where the hooks go, and which binary they run.

use crate::support::{Around, GUARD, Repo, key_at, key_line, run, set_mode};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const COMMIT: &[&str] = &["commit", "--message", "x"];

/// Asserts that commits are guarded, by one that is refused and one that is not.
#[track_caller]
fn is_guarded(repo: &Repo) {
    repo.write("guarded.py", key_line(1)).stage();
    repo.try_git(COMMIT)
        .is_refused()
        .finds(&[&key_at("guarded.py:1")]);
    repo.write("guarded.py", "x = 1\n").stage();
    repo.try_git(COMMIT).exits(0).complains("0 findings");
}

#[test]
fn a_hooks_path_of_this_repository_is_respected() {
    for is_absolute in [false, true] {
        let repo = Repo::new();
        let (path, place) = if is_absolute {
            let place = repo.beside("my hooks");
            (place.display().to_string(), place)
        } else {
            ("tools/hooks".to_owned(), repo.path("tools/hooks"))
        };
        repo.git(&["config", "core.hooksPath", &path]);
        repo.guard(&["install"])
            .exits(0)
            .says(&format!("guard: installed {}", place.display()));
        assert!(place.join("pre-commit").is_file());
        assert!(!repo.path(".git/hooks/pre-commit").exists());
        is_guarded(&repo);
        repo.guard(&["uninstall"]).exits(0).says("guard: removed ");
        assert_eq!(fs::read_dir(&place).expect("it is there").count(), 0);
    }
}

#[test]
fn from_a_subfolder_the_hooks_go_to_the_same_place() {
    for path in [None, Some("tools/hooks")] {
        let repo = Repo::new();
        if let Some(path) = path {
            repo.git(&["config", "core.hooksPath", path]);
        }
        fs::create_dir_all(repo.path("sub/deep")).expect("may write");
        let mut guard = repo.program(GUARD, &repo.path("sub/deep"));
        run(guard.arg("install")).exits(0);
        is_guarded(&repo);
        let mut guard = repo.program(GUARD, &repo.path("sub/deep"));
        run(guard.arg("uninstall")).exits(0).says("guard: removed ");
        assert!(!repo.path("sub/deep/tools").exists());
    }
}

#[test]
fn a_hooks_path_of_the_user_is_refused_with_a_way_out() {
    let repo = Repo::new();
    let shared = repo.beside("shared");
    repo.git(&[
        "config",
        "--global",
        "core.hooksPath",
        &shared.display().to_string(),
    ]);
    let ran = repo.guard(&["install"]);
    ran.exits(2)
        .complains(&format!("core.hooksPath is set to {}", shared.display()));
    let own = repo.path(".git/hooks").display().to_string();
    ran.complains(&format!("`git config core.hooksPath {own}`"));
    assert!(!shared.exists() && !repo.path(".git/hooks/pre-commit").exists());
    // What the message says works.
    repo.git(&["config", "core.hooksPath", &own]);
    repo.guard(&["install"]).exits(0);
    is_guarded(&repo);
}

#[test]
fn an_empty_hooks_path_leads_to_the_root_and_is_refused() {
    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", ""]);
    let ran = repo.guard(&["install"]);
    ran.exits(2)
        .complains("core.hooksPath is set to / for this repository");
    assert!(!Path::new("/pre-commit").exists());
    assert!(!repo.path("pre-commit").exists());
}

#[test]
fn a_folder_of_husky_is_refused_with_the_lines_to_add() {
    for path in [".husky/_", ".husky"] {
        let repo = Repo::new();
        repo.git(&["config", "core.hooksPath", path]);
        let ran = repo.guard(&["install"]);
        ran.exits(2)
            .complains("guard: error: husky runs the hooks here")
            .complains("nothing was installed");
        ran.says("# .husky/pre-commit\nguard hook pre-commit\n");
        ran.says("guard hook pre-push \"$@\"\n");
        assert!(!repo.path(path).exists());
    }
}

#[test]
fn from_a_linked_work_tree_the_hooks_serve_all_work_trees() {
    let repo = Repo::new();
    repo.write("a.py", "a = 1\n").commit("first");
    repo.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    let linked = repo.beside("linked");
    run(repo.program(GUARD, &linked).arg("install")).exits(0);
    assert!(repo.path(".git/hooks/pre-commit").is_file());
    is_guarded(&repo);
    fs::write(linked.join("b.py"), key_line(2)).expect("may write");
    run(repo.git_command(&linked).args(["add", "b.py"])).exits(0);
    let ran = run(repo.git_command(&linked).args(COMMIT));
    ran.is_refused().finds(&[&key_at("b.py:1")]);
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let inner = Repo::new();
    inner.write("a.py", "a = 1\n").commit("first");
    let repo = Repo::new();
    let url = inner.top().display().to_string();
    let allowed = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &url,
        "module",
    ];
    repo.git(&allowed);
    let module = repo.path("module");
    run(repo.program(GUARD, &module).arg("install")).exits(0);
    assert!(!repo.path(".git/hooks/pre-commit").exists());
    fs::write(module.join("b.py"), key_line(1)).expect("may write");
    run(repo.git_command(&module).args(["add", "b.py"])).exits(0);
    let ran = run(repo.git_command(&module).args(COMMIT));
    ran.is_refused().finds(&[&key_at("b.py:1")]);
}

#[test]
fn outside_a_repository_there_is_nowhere_to_install() {
    let around = Around::new();
    for command in ["install", "uninstall"] {
        let ran = around.guard(&around.path().join("home"), &[command]);
        ran.exits(2)
            .complains("git does not say where hooks go")
            .complains("not a git repository");
    }
}

#[test]
fn a_binary_and_a_repository_whose_paths_are_no_utf_8_are_found() {
    let repo = Repo::new();
    repo.write("a.py", "a = 1\n").commit("first");
    let odd = repo.beside("").join(OsStr::from_bytes(b"caf\xe9"));
    let linked = odd.join("linked");
    run(repo
        .git_command(repo.top())
        .args(["worktree", "add", "--quiet"])
        .arg(&linked))
    .exits(0);
    let binary = binary_at(&odd.join("guard"));
    run(repo.program(&binary, &linked).arg("install"))
        .exits(0)
        .is_plain();
    is_guarded(&repo);
    fs::remove_file(&binary).expect("it was just made");
    repo.write("b.py", "b = 1\n").stage();
    repo.try_git(COMMIT)
        .is_refused()
        .complains("guard: error: the guard binary is gone from ");
}

#[test]
fn a_binary_that_moved_is_found_on_the_path_unless_it_is_another_program() {
    let repo = Repo::new();
    let binary = binary_at(&repo.beside("bin/guard"));
    run(repo.program(&binary, repo.top()).arg("install")).exits(0);
    fs::rename(repo.beside("bin"), repo.beside("moved")).expect("it was just made");
    repo.write("a.py", key_line(1)).stage();
    let commit_with = |folder: &str| {
        let path = std::env::var("PATH").expect("it is set");
        let path = format!("{}:{path}", repo.beside(folder).display());
        run(repo.git_command(repo.top()).args(COMMIT).env("PATH", path))
    };
    commit_with("moved")
        .is_refused()
        .finds(&[&key_at("a.py:1")]);
    // Another program of the name, content with whatever it is told.
    for script in ["#!/bin/sh\necho Guard version 2.18.1\n", "#!/bin/sh\n"] {
        fs::create_dir_all(repo.beside("other")).expect("may write");
        fs::write(repo.beside("other/guard"), script).expect("may write");
        set_mode(&repo.beside("other/guard"), 0o755);
        commit_with("other")
            .is_refused()
            .complains("guard: error: the guard binary is gone from ");
    }
}

/// Puts the binary where `path` says, without a second copy where the disk allows it.
pub(crate) fn binary_at(path: &Path) -> PathBuf {
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("may write");
    if fs::hard_link(GUARD, path).is_err() {
        // By another program: a file that is being written here cannot be run, and a process that
        // another test starts meanwhile would hold it open.
        let mut copy = Command::new("cp");
        run(copy.arg(GUARD).arg(path)).exits(0);
    }
    path.to_owned()
}

#[test]
fn a_binary_in_a_path_with_odd_characters_is_run_and_missed() {
    for name in [
        "with blanks",
        "it's",
        "say \"hi\"",
        "$HOME `id` $(id)",
        "back\\slash",
        "-dash",
        "Z\u{fc}rich",
    ] {
        let repo = Repo::new();
        let binary = binary_at(&repo.beside(name).join("guard"));
        run(repo.program(&binary, repo.top()).arg("install")).exits(0);
        is_guarded(&repo);
        fs::remove_file(&binary).expect("it was just made");
        repo.write("b.py", "x = 2\n").stage();
        let ran = repo.try_git(COMMIT);
        ran.is_refused()
            .complains("guard: error: the guard binary is gone from ")
            .lacks("uid=");
    }
}

#[test]
fn a_repository_in_a_path_with_odd_characters_is_guarded() {
    for name in [
        "with blanks",
        "it's",
        "say \"hi\"",
        "$HOME `id`",
        "new\nline",
    ] {
        let repo = Repo::new();
        let top = repo.beside(name).join("repo");
        fs::create_dir_all(&top).expect("may write");
        let git = |arguments: &[&str]| run(repo.git_command(&top).args(arguments));
        git(&["init", "--quiet"]).exits(0);
        run(repo.program(GUARD, &top).arg("install"))
            .exits(0)
            .is_plain();
        fs::write(top.join("a.py"), key_line(1)).expect("may write");
        git(&["add", "a.py"]).exits(0);
        git(COMMIT).is_refused().finds(&[&key_at("a.py:1")]);
    }
}
