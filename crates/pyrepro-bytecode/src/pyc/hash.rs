//! The source hash in hash-based bytecode files.

use std::fmt;
use std::hash::Hasher;

use siphasher::sip::{SipHasher13, SipHasher24};

use crate::python::Version;

/// What `importlib.util.source_hash` gives: a SipHash of the raw source bytes, keyed with the magic
/// number.
///
/// ```
/// use pyrepro_bytecode::{pyc::SourceHash, python::Version};
///
/// let hash = SourceHash::of(b"print(1)\n", Version::new(3, 13).unwrap());
/// assert_eq!(hash.to_string(), "5a90791f83be4635");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceHash(pub [u8; 8]);

impl SourceHash {
    /// The hash of a source file, before any decoding.
    ///
    /// ```
    /// use pyrepro_bytecode::{pyc::SourceHash, python::Version};
    ///
    /// let of = |minor| SourceHash::of(b"", Version::new(3, minor).unwrap()).to_string();
    /// assert_ne!(of(12), of(13), "the magic number is the key");
    /// ```
    pub fn of(source: &[u8], version: Version) -> SourceHash {
        let key = u64::from(u32::from_le_bytes(version.magic_bytes()));
        let hash = if version.hashes_sources_fast() {
            digest(SipHasher13::new_with_keys(key, 0), source)
        } else {
            digest(SipHasher24::new_with_keys(key, 0), source)
        };
        SourceHash(hash.to_le_bytes())
    }
}

fn digest(mut hasher: impl Hasher, source: &[u8]) -> u64 {
    hasher.write(source);
    hasher.finish()
}

impl fmt::Display for SourceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SourceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceHash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_interpreters() {
        let expected = [
            (7, "85ee0caabd83b6a7", "6d8a2a3c3b0a84c0"),
            (8, "81e4881b3643e8e9", "9bf71decb71ddb20"),
            (9, "ac0bb7c83e5b1c5f", "662d17ead51fcafc"),
            (10, "8cc0cd2525e7fd27", "28765e52ed782214"),
            (11, "738d9cd5d5e87f73", "da812d7f407a3059"),
            (12, "baf18eedc9387a25", "bf71f361a5f8cd69"),
            (13, "27ec6d312f93b814", "5a90791f83be4635"),
            (14, "61f5b7cb653a6aa4", "ad9d0dec735248fc"),
            (15, "4a3c34e72b7ffc07", "4ec64db5eb9eb034"),
        ];
        for (minor, of_nothing, of_print) in expected {
            let version = Version::new(3, minor).unwrap();
            assert_eq!(SourceHash::of(b"", version).to_string(), of_nothing);
            assert_eq!(SourceHash::of(b"print(1)\n", version).to_string(), of_print);
        }
    }
}
