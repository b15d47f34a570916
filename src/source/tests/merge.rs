//! Merges: only what differs from every parent is new.

use super::*;

/// Two branches that both changed `a.txt`, and files of their own; `main` is checked out.
fn branches() -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "one\ntwo\nthree\nfour\nfive\n")
        .commit("base");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.txt", "one\ntwo\nthree\nfour\nside\n")
        .write("side.txt", "side\n")
        .commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a.txt", "main\ntwo\nthree\nfour\nfive\n")
        .write("main.txt", "main\n")
        .commit("main");
    repo
}

#[test]
fn a_clean_merge_brings_nothing_new() {
    let repo = branches();
    let seen = repo.during(
        "pre-merge-commit",
        &["merge", "--no-ff", "side"],
        |environment| {
            assert_eq!(environment.merged.len(), 1, "GITHEAD_");
            assert!(environment.is_hook());
            staged(environment)
        },
    );
    // The merged file holds lines of both, and none of its own.
    assert_eq!(seen.expect("readable"), expect([("a.txt", &[])]));
}

#[test]
fn an_octopus_merge_has_several_other_parents() {
    let repo = branches();
    repo.git(&["checkout", "-q", "-b", "third", "main~1"]);
    repo.write("third.txt", "third\n").commit("third");
    repo.git(&["checkout", "-q", "main"]);
    let seen = repo.during(
        "pre-merge-commit",
        &["merge", "side", "third"],
        |environment| {
            assert_eq!(environment.merged.len(), 2);
            staged(environment)
        },
    );
    assert_eq!(seen.expect("readable"), expect([("a.txt", &[])]));
}

#[test]
fn what_a_merge_adds_by_itself_is_new() {
    let repo = branches();
    repo.git(&["merge", "--no-commit", "--no-ff", "side"]);
    repo.write("a.txt", "main\ntwo\nevil\nthree\nfour\nside\n")
        .write("evil.txt", "evil\n");
    repo.write("side.txt", "side\nedited\n").stage();
    let expected = expect([
        ("a.txt", &["evil"]),
        ("evil.txt", &["evil"]),
        ("side.txt", &["edited"]),
    ]);
    assert_eq!(repo.staged(), expected);
    let seen = repo.during("pre-commit", &["commit", "-m", "merge"], staged);
    assert_eq!(seen.expect("readable"), expected);
}

#[test]
fn a_resolved_conflict_shows_the_resolution_alone() {
    let repo = branches();
    repo.write("a.txt", "main\ntwo\nthree\nfour\nmine\n")
        .commit("conflicting");
    let merge = git_command(&repo.top)
        .args(["merge", "side"])
        .output()
        .expect("git is installed");
    assert!(!merge.status.success());
    let fault = repo.fault();
    assert!(
        matches!(&fault, SourceError::Conflicts { paths } if paths == &["a.txt"]),
        "{fault}"
    );
    let repository = repo.open();
    assert!(matches!(
        repository.staged_file("a.txt".into()),
        Err(SourceError::Conflicts { .. })
    ));
    assert!(
        repository
            .is_staged("main.txt".into())
            .expect("not in conflict")
    );
    repo.write("a.txt", "main\ntwo\nthree\nfour\nmine\nside\nresolved\n")
        .stage();
    assert_eq!(repo.staged(), expect([("a.txt", &["resolved"])]));
}

#[test]
fn an_edit_that_meets_a_rename_is_new_in_neither_direction() {
    for (renames, edits) in [("side", "main"), ("main", "side")] {
        let repo = Repo::new();
        repo.write("a.txt", "one\ntwo\nthree\nfour\nfive\n")
            .commit("base");
        repo.git(&["branch", "side"]);
        repo.git(&["checkout", "-q", renames]);
        repo.git(&["mv", "a.txt", "b.txt"]);
        repo.write("b.txt", "renamed\ntwo\nthree\nfour\nfive\n")
            .commit("rename");
        repo.git(&["checkout", "-q", edits]);
        repo.write("a.txt", "one\ntwo\nthree\nfour\nfive\nedited\n")
            .commit("edit");
        repo.git(&["checkout", "-q", "main"]);
        repo.git(&["merge", "-q", "--no-commit", "side"]);
        assert_eq!(repo.staged(), expect([("b.txt", &[])]), "{renames} renames");
    }
}

#[test]
fn a_merged_commit_that_is_not_there_makes_more_new_and_not_less() {
    let repo = branches();
    repo.git(&["merge", "--no-commit", "--no-ff", "side"]);
    let missing = "1234567890123456789012345678901234567890";
    repo.write(".git/MERGE_HEAD", format!("{missing}\n"));
    let repository = repo.open();
    let plan = Staged::new(&repository).plan().expect("readable");
    assert_eq!(plan.items.len(), 2, "all that side brings");
    assert!(
        plan.notes.iter().any(|note| note.contains(missing)),
        "{:?}",
        plan.notes
    );
    repo.write(".git/MERGE_HEAD", "junk\n");
    assert!(matches!(repo.fault(), SourceError::GitFile { .. }));
}
