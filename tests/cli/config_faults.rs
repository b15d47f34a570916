//! Faults of a pattern file, and inline exceptions.

use crate::config::{ACME, acme_key};
use crate::support::{KEY_RULE, QUERY, QUERY_RULE, Ran, Repo, key_at, key_line};

/// Scans with that pattern file staged.
fn with_patterns(patterns: impl AsRef<[u8]>) -> Ran {
    let repo = Repo::new();
    repo.write("app.py", "x = 1\n")
        .write("patterns.toml", patterns)
        .stage();
    repo.staged()
}

/// Asserts an error, and which faults are told: all, in their order, and nothing else.
#[track_caller]
fn has_faults(ran: &Ran, expected: &[&str]) {
    ran.exits(2).finds(&[]).lacks("0 findings");
    let told: Vec<&str> = ran.stderr.lines().collect();
    let told: Vec<&str> = told
        .iter()
        .map(|line| line.strip_prefix("guard: error: ").unwrap_or(line))
        .collect();
    assert_eq!(told.len(), expected.len(), "{ran}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "not `{expected}`: {ran}");
    }
}

#[test]
fn all_faults_are_told_at_once_with_their_places() {
    let patterns = r#"extends = ["guard:default", "gone.toml"]
setings = 1

[settings]
block = "severe"
exclude = ["src/[a"]

[rules.py-sql-fstrings]
severity = "low"

[[rule]]
id = "acme-live-key"
description = "Acme live API key"
kind = "secret"
severity = "critical"
keyword = ["acm_live_"]
regex = '\b(acm_live_[0-9a-f]{32}'
examples.match = ['key = "acm_live_{hex:32}"']

[[allow]]
rules = ["no-such-rule"]
expires = "soon"
"#;
    has_faults(
        &with_patterns(patterns),
        &[
            "patterns.toml:1:29: `gone.toml` does not exist",
            "patterns.toml:2:1: unknown key `setings` in a pattern file; did you mean `settings`?",
            "patterns.toml:5:9: `block` must be `low`, `medium`, `high` or `critical`, not `severe`",
            "patterns.toml:6:12: glob `src/[a`: ",
            "patterns.toml:8:8: `[rules.py-sql-fstrings]` changes a rule that does not exist; did you mean `py-sql-fstring`?",
            "patterns.toml:11:1: `keywords` is missing or empty",
            "patterns.toml:16:1: unknown key `keyword` in rule `acme-live-key`; did you mean `keywords`?",
            "patterns.toml:17:9: `regex` does not compile, at its byte 2: unclosed group",
            "patterns.toml:18:1: `examples.no-match` needs at least one text",
            "patterns.toml:20:1: `reason` is missing",
            "patterns.toml:20:1: the exception names rule `no-such-rule`, which does not exist",
            "patterns.toml:22:11: `expires` must be a day such as \"2027-06-30\"",
        ],
    );
}

#[test]
fn an_example_that_fails_is_named() {
    let patterns = ACME.replace("acm_test_{hex:32}", "acm_live_{hex:32}");
    has_faults(
        &with_patterns(patterns),
        &["patterns.toml:2:1: rule `acme-live-key`: examples.no-match, number 1: "],
    );
    let patterns = ACME.replace(
        "= ['key = \"acm_live_{hex:32}\"']",
        "= ['acm_live_{hex:32}', 'acm_live_{hex:9}']",
    );
    has_faults(
        &with_patterns(patterns),
        &["patterns.toml:2:1: rule `acme-live-key`: examples.match, number 2: "],
    );
    let patterns = ACME.replace("{hex:32}\"']", "{hex:many}\"']");
    let ran = with_patterns(patterns);
    ran.exits(2)
        .complains("placeholder `{hex:many}`: the length must be a number");
}

#[test]
fn a_rule_without_examples_is_refused() {
    let (patterns, _) = ACME.split_once("examples.").expect("it has some");
    with_patterns(patterns)
        .exits(2)
        .complains("patterns.toml:2:1: ")
        .complains("examples");
}

#[test]
fn what_is_no_toml_is_refused() {
    with_patterns("[settings\nblock = \"low\"\n")
        .exits(2)
        .complains("guard: error: patterns.toml:1:");
    with_patterns(b"# caf\xe9\n")
        .exits(2)
        .complains("patterns.toml:1:1: a pattern file is UTF-8");
    with_patterns("").passes();
    with_patterns("\u{feff}[settings]\nblock = \"low\"\n").passes();
}

#[test]
fn an_exception_must_be_narrow_and_give_a_reason() {
    has_faults(
        &with_patterns("[[allow]]\nreason = \"everything\"\n"),
        &["patterns.toml:1:1: an exception must be narrow"],
    );
    has_faults(
        &with_patterns("[[allow]]\nreason = \" \"\npaths = [\"\"]\n"),
        &[
            "patterns.toml:2:10: `reason` is empty",
            "patterns.toml:3:9: an empty entry in `paths` would allow everything",
        ],
    );
}

#[test]
fn a_pattern_file_that_is_no_plain_file_is_refused() {
    let repo = Repo::new();
    std::os::unix::fs::symlink("elsewhere.toml", repo.path("patterns.toml")).expect("may write");
    repo.write("app.py", key_line(1)).stage();
    let ran = repo.staged();
    ran.exits(2)
        .complains("`patterns.toml` is not a plain file in the index")
        .finds(&[]);
}

