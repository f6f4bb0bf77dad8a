//! JSON documents such as manifests, value by value.

use serde_json::Value;

use super::super::options::Options;
use super::super::report::Section;
use super::{fields, keyed, note};

/// None where one is no JSON.
pub(super) fn sections(texts: [&str; 2], options: &Options) -> Option<Vec<Section>> {
    let [a, b] = texts.map(|text| serde_json::from_str::<Value>(text).ok());
    let (a, b) = (a?, b?);
    if a == b {
        return Some(vec![note("the same values, written otherwise")]);
    }
    let [a, b] = [a, b].map(|value| {
        let mut leaves = Vec::new();
        flatten(String::new(), &value, &mut leaves);
        leaves
    });
    Some(fields("values", keyed(a, b), options))
}

/// Each value that holds no others, by the way to it. What is in a list goes by its path or name if it has one,
/// so that one more does not shift all that follow.
fn flatten(way: String, value: &Value, leaves: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let way = if way.is_empty() { key.clone() } else { format!("{way}.{key}") };
                flatten(way, value, leaves);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                let name = ["path", "name"].iter().find_map(|key| value.get(key)?.as_str());
                let place = name.map_or_else(|| index.to_string(), str::to_owned);
                flatten(format!("{way}[{place}]"), value, leaves);
            }
        }
        leaf => leaves.push((way, leaf.to_string())),
    }
}
