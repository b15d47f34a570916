//! The name that stands before a value, and what lies between the two.

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
const ABOUT: &[&[u8]] = &[
    b"name",
    b"file",
    b"path",
    b"url",
    b"uri",
    b"id",
    b"type",
    b"length",
    b"len",
    b"size",
    b"field",
    b"label",
    b"text",
    b"title",
    b"hint",
    b"prompt",
    b"header",
    b"format",
    b"regex",
    b"pattern",
    b"error",
    b"message",
    b"msg",
    b"expir",
    b"policy",
    b"input",
    b"column",
    b"attr",
    b"param",
    b"ref",
    b"env",
    b"var",
    b"class",
    b"kind",
    b"method",
    b"mode",
    b"index",
    b"prefix",
    b"suffix",
    b"help",
    b"desc",
    b"rule",
    b"valid",
    b"reset",
    b"endpoint",
    b"service",
    b"manager",
    b"provider",
    b"store",
    b"ring",
    b"board",
    b"code",
    b"word",
    b"press",
    b"down",
    b"up",
    b"event",
    b"frame",
];

/// Words in names of texts for people to read.
const SHOWN: &[&[u8]] = &[
    b"label",
    b"title",
    b"msg",
    b"message",
    b"text",
    b"hint",
    b"help",
    b"error",
    b"invalid",
    b"forgot",
    b"reset",
    b"change",
    b"enter",
    b"confirm",
    b"wrong",
    b"required",
    b"placeholder",
    b"desc",
    b"strength",
    b"lost",
];

/// Those of them that are never part of the name of a secret.
const LABELS: &[&[u8]] = &[
    b"label",
    b"title",
    b"placeholder",
    b"hint",
    b"help",
    b"msg",
    b"message",
    b"caption",
];

/// Beginnings of names whose values are public or of no use to others.
const PUBLIC: &[&[u8]] = &[
    b"public",
    b"publish",
    b"pub_",
    b"csrf",
    b"xsrf",
    b"primary",
    b"foreign",
    b"sort",
    b"partition",
    b"cache",
    b"object",
    b"hot",
    b"map",
    b"dict",
    b"translation",
    b"i18n",
    b"site",
    b"unique",
    b"group",
    b"next",
    b"page",
    b"continuation",
    b"sync",
    b"host",
    b"registry",
    b"ssh-",
    b"known",
    b"hash",
    b"row",
    b"item",
    b"index",
    b"query",
    b"meta",
    b"data",
    b"route",
    b"react",
    b"by",
];

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
        let tail = self.tail.to_ascii_lowercase();
        ABOUT.iter().any(|word| tail.find(word).is_some())
    }

    /// Tells whether the name is of something public: `public_key`, `csrf_token`.
    pub(super) fn is_public(&self) -> bool {
        let head = self.head.to_ascii_lowercase();
        PUBLIC.iter().any(|word| head.find(word).is_some())
    }

    /// Tells whether the name is that of a label: no value without a digit beside it is a secret.
    pub(super) fn is_label(&self) -> bool {
        let name = self.text.to_ascii_lowercase();
        LABELS.iter().any(|word| name.find(word).is_some())
    }

    /// Tells whether the name is of a text that is shown: `LABEL_PASSWORD`, `passwordHint`.
    pub(super) fn is_shown(&self) -> bool {
        let name = self.text.to_ascii_lowercase();
        SHOWN.iter().any(|word| name.find(word).is_some())
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
