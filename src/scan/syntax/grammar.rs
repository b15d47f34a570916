//! The grammars of this build, and which of them reads a file.

use super::kinds::Kinds;
use super::shapes::{self, Row};
use crate::spec::{Language as FileType, Languages};
use ast_grep_core::language::Language;
use ast_grep_core::matcher::PatternBuilder;
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc, TSLanguage};
use ast_grep_core::{Pattern, PatternError};
use bstr::{BStr, ByteSlice};
use std::sync::OnceLock;

/// A grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Grammar {
    Python,
    Javascript,
    Typescript,
    Tsx,
    Go,
    Java,
    Kotlin,
    Ruby,
    Php,
    Csharp,
    Rust,
    C,
    Cpp,
    Bash,
    Html,
    Yaml,
    Json,
    Hcl,
    Sql,
    Dockerfile,
}

/// How many grammars there are.
pub(super) const GRAMMARS: usize = 20;

/// Stands for `$` in a pattern where a name cannot begin with it.
const STAND_IN: char = 'µ';

impl Grammar {
    /// Every grammar of this build.
    pub(super) const ALL: &'static [Self] = &[
        Self::Python,
        Self::Javascript,
        Self::Typescript,
        Self::Tsx,
        Self::Go,
        Self::Java,
        Self::Kotlin,
        Self::Ruby,
        Self::Php,
        Self::Csharp,
        Self::Rust,
        Self::C,
        #[cfg(feature = "syntax-cpp")]
        Self::Cpp,
        Self::Bash,
        Self::Html,
        Self::Yaml,
        Self::Json,
        Self::Hcl,
        #[cfg(feature = "syntax-sql")]
        Self::Sql,
        Self::Dockerfile,
    ];

    /// Returns the grammar of a whole file; nothing when this build has none.
    pub(super) fn of_file(path: &BStr, types: Languages) -> Option<Self> {
        let name = path.to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with_str(end));
        // Templates of another language are not what their inner extension says.
        if ends(&[
            ".erb", ".ejs", ".j2", ".jinja", ".jinja2", ".mako", ".jsp", ".jspx", ".heex", ".leex",
            ".eex",
        ]) || ends(&[
            ".cshtml",
            ".razor",
            ".blade.php",
            ".slim",
            ".haml",
            ".pug",
            ".vb",
            ".ipynb",
            ".mdx",
            // Declarations run nothing.
            ".d.ts",
        ]) {
            return None;
        }
        if ends(&[".tsx"]) {
            return Some(Self::Tsx);
        }
        let grammars = [
            (FileType::Php, Self::Php),
            (FileType::Html, Self::Html),
            (FileType::Typescript, Self::Typescript),
            (FileType::Javascript, Self::Javascript),
            (FileType::Python, Self::Python),
            (FileType::Go, Self::Go),
            (FileType::Kotlin, Self::Kotlin),
            (FileType::Java, Self::Java),
            (FileType::Ruby, Self::Ruby),
            (FileType::Csharp, Self::Csharp),
            (FileType::Rust, Self::Rust),
            (FileType::Cpp, Self::Cpp),
            (FileType::C, Self::C),
            (FileType::Dockerfile, Self::Dockerfile),
            (FileType::Shell, Self::Bash),
            (FileType::Yaml, Self::Yaml),
            (FileType::Json, Self::Json),
            (FileType::Hcl, Self::Hcl),
            (FileType::Sql, Self::Sql),
        ];
        grammars
            .into_iter()
            .find(|(file_type, _)| types.has(*file_type))
            .map(|(_, grammar)| grammar)
            .filter(|grammar| Self::ALL.contains(grammar))
    }

    /// Tells whether rules for these file types are written in this grammar.
    pub(super) fn serves(self, types: Languages) -> bool {
        let of: &[FileType] = match self {
            Self::Python => &[FileType::Python],
            Self::Javascript => &[FileType::Javascript],
            Self::Typescript | Self::Tsx => &[FileType::Javascript, FileType::Typescript],
            Self::Go => &[FileType::Go],
            Self::Java => &[FileType::Java],
            Self::Kotlin => &[FileType::Kotlin],
            Self::Ruby => &[FileType::Ruby],
            Self::Php => &[FileType::Php],
            Self::Csharp => &[FileType::Csharp],
            Self::Rust => &[FileType::Rust],
            Self::C => &[FileType::C],
            Self::Cpp => &[FileType::C, FileType::Cpp],
            Self::Bash => &[FileType::Shell],
            Self::Html => &[FileType::Html, FileType::Vue],
            Self::Yaml => &[FileType::Yaml],
            Self::Json => &[FileType::Json],
            Self::Hcl => &[FileType::Hcl],
            Self::Sql => &[FileType::Sql],
            Self::Dockerfile => &[FileType::Dockerfile],
        };
        types.meets(Languages::of(of))
    }

    fn table(self) -> TSLanguage {
        match self {
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::Javascript => tree_sitter_javascript::LANGUAGE.into(),
            Self::Typescript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Self::Go => tree_sitter_go::LANGUAGE.into(),
            Self::Java => tree_sitter_java::LANGUAGE.into(),
            Self::Kotlin => tree_sitter_kotlin_ng::LANGUAGE.into(),
            Self::Ruby => tree_sitter_ruby::LANGUAGE.into(),
            Self::Php => tree_sitter_php::LANGUAGE_PHP.into(),
            Self::Csharp => tree_sitter_c_sharp::LANGUAGE.into(),
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
            Self::C => tree_sitter_c::LANGUAGE.into(),
            #[cfg(feature = "syntax-cpp")]
            Self::Cpp => tree_sitter_cpp::LANGUAGE.into(),
            #[cfg(not(feature = "syntax-cpp"))]
            Self::Cpp => tree_sitter_c::LANGUAGE.into(),
            Self::Bash => tree_sitter_bash::LANGUAGE.into(),
            Self::Html => tree_sitter_html::LANGUAGE.into(),
            Self::Yaml => tree_sitter_yaml::LANGUAGE.into(),
            Self::Json => tree_sitter_json::LANGUAGE.into(),
            Self::Hcl => tree_sitter_hcl::LANGUAGE.into(),
            #[cfg(feature = "syntax-sql")]
            Self::Sql => tree_sitter_sequel::LANGUAGE.into(),
            #[cfg(not(feature = "syntax-sql"))]
            Self::Sql => tree_sitter_json::LANGUAGE.into(),
            Self::Dockerfile => tree_sitter_containerfile::LANGUAGE.into(),
        }
    }

    /// Returns what its kinds of nodes are, worked out on first use.
    pub(super) fn kinds(self) -> &'static Kinds {
        static KINDS: [OnceLock<Kinds>; GRAMMARS] = [const { OnceLock::new() }; GRAMMARS];
        KINDS[self as usize].get_or_init(|| Kinds::new(&self.table(), self.rows()))
    }

    fn rows(self) -> &'static [Row] {
        match self {
            Self::Python => shapes::PYTHON,
            Self::Javascript | Self::Typescript | Self::Tsx => shapes::JAVASCRIPT,
            Self::Go => shapes::GO,
            Self::Java => shapes::JAVA,
            Self::Kotlin => shapes::KOTLIN,
            Self::Ruby => shapes::RUBY,
            Self::Php => shapes::PHP,
            Self::Csharp => shapes::CSHARP,
            Self::Rust => shapes::RUST,
            Self::C | Self::Cpp => shapes::C,
            Self::Bash => shapes::BASH,
            Self::Html | Self::Yaml | Self::Json | Self::Hcl | Self::Sql | Self::Dockerfile => {
                shapes::DATA
            }
        }
    }

    /// Returns what may stand around a pattern so that it parses, in the order of trying.
    pub(super) fn contexts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Javascript | Self::Typescript | Self::Tsx => &[
                ("", ""),
                ("(", ")"),
                ("async function f() {", "}"),
                ("class A {", "}"),
                ("<a ", " />"),
            ],
            Self::Go => &[
                ("package p\nfunc f() {\n", "\n}"),
                ("package p\nvar x = ", "\n"),
                ("package p\n", "\n"),
            ],
            Self::Java => &[
                ("class A { void f() { ", "; } }"),
                ("class A { void f() { x = ", "; } }"),
                ("class A { void f() { ", " } }"),
                ("class A { ", " }"),
                ("class A { ", " void f() {} }"),
                ("", ""),
            ],
            Self::Csharp => &[
                ("class A { void F() { ", "; } }"),
                ("class A { void F() { x = ", "; } }"),
                ("class A { void F() { ", " } }"),
                ("class A { ", " }"),
                ("class A { ", " void F() {} }"),
                ("", ""),
            ],
            Self::Kotlin => &[("fun f() { ", " }"), ("val x = ", ""), ("", "")],
            Self::Php => &[
                ("<?php ", ";"),
                ("<?php ", ""),
                ("<?php $x = ", ";"),
                ("<?php class A { ", " }"),
            ],
            Self::Rust => &[("fn f() { ", "; }"), ("fn f() { ", " }"), ("", "")],
            Self::C | Self::Cpp => &[("void f() { ", "; }"), ("void f() { ", " }"), ("", "")],
            _ => &[("", "")],
        }
    }
}

impl Language for Grammar {
    fn expando_char(&self) -> char {
        match self {
            Self::Javascript | Self::Typescript | Self::Tsx | Self::Java => '$',
            _ => STAND_IN,
        }
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.table().id_for_node_kind(kind, true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.table()
            .field_id_for_name(field)
            .map(std::num::NonZero::get)
    }

    fn build_pattern(&self, builder: &PatternBuilder<'_>) -> Result<Pattern, PatternError> {
        builder.build(|text| StrDoc::try_new(text, *self))
    }
}

impl LanguageExt for Grammar {
    fn get_ts_language(&self) -> TSLanguage {
        self.table()
    }
}
