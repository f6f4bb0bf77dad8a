//! The number of a Python release, down to the patch level.

use std::fmt;

/// How finished a release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `a`: its bytecode may change at any time.
    Alpha,
    /// `b`: no new features.
    Beta,
    /// `rc`: a candidate.
    Candidate,
    /// Released.
    Final,
}

/// A release as `sys.version_info` tells it. Later releases are greater.
///
/// ```
/// use pyrepro::python::{Level, Release};
///
/// let candidate = Release { major: 3, minor: 14, micro: 0, level: Level::Candidate, serial: 2 };
/// assert_eq!(candidate.to_string(), "3.14.0rc2");
/// assert!(candidate < Release { level: Level::Final, serial: 0, ..candidate });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The 3 of 3.13.0.
    pub major: u8,
    /// The 13 of 3.13.0.
    pub minor: u8,
    /// The 0 of 3.13.0: the patch level.
    pub micro: u16,
    /// Final, or which kind of pre-release.
    pub level: Level,
    /// Which one of the pre-releases of its level.
    pub serial: u16,
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Release { major, minor, micro, level, serial } = self;
        write!(f, "{major}.{minor}.{micro}")?;
        match level {
            Level::Alpha => write!(f, "a{serial}"),
            Level::Beta => write!(f, "b{serial}"),
            Level::Candidate => write!(f, "rc{serial}"),
            Level::Final => Ok(()),
        }
    }
}
