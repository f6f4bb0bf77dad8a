//! The code objects of a file, as a list in the order of the source.

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

use serde::Serialize;

use super::lines;
use crate::marshal::{Code, Graph, Kind, ObjectId, Value, repr};

/// How much of one name or constant is shown. What is longer is cut, with an ellipsis.
const TEXT_LIMIT: usize = 4096;
/// How much of the names and constants of all code objects is shown. Real files come nowhere near;
/// but a tuple that a thousand code objects share is shown a thousand times.
const ALL_TEXTS_LIMIT: usize = 64 << 20;

/// A code object: what it is called, and what is in it.
///
/// ```
/// # use pyrepro::inspect::Inspection;
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let inspection = Inspection::of(file)?;
/// assert_eq!(inspection.code[1].path, "outer");
/// assert_eq!(inspection.code[2].path, "outer.inner");
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeObject {
    /// Where it stands in the file.
    pub offset: usize,
    /// How many bytes it takes there, with all that is in it.
    pub size: usize,
    /// How many references to earlier objects are among these bytes.
    pub references: usize,
    /// How many code objects it is in.
    pub depth: usize,
    /// Its name and those of the code objects that it is in, joined by dots; `<module>` is left out.
    pub path: String,
    /// Its own name.
    pub name: String,
    /// The file name recorded in it.
    pub filename: String,
    /// The number of its first line.
    pub first_line: i32,
    /// The first and the last line that its code belongs to, where the line table tells.
    pub lines: Option<(i64, i64)>,
    /// The names of its flags.
    pub flags: Vec<String>,
    /// How many arguments of each kind it takes.
    pub arguments: Arguments,
    /// The size of its stack.
    pub stack_size: i32,
    /// The size of its instructions.
    pub code_size: usize,
    /// The names it uses.
    pub names: Vec<String>,
    /// Its variables, arguments first.
    pub variables: Vec<String>,
    /// Its constants as Python shows them.
    pub constants: Vec<String>,
}

/// How many arguments a code object takes.
///
/// ```
/// # use pyrepro::inspect::Inspection;
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let inspection = Inspection::of(file)?;
/// assert_eq!(inspection.code[1].arguments.keyword_only, 1);
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Arguments {
    /// Positional, those that can be given by name included.
    pub positional: i32,
    /// Only positional.
    pub positional_only: i32,
    /// Only by name.
    pub keyword_only: i32,
}

/// Every code object once, each before those that are in it.
pub(super) fn all(graph: &Graph) -> Vec<CodeObject> {
    let mut budget = ALL_TEXTS_LIMIT;
    walk(graph).map(|place| describe(graph, place, &mut budget)).collect()
}

/// A code object and where it is.
pub(super) struct Place<'g> {
    pub id: ObjectId,
    pub code: Code<'g>,
    pub depth: usize,
    pub path: String,
}

/// Every code object once, each before those that are in it.
pub(super) fn walk<'g>(graph: &'g Graph) -> impl Iterator<Item = Place<'g>> {
    let mut seen = HashSet::new();
    let mut todo = vec![(graph.root(), 0, String::new())];
    std::iter::from_fn(move || {
        while let Some((id, depth, outer)) = todo.pop() {
            let Value::Code(code) = graph.value(id) else { continue };
            if !seen.insert(id) {
                continue;
            }
            let path = path(&outer, &text(graph, code.field("name")));
            let inner = contained(graph, &code).into_iter().rev();
            todo.extend(inner.map(|id| (id, depth + 1, path.clone())));
            return Some(Place { id, code, depth, path });
        }
        None
    })
}

fn describe(graph: &Graph, place: Place, budget: &mut usize) -> CodeObject {
    let Place { id, code, depth, path } = place;
    let number =
        |wanted: &str| code.numbers().find(|(name, _)| *name == wanted).map_or(0, |(_, number)| number);
    let name = text(graph, code.field("name"));
    let offset = graph.offset(id);
    let size = graph.code_end(id).map_or(0, |end| end - offset);
    CodeObject {
        offset,
        size,
        references: references_in(graph, offset..offset + size),
        depth,
        path,
        name,
        filename: text(graph, code.field("filename")),
        first_line: code.first_line(),
        lines: lines::covered(graph, &code).map(RangeInclusive::into_inner),
        flags: graph.version().flag_names(number("flags") as u32),
        arguments: Arguments {
            positional: number("argcount"),
            positional_only: number("posonlyargcount"),
            keyword_only: number("kwonlyargcount"),
        },
        stack_size: number("stacksize"),
        code_size: match code.field("code").map(|id| graph.value(id)) {
            Some(Value::Bytes(bytes)) => bytes.len(),
            _ => 0,
        },
        names: texts(graph, tuple(graph, &code, "names"), budget),
        variables: ["localsplusnames", "varnames", "cellvars", "freevars"]
            .iter()
            .flat_map(|field| texts(graph, tuple(graph, &code, field), budget))
            .collect(),
        constants: constants(graph, tuple(graph, &code, "consts"), budget),
    }
}

/// The names from the module down to a code object. Deep nests of long names are cut in front.
pub(super) fn path(outer: &str, name: &str) -> String {
    if outer.is_empty() {
        return if name == "<module>" { String::new() } else { name.to_owned() };
    }
    let path = format!("{outer}.{name}");
    match path.len().checked_sub(2 * TEXT_LIMIT) {
        None => path,
        Some(surplus) => format!("…{}", &path[path.ceil_char_boundary(surplus)..]),
    }
}

fn references_in(graph: &Graph, range: Range<usize>) -> usize {
    let before =
        |end: usize| graph.references().partition_point(|reference| (reference.offset as usize) < end);
    before(range.end) - before(range.start)
}

/// The code objects among a code object's constants.
fn contained(graph: &Graph, code: &Code) -> Vec<ObjectId> {
    let constants = tuple(graph, code, "consts");
    constants.iter().copied().filter(|id| graph.kind(*id) == Kind::Code).collect()
}

fn tuple<'g>(graph: &'g Graph, code: &Code, field: &str) -> &'g [ObjectId] {
    match code.field(field).map(|id| graph.value(id)) {
        Some(Value::Container(_, parts)) => parts,
        _ => &[],
    }
}

/// A name without quotes, cut if it is long.
pub(super) fn text(graph: &Graph, id: Option<ObjectId>) -> String {
    let mut text = id.map(|id| repr(graph, id, TEXT_LIMIT)).unwrap_or_default();
    if text.len() > 1 {
        text.pop();
        text.remove(0);
    }
    text
}

fn texts(graph: &Graph, parts: &[ObjectId], budget: &mut usize) -> Vec<String> {
    within(budget, parts.iter().map(|id| text(graph, Some(*id))))
}

fn constants(graph: &Graph, parts: &[ObjectId], budget: &mut usize) -> Vec<String> {
    within(budget, parts.iter().map(|id| repr(graph, *id, TEXT_LIMIT)))
}

/// As many texts as the budget allows, and an ellipsis in place of the others.
fn within(budget: &mut usize, texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut shown = Vec::new();
    for text in texts {
        let cost = size_of::<String>() + text.len();
        if cost > *budget {
            shown.push("…".to_owned());
            break;
        }
        *budget -= cost;
        shown.push(text);
    }
    shown
}
