//! What is installed in an environment, held against what was.
//!
//! [`Environment::find`] finds the folders that distributions are installed in and lists all that is
//! there. [`Environment::check`] holds every file against the row that a RECORD has of it, and every
//! bytecode file against its source. Nothing is written, and nothing that is installed is run.

mod bytecode;
mod check;
mod distribution;
mod finding;
mod listing;
mod site;
mod walk;

use std::io;
use std::path::PathBuf;

pub use bytecode::Reference;
pub use check::{Options, Report};
pub use distribution::Distribution;
pub use finding::{Finding, Problem};

use listing::Listing;

/// An environment, as it is on disk.
#[derive(Debug)]
pub struct Environment {
    /// Each folder of distributions, with what is in it.
    sites: Vec<(PathBuf, Listing)>,
}

/// Why an environment cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is installed there.
    #[error(
        "nothing is installed in {}: name an environment, which has lib/python3.*/site-packages, or the \
         folder with the .dist-info folders in it", .0.display()
    )]
    Nothing(PathBuf),
    /// A folder that cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An interpreter that does not compile.
    #[error(transparent)]
    Unavailable(#[from] crate::compile::Unavailable),
    /// The user has stopped it.
    #[error("interrupted")]
    Interrupted,
}
