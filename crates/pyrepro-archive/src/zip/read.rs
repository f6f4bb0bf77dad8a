//! Zip files that anybody made, read within limits.

use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use super::super::inflate::Inflater;
use super::super::limits::Limits;
use super::super::problem::{Problem, ReadError};
use super::directory::{self, Member};
use super::{end, local};

/// How much is read and inflated at a time.
const CHUNK: usize = 1 << 16;

/// A zip file whose every record was checked when it was opened: each member's two headers agree,
/// no two share a byte, and every path can be unpacked.
///
/// ```
/// use pyrepro_archive::{Entries, Entry, Limits, Order, zip};
///
/// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
/// let mut file = std::io::Cursor::new(Vec::new());
/// zip::write(&entries, &zip::Options::default(), &mut file)?;
///
/// let mut reader = zip::Reader::open(file, Limits::default())?;
/// assert_eq!(reader.members()[0].path.as_str(), "a.py");
/// assert_eq!(reader.bytes(0)?, b"x = 1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Reader<R> {
    source: R,
    members: Vec<Member>,
    comment: Vec<u8>,
    prefix: u64,
    shift: u64,
    unclaimed: u64,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads everything but the content of members.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, Problem, zip};
    /// let refused = zip::Reader::open(std::io::Cursor::new(b"no zip file"), Limits::default());
    /// assert!(matches!(refused.map(|_| ()).unwrap_err().problem, Problem::NoEnd));
    /// ```
    pub fn open(mut source: R, limits: Limits) -> Result<Reader<R>, ReadError> {
        let end = end::find(&mut source)?;
        let mut members = directory::read(&mut source, &end, &limits)?;
        let gaps = local::check(&mut source, &mut members, end.directory.start)?;
        Ok(Reader {
            source,
            members,
            comment: end.comment,
            prefix: gaps.prefix,
            shift: end.shift,
            unclaimed: gaps.unclaimed,
        })
    }

    /// The members, in the order of the central directory.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, zip};
    /// # let empty = std::io::Cursor::new([&b"PK\x05\x06"[..], &[0; 18]].concat());
    /// assert_eq!(zip::Reader::open(empty, Limits::default())?.members(), []);
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The comment on the whole archive.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, zip};
    /// # let empty = std::io::Cursor::new([&b"PK\x05\x06"[..], &[0; 18]].concat());
    /// assert_eq!(zip::Reader::open(empty, Limits::default())?.comment(), b"");
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn comment(&self) -> &[u8] {
        &self.comment
    }

    /// How many bytes come before the first member, such as the `#!` line of a zipapp.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, zip};
    /// # let empty = std::io::Cursor::new([&b"#!python\nPK\x05\x06"[..], &[0; 12], &[9, 0, 0, 0, 0, 0]].concat());
    /// assert_eq!(zip::Reader::open(empty, Limits::default())?.prefix_length(), 9);
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn prefix_length(&self) -> u64 {
        self.prefix
    }

    /// How many of these bytes the offsets in the archive do not count. Something was put before a
    /// finished archive where this is not 0; zipapp and we count all.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, zip};
    /// # let empty = std::io::Cursor::new([&b"#!python\nPK\x05\x06"[..], &[0; 18]].concat());
    /// assert_eq!(zip::Reader::open(empty, Limits::default())?.shift(), 9);
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn shift(&self) -> u64 {
        self.shift
    }

    /// How many bytes between and behind members belong to none, as where some were deleted.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, zip};
    /// # let empty = std::io::Cursor::new([&b"PK\x05\x06"[..], &[0; 18]].concat());
    /// assert_eq!(zip::Reader::open(empty, Limits::default())?.unclaimed(), 0);
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn unclaimed(&self) -> u64 {
        self.unclaimed
    }

    /// Reads what comes before the first member, or its first bytes if it is longer than the limit.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, zip};
    /// # let empty = std::io::Cursor::new([&b"#!python\nPK\x05\x06"[..], &[0; 18]].concat());
    /// assert_eq!(zip::Reader::open(empty, Limits::default())?.prefix(8)?, b"#!python");
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn prefix(&mut self, limit: usize) -> Result<Vec<u8>, ReadError> {
        let mut prefix = Vec::new();
        let mut read = || {
            self.source.seek(SeekFrom::Start(0))?;
            self.source.by_ref().take(self.prefix.min(limit as u64)).read_to_end(&mut prefix)
        };
        read().map_err(|error| Problem::from(error).at(0))?;
        Ok(prefix)
    }

    /// The content of the member at this place of the list.
    ///
    /// # Panics
    ///
    /// If there is none at this place.
    pub fn bytes(&mut self, index: usize) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        self.copy(index, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes the content of the member at this place of the list, piece by piece, and says at the
    /// end whether it was that of which the archive has the checksum. It is never longer than said.
    ///
    /// ```
    /// use pyrepro_archive::{Entries, Entry, Limits, Order, zip};
    ///
    /// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// zip::write(&entries, &zip::Options::default(), &mut file)?;
    /// zip::Reader::open(file, Limits::default())?.copy(0, &mut std::io::sink())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is none at this place.
    pub fn copy(&mut self, index: usize, output: &mut impl Write) -> Result<(), ReadError> {
        let member = &self.members[index];
        copy(&mut self.source, member, output).map_err(|problem| member.problem(problem))
    }

    /// The same by another way to the same file, so that several threads can read at once.
    ///
    /// ```
    /// use pyrepro_archive::{Entries, Entry, Limits, Order, zip};
    ///
    /// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// zip::write(&entries, &zip::Options::default(), &mut file)?;
    /// let other_way = file.clone();
    /// zip::Reader::open(file, Limits::default())?.copy_from(other_way, 0, &mut std::io::sink())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no member at this place.
    pub fn copy_from(
        &self,
        mut source: impl Read + Seek,
        index: usize,
        output: &mut impl Write,
    ) -> Result<(), ReadError> {
        let member = &self.members[index];
        copy(&mut source, member, output).map_err(|problem| member.problem(problem))
    }
}

fn copy(source: &mut (impl Read + Seek), member: &Member, output: &mut impl Write) -> Result<(), Problem> {
    source.seek(SeekFrom::Start(member.data))?;
    let at_most = |length: u64| usize::try_from(length).unwrap_or(CHUNK).clamp(1, CHUNK);
    let mut packed = BufReader::with_capacity(at_most(member.packed), source.take(member.packed));
    let mut inflater = member.deflated.then(Inflater::default);
    let mut chunk = vec![0; at_most(member.size)];
    let (mut size, mut crc) = (0, 0);
    loop {
        let length = match &mut inflater {
            Some(inflater) => inflater.read(&mut packed, &mut chunk)?,
            None => packed.read(&mut chunk)?,
        };
        if length == 0 {
            break;
        }
        size += length as u64;
        if size > member.size {
            return Err(Problem::WrongSize { said: member.size });
        }
        crc = zlib_rs::crc32::crc32(crc, &chunk[..length]);
        output.write_all(&chunk[..length]).map_err(Problem::Io)?;
    }
    if size != member.size {
        return Err(Problem::WrongSize { said: member.size });
    }
    let left = inflater.map_or(0, |inflater| member.packed - inflater.consumed());
    if left > 0 {
        return Err(Problem::AfterData(left));
    }
    if crc != member.crc {
        return Err(Problem::Checksum);
    }
    Ok(())
}
