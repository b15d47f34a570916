//! The rules that are built into the binary, packed by the build script.

use crate::spec::{
    Around, Checksum, Confidence, Example, Kind, Languages, Precision, Rule, RuleAllow, Severity,
    Text,
};
use std::borrow::Cow;

const fn t(text: &'static str) -> Text {
    Cow::Borrowed(text)
}

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
