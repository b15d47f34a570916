//! Commits that no remote has.

use super::*;
use crate::source::{Pending, Unpushed};

fn unpushed(folder: &Path) -> Vec<(String, Vec<String>)> {
    let environment = GitEnvironment {
        directory: folder.to_owned(),
        ..GitEnvironment::default()
    };
    added(&Unpushed::new(
        &GitRepository::open(environment).expect("git made it"),
    ))
    .expect("readable")
}

/// A clone of a repository with one commit.
fn clone() -> (Repo, PathBuf) {
    let origin = Repo::with_commit();
    let url = format!("file://{}", origin.top.display());
    git_in(&origin.beside(""), ["clone", "-q", &url, "clone"]);
    let clone = origin.beside("clone");
    (origin, clone)
}

fn commit(folder: &Path, path: &str, content: &str) {
    std::fs::write(folder.join(path), content).expect("may write");
    git_in(folder, ["add", "-A"]);
    git_in(folder, ["commit", "-q", "-m", "a summary\n\nand a body"]);
}

#[test]
fn each_commit_is_compared_with_its_own_parent() {
    let (_origin, clone) = clone();
    assert_eq!(unpushed(&clone), expect([]));
    commit(&clone, "a.txt", "one\ntwo\nthree\nsecret\n");
    commit(&clone, "a.txt", "one\ntwo\nthree\n");
    commit(&clone, "b.txt", "b\n");
    let expected = expect([("a.txt", &["secret"]), ("a.txt", &[]), ("b.txt", &["b"])]);
    assert_eq!(unpushed(&clone), expected, "added, then taken out again");
}

#[test]
fn without_a_remote_all_history_is_unpushed() {
    let repo = Repo::with_commit();
    assert_eq!(
        unpushed(&repo.top),
        expect([("a.txt", &["one", "two", "three"])])
    );
    assert_eq!(unpushed(&Repo::new().top), expect([]), "no commit at all");
}

#[test]
fn a_remote_branch_of_any_name_counts() {
    let (_origin, clone) = clone();
    commit(&clone, "b.txt", "b\n");
    git_in(&clone, ["update-ref", "refs/remotes/other/a/b/c", "HEAD"]);
    assert_eq!(unpushed(&clone), expect([]));
    commit(&clone, "c.txt", "c\n");
    git_in(
        &clone,
        [
            "symbolic-ref",
            "refs/remotes/origin/HEAD",
            "refs/remotes/origin/gone",
        ],
    );
    assert_eq!(unpushed(&clone), expect([("c.txt", &["c"])]));
}

#[test]
fn items_say_which_commit_brings_them() {
    let (_origin, clone) = clone();
    commit(&clone, "b.txt", "b\n");
    let environment = GitEnvironment {
        directory: clone.clone(),
        ..GitEnvironment::default()
    };
    let repository = GitRepository::open(environment).expect("git made it");
    std::fs::write(clone.join("staged.txt"), "s\n").expect("may write");
    git_in(&clone, ["add", "-A"]);
    let plan = Pending::new(&repository).plan().expect("readable");
    assert_eq!(plan.commits, 1);
    let [b, message, staged] = &plan.items[..] else {
        panic!("{:?}", plan.items)
    };
    let commit = b.commit.as_ref().expect("it is committed");
    assert_eq!(commit.author, "A U Thor <author@example.com>");
    assert_eq!(commit.summary, "a summary");
    assert_eq!(commit.id.to_string(), git_in(&clone, ["rev-parse", "HEAD"]));
    assert_eq!(commit.time, 1_704_164_645);
    assert_eq!((message.form, &message.commit), (Form::Message, &b.commit));
    let Place::Memory(text) = &message.new else {
        panic!("{:?}", message.new)
    };
    assert_eq!(text[..], b"a summary\n\nand a body\n"[..]);
    assert_eq!(
        (name(staged), staged.commit.is_none()),
        ("staged.txt".to_owned(), true)
    );
}

