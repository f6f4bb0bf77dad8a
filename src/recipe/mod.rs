//! Recipes: all that decides the bytes of an artifact besides its source, its epoch and the interpreter.
//!
//! `build`, `zipapp` and `verify` make artifacts through a recipe, so `verify` repeats what `build` did by
//! construction. A recipe becomes the options of a manifest, and options become a recipe.

mod backend;
mod build;
mod zipapp;

pub use crate::dist::BytecodeRecipe;
pub use backend::{BackendRecipe, Provenance, ProvenanceError};
pub use build::{BuildRecipe, Made, MakeError, Product};
pub use zipapp::{BadRecipe, ZipappRecipe, ZipappSources};
