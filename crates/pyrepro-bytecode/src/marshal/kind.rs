//! The types of objects.

use std::fmt;

use serde::Serialize;

/// The type of an object.
///
/// ```
/// assert_eq!(pyrepro_bytecode::marshal::Kind::FrozenSet.to_string(), "frozenset");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[expect(missing_docs, reason = "they have Python's own names")]
#[repr(u8)]
pub enum Kind {
    None,
    True,
    False,
    Ellipsis,
    StopIteration,
    Int,
    Float,
    Complex,
    Bytes,
    Str,
    Tuple,
    FrozenSet,
    Slice,
    List,
    Set,
    Dict,
    FrozenDict,
    Code,
}

impl Kind {
    /// None, True, False, Ellipsis and StopIteration, of which a process has one each.
    ///
    /// ```
    /// use pyrepro_bytecode::marshal::Kind;
    ///
    /// assert!(Kind::None.is_atom() && !Kind::Int.is_atom());
    /// ```
    pub fn is_atom(self) -> bool {
        (self as u8) < Kind::Int as u8
    }

    /// Whether it contains no objects.
    ///
    /// ```
    /// use pyrepro_bytecode::marshal::Kind;
    ///
    /// assert!(Kind::Str.is_leaf() && !Kind::Tuple.is_leaf());
    /// ```
    pub fn is_leaf(self) -> bool {
        (self as u8) < Kind::Tuple as u8
    }

    /// Whether two of them with the same content remain two: code objects, and what can be changed.
    ///
    /// ```
    /// use pyrepro_bytecode::marshal::Kind;
    ///
    /// assert!(Kind::List.has_identity() && !Kind::Tuple.has_identity());
    /// ```
    pub fn has_identity(self) -> bool {
        (self as u8) > Kind::Slice as u8
    }

    pub(super) fn is_set(self) -> bool {
        matches!(self, Kind::Set | Kind::FrozenSet)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::None => "None",
            Kind::True => "True",
            Kind::False => "False",
            Kind::Ellipsis => "Ellipsis",
            Kind::StopIteration => "StopIteration",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::Complex => "complex",
            Kind::Bytes => "bytes",
            Kind::Str => "str",
            Kind::Tuple => "tuple",
            Kind::FrozenSet => "frozenset",
            Kind::Slice => "slice",
            Kind::List => "list",
            Kind::Set => "set",
            Kind::Dict => "dict",
            Kind::FrozenDict => "frozendict",
            Kind::Code => "code",
        })
    }
}
