//! `guard install`: hooks that read arguments or standard input, alone and after an earlier one.
//!
//! A script that writes down what it is told stands in for the binary.

use crate::install_place::binary_at;
use crate::support::{Ran, Repo, run, run_with_input, set_mode};
use std::fs;
use std::path::Path;

const HOOKS: [&str; 6] = [
    "pre-commit",
    "pre-merge-commit",
    "commit-msg",
    "pre-push",
    "pre-receive",
    "update",
];

/// Writes the program that the hooks of a test run: it keeps its arguments, one a line, and all of
/// its standard input beside it.
fn write_recorder(at: &Path) {
    let script = "#!/bin/sh\n\
        if [ \"$1\" = --version ]; then cat >/dev/null; echo 'guard 9.9.9'; exit; fi\n\
        printf '%s\\n' \"$@\" >\"$0.arguments\"\n\
        cat >\"$0.input\"\n";
    fs::write(at, script).expect("may write");
    set_mode(at, 0o755);
}

/// Installs `hook` into `folder` so that it runs a program that writes down what it is told.
fn install_recorder(repo: &Repo, folder: &Path, hook: &str) {
    let binary = repo.beside("bin/guard");
    // The place of an earlier one is taken over.
    let _ = fs::remove_file(&binary);
    binary_at(&binary);
    run(repo
        .program(&binary, folder)
        .args(["install", "--hook", hook]))
    .exits(0);
    fs::remove_file(&binary).expect("it was just made");
    write_recorder(&binary);
}

/// What the program that stands for guard was told: its arguments and its standard input.
fn told(repo: &Repo) -> Option<(String, Vec<u8>)> {
    let arguments = fs::read_to_string(repo.beside("bin/guard.arguments")).ok()?;
    let input = fs::read(repo.beside("bin/guard.input")).expect("it is written with the other");
    Some((arguments, input))
}

/// Writes an earlier hook that keeps what it reads beside the repository.
fn write_earlier(repo: &Repo, path: &Path, end: &str) {
    let kept = repo.beside("earlier");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >'{0}.arguments'\ncat >'{0}.input'\n{end}\n",
        kept.display()
    );
    fs::write(path, script).expect("may write");
    set_mode(path, 0o755);
}

/// Runs an installed hook as git does, with `input`.
fn run_hook(repo: &Repo, hook: &str, arguments: &[&str], input: &[u8]) -> Ran {
    let mut program = repo.program(repo.path(".git/hooks").join(hook), repo.top());
    run_with_input(program.args(arguments), input)
}

#[test]
fn a_push_tells_guard_and_an_earlier_hook_the_same() {
    for has_earlier in [false, true] {
        let repo = Repo::new();
        repo.write("a.txt", "a\n").commit("first");
        let url = repo.beside("remote.git").display().to_string();
        repo.git(&["init", "--quiet", "--bare", &url]);
        if has_earlier {
            write_earlier(&repo, &repo.path(".git/hooks/pre-push"), "");
        }
        install_recorder(&repo, repo.top(), "pre-push");
        repo.git(&["branch", "side"]);
        repo.git(&["push", "--quiet", &url, "main", "side:refs/heads/other"]);
        let head = repo.head();
        let none = "0".repeat(40);
        let lines = format!(
            "refs/heads/main {head} refs/heads/main {none}\n\
             refs/heads/side {head} refs/heads/other {none}\n"
        );
        let (arguments, input) = told(&repo).expect("guard was run");
        assert_eq!(arguments, format!("hook\npre-push\n{url}\n{url}\n"));
        assert_eq!(String::from_utf8_lossy(&input), lines);
        if has_earlier {
            let read = |name| fs::read(repo.beside(name)).expect("the earlier hook was run");
            assert_eq!(
                read("earlier.arguments"),
                format!("{url}\n{url}\n").as_bytes()
            );
            assert_eq!(read("earlier.input"), input);
        }
        // Up to date: git says nothing, and nothing is what both read.
        repo.git(&["push", "--quiet", &url, "main"]);
        assert_eq!(told(&repo).expect("guard was run").1, b"");
    }
}

#[test]
fn what_git_says_comes_through_to_the_byte() {
    let many = (0..20_000).fold(Vec::new(), |mut lines, number| {
        lines.extend_from_slice(b"refs/heads/caf\xe9-");
        lines.extend_from_slice(format!("{number} {0} x {0}\n", "a".repeat(40)).as_bytes());
        lines
    });
    for (end, is_read) in [("", true), ("exit 0", true), ("", false)] {
        let repo = Repo::new();
        let earlier = repo.path(".git/hooks/pre-push");
        write_earlier(&repo, &earlier, end);
        if !is_read {
            fs::write(&earlier, "#!/bin/sh\nexit 0\n").expect("may write");
        }
        install_recorder(&repo, repo.top(), "pre-push");
        for input in [&many[..], b"", b"\n\n", b"no line end", b"\\n %s $x `id`\n"] {
            run_hook(&repo, "pre-push", &["a b", "", "*"], input).exits(0);
            let (arguments, read) = told(&repo).expect("guard was run");
            assert_eq!(arguments, "hook\npre-push\na b\n\n*\n");
            assert!(read == input, "{} of {} bytes", read.len(), input.len());
            if is_read {
                let read = fs::read(repo.beside("earlier.input")).expect("it was run");
                assert!(read == input, "{} of {} bytes", read.len(), input.len());
            }
        }
    }
}

