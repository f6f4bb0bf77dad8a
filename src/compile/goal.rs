//! What is made of each source: bytecode of one version, in one place.

use super::request::{PycLocation, Request};
use super::unit::Compiler;
use crate::python::Version;

/// One version to compile for, with what compiles for it. A run can have several.
pub struct Goal<'a> {
    pub(super) version: Version,
    pub(super) cache_tag: String,
    pub(super) place: PycLocation,
    pub(super) compiler: &'a dyn Compiler,
}

impl<'a> Goal<'a> {
    /// Bytecode of a version at a place.
    pub fn new(version: Version, place: PycLocation, compiler: &'a dyn Compiler) -> Goal<'a> {
        Goal { version, cache_tag: version.cache_tag(), place, compiler }
    }

    /// What a request says, if it is the only goal.
    pub(super) fn of(request: &Request, compiler: &'a dyn Compiler) -> Goal<'a> {
        Goal::new(request.version, request.place.clone(), compiler)
    }
}
