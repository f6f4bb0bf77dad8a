//! What differs between two contents, by what they are.

pub(super) mod bytecode;
mod entry_points;
mod hexdump;
mod json;
mod metadata;
mod record;
mod text;

use std::io;

use super::blob::Blob;
use super::kind::{Kind, is_text};
use super::options::Options;
use super::report::{Body, Fact, Section};

/// What is larger is not compared line by line.
const LARGEST_TEXT: u64 = 8 << 20;

/// What differs between two contents that are known to.
pub(super) fn sections(
    names: [&str; 2],
    kinds: [Kind; 2],
    blobs: [&Blob; 2],
    options: &Options,
) -> io::Result<Vec<Section>> {
    let texts = kinds == [Kind::Text; 2];
    if !texts || blobs.iter().any(|blob| blob.len() > LARGEST_TEXT) {
        let large = texts
            .then(|| note(format!("larger than {} MiB, so not compared line by line", LARGEST_TEXT >> 20)));
        return Ok(large.into_iter().chain(hexdump::sections(blobs)?).collect());
    }
    let bytes = [blobs[0].bytes(0..LARGEST_TEXT)?, blobs[1].bytes(0..LARGEST_TEXT)?];
    if !bytes.iter().all(|bytes| is_text(bytes)) {
        return hexdump::sections(blobs);
    }
    let [a, b] = [text::decode(&bytes[0]), text::decode(&bytes[1])];
    let mut sections: Vec<Section> = structured(names, [&a.text, &b.text], options).unwrap_or_default();
    let told = sections.iter().any(|section| !matches!(section.body, Body::Notes(_)));
    sections.extend(text::notes(&a, &b));
    if !told || is_json(names) {
        let [ours, theirs] = text::comparable(&a, &b);
        sections.extend(text::lines("lines", &ours, &theirs, options));
    }
    Ok(sections)
}

/// What is in a file that only one side has.
pub(super) fn alone(kind: Kind, blob: &Blob, in_a: bool, options: &Options) -> io::Result<Vec<Section>> {
    let nothing = Blob::memory(Vec::new());
    if kind == Kind::Text && blob.len() <= LARGEST_TEXT {
        let bytes = blob.bytes(0..LARGEST_TEXT)?;
        if is_text(&bytes) {
            let text = text::decode(&bytes).text;
            let [a, b] = if in_a { [&*text, ""] } else { ["", &*text] };
            return Ok(text::lines("lines", a, b, options).into_iter().collect());
        }
    }
    hexdump::sections(if in_a { [blob, &nothing] } else { [&nothing, blob] })
}

fn is_json(names: [&str; 2]) -> bool {
    names.iter().all(|name| name.ends_with(".json"))
}

/// The view of a text whose fields are known.
fn structured(names: [&str; 2], texts: [&str; 2], options: &Options) -> Option<Vec<Section>> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let name = last(names[0]);
    if is_json(names) {
        return json::sections(texts, options);
    }
    if name != last(names[1]) {
        return None;
    }
    match name.as_str() {
        "METADATA" | "PKG-INFO" | "WHEEL" => Some(metadata::sections(texts, options)),
        "RECORD" => record::sections(texts, options),
        "entry_points.txt" => entry_points::sections(texts, options),
        _ => None,
    }
}

fn note(text: impl Into<String>) -> Section {
    Section { title: "note".into(), body: Body::Notes(vec![text.into()]) }
}

/// Fields that differ as a section; none if there are none. As many as may be told.
fn fields(title: &str, mut facts: Vec<Fact>, options: &Options) -> Vec<Section> {
    if facts.is_empty() {
        return vec![];
    }
    let left_out = facts.len().saturating_sub(options.max_lines);
    facts.truncate(options.max_lines);
    facts.iter_mut().for_each(text::cut);
    let mut sections = vec![Section { title: title.into(), body: Body::Fields(facts) }];
    sections.extend((left_out > 0).then(|| note(format!("{left_out} more fields differ"))));
    sections
}

/// Values that each key has in A and in B, those that differ; keys in the order of A, then of B.
fn keyed(a: Vec<(String, String)>, b: Vec<(String, String)>) -> Vec<Fact> {
    use std::collections::HashMap;
    let mut facts = Vec::new();
    let mut theirs: HashMap<&str, &str> =
        b.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    for (key, value) in &a {
        let other = theirs.remove(key.as_str());
        if other != Some(value) {
            facts.push(Fact { name: key.clone(), a: Some(value.clone()), b: other.map(str::to_owned) });
        }
    }
    for (key, value) in b.iter().filter(|(key, _)| theirs.contains_key(key.as_str())) {
        facts.push(Fact { name: key.clone(), a: None, b: Some(value.clone()) });
    }
    facts
}
