//! The repository that git is committing to, and reading its objects.

use super::changes::is_empty_blob;
use super::index_file::{self, HASHED_BYTES, IndexFile, Odd, is_unchecked};
use super::library::{Library, entry_of};
use super::object::{FOLDER, MODE_KIND, REGULAR, RawCommit, RawTag, Tree, is_missing, parse_oid};
use super::plumbing::{GitFault, Parts, Plumbing};
use super::recent::Recent;
use super::store::Store;
use super::{
    Decode, GitEnvironment, Item, OldVersions, Place, Reader, SourceError, UnsupportedForm,
    index_walk, old::Gathered, open, plain,
};
use bstr::{BStr, ByteSlice};
use git2::{Index, ObjectFormat, ObjectType, Oid};
use std::collections::HashSet;
use std::io::ErrorKind;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A git repository, its index and its work tree as git's environment names them.
///
/// Holds no lock and writes nothing. Threads read through a [`GitReader`] each.
#[derive(Debug)]
pub struct GitRepository {
    environment: GitEnvironment,
    parts: Parts,
    format: ObjectFormat,
    /// Why libgit2 cannot read it, so that git has to.
    unsupported: Option<UnsupportedForm>,
    index_file: PathBuf,
    /// The index file as it was when it was first asked for; `None` where it has to be read by
    /// other means.
    index: OnceLock<Option<IndexFile>>,
    /// Opened repositories that nobody uses at the moment.
    idle: Mutex<Vec<Store>>,
    /// Texts of commits that were read last.
    recent: Recent,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Library(_) => "Library",
            Self::Git(_) => "Git",
        })
    }
}

impl GitRepository {
    /// Opens the repository that git is committing to.
    ///
    /// A form of repository that libgit2 does not know is read through git's own commands.
    ///
    /// # Errors
    ///
    /// Fails when the environment does not lead to a repository, when it belongs to another user
    /// and git did not start this process, and when neither libgit2 nor git can read its form.
    pub fn open(environment: GitEnvironment) -> Result<Self, SourceError> {
        let (store, parts, unsupported) = match Library::open(&environment) {
            Ok(library) => {
                let repository = &library.repository;
                let parts = Parts {
                    git_dir: repository.path().to_owned(),
                    common_dir: repository.commondir().to_owned(),
                    work_tree: open::work_tree(repository, &environment)?,
                };
                (Store::Library(library), parts, None)
            }
            Err(SourceError::Unsupported { form, .. }) => {
                let (git, parts) = Plumbing::open(&environment)
                    .and_then(|git| git.parts().map(|parts| (git, parts)))
                    .map_err(|fault| on_git(fault, &form, &environment))?;
                (Store::Git(Box::new(git)), parts, Some(form))
            }
            Err(error) => return Err(error),
        };
        let index_file = match &environment.index_file {
            // Relative to the top of the work tree, where git is when it sets the variable.
            Some(file) => parts
                .work_tree
                .as_deref()
                .unwrap_or(&environment.directory)
                .join(file),
            None => parts.git_dir.join("index"),
        };
        Ok(Self {
            format: store.format(),
            parts,
            unsupported,
            index_file,
            index: OnceLock::new(),
            idle: Mutex::new(vec![store]),
            recent: Recent::default(),
            environment,
        })
    }

