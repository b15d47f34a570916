//! What is staged: the index against HEAD.

use super::changes;
use super::compare::{self, New};
use super::index_walk::{self, Staging};
use super::repository::Handle;
use super::{GitRepository, Plan, Reader, Source, SourceError, loose};
use git2::Oid;
use std::io::ErrorKind;

/// The changes that git is about to commit.
///
/// During a merge, what differs from every commit that is merged: what one of them brings was
/// looked at when it was made.
#[derive(Debug)]
pub struct Staged<'r> {
    repository: &'r GitRepository,
}

impl<'r> Staged<'r> {
    /// Looks at the index of `repository`.
    #[must_use]
    pub fn new(repository: &'r GitRepository) -> Self {
        Self { repository }
    }
}

impl Source for Staged<'_> {
    fn plan(&self) -> Result<Plan, SourceError> {
        let mut handle = self.repository.handle()?;
        if let Some(file) = self.repository.index_file() {
            match self.plan_of(&handle, Staging::File(file)) {
                // What seems odd here is for libgit2 to judge.
                Err(SourceError::Index { .. }) => {}
                outcome => return outcome,
            }
        }
        let Some(index) = handle.odd_index()? else {
            return Ok(Plan::default());
        };
        let paths = index_walk::index_paths(&index)?;
        self.plan_of(&handle, Staging::List(&paths))
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(self.repository.reader()?))
    }
}

impl Staged<'_> {
    /// Compares an index with all parents.
    ///
    /// Every entry counts: flags such as assume-unchanged keep nothing out of a commit.
    pub(super) fn plan_of(
        &self,
        handle: &Handle<'_>,
        staging: Staging<'_>,
    ) -> Result<Plan, SourceError> {
        if let Staging::File(file) = staging
            && !file.conflicts().is_empty()
        {
            let paths = file.conflicts().to_owned();
            return Err(SourceError::Conflicts { paths });
        }
        let mut plan = Plan::default();
        let parents = self.parents(handle, &mut plan.notes)?.into_iter();
        let changes =
            parents.map(|parent| compare::compare(handle, parent.as_ref(), New::Index(staging)));
        let outcome = changes::join(changes.collect::<Result<Vec<_>, _>>()?);
        plan.take(outcome, None);
        Ok(plan)
    }

    /// Returns the commits to compare with: HEAD, `None` when there is no commit yet, and the
    /// other parents of a merge.
    fn parents<'h>(
        &self,
        handle: &'h Handle<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Option<git2::Commit<'h>>>, SourceError> {
        let Some(head) = handle.head()? else {
            return Ok(vec![None]);
        };
        loose::tree_of(handle, &head).map_err(SourceError::Head)?;
        let other = self.merged()?.into_iter().filter(|&oid| oid != head.id());
        let mut parents = Vec::new();
        for oid in other {
            match loose::find_commit(handle, oid)
                .and_then(|commit| loose::tree_of(handle, &commit).map(|_| commit))
            {
                Ok(commit) => parents.push(Some(commit)),
                Err(_) => notes.push(format!(
                    "commit {oid}, which is being merged, cannot be read: what it brings counts \
                     as new"
                )),
            }
        }
        parents.insert(0, Some(head));
        Ok(parents)
    }

    /// Returns the commits that are being merged into HEAD.
    ///
    /// `MERGE_HEAD` names them once a merge has stopped. Before `pre-merge-commit` there is none
    /// yet, but git says in the environment what it merges.
    fn merged(&self) -> Result<Vec<Oid>, SourceError> {
        let mut merged = self.repository.environment().merged.clone();
        let path = self.repository.git_dir().join("MERGE_HEAD");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                for line in text.lines() {
                    let oid = Oid::from_str(line.trim()).map_err(|error| SourceError::GitFile {
                        path: path.clone(),
                        source: std::io::Error::new(ErrorKind::InvalidData, error),
                    })?;
                    merged.push(oid);
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(SourceError::GitFile { path, source }),
        }
        merged.sort_unstable();
        merged.dedup();
        Ok(merged)
    }
}
