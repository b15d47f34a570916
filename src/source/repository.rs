//! The repository that git is committing to, and reading its objects.

use super::changes::is_empty_blob;
use super::index_file::{HASHED_BYTES, IndexFile, is_overstated, is_unchecked};
use super::{
    Decode, GitEnvironment, Item, OldVersions, Place, Reader, SourceError, index_walk, loose,
    old::Gathered, open, plain,
};
use bstr::{BStr, ByteSlice};
use git2::{
    ErrorClass, ErrorCode, FileMode, Index, IndexEntry, IndexEntryExtendedFlag, ObjectType, Odb,
    Oid, Repository,
};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A git repository, its index and its work tree as git's environment names them.
///
/// Holds no lock and writes nothing. Threads read through a [`GitReader`] each.
#[derive(Debug)]
pub struct GitRepository {
    environment: GitEnvironment,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_tree: Option<PathBuf>,
    index_file: PathBuf,
    /// The index file as it was when it was first asked for; `None` where libgit2 has to read it.
    index: OnceLock<Option<IndexFile>>,
    /// Opened repositories that nobody uses at the moment.
    idle: Mutex<Vec<Opened>>,
}

/// An opened repository.
struct Opened {
    repository: Repository,
    /// Whether it holds the index.
    has_index: bool,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Opened")
            .field(&self.repository.path())
            .finish()
    }
}

impl GitRepository {
    /// Opens the repository that git is committing to.
    ///
    /// # Errors
    ///
    /// Fails when the environment does not lead to a repository, when it belongs to another user
    /// and git did not start this process, and when libgit2 cannot read its form.
    pub fn open(environment: GitEnvironment) -> Result<Self, SourceError> {
        let repository = open::open(&environment)?;
        let git_dir = repository.path().to_owned();
        let work_tree = open::work_tree(&repository, &environment)?;
        let index_file = match &environment.index_file {
            // Relative to the top of the work tree, where git is when it sets the variable.
            Some(file) => work_tree
                .as_deref()
                .unwrap_or(&environment.directory)
                .join(file),
            None => git_dir.join("index"),
        };
        Ok(Self {
            git_dir,
            common_dir: repository.commondir().to_owned(),
            work_tree,
            index_file,
            index: OnceLock::new(),
            idle: Mutex::new(vec![Opened {
                repository,
                has_index: false,
            }]),
            environment,
        })
    }

    /// Returns the top of the work tree, absolute; a bare repository has none.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// Returns the repository's own folder: of a linked work tree, the part that is its own.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Returns the folder that linked work trees share; without any, the same as [`Self::git_dir`].
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Says whether git started this process as a hook of a command that commits.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        self.environment.is_hook()
    }

    /// Returns a reader for one thread.
    ///
    /// # Errors
    ///
    /// Fails when the repository cannot be opened again.
    pub fn reader(&self) -> Result<GitReader<'_>, SourceError> {
        Ok(GitReader {
            handle: self.handle()?,
            gathered: Vec::new(),
        })
    }

    /// Returns the content of `path` in the index, or `None` when it is not there.
    ///
    /// An entry that `git add -N` made is not there: it is not in the commit either.
    ///
    /// # Errors
    ///
    /// Fails when the index or the blob cannot be read, when the path is in conflict, and when it
    /// is no plain file.
    pub fn staged_file(&self, path: &BStr) -> Result<Option<Vec<u8>>, SourceError> {
        let mut handle = self.handle()?;
        let Some((mode, oid)) = handle.staged_entry(path)? else {
            return Ok(None);
        };
        let kind = mode & MODE_KIND;
        if kind != u32::from(FileMode::Blob) & MODE_KIND {
            return Err(SourceError::NotAFile {
                path: path.to_owned(),
                place: "the index".to_owned(),
            });
        }
        handle.new_blob(path, oid).map(Some)
    }

    /// Says whether `path` is in the index.
    ///
    /// # Errors
    ///
    /// Fails when the index cannot be read and when the path is in conflict.
    pub fn is_staged(&self, path: &BStr) -> Result<bool, SourceError> {
        Ok(self.handle()?.staged_entry(path)?.is_some())
    }

    /// Returns the content of `path` in a revision, or `None` when it is not there.
    ///
    /// # Errors
    ///
    /// Fails when the revision does not exist, its tree or the blob cannot be read, and when the
    /// path is no plain file there.
    pub fn file_at(&self, revision: &str, path: &BStr) -> Result<Option<Vec<u8>>, SourceError> {
        let handle = self.handle()?;
        let fault = |source| SourceError::Revision {
            revision: revision.to_owned(),
            source,
        };
        let is_absent = |error: &git2::Error| {
            error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Tree
        };
        let object = handle.revparse_single(revision).map_err(fault)?;
        let tree = object.peel_to_tree().map_err(fault)?;
        let entry = match tree.get_path(&path.to_path_lossy()) {
            Ok(entry) => entry,
            // Of a folder that is not in this clone libgit2 says the same, but of another class.
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(fault(error)),
        };
        let is_file =
            entry.kind() == Some(ObjectType::Blob) && entry.filemode() != i32::from(FileMode::Link);
        if !is_file {
            let place = format!("`{revision}`");
            return Err(SourceError::NotAFile {
                path: path.to_owned(),
                place,
            });
        }
        handle.new_blob(path, entry.id()).map(Some)
    }

    /// Returns the environment it was opened with.
    pub(super) fn environment(&self) -> &GitEnvironment {
        &self.environment
    }

    /// Lends an opened repository to one thread.
    pub(super) fn handle(&self) -> Result<Handle<'_>, SourceError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let opened = match idle {
            Some(opened) => opened,
            None => Opened {
                repository: open::open(&self.environment)?,
                has_index: false,
            },
        };
        Ok(Handle {
            opened: Some(opened),
            home: self,
        })
    }

    /// Returns the index file, if it can be read where it lies.
    pub(super) fn index_file(&self) -> Option<&IndexFile> {
        let open = || IndexFile::open(&self.index_file, HASHED_BYTES).ok();
        self.index.get_or_init(open).as_ref()
    }

    /// Returns whether the index is the repository's own, and not one made for a single command.
    fn has_own_index(&self) -> bool {
        let folder = |path: &Path| path.parent().and_then(|folder| folder.canonicalize().ok());
        let own = self.git_dir.join("index");
        self.index_file.file_name() == own.file_name() && folder(&self.index_file) == folder(&own)
    }
}

