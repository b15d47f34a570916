//! Writes what the model that judges generic credentials is trained with: for each candidate in the
//! files of a folder a row with its place and its features, tab-separated, below a line of names.
//!
//! `cargo run --release --example candidates FOLDER > rows.tsv`

use guard::config::Config;
use guard::decode::decode;
use guard::scan::judge::model;
use guard::scan::{Scanner, Target};
use guard::source::Form;
use std::io::{self, BufWriter, Write};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("which folder?")?;
    let config = Config::builtin();
    let scanner = Scanner::new(&config);
    let mut out = BufWriter::new(io::stdout().lock());
    write!(
        out,
        "path\tline\tend\tfrom\tto\trule\texcepted\tdropped\tsample\tlog_odds"
    )?;
    for name in model::NAMES {
        write!(out, "\t{name}")?;
    }
    writeln!(out)?;
    let files = ignore::WalkBuilder::new(&folder)
        .standard_filters(false)
        .sort_by_file_path(Path::cmp)
        .build();
    for file in files {
        let file = file?;
        if !file.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let relative = file.path().strip_prefix(&folder)?.to_string_lossy();
        write_rows(
            &mut out,
            &config,
            &scanner,
            &relative,
            &std::fs::read(file.path())?,
        )?;
    }
    out.flush()?;
    Ok(())
}

fn write_rows(
    out: &mut impl Write,
    config: &Config,
    scanner: &Scanner<'_>,
    path: &str,
    bytes: &[u8],
) -> Result<(), Box<dyn std::error::Error>> {
    let decoded = decode(bytes);
    let target = Target {
        path: path.into(),
        form: Form::File,
        decoded: &decoded,
        added: None,
        commit: None,
    };
    for row in scanner.candidates(&target)? {
        write!(
            out,
            "{path}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            row.lines.start,
            row.lines.end - 1,
            row.place.start,
            row.place.end,
            config.rules[row.rule].id,
            u8::from(row.excepted),
            row.dropped.unwrap_or("-"),
            u8::from(row.in_sample),
            model::log_odds(&row.features),
        )?;
        for value in row.features {
            write!(out, "\t{value}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