#[test]
fn a_merge_shows_only_what_it_adds_by_itself() {
    let (_origin, clone) = clone();
    git_in(&clone, ["checkout", "-q", "-b", "side"]);
    commit(&clone, "a.txt", "one\ntwo\nthree\nside\n");
    git_in(&clone, ["checkout", "-q", "main"]);
    commit(&clone, "a.txt", "main\none\ntwo\nthree\n");
    git_in(&clone, ["merge", "-q", "--no-commit", "side"]);
    commit(&clone, "a.txt", "main\none\ntwo\nevil\nthree\nside\n");
    let mut seen = unpushed(&clone);
    assert_eq!(seen.pop(), expect([("a.txt", &["evil"])]).pop());
    seen.sort();
    assert_eq!(seen, expect([("a.txt", &["main"]), ("a.txt", &["side"])]));
}

#[test]
fn renames_bring_only_edits_and_the_same_edit_is_met_once() {
    let (_origin, clone) = clone();
    git_in(&clone, ["mv", "a.txt", "b.txt"]);
    commit(&clone, "b.txt", "one\ntwo\nthree\nfour\n");
    git_in(&clone, ["revert", "--no-edit", "HEAD"]);
    git_in(&clone, ["revert", "--no-edit", "HEAD"]);
    // The rename comes twice and counts once; the way back adds nothing but is another edit.
    assert_eq!(
        unpushed(&clone),
        expect([("b.txt", &["four"]), ("a.txt", &[])])
    );
}

#[test]
fn folders_links_and_submodules_of_trees_are_compared() {
    let (_origin, clone) = clone();
    std::fs::create_dir_all(clone.join("dir/deep")).expect("may write");
    std::fs::create_dir_all(clone.join("kept")).expect("may write");
    std::fs::write(clone.join("kept/k.txt"), "k\n").expect("may write");
    std::fs::write(clone.join("dir.txt"), "t\n").expect("may write");
    std::os::unix::fs::symlink("target", clone.join("dir/link")).expect("may write");
    commit(&clone, "dir/deep/x.txt", "x\n");
    std::fs::remove_dir_all(clone.join("dir")).expect("it is there");
    let head = git_in(&clone, ["rev-parse", "HEAD"]);
    git_in(
        &clone,
        [
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{head},module"),
        ],
    );
    std::fs::write(clone.join("dir"), "x\nnow a file\n").expect("may write");
    std::fs::create_dir(clone.join("module")).expect("may write");
    git_in(&clone, ["add", "dir"]);
    git_in(&clone, ["commit", "-q", "-m", "second"]);
    let expected = expect([
        ("dir.txt", &["t"]),
        ("dir/deep/x.txt", &["x"]),
        ("dir/link@", &["target"]),
        ("kept/k.txt", &["k"]),
        ("dir", &["now a file"]),
    ]);
    assert_eq!(unpushed(&clone), expected);
}

