//! What the place of a candidate says: fixtures and documentation, comments.

use super::Candidate;
use crate::spec::{Language, Languages};
use bstr::{BStr, ByteSlice};

/// Folder names of tests, samples and documentation.
const FOLDERS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "__tests__",
    "__mocks__",
    "spec",
    "specs",
    "e2e",
    "fixture",
    "fixtures",
    "mocks",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "doc",
    "docs",
    "documentation",
    "cypress",
    "testutil",
    "testutils",
];

/// Tells whether a file is a test, an example or documentation, by its path.
#[must_use]
pub fn is_fixture(path: &BStr) -> bool {
    let lower = path.to_str_lossy().to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    if folders.split('/').any(|folder| FOLDERS.contains(&folder)) {
        return true;
    }
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    matches!(extension, "md" | "markdown" | "rst" | "adoc" | "mdx")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || stem == "conftest"
        || stem.starts_with("readme")
        || extension.split('.').any(|part| {
            matches!(
                part,
                "test" | "tests" | "spec" | "example" | "sample" | "stories" | "mock"
            )
        })
        || path.rsplit_str("/").next().is_some_and(is_test_class)
}

/// Tells whether a file name is that of a test class: `UserTest.java`, `UserTests.cs`.
fn is_test_class(name: &[u8]) -> bool {
    let stem = name.split_str(".").next().unwrap_or(name);
    stem.len() < name.len()
        && (stem.ends_with(b"Test") || stem.ends_with(b"Tests") || stem.ends_with(b"IT"))
}

/// What starts a comment to the end of the line, by file type.
const LINE_COMMENTS: &[(&str, Languages)] = {
    use Language as L;
    &[
        (
            "#",
            Languages::of(&[
                L::Python,
                L::Ruby,
                L::Shell,
                L::Powershell,
                L::Perl,
                L::Elixir,
                L::Yaml,
                L::Toml,
                L::Ini,
                L::Properties,
                L::Hcl,
                L::Dockerfile,
                L::Nginx,
                L::Dotenv,
                L::Php,
            ]),
        ),
        (
            "//",
            Languages::BRACES.or(Languages::of(&[L::Hcl, L::Json])),
        ),
        ("--", Languages::of(&[L::Sql, L::Lua])),
        (";", Languages::of(&[L::Ini])),
        ("!", Languages::of(&[L::Properties])),
    ]
};

/// File types with `<!-- … -->`.
const MARKUP: Languages = Languages::of(&[Language::Html, Language::Xml, Language::Markdown]);

/// File types with `/* … */`.
const BLOCK_COMMENTS: Languages = Languages::BRACES.or(Languages::of(&[
    Language::Css,
    Language::Sql,
    Language::Hcl,
]));

/// Tells whether a byte of a line stands in a comment, as far as the line itself tells.
///
/// A comment's start inside a string is not one, so quotes before it are counted.
pub(super) fn in_comment(line: &[u8], column: usize, types: Languages) -> bool {
    let before = &line[..column.min(line.len())];
    let trimmed = before.trim_start();
    // A line of a block comment as it is usually set, or a documentation line.
    if types.meets(BLOCK_COMMENTS)
        && (trimmed.starts_with(b"* ")
            || trimmed.starts_with(b"/*") && before.find(b"*/").is_none())
    {
        return true;
    }
    if types.meets(MARKUP)
        && before
            .rfind(b"<!--")
            .is_some_and(|at| before[at..].find(b"-->").is_none())
    {
        return true;
    }
    LINE_COMMENTS
        .iter()
        .filter(|(_, languages)| types.meets(*languages))
        .any(|(marker, _)| before.find(marker).is_some() && opens_comment(before, marker))
}

/// Tells whether a place stands in a block comment that began on an earlier line.
///
/// Only an opening that starts its line counts: `/*` also stands in globs and in strings.
pub(super) fn in_block_comment(before: &[u8], types: Languages) -> bool {
    if !types.meets(BLOCK_COMMENTS) {
        return false;
    }
    let reach = &before[before.len().saturating_sub(MAX_COMMENT_BYTES)..];
    let Some(open) = reach.rfind(b"/*") else {
        return false;
    };
    let line_start = memchr::memrchr(b'\n', &reach[..open]).map_or(0, |at| at + 1);
    reach[line_start..open].iter().all(u8::is_ascii_whitespace)
        && reach[open..].find(b"*/").is_none()
}

/// Tells whether a secret stands in documentation or in a test within a file of code: a comment that
/// documents what follows, a Python docstring, the tests at the end of a Rust file.
pub(super) fn in_documentation(candidate: &Candidate<'_>) -> bool {
    let Candidate {
        line,
        before,
        types,
        ..
    } = *candidate;
    let trimmed = line.trim_start();
    if types.meets(BLOCK_COMMENTS)
        && (["///", "//!", "/**", "* "]
            .iter()
            .any(|marker| trimmed.starts_with(marker.as_bytes()))
            || in_block_comment(before, types))
    {
        return true;
    }
    if in_code_span(candidate) {
        return true;
    }
    let near = before.len() <= MAX_DOCUMENTED_BYTES;
    let count = |what: &str| memchr::memmem::find_iter(before, what).count();
    near && types.has(Language::Python) && (count("\"\"\"") % 2 == 1 || count("'''") % 2 == 1)
        || near && types.has(Language::Rust) && count("#[cfg(test)]") > 0
}

