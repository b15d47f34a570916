//! Calls, their names and what stands in them.

use super::{SHELL, found, python, script};
use crate::config::Config;

#[test]
fn a_call_over_several_lines_is_one_call() {
    let text =
        "import subprocess\nsubprocess.run(\n    command,\n    check=True,\n    shell=True,\n)\n";
    assert_eq!(
        found("a.py", "\"python\"", SHELL, text),
        ["2:subprocess.run("]
    );
}

#[test]
fn keyword_arguments_stand_in_any_order_and_among_others() {
    for call in [
        "subprocess.run(x, shell=True)",
        "subprocess.run(shell=True, args=x)",
        "subprocess.run(x, cwd=d, shell=True, check=False)",
    ] {
        assert_eq!(python(SHELL, call), 1, "{call}");
    }
    for call in [
        "subprocess.run(x)",
        "subprocess.run(x, shell=False)",
        "other.run(x, shell=True)",
    ] {
        assert_eq!(python(SHELL, call), 0, "{call}");
    }
}

#[test]
fn imported_names_stand_for_what_they_import() {
    for text in [
        "import subprocess as sp\nsp.run(x, shell=True)",
        "from subprocess import run\nrun(x, shell=True)",
        "from subprocess import run as go, call\ngo(x, shell=True)",
        "import subprocess\nexecute = subprocess.run\nexecute(x, shell=True)",
    ] {
        assert_eq!(python(SHELL, text), 1, "{text}");
    }
    assert_eq!(
        python(SHELL, "from runner import run\nrun(x, shell=True)"),
        0
    );
}

#[test]
fn modules_of_javascript_are_known_by_any_name() {
    let rule = "syntax = 'child_process.exec($CMD, $$$)'";
    for text in [
        "const { exec } = require('child_process');\nexec(x);",
        "const { exec: run } = require('node:child_process');\nrun(x);",
        "import { exec as run } from 'child_process';\nrun(x, cb);",
        "import * as cp from \"child_process\";\ncp.exec(x);",
        "require('child_process').exec(x)",
        "const cp = require('child_process');\ncp.exec(\n  x,\n  cb\n);",
        "const run = util.promisify(require('child_process').exec);\nawait run(x);",
        "import { exec } from 'child_process';\nconst run = promisify(exec);\nawait run(x);",
    ] {
        assert_eq!(script(rule, text), 1, "{text}");
    }
    for text in [
        "/a/.exec(x)",
        "pattern.exec(x)",
        "exec(x)",
        "import { exec } from './db';\nexec(x);",
    ] {
        assert_eq!(script(rule, text), 0, "{text}");
    }
}

#[test]
fn aliases_of_other_languages_are_known() {
    for (path, language, syntax, text) in [
        (
            "a.go",
            "go",
            "exec.Command($X)",
            "package a\nimport ex \"os/exec\"\nfunc f(x string) { ex.Command(x) }",
        ),
        (
            "a.php",
            "php",
            "Runner::run($X)",
            "<?php\nuse Acme\\Runner as R;\nR::run($x);",
        ),
        (
            "a.cs",
            "csharp",
            "Process.Start($X)",
            "using P = System.Diagnostics.Process;\nclass A { void F(string x) { P.Start(x); } } // run",
        ),
        (
            "a.kt",
            "kotlin",
            "exec($X)",
            "import a.exec as e\nfun f(x: String) { e(x) }",
        ),
    ] {
        let syntax = format!("syntax = '{syntax}'");
        let language = format!("\"{language}\"");
        assert_eq!(found(path, &language, &syntax, text).len(), 1, "{text}");
    }
}

#[test]
fn comments_and_strings_are_no_code() {
    for text in [
        "# subprocess.run(x, shell=True)",
        "s = 'subprocess.run(x, shell=True)'",
        "\"\"\"\nsubprocess.run(x, shell=True)\n\"\"\"",
        "subprocess.run(x)  # shell=True",
    ] {
        assert_eq!(python(SHELL, text), 0, "{text}");
    }
    assert_eq!(
        python(SHELL, "subprocess.run(  # why\n  x,  # what\n  shell=True)"),
        1
    );
}