#[test]
fn the_comparison_with_trees_and_with_the_index_agrees_with_git() {
    let (_origin, clone) = clone();
    let names = [
        "a", "a-b", "a.b", "a0", "ab", "b/a", "b/b/c", "b-", "b0/x", "c/c/c/c",
    ];
    let mut state = 7_u32;
    for round in 0..12 {
        for name in names {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let path = clone.join(name);
            match state >> 28 {
                0..=5 => {
                    // What stands in the way as a file or folder goes.
                    for above in path.ancestors().skip(1).take_while(|above| *above != clone) {
                        if above.is_file() {
                            std::fs::remove_file(above).expect("it is there");
                        }
                    }
                    if path.is_dir() {
                        std::fs::remove_dir_all(&path).expect("it is there");
                    }
                    std::fs::create_dir_all(path.parent().expect("below")).expect("may write");
                    std::fs::write(&path, format!("{name} {round}\n")).expect("may write");
                }
                6..=8 if path.is_file() => std::fs::remove_file(&path).expect("it is there"),
                9 if !path.exists() && path.parent() == Some(&clone) => {
                    std::fs::create_dir(&path).expect("may write");
                    std::fs::write(path.join("in"), format!("in {round}\n")).expect("may write");
                }
                _ => {}
            }
        }
        git_in(&clone, ["add", "-A"]);
        let cached = [
            "diff",
            "--cached",
            "--name-only",
            "--no-renames",
            "--diff-filter=AM",
        ];
        let environment = GitEnvironment {
            directory: clone.clone(),
            ..GitEnvironment::default()
        };
        let staged = staged(environment).expect("readable");
        let paths: Vec<&str> = staged.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, git_in(&clone, cached).lines().collect::<Vec<_>>());
        commit(&clone, "round", &format!("{round}\n"));
    }
    let environment = GitEnvironment {
        directory: clone.clone(),
        ..GitEnvironment::default()
    };
    let repository = GitRepository::open(environment).expect("git made it");
    let plan = Unpushed::new(&repository).plan().expect("readable");
    assert_eq!(plan.commits, 12);
    let mut mine: Vec<String> = plan
        .items
        .iter()
        .filter(|item| item.form != Form::Message)
        .map(|item| {
            format!(
                "{} {}",
                item.commit.as_ref().expect("committed").id,
                item.path
            )
        })
        .collect();
    let log = [
        "log",
        "--format=%H",
        "--name-only",
        "--no-renames",
        "--diff-filter=AM",
        "origin/main..",
    ];
    let mut id = String::new();
    let mut theirs = Vec::new();
    for line in git_in(&clone, log).lines().filter(|line| !line.is_empty()) {
        if line.len() == 40 {
            line.clone_into(&mut id);
        } else {
            theirs.push(format!("{id} {line}"));
        }
    }
    mine.sort();
    theirs.sort();
    assert_eq!(mine, theirs);
}

#[test]
fn the_edge_of_a_shallow_clone_is_not_taken_for_new() {
    let origin = Repo::with_commit();
    origin
        .write("b.txt", "b\n")
        .commit("second")
        .write("c.txt", "c\n")
        .commit("third");
    let url = format!("file://{}", origin.top.display());
    git_in(
        &origin.beside(""),
        ["clone", "-q", "--depth=1", &url, "clone"],
    );
    let clone = origin.beside("clone");
    commit(&clone, "d.txt", "d\n");
    assert_eq!(unpushed(&clone), expect([("d.txt", &["d"])]));
    git_in(&clone, ["worktree", "add", "-q", "-b", "side", "../linked"]);
    let linked = origin.beside("linked");
    commit(&linked, "e.txt", "e\n");
    let expected = expect([("d.txt", &["d"]), ("e.txt", &["e"])]);
    assert_eq!(unpushed(&linked), expected, "from a linked work tree");
    git_in(&clone, ["remote", "remove", "origin"]);
    assert_eq!(
        unpushed(&linked),
        expected,
        "with nothing that hides the edge"
    );
    let environment = GitEnvironment {
        directory: clone,
        ..GitEnvironment::default()
    };
    let repository = GitRepository::open(environment).expect("git made it");
    let plan = Unpushed::new(&repository).plan().expect("readable");
    assert!(
        plan.notes.iter().any(|note| note.contains("shallow")),
        "{:?}",
        plan.notes
    );
}

#[test]
fn a_commit_that_cannot_be_read_is_an_error() {
    let (_origin, clone) = clone();
    commit(&clone, "b.txt", "b\n");
    commit(&clone, "c.txt", "c\n");
    let loses = |revision: &str| {
        let id = git_in(&clone, ["rev-parse", revision]);
        let file = clone.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        let hidden = clone.join("hidden");
        std::fs::rename(&file, &hidden).expect("it is loose");
        let environment = GitEnvironment {
            directory: clone.clone(),
            ..GitEnvironment::default()
        };
        let seen = GitRepository::open(environment)
            .and_then(|repository| added(&Unpushed::new(&repository)));
        std::fs::rename(&hidden, &file).expect("it is there");
        seen.expect_err("it must not pass")
    };
    assert!(matches!(loses("HEAD~1"), SourceError::Commit { .. }));
    assert!(matches!(loses("HEAD~1^{tree}"), SourceError::Commit { .. }));
    assert!(matches!(loses("HEAD~1:b.txt"), SourceError::Blob { .. }));
}
