//! The index against HEAD, for every kind of change.

use super::*;
use bstr::{BStr, ByteSlice};

#[test]
fn only_the_lines_that_a_commit_adds_are_new() {
    let repo = Repo::with_commit();
    repo.write("a.txt", "one\nnew\ntwo\nthree")
        .write("b.txt", "b\n")
        .stage();
    assert_eq!(
        repo.staged(),
        expect([("a.txt", &["new"]), ("b.txt", &["b"])])
    );
}

#[test]
fn before_the_first_commit_everything_staged_is_new() {
    let repo = Repo::new();
    assert_eq!(repo.staged(), expect([]), "no index at all");
    repo.write("a.txt", "one\n").stage();
    assert_eq!(repo.staged(), expect([("a.txt", &["one"])]));
}

#[test]
fn the_work_tree_is_never_read() {
    let repo = Repo::with_commit();
    repo.write("a.txt", "staged\n")
        .stage()
        .write("a.txt", "later\n");
    assert_eq!(repo.staged(), expect([("a.txt", &["staged"])]));
    std::fs::remove_file(repo.path("a.txt")).expect("it is there");
    assert_eq!(repo.staged(), expect([("a.txt", &["staged"])]));
}

#[test]
fn a_rename_brings_only_what_was_edited() {
    let repo = Repo::with_commit();
    repo.write("sub/b.txt", "one\ntwo\nthree\nfour\n");
    std::fs::remove_file(repo.path("a.txt")).expect("it is there");
    repo.stage();
    assert_eq!(repo.staged(), expect([("sub/b.txt", &["four"])]));
}

#[test]
fn a_rename_without_an_edit_brings_no_text() {
    let repo = Repo::with_commit();
    repo.git(&["mv", "a.txt", "b.txt"]);
    let repository = repo.open();
    let plan = Staged::new(&repository).plan().expect("git made it");
    assert!(plan.items.is_empty());
    assert_eq!(plan.without_text, 2, "one path gone, one come");
}

#[test]
fn a_copy_is_new() {
    let repo = Repo::with_commit();
    repo.write("copy.txt", "one\ntwo\nthree\n").stage();
    assert_eq!(
        repo.staged(),
        expect([("copy.txt", &["one", "two", "three"])])
    );
}

#[test]
fn files_that_bring_no_text_are_no_items() {
    let repo = Repo::with_commit();
    repo.write("gone.txt", "x\n").commit("second");
    make_executable(&repo.path("a.txt"));
    std::fs::remove_file(repo.path("gone.txt")).expect("it is there");
    repo.write("empty.txt", "")
        .stage()
        .write("intent.txt", "secret\n");
    repo.git(&["add", "-N", "intent.txt"]);
    let repository = repo.open();
    let plan = Staged::new(&repository).plan().expect("git made it");
    assert!(plan.items.is_empty(), "{:?}", plan.items);
    assert_eq!(plan.without_text, 4);
    assert!(plan.notes.is_empty());
    assert_eq!(
        repository
            .staged_file("intent.txt".into())
            .expect("readable"),
        None
    );
    assert_eq!(
        repository
            .staged_file("empty.txt".into())
            .expect("readable"),
        Some(Vec::new())
    );
}

#[test]
fn intent_to_add_is_committed_by_commit_all() {
    let repo = Repo::with_commit();
    repo.write("intent.txt", "secret\n")
        .git(&["add", "-N", "intent.txt"]);
    let seen = repo.during("pre-commit", &["commit", "-a", "-m", "x"], staged);
    assert_eq!(
        seen.expect("readable"),
        expect([("intent.txt", &["secret"])])
    );
}

#[test]
fn a_mode_change_with_an_edit_is_an_edit() {
    let repo = Repo::with_commit();
    repo.write("a.txt", "one\ntwo\nthree\nfour\n");
    make_executable(&repo.path("a.txt"));
    repo.stage();
    assert_eq!(repo.staged(), expect([("a.txt", &["four"])]));
}

#[test]
fn the_target_of_a_link_is_its_text() {
    let repo = Repo::with_commit();
    std::os::unix::fs::symlink("/srv/token=abc", repo.path("link")).expect("may write");
    repo.stage();
    assert_eq!(repo.staged(), expect([("link@", &["/srv/token=abc"])]));
}

