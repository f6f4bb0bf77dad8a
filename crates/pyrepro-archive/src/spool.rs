//! Content that is put aside: in memory while there is little, and then in a file without a name.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Room for content, which several threads use at once. The file is gone when nobody uses it any
/// more, however that comes about.
///
/// ```
/// use std::io::Write;
/// use pyrepro_archive::{Entry, MemberPath, Spool};
///
/// let spool = Spool::new(&std::env::temp_dir(), 1 << 20);
/// let mut place = spool.reserve(6)?;
/// place.write_all(b"x = 1\n")?;
/// let entry = Entry::spooled(MemberPath::new("a.py")?, place.finish());
/// assert_eq!(entry.size(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    /// How much may be kept in memory, and how much was asked for.
    in_memory: u64,
    reserved: AtomicU64,
    disk: Mutex<Option<Disk>>,
}

#[derive(Debug)]
struct Disk {
    file: Arc<File>,
    end: u64,
}

/// What was put aside in one place.
#[derive(Debug, Clone)]
pub struct SpoolSlice(pub(super) Kept);

/// Where it is.
#[derive(Debug, Clone)]
pub(super) enum Kept {
    Memory(Arc<Vec<u8>>),
    Disk { file: Arc<File>, start: u64, size: u64 },
}

/// A place for some bytes, to be written from its start.
#[derive(Debug)]
pub struct SpoolWriter(Room);

#[derive(Debug)]
enum Room {
    Memory { bytes: Vec<u8>, size: u64 },
    Disk { file: Arc<File>, start: u64, size: u64, written: u64 },
}

impl Spool {
    /// Keeps that much in memory, and what is more on the disk that the folder is on, or where
    /// temporary files are if the folder takes none.
    ///
    /// ```
    /// # use pyrepro_archive::Spool;
    /// let in_memory = Spool::new("no such folder".as_ref(), 10);
    /// assert!(in_memory.reserve(10).is_ok());
    /// ```
    pub fn new(folder: &Path, in_memory: u64) -> Spool {
        Spool { folder: folder.to_owned(), in_memory, reserved: AtomicU64::new(0), disk: Mutex::new(None) }
    }

    /// Sets room apart for so many bytes. Any thread may ask.
    ///
    /// ```
    /// # use pyrepro_archive::Spool;
    /// let spool = Spool::new(&std::env::temp_dir(), 0);
    /// assert_ne!(spool.reserve(1)?.finish(), spool.reserve(1)?.finish());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn reserve(&self, size: u64) -> io::Result<SpoolWriter> {
        let before = self.reserved.fetch_add(size, Ordering::Relaxed);
        if before.saturating_add(size) <= self.in_memory {
            // Not more than the limit, so the length of a member is not trusted too far.
            return Ok(SpoolWriter(Room::Memory { bytes: Vec::with_capacity(size as usize), size }));
        }
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let disk = match &mut *disk {
            Some(disk) => disk,
            none => none.insert(Disk { file: Arc::new(self.nameless()?), end: 0 }),
        };
        let start = disk.end;
        disk.end += size;
        Ok(SpoolWriter(Room::Disk { file: Arc::clone(&disk.file), start, size, written: 0 }))
    }

    /// Puts these bytes aside.
    ///
    /// ```
    /// # use pyrepro_archive::Spool;
    /// let spool = Spool::new(&std::env::temp_dir(), 2);
    /// let [one, other] = [spool.keep(b"ab")?, spool.keep(b"cd")?];
    /// assert_eq!((&*one.bytes()?, &*other.bytes()?), (&b"ab"[..], &b"cd"[..]));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn keep(&self, bytes: &[u8]) -> io::Result<SpoolSlice> {
        let mut writer = self.reserve(bytes.len() as u64)?;
        writer.write_all(bytes)?;
        Ok(writer.finish())
    }

    fn nameless(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.folder).or_else(|_| tempfile::tempfile())
    }
}

impl SpoolWriter {
    /// What was written to this place.
    ///
    /// ```
    /// # use pyrepro_archive::Spool;
    /// let spool = Spool::new(&std::env::temp_dir(), 0);
    /// assert_eq!(spool.reserve(3)?.finish().size(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn finish(self) -> SpoolSlice {
        SpoolSlice(match self.0 {
            Room::Memory { bytes, .. } => Kept::Memory(Arc::new(bytes)),
            Room::Disk { file, start, written, .. } => Kept::Disk { file, start, size: written },
        })
    }
}

