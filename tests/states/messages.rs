//! B1 once more: the messages of commits, which leak as files do.

use crate::given::{diverged, install, two_files, write};
use crate::support::{Repo, key_line, run};
use crate::table::Outcome::{Blocked, Clean, Unasked};
use crate::table::{Case, Ended, attempt, by_git};

groups! {
    b1_messages: B1_MESSAGES,
}

const B1_MESSAGES: &[Case] = &[
    Case {
        id: "B1.message",
        state: "`git commit --message` with the text in it",
        why: "git asks commit-msg; a message is pushed like a file",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| commit_with(&["--message", &format!("use {}", plant.word(1))]),
    },
    Case {
        id: "B1.message-body",
        state: "the text in the third paragraph",
        why: "every line counts",
        secret: Blocked(&["COMMIT_EDITMSG:5"]),
        twin: Some(Clean),
        run: |plant| commit_with(&["-m", "one", "-m", "two", "-m", &plant.line()]),
    },
    Case {
        id: "B1.message-file",
        state: "`git commit --file`",
        why: "no editor, the same hook",
        secret: Blocked(&["COMMIT_EDITMSG:3"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            write(&repo.beside("message"), format!("one\n\n{}", plant.line()));
            finish(&repo, &["--file", "../message"], "true")
        },
    },
    Case {
        id: "B1.message-editor",
        state: "a message that is written in the editor, above git's comments",
        why: "the hook runs when the editor is closed",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            write(&repo.beside("message"), plant.line());
            finish(
                &repo,
                &[],
                "sh -c 'cat ../message \"$1\" >../both; cp ../both \"$1\"' -",
            )
        },
    },
    Case {
        id: "B1.message-verbose",
        state: "`git commit --verbose`, where git shows that an old key is taken out",
        why: "what stands below git's scissors is not in the message",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            repo.write("b.py", key_line(9)).commit("with an old key");
            repo.write("b.py", "b = 2\n").stage();
            write(&repo.beside("message"), plant.line());
            let editor = "sh -c 'cat ../message \"$1\" >../both; cp ../both \"$1\"' -";
            finish(&repo, &["--verbose"], editor)
        },
    },
    Case {
        id: "B1.message-scissors",
        state: "a message that was written in the editor with git's scissors line in it, the text below",
        why: "without `--verbose` git takes the line for a comment and keeps what follows",
        secret: Blocked(&["COMMIT_EDITMSG:5"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            write(&repo.beside("message"), scissors(&plant.line()));
            let ended = finish(&repo, &[], "cp ../message");
            if !plant.is_secret() {
                assert!(
                    repo.git(&["log", "-1", "--format=%B"])
                        .contains(plant.line().trim())
                );
            }
            ended
        },
    },
    Case {
        id: "B1.message-scissors-given",
        state: "the same by `git commit --file`, without an editor",
        why: "git keeps every line",
        secret: Blocked(&["COMMIT_EDITMSG:5"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            write(&repo.beside("message"), scissors(&plant.line()));
            finish(&repo, &["--file", "../message"], "true")
        },
    },
    Case {
        id: "B1.message-comment",
        state: "`git commit --cleanup=verbatim` with the text behind a `#`",
        why: "git keeps comments then",
        secret: Blocked(&["COMMIT_EDITMSG:2"]),
        twin: Some(Clean),
        run: |plant| {
            let message = format!("one\n# {}", plant.line());
            commit_with(&["--cleanup=verbatim", "--message", &message])
        },
    },
    Case {
        id: "B1.message-amend",
        state: "`git commit --amend --no-edit` of a commit with the text in its message",
        why: "the message is made anew, and the hook is asked",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            repo.commit(&plant.line()).write("b.py", "b = 2\n").stage();
            finish(&repo, &["--amend", "--no-edit"], "true")
        },
    },
    Case {
        id: "B1.message-merge",
        state: "`git merge --message` with the text in it",
        why: "git asks commit-msg for the message of a merge, in a file of another name",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = diverged("side = 1\n");
            install(&repo, repo.top(), "commit-msg");
            let mut git = repo.git_command(repo.top());
            git.args(["merge", "side", "--message", &plant.line()]);
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
    Case {
        id: "B1.message-reword",
        state: "`git rebase --interactive`, reword to a message with the text",
        why: "git asks commit-msg, even where it does not ask pre-commit",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            repo.commit("one").write("a.py", "a = 3\n").commit("two");
            write(&repo.beside("message"), plant.line());
            let mut git = repo.git_command(repo.top());
            git.args(["rebase", "--quiet", "--interactive", "HEAD~1"])
                .env("GIT_SEQUENCE_EDITOR", "sed -i.bak 1s/^pick/reword/")
                .env("GIT_EDITOR", "cp ../message");
            let ran = run(&mut git);
            let kept = repo.git(&["log", "-1", "--format=%s"]);
            assert_eq!(kept == "two", plant.is_secret(), "{ran}");
            by_git(ran)
        },
    },
    Case {
        id: "B1.message-patterns",
        state: "a staged patterns.toml that excludes all files, and the text in the message",
        why: "a message is no file",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = ready();
            repo.write("patterns.toml", "[settings]\nexclude = [\"*.py\"]\n")
                .stage();
            finish(&repo, &["--message", &plant.line()], "true")
        },
    },
    Case {
        id: "B1.message-unchecked",
        state: "`git commit --no-verify` with the text in the message",
        why: "git skips commit-msg as well; pre-push looks at the message again (B6.message)",
        secret: Unasked,
        twin: Some(Unasked),
        run: |plant| commit_with(&["--quiet", "--no-verify", "-m", &plant.line()]),
    },
];

/// A message with the line that git writes above the changes, written by hand.
fn scissors(text: &str) -> String {
    let dashes = "-".repeat(24);
    format!("one\n# {dashes} >8 {dashes}\n# Do not touch the line above.\n\n{text}")
}

/// A guarded repository that asks about messages, with a harmless edit staged.
fn ready() -> Repo {
    let repo = two_files();
    install(&repo, repo.top(), "commit-msg");
    repo.write("a.py", "a = 2\n").stage();
    repo
}

/// Runs `git commit` with a harmless edit.
fn commit_with(arguments: &[&str]) -> Ended {
    finish(&ready(), arguments, "true")
}

/// Runs `git commit` with an editor.
fn finish(repo: &Repo, arguments: &[&str], editor: &str) -> Ended {
    let mut git = repo.git_command(repo.top());
    git.arg("commit").args(arguments).env("GIT_EDITOR", editor);
    attempt(repo, &repo.path(".git"), &mut git)
}
