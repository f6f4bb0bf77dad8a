//! Zip files, record by record.

use std::io;

use super::super::blob::Blob;
use super::super::fields::{Field, escaped, hex};
use super::super::listing::{Content, Listed, Listing, What};
use super::zip_names as names;
use crate::archive::{Limits, zip};

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const LOCAL_LENGTH: u64 = 30;
const CENTRAL_LENGTH: u64 = 46;
const END_LENGTH: u64 = 22;
/// The longest comment, and the records of zip64.
const TAIL: u64 = END_LENGTH + 65_535 + 76;
/// More than that in headers describes no archive that anybody has.
const LONGEST_DIRECTORY: u64 = 256 << 20;
const IN_ZIP64: u32 = u32::MAX;

/// Lists a zip file; none if it has no end record.
pub(in super::super) fn list(file: &Blob) -> io::Result<Option<Listing>> {
    let tail_start = file.len().saturating_sub(TAIL);
    let tail = file.bytes(tail_start..file.len())?;
    let Some(at) = tail.windows(4).rposition(|four| four == END) else { return Ok(None) };
    let end_at = tail_start + at as u64;
    let Some(end) = End::parse(&tail, at, end_at) else { return Ok(None) };
    let (start, records, mut problems) = directory(file, &end)?;
    let mut locals = Vec::with_capacity(records.len());
    for record in &records {
        locals.push(Local::read(file, record, end.shift(start))?);
    }
    let nexts = nexts(&locals, start);
    let mut members = Vec::with_capacity(records.len());
    for ((record, local), next) in records.iter().zip(&locals).zip(&nexts) {
        members.push(member(file, record, local, *next)?);
    }
    let mut fields = end.fields(start, &records);
    fields.extend(around(file, &locals, start)?);
    let strict = zip::Reader::open(file.reader(), Limits::default());
    problems.extend(strict.err().map(|refusal| format!("pyrepro refuses to read it: {refusal}")));
    Ok(Some(Listing { format: "zip", fields, members, problems }))
}

fn u16_at(record: &[u8], at: usize) -> u16 {
    record.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from(u16_at(record, at)) | u32::from(u16_at(record, at + 2)) << 16
}

fn u64_at(record: &[u8], at: usize) -> u64 {
    u64::from(u32_at(record, at)) | u64::from(u32_at(record, at + 4)) << 32
}

/// The record at the end, with the one of zip64 before it.
struct End {
    at: u64,
    disks: [u16; 2],
    counts: [u64; 2],
    length: u64,
    start: u64,
    comment: Vec<u8>,
    comment_length: u16,
    /// The record and locator of zip64, as they are.
    long: Option<Vec<u8>>,
    trailing: usize,
}

impl End {
    fn parse(tail: &[u8], at: usize, end_at: u64) -> Option<End> {
        let record = tail.get(at..at + END_LENGTH as usize)?;
        let rest = &tail[at + END_LENGTH as usize..];
        let comment_length = u16_at(record, 20);
        let comment = &rest[..rest.len().min(comment_length.into())];
        let mut end = End {
            at: end_at,
            disks: [u16_at(record, 4), u16_at(record, 6)],
            counts: [u16_at(record, 8).into(), u16_at(record, 10).into()],
            length: u32_at(record, 12).into(),
            start: u32_at(record, 16).into(),
            comment: comment.to_vec(),
            comment_length,
            long: None,
            trailing: rest.len() - comment.len(),
        };
        if let Some(long) = at.checked_sub(76).map(|start| &tail[start..at])
            && long.starts_with(b"PK\x06\x06")
            && long[56..].starts_with(b"PK\x06\x07")
        {
            end.at = end_at - 76;
            end.counts = [u64_at(long, 24), u64_at(long, 32)];
            end.length = u64_at(long, 40);
            end.start = u64_at(long, 48);
            end.long = Some(long.to_vec());
        }
        Some(end)
    }

    /// How far offsets are off, because something was put before the archive.
    fn shift(&self, directory: u64) -> u64 {
        directory.saturating_sub(self.start)
    }

