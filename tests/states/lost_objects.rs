//! E10: objects that are gone, damaged, cut off or not what they should be.

use crate::given::two_files;
use crate::still::guard;
use crate::support::{Repo, set_mode};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Plant};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::fs;
use std::io::Write;
use std::path::Path;

groups! {
    e10_new_blob: E10_BLOB,
    e10_no_blob: E10_BLOB_KINDS,
    e10_old_objects: E10_OLD,
    e10_history: E10_HISTORY,
}

/// Makes cases: an id, a state, the revision that names an object, what is run; then what must
/// happen, and what is made of the object's file.
macro_rules! objects {
    ($($id:literal, $state:literal, $revision:literal, $arguments:literal
        => $secret:expr, $twin:expr, $damage:expr;)*) => {
        &[$(Case {
            id: concat!("E10.", $id),
            state: concat!($state, "; `guard ", $arguments, "`"),
            why: "what cannot be read is not vouched for, and guard waits for nothing",
            secret: $secret,
            twin: $twin,
            run: |plant| {
                let repo = prepared(plant);
                let object = repo.object(&repo.git(&["rev-parse", $revision]));
                let damage: fn(&[u8]) -> Vec<u8> = $damage;
                harm(&object, damage);
                guard(&repo, &$arguments.split(' ').collect::<Vec<_>>())
            },
        }),*]
    };
}

pub(crate) const STAGED: &[&str] = &["check", "--staged"];
pub(crate) const BLOB: &[&str] = &["`a.py`: blob ", " cannot be read; `git fsck` may say why"];
pub(crate) const FSCK: &[&str] = &["`git fsck`"];

/// A repository of two commits, with the text staged in `a.py` and an edit in a folder.
pub(crate) fn prepared(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("sub/c.py", "c = 1\n").commit("second");
    repo.write("sub/c.py", "c = 2\n");
    repo.write("a.py", plant.line()).stage();
    repo
}

/// Writes what is made of a file in its place; if that is nothing at all, the file goes.
pub(crate) fn harm(file: &Path, damage: impl Fn(&[u8]) -> Vec<u8>) {
    let whole = fs::read(file).expect("git stored it");
    set_mode(file, 0o644);
    let left = damage(&whole);
    if left == GONE {
        fs::remove_file(file).expect("it is there");
    } else {
        fs::write(file, left).expect("may write");
    }
}

/// Stands for a file that goes.
const GONE: &[u8] = b"gone";

pub(crate) fn gone(_: &[u8]) -> Vec<u8> {
    GONE.to_vec()
}

pub(crate) fn half(whole: &[u8]) -> Vec<u8> {
    whole[..whole.len() / 2].to_vec()
}

/// Takes off the checksum of the compressed data.
fn without_end(whole: &[u8]) -> Vec<u8> {
    whole[..whole.len() - 4].to_vec()
}

fn flipped(whole: &[u8]) -> Vec<u8> {
    let mut flipped = whole.to_vec();
    flipped[whole.len() / 2] ^= 4;
    flipped
}

/// Compresses an object as git stores it, whatever its head says of it.
fn stored(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

const E10_BLOB: &[Case] = objects! {
    "blob-gone", "the staged blob is gone", ":a.py", "check --staged"
        => Refused(BLOB), None, gone;
    "blob-gone-check", "the staged blob is gone", ":a.py", "check"
        => Refused(BLOB), None, gone;
    "blob-empty", "the staged blob's file has 0 bytes", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| Vec::new();
    "blob-junk", "the staged blob's file is junk", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| b"junk".to_vec();
    "blob-zeros", "the staged blob's file is all zeros", ":a.py", "check --staged"
        => Refused(BLOB), None, |whole| vec![0; whole.len()];
    "blob-cut", "the staged blob was cut off in the middle", ":a.py", "check --staged"
        => Refused(BLOB), None, half;
    "blob-cut-check", "the staged blob was cut off in the middle", ":a.py", "check"
        => Refused(BLOB), None, half;
    "blob-cut-end", "the staged blob lost its last 4 bytes", ":a.py", "check --staged"
        => Refused(BLOB), None, without_end;
    "blob-flipped", "one bit of the staged blob is wrong", ":a.py", "check --staged"
        => Refused(BLOB), None, flipped;
    "blob-short", "the staged blob holds less than its head says", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| stored(b"blob 9\0less\n");
    "blob-long", "the staged blob holds far more than its head says", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| stored(&[&b"blob 9\0"[..], &vec![b'x'; 3_000_000]].concat());
    "blob-headless", "the staged blob has no head", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| stored(b"a text without a head\n");
    "blob-huge", "the staged blob says that it holds an exabyte", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| stored(b"blob 1152921504606846976\0a\n");
    "blob-tree", "the staged blob is stored as a tree", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| stored(b"tree 2\0a\n");
    "blob-unknown", "the staged blob is stored as a `blog`", ":a.py", "check --staged"
        => Refused(BLOB), None, |_| stored(b"blog 2\0a\n");
};

const E10_BLOB_KINDS: &[Case] = &[
    Case {
        id: "E10.blob-other",
        state: "the staged blob's file holds another text; `guard check --staged`",
        why: "what is stored is what would be sent, whatever its id says",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", "a = 2\n").stage();
            let object = repo.object(&repo.git(&["rev-parse", ":a.py"]));
            let text = plant.line();
            let other = stored(format!("blob {}\0{text}", text.len()).as_bytes());
            harm(&object, |_| other.clone());
            guard(&repo, STAGED)
        },
    },
    Case {
        id: "E10.blob-is-commit",
        state: "a file of the index names a commit; `guard check --staged`",
        why: "a commit is no text, and is not passed over",
        secret: Refused(BLOB),
        twin: None,
        run: |_| {
            let repo = two_files();
            let entry = format!("100644,{},a.py", repo.head());
            repo.git(&["update-index", "--cacheinfo", &entry]);
            guard(&repo, STAGED)
        },
    },
    Case {
        id: "E10.blob-folder",
        state: "the staged blob's file is a folder; `guard check --staged`",
        why: "what cannot be read is not vouched for",
        secret: Refused(BLOB),
        twin: None,
        run: |plant| {
            let repo = prepared(plant);
            let object = repo.object(&repo.git(&["rev-parse", ":a.py"]));
            fs::remove_file(&object).expect("it is there");
            fs::create_dir(&object).expect("may write");
            guard(&repo, STAGED)
        },
    },
];

