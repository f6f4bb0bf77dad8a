//! A project that is built: its metadata, its modules, and which of its files go where.

mod excludes;
mod files;
mod modules;
mod settings;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Error, Ingredient, Known, Role};
use crate::archive::{MemberPath, Mode};
use crate::epoch::Epoch;
use crate::project::{self, Document, MAX_SIZE, Metadata, Problem, Project};
use crate::tree::Tree;
use crate::vcs;

pub use modules::ModuleProblem;

pub(super) use files::{File as SourceFile, Files};
pub(super) use settings::Scheme;

use excludes::Excludes;
use files::{Finder, Walks};
use modules::{Kind, Modules};
use settings::Settings;

/// A project with what its pyproject.toml and its folder say, ready to be built.
///
/// ```
/// use pyrepro::dist::Package;
///
/// let package = Package::open("testdata/orchard".as_ref(), None)?;
/// assert_eq!(package.metadata().name().as_written(), "orchard");
/// # Ok::<(), pyrepro::dist::Error>(())
/// ```
#[derive(Debug)]
pub struct Package {
    root: PathBuf,
    /// Where artifacts are put, the earlier ones too, which are no part of the project.
    output: Option<PathBuf>,
    pyproject: Vec<u8>,
    project: Project,
    metadata: Metadata,
    modules: Modules,
    /// A file that tells the version, which is made and not found: its path and content.
    version_file: Option<(String, String)>,
    data: Vec<(Scheme, String)>,
    source_include: Vec<String>,
    source_excludes: Excludes,
    wheel_excludes: Excludes,
    walks: Walks,
}

impl Package {
    /// Reads a project's folder. Artifacts of it that lie in the folder `output` are no part of it.
    ///
    /// ```
    /// # use pyrepro::dist::Package;
    /// assert!(Package::open("no such folder".as_ref(), None).is_err());
    /// ```
    pub fn open(root: &Path, output: Option<&Path>) -> Result<Package, Error> {
        Package::open_at(root, output, None)
    }

    /// The same at a time, which a version from tags tells the day of where something is not committed.
    /// Without one, it is today.
    ///
    /// ```
    /// # use pyrepro::{dist::Package, epoch::Epoch};
    /// let package = Package::open_at("testdata/orchard".as_ref(), None, Some(Epoch::from_seconds(0)))?;
    /// assert_eq!(package.metadata().version().as_str(), "1.2.0");
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn open_at(root: &Path, output: Option<&Path>, now: Option<Epoch>) -> Result<Package, Error> {
        Package::read(root, output, read_pyproject(root)?, now)
    }

    /// The same as if pyproject.toml had this content.
    ///
    /// ```
    /// # use pyrepro::dist::Package;
    /// let text = b"[project]\nname = 'orchard'\nversion = '2'\n";
    /// let package = Package::with_pyproject("testdata/orchard".as_ref(), None, text.to_vec())?;
    /// assert_eq!(package.metadata().version().as_str(), "2");
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn with_pyproject(root: &Path, output: Option<&Path>, pyproject: Vec<u8>) -> Result<Package, Error> {
        Package::read(root, output, pyproject, None)
    }

