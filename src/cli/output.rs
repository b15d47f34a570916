//! Colour, standard output and standard error.

use super::When;
use crate::escape::escape;
use std::io::{self, IsTerminal, Write};

/// Decides on colour once, for everything that is printed.
pub(super) fn set_color(when: When) {
    match when {
        When::Always => colored::control::set_override(true),
        When::Never => colored::control::set_override(false),
        When::Auto => colored::control::set_override(wanted(Environment::read())),
    }
}

/// Tells whether output is coloured.
pub(super) fn color() -> bool {
    colored::control::SHOULD_COLORIZE.should_colorize()
}

/// What the environment says about colour.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a variable that is set or not"
)]
#[derive(Clone, Copy, Debug, Default)]
struct Environment {
    no_color: bool,
    force: bool,
    off: bool,
    terminal: bool,
}

impl Environment {
    fn read() -> Self {
        let is = |name: &str, test: fn(&str) -> bool| {
            std::env::var(name).is_ok_and(|value| test(&value))
        };
        Self {
            no_color: is("NO_COLOR", |value| !value.is_empty()),
            force: is("CLICOLOR_FORCE", |value| !value.is_empty() && value != "0"),
            off: is("CLICOLOR", |value| value == "0") || is("TERM", |value| value == "dumb"),
            terminal: io::stdout().is_terminal(),
        }
    }
}

/// Sources: <https://no-color.org>, <https://bixense.com/clicolors>.
fn wanted(environment: Environment) -> bool {
    let Environment {
        no_color,
        force,
        off,
        terminal,
    } = environment;
    !no_color && (force || (terminal && !off))
}

/// Prints why guard could not do its work: the error and its causes, once.
pub(super) fn print_error(error: &anyhow::Error) {
    let mut text = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let cause = cause.to_string();
        // Causes that a message already holds are not said twice.
        if depth > 0 && text.contains(cause.as_str()) {
            continue;
        }
        text.push_str(if depth == 0 { "" } else { ": " });
        text.push_str(&cause);
    }
    let mut err = io::stderr().lock();
    for line in text.lines() {
        // Nothing can be done when standard error is closed; the exit status tells.
        let _ = writeln!(err, "guard: error: {}", escape(line.as_bytes()));
    }
}

/// Prints a line to standard error.
pub(super) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_beats_force_beats_the_terminal() {
        let none = Environment::default();
        assert!(!wanted(none));
        assert!(wanted(Environment {
            terminal: true,
            ..none
        }));
        assert!(wanted(Environment {
            force: true,
            ..none
        }));
        assert!(!wanted(Environment {
            force: true,
            no_color: true,
            terminal: true,
            ..none
        }));
        assert!(!wanted(Environment {
            terminal: true,
            off: true,
            ..none
        }));
    }
}
