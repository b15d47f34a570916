//! Which pattern file is in force, and whether its rules do what their examples say.

use super::args::Common;
use crate::config::{Config, FILE_NAME};
use crate::rule_test;
use crate::scan::Scanner;
use crate::source::GitRepository;
use anyhow::Context;
use std::path::Path;

/// Returns the configuration for the current folder: its repository's pattern file as it is on
/// disk, or the built-in packs.
pub(super) fn from_here() -> anyhow::Result<Config> {
    let current = std::env::current_dir().context("the current folder cannot be read")?;
    let root = current
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    match root {
        Some(root) if root.join(FILE_NAME).is_file() => from_disk(root, FILE_NAME),
        _ => Ok(Config::builtin()),
    }
}

/// Returns the configuration for a scan of what is staged: the pattern file of the index, so that
/// an exception takes effect with the commit that brings it.
pub(super) fn staged(common: &Common, repository: &GitRepository) -> anyhow::Result<Config> {
    if let Some(config) = asked_for(common, Some(repository))? {
        return Ok(config);
    }
    let read = |file: &str| {
        repository
            .staged_file(file.into())
            .map_err(|error| error.to_string())
    };
    if !repository.is_staged(FILE_NAME.into())? {
        return Ok(Config::builtin());
    }
    let config = Config::load(FILE_NAME, &read)?;
    // What HEAD has was checked by the commit that brought it; running every example again would
    // make each commit pay for it.
    let unchanged = config.files.iter().all(|file| {
        let path = file.as_str().into();
        matches!(
            (repository.staged_file(path), repository.file_at("HEAD", path)),
            (Ok(staged), Ok(committed)) if staged == committed
        )
    });
    if unchanged {
        Ok(config)
    } else {
        checked(config)
    }
}

/// Returns the configuration for a scan of what is committed: the pattern file of a revision, or
/// the built-in packs when it is HEAD and there is no commit yet.
pub(super) fn at(
    common: &Common,
    repository: &GitRepository,
    revision: &str,
) -> anyhow::Result<Config> {
    if let Some(config) = asked_for(common, Some(repository))? {
        return Ok(config);
    }
    if revision == "HEAD" && !repository.has_commits()? {
        return Ok(Config::builtin());
    }
    of_revision(repository, revision)
}

/// Returns the configuration for a scan of files as they are on disk.
pub(super) fn on_disk(
    common: &Common,
    repository: Option<&GitRepository>,
) -> anyhow::Result<Config> {
    if let Some(config) = asked_for(common, repository)? {
        return Ok(config);
    }
    match repository.and_then(GitRepository::work_tree) {
        Some(root) if root.join(FILE_NAME).is_file() => from_disk(root, FILE_NAME),
        _ => Ok(Config::builtin()),
    }
}

/// Returns the configuration that the command line names, if it names one.
fn asked_for(
    common: &Common,
    repository: Option<&GitRepository>,
) -> anyhow::Result<Option<Config>> {
    if let Some(file) = &common.config {
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let name = file
            .file_name()
            .context("--config names no file")?
            .to_string_lossy()
            .into_owned();
        return from_disk(folder, &name).map(Some);
    }
    let Some(revision) = &common.config_from else {
        return Ok(None);
    };
    let repository = repository.context("--config-from needs a git repository")?;
    of_revision(repository, revision).map(Some)
}

/// Loads the pattern file of a revision and what it extends there, if it has one.
fn of_revision(repository: &GitRepository, revision: &str) -> anyhow::Result<Config> {
    let read = |file: &str| {
        repository
            .file_at(revision, file.into())
            .map_err(|error| error.to_string())
    };
    if repository.file_at(revision, FILE_NAME.into())?.is_none() {
        return Ok(Config::builtin());
    }
    checked(Config::load(FILE_NAME, &read)?)
}

/// Loads a pattern file and what it extends from disk, `extends` being relative to `root`.
fn from_disk(root: &Path, name: &str) -> anyhow::Result<Config> {
    let read = |file: &str| match std::fs::read(root.join(file)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    checked(Config::load(name, &read)?)
}

fn checked(config: Config) -> anyhow::Result<Config> {
    check_examples::check(&config)?;
    Ok(config)
}

/// Runs the examples of a team's own rules: a rule that does not do what it says is a fault of the
/// pattern file like any other.
pub(super) mod check_examples {
    use super::{Config, Scanner, rule_test};
    use crate::spec::{Fault, Faults};

    /// Fails with every example that fails.
    pub(in crate::cli) fn check(config: &Config) -> Result<(), Faults> {
        if config.places.is_empty() {
            return Ok(());
        }
        let scanner = Scanner::new(config);
        let mut own: Vec<usize> = config.places.keys().copied().collect();
        own.sort_unstable();
        let mut faults = Vec::new();
        for index in own {
            let (file, line, column) = &config.places[&index];
            for failure in rule_test::failures(config, &scanner, index) {
                let message = format!("rule `{}`: {failure}", config.rules[index].id);
                faults.push(Fault {
                    file: file.clone(),
                    line: *line,
                    column: *column,
                    message,
                });
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Faults(faults))
        }
    }
}
