//! Switches of libgit2 that hold for the whole process.

use std::sync::Once;

/// Sets libgit2's switches, once, before the first repository is opened.
///
/// - Objects are not hashed again when they are read: git checked them when they came in, and the
///   check costs more than half of the time of reading.
/// - `extensions.partialClone` is accepted. Old versions of git set it in a partial clone; it says
///   only that objects may be missing, which is reported where one is needed.
pub(super) fn set() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        git2::opts::strict_hash_verification(false);
        accept_partial_clones();
    });
}

#[expect(
    unsafe_code,
    reason = "git2 has no safe call that accepts an extension"
)]
fn accept_partial_clones() {
    // SAFETY: libgit2 keeps the list in a global without a lock. It is written here alone, once,
    // and read only while a repository is opened, which `GitRepository` does after this returned.
    let accepted = unsafe { git2::opts::set_extensions(&["partialclone"]) };
    // A refusal (out of memory) leaves the list as it was: such a clone is then reported as not
    // supported when it is opened, and never passes.
    drop(accepted);
}
