//! Files in folders that nobody looks at meanwhile.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use super::replacement::close_another;

/// Makes a file where none is, with what the umask leaves of a mode, has it filled, and closes it with an eye on errors. It is for scratch folders:
/// if anything fails, a part of it stays.
///
/// ```
/// use std::io::Write;
///
/// let folder = tempfile::tempdir()?;
/// let place = folder.path().join("a");
/// pyrepro::output::create(&place, 0o600, |file| file.write_all(b"a"))?;
/// assert_eq!(std::fs::read(&place)?, b"a");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn create<R, E: From<io::Error>>(
    place: &Path,
    mode: u32,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<R, E>,
) -> Result<R, E> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    allow(&mut options, mode);
    let file = options.open(place)?;
    let mut file = BufWriter::with_capacity(1 << 16, file);
    let filled = fill(&mut file)?;
    file.flush()?;
    close_another(file.get_ref())?;
    Ok(filled)
}

/// The digest and size of what a file holds that is being filled.
pub(crate) fn digest(file: &mut BufWriter<File>) -> io::Result<(crate::archive::Digest, u64)> {
    file.rewind()?;
    crate::archive::Digest::of_reader(file.get_ref())
}

#[cfg(unix)]
fn allow(options: &mut OpenOptions, mode: u32) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(mode);
}

#[cfg(not(unix))]
fn allow(_: &mut OpenOptions, _: u32) {}
