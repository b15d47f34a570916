//! Path patterns as pattern files write them.
//!
//! Nearly all of them are names with `*` and folders with `**`. Those are compared as they stand: a
//! commit of three files meets a few dozen rules with paths, and a compiled set takes longer to build
//! than all of them take to look at. `globset` does the others.

use bstr::{BStr, ByteSlice};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of globs on paths from the repository root.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    /// Globs of which `*` and `**` are the only special parts.
    plain: Vec<String>,
    compiled: Option<GlobSet>,
}

impl Globs {
    /// Prepares globs: `*` stays within a folder, `**` crosses them; a glob without `/` means the
    /// file name, wherever it lies; one that ends in `/` means everything below.
    ///
    /// # Errors
    ///
    /// Fails when a glob is malformed.
    pub fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, globset::Error> {
        let mut plain = Vec::new();
        let mut set: Option<GlobSetBuilder> = None;
        for glob in globs {
            let rooted = match (
                glob.strip_prefix('/'),
                glob.trim_end_matches('/').contains('/'),
            ) {
                (Some(rooted), _) => rooted.to_owned(),
                (None, true) => glob.to_owned(),
                (None, false) => format!("**/{glob}"),
            };
            let whole = if rooted.ends_with('/') {
                format!("{rooted}**")
            } else {
                rooted
            };
            if is_plain(&whole) {
                plain.push(whole);
                continue;
            }
            set.get_or_insert_with(GlobSetBuilder::new).add(
                GlobBuilder::new(&whole)
                    .literal_separator(true)
                    .backslash_escape(true)
                    .build()?,
            );
        }
        let compiled = set.map(|set| set.build()).transpose()?;
        Ok(Self { plain, compiled })
    }

    /// Tells whether a path matches one of the globs.
    #[must_use]
    pub fn matches(&self, path: &BStr) -> bool {
        // A path that is no UTF-8 is compared with its odd bytes replaced: `*.pem` still matches.
        let set = |set: &GlobSet| set.is_match(path.to_str_lossy().as_ref());
        self.plain
            .iter()
            .any(|glob| folders_match(Some(glob.as_bytes()), Some(path)))
            || self.compiled.as_ref().is_some_and(set)
    }
}

/// Tells whether [`folders_match`] reads a glob as `globset` does.
fn is_plain(glob: &str) -> bool {
    !glob.is_empty()
        && !glob.bytes().any(|byte| b"?[]{}!\\".contains(&byte))
        && !glob.contains("***")
        && !glob.contains("//")
        && !glob.contains("**/**")
}

/// Splits off what stands before the first `/`; the rest is `None` where there is no other.
fn first_of(names: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'/', names) {
        Some(at) => (&names[..at], Some(&names[at + 1..])),
        None => (names, None),
    }
}

/// Compares a glob with a path, name by name; `None`: no name is left.
fn folders_match(glob: Option<&[u8]>, path: Option<&[u8]>) -> bool {
    let (Some(glob), Some(path)) = (glob, path) else {
        return glob.is_none() && path.is_none();
    };
    let (name, below) = first_of(glob);
    if name == b"**" {
        // At the end: anything below. Before that: any number of folders, none among them.
        let Some(below) = below else {
            return true;
        };
        let mut rest = Some(path);
        while let Some(names) = rest {
            if folders_match(Some(below), Some(names)) {
                return true;
            }
            rest = first_of(names).1;
        }
        return false;
    }
    let (of_path, rest) = first_of(path);
    name_matches(name, of_path) && folders_match(below, rest)
}

/// Compares a name with a glob in which `*` stands for any bytes.
fn name_matches(glob: &[u8], name: &[u8]) -> bool {
    let (mut of_glob, mut of_name) = (0, 0);
    // Where to go on when what follows the last star does not fit: one more byte is its.
    let mut star: Option<(usize, usize)> = None;
    while of_name < name.len() {
        match glob.get(of_glob) {
            Some(b'*') => {
                star = Some((of_glob + 1, of_name));
                of_glob += 1;
            }
            Some(byte) if *byte == name[of_name] => {
                of_glob += 1;
                of_name += 1;
            }
            _ => {
                let Some((behind, taken)) = star else {
                    return false;
                };
                star = Some((behind, taken + 1));
                (of_glob, of_name) = (behind, taken + 1);
            }
        }
    }
    glob[of_glob..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        Globs::new([glob])
            .expect("a valid glob")
            .matches(path.into())
    }

    #[test]
    fn a_name_matches_anywhere_and_a_path_only_there() {
        assert!(matches("*.py", "app/a.py") && matches("*.py", "a.py"));
        assert!(matches("app/*.py", "app/a.py"));
        assert!(!matches("app/*.py", "lib/app/a.py"));
        assert!(!matches("app/*.py", "app/x/a.py"));
        assert!(matches("vendor/**", "vendor/x/y.go"));
        assert!(matches("vendor/", "lib/vendor/x/y.go"));
        assert!(!matches("/vendor/", "lib/vendor/x/y.go"));
    }

    #[test]
    fn odd_bytes_do_not_hide_a_file() {
        assert!(
            Globs::new(["*.pem"])
                .expect("a valid glob")
                .matches(b"a\xff.pem".into())
        );
    }

    #[test]
    fn plain_globs_match_what_globset_matches() {
        let names = [
            "a", "b", "ab", "*", "a*", "*b", "*.a", "**", "a*b*", "a**", "**b",
        ];
        let parts = ["a", "b", "ab", "x.a", "aab", "aabb", ".a", ""];
        let mut random = crate::random::Random::seeded(7);
        let mut pick = |list: &[&str]| {
            let depth = 1 + random.below(4);
            let picked: Vec<&str> = (0..depth).map(|_| list[random.below(list.len())]).collect();
            picked.join("/")
        };
        let (mut compared, mut matched) = (0, 0);
        for _ in 0..20_000 {
            let (glob, path) = (pick(&names), pick(&parts));
            if !is_plain(&glob) {
                continue;
            }
            let whole = GlobBuilder::new(&glob).literal_separator(true).build();
            let theirs = whole
                .expect("a valid glob")
                .compile_matcher()
                .is_match(&path);
            let ours = folders_match(Some(glob.as_bytes()), Some(path.as_bytes()));
            assert_eq!(ours, theirs, "`{glob}` on `{path}`");
            compared += 1;
            matched += usize::from(ours);
        }
        assert!(compared > 10_000 && matched > 1_000, "{compared} {matched}");
    }
}
