//! The frame that gzip puts around a deflate stream, written and read.

use std::io::{self, BufRead, Read, Write};

use super::inflate::{Inflater, filled};
use super::limits::Limits;
use super::problem::{Problem, ReadError};

pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;

const HEADER_CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// The longest name or comment, with its NUL.
const LONGEST_TEXT: u64 = 1 << 16;

/// No flags, no time, nothing said of the compression, made on a system that has no number: the same
/// for everybody.
const HEADER: [u8; 10] = [MAGIC[0], MAGIC[1], DEFLATE, 0, 0, 0, 0, 0, 0, 255];

/// A frame while it is written.
pub(super) struct Frame {
    crc: u32,
    size: u32,
}

impl Frame {
    pub(super) fn begin(output: &mut impl Write) -> io::Result<Frame> {
        output.write_all(&HEADER)?;
        Ok(Frame { crc: 0, size: 0 })
    }

    pub(super) fn block(&mut self, raw: &[u8], deflated: &[u8], output: &mut impl Write) -> io::Result<()> {
        self.crc = zlib_rs::crc32::crc32(self.crc, raw);
        self.size = self.size.wrapping_add(raw.len() as u32);
        output.write_all(deflated)
    }

    pub(super) fn end(self, output: &mut impl Write) -> io::Result<()> {
        output.write_all(&self.crc.to_le_bytes())?;
        output.write_all(&self.size.to_le_bytes())?;
        output.flush()
    }
}

/// The header of a gzip file, for those who look for what makes files differ.
///
/// ```
/// use pyrepro_archive::{Limits, gzip};
///
/// let file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0";
/// let reader = gzip::Reader::new(&file[..], Limits::default())?;
/// assert_eq!((reader.header().time, reader.header().system), (0, 255));
/// # Ok::<(), pyrepro_archive::ReadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// When what is inside was modified, in seconds since 1970; 0 if that is not said.
    pub time: u32,
    /// What is said of the compression: 2 for the best, 4 for the fastest.
    pub compression: u8,
    /// The number of the operating system; 3 is Unix, 255 is none.
    pub system: u8,
    /// The name of what is inside.
    pub name: Option<Vec<u8>>,
    /// A comment.
    pub comment: Option<Vec<u8>>,
    /// The length of the extra field, if there is one.
    pub extra: Option<u16>,
}

/// Reads what is in a gzip file. Several streams that follow each other count as one, as everywhere.
///
/// Errors are those of [`std::io`] with a [`Problem`] inside.
///
/// ```
/// use std::io::Read;
/// use pyrepro_archive::{Limits, gzip};
///
/// let file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0";
/// let mut text = String::new();
/// gzip::Reader::new(&file[..], Limits::default())?.read_to_string(&mut text)?;
/// assert_eq!(text, "a");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Reader<R> {
    source: R,
    limits: Limits,
    header: Header,
    /// The stream that is being read; none behind the last one.
    stream: Option<Stream>,
    streams: u64,
    /// Of all streams before this one.
    packed: u64,
    total: u64,
}

struct Stream {
    inflater: Inflater,
    crc: u32,
    size: u32,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, gzip};
    /// assert!(gzip::Reader::new(&b"PK"[..], Limits::default()).is_err());
    /// ```
    pub fn new(mut source: R, limits: Limits) -> Result<Reader<R>, ReadError> {
        let header = read_header(&mut source).map_err(|problem| problem.at(0))?;
        let stream = Some(Stream::new());
        Ok(Reader { source, limits, header, stream, streams: 1, packed: 0, total: 0 })
    }

    /// The header of the first stream.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, gzip};
    /// let file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0";
    /// assert_eq!(gzip::Reader::new(&file[..], Limits::default())?.header().name, None);
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many streams were met so far.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, gzip};
    /// let file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0";
    /// assert_eq!(gzip::Reader::new(&file[..], Limits::default())?.streams(), 1);
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn streams(&self) -> u64 {
        self.streams
    }

    fn next(&mut self, output: &mut [u8]) -> Result<usize, Problem> {
        while let Some(stream) = &mut self.stream {
            let length = stream.inflater.read(&mut self.source, output)?;
            if length > 0 || output.is_empty() {
                stream.crc = zlib_rs::crc32::crc32(stream.crc, &output[..length]);
                stream.size = stream.size.wrapping_add(length as u32);
                self.total = self.limits.add(self.total, length as u64)?;
                self.limits.check_ratio(self.packed + stream.inflater.consumed(), self.total)?;
                return Ok(length);
            }
            self.packed += stream.inflater.consumed();
            stream.check(&mut self.source)?;
            self.stream = self.next_stream()?;
        }
        Ok(0)
    }

    fn next_stream(&mut self) -> Result<Option<Stream>, Problem> {
        let rest = filled(&mut self.source)?;
        match rest.first() {
            None => return Ok(None),
            Some(&byte) if byte == MAGIC[0] => {}
            Some(_) => return Err(Problem::Trailing(io::copy(&mut self.source, &mut io::sink())?)),
        }
        read_header(&mut self.source)?;
        self.streams += 1;
        Ok(Some(Stream::new()))
    }
}

