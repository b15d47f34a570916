//! B9: what arrives at a server, before anything is taken, and the rules in force there.

use crate::given::{install, two_files_unguarded, write};
use crate::support::{GUARD, Repo, key_line, run, set_mode};
use crate::table::Outcome::{Blocked, Clean, Nothing, Refused};
use crate::table::{Case, Ended, Plant, by_git};
use std::process::Command;

groups! {
    b9_what_arrives: B9,
    b9_the_rules_in_force: B9_RULES,
}

const B9: &[Case] = &[
    Case {
        id: "B9.branch",
        state: "a push to a branch of the server",
        why: "the new objects lie in the quarantine that GIT_OBJECT_DIRECTORY names",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&committed(plant), &["main"]),
    },
    Case {
        id: "B9.new-branch",
        state: "a push of a new branch",
        why: "what any branch of the server has is old, all else is new",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&committed(plant), &["main:refs/heads/topic"]),
    },
    Case {
        id: "B9.odd-reference",
        state: "a push to a reference that is neither branch nor tag",
        why: "a reference is a reference",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&committed(plant), &["main:refs/for/review"]),
    },
    Case {
        id: "B9.taken-out",
        state: "two commits: one adds the text, the next takes it out",
        why: "each commit arrives, not their sum",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.write("a.py", "a = 1\n").commit("taken out");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.several",
        state: "two branches in one push, the text in the second",
        why: "the whole push is refused",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            repo.write("b.py", "b = 2\n").commit("on main");
            repo.git(&["switch", "--quiet", "--create", "topic", "main~1"]);
            repo.write("c.py", plant.line()).commit("on a topic");
            push(&repo, &["main", "topic"])
        },
    },
    Case {
        id: "B9.forced",
        state: "a forced push of a commit that was amended, the text old",
        why: "the new commit is new with all that it changes",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            repo.write("b.py", "b = 2\n").commit("one");
            Clean.judge(&push(&repo, &["main"]));
            repo.write("a.py", plant.line()).stage();
            repo.git(&["commit", "--quiet", "--no-verify", "--amend", "-m", "two"]);
            push(&repo, &["--force", "main"])
        },
    },
    Case {
        id: "B9.deleted",
        state: "a branch is deleted",
        why: "nothing arrives",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = with_server();
            let mut git = repo.git_command(&repo.beside("server.git"));
            run(git.args(["branch", "topic"])).exits(0);
            repo.write("a.py", plant.line()).commit("not pushed");
            push(&repo, &["--delete", "topic"])
        },
    },
    Case {
        id: "B9.message",
        state: "a commit with the text in its message",
        why: "messages arrive as well",
        secret: Blocked(&["COMMIT_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            repo.write("b.py", "b = 2\n").commit(&plant.line());
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.annotated",
        state: "a tag with the text in its message, on an old commit",
        why: "the tag is new",
        secret: Blocked(&["TAG_EDITMSG:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            repo.git(&["tag", "--annotate", "v1", "-m", &plant.line()]);
            push(&repo, &["v1"])
        },
    },
    Case {
        id: "B9.blob",
        state: "a tag of a blob with the text",
        why: "a tag may name anything",
        secret: Blocked(&["refs/tags/v1:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            repo.git(&["tag", "v1", &repo.blob(plant.line())]);
            push(&repo, &["v1"])
        },
    },
    Case {
        id: "B9.again",
        state: "a push that was refused once, sent again",
        why: "the quarantine was thrown away: nothing of the first push is old",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Nothing),
        run: |plant| {
            let repo = committed(plant);
            let first = push(&repo, &["main:refs/heads/one"]);
            if plant.is_secret() {
                Blocked(&["a.py:1"]).judge(&first);
            }
            push(&repo, &["main:refs/heads/two"])
        },
    },
    Case {
        id: "B9.left-over",
        state: "the objects of the push lie on the server already, and no reference leads to them",
        why: "what was deleted is no part of the server any more",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let unguarded = ["-c", "core.hooksPath=/dev/null"];
            let mut git = repo.git_command(&repo.beside("server.git"));
            run(git
                .args(unguarded)
                .args(["fetch", "--quiet", "../repo", "main"]))
            .exits(0);
            std::fs::remove_file(repo.beside("server.git/FETCH_HEAD")).expect("git made it");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.earlier",
        state: "an earlier pre-receive hook that reads all that git says",
        why: "guard is told the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let path = repo.beside("server.git/hooks/pre-receive");
            std::fs::remove_file(&path).expect("it was installed");
            write(
                &path,
                "#!/bin/sh\nread -r line && test -n \"$line\" && cat >/dev/null\n",
            );
            set_mode(&path, 0o755);
            install(&repo, &repo.beside("server.git"), "pre-receive");
            push(&repo, &["main"])
        },
    },
];

const B9_RULES: &[Case] = &[
    Case {
        id: "B9.patterns-pushed",
        state: "the push brings a patterns.toml that excludes everything",
        why: "what arrives does not decide how it is looked at",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_server();
            repo.write("patterns.toml", "[settings]\nexclude = [\"**\"]\n")
                .write("a.py", plant.line())
                .commit("with it");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.patterns-trusted",
        state: "the server's own branch has a patterns.toml that excludes `vendor`",
        why: "the rules that were agreed on are in force",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = agreed("[settings]\nexclude = [\"vendor/**\"]\n");
            repo.write("vendor/b.py", key_line(9))
                .write("a.py", plant.line())
                .remove("patterns.toml")
                .commit("with it");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.patterns-from",
        state: "the hook takes the rules from a branch of its own (`--config-from`)",
        why: "nobody who may push to the default branch may change them",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = agreed("[settings]\nexclude = [\"**\"]\n");
            repo.git(&[
                "push",
                "--quiet",
                "--no-verify",
                "server",
                "main~1:refs/heads/rules",
            ]);
            with_rules(&repo);
            repo.write("a.py", plant.line()).commit("with it");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.patterns-lost",
        state: "the hook is to take the rules from a branch that is not there",
        why: "rules that cannot be read are not in force",
        secret: Refused(&["`rules` is not a revision of this repository"]),
        twin: Some(Refused(&["`rules` is not a revision of this repository"])),
        run: |plant| {
            let repo = committed(plant);
            with_rules(&repo);
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.patterns-broken",
        state: "the server's own patterns.toml has a fault",
        why: "rules that cannot be read are not in force",
        secret: Refused(&["patterns.toml:2:1: unknown key `blok`"]),
        twin: Some(Refused(&["patterns.toml:2:1: unknown key `blok`"])),
        run: |plant| {
            let repo = agreed("[settings]\nblok = 1\n");
            repo.write("a.py", plant.line()).commit("with it");
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.first",
        state: "the first push to an empty server",
        why: "there is no branch to take rules from: those of guard itself are in force",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files_unguarded();
            repo.write("patterns.toml", "[settings]\nexclude = [\"**\"]\n")
                .write("a.py", plant.line())
                .commit("with it");
            serve(
                &repo,
                &[
                    "init",
                    "--quiet",
                    "--bare",
                    "--initial-branch=main",
                    "server.git",
                ],
            );
            push(&repo, &["main"])
        },
    },
    Case {
        id: "B9.headless",
        state: "HEAD of the server names a branch that is not there, others are",
        why: "there is no branch to take rules from: those of guard itself are in force",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = agreed("[settings]\nexclude = [\"**\"]\n");
            let mut git = repo.git_command(&repo.beside("server.git"));
            run(git.args(["symbolic-ref", "HEAD", "refs/heads/trunk"])).exits(0);
            repo.write("a.py", plant.line()).commit("with it");
            push(&repo, &["main"])
        },
    },
];

/// Makes a server that asks guard, by a command of git's that leaves `server.git` beside.
pub(crate) fn serve(repo: &Repo, command: &[&str]) {
    run(repo.git_command(&repo.beside("")).args(command)).exits(0);
    install(repo, &repo.beside("server.git"), "pre-receive");
}

/// Makes the server take the rules from the branch `rules`.
fn with_rules(repo: &Repo) {
    let path = repo.beside("server.git/hooks/pre-receive");
    let script = format!("#!/bin/sh\nexec '{GUARD}' hook pre-receive --config-from rules\n");
    write(&path, script);
    set_mode(&path, 0o755);
}

/// A repository and its server, which has all that it has, and asks guard from now on.
pub(crate) fn with_server() -> Repo {
    let repo = two_files_unguarded();
    serve(&repo, &["clone", "--quiet", "--bare", "repo", "server.git"]);
    repo.git(&["remote", "add", "server", "../server.git"]);
    repo
}

/// The same, and a commit with the text in `a.py` that the server does not have.
pub(crate) fn committed(plant: &Plant) -> Repo {
    let repo = with_server();
    repo.write("a.py", plant.line()).commit("with it");
    repo
}

/// A repository and its server; both have a patterns.toml.
fn agreed(patterns: &str) -> Repo {
    let repo = two_files_unguarded();
    repo.write("patterns.toml", patterns).commit("rules");
    serve(&repo, &["clone", "--quiet", "--bare", "repo", "server.git"]);
    repo.git(&["remote", "add", "server", "../server.git"]);
    repo
}

/// Runs `git push` to the server.
pub(crate) fn push(repo: &Repo, arguments: &[&str]) -> Ended {
    let (options, references): (Vec<&str>, Vec<&str>) =
        arguments.iter().partition(|word| word.starts_with("--"));
    let mut git = repo.git_command(repo.top());
    git.arg("push").args(options);
    let to = if repo.git(&["remote"]).is_empty() {
        "../server.git"
    } else {
        "server"
    };
    pushed(repo, git.arg(to).args(references))
}

/// Runs a push to the server; when it is refused, nothing has changed there.
pub(crate) fn pushed(repo: &Repo, command: &mut Command) -> Ended {
    let there = || {
        let mut git = repo.git_command(&repo.beside("server.git"));
        git.args(["-c", "safe.directory=*", "for-each-ref"]);
        run(&mut git).exits(0).stdout.clone()
    };
    let before = there();
    let mut ran = run(command);
    if ran.code != Some(0) {
        assert_eq!(there(), before, "{ran}");
    }
    // What the server says reaches the pusher behind this word, filled up with spaces.
    let lines = ran
        .stderr
        .lines()
        .map(|line| line.strip_prefix("remote: ").unwrap_or(line).trim_end());
    ran.stderr = lines.collect::<Vec<_>>().join("\n");
    by_git(ran)
}
