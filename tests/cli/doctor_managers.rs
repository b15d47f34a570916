//! `guard doctor` where other programs run the hooks.
//!
//! Scripts stand in for the managers here; `tests/clients.sh` runs the real ones.

use crate::doctor::{Commit, State, Variables, path_with_guard};
use crate::support::{Repo, run};
use Commit::{Blocked, Passes};

/// Writes a hook of somebody's own.
fn write(repo: &Repo, script: &str) -> Variables {
    repo.write_hook(".git/hooks/pre-commit", script, 0o755);
    vec![path_with_guard()]
}

/// Makes git look into `.husky/_`, where each hook runs the script of its name one folder above.
fn husky(repo: &Repo, script: Option<&str>) -> Variables {
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    let shared = "# husky\n\
        if [ \"$HUSKY\" = 0 ]; then exit 0; fi\n\
        own=$(dirname \"$(dirname \"$0\")\")/$(basename \"$0\")\n\
        if [ ! -f \"$own\" ]; then exit 0; fi\n\
        sh -e \"$own\" \"$@\"\n";
    repo.write(".husky/_/h", shared);
    let hook = "#!/bin/sh\n. \"$(dirname \"$0\")/h\"\n";
    repo.write_hook(".husky/_/pre-commit", hook, 0o755);
    if let Some(script) = script {
        repo.write(".husky/pre-commit", script);
    }
    vec![path_with_guard()]
}

const STATES: &[State] = &[
    State::new(
        "a script that runs guard last",
        Blocked,
        ".git/hooks/pre-commit runs ",
        |repo| write(repo, "#!/bin/sh\necho lint\nguard hook pre-commit\n"),
    ),
    State::new(
        "a script that heeds it",
        Blocked,
        ".git/hooks/pre-commit runs ",
        |repo| {
            write(
                repo,
                "#!/bin/sh\nguard check --staged || exit 1\necho lint\n",
            )
        },
    ),
    State::new(
        "a script that does not heed it",
        Passes,
        "it is not plain that its status counts",
        |repo| write(repo, "#!/bin/sh\nguard hook pre-commit\necho lint\n"),
    ),
    State::new(
        "a script that goes on",
        Passes,
        "runs guard in `guard hook pre-commit || true`",
        |repo| write(repo, "#!/bin/sh\nguard hook pre-commit || true\n"),
    ),
    State::new(
        "husky",
        Blocked,
        "ok       pre-commit        .husky/pre-commit runs ",
        |repo| husky(repo, Some("echo lint\nguard hook pre-commit\necho done\n")),
    ),
    State::new(
        "husky without guard",
        Passes,
        "husky runs it, but .husky/pre-commit does not run guard; add the line: guard hook pre-commit",
        |repo| husky(repo, Some("echo lint\n")),
    ),
    State::new(
        "husky without a script",
        Passes,
        "husky runs .husky/pre-commit, which is not there",
        |repo| husky(repo, None),
    ),
    State::new(
        "husky that goes on",
        Passes,
        "it is not plain that its status counts",
        |repo| husky(repo, Some("guard hook pre-commit || true\n")),
    ),
    State::new(
        "husky switched off",
        Passes,
        "FAIL     environment       HUSKY=0 switches hooks off here; unset it",
        |repo| {
            let mut variables = husky(repo, Some("guard hook pre-commit\n"));
            variables.push(("HUSKY", "0".to_owned()));
            variables
        },
    ),
    State::new(
        "husky without its files",
        Passes,
        "there is no .husky/_/pre-commit; let husky write it",
        |repo| {
            repo.git(&["config", "core.hooksPath", ".husky/_"]);
            repo.write(".husky/pre-commit", "guard hook pre-commit\n");
            vec![path_with_guard()]
        },
    ),
];

#[test]
fn each_verdict_is_what_git_does() {
    for state in STATES {
        state.is_told();
    }
}

