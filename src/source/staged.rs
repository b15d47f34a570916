//! What is staged: the index against HEAD.

use super::changes;
use super::compare::{self, New};
use super::index_walk::{self, Staging};
use super::object::{RawCommit, parse_oid};
use super::plumbing::Plumbing;
use super::repository::Handle;
use super::{GitRepository, Plan, Reader, Source, SourceError};
use bstr::ByteSlice;
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
        if handle.is_git() {
            return if handle.has_index_file()? {
                self.plan_of_git(&handle, &handle.git_for_index(None)?)
            } else {
                Ok(Plan::default())
            };
        }
        match handle.odd_index() {
            Ok(Some(index)) => {
                let paths = index_walk::index_paths(&index)?;
                self.plan_of(&handle, Staging::List(&paths))
            }
            Ok(None) => Ok(Plan::default()),
            Err(SourceError::Unsupported { form, .. }) => {
                self.plan_of_git(&handle, &handle.git_for_index(Some(&form))?)
            }
            Err(error) => Err(error),
        }
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
        let parents = self.parents(handle, &mut plan.notes)?;
        let changes = parents
            .iter()
            .map(|parent| compare::compare(handle, parent.as_ref(), New::Index(staging)));
        let outcome = changes::join(changes.collect::<Result<Vec<_>, _>>()?);
        plan.take(outcome, None);
        Ok(plan)
    }

    /// Compares the index, as git lists it, with all parents.
    fn plan_of_git(&self, handle: &Handle<'_>, git: &Plumbing) -> Result<Plan, SourceError> {
        self.plan_of(handle, Staging::List(&git.index_paths()?))
    }

    /// Returns the commits to compare with: HEAD, `None` when there is no commit yet, and the
    /// other parents of a merge.
    fn parents(
        &self,
        handle: &Handle<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Option<RawCommit>>, SourceError> {
        let Some(head) = handle.head()? else {
            return Ok(vec![None]);
        };
        handle.tree(head.tree).map_err(SourceError::Head)?;
        let other = self.merged()?.into_iter().filter(|&oid| oid != head.id);
        let mut parents = Vec::new();
        for oid in other {
            match handle
                .commit(oid)
                .and_then(|commit| handle.tree(commit.tree).map(|_| commit))
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
        match std::fs::read(&path) {
            Ok(text) => {
                for line in text.lines() {
                    let oid = parse_oid(line.trim_ascii());
                    merged.push(oid.ok_or_else(|| SourceError::GitFile {
                        path: path.clone(),
                        source: ErrorKind::InvalidData.into(),
                    })?);
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
