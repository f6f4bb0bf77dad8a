//! The options of `build`, as manifests have them and as they are used.

use std::io::{Seek, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::zipapp::{BadRecipe, bytecode_options, read_bytecode, unless_left_over};
use super::{BytecodeRecipe, ZipappRecipe, ZipappSources};
use crate::archive::{Entries, WriteError};
use crate::compile::Compiler;
use crate::dist::zipapp::{self, App};
use crate::dist::{self, Artifact, Bytecode, Ingredient, Package};
use crate::epoch::{DecidedEpoch, Epoch};
use crate::manifest::{ArtifactKind, Build, Options, Target};
use crate::output::{self, Scratch, UntilStopped};
use crate::pyc::Optimization;
use crate::python::Version;

const VERB: &str = "build";

/// Everything besides the project, the epoch and the interpreter that decides the bytes of an artifact
/// that `build` makes.
///
/// ```
/// use pyrepro::recipe::BuildRecipe;
///
/// let recipe = BuildRecipe::default();
/// assert_eq!(recipe.to_options().text("artifact"), Some("wheel"));
/// assert_eq!(BuildRecipe::from_options(&recipe.to_options()), Ok(recipe));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildRecipe {
    /// What is made.
    pub product: Product,
    /// How sources are compiled, if they are.
    pub bytecode: Option<BytecodeRecipe>,
}

/// What `build` makes of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Product {
    /// A wheel.
    #[default]
    Wheel,
    /// A source distribution.
    Sdist,
    /// A zipapp of the wheel.
    Zipapp {
        /// What its first line says is to run it; nothing for no such line.
        interpreter: String,
        /// What it starts with.
        main: String,
    },
}

