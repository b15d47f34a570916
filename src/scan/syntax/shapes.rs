//! The kinds of nodes that the grammars have, and what they mean.

mod compiled;
mod script;

pub(super) use compiled::{C, CSHARP, GO, JAVA, KOTLIN, RUST};
pub(super) use script::{JAVASCRIPT, PHP, PYTHON, RUBY};

use super::kinds::{
    ASSIGN, COMMENT, FUNCTION, GROUP, HOLE, KEYED, LITERAL, NAME, PIECE, Role, STRING,
};

/// A kind of node, what it means, and the fields of its parts in the order of the role.
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) role: Role,
    pub(super) fields: [&'static str; 3],
}

const fn row(kind: &'static str, role: Role, fields: [&'static str; 3]) -> Row {
    Row { kind, role, fields }
}

const fn plain(kind: &'static str, role: Role) -> Row {
    row(kind, role, ["", "", ""])
}

pub(super) static BASH: &[Row] = &[
    plain("variable_name", NAME),
    plain("word", LITERAL),
    plain("number", LITERAL),
    plain("string", STRING),
    plain("raw_string", STRING),
    plain("string_content", PIECE),
    plain("simple_expansion", HOLE),
    plain("expansion", HOLE),
    plain("command_substitution", HOLE),
    row("variable_assignment", ASSIGN, ["name", "value", ""]),
    plain("function_definition", FUNCTION),
    plain("comment", COMMENT),
];

pub(super) static DATA: &[Row] = &[
    plain("comment", COMMENT),
    plain("string", STRING),
    plain("string_content", PIECE),
    plain("double_quote_scalar", STRING),
    plain("single_quote_scalar", STRING),
    plain("quoted_attribute_value", STRING),
    plain("attribute_value", PIECE),
    plain("string_scalar", LITERAL),
    plain("integer_scalar", LITERAL),
    plain("boolean_scalar", LITERAL),
    row("pair", KEYED, ["key", "value", ""]),
    row("block_mapping_pair", KEYED, ["key", "value", ""]),
    plain("object", GROUP),
    plain("block_mapping", GROUP),
];
