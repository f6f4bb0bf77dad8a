//! Which releases of CPython make the code of two bytecode files, where their sources are at hand.

use std::io;
use std::path::Path;

use super::blob::Blob;
use super::listing::{Listed, Listing};
use super::report::{Body, Fact, Section};
use crate::compile::{self, editions_of};
use crate::pyc::{CachedName, Pyc};

/// Larger bytecode is compared as bytes.
pub(super) const LARGEST_BYTECODE: u64 = 64 << 20;
const LONGEST_SOURCE: u64 = compile::LONGEST_SOURCE as u64;
/// Sources are compiled until together they have so many bytes, of so many files: each edition compiles each.
const BYTES: u64 = 16 << 20;
const FILES: usize = 1000;

/// What may still be compiled.
pub(super) struct Allowance {
    bytes: u64,
    files: usize,
}

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance { bytes: BYTES, files: FILES }
    }
}

impl Allowance {
    /// The member that is the source of another one, if that may still be compiled.
    pub(super) fn source_of<'l>(&mut self, path: &str, container: &'l Listing) -> Option<&'l Listed> {
        let name = CachedName::parse(Path::new(path))?;
        self.files = self.files.checked_sub(1)?;
        let is_source = |member: &&Listed| Path::new(&member.path) == name.source;
        container.members.iter().find(is_source).filter(|source| source.size <= LONGEST_SOURCE)
    }

    /// The releases that make the code of a bytecode file on disk.
    pub(super) fn of_file(&mut self, path: &Path, file: &Blob) -> io::Result<Option<String>> {
        let source = CachedName::parse(path).map(|name| name.source).filter(|source| source.is_file());
        source.map_or(Ok(None), |source| self.of(file, &Blob::open(&source)?))
    }

    /// The releases that make the code of a bytecode file from its source.
    pub(super) fn of(&mut self, file: &Blob, source: &Blob) -> io::Result<Option<String>> {
        if file.len() > LARGEST_BYTECODE || source.len() > LONGEST_SOURCE.min(self.bytes) {
            return Ok(None);
        }
        self.bytes -= source.len();
        let (file, source) = (file.bytes(0..LARGEST_BYTECODE)?, source.bytes(0..LONGEST_SOURCE)?);
        let editions = Pyc::parse(&file).ok().and_then(|pyc| editions_of(&pyc, &source));
        Ok(editions.map(|editions| match editions.is_empty() {
            true => "no known release".to_owned(),
            false => editions.to_string(),
        }))
    }
}

/// What is told of the releases of both sides, if they differ.
pub(super) fn section([a, b]: [Option<String>; 2]) -> Option<Section> {
    if a == b {
        return None;
    }
    let fact = Fact { name: "the source compiles to this with".to_owned(), a, b };
    Some(Section { title: "compiler".into(), body: Body::Fields(vec![fact]) })
}
