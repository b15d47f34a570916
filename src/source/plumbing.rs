//! A repository as git's own commands read it, for forms that libgit2 cannot open.
//!
//! Nothing is asked of git that could write, run a program of the repository's choice or reach out
//! to the network: no optional locks, no file system monitor, no lazy fetch, no replaced objects.

use super::index_walk::IndexPath;
use super::object::{Object, missing, parse_oid};
use super::store::{Reference, Remote};
use super::{GitEnvironment, SourceError};
use bstr::{BString, ByteSlice, ByteVec};
use git2::{ObjectFormat, ObjectType, Oid};
use std::cell::RefCell;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

/// Git, run in a repository.
pub(super) struct Plumbing {
    environment: GitEnvironment,
    format: ObjectFormat,
    /// `git cat-file --batch`, started when the first object is asked for.
    objects: RefCell<Option<Batch>>,
}

/// Where the parts of a repository are.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) git_dir: PathBuf,
    pub(super) common_dir: PathBuf,
    pub(super) work_tree: Option<PathBuf>,
}

/// Why git was of no help.
pub(super) enum GitFault {
    /// It cannot be run.
    NotRun(std::io::Error),
    /// It refused, and said why.
    Refused(String),
}

impl From<GitFault> for git2::Error {
    fn from(fault: GitFault) -> Self {
        Self::from_str(&match fault {
            GitFault::NotRun(error) => format!("git cannot be run: {error}"),
            GitFault::Refused(why) => why,
        })
    }
}

impl Plumbing {
    /// Begins to read the repository that `environment` leads to.
    pub(super) fn open(environment: &GitEnvironment) -> Result<Self, GitFault> {
        let mut git = Self {
            environment: environment.clone(),
            format: ObjectFormat::Sha1,
            objects: RefCell::new(None),
        };
        if git.text(&["rev-parse", "--show-object-format"])? == "sha256" {
            git.format = ObjectFormat::Sha256;
        }
        Ok(git)
    }

    /// Asks where the parts of the repository are.
    pub(super) fn parts(&self) -> Result<Parts, GitFault> {
        let path = |what: &str| self.path(what);
        let is_bare = self.text(&["rev-parse", "--is-bare-repository"])? == "true";
        Ok(Parts {
            git_dir: path("--git-dir")?,
            common_dir: path("--git-common-dir")?,
            work_tree: match &self.environment.work_tree {
                Some(work_tree) => Some(self.environment.absolute(work_tree)),
                None if is_bare => None,
                None => path("--show-toplevel").ok(),
            },
        })
    }

    fn path(&self, what: &str) -> Result<PathBuf, GitFault> {
        let path = self.text(&["rev-parse", "--path-format=absolute", what])?;
        Vec::from(path)
            .into_path_buf()
            .map_err(|_| GitFault::Refused("a path of the repository is no UTF-8".to_owned()))
    }

    pub(super) fn format(&self) -> ObjectFormat {
        self.format
    }

    pub(super) fn object(&self, oid: Oid) -> Result<Object, git2::Error> {
        let mut objects = self.objects.borrow_mut();
        let batch = match &mut *objects {
            Some(batch) => batch,
            none => none.insert(self.start_batch()?),
        };
        batch.read(oid)
    }

    fn start_batch(&self) -> Result<Batch, git2::Error> {
        let mut child = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(GitFault::NotRun)?;
        let input = child.stdin.take();
        let output = child.stdout.take();
        Ok(Batch {
            input,
            output: BufReader::new(output.expect("it is piped")),
            child,
        })
    }

    pub(super) fn head(&self) -> Result<Option<Oid>, git2::Error> {
        match self.text(&["rev-parse", "--verify", "HEAD"]) {
            Ok(oid) => id(&oid).map(Some),
            Err(GitFault::Refused(why)) => {
                // A branch that does not exist yet, or something broken?
                let branch = self.text(&["symbolic-ref", "HEAD"])?;
                let name = branch.to_str_lossy();
                let found = self.run(&["for-each-ref", "--count=1", &name])?;
                if found.stdout.is_empty() && found.stderr.is_empty() {
                    Ok(None)
                } else {
                    Err(GitFault::Refused(why).into())
                }
            }
            Err(fault) => Err(fault.into()),
        }
    }

