//! A6: what the installed script does when guard fails, and what happens when it is not run.

use crate::given::{link, staged, write};
use crate::support::{GUARD, Repo, run, set_mode};
use crate::table::Outcome::{Blocked, Clean, Refused, Unasked};
use crate::table::{Case, Ended, Plant, by_git, by_hand, commit};
use std::fs;

groups! {
    a6_the_program_fails: A6,
    a6_the_hook_is_not_run: A6_NOT_RUN,
}

const A6: &[Case] = &[
    Case {
        id: "A6.gone",
        state: "the binary was deleted, none is on the PATH",
        why: "a hook that cannot check must not let anything through",
        secret: Refused(&[
            "the guard binary is gone from ",
            "nothing was checked and nothing is committed",
            "install it again, or take this hook out: rm '",
        ]),
        twin: None,
        run: |plant| {
            let repo = staged(plant);
            lead_to(&repo, "nowhere/guard");
            commit(&repo, &[])
        },
    },
    Case {
        id: "A6.moved",
        state: "the binary was deleted, guard is on the PATH",
        why: "an update may have put it elsewhere",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            lead_to(&repo, "nowhere/guard");
            link(GUARD, &repo.beside("guard"));
            commit_with_path(&repo)
        },
    },
    Case {
        id: "A6.stranger",
        state: "the binary was deleted, another program called `guard` is on the PATH",
        why: "its exit status 0 says nothing",
        secret: Refused(&["the guard binary is gone from "]),
        twin: None,
        run: |plant| {
            let repo = staged(plant);
            lead_to(&repo, "nowhere/guard");
            program(&repo, "guard", "#!/bin/sh\necho Guard 2.18\n");
            commit_with_path(&repo)
        },
    },
    Case {
        id: "A6.not-executable",
        state: "the binary is not executable any more",
        why: "as if it were gone",
        secret: Refused(&["the guard binary is gone from "]),
        twin: None,
        run: |plant| {
            let repo = staged(plant);
            program(&repo, "guard", "");
            set_mode(&repo.beside("guard"), 0o644);
            lead_to(&repo, "guard");
            commit(&repo, &[])
        },
    },
    Case {
        id: "A6.empty",
        state: "the binary is an empty file, as a full disk or a crash leaves it",
        why: "a shell takes an empty file for a script that succeeds",
        secret: Refused(&["guard: error: "]),
        twin: None,
        run: |plant| with_program(plant, ""),
    },
    Case {
        id: "A6.zeros",
        state: "the binary is a file of NUL bytes, as a crash leaves it",
        why: "a shell may take it for a script that succeeds",
        secret: Refused(&[]),
        twin: None,
        run: |plant| with_program(plant, [0; 4096]),
    },
    Case {
        id: "A6.garbage",
        state: "the binary is cut off",
        why: "it cannot be run",
        secret: Refused(&[]),
        twin: None,
        run: |plant| {
            let repo = staged(plant);
            let whole = fs::read(GUARD).expect("it was built");
            program(&repo, "guard", &whole[..4096]);
            lead_to(&repo, "guard");
            commit(&repo, &[])
        },
    },
    Case {
        id: "A6.folder",
        state: "a folder lies where the binary was",
        why: "a folder is executable, too, in the eyes of `test -x`",
        secret: Refused(&[]),
        twin: None,
        run: |plant| {
            let repo = staged(plant);
            lead_to(&repo, "home");
            commit(&repo, &[])
        },
    },
    Case {
        id: "A6.killed",
        state: "guard is ended by SIGKILL",
        why: "git refuses the commit of a hook that a signal ended",
        secret: Refused(&[]),
        twin: None,
        run: |plant| with_program(plant, "#!/bin/sh\nkill -KILL $$\n"),
    },
    Case {
        id: "A6.segfault",
        state: "guard is ended by SIGSEGV",
        why: "git refuses the commit of a hook that a signal ended",
        secret: Refused(&[]),
        twin: None,
        run: |plant| with_program(plant, "#!/bin/sh\nkill -SEGV $$\n"),
    },
    Case {
        id: "A6.panic",
        state: "guard ends with 101, as a panic does",
        why: "the script hands on every exit status",
        secret: Refused(&[]),
        twin: None,
        run: |plant| with_program(plant, "#!/bin/sh\nexit 101\n"),
    },
    Case {
        id: "A6.interpreter",
        state: "what is called guard is a script whose interpreter is not there",
        why: "a shell makes 126 or 127 of it",
        secret: Refused(&[]),
        twin: None,
        run: |plant| with_program(plant, "#!/no/such/program\n"),
    },
    Case {
        id: "A6.memory",
        state: "guard is given less memory than it needs to begin",
        why: "whatever ends it, it is no pass",
        secret: Refused(&[]),
        twin: None,
        run: |plant| {
            let limited = format!("#!/bin/sh\nulimit -v 8000\nexec '{GUARD}' \"$@\"\n");
            with_program(plant, limited)
        },
    },
    Case {
        id: "A6.files",
        state: "guard may open no more than one file at a time",
        why: "it needs no more, and what it cannot open it refuses",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let limited = format!("#!/bin/sh\nulimit -n 4\nexec '{GUARD}' \"$@\"\n");
            with_program(plant, limited)
        },
    },
];

