//! The end of a zip file, from which all else is found.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::super::problem::{Problem, ReadError};
use super::fields::{u16_at, u32_at, u64_at};
use super::format::*;

/// What the records at the end say.
pub(super) struct End {
    /// Where the central directory is in the file.
    pub(super) directory: Range<u64>,
    /// How many members there are.
    pub(super) count: u64,
    /// How far all offsets are from the start of the file, because something was put before the
    /// archive that they do not count.
    pub(super) shift: u64,
    pub(super) comment: Vec<u8>,
}

pub(super) fn find(source: &mut (impl Read + Seek)) -> Result<End, ReadError> {
    let Tail { start, bytes } = Tail::read(source).map_err(|error| Problem::from(error).at(0))?;
    let at = last_signature(&bytes).ok_or_else(|| Problem::NoEnd.at(start + bytes.len() as u64))?;
    parse(&bytes, at, start).map_err(|problem| problem.at(start + at as u64))
}

/// Whether a zip file ends here. Its signature alone can be part of anything, so a directory has to be where
/// the end says, unless the signature is enough.
pub(crate) fn ends_here(source: &mut (impl Read + Seek), signature_is_enough: bool) -> io::Result<bool> {
    let Tail { start, bytes } = Tail::read(source)?;
    let Some(at) = last_signature(&bytes) else { return Ok(false) };
    if signature_is_enough {
        return Ok(true);
    }
    let Some((end, comment)) = bytes[at..].split_at_checked(END_LENGTH) else { return Ok(false) };
    if let Some(locator) = at.checked_sub(LOCATOR64_LENGTH)
        && u32_at(&bytes, locator) == LOCATOR64
    {
        return Ok(true);
    }
    let length = u32_at(end, 12);
    if length == 0 {
        let is_empty = u16_at(end, 10) == 0;
        return Ok(is_empty && comment.len() == usize::from(u16_at(end, 20)));
    }
    let Some(directory) = (start + at as u64).checked_sub(length.into()) else { return Ok(false) };
    let mut signature = Vec::new();
    source.seek(SeekFrom::Start(directory))?;
    source.by_ref().take(4).read_to_end(&mut signature)?;
    Ok(signature == CENTRAL.to_le_bytes())
}

/// As much of the end of a file as the end of a zip file can take.
struct Tail {
    /// Where it begins in the file.
    start: u64,
    bytes: Vec<u8>,
}

impl Tail {
    fn read(source: &mut (impl Read + Seek)) -> io::Result<Tail> {
        // Comments have no more than 65,535 bytes, and the zip64 records come before.
        const LONGEST: usize = END64_LENGTH + LOCATOR64_LENGTH + END_LENGTH + u16::MAX as usize;
        let length = source.seek(SeekFrom::End(0))?;
        let start = length.saturating_sub(LONGEST as u64);
        source.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        source.take(LONGEST as u64).read_to_end(&mut bytes)?;
        Ok(Tail { start, bytes })
    }
}

/// Where the last signature of an end is, which is the one that all readers find.
fn last_signature(tail: &[u8]) -> Option<usize> {
    tail.windows(4).rposition(|four| u32_at(four, 0) == END)
}

fn parse(tail: &[u8], at: usize, tail_start: u64) -> Result<End, Problem> {
    let Some((end, comment)) = tail[at..].split_at_checked(END_LENGTH) else {
        return Err(Problem::Truncated);
    };
    let comment_length = usize::from(u16_at(end, 20));
    if comment.len() < comment_length {
        return Err(Problem::Truncated);
    }
    if comment.len() > comment_length {
        return Err(Problem::Trailing((comment.len() - comment_length) as u64));
    }
    let short = Totals {
        disks: [u16_at(end, 4).into(), u16_at(end, 6).into()],
        counts: [u16_at(end, 8).into(), u16_at(end, 10).into()],
        length: u32_at(end, 12).into(),
        start: u32_at(end, 16).into(),
    };
    let (totals, at, said_at) = match zip64(tail, at)? {
        None => (short, at, None),
        Some((long, said_at)) => {
            short.check_against(&long)?;
            (long, at - LOCATOR64_LENGTH - END64_LENGTH, Some(said_at))
        }
    };
    let end = tail_start + at as u64;
    // The directory ends where its end begins; where it starts, by what the end says, tells how far
    // offsets are off.
    let start = end.checked_sub(totals.length).ok_or(Problem::Directory)?;
    let shift = start.checked_sub(totals.start).ok_or(Problem::Directory)?;
    if said_at.is_some_and(|said| said.checked_add(shift) != Some(end)) {
        return Err(Problem::Zip64("its record is not where the locator says"));
    }
    if totals.disks != [0, 0] || totals.counts[0] != totals.counts[1] {
        return Err(Problem::Disks);
    }
    Ok(End { directory: start..end, count: totals.counts[0], shift, comment: comment.to_vec() })
}

/// The fields that both kinds of end records have.
struct Totals {
    disks: [u32; 2],
    counts: [u64; 2],
    length: u64,
    start: u64,
}

impl Totals {
    /// Each short field must be equal to the long one, or say that it is there.
    fn check_against(&self, long: &Totals) -> Result<(), Problem> {
        let agrees = |short: u64, long: u64, referral: u64| short == long || short == referral;
        let word = u64::from(IN_ZIP64);
        let half = u64::from(IN_ZIP64_SHORT);
        let all = (0..2).all(|i| {
            agrees(self.counts[i], long.counts[i], half)
                && agrees(self.disks[i].into(), long.disks[i].into(), half)
        });
        if all && agrees(self.length, long.length, word) && agrees(self.start, long.start, word) {
            return Ok(());
        }
        Err(Problem::Zip64("its record contradicts the end of the archive"))
    }
}

/// The zip64 record right before the end at this place, if there is one, and where it is said to be.
fn zip64(tail: &[u8], at: usize) -> Result<Option<(Totals, u64)>, Problem> {
    let Some(locator) = at.checked_sub(LOCATOR64_LENGTH).map(|start| &tail[start..at]) else {
        return Ok(None);
    };
    if u32_at(locator, 0) != LOCATOR64 {
        return Ok(None);
    }
    if u32_at(locator, 4) != 0 || u32_at(locator, 16) > 1 {
        return Err(Problem::Disks);
    }
    let record = (at - LOCATOR64_LENGTH).checked_sub(END64_LENGTH).map(|start| &tail[start..]);
    let record = record.filter(|record| u32_at(record, 0) == END64);
    let record = record.ok_or(Problem::Zip64("no record right before its locator"))?;
    if u64_at(record, 4) != END64_LENGTH as u64 - 12 {
        return Err(Problem::Zip64("its record has another length than all do"));
    }
    let totals = Totals {
        disks: [u32_at(record, 16), u32_at(record, 20)],
        counts: [u64_at(record, 24), u64_at(record, 32)],
        length: u64_at(record, 40),
        start: u64_at(record, 48),
    };
    Ok(Some((totals, u64_at(locator, 8))))
}
