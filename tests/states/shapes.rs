//! The same situations in every form of repository that is read in a way of its own.

use crate::given::{conflict, fork, install};
use crate::pushed::push;
use crate::still::{guard, still};
use crate::support::{Repo, key_line, run};
use crate::table::{Ended, Plant, attempt, by_git, by_hand, commit};
use std::fs;

/// Makes the cases of a form: what begins their ids, what the form is called, how a guarded
/// repository of it is made with `a.py` and `b.py` committed, and what must happen where git is not
/// on PATH.
macro_rules! in_every_situation {
    ($id:literal, $form:literal, $make:path, without git: $alone:expr) => {
        situations! { $id, $form, $make;
            "hand", "`guard check --staged`", "what is staged is read, and nothing is written"
                => by_hand_in, Blocked(&["a.py:1"]), Some(Clean);
            "commit", "`git commit`", "the hook reads what git is about to commit"
                => commit_in, Blocked(&["a.py:1"]), Some(Clean);
            "all", "`git commit --all`", "the index is `.git/index.lock`"
                => commit_all_in, Blocked(&["a.py:1"]), Some(Clean);
            "path", "`git commit PATH`, a key staged beside it",
                "the index is made of HEAD and the path"
                => commit_path_in, Blocked(&["b.py:1"]), Some(Clean);
            "first", "the first commit of an orphan branch", "HEAD is unborn: everything is new"
                => first_in, Blocked(&["a.py:1"]), Some(Clean);
            "conflict", "the commit after a conflict", "what neither parent has is new"
                => conflict_in, Blocked(&["a.py:2"]), Some(Clean);
            "linked", "`git commit --all` in a linked work tree",
                "it has an index and a HEAD of its own"
                => linked_in, Blocked(&["b.py:1"]), Some(Clean);
            "check", "`guard check` after `git commit --no-verify`",
                "the commit is found before it leaves the machine"
                => unpushed_in, Blocked(&["a.py:1"]), Some(Clean);
            "push", "`git push` after `git commit --no-verify`",
                "the hook is told ids of this form"
                => push_in, Blocked(&["a.py:1"]), Some(Clean);
            "packed", "`guard check --staged`, objects and references packed",
                "of all objects the new one alone is loose"
                => packed_in, Blocked(&["a.py:1"]), Some(Clean);
            "alone", "`guard check --staged` without git on PATH",
                "what only git can read is refused, and nothing else is"
                => alone_in, $alone, None;
            "lost", "`guard check --staged`, the staged blob gone",
                "what cannot be read is not vouched for"
                => lost_in, Refused(&["`a.py`: blob ", " cannot be read"]), None;
        }
    };
}

/// Makes the cases of a form that is read as any other: by hand and in two commits.
macro_rules! in_usual_situations {
    ($id:literal, $form:literal, $make:path) => {
        situations! { $id, $form, $make;
            "hand", "`guard check --staged`", "what is staged is read, and nothing is written"
                => by_hand_in, Blocked(&["a.py:1"]), Some(Clean);
            "commit", "`git commit`", "the hook reads what git is about to commit"
                => commit_in, Blocked(&["a.py:1"]), Some(Clean);
            "all", "`git commit --all`", "the index is `.git/index.lock`"
                => commit_all_in, Blocked(&["a.py:1"]), Some(Clean);
        }
    };
}

/// Makes cases of a form: in each a function of this file is run in a repository of the form.
macro_rules! situations {
    ($id:literal, $form:literal, $make:path;
     $($name:literal, $what:literal, $why:literal => $run:ident, $secret:expr, $twin:expr;)*) => {
        &[$(crate::table::Case {
            id: concat!($id, $name),
            state: concat!($form, ": ", $what),
            why: $why,
            secret: $secret,
            twin: $twin,
            run: |plant| crate::shapes::$run(&$make(), plant),
        }),*]
    };
}

/// Stages the text in `a.py`.
fn stage(repo: &Repo, plant: &Plant) {
    repo.write("a.py", plant.line());
    repo.git(&["add", "a.py"]);
}

pub(crate) fn by_hand_in(repo: &Repo, plant: &Plant) -> Ended {
    stage(repo, plant);
    guard(repo, &["check", "--staged"])
}

