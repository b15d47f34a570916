//! What was committed and has not left this machine: commits that no remote has.

use super::changes::{self, Outcome};
use super::compare::{self, New};
use super::{
    Commit, Deleted, Form, GitRepository, Plan, Reader, Source, SourceError, loose, options,
};
use bstr::{BString, ByteSlice};
use git2::{Oid, Repository, RepositoryOpenFlags, Sort};
use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::sync::Arc;

/// Every commit that HEAD leads to and no remote-tracking branch does, each on its own against its
/// parents, so that what one adds and the next takes out is seen.
///
/// Without a remote-tracking branch that is all history of HEAD. The same edit in several commits
/// is one item. Messages are not looked at.
#[derive(Debug)]
pub struct Unpushed<'r> {
    repository: &'r GitRepository,
}

impl<'r> Unpushed<'r> {
    /// Looks at the history of HEAD in `repository`.
    #[must_use]
    pub fn new(repository: &'r GitRepository) -> Self {
        Self { repository }
    }
}

impl Source for Unpushed<'_> {
    fn plan(&self) -> Result<Plan, SourceError> {
        let handle = self.repository.handle()?;
        let Some(head) = handle.head()?.map(|commit| commit.id()) else {
            return Ok(Plan::default());
        };
        let boundary = self.boundary()?;
        let main;
        let repository = if boundary.is_empty() {
            &*handle
        } else {
            main = self.open_main()?;
            &main
        };
        let mut plan = Plan::default();
        let mut seen = Seen::default();
        let mut cut = 0;
        for id in unpushed(repository, head).map_err(SourceError::History)? {
            plan.commits += 1;
            // Its parents are not in this clone: it would seem to add every file there is.
            if boundary.contains(&id) {
                cut += 1;
                continue;
            }
            let fault = |source| SourceError::Commit { commit: id, source };
            let commit = loose::find_commit(repository, id).map_err(fault)?;
            let mut outcome = against_parents(repository, &commit)?;
            seen.retain_new(&mut outcome);
            plan.take(outcome, Some(&Arc::new(describe(&commit))));
        }
        if cut > 0 {
            plan.notes.push(format!(
                "{cut} commit(s) at the edge of this shallow clone were not compared: what came \
                 before them is not here"
            ));
        }
        Ok(plan)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(self.repository.reader()?))
    }
}

impl Unpushed<'_> {
    /// Returns the commits at which a shallow clone ends.
    fn boundary(&self) -> Result<HashSet<Oid>, SourceError> {
        let path = self.repository.common_dir().join("shallow");
        let fault = |source| SourceError::GitFile {
            path: path.clone(),
            source,
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => text
                .lines()
                .map(|line| Oid::from_str(line.trim()))
                .collect::<Result<_, _>>()
                .map_err(|error| fault(std::io::Error::new(ErrorKind::InvalidData, error))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(HashSet::new()),
            Err(error) => Err(fault(error)),
        }
    }

    /// Opens the main repository of a shallow clone: from a linked work tree libgit2 does not see
    /// that the clone is shallow, and looks for parents in vain.
    fn open_main(&self) -> Result<Repository, SourceError> {
        options::set();
        let flags = RepositoryOpenFlags::FROM_ENV
            | RepositoryOpenFlags::NO_SEARCH
            | RepositoryOpenFlags::NO_DOTGIT;
        let ceilings: [&str; 0] = [];
        Repository::open_ext(self.repository.common_dir(), flags, ceilings)
            .map_err(SourceError::Open)
    }
}

/// Lists the commits that `head` leads to and no remote-tracking branch does, newest last.
fn unpushed(repository: &Repository, head: Oid) -> Result<Vec<Oid>, git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
    walk.push(head)?;
    for reference in repository.references_glob("refs/remotes/*")? {
        // One that leads nowhere hides nothing: more is looked at, not less.
        if let Ok(commit) = reference.and_then(|reference| reference.peel_to_commit()) {
            walk.hide(commit.id())?;
        }
    }
    walk.collect()
}

/// Finds what a commit changes relative to all its parents.
fn against_parents(
    repository: &Repository,
    commit: &git2::Commit<'_>,
) -> Result<Outcome, SourceError> {
    let against = |parent: Option<&git2::Commit<'_>>| {
        compare::compare(repository, parent, New::Commit(commit))
    };
    if commit.parent_count() == 0 {
        return Ok(changes::join([against(None)?]));
    }
    let changes = commit.parents().map(|parent| against(Some(&parent)));
    Ok(changes::join(changes.collect::<Result<Vec<_>, _>>()?))
}

fn describe(commit: &git2::Commit<'_>) -> Commit {
    let author = commit.author();
    let summary = commit
        .message_bytes()
        .trim_start()
        .lines()
        .next()
        .unwrap_or_default();
    Commit {
        id: commit.id(),
        author: format!(
            "{} <{}>",
            author.name_bytes().as_bstr(),
            author.email_bytes().as_bstr()
        ),
        summary: summary.to_str_lossy().into_owned(),
    }
}

/// The edits that were met so far.
#[derive(Default)]
struct Seen {
    edits: HashSet<Edit>,
    /// A number for each set of deleted files, so that an edit need not hold them all.
    deleted: HashMap<Vec<Oid>, usize>,
}

/// All that decides what is new in an item.
#[derive(PartialEq, Eq, Hash)]
struct Edit {
    path: BString,
    form: Form,
    new: Oid,
    old: Vec<Oid>,
    deleted: Vec<usize>,
}

impl Seen {
    /// Drops the edits that were met before.
    fn retain_new(&mut self, outcome: &mut Outcome) {
        // The edits of one commit share their sets: one look-up for each is enough.
        let mut numbers: HashMap<*const Deleted, usize> = HashMap::new();
        outcome.changed.retain(|changed| {
            let number = |deleted: &Arc<Deleted>| {
                *numbers.entry(Arc::as_ptr(deleted)).or_insert_with(|| {
                    let next = self.deleted.len();
                    *self.deleted.entry(deleted.blobs().to_vec()).or_insert(next)
                })
            };
            self.edits.insert(Edit {
                path: changed.path.clone(),
                form: changed.form,
                new: changed.new,
                old: changed.old.blobs.clone(),
                deleted: changed.old.deleted.iter().map(number).collect(),
            })
        });
    }
}
