//! Reading what lies on disk or in memory.

use super::{Decode, Form, Item, OldVersions, Place, Reader, SourceError};
use bstr::{BString, ByteVec};
use std::path::{Component, Path, PathBuf};

/// Reads items that are in no repository.
pub(super) struct PlainReader;

impl Reader for PlainReader {
    fn new_version(&mut self, item: &Item) -> Result<Vec<u8>, SourceError> {
        read(item, &item.new)
    }

    fn old_versions(&mut self, _: &Item, _: Decode) -> Result<OldVersions, SourceError> {
        Ok(OldVersions::default())
    }
}

/// Reads a file, a link's target or a text in memory.
pub(super) fn read(item: &Item, place: &Place) -> Result<Vec<u8>, SourceError> {
    match place {
        Place::File(path) => match item.form {
            Form::Symlink => {
                std::fs::read_link(path).map(|target| target.into_os_string().into_encoded_bytes())
            }
            _ => std::fs::read(path),
        }
        .map_err(|source| SourceError::Disk {
            path: path.clone(),
            source,
        }),
        Place::Memory(text) => Ok(text.to_vec()),
        Place::Blob(_) => Err(SourceError::ForeignItem {
            path: item.path.clone(),
        }),
    }
}

/// Returns a path as items have it: `/`-separated, without `.` and, where it can be, without `..`.
pub(super) fn item_path(path: &Path) -> BString {
    let mut bytes = Vec::new();
    for component in tidy(path).components() {
        let is_root = matches!(component, Component::RootDir);
        if !is_root && !bytes.is_empty() && bytes.last() != Some(&b'/') {
            bytes.push_byte(b'/');
        }
        let name = if is_root {
            b"/"
        } else {
            component.as_os_str().as_encoded_bytes()
        };
        bytes.push_str(name);
    }
    bytes.into()
}

/// Takes `.` and, after a name, `..` out of a path, without looking at the disk.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(tidy.components().next_back(), Some(Component::Normal(_))) =>
            {
                tidy.pop();
            }
            component => tidy.push(component),
        }
    }
    tidy
}
