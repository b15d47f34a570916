//! Which file types a file is, by its name and its first line.

use crate::spec::{Language, Languages};
use bstr::{BStr, ByteSlice};

use Language as L;

const fn set(languages: &[Language]) -> Languages {
    Languages::of(languages)
}

/// File types by extension, lower case. A type that embeds another counts as both.
const EXTENSIONS: &[(&str, Languages)] = &[
    ("aspx", set(&[L::Html, L::Csharp])),
    ("astro", set(&[L::Html, L::Javascript, L::Typescript])),
    ("bash", set(&[L::Shell])),
    ("bat", set(&[L::Text])),
    ("blade", set(&[L::Html, L::Php])),
    ("c", set(&[L::C])),
    ("cc", set(&[L::Cpp])),
    ("cfg", set(&[L::Ini])),
    ("cfm", set(&[L::Html])),
    ("cjs", set(&[L::Javascript])),
    ("cnf", set(&[L::Ini])),
    ("conf", set(&[L::Ini, L::Nginx])),
    ("config", set(&[L::Xml, L::Ini])),
    ("cpp", set(&[L::Cpp])),
    ("cs", set(&[L::Csharp])),
    ("cshtml", set(&[L::Html, L::Csharp])),
    ("csproj", set(&[L::Xml])),
    ("css", set(&[L::Css])),
    ("cts", set(&[L::Typescript, L::Javascript])),
    ("cxx", set(&[L::Cpp])),
    ("dart", set(&[L::Dart])),
    ("dockerfile", set(&[L::Dockerfile])),
    ("eex", set(&[L::Html, L::Elixir])),
    ("ejs", set(&[L::Html, L::Javascript])),
    ("env", set(&[L::Dotenv])),
    ("erb", set(&[L::Html, L::Ruby])),
    ("eta", set(&[L::Html, L::Javascript])),
    ("ex", set(&[L::Elixir])),
    ("exs", set(&[L::Elixir])),
    ("ftl", set(&[L::Html])),
    ("gemspec", set(&[L::Ruby])),
    ("gitlab-ci", set(&[L::Yaml])),
    ("go", set(&[L::Go])),
    ("gohtml", set(&[L::Html, L::Go])),
    ("gradle", set(&[L::Groovy])),
    ("groovy", set(&[L::Groovy])),
    ("gsp", set(&[L::Html, L::Groovy])),
    ("h", set(&[L::C, L::Cpp])),
    ("haml", set(&[L::Html, L::Ruby])),
    ("handlebars", set(&[L::Html])),
    ("hbs", set(&[L::Html])),
    ("hcl", set(&[L::Hcl])),
    ("heex", set(&[L::Html, L::Elixir])),
    ("hh", set(&[L::Cpp])),
    ("hpp", set(&[L::Cpp])),
    ("htm", set(&[L::Html, L::Javascript])),
    ("html", set(&[L::Html, L::Javascript])),
    ("hxx", set(&[L::Cpp])),
    ("ini", set(&[L::Ini])),
    ("j2", set(&[L::Html])),
    ("jade", set(&[L::Html])),
    ("java", set(&[L::Java])),
    ("jinja", set(&[L::Html])),
    ("jinja2", set(&[L::Html])),
    ("js", set(&[L::Javascript])),
    ("json", set(&[L::Json])),
    ("json5", set(&[L::Json])),
    ("jsonc", set(&[L::Json])),
    ("jsp", set(&[L::Html, L::Java])),
    ("jspx", set(&[L::Html, L::Java])),
    ("jsx", set(&[L::Javascript])),
    ("just", set(&[L::Shell])),
    ("kt", set(&[L::Kotlin])),
    ("kts", set(&[L::Kotlin])),
    ("leex", set(&[L::Html, L::Elixir])),
    ("liquid", set(&[L::Html])),
    ("lua", set(&[L::Lua])),
    ("m", set(&[L::Text])),
    ("mako", set(&[L::Html, L::Python])),
    ("markdown", set(&[L::Markdown])),
    ("md", set(&[L::Markdown])),
    ("mdx", set(&[L::Markdown, L::Javascript])),
    ("mjs", set(&[L::Javascript])),
    ("mk", set(&[L::Shell])),
    ("mts", set(&[L::Typescript, L::Javascript])),
    ("mustache", set(&[L::Html])),
    ("njk", set(&[L::Html])),
    ("nunjucks", set(&[L::Html])),
    ("php", set(&[L::Php, L::Html])),
    ("phtml", set(&[L::Php, L::Html])),
    ("pl", set(&[L::Perl])),
    ("plist", set(&[L::Xml])),
    ("pm", set(&[L::Perl])),
    ("properties", set(&[L::Properties])),
    ("ps1", set(&[L::Powershell])),
    ("psd1", set(&[L::Powershell])),
    ("psm1", set(&[L::Powershell])),
    ("pug", set(&[L::Html])),
    ("py", set(&[L::Python])),
    ("pyi", set(&[L::Python])),
    ("pyw", set(&[L::Python])),
    ("pyx", set(&[L::Python])),
    ("r", set(&[L::Text])),
    ("rake", set(&[L::Ruby])),
    ("razor", set(&[L::Html, L::Csharp])),
    ("rb", set(&[L::Ruby])),
    ("resx", set(&[L::Xml])),
    ("rs", set(&[L::Rust])),
    ("rst", set(&[L::Text])),
    ("ru", set(&[L::Ruby])),
    ("sbt", set(&[L::Scala])),
    ("scala", set(&[L::Scala])),
    ("scss", set(&[L::Css])),
    ("sh", set(&[L::Shell])),
    ("slim", set(&[L::Html, L::Ruby])),
    ("sql", set(&[L::Sql])),
    ("svelte", set(&[L::Html, L::Javascript, L::Typescript])),
    ("svg", set(&[L::Xml])),
    ("swift", set(&[L::Swift])),
    ("tf", set(&[L::Hcl])),
    ("tfvars", set(&[L::Hcl])),
    ("tmpl", set(&[L::Html])),
    ("toml", set(&[L::Toml])),
    ("tpl", set(&[L::Html])),
    ("ts", set(&[L::Typescript, L::Javascript])),
    ("tsx", set(&[L::Typescript, L::Javascript])),
    ("twig", set(&[L::Html])),
    ("txt", set(&[L::Text])),
    ("vb", set(&[L::Csharp])),
    ("vm", set(&[L::Html])),
    ("vue", set(&[L::Vue, L::Html, L::Javascript, L::Typescript])),
    ("xhtml", set(&[L::Html, L::Javascript])),
    ("xml", set(&[L::Xml])),
    ("yaml", set(&[L::Yaml])),
    ("yml", set(&[L::Yaml])),
    ("zsh", set(&[L::Shell])),
];

