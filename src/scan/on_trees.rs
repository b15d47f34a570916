//! Matches the rules that have a syntax on the trees of a text, once its keywords are known.

use super::matcher::{Pass, Pending, Seen};
use super::rule::{CompileError, compiled};
use super::syntax::{self, Hints};

impl Pass<'_> {
    /// Matches the rules that have a syntax on the file's trees, and hands what no tree covers to
    /// their regexes.
    pub(super) fn on_trees(&self, seen: &mut Seen<'_>) -> Result<(), CompileError> {
        let mut rules = Vec::new();
        let mut keywords = Vec::new();
        let mut hints = syntax::hints(self);
        for near in &mut seen.pending {
            if near.on_tree && self.may_match(near, &mut hints)? {
                rules.push(near.rule);
                if !self.config.rules[near.rule].regex.is_empty() {
                    keywords.extend(near.keywords.iter().map(|keyword| keyword.start));
                }
            }
        }
        if rules.is_empty() {
            return Ok(());
        }
        let outcome = syntax::run(self, &rules, &hints, keywords)?;
        let is_lost = |rule: &usize| self.config.rules[*rule].regex.is_empty();
        seen.unparsed = outcome.left && rules.iter().any(is_lost);
        let Seen {
            pending,
            held,
            matches,
            ..
        } = seen;
        for near in pending.iter_mut().filter(|near| near.on_tree) {
            let rule = &self.config.rules[near.rule];
            let compiled = compiled(self.compiled, near.rule);
            let found = outcome.matches.iter();
            for found in found.filter(|found| found.rule == near.rule) {
                if self.counts(rule, compiled, &found.whole, &mut near.known)? {
                    matches.push(found.clone());
                }
            }
            if rule.regex.is_empty() || !rules.contains(&near.rule) {
                continue;
            }
            let both = rule.syntax.as_ref().is_some_and(|syntax| syntax.and_regex);
            for keyword in std::mem::take(&mut near.keywords) {
                if both || !outcome.covers(near.rule, self.text, &keyword) {
                    self.look_around(near, held, matches, &keyword)?;
                }
            }
        }
        Ok(())
    }

    /// Tells whether a rule may match at all, so that parsing the file for it is worth while.
    fn may_match(&self, near: &mut Pending, hints: &mut Hints<'_>) -> Result<bool, CompileError> {
        let rule = &self.config.rules[near.rule];
        let Some(wanted) = rule.syntax.as_deref() else {
            return Ok(false);
        };
        if !self.looks_at_path(near) {
            return Ok(false);
        }
        let keywords = near.keywords.iter();
        if !hints.allow(
            wanted,
            keywords.filter(|keyword| syntax::is_near(self, keyword)),
        ) {
            return Ok(false);
        }
        let counts = compiled(self.compiled, near.rule).file(rule, self.text)?;
        near.known.file = Some(counts);
        Ok(counts)
    }
}
