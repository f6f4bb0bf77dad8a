//! What to try next: the difference, or the failure, chooses it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::compare::{Class, MemberDifference};
use super::evidence::{BACKENDS, Generator, after, family, names, numbers};
use super::published::{Published, fields};
use super::strategy::{LineEnds, Strategy};
use super::switches;
use crate::backend::Installed;
use crate::project::Requirement;

/// How an attempt ended.
pub(super) enum Ending<'a> {
    /// A wheel came out that is not the published one.
    Differs { rebuilt: &'a Published, installed: &'a [Installed], differences: &'a [MemberDifference] },
    /// Nothing came out; these are the last words.
    Failed { stage: &'a str, words: &'a str },
}

/// Releases of setuptools, each the last before something changed in what it writes.
const SETUPTOOLS: [&str; 25] = [
    "80.9.0", "78.1.1", "75.8.0", "75.3.2", "72.2.0", "70.0.0", "69.5.1", "68.2.2", "67.7.2", "65.5.1",
    "62.6.0", "60.10.0", "59.6.0", "57.5.0", "56.2.0", "51.3.3", "49.6.0", "44.1.1", "40.8.0", "40.6.2",
    "39.2.0", "38.5.2", "36.8.0", "36.3.0", "28.8.0",
];

/// The first release of setuptools that has hooks for what has a setup.py alone.
const WITH_HOOKS: (u32, u32) = (40, 8);

/// What stands for a backend where there are no hooks: setup.py itself.
const SETUP_SCRIPT: &str = "setup.py";

/// Releases of wheel, the same.
const WHEEL: [&str; 8] = ["0.45.1", "0.43.0", "0.42.0", "0.40.0", "0.38.4", "0.37.1", "0.36.2", "0.34.2"];

/// Strategies that may do better than one that was tried, the likeliest first.
pub(super) fn next(
    published: &Published,
    source: &Path,
    tried: &Strategy,
    ending: &Ending<'_>,
    pythons: &[(u8, u8)],
) -> Vec<Strategy> {
    let mut found = Vec::new();
    let mut change = |how: &dyn Fn(&mut Strategy)| {
        let mut strategy = tried.clone();
        how(&mut strategy);
        if strategy != *tried {
            found.push(strategy);
        }
    };
    // What fails to compile may not have been compiled for this wheel.
    let is_native = match ending {
        Ending::Differs { rebuilt, .. } => !rebuilt.file_name.is_pure(),
        Ending::Failed { words, .. } => {
            ["gcc", "error: command", "compiler"].iter().any(|sign| words.contains(sign))
        }
    };
    if published.file_name.is_pure() && is_native {
        without_extensions(published, tried, source, &mut change);
    }
    match ending {
        Ending::Failed { stage, words } => {
            after_failure(published, tried, stage, words, pythons, &mut change)
        }
        Ending::Differs { rebuilt, installed, differences } => {
            let comparison = Comparison { published, rebuilt, differences, source };
            after_difference(&comparison, tried, installed, pythons, &mut change);
        }
    }
    found
}

/// The ways to build a wheel without extension modules from a source that has some.
fn without_extensions(published: &Published, tried: &Strategy, source: &Path, change: Change<'_>) {
    if !tried.variables.is_empty() {
        return;
    }
    let project = published.file_name.project.to_ascii_uppercase().replace(['-', '.'], "_");
    let mut found = switches::without_extensions(source);
    // One with the project's name is its own; others can be of the tools it uses.
    found.sort_by_key(|(name, _)| !name.contains(&project));
    for switch in found {
        change(&|strategy| strategy.variables = vec![switch.clone()]);
    }
    // Those that are optional are left out where there is no compiler.
    change(&|strategy| strategy.variables = vec![("CC".to_owned(), "false".to_owned())]);
}

type Change<'a> = &'a mut dyn FnMut(&dyn Fn(&mut Strategy));

