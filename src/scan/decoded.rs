//! Findings in what a text says in an encoding. They point at the encoded text.

use super::encoded::{self, Budget, Place, Plain};
use super::judge::by_model;
use super::matcher::Match;
use super::{CompileError, Judged, Scanned, Scanner, Target, resolve};
use crate::decode::{Decoded, Encoding};
use crate::lines::LineIndex;
use crate::spec::{Confidence, Kind, Languages};
use std::borrow::Cow;
use std::collections::HashMap;

/// The text in which encoded places were seen, and what is known of it.
pub(super) struct Seen<'s> {
    pub(super) target: &'s Target<'s>,
    pub(super) types: Languages,
    pub(super) lines: &'s LineIndex<'s>,
    /// The findings of the text as it stands, by the starts of their places.
    pub(super) kept: &'s [Judged],
}

impl Scanner<'_> {
    /// Returns the findings of what is encoded in a text.
    pub(super) fn decoded(
        &self,
        seen: &Seen<'_>,
        places: &[Place],
        scanned: &mut Scanned,
    ) -> Result<Vec<Judged>, CompileError> {
        let text = seen.target.decoded.text.as_ref();
        let mut budget = Budget::new();
        let (mut found, mut told) = (Vec::new(), false);
        for place in places {
            if self.is_known(seen, place) {
                continue;
            }
            if let Some(plain) = encoded::decode(text, place, &mut budget) {
                let within = self.search_decoded(&plain, seen, 1, &mut budget)?;
                found.extend(within.into_iter().map(|judged| at(judged, place)));
            }
            if budget.spent && !told {
                told = true;
                let line = seen.lines.line_of(place.range.start);
                scanned.notes.push((line, LEFT.to_owned()));
            }
        }
        Ok(found)
    }

    /// Tells whether a place is old, or a vendor's token as it stands.
    fn is_known(&self, seen: &Seen<'_>, place: &Place) -> bool {
        if let Some(added) = seen.target.added
            && !added.touches(seen.lines.lines_of(place.range.clone()))
        {
            return true;
        }
        let behind = seen
            .kept
            .partition_point(|judged| judged.found.place.start < place.range.end);
        seen.kept[..behind]
            .iter()
            .rev()
            .take(NEIGHBOURS)
            .any(|judged| {
                let rule = &self.config.rules[judged.found.rule];
                judged.found.place.end > place.range.start
                    && rule.kind == Kind::Secret
                    && !by_model(rule)
            })
    }

    /// Searches a decoded text, and what is encoded within it, for secrets. Their places are those in
    /// that text.
    fn search_decoded(
        &self,
        plain: &Plain,
        seen: &Seen<'_>,
        depth: usize,
        budget: &mut Budget,
    ) -> Result<Vec<Judged>, CompileError> {
        let decoded = Decoded {
            text: Cow::Borrowed(&plain.text),
            encoding: Encoding::Bytes,
        };
        let target = Target {
            path: seen.target.path,
            form: seen.target.form,
            decoded: &decoded,
            added: None,
            commit: None,
        };
        let lines = LineIndex::new(&plain.text);
        let matches = self.matches(&target, seen.types, &lines, None)?.matches;
        let mut found = Vec::new();
        for one in matches {
            let judged = self.judge_decoded(&one, &target, &lines, seen.types)?;
            found.extend(judged.map(|mut judged| {
                judged.reasons.push(plain.reason);
                judged
            }));
        }
        if depth < encoded::MAX_DEPTH {
            for place in encoded::places(&plain.text) {
                if let Some(inner) = encoded::decode(&plain.text, &place, budget) {
                    let within = self.search_decoded(&inner, seen, depth + 1, budget)?;
                    found.extend(within.into_iter().map(|judged| at(judged, &place)));
                }
            }
        }
        Ok(resolve::one_a_place(found, &self.config.rules))
    }

    /// Judges a match in a decoded text: a secret of a known format, or one that the model is sure of.
    /// Code is not judged: what is encoded is data.
    fn judge_decoded(
        &self,
        found: &Match,
        target: &Target<'_>,
        lines: &LineIndex<'_>,
        types: Languages,
    ) -> Result<Option<Judged>, CompileError> {
        let rule = &self.config.rules[found.rule];
        if rule.kind != Kind::Secret {
            return Ok(None);
        }
        // What is dropped here has no line of its own to be told with.
        let (mut known, mut scratch) = (HashMap::new(), Scanned::default());
        let judged = self.judge(found, target, lines, types, &mut known, &mut scratch)?;
        Ok(judged.filter(|judged| !by_model(rule) || judged.confidence > Confidence::Hint))
    }
}

/// Returns a finding of a decoded text as one at the place where that text is encoded.
fn at(mut judged: Judged, place: &Place) -> Judged {
    judged.found.whole = place.range.clone();
    judged.found.place = place.range.clone();
    judged.decoded = true;
    judged
}

/// What is said of a text that is more than the budget of its file.
const LEFT: &str = "what is encoded here was not decoded to its end: a file has 4 MiB for that";

