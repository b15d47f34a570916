//! Says whether git will run guard's hooks.

mod framework;
mod judge;
mod lefthook;
mod program;

use super::install::OF_WORK_TREES;
use super::place::{Place, Scope, git};
use super::script::{Hook, is_own};
use super::{HookError, Manager, path};
use crate::escape::escape;
use crate::escape::shell_word;
use bstr::ByteSlice;
use judge::Judged;
use std::ffi::OsString;
use std::path::Path;

/// How good a sign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Good,
    /// The next commit is checked, but something else is not.
    Warning,
    /// The next commit is not checked.
    Failure,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// How it is.
    pub health: Health,
    /// What was looked at.
    pub subject: String,
    /// What was found, and what to do about it. Free of characters that do not show.
    pub says: String,
}

impl Check {
    /// Makes a check.
    pub fn new(health: Health, subject: &str, says: impl Into<String>) -> Self {
        Self {
            health,
            subject: subject.to_owned(),
            says: says.into(),
        }
    }
}

/// What was found of a repository's hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Thing by thing.
    pub checks: Vec<Check>,
    /// Whether the repository is bare, so that it is about pushes and not about commits.
    pub is_bare: bool,
}

/// What the hooks are looked at with.
struct Scene<'s> {
    place: &'s Place,
    /// Where git starts hooks: the top of the work tree, or the bare repository.
    top: &'s Path,
    /// The environment.
    variable: &'s dyn Fn(&str) -> Option<OsString>,
}

impl Scene<'_> {
    /// Returns a path for a message: from the top, where it lies below.
    fn shown(&self, file: &Path) -> String {
        path(file.strip_prefix(self.top).unwrap_or(file))
    }

    /// Says whether a variable has this value.
    fn is(&self, name: &str, value: &str) -> bool {
        (self.variable)(name).is_some_and(|found| found == value)
    }
}

/// The first git that runs pre-merge-commit.
const GIT_WITH_MERGE_HOOK: (u32, u32) = (2, 24);

