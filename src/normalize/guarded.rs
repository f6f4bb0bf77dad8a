//! A file that refuses to be written to once the run was stopped.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) struct Guarded<'a> {
    file: &'a File,
    stop: &'a AtomicBool,
}

impl<'a> Guarded<'a> {
    pub fn new(file: &'a File, stop: &'a AtomicBool) -> Guarded<'a> {
        Guarded { file, stop }
    }
}

impl Write for Guarded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            // Not of the kind `Interrupted`, after which everybody tries again.
            return Err(io::Error::other("stopped"));
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Guarded<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
