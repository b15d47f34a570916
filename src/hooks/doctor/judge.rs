//! Whether one hook runs guard.

use super::program::{may_run, on_path, version};
use super::{Health, Scene, framework, lefthook};
use crate::escape::escape;
use crate::hooks::calls::{Call, OnFailure, in_script, sets_to_zero};
use crate::hooks::file::exists;
use crate::hooks::managers::{Manager, guard_behind};
use crate::hooks::script::{Found, Hook, binary_of};
use std::fs;
use std::path::{Path, PathBuf};

/// What is to be said of a hook.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) health: Health,
    pub(super) says: String,
    /// The manager that runs it, if one does.
    pub(super) by: Option<Manager>,
    /// By which names the manager may be told to leave it out.
    pub(super) ids: Vec<String>,
    /// How it is when the manager is switched off.
    pub(super) when_off: Health,
}

impl Judged {
    pub(super) fn new(health: Health, says: impl Into<String>) -> Self {
        Self {
            health,
            says: says.into(),
            by: None,
            ids: Vec::new(),
            when_off: Health::Failure,
        }
    }

    pub(super) fn fails(says: impl Into<String>) -> Self {
        Self::new(Health::Failure, says)
    }

    /// Makes it no worse than `health`.
    pub(super) fn at_most(mut self, health: Health) -> Self {
        self.health = self.health.min(health);
        self.when_off = self.when_off.min(health);
        self
    }

    /// Says who runs it.
    fn by(mut self, manager: Manager) -> Self {
        self.by = Some(manager);
        self
    }
}

/// What to do where nothing runs guard.
const INSTALL: &str = "run `guard install`";

/// Looks at a hook as git finds it.
pub(super) fn judge(scene: &Scene<'_>, hook: Hook) -> Judged {
    judge_at(scene, hook, &scene.place.folder.join(hook.name()))
}

fn judge_at(scene: &Scene<'_>, hook: Hook, at: &Path) -> Judged {
    let husky = Manager::of_folder(&scene.place.folder);
    let shown = scene.shown(at);
    if !at.exists() {
        if exists(at) {
            return Judged::fails(format!("{shown} is a link that leads nowhere; {INSTALL}"));
        }
        let what = match husky {
            Some(_) => "let husky write it (`npx husky`, `npm run prepare`)".to_owned(),
            None if hook.is_usual(scene.place.is_bare) => INSTALL.to_owned(),
            None => format!("run `guard install --hook {}`", hook.name()),
        };
        return Judged::fails(format!("there is no {shown}; {what}"));
    }
    if !may_run(at) {
        return Judged::fails(format!(
            "{shown} is not executable, so git does not run it; `chmod +x` it or {INSTALL}"
        ));
    }
    let found = match Found::at(at) {
        Ok(found) => found,
        Err(error) => return Judged::fails(error.to_string()),
    };
    if let Some(legacy) = guard_behind(at, &found) {
        let judged = own(
            scene,
            hook,
            &legacy,
            &Found::at(&legacy).unwrap_or(Found::None),
        );
        return Judged {
            says: format!("{shown} runs it first: {}", judged.says),
            ..judged
        };
    }
    match &found {
        Found::Own(_) => own(scene, hook, at, &found),
        Found::Forward(_) => {
            let there = scene.place.own.join(hook.name());
            let judged = judge_at(scene, hook, &there);
            Judged {
                says: format!("{shown} hands on: {}", judged.says),
                ..judged
            }
        }
        Found::None => Judged::fails(format!("there is no {shown}; {INSTALL}")),
        Found::Foreign(text) => match (husky, Manager::of_hook(text)) {
            (Some(_), _) => in_husky(scene, hook).by(Manager::Husky),
            (None, Some(Manager::Lefthook)) => {
                lefthook::judge(scene, hook, text).by(Manager::Lefthook)
            }
            (None, Some(manager)) => framework::judge(scene, hook, manager, text).by(manager),
            (None, None) => {
                let judged = in_shell(scene, hook, text, at, OnFailure::GoOn);
                if matches!(judged.health, Health::Failure) {
                    let says = format!("{}; {INSTALL}, it then runs first", judged.says);
                    return Judged { says, ..judged };
                }
                judged
            }
        },
    }
}

/// Looks at a hook of guard's own.
fn own(scene: &Scene<'_>, hook: Hook, at: &Path, found: &Found) -> Judged {
    let shown = scene.shown(at);
    let Found::Own(text) = found else {
        return Judged::fails(format!("{shown} cannot be read"));
    };
    if !may_run(at) {
        return Judged::fails(format!("{shown} is not executable; {INSTALL}"));
    }
    let Some(binary) = binary_of(text) else {
        return Judged::fails(format!("{shown} was edited and names no binary; {INSTALL}"));
    };
    let judged = runs(scene, &binary);
    if judged.health == Health::Failure || *text == hook.script(&binary) {
        return Judged {
            says: format!("{shown} {}", judged.says),
            ..judged
        };
    }
    match in_script(text, hook, OnFailure::GoOn) {
        Call::Made(_) => Judged::new(
            Health::Warning,
            format!(
                "{shown} {}, but it is not as this version writes it; `guard install` renews it",
                judged.says
            ),
        ),
        _ => Judged::fails(format!(
            "{shown} was edited and does not run guard any more; {INSTALL}"
        )),
    }
}

