//! Numbers in groups of six bits, as the tables of code objects have them; bit 6 tells that more follow.

/// More than the 32 bits that the interpreters have.
const MOST_GROUPS: u32 = 6;
/// Twice that is an offset in code, which no platform has longer.
const MOST_GROUPS_OF_PLACES: u32 = 5;

/// A table under way.
pub(super) struct Bytes<'t> {
    table: &'t [u8],
    pub at: usize,
}

impl<'t> Bytes<'t> {
    pub fn new(table: &'t [u8]) -> Self {
        Bytes { table, at: 0 }
    }

    pub fn next(&mut self) -> Option<u8> {
        let byte = *self.table.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    pub fn is_at_end(&self) -> bool {
        self.at == self.table.len()
    }

    /// A number whose least significant group comes first: those of line tables.
    pub fn number(&mut self) -> Option<i64> {
        let mut value = 0;
        for group in 0..MOST_GROUPS {
            let byte = self.next()?;
            value |= i64::from(byte & 63) << (6 * group);
            if byte & 64 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// The same with the sign in its lowest bit.
    pub fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some(if value & 1 == 1 { -(value >> 1) } else { value >> 1 })
    }

    /// A number whose most significant group comes first: those of exception tables.
    pub fn big_endian(&mut self) -> Option<usize> {
        let mut value = 0;
        for _ in 0..MOST_GROUPS_OF_PLACES {
            let byte = self.next()?;
            value = value << 6 | usize::from(byte & 63);
            if byte & 64 == 0 {
                return Some(value);
            }
        }
        None
    }
}
