//! Files that are findings themselves, by their name or their first bytes.

use crate::support::{Repo, key, key_line, run_with_input};
use guard::random::Random;
use std::os::unix::fs::symlink;

/// Makes a `KeePass` database: its header, and bytes that look encrypted.
fn vault(number: u64) -> Vec<u8> {
    let mut bytes = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\x01\0\x04\0".to_vec();
    bytes.extend(noise(number));
    bytes
}

fn noise(number: u64) -> Vec<u8> {
    let mut random = Random::seeded(number);
    (0..600)
        .map(|_| u8::try_from(random.below(256)).expect("it is below 256"))
        .collect()
}

const VAULT: &str = "team.kdbx:1 error file-keepass-database";

#[test]
fn a_commit_of_a_password_database_is_refused_and_one_without_it_is_not() {
    let repo = Repo::guarded();
    repo.write("team.kdbx", vault(1))
        .write("a.txt", "one\n")
        .stage();
    let ran = repo.try_git(&["commit", "--message", "all of it"]);
    ran.is_refused().finds(&[VAULT]).is_plain();
    ran.complains("team.kdbx:1:1: error: KeePass password database [file-keepass-database]")
        .complains("its first bytes say so")
        .complains("anywhere in it, or except it under `[[allow]]` in patterns.toml");
    repo.git(&["rm", "--quiet", "--cached", "team.kdbx"]);
    repo.git(&["commit", "--quiet", "--message", "the rest"]);
}

#[test]
fn a_name_without_what_belongs_to_it_is_no_finding() {
    let repo = Repo::new();
    repo.write("team.kdbx", "see the wiki\n")
        .write("server.p12", "made at deploy\n")
        .write("core", "the core of it\n")
        .write("id_rsa.pub", "ssh-rsa AAAA me@host\n")
        .write(".env.example", "DB_PASSWORD=\n")
        .write("history.txt", "1.0: first\n")
        .write(".bash_history", "\n")
        .write(".netrc", b"\0GITCRYPT\0 password team-of-acme")
        .stage();
    repo.staged().passes();
}

#[test]
fn a_secret_within_the_file_is_told_instead_of_the_file() {
    let repo = Repo::new();
    repo.write(".env", format!("PORT=3000\n{}", key_line(1)))
        .write("web/.env", "PORT=3000\n")
        .write("api/.env", "DB_PASSWORD=correct horse of acme\n")
        .stage();
    let ran = repo.staged();
    ran.exits(1).hides(&key(1));
    let found = ran.findings();
    let of = |path: &str| -> Vec<&String> {
        let place = format!("{path}:");
        found
            .iter()
            .filter(|found| found.starts_with(&place))
            .collect()
    };
    assert_eq!(of(".env"), [&crate::support::key_at(".env:2")], "{ran}");
    assert_eq!(
        of("web/.env"),
        ["web/.env:1 note file-dotenv-name"],
        "{ran}"
    );
    assert_eq!(of("api/.env").len(), 1, "{ran}");
}

#[test]
fn a_key_file_in_a_test_is_a_note() {
    let repo = Repo::new();
    repo.write("tests/fixtures/team.kdbx", vault(1)).stage();
    let ran = repo.staged();
    ran.exits(0)
        .finds(&["tests/fixtures/team.kdbx:1 note file-keepass-database"]);
}

#[test]
fn a_changed_file_is_one_finding_and_one_taken_away_or_renamed_is_none() {
    let repo = Repo::new();
    repo.write("team.kdbx", vault(1)).commit("old");
    repo.write("team.kdbx", vault(2)).stage();
    repo.staged().exits(1).finds(&[VAULT]);
    repo.commit("changed");
    repo.git(&["mv", "team.kdbx", "other.bin"]);
    let ran = repo.staged();
    ran.exits(0).finds(&[]);
    let mut edited = vault(2);
    edited.extend(b"\nmore\n");
    repo.write("other.bin", edited).stage();
    repo.staged()
        .exits(1)
        .finds(&["other.bin:1 error file-keepass-database"]);
    repo.remove("other.bin").stage();
    let ran = repo.staged();
    ran.exits(0).finds(&[]);
}

#[test]
fn a_link_of_that_name_is_no_such_file() {
    let repo = Repo::new();
    symlink("../shared/history of all", repo.path(".bash_history")).expect("may write");
    repo.stage();
    repo.staged().passes();
}

#[test]
fn exceptions_hold_for_files() {
    let repo = Repo::new();
    let history = "cd app\n# guard:allow file-shell-history sample of the manual\nls\n";
    repo.write(".bash_history", history).stage();
    let ran = repo.staged();
    ran.passes();
    repo.write("team.kdbx", vault(1)).stage();
    let report = repo.guard(&["check", "--staged", "--format", "json"]);
    let print = report.json()["findings"][0]["fingerprint"].clone();
    let allow = |line: &str| format!("[[allow]]\nreason = \"of the demo\"\n{line}\n");
    repo.write("patterns.toml", allow(&format!("fingerprints = [{print}]")))
        .stage();
    repo.staged().passes();
    repo.write("team.kdbx", vault(2)).stage();
    repo.staged().exits(1).finds(&[VAULT]);
    repo.write(
        "patterns.toml",
        allow("rules = [\"file-keepass-database\"]\npaths = [\"team.kdbx\"]"),
    )
    .stage();
    repo.staged().passes();
}

