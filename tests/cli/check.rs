//! `guard check` by hand: what has not left this machine, files and folders, standard input.

use crate::support::{
    Around, GUARD, QUERY, QUERY_RULE, Repo, isolated, key, key_at, key_line, run, run_with_input,
    set_mode,
};
use std::fs;
use std::os::unix::fs::symlink;

/// A repository whose first commit, with a key in it, has been pushed.
fn pushed() -> Repo {
    let repo = Repo::new();
    repo.git(&["init", "--quiet", "--bare", "../remote.git"]);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    repo.write("pushed.py", key_line(9)).commit("pushed");
    repo.git(&["push", "--quiet", "--set-upstream", "origin", "main"]);
    repo
}

#[test]
fn what_was_pushed_is_not_scanned_again() {
    let repo = pushed();
    repo.guard(&["check"]).scans_nothing();
    repo.write("a.py", "a = 1\n").commit("clean");
    repo.guard(&["check"]).passes();
    repo.write("b.py", key_line(1)).stage();
    repo.guard(&["check"]).exits(1).finds(&[&key_at("b.py:1")]);
}

#[test]
fn a_key_that_one_commit_adds_and_the_next_removes_is_found_with_its_commit() {
    let repo = pushed();
    repo.write("a.py", format!("x = 1\n{}", key_line(1)))
        .commit("add");
    let commit = repo.head();
    repo.write("a.py", "x = 1\n").commit("remove");
    let ran = repo.guard(&["check"]);
    ran.exits(1).finds(&[&key_at("a.py:2")]).hides(&key(1));
    let head = format!(
        "a.py:2:10: error: GitHub personal access token in commit {}",
        &commit[..12]
    );
    ran.says(&head);
    let row = repo.guard(&["check", "--format", "json"]).json();
    assert_eq!(row["findings"][0]["commit"], commit);
    repo.git(&["push", "--quiet"]);
    repo.guard(&["check"]).scans_nothing();
}

#[test]
fn commits_come_first_and_what_is_staged_has_no_commit() {
    let repo = pushed();
    repo.write("a.py", key_line(1)).commit("committed");
    repo.write("a.py", format!("{}{}", key_line(1), key_line(2)))
        .stage();
    let report = repo.guard(&["check", "--format", "json"]);
    let findings = report.exits(1).json()["findings"].clone();
    assert_eq!(
        (&findings[0]["line"], &findings[1]["line"]),
        (&1.into(), &2.into())
    );
    assert!(findings[0]["commit"].is_string());
    assert!(findings[1]["commit"].is_null());
}

#[test]
fn without_a_remote_all_history_is_scanned() {
    let repo = Repo::new();
    repo.write("a.py", key_line(1)).commit("first");
    repo.write("a.py", "x = 1\n").commit("second");
    repo.guard(&["check"]).exits(1).finds(&[&key_at("a.py:1")]);
}

#[test]
fn of_a_merge_that_is_not_pushed_both_sides_are_scanned_once() {
    let repo = pushed();
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write("side.py", key_line(1)).commit("side");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("main.py", "x = 1\n").commit("main");
    repo.git(&["merge", "--quiet", "--no-edit", "side"]);
    repo.guard(&["check"])
        .exits(1)
        .finds(&[&key_at("side.py:1")]);
}

#[test]
fn outside_a_repository_it_says_what_to_do() {
    let around = Around::new();
    let home = around.path().join("home");
    for arguments in [
        &["check"][..],
        &["check", "--staged"],
        &["hook", "pre-commit"],
    ] {
        let ran = around.guard(&home, arguments);
        ran.exits(2)
            .complains("guard: error: no git repository here; run guard inside one");
        ran.complains("`guard check PATH…`").lacks("0 findings");
    }
    fs::write(home.join("app.py"), key_line(1)).expect("may write");
    around
        .guard(&home, &["check", "app.py"])
        .exits(1)
        .finds(&[&key_at("app.py:1")]);
    around
        .guard(&home, &["check", "."])
        .exits(1)
        .finds(&[&key_at("app.py:1")]);
    let ran = around.guard(&home, &["check", "app.py", "--config-from", "HEAD"]);
    ran.exits(2)
        .complains("--config-from needs a git repository");
}

