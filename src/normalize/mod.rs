//! Make bytecode files and archives that others wrote normal, in place: the same for the same content.
//!
//! [`Files::find`] lists what is to be done, [`Files::normalize`] does it, and nothing else writes.
//! A file gets its new content whole or not at all, under every name that it has, and keeps its
//! mode, owner and time. What is normal already is not touched.
//!
//! Large archives are not held in memory: what there is no room for of their members is put aside in a
//! file without a name, and so is the normal form, which then is compared and copied.

mod bytecode;
mod difference;
mod draft;
mod error;
pub(crate) mod fields;
mod files;
mod form;
mod identity;
mod installed;
mod job;
mod kind;
mod original;
mod own_epoch;
mod replace;
mod tar;
mod tar_facts;
mod wheel;
mod zip;
mod zip_facts;

use std::convert::Infallible;
use std::fs::File as Opened;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::archive::Shared;
use crate::epoch::Epoch;
use crate::in_order;

pub use difference::{Aspect, Difference};
pub use error::Error;
pub use files::{Destination, Files, Search, Skipped};
pub use form::NormalForm;
pub use kind::Kind;
pub use wheel::WheelError;

use files::{Elsewhere, File};
use job::Job;
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
    /// The time of all members of archives. Without one it is 1980-01-01, but an archive that is normal in
    /// all else keeps the one time that its members have.
    pub epoch: Option<Epoch>,
    /// Leave signatures of wheels out, which do not hold any more. Without it they are an error.
    pub drop_signatures: bool,
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
    /// What it is, where that could be told.
    pub kind: Option<Kind>,
    /// Its size before and after, where it could be read.
    pub sizes: Option<Sizes>,
    /// What somebody should know who relies on it, such as bytecode in it that is none.
    pub warnings: Vec<String>,
    /// Where its normal form was written, if not in its place.
    pub target: Option<PathBuf>,
}

/// The size of a file in bytes, and of its normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// As it was found.
    pub before: u64,
    /// In normal form.
    pub after: u64,
}

/// What can become of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It is normal, and was not touched.
    Unchanged,
    /// It was rewritten.
    Normalized,
    /// It would have been rewritten, for these reasons as far as they could be told.
    WouldChange(Vec<Difference>),
    /// It is of a kind that pyrepro leaves alone, or was found in a folder and is of one that it does
    /// not know.
    LeftAlone(Error),
    /// It could not be normalized, and is as it was.
    Failed(Error),
    /// It is as it was, because the run was stopped.
    NotBegun,
}

/// Makes the normal form of what is in an open file; its name decides what it is where its content
/// does not.
///
/// ```
/// use pyrepro::normalize::{Options, normal_form};
///
/// let file = std::fs::File::open("Cargo.toml")?;
/// let error = normal_form("m.pyc".as_ref(), file, &Options::default()).unwrap_err();
/// assert!(error.to_string().contains("not a bytecode file"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn normal_form(name: &Path, file: Opened, options: &Options) -> Result<NormalForm, Error> {
    let original = Original::of(file, name)?;
    let threads = jobs(options);
    let stop = AtomicBool::new(false);
    let kind = kind_of(name, &original)?;
    Job::new(name, kind, options, threads, &stop).normal_form(kind, &original)
}

