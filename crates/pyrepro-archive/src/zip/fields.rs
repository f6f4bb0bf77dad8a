//! Numbers and extra fields in the records of a zip file.

use super::super::problem::Problem;
use super::format::*;

/// An extra field: what kind it is and how long. Its content never gets into what we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extra {
    /// Its number, such as 0x5455 for times and 0x7875 for user and group.
    pub id: u16,
    /// How many bytes it has.
    pub length: u16,
}

/// The number at this place of a record that is long enough.
pub(super) fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

pub(super) fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from(u16_at(record, at)) | u32::from(u16_at(record, at + 2)) << 16
}

pub(super) fn u64_at(record: &[u8], at: usize) -> u64 {
    u64::from(u32_at(record, at)) | u64::from(u32_at(record, at + 4)) << 32
}

/// The extra fields of a header, and what is in those that say something of the content.
#[derive(Default)]
pub(super) struct Extras<'a> {
    pub(super) list: Vec<Extra>,
    pub(super) zip64: Option<&'a [u8]>,
    pub(super) unicode_path: Option<&'a [u8]>,
}

impl<'a> Extras<'a> {
    pub(super) fn parse(mut rest: &'a [u8]) -> Result<Extras<'a>, Problem> {
        let mut extras = Extras::default();
        while !rest.is_empty() {
            let Some((head, tail)) = rest.split_at_checked(4) else { return Err(Problem::Extra) };
            let extra = Extra { id: u16_at(head, 0), length: u16_at(head, 2) };
            let Some((content, tail)) = tail.split_at_checked(extra.length.into()) else {
                return Err(Problem::Extra);
            };
            let place = match extra.id {
                ZIP64 => Some(&mut extras.zip64),
                UNICODE_PATH => Some(&mut extras.unicode_path),
                _ => None,
            };
            if place.is_some_and(|place| place.replace(content).is_some()) {
                return Err(Problem::ExtraTwice(extra.id));
            }
            extras.list.push(extra);
            rest = tail;
        }
        Ok(extras)
    }
}

/// Takes the values that have no room in a header from its zip64 field, which has only those.
pub(super) struct Zip64<'a>(pub(super) Option<&'a [u8]>);

impl Zip64<'_> {
    pub(super) fn value(&mut self, short: u32) -> Result<u64, Problem> {
        if short != IN_ZIP64 {
            return Ok(short.into());
        }
        let Some((value, rest)) = self.0.and_then(|field| field.split_at_checked(8)) else {
            return Err(Problem::Zip64("a header refers to a field that it does not have"));
        };
        self.0 = Some(rest);
        Ok(u64_at(value, 0))
    }

    /// To be called when all values were taken.
    pub(super) fn check_end(&self) -> Result<(), Problem> {
        match self.0 {
            Some([_, ..]) => Err(Problem::Zip64("a field with values that the header has room for")),
            _ => Ok(()),
        }
    }
}
