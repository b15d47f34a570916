//! What the index file says, and when libgit2 is asked instead.

use super::index_random::{back_date, plans};
use super::*;
use crate::source::index_file::{HASHED_BYTES, IndexFile, Odd};
use crate::source::index_walk::Staging;
use crate::source::{Plan, SourceError};
use git2::ObjectFormat;
use sha1::{Digest, Sha1};

/// Some folders, of which one has a change that is staged.
fn sample() -> Repo {
    let repo = Repo::new();
    for path in ["a/x", "a/y", "b/c/x", "b/c/y", "b/x", "c/x", "z"] {
        repo.write(path, format!("{path}\n"));
        back_date(&repo.path(path), 0);
    }
    repo.commit("first");
    repo.write("b/c/y", "b/c/y\nadded\n").stage();
    repo
}

/// Returns where git keeps an object.
fn object(repo: &Repo, name: &str) -> PathBuf {
    let id = repo.git(&["rev-parse", name]);
    repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

fn index(repo: &Repo) -> Vec<u8> {
    std::fs::read(repo.path(".git/index")).expect("git made it")
}

/// Puts the right checksum at the end of an index.
fn seal(mut index: Vec<u8>) -> Vec<u8> {
    let end = index.len() - 20;
    let checksum = Sha1::digest(&index[..end]);
    index[end..].copy_from_slice(&checksum);
    index
}

/// Puts `new` in the place of `old`, which must be there once, and seals the index.
fn patch(mut index: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = memchr::memmem::find_iter(&index, old).collect();
    let [at] = places[..] else {
        panic!("{places:?}")
    };
    index.splice(at..at + old.len(), new.iter().copied());
    seal(index)
}

/// Returns the plan of the index file alone, without what libgit2 would say.
fn plan(repo: &Repo) -> Result<Plan, SourceError> {
    let repository = repo.open();
    let file = repository.index_file().expect("it is read where it lies");
    let handle = repository.handle()?;
    Staged::new(&repository).plan_of(&handle, Staging::File(file))
}

#[test]
fn folders_that_nobody_changed_are_not_opened() {
    let repo = sample();
    let folders = ["HEAD:a", "HEAD:c"].map(|name| object(&repo, name));
    for folder in folders {
        std::fs::remove_file(folder).expect("git made it");
    }
    assert_eq!(repo.staged(), expect([("b/c/y", &["added"])]));
    repo.git(&["read-tree", "--empty"]);
    repo.git(&["add", "z"]);
    // Without a cache-tree they are.
    assert!(matches!(repo.fault(), SourceError::Commit { .. }));
}

#[test]
fn an_unchanged_index_needs_no_folder_at_all() {
    let repo = sample();
    repo.git(&["commit", "-q", "-m", "second"]);
    let folders = ["HEAD:a", "HEAD:b", "HEAD:b/c", "HEAD:c"].map(|name| object(&repo, name));
    for folder in folders {
        std::fs::remove_file(folder).expect("git made it");
    }
    assert_eq!(repo.staged(), expect([]));
}

#[test]
fn where_entries_and_tree_differ_what_git_commits_counts() {
    let repo = sample();
    let tree = repo.git(&["write-tree"]);
    let bytes = |name: &str| {
        let id = repo.git(&["rev-parse", name]);
        git2::Oid::from_str(&id).expect("an id").as_bytes().to_vec()
    };
    // The entry says that nothing changed; git goes by the tree that it wrote.
    let hidden = patch(index(&repo), &bytes(":b/c/y"), &bytes("HEAD:b/c/y"));
    repo.write(".git/index", &hidden);
    assert_eq!(repo.git(&["write-tree"]), tree);
    assert_eq!(repo.staged(), expect([("b/c/y", &["added"])]));
    let repository = repo.open();
    assert_eq!(
        repository
            .staged_file("b/c/y".into())
            .expect("readable")
            .as_deref(),
        Some(&b"b/c/y\nadded\n"[..])
    );

    // What stands in for the tree is there, but is none; git does not look.
    let top = git2::Oid::from_str(&tree).expect("an id");
    let blob = patch(hidden.clone(), top.as_bytes(), &bytes(":z"));
    repo.write(".git/index", blob);
    assert_eq!(repo.git(&["write-tree"]), repo.git(&["rev-parse", ":z"]));
    for fault in [
        repo.fault(),
        repo.open()
            .staged_file("z".into())
            .expect_err("it must not pass"),
    ] {
        assert!(matches!(fault, SourceError::StagedTree { .. }), "{fault}");
    }
    repo.write(".git/index", &hidden);

    // The tree is there, and nobody can say what is in it.
    let folder = object(&repo, &format!("{tree}:b/c"));
    let content = std::fs::read(&folder).expect("git made it");
    std::fs::remove_file(&folder).expect("git made it");
    std::fs::write(&folder, "garbage").expect("may write");
    let fault = repo.fault();
    assert!(
        matches!(&fault, SourceError::StagedTree { path, .. } if path == "b/c/"),
        "{fault}"
    );

    // The top is not there: git makes it anew, of what it has below.
    std::fs::write(&folder, content).expect("may write");
    std::fs::remove_file(object(&repo, &tree)).expect("git made it");
    assert_eq!(repo.staged(), expect([("b/c/y", &["added"])]));
}

#[test]
fn a_tree_that_git_would_write_otherwise_is_read_as_it_is() {
    let repo = sample();
    let blob = repo.blob("group-writable\n");
    // As git wrote modes in its first years.
    let mut text = b"100664 old\0".to_vec();
    text.extend_from_slice(git2::Oid::from_str(&blob).expect("an id").as_bytes());
    std::fs::write(repo.beside("tree"), text).expect("may write");
    let tree = repo.git(&["hash-object", "-t", "tree", "-w", "--literally", "../tree"]);
    repo.git(&["read-tree", &tree]);
    assert_eq!(repo.staged(), expect([("old", &["group-writable"])]));
    let (file, list) = plans(&repo.open());
    assert_eq!(file, list);
}

#[test]
fn a_cache_tree_that_the_paths_do_not_bear_out_is_left_to_libgit2() {
    let folder = |name: &str, numbers: &str| [name.as_bytes(), b"\0", numbers.as_bytes()].concat();
    let cases = [
        // One entry too many, so that one of the next folder would not be looked at.
        (folder("a", "2 0\n"), folder("a", "3 0\n")),
        (folder("a", "2 0\n"), folder("a", "1 0\n")),
        (folder("a", "2 0\n"), folder("a", "9 0\n")),
        (folder("a", "2 0\n"), folder("a", "0 0\n")),
    ];
    for (old, new) in cases {
        let repo = sample();
        repo.write(".git/index", patch(index(&repo), &old, &new));
        let fault = plan(&repo).expect_err("it must not pass");
        assert!(matches!(fault, SourceError::Index { .. }), "{fault}");
        assert_eq!(repo.staged(), expect([("b/c/y", &["added"])]), "libgit2");
    }
    // The top, when it differs from HEAD and when it does not.
    for command in [&["write-tree"][..], &["commit", "-q", "-m", "second"]] {
        for number in ["6 3\n", "8 3\n"] {
            let repo = sample();
            repo.git(command);
            let bytes = patch(index(&repo), &folder("", "7 3\n"), &folder("", number));
            repo.write(".git/index", bytes);
            odd(
                &repo,
                "a folder has another number of entries than the cache-tree says",
            );
        }
    }
    let repo = sample();
    let bytes = patch(index(&repo), &folder("c", "1 0\n"), &folder("a", "1 0\n"));
    repo.write(".git/index", bytes);
    odd(&repo, "the cache-tree names a folder twice");
}

/// Has the index looked at without libgit2, which must not make a plan of it.
fn odd(repo: &Repo, why: &str) {
    match plan(repo) {
        Err(SourceError::Index { source, .. }) => assert_eq!(source.message(), why),
        plan => panic!("{plan:?}"),
    }
}

#[test]
fn a_path_that_cannot_be_is_left_to_libgit2() {
    let repo = sample();
    for path in ["a//b", "/a", "a/"] {
        repo.write(".git/index", made(&[(path, 0)], &[]));
        odd(&repo, "a folder of a path has no name");
    }
    repo.write(".git/index", made(&[("a\0b", 0)], &[]));
    odd(&repo, "a path holds a NUL byte");
    let mut shorter = made(&[("ab", 0)], &[]);
    shorter[12 + 61] = 1;
    let length = Err("a path has another length than its entry says");
    assert_eq!(opened(&seal(shorter)), length);

    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["update-index", "--index-version", "4"]);
    let mut shorter = index(&repo);
    shorter[12 + 61] -= 1;
    assert_eq!(opened(&seal(shorter)), length);
}

