use super::*;
use serde_json::{Value, json};

/// A line of a finding with these fields changed or added; `null` takes a field out.
fn row(changes: &Value) -> String {
    let mut row = json!({
        "path": "a.py", "uri": "a.py", "line": 1, "column": 1, "end_line": 1, "end_column": 9,
        "level": "error", "blocks": true, "rule": "acme-live-key", "fingerprint": "f1",
    });
    let fields = row.as_object_mut().expect("it is one");
    for (name, value) in changes.as_object().expect("changes are an object") {
        match value {
            Value::Null => fields.remove(name),
            value => fields.insert(name.clone(), value.clone()),
        };
    }
    row.to_string()
}

fn in_commit(date: &str, commit: &str) -> String {
    row(&json!({"commit": commit, "commit_date": date}))
}

/// The last line of a part with so many findings; `changes` go into its top level.
fn closing(index: u32, of: u32, findings: u64, changes: &Value) -> String {
    let mut line = json!({
        "shard": {"index": index, "of": of}, "tool": {"name": "guard", "version": "1.2.3"}, "complete": true,
        "summary": {"files": 10, "messages": 3, "added_lines": 100, "excluded_files": 1, "allowed": 2, "findings": findings,
            "blocking": findings, "milliseconds": 5, "notes": ["a note"]},
    });
    let fields = line.as_object_mut().expect("it is one");
    fields.extend(changes.as_object().expect("changes are an object").clone());
    line.to_string()
}

fn end(index: u32, of: u32, findings: u64) -> String {
    closing(index, of, findings, &json!({}))
}

