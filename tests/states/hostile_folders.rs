//! H3, H4: many files, and folders in one another without end.

use crate::given::link;
use crate::ran::run_with_patience;
use crate::still::{guard, guard_in, still};
use crate::support::{GUARD, Repo, key_at, key_line, run, run_with_input};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Plant, by_hand};
use std::fs;

groups! {
    h3_many: H3,
    h4_depth: H4,
}

const STAGED: &[&str] = &["check", "--staged"];

const H3: &[Case] = &[
    Case {
        id: "H3.files",
        state: "3,000 staged files, one with the text",
        why: "files are counted and scanned by all threads, each once",
        secret: Blocked(&["d7/1507.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            for number in 0..3_000 {
                repo.write(
                    format!("d{}/{number}.py", number % 10),
                    format!("x = {number}\n"),
                );
            }
            repo.write("d7/1507.py", plant.line()).stage();
            guard(&repo, STAGED)
        },
    },
    Case {
        id: "H3.deleted",
        state: "3,000 deleted files whose lines a new one brings together, and the text",
        why: "lines of deleted files are old",
        secret: Blocked(&["all.py:3001"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            let mut all = String::new();
            for number in 0..3_000 {
                let line = format!("x{number} = {number}\n");
                repo.write(format!("old/{number}.py"), &line);
                all += &line;
            }
            repo.commit("old");
            fs::remove_dir_all(repo.path("old")).expect("it is ours");
            repo.write("all.py", all + &plant.line()).stage();
            guard(&repo, STAGED)
        },
    },
];

const H4: &[Case] = &[
    Case {
        id: "H4.staged",
        state: "2,000 folders in one another, staged",
        why: "git commits that; folders are walked without recursion",
        secret: Blocked(&["a/a/a/key.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = deep(plant, 2_000);
            guard(&repo, STAGED).calling(&"a/".repeat(2_000), "a/a/a/")
        },
    },
    Case {
        id: "H4.committed",
        state: "2,000 folders in one another, committed; `guard check`",
        why: "trees are walked without recursion",
        secret: Blocked(&["a/a/a/key.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = deep(plant, 2_000);
            repo.git(&["commit", "--quiet", "--message", "deep"]);
            guard(&repo, &["check"]).calling(&"a/".repeat(2_000), "a/a/a/")
        },
    },
    Case {
        id: "H4.too-deep",
        state: "3,000 folders in one another, staged",
        why: "git itself refuses more than 2,048",
        secret: Refused(&["folders nested too deeply"]),
        twin: Some(Refused(&["folders nested too deeply"])),
        run: |plant| guard(&deep(plant, 3_000), STAGED),
    },
    Case {
        id: "H4.disk",
        state: "300 folders in one another on disk; `guard check .`",
        why: "folders are walked as deep as they go",
        secret: Blocked(&["a/a/a/key.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            let deep = "a/".repeat(300);
            repo.write(format!("{deep}key.py"), plant.line());
            guard(&repo, &["check", "."]).calling(&deep, "a/a/a/")
        },
    },
    Case {
        id: "H4.disk-beyond",
        state: "folders in one another beyond the longest path that the system knows; `guard check .`",
        why: "what cannot be reached is not vouched for",
        secret: Refused(&["cannot be read"]),
        twin: Some(Refused(&["cannot be read"])),
        run: |plant| {
            // Each half is short enough to be made by its path.
            let repo = Repo::new();
            let half = "aaaaaaaaa/".repeat(250);
            let (apart, within) = (repo.beside("apart"), repo.path(&half).join("apart"));
            repo.write(format!("../apart/{half}key.py"), plant.line());
            fs::create_dir_all(repo.path(&half)).expect("may write");
            fs::rename(&apart, &within).expect("may move");
            let mut guard = repo.guard_command();
            let ran = run_with_patience(guard.args(["check", "."]));
            // The temporary folder is deleted by paths, too.
            fs::rename(&within, &apart).expect("may move");
            by_hand(ran)
        },
    },
    Case {
        id: "H4.loop",
        state: "a folder with a symbolic link to itself; `guard check .`",
        why: "links in folders are not followed, and their targets are scanned as text",
        secret: Blocked(&["sub/a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            repo.write("sub/a.py", plant.line());
            link("..", &repo.path("sub/up"));
            link("loop", &repo.path("sub/loop"));
            guard_in(&repo, repo.top(), &["check", "."])
        },
    },
];

/// A repository with the text staged below so many folders; not on disk, where paths end sooner.
fn deep(plant: &Plant, folders: usize) -> Repo {
    let repo = Repo::new();
    let blob = repo.blob(plant.line());
    let entry = format!("100644 {blob}\t{}key.py\n", "a/".repeat(folders));
    let mut git = repo.git_command(repo.top());
    git.args(["update-index", "--index-info"]);
    run_with_input(&mut git, entry.as_bytes()).exits(0);
    repo
}

#[test]
fn what_is_no_file_is_never_read() {
    let repo = Repo::new();
    let mut pipe = repo.program("mkfifo", repo.top());
    run(pipe.arg("pipe")).exits(0);
    for paths in [
        &["."][..],
        &["pipe"],
        &["/dev/zero"],
        &["pipe", "/dev/zero", "/dev/tty"],
    ] {
        let mut guard = repo.guard_command();
        let ran = still(&repo, guard.arg("check").args(paths));
        ran.scans_nothing().says("is no file: not read");
    }
    // Beside one that is, it is told all the same.
    repo.write("a.py", key_line(1));
    let mut guard = repo.program(GUARD, repo.top());
    let ran = still(&repo, guard.args(["check", "."]));
    ran.exits(1)
        .finds(&[&key_at("a.py:1")])
        .says("`pipe` is no file");
}
