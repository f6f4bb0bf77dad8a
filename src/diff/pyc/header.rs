//! What stands before the code.

use super::super::fields::hex;
use super::{Change, Finding};
use crate::pyc::{Header, Invalidation};

/// What differs in two headers, which are given with the files that begin with them.
pub(super) fn differences((a, in_a): (&Header, &[u8]), (b, in_b): (&Header, &[u8])) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut field = |field: &str, a: String, b: String| {
        if a != b {
            found.push(Finding {
                path: String::new(),
                field: field.to_owned(),
                change: Change::Values { a, b },
            });
        }
    };
    field("python", a.version.to_string(), b.version.to_string());
    field("magic", a.version.magic().to_string(), b.version.magic().to_string());
    field("mode", a.invalidation.mode().to_string(), b.invalidation.mode().to_string());
    if a == b {
        // A flag that means nothing is there or not.
        field("flags", hex(&in_a[4..8]), hex(&in_b[4..8]));
    }
    let [hashes, mtimes, sizes] = [hash, mtime, size].map(|of| (of(&a.invalidation), of(&b.invalidation)));
    for (name, (a, b)) in [("source_hash", hashes), ("source_mtime", mtimes), ("source_size", sizes)] {
        // What one mode has and the other has not follows from the mode.
        if let (Some(a), Some(b)) = (a, b) {
            field(name, a, b);
        }
    }
    found
}

fn hash(invalidation: &Invalidation) -> Option<String> {
    invalidation.source_hash().map(|hash| hash.to_string())
}

fn mtime(invalidation: &Invalidation) -> Option<String> {
    match invalidation {
        Invalidation::Timestamp { mtime, .. } => Some(mtime.to_string()),
        _ => None,
    }
}

fn size(invalidation: &Invalidation) -> Option<String> {
    match invalidation {
        Invalidation::Timestamp { size, .. } => Some(size.to_string()),
        _ => None,
    }
}
