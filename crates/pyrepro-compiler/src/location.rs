//! Locations of instructions as small numbers.
//!
//! Two numbers may stand for the same place: who has to know compares the places.

use crate::span::Span;

/// A location in a table of [`Locations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct LocId(u32);

impl LocId {
    /// No location at all: an artificial instruction.
    pub const NONE: Self = Self(0);
    /// The location of the instruction that follows.
    pub const NEXT: Self = Self(1);

    /// Whether it is a place in the source.
    pub fn has_line(self) -> bool {
        self.0 > Self::NEXT.0
    }
}

/// All locations of one file.
#[derive(Clone, Debug)]
pub struct Locations {
    spans: Vec<Span>,
}

impl Default for Locations {
    fn default() -> Self {
        Self { spans: vec![Span::NONE, Span::NEXT] }
    }
}

impl Locations {
    /// An empty table with room for the code of so many nodes.
    pub fn for_nodes(count: usize) -> Self {
        let mut locations = Self::default();
        locations.spans.reserve(count + count / 4);
        locations
    }

    /// An id of a location; what has no line is [`LocId::NEXT`] or [`LocId::NONE`].
    #[inline]
    pub fn id(&mut self, span: Span) -> LocId {
        if span.line < 0 {
            return if span == Span::NEXT { LocId::NEXT } else { LocId::NONE };
        }
        // The instructions of one node come one after the other.
        if self.spans.last() != Some(&span) {
            self.spans.push(span);
        }
        LocId(self.spans.len() as u32 - 1)
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
