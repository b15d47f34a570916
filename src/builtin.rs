//! The rules that are built into the binary, packed by the build script.
//!
//! Nothing here holds a reference: a static of references is relocated whenever the binary starts,
//! which took a millisecond for the rules alone. A rule is unpacked when it is first asked for.

use crate::need::{ALPHABETS, Bytes};
use crate::spec::{Languages, Part, Rule, Severity};

/// Where a rule lies in the packed bytes, and what is asked most often.
pub(crate) struct Head {
    start: u32,
    end: u32,
    id: u8,
    pack: u8,
    /// Whether it is on unless a pattern file says otherwise.
    pub(crate) enabled: bool,
    /// File types in which it can match; empty: all.
    pub(crate) languages: Languages,
    /// What every match of its pattern holds.
    pub(crate) need: Held,
    /// Where in [`WORDINGS`] the words lie that its matches spell out, and how many numbers.
    wording: (u32, u16),
}

/// What a text holds, or has to hold: a bit for each of [`SETS`] of which it has a byte, and how
/// long its longest run of each alphabet is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) sets: u128,
    pub(crate) runs: [u8; ALPHABETS],
}

/// A keyword and the rules it can start.
pub(crate) struct Keyword {
    start: u32,
    length: u8,
    rules: u32,
    count: u16,
    /// File types in which one of its rules looks; empty: all.
    pub(crate) types: Languages,
}

/// A part of file names and the rule about whole files that it leads to.
pub(crate) struct FileKey {
    part: Part,
    start: u16,
    length: u8,
    rule: u16,
}

/// Which of [`NEIGHBOUR_SETS`] the bytes beside a keyword are in: before it, nearest first, and then
/// behind it.
pub(crate) type Neighbours = [u16; NEIGHBOURS.0 + NEIGHBOURS.1];

static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));

impl Head {
    /// Unpacks the rule.
    pub(crate) fn rule(&self) -> Rule {
        let (bytes, _) = self.parts();
        postcard::from_bytes(bytes).expect("the build packed it, and a test unpacks every rule")
    }

    /// Returns the rule's id without unpacking it: its first field, behind a length of one byte.
    pub(crate) fn id(&self) -> &'static str {
        let start = self.start as usize + 1;
        text(&BYTES[start..start + usize::from(self.id)])
    }

    /// Returns the words that every match of its pattern spells out, packed.
    pub(crate) fn wording(&self) -> &'static [u16] {
        let start = self.wording.0 as usize;
        &WORDINGS[start..start + usize::from(self.wording.1)]
    }

    /// Returns the file that the rule is from.
    pub(crate) fn pack(&self) -> &'static str {
        text(self.parts().1)
    }

    fn parts(&self) -> (&'static [u8], &'static [u8]) {
        let pack = self.end as usize - usize::from(self.pack);
        (
            &BYTES[self.start as usize..pack],
            &BYTES[pack..self.end as usize],
        )
    }
}

fn text(bytes: &'static [u8]) -> &'static str {
    std::str::from_utf8(bytes).expect("the build packed it, and a test reads every rule")
}

impl Keyword {
    /// Returns the keyword, in lower case.
    pub(crate) fn text(&self) -> &'static str {
        let start = self.start as usize;
        &KEYWORD_TEXT[start..start + usize::from(self.length)]
    }

    /// Returns the indices of its rules, each with the sets of bytes that can stand beside the
    /// keyword in a match of it.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (u16, &'static Neighbours)> {
        let start = self.rules as usize;
        let range = start..start + usize::from(self.count);
        let rules = KEYWORD_RULES[range.clone()].iter().copied();
        rules.zip(&KEYWORD_NEIGHBOURS[range])
    }
}

impl FileKey {
    fn text(&self) -> &'static [u8] {
        let start = usize::from(self.start);
        &FILE_KEY_TEXT.as_bytes()[start..start + usize::from(self.length)]
    }
}

/// Returns the places in [`FILE_KEYS`] of those whose rules may look at a file of that name, which is
/// in lower case.
pub(crate) fn file_keys(name: &[u8]) -> impl Iterator<Item = usize> {
    Part::ALL.into_iter().flat_map(move |part| {
        let Some(text) = part.of(name) else {
            return 0..0;
        };
        let start = FILE_KEYS.partition_point(|key| (key.part, key.text()) < (part, text));
        let count =
            FILE_KEYS[start..].partition_point(|key| (key.part, key.text()) == (part, text));
        start..start + count
    })
}

/// Returns the index of the rule that a key leads to.
pub(crate) fn rule_of_file_key(key: usize) -> usize {
    usize::from(FILE_KEYS[key].rule)
}

#[expect(
    clippy::unreadable_literal,
    reason = "offsets and bits that nobody reads"
)]
mod packed {
    use super::{Bytes, FileKey, Head, Held, Keyword, Languages, Part, Severity};

    include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
}
pub(crate) use packed::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_lead_to_their_rules() {
        assert!(FILE_KEYS.is_sorted_by_key(|key| (key.part, key.text(), key.rule)));
        let rules_of = |name: &str| -> Vec<&str> {
            let rules = file_keys(name.as_bytes()).map(rule_of_file_key);
            rules.map(|rule| HEADS[rule].id()).collect()
        };
        assert_eq!(rules_of(".psql_history"), ["file-database-history"]);
        assert_eq!(rules_of("http.keytab")[0], "file-kerberos-keytab");
        assert_eq!(rules_of(".env.local").len(), 2, "by its name and its stem");
        for name in ["", ".", "main.rs", "keytab", "env", "core"] {
            assert_eq!(rules_of(name), [""; 0], "{name}");
        }
    }

    #[test]
    fn every_rule_is_unpacked_as_it_was_packed() {
        for head in &HEADS {
            let rule = head.rule();
            assert_eq!(rule.id, head.id());
            assert_eq!(rule.enabled, head.enabled);
            assert_eq!(rule.languages, head.languages);
            assert!(head.pack().starts_with("patterns"), "{}", head.pack());
        }
    }
}
