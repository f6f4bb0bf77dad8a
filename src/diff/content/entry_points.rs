//! entry_points.txt: names in groups.

use super::super::options::Options;
use super::super::report::Section;
use super::{fields, keyed};

/// None where a line is neither group nor entry point.
pub(super) fn sections(texts: [&str; 2], options: &Options) -> Option<Vec<Section>> {
    let [a, b] = texts.map(entries);
    Some(fields("entry points", keyed(a?, b?), options))
}

fn entries(text: &str) -> Option<Vec<(String, String)>> {
    let (mut group, mut entries) = ("", Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            group = name;
        } else {
            let (name, object) = line.split_once('=')?;
            entries.push((format!("{group}: {}", name.trim()), object.trim().to_owned()));
        }
    }
    Some(entries)
}
