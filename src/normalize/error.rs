//! Why a file is not normalized.

use std::io;
use std::path::PathBuf;

use crate::pyc::{self, HeaderError};
use crate::tree;

/// Why a file is not normalized. The file itself is in the [`Record`](super::Record).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system does not let us read it.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// A folder below it cannot be listed.
    #[error(transparent)]
    Folder(#[from] tree::Error),
    /// It was named and is a symbolic link.
    #[error("is a symbolic link; name what it points at, or have links followed")]
    Symlink,
    /// It was named and is a socket, a pipe or a device.
    #[error("is neither a file nor a folder")]
    Special,
    /// Neither its content nor its name tells of a kind of artifact that can be normalized.
    #[error("is nothing that pyrepro can normalize, which is bytecode of CPython 3.7 to 3.15")]
    NoArtifact,
    /// Its bytecode is broken, or of an unknown kind.
    #[error(transparent)]
    Pyc(#[from] pyc::Error),
    /// No bytecode file is that large.
    #[error("has {0} bytes, and no bytecode file can have more than 2 GiB")]
    TooLarge(u64),
    /// It was written to while we read it.
    #[error("was changed by another program in the meantime; run again when that is done")]
    Changed,
    /// There is no place for the new file.
    #[error("no new file can be written in {folder}: {source}", folder = folder.display())]
    NotWritten {
        /// The folder of the file.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The new file cannot take the place of the old one.
    #[error("{name} cannot be replaced: {source}", name = name.display())]
    NotReplaced {
        /// The name that cannot be given to the new file.
        name: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file has names that we do not know, and cannot be written to in place.
    #[error(
        "has hard links elsewhere, so it must be rewritten in place, which fails: {source}; name the folders of \
         all its links"
    )]
    NotOverwritten {
        /// What the system says.
        source: io::Error,
    },
    /// The same, and then the old content could not be written back either.
    #[error(
        "has hard links elsewhere, was rewritten in place and is damaged: {source}; restore it from elsewhere"
    )]
    Damaged {
        /// What the system says.
        source: io::Error,
    },
    /// A bug in pyrepro.
    #[error("brings a bug in pyrepro to light; please report it, with the file if you can")]
    Bug,
}

impl Error {
    /// Whether nothing is wrong with the file: it is just not bytecode that we know.
    pub(super) fn is_of_unknown_kind(&self) -> bool {
        matches!(
            self,
            Error::Pyc(pyc::Error::Header(HeaderError::UnknownMagic(_) | HeaderError::NotBytecode(_)))
        )
    }
}
