//! Faults of patterns, found when a pattern file is read.

use super::grammar::Grammar;
use super::pattern::{Pat, read};
use crate::spec::{Condition, Rule, Syntax};
use std::collections::BTreeSet;

/// A fault with line and column, both from 1; 0 where the pattern file does not say.
type Fault = ((usize, usize), String);

/// Returns what is wrong with the patterns of a rule.
#[must_use]
pub(crate) fn faults(rule: &Rule) -> Vec<Fault> {
    let Some(syntax) = rule.syntax.as_deref() else {
        return Vec::new();
    };
    let grammars: Vec<Grammar> = Grammar::ALL
        .iter()
        .copied()
        .filter(|grammar| grammar.serves(rule.languages))
        .collect();
    let mut out = Vec::new();
    if grammars.is_empty() {
        if rule.regex.is_empty() {
            let names: Vec<&str> = rule
                .languages
                .iter()
                .map(crate::spec::Language::name)
                .collect();
            let message = format!(
                "rule `{}`: this build has no grammar for {}; give a `regex` as well",
                rule.id,
                names.join(", ")
            );
            out.push(((0, 0), message));
        }
        return out;
    }
    let mut captures = BTreeSet::new();
    syntax.each_pattern(&mut |pattern| {
        let tried: Vec<Result<Pat, String>> = grammars
            .iter()
            .map(|grammar| read(&pattern.text, *grammar))
            .collect();
        if let Some(pat) = tried.iter().find_map(|one| one.as_ref().ok()) {
            captures_of(pat, &mut captures);
        } else if let Some(Err(message)) = tried.into_iter().next() {
            out.push((pattern.place, format!("rule `{}`: {message}", rule.id)));
        }
    });
    if out.is_empty() {
        check_use(rule, syntax, &captures, &mut out);
    }
    out
}

fn check_use(rule: &Rule, syntax: &Syntax, captures: &BTreeSet<String>, out: &mut Vec<Fault>) {
    let mut first = (0, 0);
    syntax.each_pattern(&mut |pattern| {
        if first == (0, 0) {
            first = pattern.place;
        }
    });
    let mut named = BTreeSet::new();
    constrained(&syntax.find, &mut named);
    if !syntax.at.is_empty() {
        named.insert(syntax.at.to_string());
    }
    for name in named.difference(captures) {
        let message = format!("rule `{}`: no pattern captures `${name}`", rule.id);
        out.push((first, message));
    }
    if !is_rooted(&syntax.find, rule) {
        let message = format!(
            "rule `{}`: `syntax` matches everything; it must say more than a capture",
            rule.id
        );
        out.push((first, message));
    }
}

fn constrained(condition: &Condition, names: &mut BTreeSet<String>) {
    match condition {
        Condition::Where(constraint) => {
            names.insert(constraint.capture.to_string());
        }
        Condition::Any(list) | Condition::All(list) => {
            for one in list {
                constrained(one, names);
            }
        }
        Condition::Not(one)
        | Condition::Inside(one)
        | Condition::Has(one)
        | Condition::Function(one) => {
            constrained(one, names);
        }
        Condition::Pattern(_) => {}
    }
}

/// Tells whether a condition says by which nodes it begins.
fn is_rooted(condition: &Condition, rule: &Rule) -> bool {
    match condition {
        Condition::Pattern(pattern) => Grammar::ALL
            .iter()
            .filter(|grammar| grammar.serves(rule.languages))
            .filter_map(|grammar| read(&pattern.text, *grammar).ok())
            .all(|pat| pat.root().is_some()),
        Condition::Any(list) => list.iter().all(|one| is_rooted(one, rule)),
        Condition::All(list) => list.iter().any(|one| is_rooted(one, rule)),
        _ => false,
    }
}

fn captures_of(pat: &Pat, out: &mut BTreeSet<String>) {
    let mut each = |list: &[Pat]| {
        for one in list {
            captures_of(one, out);
        }
    };
    match pat {
        Pat::Member { object, name } => {
            captures_of(object, out);
            captures_of(name, out);
        }
        Pat::Call(call) => {
            each(call.arguments.as_deref().unwrap_or_default());
            captures_of(&call.callee, out);
        }
        Pat::Keyed { value, .. } => captures_of(value, out),
        Pat::Group { items, .. } => each(items),
        Pat::Node { children, .. } => each(children),
        Pat::Capture(name)
        | Pat::Rest(Some(name))
        | Pat::AnyText {
            capture: Some(name),
            ..
        } => {
            out.insert(name.to_string());
        }
        _ => {}
    }
}
