//! Why a file is not canonical: the first difference, in words.

use std::fmt;

use serde::Serialize;

use super::codes;
use crate::marshal::{self, Graph, Kind, ObjectId, Value, repr};
use crate::pyc::{self, HEADER_SIZE, Pyc};

/// How much of an object is shown.
const SHOWN: usize = 60;

/// The first place where a file differs from its canonical form.
///
/// ```
/// # use pyrepro::inspect::Inspection;
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let inspection = Inspection::of(file)?;
/// let difference = inspection.form.first_difference.unwrap();
/// assert!(difference.to_string().starts_with("offset 16"));
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The offset of the object that is written differently.
    pub offset: usize,
    /// The path of the code object that it is in; empty for that of the module.
    pub within: String,
    /// What is different.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset {}", self.offset)?;
        if !self.within.is_empty() {
            write!(f, ", in {}", self.within)?;
        }
        write!(f, ": {}", self.what)
    }
}

/// The first difference between a bytecode file and its canonical form, None if it is that.
///
/// ```no_run
/// use pyrepro::{inspect, pyc::Pyc};
///
/// let file = std::fs::read("__pycache__/module.cpython-313.pyc")?;
/// if let Some(difference) = inspect::first_difference(&file, &Pyc::parse(&file)?)? {
///     println!("not canonical: {difference}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn first_difference(file: &[u8], pyc: &Pyc) -> Result<Option<Difference>, pyc::Error> {
    let canonical = pyc.canonical()?;
    let form = marshal::read_code(&canonical, HEADER_SIZE, pyc.header.version)?;
    Ok(between(file, &pyc.graph, &canonical, &form))
}

fn between(data: &[u8], graph: &Graph, canonical: &[u8], form: &Graph) -> Option<Difference> {
    let at = data.iter().zip(canonical).position(|(a, b)| a != b)?;
    let (ours, theirs) = (Token::covering(graph, at), Token::covering(form, at));
    let (sets, within) = surroundings(graph, ours.offset);
    let what = words(graph, ours, form, theirs, sets.last().copied());
    Some(Difference { offset: ours.offset, within, what })
}

/// An object or a reference to one, where it stands in the data.
#[derive(Clone, Copy)]
struct Token {
    offset: usize,
    object: ObjectId,
    is_reference: bool,
}

impl Token {
    /// The last one that begins at an offset or before it.
    fn covering(graph: &Graph, at: usize) -> Token {
        let objects =
            graph.objects().map(|id| Token { offset: graph.offset(id), object: id, is_reference: false });
        let references = graph.references().iter().map(|reference| Token {
            offset: reference.offset as usize,
            object: reference.target,
            is_reference: true,
        });
        let root = Token { offset: graph.offset(graph.root()), object: graph.root(), is_reference: false };
        objects
            .chain(references)
            .filter(|token| token.offset <= at)
            .max_by_key(|token| token.offset)
            .unwrap_or(root)
    }
}

fn words(graph: &Graph, ours: Token, form: &Graph, theirs: Token, set: Option<ObjectId>) -> String {
    let shown = repr(graph, ours.object, SHOWN);
    let kind = graph.kind(ours.object);
    let named = if kind == Kind::Code { shown.clone() } else { format!("{kind} {shown}") };
    if kind != form.kind(theirs.object) || shown != repr(form, theirs.object, SHOWN) {
        // Values change places nowhere else.
        return set.map_or(named, |set| order(graph, set));
    }
    match (ours.is_reference, theirs.is_reference) {
        (true, _) => format!("a reference to {named} counts objects that nothing refers to"),
        (false, true) => format!(
            "{named} is written again, where a reference to the one at offset {} does",
            form.offset(theirs.object)
        ),
        (false, false) => match (graph.is_flagged(ours.object), form.is_flagged(theirs.object)) {
            (true, false) => format!("{named} is marked as referred to, and nothing refers to it"),
            (false, true) => format!("{named} occurs again later, but as another object"),
            _ => interning(graph.is_interned(ours.object), form.is_interned(theirs.object), &named),
        },
    }
}

fn interning(ours: bool, theirs: bool, named: &str) -> String {
    match (ours, theirs) {
        (true, false) => format!("{named} is marked as interned, and is no name"),
        (false, true) => format!("{named} is not marked as interned, and is a name"),
        _ => format!("{named} is not in its shortest encoding"),
    }
}

fn order(graph: &Graph, set: ObjectId) -> String {
    let (kind, offset) = (graph.kind(set), graph.offset(set));
    format!("the elements of the {kind} at offset {offset} are not in canonical order")
}

/// The sets that an offset is in, the innermost last, and the path of the code object.
fn surroundings(graph: &Graph, offset: usize) -> (Vec<ObjectId>, String) {
    let (mut sets, mut within) = (Vec::new(), String::new());
    let mut at = Some(graph.root());
    while let Some(object) = at {
        let parts: Vec<ObjectId> = match graph.value(object) {
            Value::Code(code) => {
                within = codes::path(&within, &codes::text(graph, code.field("name")));
                code.fields().map(|(_, part)| part).collect()
            }
            Value::Container(kind, parts) => {
                if matches!(kind, Kind::Set | Kind::FrozenSet) {
                    sets.push(object);
                }
                parts.to_vec()
            }
            _ => Vec::new(),
        };
        // A part that stands before its container is a reference.
        let inside = graph.offset(object) + 1..=offset;
        at = parts
            .into_iter()
            .filter(|part| inside.contains(&graph.offset(*part)))
            .max_by_key(|part| graph.offset(*part));
    }
    (sets, within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::Version;

    /// The words for raw marshal data.
    fn why(data: &[u8]) -> String {
        let version = Version::new(3, 13).unwrap();
        let graph = marshal::read(data, version).unwrap();
        let canonical = graph.canonical().unwrap();
        let form = marshal::read(&canonical, version).unwrap();
        between(data, &graph, &canonical, &form)
            .map_or_else(|| "canonical".to_owned(), |found| found.to_string())
    }

    #[test]
    fn each_kind_of_difference_has_its_words() {
        let expected: [(&[u8], &str); 9] = [
            (b"N", "canonical"),
            (b"\xe9\x05\0\0\0", "offset 0: int 5 is marked as referred to, and nothing refers to it"),
            (b"\x29\x02i\x05\0\0\0i\x05\0\0\0", "offset 2: int 5 occurs again later, but as another object"),
            (
                b"\x29\x03\xe9\x05\0\0\0r\0\0\0\0i\x05\0\0\0",
                "offset 12: int 5 is written again, where a reference to the one at offset 2 does",
            ),
            (b"z\x01a", "offset 0: str 'a' is not marked as interned, and is a name"),
            (b"Z\x03a b", "offset 0: str 'a b' is marked as interned, and is no name"),
            (b"\x28\x01\0\0\0N", "offset 0: tuple (None,) is not in its shortest encoding"),
            (
                b"\x29\x01>\x02\0\0\0Z\x01bZ\x01a",
                "offset 7: the elements of the frozenset at offset 2 are not in canonical order",
            ),
            (
                b"[\x03\0\0\0\xa9\0\xe9\x05\0\0\0r\x01\0\0\0",
                "offset 5: tuple () is marked as referred to, and nothing refers to it",
            ),
        ];
        for (data, words) in expected {
            assert_eq!(why(data), words, "{data:x?}");
        }
    }
}
