//! Bytecode of sources that are no more.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::exclude::Exclude;
use crate::pyc::CachedName;

/// The files in a folder's `__pycache__` that have this cache tag and whose source is not there.
///
/// A source that is anything at all, a link to nothing for instance, is there.
pub fn orphans(folder: &Path, cache_tag: &str, exclude: Option<&Exclude>) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder.join("__pycache__")) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        entries => entries?,
    };
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
            && fs::symlink_metadata(&name.source).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
            && !exclude.is_some_and(|exclude| exclude.matches(&name.source))
        {
            orphans.push(path);
        }
    }
    orphans.sort_unstable();
    Ok(orphans)
}
