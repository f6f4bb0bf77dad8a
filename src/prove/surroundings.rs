//! All that is around a build.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use super::copy::Making;
use super::{Error, Request, at, remove};
use crate::backend::Error as RunError;
use crate::backend::process::{self, Bounds};

/// The folder for what is built, in the place of a build.
pub(super) const OUT: &str = "out";

/// Variables that say nothing of where and when a build takes place, and are handed on.
const HANDED_ON: [&str; 1] = ["PATH"];

/// What is around a build: the first has nothing particular, others differ in something.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    /// Its folder.
    place: PathBuf,
    /// Where the source is, in that folder.
    pub source: PathBuf,
    /// The home folder, in that folder.
    pub home: PathBuf,
    pub making: Making,
    pub umask: u32,
    pub variables: BTreeMap<&'static str, OsString>,
    /// How many files are worked on at a time.
    pub jobs: Option<u16>,
    /// What runs the program: a program and what it takes before that.
    pub through: Vec<OsString>,
}

impl Surroundings {
    pub fn first(place: &Path) -> Surroundings {
        let variables = [
            ("PYTHONHASHSEED", "0"),
            ("TZ", "UTC0"),
            ("LC_ALL", "C.UTF-8"),
            ("USER", "builder"),
            ("LOGNAME", "builder"),
        ];
        Surroundings {
            place: place.to_owned(),
            source: "source".into(),
            home: "home".into(),
            making: Making::default(),
            umask: 0o022,
            variables: variables.into_iter().map(|(name, value)| (name, value.into())).collect(),
            jobs: None,
            through: Vec::new(),
        }
    }

    /// Builds, and gives what the build has said if it failed.
    pub fn build(&self, request: &Request, stop: &AtomicBool) -> Result<Result<(), String>, Error> {
        let source = self.place.join(&self.source);
        let source = match request.source.file_name() {
            // An sdist is told by its name.
            Some(name) if !request.source.is_dir() => source.join(name),
            _ => source,
        };
        let folders = [source.parent().unwrap_or(&self.place), &self.place.join(&self.home)];
        for folder in folders {
            std::fs::create_dir_all(folder).map_err(at(folder))?;
        }
        self.making.copy(&request.source, &source)?;
        let bounds = Bounds { time_limit: None, writable: None, sandbox: None, stop, watch: &|_| () };
        let ended = process::run(&mut self.command(request, &source), "pyrepro build", &bounds)?;
        match ended.check("pyrepro build") {
            Ok(_) => Ok(Ok(())),
            Err(RunError::Failed { how, words, .. }) => Ok(Err(format!("{how}{words}"))),
            Err(error) => Err(error.into()),
        }
    }

    fn command(&self, request: &Request, source: &Path) -> Command {
        let mut words = self.through.clone();
        words.push(request.program.clone().into_os_string());
        words.extend(["build", "--quiet", "--no-manifest"].map(OsString::from));
        words.push(source.into());
        words.extend([OsString::from("--out-dir"), self.place.join(OUT).into_os_string()]);
        words.extend(self.jobs.iter().flat_map(|jobs| ["--jobs".into(), jobs.to_string().into()]));
        words.extend(request.arguments.iter().cloned());

        let mut command = with_umask(self.umask, words);
        command.current_dir(&self.place).env_clear();
        let handed_on = HANDED_ON.iter().zip([&request.path]);
        command.envs(handed_on).envs(request.variables.iter().map(|(name, value)| (name, value)));
        command.envs(&self.variables).env("HOME", self.place.join(&self.home));
        command
    }

    /// Gives back the room that it takes on disk.
    pub fn forget(&self) -> Result<(), Error> {
        remove(&self.place)
    }

    /// The same, but for what was built.
    pub fn forget_source(&self) -> Result<(), Error> {
        for folder in [&self.source, &self.home] {
            // The first part, which may have others in it.
            let top = folder.components().next().map_or(folder.as_path(), |part| Path::new(part.as_os_str()));
            remove(&self.place.join(top))?;
        }
        Ok(())
    }
}

/// A shell sets the umask, because the program that is to have it cannot be asked to.
#[cfg(unix)]
fn with_umask(umask: u32, words: Vec<OsString>) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("umask {umask:03o} && exec \"$0\" \"$@\"")]).args(words);
    command
}

#[cfg(not(unix))]
fn with_umask(_: u32, words: Vec<OsString>) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}
