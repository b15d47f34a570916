//! Git's objects, taken apart from the bytes in which git stores them.
//!
//! The same code reads them whether libgit2 or git itself fetched the bytes. Sources of the forms:
//! git, `Documentation/gitformat-loose.adoc`, `tree-walk.c`, `commit.c` and `tag.c`.

use bstr::{BStr, BString, ByteSlice};
use git2::{ErrorClass, ErrorCode, ObjectFormat, ObjectType, Oid};
use std::ops::Range;

/// An object as it is stored.
pub(super) struct Object {
    pub(super) kind: ObjectType,
    pub(super) content: Vec<u8>,
}

/// Returns the error for an object that is not there.
pub(super) fn missing(oid: Oid) -> git2::Error {
    let what = format!("object not found - no match for id ({oid})");
    git2::Error::new(ErrorCode::NotFound, ErrorClass::Odb, what)
}

/// Says whether an error means that an object is not there.
pub(super) fn is_missing(error: &git2::Error) -> bool {
    error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Odb
}

/// Reads an object id, of either length; `None` if it is none.
pub(super) fn parse_oid(text: &[u8]) -> Option<Oid> {
    let format = match text.len() {
        40 => ObjectFormat::Sha1,
        64 => ObjectFormat::Sha256,
        _ => return None,
    };
    Oid::from_str_ext(text.to_str().ok()?, format).ok()
}

/// Returns an id as this module makes them: libgit2 leaves the bytes behind a shorter one as they
/// are, and git2 hashes those too, so that the same id would not be found again in a set.
pub(super) fn clean(oid: Oid) -> Oid {
    Oid::from_bytes(oid.as_bytes()).expect("it has the length of an id")
}

fn damaged(oid: Oid, what: &str) -> git2::Error {
    git2::Error::from_str(&format!("object {oid} is damaged: {what}"))
}

/// A folder.
#[derive(Debug)]
pub(super) struct Tree {
    id: Oid,
    content: Vec<u8>,
    entries: Vec<Slot>,
}

/// Where an entry is in the tree's content.
#[derive(Debug)]
struct Slot {
    mode: u32,
    name: Range<usize>,
}

/// An entry of a folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct TreeEntry<'t> {
    pub(super) name: &'t [u8],
    /// Its mode as git understands it: of a file's permissions only whether it can be run counts.
    pub(super) mode: u32,
    pub(super) oid: Oid,
}

impl Tree {
    /// Takes a tree apart; every entry is looked at.
    pub(super) fn parse(id: Oid, object: Object) -> Result<Self, git2::Error> {
        let Object { kind, content } = object;
        if kind != ObjectType::Tree {
            return Err(damaged(id, "it should be a tree"));
        }
        let oid_bytes = id.as_bytes().len();
        let mut entries = Vec::with_capacity(content.len() / 32);
        let mut at = 0;
        while at < content.len() {
            let rest = &content[at..];
            let slot = memchr::memchr(b' ', rest)
                .zip(memchr::memchr(0, rest))
                .filter(|(space, end)| space + 1 < *end && at + end + oid_bytes < content.len())
                .and_then(|(space, end)| {
                    let mode = octal(&rest[..space])?;
                    Some(Slot {
                        mode: canonical(mode),
                        name: at + space + 1..at + end,
                    })
                })
                .ok_or_else(|| damaged(id, "an entry is cut off"))?;
            at = slot.name.end + 1 + oid_bytes;
            entries.push(slot);
        }
        Ok(Self {
            id,
            content,
            entries,
        })
    }

    /// Returns its id.
    pub(super) fn id(&self) -> Oid {
        self.id
    }

    /// Returns the entry of a number, from 0, in git's order.
    pub(super) fn get(&self, number: usize) -> Option<TreeEntry<'_>> {
        let Slot { mode, name } = self.entries.get(number)?;
        let begin = name.end + 1;
        let oid = &self.content[begin..begin + self.id.as_bytes().len()];
        Some(TreeEntry {
            name: &self.content[name.clone()],
            mode: *mode,
            oid: Oid::from_bytes(oid).expect("it has the length of an id"),
        })
    }

    /// Returns its entries.
    pub(super) fn iter(&self) -> impl Iterator<Item = TreeEntry<'_>> {
        (0..self.entries.len()).filter_map(|number| self.get(number))
    }

    /// Returns the entry of this name.
    pub(super) fn find(&self, name: &[u8]) -> Option<TreeEntry<'_>> {
        self.iter().find(|entry| entry.name == name)
    }
}

/// How deep folders may lie in one another: git's own default for `core.maxTreeDepth`.
pub(super) const MAX_DEPTH: usize = 2048;

