//! Make bytecode files that others wrote canonical, in place.
//!
//! [`Files::find`] lists what is to be done, [`Files::normalize`] does it, and nothing else writes.
//! A file gets its new content whole or not at all, under every name that it has, and keeps its
//! mode, owner and time. What is canonical already is not touched.

mod error;
mod files;
mod identity;
mod kind;
mod original;
mod replace;

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::epoch::Epoch;

pub use error::Error;
pub use files::Files;
pub use kind::Kind;

use files::File;
use original::Original;

/// How to normalize.
///
/// ```
/// use pyrepro::normalize::Options;
///
/// let only_ask = Options { check: true, ..Options::default() };
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Only tell what would change.
    pub check: bool,
    /// The latest time of modification that a rewritten file may keep.
    pub latest: Option<Epoch>,
    /// How many files to work on at a time; by default as many as there are processors.
    pub jobs: Option<NonZeroUsize>,
}

/// What became of a file.
#[derive(Debug)]
pub struct Record {
    /// The file, or the path that could not be looked into.
    pub path: PathBuf,
    /// The other names of the same file that are known.
    pub links: Vec<PathBuf>,
    /// What became of it.
    pub outcome: Outcome,
    /// Its size before and after, where it could be read.
    pub sizes: Option<Sizes>,
}

/// The size of a file in bytes, and of its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// As it was found.
    pub before: u64,
    /// In canonical form.
    pub after: u64,
}

/// What can become of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It is canonical, and was not touched.
    Unchanged,
    /// It was rewritten.
    Normalized,
    /// It would have been rewritten, for this reason if that could be told.
    WouldChange(Option<String>),
    /// It was found in a folder, and is of a kind that pyrepro does not know.
    LeftAlone(Error),
    /// It could not be normalized, and is as it was.
    Failed(Error),
    /// It is as it was, because the run was stopped.
    NotBegun,
}

/// The canonical form of an artifact; its name decides what it is where its content does not.
///
/// ```
/// let error = pyrepro::normalize::canonical("m.pyc".as_ref(), b"print(\"Hello, world\")\n").unwrap_err();
/// assert!(error.to_string().contains("not a bytecode file"));
/// ```
pub fn canonical(name: &Path, content: &[u8]) -> Result<Vec<u8>, Error> {
    Kind::of(name, content).ok_or(Error::NoArtifact)?.canonical(content)
}

impl Files {
    /// Normalizes all files, several at a time, and returns what became of each, sorted by path.
    ///
    /// When `stop` becomes true, the files that are being worked on are finished and no others are
    /// begun. `done` is called after each file, by any thread.
    ///
    /// ```
    /// use std::sync::atomic::AtomicBool;
    /// use pyrepro::normalize::{Files, Options};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let files = Files::find(&[folder.path().to_owned()], false);
    /// let records = files.normalize(&Options::default(), &AtomicBool::new(false), || ());
    /// assert!(records.is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn normalize(self, options: &Options, stop: &AtomicBool, done: impl Fn() + Sync) -> Vec<Record> {
        let Files { files, failed: mut records } = self;
        let next = AtomicUsize::new(0);
        let work = || {
            let mut records = Vec::new();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                records.push(if stop.load(Ordering::Relaxed) {
                    file.not_begun()
                } else {
                    file.record(options)
                });
                done();
            }
            records
        };
        let jobs = options.jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        thread::scope(|scope| {
            let others: Vec<_> = (1..jobs.min(files.len())).map(|_| scope.spawn(work)).collect();
            records.extend(work());
            for other in others {
                records.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
        });
        records.sort_by(|a, b| files::by_bytes(&a.path, &b.path));
        records
    }
}

impl File {
    /// Normalizes the file. A bug that some content brings to light is that file's error.
    fn record(&self, options: &Options) -> Record {
        let mut names = self.names.clone();
        let mut sizes = None;
        let work = || self.normalize(options, &mut names, &mut sizes);
        let outcome = match catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::Bug)) {
            Ok(outcome) => outcome,
            Err(error) if error.is_of_unknown_kind() && !self.named => Outcome::LeftAlone(error),
            Err(error) => Outcome::Failed(error),
        };
        let links = names.into_iter().skip(1).collect();
        Record { path: self.path.clone(), links, outcome, sizes }
    }

    fn not_begun(&self) -> Record {
        let links = self.names[1..].to_vec();
        Record { path: self.path.clone(), links, outcome: Outcome::NotBegun, sizes: None }
    }

    fn normalize(
        &self,
        options: &Options,
        names: &mut Vec<PathBuf>,
        sizes: &mut Option<Sizes>,
    ) -> Result<Outcome, Error> {
        let original = Original::read(&names[0])?;
        let kind = Kind::of(&self.path, &original.content).ok_or(Error::NoArtifact)?;
        let canonical = kind.canonical(&original.content)?;
        *sizes = Some(Sizes { before: original.content.len() as u64, after: canonical.len() as u64 });
        if canonical == original.content {
            return Ok(Outcome::Unchanged);
        }
        if options.check {
            return Ok(Outcome::WouldChange(kind.difference(&original.content)));
        }
        replace::replace(names, &original, &canonical, options.latest)?;
        Ok(Outcome::Normalized)
    }
}
