//! Content that has no room in memory: in a file without a name, which several threads use at once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file without a name, which is gone when nobody uses it any more, however that comes about.
///
/// ```
/// use std::io::Write;
/// use pyrepro::archive::{Entry, MemberPath, Spool};
///
/// let spool = Spool::create(std::env::temp_dir().as_ref())?;
/// let mut place = spool.reserve(6);
/// place.write_all(b"x = 1\n")?;
/// let entry = Entry::spooled(MemberPath::new("a.py")?, place.stretch());
/// assert_eq!(entry.size(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Spool {
    file: Arc<File>,
    end: AtomicU64,
}

/// Some bytes of a [`Spool`].
#[derive(Debug, Clone)]
pub struct Stretch {
    file: Arc<File>,
    start: u64,
    size: u64,
}

/// A place in a [`Spool`] for some bytes, to be written from its start.
#[derive(Debug)]
pub struct Place {
    stretch: Stretch,
    written: u64,
}

impl Spool {
    /// Makes an empty one on the disk that the folder is on.
    ///
    /// ```
    /// # use pyrepro::archive::Spool;
    /// assert!(Spool::create("no such folder".as_ref()).is_err());
    /// ```
    pub fn create(folder: &Path) -> io::Result<Spool> {
        Ok(Spool { file: Arc::new(tempfile::tempfile_in(folder)?), end: AtomicU64::new(0) })
    }

    /// Sets room apart for so many bytes. Any thread may ask.
    ///
    /// ```
    /// # use pyrepro::archive::Spool;
    /// let spool = Spool::create(std::env::temp_dir().as_ref())?;
    /// assert_ne!(spool.reserve(1).stretch(), spool.reserve(1).stretch());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn reserve(&self, size: u64) -> Place {
        let start = self.end.fetch_add(size, Ordering::Relaxed);
        Place { stretch: Stretch { file: Arc::clone(&self.file), start, size }, written: 0 }
    }
}

impl Place {
    /// What is in this place.
    ///
    /// ```
    /// # use pyrepro::archive::Spool;
    /// let spool = Spool::create(std::env::temp_dir().as_ref())?;
    /// assert_eq!(spool.reserve(3).stretch().size(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stretch(self) -> Stretch {
        self.stretch
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.stretch.size - self.written;
        if bytes.len() as u64 > left {
            return Err(io::Error::other("more bytes than room was set apart for"));
        }
        let at = self.stretch.start + self.written;
        let length = platform::write_at(&self.stretch.file, bytes, at)?;
        self.written += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stretch {
    /// How many bytes there are.
    ///
    /// ```
    /// # use pyrepro::archive::Spool;
    /// let spool = Spool::create(std::env::temp_dir().as_ref())?;
    /// assert_eq!(spool.reserve(0).stretch().size(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Writes them.
    ///
    /// ```
    /// # use pyrepro::archive::Spool;
    /// let spool = Spool::create(std::env::temp_dir().as_ref())?;
    /// spool.reserve(0).stretch().copy_to(&mut std::io::sink())?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn copy_to(&self, output: &mut impl Write) -> io::Result<()> {
        let mut bytes = Shared::from(&self.file, self.start).take(self.size);
        io::copy(&mut bytes, output).map(drop)
    }

    pub(super) fn start(&self) -> u64 {
        self.start
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

/// The same bytes of the same file.
impl PartialEq for Stretch {
    fn eq(&self, other: &Stretch) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && (self.start, self.size) == (other.start, other.size)
    }
}

impl Eq for Stretch {}

/// A file that is read from a place of one's own, whoever else reads it.
///
/// ```
/// use std::io::Read;
/// use pyrepro::archive::Shared;
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
    /// # use pyrepro::archive::Shared;
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
        let spool = Spool::create(&std::env::temp_dir()).unwrap();
        let stretches: Vec<Stretch> = std::thread::scope(|scope| {
            let write = |byte: u8| {
                let mut place = spool.reserve(100_000);
                place.write_all(&vec![byte; 100_000]).unwrap();
                place.stretch()
            };
            let threads: Vec<_> = (0..4).map(|byte| scope.spawn(move || write(byte))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for (byte, stretch) in stretches.iter().enumerate() {
            let mut read = Vec::new();
            Shared::from(stretch.file(), stretch.start())
                .take(stretch.size())
                .read_to_end(&mut read)
                .unwrap();
            assert!(read == vec![byte as u8; 100_000]);
        }
    }

    #[test]
    fn nothing_is_written_beyond_a_place() {
        let spool = Spool::create(&std::env::temp_dir()).unwrap();
        assert!(spool.reserve(2).write_all(b"abc").is_err());
    }
}
