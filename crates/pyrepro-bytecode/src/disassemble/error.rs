//! Why a part of a code object cannot be taken apart.

/// Why a part of a code object cannot be taken apart.
///
/// ```
/// use pyrepro_bytecode::disassemble::Error;
///
/// assert_eq!(Error::HalfInstruction(7).to_string(), "7 bytes of instructions, and each takes two");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The instructions are an odd number of bytes.
    #[error("{0} bytes of instructions, and each takes two")]
    HalfInstruction(usize),
    /// The line table ends inside an entry, or an entry holds no number.
    #[error("the line table is invalid from byte {0} on")]
    LineTable(usize),
    /// The exception table ends inside an entry, or an entry holds no number.
    #[error("the exception table is invalid from byte {0} on")]
    ExceptionTable(usize),
}
