//! From what is to be rebuilt to the answer.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::attempt::Workshop;
use super::attempts::{Attempts, Best};
use super::compare::{Class, MemberDifference};
use super::error::Error;
use super::evidence::{Circumstances, Inference, infer};
use super::grade::Grade;
use super::index::{Listing, Remote};
use super::pack::pack_as_published;
use super::page::explanation;
use super::published::{FileName, Published};
use super::repository::Repository;
use super::result::{RebuildResult, RebuiltFacts};
use super::source::Source;
use super::strategy::Strategy;
use super::subject::Subject;
use super::supply::Supply;
use crate::archive::{Digest, Digesting};
use crate::backend::process::Bounds;
use crate::backend::{BuildSystem, Event, Installer};
use crate::bounded;
use crate::output::{Output, OutputForm, OutputSet, OutputTarget};
use crate::python::Interpreter;

/// What rebuilds are made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// What asks the index and makes environments.
    pub installer: Installer,
    /// The interpreters to build with.
    pub pythons: Vec<Interpreter>,
    /// The source, where it is not the index's: a source distribution or a folder.
    pub source: Option<PathBuf>,
    /// Whether the repository that a source distribution names is tried where it lacks files.
    pub repository: bool,
    /// The strategy to try alone, in place of what is inferred.
    pub strategy: Option<Strategy>,
    /// A version of Python in place of the inferred one.
    pub python: Option<String>,
    /// Where downloads are kept, by their hash.
    pub cache: PathBuf,
    /// Where the rebuilt wheel of the best attempt is put.
    pub keep: Option<PathBuf>,
    /// The folder that build folders are made in.
    pub root: PathBuf,
    /// Whether results hold the difference in full.
    pub explain: bool,
    /// How many builds to try.
    pub attempts: usize,
    /// How long each step of a build may take.
    pub time_limit: Duration,
    /// Whether builds are isolated. Without, they can do what the user can.
    pub sandbox: bool,
    /// All variables of the user.
    pub variables: Vec<(OsString, OsString)>,
}

