//! `guard doctor`: whether the next commit here will really be checked.

use super::args::Common;
use super::{ExitStatus, config};
use crate::config::FILE_NAME;
use crate::escape::escape;
use crate::hooks::{self, Check, Examined, Health};
use crate::source::{GitEnvironment, GitRepository, Source, SourceError, Staged};
use anyhow::Context;
use colored::{ColoredString, Colorize};
use std::io::{self, Write};

pub(super) fn run() -> anyhow::Result<ExitStatus> {
    let environment =
        GitEnvironment::from_process().context("the current folder cannot be read")?;
    let folder = environment.directory.clone();
    let Examined {
        mut checks,
        is_bare,
    } = hooks::examine(&folder, &|name| std::env::var_os(name))?;
    match GitRepository::open(environment) {
        Ok(repository) if is_bare => {
            checks.push(Check::new(Health::Good, "repository", "can be read"));
            checks.push(pattern_file_of_head(&repository));
        }
        Ok(repository) => {
            checks.push(staged(&repository));
            checks.push(pattern_file(&repository));
        }
        Err(error) => checks.push(fails("repository", &error.into())),
    }
    write(&checks, is_bare, &mut io::stdout().lock())
}

/// Reads what is staged, as the hook would.
fn staged(repository: &GitRepository) -> Check {
    match Staged::new(repository).plan() {
        Ok(plan) => {
            let files = plan.items.len();
            let s = if files == 1 { "" } else { "s" };
            let says = format!("can be read; {files} file{s} staged to check");
            Check::new(Health::Good, "repository", says)
        }
        // git commits nothing either.
        Err(error @ SourceError::Conflicts { .. }) => Check::new(
            Health::Warning,
            "repository",
            escape(error.to_string().as_bytes()),
        ),
        Err(error) => fails("repository", &error.into()),
    }
}

/// Checks the pattern file that is in force for the next commit.
fn pattern_file(repository: &GitRepository) -> Check {
    let subject = "pattern file";
    match config::staged(&Common::default(), repository) {
        Err(error) => return fails(subject, &error),
        Ok(config) if !config.files.is_empty() => {
            let says = format!("{} is valid", escape(config.files.join(", ").as_bytes()));
            return Check::new(Health::Good, subject, says);
        }
        Ok(_) => {}
    }
    let on_disk = repository.work_tree().map(|top| top.join(FILE_NAME));
    if on_disk.is_some_and(|file| file.is_file()) {
        let says =
            format!("{FILE_NAME} is not staged, so the built-in rules hold; `git add {FILE_NAME}`");
        return Check::new(Health::Warning, subject, says);
    }
    Check::new(Health::Good, subject, "none: the built-in rules hold")
}

/// Checks the pattern file that is in force for a push: that of the branch which the repository
/// stands on.
fn pattern_file_of_head(repository: &GitRepository) -> Check {
    let subject = "pattern file";
    match config::at(&Common::default(), repository, "HEAD") {
        Err(error) => fails(subject, &error),
        Ok(config) if config.files.is_empty() => Check::new(
            Health::Good,
            subject,
            "none on HEAD: the built-in rules hold",
        ),
        Ok(_) => Check::new(
            Health::Good,
            subject,
            format!("{FILE_NAME} of HEAD is valid"),
        ),
    }
}

fn fails(subject: &str, error: &anyhow::Error) -> Check {
    let lines: Vec<String> = format!("{error:#}").lines().map(str::to_owned).collect();
    Check::new(
        Health::Failure,
        subject,
        escape(lines.join("; ").as_bytes()),
    )
}

fn write(checks: &[Check], is_bare: bool, out: &mut dyn Write) -> anyhow::Result<ExitStatus> {
    let width = checks
        .iter()
        .map(|check| check.subject.len())
        .max()
        .unwrap_or(0);
    for Check {
        health,
        subject,
        says,
    } in checks
    {
        writeln!(out, "{}  {subject:<width$}  {says}", label(*health))?;
    }
    let next = if is_bare {
        "push into this repository"
    } else {
        "commit here"
    };
    let is_checked = checks.iter().all(|check| check.health < Health::Failure);
    if is_checked {
        writeln!(out, "guard: the next {next} will be checked")?;
    } else {
        writeln!(out, "guard: the next {next} will NOT be checked")?;
    }
    out.flush()?;
    Ok(if is_checked {
        ExitStatus::Clean
    } else {
        ExitStatus::Findings
    })
}

fn label(health: Health) -> ColoredString {
    match health {
        Health::Good => "ok     ".green(),
        Health::Warning => "warning".yellow(),
        Health::Failure => "FAIL   ".red(),
    }
}
