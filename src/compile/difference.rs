//! The first difference between two compilations of one source, in words.

use crate::disassemble;
use crate::marshal::{self, Code, Graph, Kind, ObjectId, Value};
use crate::python::Version;

/// How many characters of a value are shown.
const SHOWN: usize = 80;

/// Names the code object, the field and, in code, the instruction in which `ours` and `theirs` differ.
pub fn first(ours: &[u8], theirs: &[u8], version: Version) -> String {
    match (marshal::read(ours, version), marshal::read(theirs, version)) {
        (Ok(ours), Ok(theirs)) => {
            let pair = Pair { ours: &ours, theirs: &theirs };
            let found = pair.object(ours.root(), theirs.root(), "<module>", "");
            found.unwrap_or_else(|| "the same values, but not shared in the same way".to_owned())
        }
        (Err(error), _) => format!("the built-in compiler's code makes no sense: {error}"),
        (_, Err(error)) => format!("the interpreter's code makes no sense: {error}"),
    }
}

struct Pair<'a> {
    ours: &'a Graph<'a>,
    theirs: &'a Graph<'a>,
}

impl Pair<'_> {
    fn object(&self, ours: ObjectId, theirs: ObjectId, path: &str, field: &str) -> Option<String> {
        match (self.ours.value(ours), self.theirs.value(theirs)) {
            (Value::Code(a), Value::Code(b)) => self.code(&a, &b, path),
            (Value::Container(kind, a), Value::Container(other, b))
                if kind == other && a.len() == b.len() && kind != Kind::Set =>
            {
                let mut parts = a.iter().zip(b);
                parts.find_map(|(a, b)| self.object(*a, *b, &self.path_to(*b, path), field))
            }
            (Value::Float(a), Value::Float(b)) if a.to_bits() == b.to_bits() => None,
            (a, b) if a == b => None,
            _ => {
                let (a, b) =
                    (marshal::repr(self.ours, ours, SHOWN), marshal::repr(self.theirs, theirs, SHOWN));
                Some(format!("{path}: {field}: {a} and {b}"))
            }
        }
    }

    /// The path of what is met in a code object: code objects add their name.
    fn path_to(&self, inner: ObjectId, path: &str) -> String {
        let Value::Code(code) = self.theirs.value(inner) else { return path.to_owned() };
        match code.field("name").map(|name| self.theirs.value(name)) {
            Some(Value::Str(name)) => format!("{path}/{}", String::from_utf8_lossy(name)),
            _ => path.to_owned(),
        }
    }

    fn code(&self, ours: &Code<'_>, theirs: &Code<'_>, path: &str) -> Option<String> {
        if let Some(found) = self.instruction(ours, theirs, path) {
            return Some(found);
        }
        let mut numbers = ours.numbers().zip(theirs.numbers());
        if let Some(((name, a), (_, b))) = numbers.find(|((_, a), (_, b))| a != b) {
            return Some(format!("{path}: {name}: {a} and {b}"));
        }
        ours.fields().zip(theirs.fields()).find_map(|((name, a), (_, b))| self.object(a, b, path, name))
    }

    /// The first instruction that does something else, or stands for another place in the source.
    fn instruction(&self, ours: &Code<'_>, theirs: &Code<'_>, path: &str) -> Option<String> {
        let a = disassemble::instructions(self.ours, ours).ok()?;
        let b = disassemble::instructions(self.theirs, theirs).ok()?;
        let first = a.iter().zip(&b).find(|(a, b)| {
            (a.name, a.arg, &a.argrepr, a.location) != (b.name, b.arg, &b.argrepr, b.location)
        });
        let Some((a, b)) = first else {
            let differ = a.len() != b.len();
            return differ.then(|| format!("{path}: code: {} and {} instructions", a.len(), b.len()));
        };
        let what = if a.to_string() == b.to_string() { "position of" } else { "instruction" };
        let place = |instruction: &disassemble::Instruction| {
            instruction.location.line.map_or(String::new(), |line| format!(" (line {line})"))
        };
        Some(format!("{path}: code, offset {}: {what} {a}{} and {b}{}", b.offset, place(a), place(b)))
    }
}
