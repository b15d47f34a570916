//! Git's index, read where it lies on disk.
//!
//! libgit2 reads an index whole: it hashes the file, copies every entry and checks every path, and
//! then compares every folder. Here the file is mapped, each entry is looked at once, and what
//! git's own cache-tree (the TREE extension) says is used, so that folders nobody changed are never
//! opened.
//!
//! # What is relied on, and why the checksum is not
//!
//! `git commit` makes the tree of a commit from the index file that its hooks see, by one rule: a
//! folder that TREE has an id for is that tree, if the object is there; any other folder is made
//! of its entries, and of its subfolders by the same rule (git, `cache-tree.c`, `update_one`). The
//! comparison follows that rule to the letter:
//!
//! - A folder whose id in TREE is that in a parent commit is passed over: it goes into the commit
//!   as it is in the parent, whatever its entries say. (Whether the object is there is not asked;
//!   in a partial clone it may not be. Git then makes the tree anew, and as git wrote entries and id
//!   together, that gives the same tree. Damage since then could rename a file there, or make an
//!   entry name a blob that does not exist, which git refuses; it could not bring in a text.)
//! - A folder with another id is read from its entries only if they make up a tree of that very
//!   id; otherwise the tree itself is read.
//! - Any other folder is read from its entries.
//!
//! So what is compared is the tree that git is about to commit, even of a damaged file, as long as
//! this module takes the file apart as git does. Where the two might not agree (a length or mode
//! that git does not write, entries out of order, a number of entries in TREE that the paths do
//! not bear out, an extension or flag that is not known) it calls the file [`Odd`] and says
//! nothing; libgit2 then reads it, with its checksum, and its verdict stands. (Of a file without a
//! checksum libgit2 could not say that it is whole: if it is odd, that is an error.)
//!
//! Git checks the checksum at the end in `git fsck` alone (and leaves it out with
//! `index.skipHash`). By the above it decides nothing here either: damage that git does not notice
//! is damage that git commits, and is compared as such. The checksum is still checked where that
//! costs next to nothing, in a file of up to [`HASHED_BYTES`], because damage is better known
//! early. In a larger file, damage to what git does not commit (times and sizes of files, entries
//! below an unchanged folder) is not noticed, and need not be.
//!
//! The tests in `tests/index_damage.rs` hold this against git itself, with the checksum left out.
//!
//! Source: git, `Documentation/gitformat-index.txt`.

mod cache_tree;
mod entries;
mod map;

pub(super) use cache_tree::{NodeId, Subfolders, WrittenTree};
pub(super) use entries::Cursor;

use bstr::BString;
use cache_tree::CacheTree;
use entries::{ENTRY_BYTES, HEADER_BYTES, Layout, Survey, be_32};
use git2::ObjectFormat;
use map::Bytes;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Up to how many bytes a file is hashed: about 2,500 files, which takes 0.15 ms where the processor
/// has instructions for it and about three times as long where it has none.
pub(super) const HASHED_BYTES: usize = 256 << 10;

/// What an index begins with.
const SIGNATURE: &[u8; 4] = b"DIRC";

/// A file that is not read here, and why; libgit2 is to say what it thinks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Odd(pub(super) &'static str);

/// An index file.
pub(super) struct IndexFile {
    path: PathBuf,
    bytes: Bytes,
    version: u32,
    count: usize,
    oid_bytes: usize,
    survey: Survey,
    tree: CacheTree,
}

impl std::fmt::Debug for IndexFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("IndexFile").field(&self.path).finish()
    }
}

impl IndexFile {
    /// Reads the index file at `path`, of a repository with ids of this form; up to `hashed_bytes`
    /// its checksum is checked.
    pub(super) fn open(
        path: &Path,
        format: ObjectFormat,
        hashed_bytes: usize,
    ) -> Result<Self, Odd> {
        let bytes = map::open(path).map_err(|_| Odd("it cannot be opened"))?;
        let oid_bytes = oid_bytes(format);
        let (version, count) = header(&bytes, oid_bytes)?;
        if bytes.len() <= hashed_bytes {
            verify(&bytes, format)?;
        }
        let layout = layout(&bytes, version, count, oid_bytes);
        let survey = Survey::of(layout)?;
        let mut file = Self {
            path: path.to_owned(),
            version,
            count,
            oid_bytes,
            survey,
            tree: CacheTree::default(),
            bytes,
        };
        file.tree = file.read_extensions()?;
        Ok(file)
    }

