//! E10: damage to the index, to HEAD and to what leads to objects. git may still read some of it;
//! guard must never take what it cannot read for nothing.

use crate::given::{link, two_files};
use crate::still::{guard, still};
use crate::support::{GUARD, Repo, run};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Ended, Plant, by_hand};
use std::fs;

groups! {
    e10_index: E10_INDEX,
    e10_index_bits: E10_BITS,
    e10_head: E10_HEAD,
    e10_settings: E10_SETTINGS,
    e10_linked_work_trees: E10_LINKED,
}

/// Makes cases of damage: an id, a state, what is run, and why; then what must happen, and what is
/// done to a repository with the text staged.
macro_rules! damaged {
    ($($id:literal, $state:literal, $arguments:literal, $why:literal
        => $secret:expr, $twin:expr, $damage:expr;)*) => {
        &[$(Case {
            id: concat!("E10.", $id),
            state: concat!($state, "; `guard ", $arguments, "`"),
            why: $why,
            secret: $secret,
            twin: $twin,
            run: |plant| {
                let repo = prepared(plant);
                let damage: fn(&Repo) = $damage;
                damage(&repo);
                guard(&repo, &$arguments.split(' ').collect::<Vec<_>>())
            },
        }),*]
    };
}

/// A repository of two commits, with the text staged in `a.py`.
fn prepared(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("b.py", "b = 2\n").commit("second");
    repo.write("a.py", plant.line()).stage();
    repo
}

const INDEX: &[&str] = &["the index `", "` cannot be read", "`git reset`"];

const E10_INDEX: &[Case] = damaged! {
    "index-junk", "the index is junk", "check --staged", "git refuses it"
        => Refused(INDEX), None,
        |repo| index(repo, |_| b"junk of some length, and no index".to_vec());
    "index-junk-check", "the index is junk", "check", "what is staged is part of it"
        => Refused(INDEX), None,
        |repo| index(repo, |_| b"junk of some length, and no index".to_vec());
    "index-empty", "the index has 0 bytes", "check --staged", "an empty file is no empty index"
        => Refused(INDEX), None,
        |repo| index(repo, |_| Vec::new());
    "index-empty-check", "the index has 0 bytes", "check", "an empty file is no empty index"
        => Refused(INDEX), None,
        |repo| index(repo, |_| Vec::new());
    "index-cut", "the index was cut off in the middle", "check --staged", "entries are missing"
        => Refused(INDEX), None,
        |repo| index(repo, |whole| whole[..whole.len() / 2].to_vec());
    "index-cut-head", "the index was cut off in its head", "check --staged", "entries are missing"
        => Refused(INDEX), None,
        |repo| index(repo, |whole| whole[..9].to_vec());
    "index-cut-end", "the index was cut off in its checksum",
        "check --staged", "nobody can say what else is"
        => Refused(INDEX), None,
        |repo| index(repo, |whole| whole[..whole.len() - 7].to_vec());
    "index-longer", "something was appended to the index", "check --staged", "its checksum is wrong"
        => Refused(INDEX), None,
        |repo| index(repo, |whole| [whole, &b"more"[..]].concat());
    "index-overstated", "the index states a million entries and holds two",
        "check --staged", "memory for them is not asked for"
        => Refused(INDEX), None,
        |repo| index(repo, |whole| {
            [&whole[..8], &1_000_000_u32.to_be_bytes()[..], &whole[12..]].concat()
        });
    "index-version", "the index states version 9", "check --staged", "its entries may mean anything"
        => Refused(INDEX), None,
        |repo| index(repo, |whole| {
            [&whole[..4], &9_u32.to_be_bytes()[..], &whole[8..]].concat()
        });
    "index-zeros", "the index is all zeros, as after a power cut",
        "check --staged", "git refuses it"
        => Refused(INDEX), None,
        |repo| index(repo, |whole| vec![0; whole.len()]);
    "index-gone", "the index is gone", "check --staged", "libgit2 takes that for an empty one"
        => Refused(&["the index `", "does not exist; `git reset` makes a new one from HEAD"]), None,
        |repo| fs::remove_file(repo.path(".git/index")).expect("it is there");
    "index-gone-check", "the index is gone", "check", "libgit2 takes that for an empty one"
        => Refused(&["the index `", "does not exist; `git reset` makes a new one from HEAD"]), None,
        |repo| fs::remove_file(repo.path(".git/index")).expect("it is there");
    "index-folder", "the index is a folder", "check --staged", "it cannot be read"
        => Refused(&["the index `", "cannot be read"]), None,
        |repo| {
            fs::remove_file(repo.path(".git/index")).expect("it is there");
            fs::create_dir(repo.path(".git/index")).expect("may write");
        };
    "index-pipe", "the index is a named pipe", "check --staged", "guard waits for nobody"
        => Refused(&["the index `", "cannot be read"]), None,
        |repo| {
            fs::remove_file(repo.path(".git/index")).expect("it is there");
            let mut pipe = repo.program("mkfifo", repo.top());
            run(pipe.arg(".git/index")).exits(0);
        };
    "index-loop", "the index is a symbolic link to itself", "check --staged", "it cannot be read"
        => Refused(&["the index `", "cannot be read"]), None,
        |repo| {
            fs::remove_file(repo.path(".git/index")).expect("it is there");
            link("index", &repo.path(".git/index"));
        };
    "index-to-nowhere", "the index is a symbolic link to nothing",
        "check --staged", "as if it were gone"
        => Refused(&["the index `", "does not exist"]), None,
        |repo| {
            fs::remove_file(repo.path(".git/index")).expect("it is there");
            link("nothing", &repo.path(".git/index"));
        };
};

