//! Which source lines a code object covers.

use std::ops::RangeInclusive;

use crate::marshal::{Code, Graph, Value};
use crate::python::LineTable;

/// The first and the last line of source that the code object belongs to; None where the table does
/// not hold together. Line 0 is where code stands that the compiler made up.
pub(super) fn covered(graph: &Graph, code: &Code) -> Option<RangeInclusive<i64>> {
    let layout = graph.version().code_layout();
    let table = code.field(layout.fields[layout.first_line_before].name)?;
    let Value::Bytes(table) = graph.value(table) else { return None };
    let steps = match layout.line_table {
        LineTable::Lnotab => pairs(table, |_| true),
        LineTable::Ranges => pairs(table, |step| step != -128),
        LineTable::Locations => locations(table)?,
    };
    let mut line = i64::from(code.first_line());
    let (mut low, mut high) = (line.max(1), line.max(1));
    for (step, span) in steps {
        line += step;
        if line > 0 {
            low = low.min(line);
            high = high.max(line + span);
        }
    }
    Some(low..=high)
}

/// Up to 3.10: pairs of a number of bytes of code and a signed number of lines.
fn pairs(table: &[u8], is_line: impl Fn(i8) -> bool) -> Vec<(i64, i64)> {
    let steps = table.chunks_exact(2).map(|pair| pair[1] as i8);
    steps.filter(|step| is_line(*step)).map(|step| (i64::from(step), 0)).collect()
}

/// From 3.11 on: a line step for each range of code, and for some how many lines it spans.
fn locations(table: &[u8]) -> Option<Vec<(i64, i64)>> {
    let mut bytes = table.iter().copied();
    let mut steps = Vec::new();
    while let Some(head) = bytes.next() {
        match head >> 3 & 15 {
            15 => {}
            14 => {
                let step = signed(&mut bytes)?;
                steps.push((step, unsigned(&mut bytes)?));
                unsigned(&mut bytes)?;
                unsigned(&mut bytes)?;
            }
            13 => steps.push((signed(&mut bytes)?, 0)),
            code @ 10..=12 => {
                steps.push((i64::from(code) - 10, 0));
                bytes.nth(1)?;
            }
            _ => {
                bytes.next()?;
            }
        }
    }
    Some(steps)
}

/// A number in groups of six bits, the least significant first; bit 6 tells that more follow.
fn unsigned(bytes: &mut impl Iterator<Item = u8>) -> Option<i64> {
    let mut value = 0;
    for shift in (0..36).step_by(6) {
        let byte = bytes.next()?;
        value |= i64::from(byte & 63) << shift;
        if byte & 64 == 0 {
            return Some(value);
        }
    }
    None
}

fn signed(bytes: &mut impl Iterator<Item = u8>) -> Option<i64> {
    let value = unsigned(bytes)?;
    Some(if value & 1 == 1 { -(value >> 1) } else { value >> 1 })
}
