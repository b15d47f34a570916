//! Whatever goes wrong, it never ends in 0 and never harms the repository.

use crate::support::{
    Around, GUARD, KEY_RULE, QUERY, Ran, Repo, isolated, key, key_at, key_line, mode, run,
    run_with_patience, set_mode,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

/// A repository with `app.py` staged.
fn with_staged(text: impl AsRef<[u8]>) -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("first");
    repo.write("app.py", text).stage();
    repo
}

/// Runs guard with a standard output that nobody reads.
fn with_closed_pipe(repo: &Repo, arguments: &[&str]) -> Ran {
    let (reader, writer) = std::io::pipe().expect("the system has pipes");
    drop(reader);
    let child = repo
        .guard_command()
        .args(arguments)
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    Ran::from(child.wait_with_output().expect("it is our child"))
}

const TO_STDOUT: &[&[&str]] = &[
    &["check", "--staged"],
    &["check", "--staged", "--format", "json"],
    &["check", "--staged", "--format", "sarif"],
    &["rules", "list"],
    &["rules", "show", KEY_RULE],
    &["install"],
    &["uninstall"],
    &["demo"],
    &["--help"],
    &["--version"],
    &["check", "--help"],
];

#[test]
fn a_closed_pipe_never_ends_in_0() {
    for text in ["x = 1\n".to_owned(), key_line(1)] {
        let repo = with_staged(text);
        for arguments in TO_STDOUT {
            with_closed_pipe(&repo, arguments).exits(2);
        }
    }
}

#[test]
fn a_full_disk_never_ends_in_0() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    for text in ["x = 1\n".to_owned(), key_line(1)] {
        let repo = with_staged(text);
        for arguments in TO_STDOUT {
            let out = fs::OpenOptions::new()
                .write(true)
                .open(full)
                .expect("may write");
            let child = repo
                .guard_command()
                .args(*arguments)
                .stdout(out)
                .stderr(Stdio::piped())
                .spawn();
            let child = child.expect("the program can be started");
            Ran::from(child.wait_with_output().expect("it is our child")).exits(2);
        }
        // Through a link, so that a fault of guard's would not harm the machine.
        let link = repo.beside("full");
        std::os::unix::fs::symlink(full, &link).expect("may write");
        let ran = repo.guard(&["check", "--staged", "--output", "../full"]);
        ran.exits(2)
            .complains("../full: the report cannot be written");
        assert!(link.is_symlink());
    }
}

#[test]
fn a_blob_that_is_damaged_or_gone_is_an_error() {
    let repo = with_staged(key_line(1));
    let object = repo.object(&repo.git(&["rev-parse", ":app.py"]));
    let whole = fs::read(&object).expect("git stored it");
    set_mode(&object, 0o644);
    let first_byte_wrong = [&b"\0"[..], &whole[1..]].concat();
    for damaged in [&b""[..], b"nonsense", &first_byte_wrong] {
        fs::write(&object, damaged).expect("may write");
        let ran = repo.staged();
        ran.exits(2)
            .finds(&[])
            .complains("guard: error: `app.py`: blob ");
        ran.complains("cannot be read; `git fsck` may say why");
    }
    fs::remove_file(&object).expect("it is there");
    for arguments in [&["check", "--staged"][..], &["check"]] {
        let ran = repo.guard(arguments);
        ran.exits(2).complains("`app.py`: blob ");
    }
}

/// What a crash or a full disk leaves behind. libgit2 1.9.7 waits for the rest for ever:
/// <https://github.com/libgit2/libgit2/issues/7342>.
#[test]
fn a_blob_that_was_cut_off_is_an_error() {
    let repo = with_staged(key_line(1));
    let object = repo.object(&repo.git(&["rev-parse", ":app.py"]));
    let whole = fs::read(&object).expect("git stored it");
    set_mode(&object, 0o644);
    fs::write(&object, &whole[..whole.len() / 2]).expect("may write");
    let ran = run_with_patience(repo.guard_command().args(["check", "--staged"]));
    ran.exits(2).finds(&[]).complains("`app.py`: blob ");
}

#[test]
fn a_commit_or_tree_that_was_cut_off_is_an_error() {
    for damaged in ["HEAD", "HEAD^{tree}", "HEAD:src"] {
        let repo = Repo::new();
        repo.write("src/app.py", "x = 1\n").commit("old");
        repo.write("src/app.py", key_line(1)).stage();
        let object = repo.object(&repo.git(&["rev-parse", damaged]));
        let whole = fs::read(&object).expect("git stored it");
        set_mode(&object, 0o644);
        fs::write(&object, &whole[..whole.len() / 2]).expect("may write");
        for args in [&["check", "--staged"][..], &["check"]] {
            let ran = run_with_patience(repo.guard_command().args(args));
            ran.exits(2).finds(&[]).complains("is damaged");
        }
    }
}

