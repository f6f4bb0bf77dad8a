//! What runs leave behind that were killed: how to know it, and that it goes.
//!
//! Whoever makes a temporary file holds a lock on it for as long as it is needed, and the system takes the
//! lock away when the process ends, however that comes about. So what is old enough to have been locked and
//! can be locked by somebody else belongs to nobody.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

const PREFIX: &str = ".pyrepro-";
const SUFFIX: &str = ".tmp";
/// How many letters and digits are between them.
const RANDOM: usize = 6;

/// How old it must be: a file is locked right after it is made, and not in the same moment.
const AGE: Duration = Duration::from_secs(2);

/// How temporary files are called. Neither `*.py` nor `*.pyc` matches them.
pub(super) fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    builder
}

/// Whether a file or folder is called as temporary ones of pyrepro are, which are no part of any tree.
///
/// ```
/// use pyrepro::output::is_leftover;
///
/// assert!(is_leftover(".pyrepro-a1B2c3.tmp".as_ref()));
/// assert!(!is_leftover(".pyrepro.toml".as_ref()));
/// ```
pub fn is_leftover(name: &OsStr) -> bool {
    let name = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    name.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Says of an open file that somebody needs it. Where a file system has no locks nothing is ever swept.
pub(super) fn claim(file: &File) {
    if cfg!(unix) {
        let _ = file.try_lock();
    }
}

/// Removes what killed runs have left in a folder, which is looked at once in a process. That something
/// cannot be removed is no reason not to go on.
pub(super) fn sweep(folder: &Path, is_ours: impl Fn(&OsStr) -> bool) {
    static SWEPT: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if !cfg!(unix) || !swept.insert(folder.to_owned()) {
        return;
    }
    drop(swept);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| is_ours(&entry.file_name())) {
        let _ = remove_if_nobodys(&entry.path());
    }
}

fn remove_if_nobodys(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    // What is no file would be opened at somebody's mercy; what was moved aside is not ours to remove.
    let may_be = found.is_file() || found.is_dir() && !path.join(super::folder::BEFORE).exists();
    if !may_be || !is_old(&found) {
        return Ok(());
    }
    let file = File::open(path)?;
    if file.try_lock().is_err() {
        return Ok(());
    }
    match found.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

/// Whether nothing was done to it for a while, by the time that no program can set.
#[cfg(unix)]
fn is_old(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    use std::time::SystemTime;

    let Ok(changed) = u64::try_from(found.ctime()) else { return false };
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
    // Of a whole second, so it can seem older than it is by one.
    SystemTime::now().duration_since(changed).is_ok_and(|age| age > AGE + Duration::from_secs(1))
}

#[cfg(not(unix))]
fn is_old(_: &Metadata) -> bool {
    false
}
