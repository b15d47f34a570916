//! `guard install --global`: the hooks of all repositories of a user.

use crate::support::{GUARD, Ran, Repo, key_at, key_line, run, set_mode};
use std::fs;
use std::path::{Path, PathBuf};

const COMMIT: &[&str] = &["commit", "--message", "x"];
const GLOBAL: &[&str] = &["install", "--global"];

/// The folder that guard makes.
fn made(repo: &Repo) -> PathBuf {
    repo.beside("home/.config/git/guard-hooks")
}

/// Everything below a folder, with its content.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = fs::read(&path).expect("readable");
                found.push((path, content));
            }
        }
    }
    found.sort();
    found
}

#[track_caller]
fn is_guarded(repo: &Repo) {
    repo.write("guarded.py", key_line(1)).stage();
    let ran = repo.try_git(COMMIT);
    ran.is_refused().finds(&[&key_at("guarded.py:1")]);
    repo.write("guarded.py", "x = 1\n").stage();
    repo.try_git(COMMIT).exits(0).complains("0 findings");
}

/// Writes a hook of the repository's own that says its name.
fn write_own(repo: &Repo, hook: &str) {
    let script = format!("#!/bin/sh\necho \"own {hook} with $# arguments\" >&2\n");
    repo.write_hook(&format!(".git/hooks/{hook}"), &script, 0o755);
}

#[test]
fn every_repository_is_guarded_and_its_own_hooks_go_on_to_run() {
    let repo = Repo::new();
    for hook in ["pre-commit", "commit-msg", "post-commit", "post-checkout"] {
        write_own(&repo, hook);
    }
    let ran = repo.guard(GLOBAL);
    ran.exits(0).says(&format!(
        "guard: installed {}",
        made(&repo).join("pre-commit").display()
    ));
    ran.says("core.hooksPath in your git configuration");
    let set = repo.git(&["config", "--global", "core.hooksPath"]);
    assert_eq!(Path::new(&set), made(&repo));
    is_guarded(&repo);
    repo.write("b.py", "b = 1\n").stage();
    let ran = repo.try_git(COMMIT);
    ran.exits(0).complains("own pre-commit with 0 arguments\n");
    ran.complains("own commit-msg with 1 arguments\n")
        .complains("own post-commit with 0 arguments\n");
    ran.complains("guard: 1 file, 1 added line, 0 findings");
    repo.try_git(&["switch", "--create", "side"])
        .exits(0)
        .complains("own post-checkout with 3 arguments\n");
    // One that refuses still does.
    repo.write_hook(".git/hooks/commit-msg", "#!/bin/sh\nexit 1\n", 0o755);
    repo.write("c.py", "c = 1\n").stage();
    repo.try_git(COMMIT).exits(1);
}

#[test]
fn a_hook_of_the_repositorys_own_reads_what_git_says() {
    let repo = Repo::new();
    repo.write("a.txt", "a\n").commit("first");
    repo.guard(GLOBAL).exits(0);
    let kept = repo.beside("kept").display().to_string();
    let script = format!("#!/bin/sh\ncat >'{kept}'\nexit 1\n");
    repo.write_hook(".git/hooks/pre-push", &script, 0o755);
    let url = repo.beside("remote.git").display().to_string();
    repo.git(&["init", "--quiet", "--bare", &url]);
    repo.try_git(&["push", &url, "main"]).exits(1);
    let kept = fs::read_to_string(kept).expect("the hook was run");
    assert_eq!(
        kept,
        format!(
            "refs/heads/main {} refs/heads/main {}\n",
            repo.head(),
            "0".repeat(40)
        )
    );
}

#[test]
fn linked_work_trees_and_submodules_are_guarded_with_hooks_of_their_own() {
    let inner = Repo::new();
    inner.write("a.py", "a = 1\n").commit("first");
    let repo = Repo::new();
    repo.write("a.py", "a = 1\n").commit("first");
    let url = inner.top().display().to_string();
    let allowed = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &url,
        "module",
    ];
    repo.git(&allowed);
    repo.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    repo.guard(GLOBAL).exits(0);
    for (folder, own) in [
        (repo.beside("linked"), ".git/hooks/pre-commit"),
        (repo.path("module"), ".git/modules/module/hooks/pre-commit"),
    ] {
        repo.write_hook(own, "#!/bin/sh\necho 'its own' >&2\n", 0o755);
        fs::write(folder.join("b.py"), key_line(1)).expect("may write");
        run(repo.git_command(&folder).args(["add", "b.py"])).exits(0);
        let ran = run(repo.git_command(&folder).args(COMMIT));
        ran.is_refused()
            .finds(&[&key_at("b.py:1")])
            .complains("its own\n");
        repo.remove(own);
    }
}

