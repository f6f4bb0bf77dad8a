//! Which code object of one file is which of the other.

use std::collections::{HashMap, HashSet};

use super::digest::Digests;
use super::{MODULE, shown};
use crate::marshal::{Code, Graph, Kind, ObjectId, Value};

/// How many pairs are compared. Files that share code objects in great numbers have more than anybody reads.
const MOST_PAIRS: usize = 50_000;
/// How many constants are looked at for code objects: tuples can be shared.
const MOST_CONSTANTS: usize = 20_000_000;
/// How much of a path is shown.
const PATH_LIMIT: usize = 1000;

/// One file of the two.
pub(super) struct Side<'g, 'a> {
    pub graph: &'g Graph<'a>,
    pub digests: Digests,
}

impl<'g, 'a> Side<'g, 'a> {
    pub fn new(graph: &'g Graph<'a>) -> Self {
        Side { graph, digests: Digests::of(graph) }
    }

    pub fn code(&self, id: ObjectId) -> Option<Code<'g>> {
        match self.graph.value(id) {
            Value::Code(code) => Some(code),
            _ => None,
        }
    }

    /// A field that is a tuple.
    pub fn tuple(&self, code: &Code<'g>, field: &str) -> &'g [ObjectId] {
        match code.field(field).map(|id| self.graph.value(id)) {
            Some(Value::Container(_, parts)) => parts,
            _ => &[],
        }
    }

    /// A field that is a bytes object.
    pub fn bytes(&self, code: &Code<'g>, field: &str) -> &'g [u8] {
        match code.field(field).map(|id| self.graph.value(id)) {
            Some(Value::Bytes(bytes)) => bytes,
            _ => &[],
        }
    }

    fn constants(&self, id: ObjectId) -> usize {
        self.code(id).map_or(0, |code| self.tuple(&code, "consts").len())
    }

    /// How much there is to compare in a code object.
    pub fn extent(&self, id: ObjectId) -> usize {
        let Some(code) = self.code(id) else { return 0 };
        let length = |id| match self.graph.value(id) {
            Value::Container(_, parts) => parts.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        code.fields().map(|(_, id)| length(id)).sum()
    }

    /// The code objects among a code object's constants, each once.
    fn inner(&self, id: ObjectId) -> Vec<Child> {
        let Some(code) = self.code(id) else { return Vec::new() };
        let mut seen = HashSet::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut children = Vec::new();
        for &id in self.tuple(&code, "consts") {
            if self.graph.kind(id) != Kind::Code || !seen.insert(id) {
                continue;
            }
            let Some(code) = self.code(id) else { continue };
            let name = code.field("name").map(|name| shown::bare(self.graph, name)).unwrap_or_default();
            let number = numbers.entry(name.clone()).or_default();
            *number += 1;
            children.push(Child { id, name, number: *number });
        }
        children
    }
}

/// A code object among the constants of another.
struct Child {
    id: ObjectId,
    name: String,
    /// The how-manieth of its name.
    number: usize,
}

impl Child {
    fn path(&self, outer: &str) -> String {
        let number = if self.number > 1 { format!("#{}", self.number) } else { String::new() };
        let name = format!("{}{number}", self.name);
        let path = if outer == MODULE { name } else { format!("{outer}.{name}") };
        match path.len().checked_sub(PATH_LIMIT) {
            None => path,
            Some(surplus) => format!("…{}", &path[path.ceil_char_boundary(surplus)..]),
        }
    }
}

/// Two code objects that are one, changed or not.
pub(super) struct Pair {
    pub path: String,
    pub a: ObjectId,
    pub b: ObjectId,
    /// The pair that they are in.
    pub outer: Option<usize>,
    /// Paths of the code objects inside that the first file alone has, and the second alone.
    pub only: [Vec<String>; 2],
}

/// What became of each code object.
#[derive(Default)]
pub(super) struct Pairs {
    /// Those that differ, each before those in it.
    pub pairs: Vec<Pair>,
    /// The counterpart in the second file of each code object of the first.
    pub counterparts: HashMap<ObjectId, ObjectId>,
    /// Whether there were more than are compared.
    pub is_cut: bool,
}

impl Pairs {
    /// Pairs the code objects of two files by their paths, from the module down.
    pub fn of(a: &Side, b: &Side) -> Pairs {
        let mut pairs = Pairs::default();
        let mut seen = HashSet::new();
        let root = Pair {
            path: MODULE.to_owned(),
            a: a.graph.root(),
            b: b.graph.root(),
            outer: None,
            only: Default::default(),
        };
        let mut todo = vec![root];
        let mut budget = MOST_CONSTANTS;
        while let Some(mut pair) = todo.pop() {
            if a.digests.get(pair.a) == b.digests.get(pair.b) || !seen.insert((pair.a, pair.b)) {
                continue;
            }
            let constants = a.constants(pair.a) + b.constants(pair.b);
            if pairs.pairs.len() == MOST_PAIRS || constants > budget {
                pairs.is_cut = true;
                break;
            }
            budget -= constants;
            let outer = pairs.pairs.len();
            let inner = pairs.match_up(a, b, &mut pair, outer);
            pairs.pairs.push(pair);
            todo.extend(inner.into_iter().rev());
        }
        pairs
    }

    /// Pairs what is in a pair: first equals, then those of the same name in order, then those of
    /// another name that stand at the same line or have the same instructions.
    fn match_up(&mut self, a: &Side, b: &Side, pair: &mut Pair, outer: usize) -> Vec<Pair> {
        let (in_a, in_b) = (a.inner(pair.a), b.inner(pair.b));
        let mut partners: Vec<Option<usize>> = vec![None; in_a.len()];
        let mut is_free = vec![true; in_b.len()];
        let equal = |child: &Child| (Some(child.name.clone()), None, Some(a.digests.get(child.id)));
        let equal_b = |child: &Child| (Some(child.name.clone()), None, Some(b.digests.get(child.id)));
        take(&in_a, &in_b, &mut partners, &mut is_free, equal, equal_b);
        let named = |child: &Child| (Some(child.name.clone()), None, None);
        take(&in_a, &in_b, &mut partners, &mut is_free, named, named);
        let line =
            |side: &Side, child: &Child| (None, side.code(child.id).map(|code| code.first_line()), None);
        take(&in_a, &in_b, &mut partners, &mut is_free, |child| line(a, child), |child| line(b, child));
        let body = |side: &Side, child: &Child| {
            let code = side.code(child.id).and_then(|code| code.field("code"));
            (None, None, code.map(|id| side.digests.get(id)))
        };
        take(&in_a, &in_b, &mut partners, &mut is_free, |child| body(a, child), |child| body(b, child));
        let mut inner = Vec::new();
        for (child, partner) in in_a.iter().zip(partners) {
            let path = child.path(&pair.path);
            match partner {
                Some(partner) => {
                    let b = in_b[partner].id;
                    self.counterparts.insert(child.id, b);
                    inner.push(Pair { path, a: child.id, b, outer: Some(outer), only: Default::default() });
                }
                None => pair.only[0].push(path),
            }
        }
        let left = in_b.iter().zip(is_free).filter(|(_, is_free)| *is_free);
        pair.only[1] = left.map(|(child, _)| child.path(&pair.path)).collect();
        inner
    }
}

/// What two code objects must have in common: a name, a first line, a digest.
type Key = (Option<String>, Option<i32>, Option<[u8; 32]>);

/// Pairs those that are left and have the same key, in order.
fn take(
    in_a: &[Child],
    in_b: &[Child],
    partners: &mut [Option<usize>],
    is_free: &mut [bool],
    key_a: impl Fn(&Child) -> Key,
    key_b: impl Fn(&Child) -> Key,
) {
    let mut free: HashMap<Key, Vec<usize>> = HashMap::new();
    for (place, child) in in_b.iter().enumerate().rev().filter(|(place, _)| is_free[*place]) {
        free.entry(key_b(child)).or_default().push(place);
    }
    for (child, partner) in in_a.iter().zip(partners).filter(|(_, partner)| partner.is_none()) {
        *partner = free.get_mut(&key_a(child)).and_then(Vec::pop);
        if let Some(place) = *partner {
            is_free[place] = false;
        }
    }
}
