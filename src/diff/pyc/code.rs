//! What differs in instructions, and in the tables that say where these come from and who handles what
//! they raise.

use std::collections::HashMap;

use super::fields::Files;
use super::findings::Findings;
use super::pairs::Pair;
use super::rows::rows;
use super::shown;
use crate::alignment::{Effort, Step, steps};
use crate::disassemble::{self, Error, Handler, Instruction, Location, Span};
use crate::marshal::{Code, Graph};

/// What of a code object is code.
struct Body {
    instructions: Vec<Instruction>,
    first_line: i64,
    size: usize,
}

/// Instructions of two code objects side by side.
struct Aligned {
    a: Body,
    b: Body,
    steps: Vec<Step>,
    /// The offset in the second of what stands at an offset of the first.
    offsets: HashMap<usize, usize>,
}

pub(super) fn compare(files: &Files, pair: &Pair, (a, b): (&Code, &Code), found: &mut Findings) {
    let differs = |field: &str| {
        let both = a.field(field).zip(b.field(field));
        both.is_some_and(|(a, b)| files.sums(a, b).0 != files.sums(a, b).1)
    };
    let line_table = files.a.graph.version().code_layout();
    let line_table = line_table.fields[line_table.first_line_before].name;
    if !["code", line_table, "exceptiontable"].iter().any(|field| differs(field)) {
        return;
    }
    let aligned = match (Body::of(files.a.graph, a), Body::of(files.b.graph, b)) {
        (Ok(a), Ok(b)) => Aligned::new(a, b, &files.effort),
        (a, b) => {
            let words = |side: &Result<Body, Error>| {
                side.as_ref().map_or_else(Error::to_string, |_| "whole".to_owned())
            };
            return found.values(&pair.path, "code", words(&a), words(&b));
        }
    };
    if differs("code") {
        aligned.code(files, pair, (a, b), found);
    }
    if differs(line_table) {
        aligned.lines(files, pair, (a, b), !differs("code"), found);
    }
    if differs("exceptiontable") {
        aligned.handlers(files, pair, (a, b), !differs("code"), found);
    }
}

impl Body {
    fn of(graph: &Graph, code: &Code) -> Result<Body, Error> {
        let instructions = disassemble::instructions(graph, code)?;
        let size = match code.field("code").map(|id| graph.value(id)) {
            Some(crate::marshal::Value::Bytes(bytes)) => bytes.len(),
            _ => 0,
        };
        Ok(Body { instructions, first_line: i64::from(code.first_line()), size })
    }

    fn row(&self, place: usize) -> String {
        let instruction = &self.instructions[place];
        shown::cut(format!("{:>4} {instruction}", instruction.offset))
    }

    /// Its place in the source, lines counted from the first of the code object.
    fn place(&self, place: usize) -> Location {
        let location = self.instructions[place].location;
        let line = |line: Option<i64>| line.map(|line| line - self.first_line);
        Location { line: line(location.line), end_line: line(location.end_line), ..location }
    }
}

/// What must be the same of two instructions that stand in one row: of jumps only the opcode, since
/// where they lead to can be told when all others are aligned.
fn key(instruction: &Instruction) -> (&'static str, Option<&str>, Option<u32>) {
    let argument = Some(instruction.argrepr.as_str()).filter(|shown| !shown.is_empty());
    match (instruction.target, argument) {
        (Some(_), _) => (instruction.name, None, None),
        (None, Some(_)) => (instruction.name, argument, None),
        (None, None) => (instruction.name, None, instruction.arg),
    }
}

impl Aligned {
    fn new(a: Body, b: Body, effort: &Effort) -> Aligned {
        let [keys_a, keys_b] = [&a, &b].map(|body| body.instructions.iter().map(key).collect::<Vec<_>>());
        let steps = steps(&keys_a, &keys_b, effort);
        let mut offsets = HashMap::from([(a.size, b.size)]);
        for step in &steps {
            if let Step::Both(in_a, in_b) = step {
                offsets.insert(a.instructions[*in_a].offset, b.instructions[*in_b].offset);
            }
        }
        Aligned { a, b, steps, offsets }
    }

