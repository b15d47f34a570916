//! E9: places that are no repository, or one without a work tree.

use crate::given::{two_files, write};
use crate::shapes::made_with;
use crate::still::{guard, guard_in, still};
use crate::support::{GUARD, Repo, run};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Ended, Plant, by_hand};
use std::fs;

groups! {
    e9_no_repository: E9,
    e9_no_work_tree: E9_BARE,
}

const NOWHERE: &[&str] = &["no git repository here", "`guard check PATH…`"];

const E9: &[Case] = &[
    Case {
        id: "E9.nowhere",
        state: "`guard check --staged` in a folder that is in no repository",
        why: "there is nothing to vouch for",
        secret: Refused(NOWHERE),
        twin: None,
        run: |_| {
            let repo = two_files();
            guard_in(&repo, &repo.beside("home"), &["check", "--staged"])
        },
    },
    Case {
        id: "E9.nowhere-check",
        state: "`guard check` in a folder that is in no repository",
        why: "the folder's files are scanned only when they are named",
        secret: Refused(NOWHERE),
        twin: None,
        run: |plant| {
            let repo = two_files();
            write(&repo.beside("home/a.py"), plant.line());
            guard_in(&repo, &repo.beside("home"), &["check"])
        },
    },
    Case {
        id: "E9.nowhere-path",
        state: "`guard check .` in a folder that is in no repository",
        why: "files need no repository",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            write(&repo.beside("home/a.py"), plant.line());
            guard_in(&repo, &repo.beside("home"), &["check", "."])
        },
    },
    Case {
        id: "E9.empty",
        state: "`.git` is an empty folder",
        why: "git says that this is no repository",
        secret: Refused(NOWHERE),
        twin: None,
        run: |_| {
            let repo = two_files();
            fs::remove_dir_all(repo.path(".git")).expect("it is there");
            fs::create_dir(repo.path(".git")).expect("may write");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E9.file-to-nowhere",
        state: "`.git` is a file that names a folder which is gone",
        why: "as after a work tree's repository was moved",
        secret: Refused(&["`git status`"]),
        twin: None,
        run: |plant| {
            let repo = made_with(&["--separate-git-dir", "../apart"]);
            repo.write("a.py", plant.line()).stage();
            fs::rename(repo.beside("apart"), repo.beside("moved")).expect("may move");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E9.file-of-junk",
        state: "`.git` is a file of junk",
        why: "git refuses it by name",
        secret: Refused(&["`git status`"]),
        twin: None,
        run: |_| {
            let repo = two_files();
            fs::rename(repo.path(".git"), repo.beside("moved")).expect("may move");
            repo.write(".git", "junk\n");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E9.ceiling",
        state: "`guard check --staged` in a folder of the work tree, GIT_CEILING_DIRECTORIES its top",
        why: "git does not look beyond, either",
        secret: Refused(NOWHERE),
        twin: None,
        run: |plant| {
            let repo = two_files();
            repo.write("sub/a.py", plant.line()).stage();
            let mut guard = repo.program(GUARD, &repo.path("sub"));
            guard.env("GIT_CEILING_DIRECTORIES", repo.top());
            by_hand(still(&repo, guard.args(["check", "--staged"])))
        },
    },
];

const E9_BARE: &[Case] = &[
    Case {
        id: "E9.inside",
        state: "`guard check --staged` inside `.git`",
        why: "the index of the repository is known there, too",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            guard_in(&repo, &repo.path(".git/refs"), &["check", "--staged"])
        },
    },
    Case {
        id: "E9.bare",
        state: "`guard check --staged` in a bare repository",
        why: "it has no index, which must not look like an empty one",
        secret: Refused(&["this repository is bare: nothing can be staged in it"]),
        twin: None,
        run: |plant| in_bare(plant, &["check", "--staged"]),
    },
    Case {
        id: "E9.bare-history",
        state: "`guard check --history` in a bare repository",
        why: "its commits can be read as any other's",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| in_bare(plant, &["check", "--history"]),
    },
    Case {
        id: "E9.bare-tree",
        state: "`guard check --tree` in a bare repository",
        why: "a tree needs no work tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| in_bare(plant, &["check", "--tree"]),
    },
    Case {
        id: "E9.bare-index",
        state: "`guard check --staged` in a bare repository, GIT_INDEX_FILE and GIT_WORK_TREE set",
        why: "scripts make commits so",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = bare_without();
            repo.write("a.py", plant.line()).stage();
            fs::copy(repo.path(".git/index"), repo.beside("own")).expect("may write");
            let mut add = repo.git_command(&repo.beside("bare.git"));
            let paths = [
                ("GIT_INDEX_FILE", repo.beside("own")),
                ("GIT_WORK_TREE", repo.top().to_owned()),
            ];
            run(add.envs(paths.clone()).args(["add", "--all"])).exits(0);
            let mut guard = repo.program(GUARD, &repo.beside("bare.git"));
            guard.envs(paths).args(["check", "--staged"]);
            by_hand(still(&repo, &mut guard))
        },
    },
];

/// A repository and a bare clone of it.
pub(crate) fn bare_without() -> Repo {
    let repo = two_files();
    clone_bare(&repo);
    repo
}

/// The same; the last commit brings the text in `a.py`.
fn bare_with(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("a.py", plant.line()).commit("with it");
    clone_bare(&repo);
    repo
}

fn clone_bare(repo: &Repo) {
    let mut clone = repo.git_command(&repo.beside(""));
    run(clone.args(["clone", "--quiet", "--bare", "repo", "bare.git"])).exits(0);
}

/// Runs guard in that clone.
fn in_bare(plant: &Plant, arguments: &[&str]) -> Ended {
    let repo = bare_with(plant);
    guard_in(&repo, &repo.beside("bare.git"), arguments)
}
