//! The frame of the table: what a case is, how it is run, and what it must come to.

use crate::ran::{Ran, run};
use crate::support::{Repo, key, key_at};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A state, what is run in it, and what must happen.
pub(crate) struct Case {
    /// The kind of state by letter and number, and what is special here: `A2.all`.
    pub(crate) id: &'static str,
    /// What is set up and run, in words.
    pub(crate) state: &'static str,
    /// Why this must happen.
    pub(crate) why: &'static str,
    /// What must happen with a secret in the text.
    pub(crate) secret: Outcome,
    /// What must happen with a harmless text in its place; `None` where the text plays no part.
    pub(crate) twin: Option<Outcome>,
    /// Sets the state up around the text and runs the command.
    pub(crate) run: fn(&Plant) -> Ended,
}

/// What a case must come to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// These findings and no other: `path:line` where it is the planted key, else as
    /// [`Ran::finds`] lists it. Nothing is committed.
    Blocked(&'static [&'static str]),
    /// Text was scanned and nothing found.
    Clean,
    /// guard looked, and there is no new text.
    Nothing,
    /// guard vouches for nothing, and says each of these: the cause and the way out.
    Refused(&'static [&'static str]),
    /// git asks no hook of guard's.
    Unasked,
}

/// The text that is planted: a secret, or a harmless word in its place.
pub(crate) struct Plant {
    secret: bool,
}

impl Plant {
    /// The secret, whichever twin it is.
    pub(crate) const SECRET: Self = Self { secret: true };

    /// Whether this is the secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.secret
    }

    /// The key, or the word that stands for it; another one for each number.
    pub(crate) fn word(&self, number: u64) -> String {
        if self.secret {
            key(number)
        } else {
            format!("word_{number}")
        }
    }

    /// A line with the first word.
    pub(crate) fn line(&self) -> String {
        self.nth_line(1)
    }

    /// A line with another word for each number.
    pub(crate) fn nth_line(&self, number: u64) -> String {
        format!("TOKEN = \"{}\"\n", self.word(number))
    }
}

/// The numbers of the keys that cases use: none of these is ever shown.
const KEYS: std::ops::RangeInclusive<u64> = 1..=9;

/// How the command of a case ended.
pub(crate) struct Ended {
    ran: Ran,
    by: By,
}

impl Ended {
    /// Puts a short name in the place of a long one, wherever it was shown.
    pub(crate) fn calling(mut self, long: &str, short: &str) -> Self {
        for text in [&mut self.ran.stdout, &mut self.ran.stderr] {
            *text = text.replace(long, short);
        }
        self
    }
}

/// Who was run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// guard itself, by hand.
    Hand,
    /// git, which asks guard and makes exit status 1 of every refusal.
    Git,
}

/// Says that guard was run by hand.
pub(crate) fn by_hand(ran: Ran) -> Ended {
    Ended { ran, by: By::Hand }
}

/// Says that git was run, with a command that makes no commit, or is to be judged by its words.
pub(crate) fn by_git(ran: Ran) -> Ended {
    Ended { ran, by: By::Git }
}

/// The same with a git that shows the changes itself, which is its own affair.
pub(crate) fn by_git_that_shows(mut ran: Ran) -> Ended {
    ran.stdout.clear();
    by_git(ran)
}

/// Runs `git commit` at the top of the repository.
pub(crate) fn commit(repo: &Repo, arguments: &[&str]) -> Ended {
    commit_in(repo, repo.top(), arguments)
}

/// Runs `git commit` in a folder. When it is refused, the index stays as it was.
pub(crate) fn commit_in(repo: &Repo, folder: &Path, arguments: &[&str]) -> Ended {
    let staged = || run(repo.git_command(folder).args(["ls-files", "--stage"])).stdout;
    let before = staged();
    let mut git = repo.git_command(folder);
    git.args(["commit", "--message", "x"]).args(arguments);
    let ended = attempt(repo, &repo.path(".git"), &mut git);
    if ended.ran.code != Some(0) {
        assert_eq!(staged(), before, "the index is as it was: {}", ended.ran);
    }
    ended
}

/// Runs a command of git's that ends in a commit: there is one if and only if it succeeds.
pub(crate) fn attempt(repo: &Repo, git_dir: &Path, command: &mut Command) -> Ended {
    let head = || {
        let mut git = repo.git_command(repo.top());
        git.arg("--git-dir").arg(git_dir);
        run(git.args(["rev-parse", "--quiet", "--verify", "HEAD"])).stdout
    };
    let before = head();
    let ran = run(command);
    assert_eq!(
        head() != before,
        ran.code == Some(0),
        "a commit is made if and only if git says so: {ran}"
    );
    by_git(ran)
}

impl Outcome {
    /// Asserts that a case ended so.
    pub(crate) fn judge(self, Ended { ran, by }: &Ended) {
        ran.exits(self.code(*by));
        let expected: Vec<String> = match self {
            Self::Blocked(places) => places.iter().copied().map(finding).collect(),
            _ => Vec::new(),
        };
        assert_eq!(ran.findings(), expected, "{ran}");
        if *by == By::Hand {
            ran.is_plain();
        }
        for number in KEYS {
            ran.hides(&key(number));
        }
        match self {
            Self::Blocked(_) => {
                let text = " blocking)";
                assert!(
                    ran.stdout.contains(text) || ran.stderr.contains(text),
                    "{ran}"
                );
            }
            Self::Clean => assert!(ran.summary().contains(", 0 findings"), "{ran}"),
            Self::Nothing => {
                ran.scans_nothing();
            }
            Self::Refused(texts) => {
                ran.lacks("0 findings").lacks("nothing to scan");
                for text in texts {
                    ran.complains(text);
                }
            }
            Self::Unasked => {
                ran.lacks("guard: ");
            }
        }
    }

