//! The normal form of an artifact: its bytes, and what was found on the way to them.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use super::difference::Difference;
use crate::archive::Shared;

/// The normal form of an artifact.
#[derive(Debug)]
pub struct NormalForm {
    pub(super) bytes: Bytes,
    /// In what the artifact differs from it, if that was asked for.
    pub differences: Vec<Difference>,
    /// What somebody should know who relies on it, such as bytecode in it that is none.
    pub warnings: Vec<String>,
}

/// Bytes in memory, or in a file without a name.
#[derive(Debug)]
pub(super) enum Bytes {
    Memory(Vec<u8>),
    Disk(File),
}

impl NormalForm {
    pub(super) fn of(bytes: Vec<u8>, differences: Vec<Difference>) -> NormalForm {
        NormalForm { bytes: Bytes::Memory(bytes), differences, warnings: Vec::new() }
    }

    /// How many bytes it has.
    pub fn size(&self) -> io::Result<u64> {
        match &self.bytes {
            Bytes::Memory(bytes) => Ok(bytes.len() as u64),
            Bytes::Disk(file) => Ok(file.metadata()?.len()),
        }
    }

    /// Writes it.
    pub fn copy_to(&self, output: &mut impl Write) -> io::Result<()> {
        match &self.bytes {
            Bytes::Memory(bytes) => output.write_all(bytes),
            Bytes::Disk(file) => {
                io::copy(&mut BufReader::with_capacity(1 << 18, Shared::new(file)), output).map(drop)
            }
        }
    }

    /// Whether a file has the same bytes.
    pub fn is_in(&self, file: &File) -> io::Result<bool> {
        Ok(self.size()? == file.metadata()?.len()
            && match &self.bytes {
                Bytes::Memory(bytes) => equal(&mut &bytes[..], &mut Shared::new(file))?,
                Bytes::Disk(disk) => equal(&mut Shared::new(disk), &mut Shared::new(file))?,
            })
    }
}

/// A file without a name: in the folder, or where temporary files are if that cannot be written to.
pub(super) fn nameless(folder: &Path) -> io::Result<File> {
    tempfile::tempfile_in(folder).or_else(|_| tempfile::tempfile())
}

fn equal(one: &mut impl Read, other: &mut impl Read) -> io::Result<bool> {
    const CHUNK: u64 = 1 << 16;
    let (mut these, mut those) = (Vec::new(), Vec::new());
    loop {
        these.clear();
        those.clear();
        one.take(CHUNK).read_to_end(&mut these)?;
        other.take(CHUNK).read_to_end(&mut those)?;
        if these != those {
            return Ok(false);
        }
        if these.is_empty() {
            return Ok(true);
        }
    }
}
