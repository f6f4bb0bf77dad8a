//! What hatchling's settings become.

use std::collections::BTreeSet;

use super::Error;
use super::refusal::RUNS_CODE;
use super::source_project::{SourceProject, included, is_plain, joined, of_gitignore, trimmed};
use super::{scm, setuptools_data};
use crate::project::{Item, Table};
use crate::tree::Globs;

pub fn read(old: &mut SourceProject<'_>) -> Result<(), Error> {
    old.only_needs(&["hatchling", "hatch", "hatch-vcs", "setuptools-scm", "hatch-fancy-pypi-readme"])?;
    metadata(old)?;
    version(old)?;
    let Some(build) = old.table(&["tool", "hatch", "build"])? else { return find_modules(old) };
    for entry in build.entries() {
        match entry.name {
            "targets" => {}
            "exclude" => {
                let patterns = old.patterns(&entry.value, of_gitignore)?;
                old.carried.source_exclude.extend(patterns);
            }
            // What is made for the old backend, or is always so with pyrepro.
            "reproducible" | "skip-excluded-dirs" | "dev-mode-dirs" | "dev-mode-exact" => {}
            // What git ignores is packed all the same where it lies in a module.
            "artifacts" => {}
            "hooks" => hooks(old, &entry.value.table()?)?,
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    let targets = old.table(&["tool", "hatch", "build", "targets"])?;
    for target in targets.map_or_else(Vec::new, |targets| targets.entries()) {
        match target.name {
            "wheel" => wheel(old, &target.value.table()?)?,
            "sdist" => sdist(old, &target.value.table()?)?,
            _ => old.refuse_entry(&target, "is a target that pyrepro does not build"),
        }
    }
    if old.carried.module_names.is_empty() && old.carried.module_root.is_none() {
        find_modules(old)?;
    }
    old.drop(&["tool", "hatch", "build"]);
    Ok(())
}

fn metadata(old: &mut SourceProject<'_>) -> Result<(), Error> {
    let Some(metadata) = old.table(&["tool", "hatch", "metadata"])? else { return Ok(()) };
    for entry in metadata.entries() {
        match entry.name {
            "allow-direct-references" | "allow-ambiguous-features" => {}
            "hooks" => metadata_hooks(old, &entry.value.table()?),
            _ => old.refuse_entry(&entry, RUNS_CODE),
        }
    }
    old.drop(&["tool", "hatch", "metadata"]);
    Ok(())
}

fn version(old: &mut SourceProject<'_>) -> Result<(), Error> {
    let Some(version) = old.table(&["tool", "hatch", "version"])? else { return Ok(()) };
    for entry in version.entries() {
        match entry.name {
            "path" | "pattern" => {}
            // How `hatch version` changes it has no part in builds.
            "scheme" | "validate-bump" => {}
            "source" if entry.value.text().is_ok_and(|source| source == "regex") => {}
            "source" if entry.value.text().is_ok_and(|source| source == "vcs") => scm::from_tags(old),
            "raw-options" => scm::options(old, &entry.value.table()?)?,
            "tag-pattern" => scm::set(old, "tag-pattern", &entry.value)?,
            "fallback-version" => scm::set(old, "fallback", &entry.value)?,
            "source" => {
                let source = entry.value.text()?.to_owned();
                old.refuse_entry(
                    &entry,
                    format!("takes the version from {source}; write it as a string, in project.version or in a file"),
                );
            }
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    if let Some(path) = version.get("path") {
        let pattern = version.get("pattern").map(|item| item.text().map(str::to_owned)).transpose()?;
        // Without one, hatchling takes VERSION as well.
        let pattern = pattern.filter(|pattern| !matches!(pattern.as_str(), "" | "true"));
        let is_plain = pattern.is_none();
        old.carried.set_version_in(path.text()?, pattern);
        if is_plain && !old.assigns(path.text()?, "__version__") && old.assigns(path.text()?, "VERSION") {
            old.carried.version.push(("attribute", "VERSION".into()));
        }
    }
    old.drop(&["tool", "hatch", "version"]);
    Ok(())
}

fn wheel(old: &mut SourceProject<'_>, wheel: &Table<'_>) -> Result<(), Error> {
    for entry in wheel.entries() {
        let item = &entry.value;
        match entry.name {
            "packages" => packages(old, item)?,
            "include" | "only-include" if wheel.get("packages").is_none() && are_at_top(item)? => {
                packages(old, item)?;
            }
            "include" if wheel.get("packages").is_none() => included_in(old, item)?,
            "artifacts" => {}
            "exclude" => {
                let patterns = old.patterns(item, of_gitignore)?;
                old.carried.wheel_exclude.extend(patterns);
            }
            "core-metadata-version" | "strict-naming" | "macos-max-compat" | "dev-mode-dirs" => {}
            "hooks" => old.refuse(item, RUNS_CODE),
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    Ok(())
}

/// Hooks whose work pyrepro does itself.
fn hooks(old: &mut SourceProject<'_>, hooks: &Table<'_>) -> Result<(), Error> {
    for hook in hooks.entries() {
        match hook.name {
            "vcs" => {
                for entry in hook.value.table()?.entries() {
                    match entry.name {
                        "version-file" => scm::set(old, "version-file", &entry.value)?,
                        "template" => scm::template(old, &entry.value)?,
                        _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
                    }
                }
            }
            _ => old.refuse_entry(&hook, RUNS_CODE),
        }
    }
    Ok(())
}

/// The same for metadata: a description that is put together is so in pyrepro's own table.
fn metadata_hooks(old: &mut SourceProject<'_>, hooks: &Table<'_>) {
    for hook in hooks.entries() {
        match hook.name {
            "fancy-pypi-readme" => {
                let path = ["tool", "hatch", "metadata", "hooks", hook.name];
                old.carried.moved.push((path.map(str::to_owned).to_vec(), "readme"));
            }
            "vcs" => old.refuse_entry(&hook, "takes URLs from version control; write them in [project.urls]"),
            _ => old.refuse_entry(&hook, RUNS_CODE),
        }
    }
}

/// Patterns of one package of the project's own folder: what they leave of it out is excluded.
fn included_in(old: &mut SourceProject<'_>, item: &Item<'_>) -> Result<(), Error> {
    let patterns = old.patterns(item, included)?;
    let tops: BTreeSet<&str> = patterns.iter().filter_map(|pattern| pattern.split('/').next()).collect();
    let tops: Vec<String> = tops.into_iter().map(str::to_owned).collect();
    let [top] = tops.as_slice() else {
        old.refuse(item, "are patterns in several folders; pyrepro packs modules");
        return Ok(());
    };
    let globs: Vec<String> = patterns.iter().map(|pattern| format!("/{pattern}")).collect();
    let Ok(globs) = Globs::new(globs.iter().flat_map(|glob| [glob.clone(), format!("{glob}/**")])) else {
        old.refuse(item, "are patterns that pyrepro has no equivalent of");
        return Ok(());
    };
    if !is_plain(top) || !old.is_folder(top) {
        old.refuse(item, format!("{top:?} is no module of this folder"));
        return Ok(());
    }
    let (mut kept, mut left) = (BTreeSet::new(), BTreeSet::new());
    setuptools_data::files(old, top, &mut |path| {
        if globs.matches(path.as_ref(), false) { &mut kept } else { &mut left }.insert(path.to_owned());
    });
    setuptools_data::exclude(old, &kept, &left);
    old.set_modules("", vec![top.clone()]);
    Ok(())
}

/// Whether paths are those of modules in the project's own folder.
fn are_at_top(item: &Item<'_>) -> Result<bool, Error> {
    let items = item.array()?;
    let at_top = |item: &Item<'_>| {
        let path = trimmed(item.text().unwrap_or_default());
        is_plain(path) && !path.contains('/')
    };
    Ok(items.iter().all(at_top))
}

/// Folders that are packed by their last names.
fn packages(old: &mut SourceProject<'_>, item: &Item<'_>) -> Result<(), Error> {
    let (mut roots, mut names) = (Vec::new(), Vec::new());
    for item in item.array()? {
        let path = trimmed(item.text()?).to_owned();
        let (root, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let name = name.strip_suffix(".py").unwrap_or(name);
        if is_plain(&path) {
            roots.push(root.to_owned());
            names.push(name.to_owned());
            if old.is_folder(&path) && !old.is_file(&joined(&path, "__init__.py")) {
                old.carried.namespace = true;
            }
        } else {
            old.refuse(&item, format!("{path:?} is a pattern that pyrepro has no equivalent of"));
        }
    }
    if roots.iter().any(|root| *root != roots[0]) {
        old.refuse(item, "modules in different folders; pyrepro packs those of one");
    } else if let Some(root) = roots.first() {
        old.set_modules(root, names);
    }
    Ok(())
}

fn sdist(old: &mut SourceProject<'_>, sdist: &Table<'_>) -> Result<(), Error> {
    for entry in sdist.entries() {
        let item = &entry.value;
        match entry.name {
            "include" | "only-include" => {
                let patterns = old.patterns(item, included)?;
                old.carried.source_include.extend(patterns);
            }
            "exclude" => {
                let patterns = old.patterns(item, of_gitignore)?;
                let patterns = patterns.into_iter().filter(|pattern| !pattern.starts_with("/."));
                old.carried.source_exclude.extend(patterns);
            }
            "core-metadata-version" | "strict-naming" | "support-legacy" => {}
            "hooks" => old.refuse(item, RUNS_CODE),
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    Ok(())
}

/// hatchling looks in a namespace too, if there is only one.
fn find_modules(old: &mut SourceProject<'_>) -> Result<(), Error> {
    if old.get(&["tool", "hatch", "build", "targets", "sdist"], "include")?.is_none() {
        old.notes.push(
            "hatchling's sdists have all that git does not ignore; name what is to be in yours besides modules \
             and metadata with source-include"
                .into(),
        );
    }
    let name = old.name.normalized().replace('-', "_");
    let is_package = |old: &SourceProject<'_>, folder: &str| old.is_file(&joined(folder, "__init__.py"));
    let direct = [name.clone(), format!("src/{name}")];
    if direct.iter().any(|folder| is_package(old, folder)) || old.is_file(&format!("{name}.py")) {
        return Ok(());
    }
    let spaces = old.list("");
    let found: Vec<String> =
        spaces.into_iter().filter(|space| is_package(old, &format!("{space}/{name}"))).collect();
    if let [space] = found.as_slice() {
        old.carried.module_names = vec![format!("{space}.{name}")];
    }
    Ok(())
}
