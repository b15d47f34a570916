//! E6: partial clones, in which objects may be missing. guard never fetches one.

use crate::given::write;
use crate::still::guard_in;
use crate::support::{Repo, key_line, run};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Ended, Plant, attempt};
use std::path::PathBuf;

groups! {
    e6_without_texts: E6_BLOBS,
    e6_without_folders: E6_TREES,
}

const E6_BLOBS: &[Case] = &[
    Case {
        id: "E6.blob",
        state: "`git clone --filter=blob:none`: the old version of a staged file is missing",
        why: "all lines of the file count as new; nothing is fetched for it",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| staged_in_clone(plant, "x = 1\n", &BLOBLESS),
    },
    Case {
        id: "E6.blob-old-key",
        state: "the same, the missing version has the text as well",
        why: "that cannot be known: rather a finding too many than one too few",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| staged_in_clone(plant, &plant.line(), &BLOBLESS),
    },
    Case {
        id: "E6.blob-commit",
        state: "the same, `git commit`",
        why: "git may fetch for itself, before its hook or after it",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, clone) = cloned("x = 1\n", &BLOBLESS);
            stage(&repo, plant);
            crate::given::install(&repo, &clone, "pre-commit");
            let mut git = repo.git_command(&clone);
            git.args(["commit", "--message", "x"]);
            attempt(&repo, &clone.join(".git"), &mut git)
        },
    },
    Case {
        id: "E6.blob-checked-out",
        state: "`git clone --filter=blob:none` with the files of HEAD",
        why: "what HEAD holds is there",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| staged_in_clone(plant, "x = 1\n", &["--filter=blob:none"]),
    },
    Case {
        id: "E6.old-style",
        state: "the same with extensions.partialClone, as git wrote it before 2.22",
        why: "the extension says only that objects may be missing",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, clone) = cloned("x = 1\n", &BLOBLESS);
            stage(&repo, plant);
            for (name, value) in [
                ("core.repositoryFormatVersion", "1"),
                ("extensions.partialClone", "origin"),
            ] {
                repo.git(&["-C", "../clone", "config", name, value]);
            }
            guard_in(&repo, &clone, &["check", "--staged"])
        },
    },
    Case {
        id: "E6.plumbing",
        state: "the same in a reftable clone, which git reads for guard",
        why: "git would fetch what is missing if it were not told not to",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let options = [
                "--filter=blob:none",
                "--no-checkout",
                "--ref-format=reftable",
            ];
            staged_in_clone(plant, "x = 1\n", &options)
        },
    },
    Case {
        id: "E6.check",
        state: "`guard check` in a partial clone after `git commit --no-verify`",
        why: "what the remote has is not looked at",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, clone) = cloned("x = 1\n", &BLOBLESS);
            stage(&repo, plant);
            let commit = ["commit", "--quiet", "--no-verify", "--message", "x"];
            repo.git(&[&["-C", "../clone"], &commit[..]].concat());
            guard_in(&repo, &clone, &["check"])
        },
    },
    Case {
        id: "E6.tree-scan",
        state: "`guard check --tree` in a partial clone without the texts",
        why: "what is not here cannot be vouched for",
        secret: Refused(&["`a.py`: blob ", " cannot be read"]),
        twin: Some(Refused(&["`a.py`: blob ", " cannot be read"])),
        run: |plant| {
            let (repo, clone) = cloned(&plant.line(), &BLOBLESS);
            guard_in(&repo, &clone, &["check", "--tree"])
        },
    },
    Case {
        id: "E6.history",
        state: "`guard check --history` in a partial clone without the texts",
        why: "what is not here cannot be vouched for",
        secret: Refused(&["`a.py`: blob ", " cannot be read"]),
        twin: Some(Refused(&["`a.py`: blob ", " cannot be read"])),
        run: |plant| {
            let (repo, clone) = cloned(&plant.line(), &BLOBLESS);
            guard_in(&repo, &clone, &["check", "--history"])
        },
    },
];

