//! Hostile surroundings: nowhere to write to, nobody who reads, no right to anything, signals.

use crate::given::two_files;
use crate::still::{everything, guard, still};
use crate::support::{GUARD, Repo, key, key_at, key_line, run, set_mode};
use crate::table::Outcome::{Blocked, Clean};
use crate::table::{Case, Ended, Plant, by_hand};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

groups! {
    h5_no_right_to_write: H5,
}

const H5: &[Case] = &[
    Case {
        id: "H5.locked",
        state: "`.git/index.lock` and `HEAD.lock` are held; `guard check --staged`",
        why: "guard takes no lock and waits for none",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            repo.write(".git/index.lock", "")
                .write(".git/HEAD.lock", "");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "H5.read-only",
        state: "`guard check --staged` by a user who may write nothing",
        why: "reading needs no right to write",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| as_nobody(plant, &["check", "--staged"]),
    },
    Case {
        id: "H5.read-only-check",
        state: "`guard check` by a user who may write nothing",
        why: "reading needs no right to write",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| as_nobody(plant, &["check"]),
    },
    Case {
        id: "H5.read-only-plumbing",
        state: "the same in a reftable repository, which git reads for guard",
        why: "git is asked for nothing that writes",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = crate::shapes::made_with(&["--ref-format=reftable"]);
            repo.write("a.py", plant.line()).stage();
            without_rights(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "H5.no-temporary-folder",
        state: "`guard check --staged` with a TMPDIR and a HOME that are not there",
        why: "a scan needs neither",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = staged(plant);
            let mut guard = repo.guard_command();
            guard.env("TMPDIR", "/nowhere").env("HOME", "/nowhere");
            by_hand(still(&repo, guard.args(["check", "--staged"])))
        },
    },
];

/// A guarded repository with the text staged in `a.py`.
fn staged(plant: &Plant) -> Repo {
    let repo = two_files();
    repo.write("a.py", plant.line()).stage();
    repo
}

fn as_nobody(plant: &Plant, arguments: &[&str]) -> Ended {
    without_rights(&staged(plant), arguments)
}

/// Runs guard in a repository that its user owns and may not write.
///
/// Root may write anything: then another user owns the repository and runs guard.
fn without_rights(repo: &Repo, arguments: &[&str]) -> Ended {
    let around = repo.beside("");
    let is_root = fs::metadata(&around).expect("it was just made").uid() == 0;
    let mut modes = Vec::new();
    each(&around, &mut |path| {
        if is_root {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
        }
        if !path.is_symlink() {
            modes.push((path.to_owned(), crate::support::mode(path)));
        }
    });
    for (path, mode) in &modes {
        set_mode(path, mode & !0o222);
    }
    let mut command = if is_root {
        let mut command = repo.program("setpriv", repo.top());
        let id = NOBODY.to_string();
        command.args(["--reuid", &id, "--regid", &id, "--clear-groups", GUARD]);
        command
    } else {
        repo.guard_command()
    };
    let ran = still(repo, command.args(arguments));
    for (path, mode) in modes {
        set_mode(&path, mode);
    }
    by_hand(ran)
}

/// The user that owns nothing.
const NOBODY: u32 = 65534;

/// Calls `visit` with a folder and all that is in it.
fn each(path: &Path, visit: &mut impl FnMut(&Path)) {
    visit(path);
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).expect("it is ours") {
            each(&entry.expect("it is ours").path(), visit);
        }
    }
}

#[test]
fn h6_closed_outputs_do_not_change_the_exit_status_to_0() {
    for (plant, code) in [(key_line(1), 1), ("x = 1\n".to_owned(), 0)] {
        let repo = two_files();
        repo.write("a.py", &plant).stage();
        for closed in [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"] {
            let mut shell = repo.program("sh", repo.top());
            let script = format!("exec '{GUARD}' check --staged {closed}");
            let ran = still(&repo, shell.args(["-c", &script]));
            ran.exits(code).hides(&key(1));
        }
        for full in [">/dev/full", ">/dev/full 2>/dev/full"] {
            let mut shell = repo.program("sh", repo.top());
            let script = format!("exec '{GUARD}' check --staged {full}");
            still(&repo, shell.args(["-c", &script])).exits(2);
        }
    }
}

