//! The rules, settings and exceptions in force: the built-in packs, and what a team's pattern
//! file makes of them.

mod rules;

pub use rules::Rules;

use crate::builtin;
use crate::escape::hidden;
use crate::glob::Globs;
use crate::spec::{
    self, Allow, Fault, Faults, PatternFile, Precision, Rule, RuleChange, Severity, Sourced,
};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// The name of the built-in packs in `extends`.
pub const BUILTIN: &str = "guard:default";
/// The name of a team's pattern file, at the root of its repository.
pub const FILE_NAME: &str = "patterns.toml";
/// How deep pattern files may extend one another.
const MAX_DEPTH: usize = 8;

/// The rules, settings and exceptions in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Every rule, enabled or not.
    pub rules: Rules,
    /// The severity from which a finding blocks.
    pub block: Severity,
    /// What is not scanned.
    pub exclude: Option<Globs>,
    /// Reviewed exceptions.
    pub allows: Vec<Allow>,
    /// The pattern files that were read, besides the built-in packs.
    pub files: Vec<String>,
    /// Where each of the files' own rules stands, by index into `rules`.
    pub places: HashMap<usize, (String, usize, usize)>,
}

/// A pattern file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It has faults: all of them, with their places.
    #[error("{0}")]
    Faults(#[from] Faults),
    /// It cannot be read.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why not.
        cause: String,
    },
}

/// Reads a pattern file by its path from the repository root: from the index, a revision or disk.
///
/// Answers `None` when there is no such file, and a message when there is one that cannot be read.
pub type Loader<'l> = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + 'l;

impl Default for Config {
    fn default() -> Self {
        Self::builtin()
    }
}

impl Config {
    /// Returns the built-in packs. Nothing is parsed or copied.
    #[must_use]
    pub fn builtin() -> Self {
        Self {
            rules: Rules::builtin(),
            ..Self::empty()
        }
    }

    fn empty() -> Self {
        Self {
            rules: Rules::default(),
            block: builtin::BLOCK,
            exclude: None,
            allows: Vec::new(),
            files: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Loads a pattern file and what it extends.
    ///
    /// A file that says nothing about `extends` builds on [`BUILTIN`].
    ///
    /// # Errors
    ///
    /// Returns every fault of every file at once, or the first file that cannot be read.
    pub fn load(file: &str, loader: &Loader<'_>) -> Result<Self, ConfigError> {
        let mut build = Build::new(loader);
        build.file(file, None, 0)?;
        build.finish()
    }

    /// Checks one pattern file by itself, as a pack: without the rules it extends.
    ///
    /// # Errors
    ///
    /// Returns every fault of the file.
    pub fn pack(file: &str, text: &str) -> Result<Self, ConfigError> {
        let (mut parsed, faults) = spec::read(file, text);
        parsed.extends = Some(Vec::new());
        let loader = |_: &str| Ok(None);
        let mut build = Build::new(&loader);
        build.faults = faults;
        build.add(file, parsed, 0)?;
        build.finish()
    }

    /// Returns where a rule stands: its pack or pattern file, with the line where that is known.
    #[must_use]
    pub fn place(&self, index: usize) -> String {
        match self.places.get(&index) {
            Some((file, line, _)) => format!("{file}:{line}"),
            None => self.rules.pack(index).unwrap_or_default().to_owned(),
        }
    }

    /// Returns the rule of that id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.position(id).map(|index| &self.rules[index])
    }
}

/// Pattern files being put together.
struct Build<'l> {
    loader: &'l Loader<'l>,
    config: Config,
    exclude: Vec<String>,
    seen: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl<'l> Build<'l> {
    fn new(loader: &'l Loader<'l>) -> Self {
        Self {
            loader,
            config: Config::empty(),
            exclude: Vec::new(),
            seen: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// Reads one file; `from` is the place that names it.
    fn file(
        &mut self,
        file: &str,
        from: Option<(&str, usize, usize)>,
        depth: usize,
    ) -> Result<(), ConfigError> {
        if !self.seen.insert(file.to_owned()) {
            return Ok(());
        }
        let unreadable = |cause: String| ConfigError::Unreadable {
            file: file.to_owned(),
            cause,
        };
        let bytes = (self.loader)(file).map_err(unreadable)?;
        let Some(bytes) = bytes else {
            let Some((parent, line, column)) = from else {
                return Err(unreadable("no such file".to_owned()));
            };
            self.fault(parent, line, column, format!("`{file}` does not exist; `extends` takes `{BUILTIN}` and paths from the repository root"));
            return Ok(());
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..at]).count() + 1;
                self.fault(
                    file,
                    line,
                    1,
                    "a pattern file is UTF-8; this line is not".to_owned(),
                );
                return Ok(());
            }
        };
        let (parsed, faults) = spec::read(file, text.strip_prefix('\u{FEFF}').unwrap_or(&text));
        self.faults.extend(faults);
        self.config.files.push(file.to_owned());
        self.add(file, parsed, depth)
    }