    /// Returns where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how many entries there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Returns the paths in conflict, each once.
    pub(super) fn conflicts(&self) -> &[BString] {
        &self.survey.conflicts
    }

    /// Returns a walk that begins at the first entry.
    pub(super) fn cursor(&self) -> Result<Cursor<'_>, Odd> {
        self.survey.cursor(self.layout())
    }

    /// Returns a walk that begins at the first entry whose path is not less than `path`.
    pub(super) fn find(&self, path: &[u8]) -> Result<Cursor<'_>, Odd> {
        let mut cursor = self.cursor()?;
        cursor.find(path)?;
        Ok(cursor)
    }

    /// Returns the top folder in the cache-tree.
    pub(super) fn root(&self) -> Option<NodeId> {
        self.tree.root()
    }

    /// Returns the tree of a folder, if git has written it and nothing below it changed since.
    pub(super) fn written(&self, node: NodeId) -> Result<Option<WrittenTree>, Odd> {
        self.tree.written(self.layout(), node)
    }

    /// Returns the folders of a folder that the cache-tree knows.
    pub(super) fn subfolders(&self, node: NodeId) -> Result<Subfolders<'_>, Odd> {
        self.tree.subfolders(self.layout(), node)
    }

    fn layout(&self) -> Layout<'_> {
        layout(&self.bytes, self.version, self.count, self.oid_bytes)
    }

    /// Reads what follows the entries.
    fn read_extensions(&self) -> Result<CacheTree, Odd> {
        let layout = self.layout();
        let mut tree = None;
        let mut at = self.survey.end;
        while at < layout.bytes.len() {
            let (name, place) = extension(layout.bytes, at)?;
            at = place.end;
            match &name {
                b"TREE" if tree.is_some() => return Err(Odd("there are two cache-trees")),
                b"TREE" => tree = Some(CacheTree::parse(layout, place)?),
                // With either, git may begin to read in the middle of the file.
                b"EOIE" => self.check_end(&layout.bytes[place])?,
                b"IEOT" => self.check_blocks(&layout.bytes[place])?,
                // What an upper-case name says may be left out of account, by definition.
                name if name.iter().all(u8::is_ascii_uppercase) => {}
                // A split index, a sparse one, or something newer.
                _ => return Err(Odd("an extension is not known")),
            }
        }
        Ok(tree.unwrap_or_default())
    }

    /// Checks the extension that says where the entries end.
    fn check_end(&self, text: &[u8]) -> Result<(), Odd> {
        let stated = text.first_chunk().map(|end| be_32(*end) as usize);
        if stated == Some(self.survey.end) {
            Ok(())
        } else {
            Err(Odd("the entries end elsewhere than EOIE says"))
        }
    }

    /// Checks the extension that says where blocks of entries begin.
    fn check_blocks(&self, text: &[u8]) -> Result<(), Odd> {
        const FAULT: Odd = Odd("the entries lie elsewhere than IEOT says");
        let (version, blocks) = text.split_first_chunk().ok_or(FAULT)?;
        let (blocks, rest) = blocks.as_chunks::<8>();
        let mut cursor = self.cursor()?;
        let mut number = 0_usize;
        for block in blocks {
            let (at, count) = block.split_first_chunk().ok_or(FAULT)?;
            cursor.seek(number).map_err(|_| FAULT)?;
            // A block is read without what came before it.
            if cursor.at() != be_32(*at) as usize || !cursor.is_whole() {
                return Err(FAULT);
            }
            let count = count
                .first_chunk()
                .map(|count| be_32(*count))
                .ok_or(FAULT)?;
            number = number.saturating_add(count as usize);
        }
        if be_32(*version) == 1 && rest.is_empty() && number == self.count {
            Ok(())
        } else {
            Err(FAULT)
        }
    }
}

