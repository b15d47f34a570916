//! Repositories with a remote, and pushes to it.

use crate::given::{install, two_files_unguarded};
use crate::support::{Repo, run};
use crate::table::{Ended, Plant, by_git};

/// Makes an empty bare repository beside another.
pub(crate) fn bare(repo: &Repo, name: &str) {
    let mut git = repo.git_command(&repo.beside(""));
    run(git.args(["init", "--quiet", "--bare", "--initial-branch=main", name])).exits(0);
}

/// A repository that asks guard before a push; its remote has all that it has.
pub(crate) fn with_remote() -> Repo {
    let repo = two_files_unguarded();
    bare(&repo, "remote.git");
    let url = repo.beside("remote.git").display().to_string();
    repo.git(&["remote", "add", "origin", &url]);
    repo.git(&["push", "--quiet", "origin", "main"]);
    install(&repo, repo.top(), "pre-push");
    repo
}

/// The same, and a commit with the text in `a.py` that the remote does not have.
pub(crate) fn committed(plant: &Plant) -> Repo {
    let repo = with_remote();
    repo.write("a.py", plant.line()).commit("with it");
    repo
}

/// Runs `git push`.
pub(crate) fn push(repo: &Repo, arguments: &[&str]) -> Ended {
    let mut git = repo.git_command(repo.top());
    judged_push(repo, git.arg("push").args(arguments))
}

/// Runs a push; when it is refused, nothing has changed at the remote.
pub(crate) fn judged_push(repo: &Repo, command: &mut std::process::Command) -> Ended {
    let there = || {
        let mut git = repo.git_command(&repo.beside("remote.git"));
        run(git.arg("for-each-ref")).exits(0).stdout.clone()
    };
    let before = there();
    let ran = run(command);
    if ran.code != Some(0) {
        assert_eq!(there(), before, "{ran}");
    }
    by_git(ran)
}
