//! One place, one finding: of rules that claim the same bytes, the most specific wins.

use super::Judged;
use crate::config::Rules;
use std::cmp::Reverse;

/// Keeps, of findings whose places overlap, the one with the highest rank; then the surest, the
/// gravest, the longest, the first in the packs. The order of places is kept.
pub(super) fn one_a_place(mut judged: Vec<Judged>, rules: &Rules) -> Vec<Judged> {
    if judged.len() < 2 {
        return judged;
    }
    judged.sort_by_key(|one| {
        let rule = &rules[one.found.rule];
        (
            Reverse(rule.rank),
            Reverse(one.confidence),
            Reverse(rule.severity),
            Reverse(one.found.place.len()),
            one.found.place.start,
            one.found.rule,
        )
    });
    // Places that are taken, by start; they never overlap, so a neighbour on each side decides.
    let mut taken = std::collections::BTreeMap::<usize, usize>::new();
    let mut kept: Vec<Judged> = Vec::with_capacity(judged.len());
    for one in judged {
        let place = &one.found.place;
        let end = place.end.max(place.start + 1);
        let before = taken.range(..end).next_back();
        if before.is_some_and(|(_, &taken_end)| taken_end > place.start) {
            continue;
        }
        taken.insert(place.start, end);
        kept.push(one);
    }
    kept.sort_by_key(|one| (one.found.place.start, one.found.rule));
    kept
}
