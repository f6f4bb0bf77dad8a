//! What some bytes are.

use std::io;

use super::blob::Blob;
use super::container::{gzip, tar, zip};
use super::listing::{Content, Listed, Listing, What};
use crate::archive::Format;
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
        match Format::detect(&mut blob.reader())? {
            Some(Format::Zip) => return Ok(Kind::Zip),
            Some(Format::Tar) => return Ok(Kind::Tar),
            Some(Format::Gzip) => return Ok(Kind::Gzip),
            _ => {}
        }
        let head = blob.bytes(0..HEAD)?;
        Ok(match &head[..] {
            _ if name.ends_with(".pyc") => Kind::Pyc,
            [m0, m1, b'\r', b'\n', ..] if is_magic(*m0, *m1) => Kind::Pyc,
            head if is_text(head) => Kind::Text,
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
    if Format::detect(&mut unpacked.content.reader())? == Some(Format::Tar) {
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
