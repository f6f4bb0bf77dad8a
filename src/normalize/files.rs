//! Which files there are to normalize, each once, however many names it goes by.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::identity::{Entry, Stamp};
use super::kind::Kind;
use super::{Outcome, Record};
use crate::output::{FileId, OutputError, OutputForm, OutputTarget};
use crate::tree::{self, AsideReason, Globs, Symlinks, Tree};

/// The files to normalize.
#[derive(Debug)]
pub struct Files {
    pub(super) files: Vec<File>,
    /// The paths that could not be looked into.
    pub(super) failed: Vec<Record>,
    skipped: Vec<Skipped>,
}

/// What is taken from folders that are named. A file that is named is taken whatever it is.
///
/// ```
/// use pyrepro::normalize::{Kind, Search};
///
/// let wheels = Search { only: vec![Kind::Wheel], ..Search::default() };
/// ```
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The kinds of artifacts to take; without any, all.
    pub only: Vec<Kind>,
    /// What to leave out, by its path from the folder that is named.
    pub exclude: Globs,
    /// Take what symbolic links lead to. They are left out where they are found and refused where they are
    /// named otherwise.
    pub follow_symlinks: bool,
}

/// A folder that was found and not looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub reason: AsideReason,
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
    /// Its path below the folder that was named, or its name.
    pub relative: PathBuf,
    /// Where its normal form is to be, if not in its place.
    pub target: Option<Elsewhere>,
}

/// A place for a normal form that is not the file's own.
#[derive(Debug, Clone)]
pub(super) struct Elsewhere {
    pub path: PathBuf,
    /// Whether the user named it.
    named: bool,
}

impl Elsewhere {
    /// What may be done there with an artifact of this kind.
    pub fn target(&self, kind: Kind) -> Result<OutputTarget, OutputError> {
        let form = if kind == Kind::Pyc { OutputForm::Bytecode } else { OutputForm::Archive };
        if self.named {
            OutputTarget::named(&self.path, form)
        } else {
            OutputTarget::chosen(&self.path, form)
        }
    }
}

/// Where normal forms are to be, if not in place.
///
/// ```
/// use pyrepro::normalize::Destination;
///
/// let elsewhere = Destination::Folder("normal".into());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// In this file, which can take only one.
    File(PathBuf),
    /// Below this folder: what was named by its name, what was found in a folder by its path there.
    Folder(PathBuf),
}

/// A path that was found.
struct Found {
    path: PathBuf,
    named: bool,
    relative: PathBuf,
}

impl Files {
    /// Takes the files that are named, and the artifacts in folders that are named.
    ///
    /// Virtual environments, folders of version control, caches and installed packages in them are not
    /// looked into: the files there are others' and have published hashes. What cannot be looked into
    /// becomes a record of a failure; nothing below it is taken.
    ///
    /// ```
    /// use pyrepro::normalize::{Files, Search};
    ///
    /// let folder = tempfile::tempdir()?;
    /// for name in ["b.pyc", "a.pyc", "a.py"] {
    ///     std::fs::write(folder.path().join(name), "")?;
    /// }
    /// assert_eq!(Files::find(&[folder.path().to_owned()], &Search::default()).len(), 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn find(paths: &[PathBuf], search: &Search) -> Files {
        let (mut found, mut skipped) = (Vec::new(), Vec::new());
        let mut failed = Vec::new();
        for path in paths {
            if let Err(error) = search.below(path, &mut found, &mut skipped) {
                failed.push(failure(path, error));
            }
        }
        skipped.sort_by(|a: &Skipped, b| by_bytes(&a.path, &b.path));
        skipped.dedup();
        found.sort_by(|a: &Found, b| by_bytes(&a.path, &b.path));