/// The bits of a mode that say what kind of entry it is.
const MODE_KIND: u32 = 0o170_000;

/// An opened repository, lent to one thread until it is dropped.
pub(super) struct Handle<'r> {
    opened: Option<Opened>,
    home: &'r GitRepository,
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        let idle = self.home.idle.lock();
        idle.unwrap_or_else(PoisonError::into_inner)
            .extend(self.opened.take());
    }
}

impl Deref for Handle<'_> {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        &self
            .opened
            .as_ref()
            .expect("it is given back on drop only")
            .repository
    }
}

impl Handle<'_> {
    /// Returns the index that git is committing, or `None` in a repository so new that there is
    /// no index yet.
    ///
    /// libgit2 takes a missing index for an empty one and says nothing; here it is an error.
    pub(super) fn index(&mut self) -> Result<Option<Index>, SourceError> {
        let path = &self.home.index_file;
        let fault = |error| SourceError::on_index(error, path.clone());
        let opened = self.opened.as_mut().expect("it is given back on drop only");
        if opened.has_index {
            return opened.repository.index().map(Some).map_err(fault);
        }
        let told = |what: &str| Err(fault(git2::Error::from_str(what)));
        let is_overstated = |metadata: std::fs::Metadata| is_overstated(path, metadata.len());
        match std::fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return told("it is not a file"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return self.without_index();
            }
            metadata => match metadata.and_then(is_overstated) {
                Ok(false) => {}
                Ok(true) => return told("it states more entries than it can hold"),
                Err(error) => return told(&error.to_string()),
            },
        }
        let mut index = Index::open(path).map_err(|error| {
            // What libgit2 says of a file too short to be an index, although it is there.
            let misleading = error.message().ends_with("no longer exists");
            fault(if misleading {
                git2::Error::from_str("it is not a git index")
            } else {
                error
            })
        })?;
        opened.repository.set_index(&mut index).map_err(fault)?;
        opened.has_index = true;
        Ok(Some(index))
    }

    /// Returns the index as libgit2 reads it, to judge a file that is not as git writes it.
    ///
    /// If it has no checksum libgit2 cannot tell whether it is damaged, and it counts as if it were.
    pub(super) fn odd_index(&mut self) -> Result<Option<Index>, SourceError> {
        let index = self.index()?;
        let path = &self.home.index_file;
        let what = match index.as_ref().map(|_| is_unchecked(path)) {
            None | Some(Ok(false)) => return Ok(index),
            Some(Ok(true)) => "it is not as git writes it, and has no checksum".to_owned(),
            Some(Err(error)) => error.to_string(),
        };
        Err(SourceError::on_index(
            git2::Error::from_str(&what),
            path.clone(),
        ))
    }

    /// Decides what it means that there is no index.
    fn without_index(&self) -> Result<Option<Index>, SourceError> {
        let named = self.home.environment.index_file.is_some();
        if self.home.work_tree.is_none() && !named {
            return Err(SourceError::Bare);
        }
        // `git commit --allow-empty` right after `git init` names an index that is not there.
        if self.home.has_own_index() && self.head()?.is_none() {
            return Ok(None);
        }
        Err(SourceError::MissingIndex {
            path: self.home.index_file.clone(),
            named,
        })
    }

    /// Returns the mode and id under which `path` is going to be committed.
    pub(super) fn staged_entry(&mut self, path: &BStr) -> Result<Option<(u32, Oid)>, SourceError> {
        if let Some(file) = self.home.index_file() {
            match index_walk::look_up(self, file, path) {
                // What seems odd here is for libgit2 to judge.
                Err(SourceError::Index { .. }) => {}
                found => return found,
            }
        }
        match self.odd_index()? {
            Some(index) => entry_of(&index, path),
            None => Ok(None),
        }
    }

    /// Returns the commit that HEAD names, or `None` when its branch has no commit yet.
    pub(super) fn head(&self) -> Result<Option<git2::Commit<'_>>, SourceError> {
        match Repository::head(self) {
            Ok(head) => {
                // Before libgit2 reads it: a commit that was cut off would never end.
                let whole = head.target().map_or(Ok(()), |oid| loose::whole(self, oid));
                whole
                    .and_then(|()| head.peel_to_commit())
                    .map(Some)
                    .map_err(SourceError::Head)
            }
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(SourceError::Head(error)),
        }
    }

    /// Reads a blob that must be there.
    fn new_blob(&self, path: &BStr, oid: Oid) -> Result<Vec<u8>, SourceError> {
        self.odb()
            .and_then(|odb| read_blob(&self.home.common_dir, &odb, oid))
            .map_err(|source| SourceError::Blob {
                path: path.to_owned(),
                oid,
                source,
            })
    }

    /// Reads a blob that need not be in this clone.
    fn old_blob(&self, path: &BStr, oid: Oid) -> Result<Option<Vec<u8>>, SourceError> {
        match self
            .odb()
            .and_then(|odb| read_blob(&self.home.common_dir, &odb, oid))
        {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(source) => Err(SourceError::Blob {
                path: path.to_owned(),
                oid,
                source,
            }),
        }
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
    Ok(entry.map(|entry| (entry.mode, entry.id)))
}

