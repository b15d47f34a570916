//! What has not left this machine yet.

use super::{GitRepository, Plan, Reader, Source, SourceError, Staged, Unpushed};

/// The commits that no remote has, then what is staged.
#[derive(Debug)]
pub struct Pending<'r> {
    unpushed: Unpushed<'r>,
    staged: Staged<'r>,
}

impl<'r> Pending<'r> {
    /// Looks at HEAD and the index of `repository`.
    #[must_use]
    pub fn new(repository: &'r GitRepository) -> Self {
        Self {
            unpushed: Unpushed::new(repository),
            staged: Staged::new(repository),
        }
    }
}

impl Source for Pending<'_> {
    fn plan(&self) -> Result<Plan, SourceError> {
        let mut plan = self.unpushed.plan()?;
        plan.append(self.staged.plan()?);
        Ok(plan)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        self.staged.reader()
    }
}
