//! Where text comes from: the index, commits, files on disk, standard input.
//!
//! A [`Source`] says first what there is ([`Plan`]), cheaply and in order; then each scanning
//! thread opens a [`Reader`] of its own and reads the items it takes.

mod changes;
mod commits;
mod compare;
mod disk;
mod environment;
mod error;
mod files;
#[cfg(fuzzing)]
pub mod fuzz;
mod history;
mod index_file;
mod index_walk;
mod item;
mod library;
mod loose;
mod message;
mod object;
mod old;
mod open;
mod options;
mod pending;
mod plain;
mod plumbing;
mod push;
mod range;
mod recent;
mod repository;
mod staged;
mod stdin;
mod store;
#[cfg(all(test, unix))]
mod tests;
mod tree;
mod unpushed;
mod walk;

pub use disk::{Disk, Ignored};
pub use environment::GitEnvironment;
pub use error::{SourceError, UnsupportedForm};
pub use history::History;
pub use item::{Commit, Form, Item, Old, Place, Plan};
pub use message::Message;
pub use old::{Decode, Deleted, OldVersions};
pub use pending::Pending;
pub use push::{Push, Update};
pub use range::Range;
pub use repository::{GitReader, GitRepository};
pub use staged::Staged;
pub use stdin::Stdin;
pub use tree::TreeAt;
pub use unpushed::Unpushed;

/// A place that text comes from.
pub trait Source: Sync {
    /// Returns what is to be scanned.
    ///
    /// # Errors
    ///
    /// Fails when the source cannot be read; nothing may then be vouched for.
    fn plan(&self) -> Result<Plan, SourceError>;

    /// Opens a reader for one thread.
    ///
    /// # Errors
    ///
    /// Fails when the source cannot be opened.
    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError>;
}

/// Reads the items of a plan. Each thread has its own.
pub trait Reader {
    /// Returns the new version of an item, whole and as it is stored.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read: the run must then end in an error, never in a pass.
    fn new_version(&mut self, item: &Item) -> Result<Vec<u8>, SourceError>;

    /// Returns what came before an item, each text passed through `decode`.
    ///
    /// # Errors
    ///
    /// Fails when the object database fails; a version that is merely missing (partial clone) is
    /// in [`OldVersions::missing`].
    fn old_versions(&mut self, item: &Item, decode: Decode) -> Result<OldVersions, SourceError>;
}
