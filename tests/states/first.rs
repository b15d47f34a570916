//! A3 and A4: commits that have nothing to be compared with, or something else than their parent.

use crate::given::two_files;
use crate::support::{Repo, key_line, run};
use crate::table::Outcome::{Blocked, Clean, Nothing, Refused};
use crate::table::{Case, by_hand, commit};

groups! {
    a3_the_first_commit: A3,
    a4_an_amended_commit: A4,
}

const A3: &[Case] = &[
    Case {
        id: "A3.first",
        state: "the first commit of a repository",
        why: "HEAD is unborn: everything is new",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::guarded();
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "A3.first-all",
        state: "the first commit by `git commit --all`",
        why: "unborn HEAD and a locked index",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::guarded();
            repo.write("a.py", "a = 1\n").stage();
            repo.write("a.py", plant.line());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "A3.first-path",
        state: "the first commit by `git commit PATH`, a key staged beside it",
        why: "unborn HEAD and an index made for the path",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::guarded();
            repo.write("b.py", key_line(9))
                .write("a.py", plant.line())
                .stage();
            commit(&repo, &["a.py"])
        },
    },
    Case {
        id: "A3.first-empty",
        state: "`git commit --allow-empty` right after `git init`",
        why: "there is no index file yet, and that is no fault",
        secret: Nothing,
        twin: None,
        run: |_| commit(&Repo::guarded(), &["--allow-empty"]),
    },
    Case {
        id: "A3.orphan",
        state: "the first commit of an orphan branch, over an old tree with the text",
        why: "the commit brings everything into a history of its own",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::guarded();
            repo.write("a.py", plant.line()).commit("old");
            repo.git(&["checkout", "--quiet", "--orphan", "fresh"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "A3.lost-index",
        state: "an unborn HEAD whose index was deleted, named by GIT_INDEX_FILE",
        why: "only the repository's own index may be missing before the first commit",
        secret: Refused(&["does not exist; GIT_INDEX_FILE names it"]),
        twin: None,
        run: |_| {
            let repo = Repo::guarded();
            let mut guard = repo.guard_command();
            guard.env("GIT_INDEX_FILE", ".git/index.lock");
            by_hand(run(guard.args(["hook", "pre-commit"])))
        },
    },
];

const A4: &[Case] = &[
    Case {
        id: "A4.amend",
        state: "`git commit --amend` with a staged edit",
        why: "the index is compared with the commit that is replaced",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &["--amend"])
        },
    },
    Case {
        id: "A4.amend-all",
        state: "`git commit --amend --all` of the first commit",
        why: "the commit that is replaced has no parent, the index is locked",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("b.py", plant.line());
            commit(&repo, &["--amend", "--all"])
        },
    },
    Case {
        id: "A4.amend-path",
        state: "`git commit --amend PATH`, a key staged beside it",
        why: "the index is made of HEAD and the path",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", key_line(9)).stage();
            repo.write("b.py", plant.line());
            commit(&repo, &["--amend", "b.py"])
        },
    },
    Case {
        id: "A4.message",
        state: "`git commit --amend` of the message alone, the text in the old commit",
        why: "the hook is not told that it amends; nothing is new against HEAD",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("with it");
            commit(&repo, &["--amend"])
        },
    },
    Case {
        id: "A4.message-check",
        state: "the same, then `guard check`",
        why: "the amended commit is found before it leaves the machine",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("with it");
            Nothing.judge(&commit(&repo, &["--amend"]));
            by_hand(repo.guard(&["check"]))
        },
    },
    Case {
        id: "A4.removed",
        state: "`git commit --amend` that takes the key out of the old commit",
        why: "the way out of a key that was committed is not in the way",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("with it");
            repo.write("a.py", "a = 2\n").stage();
            commit(&repo, &["--amend"])
        },
    },
];
