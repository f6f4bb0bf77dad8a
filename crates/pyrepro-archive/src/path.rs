//! The names that members of archives may have.

use std::fmt;
use std::path::{Component, Path};

/// The path of a member: relative, with `/` between its parts, in UTF-8, and nothing that would
/// lead out of the folder that an archive is unpacked in, on any system.
///
/// Paths are ordered by their bytes.
///
/// ```
/// use pyrepro_archive::MemberPath;
///
/// let path = MemberPath::new("pkg/mod.py")?;
/// assert_eq!(path.as_str(), "pkg/mod.py");
/// assert!(MemberPath::new("../etc/passwd").is_err());
/// # Ok::<(), pyrepro_archive::BadPath>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberPath(String);

impl MemberPath {
    /// Accepts a path, or says what is wrong with it. A folder's has no slash at its end.
    ///
    /// ```
    /// # use pyrepro_archive::{MemberPath, PathProblem};
    /// assert_eq!(MemberPath::new("C:/x").unwrap_err().problem, PathProblem::DriveLetter);
    /// ```
    pub fn new(path: impl Into<String>) -> Result<MemberPath, BadPath> {
        let path = path.into();
        match problem_of(&path) {
            None => Ok(MemberPath(path)),
            Some(problem) => Err(BadPath { path, problem }),
        }
    }

    /// Accepts a path as the file system has it, with the separators of this platform.
    ///
    /// ```
    /// # use pyrepro_archive::MemberPath;
    /// let path = std::path::Path::new("pkg").join("mod.py");
    /// assert_eq!(MemberPath::from_path(&path)?, MemberPath::new("pkg/mod.py")?);
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn from_path(path: &Path) -> Result<MemberPath, BadPath> {
        let Some(text) = path.to_str() else {
            return Err(BadPath { path: path.to_string_lossy().into_owned(), problem: PathProblem::NotUtf8 });
        };
        let named = path.components().all(|part| matches!(part, Component::Normal(_)));
        MemberPath::new(if cfg!(windows) && named { text.replace('\\', "/") } else { text.to_owned() })
    }

    /// The folder that an archive is unpacked in, which some archives list as `./`.
    pub(super) fn root() -> MemberPath {
        MemberPath(".".to_owned())
    }

    /// Whether it is the folder that an archive is unpacked in. Readers give it where it is listed, and
    /// it has no place among the members to write.
    ///
    /// ```
    /// # use pyrepro_archive::MemberPath;
    /// assert!(!MemberPath::new("a/b")?.is_root());
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn is_root(&self) -> bool {
        self.0 == "."
    }

    /// The path as text.
    ///
    /// ```
    /// # use pyrepro_archive::MemberPath;
    /// assert_eq!(MemberPath::new("a/b")?.as_str(), "a/b");
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for MemberPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for MemberPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<MemberPath, D::Error> {
        MemberPath::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A path that no member may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the member path {path:?} {problem}")]
pub struct BadPath {
    /// The path.
    pub path: String,
    /// What is wrong with it.
    pub problem: PathProblem,
}

/// What can be wrong with a member's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathProblem {
    /// Nothing at all.
    #[error("is empty")]
    Empty,
    /// A `/` at the start.
    #[error("is absolute; make it relative to the archive's root")]
    Absolute,
    /// Something like `C:` at the start.
    #[error("begins with a drive letter; make it relative to the archive's root")]
    DriveLetter,
    /// A part that is `..`.
    #[error("leads upward through `..`")]
    Parent,
    /// A part that is empty or `.`.
    #[error("has a part that is empty or `.`")]
    EmptyPart,
    /// A `\`, which separates the parts of a path on Windows and nowhere else.
    #[error("has a backslash; separate parts with `/`")]
    Backslash,
    /// A NUL, which ends a name for some readers and not for others.
    #[error("has a NUL in it")]
    Nul,
    /// A newline, tab or other control character.
    #[error("has a control character in it")]
    Control,
    /// Bytes that are no text.
    #[error("is not UTF-8")]
    NotUtf8,
}

fn problem_of(path: &str) -> Option<PathProblem> {
    let bytes = path.as_bytes();
    let has = |byte: u8| bytes.contains(&byte);
    let part = |wanted: &[&str]| path.split('/').any(|part| wanted.contains(&part));
    Some(match bytes {
        [] => PathProblem::Empty,
        [b'/', ..] => PathProblem::Absolute,
        [letter, b':', ..] if letter.is_ascii_alphabetic() => PathProblem::DriveLetter,
        _ if has(0) => PathProblem::Nul,
        _ if has(b'\\') => PathProblem::Backslash,
        _ if path.chars().any(char::is_control) => PathProblem::Control,
        _ if part(&[".."]) => PathProblem::Parent,
        _ if part(&["", "."]) => PathProblem::EmptyPart,
        _ => return None,
    })
}

/// Two members of which only one can be unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Collision {
    Twice(String),
    /// A file, and something that is in a folder of that name.
    FileAndFolder(String, String),
}

