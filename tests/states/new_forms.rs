//! E4, E5: forms of repository that libgit2 does not know, or not in full.

use crate::shapes::made_with;
use crate::still::guard;
use crate::support::Repo;
use crate::table::Case;
use crate::table::Outcome::{Blocked, Clean, Refused};
use std::fs;

groups! {
    e4_sha_256: E4,
    e4_two_kinds_of_ids: E4_COMPAT,
    e5_reftable: E5,
    e5_reftable_and_sha_256: E5_BOTH,
    e5_damage: E5_DAMAGE,
}

const E4: &[Case] = in_every_situation!(
    "E4.", "SHA-256", sha256,
    without git: Blocked(&["a.py:1"])
);

fn sha256() -> Repo {
    let repo = made_with(&["--object-format=sha256"]);
    assert_eq!(repo.head().len(), 64);
    repo
}

const E4_COMPAT: &[Case] = in_every_situation!(
    "E4.compat-", "SHA-256 with extensions.compatObjectFormat", compatible,
    without git: Refused(&["put it on the PATH"])
);

/// A repository that knows each object by two ids, from its first one on.
fn compatible() -> Repo {
    let repo = Repo::new();
    fs::remove_dir_all(repo.path(".git")).expect("it was just made");
    repo.git(&[
        "init",
        "--quiet",
        "--initial-branch=main",
        "--object-format=sha256",
    ]);
    repo.git(&["config", "extensions.compatObjectFormat", "sha1"]);
    repo.guard(&["install"]).exits(0);
    repo.write("a.py", "a = 1\n")
        .write("b.py", "b = 1\n")
        .commit("old");
    repo
}

const E5: &[Case] = in_every_situation!(
    "E5.", "reftable", reftable,
    without git: Refused(&["the reftable reference storage", "put it on the PATH"])
);

fn reftable() -> Repo {
    let repo = made_with(&["--ref-format=reftable"]);
    assert!(repo.path(".git/reftable").is_dir());
    repo
}

const E5_BOTH: &[Case] = in_every_situation!(
    "E5.sha256-", "reftable and SHA-256", both,
    without git: Refused(&["the reftable reference storage", "put it on the PATH"])
);

fn both() -> Repo {
    let repo = made_with(&["--ref-format=reftable", "--object-format=sha256"]);
    assert!(repo.path(".git/reftable").is_dir());
    assert_eq!(repo.head().len(), 64);
    repo
}

const E5_DAMAGE: &[Case] = &[
    Case {
        id: "E5.no-tables",
        state: "reftable: the tables are gone; by hand",
        why: "that no branch can be read must not look like a repository without a commit",
        secret: Refused(&["`git fsck`"]),
        twin: None,
        run: |plant| {
            let repo = reftable();
            repo.write("a.py", plant.line()).stage();
            for file in fs::read_dir(repo.path(".git/reftable")).expect("it is there") {
                let path = file.expect("it is ours").path();
                fs::write(path, "junk\n").expect("may write");
            }
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E5.no-list",
        state: "reftable: the list of tables is empty; by hand",
        why: "that no branch can be read must not look like a repository without a commit",
        secret: Refused(&["`git fsck`"]),
        twin: None,
        run: |plant| {
            let repo = reftable();
            repo.write("a.py", plant.line()).stage();
            fs::write(repo.path(".git/reftable/tables.list"), "").expect("may write");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E5.lost-commit",
        state: "reftable: the commit of HEAD is gone; by hand",
        why: "what is staged can be compared with nothing",
        secret: Refused(&["`git fsck`"]),
        twin: None,
        run: |plant| {
            let repo = reftable();
            repo.write("a.py", plant.line()).stage();
            fs::remove_file(repo.object(&repo.head())).expect("git stored it");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E5.lost-tree",
        state: "reftable: the tree of HEAD is gone; by hand",
        why: "what is staged can be compared with nothing",
        secret: Refused(&["`git fsck`"]),
        twin: None,
        run: |plant| {
            let repo = reftable();
            repo.write("a.py", plant.line()).stage();
            let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
            fs::remove_file(repo.object(&tree)).expect("git stored it");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E5.cut-blob",
        state: "reftable: the staged blob was cut off; by hand",
        why: "git refuses to read it, and guard waits for nothing",
        secret: Refused(&["`a.py`: blob ", " cannot be read"]),
        twin: None,
        run: |plant| {
            let repo = reftable();
            repo.write("a.py", plant.line()).stage();
            let object = repo.object(&repo.git(&["rev-parse", ":a.py"]));
            let whole = fs::read(&object).expect("git stored it");
            crate::support::set_mode(&object, 0o644);
            fs::write(&object, &whole[..whole.len() / 2]).expect("may write");
            guard(&repo, &["check", "--staged"])
        },
    },
];
