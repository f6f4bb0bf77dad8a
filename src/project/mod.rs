//! pyproject.toml to the metadata of packages.
//!
//! [`Project::parse`] checks a pyproject.toml after the specifications of the PyPA, and
//! [`Project::metadata`] adds what is in other files: the long description, licence files, a version.
//! Nothing here opens a file: who calls gives their paths and a way to read them.

mod classifiers;
mod dependencies;
mod document;
mod dynamic;
mod dynamic_version;
mod entry_points;
mod error;
mod import_name;
mod item;
mod license;
mod license_expression;
mod license_files;
mod location;
mod marker;
mod marker_value;
mod metadata;
mod name;
mod order;
mod path;
mod person;
mod python_text;
mod readme;
mod readme_fragments;
mod requirement;
mod scanner;
mod specifiers;
mod suggestion;
mod tag_version;
#[cfg(test)]
mod tests;
mod urls;
mod version;
mod version_file;

use std::collections::HashSet;
use std::io;
use std::path::Path;

pub use document::{Document, MAX_SIZE};
pub use entry_points::EntryPoints;
pub use error::{BadValue, Error, Problem, Warning};
pub use import_name::ImportName;
pub use item::{Entry, Item, Table};
pub use license::License;
pub use license_expression::LicenseExpression;
pub use license_files::LicensePattern;
pub use marker::Marker;
pub use metadata::Metadata;
pub use name::Name;
pub use person::Person;
pub(crate) use python_text::{docstring, imported_from};
pub use readme::{ContentType, Readme};
pub use requirement::{Requirement, Source};
pub use specifiers::Specifiers;
pub use tag_version::Described;
pub(crate) use tag_version::{is_local_scheme, is_scheme};
pub use urls::{Url, WellKnown};
pub use version::Version;
pub(crate) use version_file::is_template;

use dynamic::{Dynamic, Places};
use dynamic_version::DynamicVersion;
use license::LicenseFiles;
use location::Location;

/// How files of the project are read, given their paths from its folder.
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// What a pyproject.toml says of its project, checked.
///
/// ```
/// use pyrepro::project::Project;
///
/// let project = Project::parse(b"[project]\nname = 'orchard'\nversion = '1.0'\nkeywords = ['apple']\n")?;
/// assert_eq!(project.name.as_written(), "orchard");
/// assert_eq!(project.keywords, ["apple"]);
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Project {
    /// The name.
    pub name: Name,
    /// What it is, in one line.
    pub description: Option<String>,
    /// Where the long description is.
    pub readme: Option<Readme>,
    /// The versions of Python that it works with.
    pub requires_python: Option<Specifiers>,
    /// Its licence.
    pub license: Option<License>,
    /// Who made it.
    pub authors: Vec<Person>,
    /// Who looks after it.
    pub maintainers: Vec<Person>,
    /// What to find it by.
    pub keywords: Vec<String>,
    /// What kind of project it is, in the words of indexes.
    pub classifiers: Vec<String>,
    /// Its addresses.
    pub urls: Vec<Url>,
    /// Its commands and plug-ins.
    pub entry_points: EntryPoints,
    /// What it needs.
    pub dependencies: Vec<Requirement>,
    /// What it needs for each of its extras.
    pub optional_dependencies: Vec<(Name, Vec<Requirement>)>,
    /// What it provides exclusively for imports; an empty list says nothing at all.
    pub import_names: Option<Vec<ImportName>>,
    /// The namespaces that it shares with others.
    pub import_namespaces: Vec<ImportName>,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
    version: ProjectVersion,
    /// What is left to the modules.
    found: Places,
    license_files: LicenseFiles,
    /// The whole text, in which errors that are found later have their places.
    toml: String,
}

#[derive(Debug, Clone)]
enum ProjectVersion {
    Static(Version),
    Dynamic(DynamicVersion),
}

const KEYS: &[&str] = &[
    "authors",
    "classifiers",
    "dependencies",
    "description",
    "dynamic",
    "entry-points",
    "gui-scripts",
    "import-names",
    "import-namespaces",
    "keywords",
    "license",
    "license-files",
    "maintainers",
    "name",
    "optional-dependencies",
    "readme",
    "requires-python",
    "scripts",
    "urls",
    "version",
];

