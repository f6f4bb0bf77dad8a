//! How much of an archive that somebody else made is taken in.

use super::problem::Problem;

/// What an archive may hold at most. Reading stops with an error at the first limit it meets,
/// before anything is allocated or inflated for what goes beyond.
///
/// ```
/// use pyrepro_archive::Limits;
///
/// let limits = Limits { members: 10, ..Limits::default() };
/// assert_eq!(limits.path, 4096);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many members there may be.
    pub members: u64,
    /// How many bytes may be in one of them.
    pub size: u64,
    /// How many bytes may be in all of them together.
    pub total: u64,
    /// How many times as large as in the archive something may be, once it is larger than
    /// [`Limits::RATIO_COUNTS_FROM`]. Deflate itself ends at 1032.
    pub ratio: u64,
    /// How many bytes a path may have.
    pub path: usize,
    /// How many bytes all paths, comments, extra fields and pax headers may have together. About
    /// three times as much is kept in memory.
    pub metadata: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}

impl Limits {
    /// More than any archive that was met, and less than what fills a disk.
    ///
    /// ```
    /// # use pyrepro_archive::Limits;
    /// assert_eq!(Limits::DEFAULT, Limits::default());
    /// ```
    pub const DEFAULT: Limits = Limits {
        members: 200_000,
        size: 8 << 30,
        total: 32 << 30,
        ratio: 200,
        path: 4096,
        metadata: 128 << 20,
    };

    /// What is no larger than that may be as small in the archive as it likes: a short file of
    /// zeros is no attack.
    ///
    /// ```
    /// # use pyrepro_archive::Limits;
    /// assert_eq!(Limits::RATIO_COUNTS_FROM, 64 << 20);
    /// ```
    pub const RATIO_COUNTS_FROM: u64 = 64 << 20;

    pub(super) fn check_count(&self, count: u64) -> Result<(), Problem> {
        if count > self.members { Err(Problem::TooMany { limit: self.members }) } else { Ok(()) }
    }

    pub(super) fn check_size(&self, size: u64) -> Result<(), Problem> {
        if size > self.size { Err(Problem::TooLarge { size, limit: self.size }) } else { Ok(()) }
    }

    /// Adds to what the members before had together.
    pub(super) fn add(&self, total: u64, size: u64) -> Result<u64, Problem> {
        let total = total.saturating_add(size);
        if total > self.total { Err(Problem::TotalTooLarge { limit: self.total }) } else { Ok(total) }
    }

    /// The same for all that is said of the members.
    pub(super) fn add_metadata(&self, total: u64, size: u64) -> Result<u64, Problem> {
        let total = total.saturating_add(size);
        if total > self.metadata { Err(Problem::TooMuchMetadata { limit: self.metadata }) } else { Ok(total) }
    }

    pub(super) fn check_ratio(&self, packed: u64, size: u64) -> Result<(), Problem> {
        if size > Limits::RATIO_COUNTS_FROM && size > packed.saturating_mul(self.ratio) {
            return Err(Problem::RatioTooHigh { limit: self.ratio });
        }
        Ok(())
    }

    pub(super) fn check_path(&self, length: usize) -> Result<(), Problem> {
        if length > self.path { Err(Problem::PathTooLong { length, limit: self.path }) } else { Ok(()) }
    }
}
