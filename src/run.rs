//! Scans every item of a source, on as many threads as pay.

use crate::config::Config;
use crate::date::rfc3339;
use crate::decode::{Decoded, Encoding, decode, folded};
use crate::finding::{Finding, Fingerprint, Tally};
use crate::first::{self, Same, Sighting};
use crate::scan::{CompileError, Dropped, Scanned, Scanner, Target};
use crate::shard::Shard;
use crate::source::{Decode, Form, Item, Reader, Source, SourceError};
use bstr::BString;
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// What a run gave.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Findings, in the order of reports.
    pub findings: Vec<Finding>,
    /// What was scanned.
    pub tally: Tally,
    /// What the judges dropped, with its path.
    pub dropped: Vec<(BString, Dropped)>,
    /// Of one part of a scan, the text that [`Shard::split`] gave.
    pub scan: Option<String>,
}

/// A run that could not finish: nothing is vouched for.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The source could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A rule could not be used.
    #[error(transparent)]
    Rule(#[from] CompileError),
    /// A thread ended by a fault of guard itself.
    #[error(
        "a scanning thread ended by a fault of guard itself; please report it with the message above"
    )]
    Thread,
}

/// How far a run is; read by a progress bar while the run goes on.
#[derive(Debug, Default)]
pub struct Progress {
    /// Items to scan, once it is known.
    pub items: AtomicUsize,
    /// Items scanned.
    pub done: AtomicUsize,
    /// Bytes scanned.
    pub bytes: AtomicU64,
}

/// Below this many items a second thread costs more than it saves.
const ITEMS_PER_THREAD: usize = 24;

/// What a run is told beside source and configuration.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// How many threads may scan; 0: as many as the machine has for this process.
    pub threads: usize,
    /// Which part of the items to scan; `None`: all.
    pub shard: Option<Shard>,
    /// Whether to keep what the judges dropped.
    pub explain: bool,
    /// Where to count.
    pub progress: &'o Progress,
}

/// Scans every item of a source.
///
/// # Errors
///
/// Fails when anything in scope could not be read or matched.
pub fn run(
    source: &dyn Source,
    config: &Config,
    options: &Options<'_>,
) -> Result<Outcome, RunError> {
    let plan = source.plan()?;
    let mut outcome = Outcome::default();
    outcome.tally.notes = plan.notes;
    let mut items = plan.items;
    outcome.scan = options.shard.map(|shard| shard.split(&mut items));
    let is_message = |item: &Item| item.form == Form::Message;
    if let Some(exclude) = &config.exclude {
        let before = items.len();
        items.retain(|item| is_message(item) || !exclude.matches(item.path.as_ref()));
        outcome.tally.excluded = before - items.len();
    }
    outcome.tally.messages = items.iter().filter(|item| is_message(item)).count();
    outcome.tally.files = items.len() - outcome.tally.messages;
    outcome.tally.without_text = plan.without_text;
    outcome.tally.commits = plan.commits;
    options.progress.items.store(items.len(), Ordering::Relaxed);
    if items.is_empty() {
        return Ok(outcome);
    }
    let scanner = Scanner::new(config);
    let work = Work {
        source,
        scanner: &scanner,
        items: &items,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        options,
        gathered: Mutex::new(Gathered::default()),
    };
    let threads = threads_for(options.threads, items.len());
    if threads == 1 {
        work.scan_items()?;
    } else {
        let results: Vec<Result<(), RunError>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| scope.spawn(|| work.scan_items()))
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or(Err(RunError::Thread)))
                .collect()
        });
        results.into_iter().collect::<Result<(), _>>()?;
    }
    let gathered = work.gathered.into_inner().map_err(|_| RunError::Thread)?;
    outcome.findings = gathered.findings;
    outcome.findings.sort_by(|a, b| a.order(b, &config.rules));
    if plan.versions {
        outcome.findings = first_of_each(outcome.findings, config);
    }
    outcome.dropped = gathered.dropped;
    outcome
        .dropped
        .sort_by(|a, b| (&a.0, a.1.line, a.1.rule).cmp(&(&b.0, b.1.line, b.1.rule)));
    outcome.tally.added_lines = gathered.added_lines;
    outcome.tally.allowed = gathered.allowed;
    let mut notes = gathered.notes;
    notes.sort();
    outcome.tally.notes.extend(notes);
    outcome
        .tally
        .notes
        .extend(scanner.complaints(plan.everything && options.shard.is_none()));
    Ok(outcome)
}

/// Returns on how many threads so many items are to be scanned.
fn threads_for(wanted: usize, items: usize) -> usize {
    // What the machine has is read from half a dozen files, which a small commit would feel.
    match (items / ITEMS_PER_THREAD, wanted) {
        (0 | 1, _) => 1,
        (most, 0) => std::thread::available_parallelism().map_or(1, |found| found.get().min(most)),
        (most, wanted) => wanted.min(most),
    }
}

