//! Reading and writing that the user can end.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Something that is read or written until the user wants no more. Then it fails, so that what is half done
/// is taken away.
///
/// ```
/// use std::io::Write;
/// use std::sync::atomic::AtomicBool;
/// use pyrepro::output::UntilStopped;
///
/// let stop = AtomicBool::new(true);
/// assert!(UntilStopped::new(Vec::new(), &stop).write_all(b"a").is_err());
/// ```
#[derive(Debug)]
pub struct UntilStopped<'a, T> {
    inner: T,
    stop: &'a AtomicBool,
}

impl<'a, T> UntilStopped<'a, T> {
    /// Ends when `stop` becomes true.
    pub fn new(inner: T, stop: &'a AtomicBool) -> UntilStopped<'a, T> {
        UntilStopped { inner, stop }
    }

    /// What is read or written.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn check(&self) -> io::Result<()> {
        match self.stop.load(Ordering::Relaxed) {
            // Not of the kind `Interrupted`, after which everybody tries again.
            true => Err(io::Error::other("interrupted")),
            false => Ok(()),
        }
    }
}

impl<R: Read> Read for UntilStopped<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.read(bytes)
    }
}

impl<W: Write> Write for UntilStopped<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<S: Seek> Seek for UntilStopped<'_, S> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}
