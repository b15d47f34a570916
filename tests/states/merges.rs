//! B2: merges, of which only what no parent has is new.

use crate::given::{diverged, fork, in_conflict, linked, two_files, write};
use crate::support::{GUARD, Repo, key_line, run, set_mode};
use crate::table::Outcome::{Blocked, Clean, Nothing, Refused, Unasked};
use crate::table::{Case, Ended, Plant, attempt, by_git, by_hand, commit};

groups! {
    b2_merges_that_git_commits_itself: B2,
    b2_merges_that_the_user_commits: B2_COMMIT,
}

const B2: &[Case] = &[
    Case {
        id: "B2.clean",
        state: "`git merge` of a branch that brings the text",
        why: "pre-merge-commit: what a parent brings was looked at when it was made",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| merge(&diverged(&plant.line()), &["side"]),
    },
    Case {
        id: "B2.driver",
        state: "`git merge` whose merge driver slips the text into a file",
        why: "there is no MERGE_HEAD yet; GITHEAD_… names the other parent",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| merge(&with_driver(plant), &["side"]),
    },
    Case {
        id: "B2.driver-commit",
        state: "the same refused merge, then `git commit`",
        why: "pre-commit with MERGE_HEAD: the refused merge is still there to be committed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_driver(plant);
            let refuse = "#!/bin/sh\nexit 1\n";
            repo.write_hook(".git/hooks/pre-merge-commit.before-guard", refuse, 0o755);
            Refused(&[]).judge(&merge(&repo, &["side"]));
            commit(&repo, &[])
        },
    },
    Case {
        id: "B2.octopus",
        state: "`git merge` of two branches that bring the text",
        why: "there are two of GITHEAD_…",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| merge(&with_third(plant), &["side", "third"]),
    },
    Case {
        id: "B2.tag",
        state: "`git merge` of an annotated tag",
        why: "GITHEAD_… names the commit, not the tag",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = diverged(&plant.line());
            repo.git(&["tag", "--annotate", "v1", "side", "-m", "one"]);
            merge(&repo, &["v1"])
        },
    },
    Case {
        id: "B2.pull",
        state: "`git pull --no-rebase`",
        why: "a merge like any other",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = diverged(&plant.line());
            let mut git = repo.git_command(repo.top());
            git.args(["pull", "--no-rebase", "--quiet", ".", "side"]);
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
    Case {
        id: "B2.ours",
        state: "`git merge --strategy ours`",
        why: "the tree is that of HEAD",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| merge(&diverged(&plant.line()), &["--strategy=ours", "side"]),
    },
    Case {
        id: "B2.subtree",
        state: "`git merge --strategy-option subtree=lib` of another history with the text",
        why: "its files are in no parent under their new names, but their lines are",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("lib/c.py", "c = 1\n").commit("a folder");
            repo.git(&["checkout", "--quiet", "--orphan", "side"]);
            repo.git(&["rm", "--quiet", "-rf", "."]);
            repo.write("side.py", plant.line())
                .commit("another history");
            repo.git(&["switch", "--quiet", "main"]);
            let options = [
                "--strategy-option=subtree=lib",
                "--allow-unrelated-histories",
            ];
            let ended = merge(&repo, &[&options[..], &["side"]].concat());
            assert!(repo.path("lib/side.py").is_file());
            ended
        },
    },
    Case {
        id: "B2.fast-forward",
        state: "`git merge` that is a fast-forward",
        why: "no commit is made",
        secret: Unasked,
        twin: Some(Unasked),
        run: |plant| {
            let repo = two_files();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("side.py", plant.line()).commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            merge(&repo, &["side"])
        },
    },
    Case {
        id: "B2.squash-hook",
        state: "`git merge --squash` and a post-merge hook that commits",
        why: "the hook inherits GITHEAD_…, but its commit has one parent: all of it is new",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&plant.line());
            let script = "#!/bin/sh\ngit commit --quiet -m squashed >'../said' 2>&1\n\
                          echo $? >../status\n";
            repo.write_hook(".git/hooks/post-merge", script, 0o755);
            by_hook(
                &repo,
                repo.git_command(repo.top())
                    .args(["merge", "--squash", "side"]),
            )
        },
    },
    Case {
        id: "B2.other-repository",
        state: "a post-merge hook that commits in another repository what the merge brought",
        why: "there the merged commits are no parents, and need not even exist",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&plant.line());
            run(repo
                .git_command(&repo.beside(""))
                .args(["clone", "--quiet", "repo", "other"]))
            .exits(0);
            let mut install = repo.program(GUARD, &repo.beside("other"));
            run(install.arg("install")).exits(0);
            let script = "#!/bin/sh\ncp side.py ../other/\ncd ../other\n\
                          unset GIT_DIR GIT_INDEX_FILE\ngit add side.py\n\
                          git commit --quiet -m mirrored >../said 2>&1\necho $? >../status\n";
            repo.write_hook(".git/hooks/post-merge", script, 0o755);
            by_hook(
                &repo,
                repo.git_command(repo.top())
                    .args(["merge", "--no-edit", "side"]),
            )
        },
    },
];

