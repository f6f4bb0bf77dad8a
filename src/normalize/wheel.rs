//! What makes a zip file a wheel: its RECORD is held against its files, and written anew.

use std::collections::HashMap;
use std::convert::Infallible;

use super::difference::{Aspect, Difference};
use super::error::Error;
use super::zip::{Decoded, Reader};
use super::{Job, fields};
use crate::archive::zip::{Kind, Member};
use crate::archive::{Content, Digest, Entries, Entry, Order};
use crate::record::{self, Hash, Mismatch, Present, Record, Row};

/// Puts the fields of a file in order, unless they are.
type InOrder = fn(&[u8]) -> Option<Vec<u8>>;

/// The files of fields in the folder of metadata.
const IN_ORDER: [(&str, InOrder); 2] = [("METADATA", fields::metadata), ("WHEEL", fields::wheel)];

/// A zip file that is a wheel.
pub(super) struct Wheel {
    /// The name of its folder of metadata.
    pub dist_info: String,
}

/// Why a wheel cannot be normalized.
#[derive(Debug, thiserror::Error)]
pub enum WheelError {
    /// It has no folder of metadata, or several.
    #[error("is not a wheel: it has {0} top-level .dist-info folders, and a wheel has one")]
    DistInfo(usize),
    /// It has no RECORD.
    #[error("is no wheel: it has no {0}")]
    NoRecord(String),
    /// Its RECORD cannot be read.
    #[error("its RECORD cannot be read: {0}")]
    Record(#[from] record::Error),
    /// It is not what RECORD says.
    #[error("{0}; the wheel was changed; download it again")]
    Changed(#[from] Mismatch),
    /// A signature that a new RECORD would not have.
    #[error(
        "is signed by {0:?}, which would not hold for the new RECORD; --drop-signatures leaves it out, so that \
         the wheel can be signed again"
    )]
    Signed(String),
}

impl Wheel {
    /// Whether these are the members of a wheel, as far as one can tell who does not know its name.
    pub fn is_likely(members: &[Member]) -> bool {
        let wheel = Wheel::of(members);
        wheel.is_ok_and(|wheel| wheel.find(members, "WHEEL").is_some())
    }

