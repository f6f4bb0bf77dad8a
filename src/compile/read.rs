//! Reads sources, whole and of one moment, and not more at a time than memory is meant to hold.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use super::worker::lock;

/// How often to read a source again that changes meanwhile.
const TRIES: usize = 3;

/// A source, as it was when it was read.
pub struct Text<'a> {
    pub bytes: Vec<u8>,
    pub metadata: Metadata,
    /// What is to be given back when it is no longer needed.
    _taken: Taken<'a>,
}

/// Reads a source. One that is written to at the same time is read again.
pub fn read<'a>(path: &Path, allowance: &'a Allowance) -> io::Result<Text<'a>> {
    for _ in 0..TRIES {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let taken = allowance.take(metadata.len());
        let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
        // Through `take`, because a file by itself asks the system for its size again.
        (&file).take(metadata.len() + 1).read_to_end(&mut bytes)?;
        let after = file.metadata()?;
        if bytes.len() as u64 == after.len() && after.modified().ok() == metadata.modified().ok() {
            return Ok(Text { bytes, metadata, _taken: taken });
        }
    }
    Err(io::Error::other("it changes while it is read"))
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
