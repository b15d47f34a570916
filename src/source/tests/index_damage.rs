//! Damage to the index, with the checksum left out of account: what is planned then is what git
//! would commit, or an error.

use super::index_random::{Dice, back_date, first_seed, in_full, rounds};
use super::*;
use crate::source::changes;
use crate::source::compare::{self, New};
use crate::source::index_file::IndexFile;
use crate::source::index_walk::Staging;
use crate::source::{Plan, SourceError};
use git2::ObjectFormat;
use std::fmt::Write as _;

/// How often an index is damaged; `GUARD_INDEX_ROUNDS` multiplies it.
const DAMAGES: u64 = 150;

/// Some folders, of which one has a change that is staged and two hold the same.
fn sample() -> Repo {
    let repo = Repo::init(&["--template="]);
    repo.git(&["config", "core.fsync", "none"]);
    for folder in ["", "a/", "a-b/", "a/b/", "a/b/c/", "d/", "e/", "e/f/"] {
        for file in ["x", "y", "z.txt"] {
            let path = format!("{folder}{file}");
            repo.write(&path, format!("{folder} {file}\n"));
            back_date(&repo.path(&path), 0);
        }
    }
    for path in ["d/same", "d0/same"] {
        repo.write(path, "same\n");
        back_date(&repo.path(path), 0);
    }
    repo.commit("first");
    repo.write("a/b/y", "changed\n")
        .write("e/new/file", "new\n")
        .write("e/x", "");
    repo.stage();
    repo
}

