//! Where the bytes of a file may name a request or hold a statement.

use super::grammar::Grammar;
use super::request::{ACTIONS, LONG_NAMED_ONLY, MARKS, PARTS};
use memchr::{memchr_iter, memchr3_iter, memmem};
use std::ops::Range;

/// How far from a keyword what a call is given may come from, in bytes: some hundreds of lines.
const REACH_BYTES: usize = 16 << 10;

/// Places of a text in their order.
#[derive(Debug, Default)]
pub(super) struct Places {
    at: Vec<usize>,
    /// Whether any place counts.
    anywhere: bool,
}

impl Places {
    /// Tells whether one of them stands in a part of the text.
    pub(super) fn are_in(&self, part: &Range<usize>) -> bool {
        let next = self.at.partition_point(|place| *place < part.start);
        self.anywhere || self.at.get(next).is_some_and(|place| *place < part.end)
    }

    pub(super) fn are_near(&self, keyword: &Range<usize>) -> bool {
        let from = keyword.start.saturating_sub(REACH_BYTES);
        let next = self.at.partition_point(|place| *place < from);
        let is_near = |place: &usize| *place <= keyword.end + REACH_BYTES;
        self.anywhere || self.at.get(next).is_some_and(is_near)
    }
}

/// Returns where a file may name a part of a web request.
pub(super) fn request_places(grammar: Grammar, text: &[u8]) -> Places {
    let words = |words: &[&str]| -> Vec<usize> {
        let found = words
            .iter()
            .flat_map(|word| memmem::find_iter(text, word.as_bytes()));
        found.collect()
    };
    let mut at = match grammar {
        Grammar::Php => words(&["$_", "equest"]),
        Grammar::Ruby => words(&["params", "cookies"]),
        Grammar::Python => routes(text).collect(),
        Grammar::Javascript | Grammar::Typescript | Grammar::Tsx => {
            let mut at = words(&MARKS);
            at.extend(taken_apart(text));
            at
        }
        Grammar::Java | Grammar::Kotlin => words(&MARKS),
        Grammar::Csharp => {
            let mut at = words(&MARKS);
            at.extend(words(&ACTIONS));
            at
        }
        _ => Vec::new(),
    };
    at.extend(parts(text));
    at.sort_unstable();
    let is_known = matches!(
        grammar,
        Grammar::Php
            | Grammar::Ruby
            | Grammar::Python
            | Grammar::Javascript
            | Grammar::Typescript
            | Grammar::Tsx
            | Grammar::Java
            | Grammar::Kotlin
            | Grammar::Csharp
            | Grammar::Go
    );
    let is_renamed = || memmem::find(text, b"request as ").is_some();
    Places {
        at,
        anywhere: !is_known || grammar == Grammar::Python && is_renamed(),
    }
}

/// Last names of what requests are called.
const REQUEST_NAMES: [&[u8]; 8] = [
    b"request", b"req", b"Request", b"event", b"r", b"c", b"ctx", b"call",
];

/// Returns where a part of a request is named behind a request: `req.body`.
fn parts(text: &[u8]) -> impl Iterator<Item = usize> {
    let has_part = |dot: &usize| {
        let part = word_at(&text[dot + 1..]);
        if !PARTS.iter().any(|known| known.as_bytes() == part) {
            return false;
        }
        let name = word_before(&text[..*dot]);
        let is_short = name.len() <= 3 && name != b"req" || name == b"event";
        let is_common = || LONG_NAMED_ONLY.iter().any(|known| known.as_bytes() == part);
        REQUEST_NAMES.contains(&name) && !(is_short && is_common())
    };
    memchr_iter(b'.', text).filter(has_part)
}

/// Returns where a request is assigned to names: `const { body } = req`.
fn taken_apart(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr_iter(b'=', text).filter(|equals| {
        let value = word_at(text[equals + 1..].trim_ascii_start());
        let is_list = || text[..*equals].trim_ascii_end().ends_with(b"}");
        REQUEST_NAMES.contains(&value) && (value.len() > 2 || is_list())
    })
}

/// Returns where a decorator makes a function of Python a route: `@app.get("/")`.
fn routes(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr_iter(b'@', text).filter(|at| {
        let line = &text[at + 1..];
        let line = &line[..line.len().min(100)];
        let name = line.split(|byte| matches!(byte, b'(' | b'\n')).next();
        name.is_some_and(|name| name.contains(&b'.')) && line.contains(&b'(')
    })
}

