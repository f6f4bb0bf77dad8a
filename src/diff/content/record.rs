//! RECORD of a wheel: the hash and size of each file.

use super::super::options::Options;
use super::super::report::{Fact, Section};
use super::{fields, keyed};

/// None where a line is no row.
pub(super) fn sections(texts: [&str; 2], options: &Options) -> Option<Vec<Section>> {
    let [a, b] = texts.map(rows);
    let (a, b) = (a?, b?);
    let mut facts = keyed(a.clone(), b.clone());
    if facts.is_empty() && a != b {
        let moved = a.iter().zip(&b).find(|(ours, theirs)| ours != theirs);
        let first = |row: Option<&(String, String)>| row.map(|(path, _)| format!("{path} comes first"));
        let (ours, theirs) = moved.unzip();
        facts.push(Fact { name: "order of rows".into(), a: first(ours), b: first(theirs) });
    }
    Some(fields("rows", facts, options))
}

/// Each path, with the rest of its row in words.
fn rows(text: &str) -> Option<Vec<(String, String)>> {
    text.lines().filter(|line| !line.is_empty()).map(row).collect()
}

fn row(line: &str) -> Option<(String, String)> {
    let mut parts = line.rsplitn(3, ',');
    let (size, hash, path) = (parts.next()?, parts.next()?, parts.next()?);
    let path = match path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => path.to_owned(),
    };
    let said = match (hash, size) {
        ("", "") => "without hash".to_owned(),
        (hash, "") => hash.to_owned(),
        (hash, size) => format!("{hash}, {size} bytes"),
    };
    Some((path, said))
}
