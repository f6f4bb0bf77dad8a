//! Commands and plug-ins.

use std::collections::BTreeMap;
use std::fmt;

use super::import_name::is_identifier;
use super::item::{Entry, breaks_lines};
use super::{Error, Item, Name, Problem, Table};

/// Groups of names for objects; displayed, it is the text of entry_points.txt.
///
/// ```
/// use pyrepro::project::Project;
///
/// let project = Project::parse(b"[project]\nname='a'\nversion='1'\nscripts={pick='orchard.cli:main'}\n")?;
/// assert_eq!(project.entry_points.to_string(), "[console_scripts]\npick = orchard.cli:main\n");
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryPoints {
    /// What is installed as commands: names with references such as `module:function`.
    pub scripts: BTreeMap<String, String>,
    /// The same for commands without a console.
    pub gui_scripts: BTreeMap<String, String>,
    /// All other groups.
    pub groups: BTreeMap<String, BTreeMap<String, String>>,
}

const SCRIPTS: &str = "console_scripts";
const GUI_SCRIPTS: &str = "gui_scripts";

impl EntryPoints {
    /// Whether there are none, and so no entry_points.txt.
    ///
    /// ```
    /// # use pyrepro::project::EntryPoints;
    /// assert!(EntryPoints::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.sections().next().is_none()
    }

    /// The groups that have entries, in the order of the file.
    fn sections(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, String>)> {
        let scripts = [(SCRIPTS, &self.scripts), (GUI_SCRIPTS, &self.gui_scripts)];
        let groups = self.groups.iter().map(|(name, entries)| (name.as_str(), entries));
        scripts.into_iter().chain(groups).filter(|(_, entries)| !entries.is_empty())
    }

    /// Reads `scripts`, `gui-scripts` and `entry-points` of the project.
    pub(super) fn read(project: &Table<'_>) -> Result<EntryPoints, Error> {
        let scripts =
            project.get("scripts").map_or_else(|| Ok(BTreeMap::new()), |item| entries(&item, script))?;
        let mut gui_scripts = BTreeMap::new();
        if let Some(item) = project.get("gui-scripts") {
            gui_scripts = entries(&item, script)?;
            if let Some(name) = gui_scripts.keys().find(|name| scripts.contains_key(*name)) {
                let problem = format!("{name:?} is in project.scripts too, and both would be the same file");
                return Err(item.error(Problem::Conflict(problem)));
            }
        }
        let mut groups = BTreeMap::new();
        if let Some(item) = project.get("entry-points") {
            for entry in item.table()?.entries() {
                groups.insert(group_name(&entry)?.to_owned(), entries(&entry.value, plugin)?);
            }
        }
        Ok(EntryPoints { scripts, gui_scripts, groups })
    }
}

impl fmt::Display for EntryPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (group, entries)) in self.sections().enumerate() {
            writeln!(f, "{}[{group}]", if index > 0 { "\n" } else { "" })?;
            for (name, reference) in entries {
                writeln!(f, "{name} = {reference}")?;
            }
        }
        Ok(())
    }
}

fn group_name<'a>(entry: &Entry<'a>) -> Result<&'a str, Error> {
    let key = match entry.name {
        SCRIPTS => "project.scripts",
        GUI_SCRIPTS => "project.gui-scripts",
        name => {
            let is_word =
                |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
            // Hyphens are not in the specification, and in use.
            let good = name.split('.').all(|part| is_word(&part.replace('-', "_")));
            return if good { Ok(name) } else { Err(entry.refused("names of words with dots between them")) };
        }
    };
    Err(entry.error(Problem::Conflict(format!("this group is reserved; write its entries to {key}"))))
}

type Check = fn(&Entry<'_>) -> Result<String, Error>;

fn entries(item: &Item<'_>, check: Check) -> Result<BTreeMap<String, String>, Error> {
    item.table()?.entries().iter().map(|entry| Ok((entry.name.to_owned(), check(entry)?))).collect()
}

/// The reference of something that becomes a file of its name.
fn script(entry: &Entry<'_>) -> Result<String, Error> {
    let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    let is_folder = matches!(entry.name, "." | "..");
    if entry.name.is_empty() || is_folder || !entry.name.chars().all(is_fit) {
        return Err(entry.refused("names of files made of letters, digits, `-`, `_`, `.` and `+`"));
    }
    let reference = reference(&entry.value)?;
    if !reference.contains(':') {
        return Err(entry.value.refused("a function to call, such as `package.module:function`"));
    }
    Ok(reference)
}

fn plugin(entry: &Entry<'_>) -> Result<String, Error> {
    let name = entry.name;
    let is_bad =
        name.is_empty() || name.trim() != name || name.contains('=') || name.chars().any(breaks_lines);
    // These start sections and comments.
    if is_bad || name.starts_with(['[', '#', ';']) {
        return Err(
            entry.refused("names without `=`, line breaks, white space around them, and [ # ; in front")
        );
    }
    if entry.value.is_table() {
        return Err(entry.value.wrong_type("a string; groups are one level deep, so quote names with dots"));
    }
    reference(&entry.value)
}

/// An object reference in a uniform spelling.
fn reference(item: &Item<'_>) -> Result<String, Error> {
    let text = item.line()?;
    normal(text).ok_or_else(|| {
        item.refused("references such as `package.module` or `package.module:object.attribute`")
    })
}

fn normal(text: &str) -> Option<String> {
    let (object, extras) = match text.split_once('[') {
        Some((object, extras)) => (object.trim(), Some(extras.strip_suffix(']')?)),
        None => (text, None),
    };
    let (module, attribute) = match object.split_once(':') {
        Some((module, attribute)) => (module.trim(), Some(attribute.trim())),
        None => (object, None),
    };
    let is_dotted = |name: &str| name.split('.').all(is_identifier);
    if !is_dotted(module) || !attribute.is_none_or(is_dotted) {
        return None;
    }
    let attribute = attribute.map_or_else(String::new, |attribute| format!(":{attribute}"));
    let extras = extras.map_or_else(|| Some(String::new()), normal_extras)?;
    Some(format!("{module}{attribute}{extras}"))
}

/// Extras that an entry point needs: deprecated, and still read.
fn normal_extras(text: &str) -> Option<String> {
    let names: Result<Vec<Name>, _> = text.split(',').map(|name| name.trim().parse()).collect();
    let names: Vec<String> = names.ok()?.iter().map(|name| name.normalized().to_owned()).collect();
    Some(format!(" [{}]", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_a_uniform_spelling() {
        let forms = [
            ("a", "a"),
            ("a.b:c", "a.b:c"),
            ("a : b.c", "a:b.c"),
            ("größe:maß", "größe:maß"),
            ("a:b[X_y, z]", "a:b [x-y, z]"),
        ];
        for (written, form) in forms {
            assert_eq!(normal(written).as_deref(), Some(form));
        }
        for text in [
            "", ":", "a:", ":b", "a b", "a-b:c", "a..b", "a:b:c", "a:b()", "a:b [", "a:b []", "1a", "a/b.py",
            "a:1",
        ] {
            assert_eq!(normal(text), None, "{text:?}");
        }
    }
}
