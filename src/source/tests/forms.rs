//! Forms of repository: those that libgit2 reads, those that git reads for us, and those that nobody
//! can read.

use super::*;
use crate::source::{Pending, Unpushed};

/// Stages a secret in a repository with a commit and returns it.
fn with_secret(options: &[&str]) -> Repo {
    let repo = Repo::init(options);
    repo.write("a.txt", "one\n")
        .write("dir/b.txt", "b\n")
        .commit("first");
    repo.write("a.txt", "one\nsecret\n").stage();
    repo
}

#[test]
fn forms_that_libgit2_knows_are_read() {
    let cases: [&[&[&str]]; 9] = [
        &[&[
            "update-index",
            "--index-version",
            "4",
            "--force-write-index",
        ]],
        &[&[
            "update-index",
            "--index-version",
            "3",
            "--force-write-index",
        ]],
        &[&["update-index", "--force-untracked-cache"]],
        &[&["config", "feature.manyFiles", "true"], &["add", "-A"]],
        &[
            &["config", "index.skipHash", "true"],
            &["update-index", "--force-write-index"],
        ],
        &[
            &["config", "extensions.preciousObjects", "true"],
            &["config", "core.repositoryFormatVersion", "1"],
        ],
        &[
            &["config", "core.repositoryFormatVersion", "1"],
            &["config", "extensions.noop", "true"],
        ],
        &[
            &["config", "extensions.worktreeConfig", "true"],
            &["config", "core.repositoryFormatVersion", "1"],
        ],
        &[
            &["repack", "-adq"],
            &["pack-refs", "--all"],
            &["checkout", "-q", "--detach"],
        ],
    ];
    for commands in cases {
        let repo = with_secret(&[]);
        for command in commands {
            repo.git(command);
        }
        assert_eq!(
            repo.staged(),
            expect([("a.txt", &["secret"])]),
            "{commands:?}"
        );
    }
}

#[test]
fn a_sparse_index_is_read() {
    let repo = with_secret(&[]);
    repo.git(&["sparse-checkout", "set", "--no-sparse-index", "other"]);
    assert_eq!(repo.staged(), expect([("a.txt", &["secret"])]));
    repo.git(&["sparse-checkout", "reapply", "--sparse-index"]);
    assert_eq!(repo.staged(), expect([("a.txt", &["secret"])]));
    let repository = repo.open();
    let outside = repository
        .staged_file("dir/b.txt".into())
        .expect("readable");
    assert_eq!(outside.as_deref(), Some(&b"b\n"[..]));
}

