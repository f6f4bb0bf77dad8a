//! An interpreter, and whether pyrepro can write bytecode for it.

use std::path::PathBuf;

use super::{Level, Release};
use super::{Version, writer_of};

/// A Python interpreter that has told about itself.
///
/// ```
/// use pyrepro::python::{Interpreters, SearchPath};
///
/// let search = SearchPath { path: Some("/usr/bin".into()), ..SearchPath::default() };
/// for python in Interpreters::new(search).all().into_iter().flatten() {
///     match &python.target {
///         Ok(version) => println!("{}: target {version}", python.path.display()),
///         Err(reason) => println!("{}: {reason}", python.path.display()),
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// Where it was found, symbolic links and all: what to run.
    pub path: PathBuf,
    /// `sys.executable`, or else the path.
    pub executable: PathBuf,
    /// The file that is run in the end, behind all symbolic links: what makes two of them the same.
    pub resolved: PathBuf,
    /// `sys.implementation.name`, such as `cpython`.
    pub implementation: String,
    /// `sys.version_info`.
    pub release: Release,
    /// The magic number of its bytecode files.
    pub magic: Option<u16>,
    /// `sys.implementation.cache_tag`.
    pub cache_tag: Option<String>,
    /// The version to write bytecode for, if it is one that pyrepro knows.
    pub target: Result<Version, Untargetable>,
}

impl Interpreter {
    pub(super) fn new(
        path: PathBuf,
        executable: PathBuf,
        implementation: String,
        release: Release,
        magic: Option<u16>,
        cache_tag: Option<String>,
    ) -> Interpreter {
        let target = target(&implementation, release, magic, cache_tag.as_deref());
        let resolved = executable.canonicalize().unwrap_or_else(|_| executable.clone());
        Interpreter { path, executable, resolved, implementation, release, magic, cache_tag, target }
    }
}

/// Why pyrepro cannot write bytecode for an interpreter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untargetable {
    /// Its bytecode has a form of its own.
    #[error("{0} is not CPython")]
    Implementation(String),
    /// It has no hash-based bytecode files, which came with 3.7.
    #[error("{0} is too old: pyrepro knows Python {first} and later", first = oldest())]
    TooOld(Release),
    /// It came out after this pyrepro.
    #[error("{0} is too new: pyrepro knows Python up to {last}", last = newest())]
    TooNew(Release),
    /// Its bytecode can still change before the final release.
    #[error("{0} is a pre-release")]
    PreRelease(Release),
    /// It is built to write bytecode that the release of its number does not write.
    #[error("its magic number is {}, where Python {version} has {}", told(*.found), version.magic())]
    Magic {
        /// The version that it says it is.
        version: Version,
        /// Its magic number.
        found: Option<u16>,
    },
    /// It looks for bytecode under other names than the release of its number does.
    #[error("its cache tag is {}, where Python {version} has {}", found.as_deref().unwrap_or("not set"), version.cache_tag())]
    CacheTag {
        /// The version that it says it is.
        version: Version,
        /// Its cache tag.
        found: Option<String>,
    },
}

fn target(
    implementation: &str,
    release: Release,
    magic: Option<u16>,
    cache_tag: Option<&str>,
) -> Result<Version, Untargetable> {
    if implementation != "cpython" {
        return Err(Untargetable::Implementation(implementation.to_owned()));
    }
    let Some(version) = Version::new(release.major, release.minor) else {
        let old = (release.major, release.minor) < (3, oldest().minor());
        return Err(if old { Untargetable::TooOld(release) } else { Untargetable::TooNew(release) });
    };
    if release.level != Level::Final {
        return Err(Untargetable::PreRelease(release));
    }
    if magic != Some(version.magic()) {
        return Err(Untargetable::Magic { version, found: magic });
    }
    if cache_tag != Some(version.cache_tag().as_str()) {
        return Err(Untargetable::CacheTag { version, found: cache_tag.map(str::to_owned) });
    }
    Ok(version)
}

fn oldest() -> Version {
    Version::all().next().expect("the table of versions is not empty")
}

fn newest() -> Version {
    Version::all().next_back().expect("the table of versions is not empty")
}

fn told(magic: Option<u16>) -> String {
    magic.map_or("not known".to_owned(), |magic| format!("{magic} ({})", writer_of(magic)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target_of(
        name: &str,
        minor: u8,
        level: Level,
        magic: u16,
        tag: Option<&str>,
    ) -> Result<String, String> {
        let release = Release { major: 3, minor, micro: 1, level, serial: 0 };
        let target = target(name, release, Some(magic), tag);
        target.map(|version| version.to_string()).map_err(|reason| reason.to_string())
    }

    #[test]
    fn only_final_releases_of_cpython_with_their_own_magic_number_and_tag_are_targets() {
        let tag = Some("cpython-313");
        assert_eq!(target_of("cpython", 13, Level::Final, 3571, tag), Ok("3.13".to_owned()));
        for (outcome, reason) in [
            (target_of("pypy", 13, Level::Final, 3571, tag), "pypy is not CPython"),
            (
                target_of("cpython", 6, Level::Final, 3379, Some("cpython-36")),
                "3.6.1 is too old: pyrepro knows Python 3.7 and later",
            ),
            (
                target_of("cpython", 16, Level::Alpha, 3700, Some("cpython-316")),
                "3.16.1a0 is too new: pyrepro knows Python up to 3.15",
            ),
            (target_of("cpython", 13, Level::Beta, 3571, tag), "3.13.1b0 is a pre-release"),
            (
                target_of("cpython", 13, Level::Final, 3570, tag),
                "its magic number is 3570 (a pre-release of Python 3.13), where Python 3.13 has 3571",
            ),
            (
                target_of("cpython", 13, Level::Final, 3571, None),
                "its cache tag is not set, where Python 3.13 has cpython-313",
            ),
        ] {
            assert_eq!(outcome, Err(reason.to_owned()));
        }
    }
}
