//! A1 and A2: what git gives a hook, and which index it is about to commit.

use crate::given::{linked, two_files, write};
use crate::support::{GUARD, Repo, key_line, run, run_with_input, run_with_patience};
use crate::table::Outcome::{Blocked, Clean, Nothing, Refused, Unasked};
use crate::table::{
    Case, Ended, Plant, attempt, by_git, by_git_that_shows, by_hand, commit, commit_in,
};
use std::process::Stdio;

groups! {
    a1_what_a_hook_is_given: A1,
    a2_the_index_that_is_committed: A2,
    a2_an_index_of_the_user_s_own: A2_NAMED,
}

const A1: &[Case] = &[
    Case {
        id: "A1.top",
        state: "`git commit` at the top of the work tree",
        why: "git runs the hook there, with its environment and no input",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "A1.subfolder",
        state: "`git commit` in a folder, with changes in and above it",
        why: "GIT_PREFIX names the folder, but the hook runs at the top and all is committed",
        secret: Blocked(&["a.py:1", "sub/deep/c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("sub/deep/c.py", plant.line())
                .write("a.py", plant.nth_line(2))
                .stage();
            commit_in(&repo, &repo.path("sub/deep"), &[])
        },
    },
    Case {
        id: "A1.linked",
        state: "`git commit` in a linked work tree, another key staged in the main one",
        why: "GIT_DIR is set there, and each work tree has an index of its own",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, linked) = linked();
            repo.write("b.py", key_line(9)).stage();
            write(&linked.join("a.py"), plant.line());
            repo.git(&["-C", "../linked", "add", "a.py"]);
            in_linked(&repo, &[])
        },
    },
    Case {
        id: "A1.input",
        state: "`guard hook pre-commit` with a standard input that never ends",
        why: "git gives the hook /dev/null; a hook that reads what nobody writes would hang",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            let mut guard = repo.guard_command();
            guard.args(["hook", "pre-commit"]).stdin(Stdio::piped());
            by_hand(run_with_patience(&mut guard))
        },
    },
];

const A2: &[Case] = &[
    Case {
        id: "A2.staged",
        state: "`git commit` of one staged file of two that were edited",
        why: "GIT_INDEX_FILE is `.git/index`, relative to the top",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            repo.write("b.py", key_line(9));
            commit(&repo, &[])
        },
    },
    Case {
        id: "A2.all",
        state: "`git commit --all`",
        why: "GIT_INDEX_FILE is `.git/index.lock`; in `.git/index` the file is still the old one",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("b.py", plant.line());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "A2.all-mended",
        state: "`git commit --all` after a staged key was replaced in the work tree",
        why: "what is staged is not committed: blocking it would be a false alarm",
        secret: Blocked(&["b.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("b.py", key_line(9)).stage();
            repo.write("b.py", format!("b = 1\n{}", plant.line()));
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "A2.patch",
        state: "`git commit --patch`, the hunk taken",
        why: "GIT_INDEX_FILE is `.git/index.lock`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| by_patch(plant, "y\nn\n"),
    },
    Case {
        id: "A2.patch-declined",
        state: "`git commit --patch`, the hunk with the text declined",
        why: "what stays in the work tree is not committed",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| by_patch(plant, "n\ny\n"),
    },
    Case {
        id: "A2.interactive",
        state: "`git commit --interactive`, all files taken",
        why: "GIT_INDEX_FILE is `.git/index.lock`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line());
            let mut git = repo.git_command(repo.top());
            git.args(["commit", "--interactive", "--message", "x"]);
            by_git_that_shows(run_with_input(&mut git, b"update\n*\n\nquit\n"))
        },
    },
    Case {
        id: "A2.include",
        state: "`git commit --include PATH`, another file staged",
        why: "the path is added to what is staged, in `.git/index.lock`",
        secret: Blocked(&["a.py:1", "b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            repo.write("b.py", plant.nth_line(2));
            commit(&repo, &["--include", "b.py"])
        },
    },
    Case {
        id: "A2.path",
        state: "`git commit PATH`, another file with a key staged",
        why: "the index is `.git/next-index-PID.lock`: HEAD and the path, not what is staged",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", key_line(9)).stage();
            repo.write("b.py", plant.line());
            commit(&repo, &["b.py"])
        },
    },
    Case {
        id: "A2.only",
        state: "`git commit --only PATH` of a file that is staged otherwise",
        why: "the file of the work tree is committed, not the staged one",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("b.py", key_line(9)).stage();
            repo.write("b.py", plant.line());
            commit(&repo, &["--only", "b.py"])
        },
    },
    Case {
        id: "A2.path-in-folder",
        state: "`git commit PATH` in a folder, the path relative to it",
        why: "the index of the commit is named from the top",
        secret: Blocked(&["sub/c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("sub/c.py", "c = 1\n").commit("older");
            repo.write("sub/c.py", plant.line());
            commit_in(&repo, &repo.path("sub"), &["c.py"])
        },
    },
    Case {
        id: "A2.path-from-file",
        state: "`git commit --pathspec-from-file FILE`",
        why: "as `git commit PATH`",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            write(&repo.beside("list"), "b.py\n");
            repo.write("b.py", plant.line());
            commit(&repo, &["--pathspec-from-file", "../list"])
        },
    },
    Case {
        id: "A2.linked-all",
        state: "`git commit --all` in a linked work tree",
        why: "the locked index is the one of `.git/worktrees/linked`",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, linked) = linked();
            write(&linked.join("b.py"), plant.line());
            in_linked(&repo, &["--all"])
        },
    },
    Case {
        id: "A2.linked-path",
        state: "`git commit PATH` in a linked work tree",
        why: "the index of the commit lies in `.git/worktrees/linked`",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, linked) = linked();
            write(&linked.join("a.py"), key_line(9));
            repo.git(&["-C", "../linked", "add", "a.py"]);
            write(&linked.join("b.py"), plant.line());
            in_linked(&repo, &["b.py"])
        },
    },
    Case {
        id: "A2.fixup",
        state: "`git commit --fixup HEAD`",
        why: "only the message comes from HEAD",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            attempt_with(&repo, &["--fixup", "HEAD"])
        },
    },
    Case {
        id: "A2.squash",
        state: "`git commit --squash HEAD`",
        why: "only the message comes from HEAD",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            attempt_with(&repo, &["--squash", "HEAD"])
        },
    },
    Case {
        id: "A2.reuse-message",
        state: "`git commit --reuse-message HEAD`",
        why: "only the message comes from HEAD",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            attempt_with(&repo, &["--reuse-message", "HEAD"])
        },
    },
    Case {
        id: "A2.empty",
        state: "`git commit --allow-empty`, an unstaged edit in the work tree",
        why: "nothing is committed, and the report does not look like a scan",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line());
            commit(&repo, &["--allow-empty"])
        },
    },
    Case {
        id: "A2.dry-run",
        state: "`git commit --dry-run`",
        why: "git makes no commit and runs no hook",
        secret: Unasked,
        twin: Some(Unasked),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            let before = repo.head();
            let ran = repo.try_git(&["commit", "--dry-run"]);
            assert_eq!(repo.head(), before, "{ran}");
            by_git(ran)
        },
    },
    Case {
        id: "A2.no-verify",
        state: "`git commit --no-verify`, then `guard check`",
        why: "git skips the hook; the commit is found before it leaves the machine",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            Unasked.judge(&commit(&repo, &["--no-verify"]));
            by_hand(repo.guard(&["check"]))
        },
    },
];

