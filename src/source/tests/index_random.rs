//! The index read where it lies, against the index as libgit2 reads it, in random repositories.
//!
//! `GUARD_INDEX_ROUNDS` says how many repositories (a multiple of the default), and
//! `GUARD_INDEX_SEED` at which to begin.

use super::*;
use crate::source::index_walk::{self, Staging};
use crate::source::library;
use bstr::BStr;
use std::time::SystemTime;

/// How many repositories a test makes, and in how many states each is looked at.
const ROUNDS: u64 = 50;
const STATES: usize = 5;

/// Numbers that look random and are the same in every run (xorshift64*).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.below(2);
        dice
    }

    /// Returns a number less than `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).expect("it has 31 bits") % limit
    }

    pub(super) fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

/// Folders and files whose order in the index and in trees is easy to get wrong.
const FOLDERS: [&str; 12] = [
    "",
    "a/",
    "a-b/",
    "a.b/",
    "a0/",
    "b/",
    "b/c/",
    "b/c/d/",
    "b/c-/",
    "b0/x/y/z/",
    "c/",
    "z z/",
];
const FILES: [&str; 12] = [
    "a",
    "b",
    "a.b",
    "a-",
    "f1",
    "f2",
    "f3",
    "g",
    "c",
    "z",
    "\u{e4}",
    "long-name-of-a-file.txt",
];

/// Settings that change what git writes into the index.
const SETTINGS: [&str; 8] = [
    "[index]\nversion = 4\n",
    "[index]\nversion = 3\n",
    "[index]\nskipHash = true\n",
    "[index]\nthreads = 2\n",
    "[index]\nthreads = 3\n",
    "[feature]\nmanyFiles = true\n",
    "[core]\nuntrackedCache = true\n",
    "[core]\nignoreCase = true\n",
];

/// Sets back when a file was changed, to so many seconds after a day long ago.
///
/// Git looks again at a file that was changed in the second in which the index was written, and
/// takes its folder out of the cache-tree.
pub(super) fn back_date(file: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000 + seconds);
    let file = std::fs::File::options().append(true).open(file);
    let file = file.expect("it was just written");
    file.set_modified(time).expect("it is ours");
}

