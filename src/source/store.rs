//! What every source asks of a repository, whoever reads it.

use super::library::Library;
use super::object::{Object, RawCommit, Tree};
use super::plumbing::Plumbing;
use bstr::BString;
use git2::{ObjectFormat, ObjectType, Oid};

/// A reference: its name, and the object it leads to.
pub(super) type Reference = (BString, Result<Oid, git2::Error>);

/// Another repository that is known by a name.
pub(super) struct Remote {
    pub(super) name: String,
    /// Where it is fetched from and pushed to.
    pub(super) urls: Vec<BString>,
}

/// An opened repository.
pub(super) enum Store {
    /// Read by libgit2.
    Library(Library),
    /// Read by git's own commands.
    Git(Box<Plumbing>),
}

impl Store {
    /// Returns the form of ids.
    pub(super) fn format(&self) -> ObjectFormat {
        match self {
            Self::Library(library) => library.format(),
            Self::Git(git) => git.format(),
        }
    }

    /// Reads an object; one that is not there is an error of the code and class that
    /// [`object::is_missing`](super::object::is_missing) knows.
    pub(super) fn object(&self, oid: Oid) -> Result<Object, git2::Error> {
        match self {
            Self::Library(library) => library.object(oid),
            Self::Git(git) => git.object(oid),
        }
    }

    /// Reads a folder.
    pub(super) fn tree(&self, oid: Oid) -> Result<Tree, git2::Error> {
        Tree::parse(oid, self.object(oid)?)
    }

    /// Reads a commit.
    pub(super) fn commit(&self, oid: Oid) -> Result<RawCommit, git2::Error> {
        RawCommit::parse(oid, &self.object(oid)?)
    }

    /// Reads a text.
    pub(super) fn blob(&self, oid: Oid) -> Result<Vec<u8>, git2::Error> {
        let object = self.object(oid)?;
        if object.kind == ObjectType::Blob {
            Ok(object.content)
        } else {
            Err(git2::Error::from_str("the object is not a blob"))
        }
    }

    /// Returns the commit that HEAD names, or `None` when its branch has no commit yet.
    pub(super) fn head(&self) -> Result<Option<Oid>, git2::Error> {
        match self {
            Self::Library(library) => library.head(),
            Self::Git(git) => git.head(),
        }
    }

    /// Returns the object that a revision names, as git writes revisions.
    pub(super) fn resolve(&self, revision: &str) -> Result<Oid, git2::Error> {
        match self {
            Self::Library(library) => library.resolve(revision),
            Self::Git(git) => git.resolve(revision),
        }
    }

    /// Lists the references whose names begin with `prefix`, which ends with `/`.
    pub(super) fn references(&self, prefix: &str) -> Result<Vec<Reference>, git2::Error> {
        match self {
            Self::Library(library) => library.references(prefix),
            Self::Git(git) => git.references(prefix),
        }
    }

    /// Lists the best common ancestors of two commits.
    pub(super) fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, git2::Error> {
        match self {
            Self::Library(library) => library.merge_bases(one, other),
            Self::Git(git) => git.merge_bases(one, other),
        }
    }

    /// Lists the remotes.
    pub(super) fn remotes(&self) -> Result<Vec<Remote>, git2::Error> {
        match self {
            Self::Library(library) => library.remotes(),
            Self::Git(git) => git.remotes(),
        }
    }
}
