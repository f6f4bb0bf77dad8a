//! The objects of a graph, as they stood in the data.

use super::kind::Kind;

/// Names an object of one [`Graph`](super::Graph). An object has a higher number than all that it contains.
///
/// ```
/// # use pyrepro_bytecode::{marshal, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// let graph = marshal::read(b"\xa9\x02Z\x01ai\x05\x00\x00\x00", version)?;
/// assert!(graph.objects().all(|id| id <= graph.root()));
/// # Ok::<(), marshal::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub(super) u32);

impl ObjectId {
    /// Its number, from 0 in the order in which objects are completed.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An object as it stood in the data.
///
/// What `start` and `size` mean depends on the kind: the value of a small int; the payload of a
/// leaf as a range of bytes; the parts of a container as a range of [`Graph::parts`](super::Graph); for a code
/// object `size` is the place of its first line number.
#[derive(Clone, Copy)]
pub(super) struct Object {
    pub kind: Kind,
    pub marks: Marks,
    pub offset: u32,
    pub start: u32,
    pub size: u32,
}

/// What else is known of an object.
#[derive(Clone, Copy, Default)]
pub(super) struct Marks(u8);

impl Marks {
    /// It had FLAG_REF.
    pub const FLAGGED: Marks = Marks(1);
    /// It was written as an interned string.
    pub const INTERNED: Marks = Marks(2);
    /// It is a tuple of names of some code object.
    pub const NAMES: Marks = Marks(4);

    pub fn has(self, mark: Marks) -> bool {
        self.0 & mark.0 != 0
    }

    pub fn set(&mut self, mark: Marks) {
        self.0 |= mark.0;
    }
}
