//! How `pyrepro build` writes what it has made: all of it or nothing.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{Context, bail, ensure};
use pyrepro::archive::{Digest, Entries, WriteError};
use pyrepro::compile::Chosen;
use pyrepro::dist::{self, Artifact, Ingredient};
use pyrepro::epoch::{Clamped, Epoch};
use pyrepro::manifest::{Manifest, Target};
use pyrepro::output::{Output, OutputForm, OutputSet, OutputTarget, UntilStopped};
use pyrepro::recipe::{BuildRecipe, Made, Product};

use super::report::Report;
use super::status::Status;
use super::{Flags, Maker};
use crate::cli::manifest;
use crate::cli::terminal::Terminal;

/// An artifact that is complete but for the writing.
pub struct Item {
    name: String,
    /// How it is made, for its manifest. One that leads to this machine's folders has none.
    recipe: Option<BuildRecipe>,
    made: Made,
}

impl Item {
    pub fn artifact(&self) -> Option<&Artifact> {
        match &self.made {
            Made::Artifact(artifact) => Some(artifact),
            Made::App(..) => None,
        }
    }
}

impl Maker<'_> {
    /// An artifact that others can make again.
    pub fn item(&self, product: Product) -> anyhow::Result<Item> {
        let bytecode = if product == Product::Sdist { None } else { self.flags.bytecode() };
        let recipe = BuildRecipe { product, bytecode };
        let jobs = self.flags.jobs();
        let compiler = self.compiler.as_ref().map(Chosen::for_version);
        let made = recipe.make(self.package, compiler, jobs, &self.stop)?;
        let name = match &made {
            Made::Artifact(artifact) => artifact.name.clone(),
            Made::App(..) => format!("{}.pyz", self.package.stem()),
        };
        Ok(Item { name, recipe: Some(recipe), made })
    }

    /// A wheel that leads imports to the source.
    pub fn editable(&self) -> anyhow::Result<Item> {
        let artifact = self.package.editable(self.flags.jobs())?;
        Ok(Item { name: artifact.name.clone(), recipe: None, made: Made::Artifact(Box::new(artifact)) })
    }

    /// Writes the artifacts into the folder for them.
    pub fn write(
        &self,
        items: &[Item],
        report: &mut Report,
        status: Status,
        terminal: &Terminal,
    ) -> anyhow::Result<()> {
        let folder = &self.flags.out_dir;
        let sums = into_folder(folder, || {
            let mut set = OutputSet::default();
            let add = |item| self.add(item, &mut set, &status, terminal);
            let sums = items.iter().map(add).collect::<anyhow::Result<Vec<_>>>()?;
            set.put()?;
            Ok(sums)
        })?;
        drop(status);
        for (item, sum) in items.iter().zip(sums) {
            let path = folder.join(&item.name);
            manifest::retire(&path, sum.0, item.recipe.is_some() && !self.flags.no_manifest)?;
            match &item.made {
                Made::Artifact(artifact) => report.add(artifact, &path, sum, terminal),
                Made::App(app, _) => report.add_app(app, &path, sum, terminal),
            }
        }
        Ok(())
    }

    /// An artifact and its manifest, complete but for their names, and the artifact's digest and size.
    fn add(
        &self,
        item: &Item,
        set: &mut OutputSet,
        status: &Status,
        terminal: &Terminal,
    ) -> anyhow::Result<(Digest, u64)> {
        let mut output = self.flags.output(&item.name)?;
        let epoch = status.aside(|| self.clamped(&item.made, terminal));
        let target = &mut UntilStopped::new(&mut output, &self.stop);
        let written = item.made.write(epoch, self.flags.jobs(), target);
        written.map_err(|error| self.explained(output.explain(error)))?;
        let sum = output.digest()?;
        let recipe = item.recipe.as_ref().filter(|_| !self.flags.no_manifest);
        let entries = item.made.entries();
        let manifest = recipe.map(|recipe| self.manifest(recipe, entries, epoch, output.path(), sum));
        let executable = matches!(&item.made, Made::App(_, interpreter) if !interpreter.is_empty());
        set.add(output, executable)?;
        manifest.transpose()?.map_or(Ok(()), |manifest| set.add(manifest, false))?;
        Ok(sum)
    }

    /// The manifest of what was written, but for its name.
    fn manifest(
        &self,
        recipe: &BuildRecipe,
        entries: &Entries,
        epoch: Epoch,
        path: &Path,
        sum: (Digest, u64),
    ) -> anyhow::Result<Output> {
        let target = self.compiler.as_ref().map(Target::of_chosen);
        let (inputs, epoch) = (self.ingredients()?, self.epoch.moved_to(epoch));
        let build = recipe.build(entries, inputs, epoch, target, self.flags.jobs(), &self.stop);
        let manifest = build.manifest(path, sum).map_err(|error| self.explained(error))?;
        let target = OutputTarget::chosen(&Manifest::beside(path), OutputForm::Json)?;
        manifest::prepare(target, &manifest)
    }

    /// The files of the project that count: all artifacts of a run have the same.
    fn ingredients(&self) -> anyhow::Result<Vec<Ingredient>> {
        if let Some(known) = self.ingredients.get() {
            return Ok(known.clone());
        }
        let found = self.package.ingredients()?;
        Ok(self.ingredients.get_or_init(|| found).clone())
    }

    /// The time that members of an artifact carry.
    fn clamped(&self, made: &Made, terminal: &Terminal) -> Epoch {
        let (range, format) = match made {
            Made::Artifact(artifact) if artifact.kind == dist::Kind::Sdist => (Epoch::TAR, "tar"),
            _ => (Epoch::DOS, "zip"),
        };
        let Clamped { epoch, changed } = self.epoch.epoch.clamp_to(range);
        if changed {
            terminal.warn(format_args!(
                "{} has no place in a {format} file; it becomes {epoch}",
                self.epoch.epoch
            ));
        }
        epoch
    }

    /// The zipapp that the user asks for.
    pub fn zipapp(&self) -> anyhow::Result<Product> {
        let interpreter = self.flags.interpreter.clone().unwrap_or_default();
        if interpreter.contains(['\n', '\r', '\0']) {
            bail!("the interpreter of -p must be one line");
        }
        Ok(Product::Zipapp { interpreter, main: self.main()? })
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
pub(super) fn into_folder<T>(folder: &Path, put: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let is_new = !folder.exists();
    ensure!(
        is_new || folder.is_dir(),
        "{} is a file; name a folder for the artifacts with -o",
        folder.display()
    );
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    put().inspect_err(|_| {
        if is_new {
            // It is empty again, and was not there before.
            let _ = fs::remove_dir(folder);
        }
    })
}
