//! Commits, each on its own against its parents.

use super::changes::{self, Changed, Outcome};
use super::compare::{self, New};
use super::object::{RawCommit, RawTag};
use super::repository::Handle;
use super::store::Reference;
use super::walk::walk;
use super::{Commit, Deleted, Form, GitRepository, Item, Old, Place, Plan, SourceError};
use bstr::{BString, ByteSlice};
use git2::{ObjectType, Oid};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What the message of a commit is called in reports: the file in which git has it edited.
pub(super) const COMMIT_MESSAGE: &str = "COMMIT_EDITMSG";
/// What the message of a tag is called.
pub(super) const TAG_MESSAGE: &str = "TAG_EDITMSG";

/// What becomes of the commits at which a shallow clone ends: their parents are not here, so each
/// seems to bring all files there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// They are left out: they came from where the clone was made.
    LeaveOut,
    /// All they hold counts as new.
    AllNew,
}

/// Lists what the commits bring that `tips` lead to and `hidden` do not: files, each against all
/// parents of its commit, and messages. All ids are of commits.
///
/// The same edit in several commits is one item.
pub(super) fn plan(
    repository: &GitRepository,
    handle: &Handle<'_>,
    tips: &[Oid],
    hidden: &[Oid],
    edge: Edge,
) -> Result<Plan, SourceError> {
    let boundary = repository.boundary()?;
    let mut plan = Plan::default();
    let mut seen = Seen::default();
    let mut cut = 0;
    for commit in walk(handle, tips, hidden, &boundary)? {
        plan.commits += 1;
        let is_cut = boundary.contains(&commit.id);
        cut += usize::from(is_cut);
        if is_cut && edge == Edge::LeaveOut {
            continue;
        }
        let described = Arc::new(describe(&commit));
        let parents = if is_cut { &[] } else { &commit.parents[..] };
        let mut outcome = against(handle, &commit, parents)?;
        seen.retain_new(&mut outcome);
        plan.take(outcome, Some(&described));
        plan.items.extend(messages(&commit, &described));
    }
    if cut > 0 {
        plan.notes.push(at_edge(cut, edge));
    }
    Ok(plan)
}

/// Says what became of `count` commits at the edge of a shallow clone.
pub(super) fn at_edge(count: usize, edge: Edge) -> String {
    let what = match edge {
        Edge::LeaveOut => "were not compared",
        Edge::AllNew => "count as new as a whole",
    };
    format!(
        "{count} commit(s) at the edge of this shallow clone {what}: what came before them is not \
         here"
    )
}

/// Finds what a commit changes relative to all of `parents`.
fn against(
    handle: &Handle<'_>,
    commit: &RawCommit,
    parents: &[Oid],
) -> Result<Outcome, SourceError> {
    let against =
        |parent: Option<&RawCommit>| compare::compare(handle, parent, New::Commit(commit));
    if parents.is_empty() {
        return Ok(changes::join([against(None)?]));
    }
    let changes = parents.iter().map(|&parent| {
        let fault = |source| SourceError::Commit {
            commit: parent,
            source,
        };
        against(Some(&handle.commit(parent).map_err(fault)?))
    });
    Ok(changes::join(changes.collect::<Result<Vec<_>, _>>()?))
}

/// Describes a commit for reports.
pub(super) fn describe(commit: &RawCommit) -> Commit {
    Commit {
        id: commit.id,
        author: commit.author.to_str_lossy().into_owned(),
        time: commit.time,
        summary: first_line(&commit.message),
    }
}

/// Describes a tag for reports.
pub(super) fn describe_tag(id: Oid, tag: &RawTag) -> Commit {
    Commit {
        id,
        author: tag.tagger.to_str_lossy().into_owned(),
        time: tag.time,
        summary: first_line(&tag.message),
    }
}

fn first_line(message: &BString) -> String {
    let line = message.trim_start().lines().next().unwrap_or_default();
    line.to_str_lossy().into_owned()
}

/// Makes items of the messages that a commit holds: its own, and those of tags that it merges.
pub(super) fn messages<'c>(
    commit: &'c RawCommit,
    described: &'c Arc<Commit>,
) -> impl Iterator<Item = Item> + 'c {
    let tags = commit.merged_tags.iter();
    let tags = tags.filter_map(|tag| message(&tag.message, described, TAG_MESSAGE));
    message(&commit.message, described, COMMIT_MESSAGE)
        .into_iter()
        .chain(tags)
}

/// Makes an item of a message, unless it is empty.
pub(super) fn message(text: &BString, commit: &Arc<Commit>, path: &str) -> Option<Item> {
    (!text.is_empty()).then(|| Item {
        path: path.into(),
        form: Form::Message,
        new: Place::Memory(text.as_slice().into()),
        old: Old::NOTHING,
        commit: Some(Arc::clone(commit)),
    })
}

/// Returns the commits that references lead to; those that lead to none are left out.
pub(super) fn commits_of(handle: &Handle<'_>, references: Vec<Reference>) -> Vec<Oid> {
    let oids = references.into_iter().filter_map(|(_, oid)| oid.ok());
    oids.filter_map(|oid| commit_behind(handle, oid)).collect()
}

/// Returns the commit that an object is or, as a tag, leads to.
pub(super) fn commit_behind(handle: &Handle<'_>, oid: Oid) -> Option<Oid> {
    let (kind, oid) = handle.peel(oid, |_, _| {}).ok()?;
    (kind == ObjectType::Commit).then_some(oid)
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
        outcome.changed.retain(|changed: &Changed| {
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
