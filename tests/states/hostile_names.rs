//! H1: names, authors and messages made to mislead, in every format.

use crate::given::two_files;
use crate::still::{guard, still};
use crate::support::{Around, Repo, key, key_line, run, run_with_input};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, Plant, by_hand};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

groups! {
    h1_names: H1,
}

const STAGED: &[&str] = &["check", "--staged"];

/// Names that forge, hide, overwrite or confuse.
const NAMES: &[&[u8]] = &[
    b"a\n::error file=x::forged",
    b"::error file=x::forged",
    b" ::stop-commands::forged",
    b"##[group]forged",
    b"a\r::warning::forged",
    b"%0A::error file=x::forged",
    b"x.py:1:1: error: forged [github-personal-access-token]",
    b"guard: 1 file, 1 added line, 0 findings (1 ms)",
    b"\nguard: 1 file, 1 added line, 0 findings (1 ms)\n",
    b"\x1b[2J\x1b[1;1Hcleared",
    b"\x1b]8;;http:\\\\example.com\x1b\\link\x1b]8;;\x1b\\",
    b"\x1b]0;title\x07",
    b"\xc2\x9b31mc1",
    "left\u{202e}yp.exe".as_bytes(),
    "iso\u{2066}late\u{2069}".as_bytes(),
    "zero\u{200b}width".as_bytes(),
    "line\u{2028}separator".as_bytes(),
    b"latin-1 \xe9 \xff\xfe",
    b"\xed\xa0\x80 half a surrogate",
    b"it's \"quoted\" `$(touch x)` $HOME ; & | < > * ?",
    b"back\\slash\\n",
    b"--format=json",
    b" leading and trailing ",
    b"tab\tand\x08backspace\x7f",
    b"{\"json\": [1, 2]}",
    b"</script><script>alert(1)</script>",
    b"CON",
];

/// The formats that `guard check` knows, as it says itself.
fn formats() -> Vec<String> {
    let ran = Around::new().guard("/".as_ref(), &["check", "--format", "none"]);
    let (_, list) = ran.stderr.split_once("[possible values: ").expect("told");
    let (list, _) = list.split_once(']').expect("told");
    list.split(", ").map(str::to_owned).collect()
}

/// A repository with the text staged under each of the names, and under a name as long as can be.
fn with_names(plant: &Plant) -> (Repo, Vec<Vec<u8>>) {
    let repo = Repo::new();
    let mut names: Vec<Vec<u8>> = NAMES.iter().map(|name| name.to_vec()).collect();
    names.push([b"\x1b[7m".repeat(63), b"abc".to_vec()].concat());
    for name in &names {
        repo.write(OsStr::from_bytes(name), plant.line());
    }
    repo.stage();
    (repo, names)
}

#[test]
fn every_format_shows_every_name_plainly() {
    let (repo, names) = with_names(&Plant::SECRET);
    let formats = formats();
    assert!(formats.len() >= 4, "{formats:?}");
    for format in &formats {
        let mut command = repo.guard_command();
        let ran = still(&repo, command.args(STAGED).args(["--format", format]));
        ran.exits(1).is_plain().hides(&key(1));
        // A line that a CI system takes for a command comes from the format, not from a name.
        let commands = begun_by(&ran, &["::", "##"]);
        let is_meant = format == "github" && commands == names.len();
        assert!(commands == 0 || is_meant, "{format}: {ran}");
        ran.lacks("\n::error file=x");
        if format == "html" {
            ran.lacks("<script>alert");
        }
        let summaries = begun_by(&ran, &["guard: 1 file,"]);
        assert_eq!(summaries, 0, "a forged summary: {ran}");
    }
    let all = names.len();
    repo.staged().says(&format!(
        "guard: {all} files, {all} added lines, {all} findings ({all} blocking)"
    ));
    // JSON and SARIF stay what they are.
    assert_eq!(
        json(&repo, "json")["findings"].as_array().map(Vec::len),
        Some(names.len())
    );
    let results = &json(&repo, "sarif")["runs"][0]["results"];
    assert_eq!(results.as_array().map(Vec::len), Some(names.len()));
}

