//! Reads `patterns.toml` and the packs it lists, checks them, and writes them as statics, so that
//! the binary starts with its rules in place and parses nothing.

#![expect(
    clippy::print_stdout,
    reason = "cargo reads what a build script prints"
)]

#[path = "../src/gram.rs"]
mod gram;
mod grams;
#[path = "../src/need.rs"]
mod need;
mod needs;
#[path = "../src/spec/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the library uses what the build does not"
)]
mod spec;

use spec::Rule;
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
    println!("cargo::rerun-if-changed=src/need.rs");
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
    let needs: Vec<need::Need> = rules
        .iter()
        .map(|(rule, _)| need::of(&rule.regex))
        .collect();
    let needs = needs::Needs::choose(&needs);
    out.push_str(&needs.table());
    out.push_str(&packed(&rules, &needs));
    let mut keywords: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (rule, _)) in rules.iter().enumerate() {
        for keyword in rule.keywords.iter() {
            keywords.entry(keyword).or_default().push(index);
        }
    }
    let names: Vec<&str> = keywords.keys().copied().collect();
    let types: Vec<u64> = keywords
        .values()
        .map(|indices| types_of(indices, &rules))
        .collect();
    out.push_str(&keyword_tables(&keywords, &types));
    let top = &packs[0].1.settings;
    writeln!(out, "/// The severity from which findings block.\npub(crate) const BLOCK: Severity = Severity::{:?};", top.block.unwrap_or(spec::Severity::Medium))
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

/// Returns the rules as bytes in a file of their own, and as Rust source how to find each.
///
/// A static of references would have to be relocated when the binary starts, all of it; bytes and
/// offsets cost nothing until a rule is asked for.
fn packed(rules: &[(Rule, &str)], needs: &needs::Needs) -> String {
    let mut bytes = Vec::new();
    let mut heads = String::new();
    for (at, (rule, pack)) in rules.iter().enumerate() {
        let start = bytes.len();
        // A rule of low precision is off until a pattern file asks for it.
        let enabled = rule.enabled && rule.precision > spec::Precision::Low;
        let rule = Rule {
            enabled,
            ..rule.clone()
        };
        bytes.extend(postcard::to_stdvec(&rule).expect("a rule can be packed"));
        bytes.extend(pack.as_bytes());
        let (end, id, languages) = (bytes.len(), rule.id.len(), rule.languages.0);
        writeln!(
            heads,
            "Head {{ start: {start}, end: {end}, id: {id}, pack: {}, enabled: {enabled}, languages: Languages({languages}), need: {} }},",
            pack.len(),
            needs.of_rule(at)
        )
        .expect("writing to a string");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("rules.bin");
    fs::write(out, bytes).expect("OUT_DIR can be written");
    format!(
        "/// Where each built-in rule lies, in the order of the packs.\npub(crate) static HEADS: [Head; {}] = [\n{heads}];\n",
        rules.len()
    )
}

/// Returns the keywords with the rules each can start and the file types in which one of those
/// looks, as Rust source without references.
fn keyword_tables(keywords: &BTreeMap<&str, Vec<usize>>, types: &[u64]) -> String {
    let (mut text, mut rules, mut rows) = (String::new(), Vec::<usize>::new(), String::new());
    for ((keyword, indices), types) in keywords.iter().zip(types) {
        writeln!(
            rows,
            "Keyword {{ start: {}, length: {}, rules: {}, count: {}, types: Languages({}) }},",
            text.len(),
            keyword.len(),
            rules.len(),
            indices.len(),
            types
        )
        .expect("writing to a string");
        text.push_str(keyword);
        rules.extend(indices.iter());
    }
    format!(
        "/// Every keyword in lower case, one behind the other.\npub(crate) static KEYWORD_TEXT: &str = {text:?};\n\
         /// The rules of each keyword, one behind the other.\npub(crate) static KEYWORD_RULES: [u16; {}] = {rules:?};\n\
         /// Where the text and the rules of each keyword lie.\npub(crate) static KEYWORDS: [Keyword; {}] = [\n{rows}];\n",
        rules.len(),
        keywords.len()
    )
}
