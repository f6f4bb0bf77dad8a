//! The backend that a project names.

use std::io;
use std::path::{Component, Path};

use super::Error;
use crate::archive::Digest;
use crate::project::{Document, Item, Requirement, Specifiers};

/// What `[build-system]` says, or what PEP 517 says for projects where nothing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildSystem {
    /// The module or object that has the hooks, such as `hatchling.build`.
    pub backend: String,
    /// What has to be installed for it.
    pub requires: Vec<String>,
    /// The folders in the project where the backend is, if it is part of the project.
    pub backend_path: Vec<String>,
    /// The versions of Python that the project is for, if its metadata say so.
    pub requires_python: Option<Specifiers>,
    /// What tells this project from others, wherever it lies.
    pub(super) fingerprint: String,
}

/// The backend where none is named.
const LEGACY: &str = "setuptools.build_meta:__legacy__";

impl BuildSystem {
    /// Reads the pyproject.toml in a folder, which need not be there if setup.py is.
    ///
    /// ```
    /// use pyrepro::backend::BuildSystem;
    ///
    /// let folder = tempfile::tempdir()?;
    /// assert!(BuildSystem::of(folder.path()).is_err());
    /// std::fs::write(folder.path().join("setup.py"), "import setuptools; setuptools.setup()")?;
    /// assert_eq!(BuildSystem::of(folder.path())?.requires, ["setuptools"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(folder: &Path) -> Result<BuildSystem, Error> {
        let mut files = Vec::new();
        let mut read = |name: &str| -> Result<Option<Vec<u8>>, Error> {
            let content = content(&folder.join(name))?;
            let bytes = content.as_deref().unwrap_or_default();
            files.extend(bytes.len().to_le_bytes());
            files.extend(bytes);
            Ok(content)
        };
        let [pyproject, setup, _] = [read("pyproject.toml")?, read("setup.py")?, read("setup.cfg")?];
        if pyproject.is_none() && setup.is_none() {
            return Err(Error::NoProject(folder.to_owned()));
        }
        let mut system = BuildSystem::parse(&pyproject.unwrap_or_default())?;
        system.fingerprint = Digest::of(&files).to_string()[..16].to_owned();
        Ok(system)
    }

    /// The same of the content of a pyproject.toml.
    fn parse(pyproject: &[u8]) -> Result<BuildSystem, Error> {
        let document = Document::parse(pyproject)?;
        let system = BuildSystem::of_document(&document)?;
        Ok(BuildSystem { requires_python: requires_python(&document), ..system })
    }

    fn of_document(document: &Document<'_>) -> Result<BuildSystem, Error> {
        let Some(table) = document.table(&["build-system"])? else {
            return Ok(BuildSystem::new(LEGACY, vec!["setuptools".to_owned()]));
        };
        let requires = table.required("requires", "an array of requirements")?;
        let requires: Vec<Requirement> = requires.parse_each()?;
        let requires = requires.iter().map(Requirement::to_string).collect();
        let Some(backend) = table.get("build-backend") else {
            return Ok(BuildSystem::new(LEGACY, requires));
        };
        let mut system = BuildSystem::new(backend_name(&backend)?, requires);
        if let Some(paths) = table.get("backend-path") {
            for path in paths.array()? {
                system.backend_path.push(inside(&path)?.to_owned());
            }
        }
        Ok(system)
    }

    /// Whether that is this program, so that no code of others is needed.
    ///
    /// ```
    /// use pyrepro::backend::BuildSystem;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let pyproject = "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n";
    /// std::fs::write(folder.path().join("pyproject.toml"), pyproject)?;
    /// assert!(BuildSystem::of(folder.path())?.is_own());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_own(&self) -> bool {
        self.backend == "pyrepro"
    }

    /// Puts another backend in the place of this one, with nothing that it requires.
    pub(super) fn replace(&mut self, backend: &str) {
        let fingerprint = std::mem::take(&mut self.fingerprint);
        *self = BuildSystem { fingerprint, ..BuildSystem::new(backend, Vec::new()) };
    }

    fn new(backend: &str, requires: Vec<String>) -> BuildSystem {
        BuildSystem {
            backend: backend.to_owned(),
            requires,
            backend_path: Vec::new(),
            requires_python: None,
            fingerprint: String::new(),
        }
    }
}

/// What is wrong with the rest of the metadata is for the backend to say.
fn requires_python(document: &Document<'_>) -> Option<Specifiers> {
    let project = document.table(&["project"]).ok()??;
    project.get("requires-python")?.parse().ok()
}

fn content(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match crate::bounded::read(path, crate::bounded::DOCUMENT) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

fn backend_name<'d>(item: &Item<'d>) -> Result<&'d str, Error> {
    let name = item.word()?;
    let is_path =
        |path: &str| path.split('.').all(|part| !part.is_empty() && part.chars().all(is_identifier));
    let (module, object) =
        name.split_once(':').map_or((name, None), |(module, object)| (module, Some(object)));
    if is_path(module) && object.is_none_or(is_path) {
        return Ok(name);
    }
    Err(item.refused("a module, or module:object, such as \"hatchling.build\"").into())
}

fn is_identifier(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_continue(c)
}

fn inside<'d>(item: &Item<'d>) -> Result<&'d str, Error> {
    let path = item.word()?;
    let stays = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if Path::new(path).components().all(stays) {
        return Ok(path);
    }
    Err(item.refused("a path from the project's folder that stays in it").into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn parsed(toml: &str) -> Result<BuildSystem, String> {
        BuildSystem::parse(toml.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_project_that_names_no_backend_has_the_one_of_setuptools() {
        assert_eq!(parsed("[project]\nname = 'a'").unwrap().backend, LEGACY);
        let system = parsed("[build-system]\nrequires = ['setuptools<80', 'wheel']").unwrap();
        assert_eq!(
            (system.backend.as_str(), &system.requires[..]),
            (LEGACY, &["setuptools<80".into(), "wheel".into()][..])
        );
    }

    #[test]
    fn what_is_no_backend_is_refused_with_its_place() {
        for (toml, wanted) in [
            ("[build-system]\nbuild-backend = 'x'", "pyproject.toml:1:"),
            ("[build-system]\nrequires = ['-r x']", "build-system.requires[0]"),
            ("[build-system]\nrequires = []\nbuild-backend = 'a b'", "pyproject.toml:3:"),
            ("[build-system]\nrequires = []\nbuild-backend = 'a:'", "pyproject.toml:3:"),
            ("[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = ['../x']", "stays in it"),
            ("[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = ['/x']", "stays in it"),
            ("build-system = 3", "pyproject.toml:1:"),
        ] {
            let message = parsed(toml).unwrap_err();
            assert!(message.contains(wanted), "{toml}: {message}");
        }
    }

    #[test]
    fn the_fingerprint_is_of_what_the_files_say() {
        let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let fingerprint = |folder: &tempfile::TempDir| BuildSystem::of(folder.path()).unwrap().fingerprint;
        for folder in [&one, &two] {
            fs::write(folder.path().join("setup.py"), "a").unwrap();
        }
        assert_eq!(fingerprint(&one), fingerprint(&two));
        assert_eq!(fingerprint(&one).len(), 16);
        fs::write(two.path().join("setup.cfg"), "").unwrap();
        fs::write(two.path().join("setup.py"), "b").unwrap();
        assert_ne!(fingerprint(&one), fingerprint(&two));
    }
}
