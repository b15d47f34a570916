//! Programs that hooks run.

use bstr::ByteSlice;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Says whether this user may run a file, as git asks the system.
pub(super) fn may_run(file: &Path) -> bool {
    let mut command = Command::new("sh");
    command.args([
        OsStr::new("-c"),
        OsStr::new("test -x \"$1\""),
        OsStr::new("sh"),
    ]);
    quiet(command.arg(file))
        .status()
        .is_ok_and(|status| status.success())
}

/// Returns the program that a shell in `folder` runs for `name`, with `first` before its PATH.
pub(super) fn on_path(name: &str, folder: &Path, first: Option<&str>) -> Option<PathBuf> {
    let mut command = Command::new("sh");
    command
        .current_dir(folder)
        .args(["-c", "command -v \"$1\"", "sh", name]);
    if let Some(first) = first {
        let mut path = OsString::from(first);
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command.env("PATH", path);
    }
    let output = quiet(&mut command).output().ok()?;
    let found = output.stdout.trim_end_with(|character| character == '\n');
    let found = found.to_path().ok()?;
    output.status.success().then(|| folder.join(found))
}

/// Returns the version of guard that a program is, or what else it is.
pub(super) fn version(program: &Path, folder: &Path) -> Result<String, &'static str> {
    let mut command = Command::new(program);
    let command = quiet(command.current_dir(folder).arg("--version"));
    let output = command.output().map_err(|_| "cannot be run")?;
    let said = output.stdout.to_str_lossy();
    let version = said.strip_prefix("guard ").map(str::trim_end);
    match version {
        Some(version) if version.starts_with(|first: char| first.is_ascii_digit()) => {
            Ok(version.to_owned())
        }
        _ => Err("is another program"),
    }
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stderr(Stdio::null())
}
