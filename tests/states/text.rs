//! D5 to D7 and D9: line ends, filters, programs that show a file, and hostile names.

use crate::given::{two_files, write};
use crate::support::{Repo, key_line, run, set_mode};
use crate::table::Outcome::{Blocked, Clean};
use crate::table::{Case, Ended, Plant, by_hand, commit};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

groups! {
    d5_line_ends: D5,
    d6_filters: D6,
    d7_programs: D7,
    d9_hostile_names: D9,
}

const D5: &[Case] = &[
    Case {
        id: "D5.crlf",
        state: "lines that end in CR LF",
        why: "the blob keeps the CR",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| added(&format!("x = 1\n{}", plant.line()).replace('\n', "\r\n")),
    },
    Case {
        id: "D5.cr",
        state: "lines that end in CR alone",
        why: "to git it is one line, to an editor three",
        secret: Blocked(&["a.py:3"]),
        twin: Some(Clean),
        run: |plant| added(&format!("x = 1\ny = 2\n{}", plant.line()).replace('\n', "\r")),
    },
    Case {
        id: "D5.no-end",
        state: "the text on a last line without an end",
        why: "a line all the same",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| added(format!("x = 1\n{}", plant.line()).trim_end()),
    },
    Case {
        id: "D5.autocrlf",
        state: "core.autocrlf = true and a file with CR LF",
        why: "the blob has LF: lines are counted alike",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "core.autocrlf", "true"]);
            repo.git(&["config", "core.safecrlf", "false"]);
            repo.write("a.py", format!("x = 1\r\n{}\r\n", plant.line().trim_end()))
                .stage();
            assert!(!repo.git(&["cat-file", "blob", ":a.py"]).contains('\r'));
            commit(&repo, &[])
        },
    },
    Case {
        id: "D5.to-crlf",
        state: "a file with the text, all line ends turned from LF to CR LF",
        why: "an editor did that; no line is new",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| turned(&plant.line(), &plant.line().replace('\n', "\r\n")),
    },
    Case {
        id: "D5.to-lf",
        state: "a file with the text, all line ends turned from CR LF to LF",
        why: "an editor did that; no line is new",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| turned(&plant.line().replace('\n', "\r\n"), &plant.line()),
    },
    Case {
        id: "D5.end-lost",
        state: "a file with the text on its last line, which loses its end",
        why: "git shows the line as new, but it is not",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| turned(&plant.line(), plant.line().trim_end()),
    },
    Case {
        id: "D5.turned-and-edited",
        state: "line ends turned to CR LF, and one line added",
        why: "that one is new",
        secret: Blocked(&["a.py:3"]),
        twin: Some(Clean),
        run: |plant| {
            let old = format!("x = 1\n{}", key_line(9));
            turned(&old, &(old.clone() + &plant.line()).replace('\n', "\r\n"))
        },
    },
];

const D6: &[Case] = &[
    Case {
        id: "D6.takes-out",
        state: "a clean filter that takes the text out",
        why: "the blob is what is committed, not the file",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            filter(&repo, "sed 's/TOKEN = .*/TOKEN = vault()/'");
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D6.puts-in",
        state: "a clean filter that puts the text in",
        why: "the blob is what is committed, not the file",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            write(&repo.beside("more"), plant.line());
            filter(&repo, &format!("cat - '{}'", repo.beside("more").display()));
            repo.write("a.py", "a = 2\n").stage();
            commit(&repo, &["--all"])
        },
    },
    Case {
        id: "D6.pointer",
        state: "the pointer of a file that Git LFS keeps",
        why: "its hash is no secret; the file itself leaves through LFS's own hook",
        secret: Clean,
        twin: None,
        run: |_| {
            let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
            added(&format!(
                "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n"
            ))
        },
    },
    Case {
        id: "D6.ident",
        state: ".gitattributes: `ident`, and the text behind `$Id$`",
        why: "the blob has `$Id$`, the file more",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write(".gitattributes", "*.py ident\n")
                .commit("attributes");
            repo.write(
                "a.py",
                format!("# $Id: {} $\n{}", "0".repeat(40), plant.line()),
            )
            .stage();
            commit(&repo, &[])
        },
    },
];

const D7: &[Case] = &[
    Case {
        id: "D7.textconv",
        state: "diff.x.textconv and diff.x.command of an attribute `diff=x`",
        why: "guard starts no program that a setting names",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_programs(plant, &["diff.x.textconv", "diff.x.command"]),
    },
    Case {
        id: "D7.external",
        state: "diff.external and core.pager",
        why: "guard starts no program that a setting names",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_programs(plant, &["diff.external", "core.pager"]),
    },
    Case {
        id: "D7.fsmonitor",
        state: "core.fsmonitor, and core.sshCommand",
        why: "guard starts no program that a setting names",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| with_programs(plant, &["core.fsmonitor", "core.sshCommand"]),
    },
    Case {
        id: "D7.filters",
        state: "filter.x.clean, filter.x.smudge and filter.x.process, set after `git add`",
        why: "the blob is read as it is stored",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            with_programs(
                plant,
                &["filter.x.clean", "filter.x.smudge", "filter.x.process"],
            )
        },
    },
];

