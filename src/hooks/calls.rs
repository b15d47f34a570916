//! Whether a shell script runs guard, and heeds how it ends.
//!
//! No shell is interpreted: the script is read line by line, and what is not plain to see counts as
//! unclear.

use super::script::Hook;
use bstr::{BStr, ByteSlice};

/// What a script does about guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// It does not run it.
    None,
    /// It has this line, but that the line is reached or that its status counts is not plain.
    Unclear(String),
    /// It runs it after this line, which may read what git says to the hook, so that guard would
    /// read nothing.
    Late(String),
    /// It runs this program and ends as it ends, if that is in failure.
    Made(String),
}

/// How a shell goes on after a command that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnFailure {
    /// With the next command, unless the script says otherwise.
    GoOn,
    /// Not at all: `sh -e`.
    Exit,
}

/// Looks through a script that git or a manager runs as `hook`.
pub(super) fn in_script(text: &[u8], hook: Hook, mut on_failure: OnFailure) -> Call {
    let text = text.to_str_lossy().replace("\\\n", " ");
    if let Some(first) = text.lines().next()
        && let Some(interpreter) = first.strip_prefix("#!")
        && interpreter.split_whitespace().skip(1).any(exits)
    {
        on_failure = OnFailure::Exit;
    }
    let lines = commands_in(&text);
    let mut best = Call::None;
    let mut depth = 0_usize;
    for (number, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["exit" | "return", ..] if depth == 0 => break,
            ["set", "-o", "errexit"] => on_failure = OnFailure::Exit,
            ["set", "+o", "errexit"] => on_failure = OnFailure::GoOn,
            ["set", flags, ..] if exits(flags) => on_failure = OnFailure::Exit,
            ["set", flags, ..] if flags.starts_with('+') && flags.contains('e') => {
                on_failure = OnFailure::GoOn;
            }
            _ => {}
        }
        let is_last = number + 1 == lines.len();
        match in_line(line, hook, on_failure, is_last) {
            Call::Made(program) if depth == 0 => {
                let reader = lines[..number].iter().find(|line| may_read(line));
                return match reader.filter(|_| hook.reads_lines()) {
                    Some(reader) => Call::Late((*reader).to_owned()),
                    None => Call::Made(program),
                };
            }
            Call::None => {}
            _ => best = Call::Unclear((*line).to_owned()),
        }
        depth = (depth + opened(line)).saturating_sub(closed(line));
        if commands_of(line).is_none() {
            // A text goes on over the line's end: nothing below is sure to be a command.
            depth = usize::MAX / 2;
        }
    }
    best
}

/// Returns the lines that are commands: no comments, and no text that a command is given (`<<END`).
fn commands_in(script: &str) -> Vec<&str> {
    let mut commands = Vec::new();
    let mut end: Option<String> = None;
    for line in script.lines().map(str::trim) {
        if let Some(word) = end.take() {
            end = (word != line).then_some(word);
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        commands.push(line);
        end = line.split_once("<<").map(|(_, rest)| {
            let rest = rest.trim_start_matches('-').trim_start();
            let word = rest
                .split([' ', ';', '|', '>', '&'])
                .next()
                .unwrap_or_default();
            word.replace(['\'', '"', '\\'], "")
        });
    }
    commands
}

/// Says whether a line may run a program that reads standard input.
fn may_read(line: &str) -> bool {
    let plain = ["set", ".", "export", "echo", "printf", "cd"];
    let first = line.split_whitespace().next().unwrap_or_default();
    !plain.contains(&first) && !is_assignment(first)
}

/// Looks at a command that is run as it is, without a shell.
pub(super) fn in_command(command: &str, hook: Hook) -> Call {
    program(command, hook).map_or(Call::None, Call::Made)
}

/// Says whether an option of a shell has it end when a command fails.
fn exits(flags: &str) -> bool {
    flags.starts_with('-') && !flags.starts_with("--") && flags.contains('e')
}

/// Counts the blocks that begin on a line.
fn opened(line: &str) -> usize {
    let words = words_of(line);
    let begins = ["if", "for", "while", "until", "case", "{", "("];
    words.iter().filter(|word| begins.contains(word)).count()
        + usize::from(line.ends_with('{') && words.last() != Some(&"{"))
}

/// Counts the blocks that end on a line.
fn closed(line: &str) -> usize {
    let ends = ["fi", "done", "esac", "}", ")"];
    let words = words_of(line);
    words.iter().filter(|word| ends.contains(word)).count()
}

fn words_of(line: &str) -> Vec<&str> {
    let is_between = |character: char| character.is_whitespace() || character == ';';
    line.split(is_between)
        .filter(|word| !word.is_empty())
        .collect()
}

/// How a command is joined to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    End,
    Then,
    And,
    Or,
    /// A pipe, or the background: how it ends is not heeded.
    Lost,
}

