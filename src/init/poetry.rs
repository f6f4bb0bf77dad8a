//! What poetry-core's settings become.

use super::Error;
use super::refusal::RUNS_CODE;
use super::source_project::{SourceProject, anchored, included, is_plain, joined, trimmed};
use super::stated::METADATA;
use crate::project::{Item, Table};

pub fn read(old: &mut SourceProject<'_>) -> Result<(), Error> {
    old.only_needs(&["poetry-core", "poetry"])?;
    let Some(poetry) = old.table(&["tool", "poetry"])? else { return Ok(()) };
    for entry in poetry.entries() {
        let item = &entry.value;
        match entry.name {
            name if old.is_stated && METADATA.contains(&name) => {}
            // What poetry itself reads, when it installs and locks.
            "dependencies" | "dev-dependencies" | "group" | "source" | "requires-poetry"
            | "requires-plugins" => continue,
            "package-mode" if item.boolean()? => {}
            "package-mode" => old.refuse_entry(&entry, "says that there is nothing to build"),
            "packages" => packages(old, item)?,
            "include" => includes(old, item)?,
            "exclude" => old.carried.source_exclude = old.patterns(item, anchored)?,
            "version" if old.is_dynamic("version")? => {
                old.carried.project.push(("version", item.text()?.to_owned()))
            }
            "build" => old.refuse_entry(&entry, RUNS_CODE),
            "scripts" | "plugins" | "extras" | "urls" => {
                old.refuse_entry(&entry, "is metadata in poetry's own form; write it in [project]");
            }
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro; metadata belong in [project]"),
        }
        old.drop(&["tool", "poetry", entry.name]);
    }
    Ok(())
}

fn packages(old: &mut SourceProject<'_>, item: &Item<'_>) -> Result<(), Error> {
    let (mut roots, mut names) = (Vec::new(), Vec::new());
    for item in item.array()? {
        let table = item.table()?;
        old.refuse_others(&table, &["include", "from"]);
        let Some(include) = text(&table, "include")? else { continue };
        let path = trimmed(&include);
        if !is_plain(path) {
            old.refuse(&item, format!("{path:?} is a pattern that pyrepro has no equivalent of"));
            continue;
        }
        let root = trimmed(&text(&table, "from")?.unwrap_or_default()).trim_start_matches('.').to_owned();
        if old.is_folder(&joined(&root, path)) && !old.is_file(&joined(&root, &joined(path, "__init__.py"))) {
            old.carried.namespace = true;
        }
        names.push(path.strip_suffix(".py").unwrap_or(path).replace('/', "."));
        roots.push(root);
    }
    if roots.iter().any(|root| *root != roots[0]) {
        old.refuse(item, "modules in different folders; pyrepro packs those of one");
    } else if let Some(root) = roots.first() {
        old.set_modules(root, names);
    }
    Ok(())
}

/// What is in sdists, unless it says that it is in wheels.
fn includes(old: &mut SourceProject<'_>, item: &Item<'_>) -> Result<(), Error> {
    for item in item.array()? {
        let path = match item.is_table() {
            true => {
                let table = item.table()?;
                let format = table.get("format");
                let format = format.as_ref().map(|format| match format.is_text() {
                    true => format.text().map(|format| vec![format]),
                    false => format.array()?.iter().map(Item::text).collect(),
                });
                if format.transpose()?.is_some_and(|formats| formats.contains(&"wheel")) {
                    old.refuse(&item, "puts files into wheels that are in no module; use data folders");
                    continue;
                }
                text(&table, "path")?
            }
            false => Some(item.text()?.to_owned()),
        };
        match path.as_deref().and_then(included) {
            Some(pattern) => old.carried.source_include.push(pattern),
            None => old.refuse(&item, "is a pattern that pyrepro has no equivalent of"),
        }
    }
    Ok(())
}

fn text(table: &Table<'_>, key: &str) -> Result<Option<String>, Error> {
    Ok(table.get(key).map(|item| item.text().map(str::to_owned)).transpose()?)
}
