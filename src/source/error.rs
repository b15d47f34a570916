//! What can go wrong while text is read.

use crate::escape::{escape_path, shell_word};
use bstr::BString;
use git2::{ErrorClass, ErrorCode, Oid};
use std::fmt;
use std::path::PathBuf;

/// A source that could not be read. Each message names the cause and, where there is one, the way
/// out; what the library below said is the error's source.
///
/// Paths in messages are escaped; what libgit2 and git said is not.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not in a repository.
    #[error("no git repository here; run guard inside one, or name files: `guard check PATH…`")]
    NoRepository(#[source] git2::Error),

    /// The repository belongs to someone else and git did not start us.
    #[error(
        "the repository belongs to another user; if you trust it, run \
         `git config --global --add safe.directory {}`", shell_word(.path)
    )]
    NotOwned {
        /// The path that git wants to have listed.
        path: PathBuf,
        /// What libgit2 said.
        source: git2::Error,
    },

    /// A form of repository that libgit2 cannot read, where git cannot be run either.
    #[error(
        "this repository uses {form}, which guard reads through git, and git cannot be run: put it \
         on the PATH{}", .form.way_out()
    )]
    Unsupported {
        /// Which.
        form: UnsupportedForm,
        /// What libgit2 said.
        source: git2::Error,
    },

    /// The repository cannot be opened for another reason.
    #[error("the git repository cannot be opened; `git status` and `git fsck` may say why")]
    Open(#[source] git2::Error),

    /// A bare repository has no index.
    #[error("this repository is bare: nothing can be staged in it")]
    Bare,

    /// There is no index although there should be one.
    #[error(
        "the index `{}` does not exist; {}", shown(.path),
        if *.named { "GIT_INDEX_FILE names it" } else { "`git reset` makes a new one from HEAD" }
    )]
    MissingIndex {
        /// Where it should be.
        path: PathBuf,
        /// Whether `GIT_INDEX_FILE` says so.
        named: bool,
    },

    /// The index cannot be read.
    #[error(
        "the index `{}` cannot be read; if it is damaged, move it away and run `git reset` to make \
         a new one from HEAD", shown(.path)
    )]
    Index {
        /// Where it is.
        path: PathBuf,
        /// What libgit2 said.
        source: git2::Error,
    },

    /// A folder that is going to be committed cannot be read.
    #[error("tree {oid}, staged as `/{}`, cannot be read; `git fsck` may say why", escape_path(.path))]
    StagedTree {
        /// The folder, with a `/` after it; empty for the top.
        path: BString,
        /// The tree.
        oid: Oid,
        /// What libgit2 said.
        source: git2::Error,
    },

    /// The index has entries that are not merged.
    #[error("unresolved conflicts in {}; resolve them and `git add` the files", list(.paths))]
    Conflicts {
        /// The paths in conflict, each once.
        paths: Vec<BString>,
    },

    /// HEAD does not lead to a tree.
    #[error("HEAD does not lead to a readable commit; `git fsck` may say why")]
    Head(#[source] git2::Error),

    /// A blob cannot be read, so that its text cannot be vouched for.
    #[error("`{}`: blob {oid} cannot be read; `git fsck` may say why", escape_path(.path))]
    Blob {
        /// The file.
        path: BString,
        /// The blob.
        oid: Oid,
        /// What libgit2 said.
        source: git2::Error,
    },

    /// A path that should be a file is a link, a folder or a submodule in the index or a revision.
    #[error("`{}` is not a plain file in {place}", escape_path(.path))]
    NotAFile {
        /// The path.
        path: BString,
        /// The index, or which revision.
        place: String,
    },

    /// A revision does not exist.
    #[error("`{revision}` is not a revision of this repository")]
    Revision {
        /// The revision as it was given.
        revision: String,
        /// What libgit2 said.
        source: git2::Error,
    },

    /// A commit or one of its trees cannot be read.
    #[error("commit {commit} cannot be read; `git fsck` may say why")]
    Commit {
        /// The commit.
        commit: Oid,
        /// What libgit2 said.
        source: git2::Error,
    },

    /// A folder of a commit cannot be read.
    #[error("tree {oid}, `/{}` in a commit, cannot be read; `git fsck` may say why", escape_path(.path))]
    Tree {
        /// The folder, with a `/` after it; empty for the top.
        path: BString,
        /// The tree.
        oid: Oid,
        /// What libgit2 or git said.
        source: git2::Error,
    },

    /// An object that is being pushed cannot be read.
    #[error(
        "`{}` leads to {oid}, which cannot be read; `git fsck` may say why",
        escape_path(.reference)
    )]
    Pushed {
        /// The reference.
        reference: BString,
        /// The object.
        oid: Oid,
        /// What libgit2 or git said.
        source: git2::Error,
    },

    /// What git should say on standard input is not in its form.
    #[error("git's line on standard input is not understood: `{}`", escape_path(.line))]
    Updates {
        /// The line.
        line: BString,
    },

    /// Folders lie deeper in one another than git allows.
    #[error("`{}`: folders nested too deeply", escape_path(.path))]
    TooDeep {
        /// The folder at which reading stopped.
        path: BString,
    },

    /// The commits that no remote has cannot be listed.
    #[error("the commits cannot be listed; `git fsck` may say why")]
    History(#[source] git2::Error),

    /// A file of git's own cannot be read.
    #[error("`{}` cannot be read", shown(.path))]
    GitFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// A path that was named does not exist.
    #[error("`{}`: no such file or folder", shown(.path))]
    MissingPath {
        /// The path as it was given.
        path: PathBuf,
    },

    /// A file or folder on disk cannot be read.
    #[error("`{}` cannot be read", shown(.path))]
    Disk {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// A folder cannot be walked.
    #[error("a folder cannot be listed")]
    Walk(#[source] ignore::Error),

    /// Standard input cannot be read.
    #[error("standard input cannot be read")]
    Stdin(#[source] std::io::Error),

    /// There is no current directory to begin from.
    #[error("the current directory cannot be found; it may have been deleted")]
    Directory(#[source] std::io::Error),

    /// An item was handed to the reader of another source.
    #[error("`{}` lies in a repository, and this source reads none", escape_path(.path))]
    ForeignItem {
        /// The item's path.
        path: BString,
    },
}

/// A form of repository that libgit2 cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnsupportedForm {
    /// Objects are named by SHA-256.
    Sha256,
    /// References are in a reftable.
    Reftable,
    /// The index is split over two files.
    SplitIndex,
    /// The index holds folders in place of their files.
    SparseIndex,
    /// Another extension of the index, by its signature.
    IndexExtension(String),
    /// Another extension of the repository, by its name.
    Extension(String),
    /// A version of the repository's format that is not known.
    Version,
    /// HEAD is a symbolic link, to a branch without a commit.
    LinkedHead,
    /// Grafts, or a push that was cut off.
    History,
}

impl UnsupportedForm {
    /// Returns what the user can do instead, to follow a sentence; empty when there is nothing.
    fn way_out(&self) -> &'static str {
        match self {
            Self::SplitIndex => ", or join it by `git update-index --no-split-index`",
            Self::SparseIndex => ", or fill it by `git sparse-checkout reapply --no-sparse-index`",
            _ => "",
        }
    }

    /// Recognises the forms in what libgit2 says on opening; it gives them no code of their own.
    pub(super) fn in_repository(error: &git2::Error) -> Option<Self> {
        let message = error.message();
        if message.starts_with("unknown object format 'sha256'") {
            return Some(Self::Sha256);
        }
        if message.starts_with("unsupported repository version") {
            return Some(Self::Version);
        }
        let name = message.strip_prefix("unsupported extension name ")?;
        Some(match name.strip_prefix("extensions.").unwrap_or(name) {
            "refstorage" => Self::Reftable,
            name => Self::Extension(name.to_owned()),
        })
    }

    /// Recognises the forms in what libgit2 says on reading the index.
    pub(super) fn in_index(error: &git2::Error) -> Option<Self> {
        let name = error
            .message()
            .strip_prefix("unsupported mandatory extension: ")?;
        Some(match name.trim_matches('\'') {
            "link" => Self::SplitIndex,
            "sdir" => Self::SparseIndex,
            name => Self::IndexExtension(name.to_owned()),
        })
    }
}

impl fmt::Display for UnsupportedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256 => f.write_str("SHA-256 object names"),
            Self::Reftable => f.write_str("the reftable reference storage"),
            Self::SplitIndex => f.write_str("a split index"),
            Self::SparseIndex => f.write_str("a sparse index"),
            Self::IndexExtension(name) => write!(f, "the index extension `{name}`"),
            Self::Extension(name) => write!(f, "the extension `{name}`"),
            Self::Version => f.write_str("a newer version of git's repository format"),
            Self::LinkedHead => f.write_str("a symbolic link as HEAD"),
            Self::History => f.write_str("grafts or a shallow push"),
        }
    }
}

