//! How `pyrepro build` writes what it has made: all of it or nothing.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{Context, bail};
use pyrepro::archive::{Entries, WriteError};
use pyrepro::dist::zipapp::{self, App, Request};
use pyrepro::dist::{self, Artifact};
use pyrepro::epoch::{Clamped, Epoch};
use pyrepro::manifest::{BuildRecipe, Manifest, Product};
use pyrepro::output::{self, Output, OutputForm, OutputSet, OutputTarget, Scratch, UntilStopped};

use super::report::Report;
use super::{Flags, Maker};
use crate::cli::manifest;
use crate::cli::terminal::Terminal;

impl Maker<'_> {
    /// Writes the artifacts, and a zipapp if there is to be one, into the folder for them.
    pub fn write(
        &self,
        artifacts: &[Artifact],
        report: &mut Report,
        terminal: &Terminal,
    ) -> anyhow::Result<()> {
        let folder = &self.flags.out_dir;
        let app = if self.flags.zipapp { Some(self.app(terminal)?) } else { None };
        let app_path = folder.join(format!("{}.pyz", self.package.stem()));
        into_folder(folder, || {
            let mut set = OutputSet::default();
            for artifact in artifacts {
                self.add_artifact(artifact, &mut set, terminal)?;
            }
            if let Some((app, options)) = &app {
                self.add_app(app, options, &app_path, &mut set)?;
            }
            Ok(set.put()?)
        })?;
        for artifact in artifacts {
            report.add(artifact, &folder.join(&artifact.name), terminal)?;
        }
        if let Some((app, _)) = &app {
            report.add_app(app, &app_path, terminal)?;
        }
        Ok(())
    }

    /// An artifact and its manifest, complete but for their names.
    fn add_artifact(
        &self,
        artifact: &Artifact,
        set: &mut OutputSet,
        terminal: &Terminal,
    ) -> anyhow::Result<()> {
        let mut output = self.flags.output(&artifact.name)?;
        let options = dist::Options { epoch: self.clamped(artifact.kind, terminal), jobs: self.flags.jobs() };
        let written = artifact.write(&options, &mut UntilStopped::new(&mut output, &self.stop));
        written.map_err(|error| self.explained(output.explain(error)))?;
        let recipe = self.recipe(artifact.kind);
        let manifest =
            recipe.map(|recipe| self.manifest(&recipe, &artifact.entries, options.epoch, &mut output));
        set.add(output, false)?;
        manifest.transpose()?.flatten().map_or(Ok(()), |manifest| Ok(set.add(manifest, false)?))
    }

    /// The zipapp and its manifest, complete but for their names.
    fn add_app(
        &self,
        app: &App,
        options: &zipapp::Options,
        place: &Path,
        set: &mut OutputSet,
    ) -> anyhow::Result<()> {
        let mut output = Output::create(OutputTarget::chosen(place, OutputForm::Archive)?)?;
        let written = app.write(options, &mut UntilStopped::new(&mut output, &self.stop));
        written.map_err(|error| self.explained(output.explain(error)))?;
        let (interpreter, main) = (options.interpreter.clone(), self.main()?);
        let product = Product::Zipapp { interpreter, main };
        let recipe = BuildRecipe { product, bytecode: self.flags.bytecode() };
        let manifest = self.manifest(&recipe, &app.entries, options.epoch, &mut output)?;
        set.add(output, !options.interpreter.is_empty())?;
        manifest.map_or(Ok(()), |manifest| Ok(set.add(manifest, false)?))
    }

    /// The manifest of what was written, but for its name, if there is to be one.
    fn manifest(
        &self,
        recipe: &BuildRecipe,
        entries: &Entries,
        epoch: Epoch,
        output: &mut Output,
    ) -> anyhow::Result<Option<Output>> {
        if self.flags.no_manifest {
            return Ok(None);
        }
        let target = self.python.as_ref().map(|python| python.target.clone());
        let (inputs, epoch) = (self.package.ingredients()?, (epoch, self.epoch.1));
        let build = recipe.build(entries, inputs, epoch, target, self.flags.jobs(), &self.stop);
        let sum = output.digest()?;
        let manifest = build.manifest(output.path(), sum).map_err(|error| self.explained(error))?;
        let target = OutputTarget::chosen(&Manifest::beside(output.path()), OutputForm::Json)?;
        Ok(Some(manifest::prepare(target, &manifest)?))
    }

    /// The time that members of an artifact carry.
    fn clamped(&self, kind: dist::Kind, terminal: &Terminal) -> Epoch {
        let (range, format) = match kind {
            dist::Kind::Sdist => (Epoch::TAR, "tar"),
            _ => (Epoch::DOS, "zip"),
        };
        let Clamped { epoch, changed } = self.epoch.0.clamp_to(range);
        if changed {
            terminal
                .warn(format_args!("{} has no place in a {format} file; it becomes {epoch}", self.epoch.0));
        }
        epoch
    }

    /// The zipapp: the wheel, unpacked as an installer unpacks it.
    fn app(&self, terminal: &Terminal) -> anyhow::Result<(App, zipapp::Options)> {
        let scratch = Scratch::new().context("cannot make a temporary folder")?;
        let wheel = self.package.wheel(None, self.flags.jobs())?;
        let path = scratch.path().join(&wheel.name);
        output::create(&path, 0o600, |file| {
            wheel.write(&dist::Options::default(), &mut UntilStopped::new(file, &self.stop))
        })?;
        let request = Request { main: Some(self.main()?), wheels: vec![path], ..Request::default() };
        let app = self.with_bytecode(|bytecode| Ok(zipapp::gather(&request, bytecode)?))?;
        let interpreter = self.flags.interpreter.clone().unwrap_or_default();
        if interpreter.contains(['\n', '\r', '\0']) {
            bail!("the interpreter of -p must be one line");
        }
        let epoch = self.clamped(dist::Kind::Wheel, terminal);
        let options = zipapp::Options { interpreter, epoch, jobs: self.flags.jobs(), compress: false };
        Ok((app, options))
    }

    /// What the zipapp starts with.
    fn main(&self) -> anyhow::Result<String> {
        if let Some(main) = &self.flags.main {
            return Ok(main.clone());
        }
        let scripts: Vec<&str> =
            self.package.project().entry_points.scripts.keys().map(String::as_str).collect();
        match scripts[..] {
            [one] => Ok(one.to_owned()),
            [] => bail!(
                "the project has no script to start a zipapp with: name a function with -m pkg.mod:function"
            ),
            _ => bail!("the project has several scripts: name one of them with -m ({})", scripts.join(", ")),
        }
    }

    fn explained(&self, error: WriteError) -> anyhow::Error {
        match self.stop.load(Ordering::Relaxed) {
            true => dist::Error::Interrupted.into(),
            false => error.into(),
        }
    }
}

impl Flags {
    /// An artifact in the folder for them, which is not what it is built of.
    pub(super) fn output(&self, name: &str) -> anyhow::Result<Output> {
        let target = OutputTarget::chosen(&self.out_dir.join(name), OutputForm::Archive)?;
        Ok(Output::create(target.apart_from([&self.source])?)?)
    }
}

/// Does something in the folder for artifacts, which is made if need be, and taken away again if that fails.
pub(super) fn into_folder(folder: &Path, put: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let is_new = !folder.exists();
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    put().inspect_err(|_| {
        if is_new {
            // It is empty again, and was not there before.
            let _ = fs::remove_dir(folder);
        }
    })
}