impl Write for SpoolWriter {
    fn write(&mut self, new: &[u8]) -> io::Result<usize> {
        let too_much = || io::Error::other("more bytes than room was set apart for");
        match &mut self.0 {
            Room::Memory { bytes, size } => {
                if (bytes.len() + new.len()) as u64 > *size {
                    return Err(too_much());
                }
                bytes.extend_from_slice(new);
                Ok(new.len())
            }
            Room::Disk { file, start, size, written } => {
                if *written + new.len() as u64 > *size {
                    return Err(too_much());
                }
                let length = platform::write_at(file, new, *start + *written)?;
                *written += length as u64;
                Ok(length)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SpoolSlice {
    /// How many bytes there are.
    ///
    /// ```
    /// # use pyrepro_archive::Spool;
    /// let spool = Spool::new(&std::env::temp_dir(), 0);
    /// assert_eq!(spool.reserve(0)?.finish().size(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn size(&self) -> u64 {
        match &self.0 {
            Kept::Memory(bytes) => bytes.len() as u64,
            Kept::Disk { size, .. } => *size,
        }
    }

    /// All of it at once.
    pub fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.0 {
            Kept::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
            Kept::Disk { size, .. } => {
                let mut bytes = Vec::with_capacity(*size as usize);
                self.read().read_to_end(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Reads it from the start on.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// # use pyrepro_archive::Spool;
    /// let mut place = Spool::new(&std::env::temp_dir(), 0).reserve(3)?;
    /// place.write_all(b"abc")?;
    /// assert_eq!(std::io::read_to_string(place.finish().read())?, "abc");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn read(&self) -> Box<dyn Read + '_> {
        match &self.0 {
            Kept::Memory(bytes) => Box::new(&bytes[..]),
            Kept::Disk { file, start, size } => Box::new(Shared::from(file, *start).take(*size)),
        }
    }
}

/// The same bytes in the same place.
impl PartialEq for SpoolSlice {
    fn eq(&self, other: &SpoolSlice) -> bool {
        match (&self.0, &other.0) {
            (Kept::Memory(one), Kept::Memory(other)) => one == other,
            (
                Kept::Disk { file, start, size },
                Kept::Disk { file: other, start: other_start, size: other_size },
            ) => Arc::ptr_eq(file, other) && (start, size) == (other_start, other_size),
            _ => false,
        }
    }
}

impl Eq for SpoolSlice {}

/// A file that is read from a place of one's own, whoever else reads it.
///
/// ```
/// use std::io::Read;
/// use pyrepro_archive::Shared;
///
/// let file = std::fs::File::open("Cargo.toml")?;
/// let [mut one, mut other] = [Shared::new(&file), Shared::new(&file)];
/// let mut bytes = [0; 9];
/// one.read_exact(&mut bytes)?;
/// other.read_exact(&mut bytes)?;
/// assert_eq!(&bytes, b"[package]");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Shared<'a> {
    file: &'a File,
    position: u64,
}

impl<'a> Shared<'a> {
    /// Reads from the start on.
    ///
    /// ```
    /// # use pyrepro_archive::Shared;
    /// let file = std::fs::File::open("Cargo.toml")?;
    /// Shared::new(&file);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new(file: &'a File) -> Shared<'a> {
        Shared::from(file, 0)
    }

    pub(super) fn from(file: &'a File, position: u64) -> Shared<'a> {
        Shared { file, position }
    }
}

impl Read for Shared<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let length = platform::read_at(self.file, bytes, self.position)?;
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for Shared<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::End(by) => (self.file.metadata()?.len(), by),
            SeekFrom::Current(by) => (self.position, by),
        };
        self.position = base.checked_add_signed(by).ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(unix)]
mod platform {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        file.read_at(bytes, at)
    }

    pub fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
        file.write_at(bytes, at)
    }
}

#[cfg(windows)]
mod platform {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt;

    pub fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        file.seek_read(bytes, at)
    }

    pub fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
        file.seek_write(bytes, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_do_not_overlap_and_keep_what_was_written() {
        // All in memory, some, and none.
        for in_memory in [u64::MAX, 250_000, 0] {
            let spool = Spool::new(&std::env::temp_dir(), in_memory);
            let stretches: Vec<SpoolSlice> = std::thread::scope(|scope| {
                let write = |byte: u8| {
                    let mut place = spool.reserve(100_000).unwrap();
                    place.write_all(&vec![byte; 100_000]).unwrap();
                    place.finish()
                };
                let threads: Vec<_> = (0..4).map(|byte| scope.spawn(move || write(byte))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            for (byte, stretch) in stretches.iter().enumerate() {
                let mut read = Vec::new();
                stretch.read().read_to_end(&mut read).unwrap();
                assert!(read == vec![byte as u8; 100_000]);
            }
        }
    }

    #[test]
    fn nothing_is_written_beyond_a_place() {
        for in_memory in [0, 10] {
            let spool = Spool::new(&std::env::temp_dir(), in_memory);
            assert!(spool.reserve(2).unwrap().write_all(b"abc").is_err());
        }
    }
}
