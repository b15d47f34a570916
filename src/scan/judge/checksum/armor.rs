//! Keys in text armor, however the text came into the file: with `\n` escapes, indented, quoted,
//! as a concatenation of string literals, in a comment, on one line.

use super::codec::base64;

/// The text between `-----BEGIN` and `-----END`.
pub(super) struct Armor {
    /// What the first line says: `RSA PRIVATE KEY`.
    pub(super) label: String,
    /// Whether there is an `-----END`.
    pub(super) ended: bool,
    /// The content, its escapes resolved.
    text: String,
}

/// The longest label that is believed.
const MAX_LABEL: usize = 40;

/// Returns the first armored private key in `text`, else the first armored thing.
pub(super) fn find(text: &str) -> Option<Armor> {
    let mut first = None;
    for (at, begin) in text.match_indices("BEGIN ") {
        if !text[..at].trim_end_matches(' ').ends_with("----") {
            continue;
        }
        let rest = &text[at + begin.len()..];
        let Some(label) = label(rest) else {
            continue;
        };
        if is_private(label) {
            return Some(Armor::read(rest, label));
        }
        first.get_or_insert((rest, label));
    }
    first.map(|(rest, label)| Armor::read(rest, label))
}

/// Returns what stands between `BEGIN` and the next dashes.
fn label(rest: &str) -> Option<&str> {
    let end = rest.bytes().take(MAX_LABEL).position(|byte| byte == b'-')?;
    let label = rest.get(..end)?.trim_end();
    (!label.is_empty() && !label.contains(['\n', '\\', '"'])).then_some(label)
}

/// Whether a label is that of something to keep secret.
pub(super) fn is_private(label: &str) -> bool {
    label.contains("PRIVATE KEY") || label.starts_with("OpenVPN Static key")
}

impl Armor {
    /// Reads the armor whose label `rest` starts with.
    fn read(rest: &str, label: &str) -> Self {
        let content = rest[label.len()..]
            .trim_start_matches(' ')
            .trim_start_matches('-');
        let ends = ["----END ", "---- END ", "----BEGIN "];
        let end = ends.iter().filter_map(|end| content.find(end)).min();
        Self {
            label: label.to_owned(),
            ended: end.is_some(),
            text: unescaped(content[..end.unwrap_or(content.len())].trim_end_matches('-')),
        }
    }

    /// Whether a header says that the key needs a passphrase (RFC 1421, section 4.6.1.1).
    pub(super) fn says_encrypted(&self) -> bool {
        self.text.contains("4,ENCRYPTED")
    }

    /// Whether part of the content was left out for the reader.
    pub(super) fn is_abbreviated(&self) -> bool {
        self.text.contains("...") || self.text.contains('…') || self.text.contains("***")
    }

    /// Whether there is too little text for any key.
    pub(super) fn is_empty(&self) -> bool {
        self.words().iter().map(|word| word.len()).sum::<usize>() < 32
    }

    /// Returns the checksum line of a PGP armor, without its `=`.
    pub(super) fn checksum(&self) -> Option<&str> {
        self.lines()
            .flat_map(|line| line.split(|letter| !is_coded(letter)))
            .filter_map(|word| word.strip_prefix('='))
            .find(|word| word.len() == 4 && !word.starts_with('='))
    }

    /// Returns the base 64 of the content, without padding.
    pub(super) fn coded(&self) -> String {
        self.words().concat()
    }

    /// Returns what the content may decode to, the likelier reading first.
    pub(super) fn decoded(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        let words = self.words();
        let all = words.concat();
        // Names in code between the literals are short and come back on every line; the last
        // line of a key may be short, but stands there once.
        let mut sorted = words.clone();
        sorted.sort_unstable();
        let repeats = |word: &str| {
            sorted.partition_point(|&other| other <= word)
                - sorted.partition_point(|&other| other < word)
                > 1
        };
        let lines = words
            .iter()
            .filter(|word| word.len() >= 20 || !repeats(word));
        let lines: String = lines.copied().collect();
        [all, lines].into_iter().filter_map(|coded| {
            let whole = coded.len() - usize::from(coded.len() % 4 == 1);
            base64(coded.get(..whole)?)
        })
    }

    /// Returns the lines that are no headers such as `Comment: x`.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| !line.contains(": "))
    }

    /// Returns the runs of base 64, without padding, separators and checksum.
    fn words(&self) -> Vec<&str> {
        self.lines()
            .flat_map(|line| line.split(|letter| !is_coded(letter)))
            .filter(|word| !word.starts_with('='))
            .map(|word| word.trim_end_matches('='))
            // `+` and `//` stand between literals and before comments.
            .filter(|word| word.len() > 2 || word.bytes().any(|byte| byte.is_ascii_alphanumeric()))
            .collect()
    }

    /// Returns the hexadecimal digits of the content.
    pub(super) fn hex_digits(&self) -> usize {
        let digits = |line: &&str| line.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(digits)
            .map(str::len)
            .sum()
    }
}

fn is_coded(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=')
}

/// Resolves the escapes of string literals, JSON, URLs and XML; line ends become real ones.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '%', '&']) {
        out.push_str(&rest[..at]);
        let (letter, after) = escape(&rest[at..]);
        out.push(letter);
        rest = after;
    }
    out + rest
}