#[test]
fn a_file_that_becomes_a_link_and_a_link_that_becomes_a_file_are_read() {
    let repo = Repo::with_commit();
    std::os::unix::fs::symlink("target", repo.path("link")).expect("may write");
    repo.commit("second");
    for path in ["a.txt", "link"] {
        std::fs::remove_file(repo.path(path)).expect("it is there");
    }
    std::os::unix::fs::symlink("two", repo.path("a.txt")).expect("may write");
    repo.write("link", "target\nmore\n").stage();
    assert_eq!(
        repo.staged(),
        expect([("a.txt@", &[]), ("link", &["more"])])
    );
}

#[test]
fn submodules_are_noted_and_a_file_in_the_place_of_one_is_read() {
    let repo = Repo::with_commit();
    let head = repo.git(&["rev-parse", "HEAD"]);
    let entry = |path: &str| format!("160000,{head},{path}");
    repo.git(&["update-index", "--add", "--cacheinfo", &entry("sub")]);
    repo.git(&["update-index", "--add", "--cacheinfo", &entry("lib")]);
    repo.write(".gitmodules", "url = https://token@example.com\n")
        .git(&["add", ".gitmodules"]);
    let repository = repo.open();
    let plan = Staged::new(&repository).plan().expect("git made it");
    assert_eq!(
        plan.items.iter().map(name).collect::<Vec<_>>(),
        [".gitmodules"]
    );
    assert_eq!(plan.notes.len(), 2, "{:?}", plan.notes);
    repo.git(&["commit", "-q", "-m", "submodules"]);
    repo.git(&["rm", "-q", "--cached", "sub"]);
    repo.write("sub", "text\n").git(&["add", "sub"]);
    assert_eq!(repo.staged(), expect([("sub", &["text"])]));
}

#[test]
fn a_folder_in_the_place_of_a_file_and_the_reverse_are_read() {
    let repo = Repo::with_commit();
    repo.write("folder/x.txt", "x\n").commit("second");
    std::fs::remove_file(repo.path("a.txt")).expect("it is there");
    std::fs::remove_dir_all(repo.path("folder")).expect("it is there");
    repo.write("a.txt/inner", "inner\n")
        .write("folder", "folder\n")
        .stage();
    assert_eq!(
        repo.staged(),
        expect([("a.txt/inner", &["inner"]), ("folder", &["folder"])])
    );
}

#[test]
fn paths_of_any_bytes_and_any_length_come_through() {
    let repo = Repo::with_commit();
    let id = repo.blob("content\n");
    let deep = vec!["x".repeat(200); 20].join("/");
    let names = [
        "A.TXT",
        "a\n::error file=x::",
        "esc\u{1b}[31m",
        "\u{202e}bidi",
        "q\"uote",
        &deep,
    ];
    for name in names {
        repo.git(&["update-index", "--add", "--cacheinfo", "100644", &id, name]);
    }
    let latin = OsStr::from_bytes(b"caf\xe9");
    let arguments = ["update-index", "--add", "--cacheinfo", "100644", &id].map(OsStr::new);
    git_in(&repo.top, arguments.iter().copied().chain([latin]));
    let repository = repo.open();
    let plan = Staged::new(&repository).plan().expect("git made it");
    let paths: Vec<&BStr> = plan.items.iter().map(|item| item.path.as_bstr()).collect();
    let mut expected: Vec<&BStr> = names.iter().map(|name| BStr::new(*name)).collect();
    expected.push(BStr::new(b"caf\xe9"));
    expected.sort_unstable();
    assert_eq!(paths, expected);
    let staged = repository
        .staged_file(BStr::new(b"caf\xe9"))
        .expect("readable");
    assert_eq!(staged.as_deref(), Some(&b"content\n"[..]));
}

#[test]
fn a_rename_of_case_alone_is_seen_where_case_is_ignored() {
    let repo = Repo::with_commit();
    repo.git(&["config", "core.ignorecase", "true"]);
    let id = repo.blob("one\nsecret\n");
    repo.git(&["update-index", "--force-remove", "a.txt"]);
    repo.git(&[
        "-c",
        "core.ignorecase=false",
        "update-index",
        "--add",
        "--cacheinfo",
        "100644",
        &id,
        "A.txt",
    ]);
    assert_eq!(repo.staged(), expect([("A.txt", &["secret"])]));
}

#[test]
fn flags_of_the_index_hide_nothing() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let repo = Repo::with_commit();
        repo.write("a.txt", "one\nsecret\n")
            .write("b.txt", "b\n")
            .stage();
        repo.git(&["update-index", flag, "a.txt", "b.txt"]);
        assert_eq!(
            repo.staged(),
            expect([("a.txt", &["secret"]), ("b.txt", &["b"])]),
            "{flag}"
        );
    }
}