#[test]
fn flags_that_cannot_be_are_left_to_libgit2() {
    let repo = sample();
    repo.write("b/intent", "text\n")
        .git(&["add", "-N", "b/intent"]);
    let bytes = index(&repo);
    assert_eq!(opened(&bytes), Ok(8));
    let entry = b"\x20\x00b/intent\0";
    let unknown = patch(bytes.clone(), entry, b"\xa0\x00b/intent\0");
    assert_eq!(
        opened(&unknown),
        Err("an entry has flags that are not known")
    );
    let mut old = bytes.clone();
    old[7] = 2;
    assert_eq!(
        opened(&seal(old)),
        Err("an entry has flags that are not known")
    );
    let id = |path: &str| git2::Oid::from_str(&repo.git(&["rev-parse", path])).expect("an id");
    let content = patch(bytes, id(":b/intent").as_bytes(), id(":z").as_bytes());
    let why = "an entry is only intended, and has a content";
    assert_eq!(opened(&content), Err(why));
}

#[test]
fn a_block_that_begins_with_a_shortened_path_is_odd() {
    let repo = sample();
    repo.git(&["update-index", "--index-version", "4"]);
    let path = repo.path(".git/index");
    let file = IndexFile::open(&path, ObjectFormat::Sha1, HASHED_BYTES).expect("git made it");
    let mut cursor = file.cursor().expect("git made it");
    for number in 1..7_u32 {
        cursor.advance().expect("git made it");
        let path = cursor
            .entry()
            .expect("git made it")
            .expect("it is there")
            .path;
        let is_whole = path == b"z" || path == b"b/c/x" || path == b"c/x";
        let at = u32::try_from(cursor.at()).expect("small");
        let blocks = [1, 12, number, at, 7 - number]
            .map(u32::to_be_bytes)
            .concat();
        let mut bytes = index(&repo);
        bytes.truncate(bytes.len() - 20);
        bytes.extend_from_slice(b"IEOT\0\0\0\x14");
        bytes.extend_from_slice(&blocks);
        bytes.extend([0; 20]);
        assert_eq!(opened(&seal(bytes)).is_ok(), is_whole, "{number}");
    }
}

