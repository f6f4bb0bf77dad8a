//! Python source to the bytecode that a named CPython release makes of it, without CPython.
//!
//! [`compile`] does it all, and [`Program`] does it for several releases. An [`edition`] is a range of releases that make the same code. The result is marshal data in
//! pyrepro's canonical form; a bytecode file is that behind a header.
//!
//! ```
//! use pyrepro_compiler::{compile, edition::Edition};
//!
//! let release = Edition::of("3.14.10")?;
//! let compiled = compile(b"assert greeting, 'none'\n", "hello.py", release.edition, &[0, 1])?;
//! assert!(compiled.code[0].len() > compiled.code[1].len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The stages are modules of their own, in the order in which a source goes through them: [`decode`], [`lexer`],
//! [`parser`] (to [`ast`]), [`future`], [`preprocess`] and [`fold`], [`symtable`], [`codegen`], [`cfg`](mod@cfg), [`assemble`],
//! [`write`](mod@write). What releases do differently is in [`rules`]. They are public because each is compared with CPython's.
//!
//! No input makes it panic or recurse without a bound. What it does not compile is a
//! [`Handover`](error::Handover), and the reason.
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

pub use compile::{Compiled, Program, compile};