#[test]
fn a_second_install_changes_nothing_and_an_uninstall_leaves_nothing() {
    let repo = Repo::new();
    repo.git(&["config", "--global", "user.name", "Somebody"]);
    let before = tree(&repo.beside("home"));
    repo.guard(GLOBAL).exits(0);
    let installed = tree(&repo.beside("home"));
    let ran = repo.guard(GLOBAL);
    ran.exits(0)
        .says("is in place already")
        .lacks("git looks for hooks");
    assert_eq!(tree(&repo.beside("home")), installed);
    let ran = repo.guard(&["uninstall", "--global"]);
    ran.exits(0)
        .says("guard: removed ")
        .says("core.hooksPath is unset");
    assert_eq!(tree(&repo.beside("home")), before);
    assert!(!repo.beside("home/.config/git").exists());
    repo.write("a.py", key_line(1)).stage();
    repo.try_git(COMMIT).exits(0);
    repo.guard(&["uninstall", "--global"]).exits(0);
}

#[test]
fn hooks_can_be_chosen_and_taken_out_one_by_one() {
    let repo = Repo::new();
    write_own(&repo, "pre-commit");
    repo.guard(&["install", "--global", "--hook", "pre-merge-commit"])
        .exits(0);
    repo.write("a.py", key_line(1)).stage();
    repo.try_git(COMMIT)
        .exits(0)
        .complains("own pre-commit")
        .lacks("guard: ");
    repo.guard(&["install", "--global", "--hook", "pre-commit"])
        .exits(0);
    is_guarded(&repo);
    let ran = repo.guard(&["uninstall", "--global", "--hook", "pre-commit"]);
    ran.exits(0)
        .says("guard: removed ")
        .lacks("core.hooksPath is unset");
    repo.write("b.py", key_line(2)).stage();
    repo.try_git(COMMIT)
        .exits(0)
        .complains("own pre-commit")
        .lacks("guard: ");
    repo.guard(&["uninstall", "--global", "--hook", "pre-merge-commit"])
        .exits(0)
        .says("core.hooksPath is unset");
    assert!(!made(&repo).exists());
}

#[test]
fn what_others_put_into_the_folder_stays_and_goes_on_to_run() {
    let repo = Repo::new();
    write_own(&repo, "commit-msg");
    repo.guard(GLOBAL).exits(0);
    let theirs = made(&repo).join("post-commit");
    fs::write(&theirs, "#!/bin/sh\necho theirs >&2\n").expect("may write");
    // Theirs over guard's own: it then runs before guard.
    let over = made(&repo).join("pre-commit");
    fs::write(&over, "#!/bin/sh\necho over >&2\n").expect("may write");
    repo.guard(GLOBAL)
        .exits(0)
        .says("the hook that was there runs first");
    repo.write("a.py", key_line(1)).stage();
    repo.try_git(COMMIT)
        .is_refused()
        .complains("over\n")
        .finds(&[&key_at("a.py:1")]);
    let ran = repo.guard(&["uninstall", "--global"]);
    ran.exits(0)
        .says("is not guard's, so core.hooksPath still leads to its folder");
    let ran = repo.try_git(COMMIT);
    ran.exits(0)
        .complains("theirs\n")
        .complains("over\n")
        .complains("own commit-msg");
    ran.lacks("guard: ");
}

#[test]
fn a_folder_of_the_users_own_is_used_as_it_is() {
    let repo = Repo::new();
    let shared = repo.beside("shared hooks");
    fs::create_dir(&shared).expect("may write");
    let script = "#!/bin/sh\necho shared >&2\n";
    fs::write(shared.join("pre-commit"), script).expect("may write");
    set_mode(&shared.join("pre-commit"), 0o755);
    write_own(&repo, "pre-commit");
    let before = tree(&shared);
    let path = shared.display().to_string();
    repo.git(&["config", "--global", "core.hooksPath", &path]);
    repo.guard(GLOBAL)
        .exits(0)
        .says("the hook that was there runs first");
    assert!(!made(&repo).exists());
    repo.write("a.py", key_line(1)).stage();
    let ran = repo.try_git(COMMIT);
    ran.is_refused()
        .complains("shared\n")
        .finds(&[&key_at("a.py:1")]);
    ran.lacks("own pre-commit");
    repo.guard(&["uninstall", "--global"]).exits(0);
    assert_eq!(tree(&shared), before);
    assert_eq!(repo.git(&["config", "--global", "core.hooksPath"]), path);
}