fn in_line(line: &str, hook: Hook, on_failure: OnFailure, is_last: bool) -> Call {
    let Some(commands) = commands_of(line) else {
        let is_named = line.contains("guard ");
        return if is_named {
            Call::Unclear(line.to_owned())
        } else {
            Call::None
        };
    };
    for (number, (command, joint)) in commands.iter().enumerate() {
        let Some(program) = program(command, hook) else {
            continue;
        };
        let rest = &commands[number + 1..];
        let is_plain = number == 0 || commands[number - 1].1 == Joint::Then;
        let is_replaced = command.trim_start().starts_with("exec ");
        let counts = match joint {
            Joint::Lost => false,
            _ if is_replaced => true,
            Joint::Or => rest.first().is_some_and(|(next, _)| ends_script(next)),
            Joint::End => is_last || on_failure == OnFailure::Exit,
            Joint::Then => on_failure == OnFailure::Exit,
            // The shell goes on after a failure in the midst of a list even with `-e`.
            Joint::And => {
                is_last
                    && rest
                        .iter()
                        .all(|(_, joint)| matches!(joint, Joint::And | Joint::End))
            }
        };
        return if is_plain && counts {
            Call::Made(program)
        } else {
            Call::Unclear(line.to_owned())
        };
    }
    Call::None
}

/// Says whether a command ends the script in failure.
fn ends_script(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words.as_slice() {
        ["exit" | "return"] => true,
        ["exit" | "return", status] => *status != "0",
        _ => false,
    }
}

/// Splits a line into commands, each with how it is joined to the next; nothing when a quotation
/// does not end on it.
fn commands_of(line: &str) -> Option<Vec<(&str, Joint)>> {
    let mut commands = Vec::new();
    let (mut begin, mut quote) = (0, None);
    let mut bytes = line.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        if let Some(open) = quote {
            quote = quote.filter(|_| byte != open);
            continue;
        }
        let before = at.checked_sub(1).map(|at| line.as_bytes()[at]);
        match byte {
            b'\'' | b'"' => quote = Some(byte),
            b'#' if before.is_some_and(|before| before.is_ascii_whitespace()) => {
                commands.push((&line[begin..at], Joint::End));
                return Some(commands);
            }
            // `2>&1` joins nothing.
            b'&' if matches!(before, Some(b'>' | b'<')) => {}
            b';' | b'&' | b'|' => {
                let is_double = bytes.peek().is_some_and(|&(_, next)| next == byte);
                let joint = match (byte, is_double) {
                    (b'&', true) => Joint::And,
                    (b'|', true) => Joint::Or,
                    (b';', _) => Joint::Then,
                    _ => Joint::Lost,
                };
                commands.push((&line[begin..at], joint));
                if is_double {
                    bytes.next();
                }
                begin = at + 1 + usize::from(is_double);
            }
            _ => {}
        }
    }
    commands.push((&line[begin..], Joint::End));
    quote.is_none().then_some(commands)
}

