//! How another backend made an artifact, as manifests have it and as it is done again.

use std::fs::File;
use std::io;
use std::path::Path;

use super::zipapp::{BadRecipe, bytecode_options, read_bytecode, unless_left_over};
use crate::archive::Digest;
use crate::backend::{self, Artifact, Session};
use crate::dist::BytecodeRecipe;
use crate::epoch::{self, DecidedEpoch};
use crate::manifest::{
    Backend, DescribeError, Inputs, Manifest, Options, Requirement, Target, describe_file,
};

const VERB: &str = "build";

/// Everything besides the project, what is installed, the epoch and the interpreter that decides the bytes
/// of an artifact that another backend makes.
///
/// ```
/// use pyrepro::{backend::Artifact, recipe::BackendRecipe};
///
/// let settings = vec![("--global-option".to_owned(), "-q".to_owned())];
/// let recipe = BackendRecipe { artifact: Artifact::Wheel, settings, isolation: true, bytecode: None };
/// assert_eq!(recipe.to_options().flag("isolation"), Some(true));
/// assert_eq!(BackendRecipe::from_options(&recipe.to_options()), Ok(recipe));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendRecipe {
    /// What is made.
    pub artifact: Artifact,
    /// What the backend is told, as keys and values.
    pub settings: Vec<(String, String)>,
    /// Whether it runs in an environment of its own.
    pub isolation: bool,
    /// How sources are compiled, if they are.
    pub bytecode: Option<BytecodeRecipe>,
}

impl BackendRecipe {
    /// The normal form.
    pub fn to_options(&self) -> Options {
        let settings = self.settings.iter().map(|(key, value)| format!("{key}={value}"));
        let options = Options::new(VERB)
            .with("artifact", if self.artifact == Artifact::Sdist { "sdist" } else { "wheel" })
            .with("config_settings", settings.collect::<Vec<String>>())
            .with("isolation", self.isolation);
        bytecode_options(options, self.bytecode)
    }

    /// Takes the normal form apart, and nothing else.
    pub fn from_options(options: &Options) -> Result<BackendRecipe, BadRecipe> {
        let bad = |what: &str| BadRecipe(what.to_owned());
        let settings = options.list("config_settings").iter().map(|setting| {
            let (key, value) = setting.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        });
        let recipe = BackendRecipe {
            artifact: match options.text("artifact") {
                Some("wheel") => Artifact::Wheel,
                Some("sdist") => Artifact::Sdist,
                _ => return Err(bad("artifact")),
            },
            settings: settings.collect::<Option<_>>().ok_or_else(|| bad("config_settings"))?,
            isolation: options.flag("isolation").ok_or_else(|| bad("isolation is missing"))?,
            bytecode: read_bytecode(options)?,
        };
        unless_left_over(options, &recipe.to_options())?;
        Ok(recipe)
    }
}

/// What is known of a session, and not of what came of it.
#[derive(Debug)]
pub struct Provenance {
    backend: Backend,
    inputs: Inputs,
}

/// Why the files that a backend saw cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum ProvenanceError {
    /// They cannot be listed.
    #[error(transparent)]
    Backend(#[from] backend::Error),
    /// One of them cannot be read.
    #[error("cannot read what it was built from: {0}")]
    Read(#[from] io::Error),
}

impl Provenance {
    /// What a session has and sees once its artifacts are built.
    pub fn of(session: &Session<'_>) -> Result<Provenance, ProvenanceError> {
        let digest = |place: &Path| File::open(place).and_then(Digest::of_reader).map(|(digest, _)| digest);
        let inputs = session.ingredients()?.into_iter().map(|ingredient| ingredient.input(digest));
        let installed = session.installed().iter();
        let requirements = installed.map(|one| {
            let (name, version) = (one.name.clone(), one.version.clone());
            Requirement { name, version }
        });
        let name = session.system().backend.clone();
        Ok(Provenance {
            backend: Backend { name, requirements: requirements.collect() },
            inputs: Inputs::new(inputs.collect::<Result<_, _>>()?),
        })
    }

    /// The manifest of an artifact that is, or will be, at a place.
    pub fn manifest(
        &self,
        recipe: &BackendRecipe,
        epoch: DecidedEpoch,
        target: Option<Target>,
        file: File,
        place: &Path,
    ) -> Result<Manifest, DescribeError> {
        let range = match recipe.artifact {
            Artifact::Wheel => epoch::Epoch::DOS,
            Artifact::Sdist => epoch::Epoch::TAR,
        };
        Ok(Manifest {
            backend: Some(self.backend.clone()),
            epoch: Some(epoch.moved_to(epoch.epoch.clamp_to(range).epoch).into()),
            inputs: Some(self.inputs.clone()),
            options: Some(recipe.to_options()),
            targets: target.filter(|_| recipe.bytecode.is_some()).into_iter().collect(),
            ..describe_file(file, place)?
        })
    }
}
