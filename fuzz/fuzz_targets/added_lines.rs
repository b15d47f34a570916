#![no_main]
//! Which lines of a text are new, against a plain count.

use guard::added::{AddedLines, LinePool};
use guard::lines;
use std::collections::HashMap;

/// Stands between the versions; no line end, so that a version may end anywhere.
const BETWEEN: u8 = 0xff;

fn plain(new: &[u8], old: &[u8]) -> Vec<bool> {
    let mut counts: HashMap<&[u8], usize> = HashMap::new();
    for line in lines::split(old) {
        *counts.entry(line).or_default() += 1;
    }
    let mut last_first: Vec<&[u8]> = lines::split(new).collect();
    let total = last_first.len();
    let mut wanted: HashMap<&[u8], usize> = HashMap::new();
    for line in &last_first {
        *wanted.entry(line).or_default() += 1;
    }
    // How many of each line are new does not depend on which of them are.
    let mut new = vec![false; total];
    for (at, line) in last_first.drain(..).enumerate() {
        let there = counts.get(line).copied().unwrap_or_default();
        new[at] = wanted[line] > there;
    }
    new
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut versions = bytes.split(|&byte| byte == BETWEEN);
    let new = versions.next().unwrap_or_default();
    let olds: Vec<&[u8]> = versions.take(2).collect();
    let added = AddedLines::between(new, &olds);
    let count = lines::count(new);
    assert!(added.count() <= count);
    if let [old] = olds[..] {
        let has_new = plain(new, old);
        for (number, (line, may_be_new)) in (1..).zip(lines::split(new).zip(&has_new)) {
            if added.contains(number) {
                assert!(may_be_new, "line {number} is old: {line:?}");
            }
        }
        let mut left: HashMap<&[u8], isize> = HashMap::new();
        for line in lines::split(old) {
            *left.entry(line).or_default() -= 1;
        }
        for line in lines::split(new) {
            *left.entry(line).or_default() += 1;
        }
        let expected: isize = left.values().map(|&count| count.max(0)).sum();
        assert_eq!(isize::try_from(added.count()), Ok(expected));
        let pool = LinePool::collect([Ok::<_, ()>(old.to_vec())]).expect("it is in memory");
        let outside = AddedLines::outside(new, &pool);
        assert!(outside.ranges().all(|range| range.end <= count + 1));
    }
    if let [one, other] = olds[..] {
        let both = AddedLines::between(new, &[one]).and(&AddedLines::between(new, &[other]));
        assert_eq!(added, both);
    }
});
