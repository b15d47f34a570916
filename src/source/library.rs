//! A repository as libgit2 reads it.

use super::index_file::is_overstated;
use super::object::{Object, clean};
use super::store::{Reference, Remote};
use super::{GitEnvironment, SourceError, loose, open};
use bstr::{BStr, BString, ByteSlice};
use git2::{ErrorCode, Index, IndexEntry, IndexEntryExtendedFlag, ObjectFormat, Oid, Repository};
use std::path::{Path, PathBuf};

/// A repository that libgit2 has opened.
pub(super) struct Library {
    pub(super) repository: Repository,
    /// Whether it holds the index.
    has_index: bool,
    /// The folders in which objects lie.
    objects: Vec<PathBuf>,
}

impl Library {
    /// Opens the repository that `environment` leads to.
    pub(super) fn open(environment: &GitEnvironment) -> Result<Self, SourceError> {
        let repository = open::open(environment)?;
        Ok(Self {
            objects: loose::folders(environment, repository.commondir()),
            has_index: false,
            repository,
        })
    }

    pub(super) fn format(&self) -> ObjectFormat {
        self.repository.object_format()
    }

    pub(super) fn object(&self, oid: Oid) -> Result<Object, git2::Error> {
        match loose::read(&self.objects, oid) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) => {
                let what = format!("object {oid} is damaged: {error}");
                return Err(git2::Error::from_str(&what));
            }
        }
        let odb = self.repository.odb()?;
        let object = odb.read(oid)?;
        Ok(Object {
            kind: object.kind(),
            content: object.data().to_vec(),
        })
    }

    pub(super) fn head(&self) -> Result<Option<Oid>, git2::Error> {
        match self.repository.head() {
            Ok(head) => head
                .target()
                .map(|oid| Some(clean(oid)))
                .ok_or_else(|| git2::Error::from_str("it names no object")),
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn resolve(&self, revision: &str) -> Result<Oid, git2::Error> {
        self.repository
            .revparse_single(revision)
            .map(|object| clean(object.id()))
    }

    pub(super) fn references(&self, prefix: &str) -> Result<Vec<Reference>, git2::Error> {
        let mut found = Vec::new();
        for reference in self.repository.references_glob(&format!("{prefix}*"))? {
            let reference = match reference {
                Ok(reference) => reference,
                Err(error) => {
                    found.push((BString::default(), Err(error)));
                    continue;
                }
            };
            let name = BString::from(reference.name_bytes());
            match reference.resolve() {
                Ok(to) => found.extend(to.target().map(|oid| (name, Ok(clean(oid))))),
                // A symbolic one whose aim was deleted leads nowhere: `origin/HEAD` often.
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => found.push((name, Err(error))),
            }
        }
        Ok(found)
    }

    pub(super) fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, git2::Error> {
        match self.repository.merge_bases(one, other) {
            Ok(bases) => Ok(bases.iter().copied().map(clean).collect()),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(super) fn remotes(&self) -> Result<Vec<Remote>, git2::Error> {
        let mut remotes = Vec::new();
        for name in &self.repository.remotes()? {
            let Ok(Some(name)) = name else {
                continue;
            };
            let remote = self.repository.find_remote(name)?;
            let urls = [Some(remote.url_bytes()), remote.pushurl_bytes()];
            remotes.push(Remote {
                name: name.to_owned(),
                urls: urls.into_iter().flatten().map(Into::into).collect(),
            });
        }
        Ok(remotes)
    }

    /// Returns the index at `path`.
    pub(super) fn index(&mut self, path: &Path) -> Result<Index, SourceError> {
        let fault = |error| SourceError::on_index(error, path.to_owned());
        if self.has_index {
            return self.repository.index().map_err(fault);
        }
        let told = |what: &str| Err(fault(git2::Error::from_str(what)));
        let is_overstated = |metadata: std::fs::Metadata| is_overstated(path, metadata.len());
        match std::fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return told("it is not a file"),
            metadata => match metadata.and_then(is_overstated) {
                Ok(false) => {}
                Ok(true) => return told("it states more entries than it can hold"),
                Err(error) => return told(&error.to_string()),
            },
        }
        let mut index = Index::open_ext(path, self.format()).map_err(|error| {
            // What libgit2 says of a file too short to be an index, although it is there.
            let misleading = error.message().ends_with("no longer exists");
            fault(if misleading {
                git2::Error::from_str("it is not a git index")
            } else {
                error
            })
        })?;
        self.repository.set_index(&mut index).map_err(fault)?;
        self.has_index = true;
        Ok(index)
    }
}

/// Returns the mode and id under which `path` is going to be committed, as libgit2 reads the index.
pub(super) fn entry_of(index: &Index, path: &BStr) -> Result<Option<(u32, Oid)>, SourceError> {
    let path_on_disk = path.to_path_lossy();
    if (1..=3).any(|stage| index.get_path(&path_on_disk, stage).is_some()) {
        return Err(SourceError::Conflicts {
            paths: vec![path.to_owned()],
        });
    }
    let is_intent = |entry: &IndexEntry| {
        IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended)
            .contains(IndexEntryExtendedFlag::INTENT_TO_ADD)
    };
    let entry = index
        .get_path(&path_on_disk, 0)
        .filter(|entry| !is_intent(entry));
    Ok(entry.map(|entry| (entry.mode, clean(entry.id))))
}
