//! `pyrepro compile`, the interpreters that it finds, and the Python package.

#[path = "../common/mod.rs"]
mod common;

mod compile_differential;
mod compile_fresh;
mod compile_import;
mod compile_native;
mod compile_pool;
mod compile_robust;
mod compile_same_bytes;
mod python_package;
mod pythons;
