//! Git repositories in all their states, made at run time by git itself.

mod broken;
mod commits;
mod content;
mod disk;
mod forms;
mod hook;
mod index_damage;
mod index_file;
mod index_random;
mod merge;
mod staged;
mod unpushed;
mod walk;

use super::{
    Form, GitEnvironment, GitRepository, Item, Place, Reader, Source, SourceError, Staged,
};
use crate::lines;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs git in `folder`, as if nothing of the machine's own git were there.
fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
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

/// Runs git and returns what it prints; it must succeed.
fn git_in<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> String {
    let output = git_command(folder)
        .args(arguments)
        .output()
        .expect("git is installed");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git failed: {stderr}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository in a temporary folder of its own.
struct Repo {
    /// Holds the repository, and room beside it.
    around: tempfile::TempDir,
    top: PathBuf,
}

impl Repo {
    fn new() -> Self {
        Self::init(&[])
    }

    /// Makes a repository, with options to `git init`.
    fn init(options: &[&str]) -> Self {
        let around = tempfile::tempdir().expect("there is room for temporary folders");
        // Git and libgit2 resolve links in the paths they report.
        let top = around
            .path()
            .canonicalize()
            .expect("it was just made")
            .join("repo");
        std::fs::create_dir(&top).expect("the folder around it is new");
        git_in(&top, ["init", "-q", "-b", "main"].iter().chain(options));
        Self { around, top }
    }

    /// Makes a repository with one commit of `a.txt`, three lines long.
    fn with_commit() -> Self {
        let repo = Self::new();
        repo.write("a.txt", "one\ntwo\nthree\n").commit("first");
        repo
    }

    /// Returns a path beside the repository.
    fn beside(&self, name: &str) -> PathBuf {
        self.around
            .path()
            .canonicalize()
            .expect("it is there until dropped")
            .join(name)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.top.join(path)
    }

    fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.top, arguments)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("it is below the top")).expect("may write");
        std::fs::write(path, content).expect("may write");
        self
    }

    fn stage(&self) -> &Self {
        self.git(&["add", "-A"]);
        self
    }

    fn commit(&self, message: &str) -> &Self {
        self.stage()
            .git(&["commit", "-q", "--allow-empty", "-m", message]);
        self
    }

    /// Stores a text as a blob and returns its id.
    fn blob(&self, content: &str) -> String {
        std::fs::write(self.beside("blob"), content).expect("may write");
        self.git(&["hash-object", "-w", "../blob"])
    }

    fn environment(&self) -> GitEnvironment {
        GitEnvironment {
            directory: self.top.clone(),
            ..GitEnvironment::default()
        }
    }

    fn open(&self) -> GitRepository {
        GitRepository::open(self.environment()).expect("git made it")
    }

    /// Returns what is staged, as git users would list it.
    fn staged(&self) -> Vec<(String, Vec<String>)> {
        staged(self.environment()).expect("git made it")
    }

    /// Returns why what is staged cannot be read.
    fn fault(&self) -> SourceError {
        staged(self.environment()).expect_err("it must not pass")
    }

    /// Runs git until it runs `hook`, hands over the environment that the hook gets, and lets git
    /// go on; the hook then refuses.
    fn during<T>(
        &self,
        hook: &str,
        arguments: &[&str],
        look: impl FnOnce(GitEnvironment) -> T,
    ) -> T {
        self.during_in(&self.top, hook, arguments, look)
    }

    /// As [`Self::during`], with git started in `folder`.
    fn during_in<T>(
        &self,
        folder: &Path,
        hook: &str,
        arguments: &[&str],
        look: impl FnOnce(GitEnvironment) -> T,
    ) -> T {
        let (ready, go) = (self.beside("ready"), self.beside("go"));
        let hooks = self.beside("hooks");
        std::fs::create_dir_all(&hooks).expect("may write");
        let script = format!(
            "#!/bin/sh\npwd -P > '{0}.cwd'\nenv -0 > '{0}.env'\n: > '{0}'\n\
             while [ ! -e '{1}' ]; do sleep 0.01; done\nexit 1\n",
            ready.display(),
            go.display(),
        );
        let file = hooks.join(hook);
        std::fs::write(&file, script).expect("may write");
        make_executable(&file);
        let mut git = git_command(folder)
            .arg("-c")
            .arg(format!("core.hooksPath={}", hooks.display()))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git is installed");
        // What `commit -p` asks is answered with yes.
        let mut input = git.stdin.take().expect("it is piped");
        std::io::Write::write_all(&mut input, b"y\n").expect("git has not read it yet");
        drop(input);
        let started = Instant::now();
        while !ready.exists() {
            let ended = git.try_wait().expect("it is our child").is_some();
            assert!(
                !ended || ready.exists(),
                "git ended without running the hook"
            );
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "git does not run the hook"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        let read = |ending: &str| {
            std::fs::read(format!("{}.{ending}", ready.display())).expect("the hook wrote it")
        };
        let variables = read("env");
        let variables = variables.split(|&byte| byte == 0).filter_map(|variable| {
            let at = variable.iter().position(|&byte| byte == b'=')?;
            let word = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
            Some((word(&variable[..at]), word(&variable[at + 1..])))
        });
        let directory = PathBuf::from(OsStr::from_bytes(read("cwd").trim_ascii_end()));
        let seen = look(GitEnvironment::from_variables(directory, variables));
        std::fs::write(&go, "").expect("may write");
        let refused = !git.wait().expect("it is our child").success();
        assert!(refused, "the hook refuses");
        std::fs::remove_file(ready).expect("the hook made it");
        std::fs::remove_file(go).expect("it was just made");
        seen
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// Reads what is staged, and returns the added lines of each path.
fn staged(environment: GitEnvironment) -> Result<Vec<(String, Vec<String>)>, SourceError> {
    added(&Staged::new(&GitRepository::open(environment)?))
}

/// Returns the added lines of each item of a source but for messages, as the scanner would see them.
fn added(source: &dyn Source) -> Result<Vec<(String, Vec<String>)>, SourceError> {
    let plan = source.plan()?;
    let mut reader = source.reader()?;
    plan.items
        .iter()
        .filter(|item| item.form != Form::Message)
        .map(|item| Ok((name(item), added_lines(&mut *reader, item)?)))
        .collect()
}

/// Returns the path of an item, with a mark for a link.
fn name(item: &Item) -> String {
    let mark = if item.form == Form::Symlink { "@" } else { "" };
    format!("{}{mark}", item.path)
}

fn added_lines(reader: &mut dyn Reader, item: &Item) -> Result<Vec<String>, SourceError> {
    let new = reader.new_version(item)?;
    let old = reader.old_versions(item, std::convert::identity)?;
    let added = old.added_lines(&new);
    let lines = (1..)
        .zip(lines::split(&new))
        .filter(|&(number, _)| added.contains(number));
    Ok(lines
        .map(|(_, line)| String::from_utf8_lossy(line).into_owned())
        .collect())
}

/// Writes an expectation: paths, each with its added lines.
fn expect<const N: usize>(files: [(&str, &[&str]); N]) -> Vec<(String, Vec<String>)> {
    let owned = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
    files
        .map(|(path, lines)| (path.to_owned(), owned(lines)))
        .to_vec()
}
