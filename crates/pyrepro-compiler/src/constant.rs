//! Constants of one file, each kept once by the key that CPython merges them by.
//!
//! `1`, `True`, `1.0` and `1+0j` are four constants, `0.0` and `-0.0` two. A NaN is never merged.

use std::hash::{BuildHasher, Hash, Hasher};
use std::num::NonZeroU32;

use foldhash::fast::RandomState;
use hashbrown::{HashTable, hash_table::Entry};

use crate::error::Handover;
use crate::number::Integer;
use crate::symbol::{Pool, Symbol};

/// How many bytes of operands a file may compute with: so many, and so many for each byte of the source. Real code
/// needs next to nothing of it; a sum of strings copies what was summed before with each operand.
const OPERANDS: usize = 64 << 20;
const OPERANDS_PER_BYTE: usize = 16;

/// A constant of the file: equal keys, equal ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstId(NonZeroU32);

impl ConstId {
    const fn at(index: usize) -> Self {
        match NonZeroU32::new(index as u32 + 1) {
            Some(number) => Self(number),
            None => panic!("more constants than a file of 4 GiB can hold"),
        }
    }

    /// `None`.
    pub const NONE: Self = Self::at(0);
    /// `True`.
    pub const TRUE: Self = Self::at(1);
    /// `False`.
    pub const FALSE: Self = Self::at(2);
    /// `...`.
    pub const ELLIPSIS: Self = Self::at(3);

    /// Whether it is `None`, `True` or `False`.
    pub fn is_keyword(self) -> bool {
        self < Self::ELLIPSIS
    }

    /// The place in a table with one entry for each constant.
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A bytes object of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BytesId(u32);

/// A finished code object of the file, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeId(pub u32);

/// A value that code objects hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `None`.
    None,
    /// `True`.
    True,
    /// `False`.
    False,
    /// `...`.
    Ellipsis,
    /// An `int`.
    Int(Integer),
    /// The bits of a `float`.
    Float(u64),
    /// The bits of the real and the imaginary part.
    Complex(u64, u64),
    /// A `str`.
    Str(Symbol),
    /// A `bytes`.
    Bytes(BytesId),
    /// A `tuple`.
    Tuple(Box<[ConstId]>),
    /// A `frozenset`, its elements in the order of the source, without those equal to an earlier one.
    FrozenSet(Box<[ConstId]>),
    /// A `slice`: start, stop and step.
    Slice([ConstId; 3]),
    /// A code object.
    Code(CodeId),
}

impl Const {
    /// The constant for a number.
    pub fn float(value: f64) -> Self {
        Self::Float(value.to_bits())
    }

    /// The constant for a truth value.
    pub fn bool(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    /// Whether it is, or holds as a part of a number, a NaN: no such constant equals another.
    fn is_nan(&self) -> bool {
        match self {
            Self::Float(bits) => f64::from_bits(*bits).is_nan(),
            Self::Complex(real, imag) => f64::from_bits(*real).is_nan() || f64::from_bits(*imag).is_nan(),
            _ => false,
        }
    }

    fn hash_key(&self, state: &mut impl Hasher, hasher: &RandomState) {
        if !matches!(self, Self::Tuple(_)) {
            std::mem::discriminant(self).hash(state);
        }
        match self {
            Self::None | Self::True | Self::False | Self::Ellipsis => {}
            Self::Int(value) => value.hash(state),
            Self::Float(bits) => bits.hash(state),
            Self::Complex(real, imag) => (real, imag).hash(state),
            Self::Str(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::Tuple(items) => hash_tuple(items, state),
            // The order of a set's elements is no part of the key.
            Self::FrozenSet(items) => {
                items.iter().fold(0, |sum: u64, item| sum.wrapping_add(hasher.hash_one(item))).hash(state);
            }
            Self::Slice(parts) => parts.hash(state),
            Self::Code(code) => code.hash(state),
        }
    }

    fn same_key(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::FrozenSet(left), Self::FrozenSet(right)) => {
                left.len() == right.len() && sorted(left) == sorted(right)
            }
            _ => self == other,
        }
    }
}