/// Keeps of the findings that several versions of a file hold those of the first commit.
fn first_of_each(findings: Vec<Finding>, config: &Config) -> Vec<Finding> {
    let with_rule = |finding: Finding| (&*config.rules[finding.rule].id, finding);
    let mut findings: Vec<(&str, Finding)> = findings.into_iter().map(with_rule).collect();
    first::keep(&mut findings, |(rule, finding)| {
        let commit = finding.commit.as_ref()?;
        let same = Same {
            path: &finding.path,
            rule,
            fingerprint: &finding.fingerprint.0,
        };
        let (date, id) = (rfc3339(commit.time), commit.id.to_string());
        Some((same, Sighting::new(finding.level, &date, &id)))
    });
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// What the threads of a run share.
struct Work<'w> {
    source: &'w dyn Source,
    scanner: &'w Scanner<'w>,
    items: &'w [Item],
    next: AtomicUsize,
    /// Set when one thread failed, so that the others need not go on.
    stop: AtomicBool,
    options: &'w Options<'w>,
    gathered: Mutex<Gathered>,
}

#[derive(Default)]
struct Gathered {
    findings: Vec<Finding>,
    added_lines: u64,
    allowed: usize,
    notes: Vec<String>,
    dropped: Vec<(BString, Dropped)>,
}

impl Work<'_> {
    fn scan_items(&self) -> Result<(), RunError> {
        let mut mine = Gathered::default();
        let result = self.scan_into(&mut mine);
        if result.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        let mut all = self.gathered.lock().map_err(|_| RunError::Thread)?;
        all.findings.append(&mut mine.findings);
        all.added_lines += mine.added_lines;
        all.allowed += mine.allowed;
        all.notes.append(&mut mine.notes);
        all.dropped.append(&mut mine.dropped);
        result
    }

    fn scan_into(&self, mine: &mut Gathered) -> Result<(), RunError> {
        let mut reader = self.source.reader()?;
        while !self.stop.load(Ordering::Relaxed) {
            let Some(item) = self.items.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                break;
            };
            let bytes = reader.new_version(item)?;
            self.scan_item(item, &bytes, reader.as_mut(), mine)?;
            self.options.progress.done.fetch_add(1, Ordering::Relaxed);
            self.options
                .progress
                .bytes
                .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    fn scan_item(
        &self,
        item: &Item,
        bytes: &[u8],
        reader: &mut dyn Reader,
        mine: &mut Gathered,
    ) -> Result<(), RunError> {
        let decoded = decode(bytes);
        let scanned = self.scan_text(
            item,
            &decoded,
            |old| decode(&old).text.into_owned(),
            reader,
            mine,
        )?;
        // A file may be of one encoding here and of another there; what the first view of it
        // garbles is plain in the second.
        if decoded.encoding != Encoding::Bytes {
            let other = Decoded {
                text: folded(bytes).into(),
                encoding: match decoded.encoding {
                    Encoding::Binary => Encoding::Binary,
                    _ => Encoding::Bytes,
                },
            };
            let mut again = self.scan_text(
                item,
                &other,
                |old| folded(&old),
                reader,
                &mut Gathered::default(),
            )?;
            let seen: HashSet<(usize, &Fingerprint)> = scanned
                .findings
                .iter()
                .map(|found| (found.rule, &found.fingerprint))
                .collect();
            // The file as a whole is the same in either view.
            again.findings.retain(|found| {
                !seen.contains(&(found.rule, &found.fingerprint))
                    && !self.scanner.is_about_files(found.rule)
            });
            mine.findings.extend(again.findings);
        }
        let path = || crate::escape::escape_path(&item.path);
        mine.findings.extend(scanned.findings);
        mine.added_lines += scanned.added_lines;
        mine.allowed += scanned.allowed;
        let notes = scanned.notes.into_iter();
        mine.notes
            .extend(notes.map(|(line, what)| format!("{}:{line}: {what}", path())));
        if self.options.explain {
            let dropped = scanned.dropped.into_iter();
            mine.dropped
                .extend(dropped.map(|dropped| (item.path.clone(), dropped)));
        }
        Ok(())
    }

    /// Scans one view of an item; `decode` gives the same view of its old versions.
    fn scan_text(
        &self,
        item: &Item,
        decoded: &Decoded<'_>,
        decode: Decode,
        reader: &mut dyn Reader,
        mine: &mut Gathered,
    ) -> Result<Scanned, RunError> {
        let added = if item.old.is_nothing() {
            None
        } else {
            let old = reader.old_versions(item, decode)?;
            for blob in &old.missing {
                let path = crate::escape::escape_path(&item.path);
                mine.notes.push(format!(
                    "{path}: its old version {blob} is not in this clone; lines of it may count as new"
                ));
            }
            Some(old.added_lines(&decoded.text))
        };
        let target = Target {
            path: item.path.as_ref(),
            form: item.form,
            decoded,
            added: added.as_ref(),
            commit: item.commit.as_ref(),
        };
        Ok(self.scanner.scan(&target)?)
    }
}
