//! Files that are secrets by their name or by how they begin: what a rule says of them.

use super::fault::Sink;
use super::field::Fields;
use super::{Kind, List, Text};
use std::borrow::Cow;

/// How many bytes from a file's start a rule may look at: the headers of all formats are shorter.
const MAX_BEGIN_BYTES: usize = 256;
/// How many bytes at the start of a file decide which of the rules without names are tried.
pub(crate) const KEY_BYTES: usize = 4;

/// What a rule about whole files asks of a file, beside `requires-file` and `unless-file`.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FileMarks {
    /// Globs in lower case, of which one must match the path in lower case; empty: any name.
    pub names: List<Text>,
    /// Of which one must fit the file's first bytes: pairs of hexadecimal digits, `..` for any
    /// byte, without blanks; empty: any.
    pub begins: List<Text>,
}

impl FileMarks {
    /// Tells whether the rule is none about files.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.begins.is_empty()
    }

    /// Tells whether a text begins as the rule asks.
    #[must_use]
    pub fn fits(&self, text: &[u8]) -> bool {
        self.begins.is_empty() || self.begins.iter().any(|begin| begins_with(text, begin))
    }
}

/// What part of a file name leads to a rule. All are compared in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// All of it: `.netrc`.
    Whole,
    /// What follows its last dot: `*.kdbx`.
    Extension,
    /// What precedes its first dot, one at its start aside: `.env.*`.
    Stem,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Whole, Self::Extension, Self::Stem];

    /// Returns that part of a file name, if it has it.
    pub(crate) fn of(self, name: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Whole => Some(name),
            Self::Extension => {
                let dot = name.iter().rposition(|&byte| byte == b'.')?;
                Some(&name[dot + 1..])
            }
            Self::Stem => {
                let dot = name.get(1..)?.iter().position(|&byte| byte == b'.')?;
                Some(&name[..=dot])
            }
        }
    }
}