    fn add(&mut self, file: &str, parsed: PatternFile, depth: usize) -> Result<(), ConfigError> {
        // A file that another one extends adds to that one; only the first has a default.
        let default = if depth == 0 {
            vec![Sourced {
                value: BUILTIN.to_owned(),
                line: 1,
                column: 1,
            }]
        } else {
            Vec::new()
        };
        for parent in parsed.extends.unwrap_or(default) {
            if parent.value == BUILTIN {
                self.builtin();
            } else if depth >= MAX_DEPTH {
                self.fault(
                    file,
                    parent.line,
                    parent.column,
                    format!("pattern files extend one another more than {MAX_DEPTH} deep"),
                );
            } else {
                self.file(
                    &parent.value,
                    Some((file, parent.line, parent.column)),
                    depth + 1,
                )?;
            }
        }
        if let Some(block) = parsed.settings.block {
            self.config.block = block;
        }
        for Sourced {
            value: glob,
            line,
            column,
        } in parsed.settings.exclude
        {
            self.check_globs(file, (line, column), &[&glob]);
            self.exclude.push(glob);
        }
        for rule in parsed.rules {
            self.rule(file, rule);
        }
        for change in parsed.changes {
            self.change(file, &change);
        }
        for allow in parsed.allows {
            self.check_globs(file, (allow.origin.1, 1), &allow.paths);
            for id in &allow.rules {
                if self.config.rules.position(id).is_none() {
                    self.fault(
                        file,
                        allow.origin.1,
                        1,
                        format!("the exception names rule `{id}`, which does not exist"),
                    );
                }
            }
            self.config.allows.push(allow);
        }
        Ok(())
    }

    /// Puts the built-in rules in front, so that the packed keyword table fits.
    fn builtin(&mut self) {
        let shift = self.config.rules.add_builtin();
        if shift > 0 {
            let places = std::mem::take(&mut self.config.places);
            self.config.places = places
                .into_iter()
                .map(|(index, place)| (index + shift, place))
                .collect();
        }
    }

    fn rule(&mut self, file: &str, rule: Sourced<Rule>) {
        let Sourced {
            value: mut rule,
            line,
            column,
        } = rule;
        if let Some(index) = self.config.rules.position(&rule.id) {
            let place = self
                .config
                .places
                .get(&index)
                .map_or("a built-in rule".to_owned(), |(file, line, _)| {
                    format!("{file}:{line}")
                });
            self.fault(
                file,
                line,
                column,
                format!(
                    "rule `{}` exists already ({place}); change it under `[rules.{}]`",
                    rule.id, rule.id
                ),
            );
            return;
        }
        self.check_globs(file, (line, column), &rule.paths);
        self.check_globs(file, (line, column), &rule.not_paths);
        let shown = [
            ("description", &rule.description),
            ("why", &rule.why),
            ("fix", &rule.fix),
        ];
        let references = rule.references.iter().map(|text| ("references", text));
        for (key, text) in shown.into_iter().chain(references) {
            // Reports show them as they are, and a pattern file may be a stranger's.
            if let Some(character) = hidden(text) {
                let message = format!(
                    "rule `{}`: `{key}` holds the invisible character U+{:04X}",
                    rule.id,
                    u32::from(character)
                );
                self.fault(file, line, column, message);
            }
        }
        for ((at_line, at_column), message) in crate::scan::syntax_faults(&rule) {
            let known = at_line > 0;
            let place = if known {
                (at_line, at_column)
            } else {
                (line, column)
            };
            self.fault(file, place.0, place.1, message);
        }
        // A team that writes a rule of low precision asks for it by writing it.
        rule.enabled = true;
        let index = self.config.rules.push(rule);
        self.config
            .places
            .insert(index, (file.to_owned(), line, column));
    }

    fn change(&mut self, file: &str, change: &Sourced<RuleChange>) {
        let RuleChange {
            id,
            severity,
            precision,
            enabled,
            paths,
            not_paths,
        } = &change.value;
        let place = (change.line, change.column);
        self.check_globs(file, place, paths);
        self.check_globs(file, place, not_paths);
        let Some(index) = self.config.rules.position(id) else {
            let near = self
                .config
                .rules
                .ids()
                .map(|known| (strsim::damerau_levenshtein(id, known), known))
                .min()
                .filter(|(distance, _)| *distance <= 4)
                .map_or(String::new(), |(_, near)| {
                    format!("; did you mean `{near}`?")
                });
            self.fault(
                file,
                change.line,
                change.column,
                format!("`[rules.{id}]` changes a rule that does not exist{near}"),
            );
            return;
        };
        let rule = self.config.rules.change(index);
        rule.severity = severity.unwrap_or(rule.severity);
        if let Some(precision) = precision {
            rule.precision = *precision;
            rule.enabled = *precision > Precision::Low;
        }
        rule.enabled = enabled.unwrap_or(rule.enabled);
        rule.paths
            .to_mut()
            .extend(paths.iter().cloned().map(Cow::Owned));
        rule.not_paths
            .to_mut()
            .extend(not_paths.iter().cloned().map(Cow::Owned));
    }

    fn check_globs<G: AsRef<str>>(
        &mut self,
        file: &str,
        (line, column): (usize, usize),
        globs: &[G],
    ) {
        for glob in globs {
            if let Err(error) = Globs::new([glob.as_ref()]) {
                self.fault(
                    file,
                    line,
                    column,
                    format!("glob `{}`: {}", glob.as_ref(), error.kind()),
                );
            }
        }
    }

    fn fault(&mut self, file: &str, line: usize, column: usize, message: String) {
        self.faults.push(Fault {
            file: file.to_owned(),
            line,
            column,
            message,
        });
    }

    fn finish(mut self) -> Result<Config, ConfigError> {
        if !self.faults.is_empty() {
            self.faults.sort();
            return Err(Faults(self.faults).into());
        }
        if !self.exclude.is_empty() {
            self.config.exclude = Globs::new(self.exclude.iter().map(String::as_str)).ok();
        }
        Ok(self.config)
    }
}
