//! `guard merge`: joins the results of many runs and says by the exit status whether anything
//! blocks.

use super::args::{Merge as Arguments, MergeFormat};
use super::check::write_file;
use super::{ExitStatus, output};
use crate::escape::escape;
use crate::merge::{Merge, MergeError, Merged, Unclosed};
use anyhow::{Context, bail};
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::Path;

/// Standard input, as an argument.
const STDIN: &str = "-";
/// How many notes of the runs are shown; all are in `--format json`.
const NOTES_SHOWN: usize = 20;

pub(super) fn run(args: &Arguments) -> anyhow::Result<ExitStatus> {
    let expected = match &args.repositories {
        None => Vec::new(),
        Some(file) => names(file)?,
    };
    if args.files.iter().filter(|file| is_stdin(file)).count() > 1 {
        bail!("standard input can be read once only; give `{STDIN}` once");
    }
    let mut merge = Merge::default();
    for file in &args.files {
        if is_stdin(file) {
            merge.read("standard input", io::stdin().lock())?;
            continue;
        }
        let name = file.display().to_string();
        let opened = File::open(file).map_err(|source| MergeError::Read {
            file: name.clone(),
            source,
        })?;
        merge.read(&name, BufReader::with_capacity(1 << 16, opened))?;
    }
    let unclosed = if args.unclosed {
        Unclosed::Trust
    } else {
        Unclosed::Doubt
    };
    let merged = merge.finish(unclosed, &expected)?;
    write(&merged, args)?;
    Ok(if merged.blocks() {
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    })
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == STDIN
}

/// Reads the names of repositories, one a line.
fn names(file: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(file).with_context(|| {
        format!(
            "{}: the list of repositories cannot be read",
            file.display()
        )
    })?;
    let names = text.lines().map(str::trim);
    let names: Vec<String> = names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        bail!(
            "{}: names no repository, so nothing would be asked for",
            file.display()
        );
    }
    Ok(names)
}

fn write(merged: &Merged, args: &Arguments) -> anyhow::Result<()> {
    let write = |out: &mut dyn Write| match args.format {
        MergeFormat::Jsonl => merged.write_lines(out),
        MergeFormat::Json => merged.write_document(out),
    };
    if let Some(file) = &args.output {
        let mut text = Vec::new();
        write(&mut text)?;
        write_file(file, &text)
            .with_context(|| format!("{}: the results cannot be written", file.display()))?;
    } else {
        write(&mut io::BufWriter::new(io::stdout().lock()))
            .context("the results cannot be written to standard output")?;
    }
    let notes = &merged.totals.notes;
    for note in notes.iter().take(NOTES_SHOWN) {
        output::note(&format!("guard: note: {}", escape(note.as_bytes())));
    }
    if notes.len() > NOTES_SHOWN {
        let more = notes.len() - NOTES_SHOWN;
        output::note(&format!(
            "guard: note: and {more} more; `--format json` holds all"
        ));
    }
    output::note(&merged.summary());
    Ok(())
}
