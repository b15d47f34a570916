//! What a file must hold for the classes of a rule to be met, told without parsing it.
//!
//! Parsing takes a hundred times as long as looking for keywords. Most files that run a statement
//! have only constant ones, and most that open a file serve no request; a look at their bytes says
//! so. Whatever is not clear counts as held.

use super::grammar::Grammar;
use super::places::{
    Places, STATEMENT_BYTES, is_word, request_places, statement_places, word_before,
};
use crate::spec::{Class, Condition, Syntax};
use memchr::memmem;
use std::collections::HashMap;
use std::ops::Range;

/// What the bytes of one file say, each looked at once for all rules.
pub(in crate::scan) struct Hints<'t> {
    text: &'t [u8],
    grammar: Option<Grammar>,
    request: Option<Places>,
    statement: Option<Places>,
    /// Words of patterns, and whether the file holds them.
    words: HashMap<String, bool>,
}

/// What a rule asks for near its matches.
pub(super) struct Asked<'h> {
    /// The capture that is something other than a plain text.
    pub(super) value: Option<&'h str>,
    /// The capture that is SQL.
    pub(super) sql: Option<&'h str>,
    /// Something of a request, which may stand there.
    pub(super) request: Option<&'h Places>,
    /// A statement of SQL that is put together, which may stand there.
    pub(super) statement: Option<&'h Places>,
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

    /// Tells whether the file may hold what a rule asks for, near one of the keywords; where one
    /// opens a call with nothing but a plain text in it, something else is asked for.
    pub(in crate::scan) fn allow<'k>(
        &mut self,
        syntax: &Syntax,
        keywords: impl IntoIterator<Item = &'k Range<usize>>,
    ) -> bool {
        let mut keywords = keywords.into_iter();
        let Some(grammar) = self.grammar else {
            return keywords.next().is_some();
        };
        let text = self.text;
        if !self.has_words(&syntax.find) {
            return false;
        }
        if asks_for(syntax, Class::FromRequest).is_some() {
            self.request
                .get_or_insert_with(|| request_places(grammar, text));
        }
        if asks_for_sql(syntax).is_some() {
            self.statement.get_or_insert_with(|| statement_places(text));
        }
        let asked = self.asked(syntax);
        keywords.any(|keyword| {
            names_a_pattern(syntax, text, keyword)
                && !(asked.value.is_some() && is_plain_call(text, keyword))
                && asked.request.is_none_or(|places| places.are_near(keyword))
                && asked
                    .statement
                    .is_none_or(|places| places.are_near(keyword))
        })
    }

    /// Returns what a rule asks for near its matches, once it was allowed.
    pub(super) fn asked<'h>(&'h self, syntax: &'h Syntax) -> Asked<'h> {
        let asks = |class| asks_for(syntax, class);
        let sql = asks_for_sql(syntax);
        Asked {
            value: [Class::Dynamic, Class::Built, Class::FromRequest]
                .into_iter()
                .find_map(asks),
            sql,
            request: self
                .request
                .as_ref()
                .filter(|_| asks(Class::FromRequest).is_some()),
            statement: self.statement.as_ref().filter(|_| sql.is_some()),
        }
    }

    /// Tells whether the file holds the names that a pattern spells; what stands for them under
    /// another name is imported by them.
    fn has_words(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::Pattern(pattern) => words_of(&pattern.text).all(|word| self.has_word(word)),
            Condition::Any(any) => any.iter().any(|one| self.has_words(one)),
            Condition::All(all) => all.iter().all(|one| self.has_words(one)),
            Condition::Inside(one) | Condition::Has(one) | Condition::Function(one) => {
                self.has_words(one)
            }
            Condition::Not(_) | Condition::Where(_) => true,
        }
    }

    fn has_word(&mut self, word: &str) -> bool {
        if let Some(known) = self.words.get(word) {
            return *known;
        }
        let text = self.text;
        let is_alone = |at: usize| {
            let joins = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
            !joins(text[..at].last()) && !joins(text.get(at + word.len()))
        };
        let found = memmem::find_iter(text, word.as_bytes()).any(is_alone);
        self.words.insert(word.to_owned(), found);
        found
    }
}

/// Returns the names in a pattern that are no captures, and stand in no text.
fn words_of(pattern: &str) -> impl Iterator<Item = &str> {
    names_of(pattern).filter(|word| !word.contains('$'))
}

/// Returns the words of a pattern outside texts, captures as well.
fn names_of(pattern: &str) -> impl Iterator<Item = &str> {
    let code = pattern.split(['"', '\'', '`']).step_by(2);
    code.flat_map(|code| {
        code.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$')))
    })
    .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$')))
}

/// Tells whether a keyword that opens a call is part of a name that some pattern calls: `text(` is
/// in `get_context(` as well.
fn names_a_pattern(syntax: &Syntax, text: &[u8], keyword: &Range<usize>) -> bool {
    if text.get(keyword.end - 1) != Some(&b'(') {
        return true;
    }
    let name = word_before(&text[..keyword.end - 1]);
    let mut is_known = name.is_empty();
    syntax.each_pattern(&mut |pattern| {
        is_known = is_known
            || pattern.text.contains("$CALL")
            || names_of(&pattern.text)
                .any(|known| known.trim_start_matches('$').as_bytes() == name);
    });
    is_known
}

/// Tells whether a keyword opens a call that is given a plain text and nothing else.
pub(super) fn is_plain_call(text: &[u8], keyword: &Range<usize>) -> bool {
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

/// Returns the capture that is to be SQL put together.
fn asks_for_sql(syntax: &Syntax) -> Option<&str> {
    let built = asks_for(syntax, Class::Built)?;
    asks_for(syntax, Class::Sql).or_else(|| asks_for(syntax, Class::SqlValue))?;
    Some(built)
}

/// Returns the capture of that class in whatever a rule finds.
fn asks_for(syntax: &Syntax, class: Class) -> Option<&str> {
    let Condition::All(all) = &syntax.find else {
        return None;
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
    all.iter().find_map(|one| match one {
        Condition::Where(constraint) => {
            let is_asked = constraint.classes.contains(&(class, true));
            (is_asked && is_in_all(&constraint.capture)).then_some(&*constraint.capture)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_keyword_in_a_longer_name_calls_something_else() {
        let pattern = crate::spec::Pattern {
            text: "$DB.$queryRawUnsafe($SQL, text($X))".into(),
            place: (0, 0),
        };
        let syntax = Syntax {
            find: Condition::All(vec![Condition::Pattern(pattern)]),
            at: "".into(),
            sanitizers: Vec::new().into(),
            and_regex: false,
        };
        let names = |text: &str, keyword: &str| {
            let start = text.find(keyword).expect("it stands there");
            names_a_pattern(&syntax, text.as_bytes(), &(start..start + keyword.len()))
        };
        assert!(names("a.text(x)", "text(") && names("a.$queryRawUnsafe(x)", "Unsafe("));
        assert!(names("import text", "text") && !names("get_text(x)", "text("));
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
}
