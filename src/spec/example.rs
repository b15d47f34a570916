//! Reads the examples of a rule.

use super::fault::Sink;
use super::field::{Fields, string, table};
use super::{Example, List, Text};
use toml::de::DeValue;

/// Reads `examples.match` and `examples.no-match`.
pub(super) fn read_examples(
    fields: &mut Fields<'_, '_>,
    sink: &mut Sink<'_>,
) -> (List<Example>, List<Example>) {
    let span = fields.span.clone();
    let Some(mut examples) = fields.table("examples", sink) else {
        sink.fault(
            &span,
            "`examples` is missing: give `examples.match` and `examples.no-match`",
        );
        return (List::default(), List::default());
    };
    let mut both = [Vec::new(), Vec::new()];
    for (key, out) in ["match", "no-match"].into_iter().zip(&mut both) {
        for item in examples.items(key, sink) {
            let example = if let DeValue::Table(_) = item.get_ref() {
                let Some(mut fields) = table(item, key, sink) else {
                    continue;
                };
                let path = fields.required("path", sink).into();
                let hex = fields.take("hex").is_some();
                let key = if hex { "hex" } else { "text" };
                let text = fields.required(key, sink).into();
                fields.finish("an example", sink);
                Example { path, text, hex }
            } else {
                let Some(text) = string(item, key, sink) else {
                    continue;
                };
                Example {
                    path: Text::default(),
                    text: text.into(),
                    hex: false,
                }
            };
            out.push(example);
        }
        if out.is_empty() {
            sink.fault(
                &examples.span_of(key),
                format!("`examples.{key}` needs at least one text"),
            );
        }
    }
    examples.finish("`examples`", sink);
    let [matching, twins] = both;
    (matching.into(), twins.into())
}
