//! Reading the fields of a TOML table, so that every fault is noted and reading goes on.

use super::fault::Sink;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table of which fields are taken one by one; what is left is unknown.
pub(super) struct Fields<'t, 'i> {
    table: &'t DeTable<'i>,
    /// Where the table stands, for faults about what it lacks.
    pub(super) span: Range<usize>,
    known: Vec<&'static str>,
}

/// A value that was asked for as one type and may be another.
type Value<'t, 'i> = &'t Spanned<DeValue<'i>>;

impl<'t, 'i> Fields<'t, 'i> {
    pub(super) fn new(table: &'t DeTable<'i>, span: Range<usize>) -> Self {
        Self {
            table,
            span,
            known: Vec::new(),
        }
    }

    /// Takes a field in whatever type it has.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'t, 'i>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Where a field's value stands, or the table when it is missing.
    pub(super) fn span_of(&self, key: &str) -> Range<usize> {
        self.table
            .get(key)
            .map_or_else(|| self.span.clone(), Spanned::span)
    }

    pub(super) fn string(&mut self, key: &'static str, sink: &mut Sink<'_>) -> Option<String> {
        let value = self.take(key)?;
        string(value, key, sink)
    }

    /// Takes a text that must be there and must not be blank.
    pub(super) fn required(&mut self, key: &'static str, sink: &mut Sink<'_>) -> String {
        match self.take(key) {
            None => {
                sink.fault(&self.span, format!("`{key}` is missing"));
                String::new()
            }
            Some(value) => match string(value, key, sink) {
                Some(text) if text.trim().is_empty() => {
                    sink.fault(&value.span(), format!("`{key}` is empty"));
                    text
                }
                Some(text) => text,
                None => String::new(),
            },
        }
    }

    pub(super) fn boolean(&mut self, key: &'static str, sink: &mut Sink<'_>) -> Option<bool> {
        let value = self.take(key)?;
        if let DeValue::Boolean(value) = value.get_ref() {
            Some(*value)
        } else {
            expected(value, key, "true or false", sink);
            None
        }
    }

    /// Takes a whole number within a range.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<u32>,
        sink: &mut Sink<'_>,
    ) -> Option<u32> {
        let value = self.take(key)?;
        number(value, key, range, sink)
    }

    pub(super) fn float(&mut self, key: &'static str, sink: &mut Sink<'_>) -> Option<f64> {
        let value = self.take(key)?;
        let parsed = match value.get_ref() {
            DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            _ => None,
        };
        if parsed.is_none() {
            expected(value, key, "a number", sink);
        }
        parsed
    }

    /// Takes one of an enum's names.
    pub(super) fn name<T: Copy>(
        &mut self,
        key: &'static str,
        from: impl Fn(&str) -> Option<T>,
        names: &[&str],
        sink: &mut Sink<'_>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let text = string(value, key, sink)?;
        let found = from(&text);
        if found.is_none() {
            sink.fault(
                &value.span(),
                format!("`{key}` must be {}, not `{text}`", one_of(names)),
            );
        }
        found
    }

    /// Takes a list of texts.
    pub(super) fn strings(
        &mut self,
        key: &'static str,
        sink: &mut Sink<'_>,
    ) -> Vec<Spanned<String>> {
        self.items(key, sink)
            .into_iter()
            .filter_map(|item| Some(Spanned::new(item.span(), string(item, key, sink)?)))
            .collect()
    }

    /// Takes the items of a list.
    pub(super) fn items(&mut self, key: &'static str, sink: &mut Sink<'_>) -> Vec<Value<'t, 'i>> {
        match self.take(key) {
            None => Vec::new(),
            Some(value) => {
                if let DeValue::Array(items) = value.get_ref() {
                    items.iter().collect()
                } else {
                    expected(value, key, "a list", sink);
                    Vec::new()
                }
            }
        }
    }

    /// Takes a table.
    pub(super) fn table(
        &mut self,
        key: &'static str,
        sink: &mut Sink<'_>,
    ) -> Option<Fields<'t, 'i>> {
        let value = self.take(key)?;
        table(value, key, sink)
    }

    /// Notes every field that nobody took.
    pub(super) fn finish(self, what: &str, sink: &mut Sink<'_>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let near = self
                .known
                .iter()
                .map(|known| (strsim::damerau_levenshtein(name, known), known))
                .min()
                .filter(|(distance, known)| *distance <= known.len().max(3) / 3);
            let hint = near.map_or_else(
                || format!("known are {}", self.known.join(", ")),
                |(_, known)| format!("did you mean `{known}`?"),
            );
            sink.fault(
                &key.span(),
                format!("unknown key `{name}` in {what}; {hint}"),
            );
        }
    }
}

