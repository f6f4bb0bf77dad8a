//! A project as another backend sees it: what is read of it, and what of that goes over.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::Path;

use super::Error;
use super::refusal::Refusal;
use super::settings::Settings;
use crate::project::{Document, Entry, Item, Name, Problem, Table};
use crate::there;
use crate::tree::Globs;

/// The project, and what is found out about it.
pub struct SourceProject<'d> {
    pub root: &'d Path,
    pub document: &'d Document<'d>,
    pub name: Name,
    /// Whether `[project]` was made of metadata that are elsewhere, so that nothing else has to be read there.
    pub is_stated: bool,
    pub carried: Settings,
    pub refusals: Vec<Refusal>,
    pub notes: Vec<String>,
    /// The last thing that the system did not let be seen.
    pub unseen: RefCell<Option<Error>>,
}

impl<'d> SourceProject<'d> {
    pub fn read(
        root: &'d Path,
        document: &'d Document<'d>,
        is_stated: bool,
    ) -> Result<SourceProject<'d>, Error> {
        let Some(project) = document.table(&["project"])? else {
            return Err(Error::Refused { backend: None, reasons: metadata_elsewhere(root, document)? });
        };
        let name = project.required("name", "a string")?.parse()?;
        let (carried, refusals, notes, unseen) = Default::default();
        let mut old = SourceProject { root, document, name, is_stated, carried, refusals, notes, unseen };
        if let Some(item) = old.get(&["build-system"], "backend-path")? {
            old.refuse(&item, "a backend of the project's own runs code that pyrepro does not");
        }
        Ok(old)
    }

    pub fn table(&self, path: &[&str]) -> Result<Option<Table<'d>>, Error> {
        Ok(self.document.table(path)?)
    }

    pub fn get(&self, table: &[&str], key: &str) -> Result<Option<Item<'d>>, Error> {
        Ok(self.table(table)?.and_then(|table| table.get(key)))
    }

    pub fn refuse(&mut self, item: &Item<'_>, reason: impl Into<String>) {
        self.refusals.push(Refusal::of_key(item.error(Problem::Conflict(reason.into()))));
    }

    pub fn refuse_entry(&mut self, entry: &Entry<'_>, reason: impl Into<String>) {
        self.refusals.push(Refusal::of_key(entry.error(Problem::Conflict(reason.into()))));
    }

    /// A backend of which nothing is known.
    pub fn refuse_backend(&mut self, backend: &str) -> Result<(), Error> {
        let reason = match backend {
            "maturin" | "mesonpy" | "scikit_build_core.build" | "setuptools_rust" => {
                "builds extension modules, which pyrepro does not"
            }
            _ => {
                "is none of those that pyrepro can take over from: flit, hatchling, pdm, poetry, setuptools, uv"
            }
        };
        if let Some(item) = self.get(&["build-system"], "build-backend")? {
            self.refuse(&item, format!("{backend} {reason}"));
        }
        Ok(())
    }

    /// Whether a build needs a package.
    pub fn needs(&self, package: &str) -> Result<bool, Error> {
        let Some(requires) = self.get(&["build-system"], "requires")? else { return Ok(false) };
        Ok(requires.array()?.iter().any(|item| item.text().is_ok_and(|text| required(text) == package)))
    }

    /// Refuses what a build needs besides the backend: something would use it that does not go over.
    pub fn only_needs(&mut self, expected: &[&str]) -> Result<(), Error> {
        let Some(requires) = self.get(&["build-system"], "requires")? else { return Ok(()) };
        for item in requires.array()? {
            let name = required(item.text()?);
            if !expected.contains(&name.as_str()) {
                self.refuse(&item, format!("what {name} does in the build is not carried over"));
            }
        }
        Ok(())
    }

    /// Refuses all keys of a table but those that are known.
    pub fn refuse_others(&mut self, table: &Table<'_>, known: &[&str]) {
        for entry in table.entries() {
            if !known.contains(&entry.name) {
                self.refuse_entry(&entry, "has no equivalent in pyrepro");
            }
        }
    }

    /// These keys say nothing any more.
    pub fn drop(&mut self, path: &[&str]) {
        self.carried.obsolete.push(path.iter().map(|part| (*part).to_owned()).collect());
    }

    /// Whether the metadata leave a field to the backend.
    pub fn is_dynamic(&self, field: &str) -> Result<bool, Error> {
        let Some(dynamic) = self.get(&["project"], "dynamic")? else { return Ok(false) };
        Ok(dynamic.array()?.iter().any(|item| item.text().is_ok_and(|name| name == field)))
    }

    pub fn is_file(&self, path: &str) -> bool {
        self.seen(path, there::is_file)
    }

    pub fn is_folder(&self, path: &str) -> bool {
        self.seen(path, there::is_folder)
    }

    /// What is there. If that cannot be seen, nothing else that is found out counts.
    fn seen(&self, path: &str, look: fn(&Path) -> io::Result<bool>) -> bool {
        let place = self.root.join(path);
        look(&place).unwrap_or_else(|source| {
            *self.unseen.borrow_mut() = Some(Error::io("read", &place, source));
            false
        })
    }

    /// Whether it is a folder and no link to one, which may lead around in circles.
    pub fn is_true_folder(&self, path: &str) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok_and(|found| found.is_dir())
    }

    /// Whether a module of the project has an assignment to a name at its top level.
    pub fn assigns(&self, path: &str, name: &str) -> bool {
        let source = crate::bounded::read_to_string(&self.root.join(path), crate::bounded::DOCUMENT);
        let is_it = |line: &str| {
            line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['=', ':']))
        };
        source.is_ok_and(|source| source.lines().any(is_it))
    }

    /// The names in a folder of the project, in order; none if it is not there.
    pub fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Names modules, unless they are what pyrepro finds by itself.
    pub fn set_modules(&mut self, root: &str, mut names: Vec<String>) {
        names.sort();
        let default = self.name.normalized().replace('-', "_");
        let is_default = |name: &String| name.to_lowercase() == default;
        if !matches!(names.as_slice(), [one] if is_default(one)) {
            self.carried.module_names = names.clone();
        }
        // Both places are looked at, so one that has nothing of the name need not be named.
        let elsewhere = if root == "src" { "" } else { "src" };
        let is_there = |name: &String| {
            let path = joined(elsewhere, &name.replace('.', "/"));
            self.is_folder(&path) || self.is_file(&format!("{path}.py"))
        };
        if !matches!(root, "" | "src") || names.iter().any(is_there) {
            self.carried.module_root = Some(root.to_owned());
        }
    }

    /// Patterns as pyrepro reads them, of what has gitignore's or a shell's syntax.
    pub fn patterns(
        &mut self,
        item: &Item<'_>,
        translate: fn(&str) -> Option<String>,
    ) -> Result<Vec<String>, Error> {
        let mut patterns = Vec::new();
        for item in item.array()? {
            let text = item.text()?;
            match translate(text).filter(|pattern| Globs::new([pattern]).is_ok()) {
                Some(pattern) => patterns.push(pattern),
                None if text.starts_with('!') => self.refuse(
                    &item,
                    format!("{text:?} is an exception, and pyrepro has none: name what stays out instead"),
                ),
                None => {
                    self.refuse(&item, format!("{text:?} is a pattern that pyrepro has no equivalent of"))
                }
            }
        }
        Ok(patterns)
    }
}

