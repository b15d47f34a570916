//! `guard check --staged`: which lines of the index count as new.

use crate::support::{GUARD, QUERY, QUERY_RULE, Repo, key, key_at, key_line, run, run_with_input};

#[test]
fn blocks_a_key_and_a_query_and_lets_the_mended_file_through() {
    let repo = Repo::new();
    let code = format!(
        "import sqlite3\n\n{}\ndef find(db, name):\n    {QUERY}",
        key_line(1)
    );
    repo.write("app.py", code).stage();
    let ran = repo.staged();
    ran.exits(1).hides(&key(1)).is_plain();
    ran.finds(&[&key_at("app.py:3"), &format!("app.py:6 error {QUERY_RULE}")]);
    assert_eq!(
        ran.summary(),
        "guard: 1 file, 6 added lines, 2 findings (2 blocking)"
    );
    repo.write(
        "app.py",
        "import os\n\nTOKEN = os.environ[\"TOKEN\"]\n\ndef find(db, name):\n    \
         db.execute(\"SELECT id FROM users WHERE name = ?\", (name,))\n",
    )
    .stage();
    let ran = repo.staged();
    ran.passes();
    assert_eq!(ran.summary(), "guard: 1 file, 6 added lines, 0 findings");
}

#[test]
fn says_when_there_is_nothing_to_scan() {
    let repo = Repo::new();
    repo.staged().scans_nothing();
    repo.write("a.txt", "one\n").commit("first");
    repo.staged().scans_nothing();
    repo.write("a.txt", "not staged\n").staged().scans_nothing();
}

#[test]
fn the_first_commit_of_a_repository_is_all_new() {
    let repo = Repo::new();
    repo.write("a.py", key_line(1))
        .write("b.py", "x = 1\n")
        .stage();
    let ran = repo.staged();
    ran.exits(1).finds(&[&key_at("a.py:1")]);
    assert_eq!(
        ran.summary(),
        "guard: 2 files, 2 added lines, 1 finding (1 blocking)"
    );
}

#[test]
fn an_old_key_that_nobody_touched_is_silent() {
    let repo = Repo::new();
    repo.write("app.py", key_line(1)).commit("old");
    repo.write("app.py", format!("{}x = 1\n", key_line(1)))
        .stage();
    let ran = repo.staged();
    ran.passes();
    assert_eq!(ran.summary(), "guard: 1 file, 1 added line, 0 findings");
}

#[test]
fn a_key_next_to_an_old_one_is_reported_and_both_are_masked() {
    let repo = Repo::new();
    repo.write("app.py", key_line(1)).commit("old");
    repo.write("app.py", format!("{}{}", key_line(1), key_line(2)))
        .stage();
    let ran = repo.staged();
    ran.exits(1).finds(&[&key_at("app.py:2")]);
    ran.says("TOKEN = \"ghp_********\"")
        .hides(&key(1))
        .hides(&key(2));
}

#[test]
fn a_key_beside_an_old_one_on_a_line_that_changed_is_reported_with_it() {
    let repo = Repo::new();
    repo.write("app.py", format!("A = ['{}']\n", key(1)))
        .commit("old");
    repo.write("app.py", format!("A = ['{}', '{}']\n", key(1), key(2)))
        .stage();
    repo.staged()
        .exits(1)
        .hides(&key(1))
        .hides(&key(2))
        .finds(&[&key_at("app.py:1"), &key_at("app.py:1")]);
}

#[test]
fn a_match_that_starts_on_old_lines_counts_when_it_touches_a_new_one() {
    let repo = Repo::new();
    let call = |more: &str| {
        format!(
            "import subprocess\n\nsubprocess.run(\n    f\"tar xf {{name}}\",\n{more}    check=True,\n)\n"
        )
    };
    repo.write("app.py", call("")).commit("old");
    repo.write("app.py", call("    shell=True,\n")).stage();
    repo.staged()
        .exits(1)
        .finds(&["app.py:5 error py-shell-true"]);

    repo.commit("old as well");
    repo.write(
        "app.py",
        format!("{}\n\n\nx = 1\n", call("    shell=True,\n")),
    )
    .stage();
    repo.staged().passes();
    let other = call("    shell=True,\n").replace("tar xf", "tar xzf");
    repo.write("app.py", other).stage();
    repo.staged()
        .exits(1)
        .finds(&["app.py:5 error py-shell-true"]);
}