#[test]
fn what_may_read_before_guard_is_told() {
    let repo = Repo::new();
    husky(&repo, Some("guard hook pre-commit\n"));
    repo.write_hook(
        ".husky/_/pre-push",
        "#!/bin/sh\n. \"$(dirname \"$0\")/h\"\n",
        0o755,
    );
    repo.write(
        ".husky/pre-push",
        "git lfs pre-push \"$@\"\nguard hook pre-push \"$@\"\n",
    );
    let doctor = || {
        let mut doctor = repo.guard_command();
        run(doctor.envs([path_with_guard()]).arg("doctor"))
    };
    let ran = doctor();
    ran.exits(0).says("warning  pre-push");
    ran.says(
        "runs guard after `git lfs pre-push \"$@\"`, which may read what git says to the hook",
    );
    repo.write(
        ".husky/pre-push",
        "guard hook pre-push \"$@\"\ngit lfs pre-push \"$@\"\n",
    );
    doctor().exits(0).says("ok       pre-push");
}

/// What doctor makes of a configuration of pre-commit.
struct Framework {
    /// The rest of the file, below `repos:`.
    config: &'static str,
    /// Variables of the environment.
    variables: &'static [(&'static str, &'static str)],
    code: i32,
    says: &'static str,
}

/// A hook of the user's own that runs guard, with more keys.
macro_rules! local {
    ($more:literal) => {
        concat!(
            "- repo: local\n  hooks:\n  - id: secrets\n    name: secrets\n",
            "    language: system\n    entry: guard check --staged\n",
            $more
        )
    };
}

const FRAMEWORKS: &[Framework] = &[
    Framework {
        config: local!("    always_run: true\n    pass_filenames: false\n"),
        variables: &[],
        code: 0,
        says: "ok       pre-commit        pre-commit's hook `secrets` runs ",
    },
    Framework {
        config: local!("    pass_filenames: false\n"),
        variables: &[],
        code: 0,
        says: "warning  pre-commit        pre-commit's hook `secrets` runs ",
    },
    Framework {
        config: local!("    types: [python]\n"),
        variables: &[],
        code: 1,
        says: "runs for some files only: it has `types`",
    },
    Framework {
        config: local!("    always_run: true\n    stages: [push]\n"),
        variables: &[],
        code: 1,
        says: "no hook of .pre-commit-config.yaml calls guard at pre-commit",
    },
    Framework {
        config: local!("    always_run: true\n    stages: [commit]\n"),
        variables: &[],
        code: 0,
        says: "ok       pre-commit",
    },
    Framework {
        config: local!("    always_run: true\n    alias: keys\n"),
        variables: &[("SKIP", "lint, keys")],
        code: 1,
        says: "SKIP=lint, keys switches hooks off here",
    },
    Framework {
        config: local!("    always_run: true\n"),
        variables: &[("SKIP", "guard"), ("PREK_SKIP", "secrets")],
        code: 0,
        says: "ok       environment",
    },
    Framework {
        config: "- repo: https://git.example.com/guard\n  rev: v1\n  hooks: [{id: guard}]\n",
        variables: &[],
        code: 0,
        says: "pre-commit's hook `guard` of https://git.example.com/guard runs guard",
    },
    Framework {
        config: "- repo: https://git.example.com/guard\n  rev: v1\n  hooks: [{id: guard, always_run: false, files: src}]\n",
        variables: &[],
        code: 1,
        says: "it has `files`",
    },
    Framework {
        config: "- repo: https://git.example.com/guard\n  rev: v1\n  hooks: [{id: guard-pre-push}]\n",
        variables: &[],
        code: 1,
        says: "calls guard at pre-commit",
    },
    Framework {
        config: "- repo: meta\n  hooks: [{id: guard}]\n",
        variables: &[],
        code: 1,
        says: "calls guard at pre-commit",
    },
    Framework {
        config: "- repo: [\n",
        variables: &[],
        code: 1,
        says: "FAIL     pre-commit        .pre-commit-config.yaml: ",
    },
];

