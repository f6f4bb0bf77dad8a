//! Which files there are to normalize, each once, however many names it goes by.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::identity::{Entry, FileId, Stamp};
use super::kind::Kind;
use super::{Outcome, Record};
use crate::tree::{self, Globs, Symlinks, Tree};

/// The files to normalize.
#[derive(Debug)]
pub struct Files {
    pub(super) files: Vec<File>,
    /// The paths that could not be looked into.
    pub(super) failed: Vec<Record>,
}

/// A file, under all the names by which it was found.
#[derive(Debug)]
pub(super) struct File {
    /// The path by which it was found first.
    pub path: PathBuf,
    /// Its names, at least one, no two the same. With links followed they are not the paths by which
    /// it was found, for a link is not to be replaced.
    pub names: Vec<PathBuf>,
    /// Whether a user named it; what was not named was found in a folder.
    pub named: bool,
}

impl Files {
    /// Takes the files that are named, and the artifacts in folders that are named.
    ///
    /// Symbolic links are left out where they are found, and refused where they are named, unless
    /// they are to be followed. What cannot be looked into becomes a record of a failure; nothing
    /// below it is taken.
    ///
    /// ```
    /// use pyrepro::normalize::Files;
    ///
    /// let folder = tempfile::tempdir()?;
    /// for name in ["b.pyc", "a.pyc", "a.py"] {
    ///     std::fs::write(folder.path().join(name), "")?;
    /// }
    /// assert_eq!(Files::find(&[folder.path().to_owned()], false).len(), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn find(paths: &[PathBuf], follow_symlinks: bool) -> Files {
        let mut found = Vec::new();
        let mut failed = Vec::new();
        for path in paths {
            if let Err(error) = search(path, follow_symlinks, &mut found) {
                failed.push(failure(path, error));
            }
        }
        found.sort_by(|(a, _), (b, _)| by_bytes(a, b));

        let mut grouping = Grouping::default();
        for (path, named) in found {
            if let Err(error) = grouping.add(&path, named, follow_symlinks) {
                failed.push(failure(&path, error));
            }
        }
        Files { files: grouping.files, failed }
    }

    /// How many there are.
    ///
    /// ```
    /// # use pyrepro::normalize::Files;
    /// assert_eq!(Files::find(&[], false).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use pyrepro::normalize::Files;
    /// assert!(Files::find(&[], false).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// The order of trees, which no locale has a say in.
pub(super) fn by_bytes(a: &Path, b: &Path) -> Ordering {
    a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes())
}

fn failure(path: &Path, error: Error) -> Record {
    Record { path: path.to_owned(), links: Vec::new(), outcome: Outcome::Failed(error), sizes: None }
}

/// Appends the files at a path, and whether they are named themselves.
fn search(path: &Path, follow_symlinks: bool, found: &mut Vec<(PathBuf, bool)>) -> Result<(), Error> {
    let metadata = if follow_symlinks { fs::metadata(path) } else { fs::symlink_metadata(path) };
    let metadata = metadata.map_err(Error::Unreadable)?;
    if metadata.is_file() {
        found.push((path.to_owned(), true));
    } else if metadata.is_dir() {
        let symlinks = if follow_symlinks { Symlinks::Follow } else { Symlinks::Skip };
        // Without the globs, which are sound, more would be listed and left out again below.
        let include = Globs::new(Kind::GLOBS).unwrap_or_default();
        let options = tree::Options { include, symlinks, skip_special: true, ..tree::Options::default() };
        let tree = Tree::walk(path, &options)?;
        let files = tree.entries().iter().filter(|entry| {
            matches!(entry.kind, tree::Kind::File { .. }) && Kind::by_name(&entry.path).is_some()
        });
        found.extend(files.map(|entry| (tree.locate(entry), false)));
    } else if metadata.is_symlink() {
        return Err(Error::Symlink);
    } else {
        return Err(Error::Special);
    }
    Ok(())
}

/// Brings the names of a file together.
#[derive(Default)]
struct Grouping {
    files: Vec<File>,
    places: HashMap<FileId, usize>,
    entries: HashSet<Entry>,
}

impl Grouping {
    fn add(&mut self, path: &Path, named: bool, follow_symlinks: bool) -> Result<(), Error> {
        let name = if follow_symlinks { fs::canonicalize(path) } else { Ok(path.to_owned()) };
        let name = name.map_err(Error::Unreadable)?;
        let id = Stamp::at(&name).map_err(Error::Unreadable)?.id;
        let entry = Entry::of(&name).map_err(Error::Unreadable)?;

        let place = *self.places.entry(id).or_insert_with(|| {
            self.files.push(File { path: path.to_owned(), names: Vec::new(), named: false });
            self.files.len() - 1
        });
        let file = &mut self.files[place];
        file.named |= named;
        if self.entries.insert(entry) {
            file.names.push(name);
        }
        Ok(())
    }
}
