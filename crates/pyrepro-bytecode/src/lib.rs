//! Reads the bytecode files of CPython 3.7 to 3.15 and writes them in a canonical form.
//!
//! No interpreter is needed, and no input makes it panic: errors name the offset.
//!
//! - [`python`]: what distinguishes the versions, as a table.
//! - [`marshal`]: bytes to a graph of objects, to its canonical form, and back to bytes.
//! - [`pyc`]: headers, source hashes and names of bytecode files.
//! - [`disassemble`]: instructions, lines and exception tables of code objects.
#![forbid(unsafe_code)]

pub mod disassemble;
pub mod marshal;
pub mod pyc;
pub mod python;
