//! Whether a bytecode file says that it comes from a source.

use serde::Serialize;

use super::Error;
use crate::pyc::{Header, Invalidation, SourceHash};
use crate::python::Version;

/// How a bytecode file stands to a source, as far as its header tells. That its code comes from the
/// source, no header proves; compiling the source does.
///
/// ```
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let comparison = pyrepro::diff::pyc::compare_with_source(file, b"another = True\n", None)?;
/// assert!(!comparison.matches);
/// # Ok::<(), pyrepro::diff::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceComparison {
    /// Whose bytecode it is.
    pub python: Version,
    /// How staleness is told: `checked-hash`, `unchecked-hash` or `timestamp`.
    pub mode: &'static str,
    /// Whether the header is that for this source.
    pub matches: bool,
    /// What the header would say for this source: its hash, or its time and size.
    pub expected: String,
    /// What it says.
    pub found: String,
}

/// Compares the header of a bytecode file with a source. Without its time of modification, of a timestamp
/// only the source's size is compared.
///
/// ```
/// use pyrepro::diff::pyc::compare_with_source;
/// use pyrepro::pyc::{Header, InvalidationMode};
/// use pyrepro::python::Version;
///
/// let version = Version::new(3, 13).unwrap();
/// let header = Header::of_source(version, InvalidationMode::CheckedHash, b"x = 1\n", 0).to_bytes();
/// let comparison = compare_with_source(&header, b"x = 2\n", None)?;
/// assert_ne!(comparison.expected, comparison.found);
/// # Ok::<(), pyrepro::diff::pyc::Error>(())
/// ```
pub fn compare_with_source(
    file: &[u8],
    source: &[u8],
    mtime: Option<i64>,
) -> Result<SourceComparison, Error> {
    let header = Header::parse(file).map_err(|error| Error::First(error.into()))?;
    let (expected, found) = match header.invalidation {
        Invalidation::CheckedHash(hash) | Invalidation::UncheckedHash(hash) => {
            (SourceHash::of(source, header.version).to_string(), hash.to_string())
        }
        Invalidation::Timestamp { mtime: found, size } => {
            let timestamp = |mtime: Option<u32>, size: u32| match mtime {
                Some(mtime) => format!("mtime {mtime}, {size} bytes"),
                None => format!("{size} bytes"),
            };
            // The format has room for 32 bits.
            let expected = mtime.map(|mtime| mtime as u32);
            (timestamp(expected, source.len() as u32), timestamp(expected.and(Some(found)), size))
        }
    };
    Ok(SourceComparison {
        python: header.version,
        mode: header.invalidation.mode().name(),
        matches: expected == found,
        expected,
        found,
    })
}