impl Project {
    /// Reads and checks the content of a pyproject.toml.
    ///
    /// ```
    /// use pyrepro::project::Project;
    ///
    /// let error = Project::parse(b"[project]\nname = 'a'\nversion = '1'\nautors = []\n").unwrap_err();
    /// assert!(error.to_string().starts_with("pyproject.toml:4:1: project.autors: "));
    /// assert!(error.to_string().ends_with("did you mean \"authors\"?"));
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Project, Error> {
        Project::read(&Document::parse(bytes)?)
    }

    /// The same for a document that is parsed.
    ///
    /// ```
    /// use pyrepro::project::{Document, Project};
    ///
    /// let document = Document::parse(b"[project]\nname = 'a'\nversion = '1'\n")?;
    /// assert_eq!(Project::read(&document)?.static_version().unwrap().as_str(), "1");
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn read(document: &Document<'_>) -> Result<Project, Error> {
        let project = document.root().required("project", "a table with the metadata")?.table()?;
        project.only(KEYS)?;
        let mut warnings = Vec::new();
        let name = project.required("name", "a string")?.parse()?;
        let dynamic = Dynamic::read(&project)?;
        let version = version(document, &project, &dynamic)?;
        let (license, license_files) = license::read(&project, &mut warnings)?;
        let (import_names, import_namespaces) = import_name::read(&project)?;
        let classifiers = classifiers::read(project.get("classifiers"), license.as_ref(), &mut warnings)?;
        Ok(Project {
            name,
            version,
            description: description(project.get("description"))?,
            found: dynamic.places(),
            readme: readme(document, &project, &dynamic)?,
            requires_python: project.get("requires-python").map(|item| item.parse()).transpose()?,
            license,
            license_files,
            authors: person::read(project.get("authors"), &mut warnings)?,
            maintainers: person::read(project.get("maintainers"), &mut warnings)?,
            keywords: keywords(project.get("keywords"), &mut warnings)?,
            classifiers,
            urls: project.get("urls").map_or_else(|| Ok(Vec::new()), |item| urls::read(&item))?,
            entry_points: EntryPoints::read(&project)?,
            dependencies: project
                .get("dependencies")
                .map_or_else(|| Ok(Vec::new()), |item| item.parse_each())?,
            optional_dependencies: dependencies::optional(project.get("optional-dependencies"))?,
            import_names,
            import_namespaces,
            warnings,
            toml: document.toml().to_owned(),
        })
    }

    /// The version, if pyproject.toml has it.
    pub fn static_version(&self) -> Option<&Version> {
        match &self.version {
            ProjectVersion::Static(version) => Some(version),
            ProjectVersion::Dynamic(_) => None,
        }
    }

    /// The file that a dynamic version is in, where pyproject.toml does not name one.
    ///
    /// ```
    /// use pyrepro::project::Project;
    ///
    /// let project = Project::parse(b"[project]\nname='a'\ndynamic=['version']\n")?;
    /// let project = project.with_version_in("src/a/__init__.py");
    /// let metadata = project.metadata(&[], &|_| Ok(b"__version__ = '1.2'\n".to_vec()))?;
    /// assert_eq!(metadata.version().as_str(), "1.2");
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn with_version_in(mut self, path: &str) -> Project {
        if let ProjectVersion::Dynamic(version) = &mut self.version {
            version.or_in(path);
        }
        self
    }

    /// Where the repository is whose tags the version is made of, from the project's folder, if it is.
    ///
    /// ```
    /// use pyrepro::project::{Described, Project};
    ///
    /// let toml = b"[project]\nname='a'\ndynamic=['version']\n[tool.pyrepro.version]\nsource='git'\n";
    /// let project = Project::parse(toml)?;
    /// assert_eq!(project.repository(), Some(""));
    /// let described: Described = "v1.2-3-gabcdef".parse().unwrap();
    /// let project = project.with_described(&described, (2026, 11, 21))?;
    /// let metadata = project.metadata(&[], &|_| unreachable!())?;
    /// assert_eq!(metadata.version().as_str(), "1.3.dev3+gabcdef");
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn repository(&self) -> Option<&str> {
        self.tags().map(|tags| tags.root.as_str())
    }

