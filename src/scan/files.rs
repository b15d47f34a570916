//! Files that are findings themselves: by their name, their first bytes, or both together.
//!
//! What of a name leads to a rule is looked up in a table that lies in the binary, and so are a
//! file's first four bytes; only the rules found there are unpacked. A file that is no secret costs
//! four look-ups.

use super::judge::{Reason, is_fixture};
use super::matcher::Match;
use super::rule::{self, Compiled};
use super::{CompileError, Dropped, Judged, Scanned, Scanner, Target, resolve};
use crate::builtin::{FILE_BEGINS, file_keys, rule_of_file_key};
use crate::config::Config;
use crate::finding::{Excerpt, Fingerprint, Location, Secret};
use crate::glob::Globs;
use crate::source::Form;
use crate::spec::{Confidence, KEY_BYTES, Kind, Part, Rule, first_bytes, key_of};
use bstr::{BStr, ByteSlice};
use std::sync::OnceLock;

/// How files begin that hold nothing in the clear, whatever their name says, and who writes them.
///
/// Sources: git-crypt's `commands.cpp` (10 bytes that begin each encrypted file), Ansible's "Format
/// of files encrypted with Ansible Vault", the age format C2SP.org/age, RFC 9580 section 6.2.
const ENCRYPTED: [&[u8]; 5] = [
    b"\0GITCRYPT\0",
    b"$ANSIBLE_VAULT;",
    b"age-encryption.org/v1",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
];

/// The rules about whole files that a team wrote, by what leads to them.
pub(super) struct Files {
    /// Whether the built-in rules are in force.
    builtin: bool,
    keys: Vec<(Part, String, usize)>,
    begins: Vec<(u32, usize)>,
}

impl Files {
    pub(super) fn new(config: &Config) -> Self {
        let mut own = Self {
            builtin: config.rules.has_builtin(),
            keys: Vec::new(),
            begins: Vec::new(),
        };
        for index in config.rules.builtin_count()..config.rules.len() {
            let marks = &config.rules[index].marks;
            let keys = marks.names.iter().filter_map(|glob| key_of(glob));
            own.keys
                .extend(keys.map(|(part, key)| (part, key.to_owned(), index)));
            if marks.names.is_empty() {
                let begins = marks.begins.iter().filter_map(|begin| first_bytes(begin));
                own.begins.extend(begins.map(|bytes| (bytes, index)));
            }
        }
        own
    }

