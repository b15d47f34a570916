//! `guard install` and `guard uninstall`.

use super::ExitStatus;
use crate::escape::escape;
use crate::hooks::{self, Done};
use anyhow::Context;
use std::io::{self, Write};

pub(super) fn install() -> anyhow::Result<ExitStatus> {
    let folder = std::env::current_dir().context("the current folder cannot be read")?;
    let binary =
        std::env::current_exe().context("the path of guard's own binary cannot be told")?;
    let done = hooks::install(&folder, &binary)?;
    say(&done)?;
    Ok(ExitStatus::Clean)
}

pub(super) fn uninstall() -> anyhow::Result<ExitStatus> {
    let folder = std::env::current_dir().context("the current folder cannot be read")?;
    say(&hooks::uninstall(&folder)?)?;
    Ok(ExitStatus::Clean)
}

fn say(done: &[Done]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for one in done {
        writeln!(out, "guard: {}", escape(one.to_string().as_bytes()))?;
    }
    out.flush()
}
