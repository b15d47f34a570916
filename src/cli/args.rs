//! The command line.

use crate::escape::hidden;
use crate::hooks::Hook as GitHook;
use crate::report::{Format, Origin};
use crate::shard::Shard;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Stops secrets and insecure code at the commit.
///
/// Exit status: 0 nothing that blocks, 1 at least one blocking finding, 2 guard could not do its
/// work.
#[derive(Debug, Parser)]
#[command(name = "guard", version, max_term_width = 100)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colour; `NO_COLOR` and `CLICOLOR_FORCE` are heeded too
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: When,
}

/// When to do what a terminal likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// When the output is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What guard can do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan what has not left this machine yet: staged changes, and commits that no remote has
    Check(Check),
    /// What a git hook calls, with git's own arguments and input
    Hook(Hook),
    /// Show a real commit being blocked, in a throw-away repository
    Demo,
    /// Put the hooks into this repository
    Install(Hooks),
    /// Take the hooks out again, and put back what was there
    Uninstall(Hooks),
    /// Say whether the next commit here will really be checked
    Doctor,
    /// The rules: list them, explain one, run their examples
    Rules(Rules),
    /// Join the results of many runs, written with --format jsonl, into one
    Merge(Merge),
}

/// `guard check`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["paths", "staged", "range", "history", "tree", "stdin"]))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option that is given or not"
)]
pub(super) struct Check {
    /// Files and folders to scan as they are on disk
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Scan what is staged against HEAD, as the pre-commit hook does
    #[arg(long)]
    pub(super) staged: bool,
    /// Scan the commits of a range, such as main..HEAD, each on its own, with their messages
    #[arg(long, value_name = "A..B")]
    pub(super) range: Option<String>,
    /// Scan what the range changes as a whole, not commit by commit
    #[arg(long, requires = "range")]
    pub(super) squash: bool,
    /// Scan every text in the history of HEAD, once, at the commit that brought it
    #[arg(long)]
    pub(super) history: bool,
    /// Scan the history of every branch and tag, not just of HEAD
    #[arg(long, requires = "history")]
    pub(super) all: bool,
    /// Leave out the history of this revision: it was scanned before
    #[arg(long, value_name = "REV", requires = "history")]
    pub(super) since: Option<String>,
    /// Scan all files of a revision; of HEAD when none is named
    #[arg(long, value_name = "REV", num_args = 0..=1, default_missing_value = "HEAD")]
    pub(super) tree: Option<String>,
    /// Scan part I of N of a history or tree; `guard merge` joins the results
    #[arg(long, value_name = "I/N", conflicts_with_all = ["paths", "staged", "range", "stdin"])]
    pub(super) shard: Option<Shard>,
    /// Scan standard input
    #[arg(long, requires = "path")]
    pub(super) stdin: bool,
    /// The name that standard input goes by
    #[arg(long, value_name = "NAME", requires = "stdin")]
    pub(super) path: Option<PathBuf>,
    /// Scan files that .gitignore leaves out, too
    #[arg(long, requires = "paths")]
    pub(super) no_ignore: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

/// What every scanning command takes.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Common {
    /// The form of the report
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub(super) format: Format,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Name this repository in each finding; json and jsonl only. Lines then end with one that says
    /// that the run finished
    #[arg(long, value_name = "NAME", value_parser = repository_name)]
    pub(super) repository: Option<String>,
    /// Use this pattern file instead of the repository's patterns.toml
    #[arg(long, value_name = "FILE", conflicts_with = "config_from")]
    pub(super) config: Option<PathBuf>,
    /// Take patterns.toml from this revision
    #[arg(long, value_name = "REV")]
    pub(super) config_from: Option<String>,
    /// Say also what was dropped, and why
    #[arg(long)]
    pub(super) explain: bool,
    /// How many threads scan; 0: one a core
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(super) threads: usize,
}

impl Common {
    /// Returns what the report is a part of.
    pub(super) fn origin(&self, shard: Option<Shard>) -> anyhow::Result<Origin<'_>> {
        let named = matches!(self.format, Format::Json | Format::Jsonl);
        if self.repository.is_some() && !named {
            anyhow::bail!("--repository is for --format json and jsonl: no other has room for it");
        }
        Ok(Origin {
            repository: self.repository.as_deref(),
            shard,
            scan: None,
        })
    }
}

