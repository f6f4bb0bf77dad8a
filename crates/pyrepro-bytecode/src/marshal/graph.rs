//! Marshal data as a graph: every object once, with the sharing that the data had.

use std::borrow::Cow;
use std::fmt;

use super::kind::Kind;
use super::object::{Marks, Object, ObjectId};
use super::value::{Code, Value, float, int};
use crate::python::Version;

/// A place where the data refers to an earlier object.
///
/// ```
/// # use pyrepro_bytecode::{marshal, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// let graph = marshal::read(b"\x29\x02\xda\x01ar\x00\x00\x00\x00", version)?;
/// assert_eq!(graph.references()[0].offset, 5);
/// # Ok::<(), marshal::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Where the reference stands.
    pub offset: u32,
    /// What it refers to.
    pub target: ObjectId,
}

/// Marshal data as a graph. Made by [`read`](super::read) and [`read_code`](super::read_code).
///
/// ```
/// use pyrepro_bytecode::{marshal::{self, Value}, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// let graph = marshal::read(b"\xa9\x02i\x05\x00\x00\x00N", version)?;
/// let Value::Container(_, parts) = graph.value(graph.root()) else { panic!() };
/// assert_eq!(graph.value(parts[0]), Value::Int(5));
/// # Ok::<(), marshal::Error>(())
/// ```
pub struct Graph<'a> {
    pub(super) data: Cow<'a, [u8]>,
    /// Where the outermost object begins.
    pub(super) start: usize,
    pub(super) version: Version,
    pub(super) objects: Vec<Object>,
    pub(super) parts: Vec<ObjectId>,
    pub(super) references: Vec<Reference>,
    pub(super) root: ObjectId,
}

impl Graph<'_> {
    /// The version whose marshal data this is.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// assert_eq!(marshal::read(b"N", version)?.version(), version);
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn version(&self) -> Version {
        self.version
    }

    /// The outermost object.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"\x29\x01N", version)?;
    /// assert_eq!(graph.kind(graph.root()), marshal::Kind::Tuple);
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn root(&self) -> ObjectId {
        self.root
    }

    /// Every object; what is contained comes before what contains it.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"\xa9\x02Z\x01ai\x05\x00\x00\x00", version)?;
    /// assert_eq!(graph.objects().last(), Some(graph.root()));
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn objects(&self) -> impl DoubleEndedIterator<Item = ObjectId> + use<> {
        (0..self.objects.len() as u32).map(ObjectId)
    }

    /// The places where the data refers to an earlier object, in the order in which they stand.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"\x29\x02\xda\x01ar\x00\x00\x00\x00", version)?;
    /// assert_eq!(graph.references().len(), 1);
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The type of an object.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"N", version)?;
    /// assert_eq!(graph.kind(graph.root()), marshal::Kind::None);
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn kind(&self, id: ObjectId) -> Kind {
        self.object(id).kind
    }

    /// Where the object stood in the data.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"\xa9\x02Z\x01ai\x05\x00\x00\x00", version)?;
    /// let offsets: Vec<_> = graph.objects().map(|id| graph.offset(id)).collect();
    /// assert_eq!(offsets, [2, 5, 0]);
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn offset(&self, id: ObjectId) -> usize {
        self.object(id).offset as usize
    }

    /// Whether it had FLAG_REF.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"\xa9\x02Z\x01ai\x05\x00\x00\x00", version)?;
    /// assert!(graph.is_flagged(graph.root()));
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn is_flagged(&self, id: ObjectId) -> bool {
        self.object(id).marks.has(Marks::FLAGGED)
    }

    /// Whether it is a str that was written as interned.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"\xa9\x02Z\x01ai\x05\x00\x00\x00", version)?;
    /// assert!(graph.is_interned(graph.objects().next().unwrap()));
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn is_interned(&self, id: ObjectId) -> bool {
        self.object(id).marks.has(Marks::INTERNED)
    }

    /// The object, opened up.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal, python::Version};
    /// # let version = Version::new(3, 13).unwrap();
    /// let graph = marshal::read(b"z\x01a", version)?;
    /// assert_eq!(graph.value(graph.root()), marshal::Value::Str(b"a"));
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn value(&self, id: ObjectId) -> Value<'_> {
        let object = self.object(id);
        match object.kind {
            Kind::Int if object.size == 0 => Value::Int(object.start as i32),
            Kind::Int => {
                let (size, digits) = self.payload(object).split_at(4);
                Value::BigInt { negative: int(size) < 0, digits }
            }
            Kind::Float => Value::Float(float(self.payload(object))),
            Kind::Complex => {
                let (real, imaginary) = self.payload(object).split_at(8);
                Value::Complex(float(real), float(imaginary))
            }
            Kind::Bytes => Value::Bytes(self.payload(object)),
            Kind::Str => Value::Str(self.payload(object)),
            Kind::Code => Value::Code(self.code(object)),
            kind if kind.is_atom() => Value::Atom(kind),
            kind => Value::Container(kind, self.parts(object)),
        }
    }

    /// Where a code object ends in the data; None for other objects.
    ///
    /// Behind its first line number come one or two bytes objects, or references to such.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal::Value, pyc::Pyc};
    /// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/canonical/sample.cpython-313.pyc"));
    /// # let pyc = Pyc::parse(file)?;
    /// assert_eq!(pyc.graph.code_end(pyc.graph.root()), Some(file.len()));
    /// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
    /// ```
    pub fn code_end(&self, id: ObjectId) -> Option<usize> {
        let object = self.object(id);
        if object.kind != Kind::Code {
            return None;
        }
        let layout = self.version.code_layout();
        let start = object.size as usize + 4;
        layout.fields[layout.first_line_before..].iter().try_fold(start, |at, _| {
            let (head, number) = self.data.get(at..at + 5)?.split_first()?;
            Some(at + 5 + if *head & 0x7f == b's' { int(number) as usize } else { 0 })
        })
    }

    pub(super) fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }

    /// The bytes of a leaf.
    pub(super) fn payload(&self, object: &Object) -> &[u8] {
        &self.data[object.start as usize..][..object.size as usize]
    }

    pub(super) fn parts(&self, object: &Object) -> &[ObjectId] {
        &self.parts[self.part_range(object)]
    }

    pub(super) fn part_range(&self, object: &Object) -> std::ops::Range<usize> {
        let start = object.start as usize;
        match object.kind {
            kind if kind.is_leaf() => 0..0,
            Kind::Code => start..start + self.version.code_layout().fields.len(),
            _ => start..start + object.size as usize,
        }
    }

    fn code(&self, object: &Object) -> Code<'_> {
        Code {
            layout: self.version.code_layout(),
            parts: self.parts(object),
            numbers: self.code_numbers(object),
            first_line: int(self.first_line(object)),
        }
    }

    /// The bare numbers that open a code object.
    pub(super) fn code_numbers(&self, object: &Object) -> &[u8] {
        let count = self.version.code_layout().numbers.len();
        &self.data[object.offset as usize + 1..][..4 * count]
    }

    /// The bare number of a code object's first line.
    pub(super) fn first_line(&self, object: &Object) -> &[u8] {
        &self.data[object.size as usize..][..4]
    }
}

impl fmt::Debug for Graph<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.objects().map(|id| (id, self.value(id)))).finish()
    }
}
