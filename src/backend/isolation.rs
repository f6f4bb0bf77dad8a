//! Where the backend and what it needs come from.

use std::path::PathBuf;

/// Where the backend and what it needs come from.
///
/// ```
/// use pyrepro::backend::{Installer, Isolation};
///
/// let fresh = Isolation::Fresh {
///     installer: Installer::Uv("uv".into()),
///     constraints: vec!["constraints.txt".into()],
///     find_links: vec!["wheels".into()],
///     no_index: true,
/// };
/// assert_ne!(fresh, Isolation::Installed);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Isolation {
    /// A virtual environment for this build alone.
    Fresh {
        /// What installs the requirements into it.
        installer: Installer,
        /// Files that say which versions are taken.
        constraints: Vec<PathBuf>,
        /// Folders with wheels.
        find_links: Vec<PathBuf>,
        /// Whether these folders are all there is.
        no_index: bool,
    },
    /// What is installed for the interpreter, as distributions have it.
    Installed,
}

impl Default for Isolation {
    fn default() -> Isolation {
        Isolation::Fresh {
            installer: Installer::Pip,
            constraints: Vec::new(),
            find_links: Vec::new(),
            no_index: false,
        }
    }
}

/// A program that makes virtual environments and installs packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installer {
    /// uv, and where it is.
    Uv(PathBuf),
    /// venv and pip of the interpreter.
    Pip,
}

/// A package that is installed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Installed {
    /// Its name in normal form.
    pub name: String,
    /// Its version.
    pub version: String,
}