/// Returns an index, version 2, of files with the empty blob.
fn made(entries: &[(&str, u16)], extensions: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let count = u32::try_from(entries.len()).expect("few");
    let mut bytes = [b"DIRC", &2_u32.to_be_bytes()[..], &count.to_be_bytes()].concat();
    for (path, flags) in entries {
        let begin = bytes.len();
        bytes.extend([0; 24]);
        bytes.extend(0o100_644_u32.to_be_bytes());
        bytes.extend([0; 12]);
        let empty = git2::Oid::hash_object(git2::ObjectType::Blob, b"").expect("hashes");
        bytes.extend(empty.as_bytes());
        let length = u16::try_from(path.len()).expect("short");
        bytes.extend((flags | length).to_be_bytes());
        bytes.extend(path.as_bytes());
        let size = (bytes.len() - begin + 8) & !7;
        bytes.resize(begin + size, 0);
    }
    for (name, text) in extensions {
        bytes.extend_from_slice(*name);
        bytes.extend(u32::try_from(text.len()).expect("short").to_be_bytes());
        bytes.extend_from_slice(text);
    }
    bytes.extend([0; 20]);
    seal(bytes)
}

/// Returns why a file is not read, or how many entries it has.
fn opened(bytes: &[u8]) -> Result<usize, &'static str> {
    let file = tempfile::NamedTempFile::new().expect("there is room for temporary files");
    std::fs::write(file.path(), bytes).expect("may write");
    match IndexFile::open(file.path(), ObjectFormat::Sha1, HASHED_BYTES) {
        Ok(file) => Ok(file.count()),
        Err(Odd(why)) => Err(why),
    }
}