#[test]
fn h6_a_reader_that_goes_away_does_not_change_the_exit_status_to_0() {
    let repo = Repo::new();
    let many: String = (1000..3000).map(key_line).collect();
    repo.write("a.py", many).stage();
    // More than a pipe holds: guard is still writing when its reader goes.
    let script = format!("'{GUARD}' check --staged; echo $? >&2");
    let mut shell = repo.program("sh", repo.top());
    let ran = run(shell.args(["-c", &format!("({script}) | head -n 1 >/dev/null")]));
    let last = ran.stderr.lines().next_back().unwrap_or_default();
    assert!(last == "2" || last == "1", "{ran}");
    ran.lacks("panicked");
}

/// A shell that may write files of a few hundred bytes alone, and is told so by an error.
const NARROW: &str = "trap '' XFSZ; ulimit -f 1; ";

#[test]
fn h7_a_report_that_does_not_fit_leaves_nothing_behind() {
    let repo = Repo::new();
    let many: String = (1000..1100).map(key_line).collect();
    repo.write("a.py", many).stage();
    let folder = repo.beside("out");
    fs::create_dir(&folder).expect("may write");
    let report = folder.join("report.json");
    let arguments = [
        "check",
        "--staged",
        "--format",
        "json",
        "--output",
        "../out/report.json",
    ];
    for earlier in [None, Some("an earlier report\n")] {
        if let Some(text) = earlier {
            fs::write(&report, text).expect("may write");
        }
        let mut shell = repo.program("sh", repo.top());
        let script = format!("{NARROW} exec '{GUARD}' {}", arguments.join(" "));
        let ran = run(shell.args(["-c", &script]));
        ran.exits(2)
            .complains("../out/report.json: the report cannot be written")
            .lacks("0 findings");
        assert_eq!(fs::read_to_string(&report).ok().as_deref(), earlier);
        let left = fs::read_dir(&folder).expect("it is there").count();
        assert_eq!(left, usize::from(earlier.is_some()), "{ran}");
    }
    // With room for it the report is written, and the exit status is that of the findings.
    repo.guard(&arguments).exits(1);
    let report = fs::read_to_string(&report).expect("it was written");
    assert!(report.contains("\"findings\""), "{report}");
}

#[test]
fn h7_a_place_that_cannot_be_written_is_an_error() {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n").stage();
    for place in [
        "../none/report.json",
        "..",
        "/dev/full",
        "/proc/report.json",
        "a.py/report",
    ] {
        let mut guard = repo.guard_command();
        let ran = still(&repo, guard.args(["check", "--staged", "--output", place]));
        ran.exits(2)
            .complains("the report cannot be written")
            .lacks("0 findings");
    }
}

#[test]
fn h8_a_signal_ends_a_scan_and_leaves_nothing_behind() {
    let repo = Repo::new();
    // Seconds of work, of which the signal interrupts the first tenth.
    let numbers = (0..400_000_u32).map(|number| number.wrapping_mul(2_654_435_761));
    let lines: Vec<String> = numbers
        .map(|number| format!("password = '{number:x}{number:o}'"))
        .collect();
    let text = lines.join("\n");
    for number in 0..4 {
        repo.write(format!("{number}.py"), &text);
    }
    repo.stage();
    for (name, signal) in [("INT", 2), ("TERM", 15)] {
        let before = everything(&repo);
        // Whoever runs the tests in the background may have had SIGINT ignored, which children inherit.
        let mut command = repo.program("env", repo.top());
        command.args(["--default-signal=INT,TERM", GUARD]);
        command.args(["check", "--staged", "--output", "../report.txt"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started");
        std::thread::sleep(Duration::from_millis(50));
        let mut kill = repo.program("kill", repo.top());
        run(kill.args([&format!("-{name}"), &child.id().to_string()])).exits(0);
        let status = child.wait().expect("it is our child");
        assert_eq!(status.signal(), Some(signal), "{status}");
        assert!(everything(&repo) == before, "something was left behind");
    }
}

#[test]
fn h8_what_waits_for_input_is_ended_by_a_signal() {
    let repo = Repo::new();
    let mut command = repo.guard_command();
    command.args(["check", "--stdin", "--path", "a.py"]);
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut kill = repo.program("kill", repo.top());
    run(kill.args(["-TERM", &child.id().to_string()])).exits(0);
    let status = child.wait().expect("it is our child");
    assert_eq!(status.signal(), Some(15), "{status}");
}

#[test]
fn the_keys_of_these_tests_are_found_when_nothing_is_in_the_way() {
    let repo = Repo::new();
    repo.write("a.py", (1000..1003).map(key_line).collect::<String>())
        .stage();
    let places = ["a.py:1", "a.py:2", "a.py:3"].map(key_at);
    repo.staged()
        .exits(1)
        .finds(&places.each_ref().map(String::as_str));
}
