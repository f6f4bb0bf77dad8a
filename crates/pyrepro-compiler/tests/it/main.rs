//! The compiler against the interpreters themselves.
//!
//! `PYREPRO_TEST_PYTHONS` lists interpreters as PATH lists folders, beside those on PATH and of pyenv.
//! A run takes a sample of each interpreter's standard library. `PYREPRO_TEST_SOURCES` lists files and
//! folders that are taken whole instead.

mod assemble;
mod cfg;
mod dump;
mod editions;
mod fold;
mod limits;
mod literal;
mod programs;
mod python;
mod random;
mod refusals;
mod symtable;
mod tree;
mod unicode;
mod whole;