pub(crate) fn commit_in(repo: &Repo, plant: &Plant) -> Ended {
    stage(repo, plant);
    commit(repo, &[])
}

pub(crate) fn commit_all_in(repo: &Repo, plant: &Plant) -> Ended {
    repo.write("a.py", plant.line());
    commit(repo, &["--all"])
}

pub(crate) fn commit_path_in(repo: &Repo, plant: &Plant) -> Ended {
    repo.write("a.py", key_line(9));
    repo.git(&["add", "a.py"]);
    repo.write("b.py", plant.line());
    commit(repo, &["b.py"])
}

pub(crate) fn first_in(repo: &Repo, plant: &Plant) -> Ended {
    stage(repo, plant);
    repo.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    commit(repo, &[])
}

pub(crate) fn conflict_in(repo: &Repo, plant: &Plant) -> Ended {
    fork(repo, "a = 'side'\n");
    conflict(repo, &["merge", "side"]);
    repo.write("a.py", format!("a = 'main'\n{}", plant.line()));
    repo.git(&["add", "a.py"]);
    commit(repo, &[])
}

pub(crate) fn linked_in(repo: &Repo, plant: &Plant) -> Ended {
    repo.git(&["worktree", "add", "--quiet", "-b", "linked", "../linked"]);
    // A key that is staged here is no business of the other work tree.
    repo.write("a.py", key_line(9));
    repo.git(&["add", "a.py"]);
    let linked = repo.beside("linked");
    fs::write(linked.join("b.py"), plant.line()).expect("may write");
    let mut git = repo.git_command(&linked);
    git.args(["commit", "--all", "--message", "x"]);
    attempt(repo, &linked.join(".git"), &mut git)
}

pub(crate) fn unpushed_in(repo: &Repo, plant: &Plant) -> Ended {
    stage(repo, plant);
    repo.git(&["commit", "--quiet", "--no-verify", "--message", "x"]);
    guard(repo, &["check"])
}

pub(crate) fn push_in(repo: &Repo, plant: &Plant) -> Ended {
    let mut clone = repo.git_command(&repo.beside(""));
    run(clone.args(["clone", "--quiet", "--bare", "repo", "remote.git"])).exits(0);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    install(repo, repo.top(), "pre-push");
    stage(repo, plant);
    repo.git(&["commit", "--quiet", "--no-verify", "--message", "x"]);
    push(repo, &["origin", "main"])
}

pub(crate) fn packed_in(repo: &Repo, plant: &Plant) -> Ended {
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    repo.git(&["pack-refs", "--all"]);
    stage(repo, plant);
    guard(repo, &["check", "--staged"])
}

pub(crate) fn alone_in(repo: &Repo, plant: &Plant) -> Ended {
    stage(repo, plant);
    let mut guard = repo.guard_command();
    guard.env("PATH", repo.beside("home"));
    by_hand(still(repo, guard.args(["check", "--staged"])))
}

pub(crate) fn lost_in(repo: &Repo, plant: &Plant) -> Ended {
    stage(repo, plant);
    let blob = repo.git(&["rev-parse", ":a.py"]);
    fs::remove_file(repo.object(&blob)).expect("git stored it");
    guard(repo, &["check", "--staged"])
}

/// A guarded repository that `git init` makes with these options.
pub(crate) fn made_with(options: &[&str]) -> Repo {
    let repo = Repo::new();
    fs::remove_dir_all(repo.path(".git")).expect("it was just made");
    let init = ["init", "--quiet", "--initial-branch=main"];
    repo.git(&[&init[..], options].concat());
    repo.guard(&["install"]).exits(0);
    repo.write("a.py", "a = 1\n")
        .write("b.py", "b = 1\n")
        .commit("old");
    repo
}

/// Runs `git commit --all` in a folder that need not be in the repository, with options of git's.
pub(crate) fn commit_from(repo: &Repo, folder: &str, options: &[&str]) -> Ended {
    let mut git = repo.git_command(&repo.beside(folder));
    git.args(options)
        .args(["commit", "--all", "--message", "x"]);
    by_git(run(&mut git))
}