    pub fn of(members: &[Member]) -> Result<Wheel, WheelError> {
        let tops = members.iter().filter_map(|member| member.path.as_str().split_once('/'));
        let mut tops: Vec<&str> =
            tops.map(|(top, _)| top).filter(|top| top.ends_with(".dist-info")).collect();
        tops.sort_unstable();
        tops.dedup();
        let [dist_info] = tops[..] else { return Err(WheelError::DistInfo(tops.len())) };
        let wheel = Wheel { dist_info: dist_info.to_owned() };
        match wheel.find(members, "RECORD") {
            Some(_) => Ok(wheel),
            None => Err(WheelError::NoRecord(format!("{dist_info}/RECORD"))),
        }
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.dist_info)
    }

    /// Where a file of the metadata is among the members.
    fn find(&self, members: &[Member], name: &str) -> Option<usize> {
        let path = self.path(name);
        members.iter().position(|member| member.path.as_str() == path && member.kind == Kind::File)
    }

    /// RECORD can tell neither its own hash nor those of its signatures.
    fn is_unlisted(&self, path: &str) -> bool {
        let name = path.strip_prefix(&self.dist_info).and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| matches!(name, "RECORD" | "RECORD.jws" | "RECORD.p7s"))
    }

    /// Checks RECORD, puts the fields of the metadata in order, and writes RECORD anew. Says which
    /// members are to be left out.
    pub fn normalize(
        &self,
        reader: &mut Reader<'_>,
        files: &mut [Option<Decoded>],
        job: &Job<'_>,
    ) -> Result<Vec<usize>, Error> {
        let signatures = ["RECORD.jws", "RECORD.p7s"].map(|name| self.find(reader.members(), name));
        let signatures: Vec<usize> = signatures.into_iter().flatten().collect();
        if let Some(&signature) = signatures.first().filter(|_| !job.options.drop_signatures) {
            return Err(WheelError::Signed(reader.members()[signature].path.to_string()).into());
        }
        let Some(place) = self.find(reader.members(), "RECORD") else {
            return Err(WheelError::NoRecord(self.path("RECORD")).into());
        };
        let old = reader.bytes(place)?;
        self.check(&Record::parse(&old).map_err(WheelError::from)?, reader, files)?;

        for (name, in_order) in IN_ORDER {
            let Some(index) = self.find(reader.members(), name) else { continue };
            if let Some(text) = in_order(&reader.bytes(index)?) {
                let difference = (Aspect::Metadata, "its fields are not in order");
                replace(reader.members(), files, index, text, difference);
            }
        }
        let new = self.record(reader.members(), files)?;
        if new != old {
            let difference =
                (Aspect::Record, "its rows are not in the order of the archive, or are of changed files");
            replace(reader.members(), files, place, new, difference);
        }
        Ok(signatures)
    }

    /// Holds the rows against what was found in the files.
    fn check(
        &self,
        record: &Record,
        reader: &mut Reader<'_>,
        files: &[Option<Decoded>],
    ) -> Result<(), WheelError> {
        let there: Vec<(String, u64, usize)> = (0..files.len())
            .filter(|&index| files[index].is_some())
            .map(|index| {
                (reader.members()[index].path.as_str().to_owned(), reader.members()[index].size, index)
            })
            .collect();
        let members: HashMap<&str, usize> =
            there.iter().map(|(path, _, index)| (path.as_str(), *index)).collect();
        let present = there.iter().map(|(path, size, _)| Present { path, size: *size });
        let fits = |path: &str, hash: &Hash| {
            let index = members[path];
            Ok::<_, Infallible>(match (hash.algorithm(), &files[index]) {
                ("sha256", Some(file)) => Some(*hash == Hash::sha256(file.before)),
                // Rare, so it may cost a second reading.
                _ => reader.bytes(index).ok().and_then(|bytes| hash.fits(&bytes)),
            })
        };
        let Ok(mismatches) = record::check(record, &self.path("RECORD"), present, fits);
        mismatches.into_iter().next().map_or(Ok(()), |mismatch| Err(mismatch.into()))
    }

    /// The RECORD of the files as they are to be written, in that order.
    fn record(&self, members: &[Member], files: &[Option<Decoded>]) -> Result<Vec<u8>, Error> {
        let mut hashes = HashMap::with_capacity(files.len());
        let mut entries = Vec::with_capacity(files.len());
        for (member, file) in members.iter().zip(files) {
            let Some(file) = file else { continue };
            let path = member.path.as_str();
            if !self.is_unlisted(path) {
                hashes.insert(path, (file.after, file.content.size()));
                let content = Content::Bytes(Vec::new());
                let kind = crate::archive::Kind::File { content, executable: false };
                entries.push(Entry::new(member.path.clone(), kind));
            }
        }
        let order = Order::Wheel { dist_info: self.dist_info.clone() };
        let mut rows = Vec::with_capacity(entries.len() + 1);
        for entry in &Entries::new(entries, &order)? {
            let path = entry.path.as_str();
            if let Some(&(hash, size)) = hashes.get(path) {
                rows.push(Row { path: path.to_owned(), hash: Some(Hash::sha256(hash)), size: Some(size) });
            }
        }
        rows.push(Row::unhashed(self.path("RECORD")));
        Ok(Record { rows }.to_string().into_bytes())
    }
}

/// Gives a file other content.
pub(super) fn replace(
    members: &[Member],
    files: &mut [Option<Decoded>],
    index: usize,
    content: Vec<u8>,
    (aspect, found): (Aspect, &str),
) {
    if let Some(file) = &mut files[index] {
        file.after = Digest::of(&content);
        file.content = Content::Bytes(content);
        file.difference = Some(Difference::of(members[index].path.as_str(), aspect, found));
    }
}
