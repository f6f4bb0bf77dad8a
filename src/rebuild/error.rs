//! Why a wheel is not rebuilt.

use std::io;
use std::path::{Path, PathBuf};

use super::evidence::NoPython;
use super::published::PublishedError;
use crate::archive::Digest;
use crate::backend;

/// Why a wheel is not rebuilt. Failures of the network, the index, the resolver and a build are told apart.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The published wheel cannot be read.
    #[error(transparent)]
    Published(#[from] PublishedError),
    /// The index does not have it, or does not answer as it should.
    #[error("the index has no answer for {wanted}: {reason}")]
    Index {
        /// What was asked for.
        wanted: String,
        /// What it says.
        reason: String,
    },
    /// A download failed.
    #[error("cannot reach {what}: {reason}")]
    Network {
        /// The address, or what was asked for.
        what: String,
        /// What the system says.
        reason: String,
    },
    /// A download has another hash than the index says.
    #[error("{file} has the hash {found}, and the index says {wanted}")]
    Hash {
        /// The file.
        file: String,
        /// The hash of the index.
        wanted: Digest,
        /// What was found.
        found: String,
    },
    /// There is nothing to build it of.
    #[error("{0} has no source distribution on the index; give its source with --source")]
    NoSource(String),
    /// The repository has no commit by this name.
    #[error(
        "{repository} has none of {wanted}; name a tag, branch or commit behind the address: {repository}@NAME"
    )]
    NoCommit {
        /// The address.
        repository: String,
        /// What was looked for.
        wanted: String,
    },
    /// No interpreter fits.
    #[error(transparent)]
    Python(#[from] NoPython),
    /// A strategy says what none of ours would: it may come from a statement of somebody else.
    #[error("the strategy has {0:?}, which is not a requirement with a version, or not a plain value")]
    Strategy(String),
    /// The strategy of a statement says whose code runs.
    #[error(
        "the statement's strategy has {0}, which decides whose code runs, and the source does not say so; if you \
         trust it, save the strategy to a file and build with it: pyrepro rebuild WHEEL --recipe FILE"
    )]
    ForeignCode(String),
    /// The source cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] crate::dist::Error),
    /// A build failed, or its environment could not be made.
    #[error(transparent)]
    Build(#[from] backend::Error),
    /// Builds are not isolated here.
    #[error("builds cannot be isolated here: {0}; --unsafe builds without isolation")]
    NoSandbox(String),
    /// The rebuilt wheel cannot be put where it was asked for.
    #[error(transparent)]
    Output(#[from] crate::output::OutputError),
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It was asked to stop.
    #[error("interrupted")]
    Stopped,
}

impl Error {
    pub(super) fn io(path: &Path, source: io::Error) -> Error {
        Error::Io { path: path.to_owned(), source }
    }

    pub(super) fn index(wanted: &str, reason: impl Into<String>) -> Error {
        Error::Index { wanted: wanted.to_owned(), reason: reason.into() }
    }

    /// Which part failed, in a word.
    pub fn stage(&self) -> &'static str {
        match self {
            Error::Published(_) => "wheel",
            Error::Index { .. } | Error::NoSource(_) => "index",
            Error::Network { .. } | Error::Hash { .. } => "network",
            Error::Python(_) => "python",
            Error::Strategy(_) | Error::ForeignCode(_) => "strategy",
            Error::Unpack(_) | Error::NoCommit { .. } => "source",
            Error::Build(backend::Error::Failed { step, words, .. }) if step.starts_with("installing") => {
                if words.are_of_the_network() {
                    "network"
                } else if words.are_of_the_interpreter() {
                    "python"
                } else {
                    "resolver"
                }
            }
            Error::Build(backend::Error::Failed { step, .. }) if step == backend::MAKING_ENVIRONMENT => {
                "python"
            }
            Error::Build(_) => "build",
            Error::NoSandbox(_) => "sandbox",
            Error::Io { .. } | Error::Output(_) => "system",
            Error::Stopped => "stopped",
        }
    }
}
