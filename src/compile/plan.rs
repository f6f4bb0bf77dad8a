//! Which sources there are: a walk over what was named, in the order in which `compileall` goes.

use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use super::request::Request;
use super::source::Source;
use crate::python::Version;

/// A step of the walk.
#[derive(Debug)]
pub enum Step {
    /// A folder, before what is in it.
    Folder(PathBuf),
    /// A folder that cannot be listed, or a source of which nobody can tell whether it is wanted.
    Unlisted(PathBuf, io::Error),
    /// A source.
    Source(Source),
}

/// The sources in files and folders, in the order in which they are compiled: what [`run`](super::run) finds without excludes.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.py"), "")?;
/// std::fs::write(folder.path().join("b.txt"), "")?;
/// assert_eq!(pyrepro::compile::sources([folder.path()])?, [folder.path().join("a.py")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sources(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Result<Vec<PathBuf>, Unlisted> {
    // The walk is the same for every version.
    let Some(version) = Version::all().next_back() else { return Ok(Vec::new()) };
    let request = Request::new(version, paths);
    let steps = Plan::new(&request).filter_map(|step| match step {
        Step::Folder(_) => None,
        Step::Unlisted(path, source) => Some(Err(Unlisted { path, source })),
        Step::Source(source) => Some(Ok(source.path)),
    });
    steps.collect()
}

/// A folder that cannot be listed.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}", path = path.display())]
pub struct Unlisted {
    path: PathBuf,
    source: io::Error,
}

/// The walk. It holds the folders that it is in, and no others.
pub struct Plan<'a> {
    request: &'a Request,
    links_within: Option<PathBuf>,
    paths: std::slice::Iter<'a, PathBuf>,
    root: PathBuf,
    folders: Vec<(PathBuf, IntoIter<(OsString, FileType)>)>,
}

impl<'a> Plan<'a> {
    pub fn new(request: &'a Request) -> Plan<'a> {
        // A folder that is not there is made absolute, and then no link leads into it.
        let resolve = |path: &PathBuf| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
        let links_within = request.links_within.as_ref().and_then(resolve);
        let paths = request.paths.iter();
        Plan { request, links_within, paths, root: PathBuf::new(), folders: Vec::new() }
    }

    /// Begins with a folder: its names in order, without `__pycache__`.
    fn enter(&mut self, folder: PathBuf) -> Step {
        match names_in(&folder) {
            Ok(names) => {
                self.folders.push((folder.clone(), names.into_iter()));
                Step::Folder(folder)
            }
            Err(error) => Step::Unlisted(folder, error),
        }
    }

    fn named(&mut self, path: &Path) -> Option<Step> {
        if !path.is_file() {
            self.root = path.to_owned();
            return Some(self.enter(path.to_owned()));
        }
        let wanted = self.wants(path, || fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()));
        let source = || Source { path: path.to_owned(), root: None, named: true };
        match wanted {
            Ok(wanted) => wanted.then(|| Step::Source(source())),
            Err(error) => Some(Step::Unlisted(path.to_owned(), error)),
        }
    }

    /// What a name in a folder leads to, if anything.
    fn found(&mut self, path: PathBuf, found: FileType) -> Option<Step> {
        let is_source = path.as_os_str().as_encoded_bytes().ends_with(b".py");
        if found.is_dir() {
            let deep_enough = self.request.depth.is_some_and(|depth| self.folders.len() > depth);
            return (!deep_enough).then(|| self.enter(path));
        }
        let leads_to_file = || fs::metadata(&path).as_ref().is_ok_and(Metadata::is_file);
        let is_file = found.is_file() || found.is_symlink() && is_source && leads_to_file();
        match is_source && is_file {
            true => match self.wants(&path, || found.is_symlink()) {
                Ok(wanted) => {
                    let root = Some(self.root.clone());
                    wanted.then_some(Step::Source(Source { path, root, named: false }))
                }
                Err(error) => Some(Step::Unlisted(path, error)),
            },
            false => None,
        }
    }

    fn wants(&self, path: &Path, is_link: impl FnOnce() -> bool) -> io::Result<bool> {
        if self.request.exclude.as_ref().map_or(Ok(false), |exclude| exclude.matches(path))? {
            return Ok(false);
        }
        let Some(folder) = &self.links_within else { return Ok(true) };
        Ok(!is_link()
            || path.canonicalize().is_ok_and(|target| target != *folder && target.starts_with(folder)))
    }
}

/// The names in a folder and what they are, in order, without `__pycache__`.
fn names_in(folder: &Path) -> io::Result<Vec<(OsString, FileType)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // One that is gone already is as if it had never been.
        if let Ok(found) = entry.file_type() {
            names.push((entry.file_name(), found));
        }
    }
    names.retain(|(name, _)| name != "__pycache__");
    names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(names)
}

impl Iterator for Plan<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            let step = match self.folders.last_mut() {
                Some((folder, names)) => match names.next() {
                    Some((name, found)) => {
                        let path = folder.join(name);
                        self.found(path, found)
                    }
                    None => {
                        self.folders.pop();
                        None
                    }
                },
                None => {
                    let path = self.paths.next()?;
                    self.named(path)
                }
            };
            if step.is_some() {
                return step;
            }
        }
    }
}