/// What was made, but for the writing.
#[derive(Debug)]
pub enum Made {
    /// A wheel or a source distribution.
    Artifact(Box<Artifact>),
    /// A zipapp, and what its first line says is to run it.
    App(Box<App>, String),
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// No wheel or source distribution.
    #[error(transparent)]
    Dist(#[from] dist::Error),
    /// No zipapp.
    #[error(transparent)]
    Zipapp(#[from] zipapp::Error),
    /// No place for the wheel that a zipapp is made of.
    #[error("cannot write a temporary file: {0}")]
    Scratch(#[from] std::io::Error),
    /// The wheel that a zipapp is made of cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Made {
    /// Its members.
    pub fn entries(&self) -> &Entries {
        match self {
            Made::Artifact(artifact) => &artifact.entries,
            Made::App(app, _) => &app.entries,
        }
    }

    /// Writes it.
    pub fn write(
        &self,
        epoch: Epoch,
        jobs: NonZero<usize>,
        output: &mut (impl Write + Seek),
    ) -> Result<(), WriteError> {
        match self {
            Made::Artifact(artifact) => artifact.write(&dist::Options { epoch, jobs }, output),
            Made::App(app, interpreter) => {
                let (interpreter, compress) = (interpreter.clone(), false);
                app.write(&zipapp::Options { interpreter, compress, epoch, jobs }, output)
            }
        }
    }
}

impl BuildRecipe {
    /// The normal form.
    pub fn to_options(&self) -> Options {
        let options = Options::new(VERB);
        match &self.product {
            Product::Sdist => options.with("artifact", "sdist"),
            Product::Wheel => bytecode_options(options.with("artifact", "wheel"), self.bytecode),
            Product::Zipapp { interpreter, main } => {
                let interpreter = Some(interpreter.as_str()).filter(|interpreter| !interpreter.is_empty());
                let options = options.with("artifact", "zipapp").with("main", main.as_str());
                bytecode_options(options.with("interpreter", interpreter), self.bytecode)
            }
        }
    }

    /// Takes the normal form apart, and nothing else.
    pub fn from_options(options: &Options) -> Result<BuildRecipe, BadRecipe> {
        if options.verb != VERB {
            return Err(BadRecipe(format!("the verb is {:?}", options.verb)));
        }
        let product = match options.text("artifact") {
            Some("wheel") => Product::Wheel,
            Some("sdist") => Product::Sdist,
            Some("zipapp") => Product::Zipapp {
                interpreter: options.text("interpreter").unwrap_or_default().to_owned(),
                main: options.text("main").ok_or_else(|| BadRecipe("main is missing".to_owned()))?.to_owned(),
            },
            _ => return Err(BadRecipe("artifact".to_owned())),
        };
        let bytecode = if product == Product::Sdist { None } else { read_bytecode(options)? };
        let recipe = BuildRecipe { product, bytecode };
        unless_left_over(options, &recipe.to_options())?;
        Ok(recipe)
    }

    fn kind(&self) -> ArtifactKind {
        match self.product {
            Product::Wheel => ArtifactKind::Wheel,
            Product::Sdist => ArtifactKind::Sdist,
            Product::Zipapp { .. } => ArtifactKind::Zipapp,
        }
    }

    /// Makes it, with bytecode if that is wanted and somebody compiles it.
    pub fn make(
        &self,
        package: &Package,
        compiler: Option<(&dyn Compiler, Version)>,
        jobs: NonZero<usize>,
        stop: &AtomicBool,
    ) -> Result<Made, MakeError> {
        let artifact = |artifact| Ok(Made::Artifact(Box::new(artifact)));
        match &self.product {
            Product::Sdist => artifact(package.sdist()?),
            Product::Wheel => {
                let bytecode = compiler.zip(self.bytecode).map(|((compiler, version), recipe)| Bytecode {
                    compiler,
                    version,
                    recipe,
                    jobs,
                    stop,
                });
                artifact(package.wheel(bytecode.as_ref(), jobs)?)
            }
            Product::Zipapp { main, interpreter } => {
                let scratch = Scratch::new()?;
                let wheel = package.wheel(None, jobs)?;
                let path = scratch.path().join(&wheel.name);
                output::create(&path, 0o600, |file| {
                    wheel.write(&dist::Options::default(), &mut UntilStopped::new(file, stop))
                })?;
                let recipe = ZipappRecipe {
                    bytecode: self.bytecode,
                    main: Some(main.clone()),
                    ..ZipappRecipe::default()
                };
                let request =
                    recipe.request(ZipappSources { wheels: vec![path], ..ZipappSources::default() });
                let app = recipe.gather(&request, compiler, jobs, stop)?;
                Ok(Made::App(Box::new(app), interpreter.clone()))
            }
        }
    }

    /// What its manifest is made of.
    pub fn build<'a>(
        &self,
        entries: &'a Entries,
        inputs: Vec<Ingredient>,
        epoch: DecidedEpoch,
        target: Option<Target>,
        jobs: NonZero<usize>,
        stop: &'a AtomicBool,
    ) -> Build<'a> {
        let level = self.bytecode.map(|recipe| recipe.level);
        // Names in __pycache__ tell the level, and win over this.
        let pycs = entries.iter().map(|entry| entry.path.as_str());
        let level_of = |path: &str| -> Option<(String, Optimization)> { Some((path.to_owned(), level?)) };
        let pycs = pycs.filter(|path| Path::new(path).extension().is_some_and(|ending| ending == "pyc"));
        let target = target.filter(|_| self.bytecode.is_some());
        Build {
            kind: self.kind(),
            entries,
            levels: pycs.filter_map(level_of).collect(),
            inputs,
            options: self.to_options(),
            epoch,
            targets: target.into_iter().collect(),
            backend: None,
            jobs,
            stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Setting;

    #[test]
    fn options_come_back_and_what_is_left_over_is_refused() {
        let products = [
            Product::Wheel,
            Product::Sdist,
            Product::Zipapp { interpreter: "python3".into(), main: "a:b".into() },
        ];
        for product in products {
            let bytecode = (product != Product::Sdist).then(BytecodeRecipe::default);
            let recipe = BuildRecipe { product, bytecode };
            let mut options = recipe.to_options();
            assert_eq!(BuildRecipe::from_options(&options), Ok(recipe));
            options.values.insert("news".to_owned(), Setting::Flag(true));
            assert!(BuildRecipe::from_options(&options).is_err());
        }
    }
}
