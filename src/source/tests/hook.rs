//! What git says to its hooks: which index, which work tree, which parents.

use super::*;
use crate::source::Unpushed;

/// Two changed files, of which `a.txt` is staged.
fn half_staged() -> Repo {
    let repo = Repo::with_commit();
    repo.write("b.txt", "b\n")
        .write("sub/c.txt", "c\n")
        .commit("second");
    repo.write("a.txt", "in a\n")
        .stage()
        .write("b.txt", "in b\n");
    repo
}

#[test]
fn every_form_of_commit_shows_the_index_it_commits() {
    let a: (&str, &[&str]) = ("a.txt", &["in a"]);
    let b: (&str, &[&str]) = ("b.txt", &["in b"]);
    let cases: [(&[&str], Vec<_>); 6] = [
        (&["commit", "-m", "x"], expect([a])),
        (&["commit", "-a", "-m", "x"], expect([a, b])),
        (&["commit", "-p", "-m", "x"], expect([a, b])),
        (&["commit", "-m", "x", "b.txt"], expect([b])),
        (&["commit", "-i", "-m", "x", "b.txt"], expect([a, b])),
        (&["commit", "--amend", "-m", "x"], expect([a])),
    ];
    for (arguments, expected) in cases {
        for folder in ["", "sub"] {
            let repo = half_staged();
            // From a subfolder, paths on the command line would be relative to it.
            let top = repo.top.display().to_string();
            let arguments: Vec<String> = arguments
                .iter()
                .map(|&word| {
                    if word == "b.txt" {
                        format!("{top}/b.txt")
                    } else {
                        word.to_owned()
                    }
                })
                .collect();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let seen = repo.during_in(
                &repo.path(folder),
                "pre-commit",
                &arguments,
                |environment| {
                    let repository = GitRepository::open(environment)?;
                    assert!(repository.is_hook());
                    assert_eq!(repository.work_tree(), Some(&*repo.top));
                    added(&Staged::new(&repository))
                },
            );
            assert_eq!(
                seen.expect("readable"),
                expected,
                "{arguments:?} in `{folder}`"
            );
        }
    }
}

#[test]
fn a_path_is_committed_from_an_index_that_the_hook_alone_can_name() {
    let repo = half_staged();
    let arguments = ["commit", "-m", "x", "b.txt"];
    let (named, staged_b) = repo.during("pre-commit", &arguments, |environment| {
        let named = environment.index_file.clone().expect("git sets it");
        let repository = GitRepository::open(environment).expect("git made it");
        (
            named,
            repository.staged_file("b.txt".into()).expect("readable"),
        )
    });
    assert!(
        named.is_absolute() && !named.ends_with("index"),
        "{}",
        named.display()
    );
    assert_eq!(staged_b.as_deref(), Some(&b"in b\n"[..]));
}

#[test]
fn the_first_commit_of_a_repository_is_read() {
    let repo = Repo::new();
    let empty = ["commit", "--allow-empty", "-m", "x"];
    let seen = repo.during("pre-commit", &empty, staged);
    assert_eq!(seen.expect("no index yet, and none is needed"), expect([]));
    repo.write("a.txt", "one\n").stage();
    let seen = repo.during("pre-commit", &["commit", "-m", "x"], staged);
    assert_eq!(seen.expect("readable"), expect([("a.txt", &["one"])]));
}

#[test]
fn an_amended_commit_is_compared_with_itself() {
    let repo = Repo::with_commit();
    repo.write("a.txt", "secret\n").commit("second");
    let seen = repo.during("pre-commit", &["commit", "--amend", "-m", "x"], staged);
    assert_eq!(seen.expect("readable"), expect([]));
    assert_eq!(
        added(&Unpushed::new(&repo.open())).expect("readable").len(),
        2,
        "the push sees it"
    );
}

#[test]
fn a_linked_work_tree_shows_its_own_index_and_head() {
    let repo = half_staged();
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    std::fs::write(linked.join("l.txt"), "in l\n").expect("may write");
    git_in(&linked, ["add", "l.txt"]);
    let expected = expect([("l.txt", &["in l"])]);
    let by_hand = GitEnvironment {
        directory: linked.clone(),
        ..GitEnvironment::default()
    };
    let repository = GitRepository::open(by_hand).expect("git made it");
    assert_eq!(repository.work_tree(), Some(&*linked));
    assert_eq!(
        added(&Staged::new(&repository)).expect("readable"),
        expected
    );
    for arguments in [&["commit", "-m", "x"][..], &["commit", "-a", "-m", "x"]] {
        let seen = repo.during_in(&linked, "pre-commit", arguments, |environment| {
            assert!(environment.git_dir.is_some());
            let repository = GitRepository::open(environment)?;
            assert_eq!(repository.work_tree(), Some(&*linked));
            added(&Staged::new(&repository))
        });
        assert_eq!(seen.expect("readable"), expected);
    }
}

#[test]
fn git_dir_and_work_tree_apart_are_found() {
    let repo = half_staged();
    let git_dir = repo.beside("apart.git");
    std::fs::rename(repo.path(".git"), &git_dir).expect("it is there");
    let git_dir = format!("--git-dir={}", git_dir.display());
    let work_tree = format!("--work-tree={}", repo.top.display());
    for folder in [repo.top.clone(), repo.beside("")] {
        let arguments = [&*git_dir, &*work_tree, "commit", "-m", "x"];
        let seen = repo.during_in(&folder, "pre-commit", &arguments, |environment| {
            let repository = GitRepository::open(environment)?;
            assert_eq!(
                repository.work_tree().map(|top| top.canonicalize().ok()),
                Some(Some(repo.top.clone()))
            );
            assert!(repository.staged_file("a.txt".into())?.is_some());
            added(&Staged::new(&repository))
        });
        assert_eq!(seen.expect("readable"), expect([("a.txt", &["in a"])]));
    }
    // Without a work tree named, git takes the current directory for it.
    let seen = repo.during(
        "pre-commit",
        &[&git_dir, "commit", "-m", "x"],
        |environment| {
            let repository = GitRepository::open(environment)?;
            assert_eq!(repository.work_tree(), Some(&*repo.top));
            added(&Staged::new(&repository))
        },
    );
    assert_eq!(seen.expect("readable"), expect([("a.txt", &["in a"])]));
}