    /// The version to take where nothing tells of tags.
    pub(crate) fn fallback_version(&self) -> Option<Version> {
        self.tags().and_then(|tags| tags.fallback().cloned())
    }

    fn tags(&self) -> Option<&tag_version::TagVersion> {
        match &self.version {
            ProjectVersion::Dynamic(version) => version.tags(),
            ProjectVersion::Static(_) => None,
        }
    }

    /// The project with the version that its repository gives. Year, month and day are told of what is
    /// not committed.
    pub fn with_described(self, described: &Described, date: (u64, u64, u64)) -> Result<Project, Error> {
        let Some(tags) = self.tags() else { return Ok(self) };
        let version = tags.version(described, date).map_err(|reason| self.version_error(reason))?;
        Ok(self.with_version(version))
    }

    /// The project with a version that somebody has found.
    pub(crate) fn with_version(mut self, found: Version) -> Project {
        if let ProjectVersion::Dynamic(version) = &mut self.version {
            version.set(found);
        }
        self
    }

    /// An error about where the version is to be had.
    pub(crate) fn version_error(&self, reason: String) -> Error {
        let place = match &self.version {
            ProjectVersion::Dynamic(version) => version.place().clone(),
            ProjectVersion::Static(_) => Location::default(),
        };
        place.error(&self.toml, Problem::Conflict(reason))
    }

    /// The path and content of the file that tells the version to the project's own code, if there is one.
    pub(crate) fn version_file(&self, version: &Version) -> Option<(String, String)> {
        match &self.version {
            ProjectVersion::Dynamic(dynamic) => dynamic.version_file().map(|file| file.content(version)),
            ProjectVersion::Static(_) => None,
        }
    }

    /// The project with a description from its module's docstring, where it leaves that to the module.
    pub(crate) fn with_docstring(mut self, path: &str, source: &str) -> Result<Project, Error> {
        let Some(place) = &self.found.description else { return Ok(self) };
        let text = docstring(source).unwrap_or_default();
        let line = text.trim_start().lines().next().unwrap_or_default().trim();
        if line.is_empty() {
            let reason = "has no docstring to take the description from".to_owned();
            return Err(place.error(&self.toml, Problem::Content { path: path.to_owned(), reason }));
        }
        if line.chars().any(item::breaks_lines) {
            let reason = "has a control character in the first line of its docstring".to_owned();
            return Err(place.error(&self.toml, Problem::Content { path: path.to_owned(), reason }));
        }
        self.description = Some(line.to_owned());
        Ok(self)
    }

    /// Whether it leaves the description to the docstring of its module.
    pub(crate) fn wants_docstring(&self) -> bool {
        self.found.description.is_some()
    }

    /// The project with the names that its modules are imported as, where it leaves those to the modules.
    pub(crate) fn with_modules(mut self, names: &[String], namespaces: &[String]) -> Project {
        let named = |names: &[String]| -> Vec<ImportName> {
            let name = |name: &String| ImportName { name: name.clone(), is_private: false };
            names.iter().map(name).collect()
        };
        if self.found.import_names {
            self.import_names = Some(named(names));
        }
        if self.found.import_namespaces {
            self.import_namespaces = named(namespaces);
        }
        self
    }