/// Tells whether a secret stands in a comment of `#` lines that sets code between backticks, as
/// documentation comments do: "# `key = …`".
fn in_code_span(candidate: &Candidate<'_>) -> bool {
    const HASH_COMMENTS: Languages = Languages::of(&[
        Language::Python,
        Language::Ruby,
        Language::Perl,
        Language::Elixir,
        Language::Php,
    ]);
    let Candidate {
        line,
        column,
        types,
        ..
    } = *candidate;
    let before = &line[..column.min(line.len())];
    types.meets(HASH_COMMENTS)
        && before.trim_start().starts_with(b"# ")
        && memchr::memchr_iter(b'`', before).count() % 2 == 1
}

/// How far into a file docstrings and tests are looked for.
const MAX_DOCUMENTED_BYTES: usize = 256 << 10;

/// How far back a block comment is looked for.
const MAX_COMMENT_BYTES: usize = 16 << 10;

/// Tells whether a comment marker stands outside strings and at the start of a word.
///
/// One pass, whatever the line holds: quotes are counted as they come.
fn opens_comment(line: &[u8], marker: &str) -> bool {
    let mut open = [false; 3];
    let mut last = b' ';
    for (at, &byte) in line.iter().enumerate() {
        let apart = last.is_ascii_whitespace() || matches!(last, b';' | b'{' | b'}' | b')' | b',');
        if apart && !open.contains(&true) && line[at..].starts_with(marker.as_bytes()) {
            return true;
        }
        if let Some(quote) = b"\"'`".iter().position(|quote| *quote == byte) {
            open[quote] = !open[quote];
        }
        last = byte;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_by_path() {
        for path in [
            "tests/a.py",
            "src/__tests__/a.ts",
            "pkg/a_test.go",
            "test_a.py",
            "a.spec.ts",
            "README.md",
            "docs/x/a.py",
            "src/UserTest.java",
            ".env.example",
        ] {
            assert!(is_fixture(path.into()), "{path}");
        }
        for path in [
            "src/a.py",
            "app/contest.py",
            "latest/a.py",
            "src/tester.go",
            "Contest.java",
        ] {
            assert!(!is_fixture(path.into()), "{path}");
        }
    }

    #[test]
    fn block_comments_by_their_opening() {
        let c = Languages::of(&[Language::C]);
        assert!(in_block_comment(b"int a;\n  /* first\n   second ", c));
        assert!(!in_block_comment(b"/* first */\nint ", c));
        assert!(!in_block_comment(b"glob(\"src/*.c\");\nint ", c));
        assert!(!in_block_comment(
            b"/* first\n",
            Languages::of(&[Language::Python])
        ));
    }

    #[test]
    fn documentation_in_code_is_told_apart() {
        let config = crate::config::Config::builtin();
        let documents = |path: &str, before: &str, line: &str| {
            in_documentation(&Candidate {
                rule: &config.rules[0],
                path: path.into(),
                types: crate::file_type::file_types(path.into(), b""),
                captured: b"",
                line: line.as_bytes(),
                column: 0,
                line_is_cut: false,
                before: before.as_bytes(),
                after: b"",
            })
        };
        assert!(documents("a.rs", "", "/// let url = x"));
        assert!(documents(
            "a.rs",
            "#[cfg(test)]\nmod tests {\n",
            "let url = x"
        ));
        assert!(documents("a.java", "/**\n", " * url = x"));
        assert!(documents(
            "a.py",
            "def f():\n    \"\"\"Connects::\n\n",
            "url = x"
        ));
        assert!(documents("a.py", "EXAMPLES = r'''\n", "url: x"));
        assert!(!documents("a.rb", "", "# url = x"));
        assert!(!documents(
            "a.py",
            "def f():\n    \"\"\"Connects.\"\"\"\n",
            "url = x"
        ));
        assert!(!documents("a.rs", "fn f() {\n", "let url = x; // no"));
        assert!(!documents("a.yml", "", "# url: x"));
    }

    #[test]
    fn code_between_backticks_in_a_comment_is_documentation() {
        let config = crate::config::Config::builtin();
        let documents = |line: &str, column: usize| {
            in_documentation(&Candidate {
                rule: &config.rules[0],
                path: "a.rb".into(),
                types: crate::file_type::file_types("a.rb".into(), b""),
                captured: b"",
                line: line.as_bytes(),
                column,
                line_is_cut: false,
                before: b"",
                after: b"",
            })
        };
        assert!(documents("  #   `key: x`", 12));
        assert!(!documents("  #   `key`: x", 13));
        assert!(!documents("  run(`key: x`)", 13));
    }

    #[test]
    fn comments_by_line() {
        let at = |line: &str, what: &str, path: &str| {
            let types = crate::file_type::file_types(path.into(), b"");
            in_comment(line.as_bytes(), line.find(what).expect("there"), types)
        };
        assert!(at("    # eval(x)", "eval", "a.py"));
        assert!(at("x = 1  # eval(x)", "eval", "a.py"));
        assert!(at("  // eval(x)", "eval", "a.js"));
        assert!(at(" * eval(x)", "eval", "a.js"));
        assert!(at("<!-- {{ x|safe }}", "safe", "a.html"));
        assert!(at("<!-- <debug> -->", "debug", "web.config"));
        assert!(!at("url = 'http://x'; eval(x)", "eval", "a.js"));
        assert!(!at("s = '#'; eval(x)", "eval", "a.py"));
        assert!(!at("eval(x) // no", "eval", "a.js"));
        assert!(!at("a //b eval(x)", "eval", "a.py"));
    }
}
