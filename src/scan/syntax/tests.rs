//! Each point of what syntax patterns mean, on source of the language.

mod calls;
mod files;
mod values;

use crate::config::Config;
use crate::decode::decode;
use crate::scan::{Scanned, Scanner, Target};
use crate::source::Form;

/// Returns the findings of a rule with this `syntax` in a file, as `line:text`.
#[track_caller]
fn scanned(path: &str, languages: &str, syntax: &str, text: &str) -> Scanned {
    let pack = format!(
        r#"
[[rule]]
id = "acme-rule"
description = "Something dangerous"
kind = "code"
severity = "high"
languages = [{languages}]
keywords = ["call", "exec", "get", "run", "query", "eval", "make", "curl", "html", "send"]
{syntax}
why = "It is. Really."
fix = "do not"
cwe = 89
owasp = ["A03:2021"]
examples.match = ["x"]
examples.no-match = ["y"]
"#
    );
    let config = Config::pack("acme.toml", &pack).expect("the rule has no faults");
    let scanner = Scanner::new(&config);
    let decoded = decode(text.as_bytes());
    let target = Target {
        path: path.into(),
        form: Form::File,
        decoded: &decoded,
        added: None,
        commit: None,
    };
    scanner.scan(&target).expect("the rule compiles")
}

/// Returns the lines of the findings of a rule, with their texts.
fn found(path: &str, languages: &str, syntax: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    scanned(path, languages, syntax, text)
        .findings
        .iter()
        .map(|finding| {
            let line = finding.location.line;
            format!("{line}:{}", lines[line as usize - 1].trim())
        })
        .collect()
}

fn python(syntax: &str, text: &str) -> usize {
    found("a.py", "\"python\"", syntax, text).len()
}

fn script(syntax: &str, text: &str) -> usize {
    found("a.js", "\"javascript\"", syntax, text).len()
}

const SHELL: &str = "syntax = 'subprocess.run($$$ARGS, shell=True)'";

const QUERY: &str = "syntax = '$DB.execute($SQL, $$$)'\nwhere.SQL = [\"built\", \"sql\"]";