fn jobs(options: &Options) -> NonZeroUsize {
    options.jobs.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

fn kind_of(name: &Path, original: &Original) -> Result<Kind, Error> {
    let kind = Kind::detect(name, &mut Shared::new(&original.file)).map_err(Error::Unreadable)?;
    kind.ok_or(Error::NoArtifact)
}

impl Files {
    /// Normalizes all files, several at a time, and returns what became of each, sorted by path.
    ///
    /// When `stop` becomes true, no more files are begun, and of those that are being worked on only the
    /// ones whose normal form is there are finished. `done` is called after each file, by any thread.
    ///
    /// ```
    /// use std::sync::atomic::AtomicBool;
    /// use pyrepro::normalize::{Files, Options, Search};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let files = Files::find(&[folder.path().to_owned()], &Search::default());
    /// let records = files.normalize(&Options::default(), &AtomicBool::new(false), || ());
    /// assert!(records.is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn normalize(self, options: &Options, stop: &AtomicBool, done: impl Fn() + Sync) -> Vec<Record> {
        let Files { files, failed: mut records, .. } = self;
        let (jobs, count) = (jobs(options).get(), files.len());
        let work = |(place, file): (usize, &File)| {
            // Those that have nobody to work beside them have the other threads to themselves.
            let threads = NonZeroUsize::new(jobs / (count - place).min(jobs));
            let record = if stop.load(Ordering::Relaxed) {
                file.not_begun()
            } else {
                file.record(options, threads.unwrap_or(NonZeroUsize::MIN), stop)
            };
            done();
            Ok::<_, Infallible>(record)
        };
        let Ok(found) = in_order::map(files.iter().enumerate(), jobs.min(count), work);
        records.extend(found);
        records.sort_by(|a, b| files::by_bytes(&a.path, &b.path));
        records
    }
}

impl Record {
    fn new(path: &Path, outcome: Outcome) -> Record {
        Record {
            path: path.to_owned(),
            links: Vec::new(),
            outcome,
            kind: None,
            sizes: None,
            warnings: Vec::new(),
            target: None,
        }
    }
}

impl File {
    /// Normalizes the file. A bug that some content brings to light is that file's error.
    fn record(&self, options: &Options, threads: NonZeroUsize, stop: &AtomicBool) -> Record {
        let mut names = self.names.clone();
        let mut record = Record::new(&self.path, Outcome::NotBegun);
        let work = || self.normalize(options, threads, stop, &mut names, &mut record);
        record.outcome = match catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::Bug)) {
            Ok(outcome) => outcome,
            Err(Error::Stopped) => Outcome::NotBegun,
            Err(error @ Error::Egg) => Outcome::LeftAlone(error),
            Err(error) if error.is_of_unknown_kind() && !self.named => Outcome::LeftAlone(error),
            Err(error) => Outcome::Failed(error),
        };
        record.links = names.into_iter().skip(1).collect();
        record
    }

    fn not_begun(&self) -> Record {
        Record { links: self.names[1..].to_vec(), ..Record::new(&self.path, Outcome::NotBegun) }
    }

    fn normalize(
        &self,
        options: &Options,
        threads: NonZeroUsize,
        stop: &AtomicBool,
        names: &mut Vec<PathBuf>,
        record: &mut Record,
    ) -> Result<Outcome, Error> {
        let original = Original::open(&names[0])?;
        let kind = kind_of(&self.path, &original)?;
        record.kind = Some(kind);
        let form = Job::new(&self.path, kind, options, threads, stop).normal_form(kind, &original)?;
        let after = form.size().map_err(Error::Unreadable)?;
        record.sizes = Some(Sizes { before: original.size(), after });
        record.warnings.clone_from(&form.warnings);
        let is_normal = form.is_in(&original.file).map_err(Error::Unreadable)?;
        if let Some(target) = &self.target {
            self.write_to(target, kind, &original, &form, options.latest)?;
            record.target = Some(target.path.clone());
        } else if options.check && !is_normal {
            return Ok(Outcome::WouldChange(form.differences));
        } else if !is_normal {
            replace::replace(names, original, &form, options.latest)?;
        }
        Ok(if is_normal { Outcome::Unchanged } else { Outcome::Normalized })
    }

    fn write_to(
        &self,
        elsewhere: &Elsewhere,
        kind: Kind,
        original: &Original,
        form: &NormalForm,
        latest: Option<Epoch>,
    ) -> Result<(), Error> {
        if identity::Stamp::at(&elsewhere.path).is_ok_and(|stamp| stamp.id == original.stamp.id) {
            return Err(Error::OwnTarget);
        }
        replace::write_to(elsewhere.target(kind)?, original, form, latest)
    }
}
