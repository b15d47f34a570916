//! C10: where HEAD leads, and how and where objects are stored.

use crate::given::{staged, two_files, write};
use crate::support::{GUARD, Repo, key_line, run, run_with_input};
use crate::table::Outcome::{Blocked, Clean};
use crate::table::{Case, Ended, Plant, attempt, by_git, by_hand, commit};
use std::fs;
use std::path::Path;

groups! {
    c10_where_head_leads: C10_HEAD,
    c10_where_objects_lie: C10_OBJECTS,
    c10_shallow_clones: C10_SHALLOW,
}

const C10_HEAD: &[Case] = &[
    Case {
        id: "C10.detached",
        state: "`git commit` on a detached HEAD",
        why: "HEAD names the commit itself",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.git(&["switch", "--quiet", "--detach"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.packed-refs",
        state: "the branch lies in `packed-refs` alone, its name has folders",
        why: "there is no file of that name",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.git(&["branch", "--move", "team/caf\u{e9}/one"]);
            repo.git(&["pack-refs", "--all", "--prune"]);
            assert!(!repo.path(".git/refs/heads/team").exists());
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.alias",
        state: "HEAD names a reference that names the branch",
        why: "a reference may lead to another",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
            repo.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.linked-head",
        state: "HEAD is a symbolic link (core.preferSymlinkRefs)",
        why: "as git wrote it twenty years ago, and still can",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.git(&["config", "core.preferSymlinkRefs", "true"]);
            repo.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
            assert!(repo.path(".git/HEAD").is_symlink());
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.linked-head-unborn",
        state: "the same before the first commit",
        why: "the link leads nowhere yet",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::guarded();
            repo.git(&["config", "core.preferSymlinkRefs", "true"]);
            repo.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
            assert!(repo.path(".git/HEAD").is_symlink());
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.same-names",
        state: "a tag and a remote's branch with the name of the branch, and a file HEAD",
        why: "HEAD is no name that is looked up",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let old = repo.head();
            repo.write("a.py", plant.line()).commit("with it");
            for name in ["refs/tags/HEAD", "refs/tags/main", "refs/heads/HEAD"] {
                repo.git(&["update-ref", name, "HEAD"]);
            }
            repo.git(&["reset", "--quiet", "--soft", &old]);
            repo.write("HEAD", "x\n");
            commit(&repo, &[])
        },
    },
];

const C10_OBJECTS: &[Case] = &[
    Case {
        id: "C10.packed",
        state: "everything that is staged and committed lies in one pack, as deltas",
        why: "git gc may run at any time",
        secret: Blocked(&["long.py:301"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let text = |more: &str| "a line like any other\n".repeat(300) + more;
            repo.write("long.py", text("")).commit("old");
            repo.write("long.py", text(&plant.line())).stage();
            let named = repo.git(&["ls-files", "--stage"]);
            let ids = named.lines().filter_map(|line| line.split(' ').nth(1));
            let list = repo.git(&["rev-list", "--objects", "HEAD"]) + "\n";
            let all = list + &ids.collect::<Vec<_>>().join("\n") + "\n";
            let mut pack = repo.git_command(repo.top());
            pack.args(["pack-objects", "-q", ".git/objects/pack/pack"]);
            run_with_input(&mut pack, all.as_bytes()).exits(0);
            repo.git(&["prune-packed"]);
            assert!(!repo.object(&repo.git(&["rev-parse", ":long.py"])).exists());
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.indexed",
        state: "a multi-pack index, a bitmap, a commit graph and cruft",
        why: "as `git maintenance` leaves a repository",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["repack", "-q", "-d"]);
            repo.write("a.py", "a = 2\n").commit("more");
            repo.write("lost.py", "lost = 1\n").stage();
            repo.git(&["reset", "--quiet", "--hard"]);
            repo.git(&["repack", "-q", "-d", "--cruft"]);
            repo.git(&["multi-pack-index", "write", "--bitmap"]);
            repo.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.uncompressed",
        state: "core.looseCompression = 0",
        why: "the first bytes of a loose object differ",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "core.looseCompression", "0"]);
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C10.shared",
        state: "`git clone --shared`",
        why: "the old objects lie in another repository",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| in_clone(plant, &two_files(), &["--shared", "repo"], &[]),
    },
    Case {
        id: "C10.shared-twice",
        state: "a shared clone of a shared clone, by relative paths",
        why: "alternates have alternates",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            clone(&repo, &["--shared", "repo", "middle"]);
            write(
                &repo.beside("middle/.git/objects/info/alternates"),
                "../../../repo/.git/objects\n",
            );
            in_clone(plant, &repo, &["--shared", "middle"], &[])
        },
    },
    Case {
        id: "C10.new-blob-elsewhere",
        state: "the staged blob lies in the other repository",
        why: "`git add` does not write what an alternate has",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.blob(plant.line());
            in_clone(plant, &repo, &["--shared", "repo"], &[])
        },
    },
    Case {
        id: "C10.alternate-variable",
        state: "GIT_ALTERNATE_OBJECT_DIRECTORIES in place of the file",
        why: "only the environment names the other repository",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let objects = repo.path(".git/objects");
            in_clone(
                plant,
                &repo,
                &["--shared", "repo"],
                &[("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects)],
            )
        },
    },
];

const C10_SHALLOW: &[Case] = &[
    Case {
        id: "C10.shallow",
        state: "`git commit` in a shallow clone",
        why: "what came before HEAD plays no part",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("b.py", key_line(9)).commit("an old key");
            let url = format!("file://{}", repo.top().display());
            in_clone(plant, &repo, &["--depth=1", &url], &[])
        },
    },
    Case {
        id: "C10.shallow-check",
        state: "a commit in a shallow clone, then `guard check`",
        why: "the commit at the edge has no parent here and would seem to bring everything",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("b.py", key_line(9)).commit("an old key");
            let url = format!("file://{}", repo.top().display());
            clone(&repo, &["--depth=1", &url, "clone"]);
            let top = repo.beside("clone");
            write(&top.join("a.py"), plant.line());
            let mut git = repo.git_command(&top);
            run(git.args(["commit", "--quiet", "--no-verify", "--all", "-m", "x"])).exits(0);
            by_hand(run(repo.program(GUARD, &top).arg("check")))
        },
    },
];

/// Clones beside the repository.
fn clone(repo: &Repo, arguments: &[&str]) {
    let mut git = repo.git_command(&repo.beside(""));
    run(git.args(["clone", "--quiet"]).args(arguments)).exits(0);
}

/// Commits the text in a guarded clone; what `variables` say is said there in their place alone.
fn in_clone(plant: &Plant, repo: &Repo, from: &[&str], variables: &[(&str, &Path)]) -> Ended {
    clone(repo, &[from, &["clone"]].concat());
    let top = repo.beside("clone");
    if !variables.is_empty() {
        fs::remove_file(top.join(".git/objects/info/alternates")).expect("it is there");
    }
    run(repo.program(GUARD, &top).arg("install")).exits(0);
    write(&top.join("a.py"), plant.line());
    let mut git = repo.git_command(&top);
    git.envs(variables.iter().copied());
    git.args(["commit", "--all", "-m", "x"]);
    if variables.is_empty() {
        attempt(repo, &top.join(".git"), &mut git)
    } else {
        by_git(run(&mut git))
    }
}
