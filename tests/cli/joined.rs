//! `guard merge`: what becomes of results that were handed over.

use crate::history::history;
use crate::shards::{merge, parts, read, rows};
use crate::support::{
    GUARD, KEY_RULE, QUERY, Ran, Repo, isolated, key, key_line, run, run_with_input,
};
use serde_json::{Value, json};
use std::fs;
use std::process::Stdio;

#[test]
fn the_status_says_whether_anything_blocks() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n").commit("clean");
    let clean = merge(&repo, &parts(&repo, &["--history"], 2));
    clean
        .exits(0)
        .complains("guard: 2 shards, 1 file, 1 message, 0 findings");
    assert_eq!(clean.stdout, "");

    repo.write(
        "patterns.toml",
        "[rules.py-sql-fstring]\nseverity = \"low\"\n",
    )
    .write("a.py", QUERY)
    .commit("a warning");
    let warned = merge(&repo, &parts(&repo, &["--tree"], 2));
    warned
        .exits(0)
        .complains("1 finding (1 to look at)")
        .says("\"level\":\"warning\"");

    repo.write("b.py", key_line(1)).commit("a key");
    let files = parts(&repo, &["--history"], 2);
    merge(&repo, &files)
        .exits(1)
        .hides(&key(1))
        .complains("2 findings (1 blocking, 1 to look at)");
    let document = run(repo
        .guard_command()
        .args(["merge", "--format", "json"])
        .args(&files));
    document.exits(1).hides(&key(1));
    let document = document.json();
    assert_eq!(document["summary"]["blocking"], 1);
    assert_eq!(document["summary"]["shards"], 2);
    let whole = repo
        .guard(&["check", "--history", "--format", "json"])
        .json();
    assert_eq!(document["findings"], whole["findings"]);
}

#[test]
fn results_come_from_files_and_standard_input_in_any_order() {
    let repo = history(60);
    let files = parts(&repo, &["--history"], 3);
    let expected = merge(&repo, &files);
    expected.exits(1);
    let mut turned = files.clone();
    turned.reverse();
    // A job that ran twice leaves the same result twice.
    turned.push(files[1].clone());
    let ran = merge(&repo, &turned);
    assert_eq!(
        (ran.stdout, ran.stderr),
        (expected.stdout.clone(), expected.stderr.clone())
    );

    let joined: String = files[..2].iter().map(|file| read(&repo, file)).collect();
    let mut guard = repo.guard_command();
    let ran = run_with_input(guard.args(["merge", "-", &files[2]]), joined.as_bytes());
    assert_eq!(
        (&ran.stdout, &ran.stderr),
        (&expected.stdout, &expected.stderr)
    );
    repo.guard(&["merge", "-", "-"])
        .exits(2)
        .complains("give `-` once");
    repo.guard(&["merge"]).exits(2).complains("<FILE>");

    // What was merged can be merged again, as lines without a run.
    let mut guard = repo.guard_command();
    run(guard
        .args(["merge", "--output", "../joined.jsonl"])
        .args(&files))
    .exits(1);
    assert_eq!(read(&repo, "../joined.jsonl"), expected.stdout);
    let again = repo.guard(&["merge", "../joined.jsonl"]);
    again
        .exits(1)
        .complains("guard: 1 result without a last line, ");
    assert_eq!(again.stdout, expected.stdout);

    let full = fs::File::options().write(true).open("/dev/full");
    let mut guard = repo.guard_command();
    guard.arg("merge").args(&files).stderr(Stdio::piped());
    let child = guard.stdout(full.expect("Linux has it")).spawn();
    let ended = child
        .expect("the program can be started")
        .wait_with_output();
    Ran::from(ended.expect("it is our child"))
        .exits(2)
        .complains("the results cannot be written to standard output");
    // Through a link, so that a fault of guard's would not harm the machine.
    std::os::unix::fs::symlink("/dev/full", repo.beside("full")).expect("may write");
    let mut guard = repo.guard_command();
    run(guard.args(["merge", "--output", "../full"]).args(&files))
        .exits(2)
        .complains("../full: the results cannot be written");
}

