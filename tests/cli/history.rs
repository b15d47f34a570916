//! A long history, made up.

use crate::support::{QUERY, Repo, key_line, run_with_input};
use guard::random::Random;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many keys go round in a [`history`].
pub(crate) const KEYS: usize = 12;

/// A repository with branches, merges, tags, and the same keys in many versions and paths.
///
/// Written by `git fast-import`, the same each time. Dates jump, as those of real commits do: a
/// child may be older than its parent, and several commits are of one second.
pub(crate) fn history(commits: usize) -> Repo {
    let repo = Repo::new();
    let stream = History::new().stream(commits);
    let mut git = repo.git_command(repo.top());
    git.args(["fast-import", "--quiet"]);
    run_with_input(&mut git, stream.as_bytes()).exits(0);
    repo.git(&["reset", "--quiet", "--hard"]);
    repo
}

/// Makes up a history, commit by commit.
struct History {
    random: Random,
    stream: String,
    marks: usize,
    /// Each branch: its last commit, and the lines of its files.
    branches: Vec<(usize, BTreeMap<String, Vec<String>>)>,
}

impl History {
    const BRANCHES: usize = 4;
    const FILES: usize = 14;

    fn new() -> Self {
        Self {
            random: Random::seeded(7),
            stream: String::new(),
            marks: 0,
            branches: vec![(0, BTreeMap::new()); Self::BRANCHES],
        }
    }

    fn stream(mut self, commits: usize) -> String {
        self.change(0);
        let (first, files) = self.branches[0].clone();
        for branch in 1..Self::BRANCHES {
            self.branches[branch] = (first, files.clone());
        }
        for number in 1..commits {
            let branch = self.random.below(Self::BRANCHES);
            if number % 12 == 11 {
                self.merge(branch, (branch + 1) % Self::BRANCHES);
            } else {
                self.change(branch);
            }
        }
        let (last, _) = self.branches[0];
        let message = format!("release\n\n{}", key_line(KEYS as u64 + 1));
        let _ = write!(
            self.stream,
            "tag v1\nfrom :{last}\ntagger T <t@example.com> 1700000000 +0000\ndata {}\n{message}\n",
            message.len()
        );
        self.stream
    }

    /// Begins a commit with one parent or none.
    fn commit(&mut self, branch: usize) {
        self.marks += 1;
        let name = if branch == 0 {
            "main".to_owned()
        } else {
            format!("topic-{branch}")
        };
        let skew = self.random.below(300);
        let time = 1_600_000_000 + 60 * (self.marks + skew);
        let mut message = format!("change {}\n", self.marks);
        if self.marks % 40 == 5 {
            message.push_str(&key_line(KEYS as u64 + 2));
        }
        let _ = write!(
            self.stream,
            "commit refs/heads/{name}\nmark :{mark}\nauthor \u{c4} {branch} <a@example.com> {time} +0200\n\
             committer C <c@example.com> {time} -0500\ndata {length}\n{message}\n",
            mark = self.marks,
            length = message.len(),
        );
        let parent = self.branches[branch].0;
        if parent > 0 {
            let _ = writeln!(self.stream, "from :{parent}");
        }
        self.branches[branch].0 = self.marks;
    }

    fn change(&mut self, branch: usize) {
        self.commit(branch);
        for _ in 0..=self.random.below(3) {
            let number = self.random.below(Self::FILES);
            let path = match number % 4 {
                0 => format!("src/a {number}.py"),
                1 => format!("src/deep/er/{number}.py"),
                2 => format!("{number}.txt"),
                _ => format!("tests/test_{number}.py"),
            };
            let (dice, at_random) = (self.random.below(10), self.random.below(1000));
            let key = key_line(1 + self.random.below(KEYS) as u64);
            let lines = self.branches[branch].1.entry(path.clone()).or_default();
            let at = at_random % (lines.len() + 1);
            match dice {
                0..=2 => lines.insert(at, key),
                3 => lines.insert(at, QUERY.to_owned()),
                4..=5 if !lines.is_empty() => {
                    lines.remove(at.min(lines.len() - 1));
                }
                _ => lines.insert(at, format!("x{at_random} = {at_random}\n")),
            }
            let text = lines.concat();
            self.file(&path, &text);
        }
    }

    /// Merges: what the other branch has wins.
    fn merge(&mut self, branch: usize, other: usize) {
        self.commit(branch);
        let (last, theirs) = self.branches[other].clone();
        let _ = writeln!(self.stream, "merge :{last}");
        for (path, lines) in theirs {
            self.file(&path, &lines.concat());
            self.branches[branch].1.insert(path, lines);
        }
    }

    fn file(&mut self, path: &str, text: &str) {
        let length = text.len();
        let _ = write!(
            self.stream,
            "M 100644 inline \"{path}\"\ndata {length}\n{text}\n"
        );
    }
}
