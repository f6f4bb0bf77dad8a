//! One way to open an archive of any format and to go through its members.

use std::io::{self, BufReader, Read, Seek, Write};

use super::limits::Limits;
use super::path::MemberPath;
use super::problem::{Problem, ReadError};
use super::{Format, gzip, tar, zip};

/// An archive that is open for reading.
///
/// ```
/// use std::io::Cursor;
/// use pyrepro_archive::{Archive, Entries, Entry, Limits, Order, tar};
///
/// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
/// let mut file = Vec::new();
/// tar::write_gz(&entries, &tar::Options::default(), &mut file)?;
///
/// let mut archive = Archive::open(Cursor::new(file), Limits::default())?;
/// let mut members = archive.members();
/// while let Some(mut member) = members.next_member()? {
///     assert_eq!(member.path.as_str(), "a.py");
///     assert_eq!(member.bytes()?, b"x = 1\n");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub enum Archive<R> {
    /// A zip file.
    Zip(zip::Reader<R>),
    /// A tar file, compressed or not.
    Tar(tar::Reader<TarSource<R>>),
}

impl<R: Read + Seek> Archive<R> {
    /// Opens whatever archive it is.
    ///
    /// ```
    /// # use pyrepro_archive::{Archive, Limits, Problem};
    /// let refused = Archive::open(std::io::Cursor::new("To do"), Limits::default());
    /// assert!(matches!(refused.map(|_| ()).unwrap_err().problem, Problem::NoArchive));
    /// ```
    pub fn open(mut source: R, limits: Limits) -> Result<Archive<R>, ReadError> {
        let format = Format::detect(&mut source).map_err(|error| Problem::from(error).at(0))?;
        Archive::open_as(format.ok_or_else(|| Problem::NoArchive.at(0))?, source, limits)
    }

    /// Opens an archive of a known format.
    pub fn open_as(format: Format, source: R, limits: Limits) -> Result<Archive<R>, ReadError> {
        match format {
            Format::Zip => Ok(Archive::Zip(zip::Reader::open(source, limits)?)),
            Format::Tar | Format::Gzip => {
                Ok(Archive::Tar(tar::Reader::new(TarSource::open(source, limits)?, limits)))
            }
            format => Err(Problem::Compressed(format.name()).at(0)),
        }
    }

    /// Lets files of a tar file be there more than once: see [`tar::Reader::with_repeats`].
    #[must_use]
    pub fn with_repeats(self) -> Archive<R> {
        match self {
            Archive::Tar(reader) => Archive::Tar(reader.with_repeats()),
            zip => zip,
        }
    }

    /// Its members from the first one on; those of a tar file can be gone through once.
    pub fn members(&mut self) -> Members<'_, R> {
        Members { archive: self, next: 0 }
    }
}

/// The members of an archive, one after the other.
pub struct Members<'a, R> {
    archive: &'a mut Archive<R>,
    next: usize,
}

impl<R: Read + Seek> Members<'_, R> {
    /// The next member. The folder `.` that some tar files list is left out.
    pub fn next_member(&mut self) -> Result<Option<ArchiveMember<'_, R>>, ReadError> {
        match self.archive {
            Archive::Zip(reader) => {
                let index = self.next;
                self.next += 1;
                ArchiveMember::of_zip(reader, index)
            }
            Archive::Tar(reader) => ArchiveMember::of_tar(reader),
        }
    }
}

/// A member of an archive.
pub struct ArchiveMember<'a, R> {
    /// Its path.
    pub path: MemberPath,
    /// What it is.
    pub kind: MemberKind,
    /// Its permissions, if the archive has any. In a zip file its kind is among them.
    pub mode: Option<u32>,
    content: MemberContent<'a, R>,
}

/// What a member of an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link to this, seen from its folder.
    Symlink(Vec<u8>),
    /// Another name for the member of this path.
    HardLink(Vec<u8>),
    /// A device, a pipe or a socket.
    Special,
}