#[test]
fn repositories_stay_apart_and_none_may_be_missing() {
    let (shop, till) = (Repo::new(), Repo::new());
    shop.write("a.py", key_line(1)).commit("the same");
    till.write("a.py", key_line(1)).commit("the same");
    let scan = |repo: &Repo, name: &str, file: &str| {
        let file = shop.beside(file).display().to_string();
        let scan = [
            "check",
            "--history",
            "--repository",
            name,
            "--format",
            "jsonl",
            "--output",
            &file,
        ];
        repo.guard(&scan).exits(1);
        file
    };
    let shop_file = scan(&shop, "shop", "shop.jsonl");
    let till_file = scan(&till, "till", "till.jsonl");
    let stock_file = scan(&till, " stock", "stock.jsonl");
    let lines = rows(&read(&shop, &shop_file));
    let [finding, end] = &lines[..] else {
        panic!("a finding and the last line: {lines:?}")
    };
    assert_eq!(finding["repository"], "shop");
    assert_eq!(
        (&end["repository"], &end["shard"], &end["complete"]),
        (&"shop".into(), &json!({"index": 1, "of": 1}), &true.into())
    );

    let list = shop.beside("list");
    fs::write(&list, "shop\n\ntill\nstock\n").expect("may write");
    let list = list.display().to_string();
    let files = [till_file.as_str(), &shop_file, &stock_file];
    let merged = shop.guard(&[&["merge", "--repositories", &list], &files[..]].concat());
    merged
        .exits(1)
        .complains("guard: 3 repositories, 3 shards, 3 files, 3 messages, 3 findings (3 blocking)");
    let names: Vec<Value> = rows(&merged.stdout)
        .iter()
        .map(|row| row["repository"].clone())
        .collect();
    assert_eq!(names, ["shop", "stock", "till"]);
    shop.guard(&["merge", "--repositories", &list, &till_file])
        .exits(2)
        .complains("no result of shop and stock: run their job again");

    // Without names, the second repository is no second part.
    for (repo, file) in [(&shop, "one.jsonl"), (&till, "two.jsonl")] {
        repo.write("b.py", key_line(2))
            .write(file, "x")
            .commit(file);
        let file = shop.beside(file).display().to_string();
        repo.guard(&[
            "check",
            "--history",
            "--shard",
            "1/1",
            "--format",
            "jsonl",
            "--output",
            &file,
        ])
        .exits(1);
    }
    shop.guard(&["merge", "../one.jsonl", "../two.jsonl"])
        .exits(2)
        .complains("name each repository with `--repository`");
    fs::write(&list, "\n").expect("may write");
    shop.guard(&["merge", "--repositories", &list, &till_file])
        .exits(2)
        .complains("names no repository");
}

#[test]
fn a_result_that_may_be_a_failed_job_s_is_no_pass() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    let ran = repo.guard(&[
        "check",
        "--format",
        "jsonl",
        "--output",
        "../open.jsonl",
        "a.txt",
    ]);
    ran.exits(0);
    assert_eq!(
        read(&repo, "../open.jsonl"),
        "",
        "a run that is no part writes findings alone"
    );
    repo.guard(&["merge", "../open.jsonl"])
        .exits(2)
        .complains("../open.jsonl does not end with the line that says that the run finished");
    repo.guard(&["merge", "--unclosed", "../open.jsonl"])
        .exits(0)
        .complains("guard: 1 result without a last line, 0 findings");
    repo.guard(&[
        "check",
        "--format",
        "jsonl",
        "--output",
        "../open.jsonl",
        "--repository",
        "r",
        "a.txt",
    ])
    .exits(0);
    repo.guard(&["merge", "../open.jsonl"]).exits(0);

    repo.write("b.py", key_line(1));
    repo.guard(&[
        "check",
        "--format",
        "jsonl",
        "--output",
        "../found.jsonl",
        "b.py",
    ])
    .exits(1);
    repo.guard(&["merge", "../found.jsonl"])
        .exits(1)
        .says(KEY_RULE);
}

#[test]
fn a_file_that_is_no_result_is_refused_and_not_shown() {
    let repo = Repo::new();
    repo.write("a\nb.jsonl", format!("password = {}\n", key(1)));
    repo.guard(&["merge", "a\nb.jsonl"])
        .exits(2)
        .is_plain()
        .hides(&key(1))
        .complains(":1: this is not a line of a result");
    repo.write("b.py", key_line(1)).stage();
    repo.guard(&[
        "check", "--staged", "--format", "sarif", "--output", "s.json",
    ])
    .exits(1);
    repo.guard(&["merge", "s.json"])
        .exits(2)
        .complains("s.json:1: this is one document of several lines");
    let around = repo.beside("");
    let mut guard = isolated(GUARD, &around, &around);
    run(guard.args(["merge", "/dev/null"])).exits(2);
}