const A2_NAMED: &[Case] = &[
    Case {
        id: "A2.own-index",
        state: "`git commit` with GIT_INDEX_FILE set by the user, relative, in a folder",
        why: "git resolves the path against the top of the work tree, and commits that index",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_own_index(plant);
            let folder = repo.path("sub");
            let mut git = repo.git_command(&folder);
            git.env("GIT_INDEX_FILE", "own").args(["commit", "-m", "x"]);
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
    Case {
        id: "A2.own-index-by-hand",
        state: "`guard check --staged` with a relative GIT_INDEX_FILE, in a folder",
        why: "as git itself resolves it, not against the folder",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_own_index(plant);
            let mut guard = repo.program(GUARD, &repo.path("sub"));
            guard.env("GIT_INDEX_FILE", "own");
            by_hand(run(guard.args(["check", "--staged"])))
        },
    },
    Case {
        id: "A2.lost-index",
        state: "`guard hook pre-commit` with a GIT_INDEX_FILE that is not there",
        why: "libgit2 takes it for an empty index and says nothing",
        secret: Refused(&["the index `", "does not exist; GIT_INDEX_FILE names it"]),
        twin: None,
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            let mut guard = repo.guard_command();
            guard.env("GIT_INDEX_FILE", ".git/next-index-1.lock");
            by_hand(run(guard.args(["hook", "pre-commit"])))
        },
    },
];

/// Runs `git commit` in the linked work tree.
fn in_linked(repo: &Repo, arguments: &[&str]) -> Ended {
    let linked = repo.beside("linked");
    let mut git = repo.git_command(&linked);
    git.args(["commit", "--message", "x"]).args(arguments);
    attempt(repo, &linked.join(".git"), &mut git)
}

/// Runs `git commit` with options that bring a message of their own.
fn attempt_with(repo: &Repo, arguments: &[&str]) -> Ended {
    let mut git = repo.git_command(repo.top());
    git.arg("commit").args(arguments);
    attempt(repo, &repo.path(".git"), &mut git)
}

/// Runs `git commit --patch` over the text in `a.py` and a harmless edit of `b.py`.
fn by_patch(plant: &Plant, answers: &str) -> Ended {
    let repo = two_files();
    repo.write("a.py", plant.line()).write("b.py", "b = 2\n");
    let mut git = repo.git_command(repo.top());
    git.args(["commit", "--patch", "--message", "x"]);
    by_git_that_shows(run_with_input(&mut git, answers.as_bytes()))
}

/// A repository with the text staged in the index `own` at the top, and in no other.
fn in_own_index(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("sub/c.py", "c = 1\n").commit("older");
    repo.write("a.py", plant.line());
    std::fs::copy(repo.path(".git/index"), repo.path("own")).expect("may write");
    let mut git = repo.git_command(repo.top());
    git.env("GIT_INDEX_FILE", "own").args(["add", "a.py"]);
    run(&mut git).exits(0);
    repo
}
