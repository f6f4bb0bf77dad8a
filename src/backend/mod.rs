//! Wheels and sdists of projects that name another backend than pyrepro's, built through PEP 517.
//!
//! A [`Request`] says what to build and with what. [`Session::start`] reads the project, takes a folder at
//! a fixed place, and puts a fresh environment with the build requirements there. [`Session::build`] copies
//! the sources beside it and has the backend build one artifact in surroundings that are the same each
//! time: variables, time zone, locale, umask, home, times and modes of files. When the session ends, the
//! folder goes, with all processes that a backend has left in it.
//!
//! What comes out is checked, but is as the backend wrote it: [`Built::make`] makes it normal.

mod artifact;
mod build_dir;
mod confine;
mod copy;
mod crates;
mod environment;
mod error;
mod finished;
mod git;
mod hook;
mod install;
mod isolation;
mod kept;
pub(crate) mod process;
mod sandbox;
mod system;
mod variables;
mod watch;
mod watchdog;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::dist::Ingredient;
use crate::epoch::Epoch;

pub use artifact::{Artifact, BadArtifact, Built};
pub use build_dir::default_root;
pub use error::{Error, Words};
pub use finished::{Made, MakeError};
pub use install::Locked;
pub(crate) use install::MAKING_ENVIRONMENT;
pub use isolation::{Installed, Installer, Isolation};
pub use system::BuildSystem;
pub use watch::Event;

use build_dir::BuildDir;
use environment::Environment;
use hook::Hooks;
use process::Bounds;
use sandbox::Sandbox;
use watch::Watch;

/// What to build, and with what.
///
/// ```
/// use pyrepro::backend::{Isolation, Request};
///
/// let request = Request {
///     isolation: Isolation::Installed,
///     ..Request::new("/path/of/project".into(), "/usr/bin/python3".into())
/// };
/// assert!(request.time_limit.is_none());
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    /// The project's folder. It is read and never written to.
    pub source: PathBuf,
    /// What in it is no source, such as the folder that artifacts go to.
    pub left_out: Vec<PathBuf>,
    /// The interpreter that runs the backend, or that its environment is made of.
    pub python: PathBuf,
    /// Where the backend and what it needs come from.
    pub isolation: Isolation,
    /// What to tell the backend: keys and values, as `--config-setting` has them.
    pub settings: Vec<(String, String)>,
    /// The time that the backend is to put into artifacts.
    pub epoch: Epoch,
    /// All variables of the user. Of these, backends get those that [`Request::keep`] or the list in
    /// `docs/backends.md` names; installers get them all.
    pub variables: Vec<(OsString, OsString)>,
    /// Names of further variables that backends get.
    pub keep: Vec<String>,
    /// Variables that backends get and installers do not: which packages there are is not theirs to say.
    pub switches: Vec<(String, String)>,
    /// Folders that the backend may write to, beside its own.
    pub writable: Vec<PathBuf>,
    /// How long each step may take: an installation, or a hook of the backend.
    pub time_limit: Option<Duration>,
    /// The folder that build folders are made in.
    pub root: PathBuf,
    /// Build requirements are taken as they were at this time (RFC 3339), if the index tells.
    pub uploaded_before: Option<String>,
    /// Whether build requirements have to be wheels, so that installing them runs nobody's code.
    pub wheels_only: bool,
    /// The folder in which environments are kept for later builds with the same packages, if they are wheels
    /// that uv installs.
    pub kept: Option<PathBuf>,
    /// Build requirements beside those that the project declares.
    pub with: Vec<String>,
    /// What is installed in place of all that is required, by hash, if it is not empty.
    pub locked: Vec<Locked>,
    /// The backend in place of the one that the project names, such as `poetry.masonry.api`. What it requires
    /// is then in [`Request::with`].
    pub backend: Option<String>,
    /// Options of `setup.py bdist_wheel`, such as `universal` and `1`, as a user's own settings give them.
    pub wheel_options: Vec<(String, String)>,
    /// Whether files that the backend writes as text get the line ends of Windows.
    pub windows_text: bool,
    /// Whether the backend runs without network, other processes and the user's files. Where that cannot
    /// be had, the build is refused.
    pub sandbox: bool,
}

impl Request {
    /// A request with nothing special: an environment of its own, by pip from its index, and no limit.
    ///
    /// ```
    /// use pyrepro::backend::Request;
    ///
    /// let request = Request::new("/path/of/project".into(), "/usr/bin/python3".into());
    /// assert!(request.variables.is_empty());
    /// ```
    pub fn new(source: PathBuf, python: PathBuf) -> Request {
        Request {
            source,
            left_out: Vec::new(),
            python,
            isolation: Isolation::default(),
            settings: Vec::new(),
            epoch: Epoch::DEFAULT,
            variables: Vec::new(),
            keep: Vec::new(),
            switches: Vec::new(),
            writable: Vec::new(),
            time_limit: None,
            root: default_root(),
            uploaded_before: None,
            wheels_only: false,
            kept: None,
            with: Vec::new(),
            locked: Vec::new(),
            backend: None,
            wheel_options: Vec::new(),
            windows_text: false,
            sandbox: false,
        }
    }

    /// A run of an installer, or of a program that needs the network as installers do.
    pub(crate) fn installing(&self, program: &Path, folder: &Path) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command.env_clear().envs(variables::of_installer(self)).current_dir(folder);
        command
    }
}

/// A build folder that is ready, with an environment that has the backend.
#[derive(Debug)]
pub struct Session<'a> {
    request: &'a Request,
    stop: &'a AtomicBool,
    system: BuildSystem,
    place: BuildDir,
    environment: Environment,
    sandbox: Option<Sandbox>,
}

