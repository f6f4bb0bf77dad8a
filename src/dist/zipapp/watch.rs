//! Files that must stay as they are until they are written: what was hashed or compared is what goes in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::archive::WriteError;

/// Files, each with its length and time when it was listed.
#[derive(Debug, Clone, Default)]
pub struct Watch(Vec<(PathBuf, Stamp)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: SystemTime,
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Stamp> {
        let metadata = fs::metadata(path)?;
        Ok(Stamp { size: metadata.len(), modified: metadata.modified()? })
    }
}

impl Watch {
    pub(super) fn add(&mut self, path: &Path) -> io::Result<()> {
        self.0.push((path.to_owned(), Stamp::of(path)?));
        Ok(())
    }

    /// Fails if one of them has changed, by its time or its length.
    pub(super) fn check(&self) -> Result<(), WriteError> {
        for (path, stamp) in &self.0 {
            match Stamp::of(path) {
                Ok(now) if now == *stamp => {}
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(WriteError::Unreadable { path: path.clone(), source });
                }
                _ => return Err(WriteError::Changed { path: path.clone(), size: stamp.size }),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_written_again_with_the_same_length_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "one").unwrap();
        let mut watch = Watch::default();
        watch.add(&path).unwrap();
        watch.check().unwrap();
        fs::write(&path, "two").unwrap();
        filetime::set_file_mtime(&path, filetime::FileTime::from_unix_time(1, 1)).unwrap();
        assert!(watch.check().unwrap_err().to_string().contains("run again when nothing writes to it"));
    }
}
