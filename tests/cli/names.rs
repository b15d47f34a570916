//! File names from strangers: nothing of them is printed raw, in any format.

use crate::support::{KEY_RULE, Repo, key, key_line};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Each name with how it is shown.
const HOSTILE: &[(&[u8], &str)] = &[
    (b"a\n::error file=x::", "a\\u{a}::error file=x::"),
    (
        b"\x1b[31mred\x1b]8;;http:x\x07",
        "\\u{1b}[31mred\\u{1b}]8;;http:x\\u{7}",
    ),
    ("exe.\u{202e}yp".as_bytes(), "exe.\\u{202e}yp"),
    (b"caf\xe9.py", "caf\\xe9.py"),
    (b"tab\there.py", "tab\\there.py"),
    (b"it's \"quoted\" $(x).py", "it's \"quoted\" $(x).py"),
    ("zero\u{200b}width.py".as_bytes(), "zero\\u{200b}width.py"),
];

/// A repository with a key staged under each of the names.
fn hostile() -> Repo {
    let repo = Repo::new();
    for (number, (name, _)) in (1..).zip(HOSTILE) {
        repo.write(OsStr::from_bytes(name), key_line(number));
    }
    repo.stage();
    repo
}

#[test]
fn the_terminal_report_shows_every_character() {
    let repo = hostile();
    let ran = repo.staged();
    ran.exits(1).is_plain();
    for (_, shown) in HOSTILE {
        ran.says(&format!(
            "{shown}:1:10: error: GitHub personal access token"
        ));
    }
    assert_eq!(ran.findings().len(), HOSTILE.len(), "{ran}");
    assert!(
        !ran.stdout.lines().any(|line| line.starts_with("::")),
        "{ran}"
    );
}

#[test]
fn the_machine_formats_show_every_character_too() {
    let repo = hostile();
    for format in ["json", "jsonl", "sarif"] {
        let ran = repo.guard(&["check", "--staged", "--format", format]);
        ran.exits(1)
            .is_plain()
            .says("caf%E9.py")
            .says("a%0A%3A%3Aerror%20file%3Dx%3A%3A");
        ran.lacks("\n::");
    }
}

#[test]
fn a_submodule_with_a_hostile_name_is_told_plainly() {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("old");
    let entry = format!("160000,{},m\u{202e}\u{1b}[31m\n::error::", repo.head());
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let ran = repo.guard(&["check", "--staged", "--format", format]);
        ran.exits(0).is_plain().lacks("\n::");
    }
    repo.staged()
        .says("guard: note: `m\\u{202e}\\u{1b}[31m\\u{a}::error::` is a submodule");
}

#[test]
fn errors_about_hostile_names_are_plain() {
    let repo = Repo::new();
    let ran = repo.guard(&["check", "no\u{202e}such\n::error::\u{1b}[31m"]);
    ran.exits(2)
        .is_plain()
        .lacks("\n::")
        .complains("no such file or folder");
    repo.write("a.txt", "one\n").stage();
    let id = repo.blob("gone\n");
    let entry = format!("100644,{id},x\u{202e}\u{1b}[31m\n::error::");
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
    std::fs::remove_file(repo.object(&id)).expect("it was just made");
    let ran = repo.staged();
    ran.exits(2)
        .is_plain()
        .lacks("\n::")
        .complains("cannot be read");
    // Whatever is dropped is told under its name, too.
    repo.git(&["reset", "--quiet"]);
    let text = format!("TOKEN = \"ghp_{}\"\n", "x".repeat(36));
    repo.write("dropped\u{202e}\n::error::.py", text).stage();
    let ran = repo.guard(&["check", "--staged", "--explain"]);
    ran.exits(0)
        .is_plain()
        .lacks("\n::")
        .complains(&format!("[{KEY_RULE}]"));
}

#[test]
fn content_is_shown_with_every_character() {
    let repo = Repo::new();
    let text = format!(
        "\u{1b}[2J\u{202e}# \u{9b}31m before\r\n{}\u{1b}]0;title\u{7} \u{2066}after\n",
        key_line(1)
    );
    repo.write("app.py", text).stage();
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let ran = repo.guard(&["check", "--staged", "--format", format]);
        ran.exits(1).is_plain().hides(&key(1));
    }
    repo.staged().says("\\u{1b}[2J\\u{202e}# \\u{9b}31m before");
    repo.staged().says("\\u{1b}]0;title\\u{7} \\u{2066}after");
}
