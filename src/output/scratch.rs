//! Folders to work in, which nobody sees.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::leftovers;

const PREFIX: &str = "pyrepro-";
const SUFFIX: &str = ".tmp";

/// A folder where temporary files are, which goes with this. What killed runs have left there goes before.
///
/// ```
/// use pyrepro::output::Scratch;
///
/// let scratch = Scratch::new()?;
/// let place = scratch.path().to_owned();
/// drop(scratch);
/// assert!(!place.exists());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Scratch {
    /// There until the end.
    folder: Option<TempDir>,
    /// Locked, so that nobody takes it for a leftover.
    _claim: Option<File>,
}

impl Scratch {
    /// Makes a folder.
    pub fn new() -> io::Result<Scratch> {
        leftovers::sweep(&std::env::temp_dir(), is_scratch);
        let folder = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempdir()?;
        // A system that opens no folders has no leftovers either.
        let claim = File::open(folder.path()).ok().inspect(leftovers::claim);
        Ok(Scratch { folder: Some(folder), _claim: claim })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new(""), TempDir::path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take() {
            remove(folder);
        }
    }
}

/// Removes a temporary folder with all that is in it.
pub(super) fn remove(folder: TempDir) {
    let place = folder.path().to_owned();
    // What was in the way may be gone by now; if not, the next run sweeps it.
    if folder.close().is_err() {
        let _ = std::fs::remove_dir_all(place);
    }
}

fn is_scratch(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
}
