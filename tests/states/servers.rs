//! B9: kinds of servers, and the hook that is asked about one reference at a time.

use crate::given::{install, two_files_unguarded, write};
use crate::receive::{committed, push, pushed, serve, with_server};
use crate::support::{Repo, run};
use crate::table::Case;
use crate::table::Outcome::{Blocked, Clean, Nothing};

groups! {
    b9_the_server: B9_SERVER,
    b9_one_reference_at_a_time: B9_UPDATE,
}

const B9_SERVER: &[Case] = &[
    Case {
        id: "B9.packed",
        state: "the server keeps what arrives as a pack (receive.unpackLimit = 1)",
        why: "the quarantine holds a pack in place of loose objects",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            set(&repo, "receive.unpackLimit", "1");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.fork",
        state: "the server borrows its old objects from another (a fork)",
        why: "the quarantine has alternates, which have alternates",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            std::fs::rename(repo.beside("server.git"), repo.beside("upstream.git")).expect("ours");
            serve(
                &repo,
                &[
                    "clone",
                    "--quiet",
                    "--bare",
                    "--shared",
                    "upstream.git",
                    "server.git",
                ],
            );
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.work-tree",
        state: "the server has a work tree (receive.denyCurrentBranch = updateInstead)",
        why: "the hook runs in `.git`, GIT_DIR is `.`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            std::fs::rename(repo.beside("server.git"), repo.beside("upstream.git")).expect("ours");
            serve(&repo, &["clone", "--quiet", "upstream.git", "server.git"]);
            set(&repo, "receive.denyCurrentBranch", "updateInstead");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.sha-256",
        state: "a server with SHA-256",
        why: "ids have 64 digits, and so has the one of zeros",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            std::fs::remove_dir_all(repo.path(".git")).expect("it was just made");
            repo.git(&[
                "init",
                "--quiet",
                "--initial-branch=main",
                "--object-format=sha256",
            ]);
            repo.write("a.py", plant.line()).commit("with it");
            serve(
                &repo,
                &[
                    "init",
                    "--quiet",
                    "--bare",
                    "--object-format=sha256",
                    "server.git",
                ],
            );
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.reftable",
        state: "a server with reftable",
        why: "libgit2 cannot open it: git's plumbing reads the quarantine",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            std::fs::remove_dir_all(repo.beside("server.git")).expect("ours");
            serve(
                &repo,
                &[
                    "init",
                    "--quiet",
                    "--bare",
                    "--ref-format=reftable",
                    "server.git",
                ],
            );
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.shallow",
        state: "a shallow clone pushes to an empty server (receive.shallowUpdate = true)",
        why: "the commit at the edge is new there, with all its files",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files_unguarded();
            repo.write("a.py", plant.line()).commit("with it");
            repo.write("b.py", "b = 2\n").commit("more");
            repo.write("b.py", "b = 3\n").commit("even more");
            serve(
                &repo,
                &[
                    "init",
                    "--quiet",
                    "--bare",
                    "--initial-branch=main",
                    "server.git",
                ],
            );
            set(&repo, "receive.shallowUpdate", "true");
            let url = format!("file://{}", repo.top().display());
            let mut git = repo.git_command(&repo.beside(""));
            run(git.args(["clone", "--quiet", "--depth=2", &url, "clone"])).exits(0);
            let mut git = repo.git_command(&repo.beside("clone"));
            pushed(&repo, git.args(["push", "../server.git", "main"]))
        },
    },
    Case {
        id: "B9.namespace",
        state: "a server with a namespace for each repository (GIT_NAMESPACE)",
        why: "references have other names there, objects are the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let mut git = repo.git_command(repo.top());
            git.args(["push", "server", "main"])
                .env("GIT_NAMESPACE", "team");
            pushed(&repo, &mut git)
        },
    },
    Case {
        id: "B9.not-ours",
        state: "a server that belongs to another user (safe.directory = *)",
        why: "git has decided to trust it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let mut chown = repo.program("chown", &repo.beside(""));
            // Only the superuser may give a file away; without it the case is that of B9.branch.
            run(chown.args(["-R", "12345:12345", "server.git"]));
            let mut git = repo.git_command(repo.top());
            git.args(["push", "server", "main"])
                .env("GIT_CONFIG_GLOBAL", repo.beside("trusting"));
            write(&repo.beside("trusting"), "[safe]\n\tdirectory = *\n");
            pushed(&repo, &mut git)
        },
    },
];

const B9_UPDATE: &[Case] = &[
    Case {
        id: "B9.update",
        state: "the hook `update`, a push to a branch",
        why: "git names the reference and both ids as arguments; objects are no longer apart",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&updating(committed(plant)), &["main"]),
    },
    Case {
        id: "B9.update-new",
        state: "the hook `update`, a new branch",
        why: "the old id is all zeros",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&updating(committed(plant)), &["main:refs/heads/topic"]),
    },
    Case {
        id: "B9.update-tag",
        state: "the hook `update`, a tag with the text in its message",
        why: "the id is that of the tag",
        secret: Blocked(&["TAG_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = updating(with_server());
            repo.git(&["tag", "--annotate", "v1", "-m", &plant.line()]);
            push(&repo, &["v1"])
        },
    },
    Case {
        id: "B9.update-deleted",
        state: "the hook `update`, a branch is deleted",
        why: "the new id is all zeros",
        secret: Nothing,
        twin: None,
        run: |_| {
            let repo = updating(with_server());
            let mut git = repo.git_command(&repo.beside("server.git"));
            run(git.args(["branch", "topic"])).exits(0);
            push(&repo, &["--delete", "topic"])
        },
    },
    Case {
        id: "B9.update-several",
        state: "the hook `update`, two branches that share the commit with the text",
        why: "git sets one after the other: each must be refused by itself",
        secret: Blocked(&["a.py:1", "a.py:1"]),
        twin: Some(Nothing),
        run: |plant| {
            push(
                &updating(committed(plant)),
                &["main", "main:refs/heads/topic"],
            )
        },
    },
];

/// Changes a setting of the server.
fn set(repo: &Repo, name: &str, value: &str) {
    let mut git = repo.git_command(&repo.beside("server.git"));
    run(git.args(["config", name, value])).exits(0);
}

/// Makes the server ask guard for one reference at a time.
fn updating(repo: Repo) -> Repo {
    std::fs::remove_file(repo.beside("server.git/hooks/pre-receive")).expect("it is there");
    install(&repo, &repo.beside("server.git"), "update");
    repo
}