/// Looks at the binary that a hook of guard's own runs, as the hook does.
fn runs(scene: &Scene<'_>, binary: &Path) -> Judged {
    let shown = scene.shown(binary);
    if may_run(binary) {
        return match version(binary, scene.top) {
            Ok(version) => Judged::new(
                Health::Good,
                format!("runs {shown} ({})", escape(version.as_bytes())),
            ),
            Err(what) => Judged::fails(format!("runs {shown}, which {what}; {INSTALL}")),
        };
    }
    let other = on_path("guard", scene.top, None);
    let other = other.filter(|other| version(other, scene.top).is_ok());
    match other {
        Some(other) => Judged::new(
            Health::Warning,
            format!(
                "runs {} of the PATH, for {shown} is gone; `guard install` writes the new place",
                scene.shown(&other)
            ),
        ),
        None => Judged::fails(format!(
            "refuses everything, for {shown} is gone; {INSTALL}"
        )),
    }
}

/// Looks at what husky runs: `.husky/NAME`, beside the folder that git looks into.
fn in_husky(scene: &Scene<'_>, hook: Hook) -> Judged {
    let folder = &scene.place.folder;
    // Before version 9 the folder of hooks was the user's own.
    let file = match folder.parent() {
        Some(parent) if folder.ends_with("_") => parent.join(hook.name()),
        _ => folder.join(hook.name()),
    };
    let shown = scene.shown(&file);
    let line = Manager::Husky.snippet(&[hook]);
    let line = line.lines().last().unwrap_or_default();
    if folder.ends_with("_") && !folder.join("h").exists() {
        return Judged::fails(
            "husky is not there; let it write its files (`npx husky`, `npm run prepare`)",
        );
    }
    if let Some(init) = init_of_husky(scene)
        && fs::read(&init).is_ok_and(|text| sets_to_zero(&text, "HUSKY"))
    {
        return Judged::fails(format!(
            "{} switches husky off (HUSKY=0)",
            scene.shown(&init)
        ));
    }
    let Ok(text) = fs::read(&file) else {
        return Judged::fails(format!(
            "husky runs {shown}, which is not there; write it: {line}"
        ));
    };
    let judged = in_shell(scene, hook, &text, &file, OnFailure::Exit);
    if judged.health == Health::Failure {
        return Judged {
            says: format!("husky runs it, but {}; add the line: {line}", judged.says),
            ..judged
        };
    }
    judged
}

/// Returns the script that husky reads first.
fn init_of_husky(scene: &Scene<'_>) -> Option<PathBuf> {
    let folder = (scene.variable)("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
    let folder = match folder {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from((scene.variable)("HOME")?).join(".config"),
    };
    Some(folder.join("husky/init.sh"))
}

/// Looks at a script of somebody else's.
fn in_shell(
    scene: &Scene<'_>,
    hook: Hook,
    text: &[u8],
    at: &Path,
    on_failure: OnFailure,
) -> Judged {
    let shown = scene.shown(at);
    // What husky puts first.
    let first = (on_failure == OnFailure::Exit).then_some("node_modules/.bin");
    match in_script(text, hook, on_failure) {
        Call::None => Judged::fails(format!("{shown} does not run guard")),
        Call::Unclear(line) => Judged::fails(format!(
            "{shown} runs guard in `{}`, and it is not plain that its status counts; \
             `guard hook {} || exit` on a line of its own is",
            escape(line.as_bytes()),
            hook.name()
        )),
        Call::Late(line) => Judged::fails(format!(
            "{shown} runs guard after `{}`, which may read what git says to the hook; put guard first",
            escape(line.as_bytes())
        )),
        Call::Made(program) => called(scene, &program, first, &shown),
    }
}

/// Looks at the program of a command that calls guard; `whence` says where the command stands.
pub(super) fn called(
    scene: &Scene<'_>,
    program: &str,
    first: Option<&str>,
    whence: &str,
) -> Judged {
    let shown = escape(program.as_bytes());
    let Some(found) = on_path(program, scene.top, first) else {
        return Judged::fails(format!(
            "{whence} runs `{shown}`, which is not on the PATH, and is refused"
        ));
    };
    match version(&found, scene.top) {
        Ok(version) => Judged::new(
            Health::Good,
            format!(
                "{whence} runs {} ({})",
                scene.shown(&found),
                escape(version.as_bytes())
            ),
        ),
        Err(what) => Judged::fails(format!(
            "{whence} runs {}, which {what}",
            scene.shown(&found)
        )),
    }
}