#[test]
fn an_old_version_that_is_gone_makes_all_lines_new_and_is_told() {
    let repo = Repo::new();
    repo.write("app.py", key_line(1)).commit("old");
    let old = repo.git(&["rev-parse", "HEAD:app.py"]);
    repo.write("app.py", format!("{}x = 1\n", key_line(1)))
        .stage();
    fs::remove_file(repo.object(&old)).expect("it is there");
    let ran = repo.staged();
    ran.exits(1).finds(&[&key_at("app.py:1")]).hides(&key(1));
    ran.says(&format!(
        "guard: note: app.py: its old version {old} is not in this clone"
    ));
}

#[test]
fn a_damaged_index_is_an_error() {
    let repo = with_staged(key_line(1));
    let index = repo.path(".git/index");
    let whole = fs::read(&index).expect("it is there");
    let mut flipped = whole.clone();
    flipped[40] ^= 1;
    for damaged in [
        &whole[..whole.len() - 30],
        &whole[..20],
        b"",
        b"nonsense",
        &flipped,
    ] {
        fs::write(&index, damaged).expect("may write");
        let ran = repo.staged();
        ran.exits(2)
            .finds(&[])
            .complains("guard: error: the index `")
            .complains("cannot be read");
        ran.complains("`git reset`");
    }
    fs::remove_file(&index).expect("it is there");
    repo.staged()
        .exits(2)
        .complains("does not exist; `git reset` makes a new one");
    fs::create_dir(&index).expect("may write");
    repo.staged().exits(2).complains("cannot be read");
    let mut guard = repo.guard_command();
    let ran = run(guard
        .args(["check", "--staged"])
        .env("GIT_INDEX_FILE", "no-such-index"));
    ran.exits(2)
        .complains("does not exist; GIT_INDEX_FILE names it");
}

#[test]
fn a_damaged_head_is_an_error() {
    let repo = with_staged(key_line(1));
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    for head in [
        "garbage\n",
        "",
        &format!("{}\n", "1".repeat(40)),
        &format!("{tree}\n"),
    ] {
        repo.write(".git/HEAD", head);
        for arguments in [
            &["check", "--staged"][..],
            &["check"],
            &["hook", "pre-commit"],
        ] {
            let ran = repo.guard(arguments);
            ran.exits(2)
                .finds(&[])
                .complains("guard: error: ")
                .lacks("0 findings");
        }
    }
    repo.write(".git/HEAD", "ref: refs/heads/main\n");
    repo.staged().exits(1);
    fs::remove_file(repo.object(&tree)).expect("it is there");
    repo.staged()
        .exits(2)
        .complains("HEAD does not lead to a readable commit");
}

#[test]
fn forms_that_git_has_to_read_are_refused_by_name_without_git() {
    let without_git = |folder: &Path, around: &Path| {
        let mut guard = isolated(GUARD, around, folder);
        run(guard
            .args(["check", "--staged"])
            .env("PATH", "/nonexistent"))
    };
    let around = Around::new();
    let home = around.path().join("home");
    let mut init = isolated("git", around.path(), &home);
    run(init.args(["init", "--quiet", "--ref-format=reftable"])).exits(0);
    fs::write(home.join("key.py"), key_line(1)).expect("may write");
    let mut add = isolated("git", around.path(), &home);
    run(add.args(["add", "key.py"])).exits(0);
    without_git(&home, around.path())
        .exits(2)
        .complains("this repository uses the reftable reference storage")
        .complains("git cannot be run: put it on the PATH");
    around.guard(&home, &["check", "--staged"]).exits(1);

    let repo = with_staged(key_line(1));
    repo.git(&["update-index", "--split-index"]);
    without_git(repo.top(), repo.top())
        .exits(2)
        .complains("a split index")
        .complains("or join it by `git update-index --no-split-index`");
    repo.staged().exits(1);
    repo.git(&["update-index", "--no-split-index"]);
    without_git(repo.top(), repo.top()).exits(1);
}

#[test]
fn a_version_or_extension_of_the_future_is_refused() {
    let repo = with_staged(key_line(1));
    let config = "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\ttomorrow = true\n";
    repo.write(".git/config", config);
    repo.staged().exits(2).complains("tomorrow");
    repo.write(".git/config", "[core]\n\trepositoryFormatVersion = 7\n");
    repo.staged().exits(2).complains("git repo version <= 1");
}

#[test]
fn help_and_version_are_no_errors() {
    let around = Around::new();
    let home = around.path().join("home");
    let ran = around.guard(&home, &["--version"]);
    ran.exits(0);
    assert_eq!(ran.stdout, format!("guard {}\n", env!("CARGO_PKG_VERSION")));
    around
        .guard(&home, &["--help"])
        .exits(0)
        .says("Exit status: 0 nothing that blocks, 1 at least one");
    for command in ["check", "hook", "demo", "install", "uninstall", "rules"] {
        around
            .guard(&home, &[command, "--help"])
            .exits(0)
            .says("Usage: guard ");
    }
}

