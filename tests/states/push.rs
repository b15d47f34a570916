//! B6: branches that are pushed, each commit on its own.

use crate::given::{install, write};
use crate::pushed::{committed, judged_push, push, with_remote};
use crate::support::{key_line, run};
use crate::table::Case;
use crate::table::Outcome::{Blocked, Clean, Unasked};

groups! {
    b6_what_is_pushed: B6,
}

const B6: &[Case] = &[
    Case {
        id: "B6.branch",
        state: "`git push` of a branch that the remote has",
        why: "git names the old and the new commit",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&committed(plant), &["origin", "main"]),
    },
    Case {
        id: "B6.new-branch",
        state: "`git push` of a new branch",
        why: "the remote's id is all zeros",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&committed(plant), &["origin", "main:refs/heads/topic"]),
    },
    Case {
        id: "B6.old",
        state: "`git push` of a branch whose old commits, at the remote, hold a key",
        why: "what has left already is no news",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("a.py", key_line(9)).commit("an old key");
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            repo.write("a.py", format!("{}{}", key_line(9), plant.line()))
                .commit("more");
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.taken-out",
        state: "two new commits: one adds the text, the next takes it out",
        why: "each commit is pushed, not their sum",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.write("a.py", "a = 1\n").commit("taken out");
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.merged",
        state: "a merge that brings a branch with the text, and takes it out again itself",
        why: "the commits of the branch are pushed with it",
        secret: Blocked(&["side.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("side.py", plant.line()).commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
            repo.write("side.py", "x = 1\n").commit("merged");
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.merge-itself",
        state: "a merge that brings the text itself",
        why: "what is in no parent of a merge is new in it",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("side.py", "x = 1\n").commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
            repo.write("b.py", plant.line()).commit("merged");
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.root",
        state: "`git push` of a branch with a history of its own",
        why: "a commit without parents brings all its files",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.git(&["checkout", "--quiet", "--orphan", "other"]);
            repo.write("a.py", plant.line()).commit("another history");
            push(&repo, &["origin", "other"])
        },
    },
    Case {
        id: "B6.several",
        state: "`git push` of two branches, the text in the second",
        why: "git names one reference a line",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("b.py", "b = 2\n").commit("on main");
            repo.git(&["switch", "--quiet", "--create", "topic", "main~1"]);
            repo.write("c.py", plant.line()).commit("on a topic");
            push(&repo, &["origin", "main", "topic"])
        },
    },
    Case {
        id: "B6.all",
        state: "`git push --all`, another branch checked out",
        why: "what is pushed need not be checked out",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&["switch", "--quiet", "--create", "other", "main~1"]);
            push(&repo, &["origin", "--all"])
        },
    },
    Case {
        id: "B6.mirror",
        state: "`git push --mirror`",
        why: "every reference leaves, remote-tracking branches too",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&committed(plant), &["origin", "--mirror"]),
    },
    Case {
        id: "B6.before-head",
        state: "`git push origin HEAD~1:main`, the text in HEAD~1",
        why: "git calls the local reference `HEAD~1`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.write("b.py", "b = 2\n").commit("more");
            push(&repo, &["origin", "HEAD~1:main"])
        },
    },
    Case {
        id: "B6.only-head",
        state: "the same, the text in HEAD alone",
        why: "HEAD is not pushed: blocking would be a false alarm",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("b.py", "b = 2\n").commit("more");
            repo.write("a.py", plant.line()).commit("with it");
            push(&repo, &["origin", "HEAD~1:main"])
        },
    },
    Case {
        id: "B6.id",
        state: "`git push origin ID:refs/heads/topic`",
        why: "git calls the local reference by the id",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let id = repo.head();
            repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            push(&repo, &["origin", &format!("{id}:refs/heads/topic")])
        },
    },
    Case {
        id: "B6.message",
        state: "`git push` of a commit with the text in its message",
        why: "messages are pushed as well",
        secret: Blocked(&["COMMIT_EDITMSG:3"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("b.py", "b = 2\n")
                .commit(&format!("one\n\n{}", plant.line()));
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.linked",
        state: "`git push` in a linked work tree",
        why: "the hook is that of the whole repository",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.git(&[
                "worktree",
                "add",
                "--quiet",
                "--detach",
                "../linked",
                "main~1",
            ]);
            let mut git = repo.git_command(&repo.beside("linked"));
            judged_push(&repo, git.args(["push", "origin", "main"]))
        },
    },
    Case {
        id: "B6.bare",
        state: "`git push` of a bare repository",
        why: "there is no work tree and no index",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            std::fs::rename(repo.path(".git"), repo.beside("bare.git")).expect("it is there");
            let mut git = repo.git_command(&repo.beside("bare.git"));
            run(git.args(["config", "core.bare", "true"])).exits(0);
            let mut git = repo.git_command(&repo.beside("bare.git"));
            judged_push(&repo, git.args(["push", "origin", "main"]))
        },
    },
    Case {
        id: "B6.shallow",
        state: "`git push` of a shallow clone, its first commit full of old keys",
        why: "the commit at the edge is the remote's own",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_remote();
            repo.write("b.py", key_line(9)).commit("an old key");
            repo.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
            let url = format!("file://{}", repo.beside("remote.git").display());
            let mut git = repo.git_command(&repo.beside(""));
            run(git.args(["clone", "--quiet", "--depth=1", &url, "clone"])).exits(0);
            let top = repo.beside("clone");
            install(&repo, &top, "pre-push");
            write(&top.join("a.py"), plant.line());
            let git = |arguments: &[&str]| {
                let mut git = repo.git_command(&top);
                git.args(arguments);
                git
            };
            run(&mut git(&["commit", "--quiet", "--all", "-m", "x"])).exits(0);
            judged_push(&repo, &mut git(&["push", "origin", "main"]))
        },
    },
    Case {
        id: "B6.replaced",
        state: "`git push` where `git replace` leaves the commit with the text out of history",
        why: "what is pushed is the true history",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            repo.write("a.py", "a = 1\n").commit("taken out");
            repo.git(&["replace", "--graft", "HEAD", "HEAD~2"]);
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.earlier",
        state: "an earlier pre-push hook that reads all that git says",
        why: "guard is told the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = committed(plant);
            let script = "#!/bin/sh\nread -r line && test -n \"$line\" && cat >/dev/null\n";
            repo.remove(".git/hooks/pre-push")
                .write_hook(".git/hooks/pre-push", script, 0o755);
            install(&repo, repo.top(), "pre-push");
            push(&repo, &["origin", "main"])
        },
    },
    Case {
        id: "B6.dry-run",
        state: "`git push --dry-run`",
        why: "git asks the hook, and so does it say what would happen",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| push(&committed(plant), &["--dry-run", "origin", "main"]),
    },
    Case {
        id: "B6.no-verify",
        state: "`git push --no-verify`",
        why: "git skips the hook: only the other end can refuse (B9)",
        secret: Unasked,
        twin: Some(Unasked),
        run: |plant| push(&committed(plant), &["--no-verify", "origin", "main"]),
    },
];
