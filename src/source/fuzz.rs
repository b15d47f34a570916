//! What the fuzz targets under `fuzz/` feed with bytes that nobody chose. Not built otherwise.

use super::index_file::{IndexFile, is_overstated};
use super::object::{Object, RawCommit, RawTag, Tree};
use super::plumbing::staged_entries;
use super::push::Update;
use git2::{Index, ObjectFormat, ObjectType, Oid};
use sha1::{Digest, Sha1};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Reads an index file that consists of `bytes` and the checksum over them; where both take it,
/// libgit2 must read the same entries.
///
/// # Panics
///
/// Panics when it finds a fault.
pub fn index(bytes: &[u8]) {
    static PLACE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PLACE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("index");
        (folder, path)
    });
    let mut text = bytes.to_vec();
    text.extend_from_slice(&Sha1::digest(bytes));
    std::fs::write(path, &text).expect("may write");
    let Ok(file) = IndexFile::open(path, ObjectFormat::Sha1, usize::MAX) else {
        return;
    };
    let mut entries = Vec::new();
    let mut cursor = file.cursor().expect("it was surveyed");
    while let Some(entry) = cursor.entry().unwrap_or_default() {
        entries.push((entry.path.to_vec(), entry.mode, entry.oid));
        cursor.advance().expect("it was surveyed");
    }
    for (path, ..) in &entries {
        let found = file.find(path).expect("it was surveyed");
        let found = found.entry().expect("it is an entry");
        assert_eq!(found.map(|entry| entry.path), Some(&path[..]));
    }
    if let Some(root) = file.root() {
        let _ = (file.written(root), file.subfolders(root).is_ok());
    }
    if is_overstated(path, text.len() as u64).unwrap_or(true) || entries.len() < file.count() {
        return;
    }
    if let Ok(index) = Index::open(path) {
        let theirs: Vec<_> = index
            .iter()
            .map(|entry| (entry.path, entry.mode, entry.id))
            .collect();
        assert_eq!(entries, theirs);
    }
}

/// Reads a tree, a commit, a tag and what git prints of changes and references.
///
/// # Panics
///
/// Panics when it finds a fault.
pub fn objects(bytes: &[u8]) {
    let object = |kind| Object {
        kind,
        content: bytes.to_vec(),
    };
    for id in [Oid::ZERO_SHA1, Oid::ZERO_SHA256] {
        if let Ok(tree) = Tree::parse(id, object(ObjectType::Tree)) {
            let mut names = 0;
            let mut again = Vec::new();
            for entry in tree.iter() {
                assert!(!entry.name.is_empty() && !entry.name.contains(&0));
                write!(again, "{:o} ", entry.mode).expect("memory takes it");
                again.extend_from_slice(entry.name);
                again.push(0);
                again.extend_from_slice(entry.oid.as_bytes());
                names += entry.name.len() + entry.oid.as_bytes().len();
            }
            assert!(names <= bytes.len());
            // Written as git writes it, it reads the same.
            let content = again.clone();
            let kind = ObjectType::Tree;
            let tree = Tree::parse(id, Object { kind, content }).expect("it was just written");
            let second: Vec<_> = tree.iter().map(|entry| (entry.mode, entry.oid)).collect();
            assert_eq!(second.len(), tree.iter().count());
        }
    }
    let _ = RawCommit::parse(Oid::ZERO_SHA1, &object(ObjectType::Commit));
    let _ = RawTag::parse(Oid::ZERO_SHA1, &object(ObjectType::Tag));
    let _ = staged_entries(bytes);
    for update in Update::of_push(bytes).into_iter().flatten() {
        assert!(!update.name.contains(&b' '));
    }
    let _ = Update::of_receive(bytes);
}