        let mut grouping = Grouping::default();
        for found in found {
            if let Err(error) = grouping.add(&found, search.follow_symlinks) {
                failed.push(failure(&found.path, error));
            }
        }
        Files { files: grouping.files, failed, skipped }
    }

    /// The folders that were not looked into, in order.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Lets normal forms be written elsewhere, those of files that have it already, too. It is an error
    /// if two would be in one place.
    ///
    /// ```
    /// use pyrepro::normalize::{Destination, Files, Search};
    ///
    /// let none = Files::find(&[], &Search::default());
    /// assert!(none.send_to(&Destination::Folder("normal".into())).is_ok());
    /// ```
    pub fn send_to(mut self, destination: &Destination) -> Result<Files, Error> {
        let mut taken = HashSet::new();
        let identity = |path: &Path| fs::metadata(path).ok().map(|metadata| FileId::of(path, &metadata));
        let read: HashMap<FileId, usize> = self
            .files
            .iter()
            .enumerate()
            .filter_map(|(place, file)| Some((identity(&file.names[0])?, place)))
            .collect();
        for (place, file) in self.files.iter_mut().enumerate() {
            let (target, named) = match destination {
                Destination::File(target) => (target.clone(), true),
                Destination::Folder(folder) => (folder.join(&file.relative), false),
            };
            if !taken.insert(target.clone()) {
                return Err(Error::SameTarget { target });
            }
            let replaced = identity(&target).and_then(|id| read.get(&id));
            if replaced.is_some_and(|replaced| *replaced != place) {
                return Err(Error::OtherInput { target });
            }
            file.target = Some(Elsewhere { path: target, named });
        }
        Ok(self)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// The order of trees, which no locale has a say in.
pub(super) fn by_bytes(a: &Path, b: &Path) -> Ordering {
    a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes())
}

fn failure(path: &Path, error: Error) -> Record {
    Record::new(path, Outcome::Failed(error))
}

impl Search {
    /// Appends the file at a path, or those in the folder there.
    fn below(&self, path: &Path, found: &mut Vec<Found>, skipped: &mut Vec<Skipped>) -> Result<(), Error> {
        let metadata = if self.follow_symlinks { fs::metadata(path) } else { fs::symlink_metadata(path) };
        let metadata = metadata.map_err(Error::Unreadable)?;
        if metadata.is_file() {
            let relative = path.file_name().unwrap_or_default().into();
            found.push(Found { path: path.to_owned(), named: true, relative });
            return Ok(());
        }
        if metadata.is_symlink() {
            return Err(Error::Symlink);
        }
        if !metadata.is_dir() {
            return Err(Error::Special);
        }
        let tree = Tree::walk(path, &self.walk())?;
        for entry in tree.entries().iter().filter(|entry| self.takes(entry)) {
            found.push(Found { path: tree.locate(entry), named: false, relative: entry.path.clone() });
        }
        for aside in tree.aside() {
            skipped.push(Skipped { path: tree.root().join(&aside.path), reason: aside.reason });
        }
        Ok(())
    }

    fn walk(&self) -> tree::Options {
        tree::Options {
            // Without the globs, which are sound, more would be listed and left out again by `takes`.
            include: Globs::new(Kind::globs()).unwrap_or_default(),
            exclude: self.exclude.clone(),
            symlinks: if self.follow_symlinks { Symlinks::Follow } else { Symlinks::Skip },
            own_content: true,
            skip_special: true,
            ..tree::Options::default()
        }
    }

    fn takes(&self, entry: &tree::Entry) -> bool {
        let takes = |kind| self.only.is_empty() || self.only.contains(&kind);
        matches!(entry.kind, tree::Kind::File { .. }) && Kind::by_name(&entry.path).is_some_and(takes)
    }
}

/// Brings the names of a file together.
#[derive(Default)]
struct Grouping {
    files: Vec<File>,
    places: HashMap<FileId, usize>,
    entries: HashSet<Entry>,
}

impl Grouping {
    fn add(&mut self, found: &Found, follow_symlinks: bool) -> Result<(), Error> {
        let path = &found.path;
        let name = if follow_symlinks { fs::canonicalize(path) } else { Ok(path.to_owned()) };
        let name = name.map_err(Error::Unreadable)?;
        let id = Stamp::at(&name).map_err(Error::Unreadable)?.id;
        let entry = Entry::of(&name).map_err(Error::Unreadable)?;

        let place = *self.places.entry(id).or_insert_with(|| {
            self.files.push(File {
                path: path.to_owned(),
                names: Vec::new(),
                named: false,
                relative: found.relative.clone(),
                target: None,
            });
            self.files.len() - 1
        });
        let file = &mut self.files[place];
        file.named |= found.named;
        if self.entries.insert(entry) {
            file.names.push(name);
        }
        Ok(())
    }
}
