//! The source of a wheel: a source distribution, unpacked, a folder, or a commit of a repository.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::published::FileName;
use super::repository::Repository;
use super::result::SourceFacts;
use crate::archive::Digest;
use crate::backend::process::Bounds;
use crate::dist;

/// A source that is ready to be built.
pub(super) struct Source {
    pub folder: PathBuf,
    pub facts: SourceFacts,
}

impl Source {
    /// Unpacks a source distribution into a folder that is empty, takes a folder as it is, or clones a repository.
    pub fn open(
        path: &Path,
        url: Option<String>,
        wheel: &FileName,
        into: &Path,
        bounds: &Bounds<'_>,
    ) -> Result<Source, Error> {
        if let Some(repository) = path.to_str().and_then(Repository::parse) {
            return repository.check_out(wheel, into, bounds);
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if path.is_dir() {
            let facts = SourceFacts { name, url, ..SourceFacts::default() };
            return Ok(Source { folder: path.to_owned(), facts });
        }
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let (digest, _) = Digest::of_reader(file).map_err(|source| Error::io(path, source))?;
        let folder = dist::unpack(path, into)?;
        let facts = SourceFacts { name, url, sha256: Some(digest), ..SourceFacts::default() };
        Ok(Source { folder, facts })
    }
}
