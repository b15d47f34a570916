//! `Repo`: a git repository built at run time, in a temporary folder.

pub(crate) use crate::ran::{Ran, run, run_with_input, run_with_patience};

use guard::random::Random;
use guard::scan::judge::checksum::sample;
use guard::spec::Checksum;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The binary under test.
pub(crate) const GUARD: &str = env!("CARGO_BIN_EXE_guard");

/// The rule that reports [`key`].
pub(crate) const KEY_RULE: &str = "github-personal-access-token";
/// The rule that reports [`QUERY`].
pub(crate) const QUERY_RULE: &str = "py-sql-fstring";
/// A query built from a string; Python, one line.
pub(crate) const QUERY: &str = "db.execute(f\"SELECT id FROM users WHERE name = '{name}'\")\n";

/// Makes a key that is valid by its checksum and belongs to nobody; another one for each number.
pub(crate) fn key(number: u64) -> String {
    sample(Checksum::Github, &mut Random::seeded(number))
}

/// Makes the line `TOKEN = "…"` with that key.
pub(crate) fn key_line(number: u64) -> String {
    format!("TOKEN = \"{}\"\n", key(number))
}

/// Returns how [`Ran::finds`] lists such a key at `path:line`.
pub(crate) fn key_at(place: &str) -> String {
    format!("{place} error {KEY_RULE}")
}

/// Prepares a program as if nothing of the machine's own settings were there; `around` is its home.
pub(crate) fn isolated(program: impl AsRef<OsStr>, around: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        // With it goes every GIT_*: tests run inside hooks, too.
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C")
        .env("HOME", around.join("home"))
        .env("TMPDIR", around.join("tmp"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", around)
        .env("GIT_AUTHOR_NAME", "A U Thor")
        .env("GIT_AUTHOR_EMAIL", "author@example.com")
        .env("GIT_AUTHOR_DATE", "2024-01-02T03:04:05Z")
        .env("GIT_COMMITTER_NAME", "C O Mitter")
        .env("GIT_COMMITTER_EMAIL", "committer@example.com")
        .env("GIT_COMMITTER_DATE", "2024-01-02T03:04:05Z")
        .env("GIT_MERGE_AUTOEDIT", "no")
        .env("GIT_EDITOR", "true")
        .stdin(Stdio::null());
    command
}

/// A folder that is thrown away, with a home and a place for temporary files in it.
pub(crate) struct Around {
    /// Deletes the folder when it is dropped.
    _folder: TempDir,
    path: PathBuf,
}

impl Around {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room for temporary folders");
        // Git resolves links in the paths it reports.
        let path = folder.path().canonicalize().expect("it was just made");
        for name in ["home", "tmp"] {
            fs::create_dir(path.join(name)).expect("the folder around it is new");
        }
        Self {
            _folder: folder,
            path,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs guard in `folder`, which need not be in a repository.
    #[track_caller]
    pub(crate) fn guard(&self, folder: &Path, arguments: &[&str]) -> Ran {
        run(isolated(GUARD, &self.path, folder).args(arguments))
    }
}

/// A repository in a temporary folder of its own.
pub(crate) struct Repo {
    around: Around,
    top: PathBuf,
}

impl Repo {
    /// Makes an empty repository.
    pub(crate) fn new() -> Self {
        let around = Around::new();
        let top = around.path().join("repo");
        fs::create_dir(&top).expect("the folder around it is new");
        let repo = Self { around, top };
        repo.git(&["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    /// Makes a repository with guard's hooks in it.
    pub(crate) fn guarded() -> Self {
        let repo = Self::new();
        repo.guard(&["install"]).exits(0);
        repo
    }

    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.top.join(path)
    }

    /// Returns a path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.around.path().join(name)
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is below the top")).expect("may write");
        fs::write(path, content).expect("may write");
        self
    }

    pub(crate) fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.path(path)).expect("it is there");
        self
    }

    /// Stages everything.
    #[track_caller]
    pub(crate) fn stage(&self) -> &Self {
        self.git(&["add", "--all"]);
        self
    }

    /// Stages and commits everything, past the hooks.
    #[track_caller]
    pub(crate) fn commit(&self, message: &str) -> &Self {
        self.stage();
        self.git(&["commit", "--quiet", "--no-verify", "--message", message]);
        self
    }

    /// Runs git, which must succeed, and returns what it prints.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let ran = self.try_git(arguments);
        assert_eq!(ran.code, Some(0), "git {arguments:?}: {}", ran.stderr);
        ran.stdout.trim_end().to_owned()
    }

    /// Runs git, which may fail: hooks run in it.
    #[track_caller]
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Ran {
        run(self.git_command(&self.top).args(arguments))
    }

    pub(crate) fn git_command(&self, folder: &Path) -> Command {
        isolated("git", self.around.path(), folder)
    }

    /// Runs guard at the top of the repository.
    #[track_caller]
    pub(crate) fn guard(&self, arguments: &[&str]) -> Ran {
        run(self.guard_command().args(arguments))
    }

    /// Scans what is staged.
    #[track_caller]
    pub(crate) fn staged(&self) -> Ran {
        self.guard(&["check", "--staged"])
    }

    pub(crate) fn guard_command(&self) -> Command {
        self.program(GUARD, &self.top)
    }

    /// Prepares any program in `folder`.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        isolated(program, self.around.path(), folder)
    }

    /// Returns the commit that HEAD names.
    #[track_caller]
    pub(crate) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Stores a text as a blob and returns its id.
    pub(crate) fn blob(&self, content: impl AsRef<[u8]>) -> String {
        fs::write(self.beside("blob"), content).expect("may write");
        self.git(&["hash-object", "-w", "../blob"])
    }

    /// Returns where a loose object lies.
    pub(crate) fn object(&self, id: &str) -> PathBuf {
        self.path(".git/objects").join(&id[..2]).join(&id[2..])
    }

    /// Writes a hook of somebody else's.
    pub(crate) fn write_hook(&self, path: &str, script: &str, mode: u32) -> &Self {
        self.write(path, script);
        set_mode(&self.path(path), mode);
        self
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
}

pub(crate) fn mode(path: &Path) -> u32 {
    let found = fs::metadata(path).expect("the file is there");
    found.permissions().mode() & 0o7777
}
