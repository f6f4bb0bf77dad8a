//! How a project comes to be built by pyrepro: a new pyproject.toml, or a change of the one that names
//! another backend.

mod edit;
mod flit;
mod fresh;
mod hatch;
mod pdm;
mod poetry;
mod refusal;
mod scm;
mod settings;
mod setuptools;
mod setuptools_data;
mod source_project;
mod stated;
mod unified_diff;
mod uv;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::dist::{self, ModuleProblem, Package};
use crate::output::{Replacement, Worth};
use crate::project::{self, Document, Problem, Project};
use crate::tree;

pub use refusal::Refusal;

use source_project::SourceProject;
use stated::Stated;

/// What is to be done for a project.
///
/// ```
/// use pyrepro::init::Plan;
///
/// assert!(matches!(Plan::for_project("testdata/orchard".as_ref())?, Plan::Nothing));
/// # Ok::<(), pyrepro::init::Error>(())
/// ```
#[derive(Debug)]
pub enum Plan {
    /// pyrepro builds it already.
    Nothing,
    /// There is no pyproject.toml yet.
    New(Change),
    /// Another backend builds it.
    Move {
        /// What builds it, as pyproject.toml names it.
        backend: String,
        /// What changes.
        change: Change,
        /// What the user may want to do then.
        notes: Vec<String>,
    },
}

/// A pyproject.toml before and after.
///
/// ```
/// use pyrepro::init::Plan;
///
/// let folder = tempfile::tempdir()?;
/// std::fs::create_dir(folder.path().join("grove"))?;
/// std::fs::write(folder.path().join("grove/grove.py"), "__version__ = '1'\n")?;
/// let Plan::New(change) = Plan::for_project(&folder.path().join("grove"))? else { panic!() };
/// assert!(change.diff().contains("+name = \"grove\"\n"));
/// change.write()?;
/// assert!(change.path().is_file());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Change {
    path: PathBuf,
    before: Option<String>,
    after: String,
}

