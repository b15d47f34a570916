//! `guard check --staged` and real commits: links, submodules, work trees, forms of `git commit`.

use crate::support::{GUARD, Repo, key, key_at, key_line, run, run_with_input};
use std::os::unix::fs::symlink;

/// A guarded repository with `a.py` and `b.py` committed.
fn two_files() -> Repo {
    let repo = Repo::guarded();
    repo.write("a.py", "a = 1\n")
        .write("b.py", "b = 1\n")
        .commit("old");
    repo
}

#[test]
fn the_target_of_a_symbolic_link_is_scanned() {
    let repo = Repo::new();
    symlink(format!("store/{}", key(1)), repo.path("link")).expect("may write");
    repo.stage();
    repo.staged()
        .exits(1)
        .finds(&[&key_at("link:1")])
        .hides(&key(1));
}

#[test]
fn a_file_that_becomes_a_link_and_back_is_scanned() {
    let repo = Repo::new();
    repo.write("a", "text\n").commit("old");
    repo.remove("a");
    symlink(format!("store/{}", key(1)), repo.path("a")).expect("may write");
    repo.stage().staged().exits(1).finds(&[&key_at("a:1")]);
    repo.commit("a link");
    repo.remove("a")
        .write("a", format!("one\n{}\n", key(2)))
        .stage();
    repo.staged().exits(1).finds(&[&key_at("a:2")]);
}

#[test]
fn a_submodule_is_told_and_not_read() {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("old");
    let id = repo.head();
    let entry = format!("160000,{id},module");
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
    repo.staged()
        .scans_nothing()
        .says("guard: note: `module` is a submodule");
    let url = format!(
        "[submodule \"module\"]\n\turl = https://x:{}@example.com/m\n",
        key(1)
    );
    repo.write(".gitmodules", url);
    repo.git(&["add", ".gitmodules"]);
    let ran = repo.staged();
    ran.exits(1).hides(&key(1));
    assert_eq!(ran.findings().len(), 1, "{ran}");
}

#[test]
fn commit_all_is_read_from_the_index_that_git_makes_for_it() {
    let repo = two_files();
    let before = repo.head();
    repo.write("b.py", key_line(1));
    let ran = repo.try_git(&["commit", "--all", "--message", "x"]);
    ran.is_refused().finds(&[&key_at("b.py:1")]).hides(&key(1));
    assert_eq!(repo.head(), before);
    assert_eq!(
        repo.git(&["diff", "--cached"]),
        "",
        "nothing was staged, nothing is now"
    );
    repo.write("b.py", "b = 2\n");
    let ran = repo.try_git(&["commit", "--all", "--message", "x"]);
    ran.exits(0)
        .complains("guard: 1 file, 1 added line, 0 findings");
}

#[test]
fn commit_all_brings_what_was_only_intended_to_be_added() {
    let repo = two_files();
    repo.write("c.py", key_line(1));
    repo.git(&["add", "--intent-to-add", "c.py"]);
    let ran = repo.try_git(&["commit", "--all", "--message", "x"]);
    ran.is_refused().finds(&[&key_at("c.py:1")]);
}

#[test]
fn commit_path_is_read_from_the_index_that_git_makes_for_it() {
    let repo = two_files();
    repo.write("a.py", key_line(1)).write("b.py", key_line(2));
    let ran = repo.try_git(&["commit", "--message", "x", "b.py"]);
    ran.is_refused().finds(&[&key_at("b.py:1")]);
    repo.git(&["add", "a.py"]);
    repo.write("b.py", "b = 2\n");
    // What is staged beside the path is not in this commit.
    repo.try_git(&["commit", "--message", "x", "b.py"])
        .exits(0)
        .finds(&[]);
    assert_eq!(repo.git(&["show", "--format=", "--name-only"]), "b.py");
    repo.write("b.py", "b = 3\n");
    let ran = repo.try_git(&["commit", "--include", "--message", "x", "b.py"]);
    ran.is_refused().finds(&[&key_at("a.py:1")]);
}