    fn fields(&self, start: u64, records: &[Record]) -> Vec<Field> {
        let count = records.len() as u64;
        let off = |said: u64, found: u64| {
            let by = said as i128 - found as i128;
            if by == 0 { "as it is".to_owned() } else { format!("off by {by:+}") }
        };
        let length: u64 = records.iter().map(Record::len).sum();
        let mut fields = vec![
            Field::new("comment", escaped(&self.comment), self.comment.clone()),
            Field::said("length of the comment", off(self.comment_length.into(), self.comment.len() as u64)),
            Field::said("disk numbers in the end record", format!("{} and {}", self.disks[0], self.disks[1])),
            Field::said(
                "number of members in the end record",
                format!("{}, on this disk {}", off(self.counts[1], count), off(self.counts[0], count)),
            ),
            Field::said("length of the central directory in the end record", off(self.length, length)),
            Field::said("offset of the central directory in the end record", off(self.start, start)),
            Field::said("bytes behind the end", self.trailing.to_string()),
            Field::said(
                "bytes between central directory and end",
                self.at.saturating_sub(start + length).to_string(),
            ),
        ];
        if let Some(long) = &self.long {
            // Where it is, how many members and bytes it counts is told by the fields above.
            let mut rest = long.clone();
            rest[24..56].fill(0);
            rest[64..72].fill(0);
            fields.push(Field::new("zip64 end record", "there", rest));
            fields.push(Field::said("zip64 locator", off(u64_at(long, 64), self.at - self.shift(start))));
        }
        fields
    }
}

/// A header in the central directory.
struct Record {
    fixed: Vec<u8>,
    name: Vec<u8>,
    extra: Vec<u8>,
    comment: Vec<u8>,
}

impl Record {
    fn parse(bytes: &[u8]) -> Option<Record> {
        let (fixed, rest) = bytes.split_at_checked(CENTRAL_LENGTH as usize)?;
        if !fixed.starts_with(CENTRAL) {
            return None;
        }
        let (name, rest) = rest.split_at_checked(u16_at(fixed, 28).into())?;
        let (extra, rest) = rest.split_at_checked(u16_at(fixed, 30).into())?;
        let (comment, _) = rest.split_at_checked(u16_at(fixed, 32).into())?;
        Some(Record { fixed: fixed.into(), name: name.into(), extra: extra.into(), comment: comment.into() })
    }

    fn len(&self) -> u64 {
        CENTRAL_LENGTH + (self.name.len() + self.extra.len() + self.comment.len()) as u64
    }

    /// Size, packed size and offset, wherever they stand.
    fn numbers(&self) -> [u64; 3] {
        let short = [24, 20, 42].map(|at| u32_at(&self.fixed, at));
        long_numbers(&self.extra, short)
    }
}

/// The numbers that stand in the zip64 field where the short ones say so, in that order.
fn long_numbers(extra: &[u8], short: [u32; 3]) -> [u64; 3] {
    let long = extras(extra).into_iter().find(|(id, _)| *id == 1).map(|(_, content)| content);
    let mut rest = long.unwrap_or_default();
    short.map(|number| match rest.split_at_checked(8) {
        Some((value, after)) if number == IN_ZIP64 => {
            rest = after;
            u64_at(value, 0)
        }
        _ => number.into(),
    })
}

/// Extra fields; what does not end where it must is one with the number 0xffff.
fn extras(mut rest: &[u8]) -> Vec<(u16, &[u8])> {
    let mut list = Vec::new();
    while !rest.is_empty() {
        let whole = rest.split_at_checked(4).and_then(|(head, tail)| {
            tail.split_at_checked(u16_at(head, 2).into())
                .map(|(content, after)| (u16_at(head, 0), content, after))
        });
        let Some((id, content, after)) = whole else {
            list.push((u16::MAX, rest));
            break;
        };
        list.push((id, content));
        rest = after;
    }
    list
}

