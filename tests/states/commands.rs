//! B1 and B3: the commands that make commits, with and without a hook of guard's.

use crate::given::{conflict, in_conflict, two_files, write};
use crate::support::{GUARD, Repo, key_line, run, run_with_input};
use crate::table::Outcome::{Blocked, Clean, Nothing, Unasked};
use crate::table::{Case, Ended, Plant, attempt, by_git, by_hand, commit};

groups! {
    b1_commands_that_ask: B1,
    b3_commands_that_do_not_ask: B3,
}

const B1: &[Case] = &[
    Case {
        id: "B1.cherry-pick-continue",
        state: "`git cherry-pick --continue` after a conflict",
        why: "git asks pre-commit; the resolution is new",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict(&["cherry-pick", "side"]);
            repo.write("a.py", plant.line()).stage();
            go_on(&repo, &["cherry-pick", "--continue"])
        },
    },
    Case {
        id: "B1.cherry-pick-commit",
        state: "the same, ended by `git commit --all`",
        why: "what the picked commit brings is new here as well",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict(&["cherry-pick", "side"]);
            repo.write("a.py", plant.line());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "B1.cherry-pick-n",
        state: "`git cherry-pick --no-commit` of a commit with the text, then `git commit`",
        why: "on this branch the text is new",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["cherry-pick", "--no-commit", "side"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "B1.revert-continue",
        state: "`git revert --continue` after a conflict",
        why: "git asks pre-commit; the resolution is new",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", "a = 2\n").commit("two");
            repo.write("a.py", "a = 3\n").commit("three");
            conflict(&repo, &["revert", "HEAD~1"]);
            repo.write("a.py", plant.line()).stage();
            go_on(&repo, &["revert", "--continue"])
        },
    },
    Case {
        id: "B1.revert-n",
        state: "`git revert --no-commit` of the commit that took the text out, then `git commit`",
        why: "the text comes back: against HEAD it is new",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = taken_out(plant);
            repo.git(&["revert", "--no-commit", "HEAD"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "B1.reword",
        state: "`git rebase --interactive`, reword of a commit with the text, then `guard check`",
        why: "git asks when it amends the message: nothing is new; the commit is found later",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["switch", "--quiet", "side"]);
            let ended = rebase(&repo, "reword", &["main"]);
            Nothing.judge(&ended);
            by_hand(repo.guard(&["check"]))
        },
    },
    Case {
        id: "B1.edit",
        state: "`git rebase --interactive`, edit, then `git commit --amend --all`",
        why: "a commit like any other, in the middle of a rebase",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["switch", "--quiet", "side"]);
            rebase(&repo, "edit", &["main"]);
            assert!(repo.path(".git/rebase-merge").is_dir(), "it stopped");
            repo.write("b.py", plant.nth_line(2));
            commit(&repo, &["--amend", "--all"])
        },
    },
    Case {
        id: "B1.squash-merge",
        state: "`git merge --squash` of a branch with the text, then `git commit`",
        why: "the commit has one parent: all that the branch brings is new in it",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["merge", "--quiet", "--squash", "side"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "B1.stash",
        state: "`git stash pop --index`, then `git commit`",
        why: "git asks nobody about a stash; what comes out of it is asked about",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            repo.git(&["stash", "push", "--quiet"]);
            repo.git(&["stash", "pop", "--quiet", "--index"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "B1.checkout",
        state: "`git checkout BRANCH -- PATH`, then `git commit`",
        why: "on this branch the text is new",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["checkout", "--quiet", "side", "--", "side.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "B1.apply",
        state: "`git apply --cached`, then `git commit`",
        why: "the file of the work tree is still the old one",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            let patch = repo.git(&["diff", "main~1", "side"]);
            write(&repo.beside("patch"), format!("{patch}\n"));
            repo.git(&["apply", "--cached", "../patch"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "B1.reset",
        state: "`git reset --soft HEAD~1` after a commit with the text, then `git commit`",
        why: "what was committed once is new again",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("with it");
            repo.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
            commit(&repo, &[])
        },
    },
];

const B3: &[Case] = &[
    Case {
        id: "B3.rebase",
        state: "`git rebase` of a branch with the text",
        why: "no hook is asked; what no remote has is found before it leaves the machine",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["switch", "--quiet", "side"]);
            unasked(&repo, &["rebase", "main"])
        },
    },
    Case {
        id: "B3.rebase-apply",
        state: "`git rebase --apply`",
        why: "as above, by way of patches",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["switch", "--quiet", "side"]);
            unasked(&repo, &["rebase", "--apply", "main"])
        },
    },
    Case {
        id: "B3.rebase-continue",
        state: "`git rebase --continue` after a conflict that was resolved with the text",
        why: "no hook is asked, although the text was never in a commit before",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict(&["rebase", "side"]);
            repo.write("a.py", plant.line()).stage();
            unasked(&repo, &["rebase", "--continue"])
        },
    },
    Case {
        id: "B3.squash",
        state: "`git rebase --interactive` that squashes a commit with the text and one without",
        why: "no hook is asked when commits are joined",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| by_joining(plant, "squash"),
    },
    Case {
        id: "B3.fixup",
        state: "`git rebase --interactive` with fixup",
        why: "no hook is asked when commits are joined",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| by_joining(plant, "fixup"),
    },
    Case {
        id: "B3.cherry-pick",
        state: "`git cherry-pick` without a conflict",
        why: "no hook is asked",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| unasked(&beside(plant), &["cherry-pick", "side"]),
    },
    Case {
        id: "B3.cherry-pick-edit",
        state: "`git cherry-pick --edit`",
        why: "no hook is asked, although the message is edited",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| unasked(&beside(plant), &["cherry-pick", "--edit", "side"]),
    },
    Case {
        id: "B3.revert",
        state: "`git revert` of the commit that took the text out",
        why: "no hook is asked",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| unasked(&taken_out(plant), &["revert", "HEAD"]),
    },
    Case {
        id: "B3.am",
        state: "`git am` of a mailed patch",
        why: "git asks applypatch-msg and pre-applypatch, which are not guard's",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["format-patch", "--quiet", "-1", "side", "-o", ".."]);
            unasked(&repo, &["am", "../0001-on-the-side.patch"])
        },
    },
    Case {
        id: "B3.fast-forward",
        state: "`git merge` that is a fast-forward",
        why: "no commit is made, but what it leads to may not have left the machine",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = beside(plant);
            repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            unasked(&repo, &["merge", "--ff-only", "side"])
        },
    },
    Case {
        id: "B3.pull-rebase",
        state: "`git pull --rebase` of a clone",
        why: "no hook is asked; what the remote has is not looked at again",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            run(repo
                .git_command(&repo.beside(""))
                .args(["clone", "--quiet", "repo", "other"]))
            .exits(0);
            repo.write("a.py", key_line(9)).commit("upstream");
            let other = |arguments: &[&str]| {
                let ran = run(repo.git_command(&repo.beside("other")).args(arguments));
                assert_eq!(ran.code, Some(0), "{ran}");
                ran
            };
            write(&repo.beside("other/b.py"), plant.line());
            other(&["commit", "--quiet", "--all", "-m", "own"]);
            Unasked.judge(&by_git(other(&["pull", "--quiet", "--rebase"])));
            let mut guard = repo.program(GUARD, &repo.beside("other"));
            by_hand(run(guard.arg("check")))
        },
    },
    Case {
        id: "B3.commit-tree",
        state: "`git commit-tree` and `git update-ref`",
        why: "git's plumbing asks no hook",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            let tree = repo.git(&["write-tree"]);
            let made = repo.git(&["commit-tree", &tree, "-p", "HEAD", "-m", "x"]);
            unasked(&repo, &["update-ref", "refs/heads/main", &made])
        },
    },
    Case {
        id: "B3.fast-import",
        state: "`git fast-import`",
        why: "git's plumbing asks no hook",
        secret: Blocked(&["new.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let text = plant.line();
            let stream = format!(
                "commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 2\nx\n\
                 from refs/heads/main^0\nM 100644 inline new.py\ndata {}\n{text}\n",
                text.len()
            );
            let mut git = repo.git_command(repo.top());
            git.args(["fast-import", "--quiet"]);
            let ran = run_with_input(&mut git, stream.as_bytes());
            Unasked.judge(&by_git(ran));
            by_hand(repo.guard(&["check"]))
        },
    },
];

