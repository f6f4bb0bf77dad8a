//! The modules of a project: where they are, whether the project names them or not.

use std::path::Path;
use std::{fs, io};

use super::settings::Settings;
use crate::project::Name;
use crate::there;

/// A module that goes into wheels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dist) struct Module {
    /// Its path from where imports look for it, such as `a/b` or `a.py`.
    pub path: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dist) enum Kind {
    File,
    /// A folder with this file in it.
    Package(&'static str),
    /// A folder that needs no such file.
    Namespace,
}

/// The modules, all below one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dist) struct Modules {
    /// The folder, as a path from the project's; empty if it is the same.
    pub root: String,
    pub all: Vec<Module>,
}

/// Why it is not clear what the modules are.
#[derive(Debug, thiserror::Error)]
pub enum ModuleProblem {
    /// Nothing of the name.
    #[error("there is no module {name:?}: neither {}{}", .wanted.join(" nor "), suggestion(.others))]
    None {
        /// The name.
        name: String,
        /// The paths where it could be.
        wanted: Vec<String>,
        /// Names of modules that are there.
        others: Vec<String>,
    },
    /// Several of the name.
    #[error(
        "the module could be {}; choose with module-root and module-name in [tool.pyrepro], or take one away",
        .0.join(" or ")
    )]
    Several(Vec<String>),
    /// A folder that is no package.
    #[error(
        "{0} has no {1}, so it is no package; add one, or set namespace = true in [tool.pyrepro] if it is a \
         namespace"
    )]
    NoInit(String, &'static str),
    /// A package around a module of a namespace.
    #[error(
        "{0} makes a package of what should be a namespace around {1:?}; take it away, or name the package \
         itself as the module"
    )]
    InitAround(String, String),
    /// Modules in several places.
    #[error("{0:?} and {1:?} are in different folders; move one, or set module-root in [tool.pyrepro]")]
    Apart(String, String),
    /// A folder that cannot be listed.
    #[error("cannot read {0}: {1}")]
    Unreadable(String, #[source] io::Error),
}

fn suggestion(others: &[String]) -> String {
    match others {
        [] => "; name it with module-name in [tool.pyrepro]".to_owned(),
        [one] => format!("; there is {one:?}: if that is it, set module-name = {one:?} in [tool.pyrepro]"),
        others => format!("; there are {}: set module-name in [tool.pyrepro]", others.join(", ")),
    }
}

/// Where modules are looked for if the project does not say.
const ROOTS: [&str; 2] = ["src", ""];

const INIT: &str = "__init__.py";
const STUB_INIT: &str = "__init__.pyi";

impl Modules {
    pub fn find(project: &Path, name: &Name, settings: &Settings<'_>) -> Result<Modules, ModuleProblem> {
        let search = Search { project, namespace: settings.namespace };
        let roots = match &settings.module_root {
            Some(root) => vec![root.as_str()],
            None => ROOTS.to_vec(),
        };
        let names = match &settings.module_names[..] {
            [] => default_names(name).into_iter().map(Wanted::Like).collect(),
            names => names.iter().cloned().map(Wanted::Exactly).collect::<Vec<_>>(),
        };
        if settings.module_names.is_empty() {
            let (root, module) = search.one(&roots, &names, name.as_written())?;
            return Ok(Modules { root, all: vec![module] });
        }
        let mut found: Option<Modules> = None;
        for name in &names {
            let (root, module) = search.one(&roots, std::slice::from_ref(name), name.text())?;
            let modules = found.get_or_insert_with(|| Modules { root: root.clone(), all: Vec::new() });
            if modules.root != root {
                let path = |root: &str, path: &str| below(root, path);
                let first = path(&modules.root, &modules.all[0].path);
                return Err(ModuleProblem::Apart(first, path(&root, &module.path)));
            }
            modules.all.push(module);
        }
        Ok(found.unwrap_or(Modules { root: String::new(), all: Vec::new() }))
    }

    /// Where a module is, as a path from the project's folder.
    pub fn locate(&self, module: &Module) -> String {
        below(&self.root, &module.path)
    }

