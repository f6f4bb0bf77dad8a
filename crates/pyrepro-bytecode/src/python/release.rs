//! The number of a Python release, down to the patch level.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
/// use pyrepro_bytecode::python::{Level, Release};
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

/// A text that is no release of Python.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a Python release such as 3.13.0 or 3.14.0rc2")]
pub struct BadRelease(String);

impl FromStr for Release {
    type Err = BadRelease;

    /// Reads what [`Display`](fmt::Display) writes, and nothing else.
    ///
    /// ```
    /// use pyrepro_bytecode::python::Release;
    ///
    /// assert_eq!("3.14.0rc2".parse::<Release>()?.to_string(), "3.14.0rc2");
    /// assert!("/tmp/python".parse::<Release>().is_err());
    /// # Ok::<(), pyrepro_bytecode::python::BadRelease>(())
    /// ```
    fn from_str(text: &str) -> Result<Release, BadRelease> {
        let release = numbers(text).filter(|release| release.to_string() == text);
        release.ok_or_else(|| BadRelease(text.to_owned()))
    }
}

fn numbers(text: &str) -> Option<Release> {
    let mut parts = text.splitn(3, '.');
    let (major, minor, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (micro, level) = rest.split_at(end);
    let digits = level.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let (level, serial) = match level.strip_suffix(digits)? {
        "" if digits.is_empty() => (Level::Final, 0),
        "a" => (Level::Alpha, digits.parse().ok()?),
        "b" => (Level::Beta, digits.parse().ok()?),
        "rc" => (Level::Candidate, digits.parse().ok()?),
        _ => return None,
    };
    let (major, minor, micro) = (major.parse().ok()?, minor.parse().ok()?, micro.parse().ok()?);
    Some(Release { major, minor, micro, level, serial })
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Release, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_as_they_are_written_and_nothing_else_is() {
        for text in ["3.13.0", "3.7.16", "3.14.0rc2", "3.15.0a1", "3.15.0b12", "2.7.18"] {
            assert_eq!(text.parse::<Release>().unwrap().to_string(), text);
        }
        let others = [
            "",
            "3",
            "3.13",
            "3.13.",
            "3.13.0.1",
            "3.13.00",
            "+3.13.0",
            "3.13.0rc",
            "3.13.0rc02",
            "3.13.0c1",
            "3.13.0x1",
            "3.13.0 ",
            "3.13.0\n",
            "/bin/sh",
            "./3.13.0",
            "3.13.0/../x",
            "python3",
            "-c",
            "300.1.0",
            "3.13.65536",
        ];
        for text in others {
            assert!(text.parse::<Release>().is_err(), "{text:?}");
        }
    }
}
