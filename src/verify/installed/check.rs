//! The check itself: every file read once, several at a time.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use filetime::FileTime;

use super::bytecode::{Reference, Source};
use super::finding::{Finding, Problem};
use super::listing::{Claim, Listed, Listing};
use super::{Distribution, Environment, Error, site};
use crate::bounded::{SOURCE, open, regular};
use crate::compile::Unavailable;
use crate::in_order;
use crate::tree::Globs;

/// Files are given to threads this many at a time.
const AT_A_TIME: usize = 32;

/// Files up to this size are read whole.
const SMALL: u64 = 1 << 20;

/// How to check.
pub struct Options<'a> {
    /// What to compile sources with again, at most one for each version, to compare their code with that
    /// of bytecode files. Other bytecode only has to say that it is of its source.
    pub references: &'a [Reference<'a>],
    /// How many files to read at a time.
    pub jobs: NonZero<usize>,
    /// When it becomes true, the check ends.
    pub stop: &'a AtomicBool,
}

/// What a check has found.
#[derive(Debug, Default)]
pub struct Report {
    /// The folders that were checked.
    pub sites: Vec<PathBuf>,
    /// What is installed in them.
    pub distributions: Vec<Distribution>,
    /// How many files were compared with a RECORD.
    pub files: usize,
    /// How many bytecode files were looked at.
    pub bytecode: usize,
    /// Of how many the code was compared with its source's.
    pub compared: usize,
    /// What is not as it should be, by path.
    pub findings: Vec<Finding>,
}

/// What was found out about some files.
#[derive(Default)]
struct Checked {
    files: usize,
    bytecode: usize,
    compared: usize,
    /// Each with the number of the distribution, if it has one.
    findings: Vec<(PathBuf, Option<usize>, Problem)>,
}

impl Environment {
    /// Finds what is installed below a prefix such as `/usr` or a virtual environment, or in a folder of
    /// distributions itself. What matches `exclude`, by its path from that folder, is not looked at.
    ///
    /// ```
    /// use pyrepro::verify::installed::Environment;
    /// use pyrepro::tree::Globs;
    ///
    /// let folder = tempfile::tempdir()?;
    /// assert!(Environment::find(folder.path(), &Globs::default()).is_err());
    /// std::fs::create_dir_all(folder.path().join("lib/python3.13/site-packages"))?;
    /// assert!(Environment::find(folder.path(), &Globs::default()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(path: &Path, exclude: &Globs) -> Result<Environment, Error> {
        let folders = site::folders(path)?;
        if folders.is_empty() {
            return Err(Error::Nothing(path.to_owned()));
        }
        let sites = folders.into_iter().map(|folder| {
            let listing = Listing::of(&folder, exclude)?;
            Ok((folder, listing))
        });
        Ok(Environment { sites: sites.collect::<Result<_, Error>>()? })
    }

    /// Holds all that is installed against the RECORDs, and bytecode against sources. `done` is called with
    /// how many files were looked at since it was called last.
    ///
    /// ```
    /// use std::num::NonZero;
    /// use std::sync::atomic::AtomicBool;
    /// use pyrepro::verify::installed::{Environment, Options, Problem};
    /// use pyrepro::tree::Globs;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let site = folder.path().join("lib/python3.13/site-packages");
    /// std::fs::create_dir_all(&site)?;
    /// std::fs::write(site.join("more.py"), "")?;
    /// let options = Options { references: &[], jobs: NonZero::<usize>::MIN, stop: &AtomicBool::new(false) };
    /// let report = Environment::find(folder.path(), &Globs::default())?.check(&options, |_| ())?;
    /// assert_eq!(report.findings[0].problem, Problem::Unrecorded);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(self, options: &Options<'_>, mut done: impl FnMut(usize)) -> Result<Report, Error> {
        let mut report = Report::default();
        for (folder, listing) in self.sites {
            report.sites.push(folder);
            report.findings.extend(listing.findings);
            let chunks = listing.files.chunks(AT_A_TIME);
            let distributions = &listing.distributions;
            let keep = |checked: Result<Checked, Unavailable>| {
                let checked = checked?;
                done(checked.files + checked.bytecode);
                report.add(checked, distributions);
                Ok::<(), Error>(())
            };
            let stopped = || options.stop.load(Ordering::Relaxed);
            in_order::work(
                chunks,
                options.jobs.get(),
                |files| check(files, options.references),
                stopped,
                keep,
            )?;
            if stopped() {
                return Err(Error::Interrupted);
            }
            report.distributions.extend(listing.distributions);
        }
        report.findings.sort();
        Ok(report)
    }
}

impl Report {
    /// Whether all that was found is that something could not be read, which says nothing of it.
    ///
    /// ```
    /// # use pyrepro::verify::installed::Report;
    /// assert!(!Report::default().is_only_unreadable());
    /// ```
    pub fn is_only_unreadable(&self) -> bool {
        let is_unreadable = |finding: &Finding| matches!(finding.problem, Problem::Unreadable(_));
        !self.findings.is_empty() && self.findings.iter().all(is_unreadable)
    }

