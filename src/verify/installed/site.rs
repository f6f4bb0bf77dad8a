//! Where distributions are installed below a prefix.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::there;

/// What the folders are called, on Debian the second.
const NAMES: [&str; 2] = ["site-packages", "dist-packages"];
/// Where they are below a prefix: the places of `sysconfig` on Linux, macOS and Windows. A whole image has
/// several of these.
const LIBRARIES: [&str; 8] =
    ["lib", "lib64", "local/lib", "usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64", "Lib"];

/// The folders that distributions are installed in, sorted, each once.
pub(super) fn folders(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if is_one(path)? {
        return Ok(vec![path.to_owned()]);
    }
    let mut folders = Vec::new();
    for library in LIBRARIES.map(|library| path.join(library)) {
        folders.extend(named(&library)?);
        for python in subfolders(&library)?.iter().filter(|folder| is_of_python(folder)) {
            folders.extend(named(python)?);
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
    Ok(folders)
}

/// Whether distributions are in the folder itself.
fn is_one(path: &Path) -> Result<bool, Error> {
    let by_name = path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == OsStr::new(known)));
    Ok(by_name && is_folder(path)? || subfolders(path)?.iter().any(|folder| has_ending(folder, "dist-info")))
}

fn named(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for place in NAMES.map(|name| folder.join(name)) {
        if is_folder(&place)? {
            found.push(place);
        }
    }
    Ok(found)
}

/// Such as `python3.13`, `python3`, `pypy3.10`.
fn is_of_python(folder: &Path) -> bool {
    let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with("python") || name.starts_with("pypy")
}

fn has_ending(folder: &Path, ending: &str) -> bool {
    folder.extension().is_some_and(|extension| extension == ending)
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let at = |source| Error::Read { path: folder.to_owned(), source };
    if !is_folder(folder)? {
        return Ok(vec![]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if is_folder(&path)? {
            found.push(path);
        }
    }
    Ok(found)
}

fn is_folder(path: &Path) -> Result<bool, Error> {
    there::is_folder(path).map_err(|source| Error::Read { path: path.to_owned(), source })
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
        let folders = |path: &Path| super::folders(path).expect("all can be read");
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
        assert_eq!(folders(root.path()).expect("all can be read").len(), 1);
    }
}