type File<'f> = &'f [&'f str];

fn read(files: &[File<'_>]) -> Result<Merge, MergeError> {
    let mut merge = Merge::default();
    for (number, lines) in files.iter().enumerate() {
        let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        merge.read(&format!("{number}.jsonl"), text.as_bytes())?;
    }
    Ok(merge)
}

fn merged(files: &[File<'_>]) -> Merged {
    let merge = read(files).expect("they can be read");
    merge.finish(Unclosed::Doubt, &[]).expect("they are whole")
}

/// Returns why files cannot be joined.
fn refused(files: &[File<'_>]) -> String {
    let result = read(files).and_then(|merge| merge.finish(Unclosed::Doubt, &[]));
    result.expect_err("they cannot be joined").to_string()
}

fn lines(merged: &Merged) -> Vec<&str> {
    merged.lines.iter().map(AsRef::as_ref).collect()
}

#[test]
fn lines_stay_as_they_are_in_the_order_of_reports() {
    let odd = r#"{"new-field":[1e400, "\u00e4"],"line":2,"uri":"a.py","column":1,"end_line":2,"end_column":3,"blocks":false,"level":"note","rule":"r","fingerprint":"f"}"#;
    let first = row(&json!({}));
    let slash = row(&json!({"path": "a/b", "uri": "a/b"}));
    let dash = row(&json!({"path": "a-b", "uri": "a-b"}));
    // In its URI, a blank sorts after everything above.
    let blank = row(&json!({"path": "a b", "uri": "a%20b"}));
    let result = merged(&[
        &[&slash, odd, &end(2, 2, 2)],
        &[&first, &blank, &dash, &end(1, 2, 3)],
    ]);
    assert_eq!(lines(&result), [&blank, &dash, &first, odd, &slash]);
    assert!(result.blocks());
    assert_eq!(
        result.summary(),
        "guard: 2 shards, 20 files, 6 messages, 5 findings (4 blocking, 1 hinted at), 4 allowed, 2 files excluded"
    );
}

#[test]
fn the_same_row_is_kept_once_and_without_a_commit_every_place_is() {
    let (one, two) = (row(&json!({})), row(&json!({"line": 2})));
    let result = merged(&[
        &[&one, &two, &end(1, 2, 2)],
        &[&one, &end(2, 2, 1)],
        &[&one, &two, &end(1, 2, 2)],
    ]);
    assert_eq!(lines(&result), [&one, &two]);
    assert_eq!(
        result.totals.shards, 2,
        "a part that came twice counts once"
    );
    assert_eq!(result.totals.files, 20);
}

#[test]
fn of_a_finding_in_many_commits_the_first_stays() {
    let later = in_commit("2024-01-02T00:00:00Z", "aa");
    let first = in_commit("2024-01-01T00:00:00Z", "cc");
    let beside = in_commit("2024-01-01T00:00:00Z", "dd");
    let same = row(&json!({"commit": "cc", "commit_date": "2024-01-01T00:00:00Z", "line": 7}));
    let staged = row(&json!({"line": 9}));
    for (one, two) in [(1, 2), (2, 1)] {
        let result = merged(&[
            &[&later, &staged, &first, &end(one, 2, 3)],
            &[&beside, &same, &later, &end(two, 2, 3)],
        ]);
        assert_eq!(
            lines(&result),
            [&first, &same, &staged],
            "in whatever order they come"
        );
    }
    let hint = json!({"level": "note", "blocks": false, "commit": "aa", "commit_date": "2023-01-01T00:00:00Z"});
    let result = merged(&[&[&row(&hint), &first, &end(1, 1, 2)]]);
    assert_eq!(lines(&result), [&first], "a hint hides nothing that blocks");
    assert!(result.blocks());
}

#[test]
fn what_differs_in_rule_path_or_fingerprint_is_not_the_same() {
    let commit = |name: &str, value: &str, hour: u8| {
        let mut fields =
            json!({"commit": "aa", "commit_date": format!("2024-01-01T{hour:02}:00:00Z")});
        fields[name] = value.into();
        row(&fields)
    };
    let rows = [
        commit("uri", "a.py", 1),
        commit("rule", "acme-other-key", 2),
        commit("fingerprint", "f2", 3),
        commit("repository", "shop", 4),
        commit("uri", "b.py", 5),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let merge = read(&[&rows]).expect("they can be read");
    let result = merge.finish(Unclosed::Trust, &[]).expect("it is trusted");
    assert_eq!(result.lines.len(), 5, "{:#?}", result.lines);
}

#[test]
fn a_missing_part_is_named() {
    let (one, three) = (end(1, 4, 0), end(3, 4, 0));
    assert_eq!(
        refused(&[&[&one], &[&three]]),
        "shards 2 and 4 of 4 are missing: the job failed, its result was not handed over, or its last \
         line is cut off; run it again and merge all 4"
    );
    let shop = |index, of| closing(index, of, 0, &json!({"repository": "shop"}));
    assert!(
        refused(&[&[&shop(1, 2)], &[&end(1, 2, 0)], &[&end(2, 2, 0)]])
            .starts_with("shard 2 of 2 of repository shop is missing: ")
    );
    let result = merged(&[&[&shop(1, 2), &end(1, 1, 0), &shop(2, 2)]]);
    assert_eq!(
        result.summary(),
        "guard: 2 repositories, 3 shards, 30 files, 9 messages, 0 findings, 6 allowed, 3 files excluded"
    );
}

#[test]
fn parts_of_different_runs_are_not_joined() {
    let same = json!({});
    for (changes, of, why) in [
        (
            &same,
            3,
            "1.jsonl: shard 2/3 is of another number of parts than shard 1/2 in 0.jsonl",
        ),
        (
            &json!({"tool": {"name": "guard", "version": "1.2.4"}}),
            2,
            "1.jsonl: shard 2/2 was made by another version of guard than shard 1/2 in 0.jsonl",
        ),
        (
            &json!({"scan": "abc"}),
            2,
            "1.jsonl: shard 2/2 was made of other objects than shard 1/2 in 0.jsonl",
        ),
    ] {
        let error = refused(&[&[&end(1, 2, 0)], &[&closing(2, of, 0, changes)]]);
        assert!(error.starts_with(why), "{error}");
        assert!(error.ends_with("name each repository with `--repository` when there are several"));
    }
    let finding = row(&same);
    let error = refused(&[&[&end(1, 1, 0)], &[&finding, &end(1, 1, 1)]]);
    assert!(
        error.starts_with("1.jsonl: shard 1/1 gave another result than shard 1/1 in 0.jsonl"),
        "{error}"
    );
}

#[test]
fn a_result_that_is_cut_off_is_refused() {
    let (finding, other) = (row(&json!({})), row(&json!({"line": 2})));
    let cut = &finding[..finding.len() - 9];
    assert!(refused(&[&[&finding, cut]]).starts_with("0.jsonl:2: the line is cut off"));
    let last = end(1, 1, 1);
    assert!(
        refused(&[&[&finding, &last[..last.len() - 1]]])
            .starts_with("0.jsonl:2: the line is cut off")
    );

    // One after the other, as `cat` writes them: the first without its end.
    let error = refused(&[&[&finding, &other, &end(2, 2, 1)]]);
    assert!(
        error.starts_with(
            "0.jsonl:3: the last line of shard 2/2 tells of 1 finding but 2 stand before it"
        ),
        "{error}"
    );
    let error = refused(&[&[&finding, &end(1, 1, 3)]]);
    assert!(
        error.contains("tells of 3 findings but 1 stands before it"),
        "{error}"
    );
    let error = refused(&[&[&end(1, 1, 0), &finding]]);
    assert!(
        error.starts_with("0.jsonl does not end with the line"),
        "{error}"
    );
}

#[test]
fn a_result_without_its_last_line_proves_a_finding_but_no_pass() {
    let finding = row(&json!({}));
    let warning = row(&json!({"level": "warning", "blocks": false}));
    let result = merged(&[&[&finding], &[]]);
    assert!(result.blocks());
    assert_eq!(
        result.summary(),
        "guard: 2 results without a last line, 1 finding (1 blocking)"
    );
    // Where others are known to be whole, the second is not.
    let last = end(1, 1, 1);
    let doubtful: [&[File<'_>]; 3] = [&[&[]], &[&[&warning]], &[&[&finding, &last], &[&finding]]];
    for files in doubtful {
        let error = refused(files);
        assert!(
            error.contains("not end with the line that says that the run finished"),
            "{error}"
        );
        let merge = read(files).expect("they can be read");
        assert!(merge.finish(Unclosed::Trust, &[]).is_ok());
    }
    assert!(refused(&[&[], &[]]).starts_with("0.jsonl and 1.jsonl do not end"));
}

#[test]
fn what_is_no_result_is_refused_without_a_word_of_it() {
    let secret = "acm_live_0123456789";
    for (line, why) in [
        (format!("{secret}=1"), "this is not a line of a result"),
        (format!("[\"{secret}\"]"), "this is not a line of a result"),
        (format!("\"{secret}\""), "this is not a line of a result"),
        (
            row(&json!({"line": secret})),
            "this is not a line of a result",
        ),
        (
            row(&json!({"level": secret})),
            "this is not a line of a result",
        ),
        (
            format!("{} {secret}", row(&json!({}))),
            "this is not a line of a result",
        ),
        (
            row(&json!({"blocks": false, "x": secret})),
            "this finding has no valid `blocks`",
        ),
        (
            row(&json!({"uri": null, "x": secret})),
            "this finding has no valid `uri`",
        ),
        (
            row(&json!({"uri": format!("{secret}%f")})),
            "this finding has no valid `uri`",
        ),
        (
            row(&json!({"fingerprint": null})),
            "this finding has no valid `fingerprint`",
        ),
        (
            format!("{{\"{secret}\": 1}}"),
            "this finding has no valid `uri`",
        ),
        (
            "{".to_owned(),
            "this is one document of several lines; write results with `--format jsonl`",
        ),
        (
            end(3, 2, 0),
            "this last line of a run has no valid `shard` and `summary`",
        ),
        (
            end(0, 0, 0),
            "this last line of a run has no valid `shard` and `summary`",
        ),
        (
            closing(1, 1, 0, &json!({"summary": {"files": secret}})),
            "this last line of a run has no valid",
        ),
        (
            closing(1, 1, 0, &json!({"complete": false})),
            "this last line of a run has no valid `complete`",
        ),
    ] {
        let error = refused(&[&[&line]]);
        assert!(
            error.starts_with(&format!("0.jsonl:1: {why}")),
            "{line}: {error}"
        );
        assert!(!error.contains(secret), "{error}");
    }
    let mut merge = Merge::default();
    let error = merge
        .read("x", &b"{\"uri\":\"\xff\"}\n"[..])
        .expect_err("it is no UTF-8");
    assert!(
        error
            .to_string()
            .starts_with("x:1: this is not a line of a result")
    );
    let error = merge.read("x", std::io::BufReader::new(std::io::repeat(b' ')));
    let error = error.expect_err("it has no end").to_string();
    assert!(
        error.starts_with("x:1: the line is longer than 16777216 bytes"),
        "{error}"
    );
}

#[test]
fn blank_lines_a_byte_order_mark_and_foreign_line_ends_do_no_harm() {
    let text = format!("\u{feff}{}\r\n\r\n  \n{}", row(&json!({})), end(1, 1, 1));
    let mut merge = Merge::default();
    merge.read("x", text.as_bytes()).expect("it can be read");
    let result = merge.finish(Unclosed::Doubt, &[]).expect("it is whole");
    assert_eq!(lines(&result), [&row(&json!({}))]);
}

#[test]
fn repositories_that_must_be_there_are() {
    let shop = closing(1, 1, 0, &json!({"repository": "shop"}));
    let finish = |expected: &[&str]| {
        let merge = read(&[&[&shop]]).expect("it can be read");
        let expected: Vec<String> = expected.iter().map(|&name| name.to_owned()).collect();
        merge.finish(Unclosed::Doubt, &expected)
    };
    assert!(finish(&["shop"]).is_ok());
    let error = finish(&["shop", "till", "stock"]).expect_err("two are missing");
    assert_eq!(
        error.to_string(),
        "no result of till and stock: run their job again, or take them off the list"
    );
}

#[test]
fn a_document_holds_the_rows_as_they_are() {
    let finding = row(&json!({"unknown": {"deep": [1, 2]}}));
    let result = merged(&[&[&finding, &end(1, 1, 1)]]);
    let mut text = Vec::new();
    result
        .write_document(&mut text)
        .expect("memory can be written");
    let document: Value = serde_json::from_slice(&text).expect("it is JSON");
    let expected: Value = serde_json::from_str(&finding).expect("it is JSON");
    assert_eq!(document["findings"], json!([expected]));
    assert_eq!(
        document["summary"],
        json!({"repositories": 1, "shards": 1, "files": 10, "messages": 3, "added_lines": 100, "excluded_files": 1, "allowed": 2,
            "findings": 1, "blocking": 1, "milliseconds": 5, "notes": ["a note"]})
    );
}
