//! What the rules without a known format match, unjudged: what their model is trained with.

use super::{CompileError, LineIndex, Scanner, Target, candidate, judge, rule};
use crate::file_type::file_types;
use std::collections::HashMap;
use std::ops::Range;

/// A match of a rule without a known format, as a row for the training of the model.
#[derive(Clone, Debug)]
pub struct Row {
    /// Index of the rule.
    pub rule: usize,
    /// The lines of the secret.
    pub lines: Range<u32>,
    /// Where the secret lies in the text, in bytes.
    pub place: Range<usize>,
    /// Whether an exception of the rule covers it.
    pub excepted: bool,
    /// Why it is dropped without asking the model, if it is.
    pub dropped: Option<judge::Reason>,
    /// Whether it stands in a test, an example or documentation.
    pub in_sample: bool,
    /// What the model is asked about.
    pub features: [i16; judge::model::NAMES.len()],
}

impl Scanner<'_> {
    /// Returns what the rules without a known format match in a text, before anything is judged: what
    /// the model of [`judge::model`] is trained with.
    ///
    /// # Errors
    ///
    /// Fails when a rule does not compile.
    pub fn candidates(&self, target: &Target<'_>) -> Result<Vec<Row>, CompileError> {
        let text = target.decoded.text.as_ref();
        let lines = LineIndex::new(text);
        let types = file_types(target.path, text);
        let hits = self.matches(target, types, &lines, None)?;
        let mut known = HashMap::new();
        let mut rows = Vec::new();
        for found in hits.matches {
            let rule = &self.config.rules[found.rule];
            if !judge::by_model(rule) {
                continue;
            }
            let candidate = candidate(rule, target.path, types, text, &found.place);
            let line = candidate.range.clone();
            let known = known.entry(found.rule).or_default();
            let excepted = rule::compiled(&self.compiled, found.rule).allowed(
                rule,
                candidate.what.captured,
                text,
                &line,
                known,
            )?;
            rows.push(Row {
                rule: found.rule,
                lines: lines.lines_of(found.place.clone()),
                place: found.place,
                excepted,
                dropped: judge::before_model(&candidate.what),
                in_sample: judge::in_sample(&candidate.what),
                features: judge::model::row(&candidate.what),
            });
        }
        Ok(rows)
    }
}
