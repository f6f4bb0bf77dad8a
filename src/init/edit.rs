//! The change of a pyproject.toml, which leaves all as it is that it is not about: comments, order, layout.

use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use super::refusal::Refusal;
use super::settings::{Settings, set_build_system};

/// The text as it is to be.
pub fn moved(before: &str, carried: &Settings) -> Result<String, Refusal> {
    let (mark, text) = match before.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", before),
    };
    let mut document: DocumentMut =
        text.parse().map_err(|error| Refusal::of_project(format!("pyproject.toml: {error}")))?;
    set_project(&mut document, carried);
    let tables: Vec<(&str, Item)> =
        carried.moved.iter().filter_map(|(path, key)| Some((*key, find(&document, path)?))).collect();
    for (path, _) in &carried.moved {
        remove(document.as_table_mut(), path);
    }
    for path in &carried.obsolete {
        remove(document.as_table_mut(), path);
    }
    let build_system = document.entry("build-system").or_insert_with(|| Item::Table(Table::new()));
    match build_system.as_table_mut() {
        Some(table) => set_build_system(table),
        None => {
            let reason = "is an inline table; write it as [build-system], so that it can be changed";
            return Err(Refusal { key: "build-system".into(), ..Refusal::of_project(reason) });
        }
    }
    add_settings(&mut document, carried)?;
    for (key, table) in tables {
        add_table(&mut document, key, table)?;
    }
    // What was removed may have left blank lines behind.
    let after = document.to_string();
    let after = if text.contains("\r\n") { after.replace("\r\n", "\n").replace('\n', "\r\n") } else { after };
    Ok(format!("{mark}{}", after.trim_start_matches(['\r', '\n'])))
}

/// Metadata that were not static become so.
fn set_project(document: &mut DocumentMut, carried: &Settings) {
    let Some(project) = document.get_mut("project").and_then(Item::as_table_mut) else { return };
    if let Some(classifiers) = project.get_mut("classifiers").and_then(Item::as_array_mut) {
        let is_dropped = |item: &Value| {
            item.as_str().is_some_and(|text| carried.dropped_classifiers.iter().any(|d| d == text))
        };
        classifiers.retain(|item| !is_dropped(item));
    }
    if !carried.license_files.is_empty() {
        let patterns: Array = carried.license_files.iter().map(String::as_str).collect();
        project.insert("license-files", value(patterns));
    }
    for (key, text) in &carried.project {
        project.insert(key, value(text));
        if let Some(dynamic) = project.get_mut("dynamic").and_then(Item::as_array_mut) {
            dynamic.retain(|name| name.as_str() != Some(key));
            if dynamic.is_empty() {
                project.remove("dynamic");
            }
        }
    }
}

fn find(document: &DocumentMut, path: &[String]) -> Option<Item> {
    let (first, rest) = path.split_first()?;
    let item = rest.iter().try_fold(document.get(first)?, |item, key| item.get(key))?;
    Some(item.clone())
}

/// A table of another tool under a name of ours; it stays where it is.
fn add_table(document: &mut DocumentMut, key: &str, table: Item) -> Result<(), Refusal> {
    let tool = document.entry("tool").or_insert_with(implicit);
    let ours = tool.as_table_mut().map(|tool| tool.entry("pyrepro").or_insert_with(implicit));
    match ours.and_then(Item::as_table_mut) {
        Some(ours) => drop(ours.insert(key, table)),
        None => {
            let reason = "is an inline table; write it as [tool.…], so that it can be changed";
            return Err(Refusal { key: "tool".into(), ..Refusal::of_project(reason) });
        }
    }
    Ok(())
}

fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// Takes a key away, and the tables around it that have nothing else.
fn remove(table: &mut Table, path: &[String]) {
    let [key, rest @ ..] = path else { return };
    if rest.is_empty() {
        table.remove(key);
        return;
    }
    let Some(item) = table.get_mut(key) else { return };
    match item {
        Item::Table(inner) => remove(inner, rest),
        Item::Value(inner) => {
            if let (Some(inner), [key]) = (inner.as_inline_table_mut(), rest) {
                inner.remove(key);
            }
        }
        _ => {}
    }
    if item.as_table_like().is_some_and(|inner| inner.is_empty()) {
        table.remove(key);
    }
}

/// `[tool.pyrepro]` behind what is there.
fn add_settings(document: &mut DocumentMut, carried: &Settings) -> Result<(), Refusal> {
    let Some(mut settings) = carried.settings() else { return Ok(()) };
    let position = document.iter().filter_map(|(_, item)| last_position(item)).max();
    // Comments at the end of the file belong to what is above them.
    let end = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    let tool = document.entry("tool").or_insert_with(implicit);
    settings.set_position(position.map(|position| position + 1));
    settings.decor_mut().set_prefix(format!("{end}\n"));
    match tool.as_table_mut() {
        Some(tool) => drop(tool.insert("pyrepro", Item::Table(settings))),
        None => {
            let reason = "is an inline table; write it as [tool.…], so that it can be changed";
            return Err(Refusal { key: "tool".into(), ..Refusal::of_project(reason) });
        }
    }
    Ok(())
}

fn last_position(item: &Item) -> Option<isize> {
    let tables: Vec<&Table> = match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter().collect(),
        _ => vec![],
    };
    let inner = |table: &&Table| table.iter().filter_map(|(_, item)| last_position(item)).max();
    tables.iter().filter_map(|table| inner(table).max(table.position())).max()
}
