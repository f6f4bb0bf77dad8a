//! Patterns for paths in a tree.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of patterns, each of which matches paths from the root of a tree.
///
/// `*` and `?` match anything but `/` (`?` one byte of it), `**` any folders, `[ab]` and `{ab,cd}`
/// alternatives. A pattern without `/` matches at any depth, one with `/` from the root on; a `/` in
/// front does nothing else than tie a pattern to the root, and one at the end makes it match folders
/// alone. Case matters, `\` escapes, and `/` separates, on every platform.
///
/// ```
/// use pyrepro::tree::Globs;
///
/// let globs = Globs::new(["*.pyc", "docs/*.md", "build/", "/setup.py"])?;
/// assert!(globs.matches("a/b.pyc".as_ref(), false));
/// assert!(globs.matches("docs/a.md".as_ref(), false));
/// assert!(!globs.matches("docs/a/b.md".as_ref(), false));
/// assert!(globs.matches("a/build".as_ref(), true));
/// assert!(!globs.matches("a/build".as_ref(), false));
/// assert!(!globs.matches("a/setup.py".as_ref(), false));
/// # Ok::<(), pyrepro::tree::BadGlob>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Globs {
    anything: GlobSet,
    folders: GlobSet,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern {pattern:?} does not work: {reason}")]
pub struct BadGlob {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl BadGlob {
    fn new(pattern: &str, reason: impl ToString) -> BadGlob {
        BadGlob { pattern: pattern.to_owned(), reason: reason.to_string() }
    }
}

impl Globs {
    /// Compiles patterns.
    ///
    /// ```
    /// # use pyrepro::tree::Globs;
    /// assert!(Globs::new(["[a"]).is_err());
    /// assert!(Globs::new(["../a"]).is_err()); // no path in a tree looks like this
    /// ```
    pub fn new<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> Result<Globs, BadGlob> {
        let mut anything = GlobSetBuilder::new();
        let mut folders = GlobSetBuilder::new();
        let mut all = Vec::new();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            let path = from_root(pattern).map_err(|reason| BadGlob::new(pattern, reason))?;
            let mut glob = GlobBuilder::new(&path);
            glob.literal_separator(true).backslash_escape(true);
            let glob = glob.build().map_err(|error| BadGlob::new(pattern, error.kind()))?;
            if pattern.ends_with('/') {
                folders.add(glob)
            } else {
                anything.add(glob)
            };
            all.push(pattern.to_owned());
        }
        // What fails only now, such as a pattern that is too long, does not tell which one it is.
        let built =
            |set: GlobSetBuilder| set.build().map_err(|error| BadGlob::new(&all.join(" "), error.kind()));
        // Even of nothing a set takes a while to build.
        let is_for_folders = |pattern: &String| pattern.ends_with('/');
        Ok(Globs {
            anything: if all.iter().all(is_for_folders) { GlobSet::empty() } else { built(anything)? },
            folders: if all.iter().any(is_for_folders) { built(folders)? } else { GlobSet::empty() },
        })
    }

    /// Whether there is no pattern.
    ///
    /// ```
    /// # use pyrepro::tree::Globs;
    /// assert!(Globs::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.anything.is_empty() && self.folders.is_empty()
    }

    /// Whether a path from the root matches. What is below a match need not match itself.
    ///
    /// ```
    /// # use pyrepro::tree::Globs;
    /// let globs = Globs::new(["a"])?;
    /// assert!(globs.matches("a".as_ref(), true));
    /// assert!(!globs.matches("a/b".as_ref(), false));
    /// # Ok::<(), pyrepro::tree::BadGlob>(())
    /// ```
    pub fn matches(&self, path: &Path, is_folder: bool) -> bool {
        self.anything.is_match(path) || is_folder && self.folders.is_match(path)
    }
}

/// The pattern as one for whole paths.
fn from_root(pattern: &str) -> Result<String, &'static str> {
    let inner = pattern.strip_suffix('/').unwrap_or(pattern);
    let path = inner.strip_prefix('/').unwrap_or(inner);
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("paths in a tree have no empty parts, `.` or `..`");
    }
    Ok(if inner.contains('/') { path.to_owned() } else { format!("**/{path}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Globs::new([pattern]).unwrap().matches(Path::new(path), false)
    }

    #[test]
    fn a_pattern_without_slash_matches_at_any_depth_and_others_from_the_root() {
        assert!(matches("*.py", "a.py") && matches("*.py", "b/c/a.py") && matches("*.py", "b\nc/a\n.py"));
        assert!(matches("b/*.py", "b/a.py"));
        assert!(!matches("b/*.py", "c/b/a.py") && !matches("b/*.py", "b/c/a.py"));
        assert!(matches("**/b/*.py", "c/b/a.py") && matches("b/**", "b/c/a.py"));
        assert!(matches("/a.py", "a.py") && !matches("/a.py", "b/a.py"));
    }

    #[test]
    fn case_matters_and_a_backslash_escapes() {
        assert!(!matches("*.py", "A.PY"));
        assert!(matches(r"\*.py", "*.py") && !matches(r"\*.py", "a.py"));
    }

    #[test]
    fn a_slash_at_the_end_means_folders() {
        let globs = Globs::new(["build/", "a/b/"]).unwrap();
        assert!(globs.matches(Path::new("x/build"), true) && globs.matches(Path::new("a/b"), true));
        assert!(!globs.matches(Path::new("build"), false) && !globs.matches(Path::new("x/a/b"), true));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8_match() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a/\xff.py"));
        assert!(Globs::new(["*.py"]).unwrap().matches(path, false));
    }

    #[test]
    fn what_can_match_nothing_is_refused_by_name() {
        for pattern in ["", "/", "//", "a//b", "./a", "../a", "a/..", "[a", "{a"] {
            let error = Globs::new(["ok", pattern]).unwrap_err();
            assert_eq!(error.pattern, pattern);
            assert!(!error.reason.is_empty());
        }
    }
}