    fn read(
        root: &Path,
        output: Option<&Path>,
        pyproject: Vec<u8>,
        now: Option<Epoch>,
    ) -> Result<Package, Error> {
        let document = Document::parse(&pyproject)?;
        let settings = Settings::read(&document)?;
        let project = Project::read(&document)?;
        let modules = find_modules(root, &project, &settings)?;
        let project = complete(root, project, &modules, now)?;
        check_data(root, &settings)?;
        let excludes =
            |own| Excludes::new(settings.default_excludes, settings.source_exclude.iter().chain(own));
        let source_excludes = excludes(&[][..])?;
        let wheel_excludes = match &settings.wheel_exclude[..] {
            [] => source_excludes.clone(),
            own => excludes(own)?,
        };
        let finder =
            Finder { root, excludes: &source_excludes, walks: &Walks::default(), is_output: &|_| false };
        let paths = finder.licenses(&project.license_patterns())?;
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let metadata = project.metadata(&paths, &|path| read(root, path))?;
        Ok(Package {
            root: root.to_owned(),
            output: output.map(Path::to_owned),
            data: settings.data.iter().map(|(scheme, path, _)| (*scheme, path.clone())).collect(),
            source_include: settings.source_include.clone(),
            pyproject: pyproject.clone(),
            version_file: project.version_file(metadata.version()),
            project,
            metadata,
            modules,
            source_excludes,
            wheel_excludes,
            walks: Walks::default(),
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What pyproject.toml says.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The content of pyproject.toml.
    pub(super) fn pyproject(&self) -> &[u8] {
        &self.pyproject
    }

    /// Name and version, as file names have them.
    ///
    /// ```
    /// # use pyrepro::dist::Package;
    /// let package = Package::open("testdata/orchard".as_ref(), None)?;
    /// assert_eq!(package.stem(), "orchard-1.2.0");
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn stem(&self) -> String {
        format!("{}-{}", self.metadata.name().in_file_names(), self.metadata.version())
    }

    /// The file that tells the version, with its path in sdists.
    pub(super) fn version_file(&self) -> Option<(&str, &str)> {
        self.version_file.as_ref().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The same with its path in wheels, which only have it where it is part of a module.
    pub(super) fn version_module(&self) -> Option<(&str, &str)> {
        let (path, text) = self.version_file()?;
        let is_inner = |module| {
            let rest = path.strip_prefix(&self.modules.locate(module));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let inner = path.strip_prefix(&self.modules.root)?.trim_start_matches('/');
        self.modules.all.iter().any(is_inner).then_some((inner, text))
    }

    /// The folder that imports look for the modules in.
    pub(super) fn module_root(&self) -> PathBuf {
        self.root.join(&self.modules.root)
    }

    /// All files that artifacts of the project are made of.
    ///
    /// ```
    /// # use pyrepro::dist::Package;
    /// let package = Package::open("testdata/orchard".as_ref(), None)?;
    /// assert!(package.ingredients()?.iter().any(|file| file.path.as_str() == "pyproject.toml"));
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn ingredients(&self) -> Result<Vec<Ingredient>, Error> {
        let ingredient = |(path, file): (String, SourceFile)| {
            Ok(Ingredient {
                mode: Mode::new(if file.executable { 0o755 } else { 0o644 }),
                path: MemberPath::new(path)?,
                role: Role::Source,
                content: Known::Place(file.place, file.size),
            })
        };
        self.source_files()?.by_path.into_iter().map(ingredient).collect()
    }

    /// The files of an sdist, by their paths in it, without those that are made for it.
    pub(super) fn source_files(&self) -> Result<Files, Error> {
        let is_output = |path: &Path| self.is_output(path);
        let finder = Finder {
            root: &self.root,
            excludes: &self.source_excludes,
            walks: &self.walks,
            is_output: &is_output,
        };
        let mut files = Files::default();
        self.add_modules(&finder, &mut files)?;
        for (_, folder) in &self.data {
            finder.add_folder(&mut files, folder)?;
        }
        finder.add_matching(&mut files, &self.source_include)?;
        let needed = ["pyproject.toml"].into_iter().chain(self.project.files());
        for path in needed.chain(self.metadata.license_files().iter().map(String::as_str)) {
            finder.add_file(&mut files, path)?;
        }
        // It is made, whatever lies there.
        if let Some((path, _)) = self.version_file() {
            files.by_path.remove(path);
        }
        Ok(files)
    }

    /// The files of the modules in a wheel, by their paths in it.
    pub(super) fn module_files(&self) -> Result<Files, Error> {
        let mut files = Files::default();
        self.with_wheel_finder(|finder| self.add_modules(finder, &mut files))?;
        let mut files = files.without_prefix(&self.modules.root);
        if let Some((path, _)) = self.version_module() {
            files.by_path.remove(path);
        }
        Ok(files)
    }

    /// The files of data folders, by their paths in them.
    pub(super) fn data_files(&self) -> Result<Vec<(Scheme, Files)>, Error> {
        let find = |(scheme, folder): &(Scheme, String)| {
            let mut files = Files::default();
            self.with_wheel_finder(|finder| finder.add_folder(&mut files, folder))?;
            Ok((*scheme, files.without_prefix(folder)))
        };
        self.data.iter().map(find).collect()
    }

    /// The licence files, by their paths.
    pub(super) fn license_files(&self) -> Result<Files, Error> {
        let mut files = Files::default();
        self.with_wheel_finder(|finder| {
            self.metadata.license_files().iter().try_for_each(|path| finder.add_file(&mut files, path))
        })?;
        Ok(files)
    }

    fn with_wheel_finder(&self, find: impl FnOnce(&Finder<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let is_output = |path: &Path| self.is_output(path);
        find(&Finder {
            root: &self.root,
            excludes: &self.wheel_excludes,
            walks: &self.walks,
            is_output: &is_output,
        })
    }

    fn add_modules(&self, finder: &Finder<'_>, files: &mut Files) -> Result<(), Error> {
        for module in &self.modules.all {
            let path = self.modules.locate(module);
            match module.kind {
                Kind::File => finder.add_module_file(files, &path)?,
                Kind::Package(_) | Kind::Namespace => finder.add_folder(files, &path)?,
            }
        }
        Ok(())
    }

    /// Whether a file is an artifact of this project, where those are put.
    fn is_output(&self, place: &Path) -> bool {
        let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // An artifact's manifest lies beside it.
        let name = match name.strip_suffix(".manifest.json") {
            Some(name) => name.strip_prefix('.').unwrap_or(name),
            None => name,
        };
        let of_us = name.strip_prefix(&self.metadata.name().in_file_names());
        of_us.is_some_and(|rest| rest.starts_with('-'))
            && [".whl", ".tar.gz", ".pyz"].iter().any(|ending| name.ends_with(ending))
            && self.output.as_deref().zip(place.parent()).is_some_and(|(a, b)| is_same_folder(a, b))
    }
}

impl Files {
    /// The same with paths from a folder that all are in.
    fn without_prefix(self, folder: &str) -> Files {
        let inner = |(path, file): (String, SourceFile)| {
            let rest = path.strip_prefix(folder).unwrap_or(&path);
            (rest.strip_prefix('/').unwrap_or(rest).to_owned(), file)
        };
        Files { by_path: self.by_path.into_iter().map(inner).collect(), warnings: self.warnings }
    }
}

fn is_same_folder(a: &Path, b: &Path) -> bool {
    a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// No more of the file than is taken for one.
fn read_pyproject(root: &Path) -> Result<Vec<u8>, Error> {
    let path = root.join("pyproject.toml");
    let read = || {
        let mut bytes = Vec::new();
        let metadata = path.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        if metadata.len() > MAX_SIZE as u64 {
            let said = format!("the file has {} bytes; allowed: up to {MAX_SIZE}", metadata.len());
            return Err(io::Error::other(said));
        }
        File::open(&path)?.take(MAX_SIZE as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| Error::Read { path: path.clone(), source })
}

/// A file of the project that pyproject.toml names.
fn read(root: &Path, path: &Path) -> io::Result<Vec<u8>> {
    Tree::entry(root, path).map_err(io::Error::other)?;
    crate::bounded::read(&root.join(path), crate::bounded::DOCUMENT)
}

fn find_modules(root: &Path, project: &Project, settings: &Settings<'_>) -> Result<Modules, Error> {
    Modules::find(root, &project.name, settings).map_err(|problem| match &settings.modules_item {
        // What cannot be read says nothing of a key.
        Some(item) if !matches!(problem, ModuleProblem::Unreadable(..)) => {
            item.error(Problem::Conflict(problem.to_string())).into()
        }
        _ => Error::Module(problem),
    })
}

/// The project with all that it leaves to its files and to version control.
fn complete(root: &Path, project: Project, modules: &Modules, now: Option<Epoch>) -> Result<Project, Error> {
    let project = vcs::with_version(root, project, now)?;
    let (names, namespaces) = modules.import_names();
    let project = project.with_modules(&names, &namespaces);
    let Some(path) = modules.version_file() else { return Ok(project) };
    let project = project.with_version_in(&path);
    if !project.wants_docstring() {
        return Ok(project);
    }
    let place = root.join(&path);
    let source = crate::bounded::read_to_string(&place, crate::bounded::SOURCE)
        .map_err(|source| Error::Read { path: place, source })?;
    Ok(project.with_docstring(&path, &source)?)
}

/// Data folders have to be there.
fn check_data(root: &Path, settings: &Settings<'_>) -> Result<(), project::Error> {
    for (_, folder, item) in &settings.data {
        if !root.join(folder).is_dir() {
            return Err(item.refused("a folder that is there"));
        }
    }
    Ok(())
}
