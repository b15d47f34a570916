//! What a file must hold for the classes of a rule to be met, told without parsing it.
//!
//! Parsing takes a hundred times as long as looking for keywords. Most files that run a statement
//! have only constant ones, and most that open a file serve no request; a look at their bytes says
//! so. Whatever is not clear counts as held.

use super::grammar::Grammar;
use super::request::{MARKS, PARTS};
use crate::spec::{Class, Condition, Syntax};
use memchr::{memchr_iter, memchr3_iter, memmem};
use std::collections::HashMap;
use std::ops::Range;

/// What the bytes of one file say, each looked at once for all rules.
pub(in crate::scan) struct Hints<'t> {
    text: &'t [u8],
    grammar: Option<Grammar>,
    request: Option<bool>,
    statement: Option<bool>,
    /// Words of patterns, and whether the file holds them.
    words: HashMap<String, bool>,
}

impl<'t> Hints<'t> {
    pub(super) fn new(text: &'t [u8], grammar: Option<Grammar>) -> Self {
        Self {
            text,
            grammar,
            request: None,
            statement: None,
            words: HashMap::new(),
        }
    }

    /// Tells whether the file may hold what a rule asks for.
    pub(in crate::scan) fn allow(&mut self, syntax: &Syntax) -> bool {
        let Some(grammar) = self.grammar else {
            return true;
        };
        let text = self.text;
        if !self.has_words(&syntax.find) {
            return false;
        }
        let asks = |class| asks_for(syntax, class);
        if asks(Class::FromRequest)
            && !*self
                .request
                .get_or_insert_with(|| holds_request(grammar, text))
        {
            return false;
        }
        !(asks(Class::Built) && (asks(Class::Sql) || asks(Class::SqlValue)))
            || *self
                .statement
                .get_or_insert_with(|| holds_built_statement(text))
    }

    /// Tells whether what a rule finds may begin at a keyword: not when that opens a call with
    /// nothing but a plain text in it, and something else is asked for.
    pub(in crate::scan) fn allow_at(&self, syntax: &Syntax, keyword: &Range<usize>) -> bool {
        self.grammar.is_none()
            || !is_plain_call(self.text, keyword)
            || ![Class::Dynamic, Class::Built, Class::FromRequest]
                .into_iter()
                .any(|class| asks_for(syntax, class))
    }

    /// Tells whether the file holds the names that a pattern spells; what stands for them under
    /// another name is imported by them.
    fn has_words(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::Pattern(pattern) => words_of(&pattern.text).all(|word| self.has_word(word)),
            Condition::Any(any) => any.iter().any(|one| self.has_words(one)),
            Condition::All(all) => all.iter().all(|one| self.has_words(one)),
            Condition::Inside(one) | Condition::Has(one) => self.has_words(one),
            Condition::Not(_) | Condition::Where(_) => true,
        }
    }

    fn has_word(&mut self, word: &str) -> bool {
        if let Some(known) = self.words.get(word) {
            return *known;
        }
        let found = memmem::find(self.text, word.as_bytes()).is_some();
        self.words.insert(word.to_owned(), found);
        found
    }
}

/// Returns the names in a pattern that are no captures, and stand in no text.
fn words_of(pattern: &str) -> impl Iterator<Item = &str> {
    let code = pattern.split(['"', '\'', '`']).step_by(2);
    code.flat_map(|code| {
        code.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$')))
    })
    .filter(|word| {
        !word.contains('$') && word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    })
}

/// Tells whether a keyword opens a call that is given a plain text and nothing else.
fn is_plain_call(text: &[u8], keyword: &Range<usize>) -> bool {
    if text.get(keyword.end - 1) != Some(&b'(') {
        return false;
    }
    let inner = text[keyword.end..].trim_ascii_start();
    let inner = &inner[..inner.len().min(STATEMENT_BYTES)];
    // `r"…"` of Python; what `f` or `$` stands before has holes.
    let inner = inner
        .strip_prefix(b"r")
        .filter(|text| text.starts_with(b"\"") || text.starts_with(b"'"))
        .unwrap_or(inner);
    let Some((quote @ (b'"' | b'\''), rest)) = inner.split_first() else {
        return false;
    };
    let Some(end) = memchr::memchr(*quote, rest) else {
        return false;
    };
    memchr::memchr3(b'#', b'$', b'\\', &rest[..end]).is_none()
        && end > 0
        && rest[end + 1..].trim_ascii_start().starts_with(b")")
        && !follows_operator(&rest[end + 1..])
}

