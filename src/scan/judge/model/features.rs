//! What is measured of a candidate, as a row of numbers. The training reads the same rows.

use super::super::{Candidate, entropy, place, placeholder, repetition, words};
use super::lexicon::Lexicon;
use super::name::{self, Kind, Name};
use super::{letters, shape};
use crate::spec::{Language, Languages};
use bstr::ByteSlice;

/// Longer values count as this long, in bytes.
const MAX_LENGTH: usize = 300;

macro_rules! features {
    ($($(#[doc = $doc:literal])+ $name:ident = $value:expr;)+ in $measured:ident) => {
        /// The names of the features, in the order of a row.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Returns the row of a candidate: small whole numbers, so that nothing is rounded on the
        /// way to the training and back.
        #[must_use]
        pub fn row(candidate: &Candidate<'_>) -> [i16; NAMES.len()] {
            let $measured = Measured::of(candidate);
            [$($value),+]
        }
    };
}

features! {
    /// Bytes of the value.
    length = small(m.value.len().min(MAX_LENGTH));
    /// Lower-case letters, in hundredths of the value; so are the next ones.
    lower = m.shape.share(m.shape.lower);
    /// Upper-case letters.
    upper = m.shape.share(m.shape.upper);
    /// Digits.
    digit = m.shape.share(m.shape.digit);
    /// Anything but letters, digits and separators.
    other = m.shape.share(m.shape.other);
    /// How many separators there are: `_`, `-`, `.`, `:`, `/`.
    separators = small(m.shape.separators);
    /// How many blanks there are.
    blanks = small(m.shape.blanks);
    /// How many kinds of characters there are.
    kinds = small(m.shape.kinds());
    /// How many different bytes there are.
    distinct = small(m.shape.distinct);
    /// Shannon's entropy, in hundredths of bits.
    entropy = hundredths(m.entropy);
    /// The entropy as hundredths of what a random text of that length and alphabet has.
    density = hundredths(entropy::density(m.value));
    /// Surprise of the letters, in hundredths of bits: on average.
    surprise = m.letters.mean;
    /// In the worst four letters.
    worst_surprise = m.letters.worst;
    /// In the longest run of letters.
    run_surprise = m.letters.longest;
    /// The longest run of letters, in bytes.
    letter_run = small(m.shape.letter_run);
    /// The longest run of digits, in bytes.
    digit_run = small(m.shape.digit_run);
    /// How often the kind of character changes, in hundredths of the length.
    changes = m.shape.share(m.shape.changes);
    /// How often an upper-case letter follows a lower-case one.
    humps = small(m.shape.humps);
    /// Vowels, in hundredths of the letters.
    vowels = m.shape.vowels();
    /// A digest's length in hexadecimal digits, or 0.
    digest = small(shape::digest_length(m.value));
    /// Whether it is a UUID.
    uuid = flag(shape::is_uuid(m.value));
    /// What its first byte is.
    first = shape::byte_kind(m.value.first().copied());
    /// What its last byte is.
    last = shape::byte_kind(m.value.last().copied());
    /// Whether it is filled in from elsewhere.
    template = flag(placeholder::is_template(m.value));
    /// Whether it holds a sign of a template or of code: 1 `$`, 2 `{`, 4 `<`, 8 `(`, 16 `[`, 32 `%`.
    signs = shape::signs(m.value);
    /// Whether it holds a word that people write where a value belongs: 2 a plain one.
    filler = placeholder::filler(m.value);
    /// Whether it holds a word of tests and samples.
    sample_word = flag(m.in_value & TEST != 0);
    /// Whether it names what it should be.
    telling_word = flag(m.in_value & TELLING != 0);
    /// Whether it repeats or counts.
    repeats = flag(repetition::judge(m.value).is_some());
    /// What kind of text it is: 1 a sentence, 2 a word, 3 a name, 4 a path, 5 code.
    text_kind = words::kind(m.value);
    /// Whether it repeats the name that it is given to.
    names_itself = flag(words::names_itself(m.candidate));
    /// What its name says.
    name_kind = m.name.kind as i16;
    /// Bytes of the name before the telling word.
    name_head = small(m.name.head.len());
    /// Bytes of the name behind the telling word.
    name_tail = small(m.name.tail.len());
    /// Whether the name is about a secret.
    name_about = flag(m.name.is_about());
    /// Whether the name is of something public.
    name_public = flag(m.name.is_public());
    /// Whether the name is of a text for people to read.
    name_shown = flag(m.name.is_shown());
    /// Whether the name is in upper case.
    name_upper = flag(m.name.kind != Kind::None && !m.name.text.iter().any(u8::is_ascii_lowercase));
    /// What joins name and value.
    operator = m.name.operator();
    /// Bytes between name and value.
    gap = small(m.name.gap.len());
    /// The quote before the value: 1 `"`, 2 `'`, 3 a back-tick.
    quote = m.quote;
    /// Whether the same quote stands behind it.
    closed = flag(m.quote != 0 && quote_of(m.after.first().copied()) == m.quote);
    /// What stands behind the value and its quote.
    next = shape::byte_kind(m.next);
    /// Bytes from there to the end of the line.
    rest = small(m.after.len().min(MAX_LENGTH));
    /// Where the value begins in its line, in bytes.
    column = small(m.candidate.column.min(MAX_LENGTH));
    /// Quotes in the line.
    quotes = small(count(m.line, b"\"'`"));
    /// Signs of assignment in the line.
    assignments = small(count(m.line, b"=:"));
    /// Commas and brackets in the line.
    brackets = small(count(m.line, b",()[]{}"));
    /// Whether it stands in a comment.
    comment = flag(!m.candidate.line_is_cut && place::in_comment(m.candidate.line, m.candidate.column, m.candidate.types));
    /// Whether the line tells of a test: an assertion, a mock, a sample.
    line_test = flag(m.beside & TEST != 0);
    /// Whether the line tells of a user, a host, an address.
    line_user = flag(m.beside & USER != 0);
    /// Whether the line is for people to read.
    line_shown = flag(m.beside & SHOWN != 0);
    /// Whether the line tells of digests and identifiers.
    line_digest = flag(m.beside & DIGEST != 0);
    /// Whether the lines before tell of a user, a host, an address.
    before_user = flag(m.above & USER != 0);
    /// Whether the lines before tell of secrets.
    before_secret = flag(m.above & TELLING != 0);
    /// Whether the lines before are for people to read.
    before_shown = flag(m.above & SHOWN != 0);
    /// What kind of file it is.
    file = file_kind(m.candidate.types);
    /// How precise the rule is among its like.
    rank = small(m.candidate.rule.rank as usize);
    in m
}

/// Groups of words: for secrets themselves,
const TELLING: u8 = 1;
/// of tests and samples,
const TEST: u8 = 2;
/// of users, hosts and addresses,
const USER: u8 = 4;
/// of lines that are for people to read,
const SHOWN: u8 = 8;
/// of digests and identifiers.
const DIGEST: u8 = 16;

/// Words in values.
static VALUE_WORDS: Lexicon = Lexicon::of(&[
    (b"pass", TELLING),
    (b"pwd", TELLING),
    (b"secret", TELLING),
    (b"token", TELLING),
    (b"key", TELLING),
    (b"auth", TELLING),
    (b"cred", TELLING),
    (b"test", TEST),
    (b"sample", TEST),
    (b"demo", TEST),
    (b"mock", TEST),
    (b"foo", TEST),
    (b"bar", TEST),
    (b"123", TEST),
    (b"abc", TEST),
    (b"admin", TEST),
    (b"root", TEST),
    (b"guest", TEST),
    (b"user", TEST),
    (b"hello", TEST),
    (b"qwerty", TEST),
    (b"letmein", TEST),
    (b"welcome", TEST),
    (b"default", TEST),
    (b"invalid", TEST),
    (b"wrong", TEST),
    (b"value", TEST),
    (b"random", TEST),
    (b"dummy", TEST),
    (b"some", TEST),
]);

/// Words in lines.
static LINE_WORDS: Lexicon = Lexicon::of(&[
    (b"pass", TELLING),
    (b"pwd", TELLING),
    (b"secret", TELLING),
    (b"token", TELLING),
    (b"key", TELLING),
    (b"auth", TELLING),
    (b"cred", TELLING),
    (b"test", TEST),
    (b"assert", TEST),
    (b"expect", TEST),
    (b"mock", TEST),
    (b"example", TEST),
    (b"sample", TEST),
    (b"dummy", TEST),
    (b"fake", TEST),
    (b"should", TEST),
    (b"user", USER),
    (b"login", USER),
    (b"email", USER),
    (b"admin", USER),
    (b"root", USER),
    (b"host", USER),
    (b"connect", USER),
    (b"database", USER),
    (b"client", USER),
    (b"account", USER),
    (b"label", SHOWN),
    (b"title", SHOWN),
    (b"message", SHOWN),
    (b"descri", SHOWN),
    (b"placeholder", SHOWN),
    (b"prompt", SHOWN),
    (b"error", SHOWN),
    (b"print", SHOWN),
    (b"help", SHOWN),
    (b"text", SHOWN),
    (b"html", SHOWN),
    (b"button", SHOWN),
    (b"translat", SHOWN),
    (b"<input", SHOWN),
    (b"click", SHOWN),
    (b"sha", DIGEST),
    (b"md5", DIGEST),
    (b"digest", DIGEST),
    (b"checksum", DIGEST),
    (b"commit", DIGEST),
    (b"uuid", DIGEST),
    (b"guid", DIGEST),
    (b"hash", DIGEST),
    (b"fingerprint", DIGEST),
    (b"version", DIGEST),
    (b"integrity", DIGEST),
    (b"revision", DIGEST),
]);

/// How much of a line before and behind a value is looked at, in bytes.
const BESIDE_BYTES: usize = 160;
/// How much of the lines before is looked at, in bytes.
const ABOVE_BYTES: usize = 240;
/// How much of a value is looked at for words, in bytes.
const VALUE_BYTES: usize = 120;

/// What the features are read from.
struct Measured<'c> {
    candidate: &'c Candidate<'c>,
    value: &'c [u8],
    /// Groups of words in it.
    in_value: u8,
    shape: shape::Shape,
    letters: letters::Letters,
    entropy: f64,
    name: Name<'c>,
    quote: i16,
    /// What stands behind the value in its line.
    after: &'c [u8],
    /// The first byte behind the value and its quote.
    next: Option<u8>,
    /// The line around the value.
    line: &'c [u8],
    /// Groups of words in the line, the value left out.
    beside: u8,
    /// Groups of words at the end of what stands before the line.
    above: u8,
}

impl<'c> Measured<'c> {
    fn of(candidate: &'c Candidate<'c>) -> Self {
        let Candidate {
            captured: value,
            line,
            column,
            before,
            ..
        } = *candidate;
        let start = column.min(line.len());
        let end = (start + value.len()).min(line.len());
        let line_end = line.find_byte(b'\n').map_or(line.len(), |at| at.max(end));
        let after = &line[end..line_end];
        let unescaped = line[..start].trim_end_with(|character| character == '\\');
        let quote = quote_of(unescaped.last().copied());
        let behind = after.trim_start_with(|character| character == '\\');
        let next = if quote != 0 && quote_of(behind.first().copied()) == quote {
            behind.get(1)
        } else {
            behind.first()
        };
        let from = start.saturating_sub(BESIDE_BYTES);
        let to = (end + BESIDE_BYTES).min(line_end);
        let mut beside = line[from..start].to_ascii_lowercase();
        beside.push(b' ');
        beside.extend(line[end..to].to_ascii_lowercase());
        let above = &before[before.len().saturating_sub(ABOVE_BYTES)..];
        Self {
            candidate,
            value,
            in_value: VALUE_WORDS
                .groups(&value[..value.len().min(VALUE_BYTES)].to_ascii_lowercase()),
            shape: shape::Shape::of(value),
            letters: letters::look(value),
            entropy: entropy::shannon(value),
            name: name::find(line, start),
            quote,
            after,
            next: next.copied(),
            line: &line[from..to],
            beside: LINE_WORDS.groups(&beside),
            above: LINE_WORDS.groups(&above.to_ascii_lowercase()),
        }
    }
}

fn flag(holds: bool) -> i16 {
    i16::from(holds)
}

fn small(count: usize) -> i16 {
    i16::try_from(count).unwrap_or(i16::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast to a smaller number stops at its bounds"
)]
fn hundredths(of: f64) -> i16 {
    (of * 100.0).round() as i16
}

fn count(text: &[u8], bytes: &[u8]) -> usize {
    text.iter().filter(|byte| bytes.contains(byte)).count()
}

fn quote_of(byte: Option<u8>) -> i16 {
    match byte {
        Some(b'"') => 1,
        Some(b'\'') => 2,
        Some(b'`') => 3,
        _ => 0,
    }
}

/// Returns what kind of file it is: 0 unknown, 1 documentation, 2 settings, 3 data, 4 commands,
/// 5 markup, 6 code without and 7 with braces.
fn file_kind(types: Languages) -> i16 {
    use Language as L;
    const KINDS: [Languages; 7] = [
        Languages::of(&[L::Markdown, L::Text]),
        Languages::of(&[L::Toml, L::Ini, L::Properties, L::Dotenv, L::Nginx, L::Hcl]),
        Languages::of(&[L::Yaml, L::Json]),
        Languages::of(&[L::Shell, L::Powershell, L::Dockerfile, L::Sql]),
        Languages::of(&[L::Html, L::Xml, L::Css, L::Vue]),
        Languages::of(&[L::Python, L::Ruby, L::Perl, L::Lua, L::Elixir]),
        Languages::BRACES,
    ];
    KINDS
        .iter()
        .position(|kind| kind.meets(types))
        .map_or(0, |at| small(at + 1))
}