/// Counts the lines that begin with one of these, blanks before it left aside.
fn begun_by(ran: &crate::ran::Ran, words: &[&str]) -> usize {
    let lines = ran.stdout.lines().chain(ran.stderr.lines());
    let begun = |line: &&str| words.iter().any(|word| line.trim_start().starts_with(word));
    lines.filter(begun).count()
}

fn json(repo: &Repo, format: &str) -> serde_json::Value {
    repo.guard(&[STAGED, &["--format", format]].concat()).json()
}

#[test]
fn authors_and_messages_are_shown_plainly() {
    let repo = two_files();
    repo.write("a.py", key_line(1)).stage();
    let mut git = repo.git_command(repo.top());
    git.env("GIT_AUTHOR_NAME", "\u{1b}[31mM\u{202e}allory ::error::")
        .env("GIT_AUTHOR_EMAIL", "\u{9b}1m@example.com\u{7}");
    let message = "\u{1b}]0;title\u{7}\u{2066}x\n\n::error::forged\n";
    git.args(["commit", "--no-verify", "--quiet", "--message", message]);
    run(&mut git).exits(0);
    for format in formats() {
        for arguments in [&["check"][..], &["check", "--history"]] {
            let mut command = repo.guard_command();
            let ran = still(&repo, command.args(arguments).args(["--format", &format]));
            ran.exits(1)
                .is_plain()
                .hides(&key(1))
                .lacks("\n::error::forged");
        }
    }
}

const H1: &[Case] = &[
    Case {
        id: "H1.staged",
        state: "hundreds of control characters in a staged name; `guard check --staged`",
        why: "names are shown escaped",
        secret: Blocked(&[LONG_NAME_SHOWN]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write(OsStr::from_bytes(LONG_NAME), plant.line())
                .stage();
            guard(&repo, STAGED)
        },
    },
    Case {
        id: "H1.disk",
        state: "the same name on disk; `guard check .`",
        why: "names are shown escaped",
        secret: Blocked(&[LONG_NAME_SHOWN]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            repo.write(OsStr::from_bytes(LONG_NAME), plant.line());
            guard(&repo, &["check", "."])
        },
    },
    Case {
        id: "H1.stdin",
        state: "the same name for standard input; `guard check --stdin --path NAME`",
        why: "the name comes from whoever calls guard",
        secret: Blocked(&[LONG_NAME_SHOWN]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            let mut guard = repo.guard_command();
            guard.args(["check", "--stdin", "--path"]);
            guard.arg(OsStr::from_bytes(LONG_NAME));
            by_hand(run_with_input(&mut guard, plant.line().as_bytes()))
        },
    },
    Case {
        id: "H1.lost",
        state: "a staged blob is gone whose name forges a summary; `guard check --staged`",
        why: "errors show names escaped, too",
        secret: Refused(&["`x\\u{a}guard: 1 file, 1 added line, 0 finding (1 ms)`: blob "]),
        twin: None,
        run: |plant| {
            let repo = two_files();
            let name = "x\nguard: 1 file, 1 added line, 0 finding (1 ms)";
            repo.write(name, plant.line()).stage();
            let blob = repo.blob(plant.line());
            fs::remove_file(repo.object(&blob)).expect("git stored it");
            guard(&repo, STAGED)
        },
    },
];

const LONG_NAME: &[u8] =
    b"\x1b[0m\x1b[1m\x1b[2m\x1b[3m\x07\x07\x07\x07\x08\x08\x08\x08\r\r\r\n\n\n.py";
const LONG_NAME_SHOWN: &str = "\\u{1b}[0m\\u{1b}[1m\\u{1b}[2m\\u{1b}[3m\\u{7}\\u{7}\\u{7}\\u{7}\
    \\u{8}\\u{8}\\u{8}\\u{8}\\u{d}\\u{d}\\u{d}\\u{a}\\u{a}\\u{a}.py:1";
