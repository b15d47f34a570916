//! Loose objects, read by guard itself.
//!
//! libgit2 1.9 waits for ever for the rest of a loose object that was cut off, as a crash or a full
//! disk leaves it: <https://github.com/libgit2/libgit2/issues/7342>. So what is loose is read here,
//! in every folder that git would look into, and libgit2 is asked for the rest.

use super::GitEnvironment;
use super::object::Object;
use bstr::ByteSlice;
use flate2::{Decompress, FlushDecompress, Status};
use git2::{ObjectType, Oid};
use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How far alternates may lead to further alternates: git's own limit.
const MAX_ALTERNATES: usize = 5;

/// Lists the folders in which git looks for objects of the repository whose common folder is
/// `common_dir`, the repository's own first.
///
/// One that cannot be read is left for libgit2 to judge.
pub(super) fn folders(environment: &GitEnvironment, common_dir: &Path) -> Vec<PathBuf> {
    let own = match &environment.object_directory {
        Some(named) => environment.absolute(named),
        None => common_dir.join("objects"),
    };
    let mut folders = Vec::new();
    add(&mut folders, own, 0);
    for named in &environment.alternate_object_directories {
        add(&mut folders, environment.absolute(named), 0);
    }
    folders
}

/// Adds a folder and those that it names as its alternates.
fn add(folders: &mut Vec<PathBuf>, folder: PathBuf, depth: usize) {
    if depth > MAX_ALTERNATES || folders.contains(&folder) {
        return;
    }
    let alternates = std::fs::read(folder.join("info/alternates")).unwrap_or_default();
    let named = alternates
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        .filter_map(|line| line.to_path().ok().map(|named| folder.join(named)));
    let named: Vec<PathBuf> = named.collect();
    folders.push(folder);
    for alternate in named {
        add(folders, alternate, depth + 1);
    }
}

/// Returns a loose object, or `None` when there is none of that id in `folders`.
///
/// Source of the form: git, `Documentation/gitformat-loose.adoc`.
pub(super) fn read(folders: &[PathBuf], oid: Oid) -> io::Result<Option<Object>> {
    let id = oid.to_string();
    for folder in folders {
        match std::fs::read(folder.join(&id[..2]).join(&id[2..])) {
            Ok(stored) => return inflate(&stored).map(Some),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

thread_local! {
    /// Made once: it holds tables and a window of some 40 KiB.
    static DECOMPRESS: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

fn inflate(stored: &[u8]) -> io::Result<Object> {
    DECOMPRESS.with_borrow_mut(|decompress| inflate_with(decompress, stored))
}

fn inflate_with(decompress: &mut Decompress, stored: &[u8]) -> io::Result<Object> {
    decompress.reset(true);
    let mut start = [0; HEADER_BYTES];
    let status = decompress.decompress(stored, &mut start, FlushDecompress::None)?;
    let begun = usize::try_from(decompress.total_out()).map_err(|_| damaged("it is too long"))?;
    let end = memchr::memchr(0, &start[..begun]).ok_or_else(|| damaged("it has no header"))?;
    let (kind, size) = header(&start[..end])?;
    let mut content = Vec::new();
    // Of an object that holds more than it says, no more is unpacked than shows it.
    content
        .try_reserve_exact(size.saturating_add(1))
        .map_err(|_| io::Error::from(ErrorKind::OutOfMemory))?;
    content.extend_from_slice(&start[end + 1..begun]);
    if status != Status::StreamEnd && content.len() <= size {
        let rest = usize::try_from(decompress.total_in()).map_err(|_| damaged("it is too long"))?;
        let status =
            decompress.decompress_vec(&stored[rest..], &mut content, FlushDecompress::Finish)?;
        if status != Status::StreamEnd && content.len() <= size {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    if content.len() == size {
        Ok(Object { kind, content })
    } else {
        Err(damaged("it is not as long as its header says"))
    }
}

fn header(text: &[u8]) -> io::Result<(ObjectType, usize)> {
    let fault = || damaged("its header is damaged");
    let text = text.to_str().map_err(|_| fault())?;
    let (kind, size) = text.split_once(' ').ok_or_else(fault)?;
    let kind = ObjectType::from_str(kind).ok_or_else(|| damaged("its kind is not known"))?;
    Ok((kind, size.parse().map_err(|_| fault())?))
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

/// How long a header can be: a kind, a blank and a number, with room to spare.
const HEADER_BYTES: usize = 64;
