//! The walk through commits, beside git's own.

use super::index_random::Dice;
use super::*;
use crate::source::object::parse_oid;
use crate::source::walk::walk;
use git2::Oid;
use std::collections::HashSet;

/// Makes commits on random earlier ones, `skew` seconds at most from their turn.
fn history(repo: &Repo, dice: &mut Dice, commits: usize, skew: usize) -> Vec<String> {
    let tree = repo.git(&["write-tree"]);
    let mut made: Vec<String> = Vec::new();
    for number in 0..commits {
        let mut parents: Vec<&String> = (0..dice.below(4))
            .filter_map(|_| made.get(dice.below(commits).min(number.saturating_sub(1))))
            .collect();
        parents.sort();
        parents.dedup();
        let date = 1_700_000_000 + number * 60 + dice.below(2 * skew + 1);
        let mut git = git_command(&repo.top);
        git.env("GIT_COMMITTER_DATE", format!("{date} +0000"))
            .args(["commit-tree", "-m", &number.to_string(), &tree])
            .args(parents.iter().flat_map(|parent| ["-p", parent.as_str()]));
        let output = git.output().expect("git is installed");
        assert!(output.status.success());
        let id = String::from_utf8(output.stdout).expect("an id");
        made.push(id.trim().to_owned());
    }
    made
}

fn ids(commits: &[&String]) -> Vec<Oid> {
    let ids = commits.iter().map(|id| parse_oid(id.as_bytes()));
    ids.collect::<Option<_>>().expect("git printed them")
}

#[test]
fn what_git_lists_is_listed() {
    for (seed, skew) in [(1, 0), (2, 0), (3, 3000), (4, 100_000)] {
        let mut dice = Dice::new(seed);
        let repo = Repo::new();
        let made = history(&repo, &mut dice, 60, skew);
        let repository = repo.open();
        let handle = repository.handle().expect("git made it");
        for _ in 0..20 {
            let mut pick = |most: usize| -> Vec<&String> {
                let count = dice.below(most + 1);
                (0..count).map(|_| &made[dice.below(made.len())]).collect()
            };
            let (tips, hidden) = (pick(3), pick(3));
            let mine = walk(&handle, &ids(&tips), &ids(&hidden), &HashSet::new());
            let mine = mine.expect("git made them");
            let all = |tips: &[&String]| -> HashSet<String> {
                let mut words = vec!["rev-list"];
                words.extend(tips.iter().map(|tip| tip.as_str()));
                let listed = if tips.is_empty() {
                    String::new()
                } else {
                    repo.git(&words)
                };
                listed.lines().map(str::to_owned).collect()
            };
            // Asked for both at once, git may list too much itself where clocks are far apart.
            let (reached, hides) = (all(&tips), all(&hidden));
            let theirs: HashSet<String> = reached.difference(&hides).cloned().collect();
            let listed: HashSet<String> = mine.iter().map(|commit| commit.id.to_string()).collect();
            assert!(
                theirs.is_subset(&listed),
                "seed {seed}: {tips:?} ^{hidden:?}"
            );
            if skew == 0 {
                assert_eq!(listed, theirs, "seed {seed}: {tips:?} ^{hidden:?}");
            }
            let place = |id: &Oid| mine.iter().position(|commit| commit.id == *id);
            for (at, commit) in mine.iter().enumerate() {
                let parents = commit.parents.iter().filter_map(place);
                assert!(parents.into_iter().all(|parent| parent < at), "seed {seed}");
            }
        }
    }
}
