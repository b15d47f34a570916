//! Files and folders on disk, and standard input.

use super::*;
use crate::source::{Disk, Ignored, Stdin};

fn disk(directory: &Path, top: Option<&Path>, roots: &[&str]) -> Disk {
    Disk {
        directory: directory.to_owned(),
        roots: roots.iter().map(PathBuf::from).collect(),
        top: top.map(Path::to_owned),
        ignored: Ignored::LeftOut,
    }
}

fn names(disk: &Disk) -> Vec<String> {
    disk.plan()
        .expect("readable")
        .items
        .iter()
        .map(name)
        .collect()
}

fn sample() -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "a\n")
        .write(".env", "KEY=1\n")
        .write("sub/b.txt", "b\n");
    repo.write("out/o.txt", "o\n")
        .write("x.log", "log\n")
        .write("sub/y.log", "log\n");
    repo.write(".gitignore", "/out/\n*.log\n")
        .write(".ignore", "a.txt\n");
    repo
}

#[test]
fn a_folder_is_read_as_git_sees_it_hidden_files_too() {
    let repo = sample();
    let expected = [".env", ".gitignore", ".ignore", "a.txt", "sub/b.txt"];
    assert_eq!(names(&disk(&repo.top, Some(&repo.top), &["."])), expected);
    assert_eq!(
        names(&disk(&repo.top, Some(&repo.top), &["./sub/.."])),
        expected
    );
    let mut all = disk(&repo.top, Some(&repo.top), &["."]);
    all.ignored = Ignored::Included;
    let expected = [
        ".env",
        ".gitignore",
        ".ignore",
        "a.txt",
        "out/o.txt",
        "sub/b.txt",
        "sub/y.log",
        "x.log",
    ];
    assert_eq!(names(&all), expected, "and nothing of .git");
}

#[test]
fn what_is_named_is_read_even_if_it_is_ignored() {
    let repo = sample();
    let named = disk(
        &repo.top,
        Some(&repo.top),
        &["x.log", "out", "sub", "sub/b.txt"],
    );
    assert_eq!(
        names(&named),
        ["out/o.txt", "sub/b.txt", "x.log"],
        "each once"
    );
}

#[test]
fn paths_are_named_from_the_top_of_the_repository_or_as_given() {
    let repo = sample();
    let sub = repo.path("sub");
    assert_eq!(
        names(&disk(&sub, Some(&repo.top), &["b.txt", "../a.txt"])),
        ["a.txt", "sub/b.txt"]
    );
    assert_eq!(
        names(&disk(&sub, None, &["./b.txt", "../a.txt"])),
        ["../a.txt", "b.txt"]
    );
    let absolute = repo.path("a.txt").display().to_string();
    assert_eq!(names(&disk(&sub, Some(&repo.top), &[&absolute])), ["a.txt"]);
    assert_eq!(names(&disk(&sub, None, &[&absolute])), [absolute]);
    // Reached through a link, it still lies in the repository.
    std::os::unix::fs::symlink(&repo.top, repo.beside("way")).expect("may write");
    assert_eq!(
        names(&disk(&repo.beside(""), Some(&repo.top), &["way/a.txt"])),
        ["a.txt"]
    );
}

#[test]
fn links_in_a_folder_are_read_and_not_followed() {
    let repo = Repo::new();
    repo.write("dir/a.txt", "a\n");
    std::os::unix::fs::symlink("..", repo.path("dir/loop")).expect("may write");
    std::os::unix::fs::symlink("/nowhere/secret", repo.path("dir/dangling")).expect("may write");
    let source = disk(&repo.top, None, &["dir"]);
    let seen = added(&source).expect("readable");
    let expected = [
        ("dir/a.txt", &["a"][..]),
        ("dir/dangling@", &["/nowhere/secret"]),
        ("dir/loop@", &[".."]),
    ];
    assert_eq!(seen, expect(expected));
}

#[test]
fn a_link_that_is_named_is_followed_as_well() {
    let repo = Repo::new();
    repo.write("real/a.txt", "a\n");
    std::os::unix::fs::symlink("real", repo.path("folder")).expect("may write");
    std::os::unix::fs::symlink("real/a.txt", repo.path("file")).expect("may write");
    std::os::unix::fs::symlink("nowhere", repo.path("dangling")).expect("may write");
    let source = disk(&repo.top, Some(&repo.top), &["folder", "file", "dangling"]);
    let expected = [
        ("dangling@", &["nowhere"][..]),
        ("file", &["a"]),
        ("file@", &["real/a.txt"]),
        ("folder@", &["real"]),
        ("folder/a.txt", &["a"]),
    ];
    assert_eq!(added(&source).expect("readable"), expect(expected));
}

#[test]
fn what_is_missing_is_an_error_and_what_is_no_file_is_noted() {
    let repo = Repo::new();
    let missing = disk(&repo.top, None, &["missing.txt"]).plan();
    let fault = missing.expect_err("it must not pass");
    assert!(fault.to_string().contains("missing.txt"), "{fault}");
    let _socket = std::os::unix::net::UnixListener::bind(repo.path("socket")).expect("may write");
    for roots in [["."], ["socket"]] {
        let plan = disk(&repo.top, None, &roots).plan().expect("readable");
        assert!(plan.items.is_empty());
        assert!(plan.notes[0].contains("socket"), "{:?}", plan.notes);
    }
}

#[test]
fn a_file_that_is_gone_when_it_is_read_is_an_error_that_names_it() {
    let repo = Repo::new();
    repo.write("a.txt", "a\n");
    let source = disk(&repo.top, None, &["a.txt"]);
    let plan = source.plan().expect("readable");
    std::fs::remove_file(repo.path("a.txt")).expect("it is there");
    let read = source
        .reader()
        .expect("readable")
        .new_version(&plan.items[0]);
    assert!(
        read.expect_err("it must not pass")
            .to_string()
            .contains("a.txt")
    );
}

#[test]
fn a_bad_line_in_an_ignore_file_is_noted_and_leaves_nothing_out() {
    let repo = Repo::new();
    repo.write(".gitignore", "a[\n")
        .write("a.txt", "a\n")
        .write("sub/.gitignore", "b{\n");
    for root in [".", "sub"] {
        let plan = disk(&repo.top, Some(&repo.top), &[root])
            .plan()
            .expect("readable");
        assert!(!plan.notes.is_empty() && !plan.items.is_empty(), "{plan:?}");
    }
}

#[test]
fn standard_input_is_one_item_under_its_name() {
    let stdin = Stdin::read(Path::new("./app/../x.py"), &b"one\ntwo"[..]).expect("readable");
    assert_eq!(
        added(&stdin).expect("readable"),
        expect([("x.py", &["one", "two"])])
    );
}