/// What goes on, for somebody who waits.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// A download begins.
    Downloading(&'a str),
    /// A build begins: its number, and the strategy.
    Attempt(usize, &'a Strategy),
    /// Something of a build.
    Build(Event<'a>),
}

/// How many more builds are tried from the repository, where the source distribution lacks files.
const ATTEMPTS_FROM_REPOSITORY: usize = 3;

/// Rebuilds one wheel. What goes wrong is part of the answer.
pub fn rebuild(
    subject: &Subject,
    options: &Options,
    stop: &AtomicBool,
    progress: &dyn Fn(Progress<'_>),
) -> RebuildResult {
    rebuild_from(&Supply::new(options, stop), subject, options, stop, progress)
}

/// The same with a supply that others use too.
pub(super) fn rebuild_from(
    supply: &Supply<'_>,
    subject: &Subject,
    options: &Options,
    stop: &AtomicBool,
    progress: &dyn Fn(Progress<'_>),
) -> RebuildResult {
    let started = Instant::now();
    let mut result = RebuildResult {
        wheel: subject.to_string(),
        release: subject.to_string(),
        grade: Grade::NotRebuilt,
        sha256: None,
        url: None,
        rebuilt: None,
        source: None,
        inference: Vec::new(),
        strategy: None,
        environment: Vec::new(),
        attempts: Vec::new(),
        differences: Vec::new(),
        stage: None,
        reason: None,
        seconds: 0.0,
        explanation: None,
    };
    let pythons = versions(&options.pythons);
    let mut run = Run { options, supply, stop, progress, pythons: &pythons, result: &mut result };
    if let Err(error) = run.rebuild(subject) {
        result.stage = Some(error.stage().to_owned());
        result.reason = Some(error.to_string());
        result.grade = Grade::NotRebuilt;
    }
    result.seconds = started.elapsed().as_secs_f64();
    result
}

struct Run<'a> {
    options: &'a Options,
    supply: &'a Supply<'a>,
    stop: &'a AtomicBool,
    progress: &'a dyn Fn(Progress<'_>),
    /// The versions of the interpreters that are here, in ascending order.
    pythons: &'a [(u8, u8)],
    result: &'a mut RebuildResult,
}

/// What a rebuild begins with.
struct Start {
    wheel: PathBuf,
    /// The index's source distribution, and its address.
    sdist: Option<(Result<PathBuf, Error>, String)>,
    listing: Option<Listing>,
}

impl Run<'_> {
    fn rebuild(&mut self, subject: &Subject) -> Result<(), Error> {
        let scratch = tempfile::Builder::new().prefix("pyrepro-rebuild-").tempdir();
        let scratch = scratch.map_err(|source| Error::io(&std::env::temp_dir(), source))?;
        let Start { wheel, sdist, listing } = self.start(subject)?;
        let published = Published::open(&wheel)?;
        let name = &published.file_name;
        self.result.wheel = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.result.release = format!("{}=={}", name.project, name.version);
        self.result.sha256 = Some(published.digest);
        let source = self.source(sdist, &published, &scratch.path().join("source"))?;
        self.result.source = Some(source.facts.clone());
        let system = BuildSystem::of(&source.folder)?;
        // The index knows when it was uploaded; without an answer, the wheel's times are what there is.
        let listing = match listing {
            None if !system.is_own() => self.list(&name.project, &name.version.replace('_', "-")).ok(),
            listing => listing,
        };
        let first = self.first(&published, &system, listing.as_ref())?;
        let folder = scratch.path().join("work");
        let watch = |event: Event<'_>| (self.progress)(Progress::Build(event));
        let workshop = self.workshop(&source, system.is_own(), &folder, &watch)?;
        let best = self.attempts(&workshop, &published, first, self.options.attempts)?;
        if !self.may_lack_files(&best) {
            return self.judge(&workshop, &published, best);
        }
        let into = scratch.path().join("repository");
        let Some(repository) = self.repository(&source.folder, &published, &best, &into)? else {
            return self.judge(&workshop, &published, best);
        };
        let folder = scratch.path().join("work-of-repository");
        let second = self.workshop(&repository, system.is_own(), &folder, &watch)?;
        match self.attempts(&second, &published, best.strategy.clone(), ATTEMPTS_FROM_REPOSITORY) {
            Ok(better) if better.is_better_than(&best) => {
                self.result.source = Some(repository.facts.clone());
                self.judge(&second, &published, better)
            }
            Err(Error::Stopped) => Err(Error::Stopped),
            _ => self.judge(&workshop, &published, best),
        }
    }

    /// The strategy to try first: the one that was given, or what the wheel and the index tell.
    fn first(
        &mut self,
        published: &Published,
        system: &BuildSystem,
        listing: Option<&Listing>,
    ) -> Result<Strategy, Error> {
        let wheels = listing.map(|listing| listing.wheels.as_slice()).unwrap_or_default();
        let listed = || wheels.iter().filter(|file| file.sha256 == published.digest);
        self.result.url = listed().map(|file| plain_url(&file.url)).next();
        if let Some(strategy) = &self.options.strategy {
            strategy.check()?;
            return Ok(strategy.clone());
        }
        let uploaded = listed().find_map(|file| file.uploaded.as_deref());
        let BuildSystem { backend, requires, .. } = system;
        let known = Circumstances { uploaded, backend, requires, pythons: self.pythons };
        let mut inferred = infer(published, &known)?;
        if let Some(python) = &self.options.python {
            inferred.strategy.python.clone_from(python);
        }
        self.result.inference = inferred.reasons;
        Ok(inferred.strategy)
    }

    fn workshop<'b>(
        &self,
        source: &'b Source,
        is_own: bool,
        folder: &'b Path,
        watch: &'b dyn Fn(Event<'_>),
    ) -> Result<Workshop<'b>, Error>
    where
        Self: 'b,
    {
        fs::create_dir(folder).map_err(|source| Error::io(folder, source))?;
        let options = self.options;
        Ok(Workshop {
            source: &source.folder,
            is_own,
            installer: &options.installer,
            folder,
            environments: options.cache.join("environments"),
            root: &options.root,
            variables: &options.variables,
            time_limit: options.time_limit,
            sandbox: options.sandbox,
            stop: self.stop,
            watch,
        })
    }

    /// Tries strategies from one source, and takes down all that were tried.
    fn attempts(
        &mut self,
        workshop: &Workshop<'_>,
        published: &Published,
        first: Strategy,
        most: usize,
    ) -> Result<Best, Error> {
        let earlier = self.result.attempts.len();
        let attempts = Attempts::new(self.options, self.progress, workshop, published, self.pythons, earlier);
        let (made, best) = attempts.run(first, most);
        self.result.attempts.extend(made);
        best
    }

    /// Whether a source with more files may do better.
    fn may_lack_files(&self, best: &Best) -> bool {
        let is_of_files = |class| matches!(class, Class::Missing | Class::Content | Class::Generated);
        let is_chosen = self.options.source.is_some() || self.options.strategy.is_some();
        !is_chosen
            && self.options.repository
            && best.differences.iter().any(|difference| is_of_files(difference.class))
    }

    /// The repository that the sdist names, at the tag of the version. What was looked for is part of the report.
    fn repository(
        &mut self,
        sdist: &Path,
        published: &Published,
        best: &Best,
        into: &Path,
    ) -> Result<Option<Source>, Error> {
        // Who tampers with a wheel can have it name a repository that gives what was put in.
        let metadata =
            bounded::read_to_string(&sdist.join("PKG-INFO"), bounded::DOCUMENT).unwrap_or_default();
        let Some(repository) = Repository::of(&metadata) else { return Ok(None) };
        fs::create_dir(into).map_err(|source| Error::io(into, source))?;
        let differs = best.differences.iter().filter(|difference| !difference.class.is_metadata()).count();
        let seen =
            format!("the sdist does not give {differs} members; its metadata names {}", repository.url());
        let watch = |event: Event<'_>| (self.progress)(Progress::Build(event));
        let bounds = bounds(self.options, self.stop, &watch);
        let found = repository.check_out_tag(&published.file_name, into, &bounds).and_then(|found| {
            BuildSystem::of(&found.folder)?;
            Ok(found)
        });
        let (found, then) = match found {
            Ok(mut found) => {
                found.facts.in_place_of = self.result.source.as_ref().map(|sdist| sdist.name.clone());
                let commit = found.facts.commit.clone().unwrap_or_default();
                (Some(found), format!("the tag of the version there, commit {commit}, was tried too"))
            }
            Err(Error::Stopped) => return Err(Error::Stopped),
            Err(error) => (None, format!("nothing, because it cannot be used: {error}")),
        };
        self.result.inference.push(Inference { seen, then });
        Ok(found)
    }

    /// The wheel, and what the index has beside it. The wheel and its source are downloaded together.
    fn start(&self, subject: &Subject) -> Result<Start, Error> {
        let (name, version, file) = match subject {
            Subject::Wheel(path) => {
                let known = path.file_name().and_then(|name| name.to_str()).and_then(FileName::parse);
                let known =
                    known.ok_or_else(|| Error::Published(super::PublishedError::Name(path.clone())))?;
                if self.options.source.is_some() {
                    return Ok(Start { wheel: path.clone(), sdist: None, listing: None });
                }
                (known.project, known.version.replace('_', "-"), Some(path))
            }
            Subject::Release { name, version } => (name.clone(), version.clone(), None),
        };
        let listing = self.list(&name, &version)?;
        let choice = self.supply.choose(&listing);
        let wheel = if file.is_some() { None } else { choice.wheel };
        let no_wheel = || Error::index(&format!("{name}=={version}"), "it has no wheel of this version");
        let files: Vec<&Remote> = wheel.into_iter().chain(choice.sdist).collect();
        let mut paths = self.supply.download(&files, self.progress)?.into_iter();
        let wheel = match (file, wheel) {
            (Some(path), _) => path.clone(),
            (None, Some(_)) => paths.next().ok_or_else(no_wheel)??,
            (None, None) => return Err(no_wheel()),
        };
        let sdist = paths.next().zip(choice.sdist.map(|sdist| plain_url(&sdist.url)));
        Ok(Start { wheel, sdist, listing: Some(listing) })
    }

    fn list(&self, name: &str, version: &str) -> Result<Listing, Error> {
        self.supply.list(name, version, self.progress)
    }

    fn source(
        &self,
        sdist: Option<(Result<PathBuf, Error>, String)>,
        published: &Published,
        into: &Path,
    ) -> Result<Source, Error> {
        let watch = |event: Event<'_>| (self.progress)(Progress::Build(event));
        let bounds = bounds(self.options, self.stop, &watch);
        let name = &published.file_name;
        if let Some(source) = &self.options.source {
            return Source::open(source, None, name, into, &bounds);
        }
        let none = || Error::NoSource(format!("{}=={}", name.project, name.version));
        let (path, url) = sdist.ok_or_else(none)?;
        Source::open(&path?, Some(url), name, into, &bounds)
    }

    /// The grade of the best attempt.
    fn judge(&mut self, workshop: &Workshop<'_>, published: &Published, best: Best) -> Result<(), Error> {
        let Best { rebuilt, strategy, differences } = best;
        self.result.grade = if !differences.is_empty() {
            grade_of(&differences)
        } else if rebuilt.wheel.digest == published.digest {
            Grade::Identical
        } else {
            let python = interpreter(self.options, &strategy.python)?;
            let request = workshop.request(&strategy, &python.path)?;
            let bounds = bounds(self.options, self.stop, &|_| ());
            let target = workshop.folder.join(&self.result.wheel);
            let packed =
                pack_as_published(published, &rebuilt.wheel.path, &python.path, &request, &bounds, &target)?;
            if packed { Grade::Container } else { Grade::Normalised }
        };
        if self.options.explain && !differences.is_empty() {
            let (a, b) = (&published.path, &rebuilt.wheel.path);
            let report = crate::diff::diff(a, b, &crate::diff::Options::default()).ok();
            self.result.explanation = report.as_ref().map(explanation);
        }
        if let Some(folder) = &self.options.keep {
            fs::create_dir_all(folder).map_err(|source| Error::io(folder, source))?;
            let packed = workshop.folder.join(&self.result.wheel);
            let wheel = if self.result.grade == Grade::Container { &packed } else { &rebuilt.wheel.path };
            put(wheel, &folder.join(rebuilt.wheel.path.file_name().unwrap_or_default()))?;
        }
        self.result.rebuilt = Some(RebuiltFacts {
            sha256: rebuilt.wheel.digest,
            normal_sha256: normal_digest(&rebuilt.wheel.path),
        });
        self.result.environment = rebuilt.installed;
        let requirements = rebuilt.locked.iter().map(ToString::to_string).collect();
        self.result.strategy = Some(Strategy { requirements, ..strategy });
        self.result.differences = differences;
        Ok(())
    }
}