/// Tells whether a call is part of an operation: `"…".format(x)` is none here, but `%` may follow.
fn follows_operator(behind: &[u8]) -> bool {
    let behind = behind.trim_ascii_start();
    let behind = behind.get(1..).unwrap_or_default().trim_ascii_start();
    matches!(behind.first(), Some(b'%' | b'+'))
}

/// Tells whether whatever a rule finds has a capture of that class.
fn asks_for(syntax: &Syntax, class: Class) -> bool {
    let Condition::All(all) = &syntax.find else {
        return false;
    };
    let is_in_all = |capture: &str| {
        let mut patterns = 0;
        let mut holding = 0;
        let name = format!("${capture}");
        syntax.each_pattern(&mut |pattern| {
            patterns += 1;
            holding += usize::from(pattern.text.contains(&name));
        });
        patterns == holding
    };
    all.iter().any(|one| match one {
        Condition::Where(constraint) => {
            constraint.classes.contains(&(class, true)) && is_in_all(&constraint.capture)
        }
        _ => false,
    })
}

/// Tells whether something in a file may be a part of a web request.
fn holds_request(grammar: Grammar, text: &[u8]) -> bool {
    let has = |word: &str| memmem::find(text, word.as_bytes()).is_some();
    match grammar {
        Grammar::Php => has("$_") || has("equest"),
        Grammar::Ruby => has("params") || has("cookies") || has_part(text),
        Grammar::Python => has("request as ") || has_part(text) || has_route(text),
        Grammar::Javascript | Grammar::Typescript | Grammar::Tsx => {
            has_part(text) || is_taken_apart(text) || MARKS.iter().any(|mark| has(mark))
        }
        Grammar::Java | Grammar::Kotlin | Grammar::Csharp => {
            has_part(text) || MARKS.iter().any(|mark| has(mark))
        }
        Grammar::Go => has_part(text),
        _ => true,
    }
}

/// Last names of what requests are called.
const REQUEST_NAMES: [&[u8]; 7] = [b"request", b"req", b"Request", b"event", b"r", b"c", b"ctx"];

/// Tells whether somewhere a part of a request is named behind a request: `req.body`.
fn has_part(text: &[u8]) -> bool {
    memchr_iter(b'.', text).any(|dot| {
        let part = word_at(&text[dot + 1..]);
        let is_part = PARTS.iter().any(|known| known.as_bytes() == part);
        is_part && REQUEST_NAMES.contains(&word_before(&text[..dot]))
    })
}

/// Tells whether a request is assigned to names: `const { body } = req`.
fn is_taken_apart(text: &[u8]) -> bool {
    memchr_iter(b'=', text).any(|equals| {
        let value = text[equals + 1..].trim_ascii_start();
        REQUEST_NAMES.contains(&word_at(value))
    })
}

/// Tells whether a decorator makes a function of Python a route: `@app.get("/")`.
fn has_route(text: &[u8]) -> bool {
    memchr_iter(b'@', text).any(|at| {
        let line = &text[at + 1..];
        let line = &line[..line.len().min(100)];
        let name = line.split(|byte| matches!(byte, b'(' | b'\n')).next();
        name.is_some_and(|name| name.contains(&b'.')) && line.contains(&b'(')
    })
}

fn word_at(text: &[u8]) -> &[u8] {
    let long = text.iter().take_while(|byte| is_word(**byte)).count();
    &text[..long]
}

