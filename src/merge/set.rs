//! The parts of a scan: whether all are there, and of one run.

use super::error::{Conflict, MergeError, Missing};
use crate::report::{Closing, Summary};
use crate::shard::Shard;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The results of all repositories: of each, the parts that are there.
///
/// Results that name no repository are those of one.
#[derive(Debug, Default)]
pub(super) struct Sets {
    sets: BTreeMap<Option<Box<str>>, Set>,
    totals: Totals,
}

/// What the runs that were joined tell of themselves, summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Repositories that have results.
    pub repositories: u64,
    /// Parts of scans.
    pub shards: u64,
    /// Files scanned.
    pub files: u64,
    /// Messages of commits and tags scanned.
    pub messages: u64,
    /// Lines that were new in files and messages.
    pub added_lines: u64,
    /// Files left out by `[settings] exclude`.
    pub excluded_files: u64,
    /// Findings silenced by exceptions.
    pub allowed: u64,
    /// How long the runs took, one after the other.
    pub milliseconds: u64,
    /// What the user should know beside the findings; each once.
    pub notes: BTreeSet<String>,
}

/// The parts of one repository's scan.
#[derive(Debug)]
struct Set {
    /// The first part that was met; all others must be like it.
    first: Part,
    /// What is there, by number.
    parts: BTreeMap<u32, (Counts, Rc<str>)>,
}

/// A part, and what must be alike in all parts of a scan.
#[derive(Clone, Debug)]
struct Part {
    shard: Shard,
    file: Rc<str>,
    version: Box<str>,
    scan: Option<Box<str>>,
}

/// What must be alike in two results of the same part.
type Counts = [u64; 5];

/// Whether a part was there before.
enum Added {
    New,
    Again,
}

impl Set {
    /// Adds a part; fails with the one that it does not go with.
    fn add(&mut self, part: &Part, counts: Counts) -> Result<Added, (Conflict, Shard, Rc<str>)> {
        let first = &self.first;
        let conflict = if first.shard.of() != part.shard.of() {
            Some(Conflict::Parts)
        } else if first.version != part.version {
            Some(Conflict::Version)
        } else if first.scan != part.scan {
            Some(Conflict::Objects)
        } else {
            None
        };
        if let Some(conflict) = conflict {
            return Err((conflict, first.shard, Rc::clone(&first.file)));
        }
        match self.parts.entry(part.shard.index()) {
            Entry::Occupied(before) if before.get().0 == counts => Ok(Added::Again),
            Entry::Occupied(before) => {
                Err((Conflict::Result, part.shard, Rc::clone(&before.get().1)))
            }
            Entry::Vacant(place) => {
                place.insert((counts, Rc::clone(&part.file)));
                Ok(Added::New)
            }
        }
    }
}

fn counts(summary: &Summary) -> Counts {
    [
        summary.files,
        summary.messages,
        summary.added_lines,
        summary.findings,
        summary.blocking,
    ]
}

impl Totals {
    fn count(&mut self, summary: Summary) {
        for (total, more) in [
            (&mut self.shards, 1),
            (&mut self.files, summary.files),
            (&mut self.messages, summary.messages),
            (&mut self.added_lines, summary.added_lines),
            (&mut self.excluded_files, summary.excluded_files),
            (&mut self.allowed, summary.allowed),
            (&mut self.milliseconds, summary.milliseconds),
        ] {
            // The numbers are from files that anybody may have written.
            *total = total.saturating_add(more);
        }
        self.notes.extend(summary.notes);
    }
}

impl Sets {
    /// Takes the last line of a run.
    ///
    /// The same part may come twice, as when a job was run again, if both tell the same.
    pub(super) fn add(&mut self, closing: Closing<'_>, file: &Rc<str>) -> Result<(), MergeError> {
        let part = Part {
            shard: closing.shard,
            file: Rc::clone(file),
            version: closing.tool.version.into(),
            scan: closing.scan.map(Into::into),
        };
        let repository: Option<Box<str>> = closing.repository.map(Into::into);
        let set = self.sets.entry(repository.clone()).or_insert_with(|| Set {
            first: part.clone(),
            parts: BTreeMap::new(),
        });
        match set.add(&part, counts(&closing.summary)) {
            Ok(Added::New) => self.totals.count(closing.summary),
            Ok(Added::Again) => {}
            Err((conflict, other, other_file)) => {
                return Err(MergeError::Conflict {
                    repository: repository.map(Into::into),
                    shard: part.shard,
                    file: file.to_string(),
                    conflict,
                    other,
                    other_file: other_file.to_string(),
                });
            }
        }
        Ok(())
    }

    /// Tells whether no run has told that it finished.
    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// Returns the totals, once it is sure that no part is missing and no repository of those
    /// that are expected.
    pub(super) fn finish(mut self, expected: &[String]) -> Result<Totals, MergeError> {
        for (repository, set) in &self.sets {
            let missing: Vec<u32> = (1..=set.first.shard.of())
                .filter(|index| !set.parts.contains_key(index))
                .collect();
            if !missing.is_empty() {
                return Err(MergeError::Missing {
                    repository: repository.as_deref().map(str::to_owned),
                    missing: Missing(missing),
                    of: set.first.shard.of(),
                });
            }
        }
        let there = |name: &String| self.sets.contains_key(&Some(Box::from(name.as_str())));
        let without: Vec<String> = expected
            .iter()
            .filter(|name| !there(name))
            .cloned()
            .collect();
        if !without.is_empty() {
            return Err(MergeError::NoResult {
                repositories: without,
            });
        }
        self.totals.repositories = self.sets.len() as u64;
        Ok(self.totals)
    }
}