const D9: &[Case] = &[
    Case {
        id: "D9.newline",
        state: "a name with a line end and what a CI takes for a message",
        why: "a name must not forge a finding",
        secret: Blocked(&["a\\u{a}::error file=x,line=1::y.py:1"]),
        twin: Some(Clean),
        run: |plant| named(plant, b"a\n::error file=x,line=1::y.py"),
    },
    Case {
        id: "D9.escape",
        state: "a name with colours and a link for the terminal",
        why: "a name must not command the terminal",
        secret: Blocked(&["\\u{1b}[31mred\\u{1b}]8;;http:x\\u{7}.py:1"]),
        twin: Some(Clean),
        run: |plant| named(plant, b"\x1b[31mred\x1b]8;;http:x\x07.py"),
    },
    Case {
        id: "D9.control",
        state: "a name with characters of C1 and DEL",
        why: "a terminal may take them for commands as well",
        secret: Blocked(&["\\u{9b}31m\\u{7f}.py:1"]),
        twin: Some(Clean),
        run: |plant| named(plant, "\u{9b}31m\u{7f}.py".as_bytes()),
    },
    Case {
        id: "D9.bidi",
        state: "a name whose order on the screen is another",
        why: "what is read must be what is there",
        secret: Blocked(&["exe.\\u{202e}yp:1"]),
        twin: Some(Clean),
        run: |plant| named(plant, "exe.\u{202e}yp".as_bytes()),
    },
    Case {
        id: "D9.bytes",
        state: "a name that is no UTF-8",
        why: "a name is bytes",
        secret: Blocked(&["caf\\xe9.py:1"]),
        twin: Some(Clean),
        run: |plant| named(plant, b"caf\xe9.py"),
    },
    Case {
        id: "D9.quotes",
        state: "a name with quotes, a backslash and what a shell would run",
        why: "git quotes such names, and no shell sees them",
        secret: Blocked(&["it's \"a\\b\" $(x) `y`.py:1"]),
        twin: Some(Clean),
        run: |plant| named(plant, b"it's \"a\\b\" $(x) `y`.py"),
    },
    Case {
        id: "D9.options",
        state: "names that git could take for options and patterns",
        why: "guard names no paths to git",
        secret: Blocked(&["*.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            for name in ["--all", ":(exclude)a.py", "HEAD", "-"] {
                repo.write(name, "x = 1\n");
            }
            repo.write("*.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D9.spaces",
        state: "names with a space at the beginning or the end",
        why: "they are part of the name",
        secret: Blocked(&["tail.py :1"]),
        twin: Some(Clean),
        run: |plant| named(plant, b"tail.py "),
    },
    Case {
        id: "D9.committed",
        state: "`git commit` of all of them",
        why: "the hook reads the same names",
        secret: Blocked(&[
            "\\u{1b}[31mred.py:1",
            "a\\u{a}::error file=x::.py:1",
            "caf\\xe9.py:1",
            "exe.\\u{202e}yp:1",
        ]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let names: [&[u8]; 4] = [
                b"\x1b[31mred.py",
                b"a\n::error file=x::.py",
                b"caf\xe9.py",
                "exe.\u{202e}yp".as_bytes(),
            ];
            for (number, name) in (1..).zip(names) {
                repo.write(OsStr::from_bytes(name), plant.nth_line(number));
            }
            repo.stage();
            commit(&repo, &[])
        },
    },
];

/// Commits a new version of `a.py`.
fn added(content: &str) -> Ended {
    turned("a = 1\n", content)
}

/// Commits a file that is turned from one version into another.
fn turned(old: &str, new: &str) -> Ended {
    let repo = two_files();
    repo.git(&["config", "core.autocrlf", "false"]);
    repo.write("a.py", old).git(&["add", "a.py"]);
    repo.git(&[
        "commit",
        "--quiet",
        "--no-verify",
        "--allow-empty",
        "-m",
        "older",
    ]);
    repo.write("a.py", new).stage();
    commit(&repo, &[])
}

/// Passes all files through a clean filter from now on.
fn filter(repo: &Repo, command: &str) {
    repo.write(".gitattributes", "a.py filter=own\n")
        .commit("attributes");
    repo.git(&["config", "filter.own.clean", command]);
}

/// Scans the text in `a.py`, with settings that name a program which must not run.
fn with_programs(plant: &Plant, settings: &[&str]) -> Ended {
    let repo = two_files();
    repo.write("a.py", plant.line()).stage();
    repo.write(".git/info/attributes", "* diff=x filter=x merge=x\n");
    let (program, proof) = (repo.beside("program"), repo.beside("proof"));
    write(&program, format!("#!/bin/sh\n: >'{}'\n", proof.display()));
    set_mode(&program, 0o755);
    for setting in settings {
        repo.git(&["config", setting, &program.display().to_string()]);
    }
    let ran = run(repo.guard_command().args(["hook", "pre-commit"]));
    assert!(!proof.exists(), "a program ran: {ran}");
    by_hand(ran)
}

/// Scans the text in a file of that name, in every form of report; the last is the terminal's.
fn named(plant: &Plant, name: &[u8]) -> Ended {
    let repo = two_files();
    repo.write(OsStr::from_bytes(name), plant.line()).stage();
    for format in ["json", "jsonl", "sarif"] {
        let ran = repo.guard(&["check", "--staged", "--format", format]);
        ran.is_plain().lacks("\n::");
    }
    let ran = repo.staged();
    ran.lacks("\n::");
    by_hand(ran)
}