/// A random repository.
struct World {
    repo: Repo,
    dice: Dice,
    /// How many files were written.
    written: u64,
    /// What was done, for the message of a failure.
    story: Vec<String>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            repo: Repo::init(&["--template="]),
            dice: Dice::new(seed),
            written: 0,
            story: vec![format!("seed {seed}")],
        };
        let config = world.repo.path(".git/config");
        let mut settings = std::fs::read_to_string(&config).expect("git made it");
        settings.push_str("[core]\nfsync = none\n");
        for _ in 0..world.dice.below(3) {
            let setting = world.dice.pick(&SETTINGS);
            world.story.push(setting.to_owned());
            settings.push_str(setting);
        }
        std::fs::write(&config, settings).expect("may write");
        for _ in 0..4 + world.dice.below(40) {
            world.write();
        }
        world.git(&["add", "-A"]);
        if world.dice.below(8) > 0 {
            world.git(&["commit", "-q", "-m", "first"]);
            world.git(&["branch", "side"]);
        }
        world
    }

    /// Runs git, which may refuse; says whether it did what it was told.
    fn git(&mut self, arguments: &[&str]) -> bool {
        self.story.push(arguments.join(" "));
        let output = git_command(&self.repo.top).args(arguments).output();
        output.expect("git is installed").status.success()
    }

    fn path(&mut self) -> String {
        format!("{}{}", self.dice.pick(&FOLDERS), self.dice.pick(&FILES))
    }

    /// Returns a path of the index, if there is one.
    fn staged_path(&mut self) -> Option<String> {
        let index = git2::Index::open(&self.repo.path(".git/index")).expect("git made it");
        let entry = index.get(self.dice.below(index.len().max(1)))?;
        Some(String::from_utf8(entry.path).expect("it was written so"))
    }

    /// Takes away what stands in the way of a file.
    fn clear(&self, path: &Path) {
        let top = &self.repo.top;
        for above in path.ancestors().skip(1).take_while(|above| above != top) {
            if above.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
                std::fs::remove_file(above).expect("it is there");
            }
        }
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => std::fs::remove_dir_all(path).expect("it is there"),
            Ok(_) => std::fs::remove_file(path).expect("it is there"),
            Err(_) => {}
        }
    }

    /// Writes a file, or a link, with one of few texts, so that some are alike.
    fn write(&mut self) -> String {
        let path = self.path();
        let text = format!("text {}\n", self.dice.below(30));
        let place = self.repo.path(&path);
        self.clear(&place);
        std::fs::create_dir_all(place.parent().expect("below the top")).expect("may write");
        if self.dice.below(12) == 0 {
            std::os::unix::fs::symlink(&text, &place).expect("may write");
        } else {
            std::fs::write(&place, &text).expect("may write");
            self.written += 1;
            back_date(&place, self.written);
        }
        path
    }

    /// Changes the repository in one way or another; returns which index to look at then, if it is
    /// not the repository's own.
    fn change(&mut self) -> Option<PathBuf> {
        match self.dice.below(24) {
            0..=3 => {
                for _ in 0..=self.dice.below(4) {
                    self.write();
                }
                self.git(&["add", "-A"]);
            }
            4..=6 => {
                let path = self.write();
                self.write();
                self.git(&["add", "--", &path]);
            }
            7 => {
                let folder = self.dice.pick(&FOLDERS[1..]);
                self.git(&["rm", "-r", "-q", "-f", "--ignore-unmatch", folder]);
            }
            8 => {
                let path = self.write();
                self.git(&["add", "-N", "--", &path]);
            }
            9..=11 => {
                self.git(&["commit", "-q", "-m", "more"]);
            }
            12..=14 => return self.hook(),
            15 => {
                let version = self.dice.pick(&["2", "3", "4"]);
                self.git(&[
                    "update-index",
                    "--force-write-index",
                    "--index-version",
                    version,
                ]);
            }
            16 => {
                let flag = self.dice.pick(&["--assume-unchanged", "--skip-worktree"]);
                if let Some(path) = self.staged_path() {
                    self.git(&["update-index", flag, "--", &path]);
                }
            }
            17 => {
                if let (Some(from), to) = (self.staged_path(), self.path()) {
                    self.git(&["mv", "-k", "-f", "--", &from, &to]);
                }
            }
            18 => self.add_entry(),
            19 => {
                let command = self.dice.pick(&[
                    &["read-tree", "HEAD"][..],
                    &["read-tree", "side"],
                    &["reset", "-q"],
                    &["reset", "-q", "-N"],
                    &["reset", "-q", "--soft", "HEAD~"],
                    &["reset", "-q", "--hard"],
                    &["checkout", "-q", "-f", "side"],
                    &["write-tree"],
                ]);
                self.git(command);
            }
            20 | 21 => self.merge(),
            22 => {
                let command = self.dice.pick(&[
                    &["update-index", "--force-untracked-cache"][..],
                    &[
                        "-c",
                        "core.fsmonitor=/bin/true",
                        "update-index",
                        "--fsmonitor",
                    ],
                    &["update-index", "--refresh", "-q"],
                    &["repack", "-adq"],
                ]);
                self.git(command);
            }
            _ => {
                let folder = self.dice.pick(&FOLDERS[1..]);
                self.clear(&self.repo.path(folder.trim_end_matches('/')));
                let path = folder.trim_end_matches('/').to_owned();
                self.repo.write(&path, "a file now\n");
                self.git(&["add", "-A"]);
            }
        }
        None
    }

    /// Stages something that is not on disk: a submodule, an executable, a very long path.
    fn add_entry(&mut self) {
        let repository = git2::Repository::open(&self.repo.top).expect("git made it");
        let blob = repository.blob(b"staged\n").expect("may write").to_string();
        // As long as an entry cannot say, and as libgit2 still reads.
        let long = format!("{}last-of-the-path", "folder-of-many/".repeat(272));
        let long = &long[..4095];
        let path = self.path();
        let (mode, path) = match self.dice.below(4) {
            0 => ("160000", path),
            1 => ("100644", long.to_owned()),
            _ => ("100755", path),
        };
        self.git(&[
            "update-index",
            "--add",
            "--replace",
            "--cacheinfo",
            mode,
            &blob,
            &path,
        ]);
    }

    /// Begins a merge, and resolves what conflicts there are, or leaves them.
    fn merge(&mut self) {
        self.git(&["commit", "-q", "-m", "before"]);
        let here = self.repo.git(&["symbolic-ref", "--short", "HEAD"]);
        self.git(&["checkout", "-q", "-f", "side"]);
        for _ in 0..3 {
            self.write();
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "side"]);
        self.git(&["checkout", "-q", "-f", &here]);
        self.write();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "here"]);
        let is_clean = self.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
        if !is_clean && self.dice.below(3) > 0 {
            self.git(&["add", "-A"]);
        }
    }

    /// Has git run a hook, and returns a copy of the index that the hook gets.
    fn hook(&mut self) -> Option<PathBuf> {
        let (hooks, copy) = (self.repo.beside("hooks"), self.repo.beside("index-in-hook"));
        std::fs::create_dir_all(&hooks).expect("may write");
        let hook = hooks.join("pre-commit");
        let script = format!(
            "#!/bin/sh\ncp \"$GIT_INDEX_FILE\" '{}'\nexit 1\n",
            copy.display()
        );
        std::fs::write(&hook, script).expect("may write");
        make_executable(&hook);
        let path = self.write();
        self.write();
        let setting = format!("core.hooksPath={}", hooks.display());
        let commit = ["-c", &setting, "commit", "-q", "-m", "refused"];
        match self.dice.below(4) {
            0 => self.git(&commit),
            1 => self.git(&[&commit[..], &["-a"]].concat()),
            2 => self.git(&[&commit[..], &["--amend"]].concat()),
            _ => {
                self.git(&["add", "-N", "--", &path]);
                self.git(&[&commit[..], &["--", &path]].concat())
            }
        };
        copy.exists().then_some(copy)
    }

    /// Looks at the index both ways.
    fn check(&mut self, index: Option<PathBuf>) {
        let environment = GitEnvironment {
            index_file: index,
            ..self.repo.environment()
        };
        let repository = GitRepository::open(environment).expect("git made it");
        let (file, list) = plans(&repository);
        assert_eq!(file, list, "{:#?}", self.story);
        let mut paths: Vec<String> = (0..2).filter_map(|_| self.staged_path()).collect();
        paths.extend([self.path(), "a".to_owned()]);
        let mut handle = repository.handle().expect("git made it");
        for path in &paths {
            let path = BStr::new(path);
            let file = handle.staged_entry(path).map_err(|error| error.to_string());
            let index = handle.index().expect("git made it").expect("it is there");
            let list = library::entry_of(&index, path).map_err(|error| error.to_string());
            assert_eq!(file, list, "{path} {:#?}", self.story);
        }
    }
}

