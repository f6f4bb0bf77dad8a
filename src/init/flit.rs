//! What flit's settings become.

use super::Error;
use super::source_project::{SourceProject, anchored, included, joined, trimmed};
use crate::project::{docstring, imported_from};

pub fn read(old: &mut SourceProject<'_>) -> Result<(), Error> {
    old.only_needs(&["flit-core", "flit"])?;
    let module = old.get(&["tool", "flit", "module"], "name")?;
    let module = module.as_ref().map(|item| item.text()).transpose()?;
    let module = module.map_or_else(|| old.name.as_written().replace('-', "_"), str::to_owned);
    let path = module.replace('.', "/");
    let in_src = ["", ".py"].iter().any(|ending| old.root.join(format!("src/{path}{ending}")).exists());
    let root = if in_src { "src" } else { "" };
    describe(old, &joined(root, &path))?;
    version(old, &joined(root, &path))?;
    old.set_modules(root, vec![module]);
    if let Some(sdist) = old.table(&["tool", "flit", "sdist"])? {
        old.refuse_others(&sdist, &["include", "exclude"]);
        if let Some(item) = sdist.get("include") {
            old.carried.source_include = old.patterns(&item, included)?;
        }
        if let Some(item) = sdist.get("exclude") {
            old.carried.source_exclude = old.patterns(&item, anchored)?;
        }
    }
    if let Some(item) = old.get(&["tool", "flit", "external-data"], "directory")? {
        old.carried.data.push(("data".into(), trimmed(item.text()?).to_owned()));
    }
    if let Some(flit) = old.table(&["tool", "flit"])? {
        old.refuse_others(&flit, &["module", "sdist", "external-data"]);
        old.drop(&["tool", "flit"]);
    }
    Ok(())
}

/// A version that the module imports from another one of its own.
fn version(old: &mut SourceProject<'_>, module: &str) -> Result<(), Error> {
    if !old.is_dynamic("version")? {
        return Ok(());
    }
    let Ok(source) =
        crate::bounded::read_to_string(&old.root.join(module).join("__init__.py"), crate::bounded::DOCUMENT)
    else {
        return Ok(());
    };
    let from = imported_from(&source, "__version__").and_then(|from| from.strip_prefix('.'));
    let place =
        from.filter(|from| !from.starts_with('.')).map(|from| joined(module, &from.replace('.', "/")));
    if let Some(place) = place.map(|place| format!("{place}.py")).filter(|place| old.is_file(place)) {
        old.carried.set_version_in(place, None);
    }
    Ok(())
}

/// A description that flit takes from the module's docstring goes to where metadata are.
fn describe(old: &mut SourceProject<'_>, module: &str) -> Result<(), Error> {
    if !old.is_dynamic("description")? {
        return Ok(());
    }
    let files = [format!("{module}/__init__.py"), format!("{module}.py")];
    let source = files
        .iter()
        .find_map(|file| crate::bounded::read_to_string(&old.root.join(file), crate::bounded::DOCUMENT).ok());
    let text = source.as_deref().and_then(docstring).unwrap_or_default();
    match text.trim_start().lines().next() {
        Some(line) if !line.trim().is_empty() => {
            old.carried.project.push(("description", line.trim_end().to_owned()));
        }
        _ => {
            let dynamic = old.get(&["project"], "dynamic")?;
            if let Some(item) = dynamic {
                old.refuse(
                    &item,
                    "there is no docstring to take the description from; write it in [project]",
                );
            }
        }
    }
    Ok(())
}
