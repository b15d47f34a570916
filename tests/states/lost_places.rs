//! E10: damage to alternates and packs, and to what only speeds git up.

use crate::given::two_files;
use crate::lost_objects::{BLOB, FSCK, STAGED, gone, half, harm, prepared};
use crate::still::{guard, guard_in, still};
use crate::support::{Repo, key_at, run, set_mode};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Ended, Plant, by_hand};
use std::fs;
use std::path::PathBuf;

groups! {
    e10_alternates: E10_ALTERNATES,
    e10_packs: E10_PACKS,
}
const E10_ALTERNATES: &[Case] = &[
    Case {
        id: "E10.alternates-broken",
        state: "`info/alternates` leads nowhere; `guard check --staged`",
        why: "the commit of HEAD is nowhere",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| {
            in_borrower(plant, |repo| {
                let list = repo.beside("borrower/.git/objects/info/alternates");
                fs::write(list, "/nowhere\n").expect("may write");
            })
        },
    },
    Case {
        id: "E10.alternates-binary",
        state: "`info/alternates` is junk; `guard check --staged`",
        why: "the commit of HEAD is nowhere",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| {
            in_borrower(plant, |repo| {
                let list = repo.beside("borrower/.git/objects/info/alternates");
                fs::write(list, b"\0\xff\n\n#\n").expect("may write");
            })
        },
    },
    Case {
        id: "E10.alternates-loop",
        state: "two repositories are alternates of each other; `guard check --staged`",
        why: "git reads each once",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            in_borrower(plant, |repo| {
                let list = repo.path(".git/objects/info/alternates");
                let borrower = repo.beside("borrower/.git/objects").display().to_string();
                fs::write(list, format!("{borrower}\n")).expect("may write");
            })
        },
    },
    Case {
        id: "E10.alternates-blob-cut",
        state: "the staged blob was cut off in an alternate; `guard check --staged`",
        why: "libgit2 would wait for its rest for ever",
        secret: Refused(BLOB),
        twin: None,
        run: |plant| in_borrower(plant, |repo| harm_in_alternate(repo, ":a.py")),
    },
    Case {
        id: "E10.alternates-commit-cut",
        state: "the commit of HEAD was cut off in an alternate; `guard check --staged`",
        why: "libgit2 would wait for its rest for ever",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| in_borrower(plant, |repo| harm_in_alternate(repo, "HEAD")),
    },
    Case {
        id: "E10.alternates-tree-cut",
        state: "the tree of HEAD was cut off in an alternate; `guard check --staged`",
        why: "libgit2 would wait for its rest for ever",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| in_borrower(plant, |repo| harm_in_alternate(repo, "HEAD^{tree}")),
    },
    Case {
        id: "E10.alternates-far-cut",
        state: "the staged blob was cut off in an alternate of another; `guard check --staged`",
        why: "libgit2 would wait for its rest for ever",
        secret: Refused(BLOB),
        twin: None,
        run: |plant| {
            let repo = lender(plant);
            for (from, to) in [("repo", "middle"), ("middle", "borrower")] {
                clone_shared(&repo, from, to);
            }
            stage_there(&repo, plant);
            harm_in_alternate(&repo, ":a.py");
            guard_in(&repo, &repo.beside("borrower"), STAGED)
        },
    },
    Case {
        id: "E10.alternates-copy",
        state: "the staged blob is cut off in an alternate and whole in the repository itself",
        why: "git takes the whole one",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            in_borrower(plant, |repo| {
                let blob = there(repo, &["rev-parse", ":a.py"]);
                let own = repo.beside("borrower/.git/objects").join(&blob[..2]);
                fs::create_dir_all(&own).expect("may write");
                fs::copy(repo.object(&blob), own.join(&blob[2..])).expect("may write");
                harm(&repo.object(&blob), half);
            })
        },
    },
];

/// A repository that holds the text as a blob that no commit names.
fn lender(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.blob(plant.line());
    repo
}

fn clone_shared(repo: &Repo, from: &str, to: &str) {
    let mut clone = repo.git_command(&repo.beside(""));
    run(clone.args(["clone", "--quiet", "--shared", from, to])).exits(0);
}

/// Stages the text in `borrower`, which has the blob from elsewhere.
fn stage_there(repo: &Repo, plant: &Plant) {
    fs::write(repo.beside("borrower/a.py"), plant.line()).expect("may write");
    there(repo, &["add", "a.py"]);
    let blob = there(repo, &["rev-parse", ":a.py"]);
    let own = repo.beside("borrower/.git/objects").join(&blob[..2]);
    assert!(!own.join(&blob[2..]).exists(), "it lies in the alternate");
}

/// Runs git in `borrower`.
fn there(repo: &Repo, arguments: &[&str]) -> String {
    repo.git(&[&["-C", "../borrower"], arguments].concat())
}

/// Runs `guard check --staged` in a repository that borrows all objects, after some damage.
fn in_borrower(plant: &Plant, damage: impl Fn(&Repo)) -> Ended {
    let repo = lender(plant);
    clone_shared(&repo, "repo", "borrower");
    stage_there(&repo, plant);
    damage(&repo);
    guard_in(&repo, &repo.beside("borrower"), STAGED)
}