pub(super) fn string(value: Value<'_, '_>, key: &str, sink: &mut Sink<'_>) -> Option<String> {
    if let DeValue::String(text) = value.get_ref() {
        Some(text.as_ref().to_owned())
    } else {
        expected(value, key, "a text", sink);
        None
    }
}

pub(super) fn number(
    value: Value<'_, '_>,
    key: &str,
    range: std::ops::RangeInclusive<u32>,
    sink: &mut Sink<'_>,
) -> Option<u32> {
    let parsed = match value.get_ref() {
        DeValue::Integer(integer) => u32::from_str_radix(integer.as_str(), integer.radix()).ok(),
        _ => None,
    };
    match parsed {
        Some(number) if range.contains(&number) => Some(number),
        _ => {
            let wanted = format!("a whole number from {} to {}", range.start(), range.end());
            expected(value, key, &wanted, sink);
            None
        }
    }
}

pub(super) fn table<'t, 'i>(
    value: Value<'t, 'i>,
    key: &str,
    sink: &mut Sink<'_>,
) -> Option<Fields<'t, 'i>> {
    if let DeValue::Table(table) = value.get_ref() {
        Some(Fields::new(table, value.span()))
    } else {
        expected(value, key, "a table", sink);
        None
    }
}

/// Notes that a value has the wrong type.
pub(super) fn expected(value: Value<'_, '_>, key: &str, wanted: &str, sink: &mut Sink<'_>) {
    sink.fault(&value.span(), format!("`{key}` must be {wanted}"));
}

/// Returns "`a`, `b` or `c`".
pub(super) fn one_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [head @ .., last] => {
            let head: Vec<String> = head.iter().map(|name| format!("`{name}`")).collect();
            format!("{} or `{last}`", head.join(", "))
        }
    }
}

/// Checks a pattern's syntax; returns the number of its captures.
pub(super) fn check_regex(
    pattern: &Spanned<String>,
    key: &str,
    sink: &mut Sink<'_>,
) -> Option<u32> {
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .multi_line(true)
        .build()
        .parse(pattern.get_ref());
    match parsed {
        Ok(hir) => {
            if hir.properties().minimum_len() == Some(0) {
                sink.fault(&pattern.span(), format!("`{key}` matches the empty text"));
            }
            u32::try_from(hir.properties().explicit_captures_len()).ok()
        }
        Err(error) => {
            let (at, what) = match &error {
                regex_syntax::Error::Parse(error) => {
                    (error.span().start.offset, error.kind().to_string())
                }
                regex_syntax::Error::Translate(error) => {
                    (error.span().start.offset, error.kind().to_string())
                }
                _ => (0, error.to_string()),
            };
            sink.fault(
                &pattern.span(),
                format!("`{key}` does not compile, at its byte {at}: {what}"),
            );
            None
        }
    }
}

/// Returns the names of an enum's values.
pub(super) fn names_of<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|&value| name(value)).collect()
}

/// Returns texts without their places.
pub(super) fn values(list: Vec<Spanned<String>>) -> Vec<String> {
    list.into_iter().map(Spanned::into_inner).collect()
}
