//! The environment that a backend runs in, and what is installed there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::hook::{Answer, script};
use super::place::Place;
use super::process::{Bounds, run};
use super::system::BuildSystem;
use super::variables::{self, Variables};
use super::watch::Event;
use super::{Error, Installed, Installer, Isolation, Request};

/// An interpreter with all that the backend needs.
#[derive(Debug)]
pub struct Environment {
    pub python: PathBuf,
    pub variables: Variables,
    pub installed: Vec<Installed>,
    /// What it was asked to have so far.
    requires: Vec<String>,
}

const PROGRAMS: &str = if cfg!(windows) { "Scripts" } else { "bin" };
const PYTHON: &str = if cfg!(windows) { "python.exe" } else { "python" };

impl Environment {
    /// Makes a fresh one or takes the one that is there, with what the build system requires.
    pub fn prepare(
        request: &Request,
        system: &BuildSystem,
        place: &Place,
        bounds: &Bounds<'_>,
    ) -> Result<Environment, Error> {
        let python = match &request.isolation {
            Isolation::Fresh { installer, .. } => {
                create(request, installer, place, bounds)?;
                place.environment().join(PROGRAMS).join(PYTHON)
            }
            Isolation::Installed => request.python.clone(),
        };
        let programs = python.parent().unwrap_or(Path::new(""));
        let variables = variables::of_backend(request, place, programs);
        let mut environment = Environment { python, variables, installed: Vec::new(), requires: Vec::new() };
        let requires: Vec<String> = system.requires.iter().chain(&request.with).cloned().collect();
        environment.add(request, &requires, place, bounds)?;
        Ok(environment)
    }

    /// Sees to it that more requirements are met.
    pub fn add(
        &mut self,
        request: &Request,
        requires: &[String],
        place: &Place,
        bounds: &Bounds<'_>,
    ) -> Result<(), Error> {
        let known = self.requires.len();
        for requirement in requires {
            if !self.requires.contains(requirement) {
                self.requires.push(requirement.clone());
            }
        }
        if self.requires.len() == known && known > 0 {
            return Ok(());
        }
        self.installed = match &request.isolation {
            Isolation::Installed => self.check(place, bounds)?,
            // All at once, so that one does not undo another.
            Isolation::Fresh { .. } if !self.requires.is_empty() => {
                (bounds.watch)(Event::Installing(&self.requires));
                install(request, &self.python, &self.requires, place, bounds)?;
                self.list(place, bounds)?
            }
            Isolation::Fresh { .. } => self.list(place, bounds)?,
        };
        Ok(())
    }

    fn list(&self, place: &Place, bounds: &Bounds<'_>) -> Result<Vec<Installed>, Error> {
        let step = "listing what is installed";
        let mut command = script(&self.python, &self.variables, place, "installed");
        run(command.current_dir(place.folder()), step, bounds)?.check(step)?;
        Ok(pairs(&Answer::read(place, step)?.values))
    }

    fn check(&self, place: &Place, bounds: &Bounds<'_>) -> Result<Vec<Installed>, Error> {
        let step = "looking for what the build requires";
        let mut command = script(&self.python, &self.variables, place, "check");
        run(command.args(&self.requires).current_dir(place.folder()), step, bounds)?.check(step)?;
        let answer = Answer::read(place, step)?;
        let count = answer.values.first().and_then(|count| count.parse::<usize>().ok());
        let rest = answer.values.get(1..).unwrap_or_default();
        let (unmet, met) = rest.split_at(count.unwrap_or_default().min(rest.len()));
        if unmet.is_empty() { Ok(pairs(met)) } else { Err(Error::Unmet(unmet.to_vec())) }
    }
}

fn pairs(values: &[String]) -> Vec<Installed> {
    let pair = |pair: &[String]| Installed { name: pair[0].clone(), version: pair[1].clone() };
    values.chunks_exact(2).map(pair).collect()
}

fn create(request: &Request, installer: &Installer, place: &Place, bounds: &Bounds<'_>) -> Result<(), Error> {
    let step = "making a virtual environment";
    let environment = place.environment();
    match installer {
        Installer::Uv(uv) => {
            let mut command = installing(request, uv, place);
            command.args(["venv", "--quiet", "--no-project", "--python"]).arg(&request.python);
            run(command.arg(environment), step, bounds)?.check(step)?;
        }
        Installer::Pip => {
            let mut command = installing(request, &request.python, place);
            run(command.args(["-I", "-m", "venv"]).arg(&environment), step, bounds)?.check(step)?;
            // Older Pythons put it there, where nothing has asked for it.
            let python = environment.join(PROGRAMS).join(PYTHON);
            let mut command = installing(request, &python, place);
            command.args(["-I", "-m", "pip", "uninstall", "--yes", "--quiet", "--disable-pip-version-check"]);
            run(command.args(["setuptools", "wheel"]), step, bounds)?.check(step)?;
        }
    }
    Ok(())
}

fn install(
    request: &Request,
    python: &Path,
    requires: &[String],
    place: &Place,
    bounds: &Bounds<'_>,
) -> Result<(), Error> {
    let Isolation::Fresh { installer, constraints, find_links, no_index } = &request.isolation else {
        return Ok(());
    };
    let mut command = match installer {
        Installer::Uv(uv) => {
            let mut command = installing(request, uv, place);
            // Links would let a backend change what is in uv's cache.
            command.args(["pip", "install", "--no-progress", "--link-mode", "copy", "--python"]).arg(python);
            command
        }
        Installer::Pip => {
            let mut command = installing(request, python, place);
            command.args(["-I", "-m", "pip", "install", "--no-input", "--no-compile"]);
            command.args(["--disable-pip-version-check", "--no-warn-script-location", "--progress-bar=off"]);
            command
        }
    };
    for file in constraints {
        command.arg("-c").arg(absolute(file)?);
    }
    for folder in find_links {
        command.arg("--find-links").arg(absolute(folder)?);
    }
    if *no_index {
        command.arg("--no-index");
    }
    if request.wheels_only {
        command.args(["--only-binary", ":all:"]);
    }
    // Of pip, only the newest know such an option; pins are what is left there.
    if let (Some(time), Installer::Uv(_)) = (&request.uploaded_before, installer) {
        command.arg("--exclude-newer").arg(time);
    }
    // Each was read as a requirement, so none can be taken for an option.
    let step = format!("installing {}", requires.join(", "));
    run(command.args(requires), &step, bounds)?.check(&step)?;
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// A run of an installer, in a folder where no project's settings are.
fn installing(request: &Request, program: &Path, place: &Place) -> Command {
    request.installing(program, place.folder())
}
