//! E8: settings and variables for one command, which libgit2 does not see, or heeds where git
//! does not.

use crate::given::{edited, two_files, write};
use crate::support::{Repo, run, set_mode};
use crate::table::Outcome::{Blocked, Clean, Unasked};
use crate::table::{Case, Ended, Plant, attempt, by_hand};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

groups! {
    e8_settings_for_one_command: E8,
    e8_variables_of_git: E8_VARIABLES,
}

const E8: &[Case] = &[
    Case {
        id: "E8.work-tree",
        state: "`git -c core.worktree=…` with a work tree that has an old index of its own",
        why: "git looks for the work tree before it reads the setting, and so does guard",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, setting) = led_astray(plant);
            with_options(&repo, &["-c", &format!("core.worktree={setting}")])
        },
    },
    Case {
        id: "E8.work-tree-counted",
        state: "the same by GIT_CONFIG_COUNT, GIT_CONFIG_KEY_0, GIT_CONFIG_VALUE_0",
        why: "another way to say the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, setting) = led_astray(plant);
            with_variables(
                &repo,
                &[
                    ("GIT_CONFIG_COUNT", "1"),
                    ("GIT_CONFIG_KEY_0", "core.worktree"),
                    ("GIT_CONFIG_VALUE_0", &setting),
                ],
            )
        },
    },
    Case {
        id: "E8.work-tree-variable",
        state: "GIT_WORK_TREE against a core.worktree that has an old index of its own",
        why: "the variable wins, and the index is named relative to it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, setting) = led_astray(plant);
            repo.git(&["config", "core.worktree", &setting]);
            let top = repo.top().display().to_string();
            with_variables(&repo, &[("GIT_WORK_TREE", &top)])
        },
    },
    Case {
        id: "E8.bare",
        state: "`git -c core.bare=true commit --all` in a work tree",
        why: "git goes on in the work tree that it found",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_options(&edited(plant), &["-c", "core.bare=true"]),
    },
    Case {
        id: "E8.attributes",
        state: "`git -c core.attributesFile=… commit`, where all files are binary",
        why: "attributes say how to show a file, not what is committed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            write(&repo.beside("attributes"), "* binary\n");
            with_options(&repo, &["-c", "core.attributesFile=../attributes"])
        },
    },
    Case {
        id: "E8.show",
        state: "`git -c …` with the settings that shape what `git diff` shows",
        why: "guard reads objects, not what git shows",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            let settings = [
                "diff.noprefix=true",
                "diff.context=0",
                "diff.renames=copies",
                "diff.ignoreSubmodules=all",
                "diff.wsErrorHighlight=all",
                "diff.relative=true",
                "core.abbrev=4",
                "core.quotePath=false",
                "core.pager=false",
                "color.ui=always",
            ];
            let options: Vec<&str> = settings.iter().flat_map(|&s| ["-c", s]).collect();
            with_options(&repo, &options)
        },
    },
    Case {
        id: "E8.program",
        state: "`git -c core.fsmonitor=PROGRAM -c diff.external=PROGRAM commit`",
        why: "guard starts no program that a setting names",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            let proof = repo.beside("proof");
            write(
                &repo.beside("program"),
                format!("#!/bin/sh\n: >'{}'\n", proof.display()),
            );
            set_mode(&repo.beside("program"), 0o755);
            // The hook alone, as git starts it: git itself does start the programs.
            let mut hook = repo.program(repo.path(".git/hooks/pre-commit"), repo.top());
            let program = repo.beside("program").display().to_string();
            hook.env("GIT_CONFIG_COUNT", "2")
                .env("GIT_CONFIG_KEY_0", "core.fsmonitor")
                .env("GIT_CONFIG_VALUE_0", &program)
                .env("GIT_CONFIG_KEY_1", "diff.external")
                .env("GIT_CONFIG_VALUE_1", &program)
                .env("GIT_EXTERNAL_DIFF", &program)
                .env("GIT_EXEC_PATH", repo.git(&["--exec-path"]))
                .env("GIT_INDEX_FILE", ".git/index");
            let ran = run(&mut hook);
            assert!(!proof.exists(), "{ran}");
            by_hand(ran)
        },
    },
    Case {
        id: "E8.storage",
        state: "`git -c core.bigFileThreshold=1 -c core.compression=0 commit --all`",
        why: "git streams every file into a pack, uncompressed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            let options = ["-c", "core.bigFileThreshold=1", "-c", "core.compression=0"];
            let ended = with_options(&repo, &options);
            let packs = std::fs::read_dir(repo.path(".git/objects/pack")).expect("it is there");
            assert!(packs.count() > 0, "the blob is in a pack");
            ended
        },
    },
    Case {
        id: "E8.index",
        state: "`git -c index.version=4 -c index.skipHash=true -c core.untrackedCache=true commit`",
        why: "git writes the index in another form for this command alone",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            let options = [
                "index.version=4",
                "index.skipHash=true",
                "core.untrackedCache=true",
            ];
            let options: Vec<&str> = options.iter().flat_map(|&s| ["-c", s]).collect();
            with_options(&repo, &options)
        },
    },
    Case {
        id: "E8.case",
        state: "`git -c core.ignoreCase=true commit` of `A.py` beside `a.py`",
        why: "two files of the commit, whatever the file system of the user says",
        secret: Blocked(&["A.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("A.py", plant.line());
            // A file as young as the index is staged again by `--all`, and git then takes it for a.py.
            age(&repo.path("A.py"));
            repo.stage();
            with_options(&repo, &["-c", "core.ignoreCase=true"])
        },
    },
    Case {
        id: "E8.hooks-path",
        state: "`git -c core.hooksPath=/dev/null commit`, then `guard check`",
        why: "git skips the hook; the commit is found before it leaves the machine",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            Unasked.judge(&with_options(&repo, &["-c", "core.hooksPath=/dev/null"]));
            by_hand(repo.guard(&["check"]))
        },
    },
];

