//! The environment that a backend runs in, and what is installed there.

use std::path::{Path, PathBuf};

use super::build_dir::BuildDir;
use super::hook::{Answer, script};
use super::install::{Locked, Tool};
use super::kept::Kept;
use super::process::{Bounds, run};
use super::system::BuildSystem;
use super::variables::{self, Variables};
use super::watch::Event;
use super::{Error, Installed, Isolation, Request};

/// An interpreter with all that the backend needs.
#[derive(Debug)]
pub struct Environment {
    pub python: PathBuf,
    pub variables: Variables,
    pub installed: Vec<Installed>,
    /// What was installed, with the hashes of the files, as far as they are known.
    pub locked: Vec<Locked>,
    /// What it was asked to have so far.
    requires: Vec<String>,
    /// What installs into it, if it is a fresh one.
    tool: Option<Tool>,
}

impl Environment {
    /// Makes a fresh one or takes the one that is there, with what the build system requires.
    pub fn prepare(
        request: &Request,
        system: &BuildSystem,
        place: &BuildDir,
        bounds: &Bounds<'_>,
    ) -> Result<Environment, Error> {
        let (python, tool) = match &request.isolation {
            Isolation::Fresh { installer, .. } => {
                (bounds.watch)(Event::Preparing);
                let tool = Tool::find(request, installer, place);
                if !request.wheels_only {
                    tool.create(request, place, bounds)?;
                }
                (super::install::python_of(&place.environment()), Some(tool))
            }
            Isolation::Installed => (request.python.clone(), None),
        };
        let programs = python.parent().unwrap_or(Path::new(""));
        let variables = variables::of_backend(request, place, programs);
        let mut environment = Environment {
            python,
            variables,
            installed: Vec::new(),
            locked: Vec::new(),
            requires: Vec::new(),
            tool,
        };
        let requires: Vec<String> = system.requires.iter().chain(&request.with).cloned().collect();
        environment.add(request, &requires, true, place, bounds)?;
        Ok(environment)
    }

    /// Sees to it that more requirements are met, after the first ones.
    pub fn add_more(
        &mut self,
        request: &Request,
        requires: &[String],
        place: &BuildDir,
        bounds: &Bounds<'_>,
    ) -> Result<(), Error> {
        self.add(request, requires, false, place, bounds)
    }

    fn add(
        &mut self,
        request: &Request,
        requires: &[String],
        is_first: bool,
        place: &BuildDir,
        bounds: &Bounds<'_>,
    ) -> Result<(), Error> {
        let known = self.requires.len();
        for requirement in requires {
            if !self.requires.contains(requirement) {
                self.requires.push(requirement.clone());
            }
        }
        if self.requires.len() == known && !is_first {
            return Ok(());
        }
        self.installed = match &self.tool {
            None => self.check(place, bounds)?,
            // What was locked is all that a build may have, whatever it asks for.
            Some(_) if !request.locked.is_empty() && !is_first => return Ok(()),
            Some(_) if request.wheels_only => {
                self.locked = self.fill(request, place, bounds)?;
                let pair = |package: &Locked| Installed {
                    name: package.name.clone(),
                    version: package.version.clone(),
                };
                self.locked.iter().map(pair).collect()
            }
            // All at once, so that one does not undo another.
            Some(tool) if !self.requires.is_empty() => {
                (bounds.watch)(Event::Installing(&self.requires));
                tool.install(request, &self.requires, None, place, bounds)?;
                self.list(place, bounds)?
            }
            Some(_) => self.list(place, bounds)?,
        };
        Ok(())
    }

    /// Makes the environment anew, or takes one that was kept. It is empty when its interpreter starts, and
    /// afterwards starts in a sandbox alone: packages can have code that runs at every start.
    fn fill(&self, request: &Request, place: &BuildDir, bounds: &Bounds<'_>) -> Result<Vec<Locked>, Error> {
        let Some(tool) = &self.tool else { return Ok(Vec::new()) };
        (bounds.watch)(Event::Installing(&self.requires));
        let kept = request.kept.as_deref().filter(|_| matches!(tool, Tool::Uv(_)));
        let kept = kept.map(|folder| Kept::new(request, folder));
        if let Some(locked) = kept.as_ref().and_then(|kept| kept.take_for(&self.requires, place)) {
            return Ok(locked);
        }
        let resolved = tool.resolve(request, &self.requires, place, bounds)?;
        if let (Some(kept), Some(locked)) = (&kept, &resolved)
            && kept.take(locked, place)
        {
            kept.remember(&self.requires, locked)?;
            return Ok(locked.clone());
        }
        tool.create(request, place, bounds)?;
        if self.requires.is_empty() && request.locked.is_empty() {
            return Ok(Vec::new());
        }
        let locked = tool.install(request, &self.requires, resolved, place, bounds)?;
        if let Some(kept) = kept {
            kept.put(&self.requires, &locked, place, bounds)?;
        }
        Ok(locked)
    }

    fn list(&self, place: &BuildDir, bounds: &Bounds<'_>) -> Result<Vec<Installed>, Error> {
        let step = "listing what is installed";
        let mut command = script(&self.python, &self.variables, place, "installed");
        run(command.args(&self.requires).current_dir(place.folder()), step, bounds)?.check(step)?;
        Ok(pairs(&Answer::read(place, step)?.values))
    }

    fn check(&self, place: &BuildDir, bounds: &Bounds<'_>) -> Result<Vec<Installed>, Error> {
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