fn after_failure(
    published: &Published,
    tried: &Strategy,
    stage: &str,
    words: &str,
    pythons: &[(u8, u8)],
    change: Change<'_>,
) {
    if stage == "python" {
        // The interpreter is broken: another will do as well, the nearest first.
        let wanted = version_of(&tried.python);
        let mut others: Vec<_> = pythons.iter().filter(|python| **python != wanted).collect();
        others.sort_by_key(|python| (python.1.abs_diff(wanted.1), python.1));
        for (major, minor) in others {
            change(&|strategy| strategy.python = format!("{major}.{minor}"));
        }
        return;
    }
    if stage == "resolver" {
        // What was uploaded until then may have wheels for older interpreters alone.
        let has_no_wheels = ["no usable wheels", "no wheels with", "No matching distribution"];
        if tried.uploaded_before.is_some() && has_no_wheels.iter().any(|sign| words.contains(sign)) {
            let current = version_of(&tried.python);
            for (major, minor) in pythons.iter().rev().filter(|python| **python < current).take(2) {
                change(&|strategy| strategy.python = format!("{major}.{minor}"));
            }
        }
        // `flit build`, `poetry build` and `uv build` take the backend that they bring along, whatever the source declares.
        for package in ["flit-core", "poetry-core", "poetry", "flit", "uv-build"] {
            if let Some(version) = tried.pinned(package).filter(|_| tried.backend.is_none()) {
                change(&|strategy| {
                    strategy.backend = family(package).map(str::to_owned);
                    strategy.with = vec![package.to_owned()];
                });
                // Before there was a poetry-core, poetry wrote its own number.
                if package == "poetry-core" {
                    change(&|strategy| {
                        strategy.backend = family("poetry").map(str::to_owned);
                        strategy.with = vec!["poetry".to_owned()];
                        strategy.pins = vec![format!("poetry=={version}")];
                    });
                }
            }
        }
        // A requirement that was uploaded later, or a pin that the declared requirements exclude.
        if tried.pinned("wheel").is_some() && tried.with.iter().any(|with| with == "wheel") {
            change(&|strategy| strategy.pins.retain(|pin| pin != "setuptools<70.1"));
        }
        change(&|strategy| strategy.pins.retain(|pin| !pin.starts_with("setuptools")));
        change(&|strategy| strategy.uploaded_before = None);
        change(&|strategy| strategy.pins.clear());
        return;
    }
    if let Some(module) = missing_module(words) {
        let known = providers(module).into_iter().map(str::to_owned);
        // A setup.py that imports the project needs what the project needs.
        let required = required(published, module).filter(|_| !tried.with.iter().any(|with| with == module));
        for package in known.chain(required) {
            change(&|strategy| strategy.with.push(package.clone()));
        }
        if !OF_INTERPRETERS.contains(&module) {
            return;
        }
    }
    if words.contains("invalid command 'bdist_wheel'") {
        change(&|strategy| strategy.with.push("wheel".to_owned()));
    }
    if words.contains("use_2to3") {
        change(&|strategy| strategy.pin("setuptools", "57.5.0"));
    }
    let current = version_of(&tried.python);
    let lower = pythons.iter().rev().filter(|python| **python < current).step_by(2).take(2);
    for (major, minor) in lower {
        change(&|strategy| strategy.python = format!("{major}.{minor}"));
    }
    let older = SETUPTOOLS
        .iter()
        .filter(|version| tried.pinned("setuptools").is_none_or(|pinned| numbers(version) < numbers(pinned)));
    for version in older.step_by(4).take(3) {
        change(&|strategy| strategy.pin("setuptools", version));
    }
}

fn version_of(python: &str) -> (u8, u8) {
    let (major, minor) = numbers(python);
    (u8::try_from(major).unwrap_or(3), u8::try_from(minor).unwrap_or(0))
}

/// The module that an import did not find.
fn missing_module(words: &str) -> Option<&str> {
    let at = words.rfind("No module named ")? + "No module named ".len();
    let name = words[at..].trim_start_matches(['\'', '"']);
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))?;
    Some(name[..end].split('.').next().unwrap_or_default()).filter(|name| !name.is_empty())
}

/// Modules that some interpreters, or some releases of setuptools, have and others have not.
const OF_INTERPRETERS: [&str; 12] = [
    "asynchat",
    "asyncore",
    "cgi",
    "distutils",
    "imp",
    "importlib",
    "lib2to3",
    "pipes",
    "pkg_resources",
    "setuptools",
    "smtpd",
    "tomllib",
];