const E10_OLD: &[Case] = objects! {
    "old-gone", "the old version of a staged file is gone", "HEAD:a.py", "check --staged"
        => Blocked(&["a.py:1"]), Some(Clean), gone;
    "old-cut", "the old version of a staged file was cut off", "HEAD:a.py", "check --staged"
        => Refused(BLOB), None, half;
    "old-flipped", "one bit of the old version is wrong", "HEAD:a.py", "check --staged"
        => Refused(BLOB), None, flipped;
    "commit-gone", "the commit of HEAD is gone", "HEAD", "check --staged"
        => Refused(FSCK), None, gone;
    "commit-cut", "the commit of HEAD was cut off", "HEAD", "check --staged"
        => Refused(FSCK), None, half;
    "commit-junk", "the commit of HEAD is junk", "HEAD", "check --staged"
        => Refused(FSCK), None, |_| b"junk".to_vec();
    "commit-no-tree", "the commit of HEAD names no tree", "HEAD", "check --staged"
        => Refused(FSCK), None, |_| stored(b"commit 11\0author none");
    "tree-gone", "the tree of HEAD is gone", "HEAD^{tree}", "check --staged"
        => Refused(FSCK), None, gone;
    "tree-cut", "the tree of HEAD was cut off", "HEAD^{tree}", "check --staged"
        => Refused(FSCK), None, half;
    "tree-flipped", "one bit of the tree of HEAD is wrong", "HEAD^{tree}", "check --staged"
        => Refused(FSCK), None, flipped;
    "tree-junk", "the tree of HEAD holds no entries but junk", "HEAD^{tree}", "check --staged"
        => Refused(FSCK), None, |_| stored(b"tree 9\x00100644 x\x00");
    "folder-gone", "a folder of HEAD is gone", "HEAD:sub", "check --staged"
        => Refused(FSCK), None, gone;
    "folder-cut", "a folder of HEAD was cut off", "HEAD:sub", "check --staged"
        => Refused(FSCK), None, half;
};

const E10_HISTORY: &[Case] = objects! {
    "head-commit-check", "the commit of HEAD was cut off", "HEAD", "check"
        => Refused(FSCK), None, half;
    "parent-gone", "the parent of HEAD is gone", "HEAD^", "check"
        => Refused(FSCK), None, gone;
    "parent-cut", "the parent of HEAD was cut off", "HEAD^", "check"
        => Refused(FSCK), None, half;
    "parent-flipped", "one bit of the parent of HEAD is wrong", "HEAD^", "check"
        => Refused(FSCK), None, flipped;
    "parent-tree-gone", "the tree of an old commit is gone", "HEAD^^{tree}", "check"
        => Refused(FSCK), None, gone;
    "parent-tree-cut", "the tree of an old commit was cut off", "HEAD^^{tree}", "check"
        => Refused(FSCK), None, half;
    "history-blob-gone", "a blob that an old commit brought is gone", "HEAD^:b.py", "check"
        => Refused(&["`b.py`: blob ", " cannot be read"]), None, gone;
    "history-blob-cut", "a blob that an old commit brought was cut off", "HEAD^:b.py", "check"
        => Refused(&["`b.py`: blob ", " cannot be read"]), None, half;
    "history-cut", "the parent of HEAD was cut off", "HEAD^", "check --history"
        => Refused(FSCK), None, half;
    "range-cut", "a commit of a range was cut off", "HEAD", "check --range HEAD~1..HEAD"
        => Refused(&["guard: error: "]), None, half;
    "tree-scan-cut", "a folder of HEAD was cut off", "HEAD:sub", "check --tree"
        => Refused(FSCK), None, half;
};
