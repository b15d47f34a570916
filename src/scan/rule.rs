//! A rule with its patterns compiled, each on first need.

use super::pattern::{Pattern, TooLarge};
use crate::glob::Globs;
use crate::spec::{Around, List, Rule, RuleAllow, Text};
use bstr::BStr;
use regex_automata::Input;
use std::ops::Range;
use std::sync::OnceLock;

/// A pattern of a rule that is valid and still does not compile: it is too large.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule `{id}`: the regex `{pattern}` does not compile: {cause}")]
pub struct CompileError {
    /// The rule.
    pub id: String,
    /// The pattern.
    pub pattern: String,
    /// Why.
    pub cause: String,
}

/// The compiled parts of a rule.
#[derive(Default)]
pub(super) struct Compiled {
    main: Cell,
    unless: Cell,
    near_requires: Cell,
    near_unless: Cell,
    file_requires: Cell,
    file_unless: Cell,
    allows: OnceLock<Result<Vec<Pattern>, CompileError>>,
    paths: OnceLock<(Option<Globs>, Option<Globs>)>,
    #[cfg(feature = "syntax")]
    pub(super) syntax: super::syntax::Cells,
}

/// Whether an exception of a rule covers the matches on a line by what else stands there.
pub(super) struct AllowedLine {
    place: Range<usize>,
    allowed: bool,
}

/// Returns the compiled parts of a rule, none of them compiled yet when they are first asked for.
pub(super) fn compiled(all: &[OnceLock<Box<Compiled>>], index: usize) -> &Compiled {
    all[index].get_or_init(Box::default)
}

impl Compiled {
    /// Returns the first match of the rule's pattern in the span of `input`.
    pub(super) fn find(
        &self,
        rule: &Rule,
        input: &Input<'_>,
    ) -> Result<Option<Range<usize>>, CompileError> {
        let regex = [&*rule.regex];
        let found = self.main(rule)?.find(&regex, input);
        found.map_err(|cause| failure(rule, &regex, cause))
    }

    /// Returns what counts of a match: what the rule's group captured, or all of it.
    pub(super) fn place(
        &self,
        rule: &Rule,
        text: &[u8],
        whole: &Range<usize>,
    ) -> Result<Range<usize>, CompileError> {
        if rule.group == 0 {
            return Ok(whole.clone());
        }
        let regex = [&*rule.regex];
        let found = self
            .main(rule)?
            .group(&regex, text, whole, rule.group as usize);
        let found = found.map_err(|cause| failure(rule, &regex, cause))?;
        Ok(found.unwrap_or_else(|| whole.clone()))
    }

