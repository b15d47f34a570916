//! Why results could not be joined.

use crate::shard::Shard;
use std::fmt;
use std::io;

/// Results that could not be joined: nothing is vouched for.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A file could not be read.
    #[error("{file}: cannot be read")]
    Read {
        /// Its name.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A line is not what guard writes, or not all of it.
    #[error("{file}:{line}: {fault}")]
    Line {
        /// The file's name.
        file: String,
        /// The number of the line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: LineFault,
    },
    /// Two results that should be parts of one scan are not.
    #[error(
        "{file}: shard {shard}{} {conflict} shard {other} in {other_file}, so together they are not one scan; \
         merge results of the same guard, on the same commits and references{}",
        of_repository(repository.as_deref()), name_them(repository.as_deref())
    )]
    Conflict {
        /// The repository, if the results name one.
        repository: Option<String>,
        /// The second of the two.
        shard: Shard,
        /// Its file.
        file: String,
        /// In what they differ.
        conflict: Conflict,
        /// The first of the two.
        other: Shard,
        /// Its file.
        other_file: String,
    },
    /// Parts of a scan are missing.
    #[error(
        "{missing} of {of}{} {}: the job failed, its result was not handed over, or its last line is \
         cut off; run it again and merge all {of}",
        of_repository(repository.as_deref()), if missing.is_one() { "is missing" } else { "are missing" }
    )]
    Missing {
        /// The repository, if the results name one.
        repository: Option<String>,
        /// Which parts.
        missing: Missing,
        /// How many there should be.
        of: u32,
    },
    /// A repository that should have results has none.
    #[error(
        "no result of {}: run {} job again, or take {} off the list", List(repositories),
        if repositories.len() == 1 { "its" } else { "their" },
        if repositories.len() == 1 { "it" } else { "them" }
    )]
    NoResult {
        /// The repositories.
        repositories: Vec<String>,
    },
    /// A result does not end with the line that says that its run finished.
    #[error(
        "{} not end with the line that says that the run finished, so nothing can be vouched for; \
         write results with `--shard 1/1` or `--repository NAME`, or give `--unclosed` if you know \
         that each of these runs ended with status 0 or 1",
        if let [file] = &files[..] { format!("{file} does") } else { format!("{} do", List(files)) }
    )]
    Unclosed {
        /// The files.
        files: Vec<String>,
    },
}

/// In what two results differ that should be parts of one scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The number of parts.
    #[error("is of another number of parts than")]
    Parts,
    /// The version of guard.
    #[error("was made by another version of guard than")]
    Version,
    /// What there was to scan.
    #[error("was made of other objects than")]
    Objects,
    /// What the same part gave.
    #[error("gave another result than")]
    Result,
}

/// What is wrong with a line. Never holds any of it: a file that was given by mistake may hold a
/// secret.
#[derive(Debug, thiserror::Error)]
pub enum LineFault {
    /// It ends too early.
    #[error(
        "the line is cut off: the run was ended, or the disk was full, while it wrote; run it again"
    )]
    CutOff,
    /// It begins a document.
    #[error("this is one document of several lines; write results with `--format jsonl`")]
    Document,
    /// It is something else.
    #[error(
        "this is not a line of a result; merge takes what `--format jsonl` writes, and nothing else"
    )]
    Foreign,
    /// It is longer than any finding.
    #[error(
        "the line is longer than {0} bytes, as no line of a result is; merge takes what `--format jsonl` writes"
    )]
    Long(u64),
    /// A finding lacks a field that decides something.
    #[error("this finding has no valid `{0}`; merge takes lines as guard wrote them")]
    Field(&'static str),
    /// The last line of a run lacks something.
    #[error("this last line of a run has no valid `{0}`")]
    LastLine(&'static str),
    /// Findings were lost or added.
    #[error(
        "the last line of shard {shard} tells of {} but {found} {} before it: a result is cut off, or lines \
         were taken out or added; merge results as guard wrote them",
        findings(*said), if *found == 1 { "stands" } else { "stand" }
    )]
    Count {
        /// The part.
        shard: Shard,
        /// How many findings there were.
        said: u64,
        /// How many there are.
        found: u64,
    },
}

/// The parts of a scan that are missing, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing(pub Vec<u32>);

impl Missing {
    fn is_one(&self) -> bool {
        self.0.len() == 1
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.is_one() { "shard" } else { "shards" };
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        write!(f, "{noun} {}", List(&numbers))
    }
}

/// Names in a sentence: all of them when they are few, else how many more there are.
struct List<'l>(&'l [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// More do not help anybody.
        const SHOWN: usize = 10;
        let shown = &self.0[..self.0.len().min(SHOWN)];
        let more = self.0.len() - shown.len();
        match (shown, more) {
            (_, 1..) => write!(f, "{} and {more} more", shown.join(", ")),
            ([head @ .., last], 0) if !head.is_empty() => {
                write!(f, "{} and {last}", head.join(", "))
            }
            _ => f.write_str(&shown.join(", ")),
        }
    }
}

fn of_repository(repository: Option<&str>) -> String {
    repository.map_or_else(String::new, |name| format!(" of repository {name}"))
}

/// What to do when results of different repositories got into one set.
fn name_them(repository: Option<&str>) -> &'static str {
    match repository {
        None => ", or name each repository with `--repository` when there are several",
        Some(_) => "",
    }
}

fn findings(count: u64) -> String {
    crate::report::counted(count, "finding")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_and_long_lists_are_cut() {
        let list = |numbers: std::ops::Range<u32>| Missing(numbers.collect()).to_string();
        assert_eq!(list(3..4), "shard 3");
        assert_eq!(list(3..5), "shards 3 and 4");
        assert_eq!(list(1..11), "shards 1, 2, 3, 4, 5, 6, 7, 8, 9 and 10");
        assert_eq!(
            list(1..65_537),
            "shards 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 65526 more"
        );
    }
}
