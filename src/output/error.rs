//! Why something is not written.

use std::io;
use std::path::{Path, PathBuf};

use super::form::OutputForm;

/// Why something is not written. What was there before is there still, but for [`OutputError::NotPutBack`].
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The system does not let it.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something that is no file is in the way.
    #[error("cannot write {}: it is {what}; write to another file", path.display())]
    NotAFile {
        /// What is in the way.
        path: PathBuf,
        /// What kind of thing it is.
        what: &'static str,
    },
    /// A symbolic link where the name of the file was not the user's choice.
    #[error("cannot write {}: it is a symbolic link, which is followed only where it is named itself; remove it", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// A symbolic link to nothing.
    #[error("cannot write {}: it is a symbolic link to nothing; remove it, or make what it leads to", path.display())]
    Dangling {
        /// The link.
        path: PathBuf,
    },
    /// A file that is read by the same run.
    #[error("cannot write {}: this run reads it; write to another file", path.display())]
    Input {
        /// The file.
        path: PathBuf,
    },
    /// A file of another kind.
    #[error("cannot write {}: there is a file that is not {}; remove it, or write to another file", path.display(), form.article())]
    OtherForm {
        /// The file.
        path: PathBuf,
        /// What would replace it.
        form: OutputForm,
    },
    /// Two files for one place.
    #[error("cannot write {}: two files of this run would be written there", path.display())]
    Twice {
        /// The place.
        path: PathBuf,
    },
    /// One of several files could not be put in place, and then another not taken back.
    #[error("cannot write {}: {source}; {} is the new one already, and cannot be put back: {second}", path.display(), replaced.display())]
    NotPutBack {
        /// The file that could not be put in place.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
        /// The file that was replaced before it.
        replaced: PathBuf,
        /// Why it stays.
        second: io::Error,
    },
}

impl OutputError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> OutputError {
        move |source| OutputError::Io { path: path.to_owned(), source }
    }
}
