//! Rules that are matched on syntax trees, through real commits.

use crate::support::Repo;

/// A rule of a team that only a syntax tree can match.
const PATTERNS: &str = r#"
[[rule]]
id = "acme-job"
description = "Job that runs in a shell"
kind = "code"
severity = "high"
languages = ["python"]
keywords = ["jobs"]
syntax = 'jobs.submit($$$, shell=True)'
why = "The shell runs what the arguments say. Acme's jobs run with all rights."
fix = "leave out shell=True"
cwe = 78
owasp = ["A03:2021", "A05:2025"]
examples.match = ['jobs.submit(x, shell=True)']
examples.no-match = ['jobs.submit(x)']
"#;

const CALL: &str = "from acme.jobs import submit as go\nimport jobs\n\njobs.submit(\n    command,\n    retries=3,\n)\n";

fn repo() -> Repo {
    let repo = Repo::guarded();
    repo.write("patterns.toml", PATTERNS).write("run.py", CALL);
    repo.commit("a call of several lines");
    repo
}

#[test]
fn a_call_of_which_one_line_is_new_refuses_the_commit() {
    let repo = repo();
    let before = repo.head();
    let dangerous = CALL.replace("    retries=3,\n", "    retries=3,\n    shell=True,\n");
    repo.write("run.py", dangerous).stage();
    let ran = repo.try_git(&["commit", "--quiet", "--message", "through a shell"]);
    ran.is_refused();
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(
        told.contains("run.py:4:1: error: Job that runs in a shell [acme-job]"),
        "{told}"
    );
    assert_eq!(repo.head(), before);
}

#[test]
fn a_line_beside_an_old_call_commits() {
    let repo = repo();
    let dangerous = CALL.replace("    retries=3,\n", "    shell=True,\n");
    repo.write("run.py", &dangerous).commit("past the hook");
    let before = repo.head();
    repo.write(
        "run.py",
        format!("{dangerous}# jobs.submit(x, shell=True)\nprint(1)\n"),
    )
    .stage();
    repo.try_git(&["commit", "--quiet", "--message", "nothing dangerous is new"])
        .exits(0);
    assert_ne!(repo.head(), before);
}

#[test]
fn a_broken_pattern_is_named_with_its_place() {
    let repo = Repo::new();
    let broken = PATTERNS.replace(
        "jobs.submit($$$, shell=True)'",
        "jobs.submit($$$,, shell=)'",
    );
    repo.write("patterns.toml", broken)
        .write("run.py", CALL)
        .stage();
    repo.staged().exits(2).complains(
        "patterns.toml:9:10: rule `acme-job`: `jobs.submit($$$,, shell=)` is no single statement or expression",
    );
}

#[test]
fn rules_with_syntax_are_shown_and_tested() {
    let repo = repo();
    repo.guard(&["rules", "show", "acme-job"])
        .exits(0)
        .says("jobs.submit($$$, shell=True)");
    repo.guard(&["rules", "test", "--pack", "patterns.toml"])
        .exits(0)
        .says("1 rules, 2 examples, 0 failed");
}