/// An index in every form, all with the same content.
fn forms() -> [(&'static str, Repo); 7] {
    let form = |name, commands: &[&[&str]]| {
        let repo = sample();
        for command in commands {
            repo.git(command);
        }
        (name, repo)
    };
    let write: &[&str] = &["update-index", "--force-write-index"];
    [
        form("as added", &[]),
        form("with all trees written", &[&["write-tree"]]),
        form(
            "version 3",
            &[&["update-index", "--skip-worktree", "a/b/y", "d/y"]],
        ),
        form(
            "version 4",
            &[&["update-index", "--index-version", "4"], write],
        ),
        form(
            "with blocks",
            &[
                &["config", "index.threads", "3"],
                &["update-index", "--index-version", "4"],
                write,
            ],
        ),
        form(
            "without a checksum",
            &[&["config", "index.skipHash", "true"], write],
        ),
        form(
            "without a cache-tree",
            &[&["read-tree", "--empty"], &["add", "-A"]],
        ),
    ]
}

/// Returns the items that git would commit from an index, or `None` if it refuses it.
fn committed(repo: &Repo, index: &Path) -> Option<String> {
    let copy = repo.beside("copy-of-the-index");
    std::fs::copy(index, &copy).expect("may write");
    let written = git_command(&repo.top)
        .env("GIT_INDEX_FILE", &copy)
        .arg("write-tree")
        .output()
        .expect("git is installed");
    if !written.status.success() {
        return None;
    }
    let id = String::from_utf8(written.stdout).expect("an id");
    let repository = git2::Repository::open(&repo.top).expect("git made it");
    let tree = git2::Oid::from_str(id.trim()).and_then(|id| repository.find_tree(id));
    let head = repository.head().and_then(|head| head.peel_to_commit());
    let (tree, head) = (tree.expect("git wrote it"), head.expect("git made it"));
    let author = head.author();
    let commit = repository
        .commit(None, &author, &author, "", &tree, &[&head])
        .and_then(|id| repository.find_commit(id))
        .expect("may write");
    let (head, commit) = (head.id(), commit.id());
    let repository = repo.open();
    let handle = repository.handle().expect("git made it");
    let read = |id| handle.commit(id).expect("it was just written");
    let (head, commit) = (read(head), read(commit));
    let changes = compare::compare(&handle, Some(&head), New::Commit(&commit));
    let mut plan = Plan::default();
    plan.take(changes::join([changes.expect("readable")]), None);
    Some(in_full(&Ok(plan.items)))
}

/// A repository, and how its damaged indexes are looked at.
struct Patient {
    repo: Repo,
    repository: GitRepository,
    place: PathBuf,
    /// What came of it: how often the file was odd, was not to be planned, was refused by git, and
    /// was read.
    counts: [usize; 4],
}

impl Patient {
    fn new(repo: Repo) -> Self {
        let place = repo.beside("damaged");
        let mut environment = repo.environment();
        environment.index_file = Some(place.clone());
        Self {
            repository: GitRepository::open(environment).expect("git made it"),
            repo,
            place,
            counts: [0; 4],
        }
    }

    fn index(&self) -> Vec<u8> {
        std::fs::read(self.repo.path(".git/index")).expect("git made it")
    }

    /// Looks at a damaged index.
    fn look_at(&mut self, bytes: &[u8], damage: &str) {
        std::fs::write(&self.place, bytes).expect("may write");
        let mut environment = self.repo.environment();
        environment.index_file = Some(self.place.clone());
        let whole = GitRepository::open(environment).expect("git made it");
        let whole = Staged::new(&whole).plan();

        let handle = self.repository.handle().expect("git made it");
        let file = IndexFile::open(&self.place, ObjectFormat::Sha1, 0);
        let plan = file.as_ref().map(|file| {
            let source = Staged::new(&self.repository);
            source.plan_of(&handle, Staging::File(file))
        });
        match (&whole, &plan) {
            (Err(SourceError::Index { .. } | SourceError::Unsupported { .. }), _) => {}
            // Nobody can tell that it is damaged.
            (whole, Ok(plan)) if bytes.ends_with(&[0; 20]) => {
                assert_eq!(in_full(whole), in_full(plan), "{damage}");
            }
            _ => panic!("{damage}: {whole:?}"),
        }
        let plan = match plan {
            Ok(Ok(plan)) => plan,
            plan => {
                self.counts[usize::from(plan.is_ok())] += 1;
                return;
            }
        };
        let Some(committed) = committed(&self.repo, &self.place) else {
            self.counts[2] += 1;
            return;
        };
        self.counts[3] += 1;
        assert_eq!(in_full(&Ok(plan.items)), committed, "{damage}");
    }
}

#[test]
fn of_an_index_with_flipped_bits_what_git_would_commit_is_planned() {
    for (seed, (form, repo)) in (first_seed()..).zip(forms()) {
        let mut patient = Patient::new(repo);
        let bytes = patient.index();
        let places = places_that_matter(&patient.repo.path(".git/index"), bytes.len());
        let mut dice = Dice::new(seed);
        for _ in 0..DAMAGES * rounds() {
            let mut bytes = bytes.clone();
            let mut damage = format!("{form}:");
            for _ in 0..=dice.below(3) / 2 {
                let at = if dice.below(10) == 0 {
                    dice.below(bytes.len())
                } else {
                    places[dice.below(places.len())]
                };
                let change = match dice.below(4) {
                    0 => u8::try_from(1 + dice.below(255)).expect("a byte"),
                    _ => 1 << dice.below(8),
                };
                bytes[at] ^= change;
                write!(damage, " byte {at} by {change}").expect("memory takes it");
            }
            if bytes != patient.index() {
                patient.look_at(&bytes, &damage);
            }
        }
        assert!(
            patient.counts[0] > 0 && patient.counts[3] > 0,
            "{form}: {:?}",
            patient.counts
        );
    }
}

/// Returns where the bytes are that do not say when a file was changed and how large it was.
fn places_that_matter(index: &Path, length: usize) -> Vec<usize> {
    let file = IndexFile::open(index, ObjectFormat::Sha1, usize::MAX).expect("git made it");
    let mut cursor = file.cursor().expect("git made it");
    let mut stat = vec![false; length];
    while cursor.number() < file.count() {
        let at = cursor.at();
        stat[at..at + 24].fill(true);
        stat[at + 28..at + 40].fill(true);
        cursor.advance().expect("git made it");
    }
    (0..length).filter(|&at| !stat[at]).collect()
}

#[test]
fn of_an_index_that_is_cut_off_what_git_would_commit_is_planned() {
    for (form, repo) in forms() {
        let mut patient = Patient::new(repo);
        let bytes = patient.index();
        for length in (0..bytes.len()).filter(|length| length % 17 == 0 || length % 64 < 3) {
            patient.look_at(&bytes[..length], &format!("{form}: {length} bytes"));
        }
    }
}

#[test]
fn an_index_that_is_patched_together_is_read_as_git_reads_it() {
    for (seed, (form, repo)) in (first_seed()..).zip(forms()) {
        let mut patient = Patient::new(repo);
        let bytes = patient.index();
        let mut dice = Dice::new(seed);
        for _ in 0..DAMAGES / 3 * rounds() {
            let (from, to) = (dice.below(bytes.len()), dice.below(bytes.len()));
            let length = dice.below(100).min(bytes.len() - from.max(to));
            let mut bytes = bytes.clone();
            bytes.copy_within(from..from + length, to);
            if bytes != patient.index() {
                let damage = format!("{form}: {length} bytes from {from} to {to}");
                patient.look_at(&bytes, &damage);
            }
        }
    }
}
