//! Marshal data of CPython 3.7 to 3.15: bytes to graph, to canonical graph, to bytes.
//!
//! Pure functions over bytes. No input makes them panic, recurse or reserve more memory than its
//! size justifies; what they refuse, and why, is in `docs/canonical-form.md`.

mod canonical;
mod check;
mod error;
mod graph;
mod kind;
mod merge;
mod object;
mod read;
mod relocate;
mod repr;
mod value;
mod write;

pub use error::{Error, Problem};
pub use graph::{Graph, Reference};
pub use kind::Kind;
pub use object::ObjectId;
pub use repr::repr;
pub use value::{Code, Value};

use crate::python::Version;
use write::Writer;

/// The version of the canonical form that [`Graph::canonical`] writes.
pub const FORM: u32 = 1;

/// How deep objects may be nested, for reading and for writing: CPython's own limit.
const MAX_DEPTH: usize = 2000;

/// Reads marshal data: one object, whatever its type.
///
/// ```
/// use pyrepro_bytecode::{marshal, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// assert!(marshal::read(b"N", version).is_ok());
/// let error = marshal::read(b"NN", version).unwrap_err();
/// assert_eq!(error.to_string(), "offset 1: 1 bytes after the end");
/// ```
pub fn read(data: &[u8], version: Version) -> Result<Graph<'_>, Error> {
    read::graph(data, 0, version, None)
}

/// Reads the code object that the data from an offset on consists of, after a header for instance.
///
/// Offsets in errors and in the graph count from the start of the data.
///
/// ```
/// use pyrepro_bytecode::{marshal, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// let error = marshal::read_code(b"0123456789abcdefN", 16, version).unwrap_err();
/// assert_eq!(error.to_string(), "offset 16: a None, expected a code");
/// ```
pub fn read_code(data: &[u8], start: usize, version: Version) -> Result<Graph<'_>, Error> {
    read::graph(data, start.min(data.len()), version, Some(Kind::Code))
}

/// The canonical form of marshal data.
///
/// ```
/// use pyrepro_bytecode::{marshal, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// let two_equal_ints = b"\x29\x02\x69\x05\x00\x00\x00\x69\x05\x00\x00\x00";
/// let one_int_twice = b"\x29\x02\xe9\x05\x00\x00\x00\x72\x00\x00\x00\x00";
/// assert_eq!(marshal::canonical(two_equal_ints, version)?, one_int_twice);
/// # Ok::<(), marshal::Error>(())
/// ```
pub fn canonical(data: &[u8], version: Version) -> Result<Vec<u8>, Error> {
    read(data, version)?.canonical()
}

impl Graph<'_> {
    /// The canonical form of the outermost object.
    ///
    /// ```
    /// use pyrepro_bytecode::{marshal, python::Version};
    ///
    /// let graph = marshal::read(b"\xe9\x05\x00\x00\x00", Version::new(3, 13).unwrap())?;
    /// assert_eq!(graph.canonical()?, b"i\x05\x00\x00\x00");
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn canonical(&self) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        self.append_canonical(&mut out)?;
        Ok(out)
    }

    /// Appends the canonical form of the outermost object to what is there, a header for instance.
    ///
    /// ```
    /// use pyrepro_bytecode::{marshal, python::Version};
    ///
    /// let graph = marshal::read(b"N", Version::new(3, 13).unwrap())?;
    /// let mut file = b"header".to_vec();
    /// graph.append_canonical(&mut file)?;
    /// assert_eq!(file, b"headerN");
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn append_canonical(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let canonical = merge::canonical(self)?;
        out.reserve(self.data.len() - self.start);
        Writer::new(self).write(&canonical, canonical.root(), out, usize::MAX).map_err(Problem::nowhere)
    }
}
