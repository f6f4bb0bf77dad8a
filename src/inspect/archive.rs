//! What is in an archive, and whether what a wheel says of its files holds.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

use serde::Serialize;

use crate::archive::{self, Digesting, Format, Limits, ReadError, TarSource, tar, zip};
use crate::record::{self, Hash, Mismatch, Present, Record};

/// How much of a shebang is shown.
const SHEBANG_LIMIT: usize = 256;

/// An archive: what it is and what is in it.
///
/// ```
/// use std::io::Cursor;
///
/// use pyrepro::archive::{Entries, Entry, Limits, Order, zip};
/// use pyrepro::inspect::Archive;
///
/// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
/// let mut file = Cursor::new(Vec::new());
/// zip::write(&entries, &zip::Options::default(), &mut file)?;
/// let archive = Archive::read(file, Limits::default())?.expect("a zip file");
/// assert_eq!((archive.format, archive.members[0].path.as_str()), ("zip", "a.py"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Archive {
    /// `zip`, `tar` or `tar.gz`.
    pub format: &'static str,
    /// The size of the file.
    pub size: u64,
    /// The `#!` line before a zip file, without these two characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shebang: Option<String>,
    /// The members, in the order of the archive.
    pub members: Vec<Member>,
    /// How the RECORD of a wheel stands to them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordCheck>,
}

/// A member of an archive.
///
/// ```
/// # use pyrepro::{archive::Limits, inspect::Archive};
/// # let empty = std::io::Cursor::new([&b"PK\x05\x06"[..], &[0; 18]].concat());
/// let archive = Archive::read(empty, Limits::default())?.expect("a zip file");
/// assert_eq!(archive.members, []);
/// # Ok::<(), pyrepro::archive::ReadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its path.
    pub path: String,
    /// `file`, `folder`, `symlink`, `hardlink` or `special`.
    pub kind: &'static str,
    /// What a link leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How many bytes are in it.
    pub size: u64,
    /// How many these take in a zip file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packed: Option<u64>,
    /// Its permissions, in octal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// When it was modified: in zip files local time, in tar files seconds since 1970.
    pub time: String,
}

/// How a RECORD stands to the members of a wheel.
///
/// ```
/// use pyrepro::inspect::RecordCheck;
///
/// let check = RecordCheck { path: "m-1.dist-info/RECORD".to_owned(), ..RecordCheck::default() };
/// assert!(check.holds());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RecordCheck {
    /// Where it is.
    pub path: String,
    /// How many rows it has.
    pub rows: usize,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The files whose hash or size is another than it says.
    pub differ: Vec<String>,
    /// The files that it names and that are not there.
    pub missing: Vec<String>,
    /// The files that it does not name, or without a hash.
    pub unrecorded: Vec<String>,
}

impl RecordCheck {
    /// Whether it says what is there.
    ///
    /// ```
    /// # use pyrepro::inspect::RecordCheck;
    /// assert!(!RecordCheck { missing: vec!["m.py".to_owned()], ..RecordCheck::default() }.holds());
    /// ```
    pub fn holds(&self) -> bool {
        self.error.is_none()
            && [&self.differ, &self.missing, &self.unrecorded].iter().all(|list| list.is_empty())
    }
}

impl Archive {
    /// Reads an archive; None if the file is not one.
    ///
    /// ```
    /// # use pyrepro::{archive::Limits, inspect::Archive};
    /// let none = Archive::read(std::io::Cursor::new(b"something else"), Limits::default())?;
    /// assert_eq!(none, None);
    /// # Ok::<(), pyrepro::archive::ReadError>(())
    /// ```
    pub fn read(mut source: impl Read + Seek, limits: Limits) -> Result<Option<Archive>, ReadError> {
        let format = Format::detect(&mut source).map_err(unreadable)?;
        let Some(format) = format else { return Ok(None) };
        let size = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
        let archive = match archive::Archive::open_as(format, source, limits)? {
            archive::Archive::Zip(reader) => of_zip(reader)?,
            archive::Archive::Tar(reader) => of_tar(reader)?,
        };
        Ok(Some(Archive { size, ..archive }))
    }
}

fn unreadable(error: io::Error) -> ReadError {
    ReadError { member: None, offset: 0, problem: error.into() }
}

fn of_tar<R: Read + Seek>(mut reader: tar::Reader<TarSource<R>>) -> Result<Archive, ReadError> {
    let mut members = Vec::new();
    while let Some(member) = reader.next_member()? {
        members.push(tar_member(&member));
    }
    let format = if reader.source().gzip().is_some() { "tar.gz" } else { "tar" };
    Ok(Archive { format, size: 0, shebang: None, members, records: Vec::new() })
}

