//! The examples under `docs/` do what they promise: their commands are run as they stand there.

use crate::history::history;
use crate::support::{GUARD, Ran, Repo, key_line, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use yaml_rust2::{Yaml, YamlLoader};

/// Reads a file of this project.
fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads the documents of a YAML file.
fn yaml(path: &str) -> Vec<Yaml> {
    YamlLoader::load_from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(yaml: &Yaml) -> &str {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}"))
}

fn list(yaml: &Yaml) -> &[Yaml] {
    yaml.as_vec().unwrap_or_else(|| panic!("no list: {yaml:?}"))
}

/// Runs a shell in a new folder beside the repository, with guard on PATH.
struct Shell<'r> {
    repo: &'r Repo,
    folder: PathBuf,
}

impl<'r> Shell<'r> {
    fn new(repo: &'r Repo, name: &str) -> Self {
        let folder = repo.beside(name);
        fs::create_dir(&folder).expect("it is new");
        Self { repo, folder }
    }

    fn run(&self, shell: &[&str], script: &str, variables: &[(&str, &str)]) -> Ran {
        let guard = Path::new(GUARD).parent().expect("it is in a folder");
        let path = std::env::var("PATH").expect("there is one");
        let path = format!("{}:{path}", guard.display());
        let mut command = self.repo.program(shell[0], &self.folder);
        command.args(&shell[1..]).arg(script).env("PATH", path);
        run(command.envs(variables.iter().copied()))
    }

    fn bash(&self, script: &str, variables: &[(&str, &str)]) -> Ran {
        self.run(&["bash", "-ec"], script, variables)
    }

    fn read(&self, file: &str) -> String {
        let file = self.folder.join(file);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }
}

/// Returns what one run finds in the history of a clone.
fn whole(shell: &Shell<'_>, clone: &str) -> String {
    let ran = shell.bash(
        &format!("cd {clone}; guard check --history --all --format jsonl"),
        &[],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(
        ran.stdout.lines().count() > 20,
        "there is something to lose"
    );
    ran.stdout
}

/// A step that runs a command: its name, the command, its environment.
type Step<'y> = (&'y str, &'y str, Vec<(&'y str, &'y str)>);

/// Returns the steps of a job that run a command.
fn steps(job: &Yaml) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for step in list(&job["steps"]) {
        let Some(script) = step["run"].as_str() else {
            let action = text(&step["uses"]);
            let known = ["checkout", "upload-artifact", "download-artifact"];
            let name = action
                .strip_prefix("actions/")
                .and_then(|name| name.strip_suffix("@v4"));
            assert!(name.is_some_and(|name| known.contains(&name)), "{action}");
            continue;
        };
        let variables = step["env"].as_hash().into_iter().flatten();
        let variables = variables
            .map(|(name, value)| (text(name), text(value)))
            .collect();
        steps.push((text(&step["name"]), script, variables));
    }
    steps
}

#[test]
fn the_workflow_for_github_scans_in_parts_and_joins_them() {
    let repo = history(60);
    let documents = yaml("docs/examples/github-actions.yml");
    let jobs = &documents[0]["jobs"];
    let (scan, join) = (&jobs["scan"], &jobs["merge"]);
    let parts = list(&scan["strategy"]["matrix"]["part"]);
    assert_eq!(parts.len(), 8);
    let total = parts.len().to_string();
    let [(install, _, _), (_, script, variables)] = &steps(scan)[..] else {
        panic!("to install, to scan: {scan:?}")
    };
    assert_eq!(*install, "Install guard");
    let handed = Shell::new(&repo, "handed");
    let upload = &list(&scan["steps"])[3]["with"];
    for part in parts {
        let part = part.as_i64().expect("a number").to_string();
        let filled = |text: &str| {
            let text = text.replace("${{ matrix.part }}", &part);
            let text = text.replace("${{ strategy.job-total }}", &total);
            assert!(!text.contains("${{"), "{text}");
            text
        };
        // What `actions/checkout` with `fetch-depth: 0` gives.
        let job = Shell::new(&repo, &format!("job-{part}"));
        job.bash("git clone --quiet ../repo .", &[]).exits(0);
        let variables: Vec<(&str, String)> = variables
            .iter()
            .map(|&(name, value)| (name, filled(value)))
            .collect();
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert!(
            !script.contains("${{"),
            "values come by the environment: {script}"
        );
        job.bash(script, &variables).exits(0);
        let file = filled(text(&upload["path"]));
        fs::copy(job.folder.join(&file), handed.folder.join(&file)).expect("the file is there");
    }

    let [(_, _, _), (_, script, _)] = &steps(join)[..] else {
        panic!("to install, to join: {join:?}")
    };
    assert_eq!(text(&join["needs"]), "scan");
    handed
        .bash(script, &[])
        .exits(1)
        .complains("guard: 8 shards, ");
    let findings = text(&list(&join["steps"])[3]["with"]["path"]);
    assert!(handed.read(findings) == whole(&handed, "../job-1"));
    fs::remove_file(handed.folder.join("part-5.jsonl")).expect("it is there");
    handed
        .bash(script, &[])
        .exits(2)
        .complains("shard 5 of 8 is missing");
}

