//! C7 to C9: where in the tree a change lies, what the work tree says of it, and replacements.

use crate::given::{link, staged, two_files};
use crate::support::{Repo, key_line, run, run_with_patience};
use crate::table::Outcome::{Blocked, Clean, Nothing};
use crate::table::{Case, Ended, Plant, by_hand, commit};
use std::fs;

groups! {
    c7_paths_and_flags: C7,
    c8_the_work_tree_differs: C8,
    c9_replaced_objects: C9,
}

const C7: &[Case] = &[
    Case {
        id: "C7.file-to-folder",
        state: "a file that becomes a folder",
        why: "the file and the folder's files have names with the same beginning",
        secret: Blocked(&["a.py/b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.remove("a.py").write("a.py/b.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C7.folder-to-file",
        state: "a folder that becomes a file",
        why: "the file comes before the files of the folder",
        secret: Blocked(&["sub:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("sub/c.py", "c = 1\n").commit("a folder");
            fs::remove_dir_all(repo.path("sub")).expect("it is there");
            repo.write("sub", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C7.order",
        state: "names that trees and the index put into different orders, all edited",
        why: "a tree sorts the folder `lib` as `lib/`, the index by whole paths",
        secret: Blocked(&["lib-x/y.py:1", "lib.py:1", "lib/x.py:1", "lib0.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let names = ["lib-x/y.py", "lib.py", "lib/x.py", "lib0.py"];
            for name in names {
                repo.write(name, "x = 1\n");
            }
            repo.commit("old");
            for (number, name) in (1..).zip(names) {
                repo.write(name, plant.nth_line(number));
            }
            repo.stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C7.case",
        state: "a rename from `a.py` to `A.py` with an edit; core.ignoreCase = true",
        why: "to git they are two names",
        secret: Blocked(&["A.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "core.ignoreCase", "true"]);
            repo.git(&["mv", "--force", "a.py", "A.py"]);
            repo.write("A.py", format!("a = 1\n{}", plant.line()));
            repo.git(&["add", "A.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C7.case-beside",
        state: "a new `A.py` beside an old `a.py`; core.ignoreCase = true",
        why: "both are in the commit",
        secret: Blocked(&["A.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "core.ignoreCase", "true"]);
            let entry = format!("100644,{},A.py", repo.blob(plant.line()));
            repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
            assert!(repo.git(&["ls-files"]).starts_with("A.py\na.py"));
            commit(&repo, &[])
        },
    },
    Case {
        id: "C7.decomposed",
        state: "one name composed and one decomposed; core.precomposeUnicode = true",
        why: "to git they are two names",
        secret: Blocked(&["cafe\u{301}.py:1", "caf\u{e9}.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "core.precomposeUnicode", "true"]);
            repo.write("caf\u{e9}.py", plant.nth_line(1))
                .write("cafe\u{301}.py", plant.nth_line(2))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C7.long",
        state: "a path of 3,000 bytes",
        why: "longer than an entry of the index says in its own field",
        secret: Blocked(&["LONG/x.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let long = "folder/".repeat(400) + "folder";
            repo.write(format!("{long}/x.py"), plant.line()).stage();
            commit(&repo, &[]).calling(&long, "LONG")
        },
    },
    Case {
        id: "C7.longest",
        state: "a path of 6,000 bytes, which no file system here takes",
        why: "git commits it all the same",
        secret: Blocked(&["LONG/x.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let long = "folder/".repeat(850) + "folder";
            let entry = format!("100644,{},{long}/x.py", repo.blob(plant.line()));
            repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
            commit(&repo, &[]).calling(&long, "LONG")
        },
    },
    Case {
        id: "C7.ignored",
        state: "an ignored file that is forced in",
        why: "it is in the commit",
        secret: Blocked(&["local.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write(".gitignore", "local.py\n").commit("ignored");
            repo.write("local.py", plant.line())
                .git(&["add", "--force", "local.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C7.assume-unchanged",
        state: "a staged file with `git update-index --assume-unchanged`",
        why: "the flag is about the work tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| flagged(plant, "--assume-unchanged"),
    },
    Case {
        id: "C7.skip-worktree",
        state: "a staged file with `git update-index --skip-worktree`",
        why: "the flag is about the work tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| flagged(plant, "--skip-worktree"),
    },
    Case {
        id: "C7.fsmonitor-valid",
        state: "a staged file with `git update-index --fsmonitor-valid`",
        why: "the flag is about the work tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| flagged(plant, "--fsmonitor-valid"),
    },
    Case {
        id: "C7.empty",
        state: "a new file without any text",
        why: "there is nothing to scan, and the report says so",
        secret: Nothing,
        twin: None,
        run: |_| {
            let repo = two_files();
            repo.write("empty.py", "").stage();
            commit(&repo, &[])
        },
    },
];

const C8: &[Case] = &[
    Case {
        id: "C8.mended",
        state: "the text is staged and no longer in the work tree",
        why: "the staged text is committed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line())
                .stage()
                .write("a.py", "a = 1\n");
            commit(&repo, &[])
        },
    },
    Case {
        id: "C8.not-staged",
        state: "the text is in the work tree and not staged",
        why: "it is not committed",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", "a = 2\n")
                .stage()
                .write("a.py", plant.line());
            commit(&repo, &[])
        },
    },
    Case {
        id: "C8.untracked",
        state: "the text is in a file that git does not know",
        why: "it is not committed",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", "a = 2\n")
                .stage()
                .write("new.py", plant.line());
            commit(&repo, &[])
        },
    },
    Case {
        id: "C8.deleted",
        state: "the text is staged, the file deleted",
        why: "the staged text is committed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage().remove("a.py");
            commit(&repo, &[])
        },
    },
    Case {
        id: "C8.no-files",
        state: "the text is staged, the whole work tree deleted",
        why: "the index is all there is to commit",
        secret: Blocked(&["sub/c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("sub/c.py", plant.line()).stage();
            fs::remove_dir_all(repo.path("sub")).expect("it is there");
            repo.remove("a.py").remove("b.py");
            commit(&repo, &[])
        },
    },
    Case {
        id: "C8.pipe",
        state: "`guard check --staged` with a named pipe in the file's place",
        why: "whoever opened it would wait for ever",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage().remove("a.py");
            run(repo.program("mkfifo", repo.top()).arg("a.py")).exits(0);
            by_hand(run_with_patience(
                repo.guard_command().args(["check", "--staged"]),
            ))
        },
    },
    Case {
        id: "C8.endless",
        state: "the same with a link to /dev/zero",
        why: "whoever read it would never end",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage().remove("a.py");
            link("/dev/zero", &repo.path("a.py"));
            by_hand(run_with_patience(
                repo.guard_command().args(["check", "--staged"]),
            ))
        },
    },
    Case {
        id: "C8.same-time",
        state: "the text staged in place of as many bytes, with the old file's time put back",
        why: "guard does not go by times and sizes",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let old = "#".repeat(plant.line().len() - 1) + "\n";
            repo.write("a.py", old).commit("old");
            repo.write("a.py", plant.line()).stage();
            let mut touch = repo.program("touch", repo.top());
            run(touch.args(["-d", "2020-01-01T00:00:00", "a.py", ".git/index"])).exits(0);
            commit(&repo, &[])
        },
    },
];

const C9: &[Case] = &[
    Case {
        id: "C9.tree",
        state: "the tree of HEAD replaced by the staged one (`git replace`)",
        why: "git itself shows no difference; what is pushed is the true tree",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            let old = repo.git(&["rev-parse", "HEAD^{tree}"]);
            let new = repo.git(&["write-tree"]);
            repo.git(&["replace", &old, &new]);
            assert_eq!(repo.git(&["diff", "--cached"]), "", "git itself is fooled");
            commit(&repo, &["--allow-empty"])
        },
    },
    Case {
        id: "C9.blob",
        state: "the staged blob replaced by a harmless one",
        why: "what is pushed is the true blob",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            let old = repo.git(&["rev-parse", ":a.py"]);
            repo.git(&["replace", &old, &repo.blob("a = 2\n")]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C9.old-blob",
        state: "the blob of HEAD replaced by one with the text",
        why: "the true old version has no such line",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", format!("a = 1\n{}a = 2\n", plant.line()))
                .stage();
            let old = repo.git(&["rev-parse", "HEAD:a.py"]);
            let with = format!("a = 1\n{}", plant.line());
            repo.git(&["replace", &old, &repo.blob(with)]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C9.commit",
        state: "the commit of HEAD replaced by one with the text",
        why: "the true parent has no such line",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            let tree = repo.git(&["write-tree"]);
            let with = repo.git(&["commit-tree", &tree, "-m", "with it"]);
            repo.git(&["replace", &repo.head(), &with]);
            commit(&repo, &["--allow-empty"])
        },
    },
    Case {
        id: "C9.history",
        state: "`guard check` where a replacement leaves the commit with the text out of history",
        why: "what is pushed is the true history",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_history(plant);
            repo.git(&["replace", "--graft", "HEAD", "HEAD~2"]);
            by_hand(repo.guard(&["check"]))
        },
    },
    Case {
        id: "C9.grafts",
        state: "`guard check` where `.git/info/grafts` leaves it out",
        why: "the file is this clone's own: the true history has the commit",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_history(plant);
            let name = |revision: &str| repo.git(&["rev-parse", revision]);
            let grafts = format!("{} {}\n", name("HEAD"), name("HEAD~2"));
            repo.write(".git/info/grafts", grafts);
            by_hand(repo.guard(&["check"]))
        },
    },
];

/// A repository whose last commit but one brings the text, and whose last takes it out.
fn with_history(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("a.py", plant.line()).commit("with it");
    repo.write("a.py", "a = 2\n").commit("without it");
    repo
}

/// Commits the text in a file that has a flag in the index.
fn flagged(plant: &Plant, flag: &str) -> Ended {
    let repo = two_files();
    repo.write("b.py", key_line(9)).commit("an old key");
    repo.write("a.py", plant.line()).stage();
    repo.git(&["update-index", flag, "a.py"]);
    commit(&repo, &[])
}