#[test]
fn a_line_of_30_megabytes_is_scanned() {
    let repo = Repo::new();
    let mut line = b"x = '".to_vec();
    line.resize(30 << 20, b'.');
    line.extend_from_slice(format!("'; t = '{}'\n{QUERY}", key(1)).as_bytes());
    repo.write("app.py", line).stage();
    let ran = repo.staged();
    ran.exits(1)
        .hides(&key(1))
        .says(&format!("app.py:1:{}: error: ", (30 << 20) + 9));
    assert_eq!(ran.findings().len(), 2, "{ran}");
    assert!(ran.stdout.len() < 8_000, "{}", ran.stdout.len());
}

#[test]
fn many_files_are_scanned_by_many_threads_in_one_order() {
    let repo = Repo::new();
    let expected: Vec<String> = (100..300)
        .map(|number| {
            repo.write(
                format!("{number}.py"),
                format!("x = 1\n{}", key_line(number)),
            );
            key_at(&format!("{number}.py:2"))
        })
        .collect();
    repo.stage();
    for threads in ["0", "1", "2", "16"] {
        let ran = repo.guard(&["check", "--staged", "--threads", threads]);
        ran.exits(1);
        assert_eq!(ran.findings(), expected);
        assert_eq!(
            ran.summary(),
            "guard: 200 files, 400 added lines, 200 findings (200 blocking)"
        );
    }
    // What one thread cannot read, the others do not make up for.
    let id = repo.git(&["rev-parse", ":250.py"]);
    fs::remove_file(repo.object(&id)).expect("git stored it");
    for threads in ["1", "16"] {
        let ran = repo.guard(&["check", "--staged", "--threads", threads]);
        ran.exits(2).finds(&[]).complains("`250.py`: blob ");
    }
}

#[test]
fn no_program_that_the_repository_names_is_run() {
    let repo = with_staged(key_line(1));
    let (program, proof) = (repo.beside("program"), repo.beside("proof"));
    fs::write(&program, format!("#!/bin/sh\n: >'{}'\n", proof.display())).expect("may write");
    set_mode(&program, 0o755);
    repo.write(".git/info/attributes", "* diff=x filter=x merge=x\n");
    let command = program.display().to_string();
    for setting in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
    ] {
        repo.git(&["config", setting, &command]);
    }
    let _ = fs::remove_file(&proof);
    for arguments in [&["check", "--staged"][..], &["check"], &["check", "."]] {
        repo.guard(arguments).exits(1);
        assert!(!proof.exists(), "{arguments:?}");
    }
}

/// Every file and folder below, with what would tell a change.
fn listing(folder: &Path) -> Vec<(PathBuf, u64, SystemTime, u32)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable") {
            let path = entry.expect("readable").path();
            let metadata = fs::symlink_metadata(&path).expect("it is there");
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
            found.push((
                path,
                metadata.len(),
                metadata.modified().expect("it has a time"),
                mode,
            ));
        }
    }
    found.sort();
    found
}

#[test]
fn a_scan_writes_nothing() {
    let repo = with_staged(key_line(1));
    repo.write("patterns.toml", "[settings]\nblock = \"low\"\n")
        .stage();
    repo.write("new.py", key_line(2));
    let around = repo.beside("");
    let before = listing(&around);
    for arguments in [
        &["check"][..],
        &["check", "--staged"],
        &["check", "."],
        &["check", "--staged", "--format", "sarif", "--explain"],
        &["check", "--staged", "--config-from", "HEAD"],
        &["hook", "pre-commit"],
        &["hook", "pre-merge-commit"],
        &["rules", "list"],
    ] {
        repo.guard(arguments);
        assert_eq!(listing(&around), before, "{arguments:?}");
    }
}

#[test]
fn a_repository_that_cannot_be_written_and_one_that_is_locked_are_read() {
    let repo = with_staged(key_line(1));
    repo.write(".git/index.lock", "");
    repo.staged().exits(1).finds(&[&key_at("app.py:1")]);
    let everything = listing(repo.top());
    for (path, ..) in everything.iter().filter(|(path, ..)| !path.is_symlink()) {
        set_mode(path, mode(path) & !0o222);
    }
    repo.staged().exits(1).finds(&[&key_at("app.py:1")]);
    for (path, _, _, mode) in everything {
        set_mode(&path, mode & 0o7777);
    }
}

#[test]
fn a_folder_that_was_deleted_is_an_error() {
    let around = Around::new();
    let gone = around.path().join("gone");
    fs::create_dir(&gone).expect("may write");
    let script = format!("cd gone && rmdir ../gone && exec '{GUARD}' check");
    let mut shell = isolated("sh", around.path(), around.path());
    run(shell.arg("-c").arg(script))
        .exits(2)
        .complains("the current folder cannot be read");
}