enum MemberContent<'a, R> {
    Zip(&'a mut zip::Reader<R>, usize),
    Tar(&'a mut tar::Reader<TarSource<R>>),
}

impl<'a, R: Read + Seek> ArchiveMember<'a, R> {
    fn of_zip(reader: &'a mut zip::Reader<R>, index: usize) -> Result<Option<Self>, ReadError> {
        let Some(found) = reader.members().get(index) else { return Ok(None) };
        let (path, mode, kind) = (found.path.clone(), found.mode(), found.kind);
        let kind = match kind {
            zip::Kind::File => MemberKind::File,
            zip::Kind::Folder => MemberKind::Folder,
            zip::Kind::Symlink => MemberKind::Symlink(reader.bytes(index)?),
            zip::Kind::Special => MemberKind::Special,
        };
        Ok(Some(ArchiveMember { path, kind, mode, content: MemberContent::Zip(reader, index) }))
    }

    fn of_tar(reader: &'a mut tar::Reader<TarSource<R>>) -> Result<Option<Self>, ReadError> {
        let found = loop {
            match reader.next_member()? {
                Some(found) if found.kind == tar::Kind::Folder && found.path.as_str() == "." => {}
                Some(found) => break found,
                None => return Ok(None),
            }
        };
        let kind = match found.kind {
            tar::Kind::File => MemberKind::File,
            tar::Kind::Folder => MemberKind::Folder,
            tar::Kind::Symlink(target) => MemberKind::Symlink(target),
            tar::Kind::HardLink(target) => MemberKind::HardLink(target),
            tar::Kind::Special(_) => MemberKind::Special,
        };
        let (path, mode) = (found.path, Some(found.mode));
        Ok(Some(ArchiveMember { path, kind, mode, content: MemberContent::Tar(reader) }))
    }

    /// Writes its content, piece by piece, and fails at the end if that is not what the archive says of it.
    pub fn copy(&mut self, output: &mut impl Write) -> Result<(), ReadError> {
        match &mut self.content {
            MemberContent::Zip(reader, index) => reader.copy(*index, output),
            MemberContent::Tar(reader) => reader.copy(output),
        }
    }

    /// Its content.
    pub fn bytes(&mut self) -> Result<Vec<u8>, ReadError> {
        match &mut self.content {
            MemberContent::Zip(reader, index) => reader.bytes(*index),
            MemberContent::Tar(reader) => reader.bytes(),
        }
    }

    /// Whether its owner may execute it.
    pub fn is_executable(&self) -> bool {
        self.mode.is_some_and(|mode| mode & 0o100 != 0)
    }
}

/// The bytes of a tar file, out of a gzip file or as they are.
pub enum TarSource<R> {
    /// As they are.
    Plain(BufReader<R>),
    /// Out of a gzip file.
    Gzip(Box<gzip::Reader<BufReader<R>>>),
}

/// How much of a file is read at a time.
const CHUNK: usize = 1 << 16;

impl<R: Read + Seek> TarSource<R> {
    /// Begins to read a tar file, in gzip or not.
    pub fn open(mut source: R, limits: Limits) -> Result<TarSource<R>, ReadError> {
        let mut magic = Vec::new();
        source
            .rewind()
            .and_then(|()| source.by_ref().take(gzip::MAGIC.len() as u64).read_to_end(&mut magic))
            .and_then(|_| source.rewind())
            .map_err(|error| Problem::from(error).at(0))?;
        let source = BufReader::with_capacity(CHUNK, source);
        if magic == gzip::MAGIC {
            return Ok(TarSource::Gzip(Box::new(gzip::Reader::new(source, limits)?)));
        }
        Ok(TarSource::Plain(source))
    }

    /// The gzip file, if it is in one.
    pub fn gzip(&self) -> Option<&gzip::Reader<BufReader<R>>> {
        match self {
            TarSource::Plain(_) => None,
            TarSource::Gzip(reader) => Some(reader),
        }
    }
}

impl<R: Read> Read for TarSource<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            TarSource::Plain(source) => source.read(buffer),
            TarSource::Gzip(reader) => reader.read(buffer),
        }
    }
}
