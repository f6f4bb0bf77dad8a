//! Places to write to, and what may be done there.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::error::OutputError;
use super::folder::what_is;
use super::form::OutputForm;
use super::identity::FileId;

/// A place to write to, and what is there.
///
/// A regular file of the same form is replaced whole. A device or a named pipe is written to, and stays. What
/// else is there is refused, and so is a file of another form, and one that the run reads.
///
/// ```
/// use pyrepro::output::{OutputForm, OutputTarget};
///
/// let error = OutputTarget::named("Cargo.toml".as_ref(), OutputForm::Archive).unwrap_err();
/// assert!(error.to_string().contains("there is a file that is not an archive"));
/// ```
#[derive(Debug)]
pub struct OutputTarget {
    /// As it is called.
    name: PathBuf,
    /// Where that leads.
    place: PathBuf,
    found: Found,
    form: OutputForm,
}

/// What is at a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File(FileId),
    /// A device or a named pipe.
    Stream,
}

impl OutputTarget {
    /// A file that the user has named. A symbolic link is followed, and stays.
    pub fn named(path: &Path, form: OutputForm) -> Result<OutputTarget, OutputError> {
        OutputTarget::judge(path, form, true)
    }

    /// A file whose name is pyrepro's choice, or that of what it is made of. A symbolic link there could lead
    /// anywhere, and is refused.
    ///
    /// ```
    /// use pyrepro::output::{OutputForm, OutputTarget};
    ///
    /// assert!(OutputTarget::chosen("src".as_ref(), OutputForm::Archive).is_err());
    /// ```
    pub fn chosen(path: &Path, form: OutputForm) -> Result<OutputTarget, OutputError> {
        OutputTarget::judge(path, form, false)
    }

    fn judge(path: &Path, form: OutputForm, follow: bool) -> Result<OutputTarget, OutputError> {
        let failed = OutputError::io(path);
        let name = path.to_owned();
        let itself = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(OutputTarget { place: name.clone(), name, found: Found::Nothing, form });
            }
            itself => itself.map_err(failed)?,
        };
        if itself.is_symlink() && !follow {
            return Err(OutputError::Link { path: name });
        }
        let there = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(OutputError::Dangling { path: name });
            }
            there => there.map_err(OutputError::io(path))?,
        };
        if is_stream(&there) {
            // Not the place that it leads to: those in /proc have none.
            return Ok(OutputTarget { place: name.clone(), name, found: Found::Stream, form });
        }
        if !there.is_file() {
            return Err(OutputError::NotAFile { path: name, what: what_is(&there) });
        }
        let place = if itself.is_symlink() {
            path.canonicalize().map_err(OutputError::io(path))?
        } else {
            name.clone()
        };
        if !form.may_replace(&place).map_err(OutputError::io(path))? {
            return Err(OutputError::OtherForm { path: name, form });
        }
        let found = Found::File(FileId::of(&place, &there));
        Ok(OutputTarget { name, place, found, form })
    }

    /// The same, if none of these files is the one that would be replaced.
    pub fn apart_from<P: AsRef<Path>>(
        self,
        inputs: impl IntoIterator<Item = P>,
    ) -> Result<OutputTarget, OutputError> {
        let is_it = |input: P| self.is(input.as_ref());
        match matches!(self.found, Found::File(_)) && inputs.into_iter().any(is_it) {
            true => Err(OutputError::Input { path: self.name }),
            false => Ok(self),
        }
    }

    /// Whether a path leads to the file that is there.
    fn is(&self, path: &Path) -> bool {
        let id = fs::metadata(path).map(|metadata| FileId::of(path, &metadata));
        matches!((&self.found, id), (Found::File(found), Ok(id)) if *found == id)
    }

    /// As it is called.
    pub fn path(&self) -> &Path {
        &self.name
    }

    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    pub(super) fn found(&self) -> &Found {
        &self.found
    }

    /// Fails if something has come there in the meantime that may not be replaced.
    pub(super) fn check_again(&self) -> Result<(), OutputError> {
        // Where links were followed, the place is that of a file now.
        OutputTarget::judge(&self.place, self.form, self.found == Found::Stream).map(drop)
    }

    /// Opens the device or the named pipe, which waits for a reader.
    pub(super) fn open_stream(&self) -> io::Result<File> {
        File::options().write(true).open(&self.place)
    }
}

#[cfg(unix)]
fn is_stream(found: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn is_stream(_: &Metadata) -> bool {
    false
}
