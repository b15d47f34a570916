//! Which commits lead to which.
//!
//! The commits are read and taken apart by guard itself, and once: libgit2's own walk never returns
//! from a commit that was cut off, heeds grafts, which are not pushed, and does not see in a linked
//! work tree that a clone is shallow.

use super::SourceError;
use super::object::RawCommit;
use super::store::Store;
use git2::Oid;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

/// How many commits are looked at after the last that counts seems to be found: clocks differ, and
/// a commit can seem older than its parents. As many as git looks at (`revision.c`, `SLOP`).
const SLOP: usize = 5;

/// Lists the commits that `tips` lead to and `hidden` do not, parents before children, else the
/// oldest first. At the commits of `boundary` the history ends.
///
/// Where clocks are far apart some may be listed that `hidden` lead to; none is left out that they
/// do not lead to.
pub(super) fn walk(
    store: &Store,
    tips: &[Oid],
    hidden: &[Oid],
    boundary: &HashSet<Oid>,
) -> Result<Vec<RawCommit>, SourceError> {
    let mut walk = Walk {
        store,
        boundary,
        met: HashMap::new(),
        queue: BinaryHeap::new(),
        counting: 0,
    };
    for &oid in hidden {
        walk.hide(oid);
    }
    for &oid in tips {
        walk.meet(oid)?;
    }
    walk.go()?;
    Ok(in_order(walk.met))
}

struct Walk<'w> {
    store: &'w Store,
    boundary: &'w HashSet<Oid>,
    met: HashMap<Oid, Met>,
    /// What is to be looked at, the newest first.
    queue: BinaryHeap<(i64, Oid)>,
    /// How many of those count.
    counting: usize,
}

/// A commit that was met.
struct Met {
    commit: RawCommit,
    is_hidden: bool,
    is_queued: bool,
}

impl Walk<'_> {
    /// Meets a commit that counts, unless it was met.
    fn meet(&mut self, oid: Oid) -> Result<(), SourceError> {
        if self.met.contains_key(&oid) {
            return Ok(());
        }
        let commit = self.read(oid).map_err(|source| SourceError::Commit {
            commit: oid,
            source,
        })?;
        self.add(commit, false);
        Ok(())
    }

    /// Hides a commit; one that cannot be read hides nothing.
    fn hide(&mut self, oid: Oid) {
        let Some(met) = self.met.get_mut(&oid) else {
            if let Ok(commit) = self.read(oid) {
                self.add(commit, true);
            }
            return;
        };
        if met.is_hidden {
            return;
        }
        met.is_hidden = true;
        if met.is_queued {
            self.counting -= 1;
        } else {
            // Its parents count as yet.
            met.is_queued = true;
            self.queue.push((met.commit.time, oid));
        }
    }

    fn add(&mut self, commit: RawCommit, is_hidden: bool) {
        self.queue.push((commit.time, commit.id));
        self.counting += usize::from(!is_hidden);
        let met = Met {
            is_hidden,
            is_queued: true,
            commit,
        };
        self.met.insert(met.commit.id, met);
    }

    fn read(&self, oid: Oid) -> Result<RawCommit, git2::Error> {
        self.store.commit(oid)
    }

    fn go(&mut self) -> Result<(), SourceError> {
        let mut oldest = i64::MAX;
        let mut slop = SLOP;
        while let Some((time, oid)) = self.queue.pop() {
            if self.counting == 0 {
                if time < oldest && slop == 0 {
                    break;
                }
                slop -= usize::from(time < oldest);
            }
            let Some(met) = self.met.get_mut(&oid) else {
                continue;
            };
            met.is_queued = false;
            let is_hidden = met.is_hidden;
            let parents = if self.boundary.contains(&oid) {
                Vec::new()
            } else {
                met.commit.parents.clone()
            };
            if !is_hidden {
                self.counting -= 1;
                oldest = oldest.min(time);
            }
            for parent in parents {
                if is_hidden {
                    self.hide(parent);
                } else {
                    self.meet(parent)?;
                }
            }
        }
        Ok(())
    }
}

/// Returns what counts, parents before children.
fn in_order(met: HashMap<Oid, Met>) -> Vec<RawCommit> {
    let counting = met.into_values().filter(|met| !met.is_hidden);
    let mut commits: BTreeMap<Oid, RawCommit> =
        counting.map(|met| (met.commit.id, met.commit)).collect();
    let mut children: HashMap<Oid, Vec<Oid>> = HashMap::new();
    let mut waits_for: HashMap<Oid, usize> = HashMap::new();
    let mut ready: BTreeSet<(i64, Oid)> = BTreeSet::new();
    for commit in commits.values() {
        let parents: HashSet<Oid> = commit.parents.iter().copied().collect();
        let within = parents
            .into_iter()
            .filter(|parent| commits.contains_key(parent));
        let within: Vec<Oid> = within.collect();
        if within.is_empty() {
            ready.insert((commit.time, commit.id));
        }
        waits_for.insert(commit.id, within.len());
        for parent in within {
            children.entry(parent).or_default().push(commit.id);
        }
    }
    let mut ordered = Vec::with_capacity(commits.len());
    while let Some((_, oid)) = ready.pop_first() {
        for child in children.remove(&oid).unwrap_or_default() {
            let Some(left) = waits_for.get_mut(&child) else {
                continue;
            };
            *left -= 1;
            if *left == 0
                && let Some(commit) = commits.get(&child)
            {
                ready.insert((commit.time, child));
            }
        }
        ordered.extend(commits.remove(&oid));
    }
    ordered
}
