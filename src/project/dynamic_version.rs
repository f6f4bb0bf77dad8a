//! A version that pyproject.toml leaves to something else, which is read and never run.

use fancy_regex::{Regex, RegexBuilder, RuntimeError};

use super::location::Location;
use super::path::FilePath;
use super::python_text::assigned_version;
use super::tag_version::TagVersion;
use super::version_file::VersionFile;
use super::{BadValue, Error, Item, Problem, ReadFile, Table, Version};

/// Where a version is to be had: `[tool.pyrepro.version]`.
#[derive(Debug, Clone)]
pub(super) struct DynamicVersion {
    place: Location,
    source: Source,
    version_file: Option<VersionFile>,
}

#[derive(Debug, Clone)]
enum Source {
    File(FileVersion),
    Tags(TagVersion),
    /// Somebody has found it.
    Known(Version),
}

/// A version in a file.
#[derive(Debug, Clone)]
struct FileVersion {
    /// None if that is left to who knows the project's modules.
    path: Option<String>,
    has: Search,
}

/// What is looked for in the file.
#[derive(Debug, Clone)]
enum Search {
    /// A name that a module assigns the version to.
    Attribute(String),
    /// A pattern that has the version as its group `version`, or as its first.
    Pattern(String),
}

const ALLOWED: &str = "a table with `path` and, if need be, `pattern` or `attribute`, or with `source = \"git\"`, since `version` is dynamic";
const OF_FILES: [&str; 3] = ["path", "pattern", "attribute"];
const OF_TAGS: [&str; 5] = ["root", "tag-pattern", "scheme", "local-scheme", "fallback"];

impl DynamicVersion {
    /// Reads the setting from `tool.pyrepro`, which `project.dynamic` makes necessary unless somebody
    /// knows a path without it.
    pub(super) fn read(dynamic: &Item<'_>, settings: Option<&Table<'_>>) -> Result<DynamicVersion, Error> {
        let Some(item) = settings.and_then(|settings| settings.get("version")) else {
            let source = Source::File(FileVersion { path: None, has: Search::default() });
            return Ok(DynamicVersion { place: dynamic.place().clone(), source, version_file: None });
        };
        let table = item.table()?;
        table.only(&[
            "source",
            "path",
            "pattern",
            "attribute",
            "root",
            "tag-pattern",
            "scheme",
            "local-scheme",
            "fallback",
            "version-file",
            "version-file-template",
        ])?;
        let version_file = VersionFile::read(&table)?;
        match table.get("source") {
            Some(item) if item.word()? == "git" => {
                none_of(&table, &OF_FILES, "is of no use with source = \"git\"")?;
                let (place, tags) = (item.place().clone(), TagVersion::read(&table)?);
                Ok(DynamicVersion { place, source: Source::Tags(tags), version_file })
            }
            Some(item) if item.word()? != "file" => Err(item.refused("\"git\" or \"file\"")),
            _ => {
                none_of(&table, &OF_TAGS, "is of no use without source = \"git\"")?;
                let path = table.required("path", "a string with the path of a file that has the version")?;
                let file = FileVersion {
                    path: Some(path.parse::<FilePath>()?.as_str().to_owned()),
                    has: search(&table)?,
                };
                Ok(DynamicVersion { place: path.place().clone(), source: Source::File(file), version_file })
            }
        }
    }

    pub(super) fn path(&self) -> Option<&str> {
        match &self.source {
            Source::File(file) => file.path.as_deref(),
            _ => None,
        }
    }

    pub(super) fn tags(&self) -> Option<&TagVersion> {
        match &self.source {
            Source::Tags(tags) => Some(tags),
            _ => None,
        }
    }

    pub(super) fn place(&self) -> &Location {
        &self.place
    }

    pub(super) fn version_file(&self) -> Option<&VersionFile> {
        self.version_file.as_ref()
    }

    /// Where it is if nothing else was said.
    pub(super) fn or_in(&mut self, path: &str) {
        if let Source::File(file) = &mut self.source {
            file.path.get_or_insert_with(|| path.to_owned());
        }
    }

    pub(super) fn set(&mut self, version: Version) {
        self.source = Source::Known(version);
    }

