//! Puts bytecode files in their places: whole or not at all, with modes and times that nothing
//! around them has a say in.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use filetime::FileTime;

use crate::output::{Link, Replacement, Worth, folder_of};

/// What a writer cannot do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system does not let it.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is something that writing would replace by a regular file.
    #[error("{} is {what}, and writing would put a regular file in its place; remove it, or choose another file", path.display())]
    NotRegular {
        /// What is in the way.
        path: PathBuf,
        /// What kind of thing it is.
        what: &'static str,
    },
}

/// Writes bytecode files.
pub struct Writer {
    time: Option<SystemTime>,
    /// Held while a folder's own time is read, changed by what is put in, and set again.
    folder_times: Mutex<()>,
}

impl Writer {
    /// A writer of files with this modification time, or with that of the clock.
    pub fn new(time: Option<SystemTime>) -> Writer {
        Writer { time, folder_times: Mutex::new(()) }
    }

    /// Writes a bytecode file with the permissions that follow from those of its source.
    pub fn write(&self, path: &Path, bytes: &[u8], source: &Metadata) -> Result<(), Error> {
        refuse_irregular(path)?;
        self.put(path, || {
            let mut new = Replacement::beside(path)?;
            new.file().write_all(bytes)?;
            new.file().set_permissions(permissions(source))?;
            if let Some(time) = self.time {
                new.file().set_modified(time)?;
            }
            new.complete(Worth::Nothing)?.put(path)
        })
    }

    /// Does as if a file were written that has these bytes already: it gets the permissions and the
    /// time. To replace a file by an equal one would cost a flush to the disk on some file systems.
    pub fn renew(&self, path: &Path, bytes: &[u8], source: &Metadata) -> Result<(), Error> {
        if !has_one_name(path) {
            return self.write(path, bytes, source);
        }
        let time = self.time.unwrap_or_else(SystemTime::now);
        let done = fs::set_permissions(path, permissions(source))
            .and_then(|()| filetime::set_file_mtime(path, time.into()));
        done.map_err(|source| Error::Io { path: path.to_owned(), source })
    }

    /// Makes a path another name of a file.
    pub fn link(&self, path: &Path, to: &Path) -> Result<(), Error> {
        refuse_irregular(path)?;
        // The caller sees to it that it is no name of that file yet.
        self.put(path, || Link::beside(path, to)?.put(path))
    }

    /// Removes a file.
    pub fn remove(&self, path: &Path) -> Result<(), Error> {
        self.put(path, || fs::remove_file(path))
    }

    /// Puts something into the folder of a path, which is made if need be.
    fn put(&self, path: &Path, put: impl FnOnce() -> io::Result<()>) -> Result<(), Error> {
        let folder = folder_of(path);
        let done = match self.time {
            None => make(folder).and_then(|_| put()),
            Some(time) => self.put_timeless(folder, time, put),
        };
        done.map_err(|source| Error::Io { path: path.to_owned(), source })
    }

    /// A cache folder gets the time of what is in it; one with other things in it keeps its own.
    fn put_timeless(
        &self,
        folder: &Path,
        time: SystemTime,
        put: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        let _held = self.folder_times.lock().unwrap_or_else(PoisonError::into_inner);
        let is_cache = folder.file_name().is_some_and(|name| name == "__pycache__");
        let around = folder_of(folder);
        fs::create_dir_all(around)?;
        let time_around = modified(around)?;
        if make(folder)? {
            set_modified(around, time_around)?;
        }
        let own_time = if is_cache { time.into() } else { modified(folder)? };
        put()?;
        set_modified(folder, own_time)
    }
}

/// Makes a folder with the permissions of the one around it, whatever the umask. Tells whether it
/// was not there.
fn make(folder: &Path) -> io::Result<bool> {
    match fs::create_dir(folder) {
        Ok(()) => {
            #[cfg(unix)]
            if let Some(around) = folder.parent() {
                use std::os::unix::fs::{MetadataExt, PermissionsExt};
                let around = if around.as_os_str().is_empty() { Path::new(".") } else { around };
                let mode = fs::metadata(around)?.mode() & 0o2777 | 0o700;
                fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
            }
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            Ok(true)
        }
        Err(error) => Err(error),
    }
}

fn modified(folder: &Path) -> io::Result<FileTime> {
    Ok(FileTime::from_last_modification_time(&fs::metadata(folder)?))
}

#[cfg(unix)]
fn set_modified(folder: &Path, time: FileTime) -> io::Result<()> {
    filetime::set_file_handle_times(&fs::File::open(folder)?, None, Some(time))
}

#[cfg(not(unix))]
fn set_modified(folder: &Path, time: FileTime) -> io::Result<()> {
    filetime::set_file_mtime(folder, time)
}

/// Whether a path is a regular file without other names.
#[cfg(unix)]
fn has_one_name(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|there| there.is_file() && there.nlink() == 1)
}

#[cfg(not(unix))]
fn has_one_name(_: &Path) -> bool {
    false
}

/// Only a regular file may be replaced. Others were made by somebody for a purpose.
fn refuse_irregular(path: &Path) -> Result<(), Error> {
    let Ok(there) = fs::symlink_metadata(path) else { return Ok(()) };
    let what = match there.file_type() {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_symlink() => "a symbolic link",
        kind if kind.is_dir() => "a folder",
        _ => "not a regular file",
    };
    Err(Error::NotRegular { path: path.to_owned(), what })
}

/// The source's permissions to read and write, and always its owner's to write.
#[cfg(unix)]
fn permissions(source: &Metadata) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(source.permissions().mode() & 0o666 | 0o200)
}

#[cfg(not(unix))]
fn permissions(source: &Metadata) -> fs::Permissions {
    let mut permissions = source.permissions();
    permissions.set_readonly(false);
    permissions
}
