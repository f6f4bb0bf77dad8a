//! Which source a range of code belongs to.

use serde::Serialize;

use super::error::Error;
use super::varint::Bytes;
use crate::marshal::{Code, Graph, Value};
use crate::python::LineTable;

/// A place in a source file, as far as the line table tells.
///
/// ```
/// use pyrepro_bytecode::disassemble::Location;
///
/// let place = Location { line: Some(3), end_line: Some(4), column: Some(0), end_column: Some(7) };
/// assert_eq!(place.to_string(), "3:0-4:7");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Location {
    /// The first line; None for code that the compiler made up.
    pub line: Option<i64>,
    /// The last line, from 3.11 on.
    pub end_line: Option<i64>,
    /// The column in the first line, in bytes of UTF-8, from 3.11 on.
    pub column: Option<i64>,
    /// The column behind the end in the last line.
    pub end_column: Option<i64>,
}

/// A range of code that belongs to one place in the source.
///
/// ```
/// # use pyrepro_bytecode::{disassemble, marshal::Value, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/stock/sample.cpython-313.pyc"));
/// # let pyc = Pyc::parse(file)?;
/// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
/// let spans = disassemble::spans(&pyc.graph, &module).unwrap();
/// assert_eq!((spans[0].start, spans[0].location.line), (0, Some(0)));
/// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The offset of its first instruction.
    pub start: usize,
    /// The offset behind its last.
    pub end: usize,
    /// Where in the source it belongs to.
    #[serde(flatten)]
    pub location: Location,
}

/// The line table of a code object, as ranges of code one behind the other.
///
/// ```
/// # use pyrepro_bytecode::{disassemble, marshal::Value, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/stock/sample.cpython-38.pyc"));
/// # let pyc = Pyc::parse(file)?;
/// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
/// let spans = disassemble::spans(&pyc.graph, &module).unwrap();
/// assert!(spans.windows(2).all(|pair| pair[0].end == pair[1].start));
/// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
/// ```
pub fn spans(graph: &Graph, code: &Code) -> Result<Vec<Span>, Error> {
    let (spans, broken) = readable(graph, code);
    broken.map_or(Ok(spans), |at| Err(Error::LineTable(at)))
}

/// What of the line table can be read, and where it breaks.
pub(super) fn readable(graph: &Graph, code: &Code) -> (Vec<Span>, Option<usize>) {
    let layout = graph.version().code_layout();
    let field = layout.fields[layout.first_line_before].name;
    let Some(Value::Bytes(table)) = code.field(field).map(|id| graph.value(id)) else {
        return (Vec::new(), None);
    };
    let first = i64::from(code.first_line());
    match layout.line_table {
        LineTable::Lnotab => (steps(table, first, code_size(graph, code)), odd(table)),
        LineTable::Ranges => (ranges(table, first), odd(table)),
        LineTable::Locations => located(table, first),
    }
}

pub(super) fn code_size(graph: &Graph, code: &Code) -> usize {
    match code.field("code").map(|id| graph.value(id)) {
        Some(Value::Bytes(bytes)) => bytes.len(),
        _ => 0,
    }
}

fn odd(table: &[u8]) -> Option<usize> {
    (!table.len().is_multiple_of(2)).then(|| table.len() - 1)
}

fn at_line(start: usize, end: usize, line: Option<i64>) -> Span {
    Span { start, end, location: Location { line, ..Location::default() } }
}

/// Up to 3.9: how far to go in code, then how many lines on.
fn steps(table: &[u8], first: i64, size: usize) -> Vec<Span> {
    let (mut spans, mut line, mut start, mut at) = (Vec::new(), first, 0, 0);
    for pair in table.chunks_exact(2) {
        at += usize::from(pair[0]);
        let step = i64::from(pair[1] as i8);
        if step == 0 || at >= size {
            continue;
        }
        if at > start {
            spans.push(at_line(start, at, Some(line)));
            start = at;
        }
        line += step;
    }
    if size > start {
        spans.push(at_line(start, size, Some(line)));
    }
    spans
}

/// 3.10: how many lines on, then how much code belongs there.
fn ranges(table: &[u8], first: i64) -> Vec<Span> {
    const NO_LINE: i8 = -128;
    let (mut spans, mut line, mut start) = (Vec::new(), first, 0);
    for pair in table.chunks_exact(2) {
        let (end, step) = (start + usize::from(pair[0]), pair[1] as i8);
        if step != NO_LINE {
            line += i64::from(step);
        }
        if end > start {
            spans.push(at_line(start, end, (step != NO_LINE).then_some(line)));
        }
        start = end;
    }
    spans
}

/// From 3.11 on: lines and columns.
fn located(table: &[u8], first: i64) -> (Vec<Span>, Option<usize>) {
    let (mut spans, mut line, mut start) = (Vec::new(), first, 0);
    let mut bytes = Bytes::new(table);
    while !bytes.is_at_end() {
        let entry = bytes.at;
        let Some((units, location)) = location(&mut bytes, &mut line) else {
            return (spans, Some(entry));
        };
        let end = start + 2 * units;
        spans.push(Span { start, end, location });
        start = end;
    }
    (spans, None)
}

/// How many code units an entry is for, and where they belong to.
fn location(bytes: &mut Bytes, line: &mut i64) -> Option<(usize, Location)> {
    let head = bytes.next()?;
    let units = usize::from(head & 7) + 1;
    let kind = i64::from(head >> 3 & 15);
    let mut spanned = 0;
    let (column, end_column) = match kind {
        15 => return Some((units, Location::default())),
        14 => {
            *line += bytes.signed()?;
            spanned = bytes.number()?;
            // 0 is for none.
            (bytes.number()?.checked_sub(1), bytes.number()?.checked_sub(1))
        }
        13 => {
            *line += bytes.signed()?;
            (None, None)
        }
        10..=12 => {
            *line += kind - 10;
            (Some(i64::from(bytes.next()?)), Some(i64::from(bytes.next()?)))
        }
        _ => {
            let rest = i64::from(bytes.next()?);
            let column = kind * 8 + (rest >> 4);
            (Some(column), Some(column + (rest & 15)))
        }
    };
    let known = |column: Option<i64>| column.filter(|column| *column >= 0);
    let (column, end_column) = (known(column), known(end_column));
    Some((units, Location { line: Some(*line), end_line: Some(*line + spanned), column, end_column }))
}

impl std::fmt::Display for Location {
    /// `3:0-4:7`; what is not known is left out, and of several lines only the last named again.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(line) = self.line else { return f.write_str("no line") };
        write!(f, "{line}")?;
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        match (self.end_line.filter(|end| *end != line), self.end_column) {
            (Some(end), Some(column)) => write!(f, "-{end}:{column}"),
            (Some(end), None) => write!(f, "-{end}"),
            (None, Some(column)) => write!(f, "-{column}"),
            (None, None) => Ok(()),
        }
    }
}
