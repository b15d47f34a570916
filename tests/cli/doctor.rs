//! `guard doctor`: each verdict beside a real commit of a key in the same state.

use crate::install_place::binary_at;
use crate::support::{GUARD, Repo, key_line, run, set_mode};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

const HOOK: &str = ".git/hooks/pre-commit";
const COMMIT: &[&str] = &["commit", "--message", "x"];

/// What becomes of a commit that holds a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    /// guard reports the key, and git does not commit.
    Blocked,
    /// It is not committed, but guard did not see it.
    Refused,
    /// It is committed.
    Passes,
}

use Commit::{Blocked, Passes, Refused};

/// A state of a repository, and what is true in it.
pub(crate) struct State {
    /// What it is.
    name: &'static str,
    /// Brings it about; the environment that belongs to it.
    set_up: fn(&Repo) -> Vec<(&'static str, String)>,
    /// A part of what doctor says.
    says: &'static str,
    commit: Commit,
}

impl State {
    pub(crate) const fn new(
        name: &'static str,
        commit: Commit,
        says: &'static str,
        set_up: fn(&Repo) -> Vec<(&'static str, String)>,
    ) -> Self {
        Self {
            name,
            set_up,
            says,
            commit,
        }
    }

    /// Compares what doctor says with what git does.
    pub(crate) fn is_told(&self) {
        let name = self.name;
        let repo = Repo::new();
        repo.write("a.py", "a = 1\n").commit("first");
        let variables = (self.set_up)(&repo);
        repo.write("key.py", key_line(1));
        // What is staged beside it is a part of the state.
        repo.git(&["add", "key.py"]);
        let before = entries(&repo.path(".git"));
        let run_with = |mut command: std::process::Command| {
            run(command.envs(variables.iter().map(|(name, value)| (name, value))))
        };
        let mut doctor = repo.guard_command();
        doctor.arg("doctor");
        let said = run_with(doctor);
        said.is_plain();
        let (code, verdict) = if self.commit == Blocked {
            (0, "guard: the next commit here will be checked\n")
        } else {
            (1, "guard: the next commit here will NOT be checked\n")
        };
        assert_eq!(said.code, Some(code), "{name}: {said}");
        assert!(said.stdout.ends_with(verdict), "{name}: {said}");
        assert!(
            said.stdout.contains(self.says),
            "{name}: no `{}` in {said}",
            self.says
        );
        assert_eq!(entries(&repo.path(".git")), before, "{name}: doctor wrote");
        let head = repo.head();
        let mut commit = repo.git_command(repo.top());
        commit.args(COMMIT);
        let ran = run_with(commit);
        let is_found = !ran.findings().is_empty();
        let found = match (ran.code, is_found) {
            (Some(0), _) => Passes,
            (_, true) => Blocked,
            (_, false) => Refused,
        };
        assert_eq!(found, self.commit, "{name}: {ran}");
        assert_eq!(repo.head() == head, found != Passes, "{name}");
    }
}

/// All files of a folder, with their sizes.
fn entries(folder: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("readable");
        if entry.file_type().expect("readable").is_dir() {
            found.extend(entries(&entry.path()));
        } else {
            let length = entry.metadata().expect("readable").len();
            found.push((entry.path(), length));
        }
    }
    found.sort();
    found
}

pub(crate) type Variables = Vec<(&'static str, String)>;

/// Returns a PATH on which the binary under test comes first.
pub(crate) fn path_with_guard() -> (&'static str, String) {
    let folder = Path::new(GUARD).parent().expect("it lies in a folder");
    let path = std::env::var("PATH").expect("it is set");
    ("PATH", format!("{}:{path}", folder.display()))
}

fn install(repo: &Repo) -> Variables {
    repo.guard(&["install"]).exits(0);
    Vec::new()
}

/// Installs, and has git look for hooks elsewhere.
fn install_and_set(repo: &Repo, scope: &str, path: &str) -> Variables {
    install(repo);
    repo.git(&["config", scope, "core.hooksPath", path]);
    Vec::new()
}

/// Installs a binary of its own beside the repository.
fn install_other(repo: &Repo) -> std::path::PathBuf {
    let binary = binary_at(&repo.beside("bin/guard"));
    run(repo.program(&binary, repo.top()).arg("install")).exits(0);
    binary
}

/// Changes the script of the installed hook.
fn edit(repo: &Repo, change: impl Fn(String) -> String) -> Variables {
    install(repo);
    let script = fs::read_to_string(repo.path(HOOK)).expect("it is there");
    repo.write(HOOK, change(script));
    Vec::new()
}

const STATES: &[State] = &[
    State::new(
        "installed",
        Blocked,
        "ok       pre-commit        .git/hooks/pre-commit runs ",
        install,
    ),
    State::new(
        "nothing",
        Passes,
        "FAIL     pre-commit        there is no .git/hooks/pre-commit; run `guard install`",
        |_| Vec::new(),
    ),
    State::new(
        "not executable",
        Passes,
        ".git/hooks/pre-commit is not executable, so git does not run it",
        |repo| {
            install(repo);
            set_mode(&repo.path(HOOK), 0o644);
            Vec::new()
        },
    ),
    State::new(
        "an empty hook",
        Passes,
        ".git/hooks/pre-commit does not run guard; run `guard install`",
        |repo| {
            repo.write_hook(HOOK, "", 0o755);
            Vec::new()
        },
    ),
    State::new(
        "a hook of somebody else's",
        Passes,
        ".git/hooks/pre-commit does not run guard",
        |repo| {
            repo.write_hook(HOOK, "#!/bin/sh\ntrue\n", 0o755);
            Vec::new()
        },
    ),
    State::new(
        "one that runs first",
        Blocked,
        "ok       pre-commit",
        |repo| {
            repo.write_hook(HOOK, "#!/bin/sh\ntrue\n", 0o755);
            install(repo)
        },
    ),
    State::new(
        "a link that leads nowhere",
        Passes,
        "is a link that leads nowhere",
        |repo| {
            symlink("/nowhere", repo.path(HOOK)).expect("may write");
            Vec::new()
        },
    ),
    State::new(
        "the binary is gone",
        Refused,
        "refuses everything, for ",
        |repo| {
            fs::remove_file(install_other(repo)).expect("it was just made");
            Vec::new()
        },
    ),
    State::new(
        "the binary moved onto the PATH",
        Blocked,
        "warning  pre-commit",
        |repo| {
            fs::remove_file(install_other(repo)).expect("it was just made");
            vec![path_with_guard()]
        },
    ),
    State::new(
        "another program is in its place",
        Passes,
        "which is another program",
        |repo| {
            let binary = install_other(repo);
            fs::remove_file(&binary).expect("it was just made");
            fs::write(&binary, "#!/bin/sh\nexit 0\n").expect("may write");
            set_mode(&binary, 0o755);
            Vec::new()
        },
    ),
    State::new(
        "the hook ends before guard",
        Passes,
        "was edited and does not run guard any more",
        |repo| {
            edit(repo, |script| {
                script.replace("\nguard=", "\nexit 0\nguard=")
            })
        },
    ),
    State::new(
        "the hook ends without guard",
        Passes,
        "was edited and does not run guard any more",
        |repo| {
            edit(repo, |script| {
                script.replace("exec \"$guard\"", ": \"$guard\"")
            })
        },
    ),
    State::new(
        "the hook has another comment",
        Blocked,
        "it is not as this version writes it",
        |repo| {
            edit(repo, |script| {
                script.replace("\nguard=", "\n# ours\nguard=")
            })
        },
    ),
    State::new(
        "hooks are elsewhere for the repository",
        Passes,
        "so git does not see guard's .git/hooks/pre-commit; `git config --unset core.hooksPath`",
        |repo| install_and_set(repo, "--local", "tools/hooks"),
    ),
    State::new(
        "hooks are switched off for the repository",
        Passes,
        "core.hooksPath is set to `/dev/null` for this repository (file:.git/config)",
        |repo| install_and_set(repo, "--local", "/dev/null"),
    ),
    State::new(
        "an empty setting",
        Passes,
        "core.hooksPath is set to `` for this repository",
        |repo| {
            // git looks at the root of the file system, not at the top of the work tree.
            let script = format!("#!/bin/sh\nexec '{GUARD}' hook pre-commit\n");
            repo.write_hook("pre-commit", &script, 0o755);
            install_and_set(repo, "--local", "")
        },
    ),
    State::new(
        "hooks are elsewhere for the user",
        Passes,
        "for all repositories of this user",
        |repo| install_and_set(repo, "--global", "/opt/hooks"),
    ),
    State::new(
        "hooks are elsewhere for the work tree",
        Passes,
        "`git config --worktree --unset core.hooksPath`",
        |repo| {
            repo.git(&["config", "extensions.worktreeConfig", "true"]);
            install_and_set(repo, "--worktree", "/opt/hooks")
        },
    ),
    State::new(
        "hooks are elsewhere by the environment",
        Passes,
        "by the environment or `git -c`",
        |repo| {
            install(repo);
            vec![
                ("GIT_CONFIG_COUNT", "1".to_owned()),
                ("GIT_CONFIG_KEY_0", "core.hooksPath".to_owned()),
                ("GIT_CONFIG_VALUE_0", "/dev/null".to_owned()),
            ]
        },
    ),
    State::new(
        "elsewhere, and installed there",
        Blocked,
        "ok       folder of hooks   tools/hooks: ",
        |repo| {
            repo.git(&["config", "core.hooksPath", "tools/hooks"]);
            install(repo)
        },
    ),
    State::new(
        "for all repositories",
        Blocked,
        "guard-hooks/pre-commit runs ",
        |repo| {
            repo.guard(&["install", "--global"]).exits(0);
            Vec::new()
        },
    ),
    State::new(
        "another hook for all repositories, this one here",
        Blocked,
        "guard-hooks/pre-commit hands on: .git/hooks/pre-commit runs ",
        |repo| {
            install(repo);
            repo.guard(&["install", "--global", "--hook", "pre-push"])
                .exits(0);
            Vec::new()
        },
    ),
    State::new(
        "another hook for all repositories, none here",
        Passes,
        "hands on: there is no .git/hooks/pre-commit",
        |repo| {
            repo.guard(&["install", "--global", "--hook", "pre-push"])
                .exits(0);
            Vec::new()
        },
    ),
    State::new(
        "a broken pattern file",
        Refused,
        "FAIL     pattern file      patterns.toml:1:1: ",
        |repo| {
            install(repo);
            repo.write("patterns.toml", "blok = 1\n").stage();
            Vec::new()
        },
    ),
    State::new(
        "a pattern file",
        Blocked,
        "ok       pattern file      patterns.toml is valid",
        |repo| {
            install(repo);
            repo.write("patterns.toml", "[settings]\nblock = \"high\"\n")
                .stage();
            Vec::new()
        },
    ),
    State::new(
        "a pattern file that is not staged",
        Blocked,
        "warning  pattern file      patterns.toml is not staged",
        |repo| {
            install(repo);
            repo.write("patterns.toml", "[settings]\nblock = \"high\"\n");
            Vec::new()
        },
    ),
    State::new(
        "variables of managers that are not here",
        Blocked,
        "ok       environment",
        |repo| {
            install(repo);
            vec![
                ("HUSKY", "0".to_owned()),
                ("LEFTHOOK", "0".to_owned()),
                ("SKIP", "guard".to_owned()),
            ]
        },
    ),
];

#[test]
fn each_verdict_is_what_git_does() {
    for state in STATES {
        state.is_told();
    }
}
