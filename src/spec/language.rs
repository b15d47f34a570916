//! File types, told by name.

use super::names;

/// A file type that rules can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named after its language")]
pub enum Language {
    Python,
    Javascript,
    Typescript,
    Vue,
    Go,
    Java,
    Kotlin,
    Scala,
    Groovy,
    Ruby,
    Php,
    Csharp,
    Swift,
    Dart,
    Rust,
    C,
    Cpp,
    Shell,
    Powershell,
    Perl,
    Lua,
    Elixir,
    Html,
    Css,
    Sql,
    Yaml,
    Json,
    Toml,
    Ini,
    Properties,
    Xml,
    Hcl,
    Dockerfile,
    Nginx,
    Dotenv,
    Markdown,
    Text,
}

names!(Language {
    Python = "python",
    Javascript = "javascript",
    Typescript = "typescript",
    Vue = "vue",
    Go = "go",
    Java = "java",
    Kotlin = "kotlin",
    Scala = "scala",
    Groovy = "groovy",
    Ruby = "ruby",
    Php = "php",
    Csharp = "csharp",
    Swift = "swift",
    Dart = "dart",
    Rust = "rust",
    C = "c",
    Cpp = "cpp",
    Shell = "shell",
    Powershell = "powershell",
    Perl = "perl",
    Lua = "lua",
    Elixir = "elixir",
    Html = "html",
    Css = "css",
    Sql = "sql",
    Yaml = "yaml",
    Json = "json",
    Toml = "toml",
    Ini = "ini",
    Properties = "properties",
    Xml = "xml",
    Hcl = "hcl",
    Dockerfile = "dockerfile",
    Nginx = "nginx",
    Dotenv = "dotenv",
    Markdown = "markdown",
    Text = "text",
});

/// A set of file types. A file can be several at once: a `.vue` file is also HTML and JavaScript.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Languages(pub u64);

impl Languages {
    /// No file type; in a rule: every file.
    pub const NONE: Self = Self(0);

    /// Returns the set of these.
    #[must_use]
    pub const fn of(languages: &[Language]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < languages.len() {
            bits |= 1 << languages[index] as u64;
            index += 1;
        }
        Self(bits)
    }

    /// Languages of programs that set blocks in braces, and comments behind `//` and within `/* … */`.
    pub const BRACES: Self = {
        use Language as L;
        Self::of(&[
            L::Javascript,
            L::Typescript,
            L::Go,
            L::Java,
            L::Kotlin,
            L::Scala,
            L::Groovy,
            L::Php,
            L::Csharp,
            L::Swift,
            L::Dart,
            L::Rust,
            L::C,
            L::Cpp,
        ])
    };

    /// Returns the members of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Tells whether the two sets share a file type.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Tells whether the set holds the file type.
    #[must_use]
    pub const fn has(self, language: Language) -> bool {
        self.meets(Self::of(&[language]))
    }

    /// Returns the members in the order of [`Language::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Language> {
        Language::ALL
            .iter()
            .copied()
            .filter(move |&language| self.has(language))
    }
}
