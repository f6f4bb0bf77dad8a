//! What `project.dynamic` leaves to the project's files.

use super::location::Location;
use super::{BadValue, Error, Item, KEYS, Problem, Table, suggestion};

/// The items of `project.dynamic`, each with its name.
pub(super) struct Dynamic<'d>(Vec<(&'d str, Item<'d>)>);

/// What the modules have to tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Where the description is said to be theirs.
    pub(super) description: Option<Location>,
    pub(super) import_names: bool,
    pub(super) import_namespaces: bool,
}

/// What can be found without running anything.
const FOUND: [&str; 5] = ["version", "description", "readme", "import-names", "import-namespaces"];

impl<'d> Dynamic<'d> {
    pub(super) fn read(project: &Table<'d>) -> Result<Dynamic<'d>, Error> {
        let mut found = Vec::new();
        for item in project.get("dynamic").map_or_else(|| Ok(Vec::new()), |item| item.array())? {
            let name = item.line()?;
            if !FOUND.contains(&name) {
                return Err(item.error(unknown(name)));
            }
            if let Some(value) = project.get(name) {
                let problem = "is in project.dynamic, too; it can be in one place alone";
                return Err(value.error(Problem::Conflict(problem.into())));
            }
            found.push((name, item));
        }
        Ok(Dynamic(found))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Item<'d>> {
        self.0.iter().find(|(found, _)| *found == name).map(|(_, item)| item)
    }

    pub(super) fn places(&self) -> Places {
        Places {
            description: self.get("description").map(|item| item.place().clone()),
            import_names: self.get("import-names").is_some(),
            import_namespaces: self.get("import-namespaces").is_some(),
        }
    }
}

fn unknown(name: &str) -> BadValue {
    let reason =
        if KEYS.contains(&name) { ", since pyrepro runs no code that could give others" } else { "" };
    let suggestion = suggestion::nearest(name, FOUND).map(str::to_owned);
    BadValue { suggestion, ..BadValue::new(name, format!("{}{reason}", FOUND.join(", "))) }
}
