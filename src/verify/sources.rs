//! Where the files are that an artifact is to be built of again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::archive::Digest;
use crate::dist::{Input, Role};
use crate::manifest::Inputs;
use crate::unpack::{UnpackError, unpack};

/// Where to look for what a manifest names.
///
/// ```
/// use pyrepro::verify::Sources;
///
/// let sources = Sources { source: Some("src".into()), find_links: vec!["wheels".into()] };
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The source: a folder, a source distribution, or a file that is an input itself, such as a wheel.
    pub source: Option<PathBuf>,
    /// Folders with the wheels, archives and lists that are inputs themselves.
    pub find_links: Vec<PathBuf>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The source folder.
    pub folder: Option<PathBuf>,
    /// Files that are inputs themselves.
    pub files: Vec<(Role, PathBuf)>,
    /// Inputs that are nowhere.
    pub missing: Vec<(Role, String)>,
}

impl Sources {
    /// Finds the inputs, and unpacks the source where it is an archive.
    pub(super) fn find(&self, inputs: &Inputs, scratch: &Path) -> Result<Found, UnpackError> {
        let mut found = Found::default();
        let of_source = |input: &&Input| input.role == Role::Source;
        let named = inputs.files.iter().filter(|input| !of_source(input));
        for input in named {
            match self.file(input) {
                Some(place) => found.files.push((input.role, place)),
                None => found.missing.push((input.role, input.path.to_string())),
            }
        }
        let is_input = |path: &Path| found.files.iter().any(|(_, place)| place == path);
        found.folder = match &self.source {
            Some(path) if path.is_dir() => Some(path.clone()),
            Some(path) if !is_input(path) => Some(unpacked(path, scratch)?),
            _ => None,
        };
        if found.folder.is_none()
            && let Some(first) = inputs.files.iter().find(of_source)
        {
            found.missing.push((Role::Source, first.path.to_string()));
        }
        Ok(found)
    }

    /// The file that an input is: one of its name, or that which was named if it is the same.
    fn file(&self, input: &Input) -> Option<PathBuf> {
        let mut source = self.source.iter().filter(|source| source.is_file());
        let is_it = |path: &&PathBuf| {
            path.file_name().is_some_and(|name| name == input.path.as_str())
                || digest(path) == Some(input.sha256)
        };
        let named = source.find(is_it).cloned();
        named.or_else(|| {
            let places = self.find_links.iter().map(|folder| folder.join(input.path.as_str()));
            places.into_iter().find(|place| place.is_file())
        })
    }
}

/// Unpacks an archive, and gives the folder of the source: of a source distribution its only folder, of a wheel
/// the whole.
fn unpacked(path: &Path, into: &Path) -> Result<PathBuf, UnpackError> {
    unpack(path, into)?;
    let inside = std::fs::read_dir(into).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let inside = inside.map_err(|source| UnpackError::Io { path: into.to_owned(), source })?;
    Ok(match &inside[..] {
        [only] if only.path().is_dir() => only.path(),
        _ => into.to_owned(),
    })
}

fn digest(path: &Path) -> Option<Digest> {
    Digest::of_reader(std::fs::File::open(path).ok()?).ok().map(|(sum, _)| sum)
}

/// An input that is another than the one that the manifest was written for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputChange {
    /// What part it has.
    pub role: Role,
    /// Its path.
    pub path: String,
    /// In what it is different.
    pub difference: InputDifference,
}

/// In what an input is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputDifference {
    /// It is not there.
    Missing,
    /// It is there, and the manifest does not have it.
    Added,
    /// It has another content.
    Changed,
    /// It may be executed, or not.
    Mode,
}

impl InputDifference {
    /// All of them.
    pub const ALL: [InputDifference; 4] =
        [InputDifference::Changed, InputDifference::Mode, InputDifference::Missing, InputDifference::Added];

    /// In words, of one input or of several.
    pub fn words(self, several: bool) -> &'static str {
        match (self, several) {
            (InputDifference::Missing, false) => "is missing",
            (InputDifference::Missing, true) => "are missing",
            (InputDifference::Added, false) => "is new",
            (InputDifference::Added, true) => "are new",
            (InputDifference::Changed, false) => "was changed",
            (InputDifference::Changed, true) => "were changed",
            (InputDifference::Mode, false) => "has another executable bit",
            (InputDifference::Mode, true) => "have other executable bits",
        }
    }
}

/// Every input that differs, by role and path.
pub(super) fn changes(recorded: &[Input], found: &[Input]) -> Vec<InputChange> {
    let mut left: BTreeMap<_, _> = found.iter().map(|input| ((input.role, &input.path), input)).collect();
    let change = |input: &Input, difference| InputChange {
        role: input.role,
        path: input.path.to_string(),
        difference,
    };
    let mut changes = Vec::new();
    for input in recorded {
        match left.remove(&(input.role, &input.path)) {
            None => changes.push(change(input, InputDifference::Missing)),
            Some(there) if (there.sha256, there.size) != (input.sha256, input.size) => {
                changes.push(change(input, InputDifference::Changed));
            }
            Some(there) if there.mode != input.mode => changes.push(change(input, InputDifference::Mode)),
            Some(_) => {}
        }
    }
    changes.extend(left.into_values().map(|input| change(input, InputDifference::Added)));
    changes
}
