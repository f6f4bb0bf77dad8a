//! Where the epoch of a run comes from. The type itself is pure: `pyrepro_archive::epoch`.

mod choice;
mod git;

use std::path::PathBuf;

pub use choice::{DecidedEpoch, EpochChoice, EpochSource, decide};
pub use git::of_last_commit;
pub use pyrepro_archive::epoch::{Clamped, Epoch};

/// Why there is no epoch.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The environment variable holds something else than digits.
    #[error(transparent)]
    NotSeconds(#[from] pyrepro_archive::epoch::Error),
    /// The flag's value is neither digits nor `git`.
    #[error(
        "{0:?} is neither a non-negative integer, the seconds since 1970, such as 1577836800, nor `git` for \
         the time of the last commit"
    )]
    NotAChoice(String),
    /// The time of the last commit is wanted, and git does not run.
    #[error("git does not run ({0}), so the last commit's time is unknown; install git, or give the seconds")]
    NoGit(#[source] std::io::Error),
    /// Git ran, and told of no commit.
    #[error("git knows no last commit of {folder}: {reason}; commit first, or give the seconds", folder = folder.display())]
    NoCommit {
        /// Where git was asked.
        folder: PathBuf,
        /// What git said.
        reason: String,
    },
}
