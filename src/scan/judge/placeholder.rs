//! Values that stand for a value: templates, fillers, words such as `changeme`.

use super::{Candidate, Reason};
use crate::scan::rule::holds_word;

/// Words that no generated token holds and that people write where a token belongs.
const FILLERS: &[&str] = &[
    "xxxxx",
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "yourpassword",
    "redacted",
    "dummy",
    "insert",
    "replace",
    "<token",
    "<key",
    "<secret",
    "todo",
    "fixme",
    "xxx-xxx",
    "not-a-real",
    "notareal",
    "fake",
];

/// Further words, believed only where a value is not known by its format.
const CHOSEN_FILLERS: &[&str] = &[
    "test",
    "sample",
    "default",
    "mock",
    "some",
    "foobar",
    "foo",
    "lorem",
    "asdf",
    "qwerty",
    "abc123",
    "secret_key",
    "none",
    "null",
    "undefined",
    "true",
    "false",
    "***",
];

/// A longer value has enough beside the word to be a secret: `test_` and 32 digits is a key.
const MAX_CHOSEN_BYTES: usize = 20;

/// What a password and a secret are called in other languages, lower case. People who choose a
/// password write other words; those who leave a place for one write these.
const CALLED: &[&str] = &[
    "adgangskode",
    "chave",
    "clave",
    "contrasena",
    "contraseña",
    "geheim",
    "geheimnis",
    "hasło",
    "haslo",
    "heslo",
    "jelszó",
    "jelszo",
    "jeton",
    "kennwort",
    "lösenord",
    "losenord",
    "lozinka",
    "motdepasse",
    "parola",
    "parolă",
    "parool",
    "passe",
    "passord",
    "passwort",
    "salasana",
    "schlüssel",
    "secreto",
    "segredo",
    "segreto",
    "senha",
    "sifre",
    "slaptažodis",
    "wachtwoord",
    "şifre",
    "κωδικός",
    "пароль",
    "ключ",
    "секрет",
];

/// The same in scripts without blanks between words.
const CALLED_ANYWHERE: &[&str] = &["密码", "密碼", "口令", "パスワード", "비밀번호", "รหัสผ่าน"];

/// Words that say what is to be written instead, in a value of several words.
const ASKING: &[&str] = &[
    "ask", "enter", "fill", "goes", "here", "hier", "ici", "aqui", "aquí", "provide", "see", "set",
    "vault", "your", "votre", "dein", "ihr", "tu", "su", "seu", "jouw",
];

/// Words that say of a value that there is none.
const ABSENT: &[&str] = &[
    "disabled", "enabled", "empty", "hidden", "ignored", "later", "nothing", "optional",
    "required", "tbd", "unknown", "unset", "unused",
];

/// Drops a value that stands for a value.
pub(super) fn judge(candidate: &Candidate<'_>) -> Option<Reason> {
    let value = candidate.captured;
    if is_template(value) {
        return Some("it is filled in from elsewhere");
    }
    // A key block or a URL may hold such words by right; what is checked is the secret's own text.
    if value.len() <= 512 && holds_word(value, FILLERS) {
        return Some("it is a placeholder");
    }
    if is_masked(value) {
        return Some("it is masked");
    }
    says_what_goes_here(value).then_some("it says what is to be written there")
}

/// Tells whether a value is words for people: what a password is called in their language, or that
/// one is to be filled in.
fn says_what_goes_here(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    if value.len() > MAX_SAID_BYTES || text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let holds = |list: &[&str]| words.iter().any(|word| list.contains(word));
    holds(CALLED)
        || CALLED_ANYWHERE.iter().any(|word| text.contains(word))
        || words.len() > 2 && holds(ASKING)
        || words.len() == 1 && holds(ABSENT)
}

/// The longest text that is read for its words.
const MAX_SAID_BYTES: usize = 80;

