//! Ranges, histories, trees and pushes.

use super::*;
use crate::source::object::parse_oid;
use crate::source::{History, Plan, Push, Range, TreeAt, Unpushed, Update};
use std::collections::BTreeSet;

/// A repository in which `main` adds a line and takes it out again, and `side` adds another.
fn with_two_branches() -> Repo {
    let repo = Repo::with_commit();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("side.txt", "side\n").commit("on the side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a.txt", "one\ntwo\nthree\nsecret\n")
        .commit("adds");
    repo.write("a.txt", "one\ntwo\nthree\nrest\n")
        .commit("removes");
    repo
}

fn range(repo: &Repo, range: &str, squash: bool) -> Vec<(String, Vec<String>)> {
    added(&Range::new(&repo.open(), range, squash)).expect("readable")
}

/// Returns the messages of a plan, each with what it is called.
fn messages(plan: &Plan) -> Vec<String> {
    let messages = plan.items.iter().filter(|item| item.form == Form::Message);
    let text = |item: &Item| match &item.new {
        Place::Memory(text) => String::from_utf8_lossy(text).trim().to_owned(),
        place => panic!("{place:?}"),
    };
    messages
        .map(|item| format!("{}: {}", item.path, text(item)))
        .collect()
}

#[test]
fn a_range_is_read_commit_by_commit_or_as_a_whole() {
    let repo = with_two_branches();
    let each = expect([("a.txt", &["secret"]), ("a.txt", &["rest"])]);
    assert_eq!(range(&repo, "HEAD~2..HEAD", false), each);
    assert_eq!(range(&repo, "HEAD~2..", false), each);
    assert_eq!(range(&repo, "side..main", false), each);
    let whole = expect([("a.txt", &["rest"])]);
    assert_eq!(range(&repo, "HEAD~2..HEAD", true), whole);
    assert_eq!(range(&repo, "side..main", true), whole);
    assert_eq!(
        range(&repo, "main..side", true),
        expect([("side.txt", &["side"])])
    );
    let both = range(&repo, "main...side", false);
    assert_eq!(both.len(), 3, "{both:?}");
    let all = range(&repo, "main", false);
    let first = expect([("a.txt", &["one", "two", "three"])]);
    assert_eq!(all, [first, each].concat());
    for broken in ["nothing..HEAD", "HEAD..nothing", "HEAD^{tree}"] {
        let fault = Range::new(&repo.open(), broken, false).plan();
        assert!(
            matches!(fault, Err(SourceError::Revision { .. })),
            "{broken}"
        );
    }
}

#[test]
fn a_range_whose_beginning_went_on_shows_only_what_its_end_brings() {
    let repo = Repo::with_commit();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.txt", "one\ntwo\nthree\nside\n")
        .commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a.txt", "two\nthree\n")
        .commit("main takes one out");
    let seen = range(&repo, "main..side", true);
    assert_eq!(
        seen,
        expect([("a.txt", &["side"])]),
        "`one` is old in the range"
    );
}

#[test]
fn of_a_history_each_text_comes_once_with_the_commit_that_brought_it() {
    let repo = with_two_branches();
    repo.write("copy.txt", "one\ntwo\nthree\nsecret\n")
        .commit("copies");
    repo.git(&["tag", "-a", "v1", "-m", "notes", "side"]);
    repo.git(&["tag", "text", &repo.blob("just a text\n")]);
    let repository = repo.open();
    let plan = History::new(&repository, false, None)
        .plan()
        .expect("readable");
    let brought = |plan: &Plan| -> Vec<String> {
        let files = plan.items.iter().filter(|item| item.form == Form::File);
        let commit = |item: &Item| item.commit.as_ref().map(|commit| commit.summary.clone());
        files
            .map(|item| format!("{} {}", item.path, commit(item).unwrap_or_default()))
            .collect()
    };
    assert_eq!(
        brought(&plan),
        ["a.txt first", "a.txt adds", "a.txt removes"]
    );
    assert_eq!(plan.commits, 4);
    assert!(plan.versions);
    // Of a later version, only what the one before lacks is looked at.
    let files = plan.items.iter().filter(|item| item.form == Form::File);
    let (texts, olds): (Vec<_>, Vec<_>) = files.map(|item| (&item.new, &item.old.blobs)).unzip();
    let before = |at: usize| olds[at].iter().map(|oid| Place::Blob(*oid)).next();
    assert!(olds[0].is_empty());
    assert_eq!(
        (before(1).as_ref(), before(2).as_ref()),
        (Some(texts[0]), Some(texts[1]))
    );
    let expected = ["first", "adds", "removes", "copies"];
    assert_eq!(
        messages(&plan),
        expected.map(|text| format!("COMMIT_EDITMSG: {text}"))
    );

    let plan = History::new(&repository, true, None)
        .plan()
        .expect("readable");
    let all: BTreeSet<String> = brought(&plan).into_iter().collect();
    let expected = [
        "a.txt adds",
        "a.txt first",
        "a.txt removes",
        "refs/tags/text ",
        "side.txt on the side",
    ];
    assert_eq!(all, expected.map(str::to_owned).into());
    assert!(messages(&plan).contains(&"TAG_EDITMSG: notes".to_owned()));

    let plan = History::new(&repository, false, Some("HEAD~2"))
        .plan()
        .expect("readable");
    assert_eq!(brought(&plan), ["a.txt removes"]);
    assert_eq!(plan.commits, 2);
    let plan = History::new(&repository, true, Some("HEAD~2"))
        .plan()
        .expect("readable");
    assert!(messages(&plan).contains(&"TAG_EDITMSG: notes".to_owned()));
    assert!(brought(&plan).contains(&"refs/tags/text ".to_owned()));
    let fault = History::new(&repository, false, Some("nothing")).plan();
    assert!(matches!(fault, Err(SourceError::Revision { .. })));
}

