//! The command line.

use crate::report::Format;
use clap::{Args, Parser, Subcommand, ValueEnum};
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
    /// Put the hook into this repository
    Install(Install),
    /// Take the hook out again, and put back what was there
    Uninstall(Uninstall),
    /// The rules: list them, explain one, run their examples
    Rules(Rules),
}

/// `guard check`
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files and folders to scan as they are on disk
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Scan what is staged against HEAD, as the pre-commit hook does
    #[arg(long, conflicts_with_all = ["paths", "stdin"])]
    pub(super) staged: bool,
    /// Scan standard input
    #[arg(long, conflicts_with = "paths", requires = "path")]
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
    PreCommit,
    /// Before a merge is committed: scan what the merge itself changes
    PreMergeCommit,
}

/// `guard install`
#[derive(Debug, Args)]
pub(super) struct Install {}

/// `guard uninstall`
#[derive(Debug, Args)]
pub(super) struct Uninstall {}

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
