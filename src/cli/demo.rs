//! `guard demo`: a real commit is blocked, mended and made, in a repository that is thrown away.

use super::{ExitStatus, output};
use crate::random::Random;
use crate::scan::judge::checksum;
use crate::spec::Checksum;
use anyhow::{Context, bail, ensure};
use colored::Colorize;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

/// The file of the demo, `{key}` being a key made for the occasion.
const INSECURE: &str = r#"import sqlite3

TOKEN = "{key}"


def find(db: sqlite3.Connection, name: str):
    return db.execute(f"SELECT id, mail FROM users WHERE name = '{name}'").fetchone()
"#;

/// The same file as guard asks for it.
const MENDED: &str = r#"import os
import sqlite3

TOKEN = os.environ["GITHUB_TOKEN"]


def find(db: sqlite3.Connection, name: str):
    return db.execute("SELECT id, mail FROM users WHERE name = ?", (name,)).fetchone()
"#;

pub(super) fn run() -> anyhow::Result<ExitStatus> {
    let folder = tempfile::Builder::new()
        .prefix("guard-demo-")
        .tempdir()
        .context("no temporary folder can be made")?;
    let status = show(folder.path());
    folder
        .close()
        .context("the temporary folder cannot be removed")?;
    status
}

fn show(folder: &Path) -> anyhow::Result<ExitStatus> {
    let binary =
        std::env::current_exe().context("the path of guard's own binary cannot be told")?;
    say("guard demo: a repository that is thrown away afterwards")?;
    step(folder, &["init", "--quiet"])?;
    say(&format!("{} guard install", "$".bold()))?;
    let installed = isolated(Command::new(&binary).arg("install").current_dir(folder)).status();
    ensure!(
        installed.context("guard cannot be run")?.success(),
        "the hook could not be installed"
    );
    let key = checksum::sample(Checksum::Github, &mut Random::from_os());
    let file = folder.join("app.py");
    fs::write(&file, INSECURE.replace("{key}", &key)).context("app.py cannot be written")?;
    say("\n# app.py with a key just made, and a query built from a string")?;
    step(folder, &["add", "app.py"])?;
    let blocked = git(folder, &["commit", "--quiet", "-m", "find users by name"])?;
    if blocked {
        bail!("the commit went through: the hook did not block it");
    }
    // git answers 1 whatever its hook answered: that guard found something is asked of guard.
    let mut check = Command::new(&binary);
    check.args(["check", "--staged"]).current_dir(folder);
    let found = isolated(&mut check)
        .output()
        .context("guard cannot be run")?;
    ensure!(
        found.status.code() == Some(1),
        "the commit was refused, but not for what it holds"
    );
    say("# git refused the commit: the hook ended with 1")?;
    fs::write(&file, MENDED).context("app.py cannot be written")?;
    say("\n# app.py as guard asks for it")?;
    step(folder, &["add", "app.py"])?;
    step(folder, &["commit", "--quiet", "-m", "find users by name"])?;
    step(folder, &["log", "--oneline"])?;
    say("\n# In your own repository: guard install")?;
    Ok(ExitStatus::Clean)
}

/// Runs a git command that must succeed.
fn step(folder: &Path, args: &[&str]) -> anyhow::Result<()> {
    ensure!(git(folder, args)?, "`git {}` failed", args.join(" "));
    Ok(())
}

/// Shows and runs a git command; tells whether it succeeded.
fn git(folder: &Path, args: &[&str]) -> anyhow::Result<bool> {
    let words: Vec<String> = args
        .iter()
        .map(|word| {
            if word.contains(' ') {
                format!("\"{word}\"")
            } else {
                (*word).to_owned()
            }
        })
        .collect();
    say(&format!("{} git {}", "$".bold(), words.join(" ")))?;
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args([
            "-c",
            "user.name=demo",
            "-c",
            "user.email=demo@example.com",
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgSign=false",
        ])
        .args(args);
    let status = isolated(&mut command)
        .status()
        .context("git cannot be run; is it installed?")?;
    Ok(status.success())
}

/// Keeps the user's own git settings and a surrounding git command out of the demo.
fn isolated(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    let color = if output::color() { "1" } else { "0" };
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("CLICOLOR_FORCE", color);
    if !output::color() {
        command.env("NO_COLOR", "1");
    }
    command
}

fn say(line: &str) -> io::Result<()> {
    // Flushed at once: git writes to the same terminal.
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
