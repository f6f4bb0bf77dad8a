//! `[tool.pyrepro]` of pyproject.toml: which files of a project go where.

use std::fmt;

use crate::project::{Document, Error, ImportName, Item, Problem, Table};
use crate::tree::Globs;

/// The keys that have a meaning, uv's build backend gives them.
const KEYS: &[&str] = &[
    "data",
    "default-excludes",
    "module-name",
    "module-root",
    "namespace",
    "readme",
    "source-exclude",
    "source-include",
    "version",
    "wheel-exclude",
];

/// What the table says, with what holds where it says nothing.
pub(super) struct Settings<'d> {
    /// The dotted names of modules; none if they are to be found by the project's name.
    pub module_names: Vec<String>,
    /// The folder that modules are in, `""` for the project's own; none if that is to be found.
    pub module_root: Option<String>,
    /// Whether modules need no `__init__.py`.
    pub namespace: bool,
    pub source_include: Vec<String>,
    pub source_exclude: Vec<String>,
    pub wheel_exclude: Vec<String>,
    pub default_excludes: bool,
    /// Folders of files that are no modules, with where they are named.
    pub data: Vec<(Scheme, String, Item<'d>)>,
    /// Where modules are named, or else their root.
    pub modules_item: Option<Item<'d>>,
}

/// Where installers put files that are no modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::dist) enum Scheme {
    Data,
    Headers,
    Platlib,
    Purelib,
    Scripts,
}

impl Scheme {
    const ALL: [Scheme; 5] =
        [Scheme::Data, Scheme::Headers, Scheme::Platlib, Scheme::Purelib, Scheme::Scripts];
    const NAMES: &[&str] = &["data", "headers", "platlib", "purelib", "scripts"];
}

/// As keys and folders in wheels have it.
impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Scheme::NAMES[*self as usize])
    }
}

impl<'d> Settings<'d> {
    pub fn read(document: &'d Document<'_>) -> Result<Settings<'d>, Error> {
        let table = document.table(&["tool", "pyrepro"])?;
        if let Some(table) = &table {
            table.only(KEYS)?;
        }
        let get = |key: &str| table.as_ref().and_then(|table| table.get(key));
        let patterns = |key: &str, of_path: fn(&str) -> String| {
            get(key).map_or_else(|| Ok(Vec::new()), |item| patterns(&item, of_path))
        };
        Ok(Settings {
            module_names: get("module-name").map_or_else(|| Ok(Vec::new()), |item| module_names(&item))?,
            module_root: get("module-root").map(|item| module_root(&item)).transpose()?,
            namespace: get("namespace").map_or(Ok(false), |item| item.boolean())?,
            source_include: patterns("source-include", from_root)?,
            source_exclude: patterns("source-exclude", at_any_depth)?,
            wheel_exclude: patterns("wheel-exclude", at_any_depth)?,
            default_excludes: get("default-excludes").map_or(Ok(true), |item| item.boolean())?,
            data: get("data").map_or_else(|| Ok(Vec::new()), |item| data(&item.table()?))?,
            modules_item: get("module-name").or_else(|| get("module-root")),
        })
    }
}

fn module_names(item: &Item<'_>) -> Result<Vec<String>, Error> {
    if item.is_text() {
        return Ok(vec![module_name(item)?]);
    }
    let items = item.array().map_err(|_| item.wrong_type("a string or an array of strings"))?;
    if items.is_empty() {
        return Err(item.error(Problem::Conflict("an empty list leaves nothing to pack".into())));
    }
    let names = items.iter().map(module_name).collect::<Result<Vec<String>, Error>>()?;
    for (index, name) in names.iter().enumerate() {
        let is_around = |other: &String| {
            other == name || other.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        if let Some(other) = (0..names.len()).find(|other| *other != index && is_around(&names[*other])) {
            let problem = format!("{:?} is part of {name:?} already", names[other]);
            return Err(items[other].error(Problem::Conflict(problem)));
        }
    }
    Ok(names)
}

/// A name for imports; that of stubs ends its first part with `-stubs`.
fn module_name(item: &Item<'_>) -> Result<String, Error> {
    let name = item.line()?;
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let importable = [Some(first.strip_suffix("-stubs").unwrap_or(first)), rest];
    let importable = importable.into_iter().flatten().collect::<Vec<_>>().join(".");
    match importable.parse::<ImportName>() {
        Ok(parsed) if !parsed.is_private => Ok(name.to_owned()),
        _ => Err(item.refused("names that can be imported, such as `a`, `a.b` or `a-stubs`")),
    }
}

fn module_root(item: &Item<'_>) -> Result<String, Error> {
    match item.line()? {
        "" | "." | "./" => Ok(String::new()),
        _ => folder(item),
    }
}

/// The path of a folder within the project.
fn folder(item: &Item<'_>) -> Result<String, Error> {
    let path = item.line()?;
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_bad = |part: &str| matches!(part, "" | "." | "..");
    if path.split('/').any(is_bad) || path.contains(['\\', ':']) {
        return Err(
            item.refused("a folder of the project, with `/` between its parts, such as \"lib/python\"")
        );
    }
    Ok(path.to_owned())
}

fn data<'d>(table: &Table<'d>) -> Result<Vec<(Scheme, String, Item<'d>)>, Error> {
    table.only(Scheme::NAMES)?;
    let named = |scheme: Scheme| {
        let item = table.get(&scheme.to_string())?;
        Some(folder(&item).map(|path| (scheme, path, item)))
    };
    Scheme::ALL.into_iter().filter_map(named).collect()
}

/// Checked patterns, as [`Globs`] takes them.
fn patterns(item: &Item<'_>, of_path: fn(&str) -> String) -> Result<Vec<String>, Error> {
    let pattern = |item: &Item<'_>| {
        let pattern = of_path(item.word()?);
        match Globs::new([&pattern]) {
            Ok(_) => Ok(pattern),
            Err(bad) => Err(item.refused(format!("patterns of paths, and {}", bad.reason))),
        }
    };
    item.array()?.iter().map(pattern).collect()
}

/// Includes name paths from the project's folder on.
fn from_root(pattern: &str) -> String {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    format!("/{}", pattern.strip_prefix('/').unwrap_or(pattern))
}

/// Excludes match everywhere, unless a `/` in front ties them to the project's folder.
fn at_any_depth(pattern: &str) -> String {
    match pattern.strip_prefix('/') {
        Some(_) => pattern.to_owned(),
        None => format!("**/{pattern}"),
    }
}