const A6_NOT_RUN: &[Case] = &[
    Case {
        id: "A6.mode",
        state: "the hook is not executable; `guard doctor`, `git commit`, then `guard check`",
        why: "git prints a hint and commits; the commit is found before it leaves the machine",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            set_mode(&repo.path(".git/hooks/pre-commit"), 0o644);
            repo.guard(&["doctor"]).exits(1);
            Unasked.judge(&commit(&repo, &[]));
            by_hand(repo.guard(&["check"]))
        },
    },
    Case {
        id: "A6.mode-mended",
        state: "the hook is not executable; `guard install` again, then `git commit`",
        why: "installing mends the mode",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            set_mode(&repo.path(".git/hooks/pre-commit"), 0o644);
            repo.guard(&["install"]).exits(0);
            commit(&repo, &[])
        },
    },
    Case {
        id: "A6.emptied",
        state: "the hook was emptied; `guard doctor`, `git commit`, then `guard check`",
        why: "git takes an empty hook for one that agrees",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.write(".git/hooks/pre-commit", "");
            repo.guard(&["doctor"]).exits(1);
            Unasked.judge(&commit(&repo, &[]));
            by_hand(repo.guard(&["check"]))
        },
    },
    Case {
        id: "A6.shadowed",
        state: "core.hooksPath leads elsewhere; `guard doctor`, `git commit`, then `guard check`",
        why: "git does not look into `.git/hooks`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.git(&["config", "core.hooksPath", "no-hooks"]);
            repo.guard(&["doctor"]).exits(1);
            Unasked.judge(&commit(&repo, &[]));
            by_hand(repo.guard(&["check"]))
        },
    },
    Case {
        id: "A6.hooks-path",
        state: "`guard install` with core.hooksPath in the work tree",
        why: "the hook goes where git looks",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            repo.git(&["config", "core.hooksPath", "team hooks"]);
            repo.guard(&["install"]).exits(0);
            repo.write("a.py", plant.line());
            repo.git(&["add", "a.py"]);
            commit(&repo, &[])
        },
    },
];

/// Writes an executable file beside the repository.
fn program(repo: &Repo, name: &str, content: impl AsRef<[u8]>) {
    write(&repo.beside(name), content);
    set_mode(&repo.beside(name), 0o755);
}

/// Makes the installed hook run another program in guard's place.
fn lead_to(repo: &Repo, beside: &str) {
    let hook = repo.path(".git/hooks/pre-commit");
    let script = fs::read_to_string(&hook).expect("it was installed");
    assert!(
        script.contains(GUARD),
        "the hook names the binary: {script}"
    );
    let other = repo.beside(beside).display().to_string();
    write(&hook, script.replace(GUARD, &other));
}

/// Runs `git commit` with another program in guard's place.
fn with_program(plant: &Plant, content: impl AsRef<[u8]>) -> Ended {
    let repo = staged(plant);
    program(&repo, "guard", content);
    lead_to(&repo, "guard");
    commit(&repo, &[])
}

/// Runs `git commit` with the folder around the repository on the PATH.
fn commit_with_path(repo: &Repo) -> Ended {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":");
    path.push(repo.beside(""));
    let mut git = repo.git_command(repo.top());
    git.args(["commit", "-m", "x"]).env("PATH", path);
    by_git(run(&mut git))
}
