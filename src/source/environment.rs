//! What git's environment variables say about the repository.

use super::SourceError;
use super::object::parse_oid;
use git2::Oid;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where git says the repository and its parts are.
///
/// Read once, by the command line; a value and no global, so that tests can have several at once.
/// Git runs hooks with these variables set, and they say what it is about to commit: during
/// `git commit -a`, `-p` and `git commit PATH` the index is a temporary file named by
/// `GIT_INDEX_FILE`. An empty variable counts as unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitEnvironment {
    /// The current directory, absolute; relative paths below are relative to it, but for
    /// `index_file`, which is relative to the top of the work tree.
    pub directory: PathBuf,
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub alternate_object_directories: Vec<PathBuf>,
    /// `GIT_SHALLOW_FILE`: where a history ends while git takes in a push that was cut off.
    pub shallow_file: Option<PathBuf>,
    /// `GIT_CEILING_DIRECTORIES`.
    pub ceiling_directories: Vec<PathBuf>,
    /// Whether `GIT_EXEC_PATH` is set, as it is for every program that git starts.
    pub from_git: bool,
    /// Whether git started this process as a hook, as the command line says: not every hook is told
    /// of an index.
    pub hook: bool,
    /// Whether git says that nobody edits the message of the commit: `GIT_EDITOR` is then `:`.
    pub without_editor: bool,
    /// The commits of `GITHEAD_<oid>`: what `git merge` merges when it runs pre-merge-commit,
    /// before there is a `MERGE_HEAD`. Sorted.
    pub merged: Vec<Oid>,
}

impl GitEnvironment {
    /// Takes over the environment of this process.
    ///
    /// # Errors
    ///
    /// Fails when there is no current directory.
    pub fn from_process() -> Result<Self, SourceError> {
        let directory = std::env::current_dir().map_err(SourceError::Directory)?;
        Ok(Self::from_variables(directory, std::env::vars_os()))
    }

    /// Takes over `variables`, as they are for a process in `directory`.
    #[must_use]
    pub fn from_variables(
        directory: PathBuf,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let mut environment = Self {
            directory,
            ..Self::default()
        };
        for (name, value) in variables {
            if !value.is_empty() {
                environment.set(&name, value);
            }
        }
        environment.merged.sort_unstable();
        environment
    }

    fn set(&mut self, name: &OsStr, value: OsString) {
        let Some(name) = name.to_str() else {
            return;
        };
        match name {
            "GIT_DIR" => self.git_dir = Some(value.into()),
            "GIT_WORK_TREE" => self.work_tree = Some(value.into()),
            "GIT_INDEX_FILE" => self.index_file = Some(value.into()),
            "GIT_OBJECT_DIRECTORY" => self.object_directory = Some(value.into()),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES" => {
                self.alternate_object_directories = split_list(&value);
            }
            "GIT_SHALLOW_FILE" => self.shallow_file = Some(value.into()),
            "GIT_CEILING_DIRECTORIES" => self.ceiling_directories = split_list(&value),
            "GIT_EXEC_PATH" => self.from_git = true,
            "GIT_EDITOR" => self.without_editor = value == ":",
            _ => {
                let merged = name.strip_prefix("GITHEAD_");
                self.merged
                    .extend(merged.and_then(|oid| parse_oid(oid.as_bytes())));
            }
        }
    }

    /// Says whether git started this process as a hook.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        self.from_git && (self.hook || self.index_file.is_some())
    }

    /// Prepares git to work in this environment, and in no other.
    pub(super) fn give_to(&self, command: &mut Command) {
        let mut give = |name: &str, value: Option<&OsStr>| {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        };
        let path =
            |path: &'_ Option<PathBuf>| path.as_ref().map(|path| path.clone().into_os_string());
        give("GIT_DIR", path(&self.git_dir).as_deref());
        give("GIT_WORK_TREE", path(&self.work_tree).as_deref());
        give("GIT_INDEX_FILE", path(&self.index_file).as_deref());
        give("GIT_SHALLOW_FILE", path(&self.shallow_file).as_deref());
        give(
            "GIT_OBJECT_DIRECTORY",
            path(&self.object_directory).as_deref(),
        );
        for (name, folders) in [
            (
                "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                &self.alternate_object_directories,
            ),
            ("GIT_CEILING_DIRECTORIES", &self.ceiling_directories),
        ] {
            let list = std::env::join_paths(folders).ok();
            give(name, list.as_deref().filter(|list| !list.is_empty()));
        }
        command.current_dir(&self.directory);
    }

    /// Makes a path absolute, against the current directory.
    pub(super) fn absolute(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }
}

/// Splits a list of folders, as `PATH` is split.
fn split_list(list: &OsStr) -> Vec<PathBuf> {
    std::env::split_paths(list)
        .filter(|path| !path.as_os_str().is_empty())
        .collect()
}