/// Returns what is staged as the index file says and as libgit2 does, in full.
pub(super) fn plans(repository: &GitRepository) -> (String, String) {
    let source = Staged::new(repository);
    let mut handle = repository.handle().expect("git made it");
    let file = repository.index_file().expect("it is read where it lies");
    let file = source.plan_of(&handle, Staging::File(file));
    let index = handle.index().expect("git made it").expect("it is there");
    let list = index_walk::index_paths(&index)
        .and_then(|paths| source.plan_of(&handle, Staging::List(&paths)));
    (in_full(&file), in_full(&list))
}

pub(super) fn in_full<T: std::fmt::Debug>(plan: &Result<T, SourceError>) -> String {
    match plan {
        Ok(plan) => format!("{plan:#?}"),
        Err(error) => format!("{error}: {error:?}"),
    }
}

/// Returns at which seed to begin.
pub(super) fn first_seed() -> u64 {
    number("GUARD_INDEX_SEED")
}

/// Returns how many times as many rounds to go as a test does by itself.
pub(super) fn rounds() -> u64 {
    number("GUARD_INDEX_ROUNDS")
}

fn number(variable: &str) -> u64 {
    let value = std::env::var(variable).ok();
    value.and_then(|value| value.parse().ok()).unwrap_or(1)
}

/// Looks at every third of the random repositories, so that three tests share the processors.
fn run(offset: u64) {
    let seeds = (first_seed() + offset..).step_by(3);
    for (seed, _) in seeds.zip(0..ROUNDS * rounds()) {
        let mut world = World::new(seed);
        world.check(None);
        for _ in 1..STATES {
            let index = world.change();
            world.check(index);
        }
    }
}

#[test]
fn the_index_read_where_it_lies_says_what_libgit2_says_1() {
    run(0);
}

#[test]
fn the_index_read_where_it_lies_says_what_libgit2_says_2() {
    run(1);
}

#[test]
fn the_index_read_where_it_lies_says_what_libgit2_says_3() {
    run(2);
}
