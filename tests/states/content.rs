//! D1, D2 and D4: bytes, attributes and encodings, none of which hides a text.

use crate::given::{two_files, write};
use crate::support::{QUERY, QUERY_RULE, Repo, key_line};
use crate::table::Outcome::{Blocked, Clean};
use crate::table::{Case, Ended, Plant, commit};

groups! {
    d1_nul_bytes: D1,
    d2_attributes: D2,
    d4_encodings: D4,
}

const D1: &[Case] = &[
    Case {
        id: "D1.new",
        state: "a NUL byte before the text",
        why: "git and libgit2 call the file binary and show no lines",
        secret: Blocked(&["a.bin:2"]),
        twin: Some(Clean),
        run: |plant| {
            let text = [b"\x7fELF\0\0\0\x01\n".as_slice(), plant.line().as_bytes()].concat();
            added("a.bin", &text)
        },
    },
    Case {
        id: "D1.old",
        state: "a NUL byte in the old version alone",
        why: "git and libgit2 call the file binary and show no lines",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", "a\0 = 1\n").commit("binary");
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D1.late",
        state: "a NUL byte behind the first 8,000",
        why: "git calls the file text, other tools do not",
        secret: Blocked(&["a.txt:2001"]),
        twin: Some(Clean),
        run: |plant| {
            let text = "words\n".repeat(2000) + &plant.line() + "\0\n";
            added("a.txt", text.as_bytes())
        },
    },
    Case {
        id: "D1.around",
        state: "NUL bytes right before and behind the text",
        why: "as a string lies in a program",
        secret: Blocked(&["a.bin:1"]),
        twin: Some(Clean),
        run: |plant| added("a.bin", format!("\0\0{}\0\0\x01", plant.word(1)).as_bytes()),
    },
    Case {
        id: "D1.edited",
        state: "a line added to a file with NUL bytes and an old key",
        why: "what is new in a binary file is told as in any other",
        secret: Blocked(&["a.bin:3"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let old = format!("\0\x01\x02\n{}", key_line(9));
            repo.write("a.bin", &old).commit("binary");
            repo.write("a.bin", old + &plant.line()).stage();
            commit(&repo, &[])
        },
    },
];

const D2: &[Case] = &[
    Case {
        id: "D2.no-diff",
        state: ".gitattributes: `* -diff`",
        why: "the attribute says how to show a file, not what is committed",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| attributed(plant, ".gitattributes", "* -diff\n"),
    },
    Case {
        id: "D2.binary",
        state: ".gitattributes: `*.py binary`",
        why: "`binary` is `-diff -merge -text`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| attributed(plant, ".gitattributes", "*.py binary\n"),
    },
    Case {
        id: "D2.driver",
        state: ".gitattributes: `* diff=quiet`, with diff.quiet.binary = true",
        why: "the setting hides what the attribute does not",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| attributed(plant, ".gitattributes", "* diff=quiet\n"),
    },
    Case {
        id: "D2.macro",
        state: ".gitattributes: a macro of its own that ends in `-diff`",
        why: "as `-diff`",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            attributed(
                plant,
                ".gitattributes",
                "[attr]hidden -diff -text\n* hidden\n",
            )
        },
    },
    Case {
        id: "D2.generated",
        state: ".gitattributes: `* linguist-generated export-ignore linguist-vendored`",
        why: "what a web page folds away is in the history as well",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let attributes = "* linguist-generated export-ignore linguist-vendored\n";
            attributed(plant, ".gitattributes", attributes)
        },
    },
    Case {
        id: "D2.info",
        state: "`.git/info/attributes`: `* binary`",
        why: "the file is this clone's own",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| attributed(plant, ".git/info/attributes", "* binary\n"),
    },
    Case {
        id: "D2.user",
        state: "core.attributesFile: `* binary`",
        why: "the file is the user's own",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            write(&repo.beside("attributes"), "* binary\n");
            let file = repo.beside("attributes").display().to_string();
            repo.git(&["config", "core.attributesFile", &file]);
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D2.staged",
        state: "`* -diff` comes with the commit that brings the text",
        why: "a commit must not hide itself",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write(".gitattributes", "* -diff\n");
            repo.write("a.py", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D2.code",
        state: "`* binary` and a query that is built from a string",
        why: "rules for code look at the file, too",
        secret: Blocked(&["a.py:1", "a.py:2 error py-sql-fstring"]),
        twin: Some(Blocked(&["a.py:2 error py-sql-fstring"])),
        run: |plant| {
            assert_eq!(QUERY_RULE, "py-sql-fstring");
            let repo = two_files();
            repo.write(".gitattributes", "* binary\n")
                .commit("attributes");
            repo.write("a.py", plant.line() + QUERY).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D2.itself",
        state: "the text in .gitattributes, .gitignore and .mailmap",
        why: "git's own files are committed like all others",
        secret: Blocked(&[".gitattributes:1", ".gitignore:1", ".mailmap:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            for (number, name) in [(1, ".gitattributes"), (2, ".gitignore"), (3, ".mailmap")] {
                repo.write(name, format!("# {}\n", plant.word(number)));
            }
            repo.stage();
            commit(&repo, &[])
        },
    },
];

const D4: &[Case] = &[
    Case {
        id: "D4.utf-16-le",
        state: "UTF-16, little-endian, with a mark",
        why: "every other byte is NUL: git calls it binary",
        secret: Blocked(&["a.ps1:2"]),
        twin: Some(Clean),
        run: |plant| added("a.ps1", &utf16(&lines(plant, "\u{feff}"), u16::to_le_bytes)),
    },
    Case {
        id: "D4.utf-16-be",
        state: "UTF-16, big-endian, with a mark",
        why: "every other byte is NUL: git calls it binary",
        secret: Blocked(&["a.ps1:2"]),
        twin: Some(Clean),
        run: |plant| added("a.ps1", &utf16(&lines(plant, "\u{feff}"), u16::to_be_bytes)),
    },
    Case {
        id: "D4.utf-16-le-bare",
        state: "UTF-16, little-endian, without a mark",
        why: "the NUL bytes tell",
        secret: Blocked(&["a.ps1:2"]),
        twin: Some(Clean),
        run: |plant| added("a.ps1", &utf16(&lines(plant, ""), u16::to_le_bytes)),
    },
    Case {
        id: "D4.utf-16-be-bare",
        state: "UTF-16, big-endian, without a mark",
        why: "the NUL bytes tell",
        secret: Blocked(&["a.ps1:2"]),
        twin: Some(Clean),
        run: |plant| added("a.ps1", &utf16(&lines(plant, ""), u16::to_be_bytes)),
    },
    Case {
        id: "D4.utf-32-le",
        state: "UTF-32, little-endian",
        why: "three of four bytes are NUL",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| added("a.py", &utf32(&lines(plant, "\u{feff}"), u32::to_le_bytes)),
    },
    Case {
        id: "D4.utf-32-be",
        state: "UTF-32, big-endian",
        why: "three of four bytes are NUL",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| added("a.py", &utf32(&lines(plant, "\u{feff}"), u32::to_be_bytes)),
    },
    Case {
        id: "D4.edited",
        state: "a line added to a UTF-16 file with an old key",
        why: "lines are compared as text, and counted as an editor counts them",
        secret: Blocked(&["a.ps1:3"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let old = format!("\u{feff}# \u{e4}\n{}", key_line(9));
            repo.write("a.ps1", utf16(&old, u16::to_le_bytes))
                .commit("old");
            repo.write("a.ps1", utf16(&(old + &plant.line()), u16::to_le_bytes))
                .stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D4.turned",
        state: "a UTF-8 file with the text, saved as UTF-16",
        why: "the lines are the same",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("a.py", plant.line()).commit("old");
            let turned = utf16(&format!("\u{feff}{}", plant.line()), u16::to_le_bytes);
            repo.write("a.py", turned).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "D4.two",
        state: "UTF-16 lines behind ASCII lines, as `>>` of PowerShell makes them",
        why: "each encoding could hide the other; read as UTF-16 the ASCII line has no end",
        secret: Blocked(&["a.ps1:1", "a.ps1:1"]),
        twin: Some(Clean),
        run: |plant| {
            let filler = "# a line that says nothing\n".repeat(40);
            let behind = utf16(&(plant.nth_line(2) + &filler), u16::to_le_bytes);
            added("a.ps1", &[plant.line().into_bytes(), behind].concat())
        },
    },
    Case {
        id: "D4.working-tree",
        state: ".gitattributes: `working-tree-encoding=UTF-16LE`",
        why: "the blob is UTF-8, whatever the file is",
        secret: Blocked(&["a.ps1:2"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write(".gitattributes", "*.ps1 working-tree-encoding=UTF-16LE\n")
                .commit("attributes");
            repo.write("a.ps1", utf16(&lines(plant, ""), u16::to_le_bytes))
                .stage();
            let stored = repo.git(&["cat-file", "blob", ":a.ps1"]);
            assert_eq!(stored + "\n", lines(plant, ""));
            commit(&repo, &[])
        },
    },
    Case {
        id: "D4.marked",
        state: "UTF-8 with a mark, the text on the first line",
        why: "three bytes stand before it",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| added("a.py", format!("\u{feff}{}", plant.line()).as_bytes()),
    },
    Case {
        id: "D4.latin",
        state: "Latin-1, which is no UTF-8",
        why: "rules match bytes",
        secret: Blocked(&["a.py:2"]),
        twin: Some(Clean),
        run: |plant| added("a.py", &[b"# caf\xe9\n", plant.line().as_bytes()].concat()),
    },
    Case {
        id: "D4.around",
        state: "bytes that are no UTF-8 on the line of the text itself",
        why: "rules match bytes",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let line = [
                b"\xff\xfd\x80 ",
                plant.line().trim_end().as_bytes(),
                b" \xc3\n",
            ]
            .concat();
            added("a.py", &line)
        },
    },
];

/// Commits a new file.
fn added(name: &str, content: &[u8]) -> Ended {
    let repo = two_files();
    repo.write(name, content).stage();
    commit(&repo, &[])
}

/// Commits the text in `a.py`, with attributes that were there before.
fn attributed(plant: &Plant, file: &str, attributes: &str) -> Ended {
    let repo: Repo = two_files();
    repo.git(&["config", "diff.quiet.binary", "true"]);
    repo.write(file, attributes);
    repo.git(&["add", "--all"]);
    repo.git(&[
        "commit",
        "--quiet",
        "--no-verify",
        "--allow-empty",
        "-m",
        "attributes",
    ]);
    repo.write("a.py", plant.line()).stage();
    commit(&repo, &[])
}

/// Three lines, the text on the second.
fn lines(plant: &Plant, mark: &str) -> String {
    format!("{mark}# erste Z\u{e4}hlung\n{}x = 1\n", plant.line())
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn utf32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|c| bytes(u32::from(c))).collect()
}