const B2_COMMIT: &[Case] = &[
    Case {
        id: "B2.no-commit",
        state: "`git merge --no-commit`, an edit, then `git commit`",
        why: "pre-commit with MERGE_HEAD: the edit is in no parent, what the branch brings is",
        secret: Blocked(&["b.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&key_line(9));
            repo.git(&["merge", "--quiet", "--no-commit", "side"]);
            repo.write("b.py", format!("b = 2\n{}", plant.line()))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B2.octopus-no-commit",
        state: "the same with two branches",
        why: "MERGE_HEAD has two lines",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_third(&Plant::SECRET);
            repo.git(&["merge", "--quiet", "--no-commit", "side", "third"]);
            repo.write("b.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B2.conflict",
        state: "a conflict that is resolved with the text, `git commit`",
        why: "the resolution is in no parent",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict(&["merge", "side"]);
            repo.write("a.py", format!("a = 'both'\n{}", plant.line()))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B2.conflict-all",
        state: "the same by `git commit --all`",
        why: "the locked index, and MERGE_HEAD",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict(&["merge", "side"]);
            repo.write("a.py", plant.line());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "B2.continue",
        state: "the same by `git merge --continue`",
        why: "it is `git commit` by another name",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict(&["merge", "side"]);
            repo.write("a.py", plant.line()).stage();
            let mut git = repo.git_command(repo.top());
            attempt(&repo, &repo.path(".git"), git.args(["merge", "--continue"]))
        },
    },
    Case {
        id: "B2.linked",
        state: "a merge in a linked work tree, an edit, then `git commit`",
        why: "MERGE_HEAD lies in the part of the repository that is the work tree's own",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, linked) = linked();
            repo.write("side.py", key_line(9)).commit("on main");
            write(&linked.join("a.py"), "a = 2\n");
            let git = |arguments: &[&str]| {
                let mut git = repo.git_command(&linked);
                git.args(arguments);
                attempt(&repo, &linked.join(".git"), &mut git)
            };
            Clean.judge(&git(&["commit", "--all", "-m", "x"]));
            repo.git(&["-C", "../linked", "merge", "--quiet", "--no-commit", "main"]);
            write(&linked.join("b.py"), plant.line());
            git(&["commit", "--all", "-m", "x"])
        },
    },
    Case {
        id: "B2.amend",
        state: "`git commit --amend` of a merge, with an edit",
        why: "the index is compared with the merge; MERGE_HEAD is gone",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&key_line(9));
            Nothing.judge(&merge(&repo, &["side"]));
            repo.write("b.py", plant.line()).stage();
            commit(&repo, &["--amend"])
        },
    },
    Case {
        id: "B2.after",
        state: "the commit after a merge",
        why: "what was merged is old",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&key_line(9));
            Nothing.judge(&merge(&repo, &["side"]));
            repo.write("b.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B2.parent-lost",
        state: "`guard check --staged` in a merge whose other commit is not in the clone",
        why: "what cannot be compared counts as new",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&plant.line());
            repo.git(&["merge", "--quiet", "--no-commit", "side"]);
            let side = repo.git(&["rev-parse", "side"]);
            std::fs::remove_file(repo.object(&side)).expect("git stored it");
            by_hand(repo.staged())
        },
    },
    Case {
        id: "B2.parent-garbage",
        state: "`guard check --staged` with a MERGE_HEAD that names no commit",
        why: "it cannot be told what is new",
        secret: Refused(&["MERGE_HEAD` cannot be read"]),
        twin: None,
        run: |plant| {
            let repo = diverged(&plant.line());
            repo.git(&["merge", "--quiet", "--no-commit", "side"]);
            repo.write(".git/MERGE_HEAD", "garbage\n");
            by_hand(repo.staged())
        },
    },
];

/// The same, and a branch `third`.
fn with_third(plant: &Plant) -> Repo {
    let repo = diverged(&plant.line());
    repo.git(&["switch", "--quiet", "--create", "third", "main~1"]);
    repo.write("third.py", plant.nth_line(2))
        .commit("on the third");
    repo.git(&["switch", "--quiet", "main"]);
    repo
}

/// A guarded repository whose branches both edited `a.py`, and a driver that resolves it.
fn with_driver(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write(".gitattributes", "a.py merge=own\n")
        .commit("attributes");
    fork(&repo, &key_line(9));
    let driver = repo.beside("driver");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' '{}' >\"$1\"\n",
        plant.line().trim_end()
    );
    write(&driver, script);
    set_mode(&driver, 0o755);
    let command = format!("'{}' %A", driver.display());
    repo.git(&["config", "merge.own.driver", &command]);
    repo
}

/// Runs a command whose post-merge hook commits, and returns how that ended.
fn by_hook(repo: &Repo, command: &mut std::process::Command) -> Ended {
    let mut ran = run(command);
    let said = |name: &str| std::fs::read_to_string(repo.beside(name)).expect("the hook ran");
    assert_eq!(ran.code, Some(0), "{ran}");
    ran.code = said("status").trim().parse().ok();
    ran.stderr = said("said");
    by_git(ran)
}

/// Runs `git merge`.
pub(crate) fn merge(repo: &Repo, arguments: &[&str]) -> Ended {
    let mut git = repo.git_command(repo.top());
    git.args(["merge", "--no-edit"]).args(arguments);
    attempt(repo, &repo.path(".git"), &mut git)
}