    /// What the modules are imported as, and the namespaces that are around them, in order.
    pub fn import_names(&self) -> (Vec<String>, Vec<String>) {
        let (mut names, mut namespaces) = (Vec::new(), Vec::new());
        for module in &self.all {
            let path = module.path.strip_suffix(".py").unwrap_or(&module.path).trim_end_matches('/');
            // Stubs are not imported.
            if path.split('/').next().is_some_and(|first| first.ends_with("-stubs")) || path.ends_with(".pyi")
            {
                continue;
            }
            let dotted = path.replace('/', ".");
            namespaces.extend(dotted.match_indices('.').map(|(end, _)| dotted[..end].to_owned()));
            match module.kind {
                Kind::Namespace => namespaces.push(dotted),
                Kind::File | Kind::Package(_) => names.push(dotted),
            }
        }
        for list in [&mut names, &mut namespaces] {
            list.sort();
            list.dedup();
        }
        (names, namespaces)
    }

    /// The file in which a version is looked for if the project does not say.
    pub fn version_file(&self) -> Option<String> {
        let module = self.all.first()?;
        match module.kind {
            Kind::File => Some(self.locate(module)),
            Kind::Package(init) => Some(below(&self.locate(module), init)),
            Kind::Namespace => None,
        }
    }
}

/// A path below a folder, which may be empty.
pub(in crate::dist) fn below(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// A name that is looked for.
enum Wanted {
    /// As a project names it.
    Exactly(String),
    /// As it follows from the project's name, in which case does not matter.
    Like(String),
}

impl Wanted {
    fn text(&self) -> &str {
        match self {
            Wanted::Exactly(name) | Wanted::Like(name) => name,
        }
    }

    fn fits(&self, wanted: &str, found: &str) -> bool {
        match self {
            Wanted::Exactly(_) => wanted == found,
            Wanted::Like(_) => wanted == found.to_lowercase(),
        }
    }
}

/// What a project's modules may be called, as dotted names in lower case.
fn default_names(name: &Name) -> Vec<String> {
    let normal = name.normalized().replace('-', "_");
    let mut names = vec![normal.clone()];
    let dotted = name.as_written().to_lowercase().replace('-', "_");
    if dotted.contains('.') && dotted.split('.').all(|part| !part.is_empty()) {
        names.push(dotted);
    }
    names.extend(normal.strip_suffix("_stubs").map(|stubbed| format!("{stubbed}-stubs")));
    names.extend(normal.strip_prefix("types_").map(|stubbed| format!("{stubbed}-stubs")));
    names
}

struct Search<'a> {
    project: &'a Path,
    namespace: bool,
}

