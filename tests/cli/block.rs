//! Real commits with the installed hook: refused, mended, bypassed, and closed when guard is gone.

use crate::support::{GUARD, QUERY, QUERY_RULE, Repo, key, key_at, key_line, run};
use std::fs;

const COMMIT: &[&str] = &["commit", "--message", "find users"];

#[test]
fn a_commit_with_a_key_is_refused_and_nothing_is_lost() {
    let repo = Repo::guarded();
    repo.write("a.txt", "one\n").commit("first");
    let before = repo.head();
    let code = format!("{}{QUERY}", key_line(1));
    repo.write("app.py", &code)
        .stage()
        .write("b.txt", "not staged\n");
    let staged = repo.git(&["ls-files", "--stage"]);

    let ran = repo.try_git(COMMIT);
    ran.is_refused()
        .hides(&key(1))
        .is_plain()
        .finds(&[&key_at("app.py:1"), &format!("app.py:2 error {QUERY_RULE}")]);
    ran.complains("guard: 1 file, 2 added lines, 2 findings (2 blocking)");
    assert_eq!(repo.head(), before);
    assert_eq!(repo.git(&["ls-files", "--stage"]), staged);
    assert_eq!(
        fs::read_to_string(repo.path("app.py")).expect("it is there"),
        code
    );
    assert_eq!(repo.git(&["status", "--porcelain"]), "A  app.py\n?? b.txt");

    repo.write("app.py", "x = 1\n");
    repo.git(&["add", "app.py"]);
    let ran = repo.try_git(COMMIT);
    ran.exits(0)
        .complains("guard: 1 file, 1 added line, 0 findings");
    assert_ne!(repo.head(), before);
    assert_eq!(repo.git(&["show", "HEAD:app.py"]), "x = 1");
}

#[test]
fn the_first_commit_is_refused_as_well() {
    let repo = Repo::guarded();
    repo.write("app.py", key_line(1)).stage();
    repo.try_git(COMMIT).is_refused();
    repo.try_git(&["rev-parse", "--verify", "--quiet", "HEAD"])
        .exits(1);
    repo.write("app.py", "x = 1\n").stage();
    repo.try_git(COMMIT).exits(0);
    repo.try_git(&["commit", "--allow-empty", "--message", "x"])
        .exits(0);
}

#[test]
fn a_warning_does_not_refuse() {
    let repo = Repo::guarded();
    repo.write("patterns.toml", "[settings]\nblock = \"critical\"\n");
    repo.write("app.py", QUERY).stage();
    let ran = repo.try_git(COMMIT);
    ran.exits(0)
        .finds(&[&format!("app.py:1 warning {QUERY_RULE}")]);
    ran.complains("1 finding (1 to look at)");
}

#[test]
fn no_verify_bypasses() {
    let repo = Repo::guarded();
    repo.write("app.py", key_line(1)).stage();
    let ran = repo.try_git(&["commit", "--no-verify", "--message", "x"]);
    ran.exits(0).finds(&[]).lacks("guard: ");
    repo.head();
}

#[test]
fn without_the_binary_the_hook_refuses_and_says_why() {
    let repo = Repo::new();
    let binary = repo.beside("bin/guard");
    fs::create_dir(repo.beside("bin")).expect("may write");
    fs::copy(GUARD, &binary).expect("there is room");
    let mut install = repo.program(&binary, repo.top());
    run(install.arg("install")).exits(0);
    repo.write("app.py", "x = 1\n").stage();
    repo.try_git(&["commit", "--message", "with it"]).exits(0);
    let before = repo.head();

    fs::remove_file(&binary).expect("it is there");
    repo.write("app.py", "x = 2\n").stage();
    let ran = repo.try_git(COMMIT);
    ran.is_refused();
    ran.complains(&format!(
        "guard: error: the guard binary is gone from {}",
        binary.display()
    ));
    ran.complains("nothing is committed")
        .complains("guard: install it again, or take this hook out: rm '");
    assert_eq!(repo.head(), before);
    // What the message says works.
    repo.remove(".git/hooks/pre-commit");
    repo.try_git(COMMIT).exits(0);
}

#[test]
fn a_broken_pattern_file_refuses_and_every_fault_is_named() {
    let repo = Repo::guarded();
    repo.write("app.py", "x = 1\n").commit("first");
    let before = repo.head();
    repo.write(
        "patterns.toml",
        "[settings]\nblok = \"high\"\n\n[rules.no-such-rule]\nseverity = \"grave\"\n",
    );
    repo.stage();
    let ran = repo.try_git(COMMIT);
    ran.is_refused().finds(&[]).lacks("0 findings");
    ran.complains(
        "guard: error: patterns.toml:2:1: unknown key `blok` in [settings]; did you mean `block`?",
    );
    ran.complains("guard: error: patterns.toml:4:8: `[rules.no-such-rule]` changes a rule that does not exist");
    ran.complains("guard: error: patterns.toml:5:12: `severity` must be");
    assert_eq!(repo.head(), before);
    repo.guard(&["hook", "pre-commit"]).exits(2);
    repo.write("patterns.toml", "[settings]\nblock = \"high\"\n")
        .stage();
    repo.try_git(COMMIT).exits(0);
}

#[test]
fn a_damaged_index_refuses() {
    let repo = Repo::guarded();
    repo.write("app.py", key_line(1)).stage();
    let id = repo.git(&["rev-parse", ":app.py"]);
    fs::remove_file(repo.object(&id)).expect("git stored it");
    // git itself would go on to write the commit.
    let ran = repo.guard(&["hook", "pre-commit"]);
    ran.exits(2).complains("`app.py`: blob ").finds(&[]);
}
