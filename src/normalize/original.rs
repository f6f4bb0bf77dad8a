//! A file as it was found: its content, and what its replacement must look like.

use std::fs::{File, FileTimes, Metadata};
use std::io::{self, Read};
use std::path::Path;

use super::error::Error;
use super::identity::{Stamp, links};
use crate::epoch::Epoch;

const LARGEST: u64 = i32::MAX as u64;

pub(super) struct Original {
    pub content: Vec<u8>,
    pub stamp: Stamp,
    /// How many names it has.
    pub links: u64,
    metadata: Metadata,
}

impl Original {
    pub fn read(path: &Path) -> Result<Original, Error> {
        let file = File::open(path).map_err(Error::Unreadable)?;
        let metadata = file.metadata().map_err(Error::Unreadable)?;
        let size = metadata.len();
        if size > LARGEST {
            return Err(Error::TooLarge(size));
        }
        // Room for one byte more than there should be shows whether the file has grown.
        let mut content = Vec::with_capacity(size as usize + 1);
        file.take(size + 1).read_to_end(&mut content).map_err(Error::Unreadable)?;
        if content.len() as u64 != size {
            return Err(Error::Changed);
        }
        Ok(Original { content, stamp: Stamp::of(path, &metadata), links: links(&metadata), metadata })
    }

    /// The times for the file that replaces it.
    pub fn times(&self, latest: Option<Epoch>) -> FileTimes {
        let mut times = FileTimes::new();
        if let Ok(accessed) = self.metadata.accessed() {
            times = times.set_accessed(accessed);
        }
        if let Ok(modified) = self.metadata.modified() {
            times =
                times.set_modified(latest.map_or(modified, |latest| modified.min(latest.as_system_time())));
        }
        times
    }

    /// Gives a new file the owner, if we may, and the mode.
    #[cfg(unix)]
    pub fn lend_owner_and_mode(&self, file: &File) -> io::Result<()> {
        use std::fs::Permissions;
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

        let (old, new) = (&self.metadata, file.metadata()?);
        let kept = (old.uid(), old.gid()) == (new.uid(), new.gid())
            || fchown(file, Some(old.uid()), Some(old.gid())).is_ok();
        // A file of somebody else must not run with his rights once it is ours.
        let mode = old.mode() & if kept { 0o7777 } else { 0o1777 };
        file.set_permissions(Permissions::from_mode(mode))
    }

    /// Gives a new file the mode.
    #[cfg(not(unix))]
    pub fn lend_owner_and_mode(&self, file: &File) -> io::Result<()> {
        file.set_permissions(self.metadata.permissions())
    }
}