#[test]
fn a_split_index_is_read() {
    let repo = with_secret(&[]);
    repo.git(&["update-index", "--split-index"]);
    assert_eq!(repo.staged(), expect([("a.txt", &["secret"])]));
    let repository = repo.open();
    let staged = |path: &str| repository.staged_file(path.into()).expect("readable");
    assert_eq!(staged("a.txt").as_deref(), Some(&b"one\nsecret\n"[..]));
    assert_eq!(staged("none"), None);
    // In conflict it is an error, as it is in any other index.
    let blob = repo.blob("other\n");
    let mut update = git_command(&repo.top);
    let entries = format!("100644 {blob} 2\tc.txt\n100644 {blob} 3\tc.txt\n");
    let update = update.args(["update-index", "--index-info"]);
    let mut child = update
        .stdin(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut input = child.stdin.take().expect("it is piped");
    std::io::Write::write_all(&mut input, entries.as_bytes()).expect("git reads it");
    drop(input);
    assert!(child.wait().expect("it is our child").success());
    assert!(matches!(repo.fault(), SourceError::Conflicts { .. }));
}

/// Options to `git init` that make forms which not everybody reads.
const FORMS: [&[&str]; 3] = [
    &["--object-format=sha256"],
    &["--ref-format=reftable"],
    &["--object-format=sha256", "--ref-format=reftable"],
];

#[test]
fn new_forms_are_read() {
    for options in FORMS {
        let repo = with_secret(options);
        let seen = repo.staged();
        assert_eq!(seen, expect([("a.txt", &["secret"])]), "{options:?}");
        let seen = added(&Unpushed::new(&repo.open())).expect("readable");
        let first = expect([("a.txt", &["one"]), ("dir/b.txt", &["b"])]);
        assert_eq!(seen, first, "{options:?}");
        // Packed, with another index version, and through its cache-tree.
        repo.git(&["repack", "-adq"]);
        repo.git(&["update-index", "--index-version", "4"]);
        repo.git(&["write-tree"]);
        let seen = added(&Pending::new(&repo.open())).expect("readable");
        let all = [first, expect([("a.txt", &["secret"])])].concat();
        assert_eq!(seen, all, "{options:?}");
        let repository = repo.open();
        let text = |found: Result<Option<Vec<u8>>, SourceError>| found.expect("readable");
        let at_head = text(repository.file_at("HEAD", "dir/b.txt".into()));
        assert_eq!(at_head.as_deref(), Some(&b"b\n"[..]), "{options:?}");
        assert_eq!(text(repository.file_at("HEAD", "dir/c.txt".into())), None);
        assert!(repository.file_at("HEAD", "dir".into()).is_err());
        assert!(repository.file_at("nothing", "dir".into()).is_err());
    }
}

#[test]
fn new_forms_are_read_without_a_commit_and_in_a_merge() {
    for options in FORMS {
        let repo = Repo::init(options);
        assert_eq!(repo.staged(), [], "{options:?}");
        repo.write("a.txt", "one\n").stage();
        assert_eq!(repo.staged(), expect([("a.txt", &["one"])]), "{options:?}");
        repo.commit("first");
        repo.git(&["checkout", "-q", "-b", "side"]);
        repo.write("side.txt", "side\n").commit("side");
        repo.git(&["checkout", "-q", "main"]);
        repo.write("main.txt", "main\n").commit("main");
        repo.git(&["merge", "-q", "--no-commit", "side"]);
        repo.write("side.txt", "side\nedited\n").stage();
        let seen = repo.staged();
        assert_eq!(seen, expect([("side.txt", &["edited"])]), "{options:?}");
    }
}

#[test]
fn damage_is_an_error_in_new_forms_too() {
    for options in FORMS {
        let repo = with_secret(options);
        let blob = repo.git(&["rev-parse", ":a.txt"]);
        let object = repo.path(".git/objects").join(&blob[..2]).join(&blob[2..]);
        std::fs::remove_file(&object).expect("it is loose");
        assert!(
            matches!(repo.fault(), SourceError::Blob { .. }),
            "{options:?}"
        );
        repo.write("a.txt", "one\nsecret\n").stage();
        repo.write(".git/index", "no index at all, but some bytes of one");
        assert!(
            matches!(repo.fault(), SourceError::Index { .. }),
            "{options:?}"
        );
    }
}

#[test]
fn forms_that_git_does_not_know_are_refused_with_its_own_words() {
    let future = with_secret(&[]);
    future.git(&["config", "core.repositoryFormatVersion", "1"]);
    future.git(&["config", "extensions.timeTravel", "true"]);
    let newer = with_secret(&[]);
    newer.git(&["config", "core.repositoryFormatVersion", "9"]);
    for (repo, words) in [(future, "timetravel"), (newer, "repo version")] {
        let fault = repo.fault();
        let SourceError::Open(source) = &fault else {
            panic!("{fault:?}")
        };
        assert!(source.message().contains(words), "{source}");
    }
}

#[test]
fn alternates_are_read() {
    let repo = with_secret(&[]);
    let borrower = repo.beside("borrower");
    git_in(
        &repo.beside(""),
        ["clone", "-q", "--shared", "repo", "borrower"],
    );
    std::fs::write(borrower.join("a.txt"), "one\nmore\n").expect("may write");
    git_in(&borrower, ["add", "-A"]);
    let environment = GitEnvironment {
        directory: borrower.clone(),
        ..GitEnvironment::default()
    };
    assert_eq!(
        staged(environment.clone()).expect("readable"),
        expect([("a.txt", &["more"])])
    );
    std::fs::write(borrower.join(".git/objects/info/alternates"), "/nowhere\n").expect("may write");
    assert!(staged(environment).is_err(), "HEAD is not there any more");
}

#[test]
fn a_partial_clone_says_which_old_version_is_missing() {
    let origin = with_secret(&[]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.top.display());
    let clone = origin.beside("clone");
    let arguments = [
        "clone",
        "-q",
        "--no-checkout",
        "--filter=blob:none",
        &url,
        "clone",
    ];
    git_in(&origin.beside(""), arguments);
    git_in(&clone, ["read-tree", "HEAD"]);
    // As git wrote it before there were promisor remotes in the configuration.
    git_in(&clone, ["config", "core.repositoryFormatVersion", "1"]);
    git_in(&clone, ["config", "extensions.partialClone", "origin"]);
    git_in(&clone, ["remote", "remove", "origin"]);
    std::fs::write(clone.join("a.txt"), "one\nsecret\n").expect("may write");
    git_in(&clone, ["update-index", "--add", "a.txt"]);
    let environment = GitEnvironment {
        directory: clone,
        ..GitEnvironment::default()
    };
    let repository = GitRepository::open(environment).expect("the extension is accepted");
    let source = Staged::new(&repository);
    let plan = source.plan().expect("readable");
    let [item] = &plan.items[..] else {
        panic!("{:?}", plan.items)
    };
    let mut reader = source.reader().expect("readable");
    let old = reader
        .old_versions(item, std::convert::identity)
        .expect("missing is no error");
    assert_eq!((old.missing.len(), old.texts.len()), (1, 0));
    assert_eq!(
        old.added_lines(b"one\nsecret\n").count(),
        2,
        "all lines count as new"
    );
}

#[test]
fn a_shallow_clone_is_read() {
    let origin = Repo::with_commit();
    origin.write("a.txt", "two\n").commit("second");
    let url = format!("file://{}", origin.top.display());
    git_in(
        &origin.beside(""),
        ["clone", "-q", "--depth=1", &url, "clone"],
    );
    let clone = origin.beside("clone");
    std::fs::write(clone.join("a.txt"), "two\nsecret\n").expect("may write");
    git_in(&clone, ["add", "-A"]);
    let environment = GitEnvironment {
        directory: clone,
        ..GitEnvironment::default()
    };
    assert_eq!(
        staged(environment).expect("readable"),
        expect([("a.txt", &["secret"])])
    );
}