    /// The patterns of paths, licence files among which go with the metadata.
    ///
    /// ```
    /// use pyrepro::project::Project;
    ///
    /// let project = Project::parse(b"[project]\nname='a'\nversion='1'\nlicense-files=['LICENSE']\n")?;
    /// assert_eq!(project.license_patterns(), ["LICENSE".parse()?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn license_patterns(&self) -> Vec<LicensePattern> {
        self.license_files.patterns()
    }

    /// The files besides pyproject.toml that the metadata cannot be made without.
    ///
    /// ```
    /// use pyrepro::project::Project;
    ///
    /// let project = Project::parse(b"[project]\nname='a'\nversion='1'\nreadme='README.md'\n")?;
    /// assert_eq!(project.files(), ["README.md"]);
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn files(&self) -> Vec<&str> {
        let readme = self.readme.as_ref().map_or_else(Vec::new, Readme::files);
        let version = match &self.version {
            ProjectVersion::Dynamic(version) => version.path(),
            ProjectVersion::Static(_) => None,
        };
        readme.into_iter().chain(version).collect()
    }

    /// The metadata, given the paths of all files of the project (with `/` between their parts, from
    /// which licence files are chosen) and how to read them.
    ///
    /// ```
    /// use pyrepro::project::Project;
    ///
    /// let project = Project::parse(b"[project]\nname = 'orchard'\nversion = '1.0'\n")?;
    /// let metadata = project.metadata(&["LICENSE", "orchard.py"], &|_| Ok(b"Take them.".to_vec()))?;
    /// assert_eq!(
    ///     metadata.to_string(),
    ///     "Metadata-Version: 2.4\nName: orchard\nVersion: 1.0\nLicense-File: LICENSE\n"
    /// );
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn metadata(&self, paths: &[&str], read: ReadFile<'_>) -> Result<Metadata, Error> {
        let version = match &self.version {
            ProjectVersion::Static(version) => version.clone(),
            ProjectVersion::Dynamic(version) => version.version(&self.toml, read)?,
        };
        let description = self.readme.as_ref();
        let description =
            description.map(|readme| readme.text(&self.toml, read, &self.name, &version)).transpose()?;
        let license_files = self.license_files.among(&self.toml, paths)?;
        for path in &license_files {
            let place = Location { key: "project.license-files".into(), ..self.license_files.place() };
            if path.chars().any(item::breaks_lines) {
                let reason = "has a line break or another control character in its name".into();
                return Err(place.error(&self.toml, Problem::Content { path: format!("{path:?}"), reason }));
            }
            read_text(&self.toml, &place, path, read)?;
        }
        Ok(Metadata::new(self, version, license_files, description))
    }
}

fn description(item: Option<Item<'_>>) -> Result<Option<String>, Error> {
    let Some(item) = item else { return Ok(None) };
    let line = item.line()?;
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

fn readme(
    document: &Document<'_>,
    project: &Table<'_>,
    dynamic: &Dynamic<'_>,
) -> Result<Option<Readme>, Error> {
    match dynamic.get("readme") {
        Some(item) => Readme::put_together(document, item).map(Some),
        None => project.get("readme").map(|item| Readme::read(&item)).transpose(),
    }
}

fn version(
    document: &Document<'_>,
    project: &Table<'_>,
    dynamic: &Dynamic<'_>,
) -> Result<ProjectVersion, Error> {
    match (project.get("version"), dynamic.get("version")) {
        (Some(item), None) => Ok(ProjectVersion::Static(item.parse()?)),
        (Some(_), Some(_)) => unreachable!("Dynamic::read refuses it"),
        (None, Some(dynamic)) => {
            let settings = document.table(&["tool", "pyrepro"])?;
            Ok(ProjectVersion::Dynamic(DynamicVersion::read(dynamic, settings.as_ref())?))
        }
        (None, None) => {
            Err(project.item().missing("project.version", "a string, or \"version\" in project.dynamic"))
        }
    }
}

fn keywords(item: Option<Item<'_>>, warnings: &mut Vec<Warning>) -> Result<Vec<String>, Error> {
    let Some(item) = item else { return Ok(Vec::new()) };
    let (mut keywords, mut known) = (Vec::new(), HashSet::new());
    let mut is_told = false;
    for item in item.array()? {
        let keyword = item.word()?;
        if keyword.contains(',') && !is_told {
            warnings.push(item.warning("the metadata has commas between keywords, so this will be several"));
            is_told = true;
        }
        if known.insert(keyword) {
            keywords.push(keyword.to_owned());
        }
    }
    Ok(keywords)
}

/// The text of a file that is named at a place.
fn read_text(toml: &str, place: &Location, path: &str, read: ReadFile<'_>) -> Result<String, Error> {
    let bytes = read(Path::new(path))
        .map_err(|source| place.error(toml, Problem::File { path: path.to_owned(), source }))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let reason = format!("is not UTF-8 from byte {} on", error.utf8_error().valid_up_to());
        place.error(toml, Problem::Content { path: path.to_owned(), reason })
    })?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}
