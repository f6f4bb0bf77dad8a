//! What a zip file has otherwise than its normal form, member by member.

use std::collections::HashMap;
use std::io::Cursor;

use super::difference::{Aspect, Difference, out_of_order};
use super::error::Error;
use super::form::Bytes;
use super::zip::Reader;
use crate::archive::zip::{self, Extra, Kind, Member};
use crate::archive::{Entries, Limits, Shared};
use crate::epoch::Epoch;

const UNIX: (u8, u8) = (3, 20);
const VERSION: u16 = 20;
const VERSION_OF_ZIP64: u16 = 45;
const DESCRIPTOR: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;
const ZIP64: u16 = 1;

/// Compares an archive with the bytes of its normal form.
pub(super) fn differences(
    reader: &Reader<'_>,
    written: &Bytes,
    entries: &Entries,
    epoch: Epoch,
) -> Result<Vec<Difference>, Error> {
    let normal = match written {
        Bytes::Memory(bytes) => zip::Reader::open(Cursor::new(bytes), Limits::default())?.members().to_vec(),
        Bytes::Disk(file) => zip::Reader::open(Shared::new(file), Limits::default())?.members().to_vec(),
    };
    let by_path: HashMap<&str, &Member> =
        normal.iter().map(|member| (member.path.as_str(), member)).collect();
    let mut found = whole(reader, &normal);
    let kept = |member: &&Member| by_path.contains_key(member.path.as_str());
    let paths = reader.members().iter().filter(kept).map(|member| member.path.as_str());
    found.extend(out_of_order(paths, entries.iter().map(|entry| entry.path.as_str())));
    for member in reader.members() {
        if let Some(normal) = by_path.get(member.path.as_str()) {
            of_member(member, normal, epoch.dos_date_time(), &mut found);
        }
    }
    Ok(found)
}

fn whole(reader: &Reader<'_>, normal: &[Member]) -> Vec<Difference> {
    let mut found = Vec::new();
    if !reader.comment().is_empty() {
        let length = reader.comment().len();
        found.push(Difference::of_all(
            Aspect::Comment,
            format!("the archive has a comment of {length} bytes"),
        ));
    }
    if reader.shift() > 0 {
        let shift = reader.shift();
        found.push(Difference::of_all(
            Aspect::Layout,
            format!("offsets do not count the first {shift} bytes"),
        ));
    }
    if reader.unclaimed() > 0 {
        let unclaimed = reader.unclaimed();
        found.push(Difference::of_all(Aspect::Layout, format!("{unclaimed} bytes belong to no member")));
    }
    let members = reader.members();
    if !members.is_sorted_by_key(|member| member.offset) && members.len() <= normal.len() {
        let reason = "members lie in another order than the central directory lists them";
        found.push(Difference::of_all(Aspect::Layout, reason));
    }
    found
}

fn of_member(member: &Member, normal: &Member, dos: (u16, u16), found: &mut Vec<Difference>) {
    let path = member.path.as_str();
    let mut tell = |aspect, reason: String| found.push(Difference::of(path, aspect, reason));
    if member.dos != dos {
        tell(Aspect::Time, date(member.dos));
    }
    if member.made_by != UNIX {
        let (system, version) = member.made_by;
        // Where a member is large, version 4.5 is right.
        if (system, normal.made_by.1) != (UNIX.0, version) {
            tell(Aspect::Maker, format!("made on system {system} by version {version}"));
        }
    }
    if member.needs != normal.needs && [VERSION, VERSION_OF_ZIP64].contains(&normal.needs) {
        tell(Aspect::Maker, format!("needs version {}", member.needs));
    }
    if member.attributes != normal.attributes {
        let mode = member.mode().map(|mode| format!("mode {mode:o}, not {:o}", normal.attributes >> 16));
        tell(Aspect::Mode, mode.unwrap_or_else(|| format!("attributes {:#x}", member.attributes)));
    }
    if member.internal != 0 {
        tell(Aspect::Mode, format!("internal attributes {:#x}", member.internal));
    }
    if member.name != normal.name {
        tell(Aspect::Name, format!("is written as {:?}", String::from_utf8_lossy(&member.name)));
    }
    if member.flags & DESCRIPTOR != 0 {
        tell(Aspect::Flags, "has a data descriptor".to_owned());
    }
    let flags = member.flags & !DESCRIPTOR;
    if flags != normal.flags {
        let utf8 = flags ^ normal.flags == UTF8 && flags & UTF8 != 0;
        let reason =
            if utf8 { "says that a name in ASCII is UTF-8".to_owned() } else { format!("{flags:#06x}") };
        tell(Aspect::Flags, reason);
    }
    for extra in extras(member, normal) {
        tell(Aspect::ExtraField, format!("{:#06x} of {} bytes", extra.id, extra.length));
    }
    if !member.comment.is_empty() {
        tell(Aspect::Comment, format!("has a comment of {} bytes", member.comment.len()));
    }
    match (member.deflated, normal.deflated) {
        (true, false) => tell(Aspect::Compression, "is compressed, which does not help".to_owned()),
        (false, true) => tell(Aspect::Compression, "is not compressed".to_owned()),
        _ if member.crc == normal.crc && member.packed != normal.packed => {
            let reason =
                format!("is compressed to {} bytes by another encoder, not {}", member.packed, normal.packed);
            tell(Aspect::Compression, reason);
        }
        _ => {}
    }
    debug_assert_eq!(member.kind == Kind::Folder, normal.kind == Kind::Folder);
}

/// The extra fields that the normal form does not have, each once.
fn extras(member: &Member, normal: &Member) -> Vec<Extra> {
    let needed = |extra: &Extra| extra.id == ZIP64 && !normal.extras.is_empty();
    let mut extras: Vec<Extra> = Vec::new();
    for extra in member.extras.iter().chain(&member.local_extras) {
        if !needed(extra) && !extras.iter().any(|known| known.id == extra.id) {
            extras.push(*extra);
        }
    }
    extras
}

/// A date as MS-DOS packs it, in words.
fn date((date, time): (u16, u16)) -> String {
    let (year, month, day) = (1980 + (date >> 9), date >> 5 & 15, date & 31);
    let (hour, minute, second) = (time >> 11, time >> 5 & 63, (time & 31) * 2);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}
