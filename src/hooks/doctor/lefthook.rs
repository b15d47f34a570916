//! Whether lefthook runs guard.

use super::Scene;
use super::judge::{Judged, called};
use crate::escape::escape;
use crate::hooks::Manager;
use crate::hooks::calls::{Call, OnFailure, in_script};
use crate::hooks::script::Hook;
use bstr::ByteSlice;
use serde_json::Value;
use std::process::{Command, Stdio};

/// Keys of a hook or a job that have it run at some commits and not at others.
const NARROWING: [&str; 7] = [
    "skip",
    "only",
    "glob",
    "files",
    "exclude",
    "file_types",
    "root",
];

pub(super) fn judge(scene: &Scene<'_>, hook: Hook, script: &[u8]) -> Judged {
    let name = hook.name();
    let config = match configuration(scene, script) {
        Ok(config) => config,
        Err(says) => return Judged::fails(says),
    };
    let snippet = "`guard install` prints what to add";
    let Some(settings) = config.get(name) else {
        return Judged::fails(format!("lefthook runs nothing at {name}; {snippet}"));
    };
    let mut jobs = Vec::new();
    gather(settings, &mut jobs);
    let mut says = format!("no job of lefthook at {name} runs guard; {snippet}");
    for job in jobs {
        match job.program(settings, hook) {
            None => {}
            Some(Err(why)) => says = format!("{} {why}", job.shown()),
            Some(Ok(program)) => {
                let judged = called(scene, &program, None, &job.shown());
                return Judged {
                    ids: vec![job.name],
                    ..judged
                };
            }
        }
    }
    Judged::fails(says)
}

/// A job, or a command as earlier versions call it.
struct Job<'j> {
    name: String,
    settings: &'j Value,
    /// What a group around it has that narrows it.
    narrowing: Option<&'static str>,
}

impl Job<'_> {
    /// Returns how a message names it.
    fn shown(&self) -> String {
        format!("lefthook's job `{}`", escape(self.name.as_bytes()))
    }

    /// Returns the program by which it runs guard whenever `hook` is run, or why that is not sure;
    /// nothing if it does not run guard. `around` are the settings of the hook.
    fn program(&self, around: &Value, hook: Hook) -> Option<Result<String, String>> {
        let run = self.settings.get("run").and_then(Value::as_str)?;
        let program = match in_script(run.as_bytes(), hook, OnFailure::GoOn) {
            Call::None => return None,
            Call::Unclear(line) => {
                return Some(Err(format!(
                    "runs guard in `{}`, and it is not plain that its status counts",
                    escape(line.as_bytes())
                )));
            }
            Call::Late(line) => {
                return Some(Err(format!(
                    "runs guard after `{}`, which may read what git says to the hook; put guard first",
                    escape(line.as_bytes())
                )));
            }
            Call::Made(program) => program,
        };
        let narrowing = narrowing(around)
            .or_else(|| narrowing(self.settings))
            .or(self.narrowing)
            .or_else(|| excluded(around, self));
        if let Some(key) = narrowing {
            return Some(Err(format!(
                "runs guard at some commits only: it has `{key}`; take that out"
            )));
        }
        let reads = self.settings.get("use_stdin") == Some(&Value::Bool(true));
        if hook.reads_lines() && !reads {
            return Some(Err(
                "lacks `use_stdin: true`, so guard is not told what is pushed".to_owned(),
            ));
        }
        Some(Ok(program))
    }
}

/// Collects the jobs of a hook or a group.
fn gather<'j>(settings: &'j Value, jobs: &mut Vec<Job<'j>>) {
    let commands = settings.get("commands").and_then(Value::as_object);
    for (name, settings) in commands.into_iter().flatten() {
        jobs.push(Job {
            name: name.clone(),
            settings,
            narrowing: None,
        });
    }
    let listed = settings.get("jobs").and_then(Value::as_array);
    for settings in listed.into_iter().flatten() {
        if let Some(group) = settings.get("group") {
            let begin = jobs.len();
            gather(group, jobs);
            for job in &mut jobs[begin..] {
                job.narrowing = job.narrowing.or(narrowing(settings)).or(narrowing(group));
            }
            continue;
        }
        let name = settings.get("name").and_then(Value::as_str);
        jobs.push(Job {
            name: name.unwrap_or("without a name").to_owned(),
            settings,
            narrowing: None,
        });
    }
}

/// Returns a key by which something runs at some commits only.
fn narrowing(settings: &Value) -> Option<&'static str> {
    NARROWING.into_iter().find(|key| {
        settings.get(key).is_some_and(|value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            _ => true,
        })
    })
}

/// Says whether a hook leaves out a job, by its name or a tag.
fn excluded(settings: &Value, job: &Job<'_>) -> Option<&'static str> {
    let key = "exclude_tags";
    let listed = settings.get(key).and_then(Value::as_array)?;
    let tags = job.settings.get("tags").and_then(Value::as_array);
    let tags = tags.into_iter().flatten();
    let mut names = tags.filter_map(Value::as_str).chain([job.name.as_str()]);
    let is_listed = |name| listed.iter().any(|entry| entry.as_str() == Some(name));
    names.any(is_listed).then_some(key)
}

/// Asks lefthook for its configuration, with all that it is made of, by way of its own hook: that
/// looks for lefthook in a dozen places, and lets the commit through where it finds none.
fn configuration(scene: &Scene<'_>, script: &[u8]) -> Result<Value, String> {
    let unknown = || {
        "it is lefthook's, of a form that guard does not know; `lefthook install` renews it"
            .to_owned()
    };
    let script = script.to_str().map_err(|_| unknown())?.trim_end();
    let (head, last) = script.rsplit_once('\n').ok_or_else(unknown)?;
    if !last.starts_with("call_lefthook run ") {
        return Err(unknown());
    }
    // The second is how versions before 1.11 spell it.
    for question in ["dump --format json", "dump --json"] {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{head}\ncall_lefthook {question}")]);
        command
            .env_remove("LEFTHOOK")
            .env_remove("LEFTHOOK_EXCLUDE")
            .env_remove("LEFTHOOK_VERBOSE")
            .env("NO_COLOR", "1");
        command.current_dir(scene.top).stdin(Stdio::null());
        let output = command
            .output()
            .map_err(|error| format!("sh cannot be run: {error}"))?;
        if output.stdout.contains_str("Can't find lefthook") {
            return Err(format!(
                "its hook finds no {}, and then lets everything through; install it, and set `assert_lefthook_installed: true`",
                Manager::Lefthook.name()
            ));
        }
        if let Ok(config) = serde_json::from_slice(&output.stdout) {
            return Ok(config);
        }
    }
    Err("lefthook does not show its configuration; `lefthook validate` may say why".to_owned())
}
