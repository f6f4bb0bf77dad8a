//! What tells a file from every other, whatever it is called.

pub use platform::FileId;

#[cfg(unix)]
mod platform {
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    /// What tells a file from every other.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct FileId {
        device: u64,
        inode: u64,
    }

    impl FileId {
        /// Of the file with this path and metadata.
        pub fn of(_path: &Path, metadata: &Metadata) -> FileId {
            FileId { device: metadata.dev(), inode: metadata.ino() }
        }
    }
}

/// Where the standard library tells of no file identity, every name counts as a file of its own.
#[cfg(not(unix))]
mod platform {
    use std::fs::{self, Metadata};
    use std::path::{Path, PathBuf};

    /// What tells a file from every other.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct FileId(PathBuf);

    impl FileId {
        /// Of the file with this path and metadata.
        pub fn of(path: &Path, _metadata: &Metadata) -> FileId {
            FileId(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
        }
    }
}