#[test]
fn a_configured_work_tree_and_a_submodule_are_found() {
    let repo = half_staged();
    let elsewhere = repo.beside("elsewhere");
    std::fs::create_dir(&elsewhere).expect("may write");
    repo.git(&["config", "core.worktree", "../../elsewhere"]);
    let repository = repo.open();
    assert_eq!(repository.work_tree(), Some(&*elsewhere));
    repo.git(&["config", "--unset", "core.worktree"]);

    let inner = Repo::with_commit();
    let url = inner.top.display().to_string();
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &url,
        "module",
    ]);
    let module = repo.path("module");
    std::fs::write(module.join("m.txt"), "in m\n").expect("may write");
    git_in(&module, ["add", "m.txt"]);
    let seen = repo.during_in(
        &module,
        "pre-commit",
        &["commit", "-m", "x"],
        |environment| {
            let repository = GitRepository::open(environment)?;
            assert_eq!(repository.work_tree(), Some(&*module));
            added(&Staged::new(&repository))
        },
    );
    assert_eq!(seen.expect("readable"), expect([("m.txt", &["in m"])]));
}

#[test]
fn an_index_that_is_named_and_missing_is_an_error() {
    for repo in [Repo::new(), Repo::with_commit()] {
        let mut environment = repo.environment();
        environment.index_file = Some(PathBuf::from(".git/next-index-1.lock"));
        let fault = staged(environment).expect_err("it must not pass");
        assert!(
            matches!(fault, SourceError::MissingIndex { named: true, .. }),
            "{fault}"
        );
    }
    let repo = Repo::with_commit();
    std::fs::remove_file(repo.path(".git/index")).expect("it is there");
    let mut environment = repo.environment();
    environment.index_file = Some(PathBuf::from(".git/index"));
    assert!(
        staged(environment).is_err(),
        "there is a commit, so there was an index"
    );
}

#[test]
fn a_relative_index_is_relative_to_the_top_and_not_to_the_current_directory() {
    let repo = half_staged();
    let mut environment = repo.environment();
    environment.directory = repo.path("sub");
    environment.index_file = Some(PathBuf::from(".git/index"));
    assert_eq!(
        staged(environment).expect("readable"),
        expect([("a.txt", &["in a"])])
    );
}

#[test]
fn a_repository_of_another_user_is_read_for_git_and_refused_by_hand() {
    let repo = half_staged();
    let others = 12_345;
    let owned = std::os::unix::fs::chown(repo.path(".git"), Some(others), None)
        .and_then(|()| std::os::unix::fs::chown(&repo.top, Some(others), None));
    if owned.is_err() {
        return; // Only root can give files away.
    }
    let fault = repo.fault();
    let SourceError::NotOwned { path, .. } = &fault else {
        panic!("{fault}")
    };
    assert_eq!(path, &repo.top);
    let command = format!(
        "git config --global --add safe.directory {}",
        repo.top.display()
    );
    assert!(fault.to_string().contains(&command), "{fault}");
    let trust = ["-c", "safe.directory=*"];
    for arguments in [&["commit", "-m", "x"][..], &["commit", "-a", "-m", "x"]] {
        let arguments = [&trust, arguments].concat();
        let seen = repo.during("pre-commit", &arguments, |environment| {
            let repository = GitRepository::open(environment)?;
            assert_eq!(repository.work_tree(), Some(&*repo.top));
            assert_eq!(added(&Unpushed::new(&repository))?.len(), 3);
            added(&Staged::new(&repository))
        });
        assert_eq!(
            seen.expect("git trusts it")[0],
            expect([("a.txt", &["in a"])])[0]
        );
    }
    let mut elsewhere = repo.environment();
    elsewhere.from_git = true;
    elsewhere.index_file = Some(PathBuf::from(".git/index"));
    let objects = repo.beside("objects");
    std::fs::rename(repo.path(".git/objects"), &objects).expect("it is there");
    std::fs::create_dir(repo.path(".git/objects")).expect("it was just moved");
    elsewhere.object_directory = Some(objects.clone());
    assert_eq!(
        staged(elsewhere.clone())
            .expect("the objects are there")
            .len(),
        1
    );
    elsewhere.object_directory = None;
    elsewhere.alternate_object_directories = vec![objects];
    assert_eq!(staged(elsewhere).expect("the objects are there").len(), 1);
}

#[test]
fn an_empty_variable_is_no_variable() {
    let variables = [
        ("GIT_DIR", ""),
        ("GIT_INDEX_FILE", ""),
        ("GIT_EXEC_PATH", "/usr/lib/git-core"),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/a::/b"),
        ("GITHEAD_1234567890123456789012345678901234567890", "side"),
        ("GITHEAD_nonsense", "side"),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let environment = GitEnvironment::from_variables(PathBuf::from("/top"), variables);
    assert_eq!(
        (
            environment.git_dir.as_ref(),
            environment.index_file.as_ref()
        ),
        (None, None)
    );
    assert!(!environment.is_hook());
    let alternates = ["/a", "/b"].map(PathBuf::from);
    assert_eq!(environment.alternate_object_directories, alternates);
    assert_eq!(environment.merged.len(), 1);
}
