//! Fields of headers: how they are shown, and the bytes that tell whether they differ.

use super::report::Fact;

/// A field that a container has for itself or for a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shown: String,
    /// What is compared where both sides have the same format.
    pub(super) raw: Vec<u8>,
    /// Whether it says nothing where the content differs, because it follows from that.
    pub(super) follows: bool,
}

impl Field {
    pub(super) fn new(name: &'static str, shown: impl Into<String>, raw: impl Into<Vec<u8>>) -> Field {
        Field { name, shown: shown.into(), raw: raw.into(), follows: false }
    }

    /// A field whose value says it all.
    pub(super) fn said(name: &'static str, shown: impl Into<String>) -> Field {
        let shown = shown.into();
        Field::new(name, shown.clone(), shown)
    }

    /// Marks it as one that follows from the content.
    pub(super) fn following(self) -> Field {
        Field { follows: true, ..self }
    }
}

/// Whether two lists of fields are of the same format, so that all of both can be compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Formats {
    Same,
    /// Only what means the same everywhere: the mode. Times of zip files are in no zone.
    Other,
}

const EVERYWHERE: &str = "mode";

/// The fields that differ. Those that follow from content count only if that is the same.
pub(super) fn differences(a: &[Field], b: &[Field], formats: Formats, same_content: bool) -> Vec<Fact> {
    if a == b {
        return vec![];
    }
    let counts = |field: &&Field| same_content || !field.follows;
    let find = |list: &'_ [Field], name: &str| list.iter().find(|field| field.name == name).cloned();
    let mut facts = Vec::new();
    for field in a.iter().filter(counts) {
        match (find(b, field.name), formats) {
            (Some(other), Formats::Same) if other.raw != field.raw => facts.push(fact(field, &other)),
            (Some(other), Formats::Other) if field.name == EVERYWHERE && other.shown != field.shown => {
                facts.push(fact(field, &other));
            }
            (None, Formats::Same) => {
                facts.push(Fact { name: field.name.into(), a: Some(field.shown.clone()), b: None });
            }
            _ => {}
        }
    }
    if formats == Formats::Same {
        let lacks = |field: &&Field| !a.iter().any(|other| other.name == field.name);
        facts.extend(b.iter().filter(counts).filter(lacks).map(|field| Fact {
            name: field.name.into(),
            a: None,
            b: Some(field.shown.clone()),
        }));
    }
    without_echoes(facts, a, b)
}

fn fact(a: &Field, b: &Field) -> Fact {
    let shown = |field: &Field| match a.shown == b.shown {
        true => format!("{} ({})", field.shown, escaped(&field.raw)),
        false => field.shown.clone(),
    };
    Fact { name: a.name.into(), a: Some(shown(a)), b: Some(shown(b)) }
}

/// What ends the name of a field that says again what another one does.
pub(super) const AGAIN: &str = " in the local header";

/// Takes away what the local header of a zip file repeats.
fn without_echoes(mut facts: Vec<Fact>, a: &[Field], b: &[Field]) -> Vec<Fact> {
    let same_again = |list: &[Field], name: &str| {
        let value = |name: &str| list.iter().find(|field| field.name == name).map(|field| &field.shown);
        name.strip_suffix(AGAIN).is_some_and(|first| value(first).is_some() && value(first) == value(name))
    };
    facts.retain(|fact| !(same_again(a, &fact.name) && same_again(b, &fact.name)));
    facts
}

/// Bytes as text where they are that, in hexadecimal digits otherwise; cut where they are many.
pub(super) fn escaped(bytes: &[u8]) -> String {
    const MOST: usize = 64;
    let cut = &bytes[..bytes.len().min(MOST)];
    let mut text = match std::str::from_utf8(cut) {
        Ok(text) if !text.chars().any(char::is_control) => format!("{text:?}"),
        _ => hex(cut),
    };
    if cut.len() < bytes.len() {
        text.push_str(&format!("… {} bytes", bytes.len()));
    }
    text
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