/// File types by whole name, lower case.
const NAMES: &[(&str, Languages)] = &[
    (".bash_profile", set(&[L::Shell])),
    (".bashrc", set(&[L::Shell])),
    (".envrc", set(&[L::Shell, L::Dotenv])),
    (".gitconfig", set(&[L::Ini])),
    (".npmrc", set(&[L::Ini])),
    (".profile", set(&[L::Shell])),
    (".pypirc", set(&[L::Ini])),
    (".zshrc", set(&[L::Shell])),
    ("brewfile", set(&[L::Ruby])),
    ("capfile", set(&[L::Ruby])),
    ("containerfile", set(&[L::Dockerfile])),
    ("dockerfile", set(&[L::Dockerfile])),
    ("gemfile", set(&[L::Ruby])),
    ("gnumakefile", set(&[L::Shell])),
    ("jenkinsfile", set(&[L::Groovy])),
    ("justfile", set(&[L::Shell])),
    ("makefile", set(&[L::Shell])),
    ("pipfile", set(&[L::Toml])),
    ("rakefile", set(&[L::Ruby])),
    ("ssh_config", set(&[L::Ini])),
    ("sshd_config", set(&[L::Ini])),
    ("vagrantfile", set(&[L::Ruby])),
];

/// File types by the interpreter of a `#!` line.
const INTERPRETERS: &[(&str, Languages)] = &[
    ("python", set(&[L::Python])),
    ("node", set(&[L::Javascript])),
    ("deno", set(&[L::Javascript, L::Typescript])),
    ("bun", set(&[L::Javascript, L::Typescript])),
    ("ruby", set(&[L::Ruby])),
    ("php", set(&[L::Php])),
    ("perl", set(&[L::Perl])),
    ("pwsh", set(&[L::Powershell])),
    ("bash", set(&[L::Shell])),
    ("zsh", set(&[L::Shell])),
    ("ksh", set(&[L::Shell])),
    ("dash", set(&[L::Shell])),
    ("sh", set(&[L::Shell])),
];