#[test]
fn a_rename_brings_only_what_was_edited() {
    let repo = Repo::new();
    let old = format!("{}one\ntwo\nthree\n", key_line(1));
    repo.write("old.py", &old).commit("old");
    repo.git(&["mv", "old.py", "new.py"]);
    repo.staged().scans_nothing();
    repo.write("new.py", format!("{old}{}", key_line(2)))
        .stage();
    let ran = repo.staged();
    ran.exits(1).finds(&[&key_at("new.py:5")]).hides(&key(1));
    assert_eq!(
        ran.summary(),
        "guard: 1 file, 1 added line, 1 finding (1 blocking)"
    );
}

#[test]
fn a_key_that_moves_into_another_file_is_not_new() {
    let repo = Repo::new();
    repo.write("all.py", format!("import os\n{}x = 1\n", key_line(1)))
        .commit("old");
    repo.remove("all.py");
    repo.write("settings.py", format!("# settings\n{}", key_line(1)));
    repo.write("main.py", "import os\nx = 1\n").stage();
    let ran = repo.staged();
    ran.passes();
    assert_eq!(ran.summary(), "guard: 2 files, 1 added line, 0 findings");
}

#[test]
fn a_copied_key_is_new() {
    let repo = Repo::new();
    repo.write("a.py", key_line(1)).commit("old");
    repo.write("b.py", key_line(1)).stage();
    repo.staged().exits(1).finds(&[&key_at("b.py:1")]);
}

#[test]
fn the_work_tree_is_not_what_is_scanned() {
    let repo = Repo::new();
    repo.write("app.py", key_line(1))
        .stage()
        .write("app.py", "x = 1\n");
    repo.staged().exits(1).finds(&[&key_at("app.py:1")]);
    repo.remove("app.py")
        .staged()
        .exits(1)
        .finds(&[&key_at("app.py:1")]);

    repo.write("app.py", "x = 1\n")
        .stage()
        .write("app.py", key_line(1));
    repo.staged().passes();
}

#[test]
fn a_hunk_that_was_not_staged_is_not_scanned() {
    let middle = "two\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";
    for (answers, expected) in [("y\nn\n", None), ("n\ny\n", Some("app.py:10"))] {
        let repo = Repo::new();
        repo.write("app.py", format!("one\n{middle}ten\n"))
            .commit("old");
        repo.write("app.py", format!("ONE\n{middle}{}", key_line(1)));
        let mut add = repo.git_command(repo.top());
        add.args(["add", "--patch"]);
        run_with_input(&mut add, answers.as_bytes()).exits(0);
        let expected: Vec<String> = expected.map(key_at).into_iter().collect();
        let ran = repo.staged();
        ran.exits(i32::from(!expected.is_empty()));
        assert_eq!(ran.findings(), expected);
        assert!(ran.summary().contains("1 added line,"), "{ran}");
    }
}

#[test]
fn an_intent_to_add_brings_no_text() {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("old");
    repo.write("app.py", key_line(1));
    repo.git(&["add", "--intent-to-add", "app.py"]);
    repo.staged().scans_nothing();
    repo.stage().staged().exits(1).finds(&[&key_at("app.py:1")]);
}

#[test]
fn a_change_of_mode_and_a_deletion_bring_no_text() {
    let repo = Repo::new();
    repo.write("app.py", key_line(1)).commit("old");
    repo.git(&["update-index", "--chmod=+x", "app.py"]);
    repo.staged().scans_nothing();
    repo.git(&["rm", "--quiet", "--cached", "--force", "app.py"]);
    repo.staged().scans_nothing();
}

#[test]
fn flags_that_hide_a_file_from_git_status_hide_nothing() {
    let repo = Repo::new();
    for (number, flag) in [(1, "--assume-unchanged"), (2, "--skip-worktree")] {
        let name = format!("{number}.py");
        repo.write(&name, key_line(number)).stage();
        repo.git(&["update-index", flag, &name]);
    }
    repo.staged()
        .exits(1)
        .finds(&[&key_at("1.py:1"), &key_at("2.py:1")]);
}

#[test]
fn a_file_that_is_ignored_and_forced_in_is_scanned() {
    let repo = Repo::new();
    repo.write(".gitignore", ".env\n")
        .write(".env", format!("TOKEN={}\n", key(1)));
    repo.git(&["add", "--force", ".env"]);
    repo.staged().exits(1).finds(&[&key_at(".env:1")]);
}

#[test]
fn from_a_subfolder_all_that_is_staged_is_scanned_and_named_from_the_top() {
    let repo = Repo::new();
    repo.write("app.py", key_line(1))
        .write("sub/deep/app.py", key_line(2))
        .stage();
    let mut guard = repo.program(GUARD, &repo.path("sub/deep"));
    let ran = run(guard.args(["check", "--staged"]));
    ran.exits(1)
        .finds(&[&key_at("app.py:1"), &key_at("sub/deep/app.py:1")]);
}
