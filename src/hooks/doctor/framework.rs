//! Whether pre-commit or prek runs guard.

use super::judge::{Judged, called};
use super::{Health, Scene};
use crate::escape::escape;
use crate::hooks::Manager;
use crate::hooks::calls::{Call, in_command};
use crate::hooks::script::Hook;
use bstr::ByteSlice;
use serde_json::Value;
use std::fs;
use std::path::Path;
use yaml_rust2::{Yaml, YamlLoader};

/// The hooks of this project's `.pre-commit-hooks.yaml`, and where each runs unless told otherwise.
const OFFERED: [(&str, &[&str]); 6] = [
    ("guard", &["pre-commit", "pre-merge-commit", "manual"]),
    (
        "guard-system",
        &["pre-commit", "pre-merge-commit", "manual"],
    ),
    ("guard-commit-msg", &["commit-msg"]),
    ("guard-commit-msg-system", &["commit-msg"]),
    ("guard-pre-push", &["pre-push"]),
    ("guard-pre-push-system", &["pre-push"]),
];

/// Keys that narrow the files for which a hook runs.
const NARROWING: [&str; 5] = ["files", "exclude", "types", "types_or", "exclude_types"];

pub(super) fn judge(scene: &Scene<'_>, hook: Hook, manager: Manager, script: &[u8]) -> Judged {
    let name = manager.name();
    let (file, config) = match configuration(scene.top, manager, script) {
        Ok(found) => found,
        Err(says) => return Judged::fails(says),
    };
    let mut says = format!(
        "{name} runs it, but no hook of {file} calls guard at {}; `guard install` prints what to add",
        hook.name()
    );
    for entry in entries(&config) {
        match entry.judge(scene, hook, name) {
            Ok(judged) => return judged,
            Err(Some(why)) => says = why,
            Err(None) => {}
        }
    }
    Judged::fails(says)
}

/// Reads the configuration that a manager's hook names, or that lies at the top.
fn configuration(top: &Path, manager: Manager, script: &[u8]) -> Result<(String, Value), String> {
    let named = named_file(script);
    let files = manager.files().iter().map(ToString::to_string);
    let file = named.or_else(|| files.into_iter().find(|file| top.join(file).exists()));
    let file = file.ok_or_else(|| {
        format!(
            "{} runs it, but has no {}",
            manager.name(),
            manager.files()[0]
        )
    })?;
    let shown = escape(file.as_bytes());
    let text = fs::read_to_string(top.join(&file)).map_err(|error| format!("{shown}: {error}"))?;
    let is_toml = Path::new(&file)
        .extension()
        .is_some_and(|ending| ending == "toml");
    let config = if is_toml {
        toml::from_str(&text).map_err(|error| error.message().to_owned())
    } else {
        from_yaml(&text)
    };
    match config {
        Ok(config) => Ok((shown, config)),
        Err(error) => Err(format!("{shown}: {}", escape(error.as_bytes()))),
    }
}

/// Returns the file that the hook's `--config` names.
fn named_file(script: &[u8]) -> Option<String> {
    let text = script.to_str_lossy();
    let (_, rest) = text.split_once("--config=")?;
    let end = rest.find([' ', ')', '\n']).unwrap_or(rest.len());
    Some(rest[..end].trim_matches(['"', '\'']).to_owned())
}

fn from_yaml(text: &str) -> Result<Value, String> {
    let documents = YamlLoader::load_from_str(text).map_err(|error| error.to_string())?;
    Ok(documents.first().map_or(Value::Null, to_json))
}

fn to_json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => Value::String(text.clone()),
        Yaml::Boolean(value) => Value::Bool(*value),
        Yaml::Integer(number) => Value::from(*number),
        Yaml::Array(list) => list.iter().map(to_json).collect(),
        Yaml::Hash(map) => {
            let pairs = map.iter();
            let pairs =
                pairs.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), to_json(value))));
            Value::Object(pairs.collect())
        }
        Yaml::Alias(_) | Yaml::Null | Yaml::BadValue => Value::Null,
    }
}

/// A hook as the configuration has it.
struct Entry<'c> {
    settings: &'c Value,
    repository: &'c str,
    /// The stages of hooks that name none.
    default_stages: Option<&'c Value>,
}

/// Lists all hooks of all repositories.
fn entries(config: &Value) -> Vec<Entry<'_>> {
    let repositories = config.get("repos").and_then(Value::as_array);
    let mut entries = Vec::new();
    for repository in repositories.into_iter().flatten() {
        let name = repository
            .get("repo")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let hooks = repository.get("hooks").and_then(Value::as_array);
        for settings in hooks.into_iter().flatten() {
            entries.push(Entry {
                settings,
                repository: name,
                default_stages: config.get("default_stages"),
            });
        }
    }
    entries
}