    /// Returns the top of the work tree, absolute; a bare repository has none.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.parts.work_tree.as_deref()
    }

    /// Returns the repository's own folder: of a linked work tree, the part that is its own.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.parts.git_dir
    }

    /// Returns the folder that linked work trees share; without any, the same as [`Self::git_dir`].
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.parts.common_dir
    }

    /// Says whether git started this process as a hook.
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
        if mode & MODE_KIND != REGULAR {
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
        let object = handle.resolve(revision).map_err(fault)?;
        let mut tree = handle.tree_behind(object).map_err(fault)?;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            let Some(entry) = tree.find(name) else {
                return Ok(None);
            };
            match (entry.mode & MODE_KIND, names.peek()) {
                (REGULAR, None) => return handle.new_blob(path, entry.oid).map(Some),
                (FOLDER, Some(_)) => {
                    let inner = handle.tree(entry.oid).map_err(fault)?;
                    tree = inner;
                }
                (_, None) => break,
                (_, Some(_)) => return Ok(None),
            }
        }
        Err(SourceError::NotAFile {
            path: path.to_owned(),
            place: format!("`{revision}`"),
        })
    }

    /// Says whether an object is a commit, or a tag that leads to one.
    ///
    /// # Errors
    ///
    /// Fails when the repository cannot be opened again.
    pub fn is_commit(&self, oid: Oid) -> Result<bool, SourceError> {
        let handle = self.handle()?;
        let peeled = handle.peel(oid, |_, _| {});
        Ok(peeled.is_ok_and(|(kind, _)| kind == ObjectType::Commit))
    }

    /// Says whether HEAD names a commit.
    ///
    /// # Errors
    ///
    /// Fails when HEAD cannot be read.
    pub fn has_commits(&self) -> Result<bool, SourceError> {
        self.handle()?.head().map(|head| head.is_some())
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
        let store = match (idle, &self.unsupported) {
            (Some(store), _) => store,
            (None, None) => Store::Library(Library::open(&self.environment)?),
            (None, Some(form)) => Store::Git(Box::new(self.git(form)?)),
        };
        Ok(Handle {
            store: Some(store),
            home: self,
        })
    }

    /// Has git read the repository, because libgit2 cannot read a form.
    fn git(&self, form: &UnsupportedForm) -> Result<Plumbing, SourceError> {
        Plumbing::open(&self.environment).map_err(|fault| on_git(fault, form, &self.environment))
    }

    /// Says whether libgit2 would look for common ancestors in another history than the commits
    /// tell: it heeds grafts, which pretend other parents and are not pushed, and does not know of
    /// the shallow file of a push that git is taking in.
    pub(super) fn needs_git_for_history(&self) -> bool {
        let grafts = std::fs::metadata(self.common_dir().join("info/grafts"));
        self.environment.shallow_file.is_some() || grafts.is_ok_and(|grafts| grafts.len() > 0)
    }

    /// Has git look for common ancestors, without grafts.
    pub(super) fn git_for_history(&self) -> Result<Plumbing, SourceError> {
        self.git(&UnsupportedForm::History)
    }

    /// Returns the index file, if it can be read where it lies.
    pub(super) fn index_file(&self) -> Option<&IndexFile> {
        let open = || IndexFile::open(&self.index_file, self.format, HASHED_BYTES).ok();
        self.index.get_or_init(open).as_ref()
    }

    /// Returns whether the index is the repository's own, and not one made for a single command.
    fn has_own_index(&self) -> bool {
        let folder = |path: &Path| path.parent().and_then(|folder| folder.canonicalize().ok());
        let own = self.git_dir().join("index");
        self.index_file.file_name() == own.file_name() && folder(&self.index_file) == folder(&own)
    }

    /// Returns the commits at which a shallow clone ends.
    pub(super) fn boundary(&self) -> Result<HashSet<Oid>, SourceError> {
        let path = match &self.environment.shallow_file {
            Some(file) => self.environment.absolute(file),
            None => self.common_dir().join("shallow"),
        };
        let fault = |source| SourceError::GitFile {
            path: path.clone(),
            source,
        };
        match std::fs::read(&path) {
            Ok(text) => text
                .lines()
                .map(|line| parse_oid(line.trim_ascii()))
                .collect::<Option<_>>()
                .ok_or_else(|| fault(ErrorKind::InvalidData.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(fault(error)),
        }
    }
}

/// Returns the error for a form that libgit2 does not know and git did not read either.
fn on_git(fault: GitFault, form: &UnsupportedForm, environment: &GitEnvironment) -> SourceError {
    match fault {
        GitFault::Refused(why) if why.contains("dubious ownership") => SourceError::NotOwned {
            path: open::path_to_list(environment),
            source: git2::Error::from_str(&why),
        },
        GitFault::Refused(why) => SourceError::Open(git2::Error::from_str(&why)),
        GitFault::NotRun(_) => SourceError::Unsupported {
            form: form.clone(),
            source: fault.into(),
        },
    }
}

/// An opened repository, lent to one thread until it is dropped.
pub(super) struct Handle<'r> {
    store: Option<Store>,
    home: &'r GitRepository,
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        let idle = self.home.idle.lock();
        idle.unwrap_or_else(PoisonError::into_inner)
            .extend(self.store.take());
    }
}

impl Deref for Handle<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store.as_ref().expect("it is given back on drop only")
    }
}

/// How many tags may point to one another: no one makes chains, but they could have no end.
const MAX_TAGS: usize = 64;

