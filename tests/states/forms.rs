//! E1: work trees, submodules, and extensions that change little.

use crate::given::{install, link, two_files, write};
use crate::no_repository::bare_without;
use crate::shapes::{commit_from, made_with};
use crate::still::{guard, guard_in};
use crate::support::{Repo, key_line, run};
use crate::table::Outcome::{Blocked, Clean, Nothing, Refused};
use crate::table::{Case, Ended, Plant, attempt, commit};
use std::fs;

groups! {
    e1_work_trees: E1_TREES,
    e1_modules: E1_MODULES,
    e1_noop: E1_NOOP,
    e1_noop_of_version_1: E1_NOOP_V1,
    e1_precious_objects: E1_PRECIOUS,
    e1_settings_of_a_work_tree: E1_WORKTREE_CONFIG,
    e1_extensions: E1_EXTENSIONS,
}

const E1_TREES: &[Case] = &[
    Case {
        id: "E1.core-worktree",
        state: "core.worktree leads to a folder elsewhere; `git --git-dir commit` in there",
        why: "the work tree is not the folder that holds `.git`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = tree_elsewhere(plant);
            commit_from(&repo, "tree", &["--git-dir=../repo/.git"])
        },
    },
    Case {
        id: "E1.core-worktree-inside",
        state: "the same, run beside `.git`",
        why: "git goes to the work tree, and so does its hook",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| commit_from(&tree_elsewhere(plant), "repo", &[]),
    },
    Case {
        id: "E1.core-worktree-hand",
        state: "the same, `guard check --staged` beside `.git`",
        why: "the index is found without the work tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = tree_elsewhere(plant);
            repo.git(&["add", "--all"]);
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E1.separate",
        state: "`git init --separate-git-dir`: `.git` is a file",
        why: "the repository lies elsewhere",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = made_with(&["--separate-git-dir", "../apart"]);
            assert!(repo.path(".git").is_file());
            repo.write("a.py", plant.line());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "E1.symbolic",
        state: "`.git` is a symbolic link",
        why: "git follows it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            fs::rename(repo.path(".git"), repo.beside("apart")).expect("may move");
            link("../apart", &repo.path(".git"));
            repo.write("a.py", plant.line());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "E1.linked-hand",
        state: "`guard check --staged` in a linked work tree, a key staged in the main one",
        why: "each work tree has an index of its own",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["worktree", "add", "--quiet", "-b", "linked", "../linked"]);
            repo.write("a.py", key_line(9)).stage();
            write(&repo.beside("linked/b.py"), plant.line());
            repo.git(&["-C", "../linked", "add", "b.py"]);
            guard_in(&repo, &repo.beside("linked"), &["check", "--staged"])
        },
    },
    Case {
        id: "E1.linked-bare",
        state: "`git commit --all` in a work tree of a bare repository",
        why: "core.bare is true in the configuration that the work tree shares",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = bare_without();
            let bare = ["-C", "../bare.git"];
            repo.git(
                &[
                    &bare[..],
                    &["worktree", "add", "--quiet", "../linked", "main"],
                ]
                .concat(),
            );
            let linked = repo.beside("linked");
            install(&repo, &linked, "pre-commit");
            write(&linked.join("b.py"), plant.line());
            let mut git = repo.git_command(&linked);
            git.args(["commit", "--all", "--message", "x"]);
            attempt(&repo, &linked.join(".git"), &mut git)
        },
    },
];

/// A repository whose work tree is the folder `tree` beside it, with the text in its `a.py`.
fn tree_elsewhere(plant: &Plant) -> Repo {
    let repo = two_files();
    fs::create_dir(repo.beside("tree")).expect("may write");
    for name in ["a.py", "b.py"] {
        fs::rename(repo.path(name), repo.beside("tree").join(name)).expect("may move");
    }
    repo.git(&["config", "core.worktree", "../../tree"]);
    write(&repo.beside("tree/a.py"), plant.line());
    repo
}

