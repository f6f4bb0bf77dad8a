//! What is in code objects: instructions, the source they belong to, exception handlers.
//!
//! For every version, with no interpreter at hand: what opcodes are called and what their arguments mean
//! was written down by `tables/generate.py` off the `dis` of each version. Code is data here, and may be
//! anything: what has no meaning is shown as numbers.

mod error;
mod exceptions;
mod instruction;
mod locations;
mod names;
mod tables;
mod varint;

pub use error::Error;
pub use exceptions::{Handler, handlers};
pub use instruction::{Instruction, instructions};
pub use locations::{Location, Span, spans};
