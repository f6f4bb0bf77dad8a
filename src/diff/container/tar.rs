//! Tar files, header by header.

use std::io;
use std::ops::Range;

use super::super::blob::Blob;
use super::super::fields::{Field, escaped, hex};
use super::super::listing::{Content, Listed, Listing, What, time};
use super::zip_names::shown_mode;
use crate::archive::{Limits, tar};

const BLOCK: u64 = 512;
const CHECKSUM: Range<usize> = 148..156;
const TYPE: usize = 156;
/// Headers that describe the next member are no longer than this.
const LONGEST: u64 = 1 << 20;
/// More members than that are not listed.
const MOST_MEMBERS: usize = 1_000_000;

/// The fields of a header, in their order.
const FIELDS: [(&str, Range<usize>); 15] = [
    ("name in the header", 0..100),
    ("mode", 100..108),
    ("user number", 108..116),
    ("group number", 116..124),
    ("size", 124..136),
    ("time", 136..148),
    ("type", 156..157),
    ("link in the header", 157..257),
    ("format", 257..265),
    ("user", 265..297),
    ("group", 297..329),
    ("device, major", 329..337),
    ("device, minor", 337..345),
    ("prefix in the header", 345..500),
    ("rest of the header", 500..512),
];

/// Whether a header begins here: its checksum is right, or its magic is.
fn begins(head: &[u8]) -> bool {
    head.get(..512).is_some_and(|block| has_right_checksum(block) || &block[257..262] == b"ustar")
}

/// Lists a tar file.
pub(in super::super) fn list(file: &Blob) -> io::Result<Listing> {
    let mut listing = Listing { format: "tar", fields: vec![], members: vec![], problems: vec![] };
    let mut at = 0;
    while listing.members.len() < MOST_MEMBERS
        && let Some((member, next)) = member(file, at, &mut listing)?
    {
        listing.members.extend(member);
        at = next;
    }
    listing.fields.extend(end(file, at)?);
    listing.problems.extend(refusal(file).map(|refusal| format!("pyrepro refuses to read it: {refusal}")));
    Ok(listing)
}

fn refusal(file: &Blob) -> Option<String> {
    let mut reader = tar::Reader::new(file.reader(), Limits::default());
    loop {
        match reader.next_member() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(refusal) => return Some(refusal.to_string()),
        }
    }
}

/// What headers before a member's own said of it.
#[derive(Default)]
struct Before {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    fields: Vec<Field>,
}

/// The member whose headers begin here, and where the next begin; none at the end or where there is no header.
fn member(file: &Blob, start: u64, listing: &mut Listing) -> io::Result<Option<(Option<Listed>, u64)>> {
    let (mut before, mut at) = (Before::default(), start);
    loop {
        let block = file.bytes(at..at + BLOCK)?;
        if block.len() < BLOCK as usize || block.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        if !begins(&block) {
            listing.problems.push(format!("no header where one should be, at offset {at}"));
            return Ok(None);
        }
        if !has_right_checksum(&block) {
            listing.problems.push(format!("the header at offset {at} has a wrong checksum"));
        }
        let data = at + BLOCK;
        let kind = block[TYPE];
        if matches!(kind, b'L' | b'K' | b'x' | b'g') {
            let size = number(&block[124..136]).unwrap_or(0).unsigned_abs();
            let content = file.bytes(data..data.saturating_add(size.min(LONGEST)))?;
            before.take_in(&block, &content, &mut listing.fields);
            at = padded(data.saturating_add(size)).min(file.len());
            continue;
        }
        let size = before.size.unwrap_or_else(|| number(&block[124..136]).unwrap_or(0).unsigned_abs());
        let size = if matches!(kind, b'1'..=b'6') { 0 } else { size };
        let end = data.saturating_add(size);
        if end > file.len() {
            listing.problems.push(format!("the member at offset {at} is cut off"));
        }
        let padding = file.bytes(end..padded(end))?;
        let content = file.slice(data..end);
        let member = listed(&block, before, size, content, &padding);
        return Ok(Some((Some(member), padded(end).min(file.len()))));
    }
}