    fn code(&self, files: &Files, pair: &Pair, (a, b): (&Code, &Code), found: &mut Findings) {
        let (in_a, in_b) = (&self.a.instructions, &self.b.instructions);
        let leads_to_the_same = |a: usize, b: usize| match (in_a[a].target, in_b[b].target) {
            (Some(a), Some(b)) => {
                let other = usize::try_from(a).ok().and_then(|a| self.offsets.get(&a));
                other.map_or(a == b, |other| *other as i64 == b)
            }
            _ => true,
        };
        let same_argument = |a: usize, b: usize| in_a[a].arg == in_b[b].arg;
        let [row_a, row_b] = [&self.a, &self.b].map(|body| |place| body.row(place));
        // First what differs whatever the arguments' numbers, which move with names and constants.
        let list = rows(&self.steps, leads_to_the_same, row_a, row_b)
            .or_else(|| rows(&self.steps, same_argument, row_a, row_b));
        match list {
            Some(list) => found.rows(&pair.path, "code", list),
            None => {
                let (a, b) = (files.a.bytes(a, "code"), files.b.bytes(b, "code"));
                let at: Vec<usize> = (0..a.len().min(b.len())).filter(|at| a[*at] != b[*at]).collect();
                let note = format!(
                    "the same instructions; but {} bytes differ that mean nothing to them (caches, arguments that are not taken), first at {}",
                    at.len(),
                    at.first().copied().unwrap_or_default()
                );
                found.note(&pair.path, "code", note);
            }
        }
    }

    fn lines(
        &self,
        files: &Files,
        pair: &Pair,
        (a, b): (&Code, &Code),
        same_code: bool,
        found: &mut Findings,
    ) {
        // Whatever its format and its name in this version.
        const FIELD: &str = "linetable";
        let read = (disassemble::spans(files.a.graph, a), disassemble::spans(files.b.graph, b));
        let (Ok(spans_a), Ok(spans_b)) = &read else {
            let [a, b] = [&read.0, &read.1].map(|read| match read {
                Ok(spans) => format!("{} ranges", spans.len()),
                Err(error) => error.to_string(),
            });
            return found.values(&pair.path, FIELD, a, b);
        };
        let same_place = |a: usize, b: usize| self.a.place(a) == self.b.place(b);
        let common: Vec<Step> =
            self.steps.iter().copied().filter(|step| matches!(step, Step::Both(..))).collect();
        let row = |body: &Body, place: usize| {
            let instruction = &body.instructions[place];
            format!("{:>4} {} at {}", instruction.offset, instruction.name, instruction.location)
        };
        let list = rows(&common, same_place, |at| row(&self.a, at), |at| row(&self.b, at));
        if let Some(list) = list {
            found.rows(&pair.path, FIELD, list);
        } else if same_code {
            let note = match same_spans(spans_a, spans_b) {
                true => "the same lines and columns, written in other bytes",
                false => "the same lines and columns for all instructions, in other ranges",
            };
            found.note(&pair.path, FIELD, note);
        }
    }

    fn handlers(
        &self,
        files: &Files,
        pair: &Pair,
        (a, b): (&Code, &Code),
        same_code: bool,
        found: &mut Findings,
    ) {
        const FIELD: &str = "exceptiontable";
        let read = (disassemble::handlers(files.a.graph, a), disassemble::handlers(files.b.graph, b));
        let (Ok(a), Ok(b)) = &read else {
            let [a, b] = [&read.0, &read.1].map(|read| match read {
                Ok(handlers) => format!("{} entries", handlers.len()),
                Err(error) => error.to_string(),
            });
            return found.values(&pair.path, FIELD, a, b);
        };
        // An entry whose instructions are there no more is like no other.
        let moved = |offset: usize| self.offsets.get(&offset).copied().ok_or(offset);
        let keys_a: Vec<_> = a
            .iter()
            .map(|entry| {
                (moved(entry.start), moved(entry.end), moved(entry.target), entry.depth, entry.lasti)
            })
            .collect();
        let keys_b: Vec<_> = b
            .iter()
            .map(|entry| (Ok(entry.start), Ok(entry.end), Ok(entry.target), entry.depth, entry.lasti))
            .collect();
        let steps = steps(&keys_a, &keys_b, &files.effort);
        match rows(&steps, |_, _| true, |at| entry(&a[at]), |at| entry(&b[at])) {
            Some(list) => found.rows(&pair.path, FIELD, list),
            None if same_code => found.note(&pair.path, FIELD, "the same entries, written in other bytes"),
            None => {}
        }
    }
}

fn same_spans(a: &[Span], b: &[Span]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a.start, a.end) == (b.start, b.end))
}

fn entry(handler: &Handler) -> String {
    let Handler { start, end, target, depth, lasti } = handler;
    format!("{start} to {end} -> {target} [{depth}]{}", if *lasti { " lasti" } else { "" })
}
