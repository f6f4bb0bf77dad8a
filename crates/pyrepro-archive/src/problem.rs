//! What can be wrong with an archive, and where.

use std::fmt;
use std::io;

use super::path::{Collision, PathProblem};

/// Why an archive was refused: the member, the place, and what is wrong there.
#[derive(Debug, thiserror::Error)]
#[error("{}{problem}", Place(self))]
pub struct ReadError {
    /// The name of the member, where one is concerned and its name is known.
    pub member: Option<String>,
    /// Where the record that is wrong begins: in the file, or in what a gzip file holds.
    pub offset: u64,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

struct Place<'a>(&'a ReadError);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReadError { member, offset, .. } = self.0;
        match member {
            Some(member) => write!(f, "member {member:?} at offset {offset}: "),
            None => write!(f, "offset {offset}: "),
        }
    }
}

/// What can be wrong with an archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It cannot be read, or what is read from it cannot be written.
    #[error("{0}")]
    Io(io::Error),
    /// It ends inside of something.
    #[error("the file ends too early; it was cut off")]
    Truncated,
    /// It is not an archive.
    #[error("neither a zip file nor a tar file")]
    NoArchive,
    /// A compression that is not read.
    #[error("compressed with {0}, which pyrepro does not read; pack it again as .tar.gz or .zip")]
    Compressed(&'static str),
    /// There is nothing that a zip file must have at its end.
    #[error("no end of a central directory; this is not a zip file, or it is cut off")]
    NoEnd,
    /// There is something behind the end.
    #[error("{0} bytes follow the end of the archive")]
    Trailing(u64),
    /// A record of this kind must be here, and something else is.
    #[error("no {0} where one must be")]
    NoRecord(&'static str),
    /// A part of a file on several disks.
    #[error("the archive is split over several disks; join it first")]
    Disks,
    /// More or fewer members than the end says.
    #[error("the central directory holds {found} members, its end says {said}")]
    WrongCount {
        /// What the end says.
        said: u64,
        /// What there is.
        found: u64,
    },
    /// The central directory is not where the end says, or of another length.
    #[error("the central directory is not where its end says, or of another length")]
    Directory,
    /// Records for large files that contradict those for others, or lack something.
    #[error("zip64: {0}")]
    Zip64(&'static str),
    /// Extra fields that do not end where they must.
    #[error("extra fields that do not end where they must")]
    Extra,
    /// Two extra fields of a kind that there can be only one of.
    #[error("two extra fields {0:#06x} for one member")]
    ExtraTwice(u16),
    /// A path that leads elsewhere, or means different things to different systems.
    #[error("the path {0}")]
    Path(PathProblem),
    /// Two members of the same path.
    #[error("two members have this path")]
    Twice,
    /// A file where a folder must be.
    #[error("a file, but {below:?} needs it to be a folder")]
    FileAndFolder {
        /// What is below it.
        below: String,
    },
    /// Something in a folder, link or device.
    #[error("it has content, but its kind cannot have any")]
    NoContent,
    /// Two headers that give one member different names.
    #[error("two headers give it different names")]
    TwoNames,
    /// A member that shares bytes with another one or with the central directory.
    #[error("its data overlaps with what follows")]
    Overlap,
    /// An encrypted member.
    #[error("encrypted; decrypt the archive first")]
    Encrypted,
    /// A compression that Python's own reader of a zip file on `sys.path` lacks, too.
    #[error("compression method {0}, where only stored (0) and deflate (8) can be read; pack it again")]
    Method(u16),
    /// A patch to another file's data.
    #[error("patched data, which cannot be read")]
    Patch,
    /// The header before the data says something else than the central directory.
    #[error("{0} in the local header and in the central directory differ")]
    Contradiction(&'static str),
    /// Compressed data that is none.
    #[error("the compressed data is damaged")]
    Deflate,
    /// Compressed data that ends before its place does.
    #[error("{0} bytes follow the end of the compressed data")]
    AfterData(u64),
    /// More or less data than the archive says.
    #[error("the content is not as long as the archive says, {said} bytes")]
    WrongSize {
        /// What the archive says.
        said: u64,
    },
    /// Other data than the archive's checksum is of.
    #[error("the checksum is wrong; the archive is damaged")]
    Checksum,
    /// A field of a tar header that is no number in any notation.
    #[error("the {0} in the header is not a number")]
    Number(&'static str),
    /// A pax header that does not consist of records.
    #[error("a pax header that is malformed")]
    Pax,
    /// Twice a header of the same kind for one member, as in an endless chain of them.
    #[error("two headers of type {0:?} for one member")]
    HeaderTwice(char),
    /// Headers that describe a member which does not come.
    #[error("headers without a member after them")]
    NoMember,
    /// A kind of tar member that nobody can unpack as a file.
    #[error("a member of type {0:?}, which cannot be read")]
    Type(char),
    /// Something in the header of a gzip file.
    #[error("gzip: {0}")]
    Gzip(&'static str),
    /// More members than [`Limits`](super::Limits) allow.
    #[error("more than {limit} members; allow more if you trust the archive")]
    TooMany {
        /// The limit.
        limit: u64,
    },
    /// A member that is larger than [`Limits`](super::Limits) allow.
    #[error("{size} bytes long, and {limit} are allowed; allow more if you trust the archive")]
    TooLarge {
        /// Its size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// Members that are together larger than [`Limits`](super::Limits) allow.
    #[error("more than {limit} bytes in all members; allow more if you trust the archive")]
    TotalTooLarge {
        /// The limit.
        limit: u64,
    },
    /// Names, comments and the like that are together longer than [`Limits`](super::Limits) allow.
    #[error("more than {limit} bytes in names, comments and the like; allow more if you trust the archive")]
    TooMuchMetadata {
        /// The limit.
        limit: u64,
    },
    /// Data that is compressed further than [`Limits`](super::Limits) allow.
    #[error("more than {limit} times as large as in the archive; allow more if you trust it")]
    RatioTooHigh {
        /// The limit.
        limit: u64,
    },
    /// A path that is longer than [`Limits`](super::Limits) allow.
    #[error("a path of {length} bytes, and {limit} are allowed; allow more if you trust the archive")]
    PathTooLong {
        /// Its length.
        length: usize,
        /// The limit.
        limit: usize,
    },
}

impl Problem {
    pub(super) fn at(self, offset: u64) -> ReadError {
        ReadError { member: None, offset, problem: self }
    }

    pub(super) fn of(self, member: impl Into<String>, offset: u64) -> ReadError {
        ReadError { member: Some(member.into()), offset, problem: self }
    }
}

/// An error may come through a reader that can pass on nothing else, with a problem inside.
impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        match error.downcast::<Problem>() {
            Ok(problem) => problem,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Problem::Truncated,
            Err(error) => Problem::Io(error),
        }
    }
}

impl From<Problem> for io::Error {
    fn from(problem: Problem) -> io::Error {
        match problem {
            Problem::Io(error) => error,
            problem => io::Error::new(io::ErrorKind::InvalidData, problem),
        }
    }
}

impl Collision {
    /// The member that is concerned, and what is wrong with it.
    pub(super) fn problem(self) -> (String, Problem) {
        match self {
            Collision::Twice(path) => (path, Problem::Twice),
            Collision::FileAndFolder(file, below) => (file, Problem::FileAndFolder { below }),
        }
    }
}
