//! What to compile for: a release, and an interpreter of it if there is one.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use pyrepro_compiler::edition::UnknownRelease;

use super::choice::Choice;
use super::chosen::{Chosen, Impossible};
use super::native::Native;
use crate::python::{FindError, Interpreter, Interpreters, Release, Untargetable, Version};

/// A release to compile for.
///
/// ```
/// use pyrepro::compile::{Aim, Choice};
/// use pyrepro::python::{Interpreters, SearchPath};
///
/// let nowhere = Interpreters::new(SearchPath::default());
/// let aim = Aim::find(&nowhere, Some("3.14.2".as_ref()), Choice::Native)?;
/// assert_eq!(aim.release.to_string(), "3.14.2");
/// assert_eq!(aim.python, None);
/// # Ok::<(), pyrepro::compile::AimError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// An interpreter of the release that may be started.
    pub python: Option<PathBuf>,
    /// What its bytecode files are.
    pub version: Version,
    /// The release.
    pub release: Release,
}

/// Nothing to compile for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AimError {
    /// No interpreter.
    #[error(transparent)]
    Find(#[from] FindError),
    /// One that pyrepro does not write bytecode for.
    #[error("cannot compile for {path}: {reason}", path = path.display())]
    Untargetable {
        /// The interpreter.
        path: PathBuf,
        /// Why not.
        reason: Untargetable,
    },
    /// The built-in compiler alone is wanted, and the release is not said.
    #[error(
        "--compiler native starts no interpreter, so say the release to compile for: --python 3.14, or 3.14.2"
    )]
    Unsaid,
    /// The built-in compiler alone is wanted, and what is said is no release.
    #[error(
        "--compiler native starts no interpreter and needs a release, not {0:?}: --python 3.14, or 3.14.2"
    )]
    NotARelease(String),
    /// The built-in compiler alone is wanted, and it does not know the release.
    #[error("{0}. Without --compiler native, an interpreter of that release compiles")]
    NotNative(UnknownRelease),
}

impl Aim {
    /// The aim of a request, or the default where there is none. Only [`Choice::Native`] asks no interpreter.
    pub fn find(
        interpreters: &Interpreters,
        request: Option<&OsStr>,
        choice: Choice,
    ) -> Result<Aim, AimError> {
        if choice == Choice::Native {
            return Aim::native(request.map(OsStr::to_owned).or_else(|| interpreters.preferred()));
        }
        let Some(request) = request else { return Aim::of(interpreters.default()?) };
        match interpreters.find(request) {
            Ok(python) => Aim::of(python),
            Err(error) if choice == Choice::Auto => {
                let native = request.to_str().and_then(|request| Native::named(request).ok());
                native.and_then(|native| Aim::of_native(&native)).ok_or_else(|| error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// That of an interpreter.
    pub fn of(python: Interpreter) -> Result<Aim, AimError> {
        match python.target {
            Ok(version) => Ok(Aim { python: Some(python.path), version, release: python.release }),
            Err(reason) => Err(AimError::Untargetable { path: python.path, reason }),
        }
    }

    /// That of a release for which no interpreter is needed.
    pub fn of_native(native: &Native) -> Option<Aim> {
        Some(Aim { python: None, version: native.version()?, release: native.release() })
    }

    fn native(request: Option<OsString>) -> Result<Aim, AimError> {
        let request = request.ok_or(AimError::Unsaid)?;
        let text = request.to_string_lossy();
        let native = Native::named(&text).map_err(|error| match error {
            UnknownRelease::Malformed(text) => AimError::NotARelease(text),
            unknown => AimError::NotNative(unknown),
        })?;
        Aim::of_native(&native).ok_or_else(|| AimError::NotNative(UnknownRelease::NoMinor(text.into_owned())))
    }

    /// The compilers for it.
    pub fn compiler(&self, choice: Choice, jobs: NonZeroUsize) -> Result<Chosen, Impossible> {
        Chosen::new(choice, self.clone(), jobs)
    }
}