/// A Job of Kubernetes, as far as its pods run a command.
struct Job {
    pods: i64,
    script: String,
    variables: Vec<(String, String)>,
}

impl Job {
    fn new(job: &Yaml) -> Self {
        assert_eq!(
            (text(&job["kind"]), text(&job["apiVersion"])),
            ("Job", "batch/v1")
        );
        let spec = &job["spec"];
        let pod = &spec["template"]["spec"];
        assert_eq!(text(&pod["restartPolicy"]), "Never");
        let container = &list(&pod["containers"])[0];
        let command: Vec<&str> = list(&container["command"]).iter().map(text).collect();
        assert_eq!(command, ["sh", "-euc"]);
        let volumes = |yaml: &Yaml| -> BTreeSet<String> {
            let names = list(yaml)
                .iter()
                .map(|volume| text(&volume["name"]).to_owned());
            names.collect()
        };
        assert_eq!(
            volumes(&container["volumeMounts"]),
            volumes(&pod["volumes"])
        );
        let pair = |entry: &Yaml| {
            (
                text(&entry["name"]).to_owned(),
                text(&entry["value"]).to_owned(),
            )
        };
        let pods = spec["completions"].as_i64();
        assert_eq!(spec["completionMode"].as_str(), pods.map(|_| "Indexed"));
        assert_eq!(spec["parallelism"].as_i64(), pods);
        Self {
            pods: pods.unwrap_or(1),
            script: text(&list(&container["args"])[0]).to_owned(),
            variables: list(&container["env"]).iter().map(pair).collect(),
        }
    }

    fn value(&self, name: &str) -> &str {
        let found = self.variables.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no {name}")).1
    }

    /// Runs one pod; some of its variables lead elsewhere here.
    fn run(&self, shell: &Shell<'_>, index: i64, instead: &[(&str, &str)]) -> Ran {
        let index = index.to_string();
        let own = self
            .variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut variables: Vec<(&str, &str)> = own.collect();
        for &(name, value) in instead {
            let _ = self.value(name);
            variables.push((name, value));
        }
        variables.push(("JOB_COMPLETION_INDEX", &index));
        shell.run(&["sh", "-euc"], &self.script, &variables)
    }
}