impl SourceError {
    /// Sorts what libgit2 says on opening a repository; `path` is the one to list as safe.
    pub(super) fn on_open(error: git2::Error, path: impl FnOnce() -> PathBuf) -> Self {
        if let Some(form) = UnsupportedForm::in_repository(&error) {
            return Self::Unsupported {
                form,
                source: error,
            };
        }
        match (error.code(), error.class()) {
            (ErrorCode::Owner, _) => Self::NotOwned {
                path: path(),
                source: error,
            },
            (ErrorCode::NotFound, ErrorClass::Repository) => Self::NoRepository(error),
            _ => Self::Open(error),
        }
    }

    /// Sorts what libgit2 says on reading the index at `path`.
    pub(super) fn on_index(error: git2::Error, path: PathBuf) -> Self {
        match UnsupportedForm::in_index(&error) {
            Some(form) => Self::Unsupported {
                form,
                source: error,
            },
            None => Self::Index {
                path,
                source: error,
            },
        }
    }
}

/// How many paths a message names before it only counts them.
const NAMED: usize = 3;

/// Lists paths for a message.
fn list(paths: &[BString]) -> String {
    let named: Vec<String> = paths
        .iter()
        .take(NAMED)
        .map(|path| format!("`{}`", escape_path(path)))
        .collect();
    match paths.len().checked_sub(NAMED + 1) {
        None => named.join(", "),
        Some(more) => format!("{} and {} more", named.join(", "), more + 1),
    }
}

/// Returns a path as text in which every character is visible.
fn shown(path: &std::path::Path) -> String {
    escape_path(path.as_os_str().as_encoded_bytes())
}
