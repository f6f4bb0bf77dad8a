//! Zip files that are a function of their entries.

use std::io::{Seek, SeekFrom, Write};
use std::iter;
use std::num::NonZero;

use sha2::{Digest, Sha256};

use super::super::blocks::{self, Packed, Part};
use super::super::deflate::BLOCK;
use super::super::entry::{Content, Entries, Entry, Kind, WriteError};
use super::format::*;
use crate::epoch::Epoch;

/// How to write a zip file.
///
/// ```
/// use pyrepro_archive::zip::{Compression, Options};
///
/// let options = Options { prefix: b"#!/usr/bin/env python3\n".to_vec(), ..Options::default() };
/// assert_eq!(options.compression, Compression::Deflated);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// The time of all members, in UTC. One outside of [`Epoch::DOS`] gives the nearest inside; ask
    /// [`Epoch::clamp_to`] whether to warn of that.
    pub epoch: Epoch,
    /// Whether to compress.
    pub compression: Compression,
    /// What comes before the first member, such as the `#!` line of a zipapp. All offsets count from
    /// the start of it.
    pub prefix: Vec<u8>,
    /// How many threads compress. The bytes do not depend on it.
    pub threads: NonZero<usize>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            epoch: Epoch::DEFAULT,
            compression: Compression::Deflated,
            prefix: Vec::new(),
            threads: NonZero::<usize>::MIN,
        }
    }
}

/// Whether to compress the members of a zip file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Compress each member, unless its first mebibyte does not get smaller by that.
    #[default]
    Deflated,
    /// Compress each member whatever it gains, empty ones too, as Python's `zipfile` does.
    All,
    /// Compress none.
    Stored,
}

/// Writes a zip file from where the output stands, and leaves it at the end.
///
/// ```
/// use pyrepro_archive::{Entries, Entry, Order, zip};
///
/// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
/// let mut file = std::io::Cursor::new(Vec::new());
/// zip::write(&entries, &zip::Options::default(), &mut file)?;
/// assert_eq!(file.into_inner()[..4], *b"PK\x03\x04");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(
    entries: &Entries,
    options: &Options,
    output: &mut (impl Write + Seek),
) -> Result<(), WriteError> {
    for entry in entries {
        if entry.path.as_str().len() + "/".len() > usize::from(u16::MAX) {
            return Err(WriteError::PathTooLong(entry.path.to_string()));
        }
        if matches!(entry.kind, Kind::Symlink(_) | Kind::HardLink { .. }) {
            return Err(WriteError::Link(entry.path.to_string()));
        }
    }
    output.write_all(&options.prefix)?;
    let mut writer = Writer {
        output,
        dos: options.epoch.dos_date_time(),
        offset: options.prefix.len() as u64,
        rest: entries.iter(),
        open: None,
        directory: Vec::new(),
        count: 0,
        all: options.compression == Compression::All,
    };
    let deflate = options.compression != Compression::Stored;
    let blocks = entries.iter().flat_map(|entry| blocks::cut(entry.content().map(Part::from).into_iter()));
    blocks::pack(blocks.map(|block| (block, deflate)), options.threads, |packed| writer.block(packed))?;
    writer.finish()
}

struct Writer<'a, W> {
    output: &'a mut W,
    /// Date and time of all members.
    dos: (u16, u16),
    /// How much was written, the prefix included.
    offset: u64,
    /// The entries of which nothing was written.
    rest: std::slice::Iter<'a, Entry>,
    /// The member that blocks belong to.
    open: Option<Member<'a>>,
    /// The central directory so far.
    directory: Vec<u8>,
    count: u64,
    /// Whether members are compressed even if that makes them longer.
    all: bool,
}

/// What an empty file is when it is compressed: a last block, of fixed codes, that ends at once.
const NOTHING: [u8; 2] = [3, 0];

/// What is known of a member while it is written.
struct Member<'a> {
    entry: &'a Entry,
    /// Where its local header is.
    offset: u64,
    deflated: bool,
    crc: u32,
    /// How much of its content was written, and how long that is in the archive.
    size: u64,
    packed: u64,
    /// The hash of that, where the entry says what it must be in the end.
    hash: Option<Sha256>,
}

impl<'a, W: Write + Seek> Writer<'a, W> {
    /// Takes the next block of the entries that have any.
    fn block(&mut self, block: Packed<'_>) -> Result<(), WriteError> {
        let mut member = match self.open.take() {
            Some(member) => member,
            None => self.next_with_content(&block)?,
        };
        let data = block.deflated.as_deref().filter(|_| member.deflated).unwrap_or(&block.raw);
        member.crc = zlib_rs::crc32::crc32(member.crc, &block.raw);
        member.size += block.raw.len() as u64;
        if let Some(hash) = &mut member.hash {
            hash.update(&block.raw);
        }
        member.packed += data.len() as u64;
        let is_first = member.size <= BLOCK as u64;
        let is_last = member.size == member.entry.size();
        if is_first {
            self.header(&member, is_last)?;
        }
        self.put(data)?;
        if !is_last {
            self.open = Some(member);
            return Ok(());
        }
        member.check()?;
        if !is_first {
            self.mend_header(&member)?;
        }
        self.list(&member);
        Ok(())
    }