impl Search<'_> {
    /// The one module that has one of these names, and the root that it is below.
    fn one(&self, roots: &[&str], names: &[Wanted], called: &str) -> Result<(String, Module), ModuleProblem> {
        let mut found = Vec::new();
        let mut bare = None;
        for root in roots {
            for name in names {
                for module in self.named(root, name)? {
                    let needs_init = matches!(module.kind, Kind::Package(_));
                    let place = below(root, &module.path);
                    match module.kind {
                        Kind::Package(init) if needs_init && !self.is_file(&below(&place, init))? => {
                            bare = bare.or(Some((place, init)));
                        }
                        _ => found.push(((*root).to_owned(), module, name)),
                    }
                }
            }
        }
        if found.len() > 1 {
            let place = |(root, module, _): &(String, Module, &Wanted)| shown(root, module);
            return Err(ModuleProblem::Several(found.iter().map(place).collect()));
        }
        match (found.pop(), bare) {
            (Some((root, module, name)), _) => {
                self.check_parents(&root, &module, name)?;
                Ok((root, module))
            }
            (None, Some((place, init))) => Err(ModuleProblem::NoInit(place, init)),
            (None, None) => Err(self.none(roots, names, called)),
        }
    }

    /// What has a name below a root, in the order of the name.
    fn named(&self, root: &str, name: &Wanted) -> Result<Vec<Module>, ModuleProblem> {
        let parts: Vec<&str> = name.text().split('.').collect();
        let mut folders = vec![String::new()];
        let mut modules = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            let mut inner = Vec::new();
            for folder in &folders {
                for (entry, is_folder) in self.list(&below(root, folder))? {
                    let path = below(folder, &entry);
                    if is_folder && name.fits(part, &entry) {
                        inner.push(path);
                    } else if is_last
                        && !is_folder
                        && entry.strip_suffix(".py").is_some_and(|stem| name.fits(part, stem))
                    {
                        modules.push(Module { path, kind: Kind::File });
                    }
                }
            }
            folders = inner;
        }
        let init = if parts[0].ends_with("-stubs") { STUB_INIT } else { INIT };
        let kind = if self.namespace { Kind::Namespace } else { Kind::Package(init) };
        modules.extend(folders.into_iter().map(|path| Module { path, kind }));
        modules.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(modules)
    }

    /// The entries of a folder, and whether each is a folder; none if it is not there.
    fn list(&self, folder: &str) -> Result<Vec<(String, bool)>, ModuleProblem> {
        let place = self.project.join(folder);
        let failed = |error| ModuleProblem::Unreadable(place.display().to_string(), error);
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(failed(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            // No module has a name that is not text.
            if let Ok(name) = entry.file_name().into_string() {
                found.push((name, there::is_folder(&entry.path()).map_err(failed)?));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn is_file(&self, path: &str) -> Result<bool, ModuleProblem> {
        let place = self.project.join(path);
        there::is_file(&place).map_err(|error| ModuleProblem::Unreadable(place.display().to_string(), error))
    }

    /// Around a dotted name there are namespaces, which have no `__init__.py`.
    fn check_parents(&self, root: &str, module: &Module, name: &Wanted) -> Result<(), ModuleProblem> {
        let ends = module.path.match_indices('/').map(|(end, _)| end);
        for end in ends {
            for init in [INIT, STUB_INIT] {
                let path = below(root, &below(&module.path[..end], init));
                if !self.namespace && self.is_file(&path)? {
                    return Err(ModuleProblem::InitAround(path, name.text().to_owned()));
                }
            }
        }
        Ok(())
    }

    fn none(&self, roots: &[&str], names: &[Wanted], called: &str) -> ModuleProblem {
        let mut wanted = Vec::new();
        for root in roots {
            for name in names {
                let path = below(root, &name.text().replace('.', "/"));
                match name.text().contains("-stubs") {
                    true => wanted.push(format!("{path}/{STUB_INIT}")),
                    false => wanted.extend([format!("{path}/{INIT}"), format!("{path}.py")]),
                }
            }
        }
        let others: Result<Vec<Vec<String>>, _> = roots.iter().map(|root| self.others(root)).collect();
        match others {
            Ok(others) => {
                let others = others.into_iter().flatten().take(5).collect();
                ModuleProblem::None { name: called.to_owned(), wanted, others }
            }
            Err(unreadable) => unreadable,
        }
    }

    /// The packages below a root, and what else is in a folder for nothing but sources.
    fn others(&self, root: &str) -> Result<Vec<String>, ModuleProblem> {
        let mut others = Vec::new();
        for (entry, is_folder) in self.list(root)? {
            match entry.strip_suffix(".py") {
                Some(stem) if !root.is_empty() && !is_folder => others.push(stem.to_owned()),
                _ if !is_folder => {}
                _ => {
                    let place = below(root, &entry);
                    if self.is_file(&below(&place, INIT))? || self.is_file(&below(&place, STUB_INIT))? {
                        others.push(entry);
                    }
                }
            }
        }
        Ok(others)
    }
}

/// A module as a path for people.
fn shown(root: &str, module: &Module) -> String {
    let path = below(root, &module.path);
    match module.kind {
        Kind::File => path,
        Kind::Package(init) => format!("{path}/{init}"),
        Kind::Namespace => format!("{path}/"),
    }
}
