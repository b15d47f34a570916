//! The name that stands before a value, and what lies between the two.

use super::lexicon::Lexicon;
use bstr::ByteSlice;

/// How far before a value its name is looked for, in bytes.
const REACH_BYTES: usize = 96;

/// What a name says the value is. The numbers are fixed: the trained trees compare them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub(super) enum Kind {
    /// None of the words below stands near.
    #[default]
    None = 0,
    /// `salt`, `nonce`, `seed`, `cookie`, `session`, `signature`, `hash`.
    Other = 1,
    /// `auth`, `bearer`, `basic`.
    Auth = 2,
    /// `key`.
    Key = 3,
    /// `token`.
    Token = 4,
    /// `secret`, `credential`.
    Secret = 5,
    /// `pass`, `pwd`, `pw`.
    Short = 6,
    /// `password` and its translations.
    Password = 7,
}

/// The words of each kind; of two at one place the longer one comes first.
const WORDS: &[(&[u8], Kind)] = &[
    (b"password", Kind::Password),
    (b"passwd", Kind::Password),
    (b"passphrase", Kind::Password),
    (b"passcode", Kind::Password),
    (b"passwort", Kind::Password),
    (b"kennwort", Kind::Password),
    (b"contrase", Kind::Password),
    (b"senha", Kind::Password),
    (b"secret", Kind::Secret),
    (b"cred", Kind::Secret),
    (b"token", Kind::Token),
    (b"pass", Kind::Short),
    (b"pwd", Kind::Short),
    (b"pswd", Kind::Short),
    (b"pw", Kind::Short),
    (b"key", Kind::Key),
    (b"auth", Kind::Auth),
    (b"bearer", Kind::Auth),
    (b"basic", Kind::Auth),
    (b"salt", Kind::Other),
    (b"nonce", Kind::Other),
    (b"seed", Kind::Other),
    (b"cookie", Kind::Other),
    (b"session", Kind::Other),
    (b"signature", Kind::Other),
    (b"hash", Kind::Other),
];

/// Ends of names that say that the value is something about a secret and no secret.
static ABOUT: Lexicon = Lexicon::of(&[
    (b"name", 1),
    (b"file", 1),
    (b"path", 1),
    (b"url", 1),
    (b"uri", 1),
    (b"id", 1),
    (b"type", 1),
    (b"length", 1),
    (b"len", 1),
    (b"size", 1),
    (b"field", 1),
    (b"label", 1),
    (b"text", 1),
    (b"title", 1),
    (b"hint", 1),
    (b"prompt", 1),
    (b"header", 1),
    (b"format", 1),
    (b"regex", 1),
    (b"pattern", 1),
    (b"error", 1),
    (b"message", 1),
    (b"msg", 1),
    (b"expir", 1),
    (b"policy", 1),
    (b"input", 1),
    (b"column", 1),
    (b"attr", 1),
    (b"param", 1),
    (b"ref", 1),
    (b"env", 1),
    (b"var", 1),
    (b"class", 1),
    (b"kind", 1),
    (b"method", 1),
    (b"mode", 1),
    (b"index", 1),
    (b"prefix", 1),
    (b"suffix", 1),
    (b"help", 1),
    (b"desc", 1),
    (b"rule", 1),
    (b"valid", 1),
    (b"reset", 1),
    (b"endpoint", 1),
    (b"service", 1),
    (b"manager", 1),
    (b"provider", 1),
    (b"store", 1),
    (b"ring", 1),
    (b"board", 1),
    (b"code", 1),
    (b"word", 1),
    (b"press", 1),
    (b"down", 1),
    (b"up", 1),
    (b"event", 1),
    (b"frame", 1),
]);

/// Words in names of texts for people to read.
static SHOWN: Lexicon = Lexicon::of(&[
    (b"label", 1),
    (b"title", 1),
    (b"msg", 1),
    (b"message", 1),
    (b"text", 1),
    (b"hint", 1),
    (b"help", 1),
    (b"error", 1),
    (b"invalid", 1),
    (b"forgot", 1),
    (b"reset", 1),
    (b"change", 1),
    (b"enter", 1),
    (b"confirm", 1),
    (b"wrong", 1),
    (b"required", 1),
    (b"placeholder", 1),
    (b"desc", 1),
    (b"strength", 1),
    (b"lost", 1),
]);

/// Those of them that are never part of the name of a secret.
static LABELS: Lexicon = Lexicon::of(&[
    (b"label", 1),
    (b"title", 1),
    (b"placeholder", 1),
    (b"hint", 1),
    (b"help", 1),
    (b"msg", 1),
    (b"message", 1),
    (b"caption", 1),
]);

/// Beginnings of names whose values are public or of no use to others.
static PUBLIC: Lexicon = Lexicon::of(&[
    (b"public", 1),
    (b"publish", 1),
    (b"pub_", 1),
    (b"csrf", 1),
    (b"xsrf", 1),
    (b"primary", 1),
    (b"foreign", 1),
    (b"sort", 1),
    (b"partition", 1),
    (b"cache", 1),
    (b"object", 1),
    (b"hot", 1),
    (b"map", 1),
    (b"dict", 1),
    (b"translation", 1),
    (b"i18n", 1),
    (b"site", 1),
    (b"unique", 1),
    (b"group", 1),
    (b"next", 1),
    (b"page", 1),
    (b"continuation", 1),
    (b"sync", 1),
    (b"host", 1),
    (b"registry", 1),
    (b"ssh-", 1),
    (b"known", 1),
    (b"hash", 1),
    (b"row", 1),
    (b"item", 1),
    (b"index", 1),
    (b"query", 1),
    (b"meta", 1),
    (b"data", 1),
    (b"route", 1),
    (b"react", 1),
    (b"by", 1),
]);

