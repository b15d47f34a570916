//! Throughput of the matcher, in bytes per second: `cargo bench`.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use guard::added::AddedLines;
use guard::config::Config;
use guard::decode::decode;
use guard::scan::{Scanner, Target};
use guard::source::Form;
use std::fs;
use std::path::Path;

fn main() {
    divan::main();
}

/// About how large the texts are.
const TEXT_BYTES: usize = 4 << 20;

/// Returns this crate's own sources, over and over.
fn code() -> Vec<u8> {
    fn gather(folder: &Path, out: &mut Vec<u8>) {
        let mut entries: Vec<_> = fs::read_dir(folder)
            .expect("the sources are there")
            .map(|entry| entry.expect("a folder entry").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                gather(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.extend(fs::read(path).expect("a source file"));
            }
        }
    }
    let mut once = Vec::new();
    gather(Path::new("src"), &mut once);
    once.repeat(TEXT_BYTES / once.len() + 1)
}

fn bench(bencher: Bencher<'_, '_>, path: &str, text: &[u8], added: Option<&AddedLines>) {
    let config = Config::builtin();
    let scanner = Scanner::new(&config);
    let decoded = decode(text);
    let target = Target {
        path: path.into(),
        form: Form::File,
        decoded: &decoded,
        added,
        commit: None,
    };
    bencher
        .counter(BytesCount::of_slice(text))
        .bench_local(|| black_box(scanner.scan(black_box(&target)).expect("rules compile")));
}

/// Ordinary source code in a language with few rules of its own.
#[divan::bench]
fn ordinary_code(bencher: Bencher<'_, '_>) {
    bench(bencher, "src/app.rs", &code(), None);
}

/// The same, when a single line of it is new.
#[divan::bench]
fn one_new_line(bencher: Bencher<'_, '_>) {
    let text = code();
    let cut = text.len() / 2;
    let line_end = cut
        + text[cut..]
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a line end")
        + 1;
    let mut old = text[..line_end].to_vec();
    let next = line_end
        + text[line_end..]
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a line end")
        + 1;
    old.extend(&text[next..]);
    let added = AddedLines::between(&text, &[&old]);
    bench(bencher, "src/app.rs", &text, Some(&added));
}

/// Text without a single keyword.
#[divan::bench]
fn plain_text(bencher: Bencher<'_, '_>) {
    let text = b"for index in 0..count { total += values[index]; }\n".repeat(TEXT_BYTES / 50);
    bench(bencher, "notes.txt", &text, None);
}

/// One line of base64, as data files have it.
#[divan::bench]
fn one_long_line(bencher: Bencher<'_, '_>) {
    let mut random = guard::random::Random::seeded(1);
    let part = random.pick(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        4096,
    );
    bench(
        bencher,
        "data.txt",
        part.repeat(TEXT_BYTES / 4096).as_bytes(),
        None,
    );
}