#[test]
fn reports_show_the_place_and_nothing_of_the_content() {
    let repo = Repo::new();
    repo.write(".mysql_history", "select 'team-of-acme';\n")
        .stage();
    let found = ".mysql_history:1 error file-database-history";
    let ran = repo.staged();
    ran.exits(1).finds(&[found]).lacks("team-of-acme");
    let ran = repo.guard(&["check", "--staged", "--format", "json"]);
    ran.exits(1).lacks("team-of-acme");
    let row = &ran.json()["findings"][0];
    let place = ["line", "column", "end_line", "end_column"].map(|field| row[field].as_u64());
    assert_eq!(place, [1, 1, 1, 1].map(Some));
    assert_eq!(row["excerpt"]["text"], "");
    assert_eq!(row["kind"], "secret");
    let ran = repo.guard(&["check", "--staged", "--format", "sarif"]);
    ran.exits(1).lacks("team-of-acme");
    let result = &ran.json()["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "file-database-history");
    assert_eq!(result["level"], "error");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 1);
}

#[test]
fn every_source_sees_them() {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("first");
    repo.write("team.kdbx", vault(1)).commit("second");
    for arguments in [
        &["check", "--range", "HEAD~1..HEAD"][..],
        &["check", "--history"],
        &["check", "--tree", "HEAD"],
        &["check", "team.kdbx"],
        &["check"],
    ] {
        let ran = repo.guard(arguments);
        ran.exits(1);
        assert_eq!(ran.findings().len(), 1, "{arguments:?}: {ran}");
        ran.says("[file-keepass-database]");
    }
    let mut guard = repo.guard_command();
    guard.args(["check", "--stdin", "--path", "team.kdbx"]);
    run_with_input(&mut guard, &vault(1))
        .exits(1)
        .finds(&[VAULT]);
}

#[test]
fn a_history_sees_what_got_such_a_name_later() {
    let repo = Repo::new();
    repo.write("notes", "select 1;\n").commit("first");
    repo.git(&["mv", "notes", ".psql_history"]);
    repo.commit("second");
    let ran = repo.guard(&["check", "--history"]);
    ran.exits(1);
    assert_eq!(
        ran.findings().len(),
        1,
        "the finding names its commit: {ran}"
    );
    ran.says("[file-database-history]");
}

#[test]
fn a_team_writes_rules_about_files() {
    let rule = r#"
[[rule]]
id = "acme-licence"
description = "Licence of Acme"
kind = "secret"
severity = "high"
file-names = ["*.AcmeLic", "**/.acme/licence"]
file-begins = ["ACED 00.. 01"]
examples.match = [{ path = "x.acmelic", hex = "aced 0005 01 {hex:20}" }]
examples.no-match = [{ path = "x.acmelic", text = "none" }]
"#;
    let repo = Repo::new();
    repo.write("patterns.toml", rule).stage();
    repo.guard(&["rules", "test", "--pack", "patterns.toml"])
        .exits(0)
        .says("1 rules, 2 examples, 0 failed");
    repo.guard(&["rules", "show", "acme-licence"])
        .exits(0)
        .says("named: *.acmelic, **/.acme/licence")
        .says("beginning with the bytes: aced00..01");
    repo.commit("rules");
    repo.write("a.acmelic", b"\xac\xed\0\x05\x01x")
        .write("home/.ACME/licence", b"\xac\xed\0\x06\x01x")
        .write("b.acmelic", b"\xac\xed\0\x05\x02x")
        .write("licence", b"\xac\xed\0\x05\x01x")
        .stage();
    repo.staged().exits(1).finds(&[
        "a.acmelic:1 error acme-licence",
        "home/.ACME/licence:1 error acme-licence",
    ]);
}

#[test]
fn faults_of_rules_about_files_are_told() {
    let rule = r#"
[[rule]]
id = "acme-licence"
description = "Licence of Acme"
kind = "code"
severity = "high"
file-names = ["*"]
regex = "x"
cwe = 1
owasp = ["A03:2021"]
why = "w"
fix = "f"
examples.match = [{ path = "x.acmelic", hex = "aced" }]
examples.no-match = [{ path = "x.acmelic", text = "none" }]

[[rule]]
id = "acme-begin"
description = "Begin of Acme"
kind = "secret"
severity = "high"
file-begins = ["ac ed", "acx"]
examples.match = [{ path = "x.acmelic", hex = "aced" }]
examples.no-match = [{ path = "x.acmelic", text = "none" }]
"#;
    let repo = Repo::new();
    repo.write("patterns.toml", rule)
        .write("a.txt", "one\n")
        .stage();
    repo.staged()
        .exits(2)
        .complains("patterns.toml:5:8: a rule with `file-names` or `file-begins` is of kind `secret`")
        .complains("patterns.toml:7:15: `*` can be any file")
        .complains("patterns.toml:8:9: `regex` does nothing beside `file-names` or `file-begins`")
        .complains("patterns.toml:21:16: without `file-names`, the first 4 bytes of `file-begins` must be given")
        .complains("patterns.toml:21:25: `file-begins` takes bytes as two hexadecimal digits each");
}
