//! The code objects of a file, instruction by instruction.

use serde::Serialize;

use super::codes::{self, Place};
use crate::disassemble::{self, Handler, Instruction};
use crate::marshal::{Graph, Value};

/// How many bytes of instructions are disassembled of one file: code objects can share theirs.
const MOST_CODE: usize = 8 << 20;

/// The instructions of a code object.
///
/// ```
/// # use pyrepro::{inspect, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let pyc = Pyc::parse(file)?;
/// let outer = inspect::disassembly(&pyc.graph).find(|code| code.path == "outer").unwrap();
/// assert!(outer.instructions.iter().any(|instruction| instruction.name == "RETURN_VALUE"));
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disassembly {
    /// The path of the code object, empty for that of the module.
    pub path: String,
    /// Its own name.
    pub name: String,
    /// The number of its first line.
    pub first_line: i32,
    /// What it does.
    pub instructions: Vec<Instruction>,
    /// Who handles what these raise, from 3.11 on.
    pub handlers: Vec<Handler>,
    /// What of it cannot be taken apart, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// Every code object once, taken apart, each before those that are in it.
///
/// ```no_run
/// # use pyrepro::{inspect, pyc::Pyc};
/// let file = std::fs::read("__pycache__/module.cpython-313.pyc")?;
/// for code in inspect::disassembly(&Pyc::parse(&file)?.graph) {
///     for instruction in code.instructions {
///         println!("{} {instruction}", instruction.offset);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn disassembly(graph: &Graph) -> impl Iterator<Item = Disassembly> {
    let mut budget = MOST_CODE;
    codes::walk(graph).map(move |place| take_apart(graph, place, &mut budget))
}

fn take_apart(graph: &Graph, Place { code, path, .. }: Place, budget: &mut usize) -> Disassembly {
    let mut disassembly = Disassembly {
        path,
        name: codes::text(graph, code.field("name")),
        first_line: code.first_line(),
        instructions: Vec::new(),
        handlers: Vec::new(),
        problems: Vec::new(),
    };
    let size = ["code", "exceptiontable"].iter().filter_map(|field| match graph.value(code.field(field)?) {
        Value::Bytes(bytes) => Some(bytes.len()),
        _ => None,
    });
    let Some(rest) = budget.checked_sub(size.sum()) else {
        disassembly.problems.push("left out: the file holds more code than is shown".to_owned());
        return disassembly;
    };
    *budget = rest;
    let mut tell = |error: disassemble::Error| disassembly.problems.push(error.to_string());
    disassembly.instructions = disassemble::instructions(graph, &code).map_err(&mut tell).unwrap_or_default();
    disassembly.handlers = disassemble::handlers(graph, &code).map_err(&mut tell).unwrap_or_default();
    let _ = disassemble::spans(graph, &code).map_err(&mut tell);
    disassembly
}