/// Returns what speaks against a value that holds a word which people write where a value belongs
/// and may also choose as a part of one.
pub(super) fn chosen(value: &[u8]) -> Option<Reason> {
    (filler(value) == 1).then_some("it is a word people write where a value belongs")
}

/// Tells whether a value holds a word that people write where a value belongs, as a number that the
/// trees of the model compare: 2 for one that no generated value holds, 1 for a further one, 3 for
/// a masked value.
pub(super) fn filler(value: &[u8]) -> i16 {
    if is_masked(value) {
        3
    } else if value.len() <= 512 && holds_word(value, FILLERS) {
        2
    } else {
        i16::from(value.len() <= MAX_CHOSEN_BYTES && holds_word(value, CHOSEN_FILLERS))
    }
}

/// Tells whether most of a value is signs that stand for others.
fn is_masked(value: &[u8]) -> bool {
    let masks = value
        .iter()
        .filter(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X' | b'?' | b'#'));
    masks.count() * 2 > value.len()
}

/// Tells whether a value is a template or a reference: `${X}`, `{{ x }}`, `<key>`, `%(x)s`, `$X`, `%X%`.
pub(super) fn is_template(value: &[u8]) -> bool {
    let pairs: [(&[u8], &[u8]); 6] = [
        (b"${", b"}"),
        (b"{{", b"}}"),
        (b"#{", b"}"),
        (b"$(", b")"),
        (b"%(", b")"),
        (b"<%", b"%>"),
    ];
    let holds = |needle: &[u8]| memchr::memmem::find(value, needle);
    if pairs.iter().any(|(open, close)| {
        holds(open).is_some_and(|at| memchr::memmem::find(&value[at..], close).is_some())
    }) {
        return true;
    }
    // `Bearer {token}`, `sk-{alnum:48}`: a name in braces within the value is a field to fill.
    let field = |open: usize| {
        let rest = &value[open + 1..];
        let end = rest.iter().position(|byte| *byte == b'}');
        end.is_some_and(|end| {
            end > 1
                && rest[0].is_ascii_alphabetic()
                && rest[..end]
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':'))
        })
    };
    if memchr::memchr_iter(b'{', value).any(field) {
        return true;
    }
    let enclosed = |open, close| {
        value.len() > 2 && value.first() == Some(&open) && value.last() == Some(&close)
    };
    if enclosed(b'<', b'>')
        || enclosed(b'{', b'}')
        || (enclosed(b'[', b']') && !value.contains(&b','))
        || enclosed(b'%', b'%')
        || (enclosed(b'_', b'_') && value.starts_with(b"__"))
    {
        return true;
    }
    let name = |rest: &[u8]| {
        !rest.is_empty()
            && rest
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    match value.strip_prefix(b"$") {
        // `$ecret1` is a password, `$SECRET` a variable.
        Some(rest) => name(rest) && !rest.iter().any(u8::is_ascii_digit),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_people_are_told_from_passwords() {
        for said in [
            "votre-mot-de-passe",
            "tu-contraseña-aqui",
            "wachtwoord-hier",
            "Neues Passwort",
            "在此输入密码",
            "ask-ops-for-this",
            "optional",
        ] {
            assert!(says_what_goes_here(said.as_bytes()), "{said}");
        }
        for chosen in [
            "winter-garden",
            "s33-below-now",
            "see-saw",
            "iloveyou",
            "Wachtw00rd",
        ] {
            assert!(!says_what_goes_here(chosen.as_bytes()), "{chosen}");
        }
    }

    #[test]
    fn templates_are_told_from_values() {
        for template in [
            "${TOKEN}",
            "{{ token }}",
            "<your-key>",
            "%(password)s",
            "$SECRET",
            "%PASS%",
            "__TOKEN__",
            "#{key}",
            "ab${x}cd",
            "{token}",
        ] {
            assert!(is_template(template.as_bytes()), "{template}");
        }
        for value in ["$ecret1!", "a{b", "p%40ss", "abc"] {
            assert!(!is_template(value.as_bytes()), "{value}");
        }
    }
}
