//! Gzip files: the fields of their headers, and what is in them.

use std::io;

use super::super::blob::{Blob, Spool};
use super::super::fields::{Field, escaped, hex};
use super::super::listing::{self, Measure, inflate};

const HEADER_CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
/// More streams than that are not looked for.
const MOST_STREAMS: usize = 100_000;

/// What a gzip file holds, and what it says of that.
pub(in super::super) struct Unpacked {
    pub(in super::super) fields: Vec<Field>,
    pub(in super::super) content: Blob,
    pub(in super::super) problems: Vec<String>,
}

pub(in super::super) fn unpack(file: &Blob) -> io::Result<Option<Unpacked>> {
    let Some(header) = Header::read(file, 0)? else { return Ok(None) };
    let (mut spool, mut problems, mut streams, mut at) = (Spool::new(), Vec::new(), 0, 0);
    let (mut ends, mut measure) = (Vec::new(), Measure::default());
    while streams < MOST_STREAMS
        && let Some(header) = Header::read(file, at)?
    {
        let unpacked = inflate(&file.slice(at + header.length..file.len()), &mut measure)?;
        copy(&unpacked.blob, &mut spool)?;
        streams += 1;
        at += header.length + unpacked.consumed;
        if let Some(problem) = unpacked.problem {
            problems.push(format!("gzip stream {streams}: {problem}"));
            break;
        }
        let end = file.bytes(at..at + 8)?;
        if end.get(..4) != Some(&unpacked.crc.to_le_bytes()) {
            problems.push(format!("gzip stream {streams}: the checksum is wrong"));
        }
        if end.get(4..) != Some(&(unpacked.blob.len() as u32).to_le_bytes()) {
            problems.push(format!("gzip stream {streams}: the length at its end is wrong"));
        }
        at += end.len() as u64;
        ends.extend(end);
    }
    let mut fields = header.fields();
    fields.push(Field::said("gzip: streams", streams.to_string()));
    fields
        .push(Field::new("gzip: checksums and lengths", hex(&ends[..ends.len().min(16)]), ends).following());
    fields.push(Field::said("gzip: bytes behind the end", file.len().saturating_sub(at).to_string()));
    let packed = file.slice(header.length..at);
    fields.push(
        Field::new("gzip: compressed data", format!("{} bytes", packed.len()), packed.digest()?.0)
            .following(),
    );
    Ok(Some(Unpacked { fields, content: spool.finish(), problems }))
}

fn copy(blob: &Blob, spool: &mut Spool) -> io::Result<()> {
    let (mut reader, mut chunk) = (blob.reader(), vec![0; 1 << 16]);
    loop {
        match io::Read::read(&mut reader, &mut chunk)? {
            0 => return Ok(()),
            length => spool.push(&chunk[..length])?,
        }
    }
}

struct Header {
    fixed: [u8; 10],
    extra: Option<Vec<u8>>,
    name: Option<Vec<u8>>,
    comment: Option<Vec<u8>>,
    checksum: Option<Vec<u8>>,
    length: u64,
}

impl Header {
    /// None where no gzip stream begins.
    fn read(file: &Blob, at: u64) -> io::Result<Option<Header>> {
        // Extra field, name and comment have up to 64 KiB each.
        let bytes = file.bytes(at..at.saturating_add(3 << 16))?;
        let Some((fixed, mut rest)) = bytes.split_first_chunk::<10>() else { return Ok(None) };
        if fixed[..2] != [0x1f, 0x8b] {
            return Ok(None);
        }
        let has = |flag| fixed[3] & flag != 0;
        let mut take = |length: usize| {
            let (field, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            field.to_vec()
        };
        let extra = has(EXTRA).then(|| {
            let length = take(2).try_into().map_or(0, u16::from_le_bytes);
            take(length.into())
        });
        let mut text = || {
            let length = rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
            let text = rest[..length].to_vec();
            rest = &rest[(length + 1).min(rest.len())..];
            text
        };
        let name = has(NAME).then(&mut text);
        let comment = has(COMMENT).then(&mut text);
        let checksum = has(HEADER_CHECKSUM).then(|| {
            let (field, after) = rest.split_at(2.min(rest.len()));
            rest = after;
            field.to_vec()
        });
        let length = (bytes.len() - rest.len()) as u64;
        Ok(Some(Header { fixed: *fixed, extra, name, comment, checksum, length }))
    }

    fn fields(&self) -> Vec<Field> {
        let [_, _, method, flags, t0, t1, t2, t3, level, system] = self.fixed;
        let time = u32::from_le_bytes([t0, t1, t2, t3]);
        let mut fields = vec![
            Field::said("gzip: method", if method == 8 { "deflate".into() } else { method.to_string() }),
            Field::said("gzip: flags", format!("{flags:#04x}")),
            Field::said("gzip: time", if time == 0 { "none".into() } else { listing::time(time.into()) }),
            Field::said("gzip: level", level_name(level)),
            Field::said("gzip: system", system_name(system)),
        ];
        let texts = [
            ("gzip: name", &self.name),
            ("gzip: comment", &self.comment),
            ("gzip: extra field", &self.extra),
            ("gzip: header checksum", &self.checksum),
        ];
        for (name, text) in texts {
            fields.extend(text.as_ref().map(|text| Field::new(name, escaped(text), text.clone())));
        }
        fields
    }
}

fn level_name(level: u8) -> String {
    match level {
        2 => "best (2)".into(),
        4 => "fastest (4)".into(),
        0 => "not said (0)".into(),
        other => other.to_string(),
    }
}

fn system_name(number: u8) -> String {
    match number {
        0 => "MS-DOS (0)".into(),
        3 => "Unix (3)".into(),
        7 => "Macintosh (7)".into(),
        11 => "NTFS (11)".into(),
        255 => "unknown (255)".into(),
        other => other.to_string(),
    }
}