/// Replaces the index by what is made of it.
fn index(repo: &Repo, damage: impl Fn(&[u8]) -> Vec<u8>) {
    let path = repo.path(".git/index");
    let whole = fs::read(&path).expect("it is there");
    fs::write(&path, damage(&whole)).expect("may write");
}

const E10_BITS: &[Case] = &[Case {
    id: "E10.index-bits",
    state: "one bit of the index is wrong, here and there; `guard check --staged`",
    why: "the checksum tells; none of it may look like nothing staged",
    secret: Refused(INDEX),
    twin: None,
    run: |plant| {
        let repo = prepared(plant);
        let path = repo.path(".git/index");
        let whole = fs::read(&path).expect("it is there");
        let mut last = None;
        for at in (0..whole.len()).step_by(5) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(&path, flipped).expect("may write");
            let ended = guard(&repo, &["check", "--staged"]);
            Refused(&["the index `"]).judge(&ended);
            last = Some(ended);
        }
        last.expect("an index has bytes")
    },
}];

const HEAD: &[&str] = &["`git fsck`"];

const E10_HEAD: &[Case] = damaged! {
    "head-junk", "HEAD is junk", "check --staged", "it must not look like a branch without a commit"
        => Refused(&["guard: error: "]), None,
        |repo| head(repo, "junk\n");
    "head-junk-check", "HEAD is junk", "check", "it must not look like a branch without a commit"
        => Refused(&["guard: error: "]), None,
        |repo| head(repo, "junk\n");
    "head-empty", "HEAD has 0 bytes", "check --staged", "as after a power cut"
        => Refused(&["guard: error: "]), None,
        |repo| head(repo, "");
    "head-gone", "HEAD is gone", "check --staged", "git says that this is no repository"
        => Refused(&["no git repository here"]), None,
        |repo| fs::remove_file(repo.path(".git/HEAD")).expect("it is there");
    "head-missing-commit", "HEAD names a commit that is not there",
        "check --staged", "what is staged can be compared with nothing"
        => Refused(HEAD), None,
        |repo| head(repo, &format!("{}\n", "1".repeat(40)));
    "head-tree", "HEAD names a tree", "check --staged", "a tree has no commit"
        => Refused(HEAD), None,
        |repo| {
            let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
            head(repo, &format!("{tree}\n"));
        };
    "head-no-branch", "HEAD names a branch that does not exist",
        "check --staged", "the next commit is the first of that branch: everything is new in it"
        => Blocked(&["a.py:1"]), Some(Clean),
        |repo| head(repo, "ref: refs/heads/none\n");
    "head-outside", "HEAD names something outside refs/", "check --staged", "git refuses it"
        => Refused(&["guard: error: "]), None,
        |repo| head(repo, "ref: ../x\n");
    "branch-junk", "the branch of HEAD is junk",
        "check --staged", "it must not look like a branch without a commit"
        => Refused(HEAD), None,
        |repo| branch(repo, "junk\n");
    "branch-junk-check", "the branch of HEAD is junk",
        "check", "it must not look like a branch without a commit"
        => Refused(HEAD), None,
        |repo| branch(repo, "junk\n");
    "branch-empty", "the branch of HEAD has 0 bytes", "check --staged", "as after a power cut"
        => Refused(HEAD), None,
        |repo| branch(repo, "");
    "branch-zeros", "the branch of HEAD is all zeros", "check --staged", "no commit has that id"
        => Refused(HEAD), None,
        |repo| branch(repo, &format!("{}\n", "0".repeat(40)));
    "branch-loop", "the branch of HEAD is a reference to itself",
        "check --staged", "it leads nowhere"
        => Refused(HEAD), None,
        |repo| branch(repo, "ref: refs/heads/main\n");
    "branch-blob", "the branch of HEAD names a blob", "check --staged", "a blob is no commit"
        => Refused(HEAD), None,
        |repo| {
            let blob = repo.git(&["rev-parse", "HEAD:a.py"]);
            branch(repo, &format!("{blob}\n"));
        };
    "branch-folder", "the branch of HEAD is an empty folder",
        "check --staged", "git takes it for a branch without a commit"
        => Blocked(&["a.py:1"]), Some(Clean),
        |repo| {
            fs::remove_file(repo.path(".git/refs/heads/main")).expect("it is there");
            fs::create_dir(repo.path(".git/refs/heads/main")).expect("may write");
        };
    "packed-refs", "`packed-refs`, in which the branch is, is junk",
        "check --staged", "it must not look like a branch without a commit"
        => Refused(HEAD), None,
        |repo| {
            repo.git(&["pack-refs", "--all"]);
            assert!(!repo.path(".git/refs/heads/main").exists());
            repo.write(".git/packed-refs", "junk\n");
        };
};

