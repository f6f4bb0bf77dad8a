//! A pyproject.toml for a folder that has none.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::refusal::Refusal;
use super::settings::set_build_system;
use super::{Change, Error, Plan, is_trouble};
use crate::dist::{self, ModuleProblem, Package};
use crate::project::{self, Name};
use crate::there;

/// The oldest Python that has support at the time of this release.
const PYTHON: &str = ">=3.10";

pub fn plan(root: &Path, path: PathBuf) -> Result<Plan, Error> {
    let refuse = |reason: Refusal| Error::Refused { backend: None, reasons: vec![reason] };
    let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name: Name = folder.parse().map_err(|_| {
        let reason =
            format!("the folder's name {folder:?} cannot be that of a project: letters, digits, - and _");
        refuse(Refusal::of_project(reason))
    })?;
    let mut readme = None;
    for file in ["README.txt", "README.rst", "README.md"] {
        let place = root.join(file);
        if there::is_file(&place).map_err(|source| Error::io("read", &place, source))? {
            readme = Some(file);
        }
    }
    let mut draft = Draft { name: name.normalized().to_owned(), readme, module: None, is_dynamic: true };
    // The version is that of the module, if it has one.
    let outcome = draft.check(root).or_else(|error| {
        if let dist::Error::Module(ModuleProblem::None { others, .. }) = &error
            && let [other] = others.as_slice()
        {
            draft.module = Some(other.clone());
            return draft.check(root);
        }
        Err(error)
    });
    match outcome {
        Err(error) if is_trouble(&error) => return Err(error.into()),
        // A version that cannot be read, or would have to be computed, is one all the same.
        Err(dist::Error::Project(project::Error { problem: project::Problem::NoVersion { .. }, .. })) => {
            draft.is_dynamic = false;
        }
        _ => {}
    }
    draft.check(root).map_err(|error| match is_trouble(&error) {
        true => error.into(),
        false => refuse(Refusal::of_project(error.to_string())),
    })?;
    Ok(Plan::New(Change { path, before: None, after: draft.text() }))
}

struct Draft {
    name: String,
    readme: Option<&'static str>,
    module: Option<String>,
    is_dynamic: bool,
}

impl Draft {
    fn text(&self) -> String {
        let mut document = DocumentMut::new();
        let mut project = Table::new();
        project["name"] = value(&self.name);
        if self.is_dynamic {
            project["dynamic"] = value(Array::from_iter(["version"]));
        } else {
            project["version"] = value("0.1.0");
        }
        if let Some(readme) = self.readme {
            project["readme"] = value(readme);
        }
        project["requires-python"] = value(PYTHON);
        document.insert("project", Item::Table(project));
        let mut build_system = Table::new();
        set_build_system(&mut build_system);
        document.insert("build-system", Item::Table(build_system));
        if let Some(module) = &self.module {
            let (mut tool, mut settings) = (Table::new(), Table::new());
            tool.set_implicit(true);
            settings["module-name"] = value(module);
            tool.insert("pyrepro", Item::Table(settings));
            document.insert("tool", Item::Table(tool));
        }
        document.to_string()
    }

    fn check(&self, root: &Path) -> Result<(), dist::Error> {
        Package::with_pyproject(root, None, self.text().into_bytes()).map(drop)
    }
}
