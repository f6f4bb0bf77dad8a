//! Permissions, as lists of files write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The twelve bits of a Unix mode that are permissions, written as four octal digits.
///
/// ```
/// use pyrepro_archive::Mode;
///
/// assert_eq!(Mode::new(0o100_644).to_string(), "0644");
/// assert_eq!("0755".parse(), Ok(Mode::new(0o755)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mode(u16);

impl Mode {
    /// The permissions in a mode, without the kind of file.
    ///
    /// ```
    /// # use pyrepro_archive::Mode;
    /// assert_eq!(Mode::new(0o40_755), Mode::new(0o755));
    /// ```
    pub fn new(mode: u32) -> Mode {
        Mode((mode & 0o7777) as u16)
    }

    /// Whether the owner may execute the file.
    ///
    /// ```
    /// # use pyrepro_archive::Mode;
    /// assert!(Mode::new(0o755).is_executable() && !Mode::new(0o644).is_executable());
    /// ```
    pub fn is_executable(self) -> bool {
        self.0 & 0o100 != 0
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

/// A text that is no mode.
///
/// ```
/// # use pyrepro_archive::Mode;
/// assert!("rw-".parse::<Mode>().unwrap_err().to_string().contains("0644"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a file mode: four octal digits, such as 0644")]
pub struct BadMode(pub String);

impl FromStr for Mode {
    type Err = BadMode;

    fn from_str(text: &str) -> Result<Mode, BadMode> {
        let is_octal = text.len() == 4 && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
        let bits = is_octal.then(|| u16::from_str_radix(text, 8).ok()).flatten();
        bits.map(Mode).ok_or_else(|| BadMode(text.chars().take(80).collect()))
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Mode, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_octal_digits_are_a_mode() {
        for bad in ["", "644", "00644", "0648", "+644", "0o64", " 644"] {
            assert!(bad.parse::<Mode>().is_err(), "{bad}");
        }
        for good in ["0000", "0644", "4755", "7777"] {
            assert_eq!(good.parse::<Mode>().map(|mode| mode.to_string()).as_deref(), Ok(good));
        }
    }
}