    /// Writes the folders and empty files that come first, and begins the member of this block.
    fn next_with_content(&mut self, block: &Packed<'_>) -> Result<Member<'a>, WriteError> {
        loop {
            let entry =
                self.rest.next().expect("a block belongs to an entry, and they come in the same order");
            if entry.size() > 0 {
                let is_better = |deflated: &Vec<u8>| self.all || deflated.len() < block.raw.len();
                let deflated = block.deflated.as_ref().is_some_and(is_better);
                return Ok(Member { deflated, ..Member::begin(entry, self.offset) });
            }
            self.empty(entry)?;
        }
    }

    fn empty(&mut self, entry: &'a Entry) -> Result<(), WriteError> {
        let deflated = self.all && entry.content().is_some();
        let data = if deflated { &NOTHING[..] } else { &[] };
        let mut member = Member { deflated, packed: data.len() as u64, ..Member::begin(entry, self.offset) };
        member.check()?;
        self.header(&member, true)?;
        self.put(data)?;
        self.list(&member);
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.output.write_all(bytes)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Writes the header of a member, whose checksum and length may not be known yet.
    fn header(&mut self, member: &Member<'_>, known: bool) -> Result<(), WriteError> {
        let (crc, packed) = if known { (member.crc, member.packed) } else { (0, 0) };
        self.put(&Member { crc, packed, hash: None, ..*member }.local_header(self.dos))
    }

    /// Writes the header of a member again, whose checksum and length are known only now.
    fn mend_header(&mut self, member: &Member<'_>) -> Result<(), WriteError> {
        let header = member.local_header(self.dos);
        let back = i64::try_from(self.offset - member.offset).map_err(std::io::Error::other)?;
        self.output.seek(SeekFrom::Current(-back))?;
        self.output.write_all(&header)?;
        self.output.seek(SeekFrom::Current(back - header.len() as i64))?;
        Ok(())
    }

    fn list(&mut self, member: &Member<'_>) {
        member.append_central_header(self.dos, &mut self.directory);
        self.count += 1;
    }

    fn finish(mut self) -> Result<(), WriteError> {
        while let Some(entry) = self.rest.next() {
            self.empty(entry)?;
        }
        let start = self.offset;
        let directory = std::mem::take(&mut self.directory);
        self.put(&directory)?;
        let end = end_of_directory(self.count, start, directory.len() as u64);
        self.put(&end)?;
        self.output.flush()?;
        Ok(())
    }
}

impl<'a> Member<'a> {
    fn begin(entry: &'a Entry, offset: u64) -> Member<'a> {
        let is_hashed = matches!(entry.content(), Some(Content::File { sha256: Some(_), .. }));
        let hash = is_hashed.then(Sha256::new);
        Member { entry, offset, deflated: false, crc: 0, size: 0, packed: 0, hash }
    }

    /// Whether what was written is what the entry says.
    fn check(&mut self) -> Result<(), WriteError> {
        if let Some(Content::File { path, sha256: Some(sha256), .. }) = self.entry.content()
            && let Some(hash) = self.hash.take()
            && hash.finalize()[..] != sha256.0
        {
            return Err(WriteError::Rewritten { path: path.clone() });
        }
        Ok(())
    }

    fn is_large(&self) -> bool {
        longest(self.entry.size()) >= u64::from(IN_ZIP64)
    }

    fn name(&self) -> Vec<u8> {
        let mut name = self.entry.path.as_str().as_bytes().to_vec();
        name.extend(iter::repeat_n(b'/', self.entry.content().is_none().into()));
        name
    }

    fn local_header(&self, dos: (u16, u16)) -> Vec<u8> {
        let name = self.name();
        let extra = if self.is_large() { zip64(&[self.entry.size(), self.packed]) } else { Vec::new() };
        let version = if self.is_large() { VERSION64 } else { VERSION };
        let mut header = Vec::with_capacity(LOCAL_LENGTH + name.len() + extra.len());
        header.extend(LOCAL.to_le_bytes());
        header.extend(version.to_le_bytes());
        self.append_shared(dos, self.is_large(), &mut header);
        header.extend((name.len() as u16).to_le_bytes());
        header.extend((extra.len() as u16).to_le_bytes());
        header.extend(name);
        header.extend(extra);
        header
    }

    fn append_central_header(&self, dos: (u16, u16), header: &mut Vec<u8>) {
        let name = self.name();
        let is_far = self.offset >= u64::from(IN_ZIP64);
        let mut large = Vec::new();
        if self.is_large() {
            large.extend([self.entry.size(), self.packed]);
        }
        if is_far {
            large.push(self.offset);
        }
        let extra = if large.is_empty() { Vec::new() } else { zip64(&large) };
        let version = if large.is_empty() { VERSION } else { VERSION64 };
        let (kind, dos_attributes) = match self.entry.content() {
            Some(_) => (S_IFREG, 0),
            None => (S_IFDIR, DOS_FOLDER),
        };
        header.extend(CENTRAL.to_le_bytes());
        header.extend((version | u16::from(UNIX) << 8).to_le_bytes());
        header.extend(version.to_le_bytes());
        self.append_shared(dos, self.is_large(), header);
        header.extend((name.len() as u16).to_le_bytes());
        header.extend((extra.len() as u16).to_le_bytes());
        // No comment, on the first disk, and no saying whether it is text.
        header.extend([0; 6]);
        header.extend(((kind | self.entry.mode()) << 16 | dos_attributes).to_le_bytes());
        header.extend(if is_far { IN_ZIP64 } else { self.offset as u32 }.to_le_bytes());
        header.extend(name);
        header.extend(extra);
    }

    /// What both headers have in common, in the same order.
    fn append_shared(&self, (date, time): (u16, u16), is_large: bool, header: &mut Vec<u8>) {
        let flags = if self.entry.path.as_str().is_ascii() { 0 } else { FLAG_UTF8 };
        let method = if self.deflated { DEFLATED } else { STORED };
        for field in [flags, method, time, date] {
            header.extend(field.to_le_bytes());
        }
        header.extend(self.crc.to_le_bytes());
        for size in [self.packed, self.entry.size()] {
            header.extend(if is_large { IN_ZIP64 } else { size as u32 }.to_le_bytes());
        }
    }
}

/// The most that content of this size can take in the archive: data that defies compression costs
/// some bytes for each block. The header must say whether it has room for the length before that is known.
fn longest(size: u64) -> u64 {
    size.saturating_add(size.div_ceil(BLOCK as u64).saturating_mul(1 << 10))
}

fn zip64(fields: &[u64]) -> Vec<u8> {
    let mut extra = Vec::new();
    extra.extend(ZIP64.to_le_bytes());
    extra.extend((fields.len() as u16 * 8).to_le_bytes());
    extra.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
    extra
}

/// What follows the central directory.
fn end_of_directory(count: u64, start: u64, length: u64) -> Vec<u8> {
    let mut end = Vec::new();
    let fits = count < u64::from(IN_ZIP64_SHORT) && start.max(length) < u64::from(IN_ZIP64);
    if !fits {
        end.extend(END64.to_le_bytes());
        end.extend((END64_LENGTH as u64 - 12).to_le_bytes());
        end.extend((VERSION64 | u16::from(UNIX) << 8).to_le_bytes());
        end.extend(VERSION64.to_le_bytes());
        // This disk and the one of the directory.
        end.extend([0; 8]);
        end.extend([count, count, length, start].iter().flat_map(|field| field.to_le_bytes()));
        end.extend(LOCATOR64.to_le_bytes());
        end.extend([0; 4]);
        end.extend((start + length).to_le_bytes());
        // One disk in all.
        end.extend(1_u32.to_le_bytes());
    }
    let short = count.min(IN_ZIP64_SHORT.into()) as u16;
    let word = |field: u64| field.min(IN_ZIP64.into()) as u32;
    end.extend(END.to_le_bytes());
    end.extend([0; 4]);
    end.extend([short, short].iter().flat_map(|field| field.to_le_bytes()));
    end.extend([word(length), word(start)].iter().flat_map(|field| field.to_le_bytes()));
    // No comment.
    end.extend([0; 2]);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_places_are_in_zip64_fields_only_where_they_must() {
        let headers = |size: u64, offset: u64| {
            let entry = Entry::file("a", "x", size).unwrap();
            let member = Member { size, packed: size, ..Member::begin(&entry, offset) };
            let mut central = Vec::new();
            member.append_central_header((0, 0), &mut central);
            let extra = |header: &[u8], length: usize| header[length + 1..].to_vec();
            (extra(&member.local_header((0, 0)), LOCAL_LENGTH), extra(&central, CENTRAL_LENGTH))
        };
        let (near, far, large) = (4_000_000_000, u64::from(u32::MAX), 5_000_000_000);
        assert_eq!(headers(near, near), (vec![], vec![]));
        assert_eq!(headers(near, far), (vec![], zip64(&[far])));
        assert_eq!(headers(large, near), (zip64(&[large, large]), zip64(&[large, large])));
        assert_eq!(headers(large, far), (zip64(&[large, large]), zip64(&[large, large, far])));
    }

    #[test]
    fn there_is_room_for_data_that_defies_compression() {
        assert!(longest(u32::MAX as u64 - (1 << 20)) > u32::MAX as u64);
        assert!(longest(4 << 20) - (4 << 20) > 4 * 5 * (1 << 20) / (1 << 14));
    }
}
