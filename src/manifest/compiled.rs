//! The manifest of the bytecode files that a run of `compile` is responsible for.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::describe::whole;
use super::{
    Artifact, ArtifactKind, Bytecode, Epoch, Inputs, Kind, Manifest, Member, Options, SCHEMA, Target, Tool,
};
use crate::archive::{BadPath, Digest, MemberPath, Mode};
use crate::compile::{Form, PycLocation, Record, Recorded, Request};
use crate::dist::{Ingredient, Input, Role};
use crate::pyc::Optimization;

/// The sources that were compiled and their bytecode, while a run goes on.
///
/// ```no_run
/// use std::sync::atomic::AtomicBool;
/// use pyrepro::{compile::{self, Event, Pool, Request}, manifest::Compiled, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// let request = Request::new(version, ["src"]);
/// let pool = Pool::new("/usr/bin/python3.13", version, request.jobs);
/// let mut compiled = Compiled::below(&request.paths)?;
/// compile::run(&request, &pool, &AtomicBool::new(false), |event| {
///     if let Event::Source(record) = event {
///         compiled.add(&record);
///     }
///     Ok(())
/// })?;
/// let manifest = compiled.manifest(&request, None, vec![])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Compiled {
    base: PathBuf,
    sources: Vec<PathBuf>,
    pycs: Vec<(PathBuf, Optimization)>,
}

/// Why there is no manifest of a run.
#[derive(Debug, thiserror::Error)]
pub enum CompiledError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Bytecode that lies elsewhere.
    #[error(
        "{path} is not below {base}, which all paths in the manifest are relative to; leave out --manifest, \
         or PYTHONPYCACHEPREFIX",
        path = path.display(), base = base.display()
    )]
    Elsewhere {
        /// The bytecode.
        path: PathBuf,
        /// Where all else is.
        base: PathBuf,
    },
    /// A path that no manifest can have.
    #[error(transparent)]
    Path(#[from] BadPath),
}

impl Compiled {
    /// Begins with the paths that are named. All others are told from the deepest folder that has all of
    /// these, so that they do not depend on where that is.
    pub fn below(paths: &[PathBuf]) -> Result<Compiled, CompiledError> {
        let folders = paths.iter().map(|path| if path.is_dir() { real(path) } else { real_parent(path) });
        let folders = folders.collect::<Result<Vec<PathBuf>, _>>()?;
        let base = folders.into_iter().reduce(|a, b| {
            a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
        });
        Ok(Compiled { base: base.unwrap_or_default(), sources: Vec::new(), pycs: Vec::new() })
    }

    /// Takes in what became of a source, unless it has no bytecode.
    pub fn add(&mut self, record: &Record) {
        if record.failure.is_none() {
            self.sources.push(record.source.clone());
            self.pycs.extend(record.pycs.iter().map(|pyc| (pyc.path.clone(), pyc.level)));
        }
    }

    /// The manifest, when all is compiled. Files are read once more for it.
    pub fn manifest(
        mut self,
        request: &Request,
        epoch: Option<Epoch>,
        targets: Vec<Target>,
    ) -> Result<Manifest, CompiledError> {
        self.sources.sort_unstable();
        self.sources.dedup();
        self.pycs.sort_unstable();
        self.pycs.dedup_by(|a, b| a.0 == b.0);
        let mut members =
            self.pycs.iter().map(|(path, level)| self.member(path, *level)).collect::<Result<Vec<_>, _>>()?;
        members.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        members.dedup_by(|a, b| a.path == b.path);
        let mut inputs = self.sources.iter().map(|path| self.input(path)).collect::<Result<Vec<_>, _>>()?;
        inputs.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        inputs.dedup_by(|a, b| a.path == b.path);
        let (sha256, size) = whole(&members);
        Ok(Manifest {
            artifact: Artifact { kind: ArtifactKind::Bytecode, name: ".".to_owned(), sha256, size },
            backend: None,
            epoch,
            inputs: Some(Inputs::new(inputs)),
            members,
            options: Some(options(request)),
            pyrepro: Tool::this(),
            schema: SCHEMA,
            sha256: None,
            targets,
        })
    }

    fn member(&self, place: &Path, level: Optimization) -> Result<Member, CompiledError> {
        let bytes =
            fs::read(place).map_err(|source| CompiledError::Unreadable { path: place.to_owned(), source })?;
        let path = self.path(place)?;
        Ok(Member {
            bytecode: Bytecode::of(&path, &bytes, Some(level)).map(Box::new),
            kind: Kind::File,
            mode: Some(Mode::new(0o644)),
            path,
            sha256: Some(Digest::of(&bytes)),
            size: Some(bytes.len() as u64),
            target: None,
        })
    }

    fn input(&self, place: &Path) -> Result<Input, CompiledError> {
        let unreadable = |source| CompiledError::Unreadable { path: place.to_owned(), source };
        let ingredient = Ingredient::of_file(place, Role::Source).map_err(unreadable)?;
        let digest = |place: &Path| File::open(place).and_then(Digest::of_reader).map(|(digest, _)| digest);
        let input = ingredient.input(digest).map_err(unreadable)?;
        Ok(Input { path: self.path(place)?, ..input })
    }

    /// The path of a file from the folder that all are in. One bytecode file may be elsewhere, by its name.
    fn path(&self, place: &Path) -> Result<MemberPath, CompiledError> {
        let folder = real_parent(place)?;
        let name = Path::new(place.file_name().unwrap_or_default());
        match folder.strip_prefix(&self.base) {
            Ok(inside) => Ok(MemberPath::from_path(&inside.join(name))?),
            Err(_) if self.pycs.len() == 1 => Ok(MemberPath::from_path(name)?),
            Err(_) => Err(CompiledError::Elsewhere { path: place.to_owned(), base: self.base.clone() }),
        }
    }
}

fn real(path: &Path) -> Result<PathBuf, CompiledError> {
    path.canonicalize().map_err(|source| CompiledError::Unreadable { path: path.to_owned(), source })
}

fn real_parent(path: &Path) -> Result<PathBuf, CompiledError> {
    real(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// The normal form of what decides the bytes. What `-s` takes off the recorded names is of the build
/// machine, and what is recorded when nothing is said, too: neither is told.
fn options(request: &Request) -> Options {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (recorded, name) = match &request.recorded {
        Recorded::AsFound => ("as-found", None),
        Recorded::Exactly(name) => ("exactly", Some(text(name))),
        Recorded::Below(folder) => ("below", Some(text(folder))),
        Recorded::Moved { prepend, .. } => ("moved", prepend.as_deref().map(text)),
    };
    let place = match request.place {
        PycLocation::Cache => "cache",
        PycLocation::Prefix(_) => "prefix",
        PycLocation::Legacy => "legacy",
        PycLocation::File(_) => "file",
    };
    let form = match request.form {
        Form::Canonical => "canonical",
        Form::Interpreter => "interpreter",
    };
    let levels: Vec<String> = request.levels.iter().map(Optimization::to_string).collect();
    Options::new("compile")
        .with("invalidation_mode", request.mode.name())
        .with("marshal", form)
        .with("optimize", levels)
        .with("place", place)
        .with("recorded", recorded)
        .with("recorded_name", name.as_deref())
}
