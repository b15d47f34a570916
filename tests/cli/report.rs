//! The terminal report and JSON: what they hold, how they are shown, where they are written.

use crate::config::acme_key;
use crate::support::{KEY_RULE, QUERY, QUERY_RULE, Repo, key, key_line, mode, run, set_mode};
use snapbox::{assert_data_eq, str};
use std::fs;

/// A repository with a key and a query staged in `app.py`.
fn with_findings() -> Repo {
    let repo = Repo::new();
    repo.write(
        "app.py",
        format!("import os\n{}x = 1\n{QUERY}", key_line(1)),
    )
    .stage();
    repo
}

/// Rules with known words, so that the picture below does not change with the packs.
const RULES: &str = r#"extends = []

[[rule]]
id = "acme-live-key"
description = "Acme live API key"
kind = "secret"
severity = "critical"
keywords = ["acm_live_"]
regex = '\b(acm_live_[0-9a-f]{32})\b'
why = "Whoever has it can pay with it. It stays in the history."
fix = "Revoke it and read it from the environment."
examples.match = ['key = "acm_live_{hex:32}"']
examples.no-match = ['key = "acm_test_{hex:32}"']

[[rule]]
id = "acme-raw-query"
description = "Query built from a string"
kind = "code"
languages = ["python"]
severity = "high"
precision = "medium"
cwe = 89
owasp = ["A03:2021"]
keywords = ["raw_query"]
regex = 'raw_query\((f"[^"]*")\)'
why = "Input becomes part of the query. The database cannot tell them apart."
fix = """Pass parameters:
db.raw_query(sql, params)"""
examples.match = ['db.raw_query(f"select {x}")']
examples.no-match = ['db.raw_query("select ?", x)']
"#;