#[test]
fn a_bare_repository_has_nothing_to_stage() {
    let repo = pushed();
    let bare = repo.beside("remote.git");
    let ran = run(repo.program(GUARD, &bare).args(["check", "--staged"]));
    ran.exits(2).complains("this repository is bare");
}

#[test]
fn files_and_folders_are_scanned_as_they_are_on_disk() {
    let repo = Repo::new();
    repo.write("a.py", key_line(1)).commit("old");
    repo.write("sub/b.py", QUERY)
        .write("sub/.env", format!("T={}\n", key(2)));
    repo.write("a.py", format!("\n{}", key_line(1)));
    repo.guard(&["check", "a.py"])
        .exits(1)
        .finds(&[&key_at("a.py:2")]);
    let query = format!("sub/b.py:1 error {QUERY_RULE}");
    repo.guard(&["check", "sub"])
        .exits(1)
        .finds(&[&key_at("sub/.env:1"), &query]);
    let ran = repo.guard(&["check", "."]);
    ran.exits(1)
        .finds(&[&key_at("a.py:2"), &key_at("sub/.env:1"), &query]);
    // Named twice, or in two ways, a file is scanned once; and named from the top of the work tree.
    let mut guard = repo.program(GUARD, &repo.path("sub"));
    let ran = run(guard
        .args(["check", "b.py", "./b.py", "../sub/b.py"])
        .arg(repo.path("sub/b.py")));
    ran.exits(1).finds(&[&query]);
    repo.write("clean.py", "x = 1\n")
        .guard(&["check", "clean.py"])
        .passes();
    fs::create_dir(repo.path("empty")).expect("may write");
    repo.guard(&["check", "empty"]).scans_nothing();
}

#[test]
fn what_git_ignores_is_left_out_unless_told_not_to() {
    let repo = Repo::new();
    repo.write(".gitignore", "*.log\nbuild/\n")
        .write("sub/.gitignore", "local.py\n");
    repo.write("a.log", key_line(1))
        .write("build/b.py", key_line(2));
    repo.write("sub/local.py", key_line(3))
        .write("c.py", key_line(4));
    repo.guard(&["check", "."])
        .exits(1)
        .finds(&[&key_at("c.py:1")]);
    let all = [
        &key_at("a.log:1"),
        &key_at("build/b.py:1"),
        &key_at("c.py:1"),
        &key_at("sub/local.py:1"),
    ];
    let all = all.map(String::as_str);
    repo.guard(&["check", "--no-ignore", "."])
        .exits(1)
        .finds(&all);
    // Naming a file asks for it.
    repo.guard(&["check", "a.log"])
        .exits(1)
        .finds(&[&key_at("a.log:1")]);
    let ran = repo.guard(&["check", "--no-ignore"]);
    ran.exits(2).complains("--no-ignore").complains("PATH");
}

#[test]
fn the_folder_of_git_itself_is_left_out() {
    let repo = Repo::new();
    repo.write(".git/note.py", key_line(1))
        .write("a.py", "x = 1\n");
    repo.guard(&["check", "."]).passes();
    repo.guard(&["check", "--no-ignore", "."]).passes();
}

