//! Where git looks for hooks, and who says so.

use super::HookError;
use bstr::{BString, ByteSlice, ByteVec};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the hooks of a repository are.
#[derive(Debug)]
pub(super) struct Place {
    /// The folder in which git looks.
    pub(super) folder: PathBuf,
    /// The folder in which it looks when nobody says otherwise: the repository's own.
    pub(super) own: PathBuf,
    /// Whether the repository is bare: then it receives pushes, and nothing is committed in it.
    pub(super) is_bare: bool,
    /// The top of the work tree, where there is one.
    pub(super) top: Option<PathBuf>,
    /// Who says otherwise, if anybody does.
    pub(super) hooks_path: Option<HooksPath>,
}

/// A setting of `core.hooksPath`.
#[derive(Debug)]
pub(super) struct HooksPath {
    pub(super) scope: Scope,
    /// The file with `file:` before it, or whatever else git says.
    pub(super) origin: BString,
    /// The folder; a relative one is another in every repository.
    pub(super) value: PathBuf,
}

/// For whom a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// For one repository.
    Repository,
    /// For one work tree of a repository.
    WorkTree,
    /// For all repositories of the user.
    User,
    /// For all repositories of the machine.
    Machine,
    /// For one command: `git -c`, or variables of the environment.
    Command,
}

impl Scope {
    /// Sorts what `git config --show-scope` says.
    fn new(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"local" => Self::Repository,
            b"worktree" => Self::WorkTree,
            b"global" => Self::User,
            b"system" => Self::Machine,
            b"command" => Self::Command,
            _ => return None,
        })
    }

    /// Says for what a setting holds, to follow "is set".
    pub(super) fn whom(self) -> &'static str {
        match self {
            Self::Repository => "for this repository",
            Self::WorkTree => "for this work tree",
            Self::User => "for all repositories of this user",
            Self::Machine => "for all repositories of this machine",
            Self::Command => "by the environment or `git -c`",
        }
    }
}

impl HooksPath {
    /// Asks git what holds in `folder`.
    pub(super) fn in_repository(folder: &Path) -> Result<Option<Self>, HookError> {
        Self::read(Command::new("git").current_dir(folder))
    }

    /// Asks git what holds outside any repository.
    pub(super) fn of_user() -> Result<Option<Self>, HookError> {
        Self::read(Command::new("git").env("GIT_DIR", "/dev/null/none"))
    }

    fn read(git: &mut Command) -> Result<Option<Self>, HookError> {
        let command = git.args(["config", "-z", "--show-scope", "--show-origin"]);
        command.args(["--type=path", "--get", "core.hooksPath"]);
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(HookError::no_git)?;
        // 1: it is not set.
        if output.status.code() == Some(1) {
            return Ok(None);
        }
        if !output.status.success() {
            return Err(HookError::git(&output.stderr));
        }
        let mut fields = output.stdout.split_str("\0");
        let (scope, origin, value) = (fields.next(), fields.next(), fields.next());
        let odd = || HookError::Git("it says something odd about core.hooksPath".to_owned());
        let scope = scope.and_then(Scope::new).ok_or_else(odd)?;
        let value = value.ok_or_else(odd)?.to_vec();
        Ok(Some(Self {
            scope,
            origin: origin.unwrap_or_default().into(),
            value: value.into_path_buf().map_err(|_| odd())?,
        }))
    }

    /// Says whether other repositories look into the same folder.
    pub(super) fn is_shared(&self) -> bool {
        match self.scope {
            // The root of the file system.
            _ if self.value.as_os_str().is_empty() => true,
            Scope::Repository | Scope::WorkTree => false,
            Scope::User | Scope::Machine => self.value.is_absolute(),
            Scope::Command => true,
        }
    }
}

impl Place {
    /// Asks git about the repository around `folder`.
    ///
    /// git knows `core.hooksPath`, linked worktrees and its environment; nothing else does as well.
    pub(super) fn of(folder: &Path) -> Result<Self, HookError> {
        let path = |arguments: &[&str]| {
            let answer = git(folder, arguments)?;
            // A path that is no UTF-8 keeps its bytes where the system allows it.
            let path = answer
                .into_path_buf()
                .map_err(|_| HookError::Git("its answer is no UTF-8".to_owned()))?;
            Ok::<_, HookError>(absolute(folder, &path))
        };
        let mut hooks = path(&["rev-parse", "--git-path", "hooks"])?;
        let hooks_path = HooksPath::in_repository(folder)?;
        // An empty setting leads to the root: git puts a `/` and the hook's name behind it.
        if matches!(&hooks_path, Some(set) if set.value.as_os_str().is_empty()) {
            hooks = PathBuf::from("/");
        }
        let is_bare = git(folder, &["rev-parse", "--is-bare-repository"])? == b"true";
        Ok(Self {
            folder: hooks,
            own: path(&["rev-parse", "--git-common-dir"])?.join("hooks"),
            is_bare,
            // Inside the repository's own folder there is no work tree.
            top: path(&["rev-parse", "--show-toplevel"]).ok(),
            hooks_path,
        })
    }

    /// Returns the setting that has other repositories look into the same folder, if one does.
    pub(super) fn shared(&self) -> Option<&HooksPath> {
        self.hooks_path.as_ref().filter(|set| set.is_shared())
    }

    /// Returns the folder for hooks that are this repository's alone.
    pub(super) fn of_this_repository(&self) -> &Path {
        if self.shared().is_some() {
            &self.own
        } else {
            &self.folder
        }
    }
}

/// Makes absolute what git says in `folder`, the path of which holds no link.
fn absolute(folder: &Path, path: &Path) -> PathBuf {
    let mut from = folder;
    let mut rest = path;
    while let (Ok(above), Some(parent)) = (rest.strip_prefix(".."), from.parent()) {
        (rest, from) = (above, parent);
    }
    from.join(rest.strip_prefix(".").unwrap_or(rest))
}

/// Runs git in `folder` and returns what it prints, without the line's end.
pub(super) fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, HookError> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(HookError::no_git)?;
    if !output.status.success() {
        return Err(HookError::git(&output.stderr));
    }
    let mut text = output.stdout;
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_made_absolute_without_detours() {
        let of = |path: &str| absolute(Path::new("/a/b"), Path::new(path));
        assert_eq!(of(".git/hooks"), Path::new("/a/b/.git/hooks"));
        assert_eq!(of("."), Path::new("/a/b"));
        assert_eq!(of("../.git"), Path::new("/a/.git"));
        assert_eq!(of("../../c/../d"), Path::new("/c/../d"));
        assert_eq!(of("/x/../y"), Path::new("/x/../y"));
    }
}