/// Says whether the file at `path`, which has `length` bytes, states more entries than fit in it.
///
/// libgit2 takes the number on trust and asks for memory for so many, up to tens of gigabytes.
pub(super) fn is_overstated(path: &Path, length: u64) -> std::io::Result<bool> {
    let mut start = [0; HEADER_BYTES];
    if length < start.len() as u64 {
        return Ok(false);
    }
    File::open(path)?.read_exact(&mut start)?;
    let count = start.last_chunk().map_or(0, |count| be_32(*count));
    Ok(start.starts_with(SIGNATURE) && u64::from(count) > length / ENTRY_BYTES)
}

/// Says whether the file at `path` has no checksum, as with `index.skipHash`.
pub(super) fn is_unchecked(path: &Path, format: ObjectFormat) -> std::io::Result<bool> {
    let mut checksum = vec![0; oid_bytes(format)];
    let mut file = File::open(path)?;
    let begin = file.metadata()?.len().saturating_sub(checksum.len() as u64);
    file.seek(SeekFrom::Start(begin))?;
    file.read_exact(&mut checksum)?;
    Ok(checksum.iter().all(|&byte| byte == 0))
}

/// Says why the checksum of the file at `path` does not bear it out, or that it does; one without
/// a checksum is not in doubt.
pub(super) fn check(path: &Path, format: ObjectFormat) -> Result<(), Odd> {
    let bytes = map::open(path).map_err(|_| Odd("it cannot be opened"))?;
    header(&bytes, oid_bytes(format))?;
    verify(&bytes, format)
}

/// Returns how long an id is, and the checksum of an index with it.
fn oid_bytes(format: ObjectFormat) -> usize {
    match format {
        ObjectFormat::Sha1 => 20,
        ObjectFormat::Sha256 => 32,
    }
}

fn layout(bytes: &[u8], version: u32, count: usize, oid_bytes: usize) -> Layout<'_> {
    Layout {
        bytes: &bytes[..bytes.len() - oid_bytes],
        version,
        count,
        oid_bytes,
    }
}

/// Reads the head of a file: its version, and how many entries there are.
fn header(bytes: &[u8], oid_bytes: usize) -> Result<(u32, usize), Odd> {
    const FAULT: Odd = Odd("it is too short for an index");
    if bytes.len() < HEADER_BYTES + oid_bytes {
        return Err(FAULT);
    }
    let (words, _) = bytes[..HEADER_BYTES].as_chunks::<4>();
    let [signature, version, count] = words else {
        return Err(FAULT);
    };
    let version = be_32(*version);
    if signature != SIGNATURE || !(2..=4).contains(&version) {
        return Err(Odd("it is no index of a version that is known"));
    }
    Ok((version, be_32(*count) as usize))
}

/// Checks the checksum at the end, unless git was told to leave it out.
fn verify(bytes: &[u8], format: ObjectFormat) -> Result<(), Odd> {
    let (text, checksum) = bytes.split_at(bytes.len() - oid_bytes(format));
    let is_right = || match format {
        ObjectFormat::Sha1 => Sha1::digest(text)[..] == *checksum,
        ObjectFormat::Sha256 => Sha256::digest(text)[..] == *checksum,
    };
    if checksum.iter().all(|&byte| byte == 0) || is_right() {
        Ok(())
    } else {
        Err(Odd("its checksum is wrong"))
    }
}

/// Reads the head of the extension that begins at `at`: its name, and where its text is.
fn extension(bytes: &[u8], at: usize) -> Result<([u8; 4], Range<usize>), Odd> {
    const CUT: Odd = Odd("an extension is cut off");
    let (name, rest) = bytes
        .get(at..)
        .and_then(|rest| rest.split_first_chunk::<4>())
        .ok_or(CUT)?;
    let (size, text) = rest.split_first_chunk::<4>().ok_or(CUT)?;
    let size = be_32(*size) as usize;
    if size > text.len() {
        return Err(CUT);
    }
    let begin = at + 8;
    Ok((*name, begin..begin + size))
}