/// How many findings before the end of a place are asked whether they overlap it.
const NEIGHBOURS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::added::AddedLines;
    use crate::config::Config;
    use crate::decode::decode;
    use crate::finding::{Fingerprint, Secret};
    use crate::random::Random;
    use crate::scan::judge::checksum;
    use crate::source::Form;
    use crate::spec::Checksum;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn scan(text: &str, added: Option<&AddedLines>) -> (Config, Scanned) {
        let config = Config::builtin();
        let decoded = decode(text.as_bytes());
        let target = Target {
            path: "src/app.py".into(),
            form: Form::File,
            decoded: &decoded,
            added,
            commit: None,
        };
        let scanned = Scanner::new(&config)
            .scan(&target)
            .expect("every built-in rule compiles");
        (config, scanned)
    }

    fn token() -> String {
        checksum::sample(Checksum::Github, &mut Random::seeded(17))
    }

    fn nested(text: &str, depth: usize) -> String {
        (0..depth).fold(text.to_owned(), |text, _| STANDARD.encode(text))
    }

    #[test]
    fn a_finding_points_at_the_encoded_text() {
        let token = token();
        for depth in 1..=encoded::MAX_DEPTH {
            let code = nested(&format!("remote = {token} and more"), depth);
            let (config, scanned) = scan(&format!("a = 1\nb = '{code}'\nc = 2\n"), None);
            assert_eq!(scanned.findings.len(), 1, "{depth}");
            let finding = &scanned.findings[0];
            let rule = &config.rules[finding.rule];
            assert_eq!(
                (finding.location.line, finding.location.column),
                (2, 6),
                "{depth}"
            );
            assert_eq!(finding.location.end_column as usize, 6 + code.len());
            assert_eq!(
                finding.fingerprint,
                Fingerprint::of_secret(&rule.id, Secret(token.as_bytes())),
                "the same as in plain"
            );
            assert!(finding.reasons.contains(&"it is encoded in base 64"));
            assert!(!finding.excerpt.text.contains(&code), "it is masked");
        }
    }

    #[test]
    fn several_secrets_of_one_encoded_text_are_several_findings() {
        let mut random = Random::seeded(23);
        let tokens: Vec<String> = (0..3)
            .map(|_| checksum::sample(Checksum::Github, &mut random))
            .collect();
        for depth in 1..=2 {
            let plain = format!("a = {}\nb = {}\nc = {0}\n", tokens[0], tokens[1]);
            let code = nested(&plain, depth);
            let text = format!("b = '{code}'\nc = '{}'\n", tokens[2]);
            let (_, scanned) = scan(&text, None);
            let lines: Vec<_> = scanned
                .findings
                .iter()
                .map(|found| found.location.line)
                .collect();
            assert_eq!(lines, [1, 1, 2], "the repeated one is told once; {depth}");
            let first = &scanned.findings;
            assert_ne!(first[0].fingerprint, first[1].fingerprint);
        }
    }

    #[test]
    fn what_is_deeper_is_not_followed() {
        let code = nested(&format!("remote = {}", token()), encoded::MAX_DEPTH + 1);
        let (_, scanned) = scan(&format!("b = '{code}'\n"), None);
        assert!(scanned.findings.is_empty());
    }

    #[test]
    fn a_token_of_joined_literals_is_found() {
        let token = token();
        let (start, end) = token.split_at(18);
        let (_, scanned) = scan(&format!("t = \"{start}\" + \\\n    \"{end}\"\n"), None);
        assert_eq!(scanned.findings.len(), 1);
        assert_eq!(scanned.findings[0].location.line, 1);
        assert_eq!(scanned.findings[0].location.end_line, 2);
    }

    #[test]
    fn old_lines_are_not_decoded() {
        let text = format!("b = '{}'\nc = 1\n", nested(&token(), 1));
        let new = AddedLines::between(text.as_bytes(), &[b"c = 1\n"]);
        assert_eq!(scan(&text, Some(&new)).1.findings.len(), 1);
        let first = text.lines().next().expect("it has lines");
        let old = AddedLines::between(text.as_bytes(), &[format!("{first}\n").as_bytes()]);
        assert!(scan(&text, Some(&old)).1.findings.is_empty());
    }

    #[test]
    fn a_bomb_leaves_a_note() {
        use std::io::Write as _;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        for _ in 0..64 {
            packer
                .write_all(&vec![b'a'; 1 << 20])
                .expect("it is written to memory");
        }
        let bomb = STANDARD.encode(packer.finish().expect("it is written to memory"));
        let (_, scanned) = scan(&format!("a = 1\nb = '{bomb}'\n"), None);
        assert_eq!(scanned.notes.len(), 1);
        assert_eq!(scanned.notes[0].0, 2);
    }

    #[test]
    fn what_follows_a_text_that_is_too_long_is_decoded() {
        let long = STANDARD.encode("a line of a long text\n".repeat(300_000));
        let code = nested(&format!("remote = {}", token()), 1);
        let (_, scanned) = scan(&format!("a = '{long}'\nb = '{code}'\n"), None);
        assert_eq!(scanned.notes.len(), 1);
        assert_eq!(scanned.notes[0].0, 1);
        assert_eq!(scanned.findings.len(), 1);
        assert_eq!(scanned.findings[0].location.line, 2);
    }
}
