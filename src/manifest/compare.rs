//! In what an artifact that is there differs from its manifest.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::{ArtifactKind, Manifest, Member};

/// A difference between what a manifest says and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The member; none if it is the artifact as a whole.
    pub path: Option<String>,
    /// What is different.
    pub difference: Difference,
    /// What the manifest says, where it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What is there, where something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// What kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// It is not there.
    Missing,
    /// It is there, and not in the manifest.
    Added,
    /// It has another content.
    Changed,
    /// It has other permissions.
    Mode,
    /// It is of another kind.
    Kind,
    /// It is a link to something else.
    Target,
    /// Its bytecode is not what the manifest says of it.
    Bytecode,
    /// The members are in another order.
    Order,
    /// The bytes of the whole artifact are others.
    Artifact,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Difference::Missing => "missing",
            Difference::Added => "added",
            Difference::Changed => "changed",
            Difference::Mode => "mode",
            Difference::Kind => "kind",
            Difference::Target => "target",
            Difference::Bytecode => "bytecode",
            Difference::Order => "order",
            Difference::Artifact => "artifact",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.difference)?;
        if let Some(path) = &self.path {
            write!(f, " {path}")?;
        }
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => write!(f, ": {found}, and not {expected}"),
            _ => Ok(()),
        }
    }
}

/// In what an artifact, as it was looked at, differs from its manifest: of the whole first, then
/// member by member in the order of the manifest, then what was added.
///
/// ```
/// use pyrepro::manifest::{self, Difference, Scope};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.py"), "x = 1\n")?;
/// let before = manifest::describe(folder.path(), &Scope::default())?;
/// std::fs::write(folder.path().join("a.py"), "x = 2\n")?;
/// let now = manifest::describe(folder.path(), &Scope::default())?;
/// let changes = manifest::changes(&before, &now);
/// assert_eq!((changes.len(), changes[0].difference), (1, Difference::Changed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn changes(expected: &Manifest, found: &Manifest) -> Vec<Change> {
    let there: HashMap<&str, &Member> =
        found.members.iter().map(|member| (member.path.as_str(), member)).collect();
    let known: HashMap<&str, &Member> =
        expected.members.iter().map(|member| (member.path.as_str(), member)).collect();
    let mut changes = Vec::new();
    for member in &expected.members {
        match there.get(member.path.as_str()) {
            None => changes.push(Change::of(member, Difference::Missing)),
            Some(found) => changes.extend(member.changes(found)),
        }
    }
    if expected.artifact.kind == ArtifactKind::Bytecode {
        changes.extend(sources(expected, &there));
    }
    // Somebody else is responsible for all other files in the tree.
    if expected.artifact.kind != ArtifactKind::Bytecode {
        let added = found.members.iter().filter(|member| !known.contains_key(member.path.as_str()));
        changes.extend(added.map(|member| Change::of(member, Difference::Added)));
        changes.splice(0..0, whole(expected, found, changes.is_empty()));
    }
    changes
}

/// The sources lie in the tree that the bytecode is in.
fn sources(expected: &Manifest, there: &HashMap<&str, &Member>) -> Vec<Change> {
    let change = |path: &str, difference| Change {
        path: Some(path.to_owned()),
        difference,
        expected: None,
        found: None,
    };
    let inputs = expected.inputs.iter().flat_map(|inputs| &inputs.files);
    let differences = inputs.filter_map(|input| match there.get(input.path.as_str()) {
        None => Some(change(input.path.as_str(), Difference::Missing)),
        Some(found) if found.sha256 != Some(input.sha256) => {
            Some(change(input.path.as_str(), Difference::Changed))
        }
        Some(_) => None,
    });
    differences.collect()
}

/// What is different of the artifact as a whole. For a tree, the members say all that there is.
fn whole(expected: &Manifest, found: &Manifest, is_all: bool) -> Vec<Change> {
    let (a, b) = (&expected.artifact, &found.artifact);
    let change = |difference, expected: String, found: String| Change {
        path: None,
        difference,
        expected: Some(expected),
        found: Some(found),
    };
    let mut changes = Vec::new();
    if a.kind == ArtifactKind::Tree {
        return changes;
    }
    if (a.sha256, a.size) != (b.sha256, b.size) {
        let told = |sum, size| format!("sha256 {sum}, {size} bytes");
        changes.push(change(Difference::Artifact, told(a.sha256, a.size), told(b.sha256, b.size)));
    }
    let moved = expected.members.iter().zip(&found.members).find(|(a, b)| a.path != b.path);
    if let Some((a, b)) = moved.filter(|_| is_all) {
        changes.push(change(Difference::Order, a.path.to_string(), b.path.to_string()));
    }
    changes
}

impl Change {
    fn of(member: &Member, difference: Difference) -> Change {
        Change { path: Some(member.path.to_string()), difference, expected: None, found: None }
    }
}

impl Member {
    /// In what another member of the same path is different. Of another kind, it is nothing but that.
    fn changes(&self, found: &Member) -> Vec<Change> {
        fn told(value: Option<impl ToString>) -> Option<String> {
            value.map(|value| value.to_string())
        }
        let of = |difference, expected, found| Change { expected, found, ..Change::of(self, difference) };
        if self.kind != found.kind {
            return vec![of(Difference::Kind, told(Some(self.kind.name())), told(Some(found.kind.name())))];
        }
        let mut changes = Vec::new();
        if (self.sha256, self.size) != (found.sha256, found.size) {
            let told = |member: &Member| Some(format!("sha256 {}, {} bytes", member.sha256?, member.size?));
            changes.push(of(Difference::Changed, told(self), told(found)));
        } else if !self.says_the_same_of_bytecode(found) {
            changes.push(of(Difference::Bytecode, self.bytecode_in_words(), found.bytecode_in_words()));
        }
        if self.mode != found.mode {
            changes.push(of(Difference::Mode, told(self.mode), told(found.mode)));
        }
        if self.target != found.target {
            changes.push(of(Difference::Target, self.target.clone(), found.target.clone()));
        }
        changes
    }

    /// The level is in no bytecode, and not in every file name.
    fn says_the_same_of_bytecode(&self, found: &Member) -> bool {
        match (&self.bytecode, &found.bytecode) {
            (Some(a), Some(b)) => {
                let level = b.level.or(a.level);
                **a == super::Bytecode { level, ..(**b).clone() }
            }
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    fn bytecode_in_words(&self) -> Option<String> {
        let Some(bytecode) = &self.bytecode else { return Some("no bytecode".to_owned()) };
        let super::Bytecode { code_sha256, invalidation_mode, python, source, source_hash, level } =
            &**bytecode;
        let level = level.map(|level| format!(" level {level}")).unwrap_or_default();
        let hash = source_hash.as_deref().unwrap_or("-");
        Some(format!("Python {python}{level} {invalidation_mode} {hash} of {source}, code {code_sha256}"))
    }
}
