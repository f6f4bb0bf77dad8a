//! The instructions of a code object, as `dis` shows them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::error::Error;
use super::locations::{self, Location, Span};
use super::names::Names;
use super::tables::{Argument, Table};
use crate::marshal::{Code, Graph, Value};

/// An instruction of a code object.
///
/// ```
/// # use pyrepro_bytecode::{disassemble, marshal::Value, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/stock/sample.cpython-313.pyc"));
/// # let pyc = Pyc::parse(file)?;
/// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
/// let instructions = disassemble::instructions(&pyc.graph, &module).unwrap();
/// assert_eq!((instructions[0].name, instructions[0].arg), ("RESUME", Some(0)));
/// assert_eq!(instructions.last().unwrap().to_string(), "RETURN_CONST 2 (None)");
/// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instruction {
    /// Where it stands in the code.
    pub offset: usize,
    /// The number of its opcode.
    pub opcode: u8,
    /// The name of its opcode; `<200>` where there is none.
    pub name: &'static str,
    /// Its argument, with what EXTENDED_ARG added.
    pub arg: Option<u32>,
    /// What the argument means, in the words that `dis` of its version has; empty where that has none.
    pub argrepr: String,
    /// The offset that it can jump to.
    pub target: Option<i64>,
    /// If something jumps here: the how-manieth such place it is.
    pub label: Option<usize>,
    /// Whether its line is another than that of the instruction before it.
    pub starts_line: bool,
    /// The place in the source that it belongs to.
    #[serde(flatten)]
    pub location: Location,
}

/// The instructions of a code object, without caches. Where the line table cannot be read, they have no
/// lines; [`spans`](super::spans) tells why.
///
/// ```
/// # use pyrepro_bytecode::{disassemble, marshal::Value, pyc::Pyc};
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/golden/stock/sample.cpython-37.pyc"));
/// # let pyc = Pyc::parse(file)?;
/// let Value::Code(module) = pyc.graph.value(pyc.graph.root()) else { panic!() };
/// let last = disassemble::instructions(&pyc.graph, &module).unwrap().pop().unwrap();
/// assert_eq!(last.name, "RETURN_VALUE");
/// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
/// ```
pub fn instructions(graph: &Graph, code: &Code) -> Result<Vec<Instruction>, Error> {
    let Some(Value::Bytes(bytes)) = code.field("code").map(|id| graph.value(id)) else {
        return Ok(Vec::new());
    };
    if !bytes.len().is_multiple_of(2) {
        return Err(Error::HalfInstruction(bytes.len()));
    }
    let table = Table::of(graph.version());
    let mut instructions = walk(bytes, table);
    locate(&mut instructions, &locations::readable(graph, code).0);
    let labels = label(&mut instructions);
    name(&mut instructions, table, &labels, Names::of(graph, code));
    Ok(instructions)
}

/// Goes over the code units: offsets, opcodes, arguments, jumps.
fn walk(bytes: &[u8], table: &'static Table) -> Vec<Instruction> {
    let mut instructions = Vec::new();
    let (mut extended, mut caches) = (0u32, 0);
    for (unit, pair) in bytes.chunks_exact(2).enumerate() {
        if caches > 0 {
            caches -= 1;
            continue;
        }
        let opcode = table.opcode(pair[0]);
        let arg = extended << 8 | u32::from(pair[1]);
        caches = opcode.caches;
        extended = if opcode.argument == Argument::Extend { arg } else { 0 };
        instructions.push(Instruction {
            offset: 2 * unit,
            opcode: pair[0],
            name: &opcode.name,
            arg: (opcode.argument != Argument::None).then_some(arg),
            argrepr: String::new(),
            target: target(&opcode.argument, 2 * unit, arg),
            label: None,
            starts_line: false,
            location: Location::default(),
        });
    }
    instructions
}

fn target(argument: &Argument, offset: usize, arg: u32) -> Option<i64> {
    match argument {
        Argument::Jump { from_here, base, step, .. } => {
            let start = if *from_here { offset as i64 } else { 0 };
            Some(start + base + step * i64::from(arg))
        }
        _ => None,
    }
}

/// Gives each its place in the source: the spans are in the order of the code.
fn locate(instructions: &mut [Instruction], spans: &[Span]) {
    let mut spans = spans.iter().peekable();
    let mut line = None;
    for instruction in instructions {
        while spans.next_if(|span| span.end <= instruction.offset).is_some() {}
        if let Some(span) = spans.peek() {
            instruction.location = span.location;
        }
        let own = Some(instruction.location.line);
        instruction.starts_line = own != line;
        line = own;
    }
}

/// Numbers the places that something jumps to, and gives their offsets in order.
fn label(instructions: &mut [Instruction]) -> Vec<i64> {
    let targets: BTreeSet<i64> = instructions.iter().filter_map(|instruction| instruction.target).collect();
    let labels: Vec<i64> = targets.into_iter().collect();
    for instruction in instructions {
        instruction.label = label_of(&labels, instruction.offset as i64);
    }
    labels
}

fn label_of(labels: &[i64], offset: i64) -> Option<usize> {
    labels.binary_search(&offset).ok().map(|place| place + 1)
}

fn name(instructions: &mut [Instruction], table: &'static Table, labels: &[i64], mut names: Names) {
    for instruction in instructions {
        let Some(arg) = instruction.arg else { continue };
        let argument = &table.opcode(instruction.opcode).argument;
        let shown = match (argument, instruction.target) {
            (Argument::Jump { template, .. }, Some(target)) => {
                let label = label_of(labels, target).unwrap_or_default();
                template.replace("{label}", &label.to_string()).replace("{target}", &target.to_string())
            }
            _ => meaning(argument, arg as usize, &mut names).unwrap_or_default(),
        };
        instruction.argrepr = shown;
    }
}

/// What an argument other than a jump's stands for.
fn meaning(argument: &Argument, number: usize, names: &mut Names) -> Option<String> {
    match argument {
        Argument::Constant => names.constant(number),
        Argument::Variable => names.variable(number),
        Argument::Cell => names.cell(number),
        Argument::TwoVariables => {
            Some(format!("{}, {}", names.variable(number >> 4)?, names.variable(number & 15)?))
        }
        Argument::Name(templates) => {
            let name = names.name(number / templates.len())?;
            // `dis` says no more of a name that is empty, as that of `from . import m`.
            let template = if name.is_empty() { "{}" } else { templates[number % templates.len()] };
            Some(template.replace("{}", &name))
        }
        Argument::Words { words, again } => {
            let place = if *again { number % words.len() } else { number };
            words.get(place).map(|word| (*word).to_owned())
        }
        _ => None,
    }
}

impl std::fmt::Display for Instruction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        if let Some(arg) = self.arg {
            write!(f, " {arg}")?;
        }
        if !self.argrepr.is_empty() {
            write!(f, " ({})", self.argrepr)?;
        }
        Ok(())
    }
}