/// Returns the file types of a file.
///
/// The name decides; a file whose name says nothing is asked for its `#!` line. A file of no
/// known type gets rules without `languages` only.
#[must_use]
pub fn file_types(path: &BStr, text: &[u8]) -> Languages {
    let name = path.rsplit_str("/").next().unwrap_or(path);
    let name = name.to_str_lossy().to_ascii_lowercase();
    let by_name = by_name(&name);
    if !by_name.is_empty() {
        return by_name;
    }
    let Some(line) = text.strip_prefix(b"#!") else {
        return Languages::NONE;
    };
    let line = line.lines().next().unwrap_or_default().to_str_lossy();
    let mut words = line
        .split_ascii_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word));
    let program = match words.next() {
        Some("env") => words.find(|word| !word.starts_with('-') && !word.contains('=')),
        other => other,
    };
    let program = program.unwrap_or_default();
    INTERPRETERS
        .iter()
        .find(|(known, _)| program.starts_with(known))
        .map_or(Languages::NONE, |(_, languages)| *languages)
}

fn by_name(name: &str) -> Languages {
    if let Ok(at) = NAMES.binary_search_by_key(&name, |(known, _)| known) {
        return NAMES[at].1;
    }
    if name == ".env" || name.starts_with(".env.") {
        return set(&[L::Dotenv]);
    }
    if name.starts_with("dockerfile.") {
        return set(&[L::Dockerfile]);
    }
    if name.starts_with("nginx") && name.contains("conf") {
        return set(&[L::Nginx]);
    }
    // `page.html.erb` and `app.py.j2` are also what their inner extension says.
    let mut found = Languages::NONE;
    for extension in name
        .split('.')
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .take(2)
    {
        match EXTENSIONS.binary_search_by_key(&extension, |(known, _)| known) {
            Ok(at) => found.0 |= EXTENSIONS[at].1.0,
            Err(_)
                if found.is_empty()
                    && !matches!(
                        extension,
                        "dist" | "example" | "sample" | "template" | "in" | "bak" | "orig" | "old"
                    ) =>
            {
                break;
            }
            Err(_) => {}
        }
    }
    found
}

/// Returns a path that a file of the type could have, for examples that give none.
#[must_use]
pub fn typical_path(languages: Languages) -> String {
    let Some(first) = languages.iter().next() else {
        return "src/app.conf.txt".to_owned();
    };
    match first {
        L::Dockerfile => "Dockerfile".to_owned(),
        L::Dotenv => ".env".to_owned(),
        L::Nginx => "nginx.conf".to_owned(),
        other => {
            let extension = EXTENSIONS
                .iter()
                .filter(|(_, types)| types.has(other))
                // The plainest: `rb` and not `gemspec`, `php` and not `blade`.
                .min_by_key(|(extension, types)| (types.0.count_ones(), extension.len()))
                .map_or("txt", |(extension, _)| extension);
            format!("src/app.{extension}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, text: &str) -> Vec<&'static str> {
        file_types(path.into(), text.as_bytes())
            .iter()
            .map(Language::name)
            .collect()
    }

    #[test]
    fn tables_are_sorted_for_the_search() {
        assert!(EXTENSIONS.is_sorted_by_key(|(extension, _)| *extension));
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn names_decide() {
        assert_eq!(names("a/b.py", ""), ["python"]);
        assert_eq!(names("a/b.TSX", ""), ["javascript", "typescript"]);
        assert_eq!(names("show.html.erb", ""), ["javascript", "ruby", "html"]);
        assert_eq!(names("deploy/Dockerfile.prod", ""), ["dockerfile"]);
        assert_eq!(names(".env.production", ""), ["dotenv"]);
        assert_eq!(names("settings.py.bak", ""), ["python"]);
        assert_eq!(names("LICENSE", ""), [""; 0]);
    }

    #[test]
    fn a_script_without_extension_is_told_by_its_interpreter() {
        assert_eq!(
            names("bin/run", "#!/usr/bin/env -S python3 -u\n"),
            ["python"]
        );
        assert_eq!(names("bin/run", "#!/bin/sh\n"), ["shell"]);
        assert_eq!(names("bin/run", "plain\n"), [""; 0]);
    }

    #[test]
    fn every_language_has_a_typical_path() {
        for &language in Language::ALL {
            let path = typical_path(Languages::of(&[language]));
            assert!(
                file_types(path.as_str().into(), b"").has(language),
                "{language}: {path}"
            );
        }
    }
}