fn padded(at: u64) -> u64 {
    at.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX)
}

impl Before {
    fn take_in(&mut self, block: &[u8], content: &[u8], of_all: &mut Vec<Field>) {
        let until_nul = || content.split(|&byte| byte == 0).next().unwrap_or_default().to_vec();
        match block[TYPE] {
            b'L' => {
                self.name = Some(until_nul());
                self.fields.push(header_of_header("header of the GNU long name", block));
            }
            b'K' => {
                self.link = Some(until_nul());
                self.fields.push(header_of_header("header of the GNU long link", block));
            }
            b'g' => {
                of_all.push(Field::new("global pax header", shown_records(content), content));
                of_all.push(header_of_header("header of the global pax header", block));
            }
            _ => {
                for (key, value) in records(content) {
                    match key {
                        b"path" => self.name = Some(value.to_vec()),
                        b"linkpath" => self.link = Some(value.to_vec()),
                        b"size" => {
                            self.size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok())
                        }
                        _ => {}
                    }
                }
                self.fields.push(Field::new("pax records", shown_records(content), content));
                self.fields.push(header_of_header("header of the pax records", block));
            }
        }
    }
}

/// The header of a header: its checksum and size follow from what it describes.
fn header_of_header(name: &'static str, block: &[u8]) -> Field {
    let mut rest = block.to_vec();
    rest[CHECKSUM].fill(0);
    rest[124..136].fill(0);
    let text = |range: Range<usize>| escaped(until_nul(&block[range]));
    let shown = format!(
        "name {}, mode {}, time {}, format {}",
        text(0..100),
        text(100..108),
        shown_time(&block[136..148]),
        shown_format(&block[257..265])
    );
    Field::new(name, shown, rest)
}

/// The records of a pax header, as far as they are any.
fn records(mut rest: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut list = Vec::new();
    while let Some(space) = rest.iter().position(|&byte| byte == b' ') {
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| rest.get(space + 1..length)) else { break };
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let equals = record.iter().position(|&byte| byte == b'=').unwrap_or(record.len());
        list.push((&record[..equals], record.get(equals + 1..).unwrap_or_default()));
        rest = &rest[length.unwrap_or(rest.len())..];
    }
    list
}

fn shown_records(content: &[u8]) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let shown: Vec<String> =
        records(content).into_iter().map(|(key, value)| format!("{}={}", text(key), text(value))).collect();
    shown.join("; ")
}

fn listed(block: &[u8], before: Before, size: u64, data: Blob, padding: &[u8]) -> Listed {
    let link = before.link.unwrap_or_else(|| until_nul(&block[157..257]).to_vec());
    let name = before.name.unwrap_or_else(|| header_name(block));
    let name = String::from_utf8_lossy(&name).into_owned();
    let what = match block[TYPE] {
        0 | b'0' | b'7' if name.ends_with('/') => What::Folder,
        0 | b'0' | b'7' => What::File,
        b'5' => What::Folder,
        b'1' | b'2' => What::Link,
        _ => What::Special,
    };
    let content = if what == What::Link { Blob::memory(link) } else { data };
    let kind = match what {
        What::File => 0o100_000,
        What::Folder => 0o040_000,
        What::Link => 0o120_000,
        What::Special => 0,
    };
    let mut fields: Vec<Field> =
        FIELDS.iter().map(|(name, range)| field(name, &block[range.clone()], kind)).collect();
    // A header whose other fields differ has another checksum, which says nothing more.
    let sum = has_right_checksum(block);
    let notation = escaped(&block[CHECKSUM]);
    let right = format!("right, written {}", shape(&block[CHECKSUM]));
    fields.push(match sum {
        true => Field::said("checksum of the header", right),
        false => Field::said("checksum of the header", format!("wrong: {notation}")),
    });
    fields.extend(before.fields);
    if padding.iter().any(|&byte| byte != 0) {
        fields.push(Field::new(
            "padding behind the content",
            hex(&padding[..padding.len().min(32)]),
            padding,
        ));
    }
    let path = clean(&name);
    Listed { path, what, size, fields, content: Content::Plain(content) }
}