#[test]
fn links_in_a_folder_are_not_followed_and_their_targets_are_text() {
    let repo = Repo::new();
    fs::write(repo.beside("outside.py"), key_line(1)).expect("may write");
    symlink("../outside.py", repo.path("link.py")).expect("may write");
    symlink(format!("store/{}", key(2)), repo.path("token")).expect("may write");
    repo.guard(&["check", "."])
        .exits(1)
        .finds(&[&key_at("token:1")]);
    repo.guard(&["check", "link.py"])
        .exits(1)
        .finds(&[&key_at("link.py:1")]);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n");
    let ran = repo.guard(&["check", "a.py", "no-such.py"]);
    ran.exits(2)
        .complains("guard: error: `no-such.py`: no such file or folder")
        .lacks("0 findings");
    // Even root cannot read this one: there is nothing at its start.
    if std::path::Path::new("/proc/self/mem").exists() {
        let ran = repo.guard(&["check", "a.py", "/proc/self/mem"]);
        ran.exits(2).complains("`/proc/self/mem` cannot be read");
    }
    symlink("loop", repo.path("loop")).expect("may write");
    repo.guard(&["check", "loop"])
        .exits(2)
        .complains("`loop` cannot be read");
    repo.remove("loop");

    let file = repo.path("sub/locked.py");
    repo.write("sub/locked.py", "x = 1\n");
    set_mode(&file, 0o000);
    if fs::read(&file).is_err() {
        for arguments in [["check", "sub/locked.py"], ["check", "."]] {
            repo.guard(&arguments)
                .exits(2)
                .complains("locked.py")
                .complains("cannot be read");
        }
    }
    set_mode(&file, 0o644);
    let folder = repo.path("sub");
    set_mode(&folder, 0o000);
    if fs::read_dir(&folder).is_err() {
        repo.guard(&["check", "."])
            .exits(2)
            .complains("sub")
            .complains("cannot be read");
    }
    set_mode(&folder, 0o755);
}

#[test]
fn what_is_no_file_is_told_and_not_waited_for() {
    let repo = Repo::new();
    let status = repo.program("mkfifo", repo.top()).arg("pipe").status();
    assert!(status.expect("mkfifo is part of every system").success());
    let ran = repo.guard(&["check", "pipe"]);
    ran.scans_nothing()
        .says("guard: note: `pipe` is no file: not read");
    let ran = repo.write("a.py", "x = 1\n").guard(&["check", "."]);
    ran.passes().says("`pipe` is no file: not read");
}

#[test]
fn standard_input_goes_by_the_name_it_is_given() {
    let repo = Repo::new();
    let check = |name: &str, input: &str| {
        let mut guard = repo.guard_command();
        run_with_input(
            guard.args(["check", "--stdin", "--path", name]),
            input.as_bytes(),
        )
    };
    check("app.py", QUERY)
        .exits(1)
        .finds(&[&format!("app.py:1 error {QUERY_RULE}")]);
    check("app.rs", QUERY).passes();
    check("a/../b/./c.py", &key_line(1))
        .exits(1)
        .finds(&[&key_at("b/c.py:1")])
        .hides(&key(1));
    let ran = check("app.py", "x = 1\n");
    ran.passes();
    assert_eq!(ran.summary(), "guard: 1 file, 1 added line, 0 findings");
    let ran = check("app.py", "");
    assert_eq!(ran.summary(), "guard: 1 file, 0 added lines, 0 findings");

    let around = Around::new();
    let mut guard = isolated(GUARD, around.path(), around.path());
    guard.args(["check", "--stdin", "--path", "x.py"]);
    run_with_input(&mut guard, key_line(1).as_bytes())
        .exits(1)
        .finds(&[&key_at("x.py:1")]);
}

#[test]
fn arguments_that_contradict_one_another_are_refused() {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n").stage();
    for arguments in [
        &["check", "--stdin"][..],
        &["check", "--path", "a.py"],
        &["check", "--staged", "a.py"],
        &["check", "--staged", "--stdin", "--path", "a.py"],
        &["check", "--stdin", "--path", "a.py", "a.py"],
        &["check", "--config", "a", "--config-from", "HEAD"],
        &["check", "--format", "xml"],
        &["check", "--no-such-option"],
        &["hook"],
        &["hook", "post-commit"],
        &["no-such-command"],
        &[],
    ] {
        let ran = repo.guard(arguments);
        ran.exits(2).lacks("0 findings");
        assert_eq!(
            (ran.stdout.as_str(), ran.stderr.is_empty()),
            ("", false),
            "{arguments:?}"
        );
    }
}
