//! What a project is imported as (PEP 794).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{BadValue, Error, Item, Problem, Table};

/// A name that a project provides for imports.
///
/// ```
/// use pyrepro::project::ImportName;
///
/// let name: ImportName = "_orchard ;private".parse()?;
/// assert!(name.is_private);
/// assert_eq!(name.to_string(), "_orchard; private");
/// assert!("orchard.class".parse::<ImportName>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportName {
    /// The dotted name.
    pub name: String,
    /// Whether it is no part of what the project offers to others.
    pub is_private: bool,
}

impl fmt::Display for ImportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, if self.is_private { "; private" } else { "" })
    }
}

impl FromStr for ImportName {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<ImportName, BadValue> {
        let (name, note) = match text.split_once(';') {
            Some((name, note)) => (name.trim_end(), Some(note.trim_start())),
            None => (text, None),
        };
        let is_good = |part: &str| is_identifier(part) && !KEYWORDS.contains(&part);
        if !name.split('.').all(is_good) || note.is_some_and(|note| note != "private") {
            return Err(BadValue::new(
                text,
                "names that can be imported, such as `a.b`, with `; private` after them or not",
            ));
        }
        Ok(ImportName { name: name.to_owned(), is_private: note.is_some() })
    }
}

/// What is provided exclusively, if anything is said of that, and what is shared with others.
pub(super) type ImportNames = (Option<Vec<ImportName>>, Vec<ImportName>);

/// Reads `project.import-names` and `project.import-namespaces`.
pub(super) fn read(project: &Table<'_>) -> Result<ImportNames, Error> {
    let (names, namespaces) = (project.get("import-names"), project.get("import-namespaces"));
    let read = |item: &Option<Item<'_>>| item.as_ref().map(Item::parse_each).transpose();
    let (own, shared): (Option<Vec<ImportName>>, Option<Vec<ImportName>>) =
        (read(&names)?, read(&namespaces)?);
    let mut known = BTreeMap::new();
    for (item, list) in [(names, &own), (namespaces, &shared)] {
        let items = item.map_or_else(|| Ok(Vec::new()), |item| item.array())?;
        for (item, name) in items.into_iter().zip(list.iter().flatten()) {
            if let Some(other) = known.get(name.name.as_str()) {
                let other: &Item<'_> = other;
                let problem =
                    format!("{:?} is in {} too; it can be in one place alone", name.name, other.key());
                return Err(item.error(Problem::Conflict(problem)));
            }
            known.insert(name.name.as_str(), item);
        }
    }
    parents_are_known(&known)?;
    Ok((own, shared.unwrap_or_default()))
}

/// A dotted name is complete only if everything above it is named, too.
fn parents_are_known(known: &BTreeMap<&str, Item<'_>>) -> Result<(), Error> {
    for (name, item) in known {
        if let Some((parent, _)) = name.rsplit_once('.')
            && !known.contains_key(parent)
        {
            let problem =
                format!("found {name:?}; {parent:?} has to be in import-names or import-namespaces, too");
            return Err(item.error(Problem::Conflict(problem)));
        }
    }
    Ok(())
}

/// Whether Python may take a text for a name. Letters that only Python's tables know as such pass.
pub(super) fn is_identifier(text: &str) -> bool {
    let is_inner =
        |c: char| c == '_' || c.is_alphanumeric() || !c.is_ascii() && !c.is_whitespace() && !c.is_control();
    text.chars().next().is_some_and(|first| is_inner(first) && !first.is_numeric())
        && text.chars().all(is_inner)
}

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