#[test]
fn what_git_writes_is_read_and_what_it_does_not_write_is_odd() {
    let ab = [("a", 0), ("b", 0)];
    assert_eq!(opened(&made(&[], &[])), Ok(0));
    assert_eq!(opened(&made(&ab, &[])), Ok(2));
    assert_eq!(
        opened(&made(&[("a", 0x1000), ("a", 0x2000), ("b", 0)], &[])),
        Ok(3)
    );
    assert_eq!(
        opened(&made(&ab, &[(b"NEXT", b"from a later version")])),
        Ok(2)
    );

    let order = Err("the entries are out of order");
    assert_eq!(opened(&made(&[("b", 0), ("a", 0)], &[])), order);
    assert_eq!(opened(&made(&[("a", 0), ("a", 0)], &[])), order);
    assert_eq!(opened(&made(&[("a", 0), ("a", 0x1000)], &[])), order);
    let length = Err("a path has another length than its entry says");
    assert_eq!(opened(&made(&[("", 0)], &[])), length);

    let version = |number: u8| {
        let mut bytes = made(&ab, &[]);
        bytes[7] = number;
        opened(&seal(bytes))
    };
    assert_eq!(version(3), Ok(2));
    let unknown = Err("it is no index of a version that is known");
    assert_eq!((version(1), version(5)), (unknown, unknown));
    assert_eq!(opened(b"DIRC"), Err("it is too short for an index"));
    assert_eq!(opened(b""), Err("it is too short for an index"));

    let with = |name: &[u8; 4], text: &[u8]| opened(&made(&ab, &[(name, text)]));
    let extension = Err("an extension is not known");
    for name in [b"link", b"sdir", b"next", b"TREe", b"Q\0\0\0"] {
        assert_eq!(with(name, b""), extension);
    }
    let mut cut = made(&ab, &[(b"NEXT", b"")]);
    let end = cut.len() - 20;
    cut[end - 1] = 1;
    assert_eq!(opened(&seal(cut)), Err("an extension is cut off"));
    assert_eq!(
        with(b"EOIE", b"1234"),
        Err("the entries end elsewhere than EOIE says")
    );
    let blocks = Err("the entries lie elsewhere than IEOT says");
    assert_eq!(with(b"IEOT", &[0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 2]), Ok(2));
    for text in [
        &[0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 1][..],
        &[0, 0, 0, 1, 0, 0, 0, 13, 0, 0, 0, 2],
        &[0, 0, 0, 2, 0, 0, 0, 12, 0, 0, 0, 2],
        &[0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 2, 0],
        &[
            0, 0, 0, 1, 0, 0, 0, 12, 255, 255, 255, 255, 0, 0, 0, 12, 0, 0, 0, 1,
        ],
        &[0],
    ] {
        assert_eq!(with(b"IEOT", text), blocks, "{text:?}");
    }
}

