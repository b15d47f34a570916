//! Which functions make a value safe, and for what.

use super::tree::{Called, Tree};
use crate::spec::{Rule, Text};

/// What a value is put into. What makes it safe there is of no use elsewhere: a value that is
/// escaped for HTML is still a statement of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    Sql,
    Shell,
    Html,
    Path,
    Other,
}

impl Sink {
    /// Returns what a rule is about, by its weakness.
    pub(super) fn of(rule: &Rule) -> Self {
        let is = |cwe: u32| rule.cwe.contains(&cwe);
        if is(89) || is(564) {
            Self::Sql
        } else if is(77) || is(78) || is(88) {
            Self::Shell
        } else if is(79) || is(80) {
            Self::Html
        } else if is(22) || is(23) || is(73) {
            Self::Path
        } else {
            Self::Other
        }
    }

    /// Words in the name of a function, or of what it belongs to, which say that it is for
    /// something else.
    fn others(self) -> &'static [&'static str] {
        const HTML: &[&str] = &[
            "sql", "shell", "regex", "regexp", "url", "uri", "path", "file",
        ];
        const SQL: &[&str] = &[
            "html", "shell", "regex", "regexp", "url", "uri", "cgi", "erb", "json", "xml", "path",
            "css", "file",
        ];
        const SHELL: &[&str] = &[
            "html", "sql", "regex", "regexp", "url", "uri", "cgi", "erb", "json", "xml",
        ];
        match self {
            Self::Sql => SQL,
            Self::Shell => SHELL,
            Self::Html => HTML,
            Self::Path | Self::Other => &[],
        }
    }

    /// Tells whether a function makes a value safe for this, by its name in lower case.
    fn is_served_by(self, name: &str) -> bool {
        let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if name.starts_with("un") {
            return false;
        }
        match self {
            Self::Sql => {
                says(&["escape", "quote", "parameter"])
                    || says(&["sanitiz", "sanitis"]) && says(&["sql"])
            }
            Self::Shell => says(&[
                "escapeshell",
                "shellescape",
                "shell_escape",
                "shellquote",
                "shell_quote",
                "escapearg",
                "quotearg",
            ]),
            Self::Html => says(&["escape", "sanitiz", "sanitis"]),
            Self::Path => says(&["sanitiz", "sanitis"]) && says(&["path", "file", "name"]),
            Self::Other => false,
        }
    }
}

/// What makes a value safe for a rule.
#[derive(Clone, Copy)]
pub(super) struct Sanitizers<'a> {
    pub(super) sink: Sink,
    /// Functions that the rule names.
    pub(super) named: &'a [Text],
}

impl Sanitizers<'_> {
    /// Tells whether what a call returns is safe whatever it is given.
    pub(super) fn clean<'t>(&self, tree: &Tree<'t>, called: &Called<'t>) -> bool {
        let name = called.name.map(|name| tree.text(name)).unwrap_or_default();
        let written = tree.called_path(called);
        let full = written.as_deref().and_then(|path| tree.full(path));
        let path = full.as_deref().or(written.as_deref());
        let dotted = |path: &[String]| path.join(".");
        let in_full = written.as_deref().map(dotted);
        if in_full
            .as_deref()
            .is_some_and(|path| NUMERIC.contains(&path))
        {
            return true;
        }
        let is_named = |path: Option<&[String]>| {
            let path = path.map(dotted);
            path.is_some_and(|path| self.named.iter().any(|known| *known == path))
        };
        if is_named(path) || is_named(written.as_deref()) {
            return true;
        }
        let is_for_others = match path {
            Some(path) => path.iter().any(|part| self.is_for_others(part)),
            None => self.is_for_others(&name),
        };
        let last = path
            .and_then(<[String]>::last)
            .map_or(&*name, String::as_str);
        !is_for_others
            && (self.named.iter().any(|known| *known == *name)
                || self.sink.is_served_by(&last.to_ascii_lowercase()))
    }

    fn is_for_others(&self, part: &str) -> bool {
        let part = part.to_ascii_lowercase();
        self.sink.others().iter().any(|word| part.contains(word))
    }
}

/// Functions that return a number whatever they are given, or a fixed thing.
const NUMERIC: [&str; 26] = [
    "int",
    "float",
    "len",
    "bool",
    "round",
    "abs",
    "id",
    "Number",
    "parseInt",
    "parseFloat",
    "Number.parseInt",
    "Math.floor",
    "Math.round",
    "intval",
    "floatval",
    "count",
    "strlen",
    "Integer.parseInt",
    "Long.parseLong",
    "Integer.valueOf",
    "strconv.Itoa",
    "int.Parse",
    "Convert.ToInt32",
    "Guid.NewGuid",
    "time.time",
    "Date.now",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_safe_in_one_place_is_not_in_another() {
        for (sink, safe, unsafe_) in [
            (
                Sink::Sql,
                &["escape_string", "quote_literal", "escapeid", "sanitize_sql"][..],
                &["sanitize", "unescape", "unquote", "strip"][..],
            ),
            (
                Sink::Shell,
                &["escapeshellarg", "shellescape", "shell_quote"],
                &["escape", "quote", "sanitize"],
            ),
            (
                Sink::Html,
                &["escapehtml", "htmlescape", "sanitizehtml", "escape"],
                &["unescape", "quote"],
            ),
            (
                Sink::Path,
                &["sanitize_filename", "sanitizepath"],
                &["escape", "quote", "sanitize"],
            ),
            (Sink::Other, &[], &["escape", "quote", "sanitize"]),
        ] {
            for name in safe {
                assert!(sink.is_served_by(name), "{name} for {sink:?}");
            }
            for name in unsafe_ {
                assert!(!sink.is_served_by(name), "{name} for {sink:?}");
            }
        }
    }

    #[test]
    fn what_a_function_belongs_to_says_what_it_is_for() {
        let of = |sink: Sink, part| {
            let named = &[];
            Sanitizers { sink, named }.is_for_others(part)
        };
        assert!(of(Sink::Sql, "escapeHtml") && of(Sink::Sql, "CGI") && of(Sink::Shell, "html"));
        assert!(!of(Sink::Sql, "mysql") && !of(Sink::Shell, "shlex") && !of(Sink::Html, "html"));
        assert!(of(Sink::Html, "escapeRegExp") && of(Sink::Html, "mysql"));
    }
}
