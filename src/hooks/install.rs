//! Hooks of one repository.

use super::file::{copy, exists, write_script};
use super::managers::{self, Manager};
use super::place::{Place, Scope};
use super::script::{Found, Hook, before, holds, is_own};
use super::{Done, HookError, Report};
use std::fs;
use std::path::{Path, PathBuf};

/// The hooks that keep a secret from leaving a work tree.
pub(super) const OF_WORK_TREES: [Hook; 3] = [Hook::PreCommit, Hook::PreMergeCommit, Hook::PrePush];
/// The hook that keeps one from entering a repository that is pushed to.
pub(super) const OF_BARE: [Hook; 1] = [Hook::PreReceive];

/// Returns the hooks that are installed when none is named.
pub(super) fn usual(is_bare: bool) -> &'static [Hook] {
    if is_bare { &OF_BARE } else { &OF_WORK_TREES }
}

/// Puts guard's hooks into the repository around `folder`; they will run `binary`. Without
/// `chosen`: pre-commit, pre-merge-commit and pre-push; in a bare repository pre-receive.
///
/// A hook that is there already is set aside and runs first. Safe to run twice: nothing is set
/// aside a second time. Every file is written beside its place and renamed into it.
///
/// # Errors
///
/// Fails before anything is written when the folder for hooks cannot be told, is a hook manager's
/// or is shared by other repositories; and when a file cannot be written. Hooks written before
/// that stay.
pub fn install(folder: &Path, chosen: &[Hook], binary: &Path) -> Result<Report, HookError> {
    let place = Place::of(folder)?;
    let hooks = Hook::chosen(chosen, usual(place.is_bare));
    let managed = |manager, at: &Path| HookError::Managed {
        manager,
        place: at.to_owned(),
        hooks: hooks.clone(),
    };
    if let Some(manager) = Manager::of_folder(&place.folder) {
        return Err(managed(manager, &place.folder));
    }
    if let Some(set) = place.shared() {
        return served_by_all(&place, &hooks, set.scope.whom());
    }
    let mut steps = Vec::new();
    for hook in &hooks {
        let at = place.folder.join(hook.name());
        let found = Found::at(&at)?;
        let (at, found) = match managers::guard_behind(&at, &found) {
            Some(legacy) => {
                let found = Found::at(&legacy)?;
                (legacy, found)
            }
            None => (at, found),
        };
        if let Found::Foreign(text) = &found
            && let Some(manager) = Manager::of_hook(text)
        {
            return Err(managed(manager, &at));
        }
        steps.push(Step::plan(at, &found, hook.script(binary))?);
    }
    fs::create_dir_all(&place.folder).map_err(|source| HookError::file(&place.folder, source))?;
    let done = steps.into_iter().map(Step::take);
    Ok(Report {
        done: done.collect::<Result<_, _>>()?,
        notes: notes(&place, &hooks),
    })
}

/// Looks whether the folder that all repositories share has guard's hooks in it.
fn served_by_all(place: &Place, hooks: &[Hook], whom: &'static str) -> Result<Report, HookError> {
    let folder = &place.folder;
    if !hooks.iter().all(|hook| is_own(&folder.join(hook.name()))) {
        return Err(HookError::SharedHooksPath {
            folder: folder.clone(),
            whom,
            own: place.own.clone(),
        });
    }
    let done = hooks.iter().map(|hook| folder.join(hook.name()));
    Ok(Report {
        done: done.map(Done::Unchanged).collect(),
        notes: vec![format!(
            "they serve this repository, too: core.hooksPath is set {whom}"
        )],
    })
}

/// Returns what the user may not expect.
fn notes(place: &Place, hooks: &[Hook]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(set) = &place.hooks_path
        && set.scope == Scope::WorkTree
    {
        notes.push(
            "core.hooksPath is set for this work tree alone: install in the others as well"
                .to_owned(),
        );
    }
    // What the managers serve are hooks of a work tree.
    if let Some(top) = &place.top
        && hooks.iter().any(|hook| !hook.is_of_server())
    {
        notes.extend(managers::not_installed(top));
    }
    notes
}

