//! SHA-256 digests, as lists of checksums write them.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes, written as 64 lowercase hexadecimal digits.
///
/// ```
/// use pyrepro_archive::Digest;
///
/// let digest = Digest::of(b"abc");
/// assert!(digest.to_string().starts_with("ba7816bf8f01cfea"));
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of bytes in memory.
    ///
    /// ```
    /// # use pyrepro_archive::Digest;
    /// assert_ne!(Digest::of(b"a"), Digest::of(b"b"));
    /// ```
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest of what a reader gives, and how many bytes that is.
    ///
    /// ```
    /// # use pyrepro_archive::Digest;
    /// assert_eq!(Digest::of_reader(&b"abc"[..])?, (Digest::of(b"abc"), 3));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of_reader(mut reader: impl io::Read) -> io::Result<(Digest, u64)> {
        let mut sum = Digesting::default();
        let mut chunk = vec![0; 1 << 16];
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => return Ok(sum.finish()),
                Ok(read) => sum.write_all(&chunk[..read])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// What takes bytes and keeps their digest and number alone.
///
/// ```
/// use std::io::Write;
/// use pyrepro_archive::{Digest, Digesting};
///
/// let mut sum = Digesting::default();
/// sum.write_all(b"abc")?;
/// assert_eq!(sum.finish(), (Digest::of(b"abc"), 3));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct Digesting {
    sum: Sha256,
    size: u64,
}

impl Digesting {
    /// The digest of all that was written, and how much that was.
    ///
    /// ```
    /// # use pyrepro_archive::{Digest, Digesting};
    /// assert_eq!(Digesting::default().finish(), (Digest::of(b""), 0));
    /// ```
    pub fn finish(self) -> (Digest, u64) {
        (Digest(self.sum.finalize().into()), self.size)
    }
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sum.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// A text that is no digest.
///
/// ```
/// # use pyrepro_archive::Digest;
/// assert!("abc".parse::<Digest>().unwrap_err().to_string().contains("64"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a SHA-256 digest: 64 digits of 0-9 and a-f")]
pub struct BadDigest(pub String);

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Digest, BadDigest> {
        let bad = || BadDigest(text.chars().take(80).collect());
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(bad()),
        };
        let mut bytes = [0; 32];
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(bad()) };
        if pairs.len() != bytes.len() {
            return Err(bad());
        }
        for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Ok(Digest(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_lowercase_digits_are_a_digest() {
        let good = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(good.parse(), Ok(Digest::of(b"abc")));
        let upper = good.to_uppercase();
        let odd =
            [&good[1..], &good[2..], upper.as_str(), "", "é", &format!("{good}0"), &format!("{good}00")];
        for bad in odd.into_iter().chain([good.replace('b', "g").as_str()]) {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