#[test]
fn the_terminal_shows_place_reason_and_remedy() {
    let repo = Repo::new();
    repo.write("patterns.toml", RULES).commit("rules");
    let text = format!(
        "import os\n\nTOKEN = \"{}\"\n\ndef find(db, x):\n    return db.raw_query(f\"select {{x}}\")\n",
        acme_key(1)
    );
    repo.write("src/app.py", text).stage();
    let ran = repo.staged();
    ran.exits(1).is_plain().hides(&acme_key(1));
    assert_data_eq!(
        ran.stdout,
        str![[r#"
src/app.py:3:10: error: Acme live API key [acme-live-key]
  |
2 |
3 | TOKEN = "acm_********"
  |          ^^^^^^^^^^^^ critical severity, known by its format
  |
  = why: Whoever has it can pay with it. It stays in the history.
  = instead: Revoke it and read it from the environment.
  = false alarm?: write `guard:allow acme-live-key REASON` on this line or the line above (fingerprint [..])

src/app.py:6:25: warning: Query built from a string [acme-raw-query]
  |
5 | def find(db, x):
6 |     return db.raw_query(f"select {x}")
  |                         ^^^^^^^^^^^^^ high severity, CWE-89
  |
  = why: Input becomes part of the query. The database cannot tell them apart.
  = instead: Pass parameters:
             db.raw_query(sql, params)
  = false alarm?: write `guard:allow acme-raw-query REASON` on this line or the line above (fingerprint [..])

guard: 1 file, 6 added lines, 2 findings (1 blocking, 1 to look at) ([..] ms)

"#]]
    );
}

#[test]
fn json_holds_every_documented_field_and_no_secret() {
    let repo = with_findings();
    let ran = repo.guard(&["check", "--staged", "--format", "json"]);
    ran.exits(1)
        .hides(&key(1))
        .complains("guard: 1 file, 4 added lines, 2 findings (2 blocking)");
    let report = ran.json();
    assert_eq!(
        (&report["version"], &report["tool"]["name"]),
        (&1.into(), &"guard".into())
    );
    let rows = report["findings"].as_array().expect("a list");
    assert_eq!(rows.len(), 2, "{ran}");
    for row in rows {
        for text in [
            "path",
            "uri",
            "level",
            "rule",
            "kind",
            "message",
            "severity",
            "confidence",
            "believed",
            "why",
            "fix",
            "fingerprint",
        ] {
            assert!(
                row[text].as_str().is_some_and(|text| !text.is_empty()),
                "{text}: {row}"
            );
        }
        for number in ["line", "column", "end_line", "end_column"] {
            assert!(
                row[number].as_u64().is_some_and(|number| number > 0),
                "{number}: {row}"
            );
        }
        for list in ["reasons", "cwe", "owasp"] {
            assert!(row[list].is_array(), "{list}: {row}");
        }
        assert_eq!(row["blocks"], true);
        assert!(row.get("commit").is_none(), "it is not committed");
        let print = row["fingerprint"].as_str().expect("a text");
        assert!(
            print.len() == 24 && print.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{print}"
        );
    }
    let [secret, code] = &rows[..] else {
        unreachable!("there are two")
    };
    assert_eq!(
        (&secret["rule"], &code["rule"]),
        (&KEY_RULE.into(), &QUERY_RULE.into())
    );
    assert_eq!(
        (&secret["kind"], &secret["confidence"]),
        (&"secret".into(), &"proven".into())
    );
    let place = ["line", "column", "end_line", "end_column"].map(|field| secret[field].as_u64());
    assert_eq!(place, [2, 10, 2, 50].map(Some));
    assert_eq!(secret["excerpt"]["first_line"], 1);
    assert_eq!(
        secret["excerpt"]["text"],
        "import os\nTOKEN = \"ghp_********\"\nx = 1"
    );
    assert_eq!(code["cwe"][0], 89);
    let summary = &report["summary"];
    let counts = [
        "files",
        "added_lines",
        "blocking",
        "allowed",
        "excluded_files",
    ];
    assert_eq!(
        counts.map(|field| summary[field].as_u64()),
        [1, 4, 2, 0, 0].map(Some)
    );
    assert!(
        summary["milliseconds"].is_u64() && summary["notes"].is_array(),
        "{summary}"
    );
}

#[test]
fn jsonl_is_one_object_a_line() {
    let repo = with_findings();
    let ran = repo.guard(&["check", "--staged", "--format", "jsonl"]);
    ran.exits(1)
        .hides(&key(1))
        .complains("2 findings (2 blocking)");
    let rows: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let rules: Vec<_> = rows.iter().filter_map(|row| row["rule"].as_str()).collect();
    assert_eq!(rules, [KEY_RULE, QUERY_RULE]);
    repo.commit("old");
    let ran = repo.guard(&["check", "--staged", "--format", "jsonl"]);
    ran.scans_nothing();
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_fingerprint_stays_when_its_line_moves() {
    let repo = Repo::new();
    let prints = |path: &str, text: String| -> Vec<String> {
        repo.git(&["rm", "-r", "--quiet", "--cached", "--ignore-unmatch", "."]);
        repo.write(path, text);
        repo.git(&["add", path]);
        let report = repo
            .guard(&["check", "--staged", "--format", "json"])
            .json();
        let rows = report["findings"].as_array().expect("a list").iter();
        rows.map(|row| row["fingerprint"].as_str().expect("a text").to_owned())
            .collect()
    };
    let first = prints("app.py", format!("{}{QUERY}", key_line(1)));
    assert_eq!(first.len(), 2);
    assert_ne!(first[0], first[1]);
    assert_eq!(
        first,
        prints(
            "sub/b.py",
            format!("\n\nif x:\n    {}\n\t{QUERY}", key_line(1))
        )
    );
    assert_eq!(
        first,
        prints(
            "c.py",
            format!("\u{feff}{}{QUERY}", key_line(1)).replace('\n', "\r\n")
        )
    );
    assert_ne!(first[0], prints("app.py", key_line(2))[0]);
}

#[test]
fn colour_is_on_and_off_when_told() {
    let repo = with_findings();
    let colour = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut guard = repo.guard_command();
        guard
            .args(["check", "--staged"])
            .args(arguments)
            .envs(variables.iter().copied());
        let ran = run(&mut guard);
        ran.exits(1).hides(&key(1));
        assert_eq!(
            ran.stdout.matches("\u{1b}[").count() > 8,
            ran.stdout.contains('\u{1b}'),
            "{ran}"
        );
        ran.stdout.contains('\u{1b}')
    };
    assert!(colour(&["--color", "always"], &[]));
    assert!(!colour(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colour(&[], &[]), "a pipe is no terminal");
    assert!(!colour(&["--color", "auto"], &[]));
    assert!(colour(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colour(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(colour(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]));
    assert!(!colour(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!colour(&["--format", "json"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let repo = Repo::new();
    let side = "lorem ipsum \u{e4}\u{f6} ".repeat(60_000);
    repo.write(
        "app.js",
        format!("var a = \"{side}\"; t = \"{}\"; b = \"{side}\";\n", key(1)),
    )
    .stage();
    for format in ["terminal", "json", "sarif"] {
        let ran = repo.guard(&["check", "--staged", "--format", format]);
        ran.exits(1).hides(&key(1)).says(KEY_RULE);
        assert!(
            ran.stdout.len() < 8_000,
            "{format}: {} bytes",
            ran.stdout.len()
        );
    }
    let ran = repo.staged();
    ran.says("\u{2026}").says("ghp_********");
    let longest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(420), "{longest:?}");
}

#[test]
fn a_report_can_be_written_to_a_file_whole_or_not_at_all() {
    let repo = with_findings();
    fs::create_dir(repo.beside("out")).expect("may write");
    let file = repo.beside("out/report.json");
    let arguments = [
        "check",
        "--staged",
        "--format",
        "json",
        "--output",
        "../out/report.json",
    ];
    let ran = repo.guard(&arguments);
    ran.exits(1)
        .complains("guard: 1 file, 4 added lines, 2 findings (2 blocking)");
    assert_eq!(ran.stdout, "");
    let first = fs::read_to_string(&file).expect("it was written");
    assert!(first.ends_with("}\n") && serde_json::from_str::<serde_json::Value>(&first).is_ok());

    // Written anew beside its place: whoever reads the old one reads it to its end.
    set_mode(&file, 0o600);
    fs::hard_link(&file, repo.beside("old.json")).expect("may write");
    repo.write("app.py", "x = 1\n")
        .stage()
        .guard(&arguments)
        .exits(0);
    assert_eq!(
        fs::read_to_string(repo.beside("old.json")).expect("it is there"),
        first
    );
    assert!(
        fs::read_to_string(&file)
            .expect("it is there")
            .contains("\"findings\": []")
    );
    assert_eq!(mode(&file), 0o600);
    assert_eq!(
        fs::read_dir(repo.beside("out"))
            .expect("it is there")
            .count(),
        1,
        "nothing beside it"
    );

    let link = repo.beside("link.json");
    std::os::unix::fs::symlink("out/report.json", &link).expect("may write");
    repo.write("app.py", key_line(1)).stage();
    repo.guard(&["check", "--staged", "--output", "../link.json"])
        .exits(1);
    assert!(link.is_symlink(), "a link stays one");
    assert!(
        fs::read_to_string(&file)
            .expect("it is there")
            .contains(KEY_RULE)
    );

    for path in ["../no-such-folder/report.json", "../out"] {
        let ran = repo.guard(&["check", "--staged", "--output", path]);
        ran.exits(2)
            .complains("guard: error: ")
            .complains(&format!("{path}: the report cannot be written"));
    }
}

#[test]
fn a_report_in_a_file_is_never_coloured() {
    let repo = with_findings();
    for arguments in [&["--color", "always"][..], &[]] {
        let mut guard = repo.guard_command();
        guard
            .args(["check", "--staged", "--output", "../report.txt"])
            .args(arguments);
        run(guard.env("CLICOLOR_FORCE", "1")).exits(1);
        let text = fs::read_to_string(repo.beside("report.txt")).expect("it was written");
        assert!(
            text.contains(KEY_RULE) && !text.contains('\u{1b}'),
            "{text}"
        );
    }
}

#[test]
fn what_was_dropped_is_told_with_its_reason_when_asked() {
    let repo = Repo::new();
    repo.write(
        "app.py",
        format!("x = 1\nTOKEN = \"ghp_{}\"\n", "x".repeat(36)),
    )
    .stage();
    repo.staged().passes().lacks("dropped");
    let ran = repo.guard(&["check", "--staged", "--explain"]);
    ran.passes()
        .complains(&format!("guard: dropped: app.py:2: [{KEY_RULE}] "));
}
