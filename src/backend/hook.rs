//! The hooks of a backend (PEP 517), each run in a process of its own.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use super::artifact::Artifact;
use super::build_dir::BuildDir;
use super::process::{Bounds, run};
use super::system::BuildSystem;
use super::variables::Variables;
use super::{BadArtifact, Error, Words};
use crate::project::{BadValue, Requirement};

/// The longest answer that is read: no backend has as much to say.
const LONGEST_ANSWER: u64 = 1 << 20;

/// What the hooks of a backend are run with.
pub struct Hooks<'a> {
    pub python: &'a Path,
    pub system: &'a BuildSystem,
    pub place: &'a BuildDir,
    pub variables: &'a Variables,
    pub settings: &'a [(String, String)],
    pub bounds: &'a Bounds<'a>,
}

impl Hooks<'_> {
    /// What the backend needs for this artifact, beside what the project says.
    pub fn requires(&self, artifact: Artifact) -> Result<Vec<String>, Error> {
        let hook = artifact.requires_hook();
        let answer = self.run(hook)?;
        let parse = |text: &String| {
            let requirement = text.parse::<Requirement>();
            requirement.map(|one| one.to_string()).map_err(|problem: BadValue| Error::BadRequirement {
                backend: self.system.backend.clone(),
                hook,
                problem,
            })
        };
        answer.values.iter().map(parse).collect()
    }

    /// Has the artifact built, and gives the name that the backend says it has.
    pub fn build(&self, artifact: Artifact) -> Result<String, Error> {
        let hook = artifact.hook();
        let answer = self.run(hook)?;
        match (answer.status.as_str(), &answer.values[..]) {
            ("ok", [name]) => Ok(name.clone()),
            ("absent", _) => Err(Error::NoHook { backend: self.system.backend.clone(), hook }),
            _ => Err(Error::Artifact { hook, problem: BadArtifact::Name(answer.values.join("\0")) }),
        }
    }

    fn run(&self, hook: &'static str) -> Result<Answer, Error> {
        let BuildSystem { backend, backend_path, .. } = self.system;
        let source = self.place.source();
        let mut command = script(self.python, self.variables, self.place, "hook");
        command.args([hook, backend]).arg(self.place.output()).arg(backend_path.len().to_string());
        command.args(backend_path.iter().map(|path| source.join(path)));
        command.args(self.settings.iter().map(|(key, value)| format!("{key}={value}")));
        let step = format!("{hook} of the backend {backend}");
        let ended = run(command.current_dir(&source), &step, self.bounds)?;
        let words = ended.check(&step).map_err(|error| self.explained(error))?;
        let answer = Answer::read(self.place, &step).map_err(|error| match error {
            Error::Failed { step, how, .. } => Error::Failed { step, how, words: words.clone() },
            other => other,
        })?;
        if answer.status == "unimportable" {
            return Err(Error::NoBackend { backend: backend.clone(), reason: answer.values.concat(), words });
        }
        Ok(answer)
    }

    /// Says what may be behind it when something was not permitted.
    fn explained(&self, error: Error) -> Error {
        match error {
            Error::Failed { step, how, words } if words.0.contains("Permission denied") => {
                let place = self.place.folder().display();
                let how = format!("{how} (it can write to {place} alone, unless --allow-write names more)");
                Error::Failed { step, how, words }
            }
            other => other,
        }
    }
}

/// A run of the script that talks to backends.
pub fn script(python: &Path, variables: &Variables, place: &BuildDir, what: &str) -> Command {
    let _ = fs::remove_file(place.answer());
    let mut command = Command::new(python);
    command.env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
    command.args(["-c", include_str!("hook.py")]).arg(place.answer()).arg(what);
    command
}

/// What the script has answered.
pub struct Answer {
    pub status: String,
    pub values: Vec<String>,
}

impl Answer {
    pub fn read(place: &BuildDir, step: &str) -> Result<Answer, Error> {
        let none =
            |how: &str| Error::Failed { step: step.to_owned(), how: how.to_owned(), words: Words::default() };
        let path = place.answer();
        let found = fs::symlink_metadata(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => none("gave no answer"),
            _ => Error::Read { path: path.clone(), source },
        })?;
        if !found.is_file() || found.len() > LONGEST_ANSWER {
            return Err(none("gave no answer that can be read"));
        }
        let text = fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let text = text.strip_suffix('\0').ok_or_else(|| none("gave half an answer"))?;
        let mut parts = text.split('\0').map(str::to_owned);
        Ok(Answer { status: parts.next().unwrap_or_default(), values: parts.collect() })
    }
}
