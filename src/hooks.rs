//! Puts guard's hooks into a repository and takes them out again.

use bstr::{ByteSlice, ByteVec};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The hooks that guard installs: their names and scripts.
pub const HOOKS: &[(&str, &str)] = &[
    ("pre-commit", include_str!("../hooks/pre-commit")),
    (
        "pre-merge-commit",
        include_str!("../hooks/pre-merge-commit"),
    ),
];

/// The line by which guard knows a hook of its own.
const MARKER: &str = "# guard-hook ";
/// What is added to the name of a hook that was there before; guard's hook runs it first.
const BEFORE: &str = ".before-guard";
/// Stands in the scripts for the path of the binary.
const BINARY: &str = "@GUARD@";

/// Why hooks could not be put in or taken out.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// git could not be asked where hooks go.
    #[error("git does not say where hooks go: {0}")]
    Git(String),
    /// The hooks folder belongs to a hook manager that writes it anew.
    #[error("{manager} writes {} itself; add this line to {file} instead: {line}", folder.display())]
    Managed {
        /// The manager's name.
        manager: &'static str,
        /// The folder.
        folder: PathBuf,
        /// The file to edit.
        file: &'static str,
        /// The line to add.
        line: &'static str,
    },
    /// `core.hooksPath` is set for every repository of the user or the machine.
    #[error(
        "core.hooksPath is set to {} outside this repository, so a hook there would run in every repository; \
         set it for this one (`git config core.hooksPath .git/hooks`) or call `guard hook {hook}` from the hook there",
        folder.display()
    )]
    SharedHooksPath {
        /// The folder.
        folder: PathBuf,
        /// The hook.
        hook: &'static str,
    },
    /// There is a hook that is not guard's, and one set aside by an earlier install.
    #[error(
        "{} is not guard's, and {} was set aside before; put them together into one of the two, then install again",
        hook.display(),
        before.display()
    )]
    TwoHooks {
        /// The hook that is not guard's.
        hook: PathBuf,
        /// The one set aside.
        before: PathBuf,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
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
            Self::Installed(hook) => write!(f, "installed {}", hook.display()),
            Self::Chained(hook, before) => {
                write!(
                    f,
                    "installed {}; the hook that was there runs first, from {}",
                    hook.display(),
                    before.display()
                )
            }
            Self::Updated(hook) => write!(f, "updated {}", hook.display()),
            Self::Unchanged(hook) => write!(f, "{} is in place already", hook.display()),
            Self::Removed(hook) => write!(f, "removed {}", hook.display()),
            Self::Restored(hook) => write!(
                f,
                "removed guard from {}; the hook that was there before is back",
                hook.display()
            ),
            Self::Absent(hook) => write!(f, "no hook at {}", hook.display()),
            Self::Foreign(hook) => write!(f, "{} is not guard's; left alone", hook.display()),
        }
    }
}

/// Puts guard's hooks into the repository around `folder`; they will run `binary`.
///
/// A hook that is there already is set aside and runs first. Safe to run twice: nothing is set
/// aside a second time. Every file is written beside its place and renamed into it.
///
/// # Errors
///
/// Fails when the folder for hooks cannot be told, is a hook manager's or is shared by all
/// repositories, and when a file cannot be written. Hooks written before that stay.
pub fn install(folder: &Path, binary: &Path) -> Result<Vec<Done>, HookError> {
    let hooks = writable_hooks_folder(folder)?;
    fs::create_dir_all(&hooks).map_err(|source| HookError::File {
        path: hooks.clone(),
        source,
    })?;
    HOOKS
        .iter()
        .map(|(name, script)| install_one(&hooks.join(name), &filled(script, binary)))
        .collect()
}

/// Takes guard's hooks out of the repository around `folder` and puts back what was there.
///
/// # Errors
///
/// Fails when the folder for hooks cannot be told and when a file cannot be changed.
pub fn uninstall(folder: &Path) -> Result<Vec<Done>, HookError> {
    let (hooks, _) = hooks_folder(folder)?;
    HOOKS
        .iter()
        .map(|(name, _)| uninstall_one(&hooks.join(name)))
        .collect()
}

/// Asks git where the hooks of the repository around `folder` go, and who says so.
///
/// git knows `core.hooksPath`, linked worktrees and its environment; nothing else does as well.
fn hooks_folder(folder: &Path) -> Result<(PathBuf, Option<String>), HookError> {
    let path = git(folder, &["rev-parse", "--git-path", "hooks"])?;
    // A path that is no UTF-8 keeps its bytes where the system allows it.
    let path = path
        .into_path_buf()
        .map_err(|_| HookError::Git("its answer is no UTF-8".to_owned()))?;
    let scope = git(
        folder,
        &["config", "--show-scope", "--get", "core.hooksPath"],
    )
    .ok();
    let scope = scope.and_then(|line| Some(line.fields().next()?.to_str_lossy().into_owned()));
    Ok((folder.join(path), scope))
}

fn writable_hooks_folder(folder: &Path) -> Result<PathBuf, HookError> {
    let (hooks, scope) = hooks_folder(folder)?;
    if hooks.ends_with(".husky/_") || hooks.ends_with(".husky") {
        let (file, line) = (".husky/pre-commit", "guard hook pre-commit");
        return Err(HookError::Managed {
            manager: "husky",
            folder: hooks,
            file,
            line,
        });
    }
    if matches!(scope.as_deref(), Some("global" | "system")) {
        return Err(HookError::SharedHooksPath {
            folder: hooks,
            hook: HOOKS[0].0,
        });
    }
    Ok(hooks)
}

