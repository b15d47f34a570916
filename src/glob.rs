//! Path patterns as pattern files write them.

use bstr::{BStr, ByteSlice};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of globs on paths from the repository root.
#[derive(Clone, Debug)]
pub struct Globs(GlobSet);

impl Globs {
    /// Compiles globs: `*` stays within a folder, `**` crosses them; a glob without `/` means the
    /// file name, wherever it lies; one that ends in `/` means everything below.
    ///
    /// # Errors
    ///
    /// Fails when a glob is malformed.
    pub fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
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
            set.add(
                GlobBuilder::new(&whole)
                    .literal_separator(true)
                    .backslash_escape(true)
                    .build()?,
            );
        }
        Ok(Self(set.build()?))
    }

    /// Tells whether a path matches one of the globs.
    #[must_use]
    pub fn matches(&self, path: &BStr) -> bool {
        // A path that is no UTF-8 is compared with its odd bytes replaced: `*.pem` still matches.
        self.0.is_match(path.to_str_lossy().as_ref())
    }
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
}
