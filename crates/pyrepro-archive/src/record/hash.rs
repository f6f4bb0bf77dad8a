//! Hashes as RECORD spells them.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash: its algorithm, and the digest in base 64 for URLs without padding.
///
/// ```
/// use pyrepro_archive::record::Hash;
///
/// let hash: Hash = "sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0".parse()?;
/// assert_eq!(hash, Hash::sha256_of(b"abc"));
/// assert_eq!(hash.fits(b"abc"), Some(true));
/// # Ok::<(), pyrepro_archive::record::BadHash>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hash {
    algorithm: String,
    digest: String,
}

impl Hash {
    /// The hash that is written.
    ///
    /// ```
    /// # use pyrepro_archive::record::Hash;
    /// assert!(Hash::sha256_of(b"").to_string().starts_with("sha256=47DEQpj8HBSa-_TImW-5"));
    /// ```
    pub fn sha256_of(content: &[u8]) -> Hash {
        Hash::sha256(crate::Digest::of(content))
    }

    /// The same, of a digest that is known already.
    ///
    /// ```
    /// # use pyrepro_archive::record::Hash;
    /// assert_eq!(Hash::sha256(pyrepro_archive::Digest([0; 32])).to_string(), format!("sha256={}", "A".repeat(43)));
    /// ```
    pub fn sha256(digest: crate::Digest) -> Hash {
        Hash { algorithm: "sha256".to_owned(), digest: base64(&digest.0) }
    }

    /// Whether this is the content's hash; nothing if it is of a kind that does not protect, such as MD5.
    ///
    /// ```
    /// # use pyrepro_archive::record::Hash;
    /// let hash: Hash = "md5=kAFQmDzST7DWlj99KOF_cg".parse()?;
    /// assert_eq!(hash.fits(b"abc"), None);
    /// # Ok::<(), pyrepro_archive::record::BadHash>(())
    /// ```
    pub fn fits(&self, content: &[u8]) -> Option<bool> {
        // Bytes can always be read.
        self.fits_all_of(content).unwrap_or_default()
    }

    /// The same of content that need not be in memory as a whole.
    ///
    /// ```
    /// # use pyrepro_archive::record::Hash;
    /// assert_eq!(Hash::sha256_of(b"abc").fits_all_of(&b"abd"[..])?, Some(false));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn fits_all_of(&self, content: impl Read) -> io::Result<Option<bool>> {
        Ok(Some(match self.algorithm.as_str() {
            "sha256" => self.is_digest::<Sha256>(content)?,
            "sha384" => self.is_digest::<Sha384>(content)?,
            "sha512" => self.is_digest::<Sha512>(content)?,
            _ => return Ok(None),
        }))
    }

    fn is_digest<D: Digest>(&self, mut content: impl Read) -> io::Result<bool> {
        let mut digest = D::new();
        let mut block = [0; 1 << 15];
        loop {
            match content.read(&mut block) {
                Ok(0) => return Ok(base64(&digest.finalize()) == self.digest),
                Ok(count) => digest.update(&block[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Its algorithm, such as `sha256`.
    ///
    /// ```
    /// # use pyrepro_archive::record::Hash;
    /// assert_eq!(Hash::sha256_of(b"").algorithm(), "sha256");
    /// ```
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }
}

impl FromStr for Hash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Hash, BadHash> {
        let bad = || BadHash(text.chars().take(200).collect());
        let (algorithm, digest) = text.split_once('=').ok_or_else(bad)?;
        // Some writers pad.
        let digest = digest.trim_end_matches('=');
        let is_algorithm = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let is_digest = |byte: u8| is_algorithm(byte) || matches!(byte, b'+' | b'/');
        let fits = algorithm.bytes().all(is_algorithm) && digest.bytes().all(is_digest);
        if algorithm.is_empty() || digest.is_empty() || !fits {
            return Err(bad());
        }
        Ok(Hash { algorithm: algorithm.to_owned(), digest: digest.to_owned() })
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.algorithm, self.digest)
    }
}

/// Something that is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a hash such as sha256=…")]
pub struct BadHash(String);

/// Base 64 in the alphabet for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digits = (0..=three.len()).map(|place| ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]);
        text.extend(digits.map(char::from));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_has_no_padding_and_suits_urls() {
        for (bytes, text) in
            [(&b""[..], ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")]
        {
            assert_eq!(base64(bytes), text);
        }
    }

    #[test]
    fn padding_is_read_and_not_written() {
        let padded: Hash = "sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=".parse().expect("a hash");
        assert_eq!(padded, Hash::sha256_of(b"abc"));
    }

    #[test]
    fn longer_hashes_are_known_too() {
        for algorithm in ["sha384", "sha512"] {
            let hash: Hash = format!("{algorithm}=abc").parse().expect("a hash");
            assert_eq!(hash.fits(b"abc"), Some(false));
        }
    }
}