/// The project with a module's name, if the wheel requires it.
fn required(published: &Published, module: &str) -> Option<String> {
    let metadata = published.text("METADATA");
    let mut requirements = fields(&metadata).filter(|(name, _)| name == "Requires-Dist");
    requirements.any(|(_, requirement)| names(&requirement, module)).then(|| module.to_owned())
}

/// Modules that builds import without a declaration, and whose projects have the same names.
const MODULES_OF_BUILDS: [&str; 23] = [
    "babel",
    "certifi",
    "cffi",
    "click",
    "docutils",
    "editables",
    "hatch_vcs",
    "jinja2",
    "numpy",
    "packaging",
    "pbr",
    "pkginfo",
    "pybind11",
    "requests",
    "setuptools_rust",
    "setuptools_scm",
    "setuptools_scm_git_archive",
    "six",
    "toml",
    "tomli",
    "typing_extensions",
    "versioneer",
    "wheel",
];

/// Projects that have a module.
fn providers(module: &str) -> Vec<&str> {
    match module {
        "pkg_resources" => vec!["setuptools<81"],
        "distutils" | "setuptools" => vec!["setuptools"],
        "yaml" => vec!["PyYAML"],
        "Cython" => vec!["Cython<3", "Cython"],
        "attr" => vec!["attrs"],
        "skbuild" => vec!["scikit-build"],
        module if MODULES_OF_BUILDS.contains(&module) => vec![module],
        _ => Vec::new(),
    }
}

/// A rebuild that is not the published wheel.
struct Comparison<'a> {
    published: &'a Published,
    rebuilt: &'a Published,
    differences: &'a [MemberDifference],
    /// The folder that it was built of.
    source: &'a Path,
}

impl Comparison<'_> {
    /// Whether all that differs is what modules say, or what the source does not have. Which of its files there are in
    /// the wheel, and what metadata says, is the work of the backend.
    fn is_of_source(&self) -> bool {
        let mut files = None;
        self.differences.iter().all(|difference| match difference.class {
            Class::Content | Class::Native | Class::Record | Class::LineEnds | Class::Mode => true,
            Class::Missing if !is_generated(&difference.member) => {
                let name = difference.member.rsplit('/').next().unwrap_or_default();
                !files.get_or_insert_with(|| names_of_files(self.source)).contains(name)
            }
            _ => false,
        })
    }
}

/// Whether a backend writes such a member without a file of the source.
fn is_generated(member: &str) -> bool {
    const LICENCES: [&str; 5] = ["LICEN", "COPYING", "NOTICE", "AUTHORS", "COPYRIGHT"];
    let name = member.rsplit('/').next().unwrap_or_default().to_ascii_uppercase();
    let is_licence = LICENCES.iter().any(|licence| name.starts_with(licence));
    member.contains(".dist-info/") && !is_licence || member.contains(".data/scripts/")
}

/// The names of all files in a folder and those below it.
fn names_of_files(folder: &Path) -> HashSet<String> {
    let mut names = HashSet::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for found in fs::read_dir(folder).into_iter().flatten().flatten() {
            if found.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push(found.path());
            } else {
                names.insert(found.file_name().to_string_lossy().into_owned());
            }
        }
    }
    names
}

/// Whether this program may add a requirement to a build by itself.
pub(super) fn is_build_tool(requirement: &str) -> bool {
    let Ok(requirement) = requirement.parse::<Requirement>() else { return false };
    let name = requirement.name.normalized();
    let others = ["setuptools", "pyyaml", "cython", "attrs", "scikit-build"];
    family(name).is_some() || MODULES_OF_BUILDS.iter().chain(&others).any(|tool| names(name, tool))
}

/// Whether this program may put a backend in the place of the declared one by itself.
pub(super) fn is_backend(backend: &str) -> bool {
    backend == SETUP_SCRIPT || BACKENDS.iter().any(|(_, known)| *known == backend)
}

