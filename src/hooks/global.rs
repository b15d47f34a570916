//! Hooks of all repositories of a user.
//!
//! git looks into one folder only, so a `core.hooksPath` for all repositories switches off the
//! hooks that each has of its own. In the folder that guard makes there is therefore a script for
//! every hook that git knows, which hands on to the repository's own.

use super::file::{exists, write_script};
use super::install::{OF_WORK_TREES, Step, take_out};
use super::managers::Manager;
use super::place::{HooksPath, Scope};
use super::script::{FORWARD, FORWARD_PUSH_TO_CHECKOUT, Found, Hook, before, holds, is_own};
use super::{Done, HookError, Report, path};
use bstr::ByteSlice;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder that guard makes, in git's own folder of the user's settings. Not `hooks`: the
/// folder of a repository's own hooks bears that name and could be the same.
const FOLDER: &str = "guard-hooks";

/// The hooks that git runs from its folder of hooks. Source: githooks(5) of git 2.47;
/// `fsmonitor-watchman` is run by its own path.
const OF_GIT: [&str; 27] = [
    "applypatch-msg",
    "commit-msg",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    PUSH_TO_CHECKOUT,
    "reference-transaction",
    "sendemail-validate",
    "update",
];
const PUSH_TO_CHECKOUT: &str = "push-to-checkout";

/// Puts guard's hooks before those of all repositories of the user; they will run `binary`.
/// Without `chosen`: pre-commit, pre-merge-commit and pre-push.
///
/// `settings` is git's folder of the user's settings. Where the user has a `core.hooksPath` the
/// hooks go there; else guard makes a folder and sets it, and the hooks that a repository has of its
/// own go on to run.
///
/// # Errors
///
/// Fails before anything is written when `core.hooksPath` is set by somebody else or is another
/// folder in every repository; and when a file cannot be written.
pub fn install_global(
    settings: &Path,
    chosen: &[Hook],
    binary: &Path,
) -> Result<Report, HookError> {
    let hooks = Hook::chosen(chosen, &OF_WORK_TREES);
    let made = settings.join(FOLDER);
    match folder_of_user()? {
        Some(folder) if folder != made => install_beside(&folder, &hooks, binary),
        set => {
            let mut report = install_made(&made, &hooks, binary)?;
            if set.is_none() {
                set_hooks_path(&["core.hooksPath".as_ref(), made.as_os_str()])?;
                report.notes.push(format!(
                    "git looks for hooks in {} now (core.hooksPath in your git configuration); \
                     the hooks that a repository has of its own go on to run",
                    path(&made)
                ));
            }
            Ok(report)
        }
    }
}

/// Takes guard's hooks out from before those of all repositories. Without `chosen`: all of them.
///
/// # Errors
///
/// Fails when git cannot be asked for its settings and when a file cannot be changed.
pub fn uninstall_global(settings: &Path, chosen: &[Hook]) -> Result<Report, HookError> {
    let hooks = Hook::chosen(chosen, &Hook::ALL);
    let made = settings.join(FOLDER);
    match folder_of_user()? {
        Some(folder) if folder != made => {
            let done = hooks.iter().map(|hook| take_out(&folder.join(hook.name())));
            Ok(Report {
                done: told(done.collect::<Result<_, _>>()?, chosen),
                notes: Vec::new(),
            })
        }
        set => uninstall_made(&made, set.is_some(), &hooks, chosen),
    }
}

/// Leaves out what need not be said: that a hook which nobody named is not there.
fn told(mut done: Vec<Done>, chosen: &[Hook]) -> Vec<Done> {
    if chosen.is_empty() {
        done.retain(|done| !matches!(done, Done::Absent(_) | Done::Foreign(_)));
    }
    done
}

/// Returns the user's `core.hooksPath`.
fn folder_of_user() -> Result<Option<PathBuf>, HookError> {
    let Some(set) = HooksPath::of_user()? else {
        return Ok(None);
    };
    let folder = set.value;
    match set.scope {
        Scope::User if folder.is_absolute() => Ok(Some(folder)),
        Scope::User => Err(HookError::RelativeHooksPath {
            folder,
            origin: set.origin,
        }),
        scope => Err(HookError::OthersHooksPath {
            folder,
            whom: scope.whom(),
            origin: set.origin,
        }),
    }
}

/// Runs `git config --global` with `arguments`.
fn set_hooks_path(arguments: &[&std::ffi::OsStr]) -> Result<(), HookError> {
    let mut command = Command::new("git");
    command.args(["config", "--global"]).args(arguments);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(HookError::no_git)?;
    if output.status.success() {
        Ok(())
    } else {
        let said = output.stderr.trim().to_str_lossy().into_owned();
        Err(HookError::Config(said))
    }
}

