//! Finding interpreters: all there are, one by name, or the default.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::Release;
use super::interpreter::Interpreter;
use super::probe::{Unusable, probe};
use super::remembered::Remembered;
use super::search::{SearchPath, is_path, python_at};
use crate::in_order;

/// Interpreters start in some ten milliseconds; this is for cold network drives.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// More than processors, because one that hangs must not hold up the others.
const PROBES_AT_A_TIME: usize = 16;

/// The interpreters of a machine. Each is run at most once in the life of this value.
///
/// ```
/// use pyrepro::python::{FindError, Interpreters, SearchPath};
///
/// let nowhere = Interpreters::new(SearchPath::default());
/// assert!(nowhere.all().is_empty());
/// assert!(matches!(nowhere.find("3.13"), Err(FindError::Missing { .. })));
/// ```
#[derive(Debug)]
pub struct Interpreters {
    search: SearchPath,
    time_limit: Duration,
    remembered: Option<Remembered>,
    probed: Mutex<HashMap<PathBuf, Result<Interpreter, Unusable>>>,
}

/// No interpreter for a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// The one that is asked for does not work.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// Nothing answers to the request.
    #[error("there is no Python interpreter {request:?}; {}{}", folder(.request), told(.found))]
    Missing {
        /// What was asked for.
        request: String,
        /// What there is instead.
        found: Vec<Interpreter>,
    },
}

impl Interpreters {
    /// Nothing is run until somebody asks.
    ///
    /// ```
    /// use pyrepro::python::{Interpreters, SearchPath};
    ///
    /// let search = SearchPath { path: std::env::var_os("PATH"), ..SearchPath::default() };
    /// let interpreters = Interpreters::new(search);
    /// ```
    pub fn new(search: SearchPath) -> Interpreters {
        Interpreters { search, time_limit: TIME_LIMIT, remembered: None, probed: Mutex::default() }
    }

    /// Remembers in a folder what interpreters say of themselves, and asks them again only when they have changed.
    /// Where that cannot be told, such as for scripts, each is asked. Not for where variables such as `LD_LIBRARY_PATH` choose
    /// the libraries that an interpreter runs with.
    ///
    /// ```
    /// use pyrepro::python::{Interpreters, SearchPath};
    ///
    /// let interpreters = Interpreters::new(SearchPath::default()).remembering("/home/ada/.cache/pyrepro/interpreters");
    /// ```
    pub fn remembering(self, folder: impl Into<PathBuf>) -> Interpreters {
        Interpreters { remembered: Some(Remembered::new(folder.into())), ..self }
    }

    /// Sets how long an interpreter may take to tell about itself; 10 seconds if not set.
    ///
    /// ```
    /// use std::time::Duration;
    /// use pyrepro::python::{Interpreters, SearchPath};
    ///
    /// let interpreters = Interpreters::new(SearchPath::default()).with_time_limit(Duration::from_secs(1));
    /// ```
    pub fn with_time_limit(self, time_limit: Duration) -> Interpreters {
        Interpreters { time_limit, ..self }
    }

    /// All interpreters, newest release first, then by path; at the end those that do not work.
    /// One that goes by several names is listed under the first that is found.
    ///
    /// ```
    /// use pyrepro::python::{Interpreters, SearchPath};
    ///
    /// let search = SearchPath { path: Some("/usr/bin".into()), ..SearchPath::default() };
    /// for outcome in Interpreters::new(search).all() {
    ///     match outcome {
    ///         Ok(python) => println!("{} {}", python.release, python.path.display()),
    ///         Err(unusable) => println!("{unusable}"),
    ///     }
    /// }
    /// ```
    pub fn all(&self) -> Vec<Result<Interpreter, Unusable>> {
        let mut seen = HashSet::new();
        let mut candidates = self.search.candidates();
        candidates.retain(|path| seen.insert(identity(path)));

        let mut outcomes = self.probe_many(&candidates);
        let mut seen = HashSet::new();
        outcomes
            .retain(|outcome| outcome.as_ref().map_or(true, |python| seen.insert(python.resolved.clone())));
        outcomes.sort_by(|a, b| match (a, b) {
            (Ok(a), Ok(b)) => b.release.cmp(&a.release).then_with(|| a.path.cmp(&b.path)),
            (Err(a), Err(b)) => a.path.cmp(&b.path),
            (a, b) => a.is_err().cmp(&b.is_err()),
        });
        outcomes
    }

