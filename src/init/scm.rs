//! Versions from tags, as setuptools-scm and hatch-vcs are set to make them.

use super::Error;
use super::source_project::SourceProject;
use crate::project::{Item, Table, is_local_scheme, is_scheme, is_template};

/// Settings of setuptools-scm, in its own table or in that of hatch-vcs.
pub fn options(old: &mut SourceProject<'_>, table: &Table<'_>) -> Result<(), Error> {
    for entry in table.entries() {
        let item = &entry.value;
        match entry.name {
            "version_scheme" => named(old, item, "scheme", "guess-next-dev", is_scheme)?,
            "local_scheme" => named(old, item, "local-scheme", "node-and-date", is_local_scheme)?,
            "fallback_version" => set(old, "fallback", item)?,
            "tag_regex" => set(old, "tag-pattern", item)?,
            "root" if item.text().is_ok_and(|root| matches!(root, "" | ".")) => {}
            "root" => set(old, "root", item)?,
            "write_to" | "version_file" => set(old, "version-file", item)?,
            "write_to_template" | "version_file_template" => template(old, item)?,
            // Where it is written to is always the artifact.
            "write_to_source" => {}
            "search_parent_directories" | "normalize" => {}
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    Ok(())
}

/// `source = "git"`, once.
pub fn from_tags(old: &mut SourceProject<'_>) {
    old.carried.version.insert(0, ("source", "git".into()));
    old.notes.push(
        "the version is that of the nearest tag, by the rules of setuptools-scm; in an sdist it is that of PKG-INFO".into(),
    );
}

/// A template of the file that tells the version.
pub fn template(old: &mut SourceProject<'_>, item: &Item<'_>) -> Result<(), Error> {
    match is_template(item.text()?) {
        true => set(old, "version-file-template", item),
        false => {
            old.refuse(item, "is a template with other values than {version} and {version_tuple}");
            Ok(())
        }
    }
}

pub fn set(old: &mut SourceProject<'_>, key: &'static str, item: &Item<'_>) -> Result<(), Error> {
    let text = item.text()?.to_owned();
    old.carried.version.push((key, text));
    Ok(())
}

/// A scheme by its name, which is not written where it is the default.
fn named(
    old: &mut SourceProject<'_>,
    item: &Item<'_>,
    key: &'static str,
    default: &str,
    is_known: fn(&str) -> bool,
) -> Result<(), Error> {
    match item.text() {
        Ok(name) if name == default => Ok(()),
        Ok(name) if is_known(name) => set(old, key, item),
        _ => {
            old.refuse(item, "is a scheme that pyrepro has no equivalent of");
            Ok(())
        }
    }
}
