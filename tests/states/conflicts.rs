//! B4 and B5: conflicts that are not resolved, and the lines of a merge.

use crate::given::{conflict, diverged, fork, in_conflict, two_files};
use crate::merges::merge;
use crate::support::{Repo, key_line, run_with_input};
use crate::table::Outcome::{Blocked, Clean, Nothing, Refused};
use crate::table::{Case, by_git, by_hand, commit};

groups! {
    b4_conflicts_that_are_not_resolved: B4,
    b5_lines_of_a_merge: B5,
}

const B4: &[Case] = &[
    Case {
        id: "B4.edited",
        state: "`guard check --staged` while both sides' edits of a file are in conflict",
        why: "libgit2 shows a conflict without any line",
        secret: Refused(&[
            "unresolved conflicts in `a.py`",
            "resolve them and `git add` the files",
        ]),
        twin: None,
        run: |_| by_hand(in_conflict(&["merge", "side"]).staged()),
    },
    Case {
        id: "B4.hook",
        state: "`guard hook pre-commit` in the same state, a key staged beside it",
        why: "a state that git refuses to commit is not vouched for",
        secret: Refused(&["unresolved conflicts in `a.py`"]),
        twin: Some(Refused(&["unresolved conflicts in `a.py`"])),
        run: |plant| {
            let repo = in_conflict(&["merge", "side"]);
            repo.write("c.py", plant.line()).git(&["add", "c.py"]);
            by_hand(repo.guard(&["hook", "pre-commit"]))
        },
    },
    Case {
        id: "B4.check",
        state: "`guard check` in the same state",
        why: "what is staged belongs to it",
        secret: Refused(&["unresolved conflicts in `a.py`"]),
        twin: None,
        run: |_| by_hand(in_conflict(&["merge", "side"]).guard(&["check"])),
    },
    Case {
        id: "B4.git",
        state: "`git commit` in the same state",
        why: "git refuses before it asks the hook",
        secret: Refused(&["unmerged files"]),
        twin: None,
        run: |_| {
            let repo = in_conflict(&["merge", "side"]);
            let mut ran = repo.try_git(&["commit", "-m", "x"]);
            assert_eq!(ran.code, Some(128), "{ran}");
            ran.code = Some(1);
            by_git(ran)
        },
    },
    Case {
        id: "B4.deleted",
        state: "a file edited on one side and deleted on the other",
        why: "the conflict has no version of one side",
        secret: Refused(&["unresolved conflicts in `a.py`"]),
        twin: None,
        run: |_| {
            let repo = two_files();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.remove("a.py").commit("deleted");
            repo.git(&["switch", "--quiet", "main"]);
            repo.write("a.py", key_line(1)).commit("edited");
            stopped(&repo, &["merge", "side"]);
            by_hand(repo.staged())
        },
    },
    Case {
        id: "B4.added",
        state: "a file added on both sides",
        why: "the conflict has no common version",
        secret: Refused(&["unresolved conflicts in `c.py`"]),
        twin: None,
        run: |_| {
            let repo = two_files();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("c.py", key_line(1)).commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            repo.write("c.py", "c = 1\n").commit("on main");
            stopped(&repo, &["merge", "side"]);
            by_hand(repo.staged())
        },
    },
    Case {
        id: "B4.renamed",
        state: "a file renamed differently on both sides",
        why: "three paths are in conflict, each with one version",
        secret: Refused(&["unresolved conflicts in `a.py`, `here.py`, `there.py`"]),
        twin: None,
        run: |_| {
            let repo = two_files();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.git(&["mv", "a.py", "there.py"]);
            repo.commit("there");
            repo.git(&["switch", "--quiet", "main"]);
            repo.git(&["mv", "a.py", "here.py"]);
            repo.commit("here");
            stopped(&repo, &["merge", "side"]);
            by_hand(repo.staged())
        },
    },
    Case {
        id: "B4.stages",
        state: "an index with a single entry of stage 1, as no merge leaves it",
        why: "every entry that is not of stage 0 is a conflict",
        secret: Refused(&["unresolved conflicts in `odd.py`"]),
        twin: None,
        run: |_| {
            let repo = two_files();
            let id = repo.blob(key_line(1));
            let mut git = repo.git_command(repo.top());
            git.args(["update-index", "--index-info"]);
            let entry = format!("100644 {id} 1\todd.py\n");
            run_with_input(&mut git, entry.as_bytes()).exits(0);
            by_hand(repo.staged())
        },
    },
    Case {
        id: "B4.patterns",
        state: "a conflict in patterns.toml alone",
        why: "it cannot be told which rules are in force",
        secret: Refused(&["unresolved conflicts in `patterns.toml`"]),
        twin: None,
        run: |_| {
            let repo = two_files();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("patterns.toml", "[settings]\nblock = \"low\"\n")
                .commit("low");
            repo.git(&["switch", "--quiet", "main"]);
            repo.write("patterns.toml", "[settings]\nblock = \"high\"\n")
                .commit("high");
            stopped(&repo, &["merge", "side"]);
            by_hand(repo.staged())
        },
    },
    Case {
        id: "B4.marked",
        state: "`git commit --all` of a file with its conflict markers",
        why: "git takes it for resolved; the markers hide nothing",
        secret: Blocked(&["a.py:3"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict(&["merge", "side"]);
            let text = format!("<<<<<<< HEAD\na = 'main'\n{}=======\n", plant.line());
            repo.write("a.py", text + "a = 'side'\n>>>>>>> side\n");
            commit(&repo, &["--all"])
        },
    },
];

const B5: &[Case] = &[
    Case {
        id: "B5.side",
        state: "a conflict resolved by the version of the other branch, with the text",
        why: "the file is that of a parent",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = in_conflict_over(&plant.line());
            repo.git(&["checkout", "--quiet", "--theirs", "a.py"]);
            repo.stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B5.both",
        state: "a conflict resolved by the lines of both branches",
        why: "each line is in a parent, although no parent has the file",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = in_conflict_over(&plant.line());
            repo.write("a.py", format!("a = 'main'\n{}", plant.line()))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B5.other-file",
        state: "a merge that puts a line of the other branch into a file of its own",
        why: "where the branch had the line, the merge has it no more: it moved",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&plant.line());
            repo.git(&["merge", "--quiet", "--no-commit", "side"]);
            repo.remove("side.py")
                .write("moved.py", format!("import os\n{}", plant.line()))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B5.new-file",
        state: "a merge that brings a file that is in no parent",
        why: "nobody has looked at it",
        secret: Blocked(&["new.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged(&key_line(9));
            repo.git(&["merge", "--quiet", "--no-commit", "side"]);
            repo.write("new.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "B5.renamed",
        state: "a file with the text, renamed on one side and edited on both",
        why: "the merged file is in no parent, but its lines are",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let text =
                |one: &str, five: &str| format!("{one}two\nthree\n{}four\n{five}", plant.line());
            repo.write("long.py", text("one\n", "")).commit("long");
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.git(&["mv", "long.py", "renamed.py"]);
            repo.write("renamed.py", text("1\n", "")).commit("renamed");
            repo.git(&["switch", "--quiet", "main"]);
            repo.write("long.py", text("one\n", "five\n"))
                .commit("edited");
            merge(&repo, &["side"])
        },
    },
    Case {
        id: "B5.kept",
        state: "a merge over a file that has the text on both sides",
        why: "it is old, and nobody touched it",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("old.py", plant.line()).commit("old");
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("b.py", "b = 2\n").commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            repo.write("a.py", "a = 2\n").commit("on main");
            merge(&repo, &["side"])
        },
    },
    Case {
        id: "B5.taken-out",
        state: "a merge that brings back what one side took out, by hand",
        why: "the other side still has the line: it is in a parent",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("b.py", plant.line()).commit("with it");
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("c.py", "c = 1\n").commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            repo.write("b.py", "b = 2\n").commit("without it");
            repo.git(&["merge", "--quiet", "--no-commit", "side"]);
            repo.write("b.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
];

/// A guarded repository in which a merge stopped at a conflict: the other branch has `text`.
fn in_conflict_over(text: &str) -> Repo {
    let repo = two_files();
    fork(&repo, text);
    conflict(&repo, &["merge", "side"]);
    repo
}

/// Runs a command that stops at a conflict.
fn stopped(repo: &Repo, command: &[&str]) {
    repo.try_git(command).exits(1).says("CONFLICT");
}