const E6_TREES: &[Case] = &[
    Case {
        id: "E6.tree",
        state: "`git clone --filter=tree:0 --no-checkout`: the tree of HEAD is missing",
        why: "what is staged can be compared with nothing; nothing is fetched for it",
        secret: Refused(&["HEAD does not lead to a readable commit"]),
        twin: Some(Refused(&["HEAD does not lead to a readable commit"])),
        run: |plant| {
            let (repo, clone) = cloned("x = 1\n", &["--filter=tree:0", "--no-checkout"]);
            write(&clone.join("a.py"), plant.line());
            repo.git(&["-C", "../clone", "update-index", "--add", "a.py"]);
            guard_in(&repo, &clone, &["check", "--staged"])
        },
    },
    Case {
        id: "E6.tree-plumbing",
        state: "the same in a reftable clone, which git reads for guard",
        why: "git would fetch what is missing if it were not told not to",
        secret: Refused(&["HEAD does not lead to a readable commit"]),
        twin: Some(Refused(&["HEAD does not lead to a readable commit"])),
        run: |plant| {
            let options = ["--filter=tree:0", "--no-checkout", "--ref-format=reftable"];
            let (repo, clone) = cloned("x = 1\n", &options);
            write(&clone.join("a.py"), plant.line());
            repo.git(&["-C", "../clone", "update-index", "--add", "a.py"]);
            guard_in(&repo, &clone, &["check", "--staged"])
        },
    },
    Case {
        id: "E6.tree-checked-out",
        state: "`git clone --filter=tree:0` with the files of HEAD",
        why: "what HEAD holds is there",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| staged_in_clone(plant, "x = 1\n", &["--filter=tree:0"]),
    },
    Case {
        id: "E6.tree-history",
        state: "`guard check --history` where old folders are missing",
        why: "what is not here cannot be vouched for",
        secret: Refused(&["tree ", " cannot be read; `git fsck` may say why"]),
        twin: Some(Refused(&[
            "tree ",
            " cannot be read; `git fsck` may say why",
        ])),
        run: |plant| {
            let (repo, clone) = cloned(&plant.line(), &["--filter=tree:0"]);
            guard_in(&repo, &clone, &["check", "--history"])
        },
    },
];

const BLOBLESS: [&str; 2] = ["--filter=blob:none", "--no-checkout"];

/// Clones a repository whose `a.py` is `x = 1`, then `second`; returns the clone's place.
fn cloned(second: &str, options: &[&str]) -> (Repo, PathBuf) {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n")
        .write("sub/b.py", "b = 1\n")
        .commit("first");
    repo.write("a.py", format!("{second}y = 1\n"))
        .write("sub/b.py", "b = 2\n")
        .commit("second");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repo.top().display());
    let mut clone = repo.git_command(&repo.beside(""));
    clone.args(["clone", "--quiet"]).args(options);
    run(clone.args([&url, "clone"])).exits(0);
    let clone = repo.beside("clone");
    if options.contains(&"--filter=blob:none") && options.contains(&"--no-checkout") {
        repo.git(&["-C", "../clone", "read-tree", "HEAD"]);
    }
    (repo, clone)
}

/// Stages `x = 1` and the text as `a.py` in the clone, fetching nothing.
fn stage(repo: &Repo, plant: &Plant) {
    write(
        &repo.beside("clone/a.py"),
        format!("x = 1\n{}", plant.line()),
    );
    repo.git(&["-C", "../clone", "update-index", "--add", "a.py"]);
}

/// Runs `guard check --staged` in a clone with the text staged.
fn staged_in_clone(plant: &Plant, second: &str, options: &[&str]) -> Ended {
    let (repo, clone) = cloned(second, options);
    stage(&repo, plant);
    guard_in(&repo, &clone, &["check", "--staged"])
}

#[test]
fn what_is_missing_is_told() {
    let (repo, clone) = cloned("x = 1\n", &BLOBLESS);
    write(&clone.join("a.py"), format!("x = 1\n{}", key_line(1)));
    repo.git(&["-C", "../clone", "update-index", "--add", "a.py"]);
    let mut guard = repo.program(crate::support::GUARD, &clone);
    let ran = run(guard.args(["check", "--staged"]));
    ran.exits(1)
        .says("guard: note: a.py: its old version ")
        .says(" is not in this clone");
}
