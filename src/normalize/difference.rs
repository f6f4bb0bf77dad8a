//! What an artifact has otherwise than its normal form, and where.

use std::fmt;

use serde::Serialize;

/// Something that an artifact has otherwise than its normal form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The member that has it, if it is not the artifact as a whole.
    pub member: Option<String>,
    /// In what it differs.
    pub aspect: Aspect,
    /// What was found.
    pub found: String,
}

/// In what an artifact can differ from its normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Aspect {
    /// The order of members.
    Order,
    /// Times.
    Time,
    /// Permissions and attributes.
    Mode,
    /// Users and groups.
    Owner,
    /// The system and the version of the format that a header names.
    Maker,
    /// How a name is written.
    Name,
    /// Flags, data descriptors among them.
    Flags,
    /// Extra fields of zip headers.
    ExtraField,
    /// Comments.
    Comment,
    /// The format of tar headers, and records of pax headers.
    Header,
    /// The header of a gzip file.
    Gzip,
    /// Which of several names of a file is the file, and which are links.
    HardLink,
    /// Which members are compressed, and how.
    Compression,
    /// The form of bytecode.
    Bytecode,
    /// The order of fields in the metadata of a wheel.
    Metadata,
    /// The rows of a wheel's RECORD.
    Record,
    /// Signatures that are dropped.
    Signature,
    /// Entries for folders, which wheels do not have.
    Folder,
    /// Where members are in the file, and what lies between them.
    Layout,
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Aspect::Order => "order",
            Aspect::Time => "time",
            Aspect::Mode => "mode",
            Aspect::Owner => "owner",
            Aspect::Maker => "maker",
            Aspect::Name => "name",
            Aspect::Flags => "flags",
            Aspect::ExtraField => "extra field",
            Aspect::Comment => "comment",
            Aspect::Header => "header",
            Aspect::Gzip => "gzip",
            Aspect::HardLink => "hard link",
            Aspect::Compression => "compression",
            Aspect::Bytecode => "bytecode",
            Aspect::Metadata => "metadata",
            Aspect::Record => "RECORD",
            Aspect::Signature => "signature",
            Aspect::Folder => "folder",
            Aspect::Layout => "layout",
        })
    }
}

impl Difference {
    pub(super) fn of_all(aspect: Aspect, found: impl Into<String>) -> Difference {
        Difference { member: None, aspect, found: found.into() }
    }

    pub(super) fn of(member: &str, aspect: Aspect, found: impl Into<String>) -> Difference {
        Difference { member: Some(member.to_owned()), aspect, found: found.into() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.member {
            Some(member) => write!(f, "{member}: {}", self.found),
            None => f.write_str(&self.found),
        }
    }
}

/// The first members that are out of order: what stands before what.
pub(super) fn out_of_order<'a>(
    found: impl Iterator<Item = &'a str>,
    wanted: impl Iterator<Item = &'a str>,
) -> Option<Difference> {
    found.zip(wanted).find(|(found, wanted)| found != wanted).map(|(found, wanted)| {
        Difference::of(found, Aspect::Order, format!("stands where {wanted:?} comes in order"))
    })
}
