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
}

/// All locations of one file.
#[derive(Clone, Debug)]
pub struct Locations {
    spans: Vec<Span>,
}

impl Default for Locations {
    fn default() -> Self {
        let artificial = |line| Span { line, col: line, end_line: line, end_col: line };
        Self { spans: [-1, -2].map(artificial).to_vec() }
    }
}

impl Locations {
    /// An empty table with room for the code of so many nodes.
    pub fn for_nodes(count: usize) -> Self {
        let mut locations = Self::default();
        locations.spans.reserve(count + count / 4);
        locations
    }

    /// An id of a location; that of [`LocId::NONE`] and [`LocId::NEXT`] is always the same.
    #[inline]
    pub fn id(&mut self, span: Span) -> LocId {
        let known =
            if span.line < 0 { self.spans[..2].iter().position(|known| *known == span) } else { None };
        let last = self.spans.len() - 1;
        let known = known.or_else(|| (self.spans[last] == span).then_some(last));
        LocId(known.unwrap_or_else(|| {
            self.spans.push(span);
            last + 1
        }) as u32)
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