    /// The version that there is now.
    pub(super) fn version(&self, toml: &str, read: ReadFile<'_>) -> Result<Version, Error> {
        match &self.source {
            Source::Known(version) => Ok(version.clone()),
            Source::Tags(_) => {
                Err(self.place.error(toml, Problem::Conflict("nobody has asked version control".into())))
            }
            Source::File(file) => self.in_file(file, toml, read),
        }
    }

    fn in_file(&self, file: &FileVersion, toml: &str, read: ReadFile<'_>) -> Result<Version, Error> {
        let Some(path) = file.path.clone() else {
            let place = Location { key: "tool.pyrepro.version".into(), ..self.place };
            return Err(place.error(toml, Problem::Missing { allowed: ALLOWED, suggestion: None }));
        };
        let text = super::read_text(toml, &self.place, &path, read)?;
        let failed = |reason| self.place.error(toml, Problem::Content { path: path.clone(), reason });
        let found = match &file.has {
            Search::Pattern(pattern) => captured(pattern, &text).map_err(failed)?,
            Search::Attribute(name) => assigned_version(&text, name).map_err(failed)?.ok_or_else(|| {
                self.place.error(toml, Problem::NoVersion { path: path.clone(), name: name.clone() })
            })?,
        };
        found.parse().map_err(|bad: BadValue| {
            self.place.error(toml, Problem::Content { path, reason: format!("has a bad version: {bad}") })
        })
    }
}

impl Default for Search {
    fn default() -> Search {
        Search::Attribute("__version__".into())
    }
}

fn search(table: &Table<'_>) -> Result<Search, Error> {
    match (table.get("pattern"), table.get("attribute")) {
        (Some(item), Some(_)) => {
            Err(item.error(Problem::Conflict("is beside `attribute`; one of them can be followed".into())))
        }
        (Some(item), None) => group(&item).map(|pattern| Search::Pattern(format!("(?m){pattern}"))),
        (None, Some(item)) => {
            let name = item.word()?;
            match super::import_name::is_identifier(name) {
                true => Ok(Search::Attribute(name.to_owned())),
                false => Err(item.refused("the name that the version is assigned to, such as \"VERSION\"")),
            }
        }
        (None, None) => Ok(Search::default()),
    }
}

fn none_of(table: &Table<'_>, keys: &[&str], reason: &str) -> Result<(), Error> {
    let entry = table.entries().into_iter().find(|entry| keys.contains(&entry.name));
    entry.map_or(Ok(()), |entry| Err(entry.error(Problem::Conflict(reason.into()))))
}

/// A pattern with a group for the version.
pub(super) fn group(item: &Item<'_>) -> Result<String, Error> {
    let pattern = item.text()?;
    let regex = Regex::new(&format!("(?m){pattern}"))
        .map_err(|error| item.refused(format!("a regular expression, and this is none: {error}")))?;
    if regex.captures_len() < 2 {
        return Err(item.refused("a regular expression with a group `(?P<version>…)`"));
    }
    Ok(pattern.to_owned())
}
/// How many bytes a search may go over, those that it goes over again counted each time.
const EFFORT: usize = 1 << 29;

fn captured(pattern: &str, text: &str) -> Result<String, String> {
    let failed = |error: fancy_regex::Error| match error {
        fancy_regex::Error::RuntimeError(RuntimeError::BacktrackLimitExceeded) => {
            "takes too long to be searched with the pattern; make the pattern simpler, without looking around"
                .to_owned()
        }
        error => format!("cannot be searched with the pattern: {error}"),
    };
    // Each step back can go over the whole text once more, where the pattern looks around.
    let limit = (EFFORT / text.len().max(1)).clamp(1_000, 1_000_000);
    let pattern = RegexBuilder::new(pattern).backtrack_limit(limit).build().map_err(failed)?;
    let captures = pattern.captures(text).map_err(failed)?;
    let captures = captures.ok_or("has nothing that matches the pattern")?;
    let group = captures.name("version").or_else(|| captures.get(1));
    group
        .map(|group| group.as_str().to_owned())
        .ok_or_else(|| "matches without the group of the version".into())
}
