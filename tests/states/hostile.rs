//! H2: texts made to exhaust, or to be shown wrongly. `tests/bench/large.py` measures full sizes.

use crate::still::{guard, still};
use crate::support::{Repo, key, key_at, key_line};
use crate::table::Outcome::{Blocked, Clean};
use crate::table::{Case, Ended};
use std::fmt::Write as _;

groups! {
    h2_texts: H2,
}

const STAGED: &[&str] = &["check", "--staged"];

const H2: &[Case] = &[
    Case {
        id: "H2.line",
        state: "one line of 10 MB of code, the text at its end",
        why: "a line is searched around keywords, and shown around the place alone",
        secret: Blocked(&["app.js:1"]),
        twin: Some(Clean),
        run: |plant| staged_as("app.js", [&code(10_000_000), " ", &plant.line()].concat()),
    },
    Case {
        id: "H2.line-added-to",
        state: "the text is added to a line of 5 MB",
        why: "the line is new",
        secret: Blocked(&["app.js:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            let line = code(5_000_000);
            repo.write("app.js", &line).commit("old");
            repo.write("app.js", [&line, " ", &plant.line()].concat());
            guard(repo.stage(), STAGED)
        },
    },
    Case {
        id: "H2.line-allows",
        state: "one line of 300 kB of exceptions for other rules, then the text",
        why: "an exception is looked for by its line, and covers its own rule alone",
        secret: Blocked(&["app.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            staged_as(
                "app.py",
                ["guard:allow py-sql-fstring x ".repeat(10_000), plant.line()].concat(),
            )
        },
    },
    Case {
        id: "H2.utf-16",
        state: "one line of 4 MB as UTF-16, the text at its end",
        why: "the line is turned into UTF-8 first",
        secret: Blocked(&["app.js:1"]),
        twin: Some(Clean),
        run: |plant| {
            let text = [&code(2_000_000), " ", &plant.line()].concat();
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            staged_as("app.js", [&[0xff, 0xfe], &wide[..]].concat())
        },
    },
    Case {
        id: "H2.reordered",
        state: "100,000 lines in another order, and the text among them",
        why: "lines that were moved are old, in any number",
        secret: Blocked(&["data.txt:50001"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            let line = |number: u32| format!("{number} {}\n", number.wrapping_mul(2_654_435_761));
            repo.write("data.txt", (0..100_000).map(line).collect::<String>());
            repo.commit("old");
            let first: String = (50_000..100_000).rev().map(line).collect();
            let second: String = (0..50_000).rev().map(line).collect();
            repo.write("data.txt", [first, plant.line(), second].concat());
            guard(repo.stage(), STAGED)
        },
    },
    Case {
        id: "H2.reordered-moved",
        state: "the same, and the file has another name now",
        why: "the lines of a deleted file are old wherever they turn up",
        secret: Blocked(&["moved.txt:50001"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = Repo::new();
            let line = |number: u32| format!("{number} {}\n", number.wrapping_mul(2_654_435_761));
            repo.write("data.txt", (0..100_000).map(line).collect::<String>());
            repo.commit("old");
            let first: String = (50_000..100_000).rev().map(line).collect();
            let second: String = (0..50_000).rev().map(line).collect();
            repo.remove("data.txt");
            repo.write("moved.txt", [first, plant.line(), second].concat());
            guard(repo.stage(), STAGED)
        },
    },
    Case {
        id: "H2.empty-lines",
        state: "5 million empty lines, then the text",
        why: "lines are counted right",
        secret: Blocked(&["a.txt:5000001"]),
        twin: Some(Clean),
        run: |plant| staged_as("a.txt", ["\n".repeat(5_000_000), plant.line()].concat()),
    },
    Case {
        id: "H2.zeros",
        state: "5 MB of zero bytes, then the text",
        why: "a binary file is searched for what is known by its format",
        secret: Blocked(&["a.bin:1"]),
        twin: Some(Clean),
        run: |plant| staged_as("a.bin", ["\0".repeat(5_000_000), plant.line()].concat()),
    },
    Case {
        id: "H2.invalid",
        state: "bytes that are no UTF-8 around the text, NUL bytes and lone CRs",
        why: "text need not be valid, and is shown escaped",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let text = plant.line();
            staged_as(
                "a.py",
                [
                    b"\xff\xfe\xfd\x00\x80\r\xc3 ",
                    text.as_bytes(),
                    b"\xc0\x1b[31m",
                ]
                .concat(),
            )
        },
    },
];

/// Stages a text in a new repository and runs `guard check --staged`.
fn staged_as(name: &str, text: impl AsRef<[u8]>) -> Ended {
    let repo = Repo::new();
    repo.write(name, text);
    guard(repo.stage(), STAGED)
}

/// Makes one line that looks like minified code.
fn code(bytes: usize) -> String {
    let mut line = String::with_capacity(bytes + 64);
    for number in 0.. {
        let _ = write!(
            line,
            "let v{number} = node.value({number}) + item.key[{number}];"
        );
        if line.len() >= bytes {
            break;
        }
    }
    line
}

/// Lines on which work that grows with the square of their length would take minutes.
#[test]
fn work_grows_with_the_length_of_a_line_and_not_with_its_square() {
    let rows = [
        ("app.py", "password=".repeat(300_000), 0),
        // Its rule looks to the end of the line for more.
        (
            "app.rb",
            "Client.new(url, verify_ssl: false) ".repeat(40_000),
            40_000,
        ),
        // A string, in which no comment begins.
        (
            "app.js",
            format!("s = \"{}\"; eval(x)", "; // ".repeat(800_000)),
            1,
        ),
        ("eval.js", "eval(x); ".repeat(150_000), 150_000),
        (
            "app.go",
            "TOKEN = \"0123456789abcdef0123456789abcdef\" ".repeat(25_000),
            0,
        ),
    ];
    for (name, line, findings) in rows {
        let repo = Repo::new();
        repo.write(name, line).stage();
        let mut command = repo.guard_command();
        let ran = still(&repo, command.args(STAGED).args(["--format", "jsonl"]));
        ran.exits(i32::from(findings > 0));
        assert_eq!(ran.stdout.lines().count(), findings, "{name}");
    }
}

#[test]
fn every_key_on_a_long_line_is_found() {
    // Far enough apart that each is searched for by itself, near enough to be searched together,
    // and next to one another.
    for between in [90_000, 3_000, 1] {
        let repo = Repo::new();
        let filler = code(between);
        let numbers = 100..130;
        let keys = numbers.clone().map(key_line);
        let line: String = keys
            .flat_map(|key| [filler.clone(), " ".to_owned(), key.trim_end().to_owned()])
            .collect();
        repo.write("app.py", line).stage();
        let ran = repo.staged();
        ran.exits(1);
        assert_eq!(
            ran.findings(),
            vec![key_at("app.py:1"); numbers.clone().count()]
        );
        for number in numbers {
            ran.hides(&key(number));
        }
    }
}
