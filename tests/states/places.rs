//! A5: where git says that the repository, its work tree and its objects are.

use crate::given::{linked, two_files};
use crate::support::{GUARD, Repo, key_line, run};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Ended, Plant, attempt, by_git, by_hand, commit, commit_in};
use std::fs;

groups! {
    a5_the_place_of_the_repository: A5,
    a5_the_pattern_file: A5_PATTERNS,
}

const A5: &[Case] = &[
    Case {
        id: "A5.apart",
        state: "`git --git-dir=… --work-tree=… commit` at the top",
        why: "git exports GIT_DIR absolute and GIT_WORK_TREE=.",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = apart(plant);
            let options = ["--git-dir=../apart.git", "--work-tree=."];
            in_apart(&repo, "repo", &options, &["commit", "-m", "x", "--all"])
        },
    },
    Case {
        id: "A5.apart-outside",
        state: "the same, run outside the work tree",
        why: "the hook runs at the top of the work tree all the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = apart(plant);
            let options = ["--git-dir=../apart.git", "--work-tree=../repo"];
            in_apart(&repo, "home", &options, &["commit", "-m", "x", "--all"])
        },
    },
    Case {
        id: "A5.apart-path",
        state: "the same with `git commit PATH` in a folder",
        why: "GIT_INDEX_FILE is absolute, GIT_DIR and GIT_WORK_TREE are set",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = apart(plant);
            let options = ["--git-dir=../../apart.git", "--work-tree=.."];
            in_apart(
                &repo,
                "repo/sub",
                &options,
                &["commit", "-m", "x", "../a.py"],
            )
        },
    },
    Case {
        id: "A5.inside",
        state: "`git --work-tree=.. commit --all` inside `.git`",
        why: "the folder of the repository is no place to look for files",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            let mut git = repo.git_command(&repo.path(".git"));
            git.args(["--work-tree=..", "commit", "--all", "-m", "x"]);
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
    Case {
        id: "A5.relative",
        state: "`git commit` with GIT_DIR=../.git in a folder",
        why: "without GIT_WORK_TREE the current folder is the work tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            let mut git = repo.git_command(&repo.path("sub"));
            git.env("GIT_DIR", "../.git").args(["commit", "-m", "x"]);
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
    Case {
        id: "A5.relative-by-hand",
        state: "`guard check --staged` with GIT_DIR=../.git in a folder",
        why: "the index of that repository, whatever the work tree is",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            let mut guard = repo.program(GUARD, &repo.path("sub"));
            guard.env("GIT_DIR", "../.git").args(["check", "--staged"]);
            by_hand(run(&mut guard))
        },
    },
    Case {
        id: "A5.git-c",
        state: "`git -C FOLDER commit --all`",
        why: "git is elsewhere when it begins",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            let mut git = repo.git_command(&repo.beside("home"));
            git.args(["-C", "../repo/sub", "commit", "--all", "-m", "x"]);
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
    Case {
        id: "A5.work-tree-setting",
        state: "`git commit --all` with core.worktree elsewhere",
        why: "the work tree is not around `.git`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            fs::create_dir(repo.beside("elsewhere")).expect("may write");
            fs::write(repo.beside("elsewhere/a.py"), plant.line()).expect("may write");
            repo.git(&["config", "core.worktree", "../../elsewhere"]);
            repo.git(&["--work-tree=../elsewhere", "add", "a.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "A5.bare",
        state: "a bare repository with `--work-tree`, as people keep their dot files",
        why: "core.bare is set, and there is an index all the same",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = apart(plant);
            let options = ["--git-dir=../apart.git", "--work-tree=."];
            repo.git(&["--git-dir=../apart.git", "config", "core.bare", "true"]);
            in_apart(&repo, "repo", &options, &["commit", "-m", "x", "--all"])
        },
    },
    Case {
        id: "A5.git-file",
        state: "`.git` is a file that names the repository",
        why: "as `git init --separate-git-dir` and submodules have it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.git(&["init", "--quiet", "--separate-git-dir", "../apart.git"]);
            assert!(repo.path(".git").is_file());
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "A5.linked-outside",
        state: "`git --git-dir=.git/worktrees/linked commit --all` outside the linked work tree",
        why: "the folder of a linked work tree is a part of the repository only",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, linked) = linked();
            fs::write(linked.join("a.py"), plant.line()).expect("may write");
            let git_dir = repo.path(".git/worktrees/linked");
            let mut git = repo.git_command(&repo.beside("home"));
            git.arg("--git-dir").arg(&git_dir);
            git.arg("--work-tree").arg(&linked);
            git.args(["commit", "--all", "-m", "x"]);
            attempt(&repo, &git_dir, &mut git)
        },
    },
    Case {
        id: "A5.objects",
        state: "`git commit` with GIT_OBJECT_DIRECTORY and GIT_ALTERNATE_OBJECT_DIRECTORIES",
        why: "the new blobs lie in a folder that only the environment names",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            fs::create_dir(repo.beside("objects")).expect("may write");
            let git = |arguments: &[&str]| {
                let mut git = repo.git_command(repo.top());
                git.args(arguments)
                    .env("GIT_OBJECT_DIRECTORY", repo.beside("objects"))
                    .env(
                        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                        repo.path(".git/objects"),
                    );
                run(&mut git)
            };
            git(&["add", "a.py"]).exits(0);
            by_git(git(&["commit", "-m", "x"]))
        },
    },
    Case {
        id: "A5.objects-lost",
        state: "`guard check --staged` without the object folder that `git add` was given",
        why: "a blob that is not there cannot be vouched for",
        secret: Refused(&["`a.py`: blob ", "cannot be read"]),
        twin: None,
        run: |plant| {
            let repo = edited(plant);
            fs::create_dir(repo.beside("objects")).expect("may write");
            let mut git = repo.git_command(repo.top());
            git.args(["add", "a.py"])
                .env("GIT_OBJECT_DIRECTORY", repo.beside("objects"))
                .env(
                    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                    repo.path(".git/objects"),
                );
            run(&mut git).exits(0);
            by_hand(repo.staged())
        },
    },
    Case {
        id: "A5.common",
        state: "`git commit --all` with GIT_DIR and GIT_COMMON_DIR set by the user",
        why: "git takes objects and references from the second",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let (repo, linked) = linked();
            fs::write(linked.join("a.py"), plant.line()).expect("may write");
            let git_dir = repo.path(".git/worktrees/linked");
            let mut git = repo.git_command(&linked);
            git.args(["commit", "--all", "-m", "x"])
                .env("GIT_DIR", &git_dir)
                .env("GIT_COMMON_DIR", repo.path(".git"));
            attempt(&repo, &git_dir, &mut git)
        },
    },
    Case {
        id: "A5.namespace",
        state: "`git commit --all` with GIT_NAMESPACE",
        why: "a namespace is for pushes; HEAD stays what it is",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", key_line(9)).commit("with an old key");
            repo.write("a.py", format!("{}{}", key_line(9), plant.line()));
            let mut git = repo.git_command(repo.top());
            git.args(["commit", "--all", "-m", "x"]);
            git.env("GIT_NAMESPACE", "space");
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
    Case {
        id: "A5.ceiling",
        state: "`guard check --staged` below a folder of GIT_CEILING_DIRECTORIES",
        why: "git looks no further up: there is no repository, and that is no pass",
        secret: Refused(&["no git repository here", "run guard inside one"]),
        twin: None,
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            let mut guard = repo.program(GUARD, &repo.path("sub"));
            guard.env("GIT_CEILING_DIRECTORIES", repo.top());
            by_hand(run(guard.args(["check", "--staged"])))
        },
    },
    Case {
        id: "A5.no-home",
        state: "`git commit` without HOME and without PATH",
        why: "there are no settings of the user, and nothing to start",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            let git = repo.git(&["--exec-path"]) + "/git";
            let mut git = repo.program(git, repo.top());
            git.env_remove("HOME").env("PATH", "/nowhere");
            git.args(["commit", "-m", "x"]);
            attempt(&repo, &repo.path(".git"), &mut git)
        },
    },
];

