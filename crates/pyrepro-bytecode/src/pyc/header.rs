//! The 16 bytes before the code object.

use std::fmt;
use std::str::FromStr;

use super::hash::SourceHash;
use crate::python::{self, Version};

/// How many bytes stand before the code object.
pub const HEADER_SIZE: usize = 16;

/// The header of a bytecode file.
///
/// ```
/// use pyrepro_bytecode::{pyc::{Header, InvalidationMode}, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// let header = Header::of_source(version, InvalidationMode::CheckedHash, b"print(1)\n", 0);
/// assert_eq!(Header::parse(&header.to_bytes())?, header);
/// # Ok::<(), pyrepro_bytecode::pyc::HeaderError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header {
    /// Whose bytecode it is.
    pub version: Version,
    /// How the import system tells whether the file is stale.
    pub invalidation: Invalidation,
}

/// What ties a bytecode file to its source.
///
/// ```
/// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// let header = Header::of_source(version, InvalidationMode::Timestamp, b"pass\n", 1_700_000_000);
/// assert_eq!(header.invalidation, Invalidation::Timestamp { mtime: 1_700_000_000, size: 5 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Invalidation {
    /// The source's time of modification in seconds, and its size; both modulo 2³².
    Timestamp {
        /// Seconds since 1970.
        mtime: u32,
        /// Bytes.
        size: u32,
    },
    /// The source's hash, which an import compares with the source.
    CheckedHash(SourceHash),
    /// The source's hash, which an import takes on trust.
    UncheckedHash(SourceHash),
}

/// The ways to tell whether a bytecode file is stale, by the names that `compileall` has for them.
///
/// ```
/// use pyrepro_bytecode::pyc::InvalidationMode;
///
/// assert_eq!("checked-hash".parse(), Ok(InvalidationMode::CheckedHash));
/// assert_eq!(InvalidationMode::Timestamp.to_string(), "timestamp");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum InvalidationMode {
    /// `checked-hash`
    #[default]
    CheckedHash,
    /// `unchecked-hash`
    UncheckedHash,
    /// `timestamp`
    Timestamp,
}

/// Why a header is refused.
///
/// ```
/// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// let error = Header::parse(&[0x33, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap_err();
/// assert!(error.to_string().contains("Python 3.6"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The file is shorter than a header.
    #[error("offset {0}: the file ends inside its header of 16 bytes")]
    Short(usize),
    /// The file does not begin like bytecode.
    #[error("offset 0: not a bytecode file: it begins with {}", Hex(*.0))]
    NotBytecode([u8; 4]),
    /// Another Python's bytecode.
    #[error(
        "offset 0: magic number {0} of {writer}; pyrepro reads the bytecode of final releases of CPython 3.7 to 3.15",
        writer = python::writer_of(*.0)
    )]
    UnknownMagic(u16),
    /// Flags that the import system refuses too.
    #[error("offset 4: unknown flags: {0:#x}")]
    UnknownFlags(u32),
}

struct Hex([u8; 4]);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

const HASH_BASED: u32 = 0b01;
const CHECKED: u32 = 0b10;

impl Header {
    /// The header for a source file; its time of modification matters only in timestamp mode.
    ///
    /// ```
    /// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let header = Header::of_source(version, InvalidationMode::CheckedHash, b"", 0);
    /// assert_eq!(header.invalidation, Invalidation::CheckedHash(SourceHash::of(b"", version)));
    /// ```
    pub fn of_source(version: Version, mode: InvalidationMode, source: &[u8], mtime: i64) -> Header {
        let invalidation = match mode {
            InvalidationMode::CheckedHash => Invalidation::CheckedHash(SourceHash::of(source, version)),
            InvalidationMode::UncheckedHash => Invalidation::UncheckedHash(SourceHash::of(source, version)),
            // The format has room for 32 bits; Python cuts what is longer.
            InvalidationMode::Timestamp => {
                Invalidation::Timestamp { mtime: mtime as u32, size: source.len() as u32 }
            }
        };
        Header { version, invalidation }
    }

    /// Reads the header that a file begins with.
    ///
    /// ```
    /// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// assert!(Header::parse(b"too short").is_err());
    /// ```
    pub fn parse(file: &[u8]) -> Result<Header, HeaderError> {
        let Some((header, _)) = file.split_first_chunk::<HEADER_SIZE>() else {
            return Err(HeaderError::Short(file.len()));
        };
        let [m0, m1, r, n, f0, f1, f2, f3, last @ ..] = *header;
        if [r, n] != *b"\r\n" {
            return Err(HeaderError::NotBytecode([m0, m1, r, n]));
        }
        let magic = u16::from_le_bytes([m0, m1]);
        let version = Version::from_magic(magic).ok_or(HeaderError::UnknownMagic(magic))?;
        let invalidation = match u32::from_le_bytes([f0, f1, f2, f3]) {
            // The import system looks at CHECKED only where the file is hash-based.
            0 | CHECKED => Invalidation::timestamp(last),
            HASH_BASED => Invalidation::UncheckedHash(SourceHash(last)),
            flags if flags == HASH_BASED | CHECKED => Invalidation::CheckedHash(SourceHash(last)),
            flags => return Err(HeaderError::UnknownFlags(flags)),
        };
        Ok(Header { version, invalidation })
    }