    /// The interpreter for a request: the path of one or of its virtual environment, a command such as
    /// `python3.12`, or a version such as `3.12` or `3.12.1`. Only what has a separator is a path, so a
    /// command is never looked for in the current folder. For what the user asks for alone: a request can
    /// name any program, so none may come out of a document.
    ///
    /// For a version, the command of that version on the search path comes first if it fits, then the
    /// highest patch level of all that are found, those that pyrepro can write bytecode for first.
    ///
    /// ```
    /// use pyrepro::python::{Interpreters, SearchPath};
    ///
    /// let nowhere = Interpreters::new(SearchPath::default());
    /// let error = nowhere.find("/no/such/python").unwrap_err();
    /// assert!(error.to_string().starts_with("/no/such/python does not work"));
    /// ```
    pub fn find(&self, request: impl AsRef<OsStr>) -> Result<Interpreter, FindError> {
        let request = request.as_ref();
        if is_path(request) {
            return Ok(self.probe(&python_at(request))?);
        }
        let found = match release_numbers(request) {
            Some(numbers) => self.find_release(&numbers),
            None => self.find_command(request)?,
        };
        found.ok_or_else(|| self.missing(request))
    }

    /// The interpreter of a release, whatever the name of its file. What documents say of interpreters
    /// goes this way: it can name none.
    ///
    /// ```
    /// use pyrepro::python::{FindError, Interpreters, SearchPath};
    ///
    /// let nowhere = Interpreters::new(SearchPath::default());
    /// let error = nowhere.of_release("3.13.0".parse()?).unwrap_err();
    /// assert!(matches!(error, FindError::Missing { .. }));
    /// # Ok::<(), pyrepro::python::BadRelease>(())
    /// ```
    pub fn of_release(&self, release: Release) -> Result<Interpreter, FindError> {
        let numbers = [release.major.into(), release.minor.into(), release.micro];
        self.find_release(&numbers).ok_or_else(|| self.missing(release.to_string().as_ref()))
    }

    /// The interpreter of a feature release such as 3.13, of its highest patch level.
    pub fn of_feature_release(&self, major: u8, minor: u8) -> Result<Interpreter, FindError> {
        let found = self.find_release(&[major.into(), minor.into()]);
        found.ok_or_else(|| self.missing(format!("{major}.{minor}").as_ref()))
    }

    /// The interpreter to use if none is asked for: the preferred one, that of the active virtual
    /// environment, or `python3` on the search path.
    ///
    /// ```
    /// use pyrepro::python::{Interpreters, SearchPath};
    ///
    /// assert!(Interpreters::new(SearchPath::default()).default().is_err());
    /// ```
    pub fn default(&self) -> Result<Interpreter, FindError> {
        if let Some(request) = &self.search.preferred {
            return self.find(request);
        }
        if let Some(path) = self.search.active() {
            return Ok(self.probe(&path)?);
        }
        self.find("python3")
    }

    /// The request of the user who prefers one interpreter.
    pub fn preferred(&self) -> Option<OsString> {
        self.search.preferred.clone()
    }

    fn find_release(&self, numbers: &[u16]) -> Option<Interpreter> {
        let fits = |python: &Interpreter| {
            let release = python.release;
            [release.major.into(), release.minor.into(), release.micro].starts_with(numbers)
        };
        let feature_release: Vec<String> = numbers.iter().take(2).map(u16::to_string).collect();
        let command = format!("python{}", feature_release.join("."));
        let mut commands = self.search.commands(command.as_ref());
        let on_path = commands.find_map(|path| self.probe(&path).ok().filter(fits));
        on_path.or_else(|| {
            let fitting = self.all().into_iter().flatten().filter(fits);
            // Of several equals, `max_by_key` gives the last, and the first is wanted.
            fitting.rev().max_by_key(|python| (python.target.is_ok(), python.release))
        })
    }

