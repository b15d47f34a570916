//! The team's `patterns.toml`: which one is in force, what it changes, exceptions of all kinds.

use crate::support::{GUARD, KEY_RULE, QUERY, QUERY_RULE, Repo, key, key_at, key_line, run};
use guard::random::Random;

/// A rule of the team's own, for [`acme_key`].
pub(crate) const ACME: &str = r#"
[[rule]]
id = "acme-live-key"
description = "Acme live API key"
kind = "secret"
severity = "critical"
keywords = ["acm_live_"]
regex = '\b(acm_live_[0-9a-f]{32})\b'
examples.match = ['key = "acm_live_{hex:32}"']
examples.no-match = ['key = "acm_test_{hex:32}"']
"#;

/// Makes a key of a vendor that does not exist.
pub(crate) fn acme_key(number: u64) -> String {
    format!(
        "acm_live_{}",
        Random::seeded(number).pick("0123456789abcdef", 32)
    )
}

/// A repository with `app.py`, a key on its only line, staged beside that pattern file.
fn with_key(patterns: &str) -> Repo {
    let repo = Repo::new();
    repo.write("app.py", key_line(1))
        .write("patterns.toml", patterns)
        .stage();
    repo
}

/// An exception for the key rule, with one more line.
fn allow(line: &str) -> String {
    format!("[[allow]]\nreason = \"reviewed\"\nrules = [\"{KEY_RULE}\"]\n{line}\n")
}

#[test]
fn an_exception_takes_effect_with_the_commit_that_brings_it() {
    let repo = Repo::guarded();
    repo.write("app.py", key_line(1)).stage();
    // Not staged, it does not count.
    repo.write("patterns.toml", allow("paths = [\"app.py\"]"));
    repo.staged().exits(1).finds(&[&key_at("app.py:1")]);
    repo.try_git(&["commit", "--message", "x"]).is_refused();
    repo.stage();
    let ran = repo.staged();
    ran.passes();
    assert!(ran.summary().ends_with(", 0 findings, 1 allowed"), "{ran}");
    // What is staged counts, whatever becomes of the work tree.
    repo.write("patterns.toml", "broken");
    repo.staged().passes();
    repo.try_git(&["commit", "--message", "x"]).exits(0);
}

#[test]
fn during_commit_path_the_pattern_file_is_the_one_being_committed() {
    let repo = Repo::guarded();
    repo.write("app.py", "x = 1\n")
        .write("patterns.toml", "")
        .commit("first");
    repo.write("app.py", key_line(1))
        .write("patterns.toml", allow("paths = [\"app.py\"]"));
    repo.git(&["add", "patterns.toml"]);
    let ran = repo.try_git(&["commit", "--message", "x", "app.py"]);
    ran.is_refused().finds(&[&key_at("app.py:1")]);
    repo.try_git(&["commit", "--message", "x", "app.py", "patterns.toml"])
        .exits(0);
}

#[test]
fn files_on_disk_go_with_the_pattern_file_on_disk() {
    let repo = with_key("");
    repo.write("patterns.toml", allow("paths = [\"app.py\"]"))
        .write("sub/b.py", key_line(2));
    repo.guard(&["check", "app.py"]).passes();
    let mut guard = repo.program(GUARD, &repo.path("sub"));
    run(guard.args(["check", "..", "--format", "json"]))
        .exits(1)
        .says("\"sub/b.py\"")
        .lacks("app.py");
}

#[test]
fn rules_of_the_teams_own_count_beside_the_built_in_ones() {
    let repo = with_key(ACME);
    repo.write("b.py", format!("k = '{}'\n", acme_key(1)))
        .stage();
    let ran = repo.staged();
    ran.exits(1)
        .hides(&acme_key(1))
        .finds(&[&key_at("app.py:1"), "b.py:1 error acme-live-key"]);
    ran.says("b.py:1:6: error: Acme live API key [acme-live-key]");

    repo.write("patterns.toml", format!("extends = []\n{ACME}"))
        .stage();
    repo.staged()
        .exits(1)
        .finds(&["b.py:1 error acme-live-key"]);
}

#[test]
fn a_pattern_file_extends_others_from_the_index() {
    let repo = Repo::new();
    repo.write(
        "patterns.toml",
        "extends = [\"guard:default\", \"security/acme.toml\"]\n",
    );
    repo.write("security/acme.toml", ACME)
        .write("b.py", format!("k = '{}'\n", acme_key(1)))
        .stage();
    repo.write("security/acme.toml", "broken");
    repo.staged()
        .exits(1)
        .finds(&["b.py:1 error acme-live-key"]);
    repo.git(&["rm", "--quiet", "--cached", "--force", "security/acme.toml"]);
    let ran = repo.staged();
    ran.exits(2).finds(&[]);
    ran.complains("guard: error: patterns.toml:1:29: `security/acme.toml` does not exist");
}