#[test]
fn a_cache_tree_is_read_as_far_as_git_writes_it() {
    let with = |text: &[u8]| opened(&made(&[("a", 0)], &[(b"TREE", text)]));
    let id = [7; 20];
    let valid = [&b"\x001 0\n"[..], &id].concat();
    assert_eq!(with(&valid), Ok(1));
    assert_eq!(with(b"\0-1 0\n"), Ok(1));
    assert_eq!(with(b"\0-1 2\nb\0-1 0\na\0-1 1\nc\0-1 0\n"), Ok(1));

    let cut = Err("the cache-tree is cut off");
    for text in [
        &b""[..],
        b"\0",
        b"\0-1 1\n",
        b"\0-1 1\na",
        b"\0-1 999999999\n",
    ] {
        assert_eq!(with(text), cut, "{text:?}");
    }
    let length = Err("the cache-tree has another length than it says");
    assert_eq!(with(&valid[..valid.len() - 1]), length);
    assert_eq!(with(b"\0-1 0\na\0-1 0\n"), length);
    let number = Err("the cache-tree has a number that is none");
    for text in [
        &b"\0-2 0\n"[..],
        b"\0+1 0\n",
        b"\0-1 -1\n",
        b"\0-1 01\n",
        b"\0-1 \n",
        b"\0-1\n",
        b"\0-1 9999999999\n",
        b"\0x 0\n",
    ] {
        assert_eq!(with(text), number, "{text:?}");
    }
    let name = Err("the cache-tree names a folder that cannot be");
    for text in [
        &b"a\0-1 0\n"[..],
        b"\0-1 1\n\0-1 0\n",
        b"\0-1 1\na/b\0-1 0\n",
    ] {
        assert_eq!(with(text), name, "{text:?}");
    }
    let two: [(&[u8; 4], &[u8]); 2] = [(b"TREE", b"\0-1 0\n"), (b"TREE", b"\0-1 0\n")];
    assert_eq!(opened(&made(&[], &two)), Err("there are two cache-trees"));
}

#[test]
fn a_small_index_is_hashed_and_a_large_one_is_not() {
    let entry = ("x".repeat(4000), 0);
    let paths: Vec<String> = (0..80)
        .map(|number| format!("{number:02}{}", entry.0))
        .collect();
    let entries: Vec<(&str, u16)> = paths.iter().map(|path| (path.as_str(), 0)).collect();
    for (count, expected) in [(10, Err("its checksum is wrong")), (80, Ok(80))] {
        let mut bytes = made(&entries[..count], &[]);
        assert_eq!(opened(&bytes), Ok(count));
        bytes[13] ^= 1;
        assert_eq!(opened(&bytes), expected, "{} bytes", bytes.len());
        let end = bytes.len() - 20;
        bytes[end..].fill(0);
        assert_eq!(opened(&bytes), Ok(count), "without a checksum");
    }
}

#[test]
fn an_index_that_states_too_many_entries_takes_no_memory() {
    let repo = sample();
    let mut bytes = index(&repo);
    bytes[8..12].fill(0xff);
    repo.write(".git/index", seal(bytes));
    let SourceError::Index { source, .. } = repo.fault() else {
        panic!("it must not pass")
    };
    assert!(source.message().contains("more entries"), "{source}");
}

#[test]
fn an_odd_index_without_a_checksum_is_an_error() {
    let repo = sample();
    repo.git(&["config", "index.skipHash", "true"]);
    repo.git(&["update-index", "--force-write-index"]);
    assert_eq!(repo.staged(), expect([("b/c/y", &["added"])]));
    let mut bytes = index(&repo);
    let at = memchr::memmem::find(&bytes, b"a/x\0").expect("it is there");
    bytes[at] = b'y';
    repo.write(".git/index", bytes);
    let SourceError::Index { source, .. } = repo.fault() else {
        panic!("it must not pass")
    };
    assert!(source.message().contains("no checksum"), "{source}");
    assert!(matches!(
        repo.open().is_staged("z".into()),
        Err(SourceError::Index { .. })
    ));
}
