//! Whether data is in canonical form, told without writing it again.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::graph::Graph;
use super::kind::Kind;
use super::merge::{is_name_like, leaf_payload};
use super::object::{Marks, Object, ObjectId};
use super::write::{FLAG_REF, container_code, text_code};

impl Graph<'_> {
    /// Whether the data that the graph was read from is in canonical form.
    ///
    /// ```
    /// use pyrepro_bytecode::{marshal, python::Version};
    ///
    /// let version = Version::new(3, 13).unwrap();
    /// assert!(marshal::read(b"i\x05\x00\x00\x00", version)?.is_canonical());
    /// assert!(!marshal::read(b"\xe9\x05\x00\x00\x00", version)?.is_canonical());
    /// # Ok::<(), marshal::Error>(())
    /// ```
    pub fn is_canonical(&self) -> bool {
        let as_written = || self.canonical().is_ok_and(|canonical| canonical == self.data[self.start..]);
        let plainly = self.is_plainly_canonical();
        debug_assert!(!plainly || as_written());
        plainly || as_written()
    }

    /// Whether every object is written as the canonical form would: with the shortest type code, with
    /// FLAG_REF if and only if it is referred to, and once. False for data that is not, and for data
    /// where it takes more to tell: sets, whose elements have an order, and dicts.
    fn is_plainly_canonical(&self) -> bool {
        let interned = self.names();
        let Some(referred_to) = self.referred_to() else { return false };
        let mut distinct = Distinct::new(self);
        self.objects.iter().enumerate().all(|(index, object)| {
            let code = self.data[object.offset as usize];
            if object.kind.is_atom() {
                return code & FLAG_REF == 0;
            }
            let expected = match object.kind {
                Kind::Int if object.size == 0 => b'i',
                Kind::Int => b'l',
                Kind::Float => b'g',
                Kind::Complex => b'y',
                Kind::Bytes => b's',
                Kind::Str => {
                    let text = self.payload(object);
                    text_code(text, interned[index] || is_name_like(text))
                }
                Kind::Dict | Kind::FrozenDict => return false,
                Kind::Set | Kind::FrozenSet if object.size > 1 => return false,
                kind => container_code(kind, object.size),
            };
            let flag = if referred_to[index] { FLAG_REF } else { 0 };
            code == expected | flag && (object.kind.has_identity() || distinct.insert(object))
        })
    }

    /// Which objects are names of code objects.
    fn names(&self) -> Vec<bool> {
        let name = self.version.code_layout().name;
        let mut names = vec![false; self.objects.len()];
        for object in &self.objects {
            if object.marks.has(Marks::NAMES) {
                self.parts(object).iter().for_each(|part| names[part.index()] = true);
            } else if object.kind == Kind::Code {
                names[self.parts(object)[name].index()] = true;
            }
        }
        names
    }

    /// Which objects are referred to. None if a reference has a flag, which means nothing.
    fn referred_to(&self) -> Option<Vec<bool>> {
        let mut referred_to = vec![false; self.objects.len()];
        for reference in &self.references {
            if self.data[reference.offset as usize] != b'r' {
                return None;
            }
            referred_to[reference.target.index()] = true;
        }
        Some(referred_to)
    }
}

/// Values of which there may be one each. Only their hashes are kept: two values with one hash are
/// as good as equal here, since the data is then looked at more closely.
struct Distinct<'g> {
    graph: &'g Graph<'g>,
    hasher: RandomState,
    hashes: HashTable<u64>,
}

impl<'g> Distinct<'g> {
    fn new(graph: &'g Graph) -> Self {
        let hashes = HashTable::with_capacity(graph.objects.len());
        Distinct { graph, hasher: RandomState::default(), hashes }
    }

    /// Takes a value, and tells whether it is a new one.
    fn insert(&mut self, object: &Object) -> bool {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u8(object.kind as u8);
        if object.kind.is_leaf() {
            hasher.write(leaf_payload(self.graph, object).bytes());
        } else {
            self.graph.parts(object).iter().for_each(|part| hasher.write_u32(self.value(*part)));
        }
        let hash = hasher.finish();
        let is_new = self.hashes.find(hash, |known| *known == hash).is_none();
        self.hashes.insert_unique(hash, hash, |hash| *hash);
        is_new
    }

    /// A number for the value of a part: one for all Nones, however often None is written.
    fn value(&self, part: ObjectId) -> u32 {
        let kind = self.graph.object(part).kind;
        if kind.is_atom() { u32::MAX - kind as u32 } else { part.0 }
    }
}