impl Handle<'_> {
    /// Returns git, if it has to read the index: because libgit2 cannot read the repository, or
    /// just not this index.
    ///
    /// It is an error if the index is damaged: git itself does not look at the checksum.
    pub(super) fn git_for_index(
        &self,
        form: Option<&UnsupportedForm>,
    ) -> Result<Plumbing, SourceError> {
        let path = &self.home.index_file;
        index_file::check(path, self.home.format).map_err(|Odd(what)| SourceError::Index {
            path: path.clone(),
            source: git2::Error::from_str(what),
        })?;
        let form = form.or(self.home.unsupported.as_ref());
        self.home.git(form.unwrap_or(&UnsupportedForm::Version))
    }

    /// Says whether git reads the repository because libgit2 cannot.
    pub(super) fn is_git(&self) -> bool {
        self.home.unsupported.is_some()
    }

    /// Returns the index as libgit2 reads it, or `None` in a repository so new that there is no
    /// index yet.
    ///
    /// libgit2 takes a missing index for an empty one and says nothing; here it is an error.
    pub(super) fn index(&mut self) -> Result<Option<Index>, SourceError> {
        if !self.has_index_file()? {
            return Ok(None);
        }
        match self.store.as_mut() {
            Some(Store::Library(library)) => library.index(&self.home.index_file).map(Some),
            _ => Ok(None),
        }
    }

    /// Returns the index as libgit2 reads it, to judge a file that is not as git writes it.
    ///
    /// If it has no checksum libgit2 cannot tell whether it is damaged, and it counts as if it were.
    pub(super) fn odd_index(&mut self) -> Result<Option<Index>, SourceError> {
        let index = self.index()?;
        let path = &self.home.index_file;
        let unchecked = index.as_ref().map(|_| is_unchecked(path, self.home.format));
        let what = match unchecked {
            None | Some(Ok(false)) => return Ok(index),
            Some(Ok(true)) => "it is not as git writes it, and has no checksum".to_owned(),
            Some(Err(error)) => error.to_string(),
        };
        Err(SourceError::on_index(
            git2::Error::from_str(&what),
            path.clone(),
        ))
    }

    /// Says whether there is an index; that there is none may be right, or an error.
    pub(super) fn has_index_file(&self) -> Result<bool, SourceError> {
        match std::fs::metadata(&self.home.index_file) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // What else is wrong shows when it is read.
            _ => return Ok(true),
        }
        let named = self.home.environment.index_file.is_some();
        if self.home.work_tree().is_none() && !named {
            return Err(SourceError::Bare);
        }
        // `git commit --allow-empty` right after `git init` names an index that is not there.
        if self.home.has_own_index() && self.head()?.is_none() {
            return Ok(false);
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
        if self.is_git() {
            return if self.has_index_file()? {
                self.listed_entry(None, path)
            } else {
                Ok(None)
            };
        }
        match self.odd_index() {
            Ok(Some(index)) => entry_of(&index, path),
            Ok(None) => Ok(None),
            Err(SourceError::Unsupported { form, .. }) => self.listed_entry(Some(&form), path),
            Err(error) => Err(error),
        }
    }

    /// Returns the mode and id under which `path` is going to be committed, as git lists the index.
    fn listed_entry(
        &self,
        form: Option<&UnsupportedForm>,
        path: &BStr,
    ) -> Result<Option<(u32, Oid)>, SourceError> {
        let entries = self.git_for_index(form)?.index_paths()?;
        index_walk::look_up_listed(self, &entries, path)
    }

    /// Returns the commit that HEAD names, whole, or `None` when its branch has no commit yet.
    pub(super) fn head(&self) -> Result<Option<RawCommit>, SourceError> {
        let head = Store::head(self).map_err(SourceError::Head)?;
        head.map(|oid| self.commit(oid))
            .transpose()
            .map_err(SourceError::Head)
    }

    /// Follows tags from an object to what they mean: a commit, a folder or a text. `seen` is told
    /// of every tag on the way.
    pub(super) fn peel(
        &self,
        mut oid: Oid,
        mut seen: impl FnMut(Oid, RawTag),
    ) -> Result<(ObjectType, Oid), git2::Error> {
        for _ in 0..MAX_TAGS {
            let object = self.object(oid)?;
            if object.kind != ObjectType::Tag {
                return Ok((object.kind, oid));
            }
            let tag = RawTag::parse(oid, &object)?;
            let target = tag.target;
            seen(oid, tag);
            oid = target;
        }
        Err(git2::Error::from_str("tags point to one another"))
    }

    /// Returns the tree that an object means: its own, that of a commit, or what a tag leads to.
    pub(super) fn tree_behind(&self, oid: Oid) -> Result<Tree, git2::Error> {
        match self.peel(oid, |_, _| {})? {
            (ObjectType::Commit, oid) => self.tree(self.commit(oid)?.tree),
            (_, oid) => self.tree(oid),
        }
    }

    /// Reads a blob that must be there.
    pub(super) fn new_blob(&self, path: &BStr, oid: Oid) -> Result<Vec<u8>, SourceError> {
        self.blob_or_nothing(oid)
            .map_err(|source| SourceError::Blob {
                path: path.to_owned(),
                oid,
                source,
            })
    }

    /// Reads a blob that need not be in this clone.
    fn old_blob(&self, path: &BStr, oid: Oid) -> Result<Option<Vec<u8>>, SourceError> {
        match self.blob_or_nothing(oid) {
            Ok(text) => Ok(Some(text)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(source) => Err(SourceError::Blob {
                path: path.to_owned(),
                oid,
                source,
            }),
        }
    }

    /// Reads a blob, of any size and whatever attributes say of it. The one without content need
    /// not be stored.
    fn blob_or_nothing(&self, oid: Oid) -> Result<Vec<u8>, git2::Error> {
        if is_empty_blob(oid) {
            return Ok(Vec::new());
        }
        self.blob(oid)
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
        let text = match &item.new {
            Place::Blob(oid) => self.handle.new_blob(item.path.as_ref(), *oid)?,
            place => return plain::read(item, place),
        };
        if let (Place::Blob(oid), true) = (&item.new, item.commit.is_some()) {
            self.handle.home.recent.keep(*oid, &text);
        }
        Ok(text)
    }

    fn old_versions(&mut self, item: &Item, decode: Decode) -> Result<OldVersions, SourceError> {
        let path = item.path.as_ref();
        let handle = &self.handle;
        let mut read = |oid| match handle.home.recent.get(oid) {
            Some(text) => Ok(Some(decode(text.to_vec()))),
            None => Ok(handle.old_blob(path, oid)?.map(decode)),
        };
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
