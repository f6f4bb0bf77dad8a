//! What some bytes are, by how they begin and end, and by their name where that tells nothing.

use std::io;

use super::blob::Blob;
use super::container::{gzip, tar, zip};
use super::listing::{Content, Listed, Listing, What};
use crate::python::Version;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    Zip,
    Tar,
    Gzip,
    Pyc,
    Text,
    Binary,
}

/// How much is looked at to tell text from other bytes.
const HEAD: u64 = 8 << 10;

impl Kind {
    pub(super) fn of(name: &str, blob: &Blob) -> io::Result<Kind> {
        let head = blob.bytes(0..HEAD)?;
        Ok(match &head[..] {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Zip,
            [0x1f, 0x8b, ..] => Kind::Gzip,
            [b'#', b'!', ..] if has_zip_end(blob)? => Kind::Zip,
            [m0, m1, b'\r', b'\n', ..] if is_magic(*m0, *m1) || name.ends_with(".pyc") => Kind::Pyc,
            _ if name.ends_with(".pyc") => Kind::Pyc,
            head if tar::begins(head) => Kind::Tar,
            head if is_text(head) => Kind::Text,
            _ if has_zip_name(name) && has_zip_end(blob)? => Kind::Zip,
            _ => Kind::Binary,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Folder => "folder",
            Kind::Zip => "zip",
            Kind::Tar => "tar",
            Kind::Gzip => "gzip",
            Kind::Pyc => "pyc",
            Kind::Text => "text",
            Kind::Binary => "binary",
        }
    }

    pub(super) fn is_container(self) -> bool {
        matches!(self, Kind::Folder | Kind::Zip | Kind::Tar | Kind::Gzip)
    }
}

fn is_magic(m0: u8, m1: u8) -> bool {
    Version::from_magic(u16::from_le_bytes([m0, m1])).is_some()
}

fn has_zip_end(blob: &Blob) -> io::Result<bool> {
    let tail = blob.bytes(blob.len().saturating_sub(22 + 65_535)..blob.len())?;
    Ok(tail.windows(4).any(|four| four == b"PK\x05\x06"))
}

fn has_zip_name(name: &str) -> bool {
    [".zip", ".whl", ".pyz", ".egg"].iter().any(|end| name.ends_with(end))
}

/// Whether bytes look like text in UTF-8 or some encoding of single bytes.
pub(super) fn is_text(head: &[u8]) -> bool {
    !head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127))
}

/// A container that is a file, taken apart; none if it is none after all.
pub(super) fn list(kind: Kind, blob: &Blob) -> io::Result<Option<Listing>> {
    match kind {
        Kind::Zip => zip::list(blob),
        Kind::Tar => Ok(Some(tar::list(blob)?)),
        Kind::Gzip => unpack(blob),
        _ => Ok(None),
    }
}

/// A tar file in a gzip file is listed as one; anything else is the only member.
fn unpack(blob: &Blob) -> io::Result<Option<Listing>> {
    let Some(unpacked) = gzip::unpack(blob)? else { return Ok(None) };
    let head = unpacked.content.bytes(0..512)?;
    if tar::begins(&head) {
        let mut listing = tar::list(&unpacked.content)?;
        listing.fields.splice(0..0, unpacked.fields);
        listing.problems.splice(0..0, unpacked.problems);
        return Ok(Some(Listing { format: "tar.gz", ..listing }));
    }
    let member = Listed {
        path: "content".into(),
        what: What::File,
        size: unpacked.content.len(),
        fields: vec![],
        content: Content::Plain(unpacked.content),
    };
    Ok(Some(Listing {
        format: "gzip",
        fields: unpacked.fields,
        members: vec![member],
        problems: unpacked.problems,
    }))
}