impl<'a> Session<'a> {
    /// Reads the project, waits until nobody else uses its build folder, and makes the environment.
    /// When `stop` becomes true, whatever runs is ended, and what was made is removed.
    ///
    /// ```no_run
    /// use std::sync::atomic::AtomicBool;
    /// use pyrepro::backend::{Artifact, Request, Session};
    ///
    /// let request = Request::new("/path/of/project".into(), "/usr/bin/python3".into());
    /// let stop = AtomicBool::new(false);
    /// let mut session = Session::start(&request, &stop, &|_| ())?;
    /// let wheel = session.build(Artifact::Wheel, &|_| ())?;
    /// println!("{} by {}", wheel.file_name, session.system().backend);
    /// # Ok::<(), pyrepro::backend::Error>(())
    /// ```
    pub fn start(request: &'a Request, stop: &'a AtomicBool, watch: Watch<'_>) -> Result<Session<'a>, Error> {
        let mut system = BuildSystem::of(&request.source)?;
        if let Some(backend) = &request.backend {
            system.replace(backend);
        }
        let place = BuildDir::take(&request.root, &system.fingerprint, stop, watch)?;
        write_options(request, &place)?;
        let bounds = Bounds { time_limit: request.time_limit, writable: None, sandbox: None, stop, watch };
        let environment = Environment::prepare(request, &system, &place, &bounds)?;
        let sandbox = request.sandbox.then(|| isolate(request, &environment)).transpose()?;
        Ok(Session { request, stop, system, place, environment, sandbox })
    }

    /// What pyproject.toml says of the backend.
    pub fn system(&self) -> &BuildSystem {
        &self.system
    }

    /// The names and versions of all that is in the environment so far, in order: of a fresh one
    /// everything, else what the requirements need.
    pub fn installed(&self) -> &[Installed] {
        &self.environment.installed
    }

    /// What was installed, with the hashes of the files, as far as they are known.
    pub fn locked(&self) -> &[Locked] {
        &self.environment.locked
    }

    /// The variables of the user that the backend got and that may have had a say, in order.
    pub fn inherited(&self) -> Vec<(String, String)> {
        variables::telling(self.request)
    }

    /// The files of the project that the backend gets to see.
    pub fn ingredients(&self) -> Result<Vec<Ingredient>, Error> {
        copy::ingredients(self.request)
    }

    /// The folder that the backend works in.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }

    /// Has the backend build one artifact from a fresh copy of the sources. It lies in the session's
    /// folder until the next is built or the session ends.
    pub fn build(&mut self, artifact: Artifact, watch: Watch<'_>) -> Result<Built, Error> {
        let bounds = Bounds {
            time_limit: self.request.time_limit,
            writable: None,
            sandbox: None,
            stop: self.stop,
            watch,
        };
        let writable = self.writable();
        let confined = Bounds { writable: Some(&writable), sandbox: self.sandbox.as_ref(), ..bounds };
        let before = copy::Snapshot::of(self.request)?;
        copy::sources(self.request, &self.place)?;
        if self.request.sandbox {
            crates::fetch(self.request, &self.place, &bounds)?;
        }
        let more = self.hooks(&confined).requires(artifact)?;
        self.environment.add_more(self.request, &more, &self.place, &bounds)?;
        watch(Event::Building(artifact, &self.system));
        let name = self.hooks(&confined).build(artifact)?;
        before.check(self.request)?;
        artifact::check(artifact, &self.place.output(), &name)
    }

    /// Where the backend can write, on systems that can see to it.
    fn writable(&self) -> Vec<PathBuf> {
        let cargo = self.environment.variables.iter().filter(|(name, _)| name == "CARGO_HOME");
        let cargo = cargo.map(|(_, folder)| PathBuf::from(folder));
        let own = [self.place.folder().to_owned()];
        own.into_iter().chain(cargo).chain(self.request.writable.iter().cloned()).collect()
    }

    fn hooks<'b>(&'b self, bounds: &'b Bounds<'b>) -> Hooks<'b> {
        Hooks {
            python: &self.environment.python,
            system: &self.system,
            place: &self.place,
            variables: &self.environment.variables,
            settings: &self.request.settings,
            bounds,
        }
    }
}

/// A sandbox in which the interpreter and the compilers are that the user has.
fn isolate(request: &Request, environment: &Environment) -> Result<Sandbox, Error> {
    let named = |name: &str| {
        let found = environment.variables.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.clone())
    };
    let resolved = request.python.canonicalize().ok();
    // PREFIX/bin/python3: its library lies below the prefix.
    let prefix = resolved.as_deref().and_then(Path::parent).and_then(Path::parent).map(Path::to_owned);
    let rust = [named("RUSTUP_HOME").map(PathBuf::from), variables::cargo_programs(request)];
    let readable =
        prefix.into_iter().filter(|prefix| prefix != Path::new("/")).chain(rust.into_iter().flatten());
    // The copy's repository reads the objects of the first, by which some backends tell the version.
    let readable = readable.chain(git::objects(&request.source)).collect();
    Sandbox::find(&named("PATH").unwrap_or_default(), readable)
}

/// Where setuptools of every version looks for a user's options.
fn write_options(request: &Request, place: &BuildDir) -> Result<(), Error> {
    if request.wheel_options.is_empty() {
        return Ok(());
    }
    let mut text = "[bdist_wheel]\n".to_owned();
    for (name, value) in &request.wheel_options {
        text.push_str(&format!("{name} = {value}\n"));
    }
    let path = place.home().join(".pydistutils.cfg");
    std::fs::write(&path, text).map_err(|source| Error::Write { path, source })
}