    pub(super) fn resolve(&self, revision: &str) -> Result<Oid, git2::Error> {
        let words = ["rev-parse", "--verify", "--end-of-options", revision];
        id(&self.text(&words)?)
    }

    pub(super) fn references(&self, prefix: &str) -> Result<Vec<Reference>, git2::Error> {
        let words = ["for-each-ref", "--format=%(objectname) %(refname)", prefix];
        let output = self.run(&words)?;
        let mut found = Vec::new();
        for line in lines(&output.stdout) {
            let (oid, name) = line.split_once_str(b" ").unwrap_or((line, b""));
            found.push((name.into(), Ok(id(oid)?)));
        }
        // Git leaves out what is broken, and says so here.
        let complaints = lines(&output.stderr);
        found.extend(complaints.map(|line| {
            let fault = git2::Error::from_str(&line.to_str_lossy());
            (BString::default(), Err(fault))
        }));
        Ok(found)
    }

    pub(super) fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, git2::Error> {
        let (one, other) = (one.to_string(), other.to_string());
        match self.text(&["merge-base", "--all", &one, &other]) {
            Ok(bases) => lines(&bases).map(id).collect(),
            // Without a common commit git fails and says nothing.
            Err(GitFault::Refused(why)) if why.is_empty() => Ok(Vec::new()),
            Err(fault) => Err(fault.into()),
        }
    }

    pub(super) fn remotes(&self) -> Result<Vec<Remote>, git2::Error> {
        let mut remotes = Vec::new();
        for name in lines(&self.text(&["remote"])?) {
            let name = name.to_str_lossy().into_owned();
            let urls = |words: &[&str]| self.text(words).unwrap_or_default();
            let fetched = urls(&["remote", "get-url", "--all", "--", &name]);
            let pushed = urls(&["remote", "get-url", "--all", "--push", "--", &name]);
            let urls = lines(&fetched).chain(lines(&pushed)).map(Into::into);
            let urls = urls.collect();
            remotes.push(Remote { name, urls });
        }
        Ok(remotes)
    }

    /// Lists the entries of the index; it is an error if some are in conflict.
    ///
    /// The folders of a sparse index stay folders: filling them, git would write their trees.
    pub(super) fn index_paths(&self) -> Result<Vec<IndexPath>, SourceError> {
        let words = ["ls-files", "--sparse", "--stage", "-z", "--full-name"];
        // From the top, wherever git was started.
        let top = ["--", ":/"];
        let output = self
            .run(&[&words[..], &top].concat())
            .map_err(|fault| self.index_fault(fault))?;
        staged_entries(&output.stdout)
    }

    fn index_fault(&self, fault: GitFault) -> SourceError {
        let path = self.environment.index_file.clone();
        SourceError::Index {
            path: path.unwrap_or_else(|| "index".into()),
            source: fault.into(),
        }
    }

    /// Runs git and returns what it prints, without the line end.
    fn text(&self, words: &[&str]) -> Result<BString, GitFault> {
        let output = self.run(words)?;
        let text = output.stdout.as_slice();
        Ok(text.strip_suffix(b"\n").unwrap_or(text).into())
    }

    /// Runs git, without input; it is a fault if it fails.
    fn run(&self, words: &[impl AsRef<OsStr>]) -> Result<Output, GitFault> {
        let mut command = self.command(words);
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(GitFault::NotRun)?;
        if output.status.success() {
            Ok(output)
        } else {
            let why = output.stderr.trim_ascii_end().to_str_lossy();
            Err(GitFault::Refused(why.into_owned()))
        }
    }

