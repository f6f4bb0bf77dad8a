//! Trove classifiers.

use super::{Error, Item, License, Problem, Warning};

/// Reads `project.classifiers`. Which ones an index knows changes, so their form alone is checked.
pub(super) fn read(
    item: Option<Item<'_>>,
    license: Option<&License>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<String>, Error> {
    let Some(item) = item else { return Ok(Vec::new()) };
    let mut classifiers: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    let mut is_license_told = false;
    for item in item.array()? {
        let text = item.word()?;
        let parts: Vec<&str> = text.split(" :: ").collect();
        if parts.len() < 2
            || parts.iter().any(|part| part.is_empty() || part.trim() != *part || part.contains("::"))
        {
            return Err(item.refused("classifiers such as `Programming Language :: Python :: 3`"));
        }
        if parts[0] == "License" {
            if let Some(License::Expression(_)) = license {
                let problem =
                    "licence classifiers cannot stand beside a licence expression; remove this one (PEP 639)";
                return Err(item.error(Problem::Conflict(format!("found {text:?}; {problem}"))));
            }
            if !is_license_told {
                let message =
                    "licence classifiers are deprecated; write an SPDX expression in project.license";
                warnings.push(item.warning(message));
                is_license_told = true;
            }
        }
        if known.insert(text) {
            classifiers.push(text.to_owned());
        }
    }
    Ok(classifiers)
}
