//! Stands for `syntax` in a build without grammars: the regexes of its rules do all the work.

use super::matcher::{Match, Pass};
use super::rule::CompileError;
use crate::spec::{Rule, Syntax};
use std::marker::PhantomData;
use std::ops::Range;

/// What no tree gave.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) matches: Vec<Match>,
    /// Never: rules that only trees could match are not in such a build.
    pub(super) left: bool,
}

impl Outcome {
    #[expect(
        clippy::unused_self,
        reason = "with grammars it is asked of what was parsed"
    )]
    pub(super) fn covers(&self, _: usize, _: &[u8], _: &Range<usize>) -> bool {
        false
    }
}

/// What is not looked at, since nothing would be parsed.
pub(super) struct Hints<'t>(PhantomData<&'t [u8]>);

impl Hints<'_> {
    #[expect(
        clippy::unused_self,
        reason = "with grammars it says what the text holds"
    )]
    pub(super) fn allow<'k>(
        &mut self,
        _: &Syntax,
        keywords: impl IntoIterator<Item = &'k Range<usize>>,
    ) -> bool {
        keywords.into_iter().next().is_some()
    }
}

pub(super) fn hints<'t>(_: &Pass<'t>) -> Hints<'t> {
    Hints(PhantomData)
}

#[expect(clippy::unnecessary_wraps, reason = "with grammars it may fail")]
pub(super) fn run(
    _: &Pass<'_>,
    _: &[usize],
    _: &Hints<'_>,
    _: Vec<usize>,
) -> Result<Outcome, CompileError> {
    Ok(Outcome::default())
}

pub(super) fn is_near(_: &Pass<'_>, _: &Range<usize>) -> bool {
    true
}

/// Returns what is wrong with the patterns of a rule: nothing here reads them.
#[must_use]
pub(crate) fn faults(rule: &Rule) -> Vec<((usize, usize), String)> {
    if rule.syntax.is_none() || !rule.regex.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "rule `{}`: this build has no grammars; give a `regex` as well",
        rule.id
    );
    vec![((0, 0), message)]
}
