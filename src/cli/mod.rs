//! The command line: the only part that knows the terminal, the environment and the exit status.

mod args;
mod check;
mod config;
mod demo;
mod doctor;
mod hook;
mod install;
mod merge;
mod output;
mod progress;
mod rules;

use args::{Cli, Command, When};
use clap::Parser;
use std::process::ExitCode;

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing that stops the commit: 0.
    Clean = 0,
    /// At least one finding that blocks: 1.
    Findings = 1,
    /// The scan could not finish, so nothing is vouched for: 2.
    Error = 2,
}

/// Parses the command line, runs it and returns how it ended.
///
/// A panic is an error like any other: 2, never 101 and never 0.
#[must_use]
pub fn main() -> ExitCode {
    let status = std::panic::catch_unwind(|| {
        let cli = match Cli::try_parse() {
            Ok(cli) => cli,
            Err(error) => return usage(&error),
        };
        output::set_color(cli.color);
        match dispatch(cli) {
            Ok(status) => status,
            Err(error) => {
                output::print_error(&error);
                ExitStatus::Error
            }
        }
    });
    ExitCode::from(status.unwrap_or(ExitStatus::Error) as u8)
}

fn dispatch(cli: Cli) -> anyhow::Result<ExitStatus> {
    match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Demo => demo::run(),
        Command::Install(args) => install::install(&args),
        Command::Uninstall(args) => install::uninstall(&args),
        Command::Doctor => doctor::run(),
        Command::Hook(args) => hook::run(&args.kind),
    }
}

/// Prints help, version or what is wrong with the arguments.
fn usage(error: &clap::Error) -> ExitStatus {
    // Help and version go to standard output, and only then is a run without work a success.
    let printed = error.print();
    if error.use_stderr() || printed.is_err() {
        ExitStatus::Error
    } else {
        ExitStatus::Clean
    }
}
