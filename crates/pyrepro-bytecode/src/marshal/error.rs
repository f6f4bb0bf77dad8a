//! What can be wrong with marshal data, and where.

use super::kind::Kind;
use crate::python::Version;

/// Why data was refused: the place, and what was expected there.
///
/// ```
/// # use pyrepro_bytecode::{marshal, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// let error = marshal::read(b"\x29\x02N", version).unwrap_err();
/// assert_eq!(error.offset, Some(3));
/// assert_eq!(error.to_string(), "offset 3: 1 bytes are needed, 0 are left");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", At(*offset))]
pub struct Error {
    /// The offset of the byte where the offending object or field begins, from the start of the
    /// slice that was read. None for what concerns the whole.
    pub offset: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

struct At(Option<usize>);

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |offset| write!(f, "offset {offset}: "))
    }
}

/// What can be wrong with marshal data.
///
/// ```
/// # use pyrepro_bytecode::{marshal, python::Version};
/// # let version = Version::new(3, 13).unwrap();
/// let error = marshal::read(b"0", version).unwrap_err();
/// assert_eq!(error.problem, marshal::Problem::Null);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The data ends inside an object.
    #[error("{needed} bytes are needed, {left} are left")]
    Truncated {
        /// How many bytes the field takes.
        needed: usize,
        /// How many there are.
        left: usize,
    },
    /// A length or a count that the rest of the data cannot satisfy.
    #[error("length {length}, but {left} bytes are left")]
    Length {
        /// What the data says.
        length: i32,
        /// How many bytes there are.
        left: usize,
    },
    /// Objects within objects beyond CPython's own limit.
    #[error("nested deeper than {}", super::MAX_DEPTH)]
    TooDeep,
    /// The same, for what would be written.
    #[error("nested deeper than {} in canonical order", super::MAX_DEPTH)]
    TooDeepToWrite,
    /// A reference to an object that does not come before it.
    #[error("reference to object {index} of {count}")]
    Dangling {
        /// What the data says.
        index: i32,
        /// How many objects can be referred to so far.
        count: usize,
    },
    /// A reference from within an object to that object.
    #[error("reference to object {0}, which is not complete")]
    Cycle(u32),
    /// A type code that this version does not write.
    #[error("type code {code:#04x}, which Python {version} does not write")]
    UnknownType {
        /// The code without FLAG_REF.
        code: u8,
        /// The version of the data.
        version: Version,
    },
    /// The end mark of a dict elsewhere.
    #[error("NULL where an object must be")]
    Null,
    /// A long int with a digit that is out of range, or zeros in front.
    #[error("int whose digits are not normalized")]
    Digits,
    /// A string that is said to be ASCII and is not.
    #[error("ASCII string with a byte above 0x7f")]
    NotAscii,
    /// A string that is not UTF-8, surrogates allowed.
    #[error("str that is not UTF-8: {0}")]
    NotUtf8(&'static str),
    /// A field of a code object of a type that it cannot have.
    #[error("{field} of a code object is a {kind}")]
    FieldType {
        /// The field's name.
        field: &'static str,
        /// What it is.
        kind: Kind,
    },
    /// A tuple of names with something else in it.
    #[error("{field} of a code object holds a {kind}")]
    NameType {
        /// The field's name.
        field: &'static str,
        /// What it holds.
        kind: Kind,
    },
    /// The outermost object is of another kind than asked for.
    #[error("a {found}, expected a {expected}")]
    Root {
        /// What it is.
        found: Kind,
        /// What it must be.
        expected: Kind,
    },
    /// More data than one object.
    #[error("{0} bytes after the end")]
    Trailing(usize),
    /// A set that contains one object twice.
    #[error("{0} with an element twice")]
    ElementTwice(Kind),
    /// Sets whose elements take more work to sort than any real file justifies.
    #[error("sets that are too large to sort")]
    SetsTooLarge,
    /// More data than offsets of 32 bits can address.
    #[error("larger than 2 GiB, which no marshal data can be")]
    TooLarge,
}

impl Problem {
    pub(super) fn at(self, offset: usize) -> Error {
        Error { offset: Some(offset), problem: self }
    }

    pub(super) fn nowhere(self) -> Error {
        Error { offset: None, problem: self }
    }
}