/// Takes a name that can be shown as it is.
fn repository_name(name: &str) -> Result<String, &'static str> {
    if name.trim().is_empty() {
        return Err("a repository's name cannot be empty");
    }
    if name.contains(['\n', '\t']) || hidden(name).is_some() {
        return Err("a repository's name holds visible characters only");
    }
    // It stands in every finding.
    let authority = name.split_once("://").map(|(_, rest)| rest);
    let authority = authority.and_then(|rest| rest.split('/').next());
    if authority.is_some_and(|authority| authority.contains('@')) {
        return Err("take the user and password out of the URL: it stands in every finding");
    }
    Ok(name.trim().to_owned())
}

/// `guard merge`
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// Results, each of one run or of several; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// The form of the joined results
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub(super) format: MergeFormat,
    /// Write them to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Fail unless each repository that this file names, one a line, has results
    #[arg(long, value_name = "FILE")]
    pub(super) repositories: Option<PathBuf>,
    /// Take results that do not end with the line that says that their run finished: it did
    #[arg(long)]
    pub(super) unclosed: bool,
}

/// What joined results can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MergeFormat {
    /// One JSON object a line, one line a finding.
    Jsonl,
    /// One JSON document.
    Json,
}

/// `guard hook`
#[derive(Debug, Args)]
pub(super) struct Hook {
    /// Which hook git runs.
    #[command(subcommand)]
    pub(super) kind: HookKind,
}

/// The hooks guard serves.
#[derive(Debug, Subcommand)]
pub(super) enum HookKind {
    /// Before a commit: scan what is staged
    PreCommit(Common),
    /// Before a merge is committed: scan what the merge itself changes
    PreMergeCommit(Common),
    /// Once a message is written: scan it
    CommitMsg(CommitMsg),
    /// Before a push: scan each commit that the remote does not have
    PrePush(PrePush),
    /// Where a push arrives, before anything is taken: scan each new commit
    PreReceive(Common),
    /// Where a push arrives, before one reference is set: scan each new commit
    Update(Update),
}

/// `guard hook commit-msg`
#[derive(Debug, Args)]
pub(super) struct CommitMsg {
    /// The file that holds the message
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) common: Common,
}

/// `guard hook pre-push`; git names on standard input what is pushed
#[derive(Debug, Args)]
pub(super) struct PrePush {
    /// The remote's name, or its URL when it has none
    #[arg(value_name = "REMOTE")]
    pub(super) remote: Option<OsString>,
    /// The remote's URL
    #[arg(value_name = "URL")]
    pub(super) url: Option<OsString>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// `guard hook update`
#[derive(Debug, Args)]
pub(super) struct Update {
    /// The reference that is to be set
    #[arg(value_name = "REF")]
    pub(super) reference: OsString,
    /// What it leads to
    #[arg(value_name = "OLD")]
    pub(super) old: OsString,
    /// What it is to lead to
    #[arg(value_name = "NEW")]
    pub(super) new: OsString,
    #[command(flatten)]
    pub(super) common: Common,
}

/// `guard install` and `guard uninstall`
#[derive(Debug, Args)]
pub(super) struct Hooks {
    /// This hook, and others named so; else to install: pre-commit, pre-merge-commit and pre-push,
    /// in a bare repository pre-receive; to uninstall: all
    #[arg(long = "hook", value_name = "NAME")]
    pub(super) hooks: Vec<GitHook>,
    /// For all repositories of this user, by git's core.hooksPath
    #[arg(long)]
    pub(super) global: bool,
}

/// `guard rules`
#[derive(Debug, Args)]
pub(super) struct Rules {
    /// What to do with them.
    #[command(subcommand)]
    pub(super) command: RulesCommand,
}

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List the rules in force
    List(RulesList),
    /// Explain one rule, with its examples
    Show {
        /// Its id
        #[arg(value_name = "RULE-ID")]
        id: String,
    },
    /// Run the examples of every rule in force, or of one pattern file
    Test {
        /// Check this file by itself, without the rules it extends
        #[arg(long, value_name = "FILE")]
        pack: Option<PathBuf>,
    },
}

/// `guard rules list`
#[derive(Debug, Args)]
pub(super) struct RulesList {
    /// Only rules of this kind
    #[arg(long, value_name = "KIND", value_parser = ["secret", "code"])]
    pub(super) kind: Option<String>,
}
