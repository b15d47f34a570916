//! Which files are parsed, and how much of them.

use super::{found, python, scanned, script};

#[test]
fn scripts_in_pages_are_code_of_their_own() {
    let rule = "syntax = 'eval($X)'\nwhere.X = \"dynamic\"";
    let text = "<p>eval(a)</p>\n<script>\n  eval(b);\n</script>\n<script type=\"application/json\">{\"a\": \"eval(c)\"}</script>\n";
    assert_eq!(
        found("a.html", "\"javascript\"", rule, text),
        ["3:eval(b);"]
    );
    let text = "<template><a/></template>\n<script lang=\"ts\">\nconst a: string = eval(b as string);\n</script>\n";
    assert_eq!(found("a.vue", "\"javascript\"", rule, text).len(), 1);
}

#[test]
fn shell_in_dockerfiles_and_workflows_is_shell() {
    let rule = "syntax = 'curl $$$ | sh'";
    let docker = "FROM a:1\n# curl b | sh\nRUN apt-get update && \\\n    curl c | sh\n";
    assert_eq!(
        found("Dockerfile", "\"shell\", \"dockerfile\"", rule, docker),
        ["4:curl c | sh"]
    );
    let workflow = "jobs:\n  a:\n    steps:\n      - name: curl b | sh\n      - run: |\n          set -e\n          curl -f c | sh\n      - run: curl d | sh\n";
    assert_eq!(
        found(
            ".github/workflows/a.yml",
            "\"shell\", \"yaml\"",
            rule,
            workflow
        ),
        ["7:curl -f c | sh", "8:- run: curl d | sh"]
    );
}

#[test]
fn what_does_not_parse_falls_to_the_regex() {
    let rule = "syntax = 'eval($X)'\nregex = '\\beval\\('";
    // Code that parses is matched on the tree alone.
    assert_eq!(python(rule, "# eval(a)\ns = 'eval(a)'\n"), 0);
    let broken = "def f(:\n    eval(a\n  ]]\nfoo(\n";
    assert_eq!(found("a.py", "\"python\"", rule, broken), ["2:eval(a"]);
    // A file of a language without a grammar.
    assert_eq!(
        found("a.swift", "\"python\", \"swift\"", rule, "eval(a)").len(),
        1
    );
    let both = "syntax = 'run($X)'\nregex = '\\beval\\('\nand-regex = true";
    assert_eq!(python(both, "run(a)\neval(b)\n"), 2);
}

#[test]
fn deep_and_large_files_are_bounded() {
    let rule = "syntax = 'eval($X)'\nregex = '\\beval\\('";
    for text in [
        format!(
            "eval(a)\nx = {}{}\n",
            "[".repeat(100_000),
            "]".repeat(100_000)
        ),
        format!("eval(a)\nx = {}\n", "[".repeat(100_000)),
        format!("eval(a)\nx = {}1\n", "1+".repeat(100_000)),
        format!("eval(a)\n{}", "x = 'a'\n".repeat(1_400_000)),
    ] {
        assert_eq!(python(rule, &text), 1);
    }
    let rule = "syntax = 'run($X)'\nwhere.X = [\"built\", \"sql\"]\nregex = 'run'";
    let chain = format!("run({}'a' + x)\n", "'SELECT a FROM b' + ".repeat(900));
    assert!(python(rule, &chain) <= 1);
}

#[test]
fn what_is_not_parsed_is_said_when_nothing_else_looks_there() {
    let large = format!("eval(a)\nx = [{}]\n", "1, ".repeat(300_000));
    let notes = |rule: &str, text: &str| scanned("a.py", "\"python\"", rule, text).notes.len();
    assert_eq!(notes("syntax = 'eval($X)'", &large), 1);
    assert_eq!(
        notes("syntax = 'eval($X)'\nregex = '\\beval\\('", &large),
        0
    );
    assert_eq!(
        notes("syntax = 'exec($X)'", &large),
        0,
        "it holds no such call"
    );
    assert_eq!(notes("syntax = 'eval($X)'", "eval(a)\n"), 0);
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let pack = "eval(a)\n# \u{e9}\u{fffd}\n";
    assert_eq!(python("syntax = 'eval($X)'", pack), 1);
}

/// Functions in which a rule has nothing to look for, so many that a file is long.
fn filler(head: &str, body: &str, end: &str) -> String {
    let function = |at: i32| {
        let head = head.replace("NAME", &format!("filler_{at}"));
        format!("{head}\n{}{end}\n", body.repeat(4))
    };
    (0..80).map(function).collect()
}