const E1_MODULES: &[Case] = &[
    Case {
        id: "E1.module",
        state: "`git commit --all` in a submodule",
        why: "its repository is `.git/modules/sub` of the one around it",
        secret: Blocked(&["m.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_module(plant);
            let module = repo.path("sub");
            let mut git = repo.git_command(&module);
            git.args(["commit", "--all", "--message", "x"]);
            attempt(&repo, &module.join(".git"), &mut git)
        },
    },
    Case {
        id: "E1.module-hand",
        state: "`guard check --staged` in a folder of a submodule, a key staged around it",
        why: "the submodule is a repository of its own",
        secret: Blocked(&["m.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_module(plant);
            repo.git(&["-C", "sub", "add", "--all"]);
            repo.write("a.py", key_line(9));
            repo.git(&["add", "a.py"]);
            fs::create_dir(repo.path("sub/deep")).expect("may write");
            guard_in(&repo, &repo.path("sub/deep"), &["check", "--staged"])
        },
    },
    Case {
        id: "E1.module-around",
        state: "`git commit` around a submodule whose new commit holds the text",
        why: "the commit names a commit of another repository, whose own hooks answer for it",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = with_module(plant);
            let commit_there = [
                "commit",
                "--all",
                "--no-verify",
                "--quiet",
                "--message",
                "x",
            ];
            repo.git(&[&["-C", "sub"], &commit_there[..]].concat());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "E1.module-check",
        state: "`guard check` in a submodule after `git commit --no-verify` there",
        why: "the commit is found before it leaves the machine",
        secret: Blocked(&["m.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_module(plant);
            let commit_there = [
                "commit",
                "--all",
                "--no-verify",
                "--quiet",
                "--message",
                "x",
            ];
            repo.git(&[&["-C", "sub"], &commit_there[..]].concat());
            guard_in(&repo, &repo.path("sub"), &["check"])
        },
    },
];

/// A guarded repository with a guarded submodule `sub`, and the text in its `m.py`, not staged.
fn with_module(plant: &Plant) -> Repo {
    let repo = two_files();
    let mut clone = repo.git_command(&repo.beside(""));
    run(clone.args(["clone", "--quiet", "repo", "origin"])).exits(0);
    write(&repo.beside("origin/m.py"), "m = 1\n");
    let origin = ["-C", "../origin"];
    repo.git(&[&origin[..], &["add", "--all"]].concat());
    repo.git(&[&origin[..], &["commit", "--quiet", "--message", "m"]].concat());
    let file = ["-c", "protocol.file.allow=always"];
    repo.git(
        &[
            &file[..],
            &["submodule", "--quiet", "add", "../origin", "sub"],
        ]
        .concat(),
    );
    repo.git(&["commit", "--quiet", "--no-verify", "--message", "sub"]);
    assert!(repo.path(".git/modules/sub").is_dir());
    install(&repo, &repo.path("sub"), "pre-commit");
    write(&repo.path("sub/m.py"), plant.line());
    repo
}

const E1_NOOP: &[Case] = in_usual_situations!("E1.noop-", "extensions.noop", noop);

fn noop() -> Repo {
    extended("noop")
}

const E1_NOOP_V1: &[Case] = in_every_situation!(
    "E1.noop-v1-", "extensions.noop-v1", noop_v1,
    without git: Refused(&["the extension `noop-v1`", "put it on the PATH"])
);

fn noop_v1() -> Repo {
    extended("noop-v1")
}

const E1_PRECIOUS: &[Case] =
    in_usual_situations!("E1.precious-", "extensions.preciousObjects", precious);

fn precious() -> Repo {
    extended("preciousObjects")
}

const E1_WORKTREE_CONFIG: &[Case] = in_usual_situations!(
    "E1.worktree-config-",
    "extensions.worktreeConfig",
    own_settings
);

fn own_settings() -> Repo {
    let repo = extended("worktreeConfig");
    repo.git(&["config", "--worktree", "core.autocrlf", "false"]);
    assert!(repo.path(".git/config.worktree").exists());
    repo
}

/// A guarded repository with an extension.
fn extended(name: &str) -> Repo {
    let repo = two_files();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", &format!("extensions.{name}"), "true"]);
    repo
}

const E1_EXTENSIONS: &[Case] = &[
    Case {
        id: "E1.relative-worktrees",
        state: "`guard check --staged` with extensions.relativeWorktrees, which older git refuses",
        why: "it says how work trees are linked, and nothing of what is committed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| in_future(plant, "extensions.relativeWorktrees", "true"),
    },
    Case {
        id: "E1.unknown",
        state: "`guard check --staged` with an extension that nobody knows",
        why: "an extension may change everything; git refuses, too",
        secret: Refused(&["unknown repository extension", "timetravel"]),
        twin: None,
        run: |plant| in_future(plant, "extensions.timeTravel", "true"),
    },
    Case {
        id: "E1.version",
        state: "`guard check --staged` with a version of the format that nobody knows",
        why: "git refuses, too",
        secret: Refused(&["repo version"]),
        twin: None,
        run: |plant| in_future(plant, "core.repositoryFormatVersion", "7"),
    },
];

/// Stages the text, then makes a setting of the future, and runs `guard check --staged`.
fn in_future(plant: &Plant, name: &str, value: &str) -> Ended {
    let repo = two_files();
    repo.write("a.py", plant.line()).stage();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", name, value]);
    guard(&repo, &["check", "--staged"])
}
