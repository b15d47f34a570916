//! What was committed and has not left this machine: commits that no remote has.

use super::commits::{self, Edge};
use super::{GitRepository, Plan, Reader, Source, SourceError};

/// Every commit that HEAD leads to and no remote-tracking branch does, each on its own against its
/// parents, so that what one adds and the next takes out is seen; with their messages.
///
/// Without a remote-tracking branch that is all history of HEAD.
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
        let Some(head) = handle.head()? else {
            return Ok(Plan::default());
        };
        let remotes = handle
            .references("refs/remotes/")
            .map_err(SourceError::History)?;
        let hidden = commits::commits_of(&handle, remotes);
        commits::plan(
            self.repository,
            &handle,
            &[head.id],
            &hidden,
            Edge::LeaveOut,
        )
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(self.repository.reader()?))
    }
}