#[test]
fn the_jobs_for_kubernetes_scan_in_parts_and_join_them() {
    let repo = history(60);
    let shell = Shell::new(&repo, "pods");
    let results = Shell::new(&repo, "results");
    let instead = [("RESULTS", "../results"), ("REPOSITORY", "../repo")];
    let instead = instead.map(|(name, path)| {
        let path = shell.folder.join(path).canonicalize().expect("it is there");
        (name, path.display().to_string())
    });
    let instead: Vec<(&str, &str)> = instead
        .iter()
        .map(|(name, path)| (*name, path.as_str()))
        .collect();

    let scan = Job::new(&yaml("docs/examples/kubernetes-scan.yml")[0]);
    assert_eq!(scan.value("PARTS"), scan.pods.to_string());
    let join = Job::new(&yaml("docs/examples/kubernetes-merge.yml")[0]);
    for index in 0..scan.pods {
        if index == scan.pods - 1 {
            join.run(&shell, 0, &instead[..1])
                .exits(2)
                .complains("shard 8 of 8 is missing");
        }
        scan.run(&shell, index, &instead).exits(0);
    }
    // A second time, as when a pod was evicted.
    for _ in 0..2 {
        join.run(&shell, 0, &instead[..1])
            .exits(1)
            .complains("guard: 8 shards, ");
        assert!(results.read("findings.jsonl") == whole(&shell, "../repo"));
    }
}

#[test]
fn the_job_for_many_repositories_takes_one_for_each_pod() {
    let repo = Repo::new();
    let shell = Shell::new(&repo, "pods");
    let results = Shell::new(&repo, "results");
    let documents = yaml("docs/examples/kubernetes-repositories.yml");
    let [map, job] = &documents[..] else {
        panic!("a list and a job: {documents:?}")
    };
    assert_eq!(text(&map["kind"]), "ConfigMap");
    let scan = Job::new(job);
    let listed = text(&map["data"]["repositories"]);
    assert_eq!(listed.lines().count().to_string(), scan.pods.to_string());
    assert!(
        Path::new(scan.value("LIST")).ends_with("repositories"),
        "the key in the map is the file"
    );

    let mut names = Vec::new();
    for number in 0..scan.pods {
        let name = repo
            .beside(&format!("repository {number}"))
            .display()
            .to_string();
        let make = "git init --quiet \"$NAME\"; cd \"$NAME\"; echo \"$KEY\" >a.py; git add .; git commit --quiet -m a";
        shell
            .bash(make, &[("NAME", &name), ("KEY", &key_line(1))])
            .exits(0);
        names.push(name);
    }
    let list_file = repo.beside("list");
    fs::write(&list_file, names.join("\n")).expect("may write");
    let (list_file, folder) = (
        list_file.display().to_string(),
        results.folder.display().to_string(),
    );
    let instead = [("RESULTS", folder.as_str()), ("LIST", list_file.as_str())];
    for index in 0..scan.pods {
        scan.run(&shell, index, &instead).exits(0);
    }
    let join = Job::new(&yaml("docs/examples/kubernetes-merge.yml")[0]);
    join.run(&shell, 0, &instead[..1])
        .exits(1)
        .complains("guard: 3 repositories, 3 shards, 3 files, 3 messages, 3 findings (3 blocking)");
    let lines: Vec<Value> = results
        .read("findings.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let found: Vec<_> = lines
        .iter()
        .map(|line| text_of(&line["repository"]))
        .collect();
    assert_eq!(found, names);
}

fn text_of(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn the_commands_on_the_page_run_as_they_stand_there() {
    let repo = history(60);
    let page = read("docs/many-repositories.md");
    let block = |language: &str| {
        let (_, rest) = page
            .split_once(&format!("```{language}\n"))
            .expect("it is there");
        rest.split_once("```").expect("it ends").0.to_owned()
    };
    let shell = Shell::new(&repo, "clone");
    shell.bash("git clone --quiet ../repo .", &[]).exits(0);
    // Without -e, as by hand: scans that find something end with 1.
    shell
        .run(&["bash", "-c"], &block("sh"), &[])
        .exits(1)
        .complains("guard: 2 shards, ");
    assert!(shell.read("findings.jsonl") == whole(&shell, "."));

    let fields = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("it is JSON");
        let summary = line["summary"].as_object().expect("it has one").keys();
        let keys = line.as_object().expect("it is one").keys().chain(summary);
        keys.cloned().collect::<Vec<_>>()
    };
    let named = "guard check --history --shard 1/1 --repository r --format jsonl";
    let real = shell.bash(named, &[]).stdout;
    let last = real.lines().last().expect("there is one");
    assert_eq!(
        fields(&block("json")),
        fields(last),
        "the page shows the last line as it is"
    );
}