/// Reads a blob, of any size and whatever attributes say of it.
fn read_blob(common_dir: &Path, odb: &Odb<'_>, oid: Oid) -> Result<Vec<u8>, git2::Error> {
    if is_empty_blob(oid) {
        return Ok(Vec::new());
    }
    match loose::read(&common_dir.join("objects"), oid) {
        Ok(Some(found)) if found.kind == "blob" => return Ok(found.content),
        Ok(Some(_)) => return Err(git2::Error::from_str("the object is not a blob")),
        Ok(None) => {}
        Err(error) => return Err(loose::damaged(oid, &error)),
    }
    let object = odb.read(oid)?;
    if object.kind() == ObjectType::Blob {
        Ok(object.data().to_vec())
    } else {
        Err(git2::Error::from_str("the object is not a blob"))
    }
}

/// Reads the items of a repository's sources.
pub struct GitReader<'r> {
    handle: Handle<'r>,
    /// The deleted files of the last item, kept because the next item is likely to ask for them.
    gathered: Vec<Arc<Gathered>>,
}

impl Reader for GitReader<'_> {
    fn new_version(&mut self, item: &Item) -> Result<Vec<u8>, SourceError> {
        match &item.new {
            Place::Blob(oid) => self.handle.new_blob(item.path.as_ref(), *oid),
            place => plain::read(item, place),
        }
    }

    fn old_versions(&mut self, item: &Item, decode: Decode) -> Result<OldVersions, SourceError> {
        let path = item.path.as_ref();
        let handle = &self.handle;
        let mut read = |oid| Ok(handle.old_blob(path, oid)?.map(decode));
        let mut old = OldVersions::default();
        for &oid in &item.old.blobs {
            match read(oid)? {
                Some(text) => old.texts.push(text),
                None => old.missing.push(oid),
            }
        }
        if !item.old.deleted.is_empty() {
            let deleted = item.old.deleted.iter();
            self.gathered = deleted
                .map(|deleted| deleted.gather(&mut read))
                .collect::<Result<_, _>>()?;
            for gathered in &self.gathered {
                old.pools.push(Arc::clone(&gathered.lines));
                old.missing.extend(&gathered.missing);
            }
        }
        Ok(old)
    }
}