/// Puts hooks into a folder of the user's own making: git runs what is there and nothing else, and
/// so it stays.
fn install_beside(folder: &Path, hooks: &[Hook], binary: &Path) -> Result<Report, HookError> {
    let mut steps = Vec::new();
    for hook in hooks {
        let at = folder.join(hook.name());
        let found = Found::at(&at)?;
        if let Found::Foreign(text) = &found
            && let Some(manager) = Manager::of_hook(text)
        {
            let (place, hooks) = (at, hooks.to_owned());
            return Err(HookError::Managed {
                manager,
                place,
                hooks,
            });
        }
        steps.push(Step::plan(at, &found, hook.script(binary))?);
    }
    make_folder(folder)?;
    let done = steps.into_iter().map(Step::take);
    Ok(Report {
        done: done.collect::<Result<_, _>>()?,
        notes: Vec::new(),
    })
}

fn make_folder(folder: &Path) -> Result<(), HookError> {
    fs::create_dir_all(folder).map_err(|source| HookError::file(folder, source))
}

/// Puts hooks into the folder that guard makes, and beside them what hands on to a repository's
/// own.
fn install_made(folder: &Path, hooks: &[Hook], binary: &Path) -> Result<Report, HookError> {
    make_folder(folder)?;
    let mut report = Report::default();
    for name in OF_GIT {
        let at = folder.join(name);
        let hook = Hook::ALL.into_iter().find(|hook| hook.name() == name);
        let Some(hook) = hook.filter(|hook| hooks.contains(hook) || is_own(&at)) else {
            put_forward(&at, name)?;
            continue;
        };
        let step = Step::plan(at.clone(), &Found::at(&at)?, hook.script(binary))?;
        // First what hands on: there must be no moment at which it is missing.
        if !matches!(
            step,
            Step::Write {
                done: Done::Chained(..),
                ..
            }
        ) {
            put_forward(&before(&at), name)?;
        }
        report.done.push(step.take()?);
    }
    Ok(report)
}

/// Writes the script that hands on to a repository's own hook, unless somebody has put another one
/// there.
fn put_forward(at: &Path, name: &str) -> Result<(), HookError> {
    let text = if name == PUSH_TO_CHECKOUT {
        FORWARD_PUSH_TO_CHECKOUT
    } else {
        FORWARD
    };
    match Found::at(at)? {
        Found::Foreign(_) => Ok(()),
        Found::Forward(found) if holds(at, &found, text.as_bytes()) => Ok(()),
        Found::None | Found::Own(_) | Found::Forward(_) => {
            write_script(at, text.as_bytes()).map_err(|source| HookError::file(at, source))
        }
    }
}

/// Takes hooks out of the folder that guard made; with the last of them goes the folder, unless
/// somebody put something else there.
fn uninstall_made(
    folder: &Path,
    is_set: bool,
    hooks: &[Hook],
    chosen: &[Hook],
) -> Result<Report, HookError> {
    let mut done = Vec::new();
    for hook in hooks {
        let at = folder.join(hook.name());
        done.push(match Found::at(&at)? {
            Found::Own(_) if matches!(Found::at(&before(&at))?, Found::Foreign(_)) => {
                take_out(&at)?
            }
            Found::Own(_) => {
                put_forward(&at, hook.name())?;
                remove(&before(&at))?;
                Done::Removed(at)
            }
            Found::None | Found::Forward(_) => Done::Absent(at),
            Found::Foreign(_) => Done::Foreign(at),
        });
    }
    let mut report = Report {
        done: told(done, chosen),
        notes: Vec::new(),
    };
    let names = names_in(folder)?;
    let is_guards = |at: &PathBuf| matches!(Found::at(at), Ok(Found::Forward(_)));
    if names.iter().any(|at| is_own(at)) {
        return Ok(report);
    }
    if let Some(other) = names.iter().find(|at| !is_guards(at)) {
        report.notes.push(format!(
            "{} is not guard's, so core.hooksPath still leads to its folder, and the hooks that a \
             repository has of its own go on to run",
            path(other)
        ));
        return Ok(report);
    }
    if is_set {
        // First the setting: a folder that git looks into must not be half empty.
        set_hooks_path(&["--unset".as_ref(), "core.hooksPath".as_ref()])?;
        report.notes.push(
            "core.hooksPath is unset: git looks into each repository's own hooks again".to_owned(),
        );
    }
    for at in &names {
        remove(at)?;
    }
    if exists(folder) {
        fs::remove_dir(folder).map_err(|source| HookError::file(folder, source))?;
        // If guard made that one as well; it stays where anything else is in it.
        if let Some(settings) = folder.parent() {
            let _ = fs::remove_dir(settings);
        }
    }
    if report.done.is_empty() && report.notes.is_empty() {
        report
            .done
            .push(Done::Absent(folder.join(Hook::PreCommit.name())));
    }
    Ok(report)
}

fn remove(at: &Path) -> Result<(), HookError> {
    if exists(at) {
        fs::remove_file(at).map_err(|source| HookError::file(at, source))?;
    }
    Ok(())
}

/// Returns what is in a folder, in order; a missing one is empty.
fn names_in(folder: &Path) -> Result<Vec<PathBuf>, HookError> {
    let failed = |source| HookError::file(folder, source);
    if !exists(folder) {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.path());
    }
    names.sort();
    Ok(names)
}
