//! Bytecode of sources that are no more.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::exclude::Exclude;
use crate::pyc::CachedName;

/// The bytecode files in a folder's `__pycache__` that have this cache tag and whose source is not there.
///
/// A source that is anything at all, a link to nothing for instance, is there.
pub fn orphans(folder: &Path, cache_tag: &str, exclude: Option<&Exclude>) -> io::Result<Vec<PathBuf>> {
    let cache = folder.join("__pycache__");
    let there = match fs::symlink_metadata(&cache) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        there => there?,
    };
    // What a link leads to is the cache of other sources.
    if !there.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(cache)?;
    let mut orphans = Vec::new();
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let Some(name) = CachedName::parse(&path) else { continue };
        let ours = name.cache_tag.as_deref() == Some(cache_tag)
            && matches!(name.optimization.as_deref(), None | Some("1" | "2"))
            && path.extension() == Some(OsStr::new("pyc"));
        if ours
            && entry.file_type()?.is_file()
            && is_gone(&name.source)
            && is_bytecode(&path)?
            && !exclude.map_or(Ok(false), |exclude| exclude.matches(&name.source))?
        {
            orphans.push(path);
        }
    }
    orphans.sort_unstable();
    Ok(orphans)
}

/// Whether there is no source of this name, nor one that Python starts and does not import, a `.pyw` file.
fn is_gone(source: &Path) -> bool {
    let is_absent =
        |path: &Path| fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    is_absent(source) && is_absent(&source.with_extension("pyw"))
}

/// Whether a file begins as bytecode does, of any version.
fn is_bytecode(path: &Path) -> io::Result<bool> {
    let mut magic = [0; 4];
    match fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic)) {
        Ok(()) => Ok(magic[2..] == *b"\r\n"),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
