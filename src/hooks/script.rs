//! The scripts that guard writes, and knowing them again.

use super::HookError;
use super::file::is_executable;
use crate::escape::shell_quoted;
use bstr::{ByteSlice, ByteVec};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The line by which guard knows a hook of its own.
const MARKER: &str = "# guard-hook ";
/// The line by which guard knows a script that hands on to a repository's own hook.
const FORWARD_MARKER: &str = "# guard-forward ";
/// Stands in the scripts for the path of the binary.
const BINARY: &str = "@GUARD@";
/// The line of a script that names the binary, up to the name.
const BINARY_LINE: &str = "guard='";
/// What is added to the name of a hook that was there before; guard's hook runs it first.
const BEFORE: &str = ".before-guard";

/// Hands on to the hook of the same name in the repository itself.
pub(super) const FORWARD: &str = include_str!("../../hooks/forward");
/// The same for the one hook without which git does something of its own.
pub(super) const FORWARD_PUSH_TO_CHECKOUT: &str =
    include_str!("../../hooks/forward-push-to-checkout");

/// A hook that guard serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Hook {
    /// Before a commit.
    PreCommit,
    /// Before a merge is committed.
    PreMergeCommit,
    /// When a commit's message has been written.
    CommitMsg,
    /// Before a push.
    PrePush,
    /// On the server, before anything of a push is taken over.
    PreReceive,
    /// On the server, before a reference is moved.
    Update,
}

impl Hook {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PreCommit,
        Self::PreMergeCommit,
        Self::CommitMsg,
        Self::PrePush,
        Self::PreReceive,
        Self::Update,
    ];

    /// Returns those that are chosen, each once; `otherwise` when none is.
    pub(super) fn chosen(chosen: &[Self], otherwise: &[Self]) -> Vec<Self> {
        if chosen.is_empty() {
            return otherwise.to_owned();
        }
        let all = Self::ALL.into_iter();
        all.filter(|hook| chosen.contains(hook)).collect()
    }

    /// Returns git's name of it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
        }
    }

    /// Says whether git tells it on standard input what is pushed.
    pub(super) fn reads_lines(self) -> bool {
        matches!(self, Self::PrePush | Self::PreReceive)
    }

    /// Says whether it runs where a push is received.
    pub(super) fn is_of_server(self) -> bool {
        matches!(self, Self::PreReceive | Self::Update)
    }

    /// Says whether `guard install` puts it in when no hook is named.
    pub(super) fn is_usual(self, is_bare: bool) -> bool {
        super::install::usual(is_bare).contains(&self)
    }

    fn template(self) -> &'static str {
        match self {
            Self::PreCommit => include_str!("../../hooks/pre-commit"),
            Self::PreMergeCommit => include_str!("../../hooks/pre-merge-commit"),
            Self::CommitMsg => include_str!("../../hooks/commit-msg"),
            Self::PrePush => include_str!("../../hooks/pre-push"),
            Self::PreReceive => include_str!("../../hooks/pre-receive"),
            Self::Update => include_str!("../../hooks/update"),
        }
    }

    /// Returns the script that runs `binary`.
    pub(super) fn script(self, binary: &Path) -> Vec<u8> {
        filled(self.template(), binary)
    }
}

/// Returns a script with the path of the binary filled in, quoted for a POSIX shell.
fn filled(script: &str, binary: &Path) -> Vec<u8> {
    let path = binary.as_os_str().as_encoded_bytes();
    let quoted = shell_quoted(path);
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

/// Returns the binary that a script of guard's runs.
pub(super) fn binary_of(script: &[u8]) -> Option<PathBuf> {
    let at = script.find(format!("\n{BINARY_LINE}"))? + 1 + BINARY_LINE.len();
    let mut rest = &script[at..];
    let mut path = Vec::new();
    loop {
        let end = rest.find_byte(b'\'')?;
        path.extend_from_slice(&rest[..end]);
        match rest[end..].strip_prefix(br"'\''") {
            Some(more) => {
                path.push(b'\'');
                rest = more;
            }
            None => return path.into_path_buf().ok(),
        }
    }
}

/// What stands at a hook's place.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing.
    None,
    /// A hook of guard's own, with its text.
    Own(Vec<u8>),
    /// A script of guard's that hands on to the repository's own hook.
    Forward(Vec<u8>),
    /// Something else, with its text; a link is somebody's arrangement, wherever it leads.
    Foreign(Vec<u8>),
}

impl Found {
    /// Looks at `path`.
    pub(super) fn at(path: &Path) -> Result<Self, HookError> {
        let failed = |source| HookError::file(path, source);
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::None),
            // Nothing lies below a file: core.hooksPath=/dev/null.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Self::None),
            Err(error) => return Err(failed(error)),
            Ok(found) if found.file_type().is_symlink() => {
                return Ok(Self::Foreign(fs::read(path).unwrap_or_default()));
            }
            Ok(_) => {}
        }
        let text = fs::read(path).map_err(failed)?;
        let is_marked = |marker: &str| text.lines().any(|line| line.starts_with_str(marker));
        Ok(if is_marked(MARKER) {
            Self::Own(text)
        } else if is_marked(FORWARD_MARKER) {
            Self::Forward(text)
        } else {
            Self::Foreign(text)
        })
    }
}

/// Says whether a hook of guard's own is at `path`.
pub(super) fn is_own(path: &Path) -> bool {
    matches!(Found::at(path), Ok(Found::Own(_)))
}

/// Says whether `path` holds `text` and anybody may run it.
pub(super) fn holds(path: &Path, found: &[u8], text: &[u8]) -> bool {
    found == text && is_executable(path)
}

/// Returns where the hook that was there before is kept.
pub(super) fn before(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(BEFORE);
    name.into()
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
    fn the_binary_is_read_back() {
        for path in ["/usr/bin/guard", "/a b/it's $x", "''", "/new\nline'"] {
            let script = Hook::PrePush.script(Path::new(path));
            assert_eq!(binary_of(&script), Some(path.into()));
        }
        assert_eq!(binary_of(b"#!/bin/sh\nguard='/never/ends\n"), None);
    }

    #[test]
    fn the_scripts_differ_in_their_names_alone() {
        for hook in Hook::ALL {
            let name = hook.name();
            let script = hook.template();
            assert!(
                script.lines().any(|line| line.starts_with(MARKER)),
                "{name}"
            );
            assert!(
                script.ends_with(&format!("exec \"$guard\" hook {name} \"$@\"\n")),
                "{name}"
            );
            assert!(!script.contains('\r'), "{name}");
            let like = if hook.reads_lines() {
                Hook::PrePush
            } else {
                Hook::PreCommit
            };
            let done = |hook| match hook {
                Hook::PrePush => "nothing is pushed",
                Hook::PreReceive | Hook::Update => "nothing is received",
                _ => "nothing is committed",
            };
            let expected = like
                .template()
                .replace(like.name(), name)
                .replace(done(like), done(hook));
            assert_eq!(script, expected, "{name}");
        }
    }
}
