//! Under which licence a project is.

use super::license_expression::LicenseExpression;
use super::license_files::LicensePattern;
use super::location::Location;
use super::path::FilePath;
use super::{BadValue, Error, Item, Problem, Table, Warning};

/// What the project says of its licence.
///
/// ```
/// use pyrepro::project::{License, Project};
///
/// let project = Project::parse(b"[project]\nname='a'\nversion='1'\nlicense='mit'\n")?;
/// assert!(matches!(project.license, Some(License::Expression(e)) if e.to_string() == "MIT"));
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum License {
    /// An SPDX expression.
    Expression(LicenseExpression),
    /// Free text, which is deprecated.
    Text(String),
}

/// Where the files are that licences and notices are in.
#[derive(Debug, Clone)]
pub(super) struct LicenseFiles {
    /// What the project names, each of which must match.
    named: Vec<(Location, LicensePattern)>,
    /// Whether what usually holds licences is taken, too.
    with_usual: bool,
}

const USUAL: [&str; 4] = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"];

impl LicenseFiles {
    /// Where they are named.
    pub(super) fn place(&self) -> Location {
        self.named.first().map(|(place, _)| place.clone()).unwrap_or_default()
    }

    pub(super) fn patterns(&self) -> Vec<LicensePattern> {
        let usual = if self.with_usual { &USUAL[..] } else { &[] };
        let usual = usual.iter().filter_map(|pattern| pattern.parse().ok());
        self.named.iter().map(|(_, pattern)| pattern.clone()).chain(usual).collect()
    }

    /// The paths that are to be included, sorted.
    pub(super) fn among(&self, toml: &str, paths: &[&str]) -> Result<Vec<String>, Error> {
        for (place, pattern) in &self.named {
            if !paths.iter().any(|path| pattern.matches(path)) {
                let bad = BadValue::new(&pattern.to_string(), "patterns that match at least one file");
                return Err(place.error(toml, bad));
            }
        }
        let patterns = self.patterns();
        let is_license = |path: &&&str| patterns.iter().any(|pattern| pattern.matches(path));
        let mut found: Vec<String> = paths.iter().filter(is_license).map(|path| (*path).to_owned()).collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// Reads `project.license` and `project.license-files`, which have to do with each other.
pub(super) fn read(
    project: &Table<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<(Option<License>, LicenseFiles), Error> {
    let files = project.get("license-files");
    let Some(license) = project.get("license") else { return Ok((None, named(files.as_ref())?)) };
    if license.is_text() {
        let expression: LicenseExpression = license.parse()?;
        if !expression.deprecated().is_empty() {
            let names = expression.deprecated().join(", ");
            warnings.push(
                license.warning(format!("SPDX has newer identifiers for {names}; see spdx.org/licenses")),
            );
        }
        return Ok((Some(License::Expression(expression)), named(files.as_ref())?));
    }
    if !license.is_table() {
        return Err(license.wrong_type("a string with an SPDX licence expression"));
    }
    warnings.push(license.warning("tables are deprecated; write an SPDX licence expression such as \"MIT\""));
    if let Some(files) = &files {
        let problem =
            "cannot stand beside a table in project.license; write an SPDX licence expression there";
        return Err(files.error(Problem::Conflict(problem.into())));
    }
    table(&license)
}

fn named(files: Option<&Item<'_>>) -> Result<LicenseFiles, Error> {
    let Some(files) = files else { return Ok(LicenseFiles { named: Vec::new(), with_usual: true }) };
    let pattern = |item: &Item<'_>| Ok((item.place().clone(), item.parse()?));
    let named = files.array()?.iter().map(pattern).collect::<Result<_, Error>>()?;
    Ok(LicenseFiles { named, with_usual: false })
}

fn table(license: &Item<'_>) -> Result<(Option<License>, LicenseFiles), Error> {
    let table = license.table()?;
    table.only(&["file", "text"])?;
    match (table.get("file"), table.get("text")) {
        (Some(file), None) => {
            let path: FilePath = file.parse()?;
            let pattern = path.as_str().parse().map_err(|bad: BadValue| file.error(bad))?;
            let named = vec![(file.place().clone(), pattern)];
            Ok((None, LicenseFiles { named, with_usual: true }))
        }
        (None, Some(text)) => Ok((Some(License::Text(lines(&text)?)), named(None)?)),
        _ => Err(license.error(Problem::Conflict("either file or text, and not both".into()))),
    }
}

/// A text of lines that are each fit for the metadata.
fn lines(item: &Item<'_>) -> Result<String, Error> {
    let text = item.text()?.replace("\r\n", "\n");
    if text.chars().any(|c| c != '\n' && super::item::breaks_lines(c)) {
        return Err(item.refused("text without control characters other than line breaks and tabs"));
    }
    match text.trim() {
        "" => Err(item.refused("text that is not empty")),
        text => Ok(text.to_owned()),
    }
}
