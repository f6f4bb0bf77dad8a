//! Where distributions are installed below a prefix.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// What the folders are called, on Debian the second.
const NAMES: [&str; 2] = ["site-packages", "dist-packages"];
/// Where they are below a prefix: the places of `sysconfig` on Linux, macOS and Windows. A whole image has
/// several of these.
const LIBRARIES: [&str; 8] =
    ["lib", "lib64", "local/lib", "usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64", "Lib"];

/// The folders that distributions are installed in, sorted, each once.
pub(super) fn folders(path: &Path) -> Vec<PathBuf> {
    if is_one(path) {
        return vec![path.to_owned()];
    }
    let mut folders = Vec::new();
    for library in LIBRARIES.map(|library| path.join(library)) {
        folders.extend(named(&library));
        for python in subfolders(&library).filter(|folder| is_of_python(folder)) {
            folders.extend(named(&python));
        }
    }
    folders.sort();
    // lib64 is a link to lib in many environments, and a file system may not mind the case of names.
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let place = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
        let is_new = !seen.contains(&place);
        seen.push(place);
        is_new
    });
    folders
}

/// Whether distributions are in the folder itself.
fn is_one(path: &Path) -> bool {
    let by_name = path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == OsStr::new(known)));
    by_name && path.is_dir() || subfolders(path).any(|folder| has_ending(&folder, "dist-info"))
}

fn named(folder: &Path) -> impl Iterator<Item = PathBuf> {
    NAMES.map(|name| folder.join(name)).into_iter().filter(|folder| folder.is_dir())
}

/// Such as `python3.13`, `python3`, `pypy3.10`.
fn is_of_python(folder: &Path) -> bool {
    let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with("python") || name.starts_with("pypy")
}

fn has_ending(folder: &Path, ending: &str) -> bool {
    folder.extension().is_some_and(|extension| extension == ending)
}

fn subfolders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_an_image_and_the_folder_itself_lead_to_the_same() {
        let root = tempfile::tempdir().expect("a folder");
        let site = root.path().join("usr/lib/python3.13/site-packages");
        let debian = root.path().join("usr/lib/python3/dist-packages");
        fs::create_dir_all(site.join("m-1.dist-info")).expect("a folder");
        fs::create_dir_all(&debian).expect("a folder");
        assert_eq!(folders(root.path()), [debian.clone(), site.clone()]);
        assert_eq!(folders(&root.path().join("usr")), [debian, site.clone()]);
        assert_eq!(folders(&site), [site]);
        assert!(folders(&root.path().join("usr/lib/python3.13/nothing")).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_goes_by_two_names_counts_once() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("lib/python3.12/site-packages")).expect("a folder");
        std::os::unix::fs::symlink("lib", root.path().join("lib64")).expect("a link");
        assert_eq!(folders(root.path()).len(), 1);
    }
}
