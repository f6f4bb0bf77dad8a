//! Versions from version control: git's tags, an archive that git made, or the sdist that was made of either.

mod git;

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::bounded;
use crate::epoch::Epoch;
use crate::project::{self, Described, Project, Version};

/// A project with its version, where that is one of tags. `now` is the day that is told of what is not
/// committed; today if it is not given.
///
/// What was decided once stays so: PKG-INFO in an sdist comes first. Then git is asked, and then the file that
/// `git archive` leaves, so that no other repository around an archive has a say.
pub(crate) fn with_version(
    root: &Path,
    project: Project,
    now: Option<Epoch>,
) -> Result<Project, project::Error> {
    let Some(repository) = project.repository() else { return Ok(project) };
    let refuse = |reason: String| project.version_error(reason);
    if let Some(version) = in_pkg_info(root, &project).map_err(refuse)? {
        return Ok(project.with_version(version));
    }
    let place = root.join(repository);
    let found = match place.join(".git").exists() {
        true => Some(git::describe(&place).map_err(refuse)?),
        false => in_archive(&place).map_err(refuse)?,
    };
    match (found, project.fallback_version()) {
        (Some(described), _) => project.with_described(&described, now.unwrap_or_else(today).date()),
        (None, Some(version)) => Ok(project.with_version(version)),
        (None, None) => Err(refuse(NOWHERE.into())),
    }
}

const NOWHERE: &str = "found no PKG-INFO, no .git and no .git_archival.txt that is filled in, so no tag; build from a \
                       clone or from an sdist, or set `fallback` in [tool.pyrepro.version]";

fn today() -> Epoch {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Epoch::from_seconds(since.as_secs())
}

fn read(path: &Path) -> Result<Option<String>, String> {
    match bounded::read_to_string(path, bounded::DOCUMENT) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}

/// The version that an sdist of this project was made with.
fn in_pkg_info(root: &Path, project: &Project) -> Result<Option<Version>, String> {
    let Some(text) = read(&root.join("PKG-INFO"))? else { return Ok(None) };
    let head: Vec<(&str, &str)> =
        text.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": ")).collect();
    let field = |name: &str| {
        head.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let is_ours = field("Name")
        .and_then(|name| name.parse::<project::Name>().ok())
        .is_some_and(|name| name.normalized() == project.name.normalized());
    match field("Version").filter(|_| is_ours) {
        Some(version) => {
            version.parse().map(Some).map_err(|bad| format!("PKG-INFO has a bad version: {bad}"))
        }
        None => Ok(None),
    }
}

/// What `git archive` wrote of the commit, where `.gitattributes` asks it to.
fn in_archive(place: &Path) -> Result<Option<Described>, String> {
    let Some(text) = read(&place.join(".git_archival.txt"))? else { return Ok(None) };
    let field = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.trim())
    };
    let described = field("describe-name").filter(|text| !text.is_empty() && !text.contains(['$', '%']));
    if let Some(text) = described {
        return Ok(text.parse().ok());
    }
    // A tag that is right here, where git was too old to describe.
    let names = field("ref-names").filter(|names| !names.contains('$')).unwrap_or_default();
    let tag = names
        .split(',')
        .find_map(|name| name.trim().strip_prefix("tag: ").or(name.trim().strip_prefix("HEAD -> tag: ")));
    Ok(tag.and_then(|tag| tag.trim().parse().ok()))
}
