//! Artifacts: what is shipped, made of sources, wheels and bytecode.
//!
//! Each kind of artifact turns a request into members of an archive, which are all there is to
//! write, list or hash.

mod input;
pub mod zipapp;

pub use input::{Ingredient, Input, Known, Role};
