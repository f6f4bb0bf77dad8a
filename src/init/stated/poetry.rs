//! `[tool.poetry]` with metadata, as poetry-core writes them into wheels.

use super::super::Error;
use super::super::refusal::Refusal;
use super::constraint::specifiers;
use super::draft::Draft;
use super::line;
use crate::project::{Entry, Item, Problem, Table};

/// The keys that become `[project]`; who reads the rest need not look at them again.
pub const METADATA: [&str; 17] = [
    "name",
    "version",
    "description",
    "license",
    "authors",
    "maintainers",
    "readme",
    "homepage",
    "repository",
    "documentation",
    "urls",
    "keywords",
    "classifiers",
    "dependencies",
    "extras",
    "scripts",
    "plugins",
];

pub fn read(poetry: &Table<'_>) -> Result<Draft, Error> {
    let mut draft = Draft::default();
    for key in ["name", "version", "description"] {
        if let Some(text) = line(poetry, key)? {
            draft.set(key, &text);
        }
    }
    if let Some(license) = line(poetry, "license")? {
        draft.set_license(&license);
    }
    for (key, title) in
        [("homepage", "Homepage"), ("repository", "Repository"), ("documentation", "Documentation")]
    {
        if let Some(url) = line(poetry, key)? {
            draft.set_in(&["urls"], title, &url);
        }
    }
    for entry in poetry.entries() {
        match entry.name {
            "readme" => readme(&mut draft, &entry.value)?,
            "authors" | "maintainers" => people(&mut draft, &entry)?,
            "keywords" | "classifiers" => draft.set_list(entry.name, &texts(&entry.value)?),
            "urls" => {
                for url in entry.value.table()?.entries() {
                    draft.set_in(&["urls"], url.name, url.value.text()?);
                }
            }
            "dependencies" => dependencies(&mut draft, &entry.value, poetry)?,
            "scripts" => scripts(&mut draft, &entry.value)?,
            "plugins" => {
                for group in entry.value.table()?.entries() {
                    for point in group.value.table()?.entries() {
                        draft.set_in(&["entry-points", group.name], point.name, point.value.text()?);
                    }
                }
            }
            _ => {}
        }
    }
    draft.notes.push(
        "poetry adds classifiers for the licence and for each Python to those listed; pyrepro writes those \
         listed"
            .into(),
    );
    Ok(draft)
}

fn refuse(draft: &mut Draft, item: &Item<'_>, reason: &str) {
    draft.refusals.push(Refusal::of_key(item.error(Problem::Conflict(reason.into()))));
}

fn texts(item: &Item<'_>) -> Result<Vec<String>, Error> {
    item.array()?.iter().map(|item| Ok(item.text()?.to_owned())).collect()
}

fn readme(draft: &mut Draft, item: &Item<'_>) -> Result<(), Error> {
    match item.is_text() {
        true => draft.set_readme(item.text()?, None),
        false => match texts(item)?.as_slice() {
            [one] => draft.set_readme(one, None),
            _ => refuse(draft, item, "is a long description in several files; write it as one"),
        },
    }
    Ok(())
}

/// `Name <address>`, each.
fn people(draft: &mut Draft, entry: &Entry<'_>) -> Result<(), Error> {
    let person = |text: &String| match text.split_once('<') {
        Some((name, email)) => {
            let name = name.trim();
            let email = email.trim().trim_end_matches('>').to_owned();
            ((!name.is_empty()).then(|| name.to_owned()), Some(email))
        }
        None => (Some(text.trim().to_owned()), None),
    };
    let people: Vec<_> = texts(&entry.value)?.iter().map(person).collect();
    draft.set_people(entry.name, &people);
    Ok(())
}

fn scripts(draft: &mut Draft, item: &Item<'_>) -> Result<(), Error> {
    for script in item.table()?.entries() {
        match script.value.is_text() {
            true => draft.set_in(&["scripts"], script.name, script.value.text()?),
            false => {
                let reason = "is not a function of a module; write it in [project.scripts] if it is";
                refuse(draft, &script.value, reason);
            }
        }
    }
    Ok(())
}

/// Dependencies, and Python, which poetry has among them.
fn dependencies(draft: &mut Draft, item: &Item<'_>, poetry: &Table<'_>) -> Result<(), Error> {
    let extras = extras(poetry)?;
    for entry in item.table()?.entries() {
        if entry.name == "python" {
            match specifiers(entry.value.text()?) {
                Some(any) if any.is_empty() => {}
                Some(python) => draft.set("requires-python", &python),
                None => refuse(draft, &entry.value, "is no constraint that specifiers can express"),
            }
            continue;
        }
        let Some(dependency) = dependency(draft, &entry)? else { continue };
        let of: Vec<&String> = extras
            .iter()
            .filter(|(_, names)| names.contains(&normal(entry.name)))
            .map(|(of, _)| of)
            .collect();
        if !dependency.is_optional {
            draft.add_dependency(&dependency.requirement);
        } else if of.is_empty() {
            // poetry writes no requirement for it either.
            draft.notes.push(format!("{} is optional and in no extra, so it is left out", entry.name));
        }
        for extra in of {
            draft.add_optional(extra, &dependency.requirement);
        }
    }
    Ok(())
}

/// The extras, each with the names of its packages.
fn extras(poetry: &Table<'_>) -> Result<Vec<(String, Vec<String>)>, Error> {
    let Some(item) = poetry.get("extras") else { return Ok(Vec::new()) };
    let names = |item: &Item<'_>| -> Result<Vec<String>, Error> {
        Ok(texts(item)?.iter().map(|name| normal(name)).collect())
    };
    item.table()?.entries().iter().map(|entry| Ok((entry.name.to_owned(), names(&entry.value)?))).collect()
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

struct Dependency {
    requirement: String,
    is_optional: bool,
}

fn dependency(draft: &mut Draft, entry: &Entry<'_>) -> Result<Option<Dependency>, Error> {
    let item = &entry.value;
    if item.is_text() {
        let constraint = constraint(draft, item)?;
        return Ok(constraint
            .map(|text| Dependency { requirement: format!("{}{text}", entry.name), is_optional: false }));
    }
    if !item.is_table() {
        refuse(draft, item, "has several constraints; write them as requirements with markers");
        return Ok(None);
    }
    let table = item.table()?;
    let known = ["version", "optional", "extras", "markers"];
    if let Some(other) = table.entries().iter().find(|entry| !known.contains(&entry.name)) {
        refuse(draft, &other.value, "has no exact equivalent among requirements; write the requirement");
        return Ok(None);
    }
    let Some(version) = table.get("version") else {
        refuse(draft, item, "has no version");
        return Ok(None);
    };
    let Some(specifiers) = constraint(draft, &version)? else { return Ok(None) };
    let extras = table.get("extras").map_or_else(|| Ok(Vec::new()), |item| texts(&item))?;
    let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
    let marker = line(&table, "markers")?.map_or_else(String::new, |marker| format!("; {marker}"));
    Ok(Some(Dependency {
        requirement: format!("{}{extras}{specifiers}{marker}", entry.name),
        is_optional: table.get("optional").map_or(Ok(false), |item| item.boolean())?,
    }))
}

fn constraint(draft: &mut Draft, item: &Item<'_>) -> Result<Option<String>, Error> {
    let found = specifiers(item.text()?);
    if found.is_none() {
        refuse(draft, item, "is no constraint that specifiers can express");
    }
    Ok(found)
}
