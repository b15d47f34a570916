//! `guard check --staged`: attributes, encodings and line ends hide nothing.

use crate::support::{QUERY, QUERY_RULE, Repo, key, key_at, key_line};

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

fn utf32(text: &str) -> Vec<u8> {
    text.chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect()
}

#[test]
fn attributes_hide_nothing() {
    for attribute in [
        "-diff",
        "binary",
        "-text -diff",
        "diff=quiet",
        "export-ignore",
    ] {
        let repo = Repo::new();
        repo.git(&["config", "diff.quiet.binary", "true"]);
        repo.git(&["config", "diff.quiet.textconv", "true"]);
        repo.write(".gitattributes", format!("*.py {attribute}\n"))
            .commit("attributes");
        repo.write("app.py", format!("{}{QUERY}", key_line(1)))
            .stage();
        repo.staged()
            .exits(1)
            .finds(&[&key_at("app.py:1"), &format!("app.py:2 error {QUERY_RULE}")]);
    }
}

/// What PowerShell's `>>` makes of a file: UTF-16 behind ASCII, or ASCII behind UTF-16.
#[test]
fn a_file_of_two_encodings_hides_nothing_in_either() {
    let (one, two) = (key_line(1), key_line(2));
    let filler = "# a line that says nothing\n".repeat(40);
    let marked = |text: &str| utf16(&format!("\u{FEFF}{text}"), true);
    for (first, second) in [
        (
            one.clone().into_bytes(),
            utf16(&format!("{two}{filler}"), true),
        ),
        (format!("{one}{filler}").into_bytes(), utf16(&two, true)),
        (marked(&one), two.clone().into_bytes()),
    ] {
        let repo = Repo::new();
        repo.write("app.ps1", [first, second].concat()).stage();
        let ran = repo.staged();
        ran.exits(1).hides(&key(1)).hides(&key(2));
        assert_eq!(ran.findings().len(), 2, "{ran}");
    }
}

#[test]
fn attributes_outside_the_repository_hide_nothing() {
    let repo = Repo::new();
    repo.write(".git/info/attributes", "* binary\n")
        .write("app.py", key_line(1))
        .stage();
    repo.staged().exits(1).finds(&[&key_at("app.py:1")]);
}

#[test]
fn a_working_tree_encoding_is_not_in_the_way() {
    let repo = Repo::new();
    repo.write(".gitattributes", "*.ps1 working-tree-encoding=UTF-16LE\n")
        .commit("attributes");
    repo.write("a.ps1", utf16(&format!("# one\n$t = '{}'\n", key(1)), true))
        .stage();
    repo.staged().exits(1).finds(&[&key_at("a.ps1:2")]);
}

#[test]
fn nul_bytes_hide_nothing() {
    let repo = Repo::new();
    let binary = [
        b"\x7fELF\0\0\0\x01\0\0\n\0",
        key(1).as_bytes(),
        b"\0\0\x01\n",
    ]
    .concat();
    repo.write("early.bin", binary);
    let late = [&b"text\n".repeat(4000)[..], key_line(2).as_bytes(), b"\0\n"].concat();
    repo.write("late.txt", late).stage();
    let ran = repo.staged();
    ran.exits(1)
        .finds(&[&key_at("early.bin:2"), &key_at("late.txt:4001")]);
    ran.hides(&key(1)).hides(&key(2)).is_plain();
}

#[test]
fn a_nul_byte_in_the_old_version_hides_nothing() {
    let repo = Repo::new();
    repo.write("a.py", "one\n\0\n").commit("old");
    repo.write("a.py", format!("one\n{}", key_line(1))).stage();
    repo.staged().exits(1).finds(&[&key_at("a.py:2")]);
}

