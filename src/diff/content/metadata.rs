//! METADATA, PKG-INFO and WHEEL: headers as e-mails have them, and a description.

use std::collections::{HashMap, HashSet};

use super::super::options::Options;
use super::super::report::{Fact, Section};
use super::{fields, text};

pub(super) fn sections(texts: [&str; 2], options: &Options) -> Vec<Section> {
    let [(a, description_a), (b, description_b)] = texts.map(parse);
    let mut sections = fields("fields", differences(&a, &b), options);
    sections.extend(text::lines("description", description_a, description_b, options));
    sections
}

type Fields = Vec<(String, String)>;

/// The fields, continued lines joined, and what follows the first empty line.
fn parse(text: &str) -> (Fields, &str) {
    let mut fields: Fields = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        match (line.split_once(':'), fields.last_mut()) {
            (_, Some((_, value))) if line.starts_with([' ', '\t']) => {
                value.push('\n');
                value.push_str(line.trim_start());
            }
            (Some((name, value)), _) => fields.push((name.to_owned(), value.trim().to_owned())),
            (None, _) => fields.push((line.to_owned(), String::new())),
        }
    }
    (fields, &text[at..])
}

/// The values of each name that only one side has. A name's values that are the same in another order
/// are told as such.
fn differences(a: &Fields, b: &Fields) -> Vec<Fact> {
    let [ours, theirs] = [by_name(a), by_name(b)];
    let mut seen = HashSet::new();
    let names = a.iter().chain(b).map(|(name, _)| name.as_str()).filter(|name| seen.insert(*name));
    let none = Vec::new();
    let of = |fields: &HashMap<_, Vec<_>>, name| fields.get(name).unwrap_or(&none).clone();
    let mut facts: Vec<Fact> =
        names.flat_map(|name| of_name(name, &of(&ours, name), &of(&theirs, name))).collect();
    if facts.is_empty() && a != b {
        let order =
            |fields: &Fields| fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        facts.push(Fact { name: "order of fields".into(), a: Some(order(a)), b: Some(order(b)) });
    }
    facts
}

/// The values of each name, in order.
fn by_name(fields: &Fields) -> HashMap<&str, Vec<&str>> {
    let mut names: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, value) in fields {
        names.entry(name).or_default().push(value);
    }
    names
}

fn of_name(name: &str, ours: &[&str], theirs: &[&str]) -> Vec<Fact> {
    let lacking = |list: &[&str], other: &[&str]| -> Vec<String> {
        let other: HashSet<&str> = other.iter().copied().collect();
        list.iter().filter(|value| !other.contains(*value)).map(|value| (*value).to_owned()).collect()
    };
    let (gone, new) = (lacking(ours, theirs), lacking(theirs, ours));
    if gone.is_empty() && new.is_empty() {
        let joined = |list: &[&str]| Some(list.join(", "));
        let name =
            if ours.len() == theirs.len() { format!("{name}, order") } else { format!("{name}, repeated") };
        return if ours == theirs { vec![] } else { vec![Fact { name, a: joined(ours), b: joined(theirs) }] };
    }
    let count = gone.len().max(new.len());
    let pair =
        |index: usize| Fact { name: name.into(), a: gone.get(index).cloned(), b: new.get(index).cloned() };
    (0..count).map(pair).collect()
}
