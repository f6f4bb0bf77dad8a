//! The arguments of `setup()` as a `[project]` table, and as the settings that setuptools reads from pyproject.toml.

use std::path::Path;

use toml_edit::{Array, Item, Table, value as toml};

use super::super::refusal::{RUNS_CODE, Refusal};
use super::draft::Draft;
use super::value::{Argument, Find, Value};

/// The table, or reasons why there is none.
pub fn draft(said: &[Argument]) -> Draft {
    let mut draft = Draft::default();
    let all = Arguments(said);
    for argument in said {
        if let Err(reason) = add(&mut draft, argument, &all) {
            let reason = format!("{}: {reason}", argument.name);
            draft.refusals.push(Refusal::of_file(Path::new(argument.file), Some(argument.line), reason));
        }
    }
    people(&mut draft, &all, "authors", ["author", "author_email"]);
    people(&mut draft, &all, "maintainers", ["maintainer", "maintainer_email"]);
    // What setup() is not told it takes for false, and pyproject.toml for true.
    if all.get("include_package_data").is_none() {
        draft.setuptools(&[])["include-package-data"] = toml(false);
    }
    draft
}

/// All of them: some mean something together.
struct Arguments<'a>(&'a [Argument]);

impl<'a> Arguments<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|argument| argument.name == name).map(|argument| &argument.value)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text().filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

type Added = Result<(), &'static str>;

const UNKNOWN: &str = "only running would tell it; write it as [project] in pyproject.toml";

fn add(draft: &mut Draft, argument: &Argument, all: &Arguments<'_>) -> Added {
    let value = &argument.value;
    let name = argument.name.as_str();
    match name {
        "cmdclass" | "ext_modules" | "setup_requires" | "libraries" if !value.is_empty() => {
            return Err(RUNS_CODE);
        }
        _ if value.is_empty() => {}
        "version" => version(draft, value, all)?,
        "name" | "description" => draft.set(name, value.text().ok_or(UNKNOWN)?.trim()),
        "python_requires" => draft.set("requires-python", value.text().ok_or(UNKNOWN)?),
        "license" => draft.set_license(value.text().ok_or(UNKNOWN)?),
        "long_description" => match value {
            Value::Content(file) => {
                draft.set_readme(file, all.text("long_description_content_type").as_deref());
            }
            Value::Text(_) => return Err("is text in the program; write it into a README file"),
            _ => return Err(UNKNOWN),
        },
        "url" => draft.set_in(&["urls"], "Homepage", value.text().ok_or(UNKNOWN)?),
        "download_url" => draft.set_in(&["urls"], "Download", value.text().ok_or(UNKNOWN)?),
        "project_urls" => {
            for (title, url) in value.pairs().ok_or(UNKNOWN)? {
                draft.set_in(&["urls"], title, url.text().ok_or(UNKNOWN)?);
            }
        }
        "keywords" => draft.set_list("keywords", &words(value).ok_or(UNKNOWN)?),
        "classifiers" => draft.set_list("classifiers", &value.texts().ok_or(UNKNOWN)?),
        "install_requires" => {
            value.texts().ok_or(UNKNOWN)?.iter().for_each(|requirement| draft.add_dependency(requirement));
        }
        "extras_require" => extras(draft, value)?,
        "entry_points" => entry_points(draft, value)?,
        "license_files" => {
            draft.setuptools(&[])["license-files"] = list(&value.texts().ok_or(UNKNOWN)?);
        }
        "packages"
        | "py_modules"
        | "package_dir"
        | "package_data"
        | "exclude_package_data"
        | "include_package_data" => packed(draft, name, value)?,
        // Said with another argument.
        "author" | "author_email" | "maintainer" | "maintainer_email" | "long_description_content_type" => {
            value.text().ok_or(UNKNOWN)?;
        }
        "universal" => {
            draft.notes.push(
                "the wheel is for Python 3 alone (py3-none-any): pyrepro makes none for Python 2".into(),
            );
        }
        // Nothing that is in a wheel.
        "zip_safe" | "platforms" | "tests_require" | "test_suite" => {}
        _ => return Err("has no equivalent in pyrepro"),
    }
    Ok(())
}

fn version(draft: &mut Draft, value: &Value, all: &Arguments<'_>) -> Added {
    match value {
        Value::Text(text) => draft.set("version", text),
        Value::Content(file) => draft.leave_version("file", file),
        Value::Attribute(attribute) => draft.leave_version("attr", attribute),
        Value::Assigned(file, name) => {
            let module =
                module(file, &folder(all)).ok_or("is in no module of the packages; write it as text")?;
            draft.leave_version("attr", &format!("{module}.{name}"));
        }
        _ => return Err(UNKNOWN),
    }
    Ok(())
}