#[test]
fn a_text_that_gets_another_type_or_leaves_the_tests_comes_again() {
    let repo = Repo::new();
    repo.write("tests/data/a.txt", "text\n").commit("a test");
    repo.git(&["mv", "tests", "src"]);
    repo.commit("no test");
    repo.git(&["mv", "src/data/a.txt", "src/data/a.py"]);
    repo.commit("a program");
    repo.git(&["mv", "src/data/a.py", "src/data/b.py"]);
    repo.commit("another name");
    let paths = added(&History::new(&repo.open(), false, None)).expect("readable");
    let paths: Vec<&str> = paths.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        ["tests/data/a.txt", "src/data/a.txt", "src/data/a.py"]
    );
}

#[test]
fn the_files_of_a_tree_come_each_under_its_name() {
    let repo = Repo::new();
    repo.write("b/same.txt", "x\n")
        .write("a.txt", "x\n")
        .write("empty", "");
    repo.commit("first");
    repo.write("later.txt", "later\n").commit("second");
    let tree = |revision: &str| added(&TreeAt::new(&repo.open(), revision)).expect("readable");
    let first = expect([("a.txt", &["x"]), ("b/same.txt", &["x"])]);
    assert_eq!(tree("HEAD~1"), first);
    assert_eq!(tree("HEAD~1^{tree}"), first);
    assert_eq!(tree("HEAD").len(), 3);
    let fault = TreeAt::new(&repo.open(), "HEAD:a.txt").plan();
    assert!(matches!(fault, Err(SourceError::Revision { .. })));
}

/// Returns the lines that a source brings; an edit that only takes some out brings none.
fn brought(source: &dyn Source) -> Vec<(String, Vec<String>)> {
    let mut brought = added(source).expect("readable");
    brought.retain(|(_, lines)| !lines.is_empty());
    brought
}

/// Reads what git would say of a push of `local` to a remote that has `remote` there.
fn update(repo: &Repo, local: &str, remote: Option<&str>) -> Update {
    let id = |revision: &str| repo.git(&["rev-parse", revision]);
    let none = "0".repeat(id("HEAD").len());
    let line = format!(
        "refs/heads/x {} refs/heads/y {}\n",
        id(local),
        remote.map_or(none, id)
    );
    Update::of_push(line.as_bytes())
        .expect("git writes it so")
        .remove(0)
}