/// Finds two members that cannot be in one folder. Each is a path and whether it is a folder.
///
/// The paths are sorted with `/` before all else, in place of NUL, which none has, for then whatever is below a path follows
/// right behind it, and only neighbours need a look, however many and deep they are.
pub(super) fn collision<'a>(members: impl Iterator<Item = (&'a str, bool)>) -> Option<Collision> {
    let mut members: Vec<_> = members.collect();
    members.sort_by_cached_key(|(path, _)| path.replace('/', "\0"));
    members.windows(2).find_map(|pair| {
        let [(first, is_folder), (second, _)] = [pair[0], pair[1]];
        let rest = second.strip_prefix(first)?;
        if rest.is_empty() {
            Some(Collision::Twice(first.to_owned()))
        } else if rest.starts_with('/') && !is_folder {
            Some(Collision::FileAndFolder(first.to_owned(), second.to_owned()))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_or_mean_something_else_elsewhere_are_refused() {
        let refused = [
            ("", PathProblem::Empty),
            ("/", PathProblem::Absolute),
            ("/etc/passwd", PathProblem::Absolute),
            ("//host/share", PathProblem::Absolute),
            ("c:", PathProblem::DriveLetter),
            ("C:x", PathProblem::DriveLetter),
            ("C:/x", PathProblem::DriveLetter),
            ("..", PathProblem::Parent),
            ("../x", PathProblem::Parent),
            ("a/../b", PathProblem::Parent),
            ("a/..", PathProblem::Parent),
            (".", PathProblem::EmptyPart),
            ("./a", PathProblem::EmptyPart),
            ("a//b", PathProblem::EmptyPart),
            ("a/./b", PathProblem::EmptyPart),
            ("a/", PathProblem::EmptyPart),
            ("a\\b", PathProblem::Backslash),
            ("..\\x", PathProblem::Backslash),
            ("\\\\host\\share", PathProblem::Backslash),
            ("a\0", PathProblem::Nul),
            ("a\nb", PathProblem::Control),
            ("a\u{7f}", PathProblem::Control),
            ("a\u{85}", PathProblem::Control),
        ];
        for (path, problem) in refused {
            assert_eq!(MemberPath::new(path).map_err(|bad| bad.problem), Err(problem), "{path:?}");
        }
    }

    #[test]
    fn other_paths_are_accepted() {
        for path in ["a", "a/b", "..a", "a..", "...", ".a/b.", "a b", "é/ü", "ab:c", "1:", "a/b:", "-", "~"]
        {
            assert_eq!(MemberPath::new(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn a_member_twice_or_below_a_file_is_found_wherever_it_stands() {
        let find = |members: &[&str]| {
            collision(members.iter().map(|path| match path.strip_suffix('/') {
                Some(folder) => (folder, true),
                None => (*path, false),
            }))
        };
        assert_eq!(find(&["a", "a-b", "a.py", "b/", "b/c", "b/c-d", "bc"]), None);
        assert_eq!(find(&["a/b", "c", "a-b", "a/b"]), Some(Collision::Twice("a/b".into())));
        assert_eq!(find(&["a/", "a"]), Some(Collision::Twice("a".into())));
        let both = Collision::FileAndFolder("a".into(), "a/b/c".into());
        assert_eq!(find(&["a/b/c", "a-b", "a.py", "a"]), Some(both));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_name_that_is_not_utf_8_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff"));
        assert_eq!(MemberPath::from_path(path).unwrap_err().problem, PathProblem::NotUtf8);
    }
}
