//! How `pyrepro build` writes what it has made: all of it or nothing.

use std::fs;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use pyrepro::archive::{Entries, Output, WriteError};
use pyrepro::dist::zipapp::{self, App, Request};
use pyrepro::dist::{self, Artifact};
use pyrepro::epoch::{Clamped, Epoch};
use pyrepro::manifest::{BuildRecipe, Manifest, Product};

use super::Maker;
use super::report::Report;
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
        let is_new = !folder.exists();
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let outputs = self.outputs(artifacts, app.as_ref().map(|app| (app, &*app_path)), terminal);
        if outputs.is_err() && is_new {
            // It is empty again, and was not there before.
            let _ = fs::remove_dir(folder);
        }
        for (output, executable) in outputs? {
            output.finish(executable)?;
        }
        for artifact in artifacts {
            report.add(artifact, &folder.join(&artifact.name), terminal)?;
        }
        if let Some((app, _)) = &app {
            report.add_app(app, &app_path, terminal)?;
        }
        Ok(())
    }

    /// All that is to be written, complete, but not yet in its place; and whether it is executable. The
    /// manifest of each comes behind it.
    fn outputs(
        &self,
        artifacts: &[Artifact],
        app: Option<(&(App, zipapp::Options), &Path)>,
        terminal: &Terminal,
    ) -> anyhow::Result<Vec<(Output, bool)>> {
        let mut outputs = Vec::new();
        for artifact in artifacts {
            let place = self.flags.out_dir.join(&artifact.name);
            let mut output = Output::create(&place)?;
            let options =
                dist::Options { epoch: self.clamped(artifact.kind, terminal), jobs: self.flags.jobs() };
            let written = artifact.write(&options, &mut UntilStopped(&mut output, &self.stop));
            written.map_err(|error| self.explained(error))?;
            let recipe = self.recipe(artifact.kind);
            let manifest = recipe
                .map(|recipe| self.manifest(&recipe, &artifact.entries, &place, options.epoch, &mut output));
            outputs.push((output, false));
            outputs.extend(manifest.transpose()?.flatten().map(|manifest| (manifest, false)));
        }
        if let Some(((app, options), path)) = app {
            let mut output = Output::create(path)?;
            let written = app.write(options, &mut UntilStopped(&mut output, &self.stop));
            written.map_err(|error| self.explained(error))?;
            let (interpreter, main) = (options.interpreter.clone(), self.main()?);
            let product = Product::Zipapp { interpreter, main };
            let recipe = BuildRecipe { product, bytecode: self.flags.bytecode() };
            let manifest = self.manifest(&recipe, &app.entries, path, options.epoch, &mut output)?;
            outputs.push((output, !options.interpreter.is_empty()));
            outputs.extend(manifest.map(|manifest| (manifest, false)));
        }
        Ok(outputs)
    }

    /// The manifest of what was written, but for its name, if there is to be one.
    fn manifest(
        &self,
        recipe: &BuildRecipe,
        entries: &Entries,
        place: &Path,
        epoch: Epoch,
        output: &mut Output,
    ) -> anyhow::Result<Option<Output>> {
        if self.flags.no_manifest {
            return Ok(None);
        }
        let target = self.python.as_ref().map(|python| python.target.clone());
        let (inputs, epoch) = (self.package.ingredients()?, (epoch, self.epoch.1));
        let build = recipe.build(entries, inputs, epoch, target, self.flags.jobs(), &self.stop);
        let manifest = build.manifest(place, output.digest()?).map_err(|error| self.explained(error))?;
        Ok(Some(manifest::prepare(&Manifest::beside(place), &manifest)?))
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
        let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
        let wheel = self.package.wheel(None, self.flags.jobs())?;
        let path = scratch.path().join(&wheel.name);
        let mut output = Output::create(&path)?;
        wheel.write(&dist::Options::default(), &mut UntilStopped(&mut output, &self.stop))?;
        output.finish(false)?;
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

/// A file that is written until the user wants no more.
struct UntilStopped<'a, W>(&'a mut W, &'a AtomicBool);

impl<W: Write> Write for UntilStopped<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.1.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Seek> Seek for UntilStopped<'_, W> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.0.seek(position)
    }
}
