//! What must stand at or near a name that a rule looks for, told by the bytes around it.

use super::class::{COMPOSING, HANDING_ON, JOINING};
use super::grammar::Grammar;
use super::kinds::{CALL, METHOD, NEW};
use super::pattern::{Root, Written};
use super::places::{Places, STATEMENT_BYTES, is_word, word_before};
use memchr::memmem;
use std::ops::Range;

/// How far behind a name its value may begin as SQL, in bytes.
const VALUE_BYTES: usize = 1 << 10;

/// What must stand at or near a name.
#[derive(Clone, Copy)]
pub(super) struct Near<'r> {
    pub(super) grammar: Grammar,
    /// Whether the first argument is to be no plain text.
    pub(super) is_value: bool,
    /// Whether the first argument is to be SQL put together.
    pub(super) is_sql: bool,
    pub(super) request: Option<&'r Places>,
    pub(super) statement: Option<&'r Places>,
}

impl Near<'_> {
    /// Tells whether a match may begin with a name. What is not clear may.
    pub(super) fn may_be(&self, text: &[u8], name: &Range<usize>, root: &Root) -> bool {
        let behind = text[name.end..].trim_ascii_start();
        let is_called = root.role & (CALL | METHOD | NEW) != 0;
        if is_called && root.written != Written::Member && self.renames(text, name, behind) {
            return true;
        }
        let is_near = self.request.is_none_or(|places| places.are_near(name))
            && self.statement.is_none_or(|places| places.are_near(name));
        if !is_called || !is_near {
            return is_near;
        }
        self.is_written(text, name.start, root.written)
            && match behind.first() {
                Some(b'(') => self.takes(text, text.len() - behind.len() + 1),
                Some(byte) => self.is_between(text, name.start, *byte),
                None => false,
            }
    }

    /// Tells whether a name may be given another one where it stands: `import run as r`,
    /// `{ exec: run }`, `r = subprocess.run`, `promisify(exec)`.
    fn renames(&self, text: &[u8], name: &Range<usize>, behind: &[u8]) -> bool {
        let is_renamed = behind
            .strip_prefix(b"as")
            .is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace));
        let line = memchr::memrchr(b'\n', &text[..name.start]).map_or(0, |feed| feed + 1);
        let ends = || {
            let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
            let next = text[name.end..].iter().find(|byte| !is_blank(byte));
            matches!(
                next,
                None | Some(b'\n' | b'\r' | b';' | b',' | b')' | b'}' | b'#' | b'/')
            )
        };
        match self.grammar {
            Grammar::Python => {
                is_renamed || ends() && memchr::memchr(b'=', &text[line..name.start]).is_some()
            }
            Grammar::Javascript | Grammar::Typescript | Grammar::Tsx => {
                is_renamed || behind.starts_with(b":") || ends()
            }
            // What these import they do with a name behind or before it.
            _ => behind.first() != Some(&b'('),
        }
    }

    /// Tells whether what stands before a name lets it be written that way.
    fn is_written(&self, text: &[u8], start: usize, written: Written) -> bool {
        let before = text[..start].trim_ascii_end();
        let before = before.strip_suffix(b"$").unwrap_or(before);
        if self.grammar == Grammar::Python && ends_with_word(before, b"def") {
            return false;
        }
        let is_member = matches!(before.last(), Some(b'.' | b'>' | b':' | b'/' | b'\\'));
        match (self.grammar, written) {
            (_, Written::Member) => is_member,
            (Grammar::Python | Grammar::Go, Written::Last(names)) => belongs(before, names),
            // Elsewhere a `.` may join texts or spread a list.
            (Grammar::Python | Grammar::Go, Written::Alone) => before.last() != Some(&b'.'),
            _ => true,
        }
    }

    /// Tells whether a byte may stand between the name and the arguments of a call, of which types,
    /// marks and comments begin.
    fn is_between(&self, text: &[u8], start: usize, byte: u8) -> bool {
        match self.grammar {
            Grammar::Python => byte == b'\\',
            Grammar::Go => matches!(byte, b'[' | b'/'),
            Grammar::Javascript | Grammar::Typescript | Grammar::Tsx => {
                matches!(byte, b'<' | b'?' | b'!' | b'/' | b'`')
                    || ends_with_word(text[..start].trim_ascii_end(), b"new")
            }
            Grammar::Java => matches!(byte, b'<' | b'/'),
            _ => true,
        }
    }

    /// Tells whether the arguments that begin at a place may be what is asked for.
    fn takes(&self, text: &[u8], open: usize) -> bool {
        if !self.is_value {
            return true;
        }
        let start = text.len() - text[open..].trim_ascii_start().len();
        let shown = &text[start..text.len().min(start + STATEMENT_BYTES)];
        match shown.first() {
            None | Some(b')') => return false,
            Some(b'"' | b'\'') if is_plain(shown) => return false,
            _ => {}
        }
        let Some(places) = self.statement.filter(|_| self.is_sql) else {
            return true;
        };
        let is_path = |byte: &u8| is_word(*byte) || matches!(byte, b'.' | b'$' | b'@');
        let long = shown.iter().take_while(|byte| is_path(byte)).count();
        let path = &shown[..long];
        let has_statement = || places.are_in(&(start..start + VALUE_BYTES));
        match shown[long..].trim_ascii_start().first() {
            _ if long == 0 => true,
            Some(b',' | b')') => gets_statement(text, path, places),
            Some(b'(') => builds(path) || has_statement(),
            _ => true,
        }
    }
}

/// Tells whether a name behind this may be the last of at most so many, of which an import may bring
/// the first.
fn belongs(before: &[u8], names: usize) -> bool {
    let is_path = |byte: &u8| is_word(*byte) || *byte == b'.';
    let long = before.iter().rev().take_while(|byte| is_path(byte)).count();
    let path = &before[before.len() - long..];
    let dots = memchr::memchr_iter(b'.', path).count();
    let first = path.split(|byte| *byte == b'.').next().unwrap_or_default();
    // What begins on another line or behind a call is no name; of it a dot is left.
    dots == 0 || path.ends_with(b".") && dots < names && !first.is_empty() && first != b"self"
}

/// Tells whether a name may get a statement as its value somewhere in a text.
fn gets_statement(text: &[u8], name: &[u8], places: &Places) -> bool {
    memmem::find_iter(text, name).any(|at| {
        let end = at + name.len();
        let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
        !is_part(text[..at].last())
            && !is_part(text.get(end))
            && places.are_in(&(end..end + VALUE_BYTES))
    })
}

/// Tells whether what a function of that name returns may be a text put together.
fn builds(path: &[u8]) -> bool {
    let name = word_before(path);
    name == b"formatted"
        || [&COMPOSING[..], &JOINING, &HANDING_ON]
            .iter()
            .any(|names| names.iter().any(|known| known.as_bytes() == name))
}

fn ends_with_word(text: &[u8], word: &[u8]) -> bool {
    let before = text.strip_suffix(word);
    before.is_some_and(|before| !before.last().is_some_and(|byte| is_word(*byte)))
}

/// Tells whether an argument is a plain text.
fn is_plain(argument: &[u8]) -> bool {
    let quote = argument[0];
    let Some(long) = memchr::memchr(quote, &argument[1..]) else {
        return false;
    };
    let (inner, behind) = argument[1..].split_at(long);
    long > 0
        && memchr::memchr3(b'#', b'$', b'\\', inner).is_none()
        && matches!(behind[1..].trim_ascii_start().first(), Some(b',' | b')'))
}
