//! Of a finding that many versions of a file hold, the commit that brought it.
//!
//! A secret stays in a file through many commits, and every one of these versions is scanned by
//! itself, on several machines perhaps. It is reported once. A run over a history and the merge of
//! its parts choose by the same order, so that both report the same.

use crate::finding::Level;
use std::cmp::Reverse;
use std::collections::HashMap;

/// What a finding keeps through the versions of a file: where lines move, this stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Same<'f> {
    /// The path, raw bytes.
    pub path: &'f [u8],
    /// The rule's id.
    pub rule: &'f str,
    /// The fingerprint.
    pub fingerprint: &'f str,
}

/// One commit that a finding is in; the least is the one to report.
///
/// The earliest commit wins, and of several of one second the one with the least id. What blocks
/// wins over what does not, however early: a version in which the judges thought less of it must
/// not hide the one that blocks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sighting {
    level: Reverse<Level>,
    date: Box<str>,
    commit: Box<str>,
}

impl Sighting {
    /// Makes one of a finding's level, the date of the commit as [`crate::date::rfc3339`] writes
    /// it, and the commit's id in hexadecimal.
    #[must_use]
    pub fn new(level: Level, date: &str, commit: &str) -> Self {
        Self {
            level: Reverse(level),
            date: date.into(),
            commit: commit.into(),
        }
    }
}

/// Keeps of the same finding in several commits those places that the first commit has.
///
/// `seen` says what a finding is and in which commit; `None`: it is in none, and stays. The order
/// of those that stay does not change.
pub fn keep<T>(found: &mut Vec<T>, seen: impl for<'t> Fn(&'t T) -> Option<(Same<'t>, Sighting)>) {
    let keep: Vec<bool> = {
        let mut first: HashMap<Same<'_>, Sighting> = HashMap::new();
        for (same, sighting) in found.iter().filter_map(&seen) {
            first
                .entry(same)
                .and_modify(|best| {
                    if sighting < *best {
                        best.clone_from(&sighting);
                    }
                })
                .or_insert(sighting);
        }
        let is_first = |(same, sighting): (Same<'_>, Sighting)| first.get(&same) == Some(&sighting);
        let stays = |one| seen(one).is_none_or(is_first);
        found.iter().map(stays).collect()
    };
    let mut keep = keep.into_iter();
    found.retain(|_| keep.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (
        &'static str,
        &'static str,
        u32,
        Option<(Level, &'static str, &'static str)>,
    );

    fn kept(mut rows: Vec<Row>) -> Vec<u32> {
        keep(&mut rows, |(path, fingerprint, _, commit)| {
            let (level, date, commit) = (*commit)?;
            let same = Same {
                path: path.as_bytes(),
                rule: "acme-live-key",
                fingerprint,
            };
            Some((same, Sighting::new(level, date, commit)))
        });
        rows.into_iter().map(|(_, _, line, _)| line).collect()
    }

    #[test]
    fn the_earliest_commit_wins_with_all_its_places() {
        let at = |date, commit| Some((Level::Error, date, commit));
        let rows = vec![
            ("a", "f", 1, at("2024-01-02T00:00:00Z", "aa")),
            ("a", "f", 2, at("2024-01-01T00:00:00Z", "cc")),
            ("a", "f", 3, at("2024-01-01T00:00:00Z", "bb")),
            ("a", "f", 4, at("2024-01-01T00:00:00Z", "bb")),
            ("b", "f", 5, at("2024-01-03T00:00:00Z", "dd")),
            ("a", "g", 6, at("2024-01-03T00:00:00Z", "dd")),
            ("a", "f", 7, None),
        ];
        assert_eq!(kept(rows), [3, 4, 5, 6, 7]);
    }

    #[test]
    fn what_blocks_is_not_hidden_by_an_earlier_hint() {
        let rows = vec![
            (
                "a",
                "f",
                1,
                Some((Level::Note, "2024-01-01T00:00:00Z", "aa")),
            ),
            (
                "a",
                "f",
                2,
                Some((Level::Error, "2024-01-03T00:00:00Z", "cc")),
            ),
            (
                "a",
                "f",
                3,
                Some((Level::Error, "2024-01-02T00:00:00Z", "bb")),
            ),
            (
                "a",
                "f",
                4,
                Some((Level::Warning, "2024-01-01T00:00:00Z", "aa")),
            ),
        ];
        assert_eq!(kept(rows), [3]);
    }
}