fn git(folder: &Path, args: &[&str]) -> Result<Vec<u8>, HookError> {
    let output = Command::new("git").current_dir(folder).args(args).output();
    let output = output.map_err(|error| HookError::Git(format!("git cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(HookError::Git(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ));
    }
    let mut text = output.stdout;
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    Ok(text)
}

/// Returns a script with the path of the binary filled in, quoted for a POSIX shell.
fn filled(script: &str, binary: &Path) -> Vec<u8> {
    let path = binary.as_os_str().as_encoded_bytes();
    let quoted = [b"'", &path.replace("'", "'\\''")[..], b"'"].concat();
    // In the message the path stands inside double quotes.
    let shown: String = path
        .to_str_lossy()
        .chars()
        .filter(|c| !matches!(c, '"' | '\\' | '$' | '`') && !c.is_control())
        .collect();
    script
        .as_bytes()
        .replacen(BINARY, quoted, 1)
        .replace(BINARY, shown)
}

fn install_one(hook: &Path, script: &[u8]) -> Result<Done, HookError> {
    let before = with_suffix(hook);
    let done = match state(hook)? {
        State::None => Done::Installed(hook.to_owned()),
        State::Own(text) if text == script && executable(hook) => {
            return Ok(Done::Unchanged(hook.to_owned()));
        }
        State::Own(_) => Done::Updated(hook.to_owned()),
        State::Foreign if fs::symlink_metadata(&before).is_ok() => {
            return Err(HookError::TwoHooks {
                hook: hook.to_owned(),
                before,
            });
        }
        State::Foreign => {
            // Copied and not moved: there is a hook at every moment.
            copy(hook, &before).map_err(|source| HookError::File {
                path: before.clone(),
                source,
            })?;
            Done::Chained(hook.to_owned(), before)
        }
    };
    write_script(hook, script).map_err(|source| HookError::File {
        path: hook.to_owned(),
        source,
    })?;
    Ok(done)
}

fn uninstall_one(hook: &Path) -> Result<Done, HookError> {
    let failed = |source| HookError::File {
        path: hook.to_owned(),
        source,
    };
    match state(hook)? {
        State::None => Ok(Done::Absent(hook.to_owned())),
        State::Foreign => Ok(Done::Foreign(hook.to_owned())),
        State::Own(_) => {
            let before = with_suffix(hook);
            if fs::symlink_metadata(&before).is_ok() {
                fs::rename(&before, hook).map_err(failed)?;
                Ok(Done::Restored(hook.to_owned()))
            } else {
                fs::remove_file(hook).map_err(failed)?;
                Ok(Done::Removed(hook.to_owned()))
            }
        }
    }
}

/// What stands at a hook's place.
enum State {
    None,
    /// guard's own, with its text.
    Own(Vec<u8>),
    Foreign,
}

fn state(hook: &Path) -> Result<State, HookError> {
    let failed = |source| HookError::File {
        path: hook.to_owned(),
        source,
    };
    match fs::symlink_metadata(hook) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::None),
        Err(error) => return Err(failed(error)),
        // A link is somebody's arrangement, wherever it leads.
        Ok(found) if found.file_type().is_symlink() => return Ok(State::Foreign),
        Ok(_) => {}
    }
    let text = fs::read(hook).map_err(failed)?;
    Ok(if text.lines().any(|line| line.starts_with_str(MARKER)) {
        State::Own(text)
    } else {
        State::Foreign
    })
}

fn with_suffix(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(BEFORE);
    name.into()
}

/// Copies a file with its mode, or a link as a link.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if from.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    let mode = fs::metadata(from)?.permissions();
    write_atomically(to, &fs::read(from)?, Some(mode))
}

fn write_script(hook: &Path, script: &[u8]) -> io::Result<()> {
    #[cfg(unix)]
    let mode = Some(std::os::unix::fs::PermissionsExt::from_mode(0o755));
    #[cfg(not(unix))]
    let mode = None;
    write_atomically(hook, script, mode)
}

/// Writes a file beside its place, to disk, and renames it into it.
///
/// # Errors
///
/// Fails when the folder cannot be written or the disk is full; the old file is then untouched.
pub fn write_atomically(
    path: &Path,
    content: &[u8],
    mode: Option<fs::Permissions>,
) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // Temporary files are private unless told otherwise; the umask still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".guard-").tempfile_in(folder)?;
    file.write_all(content)?;
    if let Some(mode) = mode {
        file.as_file().set_permissions(mode)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o111 == 0o111)
}

#[cfg(not(unix))]
fn executable(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_quoted_for_the_shell() {
        let script = filled(
            "guard=@GUARD@\necho \"gone from @GUARD@\"\n",
            Path::new("/a b/it's $x"),
        );
        assert_eq!(
            script.as_bstr(),
            "guard='/a b/it'\\''s $x'\necho \"gone from /a b/it's x\"\n"
        );
    }

    #[test]
    fn every_script_is_known_again() {
        for (name, script) in HOOKS {
            assert!(
                script.lines().any(|line| line.starts_with(MARKER)),
                "{name}"
            );
            assert!(script.contains(&format!("hook {name} ")), "{name}");
        }
    }
}
