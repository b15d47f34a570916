//! One scan in parts.

use crate::history::{KEYS, history};
use crate::support::{KEY_RULE, QUERY_RULE, Ran, Repo, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// Scans in `of` parts, writes them beside the repository, and returns the paths of the files.
pub(crate) fn parts(repo: &Repo, what: &[&str], of: u32) -> Vec<String> {
    let part = |index: u32| {
        let (shard, file) = (
            format!("{index}/{of}"),
            format!("../part-{index}-of-{of}.jsonl"),
        );
        let ran = repo.guard(
            &[
                &["check"],
                what,
                &["--shard", &shard, "--format", "jsonl", "--output", &file],
            ]
            .concat(),
        );
        assert!(ran.code <= Some(1), "{ran}");
        ran.complains(&format!("guard: shard {shard}: "));
        file
    };
    (1..=of).map(part).collect()
}

pub(crate) fn merge(repo: &Repo, files: &[String]) -> Ran {
    let mut guard = repo.guard_command();
    run(guard.arg("merge").args(files))
}

/// Asserts that two results are the same, line for line, without showing all of them.
#[track_caller]
fn assert_same(one: &str, other: &str, what: &str) {
    let (lines, expected): (Vec<&str>, Vec<&str>) =
        (one.lines().collect(), other.lines().collect());
    for (line, expected) in lines.iter().zip(&expected) {
        assert_eq!(line, expected, "{what}");
    }
    assert_eq!(
        lines.len(),
        expected.len(),
        "{what}: some lines are missing or too many"
    );
}

pub(crate) fn read(repo: &Repo, file: &str) -> String {
    fs::read_to_string(repo.path(file)).expect("it was written")
}

pub(crate) fn rows(text: &str) -> Vec<Value> {
    let row = |line: &str| serde_json::from_str(line).expect("an object");
    text.lines().map(row).collect()
}

/// Returns what the last lines of files say, summed up.
fn sum(repo: &Repo, files: &[String], field: &str) -> u64 {
    let last = |file: &String| rows(&read(repo, file)).pop().expect("there is a last line");
    let number = |file| last(file)["summary"][field].as_u64().expect("a number");
    files.iter().map(number).sum()
}

#[test]
fn the_parts_of_a_history_find_exactly_what_one_run_finds() {
    let repo = history(360);
    let what = ["check", "--history", "--all"];
    let whole = repo.guard(&[&what[..], &["--format", "jsonl"]].concat());
    whole.exits(1);
    let found = rows(&whole.stdout);
    let distinct = |field: &str| -> BTreeSet<&str> {
        found.iter().filter_map(|row| row[field].as_str()).collect()
    };
    // There is something to lose: every key, in files and messages, in many files and commits.
    assert_eq!(distinct("rule"), [KEY_RULE, QUERY_RULE].into());
    assert_eq!(
        distinct("fingerprint").len(),
        KEYS + 3,
        "all keys, those in messages, the query"
    );
    assert!(
        distinct("path").len() > 10 && distinct("commit").len() > 40,
        "there is something to lose"
    );
    for row in &found {
        let date = row["commit_date"].as_str().expect("all is committed");
        assert!(date.len() == 20 && date.ends_with('Z'), "{row}");
        assert!(
            row["author"]
                .as_str()
                .is_some_and(|author| author.contains('<')),
            "{row}"
        );
    }

    let all = parts(&repo, &what[1..], 1);
    for of in [1, 2, 3, 7] {
        let files = parts(&repo, &what[1..], of);
        let merged = merge(&repo, &files);
        merged.exits(1).is_plain();
        assert_same(&merged.stdout, &whole.stdout, &format!("{of} parts"));
        for field in ["files", "messages", "added_lines"] {
            assert_eq!(
                sum(&repo, &files, field),
                sum(&repo, &all, field),
                "{field} of {of} parts"
            );
        }
        let sizes: Vec<u64> = files
            .iter()
            .map(|file| sum(&repo, std::slice::from_ref(file), "files"))
            .collect();
        assert!(
            sizes.iter().all(|&size| size > 0),
            "each part has some: {sizes:?}"
        );
        if of > 1 {
            let before = sum(&repo, &files, "findings");
            assert!(
                before > found.len() as u64,
                "parts find again what others found: {before}"
            );
        }
    }
    repo.guard(&["merge", "../part-1-of-1.jsonl"])
        .exits(1)
        .complains(&format!(
            "guard: 1 shard, {} files, ",
            sum(&repo, &all, "files")
        ))
        .complains(&format!(" messages, {} findings (", found.len()));
}

#[test]
fn the_parts_of_a_tree_find_exactly_what_one_run_finds() {
    let repo = history(360);
    for revision in ["HEAD", "topic-2"] {
        let what = ["--tree", revision];
        let whole = repo.guard(&[&["check"], &what[..], &["--format", "jsonl"]].concat());
        whole.exits(1);
        assert!(rows(&whole.stdout).len() > 10, "there is something to lose");
        for of in [1, 2, 7] {
            let merged = merge(&repo, &parts(&repo, &what, of));
            merged.exits(1);
            assert_same(&merged.stdout, &whole.stdout, &format!("{of} parts"));
        }
    }
}

#[test]
fn a_part_that_is_missing_or_cut_off_is_no_pass() {
    let repo = history(60);
    let files = parts(&repo, &["--history"], 3);
    let refused = |files: &[String], why: &str| {
        let mut guard = repo.guard_command();
        let ran = run(guard
            .args(["merge", "--output", "../joined.jsonl"])
            .args(files));
        ran.exits(2)
            .is_plain()
            .complains("guard: error: ")
            .complains(why);
        assert_eq!(ran.stdout, "");
        assert!(!repo.beside("joined.jsonl").exists(), "nothing is written");
    };
    let [one, two, three] = &files[..] else {
        unreachable!("there are three")
    };
    let those =
        |files: &[&String]| -> Vec<String> { files.iter().map(|&file| file.clone()).collect() };
    refused(&those(&[one, three]), "shard 2 of 3 is missing: ");
    refused(
        &those(&[two, two, two]),
        "shards 1 and 3 of 3 are missing: ",
    );
    refused(
        &those(&[one, two, &"../no-such.jsonl".to_owned()]),
        "../no-such.jsonl: cannot be read",
    );
    refused(&those(&[one, two, &"..".to_owned()]), "..: cannot be read");

    let whole = read(&repo, two);
    let (findings, last) = whole
        .trim_end()
        .rsplit_once('\n')
        .expect("it has several lines");
    let lines = whole.lines().count();
    let cut = "../cut.jsonl".to_owned();
    for (text, why) in [
        (String::new(), "shard 2 of 3 is missing".to_owned()),
        (
            format!("{findings}\n"),
            "shard 2 of 3 is missing".to_owned(),
        ),
        (
            whole[..findings.len() - 30].to_owned(),
            format!("../cut.jsonl:{}: the line is cut off", lines - 1),
        ),
        (
            whole[..whole.len() - 3].to_owned(),
            format!("../cut.jsonl:{lines}: the line is cut off"),
        ),
        (
            last.to_owned(),
            format!("tells of {} findings but 0 stand before it", lines - 1),
        ),
    ] {
        repo.write(&cut, text);
        refused(&those(&[one, &cut, three]), &why);
    }
    repo.write(&cut, format!("{findings}\n"));
    refused(
        &those(&[one, two, three, &cut]),
        "../cut.jsonl does not end with the line",
    );
    merge(&repo, &files).exits(1);

    // The same parts of another state of the repository.
    repo.write("new.py", "x = 1\n").commit("between two jobs");
    let later = parts(&repo, &["--history"], 3);
    fs::rename(repo.path(&later[2]), repo.path(&cut)).expect("it was written");
    repo.git(&["reset", "--quiet", "--hard", "HEAD~"]);
    let files = parts(&repo, &["--history"], 3);
    refused(
        &[&files[..2], &[cut]].concat(),
        "../cut.jsonl: shard 3/3 was made of other objects than shard 1/3 in ../part-1-of-3.jsonl",
    );
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n").commit("clean");
    for (arguments, why) in [
        (
            &["--history", "--shard", "0/4"][..],
            "there is no part 0 of 4",
        ),
        (&["--history", "--shard", "5/4"], "there is no part 5 of 4"),
        (&["--history", "--shard", "1"], "a shard is written I/N"),
        (&["--shard", "1/2"], "--shard"),
        (&["--staged", "--shard", "1/2"], "--shard"),
        (&["--range", "HEAD", "--shard", "1/2"], "--shard"),
        (&["--shard", "1/2", "a.txt"], "--shard"),
        (
            &["--history", "--repository", "shop"],
            "--repository is for --format json and jsonl",
        ),
        (
            &["--repository", " ", "--format", "json"],
            "a repository's name cannot be empty",
        ),
        (
            &["--repository", "a\u{202e}b", "--format", "json"],
            "visible characters only",
        ),
        (
            &[
                "--repository",
                "https://me:word@example.com/a.git",
                "--format",
                "json",
            ],
            "take the user and password out of the URL",
        ),
    ] {
        let ran = repo.guard(&[&["check"], arguments].concat());
        ran.exits(2).complains(why);
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
}
