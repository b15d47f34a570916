//! A range of commits.

use super::changes;
use super::commits::{self, Edge};
use super::compare::{self, New};
use super::object::RawCommit;
use super::repository::Handle;
use super::walk::walk;
use super::{GitRepository, Plan, Reader, Source, SourceError};
use git2::Oid;
use std::sync::Arc;

/// The commits of a range such as `A..B`: each on its own, with its message, or what they change
/// together.
#[derive(Debug)]
pub struct Range<'r> {
    repository: &'r GitRepository,
    revisions: String,
    squash: bool,
}

/// The commits that a range goes from and to.
struct Ends {
    from: Vec<Oid>,
    to: Vec<Oid>,
}

impl<'r> Range<'r> {
    /// Looks at a range as git writes it: `A..B` is what B has and A has not; `A...B` is what only
    /// one of them has; `B` alone is all that B has. HEAD stands in for an end that is left out.
    ///
    /// With `squash` it is not the single commits that count but what they change together, which
    /// leaves out what one brings and a later one takes away.
    #[must_use]
    pub fn new(repository: &'r GitRepository, range: &str, squash: bool) -> Self {
        Self {
            repository,
            revisions: range.to_owned(),
            squash,
        }
    }

    fn ends(&self, handle: &Handle<'_>) -> Result<Ends, SourceError> {
        let commit = |revision: &str| {
            let revision = if revision.is_empty() {
                "HEAD"
            } else {
                revision
            };
            commit_named(handle, revision)
        };
        if let Some((one, other)) = self.revisions.split_once("...") {
            let (one, other) = (commit(one)?, commit(other)?);
            let from = self.merge_bases(handle, one, other)?;
            let to = vec![one, other];
            return Ok(Ends { from, to });
        }
        Ok(match self.revisions.split_once("..") {
            Some((from, to)) => Ends {
                from: vec![commit(from)?],
                to: vec![commit(to)?],
            },
            None => Ends {
                from: Vec::new(),
                to: vec![commit(&self.revisions)?],
            },
        })
    }

    fn merge_bases(
        &self,
        handle: &Handle<'_>,
        one: Oid,
        other: Oid,
    ) -> Result<Vec<Oid>, SourceError> {
        let bases = if self.repository.needs_git_for_history() {
            self.repository.git_for_history()?.merge_bases(one, other)
        } else {
            handle.merge_bases(one, other)
        };
        bases.map_err(SourceError::History)
    }

    /// Compares the end of the range with its beginning, and with where the two parted: what
    /// either of them has is not new.
    fn squashed(&self, handle: &Handle<'_>, ends: &Ends) -> Result<Plan, SourceError> {
        let mut plan = Plan::default();
        let read = |commit: Oid| {
            let fault = |source| SourceError::Commit { commit, source };
            handle.commit(commit).map_err(fault)
        };
        for &to in &ends.to {
            let mut parents = ends.from.clone();
            for &from in &ends.from {
                parents.extend(self.merge_bases(handle, from, to)?);
            }
            parents.sort_unstable();
            parents.dedup();
            let commit = read(to)?;
            let against =
                |parent: Option<&RawCommit>| compare::compare(handle, parent, New::Commit(&commit));
            let changes = if parents.is_empty() {
                vec![against(None)?]
            } else {
                let parents = parents.iter().map(|&parent| against(Some(&read(parent)?)));
                parents.collect::<Result<Vec<_>, _>>()?
            };
            let described = Arc::new(commits::describe(&commit));
            plan.take(changes::join(changes), Some(&described));
        }
        let boundary = self.repository.boundary()?;
        let walked = walk(handle, &ends.to, &ends.from, &boundary)?;
        plan.commits = walked.len();
        Ok(plan)
    }
}

/// Returns the commit that a revision names.
pub(super) fn commit_named(handle: &Handle<'_>, revision: &str) -> Result<Oid, SourceError> {
    let fault = |source| SourceError::Revision {
        revision: revision.to_owned(),
        source,
    };
    let oid = handle.resolve(revision).map_err(fault)?;
    let (_, oid) = handle.peel(oid, |_, _| {}).map_err(fault)?;
    handle.commit(oid).map(|commit| commit.id).map_err(fault)
}

impl Source for Range<'_> {
    fn plan(&self) -> Result<Plan, SourceError> {
        let handle = self.repository.handle()?;
        let ends = self.ends(&handle)?;
        if self.squash {
            return self.squashed(&handle, &ends);
        }
        commits::plan(self.repository, &handle, &ends.to, &ends.from, Edge::AllNew)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(self.repository.reader()?))
    }
}
