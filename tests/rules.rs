//! Every example of every built-in rule.

use guard::config::Config;
use guard::decode::decode;
use guard::rule_test::{failures, file_of};
use guard::scan::{Scanner, Target};
use guard::source::Form;
use guard::spec::{Confidence, Kind, Rule};

fn id(rule: &Rule) -> &str {
    &rule.id
}

#[test]
fn every_example_does_what_it_must() {
    let config = Config::builtin();
    let scanner = Scanner::new(&config);
    let failed: Vec<String> = (0..config.rules.len())
        .flat_map(|index| failures(&config, &scanner, index))
        .map(|failure| format!("{}: {failure}", config.rules[failure.rule].id))
        .collect();
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// Among all rules together, a place that a rule reports is still reported: by that rule, or by
/// one of at least its rank.
#[test]
fn no_rule_hides_another_in_silence() {
    let config = Config::builtin();
    let scanner = Scanner::new(&config);
    let mut lost = Vec::new();
    for rule in config.rules.iter().filter(|rule| rule.enabled) {
        for (number, example) in rule.matching.iter().enumerate() {
            let (path, text) = file_of(rule, example, number).expect("placeholders are known");
            let decoded = decode(&text);
            let target = Target {
                path: path.as_str().into(),
                form: Form::File,
                decoded: &decoded,
                added: None,
                commit: None,
            };
            let found = scanner
                .scan(&target)
                .expect("every built-in rule compiles")
                .findings;
            let kept = |index: usize| {
                let other = &config.rules[index];
                id(other) == id(rule) || other.rank >= rule.rank
            };
            if !found.iter().any(|finding| kept(finding.rule)) {
                lost.push(format!("{}, match {}", rule.id, number + 1));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn the_packs_are_as_wide_as_they_say() {
    let config = Config::builtin();
    let count = |kind| config.rules.iter().filter(|rule| rule.kind == kind).count();
    assert!(count(Kind::Secret) >= 450, "{}", count(Kind::Secret));
    assert!(count(Kind::Code) >= 250, "{}", count(Kind::Code));
    for rule in config.rules.iter().filter(|rule| rule.kind == Kind::Code) {
        assert!(
            rule.matching.len() >= 3 && rule.twins.len() >= 3,
            "{} has too few examples",
            rule.id
        );
    }
}

#[test]
fn every_pack_is_in_the_list() {
    let list = std::fs::read_to_string("patterns.toml").expect("the list can be read");
    for folder in ["patterns/secrets", "patterns/code"] {
        for pack in std::fs::read_dir(folder).expect("the packs are there") {
            let name = pack.expect("the folder can be read").file_name();
            let quoted = format!("\"{folder}/{}\"", name.to_string_lossy());
            assert!(
                list.contains(&quoted),
                "patterns.toml does not list {quoted}"
            );
        }
    }
}

/// No live-looking token lies in the repository: as written, with its placeholders, no pack holds
/// what is known by a vendor's format. (Twins hold values that merely look a little like one.)
#[test]
fn packs_hold_no_secret_themselves() {
    let config = Config::builtin();
    let scanner = Scanner::new(&config);
    let mut found = Vec::new();
    for pack in std::fs::read_dir("patterns/secrets").expect("the packs are there") {
        let path = pack.expect("the folder can be read").path();
        let bytes = std::fs::read(&path).expect("the pack can be read");
        let decoded = decode(&bytes);
        let name = path.to_string_lossy().into_owned();
        let target = Target {
            path: name.as_str().into(),
            form: Form::File,
            decoded: &decoded,
            added: None,
            commit: None,
        };
        for finding in scanner
            .scan(&target)
            .expect("every built-in rule compiles")
            .findings
        {
            let rule = &config.rules[finding.rule];
            if finding.confidence >= Confidence::Format && rule.kind == Kind::Secret {
                found.push(format!("{name}:{}: {}", finding.location.line, rule.id));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
