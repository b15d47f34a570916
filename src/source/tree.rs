//! All files of one commit.

use super::files::Files;
use super::{GitRepository, Plan, Reader, Source, SourceError};

/// Every file that a revision holds, whole.
#[derive(Debug)]
pub struct TreeAt<'r> {
    repository: &'r GitRepository,
    revision: String,
}

impl<'r> TreeAt<'r> {
    /// Looks at the files of `revision`, as git writes revisions.
    #[must_use]
    pub fn new(repository: &'r GitRepository, revision: &str) -> Self {
        Self {
            repository,
            revision: revision.to_owned(),
        }
    }
}

impl Source for TreeAt<'_> {
    fn plan(&self) -> Result<Plan, SourceError> {
        let handle = self.repository.handle()?;
        let fault = |source| SourceError::Revision {
            revision: self.revision.clone(),
            source,
        };
        let oid = handle.resolve(&self.revision).map_err(fault)?;
        let tree = handle.tree_behind(oid).map_err(fault)?;
        let mut files = Files::default();
        files.add_tree(&handle, tree.id(), None)?;
        let mut plan = files.into_plan();
        plan.everything = true;
        Ok(plan)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(self.repository.reader()?))
    }
}
