//! Where bytecode files lie, seen from their sources, and back (PEP 3147, PEP 488).

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

const CACHE_FOLDER: &str = "__pycache__";

/// An optimisation level of the compiler: `-O` is 1, `-OO` is 2.
///
/// ```
/// use pyrepro_bytecode::pyc::Optimization;
///
/// let level: Optimization = "2".parse()?;
/// assert_eq!(level.number(), 2);
/// assert!("3".parse::<Optimization>().is_err());
/// # Ok::<(), pyrepro_bytecode::pyc::UnknownLevel>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Optimization(u8);

impl Optimization {
    /// All three levels.
    pub const ALL: [Optimization; 3] = [Optimization(0), Optimization(1), Optimization(2)];

    /// 0, 1 or 2.
    ///
    /// ```
    /// # use pyrepro_bytecode::pyc::{CachedName, Optimization};
    /// assert_eq!(Optimization::ALL.map(Optimization::number), [0, 1, 2]);
    /// ```
    pub fn number(self) -> u8 {
        self.0
    }

    /// What file names in `__pycache__` have behind the cache tag.
    fn suffix(self) -> &'static str {
        ["", ".opt-1", ".opt-2"][usize::from(self.0)]
    }
}

impl fmt::Display for Optimization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that names no optimisation level.
///
/// ```
/// # use pyrepro_bytecode::pyc::{CachedName, Optimization};
/// assert!("3".parse::<Optimization>().unwrap_err().to_string().contains("0, 1 or 2"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an optimisation level: 0, 1 or 2")]
pub struct UnknownLevel(pub String);

impl FromStr for Optimization {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Optimization, UnknownLevel> {
        Optimization::ALL
            .into_iter()
            .find(|level| level.to_string() == text)
            .ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

/// What the name of a bytecode file says.
///
/// ```
/// use std::path::Path;
/// use pyrepro_bytecode::{pyc::{CachedName, Optimization}, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// let level: Optimization = "2".parse()?;
/// let path = CachedName::path(Path::new("pkg/m.py"), &version.cache_tag(), level);
/// assert_eq!(path, Path::new("pkg/__pycache__/m.cpython-313.opt-2.pyc"));
///
/// let name = CachedName::parse(&path).unwrap();
/// assert_eq!(name.source, Path::new("pkg/m.py"));
/// assert_eq!(name.cache_tag.as_deref(), Some("cpython-313"));
/// assert_eq!(name.optimization.as_deref(), Some("2"));
/// # Ok::<(), pyrepro_bytecode::pyc::UnknownLevel>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedName {
    /// The source that it is the bytecode of.
    pub source: PathBuf,
    /// The version, as `cpython-313`; None in the legacy place beside the source.
    pub cache_tag: Option<String>,
    /// The optimisation level, if it is named; `1` or `2` in all that CPython writes.
    pub optimization: Option<String>,
}

impl CachedName {
    /// Where the import system looks for the bytecode of a source, as `cache_from_source`.
    ///
    /// ```
    /// # use pyrepro_bytecode::pyc::{CachedName, Optimization};
    /// let path = CachedName::path("m.py".as_ref(), "cpython-313", Optimization::default());
    /// assert_eq!(path, std::path::Path::new("__pycache__/m.cpython-313.pyc"));
    /// ```
    pub fn path(source: &Path, cache_tag: &str, level: Optimization) -> PathBuf {
        let mut name = stem(source);
        name.push(cache_tag);
        name.push(level.suffix());
        name.push(".pyc");
        source.with_file_name(CACHE_FOLDER).join(name)
    }

    /// Where the bytecode of a source lies if `sys.pycache_prefix` is set: in a tree below that, at
    /// the absolute path of the source. The path is not resolved, as Python does not resolve it.
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// # use std::path::Path;
    /// # use pyrepro_bytecode::pyc::{CachedName, Optimization};
    /// let level = Optimization::default();
    /// let path = CachedName::path_below(Path::new("/cache"), Path::new("/src/m.py"), "cpython-313", level);
    /// assert_eq!(path, Path::new("/cache/src/m.cpython-313.pyc"));
    /// # }
    /// ```
    pub fn path_below(prefix: &Path, source: &Path, cache_tag: &str, level: Optimization) -> PathBuf {
        let pyc = CachedName::path(source, cache_tag, level);
        let source = std::path::absolute(source).unwrap_or_else(|_| source.to_owned());
        let inside =
            source.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
        let mut path = prefix.to_owned();
        path.extend(inside);
        path.with_file_name(pyc.file_name().unwrap_or_default())
    }

