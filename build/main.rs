//! Reads `patterns.toml` and the packs it lists, checks them, and writes them as statics, so that
//! the binary starts with its rules in place and parses nothing.

#![expect(
    clippy::print_stdout,
    reason = "cargo reads what a build script prints"
)]

#[path = "../src/gram.rs"]
mod gram;
mod grams;
#[path = "../src/spec/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the library uses what the build does not"
)]
mod spec;

use spec::{Around, Example, List, Rule, RuleAllow, Text};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("builtin.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/spec");
    println!("cargo::rerun-if-changed=src/gram.rs");
    match pack(&root) {
        Ok(text) => fs::write(&out, text).expect("OUT_DIR can be written"),
        Err(faults) => {
            for fault in faults {
                println!("cargo::error={fault}");
            }
        }
    }
}

/// Returns the packed rules as Rust source, or every fault of every pack.
fn pack(root: &Path) -> Result<String, Vec<String>> {
    let mut faults = Vec::new();
    let top = load(root, "patterns.toml", &mut faults);
    let mut packs = vec![("patterns.toml".to_owned(), top)];
    for pack in packs[0].1.extends.clone().unwrap_or_default() {
        let file = load(root, &pack.value, &mut faults);
        if file.extends.is_some()
            || !file.changes.is_empty()
            || file.settings != spec::Settings::default()
        {
            faults.push(format!("{}: a built-in pack holds rules only", pack.value));
        }
        packs.push((pack.value, file));
    }
    let mut rules: Vec<(Rule, &str)> = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (name, file) in &packs {
        for rule in &file.rules {
            let place = format!("{name}:{}", rule.line);
            if let Some(other) = seen.insert(rule.value.id.to_string(), place.clone()) {
                faults.push(format!(
                    "{place}: rule `{}` stands also at {other}",
                    rule.value.id
                ));
            }
            rules.push((rule.value.clone(), name));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut out = String::new();
    out.push_str(
        "/// The built-in rules, in the order of their packs.\npub(crate) static RULES: &[Rule] = &[\n",
    );
    for (rule, _) in &rules {
        write_rule(&mut out, rule);
    }
    out.push_str(
        "];\n/// The pack of each built-in rule.\npub(crate) static PACKS: &[&str] = &[\n",
    );
    for (_, pack) in &rules {
        writeln!(out, "{pack:?},").expect("writing to a string");
    }
    let mut keywords: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (rule, _)) in rules.iter().enumerate() {
        for keyword in rule.keywords.iter() {
            keywords.entry(keyword).or_default().push(index);
        }
    }
    out.push_str("];\n/// Every keyword in lower case, the rules it can start, and the file types in which one of them\n/// looks; none: all.\npub(crate) static KEYWORDS: &[(&str, &[u16], Languages)] = &[\n");
    let names: Vec<&str> = keywords.keys().copied().collect();
    let types: Vec<u64> = keywords
        .values()
        .map(|indices| types_of(indices, &rules))
        .collect();
    for ((keyword, indices), types) in keywords.iter().zip(&types) {
        let types = grouped(*types);
        writeln!(out, "({keyword:?}, &{indices:?}, Languages({types})),")
            .expect("writing to a string");
    }
    let top = &packs[0].1.settings;
    writeln!(out, "];\n/// The severity from which findings block.\npub(crate) const BLOCK: Severity = Severity::{:?};", top.block.unwrap_or(spec::Severity::Medium))
        .expect("writing to a string");
    out.push_str(&grams::tables(&names, &types));
    Ok(out)
}

/// Returns the file types in which one of the rules looks; 0: all.
fn types_of(indices: &[usize], rules: &[(Rule, &str)]) -> u64 {
    let types = |index: &usize| rules[*index].0.languages.0;
    if indices.iter().any(|index| types(index) == 0) {
        0
    } else {
        indices.iter().map(types).fold(0, |all, one| all | one)
    }
}

fn load(root: &Path, name: &str, faults: &mut Vec<String>) -> spec::PatternFile {
    println!("cargo::rerun-if-changed={name}");
    match fs::read_to_string(root.join(name)) {
        Ok(text) => {
            let (file, found) = spec::read(name, &text);
            faults.extend(found.iter().map(ToString::to_string));
            file
        }
        Err(error) => {
            faults.push(format!("{name}: {error}"));
            spec::PatternFile::default()
        }
    }
}

fn write_rule(out: &mut String, rule: &Rule) {
    let Rule {
        id,
        description,
        kind,
        severity,
        confidence,
        precision,
        enabled,
        languages,
        paths,
        not_paths,
        keywords,
        regex,
        group,
        lines,
        unless,
        near,
        near_lines,
        file,
        min_entropy,
        checksum,
        in_comments,
        rank,
        why,
        fix,
        cwe,
        owasp,
        references,
        allows,
        matching,
        twins,
    } = rule;
    // A rule of low precision is off until a pattern file asks for it.
    let enabled = *enabled && *precision > spec::Precision::Low;
    writeln!(
        out,
        "Rule {{ id: t({id:?}), description: t({description:?}), kind: Kind::{kind:?}, severity: Severity::{severity:?}, \
         confidence: Confidence::{confidence:?}, precision: Precision::{precision:?}, enabled: {enabled}, \
         languages: Languages({}), paths: {}, not_paths: {}, keywords: {}, regex: t({regex:?}), group: {group}, \
         lines: {lines}, unless: {}, near: {}, near_lines: {near_lines}, file: {}, min_entropy: {min_entropy:?}, \
         checksum: {}, in_comments: {in_comments}, rank: {rank}, why: t({why:?}), fix: t({fix:?}), \
         cwe: Cow::Borrowed(&{cwe:?}), owasp: {}, references: {}, allows: {}, matching: {}, twins: {} }},",
        grouped(languages.0),
        texts(paths),
        texts(not_paths),
        texts(keywords),
        texts(unless),
        around(near),
        around(file),
        checksum.map_or("None".to_owned(), |checksum| format!("Some(Checksum::{checksum:?})")),
        texts(owasp),
        texts(references),
        list(allows, |RuleAllow { reason, stopwords, regexes, on_line }| format!(
            "RuleAllow {{ reason: t({reason:?}), stopwords: {}, regexes: {}, on_line: {on_line} }}",
            texts(stopwords),
            texts(regexes)
        )),
        examples(matching),
        examples(twins),
    )
    .expect("writing to a string");
}

fn list<T: Clone>(items: &List<T>, write: impl Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(write).collect();
    format!("Cow::Borrowed(&[{}])", items.join(", "))
}

fn texts(items: &List<Text>) -> String {
    list(items, |item| format!("t({item:?})"))
}

fn around(around: &Around) -> String {
    format!(
        "Around {{ requires: {}, unless: {} }}",
        texts(&around.requires),
        texts(&around.unless)
    )
}

fn examples(items: &List<Example>) -> String {
    list(items, |Example { path, text }| {
        format!("Example {{ path: t({path:?}), text: t({text:?}) }}")
    })
}

/// Returns a number as Rust source that is easy to read.
fn grouped(number: u64) -> String {
    let digits = format!("{number:016x}");
    let groups: Vec<&str> = (0..4).map(|at| &digits[at * 4..at * 4 + 4]).collect();
    format!("0x{}", groups.join("_"))
}
