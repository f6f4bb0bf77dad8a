//! Python source to the bytecode that a named CPython release makes of it, without CPython.
#![forbid(unsafe_code)]

pub mod edition;
pub mod instruction;
pub mod location;
pub mod opcode;
pub mod rules;
pub mod span;