/// The name of a requirement in normal form.
pub fn required(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    text[..end.unwrap_or(text.len())].to_lowercase().replace(['_', '.'], "-")
}

/// Where the metadata are of a project that has no `[project]`.
fn metadata_elsewhere(root: &Path, document: &Document<'_>) -> Result<Vec<Refusal>, Error> {
    let mut refusals = Vec::new();
    for path in [&["tool", "flit", "metadata"][..], &["tool", "poetry"]] {
        if let Some(table) = document.table(path)? {
            let reason =
                "has metadata in a form of its backend's own; write them as [project], which it reads too";
            refusals.push(Refusal::of_key(table.item().error(Problem::Conflict(reason.into()))));
        }
    }
    for file in ["setup.cfg", "setup.py"].map(Path::new) {
        let place = root.join(file);
        if !there::is_file(&place).map_err(|source| Error::io("read", &place, source))? {
            continue;
        }
        refusals.push(Refusal::of_file(
            file,
            None,
            "has the metadata; write them as [project] in pyproject.toml",
        ));
    }
    if refusals.is_empty() {
        refusals.push(Refusal::of_file("pyproject.toml".as_ref(), None, "has no [project] table"));
    }
    Ok(refusals)
}

/// A path below a folder, which may be empty.
pub fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// A path without what does not matter at its ends.
pub fn trimmed(path: &str) -> &str {
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = path.strip_suffix("/**").or_else(|| path.strip_suffix("/**/*")).unwrap_or(path);
    path.trim_matches('/')
}

/// Whether a path has no character that means something in patterns.
pub fn is_plain(path: &str) -> bool {
    !path.is_empty() && !path.contains(['*', '?', '[', ']', '{', '}', '\\', '!', '#']) && !path.contains("..")
}

/// A pattern of gitignore, for what is left out: one without a `/` inside matches at any depth.
pub fn of_gitignore(pattern: &str) -> Option<String> {
    if pattern.starts_with(['!', '#']) || pattern.contains(['{', '}', '\\']) {
        return None;
    }
    let inside = pattern.trim_end_matches('/');
    match inside.contains('/') && !pattern.starts_with('/') && !pattern.starts_with("**/") {
        true => Some(format!("/{pattern}")),
        false => Some(pattern.to_owned()),
    }
}

/// A pattern that begins at the project's folder, for what is left out.
pub fn anchored(pattern: &str) -> Option<String> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    (!pattern.contains(['{', '}', '\\', '!'])).then(|| format!("/{}", pattern.trim_start_matches('/')))
}

/// A pattern that begins at the project's folder, for what is taken in. What is below comes with it.
pub fn included(pattern: &str) -> Option<String> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern).trim_start_matches('/');
    let pattern = pattern.trim_end_matches('/');
    (!pattern.is_empty() && !pattern.contains(['{', '}', '\\', '!'])).then(|| pattern.to_owned())
}

/// The strings of an array.
pub fn texts(item: &Item<'_>) -> Result<Vec<String>, Error> {
    item.array()?.iter().map(|item| Ok(item.text()?.to_owned())).collect()
}
