//! `guard check`: scan, report, say by the exit status whether anything blocks.

use super::args::{Check, Common};
use super::{ExitStatus, When, config, output, progress};
use crate::config::Config;
use crate::escape::escape_path;
use crate::finding::Level;
use crate::hooks::write_atomically;
use crate::report::{self, Origin, Report};
use crate::run::{self, Options, Outcome, Progress};
use crate::shard::Shard;
use crate::source::{
    Disk, GitEnvironment, GitRepository, History, Ignored, Pending, Range, Source, SourceError,
    Staged, Stdin, TreeAt,
};
use anyhow::Context;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

pub(super) fn run(args: &Check) -> anyhow::Result<ExitStatus> {
    let started = Instant::now();
    let mut environment =
        GitEnvironment::from_process().context("the current folder cannot be read")?;
    // pre-commit and prek run this before a merge is committed, too; else the names of the commits
    // that git merges are left over from an earlier step.
    if std::env::var_os("PRE_COMMIT").is_none_or(|set| set != "1") {
        environment.merged.clear();
    }
    if args.stdin {
        let name = args.path.clone().unwrap_or_else(|| "stdin".into());
        let source = Stdin::read(&name, io::stdin().lock())?;
        let repository = repository_if_any(environment)?;
        let config = config::on_disk(&args.common, repository.as_ref())?;
        return scan(&source, &config, &args.common, None, started);
    }
    if !args.paths.is_empty() {
        let directory = environment.directory.clone();
        let repository = repository_if_any(environment)?;
        let config = config::on_disk(&args.common, repository.as_ref())?;
        let source = Disk {
            directory,
            roots: args.paths.clone(),
            top: repository
                .as_ref()
                .and_then(|repository| repository.work_tree().map(Into::into)),
            ignored: if args.no_ignore {
                Ignored::Included
            } else {
                Ignored::LeftOut
            },
        };
        return scan(&source, &config, &args.common, None, started);
    }
    let repository = GitRepository::open(environment)?;
    of_repository(args, &repository, started)
}

/// Scans what git holds: the index, commits, a tree.
fn of_repository(
    args: &Check,
    repository: &GitRepository,
    started: Instant,
) -> anyhow::Result<ExitStatus> {
    let common = &args.common;
    let shard = args.shard;
    if shard.is_some() && !args.history && args.tree.is_none() {
        anyhow::bail!("--shard splits a --history or a --tree");
    }
    let scan = |source: &dyn Source, config| scan(source, &config, common, shard, started);
    if let Some(range) = &args.range {
        let end = match range.rsplit("..").next() {
            Some("") | None => "HEAD",
            Some(end) => end,
        };
        let config = config::at(common, repository, end)?;
        return scan(&Range::new(repository, range, args.squash), config);
    }
    if args.history {
        let config = config::at(common, repository, "HEAD")?;
        let history = History::new(repository, args.all, args.since.as_deref());
        return scan(&history, config);
    }
    if let Some(revision) = &args.tree {
        let config = config::at(common, repository, revision)?;
        return scan(&TreeAt::new(repository, revision), config);
    }
    let config = config::staged(common, repository)?;
    if args.staged {
        scan(&Staged::new(repository), config)
    } else {
        scan(&Pending::new(repository), config)
    }
}

/// Opens the repository around the current folder; files may lie outside any.
fn repository_if_any(environment: GitEnvironment) -> anyhow::Result<Option<GitRepository>> {
    match GitRepository::open(environment) {
        Ok(repository) => Ok(Some(repository)),
        Err(SourceError::NoRepository { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Scans, reports and returns how the run ends.
pub(super) fn scan(
    source: &dyn Source,
    config: &Config,
    common: &Common,
    shard: Option<Shard>,
    started: Instant,
) -> anyhow::Result<ExitStatus> {
    let mut origin = common.origin(shard)?;
    let progress = Progress::default();
    let options = Options {
        threads: common.threads,
        shard,
        explain: common.explain,
        progress: &progress,
    };
    let outcome = progress::watched(&progress, || run::run(source, config, &options))?;
    origin.scan = outcome.scan.as_deref();
    write(&outcome, config, common, origin, started.elapsed())?;
    let blocks = outcome
        .findings
        .iter()
        .any(|finding| finding.level == Level::Error);
    Ok(if blocks {
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    })
}

fn write(
    outcome: &Outcome,
    config: &Config,
    common: &Common,
    origin: Origin<'_>,
    elapsed: Duration,
) -> anyhow::Result<()> {
    let report = Report {
        findings: &outcome.findings,
        rules: &config.rules,
        tally: &outcome.tally,
        elapsed,
        origin,
    };
    if common.explain {
        for (path, dropped) in &outcome.dropped {
            let id = &config.rules[dropped.rule].id;
            output::note(&format!(
                "guard: dropped: {}:{}: [{id}] {}",
                escape_path(path),
                dropped.line,
                dropped.reason
            ));
        }
    }
    if let Some(file) = &common.output {
        let mut text = Vec::new();
        output::set_color(When::Never);
        report::write(common.format, &report, false, &mut text)?;
        write_file(file, &text)
            .with_context(|| format!("{}: the report cannot be written", file.display()))?;
        output::note(&report.summary());
        return Ok(());
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    report::write(common.format, &report, output::color(), &mut out)
        .context("the report cannot be written to standard output")?;
    if !common.format.has_summary() {
        output::note(&report.summary());
    }
    Ok(())
}

/// Writes a report into a file, whole or not at all; a link keeps leading to its file, which keeps
/// its mode.
pub(super) fn write_file(file: &Path, text: &[u8]) -> io::Result<()> {
    match fs::metadata(file) {
        // Renamed over, a device or a pipe would be gone.
        Ok(found) if !found.is_file() => {
            let mut out = OpenOptions::new().write(true).open(file)?;
            out.write_all(text)?;
            out.flush()
        }
        Ok(found) => write_atomically(&file.canonicalize()?, text, Some(found.permissions())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => write_atomically(file, text, None),
        Err(error) => Err(error),
    }
}
