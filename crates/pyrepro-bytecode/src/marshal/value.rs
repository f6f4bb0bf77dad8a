//! Objects, opened up.

use std::fmt;

use super::kind::Kind;
use super::object::ObjectId;
use crate::python::CodeLayout;

/// An object, opened up.
///
/// ```
/// # use pyrepro_bytecode::{marshal, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// use marshal::Value;
///
/// let graph = marshal::read(b"i\x05\x00\x00\x00", version)?;
/// assert_eq!(graph.value(graph.root()), Value::Int(5));
/// # Ok::<(), marshal::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'g> {
    /// None, True, False, Ellipsis or StopIteration.
    Atom(Kind),
    /// An int of 32 bits.
    Int(i32),
    /// Another int: whether it is negative, and its digits of 15 bits, two bytes each, the least
    /// significant first.
    BigInt {
        /// Whether it is below zero.
        negative: bool,
        /// The digits.
        digits: &'g [u8],
    },
    /// A float; its bits may be those of any NaN.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A bytes object.
    Bytes(&'g [u8]),
    /// A str in UTF-8, in which surrogates may be encoded like other code points.
    Str(&'g [u8]),
    /// A tuple, set, list, slice or dict; of dicts, keys and values alternate.
    Container(Kind, &'g [ObjectId]),
    /// A code object.
    Code(Code<'g>),
}

/// A code object of a graph.
///
/// ```
/// # use pyrepro_bytecode::{marshal::Value, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/canonical/sample.cpython-313.pyc"));
/// # let pyc = Pyc::parse(file)?;
/// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
/// assert_eq!(module.first_line(), 1);
/// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Code<'g> {
    pub(super) layout: &'static CodeLayout,
    pub(super) parts: &'g [ObjectId],
    pub(super) numbers: &'g [u8],
    pub(super) first_line: i32,
}

impl<'g> Code<'g> {
    /// One of its objects by name, such as `consts`; None where the version has no such field.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal::Value, pyc::Pyc};
    /// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/canonical/sample.cpython-313.pyc"));
    /// # let pyc = Pyc::parse(file)?;
    /// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
    /// let name = module.field("name").unwrap();
    /// assert_eq!(pyc.graph.value(name), Value::Str(b"<module>"));
    /// assert!(module.field("lnotab").is_none());
    /// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
    /// ```
    pub fn field(&self, name: &str) -> Option<ObjectId> {
        self.layout.position(name).map(|position| self.parts[position])
    }

    /// Its objects with their names, in stream order.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal::Value, pyc::Pyc};
    /// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/canonical/sample.cpython-313.pyc"));
    /// # let pyc = Pyc::parse(file)?;
    /// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
    /// assert_eq!(module.fields().count(), 10);
    /// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, ObjectId)> + 'g {
        self.layout.fields.iter().map(|field| field.name).zip(self.parts.iter().copied())
    }

    /// The number of its first line.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal::Value, pyc::Pyc};
    /// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/canonical/sample.cpython-313.pyc"));
    /// # let pyc = Pyc::parse(file)?;
    /// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
    /// assert_eq!(module.first_line(), 1);
    /// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
    /// ```
    pub fn first_line(&self) -> i32 {
        self.first_line
    }

    /// Its bare numbers with their names, the number of the first line last.
    ///
    /// ```
    /// # use pyrepro_bytecode::{marshal::Value, pyc::Pyc};
    /// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/canonical/sample.cpython-313.pyc"));
    /// # let pyc = Pyc::parse(file)?;
    /// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
    /// assert_eq!(module.numbers().next(), Some(("argcount", 0)));
    /// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
    /// ```
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, i32)> + 'g {
        let numbers = self.numbers.chunks_exact(4).map(int);
        let last = ("firstlineno", self.first_line);
        self.layout.numbers.iter().copied().zip(numbers).chain([last])
    }
}

impl fmt::Debug for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.numbers()).entries(self.fields()).finish()
    }
}

impl PartialEq for Code<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts && self.numbers().eq(other.numbers())
    }
}

pub(super) fn int(bytes: &[u8]) -> i32 {
    i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

pub(super) fn float(bytes: &[u8]) -> f64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(bytes);
    f64::from_le_bytes(eight)
}
