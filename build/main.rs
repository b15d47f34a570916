//! Reads `patterns.toml` and the packs it lists, checks them, and writes them as statics, so that
//! the binary starts with its rules in place and parses nothing.

#![expect(
    clippy::print_stdout,
    reason = "cargo reads what a build script prints"
)]

mod files;
#[path = "../src/gram.rs"]
#[expect(dead_code, reason = "the library uses what the build does not")]
mod gram;
mod grams;
#[path = "../src/need.rs"]
mod need;
mod needs;
mod neighbours;
#[path = "../src/spec/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the library uses what the build does not"
)]
mod spec;

#[path = "../src/wording.rs"]
#[expect(dead_code, reason = "the library uses what the build does not")]
mod wording;

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
    println!("cargo::rerun-if-changed=src/wording.rs");
    link();
    match pack(&root) {
        Ok(text) => fs::write(&out, text).expect("OUT_DIR can be written"),
        Err(faults) => {
            for fault in faults {
                println!("cargo::error={fault}");
            }
        }
    }
}

/// Has the binary linked to a fixed address where that is known to work: else all that holds a
/// reference, such as the grammars' tables of names, is rewritten and copied whenever it starts, a
/// tenth of a millisecond in which a hook does nothing.
fn link() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && env::var_os("CARGO_FEATURE_SYNTAX").is_some()
        && is("PROFILE", "release")
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
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
            // Nothing in a build without grammars could match it.
            let by_tree_alone = rule.value.syntax.is_some() && rule.value.regex.is_empty();
            if by_tree_alone && env::var_os("CARGO_FEATURE_SYNTAX").is_none() {
                continue;
            }
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
    let keywords = Keywords::of(&rules);
    let types: Vec<u64> = keywords
        .rows
        .values()
        .map(|row| types_of(row.keys(), &rules))
        .collect();
    out.push_str(&keywords.tables(&types));
    out.push_str(&files::tables(&rules));
    let names: Vec<&str> = keywords.rows.keys().copied().collect();
    let top = &packs[0].1.settings;
    writeln!(out, "/// The severity from which findings block.\npub(crate) const BLOCK: Severity = Severity::{:?};", top.block.unwrap_or(spec::Severity::Medium))
        .expect("writing to a string");
    let wide = |row: &BTreeMap<usize, neighbours::Row>| {
        row.keys().any(|&rule| {
            let rule = &rules[rule].0;
            rule.lines > gram::NEAR_LINES || rule.syntax.is_some()
        })
    };
    let wide: Vec<bool> = keywords.rows.values().map(wide).collect();
    out.push_str(&grams::tables(&names, &types, &wide));
    Ok(out)
}

/// Returns the file types in which one of the rules looks; 0: all.
fn types_of<'i>(indices: impl Iterator<Item = &'i usize>, rules: &[(Rule, &str)]) -> u64 {
    let types = indices.map(|index| rules[*index].0.languages.0);
    let either = |one, other| {
        if one == 0 || other == 0 {
            0
        } else {
            one | other
        }
    };
    types.reduce(either).unwrap_or(0)
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
    let mut wordings = Vec::new();
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
        let keywords: Vec<&str> = rule.keywords.iter().map(AsRef::as_ref).collect();
        let wording = wording::packed(&wording::of(&rule.regex, &keywords));
        let (from, long) = (wordings.len(), wording.len());
        wordings.extend(wording);
        writeln!(
            heads,
            "Head {{ start: {start}, end: {end}, id: {id}, pack: {}, enabled: {enabled}, languages: Languages({languages}), need: {}, wording: ({from}, {long}) }},",
            pack.len(),
            needs.of_rule(at)
        )
        .expect("writing to a string");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("rules.bin");
    fs::write(out, bytes).expect("OUT_DIR can be written");
    format!(
        "/// Where each built-in rule lies, in the order of the packs.\npub(crate) static HEADS: [Head; {}] = [\n{heads}];\n\
         /// The words that their matches spell out, one rule behind the other.\npub(crate) static WORDINGS: [u16; {}] = {wordings:?};\n",
        rules.len(),
        wordings.len()
    )
}

/// The rules that each keyword can start, and what can stand beside it in a match of them.
struct Keywords<'r> {
    rows: BTreeMap<&'r str, BTreeMap<usize, neighbours::Row>>,
}

impl<'r> Keywords<'r> {
    fn of(rules: &'r [(Rule, &str)]) -> Self {
        let mut rows: BTreeMap<&str, BTreeMap<usize, neighbours::Row>> = BTreeMap::new();
        for (index, (rule, _)) in rules.iter().enumerate() {
            let keywords: Vec<&str> = rule.keywords.iter().map(AsRef::as_ref).collect();
            // What stands beside a keyword in code, a regex does not tell.
            let pattern = rule
                .syntax
                .is_none()
                .then(|| neighbours::Pattern::new(&rule.regex, &keywords))
                .flatten();
            for keyword in keywords {
                // A keyword that stands in no match while each match has another starts nothing.
                let row = match &pattern {
                    Some(pattern) => pattern.beside(keyword),
                    None => Some(neighbours::UNKNOWN),
                };
                if let Some(row) = row {
                    rows.entry(keyword).or_default().insert(index, row);
                }
            }
        }
        Self { rows }
    }

    /// Returns the keywords with their rules and the file types in which one of those looks, as
    /// Rust source without references.
    fn tables(&self, types: &[u64]) -> String {
        let (mut text, mut rules, mut rows) = (String::new(), Vec::<usize>::new(), String::new());
        let mut neighbours = neighbours::Neighbours::new();
        for ((keyword, of_rules), types) in self.rows.iter().zip(types) {
            writeln!(
                rows,
                "Keyword {{ start: {}, length: {}, rules: {}, count: {}, types: Languages({}) }},",
                text.len(),
                keyword.len(),
                rules.len(),
                of_rules.len(),
                types
            )
            .expect("writing to a string");
            text.push_str(keyword);
            rules.extend(of_rules.keys());
            for row in of_rules.values() {
                neighbours.push(row);
            }
        }
        format!(
            "/// Every keyword in lower case, one behind the other.\npub(crate) static KEYWORD_TEXT: &str = {text:?};\n\
             /// The rules of each keyword, one behind the other.\npub(crate) static KEYWORD_RULES: [u16; {}] = {rules:?};\n\
             /// Where the text and the rules of each keyword lie.\npub(crate) static KEYWORDS: [Keyword; {}] = [\n{rows}];\n{}",
            rules.len(),
            self.rows.len(),
            neighbours.tables()
        )
    }
}
