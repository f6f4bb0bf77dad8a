//! One build of a wheel by a strategy.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::error::Error;
use super::published::Published;
use super::strategy::{LineEnds, Strategy};
use crate::backend::{Artifact, Event, Installed, Installer, Isolation, Locked, Request, Session};
use crate::dist::{self, Package};
use crate::epoch::Epoch;

/// What came out of an attempt.
pub(super) struct Rebuilt {
    pub wheel: Published,
    pub installed: Vec<Installed>,
    /// What was installed, as requirements with hashes.
    pub locked: Vec<Locked>,
}

/// What is the same for all attempts.
pub(super) struct Workshop<'a> {
    /// The unpacked source.
    pub source: &'a Path,
    /// Whether pyrepro itself is the source's backend.
    pub is_own: bool,
    /// What makes environments.
    pub installer: &'a Installer,
    /// Where rebuilt wheels and changed copies of the source go.
    pub folder: &'a Path,
    /// Where build environments are kept.
    pub environments: PathBuf,
    /// Where build folders are made.
    pub root: &'a Path,
    pub variables: &'a [(std::ffi::OsString, std::ffi::OsString)],
    pub time_limit: Duration,
    pub sandbox: bool,
    pub stop: &'a AtomicBool,
    pub watch: &'a dyn Fn(Event<'_>),
}

impl Workshop<'_> {
    /// What the backend room is asked for.
    pub fn request(&self, strategy: &Strategy, python: &Path) -> Result<Request, Error> {
        strategy.check()?;
        let constraints = self.folder.join("constraints.txt");
        fs::write(&constraints, strategy.pins.join("\n"))
            .map_err(|source| Error::io(&constraints, source))?;
        Ok(Request {
            isolation: Isolation::Fresh {
                installer: self.installer.clone(),
                constraints: vec![constraints],
                find_links: Vec::new(),
                no_index: false,
            },
            settings: strategy.settings.clone(),
            epoch: Epoch::from_seconds(strategy.epoch),
            variables: self.variables.to_vec(),
            switches: strategy.variables.clone(),
            time_limit: Some(self.time_limit),
            root: self.root.to_owned(),
            uploaded_before: strategy.uploaded_before.clone(),
            wheels_only: true,
            kept: Some(self.environments.clone()),
            with: strategy.with.clone(),
            locked: strategy.locked()?,
            backend: strategy.backend.clone(),
            wheel_options: strategy.wheel_options.clone(),
            windows_text: strategy.line_ends != LineEnds::Source,
            sandbox: self.sandbox,
            ..Request::new(self.source(strategy)?, python.to_owned())
        })
    }

    /// Builds once. The wheel lies in a folder of its own, by the attempt's number.
    pub fn build(&self, strategy: &Strategy, python: &Path, number: usize) -> Result<Rebuilt, Error> {
        let folder = self.folder.join(number.to_string());
        fs::create_dir_all(&folder).map_err(|source| Error::io(&folder, source))?;
        if self.is_own {
            let wheel = self.build_own(strategy, &folder)?;
            return Ok(Rebuilt { wheel, installed: Vec::new(), locked: Vec::new() });
        }
        let request = self.request(strategy, python)?;
        let mut session = Session::start(&request, self.stop, self.watch)?;
        let built = session.build(Artifact::Wheel, self.watch)?;
        let path = folder.join(&built.file_name);
        fs::copy(&built.path, &path).map_err(|source| Error::io(&path, source))?;
        let (installed, locked) = (session.installed().to_vec(), session.locked().to_vec());
        Ok(Rebuilt { wheel: Published::open(&path)?, installed, locked })
    }

    /// Builds a project that pyrepro itself is the backend of, which runs nobody's code.
    fn build_own(&self, strategy: &Strategy, folder: &Path) -> Result<Published, Error> {
        let artifact = Package::open(&self.source(strategy)?, None)?.wheel(None, NonZero::<usize>::MIN)?;
        let path = folder.join(&artifact.name);
        let mut file = fs::File::create(&path).map_err(|source| Error::io(&path, source))?;
        let options =
            dist::Options { epoch: Epoch::from_seconds(strategy.epoch), ..dist::Options::default() };
        artifact.write(&options, &mut file).map_err(dist::Error::from)?;
        Ok(Published::open(&path)?)
    }

    /// The source with line ends as the strategy wants them.
    fn source(&self, strategy: &Strategy) -> Result<PathBuf, Error> {
        if strategy.line_ends != LineEnds::Crlf {
            return Ok(self.source.to_owned());
        }
        let copy = self.folder.join("crlf");
        if !copy.exists() {
            copy_as_on_windows(self.source, &copy)?;
        }
        Ok(copy)
    }
}

/// Copies a tree with the line ends that a checkout on Windows gives text files.
fn copy_as_on_windows(from: &Path, to: &Path) -> Result<(), Error> {
    let mut pending = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = pending.pop() {
        fs::create_dir_all(&to).map_err(|source| Error::io(&to, source))?;
        for found in fs::read_dir(&from).map_err(|source| Error::io(&from, source))? {
            let found = found.map_err(|source| Error::io(&from, source))?;
            let (path, target) = (found.path(), to.join(found.file_name()));
            let kind = found.file_type().map_err(|source| Error::io(&path, source))?;
            if kind.is_dir() {
                pending.push((path, target));
            } else if kind.is_file() {
                let content = fs::read(&path).map_err(|source| Error::io(&path, source))?;
                fs::write(&target, as_on_windows(content)).map_err(|source| Error::io(&target, source))?;
            }
        }
    }
    Ok(())
}

fn as_on_windows(content: Vec<u8>) -> Vec<u8> {
    if content.contains(&0) || content.contains(&b'\r') {
        return content;
    }
    let mut changed = Vec::with_capacity(content.len() + content.len() / 30);
    for byte in content {
        if byte == b'\n' {
            changed.push(b'\r');
        }
        changed.push(byte);
    }
    changed
}