#[test]
fn an_earlier_hook_that_refuses_ends_it() {
    for hook in HOOKS {
        let repo = Repo::new();
        let earlier = repo.path(".git/hooks").join(hook);
        write_earlier(&repo, &earlier, "exit 23");
        install_recorder(&repo, repo.top(), hook);
        run_hook(&repo, hook, &["argument"], b"line\n").exits(23);
        assert_eq!(told(&repo), None, "{hook}");
        let arguments = fs::read_to_string(repo.beside("earlier.arguments"));
        assert_eq!(arguments.expect("it was run"), "argument\n");
    }
}

#[test]
fn the_status_of_guard_is_the_status_of_the_hook() {
    for hook in HOOKS {
        for has_earlier in [false, true] {
            let repo = Repo::new();
            if has_earlier {
                write_earlier(&repo, &repo.path(".git/hooks").join(hook), "");
            }
            install_recorder(&repo, repo.top(), hook);
            for status in [0, 1, 2] {
                let script = format!("#!/bin/sh\nexit {status}\n");
                fs::write(repo.beside("bin/guard"), script).expect("may write");
                run_hook(&repo, hook, &[], b"line\n").exits(status);
            }
        }
    }
}

#[test]
fn a_server_tells_guard_what_is_pushed() {
    let repo = Repo::new();
    repo.write("a.txt", "a\n").commit("first");
    let server = repo.beside("remote.git");
    let url = server.display().to_string();
    repo.git(&["init", "--quiet", "--bare", &url]);
    write_earlier(&repo, &server.join("hooks/pre-receive"), "");
    install_recorder(&repo, &server, "pre-receive");
    let none = "0".repeat(40);
    let line = format!("{none} {} refs/heads/main\n", repo.head());
    repo.git(&["push", "--quiet", &url, "main"]);
    let (arguments, input) = told(&repo).expect("guard was run");
    assert_eq!(arguments, "hook\npre-receive\n");
    assert_eq!(String::from_utf8_lossy(&input), line);
    let earlier = fs::read(repo.beside("earlier.input")).expect("it was run");
    assert_eq!(earlier, input);

    install_recorder(&repo, &server, "update");
    repo.git(&["push", "--quiet", &url, "main:other"]);
    let (arguments, _) = told(&repo).expect("guard was run");
    let head = repo.head();
    assert_eq!(
        arguments,
        format!("hook\nupdate\nrefs/heads/other\n{none}\n{head}\n")
    );
}

#[test]
fn a_message_is_shown_to_guard() {
    let repo = Repo::new();
    install_recorder(&repo, repo.top(), "commit-msg");
    repo.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
    let (arguments, _) = told(&repo).expect("guard was run");
    assert_eq!(arguments, "hook\ncommit-msg\n.git/COMMIT_EDITMSG\n");
}

#[test]
fn without_the_binary_each_hook_says_what_does_not_happen() {
    for (hook, undone) in [
        ("pre-commit", "nothing is committed"),
        ("pre-merge-commit", "nothing is committed"),
        ("commit-msg", "nothing is committed"),
        ("pre-push", "nothing is pushed"),
        ("pre-receive", "nothing is received"),
        ("update", "nothing is received"),
    ] {
        let repo = Repo::new();
        install_recorder(&repo, repo.top(), hook);
        fs::remove_file(repo.beside("bin/guard")).expect("it was just made");
        run_hook(&repo, hook, &[], b"line\n")
            .exits(1)
            .complains("guard: error: the guard binary is gone from ")
            .complains(undone);
    }
}

#[test]
fn a_binary_on_the_path_is_asked_its_name_without_what_git_says() {
    let repo = Repo::new();
    install_recorder(&repo, repo.top(), "pre-push");
    fs::rename(repo.beside("bin"), repo.beside("moved")).expect("it was just made");
    let path = std::env::var("PATH").expect("it is set");
    let mut program = repo.program(repo.path(".git/hooks/pre-push"), repo.top());
    program.env("PATH", format!("{}:{path}", repo.beside("moved").display()));
    run_with_input(&mut program, b"line\n").exits(0);
    let input = fs::read(repo.beside("moved/guard.input")).expect("guard was run");
    assert_eq!(input, b"line\n");
}

#[test]
fn an_earlier_hook_runs_from_a_hook_that_was_renamed() {
    // So does pre-commit with a hook that was there before it.
    let repo = Repo::new();
    write_earlier(&repo, &repo.path(".git/hooks/pre-commit"), "");
    install_recorder(&repo, repo.top(), "pre-commit");
    let hooks = repo.path(".git/hooks");
    fs::rename(hooks.join("pre-commit"), hooks.join("pre-commit.legacy")).expect("may write");
    run_hook(&repo, "pre-commit.legacy", &["x"], b"").exits(0);
    let arguments = fs::read_to_string(repo.beside("earlier.arguments"));
    assert_eq!(arguments.expect("it was run"), "x\n");
    assert_eq!(
        told(&repo).expect("guard was run").0,
        "hook\npre-commit\nx\n"
    );
}
