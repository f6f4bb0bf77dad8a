//! What is in a container: its own fields, and its members with theirs.

use std::io;

use super::blob::{Blob, Spool};
use super::fields::Field;
use crate::archive::Problem;
use crate::archive::{self, inflate::Inflater};

/// Nothing is unpacked further than to this size, and nothing further than deflate can go by so much.
const LARGEST: u64 = 4 << 30;
const RATIO: u64 = 200;
const RATIO_COUNTS_FROM: u64 = 64 << 20;

/// A container, taken apart as far as that goes.
pub(super) struct Listing {
    /// The name of its format; fields of the same format can be compared.
    pub(super) format: &'static str,
    pub(super) fields: Vec<Field>,
    /// In the order in which they are there.
    pub(super) members: Vec<Listed>,
    /// What is wrong with it.
    pub(super) problems: Vec<String>,
}

/// A member, as its container has it.
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) what: What,
    pub(super) size: u64,
    pub(super) fields: Vec<Field>,
    pub(super) content: Content,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    File,
    Folder,
    /// Its content is where it leads.
    Link,
    Special,
}

impl What {
    pub(super) fn name(self) -> &'static str {
        match self {
            What::File => "file",
            What::Folder => "folder",
            What::Link => "link",
            What::Special => "special",
        }
    }
}

/// Where the bytes of a member are.
#[derive(Clone)]
pub(super) enum Content {
    Plain(Blob),
    Deflated {
        packed: Blob,
        size: u64,
        crc: u32,
    },
    /// Packed in a way that cannot be unpacked here.
    Opaque {
        packed: Blob,
        why: String,
    },
}

/// Bytes of a member, and what is wrong with them.
pub(super) struct Opened {
    pub(super) blob: Blob,
    pub(super) problem: Option<String>,
}

impl Content {
    /// Whether both are packed to the same bytes in the same way, which takes no unpacking.
    pub(super) fn is_packed_like(&self, other: &Content) -> io::Result<bool> {
        match (self, other) {
            (Content::Plain(a), Content::Plain(b))
            | (Content::Deflated { packed: a, .. }, Content::Deflated { packed: b, .. })
            | (Content::Opaque { packed: a, .. }, Content::Opaque { packed: b, .. }) => a.equals(b),
            _ => Ok(false),
        }
    }

    pub(super) fn open(&self) -> io::Result<Opened> {
        match self {
            Content::Plain(blob) => Ok(Opened { blob: blob.clone(), problem: None }),
            Content::Opaque { packed, why } => {
                Ok(Opened { blob: packed.clone(), problem: Some(why.clone()) })
            }
            Content::Deflated { packed, size, crc } => {
                let unpacked = inflate(packed, &mut Measure::default())?;
                let problem = unpacked.problem.map(|problem| problem.to_string());
                let wrong = if unpacked.crc != *crc {
                    Some(format!("the checksum should be {crc:08x} and is {:08x}", unpacked.crc))
                } else if unpacked.blob.len() != *size {
                    Some(format!("it should have {size} bytes and has {}", unpacked.blob.len()))
                } else {
                    None
                };
                Ok(Opened { blob: unpacked.blob, problem: problem.or(wrong) })
            }
        }
    }
}

/// What came of a deflate stream.
pub(super) struct Inflated {
    pub(super) blob: Blob,
    pub(super) crc: u32,
    /// How many bytes the stream had.
    pub(super) consumed: u64,
    pub(super) problem: Option<Problem>,
}

/// How much came out of how much, of all streams of a file together.
#[derive(Debug, Default)]
pub(super) struct Measure {
    packed: u64,
    unpacked: u64,
}

impl Measure {
    /// Whether that is more than is good, if the stream that is being read had so many bytes so far.
    fn problem(&self, consumed: u64) -> Option<Problem> {
        if self.unpacked > LARGEST {
            return Some(Problem::TotalTooLarge { limit: LARGEST });
        }
        let is_bomb = self.unpacked > RATIO_COUNTS_FROM && self.unpacked / RATIO > self.packed + consumed;
        is_bomb.then_some(Problem::RatioTooHigh { limit: RATIO })
    }
}

/// Unpacks as much of a deflate stream as is good.
pub(super) fn inflate(packed: &Blob, measure: &mut Measure) -> io::Result<Inflated> {
    let mut source = io::BufReader::with_capacity(1 << 16, packed.reader());
    let (mut inflater, mut spool) = (Inflater::default(), Spool::new());
    let (mut chunk, mut crc) = (vec![0; 1 << 16], 0);
    let problem = loop {
        match inflater.read(&mut source, &mut chunk) {
            Ok(0) => break None,
            Ok(more) => {
                measure.unpacked += more as u64;
                crc = archive::crc32(crc, &chunk[..more]);
                spool.push(&chunk[..more])?;
            }
            Err(Problem::Io(error)) => return Err(error),
            Err(problem) => break Some(problem),
        }
        if let Some(problem) = measure.problem(inflater.consumed()) {
            break Some(problem);
        }
    };
    measure.packed += inflater.consumed();
    Ok(Inflated { blob: spool.finish(), crc, consumed: inflater.consumed(), problem })
}

/// A moment in seconds since 1970, for people.
pub(super) fn time(seconds: i64) -> String {
    let epoch =
        u64::try_from(seconds).ok().and_then(|seconds| crate::epoch::Epoch::parse(seconds.to_string()).ok());
    epoch.map_or_else(|| format!("{seconds} s"), |epoch| epoch.to_string())
}
