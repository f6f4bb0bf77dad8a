//! What characters are and what they are called, for each version of Unicode that a release of CPython has.
//!
//! The tables come out of the interpreters themselves: see tables/unicode.py. A property that a character has once
//! it keeps, so one table tells for each property the first version in which it holds.

mod classes;
mod names;

pub(crate) mod name;

use crate::rules::UnicodeVersion;

/// Whether a character may begin a name.
pub fn starts_identifier(c: char, version: UnicodeVersion) -> bool {
    class(classes::IDENTIFIERS, c, 8) >> 4 & 15 <= version as u32
}

/// Whether a character may follow in a name.
pub fn continues_identifier(c: char, version: UnicodeVersion) -> bool {
    class(classes::IDENTIFIERS, c, 8) & 15 <= version as u32
}

/// Whether `str.isprintable` holds, so that `repr` shows the character as it is.
pub fn is_printable(c: char, version: UnicodeVersion) -> bool {
    class(classes::PRINTABLE, c, 4) & 15 <= version as u32
}

/// The entry of the last range that begins at or before the character. Its lower `bits` tell of the class.
fn class(table: &[u32], c: char, bits: u32) -> u32 {
    let next = table.partition_point(|&entry| entry >> bits <= c as u32);
    table[next - 1]
}