/// The name without `./` in front and the slash at the end of a folder's.
fn clean(name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name);
    let name = name.trim_end_matches('/');
    if name.is_empty() { ".".into() } else { name.to_owned() }
}

fn header_name(block: &[u8]) -> Vec<u8> {
    let (name, prefix) = (until_nul(&block[..100]), until_nul(&block[345..500]));
    // GNU tar uses the place for other things.
    if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
        [prefix, b"/", name].concat()
    } else {
        name.to_vec()
    }
}

/// A field of a header; `kind` is what a mode elsewhere says of the kind of file.
fn field(name: &'static str, raw: &[u8], kind: u32) -> Field {
    let shown = match name {
        "mode" => number(raw).map(|mode| shown_mode(mode as u32 & 0o7777 | kind)),
        "time" => Some(shown_time(raw)),
        "type" => Some(shown_type(raw[0])),
        "format" => Some(shown_format(raw)),
        "user" | "group" | "name in the header" | "prefix in the header" | "link in the header" => {
            Some(escaped(until_nul(raw)))
        }
        "rest of the header" => Some(escaped(raw)),
        _ => number(raw).map(|number| number.to_string()),
    };
    let field = Field::new(name, shown.unwrap_or_else(|| escaped(raw)), raw);
    if name == "size" { field.following() } else { field }
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// A number in octal digits, or in binary with the top bit set.
fn number(field: &[u8]) -> Option<i64> {
    if field[0] & 0x80 != 0 {
        let low = field[field.len() - 8..].try_into().map_or(0, i64::from_be_bytes);
        return Some(low & i64::MAX);
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    if text.is_empty() { Some(0) } else { i64::from_str_radix(text, 8).ok() }
}

fn shown_time(raw: &[u8]) -> String {
    number(raw).map_or_else(|| escaped(raw), time)
}

fn shown_type(kind: u8) -> String {
    let name = match kind {
        0 => "file, as of old",
        b'0' => "file",
        b'1' => "hard link",
        b'2' => "symbolic link",
        b'3' | b'4' => "device",
        b'5' => "folder",
        b'6' => "pipe",
        b'7' => "contiguous file",
        b'S' => "sparse file",
        _ => "unknown",
    };
    format!("{name} ({})", char::from(kind).escape_default())
}

fn shown_format(magic: &[u8]) -> String {
    match magic {
        b"ustar\x0000" => "ustar".into(),
        b"ustar  \0" => "GNU".into(),
        [0, ..] => "v7".into(),
        other => escaped(other),
    }
}

/// How digits, spaces and NULs follow each other, whatever the digits are.
fn shape(field: &[u8]) -> String {
    let letter = |&byte: &u8| match byte {
        b'0'..=b'7' => "8".to_owned(),
        other => char::from(other).escape_default().to_string(),
    };
    field.iter().map(letter).collect()
}

/// Counts the bytes of the sum itself as spaces; some systems took bytes for signed.
fn has_right_checksum(block: &[u8]) -> bool {
    let count = |at: usize| if CHECKSUM.contains(&at) { b' ' } else { block[at] };
    let unsigned: i64 = (0..512).map(|at| i64::from(count(at))).sum();
    let signed: i64 = (0..512).map(|at| i64::from(count(at) as i8)).sum();
    number(&block[CHECKSUM]).is_some_and(|said| said == unsigned || said == signed)
}

/// What lies behind the last member.
fn end(file: &Blob, at: u64) -> io::Result<Vec<Field>> {
    let length = file.len().saturating_sub(at);
    let rest = file.bytes(at..at + length.min(1 << 20))?;
    let zeros = rest.iter().take_while(|&&byte| byte == 0).count();
    let mut fields = vec![Field::said("zeros at the end", zeros.to_string()).following()];
    if (zeros as u64) < length {
        let shown = format!("{}: {}", length - zeros as u64, escaped(&rest[zeros..]));
        fields.push(Field::new("bytes behind the end", shown, &rest[zeros..]));
    }
    Ok(fields)
}