#[test]
fn commit_patch_is_read_from_the_index_that_git_makes_for_it() {
    let repo = two_files();
    repo.write("a.py", key_line(1)).write("b.py", "b = 2\n");
    let commit = |answers: &str| {
        let mut git = repo.git_command(repo.top());
        git.args(["commit", "--patch", "--message", "x"]);
        run_with_input(&mut git, answers.as_bytes())
    };
    commit("y\nn\n").is_refused().finds(&[&key_at("a.py:1")]);
    commit("n\ny\n").exits(0).finds(&[]);
    assert_eq!(repo.git(&["show", "--format=", "--name-only"]), "b.py");
}

#[test]
fn an_amended_commit_is_compared_with_what_it_replaces() {
    let repo = two_files();
    repo.write("a.py", key_line(1)).stage();
    let ran = repo.try_git(&["commit", "--amend", "--message", "x"]);
    ran.is_refused().finds(&[&key_at("a.py:1")]);
}

#[test]
fn a_linked_work_tree_is_guarded_by_its_own_index() {
    let repo = two_files();
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    // A key that is staged here is no business of the other work tree.
    repo.write("a.py", key_line(1)).stage();
    std::fs::write(linked.join("b.py"), "b = 2\n").expect("may write");
    let commit = || {
        run(repo
            .git_command(&linked)
            .args(["commit", "--all", "--message", "x"]))
    };
    commit()
        .exits(0)
        .finds(&[])
        .complains("guard: 1 file, 1 added line, 0 findings");
    std::fs::write(linked.join("b.py"), key_line(2)).expect("may write");
    commit().is_refused().finds(&[&key_at("b.py:1")]);
    let mut guard = repo.program(GUARD, &linked);
    run(guard.args(["check", "--staged"])).scans_nothing();
    repo.staged().exits(1).finds(&[&key_at("a.py:1")]);
}

#[test]
fn a_commit_from_a_subfolder_is_guarded() {
    let repo = two_files();
    repo.write("sub/c.py", key_line(1))
        .write("a.py", key_line(2))
        .stage();
    let ran = run(repo
        .git_command(&repo.path("sub"))
        .args(["commit", "--message", "x"]));
    ran.is_refused()
        .finds(&[&key_at("a.py:1"), &key_at("sub/c.py:1")]);
    let ran = run(repo
        .git_command(&repo.path("sub"))
        .args(["commit", "-m", "x", "c.py"]));
    ran.is_refused().finds(&[&key_at("sub/c.py:1")]);
}

#[test]
fn a_git_dir_apart_from_the_work_tree_is_guarded() {
    let repo = two_files();
    let git_dir = repo.beside("apart.git");
    std::fs::rename(repo.path(".git"), &git_dir).expect("it is there");
    repo.write("a.py", key_line(1));
    let options = [
        format!("--git-dir={}", git_dir.display()),
        format!("--work-tree={}", repo.top().display()),
    ];
    let commit = ["commit", "--all", "--message", "x"];
    for folder in [repo.top().to_owned(), repo.beside("home")] {
        let ran = run(repo.git_command(&folder).args(&options).args(commit));
        ran.is_refused().finds(&[&key_at("a.py:1")]);
    }
}

#[test]
fn a_file_that_becomes_a_folder_is_scanned() {
    let repo = two_files();
    repo.remove("a.py").write("a.py/b.py", key_line(1)).stage();
    repo.staged().exits(1).finds(&[&key_at("a.py/b.py:1")]);
    repo.commit("a folder");
    std::fs::remove_dir_all(repo.path("a.py")).expect("it is there");
    repo.write("a.py", key_line(2)).stage();
    repo.staged().exits(1).finds(&[&key_at("a.py:1")]);
}

#[test]
fn what_git_is_told_to_replace_hides_nothing() {
    let repo = two_files();
    let old = repo.git(&["rev-parse", "HEAD^{tree}"]);
    repo.write("a.py", key_line(1)).stage();
    let new = repo.git(&["write-tree"]);
    repo.git(&["replace", &old, &new]);
    assert_eq!(repo.git(&["diff", "--cached"]), "", "git itself is fooled");
    repo.staged().exits(1).finds(&[&key_at("a.py:1")]);
}
