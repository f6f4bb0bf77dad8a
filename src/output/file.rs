//! A file on its way to its place.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::OutputError;
use super::replacement::{Complete, Replacement, Worth, close_another};
use super::set::OutputSet;
use super::target::{Found, OutputTarget};
use crate::archive::{Digest, WriteError};

/// A file that is written beside its place under another name, and put there when it is complete.
/// What was there before stays until then, and for good if anything fails. What goes to a device or a named
/// pipe is put aside in the same way until it is complete.
///
/// ```
/// use std::io::Write;
/// use pyrepro::output::{OutputForm, Output, OutputTarget};
///
/// let folder = tempfile::tempdir()?;
/// let target = folder.path().join("app.pyz");
/// let mut output = Output::create(OutputTarget::named(&target, OutputForm::Archive)?)?;
/// output.write_all(b"PK")?;
/// assert!(!target.exists());
/// output.finish(true)?;
/// assert_eq!(std::fs::read(&target)?, b"PK");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Output {
    target: OutputTarget,
    file: BufWriter<Draft>,
}

/// Where the bytes are until all are there.
#[derive(Debug)]
enum Draft {
    /// Beside its place.
    Beside(Replacement),
    /// In a file without a name.
    Nameless(File),
}

impl Draft {
    fn file(&mut self) -> &mut File {
        match self {
            Draft::Beside(replacement) => replacement.file(),
            Draft::Nameless(file) => file,
        }
    }
}

impl Output {
    /// Begins a file.
    ///
    /// ```
    /// # use pyrepro::output::{OutputForm, Output, OutputTarget};
    /// let target = OutputTarget::named("no such folder/app.pyz".as_ref(), OutputForm::Archive)?;
    /// assert!(Output::create(target).is_err());
    /// # Ok::<(), pyrepro::output::OutputError>(())
    /// ```
    pub fn create(target: OutputTarget) -> Result<Output, OutputError> {
        let draft = match target.found() {
            Found::Stream => tempfile::tempfile().map(Draft::Nameless),
            _ => Replacement::beside(target.place()).map(Draft::Beside),
        };
        let draft = draft.map_err(OutputError::io(target.path()))?;
        Ok(Output { target, file: BufWriter::with_capacity(1 << 16, draft) })
    }

    /// Where it goes.
    pub fn path(&self) -> &Path {
        self.target.path()
    }

    /// An error of whoever wrote to it, with the file's name if that is what failed.
    pub fn explain(&self, error: WriteError) -> WriteError {
        match error {
            WriteError::Output(source) => WriteError::Target { path: self.path().to_owned(), source },
            other => other,
        }
    }

    /// The digest of all that was written, and how much that is.
    ///
    /// ```
    /// use std::io::Write;
    /// use pyrepro::archive::Digest;
    /// use pyrepro::output::{OutputForm, Output, OutputTarget};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut output = Output::create(OutputTarget::named(&folder.path().join("a"), OutputForm::Archive)?)?;
    /// output.write_all(b"abc")?;
    /// assert_eq!(output.digest()?, (Digest::of(b"abc"), 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn digest(&mut self) -> Result<(Digest, u64), OutputError> {
        let read = |file: &mut BufWriter<Draft>| {
            file.rewind()?;
            let sum = Digest::of_reader(file.get_mut().file())?;
            file.seek(SeekFrom::End(0))?;
            Ok(sum)
        };
        read(&mut self.file).map_err(OutputError::io(self.target.path()))
    }

    /// What was written so far, to read it again from its start. Nothing may be written afterwards.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use pyrepro::output::{OutputForm, Output, OutputTarget};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let mut output = Output::create(OutputTarget::named(&folder.path().join("a"), OutputForm::Archive)?)?;
    /// output.write_all(b"abc")?;
    /// let mut text = String::new();
    /// output.reopen()?.read_to_string(&mut text)?;
    /// assert_eq!(text, "abc");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reopen(&mut self) -> Result<File, OutputError> {
        let read = self.file.rewind().and_then(|()| self.file.get_mut().file().try_clone());
        read.map_err(OutputError::io(self.target.path()))
    }

    /// Puts the file in its place, with mode 0755 or 0644 whatever the umask is.
    ///
    /// ```
    /// # use pyrepro::output::{OutputForm, Output, OutputTarget};
    /// let folder = tempfile::tempdir()?;
    /// let target = folder.path().join("empty.pyz");
    /// Output::create(OutputTarget::named(&target, OutputForm::Archive)?)?.finish(false)?;
    /// assert!(target.exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn finish(self, executable: bool) -> Result<(), OutputError> {
        self.finish_as(|file| set_mode(file, executable))
    }

    /// Puts the file in its place, as something makes it look first: with which mode and times. A device stays
    /// as it is.
    pub fn finish_as(self, dress: impl FnOnce(&File) -> io::Result<()>) -> Result<(), OutputError> {
        OutputSet::of(self.complete(dress)?).put()
    }

    /// Ends the writing. What could not be kept is known now.
    pub(super) fn complete(
        self,
        dress: impl FnOnce(&File) -> io::Result<()>,
    ) -> Result<Finished, OutputError> {
        let Output { target, file } = self;
        let complete = || {
            let draft = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            Ok(match draft {
                Draft::Beside(mut replacement) => {
                    dress(replacement.file())?;
                    let worth = match target.found() {
                        Found::Nothing => Worth::Nothing,
                        _ => Worth::Something,
                    };
                    Content::Beside(replacement.complete(worth)?)
                }
                Draft::Nameless(file) => Content::Nameless(file),
            })
        };
        match complete() {
            Ok(content) => Ok(Finished { target, content }),
            Err(source) => Err(OutputError::Io { path: target.path().to_owned(), source }),
        }
    }
}

/// A file that is complete but for its place.
#[derive(Debug)]
pub(super) struct Finished {
    pub target: OutputTarget,
    pub content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Beside(Complete),
    Nameless(File),
}

/// Writes what was put aside to a device or a named pipe.
pub(super) fn pour(mut content: File, target: &OutputTarget) -> io::Result<()> {
    content.rewind()?;
    let mut stream = target.open_stream()?;
    io::copy(&mut content, &mut stream)?;
    close_another(&stream)
}

#[cfg(unix)]
pub(super) fn set_mode(file: &File, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(PermissionsExt::from_mode(if executable { 0o755 } else { 0o644 }))
}

#[cfg(not(unix))]
pub(super) fn set_mode(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

impl Seek for Draft {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file().seek(position)
    }
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
    use crate::output::OutputForm;

    fn output(target: &Path) -> Output {
        Output::create(OutputTarget::named(target, OutputForm::Archive).unwrap()).unwrap()
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_what_was_there_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.pyz");
        std::fs::write(&target, "before").unwrap();
        let mut output = output(&target);
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
            let target = folder.path().join("a.pyz");
            output(&target).finish(executable).unwrap();
            assert_eq!(target.metadata().unwrap().permissions().mode() & 0o7777, mode);
        }
    }

    #[test]
    fn an_error_names_the_target() {
        let folder = tempfile::tempdir().unwrap();
        let target = OutputTarget::named(&folder.path().join("nowhere/a"), OutputForm::Archive).unwrap();
        let error = Output::create(target).unwrap_err().to_string();
        assert!(error.contains("nowhere"), "{error}");
    }
}
