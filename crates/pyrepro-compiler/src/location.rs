//! Locations of instructions as small numbers: equal numbers are equal locations.

use crate::span::Span;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// A location in a table of [`Locations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct LocId(u32);

impl LocId {
    /// No location at all: an artificial instruction.
    pub const NONE: Self = Self(0);
    /// The location of the instruction that follows.
    pub const NEXT: Self = Self(1);
}

/// All locations of one file.
#[derive(Clone, Debug)]
pub struct Locations {
    spans: Vec<Span>,
    ids: HashTable<u32>,
    last: LocId,
}

impl Default for Locations {
    fn default() -> Self {
        let mut table = Self { spans: Vec::new(), ids: HashTable::new(), last: LocId::NONE };
        for line in [-1, -2] {
            table.id(Span { line, col: line, end_line: line, end_col: line });
        }
        table
    }
}

impl Locations {
    /// The id of a location.
    pub fn id(&mut self, span: Span) -> LocId {
        if self.spans.get(self.last.0 as usize) == Some(&span) {
            return self.last;
        }
        let hash =
            |span: &Span| FixedState::default().hash_one((span.line, span.col, span.end_line, span.end_col));
        let spans = &mut self.spans;
        let id = *self
            .ids
            .entry(hash(&span), |id| spans[*id as usize] == span, |id| hash(&spans[*id as usize]))
            .or_insert_with(|| spans.len() as u32)
            .get();
        if id as usize == spans.len() {
            spans.push(span);
        }
        self.last = LocId(id);
        self.last
    }

    /// The location of an id.
    pub fn span(&self, id: LocId) -> Span {
        self.spans[id.0 as usize]
    }

    /// Its first line; negative for [`LocId::NONE`] and [`LocId::NEXT`].
    pub fn line(&self, id: LocId) -> i32 {
        self.spans[id.0 as usize].line
    }
}