#[test]
fn a_setting_that_cannot_be_shared_is_refused() {
    let repo = Repo::new();
    let home = tree(&repo.beside("home"));
    let refused = |ran: Ran, why: &str| {
        ran.exits(2)
            .complains(why)
            .complains("run `guard install` in each");
        assert!(!made(&repo).exists());
    };
    let system = repo.beside("system");
    fs::write(&system, "[core]\nhooksPath = /opt/hooks\n").expect("may write");
    let mut guard = repo.guard_command();
    guard
        .env_remove("GIT_CONFIG_NOSYSTEM")
        .env("GIT_CONFIG_SYSTEM", &system);
    refused(
        run(guard.args(GLOBAL)),
        "core.hooksPath is set to /opt/hooks for all repositories of this machine",
    );
    let mut guard = repo.guard_command();
    guard
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.hooksPath");
    guard.env("GIT_CONFIG_VALUE_0", "/opt/hooks");
    refused(run(guard.args(GLOBAL)), "by the environment or `git -c`");
    assert_eq!(tree(&repo.beside("home")), home);
    repo.git(&["config", "--global", "core.hooksPath", ".githooks"]);
    refused(repo.guard(GLOBAL), "a folder of each repository");
    // There the repository's own is the place.
    repo.guard(&["install"]).exits(0);
    assert!(repo.path(".githooks/pre-commit").is_file());
    is_guarded(&repo);
}

#[test]
fn what_a_repository_says_for_itself_does_not_count() {
    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    repo.guard(GLOBAL).exits(0);
    assert!(made(&repo).join("pre-commit").is_file());
    assert!(!repo.path("tools").exists());
}

#[test]
fn the_users_own_folder_of_settings_is_respected() {
    let repo = Repo::new();
    let settings = repo.beside("settings");
    let mut guard = repo.guard_command();
    run(guard.env("XDG_CONFIG_HOME", &settings).args(GLOBAL)).exits(0);
    assert!(settings.join("git/guard-hooks/pre-commit").is_file());
    is_guarded(&repo);
    let mut guard = repo.guard_command();
    run(guard
        .env("XDG_CONFIG_HOME", &settings)
        .args(["uninstall", "--global"]))
    .exits(0);
    assert!(!settings.join("git").exists());
}

#[test]
fn an_install_in_a_repository_knows_that_it_is_guarded_already() {
    let repo = Repo::guarded();
    repo.guard(GLOBAL).exits(0);
    let ran = repo.guard(&["install"]);
    ran.exits(0)
        .says("is in place already")
        .says("they serve this repository, too");
    repo.guard(&["install", "--hook", "commit-msg"])
        .exits(2)
        .complains("`guard install --global`");
    let ran = repo.guard(&["uninstall"]);
    ran.exits(0).says(&format!(
        "removed {}",
        repo.path(".git/hooks/pre-commit").display()
    ));
    ran.says("guard still runs here, from ");
    is_guarded(&repo);
}

/// A repository that takes pushes to the branch that is checked out, and one that pushes to it.
fn deployed() -> (Repo, Repo) {
    let server = Repo::new();
    server.write("a.txt", "a\n").commit("first");
    server.git(&["config", "receive.denyCurrentBranch", "updateInstead"]);
    let repo = Repo::new();
    let url = server.top().display().to_string();
    repo.git(&["pull", "--quiet", &url, "main"]);
    repo.git(&["remote", "add", "server", &url]);
    repo.write("a.txt", "b\n").commit("second");
    (repo, server)
}

#[test]
fn a_push_to_a_checkout_does_what_git_does_without_the_hook() {
    for is_installed in [false, true] {
        let (repo, server) = deployed();
        let push = || {
            let mut git = repo.git_command(repo.top());
            // The server's side runs as the same user.
            git.env("HOME", server.beside("home"))
                .args(["push", "server", "main"]);
            run(&mut git)
        };
        if is_installed {
            server
                .guard(&["install", "--global", "--hook", "pre-commit"])
                .exits(0);
        }
        server.write("a.txt", "not committed\n");
        push()
            .exits(1)
            .complains("Working directory has unstaged changes");
        server.stage();
        push()
            .exits(1)
            .complains("Working directory has staged changes");
        server.git(&["reset", "--quiet", "--hard"]);
        push().exits(0);
        assert_eq!(server.git(&["status", "--porcelain"]), "");
        assert_eq!(fs::read(server.path("a.txt")).expect("it is there"), b"b\n");
        // With a hook of its own it is for that to do.
        write_own(&server, "push-to-checkout");
        repo.write("a.txt", "c\n").commit("third");
        push()
            .exits(0)
            .complains("own push-to-checkout with 1 arguments");
        assert_eq!(fs::read(server.path("a.txt")).expect("it is there"), b"b\n");
    }
}

#[test]
fn a_binary_without_git_says_so() {
    let repo = Repo::new();
    let mut guard = repo.program(GUARD, repo.top());
    let ran = run(guard.env("PATH", repo.top()).args(GLOBAL));
    ran.exits(2).complains("git cannot be run");
    assert!(!made(&repo).exists());
}