#[test]
fn utf_16_and_utf_32_are_read_with_and_without_a_mark() {
    let text = |more: &str| format!("# erste Z\u{e4}hlung\n{}x = 1\n{more}", key_line(1));
    for little in [true, false] {
        for mark in ["", "\u{feff}"] {
            let repo = Repo::new();
            let encode = |more: &str| utf16(&format!("{mark}{}", text(more)), little);
            repo.write("a.py", encode("")).stage();
            repo.staged()
                .exits(1)
                .finds(&[&key_at("a.py:2")])
                .hides(&key(1));
            repo.commit("old");
            repo.write("a.py", encode(&key_line(2))).stage();
            let ran = repo.staged();
            ran.exits(1)
                .finds(&[&key_at("a.py:4")])
                .says("a.py:4:10: error: ")
                .is_plain();
            assert!(
                ran.summary().starts_with("guard: 1 file, 1 added line, "),
                "{ran}"
            );
        }
    }
    let repo = Repo::new();
    repo.write("a.py", utf32(&text(QUERY))).stage();
    repo.staged()
        .exits(1)
        .finds(&[&key_at("a.py:2"), &format!("a.py:4 error {QUERY_RULE}")]);
}

#[test]
fn other_encodings_are_matched_as_bytes() {
    let repo = Repo::new();
    let latin = [b"# caf\xe9\n", key_line(1).as_bytes()].concat();
    repo.write("latin.py", latin);
    repo.write("marked.py", format!("\u{feff}{}", key_line(2)))
        .stage();
    let ran = repo.staged();
    ran.exits(1)
        .finds(&[&key_at("latin.py:2"), &key_at("marked.py:1")])
        .is_plain();
    ran.says("marked.py:1:10: error: ").says("# caf\\xe9");
}

#[test]
fn a_change_of_encoding_makes_no_line_new() {
    let repo = Repo::new();
    repo.write("a.py", key_line(1)).commit("old");
    repo.write("a.py", utf16(&format!("\u{feff}{}", key_line(1)), true))
        .stage();
    repo.staged().passes();
}

#[test]
fn a_change_of_line_ends_makes_no_line_new() {
    let repo = Repo::new();
    repo.git(&["config", "core.autocrlf", "false"]);
    let unix = format!("one\n{}two\n", key_line(1));
    let windows = unix.replace('\n', "\r\n");
    repo.write("a.py", &unix).commit("old");
    for text in [
        windows.clone(),
        unix.trim_end().to_owned(),
        windows.trim_end().to_owned(),
    ] {
        repo.write("a.py", text).stage();
        let ran = repo.staged();
        ran.passes();
        assert_eq!(ran.summary(), "guard: 1 file, 0 added lines, 0 findings");
    }
    repo.write("a.py", windows.replace("two", &key(2))).stage();
    let ran = repo.staged();
    ran.exits(1).finds(&[&key_at("a.py:3")]).is_plain();
    assert!(ran.summary().contains(" 1 added line, "), "{ran}");
}

#[test]
fn lines_that_end_in_carriage_returns_alone_are_counted_as_editors_do() {
    let repo = Repo::new();
    repo.write(
        "a.py",
        format!("one\rtwo\r{}", key_line(1).replace('\n', "\r")),
    )
    .stage();
    let ran = repo.staged();
    ran.exits(1).finds(&[&key_at("a.py:3")]).is_plain();
    assert_eq!(
        ran.summary(),
        "guard: 1 file, 3 added lines, 1 finding (1 blocking)"
    );
}

#[test]
fn a_secret_over_several_lines_is_masked_on_all_of_them() {
    use guard::{random::Random, scan::judge::checksum::sample, spec::Checksum};
    let pem = sample(Checksum::Pem, &mut Random::seeded(1));
    let body: Vec<&str> = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let repo = Repo::new();
    repo.write("id.pem", &pem).stage();
    let ran = repo.staged();
    ran.exits(1);
    assert_eq!(ran.findings().len(), 1, "{ran}");
    for line in &body {
        ran.hides(line);
    }
    // A line that is added right behind the key is shown with its last lines.
    repo.commit("old");
    repo.write("id.pem", format!("{}\n{}", pem.trim_end(), key_line(1)))
        .stage();
    let ran = repo.staged();
    ran.exits(1).hides(&key(1));
    for line in &body {
        ran.hides(line);
    }
}
