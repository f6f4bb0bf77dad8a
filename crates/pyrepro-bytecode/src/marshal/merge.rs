//! Graph to canonical graph: which objects are one, which strings are interned, how sets are sorted.

use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use foldhash::fast::{FoldHasher, RandomState};
use hashbrown::HashTable;

use super::canonical::Canonical;
use super::error::{Error, Problem};
use super::graph::Graph;
use super::kind::Kind;
use super::object::{Marks, Object, ObjectId};
use super::value::Value;
use super::write::Writer;

/// The canonical graph of a graph.
pub(super) fn canonical<'g, 'a>(graph: &'g Graph<'a>) -> Result<Canonical<'g, 'a>, Error> {
    let mut canonical = Canonical {
        graph,
        nodes: graph.objects().collect(),
        parts: graph.parts.clone(),
        interned: vec![false; graph.objects.len()],
    };
    let mut merge = Merge::new(graph);
    merge.leaves(&mut canonical);
    intern_names(&mut canonical);
    merge.containers(&mut canonical)?;
    Ok(canonical)
}

/// Marks the names of all code objects. Other strings are interned for their characters.
fn intern_names(canonical: &mut Canonical) {
    let graph = canonical.graph;
    let name = graph.version.code_layout().name;
    let mut intern = |text: ObjectId| canonical.interned[canonical.nodes[text.index()].index()] = true;
    for object in &graph.objects {
        if object.marks.has(Marks::NAMES) {
            graph.parts(object).iter().copied().for_each(&mut intern);
        } else if object.kind == Kind::Code {
            intern(graph.parts(object)[name]);
        }
    }
}

/// Finds the objects that are one.
struct Merge {
    /// The values that several objects may have: their hashes and nodes.
    known: HashTable<(u64, ObjectId)>,
    hasher: RandomState,
    /// Which objects are numbers, or made of them. Only for versions that do not sort sets themselves.
    numbers: Vec<bool>,
    sorter: Sorter,
}

impl Merge {
    fn new(graph: &Graph) -> Self {
        Merge {
            known: HashTable::with_capacity(graph.objects.len() / 2),
            hasher: RandomState::default(),
            numbers: if graph.version.sorts_sets() { Vec::new() } else { vec![false; graph.objects.len()] },
            sorter: Sorter::new(graph.data.len()),
        }
    }

    /// Finds the nodes of all leaves, and which strings are interned for their characters.
    fn leaves(&mut self, canonical: &mut Canonical) {
        let graph = canonical.graph;
        for (index, object) in graph.objects.iter().enumerate().filter(|(_, object)| object.kind.is_leaf()) {
            let id = ObjectId(index as u32);
            let payload = leaf_payload(graph, object);
            let hash = self.hash(object.kind, |hasher| hasher.write(payload.bytes()));
            let node = self.unify(hash, id, |other| {
                let other = graph.object(other);
                other.kind == object.kind && leaf_payload(graph, other).bytes() == payload.bytes()
            });
            canonical.nodes[index] = node;
            canonical.interned[index] = object.kind == Kind::Str && is_name_like(payload.bytes());
            if let Some(number) = self.numbers.get_mut(index) {
                *number = is_number(graph.value(id));
            }
        }
    }

    /// Finds the nodes of all containers, and the order of sets.
    fn containers(&mut self, canonical: &mut Canonical) -> Result<(), Error> {
        let graph = canonical.graph;
        for (index, object) in graph.objects.iter().enumerate().filter(|(_, object)| !object.kind.is_leaf()) {
            let range = graph.part_range(object);
            for part in &mut canonical.parts[range.clone()] {
                *part = canonical.nodes[part.index()];
            }
            let is_number = self.is_of_numbers(object.kind, &canonical.parts[range.clone()]);
            if object.kind.is_set() {
                let keeps_order = !graph.version.sorts_sets() && is_number;
                self.sorter.set(canonical, object, keeps_order)?;
            }
            if let Some(number) = self.numbers.get_mut(index) {
                *number = is_number && matches!(object.kind, Kind::Tuple | Kind::FrozenSet);
            }
            if !object.kind.has_identity() {
                canonical.nodes[index] = self.container(canonical, ObjectId(index as u32));
            }
        }
        Ok(())
    }

