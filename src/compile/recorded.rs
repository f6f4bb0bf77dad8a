//! The file name that code records: what tracebacks will show.

use std::borrow::Cow;
use std::path::{Path, PathBuf, is_separator};

use super::source::Source;

/// How the recorded file name comes from the path of the source.
///
/// ```
/// use pyrepro::compile::Recorded;
///
/// let moved = Recorded::Moved { strip: Some("/build".into()), prepend: Some("/usr".into()) };
/// assert_eq!(moved, moved.clone());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Recorded {
    /// The path itself.
    #[default]
    AsFound,
    /// A name for all (`py_compile`'s dfile).
    Exactly(PathBuf),
    /// The path below the folder that was named, below another one (`-d`).
    Below(PathBuf),
    /// The path without a prefix, then with another (`-s` and `-p`).
    Moved {
        /// What to take off.
        strip: Option<PathBuf>,
        /// What to put before.
        prepend: Option<PathBuf>,
    },
}

/// A path that does not begin with what is to be taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPrefix(pub PathBuf);

impl Recorded {
    /// The name for a source. Where the prefix to take off is not there, it is not taken off.
    pub(super) fn name<'a>(&self, source: &'a Source) -> (Cow<'a, Path>, Option<NoPrefix>) {
        let (strip, prepend) = match self {
            Recorded::AsFound => return (Cow::Borrowed(&source.path), None),
            Recorded::Exactly(name) => return (Cow::Owned(name.clone()), None),
            Recorded::Below(folder) => match &source.root {
                Some(root) => (Some(root), Some(folder)),
                None => {
                    let name = source.path.file_name().unwrap_or_default();
                    return (Cow::Owned(portable(folder.join(name), Some(folder))), None);
                }
            },
            Recorded::Moved { strip, prepend } => (strip.as_ref(), prepend.as_ref()),
        };
        let rest = strip.and_then(|strip| without(&source.path, strip));
        let missing = strip.filter(|_| rest.is_none()).map(|strip| NoPrefix(strip.clone()));
        let name = match (prepend, rest) {
            (Some(folder), rest) => folder.join(rest.as_ref().unwrap_or(&source.path)),
            (None, Some(rest)) => rest,
            (None, None) => return (Cow::Borrowed(&source.path), missing),
        };
        (Cow::Owned(portable(name, prepend)), missing)
    }
}

/// A name for another place is the same on every system: with `/`, unless that place is written with `\`.
fn portable(name: PathBuf, prepended: Option<&PathBuf>) -> PathBuf {
    let has_backslash = |path: &PathBuf| path.as_os_str().as_encoded_bytes().contains(&b'\\');
    if cfg!(not(windows)) || prepended.is_some_and(has_backslash) {
        return name;
    }
    let bytes = name.as_os_str().as_encoded_bytes();
    super::path_from(bytes.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect())
}

/// What is left of a path without its first parts. Parts are compared as they are written: `./a`
/// does not begin with `a`. `compileall` minds a separator at the end of the prefix; we do not.
fn without(path: &Path, prefix: &Path) -> Option<PathBuf> {
    let separates = |byte: &u8| is_separator(char::from(*byte));
    let path = path.as_os_str().as_encoded_bytes();
    let mut prefix = prefix.as_os_str().as_encoded_bytes();
    while let Some((_, shorter)) = prefix.split_last().filter(|(last, _)| separates(last)) {
        prefix = shorter;
    }
    // Windows has two separators, which mean the same.
    let is_same = |(a, b): (&u8, &u8)| a == b || separates(a) && separates(b);
    let (begin, rest) = path.split_at_checked(prefix.len())?;
    let (first, rest) = rest.split_first()?;
    if !begin.iter().zip(prefix).all(is_same) || !separates(first) {
        return None;
    }
    let parts = rest.split(separates).filter(|part| !part.is_empty());
    Some(super::path_from(parts.collect::<Vec<_>>().join(&(std::path::MAIN_SEPARATOR as u8))))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn name(recorded: &Recorded, path: &str, root: Option<&str>) -> String {
        let source = Source { path: path.into(), root: root.map(PathBuf::from), named: root.is_none() };
        let (name, missing) = recorded.name(&source);
        format!("{}{}", name.display(), if missing.is_some() { " (no prefix)" } else { "" })
    }

    #[test]
    fn names_are_those_of_compileall() {
        let moved = |strip: Option<&str>, prepend: Option<&str>| Recorded::Moved {
            strip: strip.map(PathBuf::from),
            prepend: prepend.map(PathBuf::from),
        };
        for (recorded, path, root, expected) in [
            (Recorded::AsFound, "./a/b.py", Some("."), "./a/b.py"),
            (Recorded::Exactly("x".into()), "a/b.py", None, "x"),
            (Recorded::Below("/d".into()), "src/a/b.py", Some("src"), "/d/a/b.py"),
            (Recorded::Below("/d".into()), "src/a/b.py", Some("src/"), "/d/a/b.py"),
            (Recorded::Below("d".into()), "src/a/b.py", None, "d/b.py"),
            (moved(Some("/build"), None), "/build/usr/b.py", None, "usr/b.py"),
            (moved(Some("/build"), Some("/")), "/build/usr/b.py", None, "/usr/b.py"),
            (moved(Some("/build//"), Some("/")), "/build/usr//b.py", None, "/usr/b.py"),
            (moved(Some("/"), None), "/usr/b.py", None, "usr/b.py"),
            (moved(Some("/bui"), None), "/build/b.py", None, "/build/b.py (no prefix)"),
            (moved(Some("a"), Some("p")), "./a/b.py", None, "p/./a/b.py (no prefix)"),
            (moved(None, Some("/p")), "a/b.py", None, "/p/a/b.py"),
            (moved(None, Some("/p")), "/a/b.py", None, "/a/b.py"),
        ] {
            assert_eq!(name(&recorded, path, root), expected, "{recorded:?} {path}");
        }
    }
}
