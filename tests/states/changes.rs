//! C1 to C4: kinds of change, from an intent to add to a change of mode.

use crate::given::two_files;
use crate::support::{Repo, key_line, set_mode};
use crate::table::Outcome::{Blocked, Clean, Nothing};
use crate::table::{Case, Ended, Plant, by_hand, commit};
use std::fs;

groups! {
    c1_an_intent_to_add: C1,
    c2_a_rename: C2,
    c3_a_copy: C3,
    c4_a_change_of_mode: C4,
}

const C1: &[Case] = &[
    Case {
        id: "C1.staged",
        state: "`git add --intent-to-add`, then `guard check --staged`",
        why: "the entry has the empty blob, and git leaves it out of the commit",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| by_hand(intended(plant).staged()),
    },
    Case {
        id: "C1.all",
        state: "the same, then `git commit --all`",
        why: "now git takes the file",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| commit(&intended(plant), &["--all"]),
    },
    Case {
        id: "C1.path",
        state: "the same, then `git commit PATH`",
        why: "now git takes the file",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| commit(&intended(plant), &["c.py"]),
    },
    Case {
        id: "C1.beside",
        state: "the same with another file staged, then `git commit`",
        why: "what is only intended is not committed, and the index is of version 3",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = intended(&Plant::SECRET);
            repo.write("a.py", plant.line()).git(&["add", "a.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C1.in-place",
        state: "`git rm --cached` and `git add --intent-to-add` of an old file, then `git commit`",
        why: "the commit takes the file away",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line());
            repo.git(&["rm", "--quiet", "--cached", "--force", "a.py"]);
            repo.git(&["add", "--intent-to-add", "a.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C1.patterns",
        state: "a patterns.toml that is only intended and would exclude all",
        why: "it is not in the commit",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            repo.write("patterns.toml", "[settings]\nexclude = [\"**\"]\n");
            repo.git(&["add", "--intent-to-add", "patterns.toml"]);
            commit(&repo, &[])
        },
    },
];

const C2: &[Case] = &[
    Case {
        id: "C2.pure",
        state: "`git mv` of a file with the text",
        why: "nothing but the name is new",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("old");
            repo.git(&["mv", "a.py", "new.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C2.edited",
        state: "a file with an old key, renamed and given the text",
        why: "only the line that was added is new",
        secret: Blocked(&["new.py:5"]),
        twin: Some(Clean),
        run: |plant| renamed(&key_line(9), &plant.line()),
    },
    Case {
        id: "C2.old",
        state: "a file with the text, renamed and given a harmless line",
        why: "the old lines of a renamed file are no news",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| renamed(&plant.line(), "x = 1\n"),
    },
    Case {
        id: "C2.doubled",
        state: "a file with the text, renamed and given the same line once more",
        why: "the second copy is new",
        secret: Blocked(&["new.py:5"]),
        twin: Some(Clean),
        run: |plant| renamed(&plant.line(), &plant.line()),
    },
    Case {
        id: "C2.many",
        state: "40 files renamed and edited, with diff.renameLimit = 1",
        why: "what counts as new does not hang on how git pairs the files",
        secret: Blocked(&["new/20.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "diff.renameLimit", "1"]);
            let name = |folder: &str, number: u64| format!("{folder}/{number}.py");
            for number in 1..=40 {
                repo.write(name("old", number), format!("{}# {number}\n", key_line(9)));
            }
            repo.commit("old");
            fs::remove_dir_all(repo.path("old")).expect("it is there");
            for number in 1..=40 {
                let more = if number == 20 {
                    plant.line()
                } else {
                    format!("x = {number}\n")
                };
                repo.write(name("new", number), format!("{}{more}", key_line(9)));
            }
            repo.stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C2.moved",
        state: "a file that is deleted, its lines in two others that are new",
        why: "where a whole file goes, its lines are no news",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", format!("import os\n{}x = 1\n", plant.line()))
                .commit("old");
            repo.remove("a.py")
                .write("main.py", "import os\nx = 1\n")
                .write("settings.py", format!("# settings\n{}", plant.line()))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C2.swapped",
        state: "the contents of two files swapped",
        why: "both files stay: the line is new in the second",
        secret: Blocked(&["b.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("old");
            repo.write("a.py", "b = 1\n")
                .write("b.py", plant.line())
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C2.deleted",
        state: "a file with the text deleted",
        why: "a deletion brings nothing",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("old");
            repo.git(&["rm", "--quiet", "a.py"]);
            commit(&repo, &[])
        },
    },
];

const C3: &[Case] = &[
    Case {
        id: "C3.copied",
        state: "a copy of an old file with the text",
        why: "another place to clean up",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("old");
            repo.write("c.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C3.found",
        state: "the same with diff.renames = copies, the original edited as well",
        why: "git would call it a copy without an edit",
        secret: Blocked(&["c.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "diff.renames", "copies"]);
            repo.write("a.py", plant.line()).commit("old");
            repo.write("c.py", plant.line());
            repo.write("a.py", format!("x = 1\n{}", plant.line()))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C3.in-place",
        state: "a line with the text, doubled in its own file",
        why: "the second copy is new",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("old");
            repo.write("a.py", plant.line().repeat(2)).stage();
            commit(&repo, &[])
        },
    },
];

const C4: &[Case] = &[
    Case {
        id: "C4.mode",
        state: "`git update-index --chmod=+x` of an old file with the text",
        why: "the blob is the same",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("old");
            repo.git(&["update-index", "--chmod=+x", "a.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C4.mode-and-text",
        state: "the same with an edit",
        why: "the edit counts",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).stage();
            repo.git(&["update-index", "--chmod=+x", "a.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C4.ignored",
        state: "core.fileMode = false and an edit of a file whose mode differs on disk",
        why: "what the file system says plays no part",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "core.fileMode", "false"]);
            repo.write("a.py", plant.line());
            set_mode(&repo.path("a.py"), 0o755);
            commit(&repo, &["--all"])
        },
    },
];

/// A guarded repository in which `c.py` with the text is only intended to be added.
fn intended(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("c.py", plant.line());
    repo.git(&["add", "--intent-to-add", "c.py"]);
    repo
}

/// Commits a file that is renamed, `old` among its old lines, and given another line.
fn renamed(old: &str, new: &str) -> Ended {
    let repo = two_files();
    let text = format!("one\n{old}two\nthree\n");
    repo.write("old.py", &text).commit("old");
    repo.git(&["mv", "old.py", "new.py"]);
    repo.write("new.py", text + new).stage();
    commit(&repo, &[])
}
