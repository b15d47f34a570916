//! E7: repositories that belong to somebody else. Only root can make one.

use crate::given::{edited, staged, two_files};
use crate::still::{guard, still};
use crate::support::{Repo, run};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Ended, attempt, by_hand};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

/// All groups of this file.
pub(crate) const GROUPS: &[&[Case]] = &[E7];

/// Somebody else: the user that owns nothing.
const NOBODY: u32 = 65534;

/// What guard prints, up to the path.
const WAY_OUT: &str = "git config --global --add safe.directory ";

const E7: &[Case] = &[
    Case {
        id: "E7.hand",
        state: "`guard check --staged` in a repository of another user",
        why: "git refuses, too: its settings could name programs to run",
        secret: Refused(&["belongs to another user", WAY_OUT]),
        twin: Some(Refused(&["belongs to another user", WAY_OUT])),
        run: |plant| guard(&foreign(staged(plant)), &["check", "--staged"]),
    },
    Case {
        id: "E7.check",
        state: "`guard check` in a repository of another user",
        why: "as with --staged",
        secret: Refused(&["belongs to another user", WAY_OUT]),
        twin: None,
        run: |plant| guard(&foreign(staged(plant)), &["check"]),
    },
    Case {
        id: "E7.way-out",
        state: "the same after the command that guard prints",
        why: "the way out leads out",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = foreign(staged(plant));
            let refused = repo.staged();
            let (_, way_out) = refused.stderr.split_once(WAY_OUT).expect("it is printed");
            let path = way_out.split('`').next().unwrap_or_default();
            let mut shell = repo.program("sh", repo.top());
            run(shell.args(["-c", &format!("{WAY_OUT}{path}")])).exits(0);
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E7.any",
        state: "safe.directory = * in the settings of the user",
        why: "every repository is trusted then",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = foreign(staged(plant));
            repo.git(&["config", "--global", "--add", "safe.directory", "*"]);
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E7.folder",
        state: "safe.directory = FOLDER/* in the settings of the user",
        why: "git would read it; libgit2 does not know this form, and rather refuses",
        secret: Refused(&["belongs to another user", WAY_OUT]),
        twin: None,
        run: |plant| {
            let repo = foreign(staged(plant));
            let folder = format!("{}*", repo.beside("").display());
            repo.git(&["config", "--global", "--add", "safe.directory", &folder]);
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E7.hook",
        state: "`git commit --all`, the repository listed in the settings of the user",
        why: "git decided to trust it, and runs the hook",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = foreign(edited(plant));
            let top = repo.top().display().to_string();
            repo.git(&["config", "--global", "--add", "safe.directory", &top]);
            commit_with(&repo, &[])
        },
    },
    Case {
        id: "E7.hook-option",
        state: "`git -c safe.directory=* commit --all`",
        why: "git decided to trust it; libgit2 does not see the option",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| commit_with(&foreign(edited(plant)), &["-c", "safe.directory=*"]),
    },
    Case {
        id: "E7.hook-folder",
        state: "`git commit --all`, safe.directory = FOLDER/* in the settings of the user",
        why: "git decided to trust it; libgit2 does not know this form",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = foreign(edited(plant));
            let folder = format!("{}*", repo.beside("").display());
            repo.git(&["config", "--global", "--add", "safe.directory", &folder]);
            commit_with(&repo, &[])
        },
    },
    Case {
        id: "E7.git-dir",
        state: "`git --git-dir=.git commit --all`",
        why: "git asks for no owner when the repository is named, and runs the hook",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = foreign(edited(plant));
            commit_with(&repo, &["--git-dir=.git", "--work-tree=."])
        },
    },
    Case {
        id: "E7.sudo",
        state: "`sudo guard check --staged` in the user's own repository",
        why: "git trusts the user who called sudo",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = foreign(staged(plant));
            let mut guard = repo.guard_command();
            guard.env("SUDO_UID", NOBODY.to_string());
            by_hand(still(&repo, guard.args(["check", "--staged"])))
        },
    },
    Case {
        id: "E7.plumbing",
        state: "`guard check --staged` in a reftable repository of another user",
        why: "git, which reads it for guard, refuses",
        secret: Refused(&[WAY_OUT]),
        twin: None,
        run: |plant| {
            let repo = crate::shapes::made_with(&["--ref-format=reftable"]);
            repo.write("a.py", plant.line()).stage();
            guard(&foreign(repo), &["check", "--staged"])
        },
    },
    Case {
        id: "E7.plumbing-hook",
        state: "`git -c safe.directory=* commit --all` there",
        why: "git hands its options on to the git that the hook runs",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = crate::shapes::made_with(&["--ref-format=reftable"]);
            repo.write("a.py", plant.line());
            commit_with(&foreign(repo), &["-c", "safe.directory=*"])
        },
    },
];

#[test]
fn e7_owners() {
    let repo = two_files();
    if is_root(&repo) {
        crate::table::check(E7);
        return;
    }
    // Nobody else can give a repository away; the other side of the rule is tested all the same.
    repo.write("a.py", crate::support::key_line(1)).stage();
    repo.staged().exits(1);
}

/// Tells by the owner of what was just made whether this process runs as root.
fn is_root(repo: &Repo) -> bool {
    let ours = fs::metadata(repo.top()).expect("it was just made");
    ours.uid() == 0
}

/// Gives a repository away.
fn foreign(repo: Repo) -> Repo {
    assert!(is_root(&repo), "only root can give a repository away");
    give(repo.top());
    repo
}

fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).expect("root may") {
            give(&entry.expect("root may").path());
        }
    }
}

/// Runs `git commit --all` with options of git's.
fn commit_with(repo: &Repo, options: &[&str]) -> Ended {
    let mut git = repo.git_command(repo.top());
    git.args(options)
        .args(["commit", "--all", "--message", "x"]);
    attempt(repo, &repo.path(".git"), &mut git)
}