#[test]
fn ignored_files_that_were_added_by_force_are_read() {
    let repo = Repo::with_commit();
    repo.write(".gitignore", "*.env\n").commit("ignore");
    repo.write("x.env", "KEY=1\n").git(&["add", "-f", "x.env"]);
    assert_eq!(repo.staged(), expect([("x.env", &["KEY=1"])]));
}

#[test]
fn replaced_objects_do_not_hide_a_change() {
    let repo = Repo::with_commit();
    let old = repo.git(&["rev-parse", "HEAD^{tree}"]);
    repo.write("a.txt", "secret\n").stage();
    let new = repo.git(&["write-tree"]);
    repo.git(&["replace", &old, &new]);
    assert_eq!(repo.git(&["diff", "--cached"]), "", "git itself is fooled");
    assert_eq!(repo.staged(), expect([("a.txt", &["secret"])]));
}

#[test]
fn nothing_is_written_and_no_lock_is_needed() {
    let repo = Repo::with_commit();
    repo.write("a.txt", "secret\n")
        .stage()
        .write(".git/index.lock", "");
    let listing = || {
        let mut files: Vec<_> = ignore::WalkBuilder::new(&repo.top)
            .standard_filters(false)
            .build()
            .map(|entry| {
                let entry = entry.expect("readable");
                let metadata = entry.metadata().expect("readable");
                (
                    entry.into_path(),
                    metadata.len(),
                    metadata.modified().expect("has one"),
                )
            })
            .collect();
        files.sort();
        files
    };
    let before = listing();
    assert_eq!(repo.staged(), expect([("a.txt", &["secret"])]));
    assert_eq!(listing(), before);
}

#[test]
fn reads_files_out_of_the_index_and_of_revisions() {
    let repo = Repo::with_commit();
    repo.write("a.txt", "staged\n")
        .write("folder/b.txt", "b\n")
        .stage();
    std::os::unix::fs::symlink("a.txt", repo.path("link")).expect("may write");
    repo.stage().write("a.txt", "on disk\n");
    let repository = repo.open();
    let staged = |path: &str| repository.staged_file(path.into());
    assert_eq!(
        staged("a.txt").expect("readable").as_deref(),
        Some(&b"staged\n"[..])
    );
    assert_eq!(staged("missing").expect("readable"), None);
    assert!(matches!(staged("link"), Err(SourceError::NotAFile { .. })));
    assert!(
        repository
            .is_staged("folder/b.txt".into())
            .expect("readable")
    );
    assert!(!repository.is_staged("folder".into()).expect("readable"));
    let at = |path: &str| repository.file_at("main", path.into());
    assert_eq!(
        at("a.txt").expect("readable").as_deref(),
        Some(&b"one\ntwo\nthree\n"[..])
    );
    assert_eq!(at("folder/b.txt").expect("readable"), None);
    assert!(matches!(
        repository.file_at("nowhere", "a.txt".into()),
        Err(SourceError::Revision { .. })
    ));
    repo.commit("second");
    assert!(matches!(
        repository.file_at("HEAD", "folder".into()),
        Err(SourceError::NotAFile { .. })
    ));
    assert!(matches!(
        repository.file_at("HEAD", "link".into()),
        Err(SourceError::NotAFile { .. })
    ));
}

#[test]
fn folders_nested_deeper_than_git_allows_are_an_error() {
    let repo = Repo::with_commit();
    let id = repo.blob("deep\n");
    let deep = |depth: usize| format!("{}f", "d/".repeat(depth));
    repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        "100644",
        &id,
        &deep(2_000),
    ]);
    assert_eq!(repo.staged().len(), 1);
    repo.git(&["commit", "-q", "-m", "deep"]);
    assert_eq!(repo.staged().len(), 0);
    repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        "100644",
        &id,
        &deep(2_100),
    ]);
    assert!(matches!(repo.fault(), SourceError::TooDeep { .. }));
}

#[test]
fn a_folder_that_is_not_in_this_clone_is_not_taken_for_a_missing_file() {
    let repo = Repo::with_commit();
    repo.write("folder/b.txt", "b\n").commit("second");
    let tree = repo.git(&["rev-parse", "HEAD:folder"]);
    let file = format!(".git/objects/{}/{}", &tree[..2], &tree[2..]);
    std::fs::remove_file(repo.path(&file)).expect("it is there");
    let fault = repo.open().file_at("HEAD", "folder/b.txt".into());
    assert!(
        matches!(fault, Err(SourceError::Revision { .. })),
        "{fault:?}"
    );
}
