//! A version that is in another file, which is read and never run.

use fancy_regex::{Regex, RegexBuilder, RuntimeError};

use super::path::FilePath;
use super::place::Place;
use super::python_text::assigned_string;
use super::{BadValue, Error, Item, Problem, ReadFile, Table, Version};

/// Where a version is to be read from: `[tool.pyrepro.version]`.
#[derive(Debug, Clone)]
pub(super) struct DynamicVersion {
    place: Place,
    /// None if that is left to who knows the project's modules.
    path: Option<String>,
    /// Has the version as its group `version`, or as its first; none stands for `__version__`.
    pattern: Option<String>,
}

const ALLOWED: &str = "a table with `path` and, if need be, `pattern`, since `version` is dynamic";

impl DynamicVersion {
    /// Reads the setting from `tool.pyrepro`, which `project.dynamic` makes necessary unless somebody
    /// knows a path without it.
    pub(super) fn read(dynamic: &Item<'_>, settings: Option<&Table<'_>>) -> Result<DynamicVersion, Error> {
        let Some(item) = settings.and_then(|settings| settings.get("version")) else {
            return Ok(DynamicVersion { place: dynamic.place().clone(), path: None, pattern: None });
        };
        let table = item.table()?;
        table.only(&["path", "pattern"])?;
        let path = table.required("path", "a string with the path of a file that has the version")?;
        let pattern = table.get("pattern").map(|item| pattern(&item)).transpose()?;
        let file: FilePath = path.parse()?;
        Ok(DynamicVersion { place: path.place().clone(), path: Some(file.as_str().to_owned()), pattern })
    }

    pub(super) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Where it is if nothing else was said.
    pub(super) fn or_in(&mut self, path: &str) {
        self.path.get_or_insert_with(|| path.to_owned());
    }

    /// The version that the file has now.
    pub(super) fn version(&self, toml: &str, read: ReadFile<'_>) -> Result<Version, Error> {
        let Some(path) = self.path.clone() else {
            let place = Place { key: "tool.pyrepro.version".into(), ..self.place };
            return Err(place.error(toml, Problem::Missing { allowed: ALLOWED, suggestion: None }));
        };
        let text = super::read_text(toml, &self.place, &path, read)?;
        let found = match &self.pattern {
            Some(pattern) => captured(pattern, &text).map(Some),
            None => assigned_string(&text, "__version__"),
        };
        let found = found
            .map_err(|reason| self.place.error(toml, Problem::Content { path: path.clone(), reason }))?;
        let found = found.ok_or_else(|| self.place.error(toml, Problem::NoVersion { path: path.clone() }))?;
        found.parse().map_err(|bad: BadValue| {
            self.place.error(toml, Problem::Content { path, reason: format!("has a bad version: {bad}") })
        })
    }
}

fn pattern(item: &Item<'_>) -> Result<String, Error> {
    // Lines are what people write patterns for.
    let pattern = format!("(?m){}", item.text()?);
    let regex = Regex::new(&pattern)
        .map_err(|error| item.refused(format!("a regular expression, and this is none: {error}")))?;
    if regex.captures_len() < 2 {
        return Err(item.refused("a regular expression with a group `(?P<version>…)`"));
    }
    Ok(pattern)
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
