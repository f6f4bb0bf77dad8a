//! Python source to the bytecode that a named CPython release makes of it, without CPython.
#![forbid(unsafe_code)]

pub mod assemble;
pub mod ast;
pub mod backend;
pub mod cfg;
pub mod code;
pub mod codegen;
mod compile;
pub mod constant;
pub mod decode;
pub mod edition;
pub mod equality;
pub mod error;
pub mod fold;
pub mod future;
pub mod instruction;
pub mod lexer;
pub mod literal;
pub mod location;
pub mod number;
pub mod opcode;
pub mod parser;
pub mod preprocess;
pub mod rules;
pub mod span;
pub mod symbol;
pub mod symtable;
pub mod unicode;
pub mod unparse;
pub mod write;

pub use compile::{Compiled, compile};
