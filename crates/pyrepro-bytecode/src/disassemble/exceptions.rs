//! Where exceptions are handled, from 3.11 on.

use serde::Serialize;

use super::error::Error;
use super::varint::Bytes;
use crate::marshal::{Code, Graph, Value};

/// A range of code and the place where exceptions raised in it are handled.
///
/// ```
/// # use pyrepro_bytecode::{disassemble, marshal::Value, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/stock/sample.cpython-313.pyc"));
/// # let pyc = Pyc::parse(file)?;
/// # let code = pyc.graph.objects().find_map(|id| match pyc.graph.value(id) {
/// #     Value::Code(code) if disassemble::handlers(&pyc.graph, &code).is_ok_and(|found| !found.is_empty()) => Some(code),
/// #     _ => None,
/// # });
/// # let code = code.expect("a function with try");
/// let handlers = disassemble::handlers(&pyc.graph, &code).unwrap();
/// assert!(handlers[0].start < handlers[0].end);
/// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Handler {
    /// The offset of the first instruction of the range.
    pub start: usize,
    /// The offset behind the last.
    pub end: usize,
    /// The offset of the handler.
    pub target: usize,
    /// How deep the stack is left.
    pub depth: usize,
    /// Whether the offset of the instruction that raised is pushed as well.
    pub lasti: bool,
}

/// The exception table of a code object; before 3.11 there is none.
///
/// ```
/// # use pyrepro_bytecode::{disassemble, marshal::Value, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/stock/sample.cpython-39.pyc"));
/// # let pyc = Pyc::parse(file)?;
/// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
/// assert_eq!(disassemble::handlers(&pyc.graph, &module), Ok(vec![]));
/// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
/// ```
pub fn handlers(graph: &Graph, code: &Code) -> Result<Vec<Handler>, Error> {
    let Some(Value::Bytes(table)) = code.field("exceptiontable").map(|id| graph.value(id)) else {
        return Ok(Vec::new());
    };
    let mut bytes = Bytes::new(table);
    let mut handlers = Vec::new();
    while !bytes.is_at_end() {
        let start = bytes.at;
        handlers.push(handler(&mut bytes).ok_or(Error::ExceptionTable(start))?);
    }
    Ok(handlers)
}

/// Places and lengths are told in code units.
fn handler(bytes: &mut Bytes) -> Option<Handler> {
    let start = 2 * bytes.big_endian()?;
    let end = start.saturating_add(2 * bytes.big_endian()?);
    let target = 2 * bytes.big_endian()?;
    let rest = bytes.big_endian()?;
    Some(Handler { start, end, target, depth: rest >> 1, lasti: rest & 1 == 1 })
}
