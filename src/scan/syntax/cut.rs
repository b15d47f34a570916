//! Bodies of functions that need not be parsed.
//!
//! What a match says lies in its own function, in those around it, and between the functions of the
//! file: names of one function are not seen in another. So a function in which no match can begin is
//! left out, and the parser goes on behind it. Where it begins and ends is guessed by the lines, and
//! proved by what is parsed: there must be no error in it, and a function with nothing in it where
//! each body was. A guess too long or too short leaves a brace or a quote without its like, which is
//! an error. Where the proof fails the whole file is parsed.

use super::body::{Lines, braced, comment, docstring, indented};
use super::grammar::Grammar;
use super::index::Index;
use std::collections::HashSet;
use std::ops::Range;
use tree_sitter::{Point, Range as Included};

/// Bodies shorter than this cost less than what looks for them, in bytes.
const MIN_BYTES: usize = 60;

/// A body that is left out.
#[derive(Debug, PartialEq)]
pub(super) struct Cut {
    /// Its lines without those of the braces, in bytes.
    pub(super) range: Range<usize>,
    /// The same in lines, from 0.
    pub(super) rows: Range<usize>,
    /// Where the braces around it stand; in Python where the function begins, twice. Nothing for
    /// what a text says.
    pub(super) braces: Option<(usize, usize)>,
}

/// Returns the bodies that hold none of the places, which are in their order.
///
/// `whole`: where matches may begin, in their order, when a rule asks about what is around or inside
/// one. The functions that hold these are then left as they are, and nothing is left out when one
/// of them stands in no function.
pub(super) fn cuts(
    grammar: Grammar,
    text: &[u8],
    places: &[usize],
    whole: Option<&[usize]>,
) -> Vec<Cut> {
    let lines = Lines::new(grammar, text);
    let body: fn(&Lines<'_>, usize) -> Option<Cut> = match grammar {
        Grammar::Python => indented,
        Grammar::Javascript
        | Grammar::Typescript
        | Grammar::Tsx
        | Grammar::Go
        | Grammar::Java
        | Grammar::Php
        | Grammar::Csharp => braced,
        _ => return Vec::new(),
    };
    let said: fn(&Lines<'_>, usize) -> Option<Cut> = match grammar {
        Grammar::Python => docstring,
        _ => comment,
    };
    let mut out = Vec::new();
    let mut covered = 0;
    let mut at = 0;
    while at < lines.all.len() {
        let body = body(&lines, at);
        if let (Some(whole), Some(body)) = (whole, &body)
            && holds(whole, &body.range)
        {
            covered += count(whole, &body.range);
            at = body.rows.end;
            continue;
        }
        let is_empty = |cut: &Cut| !holds(places, &cut.range);
        match body.filter(is_empty).or_else(|| said(&lines, at)) {
            Some(cut) => {
                at = cut.rows.end;
                if cut.range.len() >= MIN_BYTES {
                    out.push(cut);
                }
            }
            None => at += 1,
        }
    }
    if whole.is_some_and(|whole| covered < whole.len()) {
        return Vec::new();
    }
    out
}

/// Returns how many of the places, which are in their order, stand in a range.
fn count(places: &[usize], range: &Range<usize>) -> usize {
    let to = places.partition_point(|place| *place < range.end);
    to - places.partition_point(|place| *place < range.start)
}

fn holds(places: &[usize], range: &Range<usize>) -> bool {
    let next = places.partition_point(|place| *place < range.start);
    places.get(next).is_some_and(|place| *place < range.end)
}

/// Returns what is left of a text without those bodies.
pub(super) fn rest(text: &[u8], cuts: &[Cut]) -> Vec<Included> {
    let mut out = Vec::with_capacity(cuts.len() + 1);
    let (mut start_byte, mut start_point) = (0, Point::new(0, 0));
    for cut in cuts {
        out.push(Included {
            start_byte,
            start_point,
            end_byte: cut.range.start,
            end_point: Point::new(cut.rows.start, 0),
        });
        start_byte = cut.range.end;
        start_point = Point::new(cut.rows.end, 0);
    }
    out.push(Included {
        start_byte,
        start_point,
        end_byte: text.len(),
        end_point: Point::new(usize::MAX >> 33, 0),
    });
    out
}

/// Tells whether a tree that parsed without error has a function for each body that was left out.
pub(super) fn are_proved(grammar: Grammar, cuts: &[Cut], index: &Index<'_>) -> bool {
    let functions = index.scopes.iter().skip(1).filter_map(|(_, function)| {
        if grammar == Grammar::Python {
            return Some((function.start_byte(), function.start_byte()));
        }
        let body = function.child_by_field_name("body")?;
        Some((body.start_byte(), body.end_byte() - 1))
    });
    let functions: HashSet<(usize, usize)> = functions.collect();
    cuts.iter()
        .filter_map(|cut| cut.braces)
        .all(|braces| functions.contains(&braces))
}

#[cfg(test)]
mod tests {
    use super::super::index::Walk;
    use super::super::parse::parse;
    use super::*;

    /// Returns how many bodies were left out, and whether what was parsed proves them.
    fn cut(grammar: Grammar, text: &str, places: &[&str]) -> (usize, bool) {
        let mut places: Vec<usize> = places
            .iter()
            .map(|place| text.find(place).expect("it stands there"))
            .collect();
        places.sort_unstable();
        let cuts = cuts(grammar, text.as_bytes(), &places, None);
        let tree = parse(grammar, text.as_bytes(), &rest(text.as_bytes(), &cuts)).expect("it ends");
        let walk = Walk {
            grammar,
            kinds: grammar.kinds(),
            text: text.as_bytes(),
            wanted: &|_| false,
        };
        let index = walk.run(tree.root_node()).expect("it is not deep");
        let is_whole = !tree.root_node().has_error();
        (cuts.len(), is_whole && are_proved(grammar, &cuts, &index))
    }