/// Takes guard's hooks out of the repository around `folder` and puts back what was there. Without
/// `chosen`: all of them.
///
/// # Errors
///
/// Fails when the folder for hooks cannot be told and when a file cannot be changed.
pub fn uninstall(folder: &Path, chosen: &[Hook]) -> Result<Report, HookError> {
    let place = Place::of(folder)?;
    let all = Hook::chosen(chosen, &Hook::ALL);
    let hooks = place.of_this_repository();
    let mut report = Report::default();
    for hook in &all {
        let at = hooks.join(hook.name());
        let found = Found::at(&at)?;
        let at = managers::guard_behind(&at, &found).unwrap_or(at);
        let done = take_out(&at)?;
        // That a hook is not there which nobody expects need not be said.
        let is_expected = !chosen.is_empty() || usual(place.is_bare).contains(hook);
        if is_expected || !matches!(done, Done::Absent(_) | Done::Foreign(_)) {
            report.done.push(done);
        }
    }
    if let Some(set) = place.shared()
        && all
            .iter()
            .any(|hook| is_own(&place.folder.join(hook.name())))
    {
        report.notes.push(format!(
            "guard still runs here, from {}: core.hooksPath is set {} (`guard uninstall --global`)",
            super::path(&place.folder),
            set.scope.whom()
        ));
    }
    Ok(report)
}

/// What is to be done about a hook.
pub(super) enum Step {
    /// Nothing.
    Keep(Done),
    /// Its file is written.
    Write {
        at: PathBuf,
        script: Vec<u8>,
        done: Done,
    },
}

impl Step {
    /// Decides how `script` gets to `at`, where there is what was found. Nothing is changed yet.
    pub(super) fn plan(at: PathBuf, found: &Found, script: Vec<u8>) -> Result<Self, HookError> {
        let before = before(&at);
        let done = match found {
            Found::None | Found::Forward(_) => Done::Installed(at.clone()),
            Found::Own(text) if holds(&at, text, &script) => {
                return Ok(Self::Keep(Done::Unchanged(at)));
            }
            Found::Own(_) => Done::Updated(at.clone()),
            Found::Foreign(text) => match Found::at(&before)? {
                Found::None | Found::Forward(_) => Done::Chained(at.clone(), before),
                // An install was ended after the copy was made.
                Found::Foreign(kept) if kept == *text => Done::Chained(at.clone(), before),
                Found::Own(_) | Found::Foreign(_) => {
                    return Err(HookError::TwoHooks { hook: at, before });
                }
            },
        };
        Ok(Self::Write { at, script, done })
    }

    pub(super) fn take(self) -> Result<Done, HookError> {
        let (at, script, done) = match self {
            Self::Keep(done) => return Ok(done),
            Self::Write { at, script, done } => (at, script, done),
        };
        if let Done::Chained(hook, before) = &done {
            if exists(before) {
                fs::remove_file(before).map_err(|source| HookError::file(before, source))?;
            }
            // Copied and not moved: there is a hook at every moment.
            copy(hook, before).map_err(|source| HookError::file(before, source))?;
        }
        write_script(&at, &script).map_err(|source| HookError::file(&at, source))?;
        Ok(done)
    }
}

/// Takes a hook of guard's out and puts back what was there before.
pub(super) fn take_out(hook: &Path) -> Result<Done, HookError> {
    let failed = |source| HookError::file(hook, source);
    match Found::at(hook)? {
        Found::None | Found::Forward(_) => Ok(Done::Absent(hook.to_owned())),
        Found::Foreign(_) => Ok(Done::Foreign(hook.to_owned())),
        Found::Own(_) => {
            let before = before(hook);
            if exists(&before) {
                fs::rename(&before, hook).map_err(failed)?;
                Ok(Done::Restored(hook.to_owned()))
            } else {
                fs::remove_file(hook).map_err(failed)?;
                Ok(Done::Removed(hook.to_owned()))
            }
        }
    }
}