/// The part of a tuple's hash that its items are: tuples are looked up before they are made.
fn hash_tuple(items: &[ConstId], state: &mut impl Hasher) {
    items.hash(state);
}

fn sorted(items: &[ConstId]) -> Vec<ConstId> {
    let mut items = items.to_vec();
    items.sort_unstable();
    items
}

/// The constants of one file.
#[derive(Clone)]
pub struct Constants {
    values: Vec<Const>,
    /// All values that are found by their hash: those without a place in the next three.
    table: HashTable<u32>,
    /// For each bytes object the constant, as far as one was asked for.
    byte_strings: Vec<Option<ConstId>>,
    /// For each symbol the string, as far as one was asked for.
    strings: Vec<Option<ConstId>>,
    /// The integers from 0 to 255.
    small_ints: Vec<Option<ConstId>>,
    bytes: Pool,
    hasher: RandomState,
    /// Whether there is a NaN.
    has_nan: bool,
    /// How many bytes of operands may still be computed with.
    operands: usize,
}

impl Default for Constants {
    fn default() -> Self {
        Self::new()
    }
}

impl Constants {
    /// A table that holds `None`, `True`, `False` and `...`.
    pub fn new() -> Self {
        Self::for_source(0)
    }

    /// The same for a source of so many bytes, which decides how much may be computed.
    pub fn for_source(length: usize) -> Self {
        let mut constants = Self {
            values: Vec::new(),
            table: HashTable::with_capacity(length / 160),
            byte_strings: Vec::new(),
            strings: Vec::new(),
            small_ints: Vec::new(),
            bytes: Pool::new(u32::MAX),
            hasher: RandomState::default(),
            has_nan: false,
            operands: OPERANDS + OPERANDS_PER_BYTE * length,
        };
        constants.values.reserve(length / 24);
        constants.bytes.reserve(length / 128, length);
        for value in [Const::None, Const::True, Const::False, Const::Ellipsis] {
            constants.add(value);
        }
        constants
    }

    /// How many bytes all bytes objects have.
    pub fn byte_count(&self) -> usize {
        self.bytes.byte_count()
    }

    /// The id of a constant.
    pub fn add(&mut self, value: Const) -> ConstId {
        match value {
            Const::Str(text) => self.add_str(text),
            Const::Bytes(bytes) => self.add_interned(bytes),
            Const::Int(Integer::Small(value)) => self.add_int(value),
            _ if value.is_nan() => {
                self.has_nan = true;
                self.push(value)
            }
            Const::Tuple(items) => self.add_tuple(&items),
            _ => self.add_hashed(value),
        }
    }

    /// An id for a code object that has none.
    pub(crate) fn add_code(&mut self, code: CodeId) -> ConstId {
        self.push(Const::Code(code))
    }

    fn add_hashed(&mut self, value: Const) -> ConstId {
        let Self { values, table, hasher, .. } = self;
        let found = table.entry(
            hash_of(hasher, &value),
            |&index| values[index as usize].same_key(&value),
            |&index| hash_of(hasher, &values[index as usize]),
        );
        match found {
            Entry::Occupied(found) => ConstId::at(*found.get() as usize),
            Entry::Vacant(vacant) => {
                vacant.insert(values.len() as u32);
                self.push(value)
            }
        }
    }

    /// The id of a tuple.
    pub fn add_tuple(&mut self, items: &[ConstId]) -> ConstId {
        let mut state = self.hasher.build_hasher();
        hash_tuple(items, &mut state);
        let Self { values, table, hasher, .. } = self;
        let found = table.entry(
            state.finish(),
            |&index| matches!(&values[index as usize], Const::Tuple(known) if **known == *items),
            |&index| hash_of(hasher, &values[index as usize]),
        );
        match found {
            Entry::Occupied(found) => ConstId::at(*found.get() as usize),
            Entry::Vacant(vacant) => {
                vacant.insert(values.len() as u32);
                self.push(Const::Tuple(items.into()))
            }
        }
    }

    /// Takes account of operands of so many bytes that are computed with.
    pub(crate) fn compute(&mut self, bytes: usize) -> Result<(), Handover> {
        let left = self.operands.checked_sub(bytes);
        self.operands = left.ok_or(Handover::TooLarge("what its constants take to be computed"))?;
        Ok(())
    }

