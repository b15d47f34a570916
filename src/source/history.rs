//! The whole history: every text that was ever committed.

use super::commits::{self, Edge, TAG_MESSAGE};
use super::files::Files;
use super::range::commit_named;
use super::repository::Handle;
use super::walk::walk;
use super::{GitRepository, Plan, Reader, Source, SourceError};
use bstr::BString;
use git2::{ObjectType, Oid};
use std::collections::HashSet;
use std::sync::Arc;

/// Every text of every commit, once, as the first commit that holds it brings it; and all messages
/// of commits and tags.
///
/// What it costs grows with what is new in each commit, and not with how much there is at each.
#[derive(Debug)]
pub struct History<'r> {
    repository: &'r GitRepository,
    all: bool,
    since: Option<String>,
}

impl<'r> History<'r> {
    /// Looks at the history of HEAD, or with `all` of every reference too; from `since` on, a
    /// revision whose history was looked at before.
    #[must_use]
    pub fn new(repository: &'r GitRepository, all: bool, since: Option<&str>) -> Self {
        Self {
            repository,
            all,
            since: since.map(str::to_owned),
        }
    }

    /// Collects what the references lead to: their commits are returned, all else is added.
    fn tips(&self, handle: &Handle<'_>, files: &mut Files) -> Result<Vec<Oid>, SourceError> {
        let mut tips: Vec<Oid> = handle.head()?.map(|head| head.id).into_iter().collect();
        if !self.all {
            return Ok(tips);
        }
        let mut tags = HashSet::new();
        for (name, oid) in handle.references("refs/").map_err(SourceError::History)? {
            let oid = oid.map_err(SourceError::History)?;
            tips.extend(add_target(handle, &name, oid, files, &mut tags)?);
        }
        tips.sort_unstable();
        tips.dedup();
        Ok(tips)
    }
}

/// Adds what a reference leads to: the messages of tags, and what is no commit; a commit is
/// returned.
pub(super) fn add_target(
    handle: &Handle<'_>,
    name: &BString,
    oid: Oid,
    files: &mut Files,
    tags: &mut HashSet<Oid>,
) -> Result<Option<Oid>, SourceError> {
    let target = handle.peel(oid, |id, tag| {
        if tags.insert(id) {
            let described = Arc::new(commits::describe_tag(id, &tag));
            files.add_message(&tag.message, &described, TAG_MESSAGE);
        }
    });
    let (kind, target) = target.map_err(|source| SourceError::Pushed {
        reference: name.clone(),
        oid,
        source,
    })?;
    match kind {
        ObjectType::Commit => return Ok(Some(target)),
        ObjectType::Tree => files.add_tree(handle, target, None)?,
        // A reference can name a text alone, as git's own repository does with keys.
        _ => files.add_blob(name.clone(), super::Form::File, target, None),
    }
    Ok(None)
}

impl Source for History<'_> {
    fn plan(&self) -> Result<Plan, SourceError> {
        let handle = self.repository.handle()?;
        let mut files = Files::once();
        let since = self.since.as_deref();
        let hidden = since.map(|since| commit_named(&handle, since));
        let hidden: Vec<Oid> = hidden.transpose()?.into_iter().collect();
        let boundary = self.repository.boundary()?;
        if let Some(&hidden) = hidden.first() {
            // What it holds was looked at; it only has to be known.
            let root = handle.tree_behind(hidden).map_err(SourceError::History)?;
            files.add_tree(&handle, root.id(), None)?;
            files.plan = Plan::default();
        }
        let tips = self.tips(&handle, &mut files)?;
        let mut cut = 0;
        for commit in walk(&handle, &tips, &hidden, &boundary)? {
            let described = Arc::new(commits::describe(&commit));
            files.plan.commits += 1;
            files.add_tree(&handle, commit.tree, Some(&described))?;
            files
                .plan
                .items
                .extend(commits::messages(&commit, &described));
            cut += usize::from(boundary.contains(&commit.id));
        }
        let mut plan = files.into_plan();
        plan.versions = true;
        if cut > 0 {
            plan.notes.push(commits::at_edge(cut, Edge::AllNew));
        }
        Ok(plan)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(self.repository.reader()?))
    }
}