/// Returns the part of a name by which every match of a glob is found, and how it reads.
pub(crate) fn key_of(glob: &str) -> Option<(Part, &str)> {
    let name = glob.rsplit('/').next().unwrap_or(glob);
    let literal =
        |text: &&str| !text.is_empty() && !text.contains(['*', '?', '[', ']', '{', '}', '!', '\\']);
    if literal(&name) {
        return Some((Part::Whole, name));
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    if let Some(extension) = extension.filter(literal) {
        return Some((Part::Extension, extension));
    }
    let dot = name.get(1..)?.find('.')? + 1;
    Some((Part::Stem, &name[..dot])).filter(|(_, stem)| literal(stem))
}

/// Returns the first bytes by which a begin is found; `None` when one of them may be any.
pub(crate) fn first_bytes(begin: &str) -> Option<u32> {
    u32::from_str_radix(begin.get(..2 * KEY_BYTES)?, 16).ok()
}

/// Tells whether a text begins as pairs of hexadecimal digits and `..` say.
fn begins_with(text: &[u8], begin: &str) -> bool {
    let pairs = begin.as_bytes().as_chunks::<2>().0;
    pairs.len() <= text.len()
        && pairs
            .iter()
            .zip(text)
            .all(|(pair, &byte)| pair == b".." || *pair == hex(byte))
}

fn hex(byte: u8) -> [u8; 2] {
    let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
    [digit(byte >> 4), digit(byte & 15)]
}

/// Keys that look for a place in a text, which a rule about files does not.
const OF_TEXTS: [&str; 14] = [
    "keywords",
    "regex",
    "group",
    "lines",
    "languages",
    "unless",
    "requires-near",
    "unless-near",
    "near-lines",
    "min-entropy",
    "checksum",
    "in-comments",
    "allow",
    "rank",
];

/// Reads `file-names` and `file-begins`.
pub(super) fn read_marks(
    fields: &mut Fields<'_, '_>,
    kind: Kind,
    sink: &mut Sink<'_>,
) -> FileMarks {
    let names = fields.strings("file-names", sink);
    for name in &names {
        if key_of(name.get_ref()).is_none() {
            let message = format!(
                "`{}` can be any file: `file-names` takes a name, `*.EXTENSION` or `BEGINNING.*`",
                name.get_ref()
            );
            sink.fault(&name.span(), message);
        }
    }
    let begins = fields.strings("file-begins", sink);
    let mut read = Vec::new();
    for begin in begins {
        match read_begin(begin.get_ref(), names.is_empty()) {
            Ok(begin) => read.push(Cow::Owned(begin)),
            Err(message) => sink.fault(&begin.span(), message),
        }
    }
    let marks = FileMarks {
        names: names
            .into_iter()
            .map(|name| Cow::Owned(name.into_inner().to_ascii_lowercase()))
            .collect::<Vec<_>>()
            .into(),
        begins: read.into(),
    };
    if !marks.is_empty() {
        check_company(fields, kind, sink);
    }
    marks
}

/// Notes what makes no sense in a rule about files.
fn check_company(fields: &mut Fields<'_, '_>, kind: Kind, sink: &mut Sink<'_>) {
    if kind == Kind::Code {
        sink.fault(
            &fields.span_of("kind"),
            "a rule with `file-names` or `file-begins` is of kind `secret`",
        );
    }
    for key in OF_TEXTS {
        if fields.take(key).is_some() {
            let message = format!(
                "`{key}` does nothing beside `file-names` or `file-begins`: the rule is about whole files"
            );
            sink.fault(&fields.span_of(key), message);
        }
    }
}

/// Returns a begin without blanks and in lower case, or what is wrong with it.
fn read_begin(begin: &str, nameless: bool) -> Result<String, String> {
    let text: String = begin.split_ascii_whitespace().collect();
    let text = text.to_ascii_lowercase();
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let is_pair = |pair: &[u8; 2]| pair == b".." || pair.iter().all(u8::is_ascii_hexdigit);
    if pairs.is_empty() || !rest.is_empty() || !pairs.iter().all(is_pair) {
        return Err(format!(
            "`file-begins` takes bytes as two hexadecimal digits each, `..` for any, not `{begin}`"
        ));
    }
    if pairs.len() > MAX_BEGIN_BYTES {
        return Err(format!(
            "`file-begins` looks at {MAX_BEGIN_BYTES} bytes at most"
        ));
    }
    if nameless && first_bytes(&text).is_none() {
        return Err(format!(
            "without `file-names`, the first {KEY_BYTES} bytes of `file-begins` must be given"
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_is_found_by_the_part_of_the_name_that_it_gives() {
        let cases = [
            (".netrc", Some((Part::Whole, ".netrc"))),
            ("**/.aws/credentials", Some((Part::Whole, "credentials"))),
            ("*.kdbx", Some((Part::Extension, "kdbx"))),
            ("**/x*.tfstate.backup", Some((Part::Extension, "backup"))),
            (".env.*", Some((Part::Stem, ".env"))),
            ("core.*", Some((Part::Stem, "core"))),
            ("id_*", None),
            ("*", None),
            ("a/*", None),
            ("*.{p12,pfx}", None),
            ("*.*", None),
        ];
        for (glob, key) in cases {
            assert_eq!(key_of(glob), key, "{glob}");
        }
    }

    #[test]
    fn a_name_has_the_parts_of_its_globs() {
        let of = |part: Part, name: &'static str| {
            part.of(name.as_bytes())
                .map(|part| std::str::from_utf8(part).expect("ASCII"))
        };
        assert_eq!(of(Part::Extension, "a.b.kdbx"), Some("kdbx"));
        assert_eq!(of(Part::Extension, ".env"), Some("env"));
        assert_eq!(of(Part::Extension, "id_rsa"), None);
        assert_eq!(of(Part::Stem, ".env.local.x"), Some(".env"));
        assert_eq!(of(Part::Stem, ".env"), None);
        assert_eq!(of(Part::Stem, "core.12"), Some("core"));
        assert_eq!(of(Part::Stem, ""), None);
        assert_eq!(of(Part::Whole, ".env"), Some(".env"));
    }

    #[test]
    fn begins_are_read_and_compared() {
        let begin = read_begin("30 82 .. .. 02 01 03", false).expect("it is well-formed");
        assert!(begins_with(b"\x30\x82\x09\xff\x02\x01\x03rest", &begin));
        assert!(!begins_with(b"\x30\x82\x09\xff\x02\x01\x00rest", &begin));
        assert!(!begins_with(b"\x30\x82\x09\xff\x02\x01", &begin));
        for wrong in ["", "3", "30 8", "zz", "+1", "3082 ."] {
            assert!(read_begin(wrong, false).is_err(), "{wrong}");
        }
        assert!(
            read_begin("3082 .. .. 02", true).is_err(),
            "any file may begin so"
        );
        assert_eq!(first_bytes("feedfeed0000"), Some(0xfeed_feed));
        assert!(read_begin(&"00".repeat(MAX_BEGIN_BYTES + 1), false).is_err());
    }
}
