//! `guard doctor`: work trees, submodules, bare repositories, and where there is none.

use crate::support::{
    Around, GUARD, KEY_RULE, Ran, Repo, isolated, key_at, key_line, run, set_mode,
};
use std::fs;
use std::path::Path;

const COMMIT: &[&str] = &["commit", "--message", "x"];

#[test]
fn what_else_is_not_checked_is_a_warning() {
    let repo = Repo::new();
    repo.guard(&["install", "--hook", "pre-commit"]).exits(0);
    let ran = repo.guard(&["doctor"]);
    ran.exits(0)
        .says("warning  pre-merge-commit  there is no .git/hooks/pre-merge-commit; run `guard install`")
        .says("warning  pre-push          there is no .git/hooks/pre-push; run `guard install`");
    repo.guard(&["install"]).exits(0);
    repo.guard(&["doctor"]).exits(0).lacks("warning");
}

#[test]
fn every_work_tree_of_a_repository_is_told_apart() {
    let repo = Repo::guarded();
    repo.write("a.py", "a = 1\n").commit("first");
    repo.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    let linked = repo.beside("linked");
    let doctor = |folder: &Path| run(repo.program(GUARD, folder).arg("doctor"));
    doctor(&linked)
        .exits(0)
        .says("the next commit here will be checked");
    repo.git(&["config", "extensions.worktreeConfig", "true"]);
    let config = ["config", "--worktree", "core.hooksPath", "/dev/null"];
    run(repo.git_command(&linked).args(config)).exits(0);
    doctor(&linked).exits(1).says("for this work tree");
    doctor(repo.top()).exits(0);
    let deep = repo.path("sub/deep");
    fs::create_dir_all(&deep).expect("may write");
    doctor(&deep).exits(0).says(" .git/hooks/pre-commit runs ");

    fs::write(linked.join("b.py"), key_line(1)).expect("may write");
    let git = |arguments: &[&str]| run(repo.git_command(&linked).args(arguments));
    git(&["add", "b.py"]).exits(0);
    git(COMMIT).exits(0);
    git(&["config", "--worktree", "--unset", "core.hooksPath"]).exits(0);
    doctor(&linked).exits(0);
    fs::write(linked.join("c.py"), key_line(2)).expect("may write");
    git(&["add", "c.py"]).exits(0);
    git(COMMIT).is_refused().finds(&[&key_at("c.py:1")]);
}

#[test]
fn a_submodule_is_not_its_repository() {
    let inner = Repo::new();
    inner.write("a.py", "a = 1\n").commit("first");
    let repo = Repo::guarded();
    let url = inner.top().display().to_string();
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &url,
        "module",
    ];
    repo.git(&add);
    let module = repo.path("module");
    repo.guard(&["doctor"]).exits(0);
    let doctor = || run(repo.program(GUARD, &module).arg("doctor"));
    doctor().exits(1).says("there is no ");
    run(repo.program(GUARD, &module).arg("install")).exits(0);
    doctor().exits(0);
}

#[test]
fn a_bare_repository_is_asked_about_pushes() {
    let repo = Repo::new();
    repo.write("a.txt", "a\n").commit("first");
    let server = repo.beside("remote.git");
    repo.git(&["init", "--quiet", "--bare", "../remote.git"]);
    let guard = |arguments: &[&str]| run(repo.program(GUARD, &server).args(arguments));
    let mut pushed = 0;
    let mut agrees = |code: i32, says: &str| {
        guard(&["doctor"]).exits(code).says(says);
        pushed += 1;
        // Each push brings a key that the server has not seen.
        repo.write("a.py", key_line(pushed)).commit("key");
        let ran = repo.try_git(&["push", "../remote.git", &format!("main:b{pushed}")]);
        assert_eq!(ran.stderr.contains(KEY_RULE), code == 0, "{ran}");
        assert_eq!(ran.code == Some(0), code != 0, "{ran}");
    };
    agrees(
        1,
        "guard: the next push into this repository will NOT be checked",
    );
    guard(&["install"]).exits(0);
    agrees(
        0,
        "guard: the next push into this repository will be checked",
    );
    set_mode(&server.join("hooks/pre-receive"), 0o644);
    agrees(1, "hooks/pre-receive is not executable");
    guard(&["install", "--hook", "update"]).exits(0);
    agrees(0, "hooks/update runs ");
}

#[test]
fn where_there_is_no_repository_nothing_can_be_said() {
    let around = Around::new();
    let ran = around.guard(&around.path().join("home"), &["doctor"]);
    ran.exits(2).complains("not a git repository");
    let mut doctor = isolated(GUARD, around.path(), around.path());
    let ran: Ran = run(doctor.env("PATH", around.path()).arg("doctor"));
    ran.exits(2).complains("git cannot be run");
}

#[test]
fn a_damaged_repository_is_told() {
    let repo = Repo::guarded();
    repo.write("a.py", "a = 1\n").commit("first");
    repo.write("b.py", "b = 1\n").stage();
    repo.write(".git/index", "no index");
    repo.guard(&["doctor"]).exits(1).says("FAIL     repository");
    repo.try_git(COMMIT).exits(128);
}

#[test]
fn names_that_do_not_show_are_escaped() {
    let repo = Repo::new();
    let top = repo.beside("new\nline\u{1b}[31m").join("repo");
    fs::create_dir_all(&top).expect("may write");
    run(repo.git_command(&top).args(["init", "--quiet"])).exits(0);
    run(repo
        .git_command(&top)
        .args(["config", "core.hooksPath", "h\u{202e}\nFAIL"]))
    .exits(0);
    run(repo.program(GUARD, &top).arg("install"))
        .exits(0)
        .is_plain();
    let ran = run(repo.program(GUARD, &top).arg("doctor"));
    ran.exits(0).is_plain();
    assert_eq!(
        ran.stdout
            .lines()
            .filter(|line| line.starts_with("FAIL"))
            .count(),
        0
    );
}