/// The folder that packages are in.
fn folder(all: &Arguments<'_>) -> String {
    let pairs = all.get("package_dir").and_then(Value::pairs).unwrap_or_default();
    let root = pairs.iter().find(|(package, _)| package.is_empty()).and_then(|(_, folder)| folder.text());
    root.unwrap_or_default().trim_matches(['.', '/']).to_owned()
}

/// The dotted name of a file in that folder.
fn module(file: &str, folder: &str) -> Option<String> {
    let inside = file.strip_prefix(folder)?.trim_start_matches('/').strip_suffix(".py")?;
    Some(inside.strip_suffix("/__init__").unwrap_or(inside).replace('/', "."))
}

/// Keywords are a list, or a string with commas.
fn words(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Text(text) => {
            let words = text.split([',', '\n']).map(|word| word.trim().to_owned());
            Some(words.filter(|word| !word.is_empty()).collect())
        }
        value => value.texts(),
    }
}

/// A name and an address are one person; several of each cannot be told apart.
fn people(draft: &mut Draft, all: &Arguments<'_>, key: &str, names: [&str; 2]) {
    let [name, email] = names.map(|name| all.text(name));
    if [&name, &email].into_iter().flatten().any(|text| text.contains(',')) {
        let reason =
            format!("{} are several; write them as [project] in pyproject.toml", names.join(" and "));
        return draft.refusals.push(Refusal::of_project(reason));
    }
    draft.set_people(key, &[(name, email)]);
}

/// Extras, whose keys may have a marker: `tests:python_version < "3.9"`.
fn extras(draft: &mut Draft, value: &Value) -> Added {
    for (key, requirements) in value.pairs().ok_or(UNKNOWN)? {
        let (extra, marker) = key.split_once(':').unwrap_or((key, ""));
        let requirements = requirements.texts().ok_or(UNKNOWN)?;
        if requirements.is_empty() {
            draft.set_list_in(&["optional-dependencies"], extra, &[]);
        }
        for requirement in requirements {
            let whole = match (marker.is_empty(), requirement.contains(';')) {
                (true, _) => requirement,
                (false, false) => format!("{requirement}; {marker}"),
                (false, true) => return Err("has markers in two places; write it as [project]"),
            };
            match extra {
                "" => draft.add_dependency(&whole),
                extra => draft.add_optional(extra, &whole),
            }
        }
    }
    Ok(())
}

/// Groups of `name = module:function`, as pairs or as the text of an entry_points.txt.
fn entry_points(draft: &mut Draft, value: &Value) -> Added {
    let mut group = String::new();
    let mut lines: Vec<(String, String)> = Vec::new();
    match value {
        Value::Text(text) => {
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                    Some(name) => group = name.to_owned(),
                    None => lines.push((group.clone(), line.to_owned())),
                }
            }
        }
        value => {
            for (group, points) in value.pairs().ok_or(UNKNOWN)? {
                lines.extend(points.texts().ok_or(UNKNOWN)?.into_iter().map(|line| (group.clone(), line)));
            }
        }
    }
    for (group, line) in lines {
        let (name, reference) = line.split_once('=').ok_or("has a line without =")?;
        let table: &[&str] = match group.as_str() {
            "console_scripts" => &["scripts"],
            "gui_scripts" => &["gui-scripts"],
            group => &["entry-points", group],
        };
        draft.set_in(table, name.trim(), reference.trim());
    }
    Ok(())
}

/// What is packed, under setuptools' names in pyproject.toml.
fn packed(draft: &mut Draft, name: &str, value: &Value) -> Added {
    let key = name.replace('_', "-");
    let item = match value {
        Value::Found(find) => found(find),
        Value::Flag(flag) => toml(*flag),
        Value::Pairs(pairs) => {
            let mut table = Table::new();
            for (package, value) in pairs {
                table[package] = match (name, value.text()) {
                    ("package_dir", text) => toml(text.ok_or(UNKNOWN)?),
                    (_, Some(text)) => list(&[text.to_owned()]),
                    (_, None) => list(&value.texts().ok_or(UNKNOWN)?),
                };
            }
            Item::Table(table)
        }
        value => list(&value.texts().ok_or(UNKNOWN)?),
    };
    draft.setuptools(&[])[&key] = item;
    Ok(())
}

fn list(texts: &[String]) -> Item {
    toml(texts.iter().map(String::as_str).collect::<Array>())
}

fn found(find: &Find) -> Item {
    let mut table = Table::new();
    if let Some(folder) = &find.folder {
        table["where"] = list(std::slice::from_ref(folder));
    }
    for (key, patterns) in [("include", &find.include), ("exclude", &find.exclude)] {
        if !patterns.is_empty() {
            table[key] = list(patterns);
        }
    }
    table["namespaces"] = toml(find.namespaces);
    let mut packages = Table::new();
    packages.insert("find", Item::Table(table));
    Item::Table(packages)
}
