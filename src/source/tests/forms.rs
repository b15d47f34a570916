//! Forms of repository: those that are read, and those that are refused by name.

use super::*;
use crate::source::UnsupportedForm;

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
fn a_sparse_checkout_is_read_and_a_sparse_index_refused() {
    let repo = with_secret(&[]);
    repo.git(&["sparse-checkout", "set", "--no-sparse-index", "other"]);
    assert_eq!(repo.staged(), expect([("a.txt", &["secret"])]));
    repo.git(&["sparse-checkout", "reapply", "--sparse-index"]);
    assert_unsupported(&repo, &UnsupportedForm::SparseIndex);
}

#[test]
fn forms_that_libgit2_does_not_know_are_refused_by_name() {
    let split = with_secret(&[]);
    split.git(&["update-index", "--split-index"]);
    assert_unsupported(&split, &UnsupportedForm::SplitIndex);
    assert_unsupported(
        &with_secret(&["--object-format=sha256"]),
        &UnsupportedForm::Sha256,
    );
    assert_unsupported(
        &with_secret(&["--ref-format=reftable"]),
        &UnsupportedForm::Reftable,
    );
    let future = with_secret(&[]);
    future.git(&["config", "core.repositoryFormatVersion", "1"]);
    future.git(&["config", "extensions.timeTravel", "true"]);
    assert_unsupported(
        &future,
        &UnsupportedForm::Extension("timetravel".to_owned()),
    );
    let newer = with_secret(&[]);
    newer.git(&["config", "core.repositoryFormatVersion", "9"]);
    assert_unsupported(&newer, &UnsupportedForm::Version);
}

fn assert_unsupported(repo: &Repo, expected: &UnsupportedForm) {
    let fault = repo.fault();
    let SourceError::Unsupported { form, .. } = &fault else {
        panic!("{fault:?}")
    };
    assert_eq!(form, expected);
    assert!(fault.to_string().contains(&expected.to_string()), "{fault}");
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
