//! Artifacts: what is shipped, made of sources, wheels and bytecode.
//!
//! Each kind of artifact turns a request into members of an archive, which are all there is to
//! write, list or hash. A [`Package`] is a project's folder that wheels and sdists are made of.

mod artifact;
mod bytecode;
mod compiled;
mod content;
mod editable;
mod error;
mod input;
mod package;
mod sdist;
mod unpack;
mod warning;
mod wheel;
pub mod zipapp;

pub use artifact::{Artifact, Kind, Options};
pub use bytecode::{Bytecode, BytecodeRecipe};
pub use compiled::{Uncompilable, compiled_wheel};
pub use error::{Error, SdistProblem};
pub use input::{Ingredient, Input, Known, Role};
pub use package::{ModuleProblem, Package};
pub use unpack::unpack;
pub use warning::BuildWarning;