/// The name before a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Name<'l> {
    /// What its telling word says.
    pub(super) kind: Kind,
    /// The whole name, its telling word included.
    pub(super) text: &'l [u8],
    /// What stands behind the telling word in the name.
    pub(super) tail: &'l [u8],
    /// What stands before it in the name.
    pub(super) head: &'l [u8],
    /// What lies between the name and the value.
    pub(super) gap: &'l [u8],
}

/// Finds the name of what begins at `column` of a line: the last telling word before it, and the
/// identifier in which it stands.
pub(super) fn find(line: &[u8], column: usize) -> Name<'_> {
    let column = column.min(line.len());
    let before = &line[column.saturating_sub(REACH_BYTES)..column];
    let lower = before.to_ascii_lowercase();
    let mut best: Option<(usize, usize, Kind)> = None;
    for &(word, kind) in WORDS {
        let Some(at) = lower.rfind(word) else {
            continue;
        };
        let end = at + word.len();
        // Of words that overlap the first in the table counts: `pass` is a part of `password`.
        if best.is_none_or(|(_, last, _)| at >= last) {
            best = Some((at, end, kind));
        }
    }
    let Some((start, end, kind)) = best else {
        return Name {
            gap: last(before, 8),
            ..Name::default()
        };
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let from = before[..start]
        .iter()
        .rposition(|byte| !is_name(byte))
        .map_or(0, |at| at + 1);
    let to = before[end..]
        .iter()
        .position(|byte| !is_name(byte))
        .map_or(before.len(), |at| end + at);
    Name {
        kind,
        text: &before[from..to],
        tail: &before[end..to],
        head: &before[from..start],
        gap: &before[to..],
    }
}

impl Name<'_> {
    /// Tells whether the name is about a secret: `password_field`, `token_url`.
    pub(super) fn is_about(&self) -> bool {
        ABOUT.any(self.tail)
    }

    /// Tells whether the name is of something public: `public_key`, `csrf_token`.
    pub(super) fn is_public(&self) -> bool {
        PUBLIC.any(self.head)
    }

    /// Tells whether the name is that of a label: no value without a digit beside it is a secret.
    pub(super) fn is_label(&self) -> bool {
        LABELS.any(self.text)
    }

    /// Tells whether the name is of a text that is shown: `LABEL_PASSWORD`, `passwordHint`.
    pub(super) fn is_shown(&self) -> bool {
        SHOWN.any(self.text)
    }

    /// Returns what joins the name and the value, as a number that the trees compare.
    pub(super) fn operator(&self) -> i16 {
        let holds = |what: &[u8]| self.gap.find(what).is_some();
        if holds(b"==") || holds(b"!=") {
            9
        } else if holds(b"=>") {
            3
        } else if holds(b":=") {
            4
        } else if holds(b"(") {
            6
        } else if holds(b"=") {
            1
        } else if holds(b":") {
            2
        } else if holds(b",") {
            7
        } else if holds(b">") {
            5
        } else if self.gap.iter().all(u8::is_ascii_whitespace) {
            8
        } else {
            10
        }
    }
}

fn last(bytes: &[u8], count: usize) -> &[u8] {
    &bytes[bytes.len().saturating_sub(count)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Name<'_> {
        find(line.as_bytes(), line.find("VALUE").expect("it holds one"))
    }

    #[test]
    fn the_nearest_telling_word_counts() {
        for (line, kind, text) in [
            ("db_password = \"VALUE\"", Kind::Password, "db_password"),
            ("\"apiKey\": \"VALUE\"", Kind::Key, "apiKey"),
            (
                "login(token, password=\"VALUE\")",
                Kind::Password,
                "password",
            ),
            ("const dbPass: string = 'VALUE'", Kind::Short, "dbPass"),
            ("x = VALUE", Kind::None, ""),
        ] {
            let name = of(line);
            assert_eq!(name.kind, kind, "{line}");
            assert_eq!(name.text, text.as_bytes(), "{line}");
        }
    }

    #[test]
    fn names_about_secrets_are_told_apart() {
        assert!(of("password_field = \"VALUE\"").is_about());
        assert!(of("tokenUrl: \"VALUE\"").is_about());
        assert!(!of("password1 = \"VALUE\"").is_about());
        assert!(of("csrf_token = VALUE").is_public());
        assert!(!of("api_key = VALUE").is_public());
        assert!(of("LABEL_PASSWORD: VALUE").is_shown());
        assert!(!of("db_password: VALUE").is_shown());
        assert!(of("LABEL_PASSWORD: VALUE").is_label());
        assert!(!of("new_password_confirm: VALUE").is_label());
    }

    #[test]
    fn operators_are_told_apart() {
        assert_eq!(of("pass = VALUE").operator(), 1);
        assert_eq!(of("pass: VALUE").operator(), 2);
        assert_eq!(of("'pass' => 'VALUE'").operator(), 3);
        assert_eq!(of("--password VALUE").operator(), 8);
        assert_eq!(of("pass == VALUE").operator(), 9);
    }
}
