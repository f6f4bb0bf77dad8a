//! The names of all files in a folder of distributions. An environment has many, so nothing else is asked
//! of the system than what they are called.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::tree::Globs;

/// What is in a folder.
pub(super) struct There {
    /// The files, and links of whatever kind.
    pub files: Vec<OsString>,
    /// The `.dist-info` folders at its top, in order. What a package carries below it is not installed.
    pub dist_infos: Vec<PathBuf>,
}

pub(super) fn files(site: &Path, exclude: &Globs) -> Result<There, Error> {
    let mut there = There { files: Vec::new(), dist_infos: Vec::new() };
    let mut pending = vec![site.to_owned()];
    while let Some(folder) = pending.pop() {
        let read = |source| Error::Read { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(read)? {
            let entry = entry.map_err(read)?;
            let kind = entry.file_type().map_err(read)?;
            let path = entry.path();
            if !exclude.is_empty()
                && path.strip_prefix(site).is_ok_and(|path| exclude.matches(path, kind.is_dir()))
            {
                continue;
            }
            let is_dist_info = path.extension() == Some(OsStr::new("dist-info")) && folder == site;
            if is_dist_info && crate::there::is_folder(&path).map_err(read)? {
                there.dist_infos.push(path.clone());
            }
            match kind.is_dir() {
                true => pending.push(path),
                false => there.files.push(path.into_os_string()),
            }
        }
    }
    there.dist_infos.sort_unstable();
    Ok(there)
}
