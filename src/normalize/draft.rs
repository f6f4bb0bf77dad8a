//! A normal form while it is written: in memory as long as it is short, and then in a file without a name.

use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use super::form::{Bytes, nameless};

/// A normal form while it is written.
pub(super) struct Draft<'a> {
    bytes: Bytes,
    /// Where the next bytes go.
    position: u64,
    in_memory: u64,
    folder: &'a Path,
}

impl<'a> Draft<'a> {
    /// Keeps that much in memory, and what is longer on the disk that the folder is on.
    pub fn new(in_memory: u64, folder: &'a Path) -> Draft<'a> {
        Draft { bytes: Bytes::Memory(Vec::new()), position: 0, in_memory, folder }
    }

    pub fn bytes(self) -> Bytes {
        self.bytes
    }

    fn move_to_disk(&mut self) -> io::Result<()> {
        if let Bytes::Memory(bytes) = &self.bytes {
            let mut file = nameless(self.folder)?;
            file.write_all(bytes)?;
            file.seek(SeekFrom::Start(self.position))?;
            self.bytes = Bytes::Disk(file);
        }
        Ok(())
    }
}

impl Write for Draft<'_> {
    fn write(&mut self, new: &[u8]) -> io::Result<usize> {
        if self.position.saturating_add(new.len() as u64) > self.in_memory {
            self.move_to_disk()?;
        }
        let length = match &mut self.bytes {
            Bytes::Memory(bytes) => {
                let mut memory = Cursor::new(bytes);
                memory.set_position(self.position);
                memory.write(new)?
            }
            Bytes::Disk(file) => file.write(new)?,
        };
        self.position += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Draft<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match &mut self.bytes {
            Bytes::Memory(bytes) => {
                let mut memory = Cursor::new(bytes);
                memory.set_position(self.position);
                memory.seek(to)?
            }
            Bytes::Disk(file) => file.seek(to)?,
        };
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_was_written_is_the_same_in_memory_and_on_disk() {
        for (in_memory, stays) in [(0, false), (3, false), (9, false), (10, true)] {
            let folder = tempfile::tempdir().unwrap();
            let mut draft = Draft::new(in_memory, folder.path());
            draft.write_all(b"a____").unwrap();
            draft.seek(SeekFrom::Current(-4)).unwrap();
            draft.write_all(b"bc").unwrap();
            draft.seek(SeekFrom::Start(5)).unwrap();
            draft.write_all(b"defgh").unwrap();
            let written = match draft.bytes() {
                Bytes::Memory(bytes) if stays => bytes,
                Bytes::Disk(mut file) if !stays => {
                    let mut bytes = Vec::new();
                    file.rewind().unwrap();
                    file.read_to_end(&mut bytes).unwrap();
                    bytes
                }
                bytes => panic!("{in_memory} bytes may be in memory, and it is {bytes:?}"),
            };
            assert_eq!(written, b"abc__defgh");
        }
    }
}
