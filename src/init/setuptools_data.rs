//! Which files of packages setuptools packs, and what keeps pyrepro from packing more: it packs all.

use std::collections::BTreeSet;

use super::Error;
use super::refusal::Refusal;
use super::setuptools::Packed;
use super::source_project::{SourceProject, joined, texts};
use crate::project::Table;
use crate::tree::Globs;

/// Patterns of files, each list for one package or for all.
type Patterns = Vec<(Option<String>, Vec<String>)>;

pub fn read(old: &mut SourceProject<'_>, table: Option<&Table<'_>>, packed: &Packed) -> Result<(), Error> {
    let manifest = manifest(old);
    let by_manifest =
        table.and_then(|table| table.get("include-package-data")).map_or(Ok(true), |i| i.boolean())?;
    let mut data = patterns(old, table, "package-data")?;
    data.push((None, vec!["*.pyi".into(), "py.typed".into()]));
    // What git tracks is data where setuptools-scm tells setuptools of it.
    let by_git = by_manifest && old.needs("setuptools-scm")?;
    let excluded = patterns(old, table, "exclude-package-data")?;
    let (mut kept, mut left) = (BTreeSet::new(), BTreeSet::new());
    for package in outermost(&packed.packages) {
        files(old, &joined(&packed.root, &package.replace('.', "/")), &mut |path| {
            let (package, inner) = home(&packed.root, &packed.packages, path);
            let is_data = |lists: &Patterns| {
                let here = lists.iter().filter(|(of, _)| of.as_deref().is_none_or(|of| of == package));
                here.flat_map(|(_, globs)| globs).any(|glob| matches(glob, &inner))
            };
            let is_module = path.ends_with(".py") && !inner.contains('/');
            let is_listed = is_data(&data) || by_manifest && manifest.says(path).unwrap_or(by_git);
            let is_kept = is_module || is_listed && !is_data(&excluded);
            if is_kept { &mut kept } else { &mut left }.insert(path.to_owned());
        });
    }
    exclude(old, &kept, &left);
    old.carried.source_include.extend(manifest.include);
    old.carried.source_exclude.extend(manifest.exclude);
    Ok(())
}

/// Patterns for the files of a package, or of all.
fn patterns(old: &mut SourceProject<'_>, table: Option<&Table<'_>>, key: &str) -> Result<Patterns, Error> {
    let mut all = Vec::new();
    let Some(item) = table.and_then(|table| table.get(key)) else { return Ok(all) };
    for entry in item.table()?.entries() {
        let globs = texts(&entry.value)?;
        if let Some(bad) = globs.iter().find(|glob| glob.contains("..") || Globs::new([glob]).is_err()) {
            old.refuse_entry(&entry, format!("{bad:?} is a pattern that pyrepro has no equivalent of"));
        }
        let of = (!matches!(entry.name, "" | "*")).then(|| entry.name.to_owned());
        all.push((of, globs));
    }
    Ok(all)
}

fn matches(glob: &str, path: &str) -> bool {
    Globs::new([format!("/{}", glob.trim_start_matches('/'))])
        .is_ok_and(|glob| glob.matches(path.as_ref(), false))
}

fn outermost(packages: &BTreeSet<String>) -> Vec<&String> {
    let is_inner = |name: &&String| packages.iter().any(|other| name.starts_with(&format!("{other}.")));
    packages.iter().filter(|name| !is_inner(name)).collect()
}

/// The innermost package that a file is below, and its path from there.
fn home(root: &str, packages: &BTreeSet<String>, path: &str) -> (String, String) {
    let inside = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
    let mut folder = inside;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        let dotted = parent.replace('/', ".");
        if packages.contains(&dotted) {
            return (dotted, inside[parent.len() + 1..].to_owned());
        }
        folder = parent;
    }
    (String::new(), inside.to_owned())
}

/// The files below a folder, but those that nobody packs.
pub fn files(old: &SourceProject<'_>, folder: &str, tell: &mut dyn FnMut(&str)) {
    for name in old.list(folder) {
        let path = joined(folder, &name);
        if old.is_true_folder(&path) {
            if name != "__pycache__" && !name.ends_with(".egg-info") {
                files(old, &path, tell);
            }
        } else if !name.ends_with(".pyc") && !name.ends_with(".pyo") {
            tell(&path);
        }
    }
}

/// Leaves out what setuptools does: by the ending where that is all there is of it, else by path.
pub fn exclude(old: &mut SourceProject<'_>, kept: &BTreeSet<String>, left: &BTreeSet<String>) {
    let ending = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| format!("*.{ending}"))
    };
    let kept_endings: BTreeSet<Option<String>> = kept.iter().map(|path| ending(path)).collect();
    let pattern = |path: &String| match ending(path) {
        Some(pattern) if !kept_endings.contains(&Some(pattern.clone())) => pattern,
        _ => format!("/{path}"),
    };
    let patterns: BTreeSet<String> = left.iter().map(pattern).collect();
    old.carried.wheel_exclude.extend(patterns);
}

/// MANIFEST.in: what is in sdists, and in wheels where it lies in packages.
#[derive(Default)]
struct Manifest {
    include: Vec<String>,
    exclude: Vec<String>,
    /// All of it in order: the last that matches counts.
    steps: Vec<(bool, Globs)>,
}

impl Manifest {
    fn says(&self, path: &str) -> Option<bool> {
        let last = self.steps.iter().rev().find(|(_, globs)| globs.matches(path.as_ref(), false));
        last.map(|(is_in, _)| *is_in)
    }

    fn add(&mut self, is_in: bool, pattern: String) -> bool {
        // A folder stands for what is in it, which is what is asked for.
        let Ok(globs) = Globs::new([format!("/{pattern}"), format!("/{pattern}/**")]) else { return false };
        self.steps.push((is_in, globs));
        match is_in {
            true => self.include.push(pattern),
            false => self.exclude.push(format!("/{pattern}")),
        }
        true
    }
}

fn manifest(old: &mut SourceProject<'_>) -> Manifest {
    let mut manifest = Manifest::default();
    let text = crate::bounded::read_to_string(&old.root.join("MANIFEST.in"), crate::bounded::DOCUMENT)
        .unwrap_or_default();
    for (number, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
        let Some((command, arguments)) = words.split_first() else { continue };
        let below = |folder: &str, rest: &[&str]| -> Vec<String> {
            rest.iter().map(|pattern| format!("{}/**/{pattern}", folder.trim_matches('/'))).collect()
        };
        let plain = || arguments.iter().map(|path| path.trim_matches('/').to_owned()).collect::<Vec<_>>();
        let anywhere = || arguments.iter().map(|pattern| format!("**/{pattern}")).collect::<Vec<_>>();
        let patterns = match (*command, arguments) {
            ("include" | "exclude" | "graft" | "prune", _) => plain(),
            ("recursive-include" | "recursive-exclude", [folder, rest @ ..]) => below(folder, rest),
            ("global-include" | "global-exclude", _) => anywhere(),
            _ => vec![String::from("[")],
        };
        let is_in = matches!(*command, "include" | "graft" | "recursive-include" | "global-include");
        if !patterns.into_iter().all(|pattern| manifest.add(is_in, pattern)) {
            let reason = format!("{:?} is no line that pyrepro has an equivalent of", line.trim());
            old.refusals.push(Refusal::of_file("MANIFEST.in".as_ref(), Some(number + 1), reason));
        }
    }
    if old.is_file("MANIFEST.in") {
        old.notes.push(
            "MANIFEST.in is not needed any more: source-include and source-exclude say the same".into(),
        );
    }
    manifest
}
