//! A tar header: 512 bytes in one of three formats.

use std::ops::Range;

use super::super::problem::Problem;
use super::format::*;

/// Which format a header is in. Pax headers are themselves in ustar format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// That of the first Unix systems.
    V7,
    /// That of POSIX.
    Ustar,
    /// That of GNU tar.
    Gnu,
}

/// Whether a file begins with a header: one with the magic of a format, or with the right checksum.
pub(crate) fn begins(head: &[u8]) -> bool {
    let block = head.first_chunk::<BLOCK>();
    block.is_some_and(|block| block[MAGIC].starts_with(b"ustar") || Header::new(block).is_some())
}

pub(super) struct Header<'a>(&'a [u8; BLOCK]);

impl<'a> Header<'a> {
    /// None for what cannot be a header, because its checksum is wrong.
    pub(super) fn new(block: &'a [u8; BLOCK]) -> Option<Header<'a>> {
        let header = Header(block);
        let said = header.number(CHECKSUM, "checksum").ok()?;
        // Some systems took bytes for signed; each of those from 0x80 on lacks 256 in their sum.
        let high = block.iter().enumerate().filter(|&(at, byte)| !CHECKSUM.contains(&at) && *byte >= 0x80);
        let sum = i64::from(checksum(block));
        (said == sum || said == sum - 256 * high.count() as i64).then_some(header)
    }

    pub(super) fn format(&self) -> Format {
        match &self.0[MAGIC] {
            magic if magic == GNU => Format::Gnu,
            magic if magic.starts_with(b"ustar") => Format::Ustar,
            _ => Format::V7,
        }
    }

    pub(super) fn kind(&self) -> u8 {
        self.0[TYPE]
    }

    /// The name with its prefix, which GNU tar uses for other things.
    pub(super) fn name(&self) -> Vec<u8> {
        let (prefix, name) = (self.text(PREFIX), self.text(NAME));
        if self.format() == Format::Ustar && !prefix.is_empty() {
            [prefix, b"/", name].concat()
        } else {
            name.to_vec()
        }
    }

    /// What comes before the first NUL of a field, or all of it.
    pub(super) fn text(&self, field: Range<usize>) -> &'a [u8] {
        let field = &self.0[field];
        &field[..field.iter().position(|&byte| byte == 0).unwrap_or(field.len())]
    }

    /// A number in octal digits or, with the top bit of the field set, in binary.
    pub(super) fn number(&self, field: Range<usize>, what: &'static str) -> Result<i64, Problem> {
        let bytes = &self.0[field];
        let number = if bytes[0] & 0x80 == 0 { octal(bytes) } else { binary(bytes) };
        number.ok_or(Problem::Number(what))
    }
}

/// Octal digits between spaces and NULs; none are zero.
fn octal(field: &[u8]) -> Option<i64> {
    let is_filling = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_filling(byte)).unwrap_or(field.len());
    let length = field[start..].iter().position(is_filling).unwrap_or(field.len() - start);
    let (digits, rest) = field[start..].split_at(length);
    let digit = |number: i64, &byte: &u8| match byte {
        b'0'..=b'7' => number.checked_mul(8)?.checked_add((byte - b'0').into()),
        _ => None,
    };
    digits.iter().try_fold(0, digit).filter(|_| rest.iter().all(is_filling))
}

/// The bytes from the most significant on, in two's complement if one counts the top bit as a copy of
/// the one that follows.
fn binary(field: &[u8]) -> Option<i64> {
    let (filling, first) = if field[0] == 0xff { (0xff, -1) } else { (0, i64::from(field[0] & 0x7f)) };
    let (high, low) = field[1..].split_at((field.len() - 1).saturating_sub(8));
    if high.iter().any(|&byte| byte != filling) || !high.is_empty() && first > 0 {
        return None;
    }
    let number =
        low.iter().try_fold(first, |number: i64, &byte| number.checked_mul(256)?.checked_add(byte.into()))?;
    ((number < 0) == (first < 0)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_notation() {
        let known: [(&[u8], Option<i64>); 14] = [
            (b"0000644\0", Some(0o644)),
            (b"   644 \0", Some(0o644)),
            (b"00000644", Some(0o644)),
            (b"\0\0\0\0\0\0\0\0", Some(0)),
            (b"        ", Some(0)),
            (b"0000648\0", None),
            (b"6 4\0\0\0\0\0", None),
            (b"-0000644", None),
            (b"77777777777\0", Some((1 << 33) - 1)),
            (b"\x80\0\0\0\0\0\0\x02\0\0\0\0", Some(1 << 33)),
            (b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", Some(i64::MAX)),
            (b"\x80\0\0\0\x80\0\0\0\0\0\0\0", None),
            (b"\x80\0\0\x01\0\0\0\0\0\0\0\0", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", Some(-2)),
        ];
        for (field, expected) in known {
            let mut block = [0; BLOCK];
            block[..field.len()].copy_from_slice(field);
            assert_eq!(Header(&block).number(0..field.len(), "x").ok(), expected, "{field:?}");
        }
    }
}