/// A guarded repository whose branch `side` brings the text in `side.py`; `main` went on.
fn beside(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write("side.py", plant.line()).commit("on the side");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("a.py", "a = 2\n").commit("on main");
    repo
}

/// A guarded repository in which the last commit took the text out of `b.py`.
fn taken_out(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("b.py", plant.line()).commit("with it");
    repo.write("b.py", "b = 2\n").commit("without it");
    // What came before is no business of these cases.
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo
}

/// Runs a command that ends in a commit.
fn go_on(repo: &Repo, command: &[&str]) -> Ended {
    let mut git = repo.git_command(repo.top());
    attempt(repo, &repo.path(".git"), git.args(command))
}

/// Runs a command that makes commits and asks no hook, then `guard check`.
fn unasked(repo: &Repo, command: &[&str]) -> Ended {
    Unasked.judge(&go_on(repo, command));
    by_hand(repo.guard(&["check"]))
}

/// Rebases interactively; all commits but the first, or the only one, are handled as `how` says.
fn rebase(repo: &Repo, how: &str, onto: &[&str]) -> Ended {
    let from = if how == "squash" || how == "fixup" {
        "2,$"
    } else {
        "1"
    };
    let mut git = repo.git_command(repo.top());
    git.args(["rebase", "--quiet", "--interactive"]).args(onto);
    git.env(
        "GIT_SEQUENCE_EDITOR",
        format!("sed -i.bak '{from}s/^pick/{how}/'"),
    );
    by_git(run(&mut git))
}

/// Joins two commits, the first with the text, by an interactive rebase; then `guard check`.
fn by_joining(plant: &Plant, how: &str) -> Ended {
    let repo = beside(plant);
    repo.git(&["switch", "--quiet", "side"]);
    repo.write("b.py", "b = 2\n").commit("more");
    Unasked.judge(&rebase(&repo, how, &["main"]));
    assert_eq!(repo.git(&["rev-list", "--count", "main..side"]), "1");
    by_hand(repo.guard(&["check"]))
}
