//! `guard rules`: the rules in force, one explained, all examples run.

use super::ExitStatus;
use super::args::{Rules, RulesCommand, RulesList};
use super::config::from_here;
use crate::config::Config;
use crate::escape::escape;
use crate::rule_test;
use crate::scan::Scanner;
use anyhow::{Context, bail};
use colored::Colorize;
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(args: &Rules) -> anyhow::Result<ExitStatus> {
    let mut out = io::stdout().lock();
    let status = match &args.command {
        RulesCommand::List(args) => list(args, &mut out),
        RulesCommand::Show { id } => show(id, &mut out),
        RulesCommand::Test { pack } => test(pack.as_deref(), &mut out),
    }?;
    out.flush()?;
    Ok(status)
}

fn list(args: &RulesList, out: &mut dyn Write) -> anyhow::Result<ExitStatus> {
    let config = from_here()?;
    let mut count = 0;
    for rule in config.rules.iter().filter(|rule| {
        args.kind
            .as_deref()
            .is_none_or(|kind| rule.kind.name() == kind)
    }) {
        let state = if rule.enabled {
            rule.precision.name()
        } else {
            "off"
        };
        writeln!(
            out,
            "{:<40} {:<6} {:<8} {:<6} {}",
            rule.id,
            rule.kind,
            rule.severity.name(),
            state,
            rule.description
        )?;
        count += 1;
    }
    writeln!(out, "{count} rules")?;
    Ok(ExitStatus::Clean)
}

fn show(id: &str, out: &mut dyn Write) -> anyhow::Result<ExitStatus> {
    let config = from_here()?;
    let Some(index) = config.rules.position(id) else {
        let near = config
            .rules
            .ids()
            .map(|known| (strsim::damerau_levenshtein(id, known), known))
            .min();
        let hint = near
            .filter(|(distance, _)| *distance <= 6)
            .map_or(String::new(), |(_, near)| {
                format!("; did you mean `{near}`?")
            });
        bail!("there is no rule `{id}`{hint} (`guard rules list` shows all)");
    };
    let rule = &config.rules[index];
    writeln!(out, "{}: {}", rule.id.bold(), rule.description)?;
    let state = if rule.enabled { "" } else { ", off" };
    writeln!(out, "in {}", config.place(index))?;
    writeln!(
        out,
        "{}, {} severity, {} precision{state}",
        rule.kind, rule.severity, rule.precision
    )?;
    let cwe: Vec<String> = rule.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
    writeln!(out, "{}; OWASP {}", cwe.join(", "), rule.owasp.join(", "))?;
    let languages: Vec<&str> = rule
        .languages
        .iter()
        .map(crate::spec::Language::name)
        .collect();
    writeln!(
        out,
        "files: {}",
        if languages.is_empty() {
            "all".to_owned()
        } else {
            languages.join(", ")
        }
    )?;
    for (title, list) in [
        ("named", &rule.marks.names),
        ("beginning with the bytes", &rule.marks.begins),
    ] {
        if !list.is_empty() {
            writeln!(out, "{title}: {}", list.join(", "))?;
        }
    }
    if let Some(syntax) = &rule.syntax {
        writeln!(out, "\n{}", "patterns".bold())?;
        let mut patterns = Vec::new();
        syntax.each_pattern(&mut |pattern| patterns.push(pattern));
        for pattern in patterns {
            writeln!(out, "{}", indented(&pattern.text))?;
        }
    }
    for (title, text) in [("why", &rule.why), ("instead", &rule.fix)] {
        writeln!(out, "\n{}\n{}", title.bold(), indented(text))?;
    }
    for reference in rule.references.iter() {
        writeln!(out, "\nsee {reference}")?;
    }
    for (title, examples) in [("reported", &rule.matching), ("not reported", &rule.twins)] {
        writeln!(out, "\n{}", title.bold())?;
        for example in examples.iter() {
            if !rule.marks.is_empty() {
                writeln!(out, "  {}", escape(example.path.as_bytes()))?;
            }
            writeln!(out, "{}", indented(&example.text))?;
        }
    }
    Ok(ExitStatus::Clean)
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text
        .trim_matches('\n')
        .lines()
        .map(|line| format!("    {}", escape(line.as_bytes())))
        .collect();
    lines.join("\n")
}

fn test(pack: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<ExitStatus> {
    let config = match pack {
        Some(path) => {
            let name = path.to_string_lossy();
            let text =
                std::fs::read_to_string(path).with_context(|| format!("{name}: cannot be read"))?;
            Config::pack(&name, &text)?
        }
        None => from_here()?,
    };
    let scanner = Scanner::new(&config);
    let mut examples = 0;
    let mut failed = 0;
    for (index, rule) in config.rules.iter().enumerate() {
        examples += rule.matching.len() + rule.twins.len();
        for failure in rule_test::failures(&config, &scanner, index) {
            failed += 1;
            writeln!(
                out,
                "{}: rule `{}`: {failure}",
                config.place(index),
                rule.id
            )?;
        }
    }
    writeln!(
        out,
        "{} rules, {examples} examples, {failed} failed",
        config.rules.len()
    )?;
    Ok(if failed == 0 {
        ExitStatus::Clean
    } else {
        ExitStatus::Error
    })
}