#[test]
fn a_push_is_what_the_remote_does_not_have() {
    for options in [
        &[][..],
        &["--ref-format=reftable"],
        &["--object-format=sha256"],
    ] {
        let repo = Repo::init(options);
        repo.write("a.txt", "one\n").commit("first");
        repo.write("a.txt", "one\nsecret\n").commit("adds");
        repo.write("a.txt", "one\n").commit("removes");
        let repository = repo.open();
        let pushed = |updates: Vec<Update>, name: &str, url: &str| {
            let push = Push::to_remote(&repository, Some(updates), name.into(), url.into());
            brought(&push)
        };
        let new = || vec![update(&repo, "HEAD", None)];
        let all = expect([("a.txt", &["one"]), ("a.txt", &["secret"])]);
        assert_eq!(pushed(new(), "origin", "/there"), all, "{options:?}");
        let forced = vec![update(&repo, "HEAD", Some("HEAD~1"))];
        assert_eq!(pushed(forced, "origin", "/there"), [], "{options:?}");
        // What is known of the remote hides, and what is known of another does not.
        repo.git(&["remote", "add", "origin", "/there"]);
        repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD~2"]);
        repo.git(&["update-ref", "refs/remotes/other/main", "HEAD"]);
        let rest = expect([("a.txt", &["secret"])]);
        assert_eq!(pushed(new(), "origin", "/there"), rest, "{options:?}");
        assert_eq!(
            pushed(new(), "/there", "/there"),
            rest,
            "by its URL {options:?}"
        );
        assert_eq!(pushed(new(), "other", "/else"), [], "{options:?}");
        assert_eq!(pushed(Vec::new(), "origin", "/there"), [], "{options:?}");
        let all = Push::to_remote(&repository, None, "origin".into(), "/there".into());
        assert_eq!(brought(&all), rest, "{options:?}");
        // What a forced push throws away need not be here.
        let length = repo.git(&["rev-parse", "HEAD"]).len();
        let gone = Update {
            old: parse_oid(&vec![b'1'; length]),
            ..update(&repo, "HEAD", None)
        };
        assert_eq!(pushed(vec![gone], "origin", "/there"), rest, "{options:?}");
    }
}

#[test]
fn tags_and_what_is_no_commit_are_pushed_too() {
    let repo = Repo::with_commit();
    repo.git(&["tag", "-a", "inner", "-m", "inner notes"]);
    repo.git(&["tag", "-a", "outer", "-m", "outer notes", "inner"]);
    repo.git(&["tag", "text", &repo.blob("a text\n")]);
    repo.git(&["tag", "tree", "HEAD^{tree}"]);
    let repository = repo.open();
    let plan = |local: &str| {
        let updates = Some(vec![update(&repo, local, Some("HEAD"))]);
        let push = Push::to_remote(&repository, updates, "o".into(), "/o".into());
        push.plan().expect("readable")
    };
    let outer = plan("outer");
    let expected = ["TAG_EDITMSG: outer notes", "TAG_EDITMSG: inner notes"];
    assert_eq!(
        (messages(&outer), outer.items.len()),
        (expected.map(str::to_owned).into(), 2)
    );
    for local in ["text", "tree"] {
        let files = plan(local).items;
        let [file] = &files[..] else {
            panic!("{local}: {files:?}")
        };
        assert_eq!(file.form, Form::File, "{local}");
    }
    let missing = Update {
        new: parse_oid(&[b'1'; 40]),
        ..update(&repo, "HEAD", None)
    };
    let push = Push::to_remote(&repository, Some(vec![missing]), "o".into(), "/o".into());
    assert!(matches!(push.plan(), Err(SourceError::Pushed { .. })));
}

#[test]
fn what_arrives_is_compared_with_all_that_is_there() {
    let repo = with_two_branches();
    let repository = repo.open();
    repo.git(&["checkout", "-q", "--detach"]);
    repo.write("new.txt", "new\n").commit("arrives");
    let received = Push::received(&repository, vec![update(&repo, "HEAD", None)]);
    assert_eq!(
        added(&received).expect("readable"),
        expect([("new.txt", &["new"])])
    );
    let known = Push::received(&repository, vec![update(&repo, "side", None)]);
    assert_eq!(added(&known).expect("readable"), []);
}

#[test]
fn all_of_a_history_that_was_cut_off_is_read() {
    let origin = Repo::with_commit();
    origin.write("b.txt", "two\n").commit("second");
    let url = format!("file://{}", origin.top.display());
    let clone = ["clone", "-q", "--depth=1", &url, "clone"];
    git_in(&origin.beside(""), clone);
    let environment = GitEnvironment {
        directory: origin.beside("clone"),
        ..GitEnvironment::default()
    };
    let repository = GitRepository::open(environment).expect("git made it");
    let all = expect([("a.txt", &["one", "two", "three"]), ("b.txt", &["two"])]);
    for source in [
        &History::new(&repository, true, None) as &dyn Source,
        &Range::new(&repository, "HEAD", false),
    ] {
        assert_eq!(added(source).expect("readable"), all);
        let notes = source.plan().expect("readable").notes;
        assert!(notes[0].contains("count as new as a whole"), "{notes:?}");
    }
    let left_out = added(&Unpushed::new(&repository)).expect("readable");
    assert_eq!(left_out, [], "it came from the remote");
}