/// Returns the program of a command that runs guard for `hook`.
fn program(command: &str, hook: Hook) -> Option<String> {
    let mut words = command
        .split_whitespace()
        .map(|word| word.trim_matches(['\'', '"']))
        .skip_while(|word| matches!(*word, "exec" | "command" | "env") || is_assignment(word));
    let program = words.next()?;
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    if !matches!(name, "guard" | "guard.exe" | "$guard" | "${guard}") {
        return None;
    }
    let arguments: Vec<&str> = words.collect();
    let scans_index = matches!(hook, Hook::PreCommit | Hook::PreMergeCommit);
    let serves = match arguments.as_slice() {
        ["hook", name, ..] => {
            *name == hook.name()
                || (scans_index && matches!(*name, "pre-commit" | "pre-merge-commit"))
        }
        ["check", rest @ ..] => scans_index && rest.contains(&"--staged"),
        _ => false,
    };
    serves.then(|| program.to_owned())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Says whether a script sets `name` to 0 for whatever comes after.
pub(super) fn sets_to_zero(text: &[u8], name: &str) -> bool {
    BStr::new(text).lines().any(|line| {
        let line = line.trim();
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        let value = line.strip_prefix(name.as_bytes());
        value.is_some_and(|value| matches!(value, b"=0" | b"='0'" | b"=\"0\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(script: &str) -> Call {
        in_script(script.as_bytes(), Hook::PreCommit, OnFailure::GoOn)
    }

    #[test]
    fn a_call_whose_status_ends_the_script_counts() {
        for script in [
            "#!/bin/sh\nguard hook pre-commit\n",
            "#!/bin/sh\nmake lint\nexec guard hook pre-commit \"$@\"\n",
            "guard hook pre-commit || exit 1\nmake lint\n",
            "guard check --staged || exit $?\nmake lint\n",
            "guard hook pre-commit 2>&1 || exit\nmake\n",
            "#!/bin/sh -e\nguard hook pre-commit\nmake lint\n",
            "set -eu\nguard hook pre-commit; make lint\n",
            "guard hook pre-commit && make lint\n",
            "if true; then\n  make\nfi\nguard hook pre-commit # last\n",
            "cat <<END\ndon't\nEND\nguard hook pre-commit\n",
            "f() {\n  make\n}\nexec guard \\\n  hook pre-commit\n",
        ] {
            assert_eq!(call(script), Call::Made("guard".to_owned()), "{script}");
        }
        let path = "PAGER=cat '/opt/guard' check --staged --threads 1\n";
        assert_eq!(call(path), Call::Made("/opt/guard".to_owned()));
    }

    #[test]
    fn a_call_whose_status_is_lost_does_not() {
        for script in [
            "#!/bin/sh\nguard hook pre-commit\nmake lint\n",
            "guard hook pre-commit || true\n",
            "guard hook pre-commit || exit 0\n",
            "guard hook pre-commit | tee log\n",
            "guard hook pre-commit &\nwait\n",
            "set -e\nguard hook pre-commit && make\nmake lint\n",
            "set -e\nset +e\nguard hook pre-commit\nmake lint\n",
            "[ -x guard ] && guard hook pre-commit\n",
            "echo 'all\nguard hook pre-commit\n'\n",
            "if [ \"$CI\" ]; then\n  exec guard hook pre-commit\nfi\n",
        ] {
            assert!(matches!(call(script), Call::Unclear(_)), "{script}");
        }
    }

    #[test]
    fn other_commands_are_no_call() {
        for script in [
            "",
            "# guard hook pre-commit\n",
            "guard --version\n",
            "guard hook pre-push\n",
            "guard check src\n",
            "echo guard hook pre-commit\n",
            "exit 0\nguard hook pre-commit\n",
            "bundle exec guard\n",
            "cat <<-'END' >&2\nguard hook pre-commit\nEND\nmake\n",
        ] {
            assert_eq!(call(script), Call::None, "{script}");
        }
    }

    #[test]
    fn what_may_read_before_guard_is_named() {
        let late = Call::Late("git lfs pre-push \"$@\"".to_owned());
        let script = "set -e\ngit lfs pre-push \"$@\"\nguard hook pre-push \"$@\"\n";
        let of = |script: &str| in_script(script.as_bytes(), Hook::PrePush, OnFailure::GoOn);
        assert_eq!(of(script), late);
        let script = "set -e\necho checking\nguard hook pre-push \"$@\"\ngit lfs pre-push\n";
        assert_eq!(of(script), Call::Made("guard".to_owned()));
    }

    #[test]
    fn a_variable_that_is_zero_is_seen() {
        assert!(sets_to_zero(b"# off\nexport HUSKY=0\n", "HUSKY"));
        assert!(!sets_to_zero(b"HUSKY=1\nOTHER_HUSKY=0\n", "HUSKY"));
    }
}