    /// Where bytecode lies beside its source, without a version in its name.
    ///
    /// ```
    /// # use pyrepro_bytecode::pyc::CachedName;
    /// let path = CachedName::legacy_path("pkg/m.py".as_ref());
    /// assert_eq!(path, std::path::Path::new("pkg/m.pyc"));
    /// ```
    pub fn legacy_path(source: &Path) -> PathBuf {
        let mut path = source.as_os_str().to_owned();
        path.push("c");
        PathBuf::from(path)
    }

    /// What a bytecode file's name says; None if it is no bytecode file's name.
    ///
    /// ```
    /// # use pyrepro_bytecode::pyc::{CachedName, Optimization};
    /// assert!(CachedName::parse("m.py".as_ref()).is_none());
    /// assert!(CachedName::parse("m.pyc".as_ref()).is_some());
    /// ```
    pub fn parse(path: &Path) -> Option<CachedName> {
        let folder = path.parent()?;
        let (stem, "pyc") = split(Path::new(path.file_name()?))? else { return None };
        if folder.file_name() != Some(OsStr::new(CACHE_FOLDER)) {
            return Some(CachedName { source: source(folder, stem), cache_tag: None, optimization: None });
        }
        let (rest, last) = split(stem)?;
        let (stem, tag, optimization) = match last.strip_prefix("opt-") {
            Some(level) => split(rest).map(|(stem, tag)| (stem, tag, Some(level.to_owned())))?,
            None => (rest, last, None),
        };
        Some(CachedName {
            source: source(folder.parent()?, stem),
            cache_tag: Some(tag.to_owned()),
            optimization,
        })
    }
}

/// A file name's part before its last dot, and the part behind.
fn split(name: &Path) -> Option<(&Path, &str)> {
    Some((Path::new(name.file_stem()?), name.extension()?.to_str()?))
}

fn source(folder: &Path, stem: &Path) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".py");
    folder.join(name)
}

/// A source's file name up to and with its last dot. As in Python, a name without a dot stays
/// whole, and one with a dot only in front loses that.
fn stem(source: &Path) -> OsString {
    let mut stem = source.file_stem().unwrap_or_default().to_owned();
    if source.extension().is_some() {
        stem.push(".");
    } else if let Some(rest) = stem.to_str().and_then(|stem| stem.strip_prefix('.')) {
        stem = OsString::from(format!("{rest}."));
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sources_become_those_of_importlib() {
        let expected = [
            ("m.py", "__pycache__/m.cpython-313.pyc"),
            ("pkg/my.script.py", "pkg/__pycache__/my.script.cpython-313.pyc"),
            ("/a/script", "/a/__pycache__/scriptcpython-313.pyc"),
            (".py", "__pycache__/py.cpython-313.pyc"),
            ("gui.pyw", "__pycache__/gui.cpython-313.pyc"),
        ];
        for (source, pyc) in expected {
            assert_eq!(CachedName::path(Path::new(source), "cpython-313", Optimization(0)), Path::new(pyc));
        }
    }

    #[test]
    fn names_of_bytecode_files_lead_back() {
        let parsed = |path: &str| {
            let name = CachedName::parse(Path::new(path))?;
            Some((name.source.to_str()?.to_owned(), name.cache_tag, name.optimization))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parsed("m.pyc"), Some(("m.py".into(), None, None)));
        assert_eq!(
            parsed("a/__pycache__/m.cpython-37.pyc"),
            Some(("a/m.py".into(), some("cpython-37"), None))
        );
        assert_eq!(
            parsed("__pycache__/my.script.cpython-315.opt-1.pyc"),
            Some(("my.script.py".into(), some("cpython-315"), some("1")))
        );
        for other in ["m.py", "__pycache__/m.pyc", "__pycache__/.pyc", "pyc", "", "__pycache__/opt-1.pyc"] {
            assert_eq!(parsed(other), None, "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_keep_their_bytes() {
        use std::os::unix::ffi::OsStrExt;

        let source = Path::new(OsStr::from_bytes(b"d/\xff.py"));
        let pyc = CachedName::path(source, "cpython-313", Optimization(1));
        assert_eq!(pyc.as_os_str().as_bytes(), b"d/__pycache__/\xff.cpython-313.opt-1.pyc");
        assert_eq!(CachedName::parse(&pyc).unwrap().source, source);
    }
}
