//! Puts guard's hooks into a repository, or before those of all repositories of a user; takes them
//! out again; says whether git will run them.

mod calls;
mod doctor;
mod file;
mod global;
mod install;
mod managers;
mod place;
mod script;

pub use doctor::{Check, Examined, Health, examine};
pub use file::write_atomically;
pub use global::{install_global, uninstall_global};
pub use install::{install, uninstall};
pub use managers::Manager;
pub use script::Hook;

use crate::escape::{escape_path, shell_word};
use bstr::{BString, ByteSlice};
use std::io;
use std::path::{Path, PathBuf};

/// Why hooks could not be put in or taken out.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// git could not be asked where hooks go.
    #[error("git does not say where hooks go: {0}")]
    Git(String),
    /// git could not change its configuration.
    #[error("git cannot change its configuration: {0}")]
    Config(String),
    /// A hook manager writes the hooks anew; what is written there would not last.
    #[error(
        "{} runs the hooks here: it writes {} itself; nothing was installed, add guard to its own files",
        manager.name(), path(place)
    )]
    Managed {
        /// The manager.
        manager: Manager,
        /// The hook or the folder of hooks that is its own.
        place: PathBuf,
        /// The hooks that were to be installed.
        hooks: Vec<Hook>,
    },
    /// `core.hooksPath` leads to a folder that other repositories share.
    #[error(
        "core.hooksPath is set to {} {whom}, so a hook there would run in other repositories, too; \
         set it for this one (`git config core.hooksPath {}`), or guard them all (`guard install --global`)",
        path(folder),
        shell_word(own)
    )]
    SharedHooksPath {
        /// The folder.
        folder: PathBuf,
        /// For whom it is set.
        whom: &'static str,
        /// The repository's own folder.
        own: PathBuf,
    },
    /// `core.hooksPath` is set for the user, to another folder in each repository.
    #[error(
        "core.hooksPath is set to {} in {origin}: a folder of each repository, so there is none for \
         all; run `guard install` in each",
        path(folder)
    )]
    RelativeHooksPath {
        /// The folder.
        folder: PathBuf,
        /// Where it is set.
        origin: BString,
    },
    /// `core.hooksPath` is set for the machine or the command, and the user's would undo it.
    #[error(
        "core.hooksPath is set to {} {whom} ({origin}); setting it for this user would switch the \
         hooks there off, so nothing was installed: run `guard install` in each repository",
        path(folder)
    )]
    OthersHooksPath {
        /// The folder.
        folder: PathBuf,
        /// For whom it is set.
        whom: &'static str,
        /// Where it is set.
        origin: BString,
    },
    /// There is a hook that is not guard's, and one set aside by an earlier install.
    #[error(
        "{} is not guard's, and {} was set aside before; put them together into one of the two, then install again",
        path(hook),
        path(before)
    )]
    TwoHooks {
        /// The hook that is not guard's.
        hook: PathBuf,
        /// The one set aside.
        before: PathBuf,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path(at))]
    File {
        /// The file.
        at: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Returns a path for a message.
fn path(path: &Path) -> String {
    escape_path(path.as_os_str().as_encoded_bytes())
}

impl HookError {
    fn file(at: &Path, source: io::Error) -> Self {
        Self::File {
            at: at.to_owned(),
            source,
        }
    }

    fn git(said: &[u8]) -> Self {
        Self::Git(said.trim().to_str_lossy().into_owned())
    }

    #[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
    fn no_git(error: io::Error) -> Self {
        Self::Git(format!("git cannot be run: {error}"))
    }
}

/// What was done to a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Written where there was none.
    Installed(PathBuf),
    /// Written; the hook that was there now runs first, from the second path.
    Chained(PathBuf, PathBuf),
    /// Written anew over guard's own.
    Updated(PathBuf),
    /// It was there already, the same.
    Unchanged(PathBuf),
    /// Taken out.
    Removed(PathBuf),
    /// Taken out; the hook that was there before is back.
    Restored(PathBuf),
    /// There was none of guard's.
    Absent(PathBuf),
    /// It is not guard's and was left alone.
    Foreign(PathBuf),
}

impl std::fmt::Display for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Installed(hook) => write!(f, "installed {}", path(hook)),
            Self::Chained(hook, before) => write!(
                f,
                "installed {}; the hook that was there runs first, from {}",
                path(hook),
                path(before)
            ),
            Self::Updated(hook) => write!(f, "updated {}", path(hook)),
            Self::Unchanged(hook) => write!(f, "{} is in place already", path(hook)),
            Self::Removed(hook) => write!(f, "removed {}", path(hook)),
            Self::Restored(hook) => write!(
                f,
                "removed guard from {}; the hook that was there before is back",
                path(hook)
            ),
            Self::Absent(hook) => write!(f, "no hook at {}", path(hook)),
            Self::Foreign(hook) => write!(f, "{} is not guard's; left alone", path(hook)),
        }
    }
}

/// What was done, and what else the user should know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Hook by hook.
    pub done: Vec<Done>,
    /// Sentences of a line each, without the full stop.
    pub notes: Vec<String>,
}