const A5_PATTERNS: &[Case] = &[
    Case {
        id: "A5.patterns",
        state: "GIT_DIR absolute and GIT_WORK_TREE=., a staged patterns.toml that excludes `b.py`",
        why: "libgit2 takes the folder of the repository for the work tree: the file would be missed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = apart(plant);
            repo.write("patterns.toml", "[settings]\nexclude = [\"b.py\"]\n")
                .write("b.py", key_line(9));
            let options = ["--git-dir=../apart.git", "--work-tree=."];
            repo.git(&[options[0], options[1], "add", "--all"]);
            in_apart(&repo, "repo", &options, &["commit", "-m", "x"])
        },
    },
    Case {
        id: "A5.patterns-on-disk",
        state: "the same by hand, `guard check ..` in a folder with GIT_WORK_TREE=..",
        why: "files on disk are judged by the pattern file at the top of the work tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = apart(plant);
            repo.write("patterns.toml", "[settings]\nexclude = [\"b.py\"]\n")
                .write("b.py", key_line(9));
            let mut guard = repo.program(GUARD, &repo.path("sub"));
            guard
                .env("GIT_DIR", "../../apart.git")
                .env("GIT_WORK_TREE", "..");
            by_hand(run(guard.args(["check", ".."])))
        },
    },
    Case {
        id: "A5.patterns-not-staged",
        state: "a patterns.toml in the work tree that is not staged and would exclude all",
        why: "only what is committed with the change may change its rules",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            repo.write("patterns.toml", "[settings]\nexclude = [\"**\"]\n");
            commit(&repo, &[])
        },
    },
    Case {
        id: "A5.patterns-in-folder",
        state: "a staged patterns.toml in a folder, which would exclude all",
        why: "the pattern file is the one at the top",
        secret: Blocked(&["a.py:1", "sub/c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = edited(plant);
            repo.write("sub/patterns.toml", "[settings]\nexclude = [\"**\"]\n")
                .write("sub/c.py", plant.nth_line(2))
                .stage();
            commit_in(&repo, &repo.path("sub"), &[])
        },
    },
    Case {
        id: "A5.patterns-broken",
        state: "`git commit` of a patterns.toml with a fault",
        why: "rules that cannot be read are not in force",
        secret: Refused(&["guard: error: patterns.toml:2:1: unknown key `blok`"]),
        twin: None,
        run: |plant| {
            let repo = edited(plant);
            repo.write("patterns.toml", "[settings]\nblok = \"high\"\n")
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "A5.patterns-missing",
        state: "`guard check --staged --config FILE` with a file that is not there",
        why: "a pattern file that is named must be in force",
        secret: Refused(&["guard: error: ", "no.toml"]),
        twin: None,
        run: |plant| {
            let repo = edited(plant);
            repo.stage();
            by_hand(repo.guard(&["check", "--staged", "--config", "no.toml"]))
        },
    },
    Case {
        id: "A5.patterns-extended",
        state: "`git commit` of a patterns.toml that extends a file which is not staged",
        why: "rules that are missing are not in force",
        secret: Refused(&["guard: error: patterns.toml:1", "team.toml"]),
        twin: None,
        run: |plant| {
            let repo = edited(plant);
            repo.write(
                "patterns.toml",
                "extends = [\"guard:default\", \"team.toml\"]\n",
            )
            .stage();
            repo.write("team.toml", "");
            commit(&repo, &[])
        },
    },
    Case {
        id: "A5.patterns-link",
        state: "`git commit` of a patterns.toml that is a symbolic link",
        why: "git stores the path, not the rules",
        secret: Refused(&["`patterns.toml` is not a plain file in the index"]),
        twin: None,
        run: |plant| {
            let repo = edited(plant);
            repo.write("team.toml", "");
            std::os::unix::fs::symlink("team.toml", repo.path("patterns.toml")).expect("may write");
            repo.stage();
            commit(&repo, &[])
        },
    },
];

/// A guarded repository with the text in `a.py`, and a folder; nothing is staged.
fn edited(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("sub/d.py", "d = 1\n").commit("a folder");
    repo.write("a.py", plant.line());
    repo
}

/// The same, the repository at `../apart.git`: nothing leads to it.
fn apart(plant: &Plant) -> Repo {
    let repo = edited(plant);
    fs::rename(repo.path(".git"), repo.beside("apart.git")).expect("it is there");
    repo
}

/// Runs git with `options` in a folder beside or in the work tree.
fn in_apart(repo: &Repo, folder: &str, options: &[&str], command: &[&str]) -> Ended {
    let mut git = repo.git_command(&repo.beside(folder));
    git.args(options).args(command);
    attempt(repo, &repo.beside("apart.git"), &mut git)
}
