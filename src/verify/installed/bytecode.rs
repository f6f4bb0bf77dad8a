//! A bytecode file, held against its source.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::finding::Problem;
use crate::compile::{Compiler, Origin, Unavailable};
use crate::pyc::{CachedName, HEADER_SIZE, Header, Invalidation, Optimization};
use crate::python::Version;

/// What a bytecode file should be of.
pub(super) struct Source<'a> {
    pub bytes: &'a [u8],
    pub mtime: i64,
}

/// What sources are compiled with again.
pub struct Reference<'a> {
    /// Bytecode of which version it makes.
    pub version: Version,
    /// What compiles.
    pub compiler: &'a dyn Compiler,
    /// What to call it, such as `Python 3.13.5`.
    pub name: String,
}

/// What was found out about a bytecode file.
#[derive(Default)]
pub(super) struct Verdict {
    pub problem: Option<Problem>,
    /// Whether its code was compared with the source's.
    pub compared: bool,
}

impl Source<'_> {
    /// Looks at a bytecode file of this source. Its code is compared if there is a reference for it.
    pub fn check(&self, path: &Path, references: &[Reference<'_>]) -> Result<Verdict, Unavailable> {
        let file = match read(path, references.is_empty()) {
            Ok(file) => file,
            Err(error) => return Ok(Verdict::of(Problem::Unreadable(error.to_string()))),
        };
        let header = match Header::parse(&file) {
            Ok(header) => header,
            Err(error) => return Ok(Verdict::of(Problem::NotBytecode(error.to_string()))),
        };
        let name = CachedName::parse(path);
        let tag = name.as_ref().and_then(|name| name.cache_tag.as_deref());
        if tag.is_some_and(|tag| tag != header.version.cache_tag()) {
            return Ok(Verdict::of(Problem::Stale));
        }
        if !header.belongs_to(self.bytes, self.mtime) {
            let is_used = matches!(header.invalidation, Invalidation::UncheckedHash(_));
            return Ok(Verdict::of(if is_used { Problem::Forged } else { Problem::Stale }));
        }
        let Some(reference) = references.iter().find(|reference| reference.version == header.version) else {
            return Ok(Verdict::default());
        };
        let level = name.and_then(|name| name.optimization).and_then(|level| level.parse().ok());
        let problem = self.code(&file, level.unwrap_or_default(), reference)?;
        Ok(Verdict { problem, compared: true })
    }

    fn code(
        &self,
        file: &[u8],
        level: Optimization,
        reference: &Reference<'_>,
    ) -> Result<Option<Problem>, Unavailable> {
        Ok(match Origin::of(file, self.bytes, level, reference.compiler) {
            Err(error) => Some(Problem::NotBytecode(error.to_string())),
            Ok(origin) => match origin? {
                Origin::Same => None,
                Origin::Other => Some(Problem::OtherCode(reference.name.clone())),
                Origin::Nothing(diagnostic) => {
                    Some(Problem::OtherCode(format!("{} ({diagnostic})", reference.name)))
                }
            },
        })
    }
}

impl Verdict {
    fn of(problem: Problem) -> Verdict {
        Verdict { problem: Some(problem), compared: false }
    }
}

/// A file, or as much as tells which source it is of.
fn read(path: &Path, header_only: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = if header_only { HEADER_SIZE as u64 } else { u64::MAX };
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