/// Looks at the hooks of the repository around `folder`, as git would run them in an environment of
/// which `variable` gives the values.
///
/// # Errors
///
/// Fails when git cannot be run or is in no repository.
pub fn examine(
    folder: &Path,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Examined, HookError> {
    let place = Place::of(folder)?;
    let bare = place.own.parent().unwrap_or(folder);
    let scene = Scene {
        place: &place,
        top: place.top.as_deref().unwrap_or(bare),
        variable,
    };
    let mut checks = vec![git_version(folder)?, looks_in(&scene)];
    let judged = if place.is_bare {
        of_server(&scene)
    } else {
        of_work_tree(&scene)
    };
    for (hook, judged) in &judged {
        checks.push(Check::new(judged.health, hook.name(), &judged.says));
    }
    checks.push(environment(&scene, judged.iter().map(|(_, one)| one)));
    Ok(Examined {
        checks,
        is_bare: place.is_bare,
    })
}

/// Looks at the hooks of a work tree. That merges or pushes are not checked is worth a warning.
fn of_work_tree(scene: &Scene<'_>) -> Vec<(Hook, Judged)> {
    let judge = |hook| match hook {
        Hook::PreCommit => (hook, judge::judge(scene, hook)),
        _ => (hook, judge::judge(scene, hook).at_most(Health::Warning)),
    };
    OF_WORK_TREES.map(judge).into()
}

/// Looks at the hooks of a repository that is pushed to. One that runs is enough; where none does,
/// both are named.
fn of_server(scene: &Scene<'_>) -> Vec<(Hook, Judged)> {
    let judged = [Hook::PreReceive, Hook::Update].map(|hook| (hook, judge::judge(scene, hook)));
    let runs = judged
        .iter()
        .position(|(_, one)| one.health < Health::Failure);
    let judged = judged.into_iter().enumerate();
    let told = judged.filter(|(number, _)| runs.is_none_or(|runs| *number == runs));
    told.map(|(_, one)| one).collect()
}

/// Looks at git itself.
fn git_version(folder: &Path) -> Result<Check, HookError> {
    let version = git(folder, &["--version"])?;
    let version = version.to_str_lossy();
    let number = version.strip_prefix("git version ").unwrap_or(&version);
    let mut parts = number.split('.').map(|part| part.parse::<u32>().ok());
    let found = parts.next().flatten().zip(parts.next().flatten());
    Ok(match found {
        Some(found) if found < GIT_WITH_MERGE_HOOK => Check::new(
            Health::Warning,
            "git",
            format!(
                "{}: before 2.24 merges run no hook; a newer git checks them",
                escape(number.as_bytes())
            ),
        ),
        _ => Check::new(Health::Good, "git", escape(number.as_bytes())),
    })
}

/// Looks at where git looks for hooks.
fn looks_in(scene: &Scene<'_>) -> Check {
    let place = scene.place;
    let subject = "folder of hooks";
    let folder = scene.shown(&place.folder);
    let Some(set) = &place.hooks_path else {
        return Check::new(Health::Good, subject, folder);
    };
    let says = format!(
        "{folder}: core.hooksPath is set to `{}` {} ({})",
        path(&set.value),
        set.scope.whom(),
        escape(set.origin.as_bstr())
    );
    let hidden = Hook::ALL.iter().find(|hook| {
        let name = hook.name();
        is_own(&place.own.join(name)) && !is_own(&place.folder.join(name))
    });
    let is_elsewhere = place.folder.canonicalize().ok() != place.own.canonicalize().ok();
    match hidden.filter(|_| is_elsewhere) {
        None => Check::new(Health::Good, subject, says),
        // Whether what is there calls guard is judged hook by hook.
        Some(hook) => Check::new(
            Health::Warning,
            subject,
            format!(
                "{says}, so git does not see guard's {}; {}",
                scene.shown(&place.own.join(hook.name())),
                way_back(set.scope, place)
            ),
        ),
    }
}

/// Says how git gets to look where guard's hooks are.
fn way_back(scope: Scope, place: &Place) -> String {
    match scope {
        Scope::Repository => {
            "`git config --unset core.hooksPath`, or `guard install` there".to_owned()
        }
        Scope::WorkTree => {
            "`git config --worktree --unset core.hooksPath`, or `guard install` there".to_owned()
        }
        Scope::User | Scope::Machine => format!(
            "`git config core.hooksPath {}` for this repository, or `guard install --global`",
            shell_word(&place.own)
        ),
        Scope::Command => "unset GIT_CONFIG_COUNT and GIT_CONFIG_PARAMETERS".to_owned(),
    }
}

/// Looks for variables that switch hooks off.
fn environment<'j>(scene: &Scene<'_>, judged: impl Iterator<Item = &'j Judged>) -> Check {
    let mut off = Vec::new();
    let mut health = Health::Good;
    for one in judged {
        let found: Vec<String> = match one.by {
            Some(Manager::Husky) if scene.is("HUSKY", "0") => vec!["HUSKY=0".to_owned()],
            Some(Manager::Lefthook) => {
                let names = ["0", "false"]
                    .iter()
                    .filter(|value| scene.is("LEFTHOOK", value));
                let mut found: Vec<_> = names.map(|value| format!("LEFTHOOK={value}")).collect();
                found.extend(skipped(scene, "LEFTHOOK_EXCLUDE", &one.ids));
                found
            }
            Some(Manager::PreCommit) => skipped(scene, "SKIP", &one.ids).into_iter().collect(),
            Some(Manager::Prek) => ["SKIP", "PREK_SKIP"]
                .iter()
                .filter_map(|name| skipped(scene, name, &one.ids))
                .collect(),
            _ => Vec::new(),
        };
        if !found.is_empty() {
            health = health.max(one.when_off);
        }
        for name in found {
            if !off.contains(&name) {
                off.push(name);
            }
        }
    }
    if off.is_empty() {
        return Check::new(
            Health::Good,
            "environment",
            "nothing in it switches these hooks off",
        );
    }
    let says = format!(
        "{} switches hooks off here; unset it",
        escape(off.join(" ").as_bytes())
    );
    Check::new(health, "environment", says)
}

/// Returns a variable that lists what to skip, if one of `ids` is in it.
fn skipped(scene: &Scene<'_>, name: &str, ids: &[String]) -> Option<String> {
    let value = (scene.variable)(name)?;
    let value = value.to_string_lossy();
    let mut entries = value.split(',').map(str::trim);
    entries
        .any(|entry| ids.iter().any(|id| id == entry))
        .then(|| format!("{name}={value}"))
}
