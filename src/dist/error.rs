//! Why there is no wheel or sdist.

use std::io;
use std::path::{Path, PathBuf};

use super::compiled::Uncompilable;
use super::package::ModuleProblem;
use crate::archive::{BadPath, EntriesError, WriteError};
use crate::compile::Unavailable;
use crate::output::OutputError;
use crate::project;
use crate::tree::{self, BadGlob};
use crate::unpack::UnpackError;

/// Why there is no wheel or sdist.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A pyproject.toml that is refused.
    #[error(transparent)]
    Project(#[from] project::Error),
    /// Modules that are not there or not clear.
    #[error(transparent)]
    Module(#[from] ModuleProblem),
    /// A pattern that is none.
    #[error(transparent)]
    Glob(#[from] BadGlob),
    /// Something that cannot be listed, or is no file of the project.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// A file whose name cannot be in an archive.
    #[error("{0}; rename it, or leave it out with source-exclude in [tool.pyrepro]")]
    Path(#[from] BadPath),
    /// Files that cannot be in one archive.
    #[error(transparent)]
    Entries(#[from] EntriesError),
    /// A file that cannot be read, or changes while it is packed.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A folder that cannot be replaced.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The user has stopped it.
    #[error("interrupted; nothing is written")]
    Interrupted,
    /// No compiler.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A file or folder that cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder in a file's place.
    #[error("{path} is not a file", path = path.display())]
    NotAFile {
        /// Where it is.
        path: PathBuf,
    },
    /// A path that a `.pth` file cannot hold.
    #[error("the path {path:?} cannot be in a .pth file, so there can be no editable wheel of it: {reason}")]
    Pth {
        /// Where the modules are.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A wheel that bytecode cannot be put into.
    #[error("{path}: {problem}", path = path.display())]
    Wheel {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        problem: Uncompilable,
    },
    /// An archive that is no sdist.
    #[error("{path}{problem}", path = problem.place(path))]
    Sdist {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        problem: SdistProblem,
    },
    /// Something that cannot be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Unpack {
        /// Where it was to be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What can be wrong with an sdist.
#[derive(Debug, thiserror::Error)]
pub enum SdistProblem {
    /// It cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] Box<UnpackError>),
    /// Several folders at the top, or none.
    #[error("it has {0} entries at its top, where an sdist has one folder")]
    Top(usize),
}

impl SdistProblem {
    /// The place before the problem, unless the problem itself begins with it.
    fn place(&self, path: &Path) -> String {
        match self {
            SdistProblem::Unpack(_) => String::new(),
            SdistProblem::Top(_) => format!("{}: ", path.display()),
        }
    }
}