/// Why a project cannot be built by pyrepro.
///
/// ```
/// use pyrepro::init::Plan;
///
/// let error = Plan::for_project("testdata".as_ref()).unwrap_err();
/// assert!(error.to_string().starts_with("cannot convert this project: there is no module"));
/// ```
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something in the project that pyrepro has nothing for.
    #[error("cannot convert this project: {}", refusal::listed(.reasons))]
    Refused {
        /// What builds it, if that is known.
        backend: Option<String>,
        /// What is in the way.
        reasons: Vec<Refusal>,
    },
    /// A pyproject.toml that is none.
    #[error(transparent)]
    Project(#[from] project::Error),
    /// The project cannot be looked at.
    #[error(transparent)]
    Dist(#[from] dist::Error),
    /// A file or folder.
    #[error("cannot {task} {}: {source}", path.display())]
    Io {
        /// What was to be done.
        task: &'static str,
        /// With which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What builds projects that do not say, as the specification has it.
const LEGACY: &str = "setuptools.build_meta:__legacy__";

impl Plan {
    /// Finds out what is to be done, and does nothing.
    pub fn for_project(root: &Path) -> Result<Plan, Error> {
        // Any other path to it, such as `.`, does not have its name.
        let root = &root.canonicalize().map_err(|source| Error::io("read", root, source))?;
        let path = root.join("pyproject.toml");
        let before = match read_file(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        if before.is_none() && !stated::is_of_setuptools(root)? {
            return fresh::plan(root, path);
        }
        let bytes = before.as_deref().unwrap_or_default();
        let document = Document::parse(bytes)?;
        let build_system = document.table(&["build-system"])?;
        let backend = build_system.as_ref().and_then(|table| table.get("build-backend"));
        let backend = backend.map_or(Ok(LEGACY), |item| item.text())?;
        if backend == "pyrepro" {
            return Ok(Plan::Nothing);
        }
        let text = String::from_utf8_lossy(bytes);
        let (after, notes) = match Stated::read(root, &document, backend)? {
            None => {
                let (carried, notes) = carry(root, &document, backend, false)?;
                (edit::moved(&text, &carried), notes)
            }
            Some(stated) => {
                let whole = stated.behind(&text);
                let (carried, notes) = carry(root, &Document::parse(whole.as_bytes())?, backend, true)?;
                (edit::moved(&stated.before(&text), &carried), [stated.notes, notes].concat())
            }
        };
        let after = after.map_err(|reason| refused(backend, vec![reason]))?;
        check(root, backend, &after)?;
        let change = Change { path, before: before.as_ref().map(|_| text.into_owned()), after };
        Ok(Plan::Move { backend: backend.to_owned(), change, notes })
    }
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    crate::bounded::read(path, crate::bounded::DOCUMENT)
}

/// What of a project goes over, if all that matters can. Metadata may be `stated` elsewhere than in its pyproject.toml.
fn carry(
    root: &Path,
    document: &Document<'_>,
    backend: &str,
    is_stated: bool,
) -> Result<(settings::Settings, Vec<String>), Error> {
    let mut old = SourceProject::read(root, document, is_stated)?;
    drop_classifiers(&mut old)?;
    if let Err(error) = Project::read(document)
        && !error.key.starts_with("project.dynamic")
        && !error.key.starts_with("tool.pyrepro.")
        && (!error.key.starts_with("project.classifiers") || old.carried.dropped_classifiers.is_empty())
    {
        old.refusals.push(Refusal::of_key(error));
    }
    match backend {
        "flit_core.buildapi" | "flit.buildapi" => flit::read(&mut old)?,
        "hatchling.build" => hatch::read(&mut old)?,
        "pdm.backend" | "pdm.pep517.api" => pdm::read(&mut old)?,
        "poetry.core.masonry.api" | "poetry.masonry.api" => poetry::read(&mut old)?,
        "uv_build" => uv::read(&mut old)?,
        "setuptools.build_meta" | LEGACY => setuptools::read(&mut old)?,
        _ => old.refuse_backend(backend)?,
    }
    if let Some(trouble) = old.unseen.take() {
        return Err(trouble);
    }
    match old.refusals.is_empty() {
        true => Ok((old.carried, old.notes)),
        false => Err(refused(backend, old.refusals)),
    }
}

/// Classifiers of licences say nothing beside a licence expression, and are not allowed there any more.
fn drop_classifiers(old: &mut SourceProject<'_>) -> Result<(), Error> {
    let is_expression = old.get(&["project"], "license")?.is_some_and(|item| item.is_text());
    let Some(classifiers) = old.get(&["project"], "classifiers")?.filter(|_| is_expression) else {
        return Ok(());
    };
    for item in classifiers.array()? {
        let text = item.text()?;
        if text.starts_with("License ::") {
            old.notes.push(format!(
                "{text:?} is removed: the licence expression says it, and PEP 639 allows one of both"
            ));
            old.carried.dropped_classifiers.push(text.to_owned());
        }
    }
    Ok(())
}

fn refused(backend: &str, reasons: Vec<Refusal>) -> Error {
    Error::Refused { backend: Some(backend.to_owned()), reasons }
}

/// Whether the project can be built with this pyproject.toml.
fn check(root: &Path, backend: &str, pyproject: &str) -> Result<(), Error> {
    let refuse = |reason| refused(backend, vec![reason]);
    match Package::with_pyproject(root, None, pyproject.as_bytes().to_vec()) {
        Ok(_) => Ok(()),
        Err(error) if is_trouble(&error) => Err(error.into()),
        Err(dist::Error::Project(error)) => Err(refuse(Refusal::after(error))),
        Err(other) => Err(refuse(Refusal::of_project(other.to_string()))),
    }
}

/// Whether it says nothing of the project: the system did not let it be read.
fn is_trouble(error: &dist::Error) -> bool {
    match error {
        dist::Error::Project(project::Error { problem: Problem::File { source, .. }, .. })
        | dist::Error::Module(ModuleProblem::Unreadable(_, source))
        | dist::Error::Tree(tree::Error::Unreadable { source, .. })
        | dist::Error::Read { source, .. } => is_of_system(source),
        _ => false,
    }
}

/// Whether the system has refused something, and be it deep in what others say of it.
fn is_of_system(error: &io::Error) -> bool {
    if error.raw_os_error().is_some() {
        return error.kind() != io::ErrorKind::NotFound;
    }
    let mut cause = error.get_ref().map(|inner| inner as &dyn std::error::Error);
    while let Some(inner) = cause {
        if inner.downcast_ref::<io::Error>().is_some_and(is_of_system) {
            return true;
        }
        cause = inner.source();
    }
    false
}

impl Change {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The change as a unified diff.
    pub fn diff(&self) -> String {
        unified_diff::diff("pyproject.toml", self.before.as_deref().unwrap_or_default(), &self.after)
    }

    /// Writes the file: whole or not at all, and only if it is still as it was.
    pub fn write(&self) -> Result<(), Error> {
        self.replace().map_err(|source| Error::io("write", &self.path, source))
    }

    fn replace(&self) -> io::Result<()> {
        // A link stays one, to a file that changes.
        let place = if self.before.is_some() { self.path.canonicalize()? } else { self.path.clone() };
        let Some(before) = &self.before else {
            let mut new = Replacement::public(&place)?;
            new.file().write_all(self.after.as_bytes())?;
            return new.complete(Worth::Nothing)?.put_new(&place);
        };
        let mut new = Replacement::beside(&place)?;
        new.file().write_all(self.after.as_bytes())?;
        new.file().set_permissions(fs::metadata(&place)?.permissions())?;
        let new = new.complete(Worth::Something)?;
        if fs::read(&place)? != before.as_bytes() {
            return Err(io::Error::other("it has changed meanwhile"));
        }
        new.put(&place)
    }
}

impl Error {
    fn io(task: &'static str, path: &Path, source: io::Error) -> Error {
        Error::Io { task, path: path.to_owned(), source }
    }
}
