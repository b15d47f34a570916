//! Each point of what syntax patterns mean, on source of the language.

use crate::config::Config;
use crate::decode::decode;
use crate::scan::{Scanner, Target};
use crate::source::Form;

/// Returns the findings of a rule with this `syntax` in a file, as `line:text`.
#[track_caller]
fn found(path: &str, languages: &str, syntax: &str, text: &str) -> Vec<String> {
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
    let result = scanner.scan(&target).expect("the rule compiles");
    let lines: Vec<&str> = text.lines().collect();
    result
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
fn a_name_stands_for_what_it_was_given_one_hop_away() {
    assert_eq!(
        python(SHELL, "flag = True\nsubprocess.run(x, shell=flag)"),
        1
    );
    assert_eq!(
        python(SHELL, "flag = False\nsubprocess.run(x, shell=flag)"),
        0
    );
    let options = "syntax = 'send($X, { secure: false })'";
    assert_eq!(
        script(options, "const o = { a: 1, secure: false };\nsend(x, o);"),
        1
    );
    assert_eq!(
        script(options, "const o = { a: 1, secure: true };\nsend(x, o);"),
        0
    );
}

const QUERY: &str = "syntax = '$DB.execute($SQL, $$$)'\nwhere.SQL = [\"built\", \"sql\"]";

#[test]
fn a_text_built_one_hop_away_is_found_where_it_is_built() {
    let text =
        "def f(db, x):\n    q = f\"SELECT * FROM t WHERE a = {x}\"\n    return db.execute(q)\n";
    assert_eq!(
        found("a.py", "\"python\"", QUERY, text),
        ["2:q = f\"SELECT * FROM t WHERE a = {x}\""]
    );
    for body in [
        "db.execute('SELECT * FROM t WHERE a = ' + x)",
        "db.execute('SELECT * FROM t WHERE a = %s' % x)",
        "db.execute('SELECT * FROM t WHERE a = {}'.format(x))",
        "q = 'SELECT * FROM t'\n    q += ' WHERE a = ' + x\n    db.execute(q)",
        "self.q = 'SELECT * FROM t WHERE a = ' + x\n    db.execute(self.q)",
        "q = ('SELECT * FROM t '\n         f'WHERE a = {x}')\n    db.execute(q)",
    ] {
        let text = format!("def f(db, x):\n    {body}\n");
        assert_eq!(python(QUERY, &text), 1, "{text}");
    }
}

#[test]
fn a_text_of_literals_is_not_built() {
    for body in [
        "q = 'SELECT * FROM t WHERE a = ?'\n    db.execute(q, (x,))",
        "db.execute('SELECT * FROM ' + TABLE + ' WHERE a = ?', (x,))",
        "t = 'users'\n    db.execute(f'SELECT * FROM {t} WHERE a = ?', (x,))",
        "db.execute(f'SELECT * FROM t LIMIT {int(x)}')",
        "db.execute(f\"SELECT * FROM t WHERE a IN ({', '.join('?' for _ in x)})\", x)",
        "c = {'a': 'name'}[x]\n    db.execute(f'SELECT * FROM t ORDER BY {c}')",
        "for t in ('a', 'b'):\n        db.execute(f'SELECT * FROM {t}')",
        "db.execute(f'hello {x}')",
        "db.execute(x)",
    ] {
        let text = format!("def f(db, x):\n    {body}\n");
        assert_eq!(python(QUERY, &text), 0, "{text}");
    }
}

#[test]
fn a_name_of_another_function_is_another_name() {
    let text = "def g(x):\n    q = f'SELECT * FROM t WHERE a = {x}'\n    return q\n\ndef f(db, q):\n    db.execute(q)\n";
    assert_eq!(python(QUERY, text), 0);
}

#[test]
fn what_a_sanitizer_returns_is_literal() {
    let rule = format!("{QUERY}\nsanitizers = [\"quote_name\", \"sql.escape\"]");
    assert_eq!(
        python(&rule, "db.execute(f'SELECT * FROM {quote_name(x)}')"),
        0
    );
    assert_eq!(
        python(
            &rule,
            "from sql import escape as e\ndb.execute(f'SELECT * FROM {e(x)}')"
        ),
        0
    );
    assert_eq!(python(&rule, "db.execute(f'SELECT * FROM {other(x)}')"), 1);
}

#[test]
fn dynamic_is_what_is_not_known_from_the_text() {
    let rule = "syntax = 'eval($X)'\nwhere.X = \"dynamic\"";
    for text in [
        "eval(x)",
        "def f(x):\n    eval(x)",
        "x = input()\neval(x)",
        "eval('1+' + x)",
    ] {
        assert_eq!(python(rule, text), 1, "{text}");
    }
    for text in [
        "eval('1')",
        "x = '1'\neval(x)",
        "eval('a' 'b')",
        "model.eval(x)",
        "eval(CODE)",
    ] {
        assert_eq!(python(rule, text), 0, "{text}");
    }
}

#[test]
fn what_a_request_holds_is_followed_through_names() {
    let rule = "syntax = 'open($X, $$$)'\nwhere.X = \"from-request\"";
    for text in [
        "open(request.args['f'])  # get",
        "name = request.args.get('f')\npath = os.path.join(BASE, name)\nopen(path)",
        "@app.route('/<name>')\ndef get(name):\n    return open('d/' + name)",
        "from flask import request as r\nopen(r.args.get('x'))",
    ] {
        assert_eq!(python(rule, text), 1, "{text}");
    }
    for text in [
        "open(path)  # get",
        "def get(name):\n    open(name)",
        "open(config.get('args'))",
    ] {
        assert_eq!(python(rule, text), 0, "{text}");
    }
    let rule = "syntax = 'send($X)'\nwhere.X = \"from-request\"";
    for text in [
        "app.get('/', (req, res) => { const { id } = req.query; send(id); })",
        "send(`a${req.body.x}`)",
        "const body = req.body;\nconst url = body.url;\nsend(url);",
    ] {
        assert_eq!(script(rule, text), 1, "{text}");
    }
    assert_eq!(script(rule, "send(data.query)"), 0);
}

#[test]
fn requests_of_other_frameworks_are_known() {
    for (path, language, syntax, text) in [
        (
            "a.go",
            "go",
            "run($X)",
            "package a\nfunc f(w http.ResponseWriter, r *http.Request) { x := r.URL.Query().Get(\"a\"); run(x) }",
        ),
        (
            "a.go",
            "go",
            "run($X)",
            "package a\nfunc f(c *gin.Context) { run(c.Query(\"a\")) }",
        ),
        (
            "A.java",
            "java",
            "run($X)",
            "class A { void f(HttpServletRequest request) { String x = request.getParameter(\"a\"); run(x); } }",
        ),
        (
            "A.java",
            "java",
            "run($X)",
            "class A { void f(@RequestParam String x) { run(x); } }",
        ),
        ("a.php", "php", "run($X)", "<?php $x = $_GET['a']; run($x);"),
        (
            "a.rb",
            "ruby",
            "run($X)",
            "def f\n  x = params[:a]\n  run(x)\nend",
        ),
        (
            "a.cs",
            "csharp",
            "Run($X)",
            "class A { void F([FromQuery] string x) { Run(x); } }",
        ),
        (
            "a.cs",
            "csharp",
            "Run($X)",
            "class A { void F() { var x = Request.Query[\"a\"]; Run(x); } }",
        ),
    ] {
        let syntax = format!("syntax = '{syntax}'\nwhere.X = \"from-request\"");
        let language = format!("\"{language}\"");
        assert_eq!(found(path, &language, &syntax, text).len(), 1, "{text}");
    }
}

#[test]
fn texts_are_built_in_every_language() {
    for (path, language, syntax, text) in [
        (
            "a.js",
            "javascript",
            "$D.query($S)",
            "const q = `SELECT * FROM t WHERE a = ${x}`;\ndb.query(q);",
        ),
        (
            "a.ts",
            "javascript",
            "$D.query($S)",
            "const q: string = 'SELECT * FROM t WHERE a = ' + x;\nawait db.query<Row>(q as string);",
        ),
        (
            "a.tsx",
            "javascript",
            "$D.query($S)",
            "const a = <b>{db.query(`SELECT * FROM t WHERE a = ${x}`)}</b>;",
        ),
        (
            "a.go",
            "go",
            "$D.Query($S)",
            "package a\nfunc f(x string) {\n\tq := fmt.Sprintf(\"SELECT * FROM t WHERE a = '%s'\", x)\n\tdb.Query(q)\n}",
        ),
        (
            "A.java",
            "java",
            "$D.executeQuery($S)",
            "class A { void f(String x) { String q = \"SELECT * FROM t WHERE a = \" + x; st.executeQuery(q); } }",
        ),
        (
            "A.java",
            "java",
            "$D.executeQuery($S)",
            "class A { void f(String x) { st.executeQuery(String.format(\"SELECT * FROM t WHERE a = %s\", x)); } }",
        ),
        (
            "a.kt",
            "kotlin",
            "$D.rawQuery($S, $$$)",
            "fun f(x: String) { val q = \"SELECT * FROM t WHERE a = $x\"\n db.rawQuery(q, null) }",
        ),
        (
            "a.rb",
            "ruby",
            "$D.execute($S)",
            "q = \"SELECT * FROM t WHERE a = #{x}\"\ndb.execute(q)",
        ),
        (
            "a.rb",
            "ruby",
            "$D.execute($S)",
            "q = <<~SQL\n  SELECT * FROM t WHERE a = #{x}\nSQL\ndb.execute(q)",
        ),
        (
            "a.php",
            "php",
            "$D->query($S)",
            "<?php\n$q = \"SELECT * FROM t WHERE a = $x\";\n$db->query($q);",
        ),
        (
            "a.php",
            "php",
            "$D->query($S)",
            "<?php $db->query('SELECT * FROM t WHERE a = ' . $x);",
        ),
        (
            "a.cs",
            "csharp",
            "new SqlCommand($S, $$$)",
            "class A { void F(string x) { var query = $\"SELECT * FROM t WHERE a = {x}\"; var c = new SqlCommand(query, con); } }",
        ),
        (
            "a.rs",
            "rust",
            "$D.execute($S, $$$)",
            "fn f(x: &str) { let q = format!(\"SELECT * FROM t WHERE a = {}\", x); db.execute(&q, &[])?; }",
        ),
    ] {
        let syntax = format!("syntax = '{syntax}'\nwhere.S = [\"built\", \"sql\"]");
        let language = format!("\"{language}\"");
        assert_eq!(found(path, &language, &syntax, text).len(), 1, "{text}");
    }
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
fn bytes_that_are_no_text_do_no_harm() {
    let pack = "eval(a)\n# \u{e9}\u{fffd}\n";
    assert_eq!(python("syntax = 'eval($X)'", pack), 1);
}

/// Every pattern of the packs is one of its language.
#[test]
fn the_packs_have_no_faults() {
    let config = Config::builtin();
    let faults: Vec<String> = config
        .rules
        .iter()
        .flat_map(super::faults)
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