fn head(repo: &Repo, content: &str) {
    repo.write(".git/HEAD", content);
}

fn branch(repo: &Repo, content: &str) {
    repo.write(".git/refs/heads/main", content);
}

const E10_SETTINGS: &[Case] = damaged! {
    "config-junk", "`.git/config` is junk", "check --staged", "git refuses it"
        => Refused(&["guard: error: "]), None,
        |repo| {
            repo.write(".git/config", "[core\njunk\n");
        };
    "config-gone", "`.git/config` is gone", "check --staged", "git works with its defaults"
        => Blocked(&["a.py:1"]), Some(Clean),
        |repo| fs::remove_file(repo.path(".git/config")).expect("it is there");
    "objects-gone", "`.git/objects` is gone",
        "check --staged", "git says that this is no repository"
        => Refused(&["guard: error: "]), None,
        |repo| fs::remove_dir_all(repo.path(".git/objects")).expect("it is there");
    "merge-head", "MERGE_HEAD is junk", "check --staged", "the parents of the commit are not known"
        => Refused(&["MERGE_HEAD` cannot be read"]), None,
        |repo| {
            repo.write(".git/MERGE_HEAD", "junk\n");
        };
    "merge-head-lost", "MERGE_HEAD names a commit that is not there",
        "check --staged", "what it brings counts as new"
        => Blocked(&["a.py:1"]), Some(Clean),
        |repo| {
            repo.write(".git/MERGE_HEAD", format!("{}\n", "1".repeat(40)));
        };
    "shallow-check", "`.git/shallow` is junk", "check", "where history ends is not known"
        => Refused(&["`git fsck`"]), None,
        |repo| {
            repo.write(".git/shallow", "junk\n");
        };
};

const E10_LINKED: &[Case] = &[
    Case {
        id: "E10.linked-link",
        state: "a linked work tree whose `commondir` leads nowhere; `guard check --staged`",
        why: "its objects are nowhere",
        secret: Refused(&["guard: error: "]),
        twin: None,
        run: |plant| {
            in_linked(plant, |repo| {
                repo.write(".git/worktrees/linked/commondir", "../../nowhere\n");
            })
        },
    },
    Case {
        id: "E10.linked-head",
        state: "a linked work tree whose HEAD is junk; `guard check --staged`",
        why: "it must not look like a branch without a commit",
        secret: Refused(&["guard: error: "]),
        twin: None,
        run: |plant| {
            in_linked(plant, |repo| {
                repo.write(".git/worktrees/linked/HEAD", "junk\n");
            })
        },
    },
    Case {
        id: "E10.linked-index",
        state: "a linked work tree whose index is gone; `guard check --staged`",
        why: "the main index is another one",
        secret: Refused(&["the index `", "does not exist"]),
        twin: None,
        run: |plant| {
            in_linked(plant, |repo| {
                fs::remove_file(repo.path(".git/worktrees/linked/index")).expect("it is there");
            })
        },
    },
];

/// Runs `guard check --staged` in a damaged linked work tree.
fn in_linked(plant: &Plant, damage: impl Fn(&Repo)) -> Ended {
    let (repo, linked) = crate::given::linked();
    fs::write(linked.join("a.py"), plant.line()).expect("may write");
    repo.git(&["-C", "../linked", "add", "a.py"]);
    damage(&repo);
    let mut guard = repo.program(GUARD, &linked);
    by_hand(still(&repo, guard.args(["check", "--staged"])))
}
