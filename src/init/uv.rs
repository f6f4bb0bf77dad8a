//! What the settings of uv's build backend become: they have the same names and meanings.

use super::Error;
use super::source_project::{SourceProject, included, texts};

pub fn read(old: &mut SourceProject<'_>) -> Result<(), Error> {
    old.only_needs(&["uv-build"])?;
    let Some(table) = old.table(&["tool", "uv", "build-backend"])? else { return Ok(()) };
    for entry in table.entries() {
        let item = &entry.value;
        let same = |pattern: &str| Some(pattern.to_owned());
        match entry.name {
            "module-name" if item.is_text() => old.carried.module_names = vec![item.text()?.to_owned()],
            "module-name" => old.carried.module_names = texts(item)?,
            "module-root" => old.carried.module_root = Some(item.text()?.to_owned()),
            "namespace" => old.carried.namespace = item.boolean()?,
            "source-include" => old.carried.source_include = old.patterns(item, included)?,
            "source-exclude" => old.carried.source_exclude = old.patterns(item, same)?,
            "wheel-exclude" => old.carried.wheel_exclude = old.patterns(item, same)?,
            "default-excludes" => old.carried.default_excludes = Some(item.boolean()?),
            "data" => {
                for scheme in item.table()?.entries() {
                    old.carried.data.push((scheme.name.to_owned(), scheme.value.text()?.to_owned()));
                }
            }
            _ => old.refuse_entry(&entry, "has no equivalent in pyrepro"),
        }
    }
    old.drop(&["tool", "uv", "build-backend"]);
    Ok(())
}
