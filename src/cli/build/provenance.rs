//! What the manifests of artifacts say that another backend built.

use std::fs::File;
use std::path::Path;

use pyrepro::archive::{Digest, Output};
use pyrepro::backend::{Artifact, Session};
use pyrepro::dist;
use pyrepro::epoch::{Epoch, EpochSource};
use pyrepro::manifest::{self, Backend, Inputs, Manifest, Requirement, Target};
use pyrepro::python::Interpreter;

use super::Flags;

/// What is known of a session, and not of what came of it.
pub struct Provenance {
    backend: Backend,
    inputs: Inputs,
}

impl Provenance {
    pub fn of(session: &Session<'_>) -> anyhow::Result<Provenance> {
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

    /// The manifest of an artifact that is written but for its name, with as much of one itself.
    pub fn manifest(
        &self,
        artifact: Artifact,
        flags: &Flags,
        (epoch, source): (Epoch, EpochSource),
        python: &Interpreter,
        place: &Path,
        output: &mut Output,
    ) -> anyhow::Result<Output> {
        let (kind, range) = match artifact {
            Artifact::Wheel => (dist::Kind::Wheel, Epoch::DOS),
            Artifact::Sdist => (dist::Kind::Sdist, Epoch::TAR),
        };
        let bytecode = flags.bytecode().filter(|_| kind == dist::Kind::Wheel);
        let (settings, isolation) = (flags.other.settings(), flags.other.is_isolated());
        let manifest = Manifest {
            backend: Some(self.backend.clone()),
            epoch: Some(manifest::Epoch { seconds: epoch.clamp_to(range).epoch.seconds(), source }),
            inputs: Some(self.inputs.clone()),
            options: Some(manifest::other_options(kind, settings, isolation, bytecode)),
            targets: Target::of(python).filter(|_| bytecode.is_some()).into_iter().collect(),
            ..manifest::describe_file(output.reopen()?, place)?
        };
        Ok(crate::cli::manifest::prepare(&Manifest::beside(place), &manifest)?)
    }
}
