//! Does a build depend on anything but its source? Build it again with something else changed each time,
//! and compare.
//!
//! pyrepro itself is run for every build, as a user would run it, on a copy of the source, in
//! surroundings of which one thing differs from the first build's: a [`Variation`]. What comes out is
//! compared byte for byte.

mod copy;
mod surroundings;
mod variation;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::archive::Digest;
use crate::backend;
use crate::output::Scratch;
use crate::tree;

pub use variation::{Unavailable, Variation};

use surroundings::Surroundings;

/// What to prove.
#[derive(Debug, Clone)]
pub struct Request {
    /// The program that builds: pyrepro.
    pub program: PathBuf,
    /// What to build: a folder, or an sdist.
    pub source: PathBuf,
    /// What else to say to `pyrepro build`.
    pub arguments: Vec<OsString>,
    /// What to change, each in a build of its own.
    pub variations: Vec<Variation>,
    /// How many times to go through the variations, with other values each time.
    pub rounds: usize,
    /// Variables that builds need whatever changes around them, such as where interpreters are.
    pub variables: Vec<(String, OsString)>,
    /// Where other programs are looked for, as PATH lists folders.
    pub path: OsString,
    /// Why no other compiler can be tried, if that is so.
    pub only_compiler: Option<String>,
}

/// What came of a build in which something was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes.
    Same,
    /// Other bytes, or other files.
    Differs(Vec<Difference>),
    /// The build failed twice, as it did not at first.
    Failed(String),
    /// Not tried, because something is missing.
    NotTried(String),
}

/// A file that differs from that of the first build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// That of the first build, unless there was none.
    pub first: Option<PathBuf>,
    /// That of this build, unless there is none.
    pub other: Option<PathBuf>,
}

/// A build in which something was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What was changed.
    pub variation: Variation,
    /// From what to what.
    pub change: String,
    /// In which round, from 1.
    pub round: usize,
    /// What came of it.
    pub verdict: Verdict,
}

/// The first build and those that were compared with it. The artifacts are there as long as this is.
#[derive(Debug)]
pub struct Proof {
    /// What the first build made, by name, with the SHA-256 of each.
    pub artifacts: BTreeMap<String, Digest>,
    /// The others.
    pub trials: Vec<Trial>,
    _folder: Scratch,
}

/// Why nothing can be proved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The first build fails.
    #[error("the first build, before anything is changed, {0}")]
    Build(String),
    /// The first build makes nothing.
    #[error("the build makes no file, so there is nothing to compare")]
    Nothing,
    /// The source cannot be listed.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// Something cannot be copied, written or read.
    #[error("{}: {source}", .path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A program cannot be run.
    #[error(transparent)]
    Run(#[from] backend::Error),
}

impl Proof {
    /// Whether all builds that were tried gave the same bytes.
    pub fn holds(&self) -> bool {
        self.trials.iter().all(|trial| matches!(trial.verdict, Verdict::Same | Verdict::NotTried(_)))
    }
}

/// Builds once, and then once for each variation. `done` is called after each build that was compared.
///
/// ```no_run
/// use std::sync::atomic::AtomicBool;
/// use pyrepro::prove::{self, Request, Variation};
///
/// let request = Request {
///     program: "pyrepro".into(),
///     source: "testdata/orchard".into(),
///     arguments: vec!["--wheel".into()],
///     variations: Variation::ALL.to_vec(),
///     rounds: 1,
///     variables: vec![],
///     path: std::env::var_os("PATH").unwrap_or_default(),
///     only_compiler: Some("the build makes no bytecode".to_owned()),
/// };
/// let proof = prove::prove(&request, &AtomicBool::new(false), |trial| println!("{trial:?}"))?;
/// assert!(proof.holds());
/// # Ok::<(), prove::Error>(())
/// ```
pub fn prove(request: &Request, stop: &AtomicBool, mut done: impl FnMut(&Trial)) -> Result<Proof, Error> {
    let folder = Scratch::new().map_err(at("a temporary folder"))?;
    let first = folder.path().join("0");
    match Surroundings::first(&first).build(request, stop)? {
        Ok(()) => {}
        Err(words) => return Err(Error::Build(words)),
    }
    let artifacts = artifacts(&first)?;
    if artifacts.is_empty() {
        return Err(Error::Nothing);
    }
    let mut trials = Vec::new();
    for round in 1..=request.rounds {
        for &variation in &request.variations {
            let place = folder.path().join(format!("{}", trials.len() + 1));
            let trial = trial(request, &artifacts, &first, variation, round, &place, stop)?;
            done(&trial);
            trials.push(trial);
        }
    }
    Ok(Proof { artifacts, trials, _folder: folder })
}

fn trial(
    request: &Request,
    artifacts: &BTreeMap<String, Digest>,
    first: &Path,
    variation: Variation,
    round: usize,
    place: &Path,
    stop: &AtomicBool,
) -> Result<Trial, Error> {
    let mut surroundings = Surroundings::first(place);
    let (change, verdict) = match variation.apply(&mut surroundings, round, request) {
        Err(Unavailable(why)) => (String::new(), Verdict::NotTried(why)),
        Ok(change) => match build_again(&surroundings, request, stop)? {
            Err(words) => (change, Verdict::Failed(words)),
            Ok(()) => (change, compare(artifacts, first, place)?),
        },
    };
    // Only what there is something to say of is kept.
    match &verdict {
        Verdict::Differs(_) => surroundings.forget_source()?,
        _ => surroundings.forget()?,
    }
    Ok(Trial { variation, change, round, verdict })
}

/// Builds, and a second time if the first fails: a signal or a full disk ends a build, too, and neither is evidence
/// that the variation does. Gives what the second one has said if both fail.
fn build_again(
    surroundings: &Surroundings,
    request: &Request,
    stop: &AtomicBool,
) -> Result<Result<(), String>, Error> {
    if surroundings.build(request, stop)?.is_ok() {
        return Ok(Ok(()));
    }
    surroundings.forget()?;
    surroundings.build(request, stop)
}

fn compare(artifacts: &BTreeMap<String, Digest>, first: &Path, place: &Path) -> Result<Verdict, Error> {
    let others = self::artifacts(place)?;
    let names = artifacts.keys().chain(others.keys().filter(|name| !artifacts.contains_key(*name)));
    let differing = names.filter(|name| artifacts.get(*name) != others.get(*name));
    let differences: Vec<Difference> = differing
        .map(|name| Difference {
            name: name.clone(),
            first: artifacts.contains_key(name).then(|| first.join(surroundings::OUT).join(name)),
            other: others.contains_key(name).then(|| place.join(surroundings::OUT).join(name)),
        })
        .collect();
    Ok(if differences.is_empty() { Verdict::Same } else { Verdict::Differs(differences) })
}

/// What a build has made, by name.
fn artifacts(place: &Path) -> Result<BTreeMap<String, Digest>, Error> {
    let folder = place.join(surroundings::OUT);
    if !folder.exists() {
        return Ok(BTreeMap::new());
    }
    let mut artifacts = BTreeMap::new();
    for entry in tree::Tree::walk(&folder, &tree::Options::default())?.entries() {
        if !matches!(entry.kind, tree::Kind::File { .. }) {
            continue;
        }
        let path = folder.join(&entry.path);
        let (digest, _) = File::open(&path).and_then(Digest::of_reader).map_err(at(&path))?;
        artifacts.insert(entry.path.to_string_lossy().into_owned(), digest);
    }
    Ok(artifacts)
}

fn at(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Error {
    let path = path.as_ref().to_owned();
    |source| Error::Io { path, source }
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}
