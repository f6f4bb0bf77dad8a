//! Why a file is not normalized.

use std::io;
use std::path::PathBuf;

use super::wheel::WheelError;
use crate::archive::{EntriesError, Format, ReadError, WriteError};
use crate::output::OutputError;
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
    #[error("is a symbolic link; name the file that it points to, or give --follow-symlinks")]
    Symlink,
    /// It was named and is a socket, a pipe or a device.
    #[error("is neither a file nor a folder")]
    Special,
    /// Neither its content nor its name tells of a kind of artifact that can be normalized.
    #[error(
        "cannot be normalized; expected bytecode of CPython 3.7 to 3.15, a wheel, a zipapp or another zip file, or a \
         tar file, plain or in gzip"
    )]
    NoArtifact,
    /// Its bytecode is broken, or of an unknown kind.
    #[error(transparent)]
    Pyc(#[from] pyc::Error),
    /// No bytecode file is that large.
    #[error("has {0} bytes, and no bytecode file can have more than 2 GiB")]
    TooLarge(u64),
    /// It is an egg.
    #[error(
        "is an egg, which no installer takes any more, and whose bytecode goes by the times of its members; make a \
         wheel of the project instead"
    )]
    Egg,
    /// It is compressed in a way that we do not write.
    #[error("is compressed with {name}, and pyrepro writes gzip alone; pack it again as .tar.gz or .tar", name = .0.name())]
    Compression(Format),
    /// It is an archive that is damaged, or made to deceive.
    #[error(transparent)]
    Archive(#[from] ReadError),
    /// Its members cannot be in one archive of ours.
    #[error(transparent)]
    Members(#[from] EntriesError),
    /// Its normal form cannot be written.
    #[error(transparent)]
    Write(WriteError),
    /// It is a wheel that is not in order.
    #[error(transparent)]
    Wheel(#[from] WheelError),
    /// A member that an archive of ours cannot hold.
    #[error("member {member:?}: {what}")]
    Member {
        /// The member.
        member: String,
        /// What it is.
        what: &'static str,
    },
    /// More before the first member than anything needs.
    #[error("has {0} bytes before its first member, which no launcher needs")]
    Prefix(u64),
    /// An archive whose first member must not be compressed.
    #[error(
        "is an EPUB, an OpenDocument file or the like, whose member \"mimetype\" must be the first and not compressed"
    )]
    Mimetype,
    /// The run was stopped before its normal form was there.
    #[error("not done, because the run was stopped")]
    Stopped,
    /// Its place elsewhere is that of another file, too.
    #[error("two files would be written to {target}; normalize them one by one", target = target.display())]
    SameTarget {
        /// The place.
        target: PathBuf,
    },
    /// Its place elsewhere is its own.
    #[error("would be written over itself; leave out the place to write to")]
    OwnTarget,
    /// Its place elsewhere is that of another file that is to be normalized.
    #[error("{target} is to be normalized itself, and would be written over; choose another place", target = target.display())]
    OtherInput {
        /// The place.
        target: PathBuf,
    },
    /// It cannot be written elsewhere.
    #[error(transparent)]
    Output(#[from] OutputError),
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
    #[error("is a bug in pyrepro; please report it, with the file if you can")]
    Bug,
}

impl Error {
    /// Whether nothing is wrong with the file: it is just nothing that we know.
    pub(super) fn is_of_unknown_kind(&self) -> bool {
        matches!(
            self,
            Error::Pyc(pyc::Error::Header(HeaderError::UnknownMagic(_) | HeaderError::NotBytecode(_)))
                | Error::Compression(_)
                | Error::Mimetype
        )
    }
}
