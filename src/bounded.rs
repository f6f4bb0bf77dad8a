//! Reading files of others: what is no file is not waited for, and what is too long is not taken in.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The longest document: a pyproject.toml, a setup.cfg, a RECORD.
pub const DOCUMENT: u64 = 64 << 20;
/// The longest source. The compiler takes none that is longer.
pub const SOURCE: u64 = 1 << 30;

/// What is in a regular file, if that is no more than so many bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(not_regular());
    }
    if metadata.len() > most {
        return Err(too_long(most));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    // It may have grown since.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_long(most)) } else { Ok(bytes) }
}

/// The text of something that the user names, which may be a pipe.
pub fn named_text(path: &Path, most: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most { Err(too_long(most)) } else { Ok(text) }
}

/// The same of text.
pub fn read_to_string(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(read(path, most)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Opens what may be a pipe, for whose other end nobody waits.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    options.read(true).open(path)
}

/// The file, if it is one that comes to an end.
pub fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_regular()) }
}

fn not_regular() -> io::Error {
    io::Error::other("it is a device, a pipe or a folder, and not a file")
}

/// The error of what is longer than it may be.
pub fn too_long(most: u64) -> io::Error {
    io::Error::other(format!("it has more than {most} bytes, which is more than is read"))
}
