//! Tables by which a file's name and first bytes lead to the rules about whole files.

use crate::spec::{Rule, first_bytes, key_of};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Returns the tables as Rust source without references.
pub(crate) fn tables(rules: &[(Rule, &str)]) -> String {
    let (mut keys, mut begins) = (BTreeSet::new(), BTreeSet::new());
    for (index, (rule, _)) in rules.iter().enumerate() {
        for glob in rule.marks.names.iter() {
            let (part, text) = key_of(glob).expect("it was checked when it was read");
            keys.insert((part, text, index));
        }
        if rule.marks.names.is_empty() {
            for begin in rule.marks.begins.iter() {
                let bytes = first_bytes(begin).expect("it was checked when it was read");
                begins.insert((bytes, index));
            }
        }
    }
    let (mut text, mut rows) = (String::new(), String::new());
    for (part, key, rule) in &keys {
        writeln!(
            rows,
            "FileKey {{ part: Part::{part:?}, start: {}, length: {}, rule: {rule} }},",
            text.len(),
            key.len()
        )
        .expect("writing to a string");
        text.push_str(key);
    }
    format!(
        "/// The keys of file names, one behind the other.\npub(crate) static FILE_KEY_TEXT: &str = {text:?};\n\
         /// Which rule each leads to, by part and text.\npub(crate) static FILE_KEYS: [FileKey; {}] = [\n{rows}];\n\
         /// Which rule a file's first bytes lead to whatever its name is.\npub(crate) static FILE_BEGINS: [(u32, u16); {}] = {:?};\n",
        keys.len(),
        begins.len(),
        begins.iter().collect::<Vec<_>>()
    )
}