/// The bits of a mode that say what kind of entry it is.
pub(super) const MODE_KIND: u32 = 0o170_000;
/// The kinds that a mode can say. Source: git, `Documentation/gitformat-index.txt`.
pub(super) const GITLINK: u32 = 0o160_000;
pub(super) const SYMLINK: u32 = 0o120_000;
pub(super) const REGULAR: u32 = 0o100_000;
pub(super) const FOLDER: u32 = 0o040_000;

/// Reads a mode's digits.
fn octal(digits: &[u8]) -> Option<u32> {
    // Git reads any number of leading zeros; a mode has at most six digits.
    let digits = digits.trim_start_with(|digit| digit == '0');
    if digits.len() > 6 {
        return None;
    }
    digits.iter().try_fold(0, |mode, digit| match digit {
        b'0'..=b'7' => Some(mode << 3 | u32::from(digit - b'0')),
        _ => None,
    })
}

/// Leaves of a mode what git leaves (`cache.h`, `canon_mode`).
fn canonical(mode: u32) -> u32 {
    match mode & MODE_KIND {
        REGULAR if mode & 0o100 != 0 => REGULAR | 0o755,
        REGULAR => REGULAR | 0o644,
        kind => kind,
    }
}

/// A commit.
#[derive(Debug)]
pub(super) struct RawCommit {
    pub(super) id: Oid,
    pub(super) tree: Oid,
    pub(super) parents: Vec<Oid>,
    /// Who wrote it, as `Name <mail>`.
    pub(super) author: BString,
    /// When it was committed, in seconds since 1970.
    pub(super) time: i64,
    pub(super) message: BString,
    /// The tags whose commits it merges, whole: git keeps those that are signed.
    pub(super) merged_tags: Vec<RawTag>,
}

impl RawCommit {
    /// Takes a commit apart.
    pub(super) fn parse(id: Oid, object: &Object) -> Result<Self, git2::Error> {
        if object.kind != ObjectType::Commit {
            return Err(damaged(id, "it should be a commit"));
        }
        let (head, message) = split_message(&object.content);
        let mut lines = head.lines();
        let tree = lines
            .next()
            .and_then(|line| parse_oid(line.strip_prefix(b"tree ")?))
            .ok_or_else(|| damaged(id, "it names no tree"))?;
        let mut commit = Self {
            id,
            tree,
            parents: Vec::new(),
            author: BString::default(),
            time: 0,
            message: message.into(),
            merged_tags: Vec::new(),
        };
        let mut lines = lines.peekable();
        // Git takes those for parents that stand right behind the tree, and no others.
        while let Some(parent) = lines.next_if(|line| line.starts_with(b"parent ")) {
            let parent = parse_oid(&parent[b"parent ".len()..]);
            let parent = parent.ok_or_else(|| damaged(id, "it names no parent"))?;
            commit.parents.push(parent);
        }
        while let Some(line) = lines.next() {
            if let Some(author) = line.strip_prefix(b"author ") {
                commit.author = split_person(author).0.into();
            } else if let Some(committer) = line.strip_prefix(b"committer ") {
                commit.time = split_person(committer).1;
            } else if let Some(first) = line.strip_prefix(b"mergetag ") {
                let mut content = first.to_vec();
                // Lines of a long field are set off by a space.
                while let Some(next) = lines.next_if(|line| line.starts_with(b" ")) {
                    content.push(b'\n');
                    content.extend_from_slice(&next[1..]);
                }
                let kind = ObjectType::Tag;
                let tag = RawTag::parse(id, &Object { kind, content })?;
                commit.merged_tags.push(tag);
            }
        }
        Ok(commit)
    }
}

/// A tag that has a message.
#[derive(Debug)]
pub(super) struct RawTag {
    /// What it points to.
    pub(super) target: Oid,
    /// Who made it, as `Name <mail>`.
    pub(super) tagger: BString,
    /// When, in seconds since 1970.
    pub(super) time: i64,
    pub(super) message: BString,
}

impl RawTag {
    /// Takes a tag apart.
    pub(super) fn parse(id: Oid, object: &Object) -> Result<Self, git2::Error> {
        if object.kind != ObjectType::Tag {
            return Err(damaged(id, "it should be a tag"));
        }
        let (head, message) = split_message(&object.content);
        let mut lines = head.lines();
        let target = lines
            .next()
            .and_then(|line| parse_oid(line.strip_prefix(b"object ")?))
            .ok_or_else(|| damaged(id, "it names no object"))?;
        let tagger = lines.find_map(|line| line.strip_prefix(b"tagger "));
        let (tagger, time) = split_person(tagger.unwrap_or_default());
        Ok(Self {
            target,
            tagger: tagger.into(),
            time,
            message: message.into(),
        })
    }
}