#[test]
fn relations_narrow_a_pattern() {
    let inside = "syntax = 'eval($X)'\ninside = 'def $F($$$):\n  $$$'";
    assert_eq!(
        python(
            &inside.replace("'def", "'''def").replace("$$$'", "$$$'''"),
            "def f(a):\n    eval(a)\n"
        ),
        1
    );
    let has = "syntax = 'run($X)'\nhas = 'input()'";
    assert_eq!(python(has, "run(a + input())"), 1);
    assert_eq!(python(has, "run(a)\ninput()"), 0);
    let not = "syntax = 'yaml.load($$$)'\nnot = ['yaml.load($$$, Loader=yaml.SafeLoader)', 'yaml.load($_, yaml.SafeLoader)']";
    assert_eq!(python(not, "yaml.load(x)  # run"), 1);
    assert_eq!(python(not, "yaml.load(x, Loader=yaml.Loader)  # run"), 1);
    assert_eq!(
        python(not, "yaml.load(\n  x,\n  Loader=yaml.SafeLoader)  # run"),
        0
    );
    assert_eq!(
        python(
            not,
            "import yaml\nfrom yaml import SafeLoader\nyaml.load(x, SafeLoader)  # run"
        ),
        0
    );
    let any = "syntax = ['run($X)', 'call($X)']\nwhere.X = { regex = '^[ab]$', not-regex = 'b' }";
    assert_eq!(python(any, "run(a)\ncall(a)\nrun(b)\nrun(c)"), 2);
    let nested = "syntax = 'run($X)'\nnot = { inside = 'call($$$)' }";
    assert_eq!(python(nested, "run(a)\ncall(run(a))"), 1);
}

#[test]
fn a_capture_may_be_the_place() {
    let rule = "syntax = 'run($$$, mode=$M)'\nat = 'M'";
    let text = "run(\n  a,\n  mode=fast,\n)";
    assert_eq!(found("a.py", "\"python\"", rule, text), ["3:mode=fast,"]);
}

#[test]
fn text_patterns_match_any_quotes() {
    let rule = "syntax = '$DB.raw_query(f\"$$$\")'";
    assert_eq!(python(rule, "db.raw_query(f'select {x}')"), 1);
    assert_eq!(python(rule, "db.raw_query(f\"\"\"select\n {x}\"\"\")"), 1);
    assert_eq!(python(rule, "db.raw_query('select')"), 0);
    assert_eq!(python(rule, "db.raw_query(f'select')"), 0);
    let word = "syntax = 'hashlib.new(\"md5\", $$$)'";
    assert_eq!(
        python(word, "import hashlib\nhashlib.new('md5', x)  # get"),
        1
    );
    assert_eq!(
        python(word, "import hashlib\nhashlib.new('sha256', x)  # get"),
        0
    );
}

/// Every pattern of the packs is one of its language.
#[test]
fn the_packs_have_no_faults() {
    let config = Config::builtin();
    let faults: Vec<String> = config
        .rules
        .iter()
        .flat_map(super::super::faults)
        .map(|(_, message)| message)
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn faults_of_patterns_say_where_they_stand() {
    let pack = |syntax: &str| {
        format!(
            "[[rule]]\nid = \"a-b\"\ndescription = \"A\"\nkind = \"code\"\nseverity = \"high\"\nlanguages = [\"python\"]\n\
             keywords = [\"eval\"]\nwhy = \"a\"\nfix = \"b\"\ncwe = 1\nowasp = [\"A01:2021\"]\n\
             examples.match = [\"x\"]\nexamples.no-match = [\"y\"]\n{syntax}\n"
        )
    };
    for (syntax, fault) in [
        (
            "syntax = 'eval($X'",
            ":14:10: rule `a-b`: `eval($X` is no single statement or expression of Python",
        ),
        ("syntax = '$X'", "`syntax` matches everything"),
        (
            "syntax = 'eval($X)'\nwhere.Y = \"dynamic\"",
            "no pattern captures `$Y`",
        ),
        ("syntax = 'eval($X)'\nat = 'Z'", "no pattern captures `$Z`"),
        (
            "syntax = 'eval($X)'\nwhere.X = \"dynamc\"",
            ":15:11: unknown class `dynamc`",
        ),
        ("syntax = 'eval($X)'\ninsid = 'f()'", "unknown key `insid`"),
        (
            "regex = 'a'\ninside = 'f()'",
            "`inside` does nothing without `syntax`",
        ),
        ("syntax = ['eval($X)', 'b(']", ":14:23: "),
    ] {
        let error = Config::pack("acme.toml", &pack(syntax))
            .expect_err(syntax)
            .to_string();
        assert!(error.contains(fault), "{syntax}: {error}");
    }
}
