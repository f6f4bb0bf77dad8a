//! An artifact with a manifest: checked, built again and compared.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::sources::{self, Found, Sources};
use super::{
    Claim, Evidence, Foreign, Installing, Outcome, Rebuilt, Verdict, backend, compare, compare_files,
    compiled, manifest_diff, project, zipapp,
};
use crate::archive::{Archive, Digest, Format, Limits, WriteError};
use crate::compile::{Aim, Choice, Chosen, Native};
use crate::diff;
use crate::dist::{Ingredient, Input, Role};
use crate::manifest::{self, ArtifactKind, DescribeError, Inputs, Manifest, Scope, Target, Tool, describe};
use crate::output::{self, Scratch};
use crate::python::{FindError, Interpreter, Interpreters, Release};
use crate::recipe::{BackendRecipe, BuildRecipe, ZipappRecipe};

/// What to verify, and with what.
#[derive(Debug)]
pub struct Request<'a> {
    /// The artifact.
    pub artifact: &'a Path,
    /// Its manifest, if it is not the one beside it.
    pub manifest: Option<&'a Path>,
    /// Where its sources are.
    pub sources: Sources,
    /// The interpreters there are.
    pub interpreters: &'a Interpreters,
    /// The interpreter to compile with, in place of one of the recorded version.
    pub python: Option<&'a OsStr>,
    /// Whether another patch level than the recorded one will do.
    pub any_patch: bool,
    /// How other backends are had.
    pub installing: Installing,
    /// Whether other backends may run at all.
    pub foreign: Foreign<'a>,
    /// What to compile with, in place of what the manifest says.
    pub compiler: Option<Choice>,
    /// How many files to work on at a time.
    pub jobs: NonZero<usize>,
    /// When set, it ends with an error.
    pub stop: &'a AtomicBool,
}