fn shown_extras(extra: &[u8]) -> String {
    let list = extras(extra);
    if list.is_empty() {
        return "none".into();
    }
    let shown = list.iter().map(|(id, content)| {
        let cut = &content[..content.len().min(24)];
        let more = if cut.len() < content.len() { "…" } else { "" };
        format!("{}: {}{more}", names::extra(*id), hex(cut))
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// Where the central directory is, and the headers in it.
fn directory(file: &Blob, end: &End) -> io::Result<(u64, Vec<Record>, Vec<String>)> {
    let begins = |at: u64| -> io::Result<bool> { Ok(file.bytes(at..at.saturating_add(4))? == CENTRAL) };
    let by_length = end.at.saturating_sub(end.length);
    let start =
        if end.length == 0 || begins(by_length)? || !begins(end.start)? { by_length } else { end.start };
    let bytes = file.bytes(start..end.at.min(start + LONGEST_DIRECTORY))?;
    let (mut records, mut at) = (Vec::new(), 0);
    while let Some(record) = Record::parse(&bytes[at..]) {
        at += record.len() as usize;
        records.push(record);
    }
    let left = end.at.saturating_sub(start) - at as u64;
    let problem = (left > 0).then(|| {
        format!("{left} bytes of its central directory cannot be read, from offset {} on", start + at as u64)
    });
    Ok((start, records, problem.into_iter().collect()))
}

/// The header before a member's data.
struct Local {
    offset: u64,
    /// None if there is no such header at that place.
    fixed: Option<Vec<u8>>,
    name: Vec<u8>,
    extra: Vec<u8>,
    data: u64,
    data_end: u64,
}

impl Local {
    fn read(file: &Blob, record: &Record, shift: u64) -> io::Result<Local> {
        let [_, packed, offset] = record.numbers();
        let offset = offset.saturating_add(shift);
        let fixed = file.bytes(offset..offset.saturating_add(LOCAL_LENGTH))?;
        if fixed.len() < LOCAL_LENGTH as usize || !fixed.starts_with(LOCAL) {
            return Ok(Local {
                offset,
                fixed: None,
                name: vec![],
                extra: vec![],
                data: offset,
                data_end: offset,
            });
        }
        let name_length = usize::from(u16_at(&fixed, 26));
        let names = offset + LOCAL_LENGTH;
        let data = names + name_length as u64 + u64::from(u16_at(&fixed, 28));
        let mut name = file.bytes(names..data)?;
        let extra = name.split_off(name_length.min(name.len()));
        let data_end = data.saturating_add(packed);
        Ok(Local { offset, fixed: Some(fixed), name, extra, data, data_end })
    }
}

/// For each member, where the next thing in the file begins.
fn nexts(locals: &[Local], directory: u64) -> Vec<u64> {
    let mut offsets: Vec<u64> = locals.iter().map(|local| local.offset).collect();
    offsets.sort_unstable();
    let next = |local: &Local| {
        let after = offsets.partition_point(|&offset| offset <= local.offset);
        offsets.get(after).copied().unwrap_or(directory).min(directory.max(local.offset))
    };
    locals.iter().map(next).collect()
}

/// What lies before the members.
fn around(file: &Blob, locals: &[Local], directory: u64) -> io::Result<Vec<Field>> {
    let first = locals.iter().map(|local| local.offset).min().unwrap_or(directory).min(directory);
    let prefix = file.bytes(0..first.min(1 << 16))?;
    Ok(vec![Field::new("bytes before the first member", format!("{first}: {}", escaped(&prefix)), prefix)])
}

fn member(file: &Blob, record: &Record, local: &Local, next: u64) -> io::Result<Listed> {
    let [size, packed, _] = record.numbers();
    let data = file.slice(local.data..local.data_end);
    let method = u16_at(&record.fixed, 10);
    let flags = u16_at(&record.fixed, 8);
    let opaque = |why: String| Content::Opaque { packed: data.clone(), why };
    let content = match method {
        _ if local.fixed.is_none() => opaque(format!("no local header at offset {}", local.offset)),
        _ if flags & 1 != 0 => opaque("encrypted".into()),
        0 => Content::Plain(data.clone()),
        8 => Content::Deflated { packed: data.clone(), size, crc: u32_at(&record.fixed, 16) },
        _ => opaque(format!("packed by {}, which is not unpacked here", names::method(method))),
    };
    // Names in another encoding than UTF-8 differ as fields do, whatever they are shown as.
    let path = String::from_utf8_lossy(&record.name).into_owned();
    let mut fields = central_fields(record, size, packed);
    fields.extend(local_fields(local));
    fields.extend(behind(file, local, flags, next)?);
    let what = what(&path, record);
    let path = if what == What::Folder { path.trim_end_matches('/').to_owned() } else { path };
    Ok(Listed { path, what, size, fields, content })
}

fn what(path: &str, record: &Record) -> What {
    let (system, attributes) = (record.fixed[5], u32_at(&record.fixed, 38));
    match attributes >> 28 {
        _ if path.ends_with('/') => What::Folder,
        0o12 if system == 3 => What::Link,
        0 | 0o10 | 0o04 => What::File,
        _ if system == 3 => What::Special,
        _ => What::File,
    }
}

fn central_fields(record: &Record, size: u64, packed: u64) -> Vec<Field> {
    let fixed = &record.fixed;
    let attributes = u32_at(fixed, 38);
    let raw = |from: usize, to: usize| fixed[from..to].to_vec();
    vec![
        Field::new("name in the archive", escaped(&record.name), record.name.clone()),
        Field::new("made on", names::system(fixed[5]), raw(5, 6)),
        Field::new("made by version", names::version(fixed[4]), raw(4, 5)),
        Field::new("needs version", names::version(fixed[6]), raw(6, 8)),
        Field::new("flags", names::flags(u16_at(fixed, 8)), raw(8, 10)),
        Field::new("compression", names::method(u16_at(fixed, 10)), raw(10, 12)),
        Field::new("time", names::dos_time(u16_at(fixed, 14), u16_at(fixed, 12)), raw(12, 16)),
        Field::new("checksum", format!("{:08x}", u32_at(fixed, 16)), raw(16, 20)).following(),
        Field::said("compressed size", packed.to_string()).following(),
        Field::said("size", size.to_string()).following(),
        Field::new("disk number", u16_at(fixed, 34).to_string(), raw(34, 36)),
        Field::new("internal attributes", format!("{:#06x}", u16_at(fixed, 36)), raw(36, 38)),
        Field::new("mode", names::mode(attributes), raw(40, 42)),
        Field::new("MS-DOS attributes", format!("{:#06x}", attributes & 0xffff), raw(38, 40)),
        Field::new("extra fields", shown_extras(&record.extra), record.extra.clone()),
        Field::new("comment", escaped(&record.comment), record.comment.clone()),
    ]
}

fn local_fields(local: &Local) -> Vec<Field> {
    let Some(fixed) = &local.fixed else {
        return vec![Field::said("local header", format!("none at offset {}", local.offset))];
    };
    let raw = |from: usize, to: usize| fixed[from..to].to_vec();
    let [size, packed, _] = long_numbers(&local.extra, [u32_at(fixed, 22), u32_at(fixed, 18), 0]);
    vec![
        Field::new("name in the archive in the local header", escaped(&local.name), local.name.clone()),
        Field::new("needs version in the local header", names::version(fixed[4]), raw(4, 6)),
        Field::new("flags in the local header", names::flags(u16_at(fixed, 6)), raw(6, 8)),
        Field::new("compression in the local header", names::method(u16_at(fixed, 8)), raw(8, 10)),
        Field::new(
            "time in the local header",
            names::dos_time(u16_at(fixed, 12), u16_at(fixed, 10)),
            raw(10, 14),
        ),
        Field::new("checksum in the local header", format!("{:08x}", u32_at(fixed, 14)), raw(14, 18))
            .following(),
        Field::said("compressed size in the local header", packed.to_string()).following(),
        Field::said("size in the local header", size.to_string()).following(),
        Field::new("extra fields in the local header", shown_extras(&local.extra), local.extra.clone()),
    ]
}

/// What lies between the data of a member and what follows: its data descriptor, or what belongs to none.
fn behind(file: &Blob, local: &Local, flags: u16, next: u64) -> io::Result<Vec<Field>> {
    let length = next.saturating_sub(local.data_end);
    let bytes = file.bytes(local.data_end..local.data_end + length.min(64))?;
    let signed = if bytes.starts_with(b"PK\x07\x08") { "with" } else { "without" };
    Ok(match length {
        0 => vec![],
        12..=24 if flags & 8 != 0 => vec![
            Field::said("data descriptor", format!("{length} bytes, {signed} signature")),
            Field::new("values in the data descriptor", hex(&bytes), bytes).following(),
        ],
        _ => vec![Field::new("bytes behind the data", format!("{length}: {}", escaped(&bytes)), bytes)],
    })
}
