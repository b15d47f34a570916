//! `guard install` and `guard uninstall`.

use super::args::Hooks;
use super::{ExitStatus, output};
use crate::escape::escape;
use crate::hooks::{self, HookError, Report};
use anyhow::{Context, anyhow};
use std::io::{self, Write};
use std::path::PathBuf;

pub(super) fn install(args: &Hooks) -> anyhow::Result<ExitStatus> {
    let binary =
        std::env::current_exe().context("the path of guard's own binary cannot be told")?;
    let installed = if args.global {
        hooks::install_global(&settings()?, &args.hooks, &binary)
    } else {
        hooks::install(&current()?, &args.hooks, &binary)
    };
    match installed {
        Ok(report) => say(&report)?,
        Err(error @ HookError::Managed { manager, .. }) => {
            let HookError::Managed { hooks, .. } = &error else {
                return Err(error.into());
            };
            let snippet = manager.snippet(hooks);
            output::print_error(&anyhow!(error));
            let mut out = io::stdout().lock();
            out.write_all(snippet.as_bytes())?;
            out.flush()?;
            return Ok(ExitStatus::Error);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(ExitStatus::Clean)
}

pub(super) fn uninstall(args: &Hooks) -> anyhow::Result<ExitStatus> {
    let report = if args.global {
        hooks::uninstall_global(&settings()?, &args.hooks)?
    } else {
        hooks::uninstall(&current()?, &args.hooks)?
    };
    say(&report)?;
    Ok(ExitStatus::Clean)
}

fn current() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the current folder cannot be read")
}

/// Returns git's own folder of the user's settings.
fn settings() -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let folder = if let Some(folder) = variable("XDG_CONFIG_HOME") {
        PathBuf::from(folder)
    } else {
        let home = variable("HOME").or_else(|| variable("USERPROFILE"));
        let home = home.context("HOME is not set, so there is no place for settings")?;
        PathBuf::from(home).join(".config")
    };
    Ok(std::path::absolute(folder)?.join("git"))
}

fn say(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let done = report.done.iter().map(ToString::to_string);
    for line in done.chain(report.notes.iter().cloned()) {
        writeln!(out, "guard: {}", escape(line.as_bytes()))?;
    }
    if report.done.is_empty() && report.notes.is_empty() {
        writeln!(out, "guard: no hook of guard's was there")?;
    }
    out.flush()
}
