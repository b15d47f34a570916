//! `[[allow]]` entries of pattern files.

use crate::finding::Fingerprint;
use crate::glob::Globs;
use crate::spec::{Allow, Date};
use bstr::BStr;
use regex::bytes::{RegexSet, RegexSetBuilder};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The reviewed exceptions in force, each compiled on first need.
#[derive(Debug)]
pub struct Allows<'c> {
    entries: Vec<Entry<'c>>,
}

#[derive(Debug)]
struct Entry<'c> {
    allow: &'c Allow,
    paths: OnceLock<Option<Globs>>,
    regexes: OnceLock<Option<RegexSet>>,
    used: AtomicBool,
    expired: bool,
}

impl<'c> Allows<'c> {
    /// Prepares exceptions; those that expire on `today` or before no longer hold.
    #[must_use]
    pub fn new(allows: &'c [Allow], today: Date) -> Self {
        let entry = |allow: &'c Allow| Entry {
            allow,
            paths: OnceLock::new(),
            regexes: OnceLock::new(),
            used: AtomicBool::new(false),
            expired: allow.expires.is_some_and(|expires| expires <= today),
        };
        Self {
            entries: allows.iter().map(entry).collect(),
        }
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Tells whether a finding is allowed, and remembers by which entry.
    #[must_use]
    pub fn allows(
        &self,
        rule: &str,
        path: &BStr,
        captured: &[u8],
        fingerprint: &Fingerprint,
    ) -> bool {
        let mut allowed = false;
        for entry in &self.entries {
            if entry.covers(rule, path, captured, fingerprint) {
                entry.used.store(true, Ordering::Relaxed);
                allowed |= !entry.expired;
            }
        }
        allowed
    }

    /// Returns what is wrong with each entry: it has expired and something still needs it, or it
    /// covered nothing in a run that saw `everything`.
    #[must_use]
    pub fn complaints(&self, everything: bool) -> Vec<String> {
        let mut out = Vec::new();
        for Entry {
            allow,
            used,
            expired,
            ..
        } in &self.entries
        {
            let (file, line) = &allow.origin;
            let used = used.load(Ordering::Relaxed);
            if *expired && used {
                let day = allow.expires.map(|day| day.to_string()).unwrap_or_default();
                out.push(format!(
                    "{file}:{line}: this exception expired on {day} ({})",
                    allow.reason
                ));
            } else if everything && !used {
                out.push(format!(
                    "{file}:{line}: this exception matches nothing any more ({})",
                    allow.reason
                ));
            }
        }
        out
    }
}

impl Entry<'_> {
    fn covers(&self, rule: &str, path: &BStr, captured: &[u8], fingerprint: &Fingerprint) -> bool {
        let Allow {
            rules,
            fingerprints,
            paths,
            regexes,
            stopwords,
            ..
        } = self.allow;
        let named =
            |list: &[String], name: &str| list.is_empty() || list.iter().any(|item| item == name);
        named(rules, rule)
            && named(fingerprints, &fingerprint.0)
            && (paths.is_empty() || self.paths().is_some_and(|globs| globs.matches(path)))
            && (regexes.is_empty() || self.regexes().is_some_and(|set| set.is_match(captured)))
            && (stopwords.is_empty() || crate::scan::holds_word(captured, stopwords))
    }

    // Globs and patterns are checked when the file is read; one that fails all the same allows
    // nothing, which is the safe side.
    fn paths(&self) -> Option<&Globs> {
        self.paths
            .get_or_init(|| Globs::new(self.allow.paths.iter().map(String::as_str)).ok())
            .as_ref()
    }

    fn regexes(&self) -> Option<&RegexSet> {
        let build = || {
            RegexSetBuilder::new(&self.allow.regexes)
                .unicode(false)
                .multi_line(true)
                .build()
                .ok()
        };
        self.regexes.get_or_init(build).as_ref()
    }
}

/// Returns today's date in UTC.
///
/// Source of the conversion: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `civil_from_days`.
#[must_use]
pub fn today() -> Date {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    civil(seconds / 86_400)
}

/// Returns the day that is so many days after 1970-01-01.
pub(crate) fn civil(days_since_1970: u64) -> Date {
    let z = days_since_1970 + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let small = |value: u64| u8::try_from(value).unwrap_or(u8::MAX);
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: small(month),
        day: small(day_of_year - (153 * shifted + 2) / 5 + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a valid day")
    }

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        for (days, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_778, "2026-11-21"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(civil(days), day(text), "{days}");
        }
    }

    #[test]
    fn every_criterion_that_is_given_must_hold() {
        let allow = Allow {
            reason: "sample".into(),
            rules: vec!["acme-key".into()],
            paths: vec!["tests/**".into()],
            stopwords: vec!["SAMPLE".into()],
            ..Allow::default()
        };
        let list = [allow];
        let allows = Allows::new(&list, day("2026-01-01"));
        let print = Fingerprint("0".into());
        assert!(allows.allows("acme-key", "tests/a.py".into(), b"my-sample-1", &print));
        assert!(!allows.allows("acme-key", "src/a.py".into(), b"my-sample-1", &print));
        assert!(!allows.allows("other-key", "tests/a.py".into(), b"my-sample-1", &print));
        assert!(!allows.allows("acme-key", "tests/a.py".into(), b"my-real-1", &print));
    }

    #[test]
    fn an_expired_exception_no_longer_holds_and_is_told() {
        let allow = Allow {
            reason: "until the move".into(),
            rules: vec!["acme-key".into()],
            expires: Some(day("2026-06-30")),
            origin: ("patterns.toml".into(), 7),
            ..Allow::default()
        };
        let list = [allow];
        let print = Fingerprint("0".into());
        let before = Allows::new(&list, day("2026-06-29"));
        assert!(before.allows("acme-key", "a".into(), b"x", &print));
        assert!(before.complaints(true).is_empty());
        let after = Allows::new(&list, day("2026-06-30"));
        assert!(!after.allows("acme-key", "a".into(), b"x", &print));
        assert!(
            after.complaints(false)[0]
                .contains("patterns.toml:7: this exception expired on 2026-06-30")
        );
    }

    #[test]
    fn an_unused_exception_is_told_only_by_a_run_that_saw_everything() {
        let list = [Allow {
            reason: "old".into(),
            rules: vec!["a".into()],
            ..Allow::default()
        }];
        let allows = Allows::new(&list, day("2026-01-01"));
        assert!(allows.complaints(false).is_empty());
        assert_eq!(allows.complaints(true).len(), 1);
    }
}