    /// Returns the rules that may look at a file, in the order of their indices, each once.
    fn asked(&self, path: &[u8], text: &[u8]) -> Vec<usize> {
        let name = name_of(path);
        let mut found = Vec::new();
        if self.builtin {
            found.extend(file_keys(name).map(rule_of_file_key));
        }
        let of_name =
            |(part, key, _): &&(Part, String, usize)| part.of(name) == Some(key.as_bytes());
        found.extend(self.keys.iter().filter(of_name).map(|&(_, _, rule)| rule));
        if let Some(first) = text.first_chunk::<KEY_BYTES>() {
            let first = u32::from_be_bytes(*first);
            let begins = FILE_BEGINS.iter().filter(|_| self.builtin);
            let begins = begins.map(|&(bytes, rule)| (bytes, usize::from(rule)));
            let begins = begins.chain(self.begins.iter().copied());
            found.extend(
                begins
                    .filter(|&(bytes, _)| bytes == first)
                    .map(|(_, rule)| rule),
            );
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// One look at one file.
pub(super) struct Look<'l> {
    pub(super) files: &'l Files,
    pub(super) config: &'l Config,
    pub(super) compiled: &'l [OnceLock<Box<Compiled>>],
    pub(super) target: &'l Target<'l>,
    /// The one rule to run, whether it is enabled or not; `None`: all that are enabled.
    pub(super) only: Option<usize>,
}

impl Look<'_> {
    /// Returns what rules say of the file as a whole.
    pub(super) fn run(&self, scanned: &mut Scanned) -> Result<Vec<Judged>, CompileError> {
        if self.target.form != Form::File {
            return Ok(Vec::new());
        }
        let text = self.target.decoded.text.as_ref();
        let path = self.target.path.to_ascii_lowercase();
        let mut found = Vec::new();
        for index in self.files.asked(&path, text) {
            let enabled = || self.config.rules.gate(index).0;
            if !self.only.map_or_else(enabled, |only| only == index) {
                continue;
            }
            if self.is_meant(index, path.as_slice().into())? {
                let rule = &self.config.rules[index];
                match judge(rule, self.target) {
                    Ok((confidence, reasons)) => found.push(Judged {
                        found: Match {
                            rule: index,
                            whole: 0..text.len(),
                            place: 0..text.len(),
                        },
                        confidence,
                        reasons,
                        fingerprint: Fingerprint::of_secret(&rule.id, Secret(text)),
                        decoded: false,
                    }),
                    Err(reason) => scanned.dropped.push(Dropped {
                        rule: index,
                        line: 1,
                        reason,
                    }),
                }
            }
        }
        Ok(found)
    }

    /// Tells whether a rule means the file; `lowered` is its path in lower case.
    fn is_meant(&self, index: usize, lowered: &BStr) -> Result<bool, CompileError> {
        let rule = &self.config.rules[index];
        let text = self.target.decoded.text.as_ref();
        let names = &rule.marks.names;
        if !names.is_empty() {
            let globs = Globs::new(names.iter().map(AsRef::as_ref));
            if !globs.is_ok_and(|globs| globs.matches(lowered)) {
                return Ok(false);
            }
        }
        let compiled = rule::compiled(self.compiled, index);
        Ok(rule.marks.fits(text)
            && compiled.path(rule, self.target.path)
            && compiled.file(rule, text)?)
    }
}

impl Scanner<'_> {
    /// Puts the one finding about the whole file before those within it, unless one of those says it.
    pub(super) fn with_file(&self, files: Vec<Judged>, mut within: Vec<Judged>) -> Vec<Judged> {
        let file = resolve::one_a_place(files, &self.config.rules).pop();
        if let Some(file) = file.filter(|file| !is_told(file, &within, self.config)) {
            within.insert(0, file);
        }
        within
    }

    /// Tells whether a rule is about whole files.
    #[must_use]
    pub fn is_about_files(&self, rule: usize) -> bool {
        !self.config.rules[rule].marks.is_empty()
    }
}

/// Says how sure it is that a file is what a rule says, or why it is not.
fn judge(rule: &Rule, target: &Target<'_>) -> Result<(Confidence, Vec<Reason>), Reason> {
    let text = target.decoded.text.as_ref();
    if text.trim().is_empty() {
        return Err("the file is empty");
    }
    if ENCRYPTED.iter().any(|begin| text.starts_with(begin)) {
        return Err("the file is encrypted");
    }
    let marks = &rule.marks;
    let mut confidence = rule.confidence;
    let mut reasons = vec![match (marks.names.is_empty(), marks.begins.is_empty()) {
        (true, _) => "its first bytes say so",
        (false, false) => "its name and its first bytes say so",
        (false, true) if rule.file.requires.is_empty() => "its name says so",
        (false, true) => "its name and what stands in it say so",
    }];
    // A test of TLS or of a reader of such files needs a whole one, which is made for it.
    if is_fixture(target.path) {
        confidence = Confidence::Hint;
        reasons.push("the file is a test, an example or documentation");
    } else if is_named_sample(target.path) {
        confidence = Confidence::Hint;
        reasons.push("its name says that it is an example");
    }
    Ok((confidence, reasons))
}

/// Words in the names of files that are made to be shown.
const SAMPLE_WORDS: [&str; 9] = [
    "example", "examples", "sample", "demo", "dummy", "fake", "mock", "fixture", "snakeoil",
];

