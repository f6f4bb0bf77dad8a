//! Folders of a project that are not its own content: environments, repositories, caches, packages of others.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A folder that was not looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The path from the root.
    pub path: PathBuf,
    /// What it is.
    pub reason: AsideReason,
}

/// What a folder is that holds nothing of the project itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AsideReason {
    /// It has a `pyvenv.cfg`, or the metadata of conda.
    VirtualEnvironment,
    /// It belongs to git or another version control system.
    VersionControl,
    /// Programs put into it what they can make or get again.
    Cache,
    /// Packages that another tool installed.
    InstalledPackages,
}

impl fmt::Display for AsideReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AsideReason::VirtualEnvironment => "virtual environment",
            AsideReason::VersionControl => "version control",
            AsideReason::Cache => "cache",
            AsideReason::InstalledPackages => "installed packages",
        })
    }
}

/// Folders that are told by their names.
const NAMES: [(&str, AsideReason); 23] = [
    (".bzr", AsideReason::VersionControl),
    (".git", AsideReason::VersionControl),
    (".hg", AsideReason::VersionControl),
    (".jj", AsideReason::VersionControl),
    (".svn", AsideReason::VersionControl),
    ("_darcs", AsideReason::VersionControl),
    (".direnv", AsideReason::VirtualEnvironment),
    (".nox", AsideReason::VirtualEnvironment),
    (".pixi", AsideReason::VirtualEnvironment),
    (".pyenv", AsideReason::VirtualEnvironment),
    (".tox", AsideReason::VirtualEnvironment),
    (".venv", AsideReason::VirtualEnvironment),
    (".eggs", AsideReason::InstalledPackages),
    ("__pypackages__", AsideReason::InstalledPackages),
    ("node_modules", AsideReason::InstalledPackages),
    (".cache", AsideReason::Cache),
    (".hypothesis", AsideReason::Cache),
    (".ipynb_checkpoints", AsideReason::Cache),
    (".mypy_cache", AsideReason::Cache),
    (".pants.d", AsideReason::Cache),
    (".pytest_cache", AsideReason::Cache),
    (".pytype", AsideReason::Cache),
    (".ruff_cache", AsideReason::Cache),
];

/// How the file begins by which programs mark their caches.
const CACHE_TAG: &[u8; 43] = b"Signature: 8a477f597d28d172789f06886806bc55";

impl AsideReason {
    /// Why a folder is not looked into, if it is not.
    pub(super) fn of(name: &OsStr, folder: &Path) -> Option<AsideReason> {
        if let Some((_, reason)) = NAMES.iter().find(|(known, _)| name == *known) {
            return Some(*reason);
        }
        // A folder cannot be both: uv marks its environments as caches, too.
        if folder.join("pyvenv.cfg").is_file() || folder.join("conda-meta").is_dir() {
            return Some(AsideReason::VirtualEnvironment);
        }
        is_tagged(folder).then_some(AsideReason::Cache)
    }
}

fn is_tagged(folder: &Path) -> bool {
    let mut head = Vec::new();
    let tag = File::open(folder.join("CACHEDIR.TAG"));
    tag.is_ok_and(|tag| tag.take(CACHE_TAG.len() as u64).read_to_end(&mut head).is_ok()) && head == CACHE_TAG
}
