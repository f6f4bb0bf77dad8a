//! A published wheel held against a rebuilt one, member by member.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::derived;
use super::published::{Published, PublishedMember};
use crate::archive::zip;

/// Something that is not the same in the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberDifference {
    /// The member's path, or nothing for what lies outside of the members.
    pub member: String,
    /// What kind of difference.
    pub class: Class,
    /// What differs, in words.
    pub detail: String,
}

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Generated metadata has other fields: METADATA or WHEEL.
    Metadata,
    /// RECORD differs, by no more than the other members do.
    Record,
    /// Another generated member: entry points, licences, top_level.txt.
    Generated,
    /// The published member is not in the rebuild.
    Missing,
    /// The rebuild has a member that was not published.
    Added,
    /// Lines end otherwise, and that is all.
    LineEnds,
    /// The published member is a rebuilt one in another form: compressed, say. The detail says how.
    Derived,
    /// Machine code that is loaded with the same bytes; build id, debug information or symbols differ.
    Debug,
    /// Other content.
    Content,
    /// Machine code with other bytes.
    Native,
    /// The executable bit, or the kind of member.
    Mode,
    /// Bytes outside of the members, or a member that is there twice.
    Container,
}

impl Class {
    /// Whether a difference is of generated metadata alone.
    pub fn is_metadata(self) -> bool {
        matches!(self, Class::Metadata | Class::Record)
    }

    /// Whether the published member is derived from a rebuilt one, in a way that the detail says.
    pub fn is_explained(self) -> bool {
        matches!(self, Class::LineEnds | Class::Derived | Class::Debug)
    }

    /// Its name, as documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Class::Derived => "derived",
            Class::Debug => "debug",
            Class::Metadata => "metadata",
            Class::Record => "record",
            Class::Generated => "generated",
            Class::Missing => "missing",
            Class::Added => "added",
            Class::LineEnds => "line-ends",
            Class::Content => "content",
            Class::Native => "native",
            Class::Mode => "mode",
            Class::Container => "container",
        }
    }
}

/// All differences, in the order of the members' paths.
pub fn compare(published: &Published, rebuilt: &Published) -> Vec<MemberDifference> {
    let mut differences = outside(published);
    let (ours, theirs) = (by_path(rebuilt), by_path(published));
    for (path, member) in &theirs {
        match ours.get(path) {
            Some(other) => differences.extend(member_difference(member, other, published, rebuilt)),
            None => differences.push(difference(path, Class::Missing, "published, and not in the rebuild")),
        }
    }
    for path in ours.keys().filter(|path| !theirs.contains_key(*path)) {
        differences.push(difference(path, Class::Added, "in the rebuild, and not published"));
    }
    derived::explain(published, rebuilt, &mut differences);
    differences.sort_by(|a, b| a.member.cmp(&b.member));
    differences
}

fn difference(member: &str, class: Class, detail: impl Into<String>) -> MemberDifference {
    MemberDifference { member: member.to_owned(), class, detail: detail.into() }
}

/// What a reader of the members alone would not see.
fn outside(published: &Published) -> Vec<MemberDifference> {
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for member in published.members.iter().filter(|member| !seen.insert(member.path())) {
        found.push(difference(member.path(), Class::Container, "the published wheel has this member twice"));
    }
    if let Some(hidden) = &published.hidden {
        found.push(difference("", Class::Container, hidden.clone()));
    }
    found
}

fn by_path(wheel: &Published) -> BTreeMap<&str, &PublishedMember> {
    wheel.members.iter().filter(|member| member.has_content()).map(|member| (member.path(), member)).collect()
}

fn member_difference(
    published: &PublishedMember,
    rebuilt: &PublishedMember,
    wheel: &Published,
    other: &Published,
) -> Option<MemberDifference> {
    let path = published.path();
    if published.facts.kind != rebuilt.facts.kind {
        return Some(difference(path, Class::Mode, "one is a file, the other is not"));
    }
    if published.digest == rebuilt.digest {
        return mode_difference(published, rebuilt);
    }
    let inside = path.split_once('/').filter(|(folder, _)| folder.ends_with(".dist-info"));
    let difference = match inside.map(|(_, name)| name) {
        Some("RECORD") => difference(path, Class::Record, "rows of members that differ"),
        Some(name @ ("METADATA" | "WHEEL")) => {
            difference(path, Class::Metadata, fields_that_differ(&wheel.text(name), &other.text(name)))
        }
        Some(name) if same_but_for_line_ends(wheel.generated.get(name), other.generated.get(name)) => {
            difference(path, Class::LineEnds, "lines end with CR LF in one and LF in the other")
        }
        Some(name) if same_json(wheel.generated.get(name), other.generated.get(name)) => {
            difference(path, Class::Metadata, "the same values in another order")
        }
        Some(_) => difference(path, Class::Generated, sizes(&published.facts, &rebuilt.facts)),
        None if is_native(path) => difference(path, Class::Native, sizes(&published.facts, &rebuilt.facts)),
        None => difference(path, Class::Content, sizes(&published.facts, &rebuilt.facts)),
    };
    Some(difference)
}

