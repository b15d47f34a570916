//! What values are, wherever they got their text.

use super::{QUERY, SHELL, found, python, script};

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