    /// Whether a bytes object found no room, so that nothing here can be used any more.
    pub fn is_full(&self) -> bool {
        self.bytes.is_full()
    }

    /// The id of a string.
    pub fn add_str(&mut self, text: Symbol) -> ConstId {
        let place = text.index();
        if let Some(Some(known)) = self.strings.get(place) {
            return *known;
        }
        let id = self.push(Const::Str(text));
        note(&mut self.strings, place, id);
        id
    }

    /// The id of a bytes object.
    pub fn add_bytes(&mut self, bytes: &[u8]) -> ConstId {
        let id = BytesId(self.bytes.intern(bytes) as u32);
        self.add_interned(id)
    }

    fn add_interned(&mut self, bytes: BytesId) -> ConstId {
        let place = bytes.0 as usize;
        if let Some(Some(known)) = self.byte_strings.get(place) {
            return *known;
        }
        let id = self.push(Const::Bytes(bytes));
        note(&mut self.byte_strings, place, id);
        id
    }

    /// The id of an integer.
    pub fn add_int(&mut self, value: i64) -> ConstId {
        let Ok(place) = u8::try_from(value) else {
            return self.add_hashed(Const::Int(Integer::Small(value)));
        };
        let place = usize::from(place);
        if let Some(Some(known)) = self.small_ints.get(place) {
            return *known;
        }
        let id = self.push(Const::Int(Integer::Small(value)));
        note(&mut self.small_ints, place, id);
        id
    }

    /// What a bytes object holds.
    pub fn bytes(&self, id: BytesId) -> &[u8] {
        self.bytes.get(id.0 as usize)
    }

    /// All constants, parts before what holds them.
    pub fn ids(&self) -> impl Iterator<Item = ConstId> + use<> {
        (0..self.values.len()).map(ConstId::at)
    }

    /// Whether there is a number that equals none.
    pub fn has_nan(&self) -> bool {
        self.has_nan
    }

    /// Whether a constant is a number that equals none, not even itself.
    pub fn is_nan(&self, id: ConstId) -> bool {
        self[id].is_nan()
    }

    /// How many constants there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none, which is never so.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn push(&mut self, value: Const) -> ConstId {
        self.values.push(value);
        ConstId::at(self.values.len() - 1)
    }
}

impl std::ops::Index<ConstId> for Constants {
    type Output = Const;

    fn index(&self, id: ConstId) -> &Const {
        &self.values[id.index()]
    }
}

/// Puts an id into a table that grows as far as it has to.
fn note(table: &mut Vec<Option<ConstId>>, place: usize, id: ConstId) {
    if table.len() <= place {
        table.resize(place + 1, None);
    }
    table[place] = Some(id);
}

fn hash_of(hasher: &RandomState, value: &Const) -> u64 {
    let mut state = hasher.build_hasher();
    value.hash_key(&mut state, hasher);
    state.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_different_types_and_signs_of_zero_are_apart() {
        let mut constants = Constants::new();
        let ids = [
            constants.add_int(1),
            ConstId::TRUE,
            constants.add(Const::float(1.0)),
            constants.add(Const::Complex(1f64.to_bits(), 0)),
            constants.add(Const::float(0.0)),
            constants.add(Const::float(-0.0)),
        ];
        for (place, id) in ids.iter().enumerate() {
            assert!(!ids[..place].contains(id), "{place}");
        }
        assert_eq!(constants.add_int(1), ids[0]);
        assert_eq!(constants.add(Const::True), ConstId::TRUE);
    }

    #[test]
    fn a_nan_is_never_merged_and_a_set_has_no_order() {
        let mut constants = Constants::new();
        let nan = Const::float(f64::NAN);
        assert_ne!(constants.add(nan.clone()), constants.add(nan));
        let (one, two) = (constants.add_int(1), constants.add_int(2));
        let set = constants.add(Const::FrozenSet([one, two].into()));
        assert_eq!(constants.add(Const::FrozenSet([two, one].into())), set);
        let tuple = constants.add(Const::Tuple([one, two].into()));
        assert_ne!(constants.add(Const::Tuple([two, one].into())), tuple);
    }
}