impl Entry<'_> {
    /// Returns what is to be said if this is guard at `hook`; else, perhaps, why it does not count.
    fn judge(
        &self,
        scene: &Scene<'_>,
        hook: Hook,
        manager: &str,
    ) -> Result<Judged, Option<String>> {
        let id = self.text("id");
        let shown = escape(id.as_bytes());
        let (program, offered) = self.program(hook).ok_or(None)?;
        if !self
            .stages(offered)
            .iter()
            .any(|stage| stage == hook.name())
        {
            return Err(None);
        }
        let whence = format!("{manager}'s hook `{shown}`");
        let is_whole = self.is_whole(offered.is_some());
        if let Err(key) = is_whole {
            return Err(Some(format!(
                "{whence} runs for some files only: it has `{key}`; set `always_run: true`"
            )));
        }
        let mut judged = match program {
            Some(program) => called(scene, &program, None, &whence),
            None => Judged::new(
                Health::Good,
                format!(
                    "{whence} of {} runs guard",
                    escape(self.repository.as_bytes())
                ),
            ),
        };
        if is_whole == Ok(false) && judged.health == Health::Good {
            judged.health = Health::Warning;
            judged.says.push_str(
                ", but not for a commit of links alone; set `always_run: true` and `pass_filenames: false`",
            );
        }
        judged.ids = [id, self.text("alias")]
            .into_iter()
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(judged)
    }

    /// Says whether it runs at every commit, or at every one that has a file; fails with a key that
    /// narrows the files.
    fn is_whole(&self, unless_told: bool) -> Result<bool, &'static str> {
        let always = self.settings.get("always_run").and_then(Value::as_bool);
        if always.unwrap_or(unless_told) {
            return Ok(true);
        }
        let mut narrowing = NARROWING.into_iter();
        let key = narrowing.find(|key| self.settings.get(key).is_some());
        key.map_or(Ok(false), Err)
    }

    /// Returns the program that runs guard, `None` when the manager builds it, and the stages of
    /// the hook that is offered under this id.
    fn program(&self, hook: Hook) -> Option<(Option<String>, Option<&'static [&'static str]>)> {
        let is_local = self.repository == "local";
        if !is_local && matches!(self.repository, "" | "meta" | "builtin") {
            return None;
        }
        let offered = OFFERED
            .iter()
            .find(|(id, _)| !is_local && *id == self.text("id"));
        if let Some((id, stages)) = offered
            && self.settings.get("entry").is_none()
        {
            let program = id.ends_with("-system").then(|| "guard".to_owned());
            return Some((program, Some(stages)));
        }
        let arguments = self.settings.get("args").and_then(Value::as_array);
        let arguments: Vec<&str> = arguments
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let command = format!("{} {}", self.text("entry"), arguments.join(" "));
        match in_command(&command, hook) {
            Call::Made(program) => Some((Some(program), None)),
            _ => None,
        }
    }

    /// Returns the stages at which it runs, by the names of git's hooks.
    fn stages(&self, offered: Option<&'static [&'static str]>) -> Vec<String> {
        let own = self
            .settings
            .get("stages")
            .filter(|stages| stages.as_array().is_some_and(|stages| !stages.is_empty()));
        let listed = match (own, offered) {
            (Some(own), _) => Some(own),
            (None, Some(offered)) => return offered.iter().map(ToString::to_string).collect(),
            (None, None) => self.default_stages,
        };
        let Some(listed) = listed.and_then(Value::as_array) else {
            return Hook::ALL.map(|hook| hook.name().to_owned()).into();
        };
        let stages = listed.iter().filter_map(Value::as_str);
        stages
            .map(|stage| match stage {
                // The names before version 3.2.
                "commit" => "pre-commit".to_owned(),
                "merge-commit" => "pre-merge-commit".to_owned(),
                "push" => "pre-push".to_owned(),
                stage => stage.to_owned(),
            })
            .collect()
    }

    fn text(&self, key: &str) -> &str {
        self.settings
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hooks_that_this_project_offers_are_known() {
        let offered = from_yaml(include_str!("../../../.pre-commit-hooks.yaml"));
        let offered = offered.expect("it is YAML");
        let hooks = offered.as_array().expect("it is a list");
        assert_eq!(hooks.len(), OFFERED.len());
        for (id, stages) in OFFERED {
            let is_named = |hook: &&Value| hook["id"] == id;
            let hook = hooks
                .iter()
                .find(is_named)
                .unwrap_or_else(|| panic!("{id}"));
            assert_eq!(hook["stages"], Value::from(stages), "{id}");
            assert_eq!(hook["always_run"], true, "{id}");
            let language = if id.ends_with("-system") {
                "system"
            } else {
                "rust"
            };
            assert_eq!(hook["language"], language, "{id}");
        }
    }
}
