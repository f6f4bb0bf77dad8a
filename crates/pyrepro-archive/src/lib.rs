//! Archives: lists of members, deterministic zip and tar.gz files of them, and bounded readers.
//!
//! A list of [`Entry`] says all that gets into an archive. [`Entries`] puts them in order; listing,
//! hashing and writing walk them alike. The bytes of an archive depend on its entries and options
//! alone: not on the processor, the number of threads, the umask or the clock. Blocks of content
//! are read and compressed by several threads and written in order, so that neither large members
//! nor many take much memory.
//!
//! Readers take archives that anybody made. They check all that they know of the format, hold to
//! [`Limits`], and say of each member what a deterministic archive would have otherwise.

#![forbid(unsafe_code)]

mod archive;
mod blocks;
mod deflate;
mod digest;
mod entry;
pub mod epoch;
mod format;
pub mod gzip;
pub mod inflate;
mod limits;
mod mode;
mod order;
mod path;
mod problem;
pub mod record;
mod spool;
pub mod tar;
pub mod zip;

pub use archive::{Archive, ArchiveMember, MemberKind, Members, TarSource};
pub use deflate::ENCODER;
pub use digest::{BadDigest, Digest, Digesting};
pub use entry::{Content, Entries, EntriesError, Entry, Kind, WriteError};
pub use format::Format;
pub use limits::Limits;
pub use mode::{BadMode, Mode};
pub use order::Order;
pub use path::{BadPath, MemberPath, PathProblem};
pub use problem::{Problem, ReadError};
/// The CRC-32 of bytes, going on from that of the bytes before them (0 at the start).
///
/// ```
/// let half = pyrepro_archive::crc32(0, b"ab");
/// assert_eq!(pyrepro_archive::crc32(half, b"c"), 0x3524_41c2);
/// ```
pub use zlib_rs::crc32::crc32;

pub use spool::{Shared, Spool, SpoolSlice, SpoolWriter};