#[test]
fn the_files_of_pre_commit_are_read() {
    for Framework {
        config,
        variables,
        code,
        says,
    } in FRAMEWORKS
    {
        let repo = Repo::new();
        let hook = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n\
            ARGS=(hook-impl --config=.pre-commit-config.yaml --hook-type=pre-commit)\n";
        repo.write_hook(".git/hooks/pre-commit", hook, 0o755);
        repo.write(".pre-commit-config.yaml", format!("repos:\n{config}"));
        let mut doctor = repo.guard_command();
        doctor
            .envs([path_with_guard()])
            .envs(variables.iter().copied());
        let ran = run(doctor.arg("doctor"));
        assert_eq!(ran.code, Some(*code), "{config}{ran}");
        assert!(ran.stdout.contains(says), "{config}no `{says}` in {ran}");
        ran.is_plain();
    }
}

#[test]
fn a_lefthook_that_its_hook_does_not_find_is_told() {
    let repo = Repo::new();
    let hook = "#!/bin/sh\ncall_lefthook()\n{\n  echo \"Can't find lefthook in PATH\"\n}\n\n\
        call_lefthook run \"pre-commit\" \"$@\"\n";
    repo.write_hook(".git/hooks/pre-commit", hook, 0o755);
    repo.write(
        "lefthook.yml",
        "pre-commit:\n  jobs:\n    - run: guard hook pre-commit\n",
    );
    repo.guard(&["doctor"])
        .exits(1)
        .says("its hook finds no lefthook, and then lets everything through");
}

/// A configuration as lefthook prints it, and what doctor makes of it.
const LEFTHOOK: &[(&str, i32, &str)] = &[
    (
        r#"{"jobs":[{"name":"g","run":"guard hook pre-commit"}]}"#,
        0,
        "ok       pre-commit        lefthook's job `g` runs ",
    ),
    (
        r#"{"commands":{"g":{"run":"guard check --staged"}}}"#,
        0,
        "lefthook's job `g` runs ",
    ),
    (
        r#"{"jobs":[{"group":{"jobs":[{"name":"g","run":"guard hook pre-commit"}]}}]}"#,
        0,
        "lefthook's job `g` runs ",
    ),
    (
        r#"{"jobs":[{"glob":["*.js"],"group":{"jobs":[{"name":"g","run":"guard hook pre-commit"}]}}]}"#,
        1,
        "it has `glob`",
    ),
    (
        r#"{"jobs":[{"name":"g","run":"guard hook pre-commit","skip":true}]}"#,
        1,
        "runs guard at some commits only: it has `skip`",
    ),
    (
        r#"{"jobs":[{"name":"g","run":"guard hook pre-commit","skip":false}]}"#,
        0,
        "lefthook's job `g` runs ",
    ),
    (
        r#"{"only":["merge"],"jobs":[{"name":"g","run":"guard hook pre-commit"}]}"#,
        1,
        "it has `only`",
    ),
    (
        r#"{"exclude_tags":["slow"],"jobs":[{"name":"g","run":"guard hook pre-commit","tags":["slow"]}]}"#,
        1,
        "it has `exclude_tags`",
    ),
    (
        r#"{"exclude_tags":["slow"],"jobs":[{"name":"g","run":"guard hook pre-commit"}]}"#,
        0,
        "lefthook's job `g` runs ",
    ),
    (
        r#"{"jobs":[{"name":"g","run":"guard hook pre-commit || true"}]}"#,
        1,
        "it is not plain that its status counts",
    ),
    (
        r#"{"jobs":[{"name":"g","run":"echo lint"}]}"#,
        1,
        "no job of lefthook at pre-commit runs guard",
    ),
];

#[test]
fn what_lefthook_says_is_read() {
    for (config, code, says) in LEFTHOOK {
        let repo = Repo::new();
        let hook = format!(
            "#!/bin/sh\ncall_lefthook()\n{{\n  echo '{{\"pre-commit\":{config}}}'\n}}\n\n\
             call_lefthook run \"pre-commit\" \"$@\"\n"
        );
        repo.write_hook(".git/hooks/pre-commit", &hook, 0o755);
        let mut doctor = repo.guard_command();
        let ran = run(doctor.envs([path_with_guard()]).arg("doctor"));
        assert_eq!(ran.code, Some(*code), "{config}{ran}");
        assert!(ran.stdout.contains(says), "{config}: no `{says}` in {ran}");
    }
}
