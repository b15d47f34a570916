//! One place, one finding: of rules that claim the same bytes, the most specific wins.

use super::Judged;
use crate::config::Rules;
use crate::finding::Fingerprint;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// Keeps, of findings whose places overlap, the one with the highest rank; then the surest, the
/// gravest, the longest, the first in the packs. The order of places is kept.
///
/// What one encoded text says may be several secrets, which all point at that text: they were told
/// apart where it was decoded, and stay.
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
    // Places that are taken, by start, with who took them first; they never overlap, so a neighbour
    // on each side decides.
    let mut taken = BTreeMap::<usize, (usize, usize)>::new();
    let mut told = HashSet::new();
    let mut kept: Vec<Judged> = Vec::with_capacity(judged.len());
    for one in judged {
        let place = &one.found.place;
        let end = place.end.max(place.start + 1);
        let before = taken.range(..end).next_back();
        if let Some((_, &(taken_end, holder))) = before
            && taken_end > place.start
            && !is_another_of_one_text(&kept[holder], &one, &mut told)
        {
            continue;
        }
        taken.entry(place.start).or_insert((end, kept.len()));
        kept.push(one);
    }
    kept.sort_by_key(|one| (one.found.place.start, one.found.rule));
    kept
}

/// Tells whether a finding is another secret of the encoded text that `first` was found in.
fn is_another_of_one_text(
    first: &Judged,
    one: &Judged,
    told: &mut HashSet<(usize, Fingerprint)>,
) -> bool {
    one.decoded
        && first.decoded
        && first.found.place == one.found.place
        && first.fingerprint != one.fingerprint
        && told.insert((one.found.place.start, one.fingerprint.clone()))
}