/// Splits the head of a commit or tag from its message.
fn split_message(content: &[u8]) -> (&BStr, &[u8]) {
    let end = content.find(b"\n\n").unwrap_or(content.len());
    let message = content.get(end + 2..).unwrap_or_default();
    (content[..end].as_bstr(), message)
}

/// Splits `Name <mail> seconds zone` into who and when.
fn split_person(line: &[u8]) -> (&[u8], i64) {
    let end = line.rfind_byte(b'>').map_or(line.len(), |end| end + 1);
    let time = line[end..].fields().next();
    let time = time.and_then(|time| time.to_str().ok()?.parse().ok());
    (&line[..end], time.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(digit: char) -> Oid {
        parse_oid(digit.to_string().repeat(40).as_bytes()).expect("it has 40 digits")
    }

    fn object(kind: ObjectType, content: impl AsRef<[u8]>) -> Object {
        let content = content.as_ref().to_owned();
        Object { kind, content }
    }

    #[test]
    fn a_tree_is_read_with_modes_as_git_understands_them() {
        let mut content = Vec::new();
        for (mode, name) in [("100664", "a"), ("40000", "b c"), ("120000", "d")] {
            content.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            content.extend_from_slice(oid('1').as_bytes());
        }
        let tree = Tree::parse(oid('2'), object(ObjectType::Tree, &content)).expect("it is whole");
        let seen: Vec<_> = tree
            .iter()
            .map(|entry| (entry.name.to_owned(), entry.mode, entry.oid))
            .collect();
        assert_eq!(
            seen,
            [
                (b"a".to_vec(), 0o100_644, oid('1')),
                (b"b c".to_vec(), FOLDER, oid('1')),
                (b"d".to_vec(), SYMLINK, oid('1')),
            ]
        );
        assert_eq!(tree.find(b"d").map(|entry| entry.mode), Some(SYMLINK));
        for length in 1..content.len() {
            let cut = object(ObjectType::Tree, &content[..length]);
            let whole = [29, 29 + 30].contains(&length);
            assert_eq!(Tree::parse(oid('2'), cut).is_ok(), whole, "{length}");
        }
    }

    #[test]
    fn a_commit_is_read_with_its_parents_and_message() {
        let (tree, parent) = (oid('1'), oid('2'));
        let text = format!(
            "tree {tree}\nparent {parent}\nparent {tree}\nauthor A > U <a@b> 12 +0100\n\
             committer C <c@d> 34 +0000\nparent no\nmergetag object {parent}\n type commit\n \n \
             notes\n gpgsig -----\ngpgsig -----\n parent x\n\nsubject\n\nparent no\n"
        );
        let commit = RawCommit::parse(oid('3'), &object(ObjectType::Commit, text));
        let commit = commit.expect("it is whole");
        assert_eq!(commit.tree, tree);
        assert_eq!(commit.parents, [parent, tree]);
        assert_eq!(commit.author, "A > U <a@b>");
        assert_eq!(commit.time, 34);
        assert_eq!(commit.message, "subject\n\nparent no\n");
        let tags: Vec<_> = commit.merged_tags.iter().map(|tag| &tag.message).collect();
        assert_eq!(tags, ["notes\ngpgsig -----"]);
        assert!(RawCommit::parse(oid('3'), &object(ObjectType::Commit, "tree 12\n")).is_err());
    }

    #[test]
    fn a_tag_is_read_with_its_target_and_message() {
        let target = oid('a');
        let text =
            format!("object {target}\ntype commit\ntag v1\ntagger T <t@u> 5 +0000\n\nnotes\n");
        let tag = RawTag::parse(oid('3'), &object(ObjectType::Tag, text)).expect("it is whole");
        assert_eq!((tag.target, tag.time), (target, 5));
        assert_eq!(
            (tag.tagger, tag.message),
            ("T <t@u>".into(), "notes\n".into())
        );
    }

    #[test]
    fn an_id_from_libgit2_is_found_in_a_set() {
        let folder = tempfile::tempdir().expect("there is room");
        let repository = git2::Repository::init(folder.path()).expect("may write");
        let ids: std::collections::HashSet<Oid> = (0..64_u8)
            .map(|number| clean(repository.blob(&[number]).expect("may write")))
            .collect();
        for number in 0..64_u8 {
            let kind = ObjectType::Blob;
            let id = Oid::hash_object(kind, &[number]).expect("memory takes it");
            assert!(ids.contains(&clean(id)), "{id}");
        }
    }

    #[test]
    fn ids_have_either_length() {
        assert_eq!(oid('0').object_format(), ObjectFormat::Sha1);
        let long = parse_oid(&[b'f'; 64]).expect("it has 64 digits");
        assert_eq!(long.object_format(), ObjectFormat::Sha256);
        assert_eq!(parse_oid(b"f"), None);
        assert_eq!(parse_oid(&[b'x'; 40]), None);
    }
}
