//! Reads sources, whole and of one moment, and not more at a time than memory is meant to hold.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::bounded;
use crate::lock::lock;

/// A source, as it was when it was read.
pub struct Text<'a> {
    pub bytes: Vec<u8>,
    pub metadata: Metadata,
    file: File,
    /// What is to be given back when it is no longer needed.
    _taken: Taken<'a>,
}

impl Text<'_> {
    /// Whether somebody has written to the source since, so that this may be half of one text and
    /// half of another. Need not be asked if there is bytecode of just this text.
    pub fn is_torn(&self) -> io::Result<bool> {
        let now = self.file.metadata()?;
        let is_whole =
            self.bytes.len() as u64 == now.len() && now.modified().ok() == self.metadata.modified().ok();
        Ok(!is_whole)
    }
}

/// Reads a source.
pub fn read<'a>(path: &Path, allowance: &'a Allowance) -> io::Result<Text<'a>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    refuse_long(metadata.len())?;
    let taken = allowance.take(metadata.len());
    let bytes = content(&file, metadata.len())?;
    Ok(Text { bytes, metadata, file, _taken: taken })
}

/// What no compiler takes need not be in memory.
fn refuse_long(size: u64) -> io::Result<()> {
    if size > bounded::SOURCE { Err(bounded::too_long(bounded::SOURCE)) } else { Ok(()) }
}

/// Reads a bytecode file.
pub fn read_pyc(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    refuse_long(size)?;
    content(&file, size)
}

/// All of a file of so many bytes, without asking whether there is more: the system is slow to answer,
/// and most runs do nothing but read.
fn content(file: &File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size as usize);
    // Some file systems do not tell sizes.
    let limit = if size == 0 { u64::MAX } else { size };
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How many bytes of source may be worked on at a time. A larger one goes alone.
pub struct Allowance {
    total: u64,
    left: Mutex<Left>,
    returned: Condvar,
}

struct Left {
    bytes: u64,
    /// How many wait for more. To wake nobody takes as long as to wake somebody.
    waiting: usize,
}

impl Allowance {
    pub fn new(total: u64) -> Allowance {
        Allowance { total, left: Mutex::new(Left { bytes: total, waiting: 0 }), returned: Condvar::new() }
    }

    /// Takes so many bytes, as soon as others have given back enough.
    pub fn take(&self, bytes: u64) -> Taken<'_> {
        let bytes = bytes.min(self.total);
        let mut left = lock(&self.left);
        while left.bytes < bytes {
            left.waiting += 1;
            left = self.returned.wait(left).unwrap_or_else(PoisonError::into_inner);
            left.waiting -= 1;
        }
        left.bytes -= bytes;
        Taken { from: self, bytes }
    }
}

/// Gives back what was taken.
pub struct Taken<'a> {
    from: &'a Allowance,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut left = lock(&self.from.left);
        left.bytes += self.bytes;
        if left.waiting > 0 {
            self.from.returned.notify_all();
        }
    }
}
