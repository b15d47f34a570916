//! Damage: whatever cannot be read is an error, and never a pass.

use super::*;

/// Makes something else of the bytes of a file.
type Damage = fn(Vec<u8>) -> Vec<u8>;

fn with_secret() -> Repo {
    let repo = Repo::with_commit();
    repo.write("b.txt", "secret\n").stage();
    repo
}

#[test]
fn a_damaged_or_missing_index_is_an_error() {
    let index = ".git/index";
    let damages: [(&str, Damage); 5] = [
        ("garbage", |_| {
            b"this is no index, but it is long enough to be one of some sort".to_vec()
        }),
        ("empty", |_| Vec::new()),
        ("short", |_| b"DIRC".to_vec()),
        ("cut off", |bytes| bytes[..bytes.len() / 2].to_vec()),
        ("one bit", |mut bytes| {
            bytes[50] ^= 1;
            bytes
        }),
    ];
    for (damage, make) in damages {
        let repo = with_secret();
        let bytes = std::fs::read(repo.path(index)).expect("it is there");
        repo.write(index, make(bytes));
        let fault = repo.fault();
        assert!(
            matches!(fault, SourceError::Index { .. }),
            "{damage}: {fault:?}"
        );
        assert!(
            !format!("{fault:?}").contains("no longer exists"),
            "{damage}: {fault:?}"
        );
    }
    let repo = with_secret();
    std::fs::remove_file(repo.path(index)).expect("it is there");
    assert!(matches!(
        repo.fault(),
        SourceError::MissingIndex { named: false, .. }
    ));
    std::fs::create_dir(repo.path(index)).expect("it is gone");
    assert!(matches!(repo.fault(), SourceError::Index { .. }));
}

#[test]
fn a_missing_or_damaged_blob_is_an_error_that_names_it() {
    let damages: [(&str, Option<&[u8]>); 3] = [
        ("missing", None),
        ("empty", Some(b"")),
        ("garbage", Some(b"garbage")),
    ];
    for (damage, content) in damages {
        let repo = with_secret();
        let id = repo.git(&["rev-parse", ":b.txt"]);
        let file = repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        std::fs::remove_file(&file).expect("it is there");
        if let Some(content) = content {
            std::fs::write(&file, content).expect("may write");
        }
        let fault = repo.fault();
        assert!(
            matches!(fault, SourceError::Blob { .. }),
            "{damage}: {fault:?}"
        );
        let message = fault.to_string();
        assert!(
            message.contains("b.txt") && message.contains(&id),
            "{message}"
        );
    }
}

#[test]
fn an_entry_that_names_something_else_than_a_blob_is_an_error() {
    let repo = with_secret();
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        "100644",
        &tree,
        "c.txt",
    ]);
    assert!(matches!(repo.fault(), SourceError::Blob { .. }));
}

#[test]
fn a_damaged_old_version_is_an_error_and_a_missing_one_makes_all_lines_new() {
    let repo = Repo::with_commit();
    let id = repo.git(&["rev-parse", ":a.txt"]);
    repo.write("a.txt", "one\nsecret\n").stage();
    let file = repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    std::fs::remove_file(&file).expect("it is there");
    assert_eq!(repo.staged(), expect([("a.txt", &["one", "secret"])]));
    std::fs::write(&file, "garbage").expect("may write");
    assert!(matches!(repo.fault(), SourceError::Blob { .. }));
}

#[test]
fn a_head_that_leads_nowhere_is_not_taken_for_a_new_branch() {
    let damages: [fn(&Repo) -> &Repo; 5] = [
        |repo| repo.write(".git/HEAD", "junk\n"),
        |repo| repo.write(".git/refs/heads/main", "junk\n"),
        |repo| repo.write(".git/refs/heads/main", ""),
        |repo| {
            repo.write(
                ".git/refs/heads/main",
                "1234567890123456789012345678901234567890\n",
            )
        },
        |repo| {
            let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
            let file = format!(".git/objects/{}/{}", &tree[..2], &tree[2..]);
            std::fs::remove_file(repo.path(&file)).expect("it is there");
            repo
        },
    ];
    for (number, damage) in damages.iter().enumerate() {
        let repo = with_secret();
        damage(&repo);
        let fault = repo.fault();
        assert!(matches!(fault, SourceError::Head(_)), "{number}: {fault:?}");
    }
}

#[test]
fn where_there_is_no_repository_that_is_said() {
    let folder = tempfile::tempdir().expect("there is room for temporary folders");
    let environment = || GitEnvironment {
        directory: folder.path().to_owned(),
        ceiling_directories: vec![std::env::temp_dir()],
        ..GitEnvironment::default()
    };
    assert!(matches!(
        staged(environment()),
        Err(SourceError::NoRepository(_))
    ));
    let named = GitEnvironment {
        git_dir: Some(PathBuf::from("nowhere")),
        ..environment()
    };
    assert!(staged(named).is_err());
}

#[test]
fn inside_git_s_own_folder_the_index_is_still_read() {
    let repo = with_secret();
    let environment = GitEnvironment {
        directory: repo.path(".git"),
        ..GitEnvironment::default()
    };
    assert_eq!(
        staged(environment).expect("readable"),
        expect([("b.txt", &["secret"])])
    );
}

#[test]
fn a_bare_repository_has_nothing_staged_and_says_so() {
    let repo = Repo::init(&["--bare"]);
    assert!(matches!(repo.fault(), SourceError::Bare));
}