#[test]
fn block_sets_the_severity_from_which_a_finding_blocks() {
    for (block, level, code) in [
        ("low", "error", 1),
        ("high", "error", 1),
        ("critical", "warning", 0),
    ] {
        let repo = Repo::new();
        repo.write(
            "patterns.toml",
            format!("[settings]\nblock = \"{block}\"\n"),
        );
        repo.write("a.py", QUERY).stage();
        repo.staged()
            .exits(code)
            .finds(&[&format!("a.py:1 {level} {QUERY_RULE}")]);
    }
}

#[test]
fn what_is_excluded_is_not_scanned_and_counted() {
    let repo = Repo::new();
    repo.write(
        "patterns.toml",
        "[settings]\nexclude = [\"vendor/**\", \"*.lock\"]\n",
    )
    .commit("first");
    repo.write("vendor/deep/a.py", key_line(1))
        .write("sub/x.lock", key_line(2))
        .stage();
    let ran = repo.staged();
    ran.scans_nothing();
    assert_eq!(ran.summary(), "guard: nothing to scan, 2 files excluded");
    repo.write("a.py", "x = 1\n").stage();
    let ran = repo.staged();
    ran.passes();
    assert_eq!(
        ran.summary(),
        "guard: 1 file, 1 added line, 0 findings, 2 files excluded"
    );
    let summary = &repo
        .guard(&["check", "--staged", "--format", "json"])
        .json()["summary"];
    assert_eq!(summary["excluded_files"], 2);
}

#[test]
fn a_built_in_rule_can_be_changed() {
    // Without a name that says secret, no other rule steps in.
    let with_change = |line: &str| {
        let repo = with_key(&format!("[rules.{KEY_RULE}]\n{line}\n"));
        repo.write("app.py", format!("f(\"{}\")\n", key(1)));
        repo.stage();
        repo.staged()
    };
    let ran = with_change("severity = \"low\"");
    ran.exits(0)
        .finds(&[&format!("app.py:1 warning {KEY_RULE}")])
        .says("low severity");
    assert!(ran.summary().ends_with("1 finding (1 to look at)"), "{ran}");
    with_change("precision = \"medium\"")
        .exits(0)
        .finds(&[&format!("app.py:1 warning {KEY_RULE}")]);
    with_change("enabled = false").passes();
    with_change("not-paths = [\"app.py\"]").passes();
    with_change("not-paths = [\"other.py\"]").exits(1);
    with_change("paths = [\"src/**\"]").passes();
}

#[test]
fn a_rule_of_ones_own_blocks_once_it_is_precise() {
    let rule = |precision: &str| {
        ACME.replace(
            "severity",
            &format!("precision = \"{precision}\"\nseverity"),
        )
    };
    let repo = Repo::new();
    repo.write("b.py", format!("f('{}')\n", acme_key(1)));
    for (patterns, expected) in [
        (rule("high"), "b.py:1 error acme-live-key"),
        (rule("medium"), "b.py:1 warning acme-live-key"),
        // Whoever writes a rule of low precision asks for it.
        (rule("low"), "b.py:1 warning acme-live-key"),
    ] {
        repo.write("patterns.toml", patterns).stage();
        repo.staged().finds(&[expected]);
    }
    let change = "[rules.acme-live-key]\nprecision = \"high\"\n";
    repo.write("patterns.toml", rule("low") + change).stage();
    repo.staged()
        .exits(1)
        .finds(&["b.py:1 error acme-live-key"]);
}

#[test]
fn exceptions_narrow_by_fingerprint_path_stopword_and_pattern() {
    let report = with_key("")
        .guard(&["check", "--staged", "--format", "json"])
        .json();
    let print = report["findings"][0]["fingerprint"]
        .as_str()
        .expect("it has one")
        .to_owned();
    let (word, other) = (&key(1)[10..18], &key(2)[10..18]);
    for (line, allowed) in [
        (format!("fingerprints = [\"{print}\"]"), true),
        (format!("fingerprints = [\"{}\"]", "0".repeat(24)), false),
        ("paths = [\"*.py\"]".to_owned(), true),
        ("paths = [\"src/**\"]".to_owned(), false),
        (format!("stopwords = [\"{}\"]", word.to_uppercase()), true),
        (format!("stopwords = [\"{other}\"]"), false),
        (format!("regexes = ['^ghp_.{{6}}{word}']"), true),
        (format!("regexes = ['^{word}']"), false),
        (
            format!("paths = [\"*.py\"]\nstopwords = [\"{other}\"]"),
            false,
        ),
        ("expires = \"2999-12-31\"".to_owned(), true),
        ("expires = 2999-12-31".to_owned(), true),
        ("expires = \"2020-02-29\"".to_owned(), false),
    ] {
        let ran = with_key(&allow(&line)).staged();
        let at_key = ran
            .findings()
            .iter()
            .any(|finding| finding == &key_at("app.py:1"));
        assert_eq!(
            (ran.code, at_key),
            (Some(i32::from(!allowed)), !allowed),
            "{line}: {ran}"
        );
        assert_eq!(ran.summary().contains(", 1 allowed"), allowed, "{ran}");
    }
}