    fn container(&mut self, canonical: &Canonical, id: ObjectId) -> ObjectId {
        let object = canonical.graph.object(id);
        let parts = canonical.parts(object);
        let hash = self.hash(object.kind, |hasher| parts.iter().for_each(|part| hasher.write_u32(part.0)));
        self.unify(hash, id, |other| {
            let other = canonical.graph.object(other);
            other.kind == object.kind && canonical.parts(other) == parts
        })
    }

    /// Whether all parts are numbers, in a version in which that matters.
    fn is_of_numbers(&self, kind: Kind, parts: &[ObjectId]) -> bool {
        let can_be = !self.numbers.is_empty() && (kind.is_set() || kind == Kind::Tuple);
        can_be && parts.iter().all(|part| self.numbers[part.index()])
    }

    fn hash(&self, kind: Kind, content: impl FnOnce(&mut FoldHasher<'_>)) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u8(kind as u8);
        content(&mut hasher);
        hasher.finish()
    }

    /// The node that is the same as this object: an earlier one, or the object itself.
    fn unify(&mut self, hash: u64, id: ObjectId, is_same: impl Fn(ObjectId) -> bool) -> ObjectId {
        let is_known = |&(other, node): &(u64, ObjectId)| other == hash && is_same(node);
        self.known.entry(hash, is_known, |&(hash, _)| hash).or_insert((hash, id)).get().1
    }
}

/// Puts the elements of sets in order.
struct Sorter {
    /// How many bytes of sort keys may still be made. Without a limit, sets in sets could cost far
    /// more than their input; a set that is as large as the file costs the file's size once.
    budget: usize,
    writer: Option<Writer>,
    keys: Vec<u8>,
}

impl Sorter {
    fn new(file_size: usize) -> Self {
        Sorter { budget: (16 << 20) + 8 * file_size, writer: None, keys: Vec::new() }
    }

    /// Sorts the elements of a set by the canonical bytes of each alone, if it does not keep its order.
    fn set(&mut self, canonical: &mut Canonical, set: &Object, keeps_order: bool) -> Result<(), Error> {
        let range = canonical.graph.part_range(set);
        if range.len() < 2 {
            return Ok(());
        }
        let mut elements = canonical.parts[range.clone()].to_vec();
        elements.sort_unstable();
        if elements.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Problem::ElementTwice(set.kind).at(set.offset as usize));
        }
        if !keeps_order {
            let order =
                self.sorted(canonical, range.clone()).map_err(|problem| problem.at(set.offset as usize))?;
            canonical.parts[range].copy_from_slice(&order);
        }
        Ok(())
    }

    fn sorted(&mut self, canonical: &Canonical, range: Range<usize>) -> Result<Vec<ObjectId>, Problem> {
        let writer = self.writer.get_or_insert_with(|| Writer::new(canonical.graph));
        self.keys.clear();
        let mut elements = Vec::with_capacity(range.len());
        for &node in &canonical.parts[range] {
            let start = self.keys.len();
            writer.write(canonical, node, &mut self.keys, self.budget)?;
            elements.push((start..self.keys.len(), node));
        }
        self.budget = self.budget.saturating_sub(self.keys.len());
        elements.sort_by(|(a, _), (b, _)| self.keys[a.clone()].cmp(&self.keys[b.clone()]));
        Ok(elements.into_iter().map(|(_, node)| node).collect())
    }
}

/// What makes a leaf what it is, besides its kind.
pub(super) enum Payload<'g> {
    Slice(&'g [u8]),
    Number([u8; 4]),
}

impl Payload<'_> {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Payload::Slice(bytes) => bytes,
            Payload::Number(bytes) => bytes,
        }
    }
}

pub(super) fn leaf_payload<'g>(graph: &'g Graph, leaf: &Object) -> Payload<'g> {
    match leaf.kind {
        Kind::Int if leaf.size == 0 => Payload::Number(leaf.start.to_le_bytes()),
        _ => Payload::Slice(graph.payload(leaf)),
    }
}

/// Whether a leaf has the same hash in every process. A NaN has not: 3.10 takes its address.
fn is_number(leaf: Value) -> bool {
    match leaf {
        Value::Atom(kind) => matches!(kind, Kind::True | Kind::False),
        Value::Int(_) | Value::BigInt { .. } => true,
        Value::Float(value) => !value.is_nan(),
        Value::Complex(real, imaginary) => !real.is_nan() && !imaginary.is_nan(),
        _ => false,
    }
}

/// Whether a string is empty or consists of letters, digits and underscores of ASCII.
pub(super) fn is_name_like(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
