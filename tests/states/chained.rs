//! A6 to A8: hooks beside guard's, and commits that are cut short.

use crate::given::{staged, two_files, write};
use crate::support::{GUARD, Repo, run};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Ended, Plant, by_git, by_hand, commit};

groups! {
    a6_an_earlier_hook: A6_EARLIER,
    a7_a_hook_that_stages: A7,
    a8_a_commit_that_is_cut_short: A8,
}

const A6_EARLIER: &[Case] = &[
    Case {
        id: "A6.earlier-passes",
        state: "an earlier hook that agrees",
        why: "guard runs after it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_earlier(plant, "#!/bin/sh\nexit 0\n", 0o755),
    },
    Case {
        id: "A6.earlier-empty",
        state: "an earlier hook that is empty",
        why: "git would take it for one that agrees",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_earlier(plant, "", 0o755),
    },
    Case {
        id: "A6.earlier-not-executable",
        state: "an earlier hook that git would not run",
        why: "it stays as dead as it was, and guard runs",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_earlier(plant, "#!/bin/sh\nexit 1\n", 0o644),
    },
    Case {
        id: "A6.earlier-refuses",
        state: "an earlier hook that refuses",
        why: "its word counts as before",
        secret: Refused(&["not on a Friday"]),
        twin: Some(Refused(&["not on a Friday"])),
        run: |plant| {
            with_earlier(
                plant,
                "#!/bin/sh\necho not on a Friday >&2\nexit 3\n",
                0o755,
            )
        },
    },
    Case {
        id: "A6.earlier-killed",
        state: "an earlier hook that is ended by SIGKILL",
        why: "what did not finish did not agree",
        secret: Refused(&[]),
        twin: Some(Refused(&[])),
        run: |plant| with_earlier(plant, "#!/bin/sh\nkill -KILL $$\n", 0o755),
    },
    Case {
        id: "A6.earlier-interpreter",
        state: "an earlier hook with CRLF line ends",
        why: "its interpreter is not found, as before",
        secret: Refused(&[]),
        twin: Some(Refused(&[])),
        run: |plant| with_earlier(plant, "#!/bin/sh\r\nexit 0\r\n", 0o755),
    },
    Case {
        id: "A6.earlier-variables",
        state: "an earlier hook that works in a repository of its own",
        why: "what it does to its variables and its folder is its own affair",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let script = "#!/bin/sh\nunset GIT_INDEX_FILE GIT_DIR\ncd \"$HOME\" && git init -q . \
                          && git commit -q --no-verify --allow-empty -m x\n";
            with_earlier(plant, script, 0o755)
        },
    },
];

const A7: &[Case] = &[
    Case {
        id: "A7.before",
        state: "an earlier hook that stages another file",
        why: "guard runs after it and reads the index as it then is",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", "a = 2\n").stage();
            repo.write("c.py", plant.line());
            earlier(&repo, "#!/bin/sh\ngit add c.py\n", 0o755);
            by_git(repo.try_git(&["commit", "--message", "x"]))
        },
    },
    Case {
        id: "A7.mended",
        state: "an earlier hook that takes the text out again and stages the file",
        why: "what it mended is not committed",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            earlier(
                &repo,
                "#!/bin/sh\necho 'a = 2' >a.py && git add a.py\n",
                0o755,
            );
            by_git(repo.try_git(&["commit", "--message", "x"]))
        },
    },
    Case {
        id: "A7.after",
        state: "a hook that calls guard and stages a file afterwards, then `guard check`",
        why: "git commits what was staged last; the commit is found before it leaves the machine",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", "a = 2\n").stage();
            repo.write("c.py", plant.line());
            let script = format!("#!/bin/sh\n'{GUARD}' hook pre-commit && git add c.py\n");
            repo.write_hook(".git/hooks/pre-commit", &script, 0o755);
            Clean.judge(&by_git(repo.try_git(&["commit", "--message", "x"])));
            by_hand(repo.guard(&["check"]))
        },
    },
];

const A8: &[Case] = &[
    Case {
        id: "A8.locked",
        state: "`guard check --staged` while `.git/index.lock` is there",
        why: "guard takes no lock and waits for none",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.write(".git/index.lock", "");
            by_hand(repo.staged())
        },
    },
    Case {
        id: "A8.killed",
        state: "the hook is ended by SIGKILL; `git commit` again",
        why: "git refuses the first commit and leaves no lock, so that the second is checked",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| after_a_signal(plant, "KILL"),
    },
    Case {
        id: "A8.interrupted",
        state: "the hook is ended by SIGINT; `git commit` again",
        why: "git refuses the first commit and leaves no lock, so that the second is checked",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| after_a_signal(plant, "INT"),
    },
    Case {
        id: "A8.left-over",
        state: "git was ended by SIGKILL while the hook ran: `.git/index.lock` is left",
        why: "git refuses to commit until it is removed; guard says what is staged all the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line());
            let script = "#!/bin/sh\nkill -KILL $(ps -o ppid= -p $PPID)\n";
            earlier(&repo, script, 0o755);
            let before = repo.head();
            let ran = repo.try_git(&["commit", "--all", "--message", "x"]);
            assert_eq!(ran.code, None, "a signal ended git: {ran}");
            assert!(repo.path(".git/index.lock").exists(), "{ran}");
            assert_eq!(repo.head(), before);
            let mut guard = repo.guard_command();
            guard.env("GIT_INDEX_FILE", ".git/index.lock");
            by_hand(run(guard.args(["check", "--staged"])))
        },
    },
    Case {
        id: "A8.unchanged",
        state: "`guard hook pre-commit`, and every file of the repository looked at afterwards",
        why: "guard writes nothing into the repository",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            let marker = repo.beside("marker");
            write(&marker, "");
            let ran = repo.guard(&["hook", "pre-commit"]);
            let mut find = repo.program("find", repo.top());
            let newer = run(find.args([".", "-newer"]).arg(&marker));
            assert_eq!(newer.exits(0).stdout, "", "written by guard");
            by_hand(ran)
        },
    },
    Case {
        id: "A8.read-only",
        state: "`guard check --staged` in a repository that cannot be written",
        why: "reading needs no right to write",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            let mode = |mode: &str| {
                let mut chmod = repo.program("chmod", repo.top());
                run(chmod.args(["-R", mode, "."])).exits(0);
            };
            mode("a-w");
            let ran = repo.staged();
            mode("u+w");
            by_hand(ran)
        },
    },
];

/// Puts a hook where guard finds one when it is installed.
fn earlier(repo: &Repo, script: &str, mode: u32) {
    repo.remove(".git/hooks/pre-commit")
        .write_hook(".git/hooks/pre-commit", script, mode);
    repo.guard(&["install"]).exits(0);
}

/// Runs `git commit` with an earlier hook.
fn with_earlier(plant: &Plant, script: &str, mode: u32) -> Ended {
    let repo = staged(plant);
    earlier(&repo, script, mode);
    commit(&repo, &[])
}

/// Runs `git commit` twice; a signal ends the hook of the first.
fn after_a_signal(plant: &Plant, signal: &str) -> Ended {
    let repo = staged(plant);
    earlier(
        &repo,
        &format!("#!/bin/sh\nkill -{signal} $PPID\nsleep 1\n"),
        0o755,
    );
    Refused(&[]).judge(&commit(&repo, &[]));
    repo.write_hook(".git/hooks/pre-commit.before-guard", "#!/bin/sh\n", 0o755);
    commit(&repo, &[])
}