#[test]
fn what_a_long_file_holds_is_found_between_functions_that_are_left_out() {
    let python = filler("def NAME(a):", "    b = a + [1, 2, 3]\n", "");
    let script = filler("function NAME(a) {", "  const b = a + [1, 2, 3];\n", "}");
    let shell = "syntax = 'subprocess.run($CMD, $$$, shell=True)'\nwhere.CMD = \"built\"";
    let query = "syntax = '$DB.query($SQL)'\nwhere.SQL = [\"built\", \"sql\"]";
    let command = "def f(x):\n    c = 'ls ' + x\n";
    for text in [
        "import subprocess as sp\nFILLER\nBUILT    sp.run(c, shell=True)\nFILLER",
        "from subprocess import run as go\nFILLER\nBUILT    go(c, shell=True)\nFILLER",
        "import subprocess\nFILLER\nBUILT    go = subprocess.run\n    go(c, shell=True)\nFILLER",
        "def g():\n    import subprocess as sp\n    return sp\nFILLER\nBUILT    sp.run(c, shell=True)\n",
        "import subprocess\nFILLER\nBUILT    \"\"\"subprocess.run(\n\"\"\"\n    subprocess.run(c, shell=True)\n",
        "import subprocess\nFILLER\ndef f(x):\n    return f\"\"\"{subprocess.run('ls ' + x, shell=True)}\n\"\"\"\n",
    ] {
        let long = text.replace("BUILT", command).replace("FILLER", &python);
        assert_eq!(found("a.py", "\"python\"", shell, &long).len(), 1, "{text}");
    }
    for text in [
        "FILLER\nfunction f(x) {\n  const c = 'SELECT a FROM b WHERE c = ' + x;\n  db.query(c);\n}\nFILLER",
        "const c = 'SELECT a FROM b WHERE c = ' + x;\nFILLER\nconst f = () => {\n  db\n    .query(\n      c\n    );\n}\nFILLER",
        "FILLER\nclass A {\n  f(x) {\n    const c = `\n}\nSELECT a FROM b`; const d = `SELECT a FROM b WHERE c = ${x}`;\n    db.query(d);\n  }\n}\nFILLER",
        "FILLER\nfunction f(x) {\n  if (y) {\n}\n  db.query('SELECT a FROM b WHERE c = ' + x);\n}\nFILLER",
    ] {
        let long = text.replace("FILLER", &script);
        assert_eq!(
            found("a.js", "\"javascript\"", query, &long).len(),
            1,
            "{text}"
        );
    }
}

#[test]
fn marks_of_byte_order_and_line_ends_of_windows_do_no_harm() {
    let shell = "syntax = 'subprocess.run($CMD, $$$, shell=True)'\nwhere.CMD = \"built\"";
    let functions = filler("def NAME(a):", "    b = a + [1, 2, 3]\n", "");
    let call = "import subprocess as sp\ndef f(x):\n    sp.run('ls ' + x,\n        shell=True)\n";
    for text in [call.to_owned(), format!("{functions}{call}{functions}")] {
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(python(shell, &text), 1);
    }
}

#[test]
fn of_a_large_file_only_what_is_parsed_counts() {
    let functions = filler("def NAME(a):", "    b = a + [1, 2, 3]\n", "").repeat(90);
    let call = "import subprocess as sp\ndef f(x):\n    sp.run('ls ' + x, shell=True)\n";
    let shell = "syntax = 'subprocess.run($CMD, $$$, shell=True)'\nwhere.CMD = \"built\"";
    let text = format!("{functions}{call}{functions}");
    assert!(text.len() > super::super::MAX_BYTES);
    assert_eq!(python(shell, &text), 1);
    let statements = "b = a + [1, 2, 3]\n".repeat(40_000);
    assert_eq!(python(shell, &format!("{statements}{call}")), 0);
}

#[test]
fn calls_that_give_nothing_of_the_kind_are_told_without_a_tree() {
    let query = "syntax = ['$DB.query($SQL)', '$DB.run($SQL)']\nwhere.SQL = [\"built\", \"sql\"]";
    let statement = "const q = `SELECT a FROM b WHERE c = ${x}`;\n";
    for call in [
        "db.query(q)",
        "db.run((q))",
        "db.query('SELECT a FROM b WHERE c = ' + x)",
        "db.query?.(q)",
        "db.query/* */(q)",
        "db . query (\n q )",
    ] {
        assert_eq!(script(query, &format!("{statement}{call};")), 1, "{call}");
    }
    for call in [
        "db.query()",
        "db.run('x', q)",
        "query(q)",
        "db.query(get(1))",
        "db.query(other)",
    ] {
        assert_eq!(script(query, &format!("{statement}{call};")), 0, "{call}");
    }
}