/// Returns the word that a text begins with.
pub(super) fn word_at(text: &[u8]) -> &[u8] {
    let long = text.iter().take_while(|byte| is_word(**byte)).count();
    &text[..long]
}

/// Returns the word before a dot; it may stand on the line above, and `?` or `!` behind it.
pub(super) fn word_before(text: &[u8]) -> &[u8] {
    let ends = |byte: &u8| !(byte.is_ascii_whitespace() || matches!(byte, b'?' | b'!' | b'\\'));
    let end = text.iter().rposition(ends).map_or(0, |last| last + 1);
    let long = text[..end]
        .iter()
        .rev()
        .take_while(|byte| is_word(**byte))
        .count();
    &text[end - long..end]
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How texts of SQL begin, and words of which one follows.
const VERBS: [(&[u8], &[&[u8]]); 18] = [
    (b"select", &[b"from", b"*", b"@"]),
    (b"insert", &[b"into"]),
    (b"replace", &[b"into"]),
    (b"merge", &[b"into"]),
    (b"update", &[b"set"]),
    (b"delete", &[b"from"]),
    (b"with", &[b"select"]),
    (b"create", TABLES),
    (b"alter", TABLES),
    (b"drop", TABLES),
    (b"truncate", TABLES),
    (b"exec", &[]),
    (b"execute", &[]),
    (b"call", &[]),
    (b"grant", &[]),
    (b"where", CLAUSES),
    (b"order", &[b"by"]),
    (b"and", CLAUSES),
];

/// What is created and dropped.
const TABLES: &[&[u8]] = &[
    b"table",
    b"user",
    b"role",
    b"database",
    b"index",
    b"view",
    b"schema",
];

/// What a condition has.
const CLAUSES: &[&[u8]] = &[b"=", b"<", b">", b" in", b"like", b"between", b"limit"];

/// How far a text is read for something put into it.
pub(super) const STATEMENT_BYTES: usize = 4 << 10;

/// Returns where a file holds a text of SQL into which something may be put.
pub(super) fn statement_places(text: &[u8]) -> Places {
    let quoted = memchr3_iter(b'"', b'\'', b'`', text)
        .filter(|quote| is_statement(&text[quote + 1..]) && may_be_built(text, *quote));
    // Behind `<<~SQL` a text begins on the next line.
    let here = memmem::find_iter(text, b"<<").filter(|mark| {
        let behind = &text[*mark..];
        let feed = memchr::memchr(b'\n', behind);
        feed.is_some_and(|feed| feed < 80 && is_statement(&behind[feed..]))
    });
    let mut at: Vec<usize> = quoted.chain(here).collect();
    at.sort_unstable();
    Places {
        at,
        anywhere: false,
    }
}

/// How far behind a verb the word that belongs to it may stand.
const CLAUSE_BYTES: usize = 1 << 10;

/// Tells whether a text begins as statements do: with a verb, and the word that belongs to it not far
/// behind.
pub(super) fn is_statement(text: &[u8]) -> bool {
    let skipped = |byte: &u8| !matches!(byte, b' ' | b'(' | b'\n' | b'\r' | b'\t' | b'\\');
    let Some(start) = text.iter().position(skipped) else {
        return false;
    };
    let word = word_at(&text[start..]);
    let Some((_, words)) = VERBS
        .iter()
        .find(|(verb, _)| verb.eq_ignore_ascii_case(word))
    else {
        return false;
    };
    let behind = &text[start + word.len()..];
    let Some(next) = behind.first() else {
        return true;
    };
    // The verb may be all of a text to which the rest is added.
    let rest = behind.trim_ascii_start();
    if matches!(rest.first(), Some(b'"' | b'\'' | b'`')) {
        let joined = rest[1..].trim_ascii_start().first();
        let is_joined = matches!(joined, Some(b'+' | b'.' | b'%' | b'"' | b'\''));
        if is_joined && matches!(&*word.to_ascii_lowercase(), b"select" | b"update") {
            return true;
        }
    }
    let clause = behind[..behind.len().min(CLAUSE_BYTES)].to_ascii_lowercase();
    (next.is_ascii_whitespace() || *next == b'\\')
        && (words.is_empty()
            || words
                .iter()
                .any(|word| memmem::find(&clause, word).is_some()))
}

/// Tells whether something may be put into the text that begins with a quote: in it, by an operator
/// beside it, by a call around it, or by way of a name.
fn may_be_built(text: &[u8], quote: usize) -> bool {
    let mark = text[quote];
    let from = quote + 1;
    let shown = &text[from..text.len().min(from + STATEMENT_BYTES)];
    let Some(long) = memchr::memchr(mark, shown) else {
        return true;
    };
    let has_hole = memchr::memchr2(b'{', b'$', &shown[..long]).is_some();
    let numbered = |at: usize| shown.get(at + 1).is_some_and(u8::is_ascii_digit);
    if has_hole && !memchr::memchr2_iter(b'{', b'$', &shown[..long]).all(numbered) {
        return true;
    }
    let behind = shown[long..].trim_ascii_start();
    let next = behind.get(1..).unwrap_or_default().trim_ascii_start();
    let closes = |byte: Option<&u8>| matches!(byte, Some(b',' | b')'));
    let before = text[..quote].trim_ascii_end();
    let opened = before.ends_with(b"(") && !composes(before);
    // `execute("SELECT 1", ...)`: nothing but the text stands there.
    !(opened && closes(next.first()))
}

/// Tells whether a call that begins puts texts together.
fn composes(before: &[u8]) -> bool {
    let name = word_before(&before[..before.len() - 1]).to_ascii_lowercase();
    [
        "printf", "format", "concat", "append", "join", "print", "sprint",
    ]
    .iter()
    .any(|end| name.ends_with(end.as_bytes()))
        || name.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(places: &Places) -> bool {
        places.anywhere || !places.at.is_empty()
    }

    #[test]
    fn a_request_is_seen_by_its_parts_marks_and_routes() {
        for (grammar, text) in [
            (Grammar::Python, "x = request.args"),
            (Grammar::Python, "request\\\n    .form"),
            (Grammar::Python, "from flask import request as rq"),
            (Grammar::Python, "@app.get('/x')\ndef f(x): pass"),
            (Grammar::Javascript, "const { body } = req"),
            (Grammar::Javascript, "req?.query.a"),
            (Grammar::Typescript, "get(@Query('a') a: string)"),
            (Grammar::Go, "r.URL.Query()"),
            (Grammar::Java, "f(@RequestParam String a)"),
            (Grammar::Csharp, "var a = Request.Query[\"a\"];"),
            (Grammar::Php, "$_GET['a']"),
            (Grammar::Ruby, "params[:a]"),
        ] {
            assert!(holds(&request_places(grammar, text.as_bytes())), "{text}");
        }
        for (grammar, text) in [
            (Grammar::Python, "import requests\nrequests.get(url)"),
            (Grammar::Python, "@dataclass\nclass A: pass"),
            (Grammar::Javascript, "http.request.end(); rows.query"),
            (Grammar::Go, "row.URL"),
            (Grammar::Java, "getParameter()"),
        ] {
            assert!(!holds(&request_places(grammar, text.as_bytes())), "{text}");
        }
    }

    #[test]
    fn only_a_statement_that_may_be_put_together_counts() {
        for text in [
            "q = f\"SELECT * FROM t WHERE a = {a}\"",
            "q = \"select a from t\"\nq += b",
            "run(`delete from t where a = ${a}`)",
            "execute(\"SELECT \" + a)",
            "run(fmt.Sprintf(\"SELECT %s FROM t\", a))",
            "execute(\n  \"SELECT a \"\n  \"FROM t WHERE b = '%s'\" % b)",
            "db.query(<<~SQL)\n  SELECT #{a} FROM t\nSQL",
            "x = \"\"\"\n  UPDATE t SET a = {}\n\"\"\".format(a)",
        ] {
            assert!(holds(&statement_places(text.as_bytes())), "{text}");
        }
        for text in [
            "execute(\"SELECT a FROM t WHERE b = ?\", [b])",
            "query('SELECT a FROM t WHERE b = $1', [b])",
            "x = \"selected {a}\"",
            "tags = ['select', 'with', 'order']",
            "print(\"nothing of it\")",
        ] {
            assert!(!holds(&statement_places(text.as_bytes())), "{text}");
        }
    }
}