const E8_VARIABLES: &[Case] = &[
    Case {
        id: "E8.user-file",
        state: "GIT_CONFIG_GLOBAL with an includeIf that makes all files binary",
        why: "settings of the user hide nothing, wherever they come from",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            write(&repo.beside("attributes"), "* binary\n");
            let attributes = repo.beside("attributes");
            let more = format!("[core]\n\tattributesFile = {}\n", attributes.display());
            write(&repo.beside("more"), more);
            let user = "[includeIf \"gitdir:**\"]\n\tpath = more\n";
            write(&repo.beside("user"), user);
            with_variables(&repo, &[("GIT_CONFIG_GLOBAL", "../user")])
        },
    },
    Case {
        id: "E8.attributes-source",
        state: "GIT_ATTR_SOURCE names a commit in which all files are binary",
        why: "attributes say how to show a file, not what is committed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write(".gitattributes", "* binary\n").commit("binary");
            repo.git(&["rm", "--quiet", ".gitattributes"]);
            repo.write("a.py", plant.line());
            with_variables(&repo, &[("GIT_ATTR_SOURCE", "HEAD")])
        },
    },
    Case {
        id: "E8.external",
        state: "GIT_EXTERNAL_DIFF, GIT_DIFF_OPTS and GIT_PAGER",
        why: "guard reads objects, not what git shows",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            with_variables(
                &edited(plant),
                &[
                    ("GIT_EXTERNAL_DIFF", "true"),
                    ("GIT_DIFF_OPTS", "-u0"),
                    ("GIT_PAGER", "true"),
                ],
            )
        },
    },
    Case {
        id: "E8.pathspecs",
        state: "GIT_LITERAL_PATHSPECS=1",
        why: "git must not be asked for paths by patterns",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_variables(&edited(plant), &[("GIT_LITERAL_PATHSPECS", "1")]),
    },
    Case {
        id: "E8.prefix",
        state: "`guard hook pre-commit` with a GIT_PREFIX that leads nowhere",
        why: "what is committed does not depend on where the user was",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            let mut guard = repo.guard_command();
            guard
                .args(["hook", "pre-commit"])
                .env("GIT_PREFIX", "no/such/");
            by_hand(run(&mut guard))
        },
    },
    Case {
        id: "E8.hash",
        state: "GIT_DEFAULT_HASH=sha256 and GIT_DEFAULT_REF_FORMAT=reftable",
        why: "they are for new repositories",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let variables = [
                ("GIT_DEFAULT_HASH", "sha256"),
                ("GIT_DEFAULT_REF_FORMAT", "reftable"),
            ];
            with_variables(&edited(plant), &variables)
        },
    },
    Case {
        id: "E8.trace",
        state: "GIT_TRACE=1, GIT_TRACE_SETUP=1 and GIT_OPTIONAL_LOCKS=0",
        why: "git says more, and guard the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let variables = [
                ("GIT_TRACE", "1"),
                ("GIT_TRACE_SETUP", "1"),
                ("GIT_OPTIONAL_LOCKS", "0"),
            ];
            with_variables(&edited(plant), &variables)
        },
    },
    Case {
        id: "E8.replace",
        state: "GIT_REPLACE_REF_BASE leads to a reference that replaces the staged blob by an old one",
        why: "what is pushed is the blob itself",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            let (new, old) = (
                repo.git(&["rev-parse", ":a.py"]),
                repo.git(&["rev-parse", "HEAD:a.py"]),
            );
            repo.git(&["update-ref", &format!("refs/other/{new}"), &old]);
            with_variables(&repo, &[("GIT_REPLACE_REF_BASE", "refs/other/")])
        },
    },
    Case {
        id: "E8.heads",
        state: "`git commit` after `git merge --squash`, a GITHEAD_… of that merge left over",
        why: "the commit has one parent: all that the branch brings is new in it",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("side.py", plant.line()).commit("on the side");
            let side = repo.head();
            repo.git(&["switch", "--quiet", "main"]);
            repo.git(&["merge", "--quiet", "--squash", "side"]);
            with_variables(&repo, &[(&format!("GITHEAD_{side}"), "side")])
        },
    },
];

/// The same, and the path of a folder with the old index where `.git/index` leads to from there.
fn led_astray(plant: &Plant) -> (Repo, String) {
    let repo = edited(plant);
    let folder = repo.beside("astray");
    std::fs::create_dir_all(folder.join(".git")).expect("may write");
    std::fs::copy(repo.path(".git/index"), folder.join(".git/index")).expect("may write");
    (repo, folder.display().to_string())
}

/// Runs `git commit --all` with options of git itself.
fn with_options(repo: &Repo, options: &[&str]) -> Ended {
    let mut git = repo.git_command(repo.top());
    git.args(options).args(["commit", "--all", "-m", "x"]);
    attempt(repo, &repo.path(".git"), &mut git)
}

/// Makes a file older than any index that is written from now on.
fn age(path: &Path) {
    let file = File::options().write(true).open(path);
    file.and_then(|file| file.set_modified(SystemTime::now() - Duration::from_secs(60)))
        .expect("a file of the test can be changed");
}

/// Runs `git commit --all` with variables of git.
fn with_variables(repo: &Repo, variables: &[(&str, &str)]) -> Ended {
    let mut git = repo.git_command(repo.top());
    git.args(["commit", "--all", "-m", "x"]);
    git.envs(variables.iter().copied());
    attempt(repo, &repo.path(".git"), &mut git)
}
