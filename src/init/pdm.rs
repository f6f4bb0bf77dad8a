//! What pdm-backend's settings become.

use super::Error;
use super::refusal::RUNS_CODE;
use super::source_project::{SourceProject, anchored, included, is_plain, joined, trimmed};
use crate::project::{Item, Table};

pub fn read(old: &mut SourceProject<'_>) -> Result<(), Error> {
    old.only_needs(&["pdm-backend", "pdm-pep517"])?;
    version(old)?;
    let build = old.table(&["tool", "pdm", "build"])?;
    let root = match build.as_ref().and_then(|build| build.get("package-dir")) {
        Some(item) => trimmed(item.text()?).trim_start_matches('.').to_owned(),
        None if old.is_folder("src") => "src".to_owned(),
        None => String::new(),
    };
    match build.as_ref().and_then(|build| build.get("includes")) {
        Some(item) => includes(old, &root, &item)?,
        None => find_modules(old, &root),
    }
    let Some(build) = build else { return Ok(()) };
    settings(old, &build)?;
    old.drop(&["tool", "pdm", "build"]);
    Ok(())
}

fn version(old: &mut SourceProject<'_>) -> Result<(), Error> {
    let Some(version) = old.table(&["tool", "pdm", "version"])? else { return Ok(()) };
    for entry in version.entries() {
        match entry.name {
            "path" => old.carried.set_version_in(entry.value.text()?.to_owned(), None),
            "source" if entry.value.text().is_ok_and(|source| source == "file") => {}
            "source" => {
                let source = entry.value.text()?.to_owned();
                old.refuse_entry(
                    &entry,
                    format!("takes the version from {source}; write it as a string, in project.version or in a file"),
                );
            }
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    old.drop(&["tool", "pdm", "version"]);
    Ok(())
}

fn settings(old: &mut SourceProject<'_>, build: &Table<'_>) -> Result<(), Error> {
    for entry in build.entries() {
        let item = &entry.value;
        match entry.name {
            "package-dir" | "includes" | "editable-backend" => {}
            "is-purelib" if item.boolean()? => {}
            "run-setuptools" if !item.boolean()? => {}
            "source-includes" => old.carried.source_include = old.patterns(item, included)?,
            "excludes" => old.carried.source_exclude = old.patterns(item, anchored)?,
            "run-setuptools" | "custom-hook" => old.refuse_entry(&entry, RUNS_CODE),
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    Ok(())
}

fn includes(old: &mut SourceProject<'_>, root: &str, item: &Item<'_>) -> Result<(), Error> {
    let mut names = Vec::new();
    for item in item.array()? {
        let path = trimmed(item.text()?).to_owned();
        let below =
            if root.is_empty() { Some(path.as_str()) } else { path.strip_prefix(&format!("{root}/")) };
        match below.filter(|below| is_plain(below) && !below.contains('/')) {
            Some(name) => {
                if old.is_folder(&path) && !old.is_file(&joined(&path, "__init__.py")) {
                    old.carried.namespace = true;
                }
                names.push(name.strip_suffix(".py").unwrap_or(name).to_owned());
            }
            None => {
                old.refuse(&item, format!("{path:?} is no module in {root:?}, and pyrepro packs modules"))
            }
        }
    }
    old.set_modules(root, names);
    Ok(())
}

/// pdm-backend packs all packages that are there, and if there are none, all modules.
fn find_modules(old: &mut SourceProject<'_>, root: &str) {
    let names = old.list(root);
    let is_package = |name: &&String| old.is_file(&joined(root, &joined(name, "__init__.py")));
    let mut found: Vec<String> =
        names.iter().filter(is_package).filter(|name| *name != "tests" && *name != "test").cloned().collect();
    if found.is_empty() {
        found = names.iter().filter_map(|name| name.strip_suffix(".py")).map(str::to_owned).collect();
    }
    if !found.is_empty() {
        old.set_modules(root, found);
    }
}