/// What ends a verification without a verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No manifest to go by.
    #[error("there is no manifest {path}; name it with --manifest", path = .0.display())]
    NoManifest(PathBuf),
    /// A manifest that is refused.
    #[error(transparent)]
    Manifest(#[from] manifest::ReadError),
    /// The artifact cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Artifact {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no room to build in.
    #[error("cannot make a temporary folder: {0}")]
    Scratch(#[source] io::Error),
    /// The user has stopped it.
    #[error("interrupted")]
    Interrupted,
}

/// Why nothing can be said of the members of an artifact.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Describe(#[from] DescribeError),
    #[error(transparent)]
    Diff(#[from] diff::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// An artifact that was built again.
pub(super) struct Built {
    pub place: PathBuf,
    pub manifest: Manifest,
}

/// Why one was not.
pub(super) struct Cannot(pub(super) String);

impl Cannot {
    pub(super) fn new(reason: impl ToString) -> Cannot {
        Cannot(reason.to_string())
    }
}

impl<E: std::error::Error> From<E> for Cannot {
    fn from(error: E) -> Cannot {
        Cannot::new(error)
    }
}

/// Checks an artifact against its manifest and its source.
///
/// ```no_run
/// use std::{num::NonZero, sync::atomic::AtomicBool};
/// use pyrepro::python::{Interpreters, SearchPath};
/// use pyrepro::verify::{Request, Sources, Verdict, verify};
///
/// let interpreters = Interpreters::new(SearchPath::default());
/// let request = Request {
///     artifact: "app.pyz".as_ref(),
///     manifest: None,
///     sources: Sources { source: Some("src".into()), ..Sources::default() },
///     interpreters: &interpreters,
///     python: None,
///     any_patch: false,
///     installing: Default::default(),
///     foreign: Default::default(),
///     compiler: None,
///     jobs: NonZero::<usize>::MIN,
///     stop: &AtomicBool::new(false),
/// };
/// assert_eq!(verify(&request)?.verdict, Verdict::Identical);
/// # Ok::<(), pyrepro::verify::Error>(())
/// ```
pub fn verify(request: &Request<'_>) -> Result<Outcome, Error> {
    verify_and(request, |_| Ok(()))
}

/// The same, and does something with the rebuilt artifact, a file or folder that is gone afterwards.
///
/// ```no_run
/// use std::path::Path;
/// use pyrepro::verify::{Error, Outcome, Request, verify_and};
///
/// fn verify_and_keep(request: &Request<'_>) -> Result<Outcome, Error> {
///     verify_and(request, |rebuilt: &Path| {
///         std::fs::copy(rebuilt, "rebuilt.whl").map(|_| ()).map_err(Error::Scratch)
///     })
/// }
/// ```
pub fn verify_and<E: From<Error>>(
    request: &Request<'_>,
    see: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<Outcome, E> {
    let place = request.manifest_place();
    let unseen = |source| Error::Artifact { path: request.artifact.to_owned(), source };
    if request.manifest.is_none() && Manifest::find(request.artifact).map_err(unseen)?.is_none() {
        return Err(Error::NoManifest(place).into());
    }
    let recorded = Manifest::open_changed(&place).map_err(Error::from)?;
    let unreadable = |source| Error::Artifact { path: request.artifact.to_owned(), source };
    let (sum, size) = request.digest(&recorded).map_err(unreadable)?;
    let as_recorded = (sum, size) == (recorded.artifact.sha256, recorded.artifact.size);

    let scratch = Scratch::new().map_err(Error::Scratch)?;
    let mut outcome = Outcome {
        verdict: Verdict::Identical,
        reason: None,
        as_recorded,
        claims: Vec::new(),
        inputs: Vec::new(),
        members: Vec::new(),
        difference: None,
        damage: None,
        rebuilt: None,
        notes: Vec::new(),
    };
    let built = request.rebuild(&recorded, scratch.path(), &mut outcome);
    if request.stop.load(Ordering::Relaxed) {
        return Err(Error::Interrupted.into());
    }
    if let Ok(built) = &built {
        see(&built.place)?;
    }
    let held = match built {
        Ok(built) => request.hold_against(&recorded, &built, sum, &mut outcome),
        Err(Cannot(reason)) => request.hold_against_manifest(&recorded, reason, &mut outcome),
    };
    if let Err(error) = held {
        // What is no archive any more differs from what it was.
        if outcome.damage.is_none() {
            outcome.notes.push(error.to_string());
        }
        outcome.verdict = outcome.verdict.max(Verdict::Differs);
    }
    let name = request.artifact.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if name != recorded.artifact.name && recorded.artifact.kind != ArtifactKind::Bytecode {
        let recorded = recorded.artifact.name.clone().into();
        let claim = Claim { field: "artifact.name".to_owned(), recorded, found: name.into() };
        outcome.claims.push(claim);
    }
    if !recorded.is_intact() {
        let found = recorded.digest().to_string().into();
        let claimed = recorded.sha256.map(|sum| sum.to_string()).into();
        outcome.claims.push(Claim { field: "sha256".to_owned(), recorded: claimed, found });
    }
    outcome.verdict = outcome.claims.iter().map(Claim::verdict).fold(outcome.verdict, Verdict::max);
    Ok(outcome)
}

impl Request<'_> {
    pub(super) fn manifest_place(&self) -> PathBuf {
        let found = || {
            let found = Manifest::find(self.artifact).ok().flatten();
            found.unwrap_or_else(|| Manifest::beside(self.artifact))
        };
        self.manifest.map_or_else(found, Path::to_owned)
    }

    fn rebuild(&self, recorded: &Manifest, scratch: &Path, outcome: &mut Outcome) -> Result<Built, Cannot> {
        let tool = Tool::this();
        if recorded.pyrepro.canonical_form != tool.canonical_form {
            let form = recorded.pyrepro.canonical_form;
            return Err(Cannot(format!("it is in canonical form {form}, which this pyrepro does not write")));
        }
        if recorded.pyrepro.encoder != tool.encoder {
            let encoder = &recorded.pyrepro.encoder;
            outcome
                .notes
                .push(format!("what it was compressed with is {encoder:?}, and here {:?}", tool.encoder));
        }
        let (Some(options), Some(inputs)) = (&recorded.options, &recorded.inputs) else {
            return Err(Cannot::new(
                "its manifest was made of the finished artifact and does not say how it was built",
            ));
        };
        if options.verb == "compile" {
            let built = compiled::rebuild(self, recorded, options, scratch)?;
            return Ok(self.rebuilt(built, inputs, &[], outcome));
        }
        let found = self.sources.find(inputs, &scratch.join("source"))?;
        needed(&found, outcome)?;
        let built = match (options.verb.as_str(), &recorded.backend) {
            ("zipapp", None) => {
                zipapp::rebuild(self, recorded, &ZipappRecipe::from_options(options)?, &found, scratch)?
            }
            ("build", None) => {
                project::rebuild(self, recorded, &BuildRecipe::from_options(options)?, &found, scratch)?
            }
            ("build", Some(by)) => {
                let recipe = BackendRecipe::from_options(options)?;
                backend::rebuild(self, (recorded, by), &recipe, &found, scratch)?
            }
            (verb, _) => return Err(Cannot(format!("this pyrepro cannot rebuild what `{verb}` made"))),
        };
        Ok(self.rebuilt(built, inputs, &found.files, outcome))
    }

    /// Writes down what it was built again with, and in what the inputs differ.
    fn rebuilt(
        &self,
        built: Built,
        inputs: &Inputs,
        files: &[(Role, PathBuf)],
        outcome: &mut Outcome,
    ) -> Built {
        let Manifest { targets, backend, .. } = built.manifest.clone();
        outcome.rebuilt = Some(Rebuilt { pyrepro: Tool::this(), targets, backend });
        let mut there = built.manifest.inputs.as_ref().map(|inputs| inputs.files.clone()).unwrap_or_default();
        // A list of requirements is not needed to build, but whether it is the same is worth knowing.
        let lists = files.iter().filter(|(role, _)| *role == Role::Requirements);
        there.extend(lists.filter_map(|(role, place)| input(place, *role).ok()));
        let recorded = inputs.files.iter().filter(|input| {
            input.role != Role::Requirements || there.iter().any(|other| other.role == input.role)
        });
        outcome.inputs = sources::changes(&recorded.cloned().collect::<Vec<_>>(), &there);
        built
    }

    /// Compares with what was built again.
    fn hold_against(
        &self,
        recorded: &Manifest,
        built: &Built,
        sum: Digest,
        outcome: &mut Outcome,
    ) -> Result<(), Unreadable> {
        let rebuilt = &built.manifest;
        outcome.claims = manifest_diff::refuted(recorded, rebuilt, self.any_patch);
        outcome.notes.extend(manifest_diff::installed_otherwise(recorded, rebuilt));
        if sum == rebuilt.artifact.sha256 {
            outcome.claims.extend(manifest_diff::false_inputs(recorded, rebuilt, &outcome.inputs));
            outcome.members = compare(&rebuilt.members, &rebuilt.members);
            return Ok(());
        }
        // What differs of the artifact is said of its members, and not once more of the manifest.
        outcome.claims.retain(|claim| !is_about_content(&claim.field));
        if self.artifact.is_dir() {
            let copies = built.place.with_file_name("found");
            fs::create_dir_all(&copies)?;
            let there = compiled::found(self.artifact, &recorded.members, Some(&copies))?;
            outcome.difference = Some(self.difference(built, &copies)?);
            outcome.members = compare(&rebuilt.members, &there);
            outcome.verdict = worst(&outcome.members).max(Verdict::Meaning);
            return Ok(());
        }
        let difference = self.difference(built, self.artifact)?;
        outcome.verdict = difference.verdict.max(Verdict::Container);
        outcome.difference = Some(difference);
        let there = describe(self.artifact, &Scope::default())
            .inspect_err(|error| outcome.damage = Some(error.to_string()))?;
        if there.artifact.kind == ArtifactKind::File {
            outcome.damage = archive_damage(self.artifact, rebuilt.artifact.kind);
        }
        outcome.members = compare_files((&built.place, &rebuilt.members), (self.artifact, &there.members));
        // This knows more of bytecode, RECORD and modes.
        outcome.verdict = worst(&outcome.members).max(Verdict::Container);
        Ok(())
    }

    /// How the artifact differs from the one that was built again.
    fn difference(&self, built: &Built, found: &Path) -> Result<diff::Report, Unreadable> {
        let mut report = diff::diff(&built.place, found, &diff::Options::default())?;
        report.a.name = format!("rebuilt/{}", built.manifest.artifact.name);
        report.b.name = self.artifact.to_string_lossy().into_owned();
        Ok(report)
    }

    /// The digest and size of the artifact; of a folder, of the recorded members in it.
    fn digest(&self, recorded: &Manifest) -> io::Result<(Digest, u64)> {
        if self.artifact.is_dir() {
            return Ok(manifest::whole(&compiled::found(self.artifact, &recorded.members, None)?));
        }
        File::open(self.artifact).and_then(Digest::of_reader)
    }

    /// Compares with what the manifest says, where there is nothing else.
    fn hold_against_manifest(
        &self,
        recorded: &Manifest,
        reason: String,
        outcome: &mut Outcome,
    ) -> Result<(), Unreadable> {
        outcome.reason = Some(reason);
        outcome.verdict = if outcome.as_recorded { Verdict::NotRebuilt } else { Verdict::Differs };
        let there = match self.artifact.is_dir() {
            true => compiled::found(self.artifact, &recorded.members, None)?,
            false => describe(self.artifact, &Scope::default())?.members,
        };
        outcome.members = compare(&recorded.members, &there);
        Ok(())
    }

    /// The interpreter that the manifest asks for.
    fn python_for(&self, wanted: &Target) -> Result<Aim, Cannot> {
        let release = wanted.version;
        let found = match self.python {
            Some(python) => self.interpreters.find(python),
            // Mostly that is it, and no other has to be started.
            None if let Ok(usual) = self.interpreters.default()
                && wanted.is_for(&usual) =>
            {
                Ok(usual)
            }
            None => self.interpreters.of_release(release).or_else(|error| match self.any_patch {
                true => self.interpreters.of_feature_release(release.major, release.minor),
                false => Err(error),
            }),
        };
        let python = found.map_err(|error| self.no_python(release, &error))?;
        let near = Interpreter { release, ..python.clone() };
        if !(wanted.is_for(&python) || self.any_patch && wanted.is_for(&near)) {
            let (there, path) = (python.release, python.path.display());
            return Err(Cannot(format!(
                "it needs Python {release}, and {path} is {there}; {}",
                self.way_out()
            )));
        }
        Ok(Aim::of(python)?)
    }

    /// What compiles as it was compiled: an interpreter of the recorded release, or the built-in compiler,
    /// which makes the same of the same edition.
    pub(super) fn compiler_for(&self, recorded: &Manifest) -> Result<Chosen, Cannot> {
        let [wanted] = &recorded.targets[..] else {
            return Err(Cannot(format!("it was made with {} interpreters", recorded.targets.len())));
        };
        let native = self.native_for(wanted).filter(|_| self.python.is_none());
        let (choice, aim) = match (self.compiler, native) {
            (None | Some(Choice::Auto | Choice::Native), Some(aim)) => (Choice::Native, aim),
            (Some(Choice::Native), None) => {
                let release = wanted.version;
                return Err(Cannot(format!(
                    "the built-in compiler has no edition like that of Python {release} that it was made with; \
                     leave out --compiler"
                )));
            }
            (choice, _) => (choice.unwrap_or_default(), self.python_for(wanted)?),
        };
        match aim.compiler(choice, self.jobs) {
            // What is too much for the built-in compiler is an interpreter's, if there is one.
            Ok(_) if choice == Choice::Native && self.compiler != Some(Choice::Native) => {
                let aim = self.python_for(wanted).unwrap_or(aim);
                Ok(aim.compiler(Choice::Auto, self.jobs)?)
            }
            chosen => Ok(chosen?),
        }
    }

    /// The recorded release, if the built-in compiler makes of it what the recorded compiler made.
    fn native_for(&self, wanted: &Target) -> Option<Aim> {
        let native = Native::of(wanted.version).filter(|native| wanted.is_of(native))?;
        Aim::of_native(&native)
    }

    fn no_python(&self, release: Release, error: &FindError) -> Cannot {
        let command = error.to_string();
        let told = if self.python.is_some() { format!(": {command}") } else { String::new() };
        Cannot(format!("it needs Python {release}, which is not here{told}; {}", self.way_out()))
    }

    fn way_out(&self) -> &'static str {
        match self.any_patch {
            true => "install it, or name it with --python",
            false => "install it, name it with --python, or try another patch level with --any-patch",
        }
    }
}

fn input(place: &Path, role: Role) -> io::Result<Input> {
    let digest = |place: &Path| File::open(place).and_then(Digest::of_reader).map(|(digest, _)| digest);
    Ingredient::of_file(place, role)?.input(digest)
}

/// All inputs but the lists of requirements have to be there.
fn needed(found: &Found, outcome: &mut Outcome) -> Result<(), Cannot> {
    for (role, path) in &found.missing {
        match role {
            Role::Requirements => {
                outcome.notes.push(format!("the list {path} is not here, so it was not compared"));
            }
            Role::Source => {
                return Err(Cannot::new("there is no source to build it of; name it with --source"));
            }
            Role::Archive | Role::Wheel => {
                return Err(Cannot(format!(
                    "it was made of {path}, which is not here; name it with --source, or its folder with --find-links"
                )));
            }
        }
    }
    Ok(())
}

/// What is wrong with what was an archive, and where.
fn archive_damage(path: &Path, kind: ArtifactKind) -> Option<String> {
    let format = match kind {
        ArtifactKind::Wheel | ArtifactKind::Zipapp | ArtifactKind::Zip => Format::Zip,
        _ => Format::Gzip,
    };
    let mut archive = Archive::open_as(format, File::open(path).ok()?, Limits::default());
    let first = archive.as_mut().map(|archive| archive.members().next_member().map(|_| ()));
    match first {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

fn is_about_content(field: &str) -> bool {
    field.starts_with("members") || matches!(field, "artifact.sha256" | "artifact.size")
}

fn worst(evidence: &[Evidence]) -> Verdict {
    evidence.iter().map(|evidence| evidence.finding.verdict()).max().unwrap_or_default()
}

/// Writes an artifact to a file in a folder that is not there yet, and gives its digest and size.
pub(super) fn write(
    place: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> Result<(), WriteError>,
) -> Result<(Digest, u64), WriteError> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    output::create(place, 0o600, |file| {
        content(file)?;
        Ok(output::digest(file)?)
    })
}
