//! What tells a file from every other, a name from every other, and a file from itself before a change.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(super) use platform::links;

use crate::output::{FileId, folder_of};

/// A name in a folder, however the path to the folder is spelled.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub folder: FileId,
    pub name: OsString,
}

impl Entry {
    pub fn of(path: &Path) -> io::Result<Entry> {
        let folder = folder_of(path);
        let id = FileId::of(folder, &fs::metadata(folder)?);
        Ok(Entry { folder: id, name: path.file_name().unwrap_or_default().to_owned() })
    }
}

/// A file as it was at some time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub id: FileId,
    size: u64,
    modified: Option<SystemTime>,
    changed: (i64, i64),
}

impl Stamp {
    pub fn of(path: &Path, metadata: &Metadata) -> Stamp {
        Stamp {
            id: FileId::of(path, metadata),
            size: metadata.len(),
            modified: metadata.modified().ok(),
            changed: platform::changed(metadata),
        }
    }

    /// Of what a path names, even if that is a symbolic link.
    pub fn at(path: &Path) -> io::Result<Stamp> {
        Ok(Stamp::of(path, &fs::symlink_metadata(path)?))
    }
}

/// All names in the folders of these names that are links to the same file and not among them.
pub(super) fn siblings(names: &[PathBuf], file: &FileId) -> io::Result<Vec<PathBuf>> {
    let mut known = HashSet::new();
    for name in names {
        known.insert(Entry::of(name)?);
    }
    let mut found = Vec::new();
    for name in names {
        let folder = Entry::of(name)?.folder;
        for sibling in fs::read_dir(folder_of(name))? {
            let sibling = name.with_file_name(sibling?.file_name());
            let entry =
                Entry { folder: folder.clone(), name: sibling.file_name().unwrap_or_default().to_owned() };
            // A sibling that vanishes is none.
            if Stamp::at(&sibling).is_ok_and(|stamp| stamp.id == *file) && known.insert(entry) {
                found.push(sibling);
            }
        }
    }
    Ok(found)
}

#[cfg(unix)]
mod platform {
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt;

    /// How many names the file has.
    pub fn links(metadata: &Metadata) -> u64 {
        metadata.nlink()
    }

    /// The time of the last change, which no program can set.
    pub fn changed(metadata: &Metadata) -> (i64, i64) {
        (metadata.ctime(), metadata.ctime_nsec())
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::Metadata;

    pub fn links(_metadata: &Metadata) -> u64 {
        1
    }

    pub fn changed(_metadata: &Metadata) -> (i64, i64) {
        (0, 0)
    }
}