fn tar_member(member: &tar::Member) -> Member {
    let (kind, target) = match &member.kind {
        tar::Kind::File => ("file", None),
        tar::Kind::Folder => ("folder", None),
        tar::Kind::Symlink(target) => ("symlink", Some(target)),
        tar::Kind::HardLink(target) => ("hardlink", Some(target)),
        tar::Kind::Special(_) => ("special", None),
    };
    Member {
        path: member.path.as_str().to_owned(),
        kind,
        target: target.map(|target| String::from_utf8_lossy(target).into_owned()),
        size: member.size,
        packed: None,
        mode: Some(format!("{:04o}", member.mode)),
        time: member.time.to_string(),
    }
}

fn of_zip(mut reader: zip::Reader<impl Read + Seek>) -> Result<Archive, ReadError> {
    let prefix = reader.prefix(SHEBANG_LIMIT)?;
    let shebang = prefix.strip_prefix(b"#!").and_then(|prefix| prefix.split(|byte| *byte == b'\n').next());
    let shebang = shebang.map(|line| String::from_utf8_lossy(line).into_owned());
    let members = reader.members().iter().map(zip_member).collect();
    let records = record_places(&reader).into_iter().map(|place| check_record(&mut reader, place));
    let records = records.collect::<Result<_, _>>()?;
    Ok(Archive { format: "zip", size: 0, shebang, members, records })
}

fn zip_member(member: &zip::Member) -> Member {
    let (date, time) = member.dos;
    Member {
        path: member.path.as_str().to_owned(),
        kind: match member.kind {
            zip::Kind::File => "file",
            zip::Kind::Folder => "folder",
            zip::Kind::Symlink => "symlink",
            zip::Kind::Special => "special",
        },
        target: None,
        size: member.size,
        packed: Some(member.packed),
        mode: member.mode().map(|mode| format!("{:04o}", mode & 0o7777)),
        time: format!(
            "{}-{:02}-{:02} {:02}:{:02}:{:02}",
            1980 + (date >> 9),
            date >> 5 & 15,
            date & 31,
            time >> 11,
            time >> 5 & 63,
            (time & 31) * 2
        ),
    }
}

/// The members `NAME.dist-info/RECORD` at the top.
fn record_places<R>(reader: &zip::Reader<R>) -> Vec<usize>
where
    R: Read + Seek,
{
    let is_record = |path: &str| {
        path.split_once('/').is_some_and(|(folder, file)| folder.ends_with(".dist-info") && file == "RECORD")
    };
    let members = reader.members().iter().enumerate();
    members.filter(|(_, member)| is_record(member.path.as_str())).map(|(place, _)| place).collect()
}

fn check_record<R: Read + Seek>(reader: &mut zip::Reader<R>, place: usize) -> Result<RecordCheck, ReadError> {
    let mut check =
        RecordCheck { path: reader.members()[place].path.as_str().to_owned(), ..Default::default() };
    let record = match Record::parse(&reader.bytes(place)?) {
        Ok(record) => record,
        Err(error) => return Ok(RecordCheck { error: Some(error.to_string()), ..check }),
    };
    check.rows = record.rows.len();
    let files: Vec<(String, u64, usize)> = reader
        .members()
        .iter()
        .enumerate()
        .filter(|(_, member)| member.kind != zip::Kind::Folder)
        .map(|(index, member)| (member.path.as_str().to_owned(), member.size, index))
        .collect();
    let members: HashMap<&str, usize> =
        files.iter().map(|(path, _, index)| (path.as_str(), *index)).collect();
    let present = files.iter().map(|(path, size, _)| Present { path, size: *size });
    let mismatches =
        record::check(&record, &check.path, present, |path, hash| fits(reader, members[path], hash))?;
    for mismatch in mismatches {
        let path = mismatch.path().to_owned();
        match mismatch {
            Mismatch::Differs(_) => check.differ.push(path),
            Mismatch::NotListed(_) | Mismatch::NoHash(_) => check.unrecorded.push(path),
            Mismatch::Missing(_) => check.missing.push(path),
            Mismatch::Twice(_) => check.error = Some(mismatch.to_string()),
        }
    }
    Ok(check)
}

/// Whether a member's content has a hash; nothing of one that does not protect.
fn fits<R: Read + Seek>(
    reader: &mut zip::Reader<R>,
    index: usize,
    hash: &Hash,
) -> Result<Option<bool>, ReadError> {
    if hash.algorithm() != "sha256" {
        return Ok(hash.fits(&reader.bytes(index)?));
    }
    let mut sum = Digesting::default();
    reader.copy(index, &mut sum)?;
    Ok(Some(Hash::sha256(sum.finish().0) == *hash))
}
