//! Which source lines a code object covers.

use std::ops::RangeInclusive;

use crate::disassemble;
use crate::marshal::{Code, Graph};

/// The first and the last line of source that the code object belongs to; None where the table does
/// not hold together. Line 0 is where code stands that the compiler made up.
pub(super) fn covered(graph: &Graph, code: &Code) -> Option<RangeInclusive<i64>> {
    let first = i64::from(code.first_line()).max(1);
    let (mut low, mut high) = (first, first);
    for span in disassemble::spans(graph, code).ok()? {
        if let Some(line) = span.location.line.filter(|line| *line > 0) {
            low = low.min(line);
            high = high.max(span.location.end_line.unwrap_or(line));
        }
    }
    Some(low..=high)
}
