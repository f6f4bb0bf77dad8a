//! The source of a wheel: a source distribution, unpacked, or a folder.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::result::SourceFacts;
use crate::archive::Digest;
use crate::dist;

/// A source that is ready to be built.
pub(super) struct Source {
    pub folder: PathBuf,
    pub facts: SourceFacts,
}

impl Source {
    /// Unpacks a source distribution into a folder that is empty, or takes a folder as it is.
    pub fn open(path: &Path, url: Option<String>, into: &Path) -> Result<Source, Error> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if path.is_dir() {
            let facts = SourceFacts { name, url, sha256: None };
            return Ok(Source { folder: path.to_owned(), facts });
        }
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let (digest, _) = Digest::of_reader(file).map_err(|source| Error::io(path, source))?;
        let folder = dist::unpack(path, into)?;
        Ok(Source { folder, facts: SourceFacts { name, url, sha256: Some(digest) } })
    }
}