#[test]
fn texts_of_rules_that_would_not_show_are_refused() {
    let patterns = ACME.replace("Acme live API key", "Acme\\u001b[31m key")
        + "why = \"one\\u0007 two\"\nfix = \"line\\n\\tother\\u202e\"\nreferences = [\"http:\\u200b\"]\n";
    let ran = with_patterns(patterns);
    ran.is_plain();
    has_faults(
        &ran,
        &[
            "patterns.toml:2:1: rule `acme-live-key`: `description` holds the invisible character U+001B",
            "patterns.toml:2:1: rule `acme-live-key`: `fix` holds the invisible character U+202E",
            "patterns.toml:2:1: rule `acme-live-key`: `references` holds the invisible character U+200B",
            "patterns.toml:2:1: rule `acme-live-key`: `why` holds the invisible character U+0007",
        ],
    );
    let ran = with_patterns("[rules.\"x\\u001b[31m\"]\nseverity = \"\\u202e\"\n\"k\\u0007\" = 1\n");
    ran.exits(2).is_plain();
}

#[test]
fn examples_and_reasons_are_shown_with_every_character() {
    let patterns = ACME.replace(
        "['key = \"acm_test_",
        "[\"\\u001b[31m\\u202e\", 'key = \"acm_test_",
    ) + "\n[[allow]]\nreason = \"old\\u001b[31m\\u202e\"\nrules = [\"acme-live-key\"]\nexpires = 2020-01-01\n";
    let repo = Repo::new();
    repo.write("patterns.toml", patterns);
    repo.write("b.py", format!("k = '{}'\n", acme_key(1)))
        .stage();
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let ran = repo.guard(&["check", "--staged", "--format", format]);
        ran.exits(1).is_plain();
    }
    repo.staged()
        .says("expired on 2020-01-01 (old\\u{1b}[31m\\u{202e})");
    let ran = repo.guard(&["rules", "show", "acme-live-key"]);
    ran.exits(0).is_plain().says("    \\u{1b}[31m\\u{202e}\n");
}

/// Scans a Python file that is staged.
fn scan(text: &str) -> Ran {
    let repo = Repo::new();
    repo.write("app.py", text).stage();
    repo.staged()
}

#[test]
fn an_inline_exception_covers_its_line_or_the_next() {
    let line = key_line(1);
    let comment = format!("# guard:allow {KEY_RULE} revoked in 2024");
    for text in [
        format!("{}  {comment}\n", line.trim_end()),
        format!("{comment}\n{line}"),
        format!("# guard:allow[{KEY_RULE}] revoked in 2024\n{line}"),
    ] {
        let ran = scan(&text);
        ran.passes().lacks("guard: note");
        assert!(ran.summary().ends_with(", 1 allowed"), "{ran}");
    }
    let ran = scan(&format!(
        "{QUERY}# guard:allow {QUERY_RULE} name is a constant\n{QUERY}"
    ));
    ran.exits(1)
        .finds(&[&format!("app.py:1 error {QUERY_RULE}")]);
    // Beside code it covers its own line only.
    let ran = scan(&format!("x = 1  {comment}\n{line}"));
    ran.exits(1).finds(&[&key_at("app.py:2")]);
    ran.says(&format!(
        "guard: note: app.py:1: `guard:allow {KEY_RULE}` allows nothing here any more; take it out"
    ));
}

#[test]
fn an_inline_exception_without_a_reason_does_not_count() {
    for comment in [
        format!("# guard:allow {KEY_RULE}"),
        format!("# guard:allow[{KEY_RULE}] --"),
    ] {
        let ran = scan(&format!("{comment}\n{}", key_line(1)));
        ran.exits(1).finds(&[&key_at("app.py:2")]);
        ran.says(&format!(
            "guard: note: app.py:1: `guard:allow {KEY_RULE}` gives no reason, so it does not count"
        ));
    }
}

#[test]
fn an_inline_exception_for_another_rule_does_not_count_and_is_told() {
    let ran = scan(&format!(
        "# guard:allow {QUERY_RULE} reviewed\n{}",
        key_line(1)
    ));
    ran.exits(1).finds(&[&key_at("app.py:2")]);
    ran.says(&format!(
        "app.py:1: `guard:allow {QUERY_RULE}` allows nothing here any more"
    ));
}

#[test]
fn an_inline_exception_that_covers_nothing_is_told() {
    let ran = scan(&format!(
        "# guard:allow {KEY_RULE} revoked in 2024\nx = 1\n"
    ));
    ran.passes().says(&format!(
        "app.py:1: `guard:allow {KEY_RULE}` allows nothing here any more"
    ));
    // Words about exceptions are none.
    scan("# write guard:allow RULE-ID reason\n")
        .passes()
        .lacks("guard: note");
    // An old one is not this commit's business.
    let repo = Repo::new();
    repo.write("app.py", format!("# guard:allow {KEY_RULE} old\nx = 1\n"))
        .commit("old");
    repo.write(
        "app.py",
        format!("# guard:allow {KEY_RULE} old\nx = 1\ny = 2\n"),
    )
    .stage();
    repo.staged().passes().lacks("guard: note");
}

#[test]
fn an_old_exception_covers_a_new_line() {
    let repo = Repo::new();
    let comment = format!("# guard:allow {KEY_RULE} revoked in 2024\n");
    repo.write("app.py", format!("{comment}x = 1\n"))
        .commit("old");
    repo.write("app.py", format!("{comment}{}", key_line(1)))
        .stage();
    repo.staged().passes();
}
