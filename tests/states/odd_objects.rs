//! B9: what a server is sent that git itself does not make.

use crate::given::write;
use crate::receive::{committed, push, serve, with_server};
use crate::support::{Repo, run};
use crate::table::Outcome::{Blocked, Clean};
use crate::table::{Case, Ended};

groups! {
    b9_odd_objects: B9_ODD,
}

/// Objects that git itself does not make, and takes: `receive.fsckObjects` is off by default.
const B9_ODD: &[Case] = &[
    Case {
        id: "B9.replaced",
        state: "a push that brings refs/replace/…, then one whose blob it replaces",
        why: "whoever may push may push replacements, and the true blob is fetched with them",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let blob = repo.git(&["rev-parse", "HEAD:a.py"]);
            repo.git(&["replace", &blob, &repo.blob("a = 1\n")]);
            Clean.judge(&push(&repo, &["refs/replace/*"]));
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.false-parent",
        state: "a commit with a line `parent` behind its author, which names a deleted commit",
        why: "what is no parent to git must not make a line old; libgit2 takes the commit for damaged",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push_false_parent(&committed(plant)),
    },
    Case {
        id: "B9.false-parent-reftable",
        state: "the same on a server with reftable",
        why: "there git lists the commits: what is no parent to git must not make a line old",
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
            repo.git(&[
                "-c",
                "remote.server.receivepack=git -c core.hooksPath=/dev/null receive-pack",
                "push",
                "--quiet",
                "server",
                "main~1:refs/heads/main",
            ]);
            push_false_parent(&repo)
        },
    },
    Case {
        id: "B9.doubled",
        state: "a tree with the same name twice, the text behind the second",
        why: "both blobs arrive",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            let tree = [
                entry(&repo, "100644 a.py", "a = 1\n"),
                entry(&repo, "100644 a.py", &plant.line()),
                entry(&repo, "100644 b.py", "b = 1\n"),
            ];
            push_tree(&repo, &tree.concat())
        },
    },
    Case {
        id: "B9.disordered",
        state: "a tree whose names are in no order, the text in one of the files",
        why: "a comparison that trusts the order could skip it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            let tree = [
                entry(&repo, "100644 z.py", "z = 1\n"),
                entry(&repo, "100644 b.py", "b = 1\n"),
                entry(&repo, "100644 a.py", &plant.line()),
            ];
            push_tree(&repo, &tree.concat())
        },
    },
    Case {
        id: "B9.modes",
        state: "files with modes that git does not give",
        why: "whatever is no folder and no submodule is a text",
        secret: Blocked(&["a.py:1", "c.py:1", "d.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            let tree = [
                entry(&repo, "100664 a.py", &plant.nth_line(1)),
                entry(&repo, "0100600 c.py", &plant.nth_line(2)),
                entry(&repo, "120777 d.py", &plant.nth_line(3)),
            ];
            push_tree(&repo, &tree.concat())
        },
    },
    Case {
        id: "B9.names",
        state: "a file called `x/../y.py`, in a tree without folders",
        why: "the blob arrives, whatever its name is",
        secret: Blocked(&["x/../y.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            push_tree(&repo, &entry(&repo, "100644 x/../y.py", &plant.line()))
        },
    },
];

/// Stores an object that git would not make.
fn literal(repo: &Repo, kind: &str, content: &[u8]) -> String {
    write(&repo.beside("object"), content);
    repo.git(&["hash-object", "-w", "--literally", "-t", kind, "../object"])
}

/// Pushes a commit on top of HEAD~1 with the tree of HEAD, which it names as if it were a parent;
/// the server has HEAD, but no reference leads to it.
fn push_false_parent(repo: &Repo) -> Ended {
    let left_over = repo.head();
    let mut git = repo.git_command(&repo.beside("server.git"));
    run(git.args(["fetch", "--quiet", "../repo", "main"])).exits(0);
    std::fs::remove_file(repo.beside("server.git/FETCH_HEAD")).expect("git made it");
    let person = "A <a@example.com> 1700000000 +0000";
    let text = format!(
        "tree {}\nparent {}\nauthor {person}\nparent {left_over}\ncommitter {person}\n\nx\n",
        repo.git(&["rev-parse", "HEAD^{tree}"]),
        repo.git(&["rev-parse", "HEAD~1"]),
    );
    let odd = literal(repo, "commit", text.as_bytes());
    push(repo, &[&format!("{odd}:refs/heads/topic")])
}

/// An entry of a tree, with its blob.
fn entry(repo: &Repo, mode_and_name: &str, content: &str) -> Vec<u8> {
    let id = repo.blob(content);
    let byte = |at: usize| u8::from_str_radix(&id[at..at + 2], 16).expect("ids are hexadecimal");
    let id: Vec<u8> = (0..id.len()).step_by(2).map(byte).collect();
    [mode_and_name.as_bytes(), b"\0", &id].concat()
}

/// Pushes a commit on top of HEAD with this tree.
fn push_tree(repo: &Repo, tree: &[u8]) -> Ended {
    let tree = literal(repo, "tree", tree);
    let odd = repo.git(&["commit-tree", &tree, "-p", "HEAD", "-m", "x"]);
    push(repo, &[&format!("{odd}:refs/heads/topic")])
}
