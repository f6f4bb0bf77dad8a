//! Files that appear whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::digest::Digest;
use super::entry::WriteError;

/// A file that is written beside its place under another name, and put there when it is complete.
/// What was there before stays until then, and for good if anything fails.
///
/// ```
/// use std::io::Write;
/// use pyrepro_archive::Output;
///
/// let folder = tempfile::tempdir()?;
/// let target = folder.path().join("app.pyz");
/// let mut output = Output::create(&target)?;
/// output.write_all(b"PK")?;
/// assert!(!target.exists());
/// output.finish(true)?;
/// assert_eq!(std::fs::read(&target)?, b"PK");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Output {
    target: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Output {
    /// Begins a file.
    ///
    /// ```
    /// # use pyrepro_archive::Output;
    /// assert!(Output::create("no such folder/app.pyz".as_ref()).is_err());
    /// ```
    pub fn create(target: &Path) -> Result<Output, WriteError> {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = tempfile::Builder::new()
            .prefix(".pyrepro-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(WriteError::target(target))?;
        Ok(Output { target: target.to_owned(), file: BufWriter::with_capacity(1 << 16, file) })
    }

    /// The digest of all that was written, and how much that is.
    ///
    /// ```
    /// use std::io::Write;
    /// use pyrepro_archive::{Digest, Output};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut output = Output::create(&folder.path().join("a"))?;
    /// output.write_all(b"abc")?;
    /// assert_eq!(output.digest()?, (Digest::of(b"abc"), 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn digest(&mut self) -> Result<(Digest, u64), WriteError> {
        let read = |file: &mut BufWriter<NamedTempFile>| {
            file.rewind()?;
            let sum = Digest::of_reader(file.get_mut())?;
            file.seek(SeekFrom::End(0))?;
            Ok(sum)
        };
        read(&mut self.file).map_err(WriteError::target(&self.target))
    }

    /// What was written so far, to read it again.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use pyrepro_archive::Output;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut output = Output::create(&folder.path().join("a"))?;
    /// output.write_all(b"abc")?;
    /// let mut text = String::new();
    /// output.reopen()?.read_to_string(&mut text)?;
    /// assert_eq!(text, "abc");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reopen(&mut self) -> Result<File, WriteError> {
        let failed = WriteError::target(&self.target);
        self.file.flush().and_then(|()| self.file.get_ref().reopen()).map_err(failed)
    }

    /// Puts the file in its place, with mode 0755 or 0644 whatever the umask is.
    ///
    /// ```
    /// # use pyrepro_archive::Output;
    /// let folder = tempfile::tempdir()?;
    /// Output::create(&folder.path().join("empty"))?.finish(false)?;
    /// assert!(folder.path().join("empty").exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self, executable: bool) -> Result<(), WriteError> {
        let failed = |source| WriteError::Target { path: self.target.clone(), source };
        let file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        set_mode(file.as_file(), executable).map_err(failed)?;
        file.persist(&self.target).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

#[cfg(unix)]
fn set_mode(file: &File, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(PermissionsExt::from_mode(if executable { 0o755 } else { 0o644 }))
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Output {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_finished_leaves_what_was_there_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        std::fs::write(&target, "before").unwrap();
        let mut output = Output::create(&target).unwrap();
        output.write_all(b"after").unwrap();
        drop(output);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_is_set_to_the_bit() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for (executable, mode) in [(true, 0o755), (false, 0o644)] {
            let target = folder.path().join("a");
            Output::create(&target).unwrap().finish(executable).unwrap();
            assert_eq!(target.metadata().unwrap().permissions().mode() & 0o7777, mode);
        }
    }

    #[test]
    fn an_error_names_the_target() {
        let folder = tempfile::tempdir().unwrap();
        let error = Output::create(&folder.path().join("nowhere/a")).unwrap_err().to_string();
        assert!(error.contains("nowhere"), "{error}");
    }
}
