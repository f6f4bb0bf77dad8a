//! Bytes that can be read from any place: of a file, of a part of one, or in memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::Digest;

/// What is no larger is kept in memory.
const IN_MEMORY: u64 = 32 << 20;
/// As much is taken from a pipe or a device, which may have no end.
const LONGEST_STREAM: u64 = 4 << 30;
/// How much is read at a time.
const CHUNK: usize = 1 << 16;

/// A range of bytes somewhere. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Blob {
    origin: Origin,
    range: Range<u64>,
}

#[derive(Debug, Clone)]
enum Origin {
    Memory(Arc<Vec<u8>>),
    File(Arc<Mutex<File>>),
    /// Opened when it is read, for there may be more of them than can be open at once.
    Path(Arc<PathBuf>),
}

impl Blob {
    pub(super) fn memory(bytes: Vec<u8>) -> Blob {
        Blob { range: 0..bytes.len() as u64, origin: Origin::Memory(Arc::new(bytes)) }
    }

    /// A file that is read many times, or what comes out of a pipe.
    pub(super) fn open(path: &Path) -> io::Result<Blob> {
        let mut file = File::open(path)?;
        let found = file.metadata()?;
        if !found.is_file() {
            let (mut spool, mut chunk) = (Spool::new(), vec![0; CHUNK]);
            while let length @ 1.. = fill(&mut file, &mut chunk)? {
                spool.push(&chunk[..length])?;
                if spool.length > LONGEST_STREAM {
                    return Err(io::Error::other("more comes out of it than is taken in"));
                }
            }
            return Ok(spool.finish());
        }
        let length = found.len();
        if length > IN_MEMORY {
            return Ok(Blob { origin: Origin::File(Arc::new(Mutex::new(file))), range: 0..length });
        }
        let mut bytes = Vec::with_capacity(length as usize);
        file.read_to_end(&mut bytes)?;
        Ok(Blob::memory(bytes))
    }

    /// A file that may not be read at all.
    pub(super) fn at(path: PathBuf, length: u64) -> Blob {
        Blob { origin: Origin::Path(Arc::new(path)), range: 0..length }
    }

    pub(super) fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// A part of it, cut off where it ends.
    pub(super) fn slice(&self, range: Range<u64>) -> Blob {
        let place = |at: u64| self.range.start.saturating_add(at).min(self.range.end);
        let (start, end) = (place(range.start), place(range.end));
        Blob { origin: self.origin.clone(), range: start..end.max(start) }
    }

    pub(super) fn reader(&self) -> Reader {
        Reader { blob: self.clone(), at: 0, file: None }
    }

    /// Up to that many bytes from a place on.
    pub(super) fn bytes(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.slice(range).reader().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Where two first differ; none if they are equal.
    pub(super) fn first_difference(&self, other: &Blob) -> io::Result<Option<u64>> {
        if let (Origin::Memory(a), Origin::Memory(b)) = (&self.origin, &other.origin)
            && let (a, b) = (in_memory(a, &self.range), in_memory(b, &other.range))
        {
            return Ok((a != b).then(|| a.iter().zip(b).take_while(|(a, b)| a == b).count() as u64));
        }
        let (mut a, mut b) = (self.reader(), other.reader());
        let (mut ours, mut theirs) = (vec![0; CHUNK], vec![0; CHUNK]);
        let mut at = 0;
        loop {
            let (m, n) = (fill(&mut a, &mut ours)?, fill(&mut b, &mut theirs)?);
            let common = m.min(n);
            if let Some(place) = ours[..common].iter().zip(&theirs[..common]).position(|(a, b)| a != b) {
                return Ok(Some(at + place as u64));
            }
            at += common as u64;
            if m != n {
                return Ok(Some(at));
            }
            if m == 0 {
                return Ok(None);
            }
        }
    }

    pub(super) fn equals(&self, other: &Blob) -> io::Result<bool> {
        Ok(self.len() == other.len() && self.first_difference(other)?.is_none())
    }

    pub(super) fn digest(&self) -> io::Result<Digest> {
        Ok(Digest::of_reader(self.reader())?.0)
    }
}

fn in_memory<'a>(bytes: &'a [u8], range: &Range<u64>) -> &'a [u8] {
    // What is in memory has a length that a usize holds.
    &bytes[range.start as usize..range.end as usize]
}

/// Reads until the buffer is full or nothing follows.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match reader.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Reads a blob from its start.
pub(super) struct Reader {
    blob: Blob,
    at: u64,
    file: Option<File>,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.blob.len().saturating_sub(self.at);
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let buffer = &mut buffer[..wanted];
        if wanted == 0 {
            return Ok(0);
        }
        let place = self.blob.range.start + self.at;
        let length = match &self.blob.origin {
            Origin::Memory(bytes) => {
                buffer.copy_from_slice(in_memory(bytes, &(place..place + wanted as u64)));
                wanted
            }
            Origin::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(place))?;
                file.read(buffer)?
            }
            Origin::Path(path) => {
                if self.file.is_none() {
                    let named = |error: io::Error| {
                        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
                    };
                    let mut file = File::open(path.as_path()).map_err(named)?;
                    file.seek(SeekFrom::Start(place))?;
                    self.file = Some(file);
                }
                self.file.as_mut().map_or(Ok(0), |file| file.read(buffer))?
            }
        };
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for Reader {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let target = match position {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.blob.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        self.file = None;
        Ok(self.at)
    }
}

/// Takes in bytes of which it is not known how many they will be.
pub(super) struct Spool {
    bytes: Vec<u8>,
    file: Option<File>,
    length: u64,
}

impl Spool {
    pub(super) fn new() -> Spool {
        Spool { bytes: Vec::new(), file: None, length: 0 }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if self.file.is_none() && self.length > IN_MEMORY {
            let mut file = tempfile::tempfile()?;
            file.write_all(&std::mem::take(&mut self.bytes))?;
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes),
            None => {
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> Blob {
        match self.file {
            Some(file) => Blob { origin: Origin::File(Arc::new(Mutex::new(file))), range: 0..self.length },
            None => Blob::memory(self.bytes),
        }
    }
}
