//! Metadata that a project states elsewhere than in `[project]`: as poetry's own, in setup.cfg, in setup.py. They
//! become a `[project]` table; what the backend does with the rest is told as if that table had always been there.

mod arguments;
mod cfg;
mod constraint;
mod draft;
mod poetry;
mod program;
mod value;

use std::io;
use std::path::Path;

use super::refusal::Refusal;
use super::source_project::required;
use super::{Error, refused};
use crate::project::{Document, Table};
use draft::Draft;

pub use poetry::METADATA;

/// The tables that say in pyproject.toml what was said elsewhere.
pub struct Stated {
    tables: String,
    pub notes: Vec<String>,
}

impl Stated {
    /// Reads it, where there is no `[project]` and the backend has such a form.
    pub fn read(root: &Path, document: &Document<'_>, backend: &str) -> Result<Option<Stated>, Error> {
        if document.table(&["project"])?.is_some() {
            return Ok(None);
        }
        let draft = match document.table(&["tool", "poetry"])? {
            Some(table) if backend.starts_with("poetry.") => poetry::read(&table)?,
            Some(_) => return Ok(None),
            None if backend.starts_with("setuptools.") => match of_setuptools(root, document)? {
                Some(draft) => draft,
                None => return Ok(None),
            },
            None => return Ok(None),
        };
        match draft.refusals.is_empty() {
            true => {
                let mut tables = draft.tables();
                if document.table(&["build-system"])?.is_none() {
                    tables.push_str("\n[build-system]\n");
                }
                Ok(Some(Stated { tables, notes: draft.notes }))
            }
            false => Err(refused(backend, draft.refusals)),
        }
    }

    /// The text with the tables behind it, so that all else keeps its line.
    pub fn behind(&self, text: &str) -> String {
        format!("{text}\n{}", self.tables)
    }

    /// The text with the tables where a reader looks for them.
    pub fn before(&self, text: &str) -> String {
        let (mark, rest) = match text.strip_prefix('\u{feff}') {
            Some(rest) => ("\u{feff}", rest),
            None => ("", text),
        };
        let first = rest.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        // Keys before the first table would become keys of ours.
        match first.is_none_or(|line| line.trim_start().starts_with('[')) {
            true => format!("{mark}{}\n{}", self.tables, rest.trim_start()),
            false => self.behind(text),
        }
    }
}

/// Whether setuptools builds the project, which has no pyproject.toml.
pub fn is_of_setuptools(root: &Path) -> Result<bool, Error> {
    let cfg = text(root, "setup.cfg")?;
    Ok(text(root, "setup.py")?.is_some() || cfg.is_some_and(|cfg| cfg::has_metadata(&cfg)))
}

fn of_setuptools(root: &Path, document: &Document<'_>) -> Result<Option<Draft>, Error> {
    let (mut said, mut notes) = (Vec::new(), Vec::new());
    let mut refusals: Vec<Refusal> = Vec::new();
    if let Some(program) = text(root, "setup.py")? {
        match program::read(root, &program) {
            Ok(arguments) => said.extend(arguments),
            Err(reasons) => refusals.extend(reasons),
        }
        notes.push("setup.py is not needed any more".to_owned());
    }
    if let Some(cfg) = text(root, "setup.cfg")? {
        let (arguments, reasons) = cfg::read(&cfg);
        refusals.extend(reasons);
        if cfg::has_metadata(&cfg) {
            notes.push("[metadata] and [options] of setup.cfg are not needed any more".to_owned());
        }
        // What setup() is told counts before what setup.cfg says.
        for argument in arguments {
            if !said.iter().any(|other: &value::Argument| other.name == argument.name) {
                said.push(argument);
            }
        }
    }
    if said.is_empty() && refusals.is_empty() {
        return Ok(None);
    }
    let has_version = said.iter().any(|argument| argument.name == "version");
    let mut draft = arguments::draft(&said);
    if !has_version && has_tags(document)? {
        draft.leave_version_to_tags();
    }
    draft.refusals.extend(refusals);
    draft.notes.extend(notes);
    Ok(Some(draft))
}

/// Whether setuptools-scm makes the version.
fn has_tags(document: &Document<'_>) -> Result<bool, Error> {
    let Some(table) = document.table(&["build-system"])? else { return Ok(false) };
    let requires = table.get("requires").map_or_else(|| Ok(Vec::new()), |item| item.array())?;
    Ok(requires.iter().any(|item| item.text().is_ok_and(|text| required(text) == "setuptools-scm")))
}

/// A file of the project, if it is there.
fn text(root: &Path, name: &str) -> Result<Option<String>, Error> {
    let path = root.join(name);
    match crate::bounded::read_to_string(&path, crate::bounded::DOCUMENT) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io("read", &path, source)),
    }
}

/// The text of an item in a table of poetry's.
fn line(table: &Table<'_>, key: &str) -> Result<Option<String>, Error> {
    Ok(table.get(key).map(|item| item.text().map(str::to_owned)).transpose()?)
}
