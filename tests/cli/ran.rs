//! Programs that ran: what they gave, and what is to be said of it.

use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Runs a program to its end.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Ran {
    let child = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let output = child.wait_with_output();
    Ran::from(output.expect("it is our child"))
}

/// Starts a program; one that was just written may still be held open, for a moment, by a child
/// that another test starts.
#[track_caller]
fn start(command: &mut Command) -> Child {
    loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(5));
            }
            started => return started.expect("the program can be started"),
        }
    }
}

/// Runs a program to its end, with `input` as its standard input.
#[track_caller]
pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Ran {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = start(command);
    let mut pipe = child.stdin.take().expect("it is piped");
    // A program that ends early need not read all of it.
    let _ = pipe.write_all(input);
    drop(pipe);
    Ran::from(child.wait_with_output().expect("it is our child"))
}

/// How long a program may take that must not hang; far more than it needs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a program that may hang: then it is ended, and its exit status is missing.
#[track_caller]
pub(crate) fn run_with_patience(command: &mut Command) -> Ran {
    let mut child = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let (mut stdout, mut stderr) = (
        child.stdout.take().expect("it is piped"),
        child.stderr.take().expect("it is piped"),
    );
    let (ended, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // The pipes are short: what a program says in vain fits into the second meanwhile.
        let mut said = [Vec::new(), Vec::new()];
        let read = stdout
            .read_to_end(&mut said[0])
            .and_then(|_| stderr.read_to_end(&mut said[1]));
        // Nobody waits any more when patience has ended.
        let _ = ended.send(read.map(|_| said));
    });
    let said = end.recv_timeout(PATIENCE);
    if said.is_err() {
        child.kill().expect("it is our child");
    }
    let status = child.wait().expect("it is our child");
    let [stdout, stderr] = said.map_or_else(
        |_| Default::default(),
        |said| said.expect("pipes can be read"),
    );
    Ran::from(Output {
        status,
        stdout,
        stderr,
    })
}

/// A program that ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Its exit status; `None`: a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Both outputs, byte for byte.
    raw: Vec<u8>,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            raw: [output.stdout, output.stderr].concat(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Asserts that the program failed, as git does when a hook refuses.
    #[track_caller]
    pub(crate) fn is_refused(&self) -> &Self {
        self.exits(1)
    }

    /// Asserts that a text stands on standard output.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "no `{text}` in: {self}");
        self
    }

    /// Asserts that a text stands on standard error.
    #[track_caller]
    pub(crate) fn complains(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "no `{text}` in: {self}");
        self
    }

    /// Asserts that a text stands nowhere.
    #[track_caller]
    pub(crate) fn lacks(&self, text: &str) -> &Self {
        let shown = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(!shown, "`{text}` in: {self}");
        self
    }

    /// Asserts which findings are reported, each as `path:line level rule`, in their order.
    #[track_caller]
    pub(crate) fn finds(&self, expected: &[&str]) -> &Self {
        assert_eq!(self.findings(), expected, "{self}");
        self
    }

    /// Asserts a pass: exit status 0, no finding, and a summary that ends in neither.
    #[track_caller]
    pub(crate) fn passes(&self) -> &Self {
        self.exits(0).finds(&[]);
        assert!(self.summary().contains(", 0 findings"), "{self}");
        self
    }

    /// Asserts that there was nothing to scan.
    #[track_caller]
    pub(crate) fn scans_nothing(&self) -> &Self {
        self.exits(0).finds(&[]);
        let summary = self.summary();
        assert!(summary.starts_with("guard: nothing to scan"), "{self}");
        self
    }

    /// Returns what the terminal report lists, each as `path:line level rule`.
    ///
    /// During a commit the report is on standard error: git sends all output of hooks there.
    pub(crate) fn findings(&self) -> Vec<String> {
        let lines = self.stdout.lines().chain(self.stderr.lines());
        lines.filter_map(finding).collect()
    }

    /// Returns the last line of the report, without how long it took.
    #[track_caller]
    pub(crate) fn summary(&self) -> String {
        let mut lines = self.stderr.lines().chain(self.stdout.lines());
        let last = lines.rfind(|line| line.starts_with("guard: "));
        let last = last.unwrap_or_else(|| panic!("no summary in: {self}"));
        let (what, how_long) = last.rsplit_once(" (").unwrap_or((last, ""));
        assert!(
            how_long.ends_with("ms)") || how_long.ends_with("s)"),
            "no time in `{last}`"
        );
        what.to_owned()
    }

    /// Returns the JSON document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in: {self}"))
    }

    /// Asserts that neither output holds a secret, or more of it than the vendor's prefix.
    #[track_caller]
    pub(crate) fn hides(&self, secret: &str) -> &Self {
        assert_hidden(&self.stdout, secret);
        assert_hidden(&self.stderr, secret);
        self
    }

    /// Asserts that every byte printed is visible text or a line end.
    #[track_caller]
    pub(crate) fn is_plain(&self) -> &Self {
        let text = std::str::from_utf8(&self.raw);
        let text = text.unwrap_or_else(|error| panic!("{error} in: {self}"));
        let hidden = |c: &char| {
            (c.is_control() && *c != '\n')
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(text.chars().find(hidden), None, "{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            code,
            stdout,
            stderr,
            ..
        } = self;
        write!(
            f,
            "exit status {code:?}\n--- stdout\n{stdout}--- stderr\n{stderr}---"
        )
    }
}

/// Asserts that a text holds no part of a secret but its first four characters.
#[track_caller]
pub(crate) fn assert_hidden(text: &str, secret: &str) {
    for part in secret.as_bytes()[4..].windows(6) {
        let part = std::str::from_utf8(part).expect("the secrets of tests are ASCII");
        assert!(!text.contains(part), "a part of the secret in: {text}");
    }
}

/// Reads `path:line:column: level: message [rule]` into `path:line level rule`.
fn finding(line: &str) -> Option<String> {
    if line.starts_with("guard: ") || line.starts_with(' ') {
        return None;
    }
    let (at, level, place) = ["error", "warning", "note"].iter().find_map(|level| {
        let at = line.find(&format!(": {level}: "))?;
        Some((at, level, &line[..at]))
    })?;
    let (_, rule) = line[at..].strip_suffix(']')?.rsplit_once('[')?;
    let (place, _column) = place.rsplit_once(':')?;
    Some(format!("{place} {level} {rule}"))
}
