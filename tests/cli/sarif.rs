//! SARIF 2.1.0, as code scanning services take it.

use crate::support::{KEY_RULE, QUERY, QUERY_RULE, Repo, key, key_line};
use serde_json::Value;

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} of {value:#}"))
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.unwrap_or_else(|| panic!("no list at {pointer} of {value:#}"))
}

/// Scans what is staged and checks what every SARIF log must have; returns its one run.
#[track_caller]
fn run_of(repo: &Repo, code: i32) -> Value {
    let ran = repo.guard(&["check", "--staged", "--format", "sarif"]);
    ran.exits(code).is_plain();
    let log = ran.json();
    assert_eq!(text(&log, "/version"), "2.1.0");
    let schema = text(&log, "/$schema");
    assert!(
        schema.starts_with("https://") && schema.ends_with("sarif-2.1.0.json"),
        "{schema}"
    );
    let [run] = list(&log, "/runs") else {
        panic!("not one run: {log:#}")
    };
    assert_eq!(text(run, "/tool/driver/name"), "guard");
    assert!(!text(run, "/tool/driver/version").is_empty());
    assert_eq!(text(run, "/columnKind"), "unicodeCodePoints");
    for rule in list(run, "/tool/driver/rules") {
        check_rule(rule);
    }
    for result in list(run, "/results") {
        check_result(run, result);
    }
    run.clone()
}

fn check_rule(rule: &Value) {
    for pointer in [
        "/id",
        "/name",
        "/shortDescription/text",
        "/fullDescription/text",
        "/help/text",
        "/help/markdown",
    ] {
        assert!(!text(rule, pointer).is_empty(), "{pointer}: {rule:#}");
    }
    assert!(["error", "warning", "note"].contains(&text(rule, "/defaultConfiguration/level")));
    let severity: f64 = text(rule, "/properties/security-severity")
        .parse()
        .expect("a number");
    assert!(severity > 0.0 && severity <= 10.0, "{severity}");
    assert!(["very-high", "high", "medium", "low"].contains(&text(rule, "/properties/precision")));
    let tags: Vec<&str> = list(rule, "/properties/tags")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(tags.contains(&"security"), "{tags:?}");
    let cwe = |tag: &&str| {
        tag.strip_prefix("external/cwe/cwe-")
            .is_some_and(|number| number.parse::<u32>().is_ok())
    };
    assert!(tags.iter().any(cwe), "{tags:?}");
}

fn check_result(run: &Value, result: &Value) {
    let index = result["ruleIndex"]
        .as_u64()
        .and_then(|index| usize::try_from(index).ok());
    let rule = &list(run, "/tool/driver/rules")[index.expect("a number")];
    assert_eq!(rule["id"], result["ruleId"]);
    assert!(["error", "warning", "note"].contains(&text(result, "/level")));
    assert!(!text(result, "/message/text").is_empty());
    let uri = text(result, "/locations/0/physicalLocation/artifactLocation/uri");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    assert!(!uri.starts_with('/') && uri.bytes().all(plain), "{uri}");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let at = |line: &str, column: &str| (region[line].as_u64(), region[column].as_u64());
    let (start, end) = (at("startLine", "startColumn"), at("endLine", "endColumn"));
    assert!(start >= (Some(1), Some(1)) && start < end, "{region}");
    assert!(!text(result, "/partialFingerprints/primaryLocationLineHash").is_empty());
}

#[test]
fn findings_come_with_rules_levels_places_and_fingerprints_and_no_secret() {
    let repo = Repo::new();
    repo.write("src/a b.py", format!("{}{QUERY}", key_line(1)))
        .stage();
    repo.guard(&["check", "--staged", "--format", "sarif"])
        .hides(&key(1));
    let run = run_of(&repo, 1);
    let [secret, code] = list(&run, "/results") else {
        panic!("not two results: {run:#}")
    };
    assert_eq!(
        (text(secret, "/ruleId"), text(code, "/ruleId")),
        (KEY_RULE, QUERY_RULE)
    );
    assert_eq!(
        (text(secret, "/level"), text(code, "/level")),
        ("error", "error")
    );
    let uri = "/locations/0/physicalLocation/artifactLocation/uri";
    assert_eq!(text(secret, uri), "src/a%20b.py");
    let rules = list(&run, "/tool/driver/rules");
    assert_eq!(rules.len(), 2, "only rules that found something");
    let rule = |id: &str| {
        rules
            .iter()
            .find(|rule| rule["id"] == id)
            .expect("it is described")
    };
    assert_eq!(text(rule(KEY_RULE), "/properties/security-severity"), "9.5");
    let tags = list(rule(QUERY_RULE), "/properties/tags");
    assert!(tags.contains(&"external/cwe/cwe-89".into()), "{tags:?}");
    let tags = list(rule(KEY_RULE), "/properties/tags");
    assert!(tags.contains(&"external/cwe/cwe-798".into()), "{tags:?}");
}

#[test]
fn the_level_says_what_blocks() {
    let repo = Repo::new();
    repo.write("patterns.toml", "[settings]\nblock = \"critical\"\n")
        .commit("settings");
    repo.write("a.py", format!("{}{QUERY}", key_line(1)));
    // In documentation a key that is proven is lowered a step, and one of a mere name to a hint.
    repo.write("docs/a.py", key_line(2)).stage();
    let run = run_of(&repo, 1);
    let levels: Vec<&str> = list(&run, "/results")
        .iter()
        .map(|result| text(result, "/level"))
        .collect();
    assert_eq!(levels, ["error", "warning", "error"]);
}

#[test]
fn the_same_secret_twice_in_a_file_is_two_alerts_that_stay_apart() {
    let repo = Repo::new();
    repo.write("a.py", format!("{0}x = 1\n{0}", key_line(1)))
        .stage();
    let print = "/partialFingerprints/primaryLocationLineHash";
    let before: Vec<String> = list(&run_of(&repo, 1), "/results")
        .iter()
        .map(|result| text(result, print).to_owned())
        .collect();
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    repo.write("a.py", format!("\n\n{0}y = 1\n{0}", key_line(1)))
        .stage();
    let after: Vec<String> = list(&run_of(&repo, 1), "/results")
        .iter()
        .map(|result| text(result, print).to_owned())
        .collect();
    assert_eq!(before, after);
}

#[test]
fn hostile_names_become_relative_uris() {
    let repo = Repo::new();
    for (number, name) in (1..).zip([
        "a\n::error file=x::",
        "c:\\x.py",
        "http:x.py",
        "%41.py",
        "\u{e4}?#.py",
    ]) {
        repo.write(name, key_line(number));
    }
    repo.stage();
    let run = run_of(&repo, 1);
    let uris: Vec<&str> = list(&run, "/results")
        .iter()
        .map(|result| text(result, "/locations/0/physicalLocation/artifactLocation/uri"))
        .collect();
    let expected = [
        "%2541.py",
        "a%0A%3A%3Aerror%20file%3Dx%3A%3A",
        "c%3A%5Cx.py",
        "http%3Ax.py",
        "%C3%A4%3F%23.py",
    ];
    assert_eq!(uris, expected);
}

#[test]
fn a_run_without_findings_is_a_valid_log() {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n").stage();
    let run = run_of(&repo, 0);
    assert_eq!(
        (
            list(&run, "/results").len(),
            list(&run, "/tool/driver/rules").len()
        ),
        (0, 0)
    );
    repo.commit("old");
    run_of(&repo, 0);
}