    fn find_command(&self, name: &OsStr) -> Result<Option<Interpreter>, Unusable> {
        for path in self.search.commands(name) {
            match self.probe(&path) {
                // A shim stands for nothing when pyenv has no such version switched on.
                Err(_) if self.search.is_shim(&path) => {}
                outcome => return outcome.map(Some),
            }
        }
        let version = name.to_str().and_then(|name| name.strip_prefix("python"));
        Ok(version.and_then(|version| self.find_release(&release_numbers(version.as_ref())?)))
    }

    fn missing(&self, request: &OsStr) -> FindError {
        let found = self.all().into_iter().flatten().collect();
        FindError::Missing { request: request.to_string_lossy().into_owned(), found }
    }

    /// The interpreter at a path. One that was run before, under whichever name, is not run again.
    fn probe(&self, path: &Path) -> Result<Interpreter, Unusable> {
        let identity = identity(path);
        let known = self.lock().get(&identity).cloned();
        let outcome = known.unwrap_or_else(|| {
            let outcome = self.ask(path);
            self.lock().insert(identity, outcome.clone());
            outcome
        });
        match outcome {
            // Starting a shim takes many times as long as starting what it stands for.
            Ok(python) if self.search.is_shim(path) => {
                Ok(Interpreter { path: python.executable.clone(), ..python })
            }
            Ok(python) => Ok(Interpreter { path: path.to_owned(), ..python }),
            Err(unusable) => Err(Unusable { path: path.to_owned(), ..unusable }),
        }
    }

    fn ask(&self, path: &Path) -> Result<Interpreter, Unusable> {
        let Some(remembered) = &self.remembered else { return Ok(probe(path, self.time_limit)?.interpreter) };
        if let Some(known) = remembered.interpreter(path) {
            return Ok(known);
        }
        let asked = SystemTime::now();
        let answer = probe(path, self.time_limit)?;
        remembered.remember(path, &answer, asked);
        Ok(answer.interpreter)
    }

    fn probe_many(&self, paths: &[PathBuf]) -> Vec<Result<Interpreter, Unusable>> {
        let probe = |path: &PathBuf| Ok::<_, Infallible>(self.probe(path));
        let Ok(probed) = in_order::map(paths, paths.len().min(PROBES_AT_A_TIME), probe);
        probed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Result<Interpreter, Unusable>>> {
        // The map is whole between any two statements, so a panic elsewhere did it no harm.
        self.probed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What makes two paths the same interpreter: the file behind their links. A file of another name is
/// a launcher that goes by the name it is called by, so there each path stands for itself.
fn identity(path: &Path) -> PathBuf {
    let is_python = |real: &PathBuf| {
        let name = real.file_name().map(OsStr::to_string_lossy);
        name.is_some_and(|name| name.starts_with("python") || name.starts_with("pypy"))
    };
    path.canonicalize().ok().filter(is_python).unwrap_or_else(|| path.to_owned())
}

/// The numbers of a request such as `3`, `3.13` or `3.13.0`.
fn release_numbers(request: &OsStr) -> Option<Vec<u16>> {
    let numbers = request.to_str()?.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u16>>>()?;
    (numbers.len() <= 3).then_some(numbers)
}

/// The way out for who names a folder as if it were a command.
fn folder(request: &str) -> String {
    let path = Path::new(request);
    match !is_path(request.as_ref()) && path.is_dir() {
        true => format!("for the folder of that name, write {}; ", Path::new(".").join(path).display()),
        false => String::new(),
    }
}

fn told(found: &[Interpreter]) -> String {
    if found.is_empty() {
        return "nor any other: put one on PATH, or give its path".to_owned();
    }
    let lines =
        found.iter().map(|python| format!("\n  {:<9} {}", python.release.to_string(), python.path.display()));
    format!("there are{}", lines.collect::<String>())
}