fn after_difference(
    comparison: &Comparison<'_>,
    tried: &Strategy,
    installed: &[Installed],
    pythons: &[(u8, u8)],
    change: Change<'_>,
) {
    let Comparison { published, rebuilt, differences, .. } = *comparison;
    let tags = |wheel: &Published| wheel.file_name.python.clone();
    let setuptools =
        installed.iter().find(|package| package.name == "setuptools").map(|found| found.version.clone());
    if tags(published) != tags(rebuilt) && setuptools.is_some() {
        let (name, value) = match tags(published).as_str() {
            "py2.py3" => ("universal", "1".to_owned()),
            tag => ("python-tag", tag.to_owned()),
        };
        change(&|strategy| strategy.wheel_options = vec![(name.to_owned(), value.clone())]);
    }
    let has_crlf = |wheel: &Published, file| wheel.text(file).contains("\r\n");
    let on_windows =
        ["METADATA", "WHEEL"].iter().any(|file| has_crlf(published, file) && !has_crlf(rebuilt, file));
    if on_windows || differences.iter().any(|difference| difference.class == Class::LineEnds) {
        change(&|strategy| strategy.line_ends = LineEnds::Windows);
        change(&|strategy| strategy.line_ends = LineEnds::Crlf);
    }
    by_version_files(tried, installed, differences, change);
    let Some(setuptools) = setuptools else { return };
    if comparison.is_of_source() {
        return;
    }
    let by_wheel = Generator::of(published).is_some_and(|generator| generator.name == "bdist_wheel");
    if by_wheel || tried.pinned("setuptools").is_none() {
        older_setuptools(comparison, tried, &setuptools, pythons, change);
    } else if tried.pinned("wheel").is_none() && !differences.is_empty() {
        for version in WHEEL {
            change(&|strategy| {
                strategy.pin("wheel", version);
                strategy.with.retain(|with| with != "wheel");
                strategy.with.push("wheel".to_owned());
            });
        }
    }
}

/// The first release of setuptools that names licence files in metadata.
const WITH_LICENCE_FILES: (u32, u32) = (57, 0);

fn older_setuptools(
    comparison: &Comparison<'_>,
    tried: &Strategy,
    current: &str,
    pythons: &[(u8, u8)],
    change: Change<'_>,
) {
    let names_licences = |wheel: &Published| wheel.field("METADATA", "License-File").is_some();
    let wanted = names_licences(comparison.published);
    // Where neither names any there may be none.
    let tells = wanted || names_licences(comparison.rebuilt);
    let may_be = |version: &&&str| {
        numbers(version) < numbers(current) && (!tells || after(version, WITH_LICENCE_FILES) == wanted)
    };
    let current_python = version_of(&tried.python);
    for version in SETUPTOOLS.iter().filter(may_be) {
        // Older ones need an interpreter that still has what they import.
        let newest = match version {
            old if !after(old, (46, 0)) => (3, 8),
            old if !after(old, (50, 0)) => (3, 9),
            old if !after(old, (66, 1)) => (3, 11),
            _ => (3, u8::MAX),
        };
        let Some(python) = pythons.iter().rfind(|python| **python <= newest.min(current_python)) else {
            continue;
        };
        change(&|strategy| {
            strategy.python = format!("{}.{}", python.0, python.1);
            strategy.pins.retain(|pin| pin != "setuptools<70.1");
            strategy.pin("setuptools", version);
            if !after(version, WITH_HOOKS) {
                strategy.backend = Some(SETUP_SCRIPT.to_owned());
                strategy.with.retain(|with| with != "setuptools");
                strategy.with.push("setuptools".to_owned());
            }
        });
    }
}

/// Modules with the version in them are written by plugins, whose versions are no part of the wheel.
fn by_version_files(
    tried: &Strategy,
    installed: &[Installed],
    differences: &[MemberDifference],
    change: Change<'_>,
) {
    let is_version_file = |difference: &MemberDifference| {
        let name = difference.member.rsplit('/').next().unwrap_or_default();
        difference.class == Class::Content && name.contains("version")
    };
    if !differences.iter().any(is_version_file) {
        return;
    }
    const SCM: [&str; 6] = ["9.2.2", "8.3.1", "8.1.0", "8.0.4", "7.1.0", "6.4.2"];
    if let Some(scm) = installed.iter().find(|package| package.name == "setuptools-scm") {
        for version in SCM.iter().filter(|version| numbers(version) < numbers(&scm.version)) {
            if tried.pinned("setuptools-scm").is_none() {
                change(&|strategy| strategy.pin("setuptools-scm", version));
            }
        }
    }
}