impl<R: BufRead> Read for Reader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        Ok(self.next(output)?)
    }
}

impl Stream {
    fn new() -> Stream {
        Stream { inflater: Inflater::default(), crc: 0, size: 0 }
    }

    /// Reads what follows the data and compares.
    fn check(&self, source: &mut impl Read) -> Result<(), Problem> {
        if read_number(source)? != self.crc {
            return Err(Problem::Checksum);
        }
        if read_number(source)? != self.size {
            return Err(Problem::WrongSize { said: self.size.into() });
        }
        Ok(())
    }
}

fn read_number(source: &mut impl Read) -> Result<u32, Problem> {
    let mut bytes = [0; 4];
    source.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn read_header(source: &mut impl BufRead) -> Result<Header, Problem> {
    let mut source = Summed { source, crc: 0 };
    let mut fixed = [0; HEADER.len()];
    source.read_exact(&mut fixed)?;
    let [a, b, method, flags, t0, t1, t2, t3, compression, system] = fixed;
    if [a, b] != MAGIC {
        return Err(Problem::NoRecord("gzip header"));
    }
    if method != DEFLATE {
        return Err(Problem::Gzip("a compression method other than deflate"));
    }
    if flags & RESERVED != 0 {
        return Err(Problem::Gzip("flags that have no meaning yet"));
    }
    let has = |flag| flags & flag != 0;
    let mut header =
        Header { time: u32::from_le_bytes([t0, t1, t2, t3]), compression, system, ..Header::default() };
    if has(EXTRA) {
        let mut length = [0; 2];
        source.read_exact(&mut length)?;
        let length = u16::from_le_bytes(length);
        source.read_exact(&mut vec![0; length.into()])?;
        header.extra = Some(length);
    }
    if has(NAME) {
        header.name = Some(source.read_text()?);
    }
    if has(COMMENT) {
        header.comment = Some(source.read_text()?);
    }
    if has(HEADER_CHECKSUM) {
        let expected = source.crc as u16;
        let mut checksum = [0; 2];
        source.read_exact(&mut checksum)?;
        if u16::from_le_bytes(checksum) != expected {
            return Err(Problem::Checksum);
        }
    }
    Ok(header)
}

/// A source whose checksum is taken.
struct Summed<'a, R> {
    source: &'a mut R,
    crc: u32,
}

impl<R: BufRead> Summed<'_, R> {
    fn read_exact(&mut self, bytes: &mut [u8]) -> Result<(), Problem> {
        self.source.read_exact(bytes)?;
        self.crc = zlib_rs::crc32::crc32(self.crc, bytes);
        Ok(())
    }

    /// What comes before the next NUL.
    fn read_text(&mut self) -> Result<Vec<u8>, Problem> {
        let mut text = Vec::new();
        self.source.by_ref().take(LONGEST_TEXT).read_until(0, &mut text)?;
        self.crc = zlib_rs::crc32::crc32(self.crc, &text);
        match text.pop() {
            Some(0) => Ok(text),
            _ => Err(Problem::Gzip("a name or comment without an end")),
        }
    }
}