    fn command(&self, words: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new("git");
        self.environment.give_to(&mut command);
        command
            .args(["--no-replace-objects", "--no-optional-locks", "--no-pager"])
            .args(["-c", "core.fsmonitor=false"])
            .args(words)
            .env("GIT_GRAFT_FILE", "/dev/null")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C");
        command
    }
}

/// `git cat-file --batch`, which answers one id after the other.
struct Batch {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Drop for Batch {
    fn drop(&mut self) {
        // It ends when nobody can ask any more.
        self.input = None;
        let _ = self.child.wait();
    }
}

impl Batch {
    fn read(&mut self, oid: Oid) -> Result<Object, git2::Error> {
        let gone = |error: std::io::Error| {
            git2::Error::from_str(&format!("git cat-file ended early: {error}"))
        };
        if let Some(input) = &mut self.input {
            input
                .write_all(format!("{oid}\n").as_bytes())
                .and_then(|()| input.flush())
                .map_err(gone)?;
        }
        let mut head = Vec::new();
        self.output.read_until(b'\n', &mut head).map_err(gone)?;
        let words: Vec<&[u8]> = head.fields().collect();
        let (kind, size) = match words[..] {
            [named, b"missing"] if parse_oid(named) == Some(oid) => return Err(missing(oid)),
            [named, kind, size] if parse_oid(named) == Some(oid) => {
                let kind = kind.to_str().ok().and_then(ObjectType::from_str);
                let size = size.to_str().ok().and_then(|size| size.parse().ok());
                kind.zip(size).ok_or_else(|| unclear(&head))?
            }
            [] => return Err(gone(std::io::ErrorKind::UnexpectedEof.into())),
            _ => return Err(unclear(&head)),
        };
        let size: usize = size;
        let mut content = vec![0; size];
        let mut end = [0];
        self.output
            .read_exact(&mut content)
            .and_then(|()| self.output.read_exact(&mut end))
            .map_err(gone)?;
        Ok(Object { kind, content })
    }
}

/// Reads what `git ls-files --stage -z` prints: for each entry `MODE ID STAGE`, a tab, the path, NUL.
/// Source: git, `Documentation/git-ls-files.adoc`.
pub(super) fn staged_entries(output: &[u8]) -> Result<Vec<IndexPath>, SourceError> {
    let mut paths = Vec::new();
    let mut conflicts: Vec<BString> = Vec::new();
    for line in output.split(|&byte| byte == 0) {
        if line.is_empty() {
            continue;
        }
        let fault = || SourceError::Open(unclear(line));
        let (head, path) = line.split_once_str(b"\t").ok_or_else(fault)?;
        let words: Vec<&[u8]> = head.fields().collect();
        let [mode, oid, stage] = words[..] else {
            return Err(fault());
        };
        if stage != b"0" {
            conflicts.push(path.into());
            continue;
        }
        let mode = number_of(mode).ok_or_else(fault)?;
        let oid = parse_oid(oid).ok_or_else(fault)?;
        paths.push(IndexPath::new(path, mode, oid));
    }
    conflicts.dedup();
    if conflicts.is_empty() {
        Ok(paths)
    } else {
        Err(SourceError::Conflicts { paths: conflicts })
    }
}

/// Splits what git prints into lines; `BufRead` has a method of this name as well.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    ByteSlice::lines(text)
}

fn number_of(mode: &[u8]) -> Option<u32> {
    u32::from_str_radix(mode.to_str().ok()?, 8).ok()
}

fn id(text: &[u8]) -> Result<Oid, git2::Error> {
    parse_oid(text).ok_or_else(|| unclear(text))
}

/// Returns the error for an answer of git's that is not understood.
fn unclear(answer: &[u8]) -> git2::Error {
    let answer = String::from_utf8_lossy(answer);
    git2::Error::from_str(&format!(
        "git's answer is not understood: {}",
        answer.trim()
    ))
}
