//! One line of a result: a finding, or the last line of a run.

use super::error::LineFault;
use crate::finding::Level;
use crate::first::Sighting;
use crate::report::Closing;
use bstr::BString;
use serde::Deserialize;
use serde_json::error::Category;

/// What a line is.
#[derive(Debug)]
pub(super) enum Line<'l> {
    /// A finding.
    Finding(Box<Found<'l>>),
    /// The last line of a run.
    Closing(Box<Closing<'static>>),
}

/// A finding, as far as it decides about duplicates, order and exit status.
#[derive(Debug)]
pub(super) struct Found<'l> {
    pub(super) identity: Identity,
    pub(super) place: Place,
    pub(super) level: Level,
    /// The date and id of the commit it is in, as far as the row names them.
    pub(super) commit: Option<Dated>,
    /// The commit as it decides which to report, if the row names its date.
    pub(super) sighting: Option<Sighting>,
    /// The line as it stands.
    pub(super) text: &'l str,
}

/// A commit: its date, then its id, which is the order of reports.
pub(super) type Dated = (Box<str>, Box<str>);

/// What two rows have in common that are the same finding in different versions of a file.
///
/// [`crate::first::Same`] for the results of many repositories.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) repository: Option<Box<str>>,
    pub(super) path: BString,
    pub(super) rule: String,
    pub(super) fingerprint: String,
}

/// Where a row comes among those of its path: as [`crate::finding::Finding::order`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

/// The fields of a finding that decide something; the others are carried along unread.
#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    repository: Option<Box<str>>,
    uri: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    level: Option<Word>,
    blocks: Option<bool>,
    rule: Option<String>,
    fingerprint: Option<String>,
    #[serde(default)]
    commit: Option<Box<str>>,
    #[serde(default)]
    commit_date: Option<Box<str>>,
    #[serde(default)]
    shard: Option<serde::de::IgnoredAny>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Error,
    Warning,
    Note,
}

impl<'l> Line<'l> {
    /// Reads a line without its end; `None`: it is blank.
    pub(super) fn read(bytes: &'l [u8]) -> Result<Option<Self>, LineFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| LineFault::Foreign)?;
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        match text {
            "" => return Ok(None),
            "{" | "[" => return Err(LineFault::Document),
            // Serde would take a list for an object, too.
            _ if !text.starts_with('{') => return Err(LineFault::Foreign),
            _ => {}
        }
        let fields: Fields = serde_json::from_str(text).map_err(|error| fault(&error))?;
        if fields.shard.is_some() {
            return Ok(Some(Self::Closing(Box::new(closing(text)?))));
        }
        Ok(Some(Self::Finding(Box::new(fields.check(text)?))))
    }
}

impl Fields {
    fn check(self, text: &str) -> Result<Found<'_>, LineFault> {
        let field = LineFault::Field;
        let uri = self.uri.ok_or(field("uri"))?;
        let level = match self.level.ok_or(field("level"))? {
            Word::Error => Level::Error,
            Word::Warning => Level::Warning,
            Word::Note => Level::Note,
        };
        // Two ways to say the same; a row in which they differ is not guard's.
        if self.blocks != Some(level == Level::Error) {
            return Err(field("blocks"));
        }
        let sighting = match (&self.commit, &self.commit_date) {
            (Some(commit), Some(date)) => Some(Sighting::new(level, date, commit)),
            _ => None,
        };
        Ok(Found {
            identity: Identity {
                repository: self.repository,
                path: path(&uri).ok_or(field("uri"))?,
                rule: self.rule.ok_or(field("rule"))?,
                fingerprint: self.fingerprint.ok_or(field("fingerprint"))?,
            },
            place: Place {
                line: self.line.ok_or(field("line"))?,
                column: self.column.ok_or(field("column"))?,
                end_line: self.end_line.ok_or(field("end_line"))?,
                end_column: self.end_column.ok_or(field("end_column"))?,
            },
            level,
            sighting,
            commit: self
                .commit
                .map(|commit| (self.commit_date.unwrap_or_default(), commit)),
            text,
        })
    }
}

fn closing(text: &str) -> Result<Closing<'static>, LineFault> {
    let closing: Closing<'static> =
        serde_json::from_str(text).map_err(|_| LineFault::LastLine("shard` and `summary"))?;
    if !closing.complete {
        return Err(LineFault::LastLine("complete"));
    }
    Ok(closing)
}

/// Says what is wrong, without any of the words of the line: serde's own messages quote them.
fn fault(error: &serde_json::Error) -> LineFault {
    match error.classify() {
        Category::Eof => LineFault::CutOff,
        _ => LineFault::Foreign,
    }
}

/// Returns the path that a URI of a report stands for; `None`: it is no such URI.
fn path(uri: &str) -> Option<BString> {
    let mut bytes = uri.bytes();
    let mut path = Vec::with_capacity(uri.len());
    while let Some(byte) = bytes.next() {
        path.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    Some(path.into())
}
