//! A `[project]` table in the making, and what keeps it from being made.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, value};

use super::super::refusal::Refusal;
use crate::project::LicenseExpression;

/// The tables, their keys in the order in which people write them.
#[derive(Default)]
pub struct Draft {
    project: Table,
    setuptools: Table,
    pub refusals: Vec<Refusal>,
    pub notes: Vec<String>,
}

/// The keys of `[project]` in the order of the specification; those with tables of their own come behind.
const ORDER: [&str; 13] = [
    "name",
    "version",
    "dynamic",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "dependencies",
];

impl Draft {
    pub fn set(&mut self, key: &str, text: &str) {
        self.project[key] = value(text);
    }

    pub fn set_list(&mut self, key: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.project[key] = value(array(texts));
        }
    }

    /// A line of a table in `[project]`, such as `urls`.
    pub fn set_in(&mut self, table: &[&str], key: &str, text: &str) {
        inner(&mut self.project, table)[key] = value(text);
    }

    pub fn set_list_in(&mut self, table: &[&str], key: &str, texts: &[String]) {
        inner(&mut self.project, table)[key] = value(array(texts));
    }

    pub fn add_dependency(&mut self, requirement: &str) {
        add(&mut self.project, "dependencies", requirement);
    }

    /// A requirement of an extra.
    pub fn add_optional(&mut self, extra: &str, requirement: &str) {
        add(inner(&mut self.project, &["optional-dependencies"]), extra, requirement);
    }

    /// A table of `[tool.setuptools]`, which is read as if the project had it.
    pub fn setuptools(&mut self, path: &[&str]) -> &mut Table {
        inner(&mut self.setuptools, path)
    }

    /// The licence: an expression if it is one, else words.
    pub fn set_license(&mut self, text: &str) {
        self.project["license"] = match text.parse::<LicenseExpression>() {
            Ok(expression) => value(expression.to_string()),
            Err(_) => value(InlineTable::from_iter([("text", text)])),
        };
    }

    /// The readme with its kind, where the ending does not tell it.
    pub fn set_readme(&mut self, path: &str, kind: Option<&str>) {
        let by_ending = match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("md") => Some("text/markdown"),
            Some("rst") => Some("text/x-rst"),
            Some("txt") => Some("text/plain"),
            _ => None,
        };
        let kind = kind.map(|kind| kind.split(';').next().unwrap_or(kind).trim());
        self.project["readme"] = match (by_ending, kind) {
            (Some(known), None) if !known.is_empty() => value(path),
            (Some(known), Some(said)) if known == said => value(path),
            (_, said) => {
                let said = said.unwrap_or("text/plain");
                value(InlineTable::from_iter([("file", path), ("content-type", said)]))
            }
        };
    }

    /// Authors or maintainers: names and addresses, of which each may be missing.
    pub fn set_people(&mut self, key: &str, people: &[(Option<String>, Option<String>)]) {
        let mut array = Array::new();
        for (name, email) in people {
            let mut person = InlineTable::new();
            let parts = [("name", name), ("email", email)];
            for (part, text) in parts.into_iter().filter_map(|(part, text)| Some((part, text.as_ref()?))) {
                person.insert(part, text.into());
            }
            if !person.is_empty() {
                array.push(person);
            }
        }
        if !array.is_empty() {
            self.project[key] = value(array);
        }
    }

    /// The version is left to `[tool.setuptools.dynamic]`.
    pub fn leave_version(&mut self, key: &str, text: &str) {
        self.project["dynamic"] = value(Array::from_iter(["version"]));
        self.setuptools(&["dynamic"])["version"] = value(InlineTable::from_iter([(key, text)]));
    }

    /// The version is left to setuptools-scm.
    pub fn leave_version_to_tags(&mut self) {
        self.project["dynamic"] = value(Array::from_iter(["version"]));
    }

    /// The tables as text.
    pub fn tables(&self) -> String {
        let mut project = Table::new();
        let known = ORDER.iter().filter_map(|key| Some((*key, self.project.get(key)?)));
        let others = self.project.iter().filter(|(key, _)| !ORDER.contains(key));
        for (key, item) in known.chain(others) {
            project.insert(key, item.clone());
        }
        let mut document = DocumentMut::new();
        document.insert("project", Item::Table(project));
        if !self.setuptools.is_empty() {
            let mut tool = Table::new();
            tool.set_implicit(true);
            tool.insert("setuptools", Item::Table(self.setuptools.clone()));
            document.insert("tool", Item::Table(tool));
        }
        document.to_string()
    }
}

/// The table at a path, made where it is not there.
fn inner<'t>(table: &'t mut Table, path: &[&str]) -> &'t mut Table {
    path.iter().fold(table, |table, key| {
        let item = table.entry(key).or_insert_with(|| {
            let mut made = Table::new();
            // The heading is for the innermost alone.
            made.set_implicit(true);
            Item::Table(made)
        });
        item.as_table_mut().expect("only tables are made at these keys")
    })
}

fn add(table: &mut Table, key: &str, text: &str) {
    let mut texts: Vec<String> = table.get(key).and_then(Item::as_array).map_or_else(Vec::new, |array| {
        array.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    });
    texts.push(text.to_owned());
    table[key] = value(array(&texts));
}

/// One string on each line where there are several.
fn array(texts: &[String]) -> Array {
    let mut array: Array = texts.iter().map(String::as_str).collect();
    if texts.len() > 1 {
        array.iter_mut().for_each(|text| text.decor_mut().set_prefix("\n    "));
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    array
}