/// The grade of a rebuild with differences.
fn grade_of(differences: &[MemberDifference]) -> Grade {
    let all = |is: fn(Class) -> bool| differences.iter().all(|difference| is(difference.class));
    if all(Class::is_metadata) {
        Grade::Metadata
    } else if all(|class| class.is_metadata() || class.is_explained()) {
        Grade::Explained
    } else {
        Grade::Differs
    }
}

/// The digest of a wheel in its normal form, if it has one.
fn normal_digest(wheel: &Path) -> Option<Digest> {
    let options = crate::normalize::Options::default();
    let normal = crate::normalize::normal_form(wheel, fs::File::open(wheel).ok()?, &options).ok()?;
    let mut digest = Digesting::default();
    normal.copy_to(&mut digest).ok()?;
    Some(digest.finish().0)
}

/// An address without what only its reader may know, or what is only for downloads.
pub(super) fn plain_url(url: &str) -> String {
    let url = url.split(['#', '?']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            format!("{scheme}://{}/{path}", host.rsplit('@').next().unwrap_or_default())
        }
        None => url.to_owned(),
    }
}

/// Copies a wheel to where it was asked for, whole or not at all.
fn put(wheel: &Path, target: &Path) -> Result<(), Error> {
    let mut output = Output::create(OutputTarget::chosen(target, OutputForm::Archive)?)?;
    let mut file = fs::File::open(wheel).map_err(|source| Error::io(wheel, source))?;
    io::copy(&mut file, &mut output).map_err(|source| Error::io(target, source))?;
    let mut set = OutputSet::default();
    set.add(output, false)?;
    Ok(set.put()?)
}

