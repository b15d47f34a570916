//! Content: nothing that is stored keeps it from the reader.

use super::*;

/// Stages `new` over `old` and returns what the reader gets.
fn read(attributes: &str, old: &[u8], new: &[u8]) -> (Vec<u8>, Vec<String>) {
    let repo = Repo::new();
    repo.write(".git/info/attributes", attributes)
        .write("f.bin", old)
        .commit("old");
    repo.write("f.bin", new).stage();
    let repository = repo.open();
    let source = Staged::new(&repository);
    let plan = source.plan().expect("readable");
    let [item] = &plan.items[..] else {
        panic!("{:?}", plan.items)
    };
    let mut reader = source.reader().expect("readable");
    let lines = added_lines(&mut *reader, item).expect("readable");
    (reader.new_version(item).expect("readable"), lines)
}

#[test]
fn attributes_nul_bytes_and_encodings_hide_nothing() {
    let utf16: Vec<u8> = "secret\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: [(&str, &[u8], &[u8]); 9] = [
        ("", b"old\n", b"\0secret\n"),
        ("", b"\0old\n", b"secret\n"),
        ("", b"old\n", b"\xff\xfesecret\n"),
        ("", b"old\n", &utf16),
        ("", b"old\n", b"caf\xe9 secret\r\n"),
        ("*.bin -diff", b"old\n", b"secret\n"),
        ("*.bin binary", b"old\n", b"secret\n"),
        ("*.bin diff=x\n[attr]x binary", b"old\n", b"secret\n"),
        (
            "*.bin filter=none working-tree-encoding=UTF-8",
            b"old\n",
            b"secret\n",
        ),
    ];
    for (attributes, old, new) in cases {
        let (content, lines) = read(attributes, old, new);
        assert_eq!(content, new, "{attributes} {new:?}");
        assert!(!lines.is_empty(), "{attributes} {new:?}");
    }
}

#[test]
fn attributes_that_are_committed_hide_nothing() {
    let repo = Repo::with_commit();
    repo.git(&["config", "diff.x.binary", "true"]);
    repo.git(&["config", "diff.x.textconv", "false"]);
    repo.write(".gitattributes", "*.txt diff=x\n")
        .write("a.txt", "one\nsecret\n")
        .stage();
    let expected = expect([
        (".gitattributes", &["*.txt diff=x"]),
        ("a.txt", &["secret"]),
    ]);
    assert_eq!(repo.staged(), expected);
}

#[test]
fn what_a_clean_filter_makes_is_what_is_read() {
    let repo = Repo::with_commit();
    repo.git(&["config", "filter.up.clean", "tr a-z A-Z"]);
    repo.write(".git/info/attributes", "*.txt filter=up\n")
        .write("b.txt", "shout\n")
        .stage();
    assert_eq!(repo.staged().last(), expect([("b.txt", &["SHOUT"])]).last());
}

#[test]
fn a_change_of_line_ends_alone_makes_no_line_new() {
    let repo = Repo::with_commit();
    repo.write("a.txt", "one\r\ntwo\r\nthree\r\n").stage();
    assert_eq!(repo.staged(), expect([("a.txt", &[])]));
}

#[test]
fn a_long_line_and_a_large_file_come_whole() {
    let mut long = vec![b'x'; 20_000_000];
    long.extend(b" secret");
    let (content, lines) = read("", b"old\n", &long);
    assert_eq!((content.len(), lines.len()), (long.len(), 1));
}