#[test]
fn an_exception_that_has_expired_is_told() {
    let ran = with_key(&allow("expires = \"2020-02-29\"")).staged();
    ran.exits(1).finds(&[&key_at("app.py:1")]);
    ran.says("guard: note: patterns.toml:1: this exception expired on 2020-02-29 (reviewed)");
    with_key(&allow("expires = \"2999-12-31\""))
        .staged()
        .passes()
        .lacks("expired");
}

#[test]
fn a_pattern_file_can_be_named() {
    let repo = with_key("broken");
    let file = repo.beside("named.toml");
    std::fs::write(
        &file,
        format!(
            "extends = [\"more.toml\"]\n{}",
            allow("paths = [\"app.py\"]")
        ),
    )
    .expect("may write");
    std::fs::write(repo.beside("more.toml"), "extends = [\"guard:default\"]\n").expect("may write");
    let name = file.display().to_string();
    repo.guard(&["check", "--staged", "--config", &name])
        .passes();
    repo.guard(&["check", "app.py", "--config", "../named.toml"])
        .passes();
    repo.guard(&["check", "--config", "../named.toml"]).passes();
    let ran = repo.guard(&["check", "--staged", "--config", "../none.toml"]);
    ran.exits(2)
        .complains("none.toml: cannot be read: no such file");
    let ran = repo.guard(&["check", "--staged", "--config", "../home"]);
    ran.exits(2).complains("home: cannot be read");
}

#[test]
fn the_pattern_file_can_be_taken_from_a_revision() {
    let repo = Repo::new();
    repo.write("patterns.toml", ACME).commit("trusted");
    repo.git(&["tag", "trusted"]);
    repo.write(
        "patterns.toml",
        format!(
            "extends = []\n{ACME}\n{}",
            "[rules.acme-live-key]\nenabled = false\n"
        ),
    );
    repo.write("b.py", format!("k = '{}'\n", acme_key(1)))
        .stage();
    repo.staged().exits(0);
    for revision in ["HEAD", "trusted", "main"] {
        let ran = repo.guard(&["check", "--staged", "--config-from", revision]);
        ran.exits(1).finds(&["b.py:1 error acme-live-key"]);
    }
    let ran = repo.guard(&["check", "--staged", "--config-from", "no-such"]);
    ran.exits(2)
        .complains("guard: error: `no-such` is not a revision of this repository");
    // A revision without the file leaves the built-in packs.
    repo.git(&["rm", "--quiet", "--cached", "--force", "patterns.toml"]);
    repo.write("c.py", key_line(1));
    repo.git(&["add", "c.py"]);
    repo.git(&["commit", "--quiet", "--no-verify", "--message", "without"]);
    repo.write("d.py", key_line(2)).stage();
    let ran = repo.guard(&["check", "--staged", "--config-from", "HEAD"]);
    ran.exits(1).finds(&[&key_at("d.py:1")]);
}

#[test]
fn the_rules_in_force_can_be_listed_and_explained() {
    let repo = with_key(&format!("{ACME}\n[rules.{KEY_RULE}]\nenabled = false\n"));
    let list = repo.guard(&["rules", "list"]);
    list.exits(0).says("acme-live-key ").says(QUERY_RULE);
    let off = |line: &&str| line.starts_with(KEY_RULE) && line.contains(" off ");
    assert_eq!(list.stdout.lines().filter(off).count(), 1, "{list}");
    repo.guard(&["rules", "list", "--kind", "secret"])
        .exits(0)
        .lacks(QUERY_RULE);
    let ran = repo.guard(&["rules", "show", "acme-live-key"]);
    ran.exits(0)
        .says("acme-live-key: Acme live API key\nin patterns.toml:2\n")
        .says("CWE-798");
    let ran = repo.guard(&["rules", "show", "acme-life-key"]);
    ran.exits(2)
        .complains("there is no rule `acme-life-key`; did you mean `acme-live-key`?");
}

#[test]
fn an_exception_that_covers_nothing_is_told_where_all_texts_are_seen() {
    let repo = Repo::new();
    let allow =
        "extends = [\"guard:default\"]\n[[allow]]\npaths = [\"gone/**\"]\nreason = \"old\"\n";
    repo.write("patterns.toml", allow)
        .write("src/a.py", "x = 1\n");
    repo.commit("first");
    let told = "matches nothing any more";
    for all in [&["check", "--tree"][..], &["check", "."]] {
        repo.guard(all).exits(0).says(told);
    }
    repo.write("src/a.py", "x = 2\n").stage();
    for part in [
        &["check", "--staged"][..],
        &["check", "src"],
        &["check", "--tree", "--shard", "1/2"],
    ] {
        repo.guard(part).exits(0).lacks(told);
    }
}