/// Returns the word before a dot; it may stand on the line above, and `?` or `!` behind it.
fn word_before(text: &[u8]) -> &[u8] {
    let ends = |byte: &u8| !(byte.is_ascii_whitespace() || matches!(byte, b'?' | b'!' | b'\\'));
    let end = text.iter().rposition(ends).map_or(0, |last| last + 1);
    let long = text[..end]
        .iter()
        .rev()
        .take_while(|byte| is_word(**byte))
        .count();
    &text[end - long..end]
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How texts of SQL begin.
const VERBS: [&[u8]; 19] = [
    b"select",
    b"insert",
    b"replace",
    b"merge",
    b"update",
    b"delete",
    b"with",
    b"create",
    b"alter",
    b"drop",
    b"truncate",
    b"exec",
    b"execute",
    b"call",
    b"grant",
    b"where",
    b"order",
    b"and",
    b"set",
];

/// How far a text is read for something put into it.
const STATEMENT_BYTES: usize = 4 << 10;

/// Tells whether a file holds a text of SQL into which something may be put.
fn holds_built_statement(text: &[u8]) -> bool {
    let quoted = memchr3_iter(b'"', b'\'', b'`', text)
        .any(|quote| is_statement(&text[quote + 1..]) && may_be_built(text, quote));
    // Behind `<<~SQL` a text begins on the next line.
    quoted
        || memmem::find_iter(text, b"<<").any(|mark| {
            let behind = &text[mark..];
            let feed = memchr::memchr(b'\n', behind);
            feed.is_some_and(|feed| feed < 80 && is_statement(&behind[feed..]))
        })
}

/// Tells whether a text begins as statements do.
fn is_statement(text: &[u8]) -> bool {
    let skipped = |byte: &u8| !matches!(byte, b' ' | b'(' | b'\n' | b'\r' | b'\t' | b'\\');
    let Some(start) = text.iter().position(skipped) else {
        return false;
    };
    let word = word_at(&text[start..]);
    let behind = text.get(start + word.len());
    VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(word))
        && behind.is_none_or(|byte| {
            byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'\\')
        })
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
            assert!(holds_request(grammar, text.as_bytes()), "{text}");
        }
        for (grammar, text) in [
            (Grammar::Python, "import requests\nrequests.get(url)"),
            (Grammar::Python, "@dataclass\nclass A: pass"),
            (Grammar::Javascript, "http.request.end(); rows.query"),
            (Grammar::Go, "row.URL"),
            (Grammar::Java, "getParameter()"),
        ] {
            assert!(!holds_request(grammar, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_names_of_one_pattern_must_all_stand_there() {
        let syntax = |text: &'static str| {
            Condition::Any(vec![Condition::Pattern(crate::spec::Pattern {
                text: text.into(),
                place: (0, 0),
            })])
        };
        let has = |pattern, text: &str| {
            Hints::new(text.as_bytes(), Some(Grammar::Python)).has_words(&syntax(pattern))
        };
        let pattern = "subprocess.run($CMD, $$$, shell=True, mode=\"fast\")";
        assert!(has(
            pattern,
            "from subprocess import run as r\nr(x, shell=True, mode=m)"
        ));
        assert!(!has(
            pattern,
            "from subprocess import run as r\nr(x, shell=s, mode=m)"
        ));
        assert!(!has(pattern, "subprocess.call(x, shell=True, mode=m)"));
    }

    #[test]
    fn a_plain_text_is_nothing_put_together() {
        let at = |text: &str| is_plain_call(text.as_bytes(), &(0..4));
        for text in ["run('ls')", "run( \"ls -l\" )", "run(r'a b')"] {
            assert!(at(text), "{text}");
        }
        for text in [
            "run(x)",
            "run('ls ' + x)",
            "run(f'ls {x}')",
            "run(`ls`)",
            "run('ls', x)",
            "run('''",
            "run(\"#{x}\")",
            "run('a') + x",
            "exec 'a'",
        ] {
            assert!(!at(text), "{text}");
        }
    }

    #[test]
    fn only_a_statement_that_may_be_put_together_counts() {
        for text in [
            "q = f\"SELECT * FROM t WHERE a = {a}\"",
            "q = \"select a\"\nq += b",
            "run(`delete from t where a = ${a}`)",
            "execute(\"SELECT \" + a)",
            "run(fmt.Sprintf(\"SELECT %s\", a))",
            "execute(\n  \"SELECT a \"\n  \"FROM t WHERE b = '%s'\" % b)",
            "db.query(<<~SQL)\n  SELECT #{a}\nSQL",
            "x = \"\"\"\n  UPDATE t SET a = {}\n\"\"\".format(a)",
        ] {
            assert!(holds_built_statement(text.as_bytes()), "{text}");
        }
        for text in [
            "execute(\"SELECT a FROM t WHERE b = ?\", [b])",
            "query('SELECT a FROM t WHERE b = $1', [b])",
            "x = \"selected {a}\"",
            "print(\"nothing of it\")",
        ] {
            assert!(!holds_built_statement(text.as_bytes()), "{text}");
        }
    }
}