/// The versions of interpreters, each once, in ascending order.
fn versions(pythons: &[Interpreter]) -> Vec<(u8, u8)> {
    let mut found: Vec<(u8, u8)> = pythons.iter().filter_map(version_of).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The first two numbers of an interpreter's version.
pub(super) fn version_of(python: &Interpreter) -> Option<(u8, u8)> {
    let version = python.target.as_ref().ok()?;
    let (major, minor) = super::evidence::numbers(&version.to_string());
    Some((u8::try_from(major).ok()?, u8::try_from(minor).ok()?))
}

/// The interpreter of a version.
pub(super) fn interpreter<'a>(options: &'a Options, wanted: &str) -> Result<&'a Interpreter, Error> {
    let (major, minor) = super::evidence::numbers(wanted);
    let fits = |python: &&Interpreter| {
        version_of(python).is_some_and(|(a, b)| (u32::from(a), u32::from(b)) == (major, minor))
    };
    let found = options.pythons.iter().find(fits);
    found.ok_or_else(|| Error::Python(super::NoPython { needs: wanted.to_owned() }))
}

/// The bounds of programs that are ours: no sandbox.
pub(super) fn bounds<'a>(
    options: &Options,
    stop: &'a AtomicBool,
    watch: &'a dyn Fn(Event<'_>),
) -> Bounds<'a> {
    Bounds { time_limit: Some(options.time_limit), writable: None, sandbox: None, stop, watch }
}
