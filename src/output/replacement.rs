//! A file under a temporary name, and how it comes to its own.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::TempPath;

use super::folder_of;
use super::leftovers::{claim, is_leftover, sweep, temporary};

/// What is lost with the file that another one replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Nothing, or what is made again when it is missing.
    Nothing,
    /// Something that somebody may miss, so the new content is on the disk before the old one goes.
    Something,
}

/// A file that is written beside its place, under a temporary name. It goes if it is dropped.
///
/// ```
/// use std::io::Write;
/// use pyrepro::output::{Replacement, Worth};
///
/// let folder = tempfile::tempdir()?;
/// let target = folder.path().join("a");
/// let mut new = Replacement::beside(&target)?;
/// new.file().write_all(b"new")?;
/// new.complete(Worth::Nothing)?.put(&target)?;
/// assert_eq!(std::fs::read(&target)?, b"new");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Replacement {
    file: File,
    path: TempPath,
}

impl Replacement {
    /// A file that its owner alone can read.
    pub fn beside(target: &Path) -> io::Result<Replacement> {
        Replacement::create(target, true)
    }

    /// A file with the permissions that new files have.
    pub fn public(target: &Path) -> io::Result<Replacement> {
        Replacement::create(target, false)
    }

    fn create(target: &Path, private: bool) -> io::Result<Replacement> {
        let folder = folder_of(target);
        sweep(folder, is_leftover);
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        if private {
            keep_private(&mut options);
        }
        // Errors are told of the file that is wanted, so not by `tempfile_in`, which adds the other's name.
        let (file, path) = temporary().make_in(folder, |path| options.open(path))?.into_parts();
        claim(&file);
        Ok(Replacement { file, path })
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Ends the writing: what the system could not keep of it is known afterwards.
    pub fn complete(self, worth: Worth) -> io::Result<Complete> {
        if worth == Worth::Something {
            self.file.sync_all()?;
        }
        close_another(&self.file)?;
        Ok(Complete { claim: self.file, path: self.path })
    }
}

/// Writes a file of a cache, which is made again when it is missing: whole or not at all, for its owner alone.
pub(crate) fn replace(target: &Path, content: &[u8]) -> io::Result<()> {
    let mut new = Replacement::beside(target)?;
    new.file().write_all(content)?;
    new.complete(Worth::Nothing)?.put(target)
}

#[cfg(unix)]
fn keep_private(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn keep_private(_: &mut fs::OpenOptions) {}

/// Some file systems tell only at closing that there was no room. So that the file stays claimed it is
/// another descriptor of it that is closed, which does the same.
#[cfg(unix)]
pub(crate) fn close_another(file: &File) -> io::Result<()> {
    loop {
        match nix::unistd::close(file.try_clone()?) {
            // It is closed, but perhaps not all was kept. There is always another to close.
            Err(nix::errno::Errno::EINTR) => {}
            other => return Ok(other?),
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn close_another(_: &File) -> io::Result<()> {
    Ok(())
}

/// A file that is complete but for its name. It goes if it is dropped.
#[derive(Debug)]
pub struct Complete {
    claim: File,
    path: TempPath,
}

impl Complete {
    /// Gives it its name, in place of what had it.
    pub fn put(self, target: &Path) -> io::Result<()> {
        self.renamed(|path| rename(path, target))
    }

    /// Gives it its name, which nothing may have.
    pub fn put_new(self, target: &Path) -> io::Result<()> {
        self.renamed(|path| path.persist_noclobber(target).map_err(|error| error.error))
    }

    fn renamed(self, rename: impl FnOnce(TempPath) -> io::Result<()>) -> io::Result<()> {
        if cfg!(unix) {
            return rename(self.path);
        }
        drop(self.claim);
        rename(self.path)
    }

    /// Another name of it, beside another place.
    pub fn link_beside(&self, other: &Path) -> io::Result<Link> {
        Link::beside(other, &self.path)
    }
}

/// Another name of a file, under a temporary name. It goes if it is dropped.
#[derive(Debug)]
pub struct Link(TempPath);

impl Link {
    /// Makes a link to the file.
    pub fn beside(target: &Path, file: &Path) -> io::Result<Link> {
        let folder = folder_of(target);
        sweep(folder, is_leftover);
        Ok(Link(temporary().make_in(folder, |link| fs::hard_link(file, link))?.into_temp_path()))
    }

    /// Gives it its name, in place of what had it. If that is the same file, both names would be left.
    pub fn put(self, target: &Path) -> io::Result<()> {
        rename(self.0, target)
    }
}

/// By the standard library, as whoever has faults come up in the C library's calls expects, and on Windows also
/// where somebody has the old file open.
fn rename(mut from: TempPath, to: &Path) -> io::Result<()> {
    fs::rename(&from, to)?;
    // There is nothing left at the old name to remove, or to change as `keep` does on Windows.
    from.disable_cleanup(true);
    Ok(())
}