    /// Returns the exit status of guard, or of a git that asked it.
    fn code(self, by: By) -> i32 {
        match (self, by) {
            (Self::Clean | Self::Nothing | Self::Unasked, _) => 0,
            (Self::Refused(_), By::Hand) => 2,
            (Self::Blocked(_) | Self::Refused(_), _) => 1,
        }
    }

    /// Returns the outcome for a reader of the table.
    fn told(self) -> String {
        match self {
            Self::Blocked(places) => format!("blocked: {}", places.join(", ")),
            Self::Clean => "passes".to_owned(),
            Self::Nothing => "passes, no new text".to_owned(),
            Self::Refused(texts) => format!("refused: {}", texts.join(", ")),
            Self::Unasked => "git asks no hook".to_owned(),
        }
    }
}

/// Returns how a report lists a finding.
fn finding(place: &str) -> String {
    let line = place.rsplit_once(':').map(|(_, line)| line);
    if line.is_some_and(|line| line.bytes().all(|byte| byte.is_ascii_digit())) {
        key_at(place)
    } else {
        place.to_owned()
    }
}

impl Case {
    /// Runs the case with the secret and with its twin; says what is wrong, if anything is.
    fn check(&self) -> Result<(), String> {
        for (secret, outcome) in [(true, Some(self.secret)), (false, self.twin)] {
            let Some(outcome) = outcome else {
                continue;
            };
            let judged = AssertUnwindSafe(|| outcome.judge(&(self.run)(&Plant { secret })));
            catch_unwind(judged).map_err(|panic| {
                let text = if secret { "secret" } else { "harmless text" };
                let (id, told, words) = (self.id, outcome.told(), words(&*panic));
                format!("{id}, with a {text} ({told}): {words}")
            })?;
        }
        Ok(())
    }

    /// The kind of state: `A2` of `A2.all`.
    fn kind(&self) -> &'static str {
        self.id.split('.').next().unwrap_or_default()
    }
}

/// Returns the words of a panic.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().cloned();
    let literal = || panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    owned.or_else(literal).unwrap_or_default()
}

/// Runs a group of cases and reports all that fail.
#[track_caller]
pub(crate) fn check(cases: &[Case]) {
    let failed: Vec<String> = cases.iter().filter_map(|case| case.check().err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// Makes a test of each group of cases, and the list of all groups of the file.
macro_rules! groups {
    ($($test:ident: $cases:ident,)*) => {
        $(#[test]
        fn $test() {
            crate::table::check($cases);
        })*

        /// All groups of this file.
        pub(crate) const GROUPS: &[&[crate::table::Case]] = &[$($cases),*];
    };
}

/// Asserts that every case has an id of its own and is explained, and that no kind is missing.
pub(crate) fn assert_told(groups: &[&[Case]], kinds: &str) {
    for kind in kinds.split(' ') {
        let mut cases = groups.iter().copied().flatten();
        assert!(cases.any(|case| case.kind() == kind), "no case of {kind}");
    }
    let mut ids = HashSet::new();
    for case in groups.iter().copied().flatten() {
        assert!(ids.insert(case.id), "two cases `{}`", case.id);
        assert!(
            !case.state.is_empty() && !case.why.is_empty(),
            "{}",
            case.id
        );
        assert!(case.id.contains('.'), "{}", case.id);
    }
    for group in groups {
        let kinds: HashSet<_> = group.iter().map(Case::kind).collect();
        assert_eq!(kinds.len(), 1, "one kind a group: {kinds:?}");
    }
}

/// Runs all cases and writes them with their results, as a Markdown table.
pub(crate) fn write(groups: &[&[Case]], file: &Path) {
    let cases: Vec<&Case> = groups.iter().copied().flatten().collect();
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<(), String>>>> =
        Mutex::new(cases.iter().map(|_| None).collect());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = case.check();
            let at = cases.iter().position(|other| other.id == case.id);
            let at = at.expect("it is one of them");
            results.lock().expect("no thread panics")[at] = Some(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut table = String::from(
        "| case | state | with a secret | without | why | result |\n|---|---|---|---|---|---|\n",
    );
    let results = results.into_inner().expect("no thread panics");
    let mut failed = Vec::new();
    for (case, result) in cases.iter().zip(results) {
        let Case { id, state, why, .. } = case;
        let (secret, twin) = (case.secret.told(), case.twin.map(Outcome::told));
        let twin = twin.unwrap_or_else(|| "–".to_owned());
        let told = match result.expect("every case was run") {
            Ok(()) => "as it must",
            Err(what) => {
                failed.push(what);
                "**fails**"
            }
        };
        let row = [*id, *state, &secret, &twin, *why, told].map(|cell| cell.replace('|', "\\|"));
        let _ = writeln!(table, "| {} |", row.join(" | "));
    }
    std::fs::write(file, table).expect("the file for the table can be written");
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