    fn main(&self, rule: &Rule) -> Result<&Pattern, CompileError> {
        self.main
            .get_or_init(|| build(rule, &[&rule.regex], rule.group > 0))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Tells whether a pattern of the rule drops a match: `lines` are the lines it touches.
    pub(super) fn unless(&self, rule: &Rule, lines: &[u8]) -> Result<bool, CompileError> {
        finds(&self.unless, rule, &rule.unless, lines)
    }

    /// Tells whether what stands around a match lets it count; `own`: the part of it that may
    /// speak against the match.
    pub(super) fn near(
        &self,
        rule: &Rule,
        around: &[u8],
        own: &[u8],
    ) -> Result<bool, CompileError> {
        let near = &rule.near;
        Ok(
            (near.requires.is_empty() || finds(&self.near_requires, rule, &near.requires, around)?)
                && !finds(&self.near_unless, rule, &near.unless, own)?,
        )
    }

    /// Tells whether what stands in the file lets a match count.
    pub(super) fn file(&self, rule: &Rule, text: &[u8]) -> Result<bool, CompileError> {
        allows(
            rule,
            &rule.file,
            &self.file_requires,
            &self.file_unless,
            text,
        )
    }

    /// Tells whether an exception of the rule itself covers a match, by its secret or by its line,
    /// of which the place in the text is given; `known`: what the line of the last match said.
    pub(super) fn allowed(
        &self,
        rule: &Rule,
        secret: &[u8],
        text: &[u8],
        line: &Range<usize>,
        known: &mut Option<AllowedLine>,
    ) -> Result<bool, CompileError> {
        if rule.allows.is_empty() {
            return Ok(false);
        }
        let sets = self.allows.get_or_init(|| {
            rule.allows
                .iter()
                .map(|allow| build(rule, &allow.regexes, false))
                .collect()
        });
        let sets = sets.as_ref().map_err(Clone::clone)?;
        let by_line = match known {
            Some(known) if known.place == *line => known.allowed,
            _ => {
                let allowed = any_allows(rule, sets, true, &text[line.clone()])?;
                *known = Some(AllowedLine {
                    place: line.clone(),
                    allowed,
                });
                allowed
            }
        };
        let has_stopword = |allow: &RuleAllow| holds_word(secret, &allow.stopwords);
        Ok(by_line
            || rule.allows.iter().any(has_stopword)
            || any_allows(rule, sets, false, secret)?)
    }

    /// Tells whether the rule looks at files of that path at all.
    pub(super) fn path(&self, rule: &Rule, path: &BStr) -> bool {
        if rule.paths.is_empty() && rule.not_paths.is_empty() {
            return true;
        }
        let globs = |list: &List<Text>| {
            let globs = Globs::new(list.iter().map(AsRef::as_ref));
            (!list.is_empty()).then(|| globs.expect("globs are checked when the file is read"))
        };
        let (paths, not_paths) = self
            .paths
            .get_or_init(|| (globs(&rule.paths), globs(&rule.not_paths)));
        paths.as_ref().is_none_or(|globs| globs.matches(path))
            && !not_paths.as_ref().is_some_and(|globs| globs.matches(path))
    }
}

/// Tells whether one of a rule's exceptions that look at lines, or of those that look at secrets,
/// holds for a text.
fn any_allows(
    rule: &Rule,
    sets: &[Pattern],
    on_line: bool,
    text: &[u8],
) -> Result<bool, CompileError> {
    for (allow, set) in rule.allows.iter().zip(sets) {
        if allow.on_line == on_line && matches(set, rule, &allow.regexes, text)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells whether one of the words is in the text; ASCII case does not matter.
pub fn holds_word<W: AsRef<str>>(text: &[u8], words: &[W]) -> bool {
    words.iter().any(|word| {
        let word = word.as_ref().as_bytes();
        !word.is_empty()
            && text
                .windows(word.len())
                .any(|window| window.eq_ignore_ascii_case(word))
    })
}

/// Returns the whole lines that a range touches, without the last line's end.
pub(super) fn lines_of(
    text: &[u8],
    range: &Range<usize>,
    before: usize,
    after: usize,
) -> Range<usize> {
    let mut start = range.start;
    for step in 0..=before {
        if step > 0 {
            if start == 0 {
                break;
            }
            start -= 1;
        }
        start = memchr::memrchr(b'\n', &text[..start]).map_or(0, |at| at + 1);
    }
    // An end that lies behind a line feed belongs to the line before it.
    let mut end = range.end.max(range.start);
    if end > range.start && text[end - 1] == b'\n' {
        end -= 1;
    }
    for step in 0..=after {
        if step > 0 {
            if end >= text.len() {
                break;
            }
            end += 1;
        }
        end = memchr::memchr(b'\n', &text[end..]).map_or(text.len(), |at| end + at);
    }
    start..end
}

/// How finely long lines are cut, in bytes.
const CUT_BYTES: usize = 4 << 10;

/// Returns the lines that a range touches and `beside` more on both sides, but little more than
/// `reach` bytes before and behind the range: a line may be a hundred megabytes long.
///
/// Places near one another on a long line get the same cut.
pub(super) fn lines_within(
    text: &[u8],
    range: &Range<usize>,
    beside: usize,
    reach: (usize, usize),
) -> Range<usize> {
    let begin = range.start.saturating_sub(reach.0) / CUT_BYTES * CUT_BYTES;
    let end = range.end.saturating_add(reach.1);
    let end = end
        .div_ceil(CUT_BYTES)
        .saturating_mul(CUT_BYTES)
        .min(text.len());
    let lines = lines_of(
        &text[begin..end],
        &(range.start - begin..range.end - begin),
        beside,
        beside,
    );
    begin + lines.start..begin + lines.end
}

type Cell = OnceLock<Result<Pattern, CompileError>>;

fn allows(
    rule: &Rule,
    around: &Around,
    requires: &Cell,
    unless: &Cell,
    text: &[u8],
) -> Result<bool, CompileError> {
    Ok(
        (around.requires.is_empty() || finds(requires, rule, &around.requires, text)?)
            && !finds(unless, rule, &around.unless, text)?,
    )
}

fn finds(
    cell: &Cell,
    rule: &Rule,
    patterns: &List<Text>,
    text: &[u8],
) -> Result<bool, CompileError> {
    if patterns.is_empty() {
        return Ok(false);
    }
    let set = cell.get_or_init(|| build(rule, patterns, false)).as_ref();
    matches(set.map_err(Clone::clone)?, rule, patterns, text)
}

fn matches<P: AsRef<str>>(
    set: &Pattern,
    rule: &Rule,
    patterns: &[P],
    text: &[u8],
) -> Result<bool, CompileError> {
    set.is_match(patterns, text)
        .map_err(|cause| failure(rule, patterns, cause))
}

/// Compiles patterns that are looked for together.
pub(super) fn build<P: AsRef<str>>(
    rule: &Rule,
    patterns: &[P],
    groups: bool,
) -> Result<Pattern, CompileError> {
    Pattern::new(patterns, groups).map_err(|cause| failure(rule, patterns, cause))
}

fn failure<P: AsRef<str>>(rule: &Rule, patterns: &[P], cause: TooLarge) -> CompileError {
    let patterns: Vec<&str> = patterns.iter().map(AsRef::as_ref).collect();
    CompileError {
        id: rule.id.to_string(),
        pattern: patterns.join("` or `"),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_range_are_whole() {
        let text = b"one\ntwo\nthree\nfour";
        let of = |range, before, after| {
            let lines = lines_of(text, &range, before, after);
            std::str::from_utf8(&text[lines]).expect("ASCII").to_owned()
        };
        assert_eq!(of(5..6, 0, 0), "two");
        assert_eq!(of(4..8, 0, 0), "two");
        assert_eq!(of(5..6, 1, 1), "one\ntwo\nthree");
        assert_eq!(of(5..6, 9, 9), "one\ntwo\nthree\nfour");
        assert_eq!(of(14..18, 1, 0), "three\nfour");
        assert_eq!(of(2..9, 0, 0), "one\ntwo\nthree");
    }

    #[test]
    fn lines_within_a_reach_are_cut() {
        let text = b"one\ntwo\nthree\nfour";
        let of = |range, beside| {
            let lines = lines_within(text, &range, beside, (0, 0));
            std::str::from_utf8(&text[lines]).expect("ASCII").to_owned()
        };
        assert_eq!(of(5..6, 0), "two");
        assert_eq!(of(5..6, 1), "one\ntwo\nthree");
        assert_eq!(of(0..18, 3), "one\ntwo\nthree\nfour");
        let long = vec![b'x'; 99_999];
        let near = lines_within(&long, &(50_201..50_202), 0, (1000, 2000));
        assert_eq!(near, 12 * CUT_BYTES..13 * CUT_BYTES);
        assert_eq!(
            lines_within(&long, &(50_999..51_000), 2, (1000, 2000)),
            near
        );
        assert_eq!(lines_within(&long, &(0..99_999), 0, (9, 9)), 0..99_999);
    }

    #[test]
    fn stopwords_ignore_case_and_never_match_empty() {
        assert!(holds_word(b"myEXAMPLEkey", &["example"]));
        assert!(!holds_word(b"abc", &["", "abcd"]));
    }
}
