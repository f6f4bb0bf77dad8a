//! How much of values is shown.

use super::super::fields::hex;
use super::digest::Sum;
use crate::marshal::{Graph, ObjectId, repr};

/// How much of one value.
const LIMIT: usize = 200;

/// A constant as Python shows it, cut if it is long.
pub(super) fn constant(graph: &Graph, id: ObjectId) -> String {
    repr(graph, id, LIMIT)
}

/// A name without quotes.
pub(super) fn bare(graph: &Graph, id: ObjectId) -> String {
    let mut text = constant(graph, id);
    if text.len() > 1 && text.starts_with(['\'', '"']) {
        text.pop();
        text.remove(0);
    }
    text
}

/// Any text, cut if it is long.
pub(super) fn cut(mut text: String) -> String {
    if text.len() > LIMIT {
        text.truncate(text.floor_char_boundary(LIMIT));
        text.push('…');
    }
    text
}

/// Two values that look alike where they are cut, told apart.
pub(super) fn apart(a: String, b: String, sums: (Sum, Sum)) -> (String, String) {
    let told = |text: String, sum: Sum| format!("{text} (digest {}…)", hex(&sum[..4]));
    if a == b { (told(a, sums.0), told(b, sums.1)) } else { (a, b) }
}
