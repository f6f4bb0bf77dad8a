//! The headers right before the members' data, compared with the central directory.

use std::io::{BufReader, Read, Seek};

use super::super::problem::{Problem, ReadError};
use super::directory::Member;
use super::fields::{Extras, Zip64, u16_at, u32_at, u64_at};
use super::format::*;

/// What lies between the members.
pub(super) struct Gaps {
    /// How many bytes come before the first one.
    pub(super) prefix: u64,
    /// How many bytes belong to no member, the prefix aside.
    pub(super) unclaimed: u64,
}

/// Reads all local headers, from the first in the file to the last, and finds out where data is.
/// The data must end before `end`, where the central directory begins.
pub(super) fn check(
    source: &mut (impl Read + Seek),
    members: &mut [Member],
    end: u64,
) -> Result<Gaps, ReadError> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_unstable_by_key(|&index| members[index].offset);
    let prefix = order.first().map_or(end, |&first| members[first].offset).min(end);
    let mut unclaimed = 0;
    // Members are short as a rule, so that several headers come with one reading.
    let mut source = BufReader::with_capacity(1 << 16, source);
    for (place, &index) in order.iter().enumerate() {
        let limit = order.get(place + 1).map_or(end, |&next| members[next].offset).min(end);
        let member = &mut members[index];
        let gap = check_one(&mut source, member, limit).map_err(|problem| member.problem(problem))?;
        unclaimed += gap;
    }
    Ok(Gaps { prefix, unclaimed })
}

/// Says how many bytes there are between this member and the limit.
fn check_one(source: &mut (impl Read + Seek), member: &mut Member, limit: u64) -> Result<u64, Problem> {
    let mut fixed = [0; LOCAL_LENGTH];
    read_at(source, member.offset, &mut fixed)?;
    if u32_at(&fixed, 0) != LOCAL {
        return Err(Problem::NoRecord("local header"));
    }
    let (name_length, extra_length) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
    let length = LOCAL_LENGTH as u64 + u64::from(name_length) + u64::from(extra_length);
    let data = member.offset.checked_add(length).ok_or(Problem::Truncated)?;
    let data_end = data.checked_add(member.packed).ok_or(Problem::Truncated)?;
    if data_end > limit {
        return Err(Problem::Overlap);
    }
    let mut names = vec![0; usize::from(name_length) + usize::from(extra_length)];
    source.read_exact(&mut names)?;
    let (name, extra) = names.split_at(name_length.into());
    if name != member.name {
        return Err(Problem::Contradiction("the name"));
    }
    let extras = Extras::parse(extra)?;
    member.local_extras = extras.list;
    member.data = data;
    compare(&fixed, extras.zip64, member)?;
    if member.flags & FLAG_DESCRIPTOR == 0 {
        return Ok(limit - data_end);
    }
    let descriptor = descriptor(source, member, data_end, limit)?;
    Ok(limit - data_end - descriptor)
}

fn read_at(source: &mut (impl Read + Seek), at: u64, record: &mut [u8]) -> Result<(), Problem> {
    let way = at.checked_signed_diff(source.stream_position()?).ok_or(Problem::Truncated)?;
    source.seek_relative(way)?;
    source.read_exact(record)?;
    Ok(())
}

fn compare(fixed: &[u8; LOCAL_LENGTH], zip64: Option<&[u8]>, member: &Member) -> Result<(), Problem> {
    if u16_at(fixed, 6) != member.flags {
        return Err(Problem::Contradiction("the flags"));
    }
    if u16_at(fixed, 8) != if member.deflated { DEFLATED } else { STORED } {
        return Err(Problem::Contradiction("the compression method"));
    }
    let mut zip64 = Zip64(zip64);
    let size = zip64.value(u32_at(fixed, 22))?;
    let packed = zip64.value(u32_at(fixed, 18))?;
    // Where these follow the data, most writers leave them out here.
    let follows = member.flags & FLAG_DESCRIPTOR != 0;
    let agrees = |here: u64, there: u64| here == there || here == 0 && follows;
    if !agrees(u32_at(fixed, 14).into(), member.crc.into()) {
        return Err(Problem::Contradiction("the checksum"));
    }
    if !agrees(size, member.size) || !agrees(packed, member.packed) {
        return Err(Problem::Contradiction("the size"));
    }
    Ok(())
}

/// Finds the record behind the data, which has its signature or not and long sizes or short ones,
/// and says how long it is.
fn descriptor(source: &mut (impl Read + Seek), member: &Member, at: u64, limit: u64) -> Result<u64, Problem> {
    let mut record = [0; 24];
    let room = record.len().min(usize::try_from(limit - at).unwrap_or(usize::MAX));
    let record = &mut record[..room];
    read_at(source, at, record)?;
    let says = |record: &[u8]| -> Option<usize> {
        let long =
            record.len() >= 20 && (u64_at(record, 4), u64_at(record, 12)) == (member.packed, member.size);
        let short = record.len() >= 12
            && (u64::from(u32_at(record, 4)), u64::from(u32_at(record, 8))) == (member.packed, member.size);
        let length = if long {
            20
        } else if short {
            12
        } else {
            return None;
        };
        (u32_at(record, 0) == member.crc).then_some(length)
    };
    let signed = record.strip_prefix(&DESCRIPTOR.to_le_bytes()).and_then(says).map(|length| length + 4);
    match signed.or_else(|| says(record)) {
        Some(length) => Ok(length as u64),
        None => Err(Problem::Contradiction("what follows the data")),
    }
}