    const FILLER: &str =
        "the_first_of_the_values_of_this = the_second_of_the_values_of_this + 12345";

    #[test]
    fn functions_are_left_out_in_each_language() {
        for (grammar, text, number) in [
            (
                Grammar::Python,
                "class A:\n    \"\"\"Says.\n\n    FILLER\n    \"\"\"\n    def f(self,\n          a):\n        FILLER\n    # b\n\
                 \n    async def g(self): # c\n        FILLER\n\ndef h(a: dict[str, int]) -> int:\n    '''\nb\n'''\n    FILLER\nx = 1\n",
                3,
            ),
            (
                Grammar::Javascript,
                "/*\n * Says FILLER\n */\nclass A {\n  f(a) {\n    FILLER;\n  }\n  async g() {\n    FILLER;\n  }\n}\n\
                 const h = (a) => {\n  FILLER;\n};\ncall(function () {\n  FILLER;\n});\nif (a) {\n  FILLER;\n}\n",
                5,
            ),
            (
                Grammar::Typescript,
                "class A {\n  f(a: string,\n    b: string\n  ): Promise<void> {\n    FILLER;\n  }\n}\n",
                1,
            ),
            (
                Grammar::Go,
                "package a\n\nfunc (a *A) f(b int) (int, error) {\n\tFILLER\n}\n\nfunc g() {\n\tFILLER\n}\n",
                2,
            ),
            (
                Grammar::Java,
                "class A {\n  int f(int a) throws E {\n    FILLER;\n  }\n  A()\n  {\n    FILLER;\n  }\n}\n",
                2,
            ),
            (
                Grammar::Csharp,
                "class A\n{\n    int F(int a)\n    {\n        FILLER;\n    }\n}\n",
                1,
            ),
            (
                Grammar::Php,
                "<?php\nclass A\n{\n    function f($a)\n    {\n        $a = 'FILLER';\n    }\n}\n",
                1,
            ),
        ] {
            for feed in ["\n", "\r\n"] {
                let text = text.replace("FILLER", FILLER).replace('\n', feed);
                assert_eq!(cut(grammar, &text, &[]), (number, true), "{grammar:?}");
            }
        }
    }

    #[test]
    fn what_is_asked_about_around_a_match_stays_whole() {
        let inner = format!("  items.map(function (a) {{\n    {FILLER};\n  }});\n");
        let text =
            format!("top();\nfunction f() {{\n  call();\n{inner}}}\nfunction g() {{\n{inner}}}\n");
        let left_out = |place: &str, around: bool| {
            let places = [text.find(place).expect("it stands there")];
            let whole = around.then_some(&places[..]);
            let cuts = cuts(Grammar::Javascript, text.as_bytes(), &places, whole);
            cuts.into_iter()
                .map(|cut| (cut.rows.start, cut.rows.end))
                .collect::<Vec<_>>()
        };
        // The call's function, what is in it, and the other one: rows 2 to 5, 4, and 8 to 10.
        assert_eq!(left_out("call()", false), [(4, 5), (8, 11)]);
        assert_eq!(left_out("call()", true), [(8, 11)]);
        assert!(
            left_out("top()", true).is_empty(),
            "it stands in no function"
        );
    }

    #[test]
    fn a_function_with_a_place_stays_and_one_in_it_goes() {
        let text = format!(
            "function f() {{\n  g(() => {{\n    {FILLER};\n  }});\n  query(a);\n}}\nfunction h() {{\n  {FILLER};\n}}\n"
        );
        let cut = |places| cut(Grammar::Javascript, &text, places);
        assert_eq!(cut(&[]), (2, true));
        assert_eq!(cut(&["query"]), (2, true));
        assert_eq!(cut(&["query", "the_first"]), (1, true));
    }

    #[test]
    fn a_guess_that_is_wrong_is_seen() {
        for (grammar, text) in [
            // The brace of the inner block stands where that of the function is looked for.
            (
                Grammar::Javascript,
                "function f() {\n  if (a) {\n    FILLER;\n}\n  b();\n}\n",
            ),
            // It stands in a text.
            (
                Grammar::Javascript,
                "function f() {\n  FILLER; a = `\n}\n`;\n  b();\n}\n",
            ),
            // What reads like a function is part of a text, or a block that is none.
            (
                Grammar::Javascript,
                "a = `\nfunction f() {\n  FILLER\n}\n`;\n",
            ),
            (Grammar::Javascript, "until: f(a)\n{\n  FILLER;\n}\n"),
            (
                Grammar::Java,
                "class A {\n  A a = B(c) {\n    FILLER;\n  }\n}\n",
            ),
            (
                Grammar::Php,
                "<?php\nfunction f() {\n  FILLER;\n  $a = \"\n}\n\";\n  b();\n}\n",
            ),
        ] {
            let text = text.replace("FILLER", FILLER);
            let (number, is_proved) = cut(grammar, &text, &[]);
            assert!(number > 0 && !is_proved, "{text}");
        }
    }

    #[test]
    fn what_a_text_of_a_program_says_is_no_docstring() {
        for text in [
            "class A:\n    a = f(\n        \"\"\"\n  b\n  c\n  d\n\"\"\")\n",
            "class A:\n    \"\"\"SELECT a\n  FROM b\n  WHERE c\n  = {}\"\"\"\n",
            "a = {b:\n\"\"\"\nb\nc\nd\n\"\"\"}\n",
            "class A:\n    f\"\"\"\n  b\n  c\n  d\"\"\"\n",
        ] {
            assert_eq!(cut(Grammar::Python, text, &[]).0, 0, "{text}");
        }
    }
}