/// Tells whether a word of a file's name says that the file is an example: `my_example_key.der`.
fn is_named_sample(path: &BStr) -> bool {
    name_of(path)
        .split(|byte| !byte.is_ascii_alphanumeric())
        .any(|word| {
            SAMPLE_WORDS
                .iter()
                .any(|sample| word.eq_ignore_ascii_case(sample.as_bytes()))
        })
}

/// Tells whether what was found in a file says at least as much as the file's own finding.
fn is_told(file: &Judged, within: &[Judged], config: &Config) -> bool {
    within.iter().any(|judged| {
        config.rules[judged.found.rule].kind == Kind::Secret
            && (judged.confidence > Confidence::Hint || judged.confidence >= file.confidence)
    })
}

/// Where a finding about a whole file is: at its beginning.
pub(super) const START: Location = Location {
    line: 1,
    column: 1,
    end_line: 1,
    end_column: 1,
};

/// Returns what is shown of a file that is a secret as a whole: nothing.
pub(super) fn nothing_shown() -> Excerpt {
    Excerpt {
        first_line: 1,
        text: String::new(),
        highlight: 0..0,
    }
}

/// Returns a number for what the built-in rules make of a file's name; `None`: no more than of any
/// other name.
pub(crate) fn name_class(path: &BStr) -> Option<usize> {
    let name = name_of(path).to_ascii_lowercase();
    file_keys(&name).next()
}

fn name_of(path: &[u8]) -> &[u8] {
    path.rsplit_str("/").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode;

    /// Returns the rules that report a file, each with how sure it is.
    fn found(path: &str, bytes: &[u8], form: Form) -> Vec<(String, Confidence)> {
        let config = Config::builtin();
        let decoded = decode(bytes);
        let target = Target {
            path: path.into(),
            form,
            decoded: &decoded,
            added: None,
            commit: None,
        };
        let scanned = Scanner::new(&config)
            .scan(&target)
            .expect("every built-in rule compiles");
        let findings = scanned.findings.into_iter();
        findings
            .map(|found| (config.rules[found.rule].id.to_string(), found.confidence))
            .collect()
    }

    #[test]
    fn case_and_folder_of_a_name_do_not_matter_unless_a_rule_says_so() {
        let history = ("file-shell-history".to_owned(), Confidence::Format);
        for path in [".bash_history", "a/b/.BASH_History"] {
            let found = found(path, b"ls\n", Form::File);
            assert_eq!(found, std::slice::from_ref(&history), "{path}");
        }
        assert_eq!(found("a/.bash_history.md", b"ls\n", Form::File), []);
        assert_eq!(found(".vnc/other/passwd", &[7; 8], Form::File), []);
        assert_eq!(
            found("a/.vnc/passwd", &[7; 8], Form::File)[0].0,
            "file-vnc-password"
        );
    }

    #[test]
    fn links_messages_and_what_is_encrypted_are_silent() {
        for form in [Form::Symlink, Form::Message] {
            assert_eq!(found(".bash_history", b"ls\n", form), []);
        }
        for begin in ENCRYPTED {
            let text = [begin, b"\nls\n"].concat();
            assert_eq!(found(".bash_history", &text, Form::File), []);
        }
    }

    #[test]
    fn a_file_in_a_test_is_a_hint() {
        let hint = ("file-shell-history".to_owned(), Confidence::Hint);
        let found = found("tests/data/.bash_history", b"ls\n", Form::File);
        assert_eq!(found, [hint]);
        assert!(is_named_sample("a/my_example_key.der".into()));
        assert!(is_named_sample("Snakeoil.p12".into()));
        assert!(!is_named_sample("example/exemplary.p12".into()));
    }

    #[test]
    fn a_text_in_wide_characters_is_read_as_what_it_says() {
        let wide: Vec<u8> = "Get-Item .\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let found = found("ConsoleHost_history.txt", &wide, Form::File);
        assert_eq!(found.len(), 1);
    }
}
