//! What a project needs for its extras.

use std::collections::HashMap;

use super::{BadValue, Error, Item, Name, Problem, Requirement};

/// Reads `project.optional-dependencies`.
pub(super) fn optional(item: Option<Item<'_>>) -> Result<Vec<(Name, Vec<Requirement>)>, Error> {
    let Some(item) = item else { return Ok(Vec::new()) };
    let mut extras = Vec::new();
    let mut known = HashMap::new();
    for entry in item.table()?.entries() {
        let extra: Name = entry.name.parse().map_err(|bad: BadValue| entry.error(bad))?;
        if let Some(other) = known.insert(extra.normalized().to_owned(), entry.name) {
            let problem =
                format!("found {:?} beside {other:?}, and both mean {}", entry.name, extra.normalized());
            return Err(entry.error(Problem::Conflict(problem)));
        }
        extras.push((extra, entry.value.parse_each()?));
    }
    Ok(extras)
}
