//! B7 and B8: what the remote has already, and how objects are named.

use crate::given::{install, write};
use crate::pushed::{bare, committed, push, with_remote};
use crate::support::{Repo, key_line, run};
use crate::table::Outcome::{Blocked, Clean, Nothing};
use crate::table::{Case, Plant};

groups! {
    b7_what_the_remote_has: B7,
    b8_names_of_objects: B8,
}

const B7: &[Case] = &[
    Case {
        id: "B7.forced",
        state: "`git push --force` over a commit that this clone has never seen",
        why: "the remote's id is unknown here and hides nothing",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            someone_pushes(&repo);
            push(&repo, &["--force", "origin", "main"])
        },
    },
    Case {
        id: "B7.rewritten",
        state: "`git push --force` of a commit that was amended, the text old",
        why: "the new commit is new to the remote with all that it changes",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            repo.git(&[
                "commit",
                "--quiet",
                "--no-verify",
                "--amend",
                "-m",
                "in other words",
            ]);
            push(&repo, &["--force", "origin", "main"])
        },
    },
    Case {
        id: "B7.not-fetched",
        state: "the remote has the branch, but there is no remote-tracking branch",
        why: "the ids that the remote itself names are known",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("a.py", key_line(9)).commit("an old key");
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            repo.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
            repo.write("a.py", format!("{}{}", key_line(9), plant.line()))
                .commit("more");
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B7.url",
        state: "`git push URL` of a remote that has a name",
        why: "its remote-tracking branches say what it has",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("a.py", key_line(9)).commit("an old key");
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            repo.write("a.py", format!("{}{}", key_line(9), plant.line()))
                .commit("more");
            let url = repo.beside("remote.git").display().to_string();
            push(&repo, &[&url, "main:refs/heads/topic"])
        },
    },
    Case {
        id: "B7.nameless",
        state: "`git push URL` of a remote without a name",
        why: "nothing is known of it: all history is new to it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.write("b.py", "b = 2\n").commit("more");
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            bare(&repo, "other.git");
            push(&repo, &["../other.git", "main"])
        },
    },
    Case {
        id: "B7.other-remote",
        state: "`git push` to one remote of what only another has",
        why: "a private remote may hold what a public one must not",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            bare(&repo, "public.git");
            repo.git(&["remote", "add", "public", "../public.git"]);
            push(&repo, &["public", "main"])
        },
    },
    Case {
        id: "B7.nested-remote",
        state: "`git push team` of what only the remote `team/private` has",
        why: "`refs/remotes/team/private/main` is no branch of `team`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            bare(&repo, "private.git");
            repo.git(&["remote", "rename", "origin", "team"]);
            repo.git(&["config", "remote.team/private.url", "../private.git"]);
            let fetch = "+refs/heads/*:refs/remotes/team/private/*";
            repo.git(&["config", "remote.team/private.fetch", fetch]);
            repo.git(&["push", "--quiet", "--no-verify", "team/private", "main"]);
            push(&repo, &["team", "main"])
        },
    },
    Case {
        id: "B7.stale",
        state: "a remote-tracking branch leads to a commit that is not there any more",
        why: "it hides nothing",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let stale = format!("{}\n", "1".repeat(40));
            repo.write(".git/refs/remotes/origin/stale", stale);
            push(&repo, &["origin", "main"])
        },
    },
];

const B8: &[Case] = &[
    Case {
        id: "B8.sha-256",
        state: "`git push` of a new branch in a repository with SHA-256",
        why: "ids have 64 digits, and so has the one of zeros",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            push(
                &with_long_names(plant),
                &["origin", "main:refs/heads/topic"],
            )
        },
    },
    Case {
        id: "B8.sha-256-deleted",
        state: "`git push --delete` in a repository with SHA-256",
        why: "64 zeros mean that nothing leaves",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = with_long_names(plant);
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main:topic"]);
            push(&repo, &["origin", "--delete", "topic"])
        },
    },
];

/// The same with objects that are named by SHA-256.
fn with_long_names(plant: &Plant) -> Repo {
    let repo = Repo::new();
    std::fs::remove_dir_all(repo.path(".git")).expect("it was just made");
    repo.git(&[
        "init",
        "--quiet",
        "--initial-branch=main",
        "--object-format=sha256",
    ]);
    repo.write("a.py", "a = 1\n").commit("old");
    repo.git(&[
        "init",
        "--quiet",
        "--bare",
        "--object-format=sha256",
        "../remote.git",
    ]);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    repo.git(&["push", "--quiet", "origin", "main"]);
    install(&repo, repo.top(), "pre-push");
    repo.write("a.py", plant.line()).commit("with it");
    repo
}

/// Pushes a commit from another clone.
fn someone_pushes(repo: &Repo) {
    let git = |arguments: &[&str], folder: &str| {
        run(repo.git_command(&repo.beside(folder)).args(arguments)).exits(0);
    };
    git(&["clone", "--quiet", "remote.git", "someone"], "");
    write(&repo.beside("someone/b.py"), "b = 2\n");
    git(&["commit", "--quiet", "--all", "-m", "x"], "someone");
    git(&["push", "--quiet", "origin", "main"], "someone");
}
