//! Where interpreters are looked for.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// The parts of a user's environment that say where interpreters are. The library does not look at
/// the environment itself.
///
/// ```
/// use pyrepro::python::SearchPath;
///
/// let search = SearchPath { path: std::env::var_os("PATH"), ..SearchPath::default() };
/// assert!(search.pyenv_root.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct SearchPath {
    /// The interpreter that the user prefers: a path, a command or a version (`PYREPRO_PYTHON`).
    pub preferred: Option<OsString>,
    /// The folder of the active virtual environment (`VIRTUAL_ENV`).
    pub virtual_env: Option<PathBuf>,
    /// The folders of commands (`PATH`). Relative ones do not count, so that what is found does not
    /// depend on the current folder.
    pub path: Option<OsString>,
    /// The folder of pyenv (`PYENV_ROOT`).
    pub pyenv_root: Option<PathBuf>,
}

impl SearchPath {
    /// Everything that has the name of an interpreter, in the order of precedence, repetitions included.
    pub(super) fn candidates(&self) -> Vec<PathBuf> {
        let preferred = self.preferred.iter().filter(|request| is_path(request)).map(python_at);
        let active = self.active();
        let on_path =
            self.folders().filter(|folder| !self.is_shims(folder)).flat_map(|folder| pythons_in(&folder));
        let versions = self.pyenv_root.iter().flat_map(|root| entries(&root.join("versions")));
        let installed = versions.filter_map(|prefix| python_under(&prefix));
        preferred.chain(active).chain(on_path).chain(installed).collect()
    }

    /// The interpreter of the active virtual environment.
    pub(super) fn active(&self) -> Option<PathBuf> {
        self.virtual_env.as_deref().and_then(python_under)
    }

    /// The files that a command may stand for, shims included.
    pub(super) fn commands(&self, name: &OsStr) -> impl Iterator<Item = PathBuf> {
        let mut name = name.to_owned();
        if Path::new(&name).extension().is_none_or(|extension| extension != "exe") {
            name.push(std::env::consts::EXE_SUFFIX);
        }
        self.folders().map(move |folder| folder.join(&name)).filter(|path| is_executable(path))
    }

    /// Whether it is one of pyenv's scripts that run what the user has chosen for the current folder,
    /// or nothing.
    pub(super) fn is_shim(&self, path: &Path) -> bool {
        path.parent().is_some_and(|folder| self.is_shims(folder))
    }

    fn is_shims(&self, folder: &Path) -> bool {
        let Some(shims) = self.pyenv_root.as_ref().map(|root| root.join("shims")) else { return false };
        folder == shims
            || folder.canonicalize().ok().is_some_and(|real| shims.canonicalize().ok() == Some(real))
    }

    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        self.path.iter().flat_map(std::env::split_paths).filter(|folder| folder.is_absolute())
    }
}

/// Whether a request for an interpreter is the path of one, rather than a command or a version.
pub(super) fn is_path(request: &OsStr) -> bool {
    request.to_string_lossy().contains(std::path::is_separator)
}

/// The interpreter at a path, which may be the folder of a virtual environment or of an installation.
pub(super) fn python_at(path: impl AsRef<Path>) -> PathBuf {
    let path = std::path::absolute(&path).unwrap_or_else(|_| path.as_ref().to_owned());
    python_under(&path).unwrap_or(path)
}

fn python_under(prefix: &Path) -> Option<PathBuf> {
    const PLACES: &[&str] = if cfg!(windows) {
        &["Scripts/python.exe", "python.exe", "bin/python.exe"]
    } else {
        &["bin/python", "bin/python3"]
    };
    PLACES.iter().map(|place| prefix.join(place)).find(|path| path.symlink_metadata().is_ok())
}

fn pythons_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths = entries(folder);
    paths.retain(|path| {
        path.file_name().is_some_and(names_an_interpreter) && (is_executable(path) || !path.exists())
    });
    paths
}

/// What is in a folder, sorted. A folder that cannot be read has nothing to offer.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// `python`, `python3`, `python3.13`, `python3.13t`, and the same of PyPy.
fn names_an_interpreter(name: &OsStr) -> bool {
    let Some(name) = name.to_str().and_then(|name| name.strip_suffix(std::env::consts::EXE_SUFFIX)) else {
        return false;
    };
    let Some(version) = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy")) else {
        return false;
    };
    match version.split_once('.') {
        None => matches!(version, "" | "2" | "3"),
        Some((major, minor)) => {
            let digits = minor.strip_suffix('t').unwrap_or(minor);
            matches!(major, "2" | "3")
                && !digits.is_empty()
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && may_run(&metadata))
}

#[cfg(unix)]
fn may_run(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_run(_: &Metadata) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn interpreters_are_told_from_their_companions_by_name() {
        for name in ["python", "python2", "python3", "python2.7", "python3.13", "python3.14t", "pypy3.10"] {
            assert!(names_an_interpreter(name.as_ref()), "{name}");
        }
        for name in ["python3-config", "python3.", "python3.x", "python3.7m", "pythonw", "python4", "ipython"]
        {
            assert!(!names_an_interpreter(name.as_ref()), "{name}");
        }
    }
}
