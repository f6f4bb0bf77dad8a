//! Which bytecode files are being worked on, so that what is named twice is done once and then again.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::lock::lock;
use crate::pyc::{CachedName, Optimization};

/// The bytecode files in hand, each claimed by one source.
///
/// Sources that are named in several ways can get other recorded names each time, and the last
/// has to win, as it does where one source follows another.
#[derive(Default)]
pub struct PycLocks {
    taken: Mutex<HashSet<Key>>,
    freed: Condvar,
}

/// A bytecode file, however the path to its source is spelled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    folder: Folder,
    name: Option<OsString>,
}

/// What nobody else has, for as long as this lives.
pub struct PycLock<'a> {
    pyc_locks: &'a PycLocks,
    key: Key,
}

impl PycLocks {
    /// Locks the bytecode file of a source; waits until no other source has it.
    pub fn lock(&self, source: &Path) -> PycLock<'_> {
        let key = Key::of(source);
        let mut taken = lock(&self.taken);
        while !taken.insert(key.clone()) {
            taken = self.freed.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        PycLock { pyc_locks: self, key }
    }
}

impl Drop for PycLock<'_> {
    fn drop(&mut self) {
        lock(&self.pyc_locks.taken).remove(&self.key);
        self.pyc_locks.freed.notify_all();
    }
}

impl Key {
    fn of(source: &Path) -> Key {
        let folder = match source.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // `m.py` and `m.txt` have one bytecode file.
        let pyc: PathBuf = CachedName::path(source, "", Optimization::default());
        Key { folder: identity(folder), name: pyc.file_name().map(OsString::from) }
    }
}

#[cfg(unix)]
type Folder = Option<(u64, u64)>;

#[cfg(unix)]
fn identity(folder: &Path) -> Folder {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder).map(|found| (found.dev(), found.ino())).ok()
}

#[cfg(not(unix))]
type Folder = Option<PathBuf>;

#[cfg(not(unix))]
fn identity(folder: &Path) -> Folder {
    folder.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    #[test]
    fn one_file_by_two_names_is_claimed_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("m.py"), folder.path().join("./m.txt"));
        let pyc_locks = PycLocks::default();
        let waited = AtomicBool::new(false);
        let first = pyc_locks.lock(&one);
        let _unrelated = pyc_locks.lock(&folder.path().join("n.py"));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _second = pyc_locks.lock(&other);
                assert!(waited.load(Ordering::SeqCst));
            });
            thread::sleep(Duration::from_millis(50));
            waited.store(true, Ordering::SeqCst);
            drop(first);
        });
    }
}
