//! RECORD of a wheel, which differs wherever members do and says nothing new of them.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use super::{Evidence, Finding};
use crate::archive::{Limits, zip};
use crate::manifest::Member;
use crate::record::{Hash, Record};

/// Finds a RECORD that is, to the byte, what the expected one would be had it been written for the members
/// that were found.
pub(super) fn follow(expected: &Path, found: (&Path, &[Member]), evidence: &mut [Evidence]) {
    let differs = |evidence: &&mut Evidence| evidence.finding == Finding::OtherContent;
    for evidence in evidence.iter_mut().filter(differs).filter(|evidence| is_record(&evidence.path)) {
        let [expected, there] = [expected, found.0].map(|wheel| read(wheel, &evidence.path));
        let rewritten = expected.and_then(|bytes| Some(rewritten(Record::parse(&bytes).ok()?, found.1)));
        if rewritten.is_some() && rewritten == there {
            evidence.finding = Finding::OtherRecord;
        }
    }
}

fn is_record(path: &str) -> bool {
    path.split_once('/').is_some_and(|(top, rest)| top.ends_with(".dist-info") && rest == "RECORD")
}

fn read(wheel: &Path, path: &str) -> Option<Vec<u8>> {
    let mut reader = zip::Reader::open(File::open(wheel).ok()?, Limits::default()).ok()?;
    let index = reader.members().iter().position(|member| member.path.as_str() == path)?;
    reader.bytes(index).ok()
}

/// The same rows, of these members.
fn rewritten(mut record: Record, members: &[Member]) -> Vec<u8> {
    let members: HashMap<&str, &Member> =
        members.iter().map(|member| (member.path.as_str(), member)).collect();
    for row in record.rows.iter_mut().filter(|row| row.hash.is_some()) {
        if let Some(Member { sha256: Some(sum), size, .. }) = members.get(row.path.as_str()) {
            (row.hash, row.size) = (Some(Hash::sha256(*sum)), *size);
        }
    }
    record.to_string().into_bytes()
}