    /// The header's bytes.
    ///
    /// ```
    /// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let header = Header::of_source(version, InvalidationMode::UncheckedHash, b"", 0);
    /// assert_eq!(header.to_bytes()[..8], [0xf3, 0x0d, 0x0d, 0x0a, 1, 0, 0, 0]);
    /// ```
    pub fn to_bytes(&self) -> [u8; HEADER_SIZE] {
        let (flags, last) = match self.invalidation {
            Invalidation::Timestamp { mtime, size } => (0, u64::from(mtime) | u64::from(size) << 32),
            Invalidation::CheckedHash(SourceHash(hash)) => (HASH_BASED | CHECKED, u64::from_le_bytes(hash)),
            Invalidation::UncheckedHash(SourceHash(hash)) => (HASH_BASED, u64::from_le_bytes(hash)),
        };
        let mut bytes = [0; HEADER_SIZE];
        bytes[..4].copy_from_slice(&self.version.magic_bytes());
        bytes[4..8].copy_from_slice(&u32::to_le_bytes(flags));
        bytes[8..].copy_from_slice(&last.to_le_bytes());
        bytes
    }

    /// Whether the file belongs to this source, hash or not.
    ///
    /// ```
    /// use pyrepro_bytecode::{pyc::{Header, InvalidationMode}, python::Version};
    ///
    /// let version = Version::new(3, 13).unwrap();
    /// let header = Header::of_source(version, InvalidationMode::UncheckedHash, b"x = 1\n", 0);
    /// assert!(header.belongs_to(b"x = 1\n", 1_700_000_000));
    /// assert!(!header.belongs_to(b"x = 2\n", 0));
    /// ```
    pub fn belongs_to(&self, source: &[u8], mtime: i64) -> bool {
        *self == Header::of_source(self.version, self.invalidation.mode(), source, mtime)
    }
}

impl Invalidation {
    fn timestamp(last: [u8; 8]) -> Invalidation {
        let both = u64::from_le_bytes(last);
        Invalidation::Timestamp { mtime: both as u32, size: (both >> 32) as u32 }
    }

    /// The mode alone.
    ///
    /// ```
    /// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let header = Header::of_source(version, InvalidationMode::Timestamp, b"", 0);
    /// assert_eq!(header.invalidation.mode(), InvalidationMode::Timestamp);
    /// ```
    pub fn mode(&self) -> InvalidationMode {
        match self {
            Invalidation::Timestamp { .. } => InvalidationMode::Timestamp,
            Invalidation::CheckedHash(_) => InvalidationMode::CheckedHash,
            Invalidation::UncheckedHash(_) => InvalidationMode::UncheckedHash,
        }
    }

    /// The source hash, of hash-based files.
    ///
    /// ```
    /// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let header = Header::of_source(version, InvalidationMode::Timestamp, b"", 0);
    /// assert_eq!(header.invalidation.source_hash(), None);
    /// ```
    pub fn source_hash(&self) -> Option<SourceHash> {
        match self {
            Invalidation::Timestamp { .. } => None,
            Invalidation::CheckedHash(hash) | Invalidation::UncheckedHash(hash) => Some(*hash),
        }
    }
}

impl InvalidationMode {
    /// Its name in `compileall --invalidation-mode`.
    ///
    /// ```
    /// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// assert_eq!(InvalidationMode::UncheckedHash.name(), "unchecked-hash");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            InvalidationMode::CheckedHash => "checked-hash",
            InvalidationMode::UncheckedHash => "unchecked-hash",
            InvalidationMode::Timestamp => "timestamp",
        }
    }
}

impl fmt::Display for InvalidationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no invalidation mode.
///
/// ```
/// # use pyrepro_bytecode::{pyc::{Header, Invalidation, InvalidationMode, SourceHash}, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// assert!("mtime".parse::<InvalidationMode>().unwrap_err().to_string().contains("timestamp"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an invalidation mode; there are checked-hash, unchecked-hash and timestamp")]
pub struct UnknownMode(pub String);

impl FromStr for InvalidationMode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<InvalidationMode, UnknownMode> {
        let modes =
            [InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash, InvalidationMode::Timestamp];
        modes.into_iter().find(|mode| mode.name() == text).ok_or_else(|| UnknownMode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> Version {
        Version::new(3, 13).unwrap()
    }

    #[test]
    fn every_mode_survives_writing_and_reading() {
        for mode in
            [InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash, InvalidationMode::Timestamp]
        {
            let header = Header::of_source(version(), mode, b"pass\n", 1_234_567_890);
            assert_eq!(header.invalidation.mode(), mode);
            assert_eq!(Header::parse(&header.to_bytes()), Ok(header));
        }
    }

    #[test]
    fn timestamps_beyond_32_bits_are_cut_as_python_cuts_them() {
        let header = Header::of_source(version(), InvalidationMode::Timestamp, b"", (1 << 32) + 5);
        assert_eq!(header.invalidation, Invalidation::Timestamp { mtime: 5, size: 0 });
        let header = Header::of_source(version(), InvalidationMode::Timestamp, b"", -1);
        assert_eq!(header.invalidation, Invalidation::Timestamp { mtime: u32::MAX, size: 0 });
    }

    #[test]
    fn headers_that_the_import_system_refuses_are_refused() {
        let good = Header::of_source(version(), InvalidationMode::CheckedHash, b"", 0).to_bytes();
        let with = |at: usize, byte: u8| {
            let mut bytes = good;
            bytes[at] = byte;
            Header::parse(&bytes)
        };
        assert_eq!(Header::parse(&good[..15]), Err(HeaderError::Short(15)));
        assert_eq!(with(4, 4), Err(HeaderError::UnknownFlags(4)));
        assert_eq!(with(7, 1), Err(HeaderError::UnknownFlags(0x0100_0003)));
        assert_eq!(with(0, 0xf2), Err(HeaderError::UnknownMagic(3570)));
        assert!(matches!(with(2, b'\n'), Err(HeaderError::NotBytecode(_))));
        assert!(with(4, 2).is_ok(), "CHECKED alone means nothing");
    }
}