/// Cuts off an object of the lender, which a revision of the borrower names.
fn harm_in_alternate(repo: &Repo, revision: &str) {
    let id = there(repo, &["rev-parse", revision]);
    harm(&repo.object(&id), half);
}

const E10_PACKS: &[Case] = &[
    Case {
        id: "E10.pack-cut",
        state: "the pack with all objects was cut off; `guard check --staged`",
        why: "what is left of it is not enough",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| packed(plant, |repo| harm(&pack(repo, "pack"), half)),
    },
    Case {
        id: "E10.pack-gone",
        state: "the pack with all objects is gone, its index is there; `guard check --staged`",
        why: "the index alone holds no text",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| packed(plant, |repo| harm(&pack(repo, "pack"), gone)),
    },
    Case {
        id: "E10.pack-zeros",
        state: "the pack with all objects is all zeros; `guard check --staged`",
        why: "as after a power cut",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| {
            packed(plant, |repo| {
                harm(&pack(repo, "pack"), |whole| vec![0; whole.len()]);
            })
        },
    },
    Case {
        id: "E10.pack-index-cut",
        state: "the index of the pack was cut off; `guard check --staged`",
        why: "objects cannot be found",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| packed(plant, |repo| harm(&pack(repo, "idx"), half)),
    },
    Case {
        id: "E10.pack-index-gone",
        state: "the index of the pack is gone; `guard check --staged`",
        why: "objects cannot be found",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| packed(plant, |repo| harm(&pack(repo, "idx"), gone)),
    },
    Case {
        id: "E10.pack-index-junk",
        state: "the index of the pack is junk; `guard check --staged`",
        why: "objects cannot be found",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| packed(plant, |repo| harm(&pack(repo, "idx"), |_| b"junk".to_vec())),
    },
    Case {
        id: "E10.pack-bits",
        state: "one bit of the pack is wrong, here and there; `guard check --staged`",
        why: "either it plays no part, or it is an error; it never hides a text",
        secret: Refused(FSCK),
        twin: None,
        run: |plant| {
            let repo = all_packed(plant);
            let path = pack(&repo, "pack");
            let whole = fs::read(&path).expect("git stored it");
            set_mode(&path, 0o644);
            let mut last = None;
            // The last byte belongs to the checksum of the pack, which its index repeats.
            for at in (whole.len() % STEP..whole.len())
                .step_by(STEP)
                .chain([whole.len() - 1])
            {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << (at % 8);
                fs::write(&path, flipped).expect("may write");
                let ran = still(&repo, repo.guard_command().args(STAGED));
                if ran.code == Some(1) {
                    ran.finds(&[&key_at("a.py:1")]);
                } else {
                    ran.exits(2).lacks("0 findings");
                }
                last = Some(ran);
            }
            by_hand(last.expect("a pack has bytes"))
        },
    },
    Case {
        id: "E10.pack-list",
        state: "`multi-pack-index` is junk; `guard check --staged`",
        why: "git goes on without it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            packed(plant, |repo| {
                repo.git(&["multi-pack-index", "write"]);
                let list = repo.path(".git/objects/pack/multi-pack-index");
                harm(&list, |_| b"junk".to_vec());
            })
        },
    },
    Case {
        id: "E10.commit-graph",
        state: "the commit-graph is junk; `guard check`",
        why: "git goes on without it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = prepared(plant);
            repo.git(&["commit-graph", "write", "--reachable"]);
            let graph = repo.path(".git/objects/info/commit-graph");
            harm(&graph, |_| b"junk".to_vec());
            guard(&repo, &["check"])
        },
    },
    Case {
        id: "E10.commit-graph-cut",
        state: "the commit-graph was cut off; `guard check`",
        why: "git goes on without it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = prepared(plant);
            repo.git(&["commit-graph", "write", "--reachable"]);
            harm(&repo.path(".git/objects/info/commit-graph"), half);
            guard(&repo, &["check"])
        },
    },
];

/// How many bytes further the next bit is wrong; a prime, so that all bits have their turn.
const STEP: usize = 11;

/// A repository whose objects, also the staged ones, all lie in one pack.
fn all_packed(plant: &Plant) -> Repo {
    let repo = prepared(plant);
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    let blob = repo.git(&["rev-parse", ":a.py"]);
    assert!(!repo.object(&blob).exists(), "it is in the pack");
    repo
}

/// Runs `guard check --staged` in such a repository after some damage.
fn packed(plant: &Plant, damage: impl Fn(&Repo)) -> Ended {
    let repo = all_packed(plant);
    damage(&repo);
    guard(&repo, STAGED)
}

/// Finds the one pack, or its index.
fn pack(repo: &Repo, extension: &str) -> PathBuf {
    let files = fs::read_dir(repo.path(".git/objects/pack")).expect("it is there");
    let mut paths = files.map(|file| file.expect("it is ours").path());
    let found = paths.find(|path| path.extension().is_some_and(|found| found == extension));
    found.expect("everything was packed")
}