fn mode_difference(published: &PublishedMember, rebuilt: &PublishedMember) -> Option<MemberDifference> {
    let executable = |member: &zip::Member| member.mode().map(|mode| mode & 0o111 != 0);
    let (theirs, ours) = (executable(&published.facts)?, executable(&rebuilt.facts)?);
    let word = |is: bool| if is { "executable" } else { "not executable" };
    (theirs != ours).then(|| {
        let detail = format!("published {}, rebuilt {}", word(theirs), word(ours));
        difference(published.path(), Class::Mode, detail)
    })
}

fn sizes(published: &zip::Member, rebuilt: &zip::Member) -> String {
    format!("published {} bytes, rebuilt {} bytes", published.size, rebuilt.size)
}

fn same_but_for_line_ends(a: Option<&Vec<u8>>, b: Option<&Vec<u8>>) -> bool {
    let lines = |content: &Vec<u8>| String::from_utf8_lossy(content).replace("\r\n", "\n");
    a.zip(b).is_some_and(|(a, b)| lines(a) == lines(b))
}

/// Whether two texts are JSON documents of equal values.
fn same_json(a: Option<&Vec<u8>>, b: Option<&Vec<u8>>) -> bool {
    let value = |content: &Vec<u8>| serde_json::from_slice::<serde_json::Value>(content).ok();
    a.and_then(value).zip(b.and_then(value)).is_some_and(|(a, b)| a == b)
}

/// Whether a member is machine code by its name.
pub(super) fn is_native(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    [".so", ".pyd", ".dll", ".dylib", ".a", ".lib", ".exe"].iter().any(|ending| name.ends_with(ending))
        || name.contains(".so.")
}

/// Names the fields of two heads that differ, and the body.
fn fields_that_differ(published: &str, rebuilt: &str) -> String {
    let (theirs, ours) = (values(published), values(rebuilt));
    let names: std::collections::BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let mut told: Vec<String> = Vec::new();
    for name in names {
        let (theirs, ours) = (theirs.get(name), ours.get(name));
        if theirs == ours {
            continue;
        }
        let none = Vec::new();
        let (theirs, ours) = (theirs.unwrap_or(&none), ours.unwrap_or(&none));
        told.push(format!("{name}: published {}, rebuilt {}", beyond(theirs, ours), beyond(ours, theirs)));
    }
    let body = |text: &str| text.replace("\r\n", "\n").split_once("\n\n").map(|(_, body)| body.to_owned());
    if body(published) != body(rebuilt) {
        told.push("the description".to_owned());
    }
    match told.is_empty() {
        true if published.contains("\r\n") != rebuilt.contains("\r\n") => "line ends".to_owned(),
        true => "the order or layout of fields".to_owned(),
        false => told.join("; "),
    }
}

/// The values that the other does not have.
fn beyond(values: &[String], others: &[String]) -> String {
    let only: Vec<&String> = values.iter().filter(|value| !others.contains(value)).collect();
    match only[..] {
        _ if values.is_empty() => "absent".to_owned(),
        [] => "the same in another order".to_owned(),
        [one] => format!("{:?}", one.chars().take(80).collect::<String>()),
        [one, ..] => format!("{:?} and {} more", one.chars().take(80).collect::<String>(), only.len() - 1),
    }
}

fn values(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in super::published::fields(text) {
        values.entry(name).or_default().push(value);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_with_both_values() {
        let published = "Metadata-Version: 2.1\nName: a\nRequires-Dist: evil\n\nbody\n";
        let rebuilt = "Metadata-Version: 2.4\nName: a\n\nbody\n";
        assert_eq!(
            fields_that_differ(published, rebuilt),
            "Metadata-Version: published \"2.1\", rebuilt \"2.4\"; Requires-Dist: published \"evil\", rebuilt absent"
        );
        assert_eq!(fields_that_differ("A: 1\r\n\r\nx", "A: 1\n\nx"), "line ends");
    }
}