/// Reads the escape that `text` starts with: what it stands for, and the text after it.
fn escape(text: &str) -> (char, &str) {
    let number = |digits: &str| {
        u8::from_str_radix(digits, 16)
            .ok()
            .filter(u8::is_ascii)
            .map_or(' ', char::from)
    };
    if let Some(after) = text.strip_prefix('%') {
        return match after.split_at_checked(2) {
            Some((digits, after)) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                (number(digits), after)
            }
            _ => (' ', after),
        };
    }
    if let Some(after) = text.strip_prefix('&') {
        let entities = ["#10;", "#13;", "#xA;", "#xa;", "#xD;", "#xd;"];
        return match entities
            .iter()
            .find_map(|entity| after.strip_prefix(entity))
        {
            Some(after) => ('\n', after),
            None => (' ', after),
        };
    }
    // Text that went through several literals has several backslashes.
    let after = text.trim_start_matches('\\');
    let mut letters = after.chars();
    match letters.next() {
        Some('n' | 'r' | 't') => ('\n', letters.as_str()),
        Some('/') => ('/', letters.as_str()),
        Some(kind @ ('u' | 'x')) => {
            let length = if kind == 'u' { 4 } else { 2 };
            match letters.as_str().split_at_checked(length) {
                Some((digits, after)) => (number(&digits[length - 2..]), after),
                None => (' ', letters.as_str()),
            }
        }
        _ => (' ', after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of two lines: 0, 1, 2 ... 60.
    fn body() -> [String; 2] {
        let bytes: Vec<u8> = (0..=60).collect();
        let text = super::super::codec::to_base64(&bytes);
        [text[..64].to_owned(), text[64..].to_owned()]
    }

    #[test]
    fn finds_the_body_however_it_is_written() {
        let [a, b] = body();
        let expected: Vec<u8> = (0..=60).collect();
        for text in [
            format!("-----BEGIN PRIVATE KEY-----\n{a}\n{b}\n-----END PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY-----\r\n{a}\r\n{b}\r\n-----END PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY-----\\n{a}\\n{b}\\n-----END PRIVATE KEY-----\\n"),
            format!("-----BEGIN PRIVATE KEY-----\\\\n{a}\\\\n{b}\\\\n-----END PRIVATE KEY-----"),
            format!("  -----BEGIN PRIVATE KEY-----\n    {a}\n    {b}\n  -----END PRIVATE KEY-----"),
            format!(
                "\"-----BEGIN PRIVATE KEY-----\\n\" +\n \"{a}\\n\" +\n \"{b}\\n\" +\n\"-----END PRIVATE KEY-----\""
            ),
            format!(
                "'-----BEGIN PRIVATE KEY-----' .\n '{a}' . \"\\n\" .\n '{b}' .\n'-----END PRIVATE KEY-----'"
            ),
            format!(
                "[\"-----BEGIN PRIVATE KEY-----\",\n\"{a}\",\n\"{b}\",\n\"-----END PRIVATE KEY-----\"]"
            ),
            format!("# -----BEGIN PRIVATE KEY-----\n# {a}\n# {b}\n# -----END PRIVATE KEY-----"),
            format!("// -----BEGIN PRIVATE KEY-----\n// {a}\n// {b}\n// -----END PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY----- {a} {b} -----END PRIVATE KEY-----"),
            format!(
                "-----BEGIN PRIVATE KEY-----\nComment: x y\n\n{a}\n{b}\n-----END PRIVATE KEY-----"
            ),
            format!("-----BEGIN PRIVATE KEY-----&#10;{a}&#xA;{b}&#10;-----END PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY-----%0A{a}%0A{b}%0A-----END PRIVATE KEY-----"),
            format!(
                "add(\"-----BEGIN PRIVATE KEY-----\");\nadd(\"{a}\");\nadd(\"{b}\");\nadd(\"-----END PRIVATE KEY-----\");"
            ),
            format!(
                "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n{a}\n{b}"
            ),
        ] {
            let armor = find(&text).expect("there is a key");
            assert_eq!(armor.label, "PRIVATE KEY");
            assert!(armor.decoded().any(|bytes| bytes == expected), "{text}");
            assert!(!armor.is_empty() && !armor.is_abbreviated());
        }
    }

    #[test]
    fn escaped_digits_are_resolved() {
        assert_eq!(unescaped(r"a\/b\u002bc\x3d%2Fd% &amp;"), "a/b+c=/d   amp;");
        assert_eq!(unescaped(r"\u00e9\"), "  ");
    }

    #[test]
    fn what_is_no_armor_is_none() {
        for text in [
            "",
            "BEGIN PRIVATE KEY",
            "-----BEGIN ",
            "-----BEGIN \"x\"-----",
            "-----BEGIN x",
        ] {
            assert!(find(text).is_none(), "{text}");
        }
        let long = format!("-----BEGIN {}-----", "X".repeat(100));
        assert!(find(&long).is_none());
    }

    #[test]
    fn empty_and_abbreviated_bodies_are_told() {
        let armor = |body: &str| {
            find(&format!(
                "-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"
            ))
            .expect("there is an armor")
        };
        assert!(armor("").is_empty());
        assert!(armor("your key").is_empty());
        assert!(armor("MIIEow...\nabc").is_abbreviated());
        assert_eq!(armor("abcd\n=Ab12").checksum(), Some("Ab12"));
        assert_eq!(armor("abcd==").checksum(), None);
    }
}