    fn add(&mut self, checked: Checked, distributions: &[Distribution]) {
        self.files += checked.files;
        self.bytecode += checked.bytecode;
        self.compared += checked.compared;
        self.findings.extend(checked.findings.into_iter().map(|(path, number, problem)| {
            let distribution = number.map(|number| distributions[number].to_string());
            Finding { path, distribution, problem }
        }));
    }

    /// The kinds of problems that there are, each with how often it is found.
    ///
    /// ```
    /// # use pyrepro::verify::installed::Report;
    /// assert!(Report::default().counts().is_empty());
    /// ```
    pub fn counts(&self) -> Vec<(String, usize)> {
        let names: BTreeSet<String> = self.findings.iter().map(|finding| finding.problem.name()).collect();
        let count =
            |name: &String| self.findings.iter().filter(|finding| finding.problem.name() == *name).count();
        names.into_iter().map(|name| (name.clone(), count(&name))).collect()
    }
}

fn check(files: &[Listed], references: &[Reference<'_>]) -> Result<Checked, Unavailable> {
    let mut checked = Checked::default();
    for file in files {
        checked.look_at(file, references)?;
    }
    Ok(checked)
}

impl Checked {
    fn look_at(&mut self, listed: &Listed, references: &[Reference<'_>]) -> Result<(), Unavailable> {
        let Listed { path, claim, bytecode } = listed;
        self.files += usize::from(claim.is_some());
        let number = claim.as_ref().map(|claim| claim.distribution);
        let read =
            if bytecode.is_empty() { compare(path, claim.as_ref()) } else { read(path, claim.as_ref()) };
        let (problem, source) = match read {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Some(Problem::Missing), None),
            Err(error) => (Some(Problem::Unreadable(error.to_string())), None),
        };
        self.findings.extend(problem.map(|problem| (path.clone(), number, problem)));
        let Some((bytes, mtime)) = source else { return Ok(()) };
        for path in bytecode {
            let verdict = Source { bytes: &bytes, mtime }.check(path, references)?;
            self.bytecode += 1;
            self.compared += usize::from(verdict.compared);
            self.findings.extend(verdict.problem.map(|problem| (path.clone(), number, problem)));
        }
        Ok(())
    }
}

/// A source's content and its time, where it is needed once more.
type Text = Option<(Vec<u8>, i64)>;

/// Compares a file with its row. A small one is asked for just as many bytes as it should have and one more,
/// since every question to the system counts with many files.
fn compare(path: &Path, claim: Option<&Claim>) -> io::Result<(Option<Problem>, Text)> {
    let Some(claim) = claim else { return Ok((None, None)) };
    let Some(hash) = &claim.hash else { return Ok((unhashed(path, claim)?, None)) };
    let mut file = open(path)?;
    match claim.size {
        Some(size) if size < SMALL => {
            let mut bytes = vec![0; size as usize + 1];
            let count = fill(&mut file, &mut bytes)?;
            let fits = if count as u64 == size { hash.fits(&bytes[..count]) } else { Some(false) };
            Ok((problem(fits), None))
        }
        Some(size) if size != file.metadata()?.len() => Ok((Some(Problem::Changed), None)),
        _ => Ok((problem(hash.fits_all_of(regular(file)?)?), None)),
    }
}

/// Reads until there is no more, or no more room; how much that is.
fn fill(file: &mut File, room: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < room.len() {
        match file.read(&mut room[count..]) {
            Ok(0) => break,
            // A regular file gives all it has. What gives less in between, is asked again.
            Ok(read) if count + read + 1 == room.len() => return Ok(count + read),
            Ok(read) => count += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// The same of a source that is to be compared with its bytecode.
fn read(path: &Path, claim: Option<&Claim>) -> io::Result<(Option<Problem>, Text)> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    let mut file = regular(file)?.take(SOURCE);
    let mut bytes = Vec::with_capacity(metadata.len().min(SOURCE) as usize);
    file.read_to_end(&mut bytes)?;
    let problem = match claim.map(|claim| (claim, &claim.hash)) {
        None => None,
        Some((claim, None)) => unhashed(path, claim)?,
        Some((claim, Some(_))) if claim.size.is_some_and(|size| size != bytes.len() as u64) => {
            Some(Problem::Changed)
        }
        Some((_, Some(hash))) => problem(hash.fits(&bytes)),
    };
    Ok((problem, Some((bytes, FileTime::from_last_modification_time(&metadata).unix_seconds()))))
}

fn problem(fits: Option<bool>) -> Option<Problem> {
    match fits {
        Some(true) => None,
        Some(false) => Some(Problem::Changed),
        None => Some(Problem::Unhashed),
    }
}

/// What is listed without a hash has to be there all the same.
fn unhashed(path: &Path, claim: &Claim) -> io::Result<Option<Problem>> {
    path.symlink_metadata()?;
    Ok((!claim.may_lack_hash).then_some(Problem::Unhashed))
}
