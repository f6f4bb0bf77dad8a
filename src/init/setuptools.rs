//! What setuptools' settings become.

use std::collections::BTreeSet;
use std::path::Path;

use super::Error;
use super::refusal::{RUNS_CODE, Refusal};
use super::source_project::{SourceProject, is_plain, joined, texts, trimmed};
use super::{scm, setuptools_data};
use crate::project::{Item, Table};

/// Folders that setuptools takes for something else than packages.
const RESERVED: &[&str] = &[
    "benchmark",
    "benchmarks",
    "bin",
    "build",
    "changelog",
    "ci",
    "debian",
    "dist",
    "doc",
    "docs",
    "documentation",
    "example",
    "examples",
    "exercise",
    "exercises",
    "htmlcov",
    "manpages",
    "news",
    "newsfragments",
    "node_modules",
    "python",
    "scripts",
    "site_scons",
    "src",
    "tasks",
    "test",
    "tests",
    "tools",
    "unit_test",
    "unit_tests",
    "util",
    "utils",
];

/// What setuptools packs: packages by their dotted names, and single modules.
pub struct Packed {
    pub root: String,
    pub packages: BTreeSet<String>,
    pub modules: Vec<String>,
}

pub fn read(old: &mut SourceProject<'_>) -> Result<(), Error> {
    old.only_needs(&["setuptools", "wheel", "setuptools-scm", "coherent-licensed"])?;
    licensed(old)?;
    if !old.is_stated {
        refuse_files(old);
    }
    let table = old.table(&["tool", "setuptools"])?;
    for entry in table.as_ref().map_or_else(Vec::new, Table::entries) {
        match entry.name {
            "packages"
            | "py-modules"
            | "package-dir"
            | "dynamic"
            | "package-data"
            | "exclude-package-data"
            | "include-package-data" => {}
            // Wheels are never zipped, and the platforms are told by nothing.
            "zip-safe" | "platforms" => {}
            "cmdclass" | "ext-modules" => old.refuse_entry(&entry, RUNS_CODE),
            "license-files" => license_files(old, &entry.value)?,
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    let packed = packed(old, table.as_ref())?;
    dynamic(old, &packed.root)?;
    tags(old)?;
    if old.refusals.is_empty() {
        name_modules(old, &packed);
        setuptools_data::read(old, table.as_ref(), &packed)?;
    }
    old.drop(&["tool", "setuptools"]);
    Ok(())
}

/// setup.cfg and setup.py may have metadata as well, and the latter is a program.
fn refuse_files(old: &mut SourceProject<'_>) {
    let cfg = crate::bounded::read_to_string(&old.root.join("setup.cfg"), crate::bounded::DOCUMENT)
        .unwrap_or_default();
    for (number, line) in cfg.lines().enumerate() {
        let section = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        if section.is_some_and(|name| matches!(name, "metadata" | "options") || name.starts_with("options."))
        {
            let reason = format!("{} is read by setuptools alone; write it in pyproject.toml", line.trim());
            old.refusals.push(Refusal::of_file(Path::new("setup.cfg"), Some(number + 1), reason));
        }
    }
    let Ok(program) = crate::bounded::read_to_string(&old.root.join("setup.py"), crate::bounded::DOCUMENT)
    else {
        return;
    };
    match first_work(&program) {
        Some(line) => old.refusals.push(Refusal::of_file(Path::new("setup.py"), Some(line), RUNS_CODE)),
        None => old.notes.push("setup.py is not needed any more".into()),
    }
}

/// The first line of a setup.py that does something else than to call `setup()`.
fn first_work(program: &str) -> Option<usize> {
    // What comes after a test of Python's version and is further in tells of it and ends.
    let mut in_check = false;
    let mut idle = |written: &str| {
        let line = written.split('#').next().unwrap_or_default().trim_end();
        let known = [
            "from setuptools import setup",
            "import setuptools",
            "import sys",
            "setup()",
            "setuptools.setup()",
        ];
        let is_indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        let ends = ["sys.stderr.write(", "sys.exit(", "print(", "raise SystemExit"];
        if is_indented && in_check {
            return line.is_empty() || ends.iter().any(|end| line.starts_with(end));
        }
        in_check = line.starts_with("if sys.version_info < (") && line.ends_with("):");
        line.is_empty() || in_check || known.contains(&line) || line.starts_with("if __name__ ==")
    };
    program.lines().position(|line| !idle(line)).map(|index| index + 1)
}

/// Licence files by setuptools' own name for them.
fn license_files(old: &mut SourceProject<'_>, item: &Item<'_>) -> Result<(), Error> {
    let patterns = texts(item)?;
    // What is found without a pattern needs none, and a table in `license` allows none.
    let usual = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS"];
    let is_usual =
        |pattern: &String| usual.iter().any(|name| pattern.starts_with(name) && !pattern.contains('/'));
    if old.get(&["project"], "license-files")?.is_none() && !patterns.iter().all(is_usual) {
        old.carried.license_files = patterns;
    }
    Ok(())
}

/// coherent.licensed writes a LICENSE where there is none.
fn licensed(old: &mut SourceProject<'_>) -> Result<(), Error> {
    if old.needs("coherent-licensed")? && !old.is_file("LICENSE") {
        let reason = "coherent.licensed makes a LICENSE in the build, and there is none; add the file";
        old.refusals.push(Refusal::of_project(reason));
    }
    Ok(())
}

/// A version that setuptools-scm makes of tags.
fn tags(old: &mut SourceProject<'_>) -> Result<(), Error> {
    let table = old.table(&["tool", "setuptools_scm"])?;
    if !old.needs("setuptools-scm")? || !old.is_dynamic("version")? || !old.carried.version.is_empty() {
        return Ok(());
    }
    scm::from_tags(old);
    if let Some(table) = table {
        scm::options(old, &table)?;
        old.drop(&["tool", "setuptools_scm"]);
    }
    Ok(())
}

fn dynamic(old: &mut SourceProject<'_>, root: &str) -> Result<(), Error> {
    let Some(table) = old.table(&["tool", "setuptools", "dynamic"])? else { return Ok(()) };
    for entry in table.entries() {
        let attr = || entry.value.table().ok().and_then(|table| table.get("attr"));
        let file = || entry.value.table().ok().and_then(|table| table.get("file"));
        if entry.name != "version" {
            old.refuse_entry(&entry, "takes metadata from a file; write them in [project]");
        } else if let Some(attr) = attr() {
            attribute(old, &attr, root)?;
        } else if let Some(file) = file() {
            let path = if file.is_text() { vec![file.text()?.to_owned()] } else { texts(&file)? };
            match path.as_slice() {
                [path] => old.carried.set_version_in(path, Some(r"\A\s*(?P<version>\S+)".into())),
                _ => old.refuse(&file, "is a version in several files; pyrepro reads one"),
            }
        } else {
            old.refuse_entry(&entry, "has neither attr nor file");
        }
    }
    Ok(())
}

/// A version that is the value of a name in a module.
fn attribute(old: &mut SourceProject<'_>, item: &Item<'_>, root: &str) -> Result<(), Error> {
    let text = item.text()?;
    let Some((module, name)) = text.rsplit_once('.') else {
        old.refuse(item, format!("{text:?} is no name in a module"));
        return Ok(());
    };
    let path = joined(root, &module.replace('.', "/"));
    let places = [format!("{path}/__init__.py"), format!("{path}.py")];
    match places.into_iter().find(|place| old.is_file(place)) {
        Some(place) => {
            old.carried.set_version_in(place, None);
            if name != "__version__" {
                old.carried.version.push(("attribute", name.to_owned()));
            }
        }
        None => old.refuse(item, format!("the module {module} is not there")),
    }
    Ok(())
}

fn packed(old: &mut SourceProject<'_>, table: Option<&Table<'_>>) -> Result<Packed, Error> {
    let get = |key: &str| table.and_then(|table| table.get(key));
    let mut packed = Packed { root: String::new(), packages: BTreeSet::new(), modules: vec![] };
    if let Some(item) = get("package-dir") {
        for entry in item.table()?.entries() {
            match entry.name {
                "" => packed.root = trimmed(entry.value.text()?).trim_start_matches('.').to_owned(),
                _ => old.refuse_entry(&entry, "is a package in another folder; pyrepro packs those of one"),
            }
        }
    } else if old.is_folder("src") {
        packed.root = "src".into();
    }
    if let Some(item) = get("py-modules") {
        packed.modules = texts(&item)?;
    }
    match get("packages") {
        Some(item) if item.is_table() => find(old, &item.table()?, &mut packed)?,
        Some(item) => packed.packages = texts(&item)?.into_iter().collect(),
        None if get("py-modules").is_none() => discover(old, &mut packed),
        None => {}
    }
    Ok(packed)
}

/// `packages.find`
fn find(old: &mut SourceProject<'_>, packages: &Table<'_>, packed: &mut Packed) -> Result<(), Error> {
    old.refuse_others(packages, &["find"]);
    let Some(item) = packages.get("find") else { return Ok(()) };
    let find = item.table()?;
    old.refuse_others(&find, &["where", "include", "exclude", "namespaces"]);
    let list = |key: &str| find.get(key).map_or_else(|| Ok(Vec::new()), |item| texts(&item));
    let (places, include, exclude) = (list("where")?, list("include")?, list("exclude")?);
    match places.as_slice() {
        [] => packed.root = String::new(),
        [one] if is_plain(trimmed(one)) || trimmed(one) == "." => {
            packed.root = trimmed(one).trim_start_matches('.').to_owned();
        }
        _ => old.refuse(&item, "modules in different folders; pyrepro packs those of one"),
    }
    let namespaces = find.get("namespaces").map_or(Ok(true), |item| item.boolean())?;
    let mut all = BTreeSet::new();
    walk(old, &packed.root, "", namespaces, &mut all);
    let named = |patterns: &[String], name: &str| patterns.iter().any(|pattern| wildcard(pattern, name));
    all.retain(|name| (include.is_empty() || named(&include, name)) && !named(&exclude, name));
    packed.packages = all;
    Ok(())
}

/// What setuptools packs if nobody says what.
fn discover(old: &mut SourceProject<'_>, packed: &mut Packed) {
    let mut all = BTreeSet::new();
    walk(old, &packed.root, "", true, &mut all);
    if packed.root.is_empty() {
        let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        all.retain(|name| !RESERVED.contains(&top(name).as_str()));
    }
    // In `src`, modules are packed beside packages.
    if all.is_empty() || !packed.root.is_empty() {
        let modules = old.list(&packed.root);
        let known = ["setup", "conftest", "test", "tests", "noxfile", "tasks", "pavement", "toxfile"];
        let modules = modules.iter().filter_map(|name| name.strip_suffix(".py"));
        packed.modules = modules.filter(|name| !known.contains(name)).map(str::to_owned).collect();
    }
    packed.packages = all;
}

/// All packages below a folder.
fn walk(old: &SourceProject<'_>, folder: &str, parent: &str, namespaces: bool, found: &mut BTreeSet<String>) {
    for name in old.list(folder) {
        let path = joined(folder, &name);
        let is_name =
            name.strip_suffix("-stubs").unwrap_or(&name).chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name || name == "__pycache__" || !old.is_true_folder(&path) {
            continue;
        }
        if namespaces || old.is_file(&joined(&path, "__init__.py")) {
            let dotted = if parent.is_empty() { name } else { format!("{parent}.{name}") };
            walk(old, &path, &dotted, namespaces, found);
            found.insert(dotted);
        }
    }
}

/// The outermost packages are pyrepro's modules; folders around them that have no code are namespaces.
fn name_modules(old: &mut SourceProject<'_>, packed: &Packed) {
    let has_code = |name: &String| {
        let folder = joined(&packed.root, &name.replace('.', "/"));
        old.list(&folder).iter().any(|file| file.ends_with(".py") || file.ends_with(".pyi"))
    };
    let with_code: Vec<&String> = packed.packages.iter().filter(|name| has_code(name)).collect();
    let is_inner = |name: &String| with_code.iter().any(|other| name.starts_with(&format!("{other}.")));
    let mut names: Vec<String> =
        with_code.iter().filter(|name| !is_inner(name)).map(|name| (*name).clone()).collect();
    let is_bare = |name: &String| {
        let folder = joined(&packed.root, &name.replace('.', "/"));
        !["__init__.py", "__init__.pyi"].iter().any(|init| old.is_file(&joined(&folder, init)))
    };
    old.carried.namespace = names.iter().any(is_bare);
    names.extend(packed.modules.iter().cloned());
    old.set_modules(&packed.root, names);
}

/// Whether a name matches a pattern in which `*` stands for any text and `?` for a character.
fn wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    // The last star, and how much of the text it stands for so far ends where.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(&c) if c == '?' || c == text[read] => (at, read) = (at + 1, read + 1),
            _ => match star {
                Some((place, end)) => {
                    star = Some((place, end + 1));
                    (at, read) = (place + 1, end + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_py_that_only_calls_setup_does_no_work() {
        assert_eq!(first_work("# a shim\nfrom setuptools import setup\n\nsetup()  # all\n"), None);
        assert_eq!(first_work("from setuptools import setup\nimport os\nsetup()\n"), Some(2));
    }

    #[test]
    fn wildcards_match_dotted_names() {
        assert!(wildcard("*a*a*b", "xaxaxb") && !wildcard(&"*a".repeat(50), &"b".repeat(500)));
        assert!(wildcard("a*", "a.b.c") && wildcard("*.tests", "a.tests") && wildcard("a?", "ab"));
        assert!(!wildcard("*.tests", "tests") && !wildcard("a", "ab"));
    }
}
