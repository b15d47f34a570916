//! B6: tags and other references that are pushed, and the input of the hook.

use crate::pushed::{committed, push, with_remote};
use crate::support::{GUARD, Repo, run, run_with_input};
use crate::table::Outcome::{Blocked, Clean, Nothing, Refused};
use crate::table::{Case, Ended, by_hand};

groups! {
    b6_tags_and_other_references: B6_TAGS,
    b6_what_git_says: B6_INPUT,
}

const B6_TAGS: &[Case] = &[
    Case {
        id: "B6.tag",
        state: "`git push` of a lightweight tag on a commit that is on no branch",
        why: "git names the commit",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&["tag", "v1"]);
            repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            push(&repo, &["origin", "v1"])
        },
    },
    Case {
        id: "B6.annotated",
        state: "`git push --follow-tags` with the text in the message of a tag",
        why: "git names the tag, whose message is pushed",
        secret: Blocked(&["TAG_EDITMSG:3"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("b.py", "b = 2\n").commit("more");
            repo.git(&["tag", "--annotate", "v1", "-m", "one", "-m", &plant.line()]);
            push(&repo, &["--follow-tags", "origin", "main"])
        },
    },
    Case {
        id: "B6.annotated-old",
        state: "`git push` of a tag with the text in its message, on a commit the remote has",
        why: "the commit is old, the message is new",
        secret: Blocked(&["TAG_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["tag", "--annotate", "v1", "-m", &plant.line()]);
            push(&repo, &["origin", "v1"])
        },
    },
    Case {
        id: "B6.tag-of-tag",
        state: "a tag of a tag, the text in the inner message",
        why: "both are pushed",
        secret: Blocked(&["TAG_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["tag", "--annotate", "inner", "-m", &plant.line()]);
            repo.git(&["tag", "--annotate", "outer", "inner", "-m", "outer"]);
            push(&repo, &["origin", "outer"])
        },
    },
    Case {
        id: "B6.merged-tag",
        state: "a merge of a signed tag with the text in its message; the tag itself is not pushed",
        why: "git keeps the whole tag in the head of the merge commit",
        secret: Blocked(&["TAG_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("side.py", "x = 1\n").commit("on the side");
            // What git takes for a signature when it keeps the tag.
            let signature = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";
            let message = plant.line() + signature;
            repo.git(&["tag", "--annotate", "v1", "-m", &message]);
            repo.git(&["switch", "--quiet", "main"]);
            repo.git(&["merge", "--quiet", "--no-ff", "-m", "merged", "v1"]);
            let head = repo.git(&["cat-file", "commit", "HEAD"]);
            assert!(head.contains("\nmergetag "), "{head}");
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.tag-of-blob",
        state: "an annotated tag of a blob with the text",
        why: "a tag may name anything",
        secret: Blocked(&["refs/tags/v1:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            let blob = repo.blob(plant.line());
            repo.git(&["tag", "--annotate", "v1", &blob, "-m", "a blob"]);
            push(&repo, &["origin", "v1"])
        },
    },
    Case {
        id: "B6.blob",
        state: "a lightweight tag of a blob with the text",
        why: "git names the blob itself",
        secret: Blocked(&["refs/tags/v1:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            let blob = repo.blob(plant.line());
            repo.git(&["tag", "v1", &blob]);
            push(&repo, &["origin", "v1"])
        },
    },
    Case {
        id: "B6.tree",
        state: "a lightweight tag of a tree with the text in a file",
        why: "git names the tree; no commit has it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("a.py", plant.line()).stage();
            let tree = repo.git(&["write-tree"]);
            repo.git(&["tag", "v1", &tree]);
            push(&repo, &["origin", "v1"])
        },
    },
    Case {
        id: "B6.notes",
        state: "`git push origin refs/notes/commits` of a note with the text",
        why: "git asks no hook when a note is made; it is a commit on a reference of its own",
        secret: Blocked(&["NOTE:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["notes", "add", "-m", &plant.line()]);
            push(&repo, &["origin", "refs/notes/commits"]).calling(&repo.head(), "NOTE")
        },
    },
    Case {
        id: "B6.stash",
        state: "`git push origin refs/stash:refs/heads/stash`",
        why: "git asks no hook when a stash is made; it is a commit with several parents",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("a.py", plant.line());
            repo.git(&["stash", "push", "--quiet"]);
            push(&repo, &["origin", "refs/stash:refs/heads/stash"])
        },
    },
    Case {
        id: "B6.stash-untracked",
        state: "the same with `--include-untracked`, the text in a file that git did not know",
        why: "the third parent of a stash is a commit without parents",
        secret: Blocked(&["new.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("new.py", plant.line());
            repo.git(&["stash", "push", "--quiet", "--include-untracked"]);
            push(&repo, &["origin", "refs/stash:refs/heads/stash"])
        },
    },
];

const B6_INPUT: &[Case] = &[
    Case {
        id: "B6.deleted",
        state: "`git push --delete` of a branch whose commits hold a key",
        why: "the local id is all zeros: nothing leaves",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main:topic"]);
            push(&repo, &["origin", "--delete", "topic"])
        },
    },
    Case {
        id: "B6.deleted-and-pushed",
        state: "a branch deleted and another pushed, in one `git push`",
        why: "one line says nothing of the other",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main:topic"]);
            repo.write("a.py", plant.line()).commit("with it");
            push(&repo, &["origin", ":topic", "main"])
        },
    },
    Case {
        id: "B6.up-to-date",
        state: "`git push` when everything is up to date",
        why: "git runs the hook with an empty input",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.rejected",
        state: "`guard hook pre-push` with an empty input while a new commit holds the text",
        why: "as git runs it when it rejects the push itself",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| by_input(&committed(plant), ""),
    },
    Case {
        id: "B6.garbage",
        state: "`guard hook pre-push` with an input that is none of git's",
        why: "what cannot be read is not vouched for",
        secret: Refused(&["guard: error: "]),
        twin: Some(Refused(&["guard: error: "])),
        run: |plant| by_input(&committed(plant), "refs/heads/main main\n"),
    },
    Case {
        id: "B6.lost",
        state: "`guard hook pre-push` for a commit that is not there",
        why: "what cannot be read is not vouched for",
        secret: Refused(&["guard: error: ", "1111111111"]),
        twin: None,
        run: |plant| {
            let (id, none) = ("1".repeat(40), "0".repeat(40));
            let line = format!("refs/heads/main {id} refs/heads/main {none}\n");
            by_input(&committed(plant), &line)
        },
    },
    Case {
        id: "B6.cut-off",
        state: "`guard hook pre-push` with a last line that does not end",
        why: "the line counts",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let line = format!(
                "refs/heads/main {} refs/heads/main {}",
                repo.head(),
                "0".repeat(40)
            );
            by_input(&repo, &line)
        },
    },
    Case {
        id: "B6.managed",
        state: "PRE_COMMIT=1 and an input that a hook manager has eaten; the text on another branch",
        why: "it passes on one reference of perhaps many: every branch and tag is looked at",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&["switch", "--quiet", "--create", "other", "main~1"]);
            managed(&repo)
        },
    },
    Case {
        id: "B6.managed-tag",
        state: "the same, the text in the message of a tag",
        why: "a tag may be what is pushed",
        secret: Blocked(&["TAG_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("b.py", "b = 2\n").commit("more");
            repo.git(&["tag", "--annotate", "v1", "-m", &plant.line()]);
            managed(&repo)
        },
    },
    Case {
        id: "B6.managed-detached",
        state: "the same, the text in a commit that a detached HEAD alone leads to",
        why: "HEAD may be what is pushed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["switch", "--quiet", "--detach"]);
            repo.write("a.py", plant.line()).commit("with it");
            managed(&repo)
        },
    },
];

/// Runs the hook by hand, as git does, with an input of its own.
fn by_input(repo: &Repo, input: &str) -> Ended {
    let url = repo.beside("remote.git").display().to_string();
    let mut guard = repo.program(GUARD, repo.top());
    guard.args(["hook", "pre-push", "origin", &url]);
    by_hand(run_with_input(&mut guard, input.as_bytes()))
}

/// Runs the hook as pre-commit and prek do.
fn managed(repo: &Repo) -> Ended {
    let mut guard = repo.program(GUARD, repo.top());
    guard
        .args(["hook", "pre-push"])
        .env("PRE_COMMIT", "1")
        .env("PRE_COMMIT_REMOTE_NAME", "origin")
        .env("PRE_COMMIT_REMOTE_URL", repo.beside("remote.git"));
    by_hand(run(&mut guard))
}
