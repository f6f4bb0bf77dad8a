//! RECORD where it makes no wheel: of packages that are in a zipapp with their metadata, say.

use std::collections::HashMap;

use super::difference::Aspect;
use super::error::Error;
use super::wheel::replace;
use super::zip::{Decoded, Reader};
use crate::archive::zip::Kind;
use crate::record::{Hash, Record, Row};

/// No RECORD is longer, and what is goes for data.
const LONGEST: u64 = 64 << 20;

/// A file that is to be written with other content than it had.
struct Change {
    before: Row,
    after: Row,
}

/// Renews the rows of changed files, if they held before. All else in a RECORD is nobody's business
/// here, and what cannot be read is left as it is.
pub(super) fn renew_rows(reader: &mut Reader<'_>, files: &mut [Option<Decoded>]) -> Result<(), Error> {
    let changes = changes(reader, files);
    if changes.is_empty() {
        return Ok(());
    }
    for index in 0..files.len() {
        let member = &reader.members()[index];
        let dist_info = member.path.as_str().strip_suffix("/RECORD");
        let Some(dist_info) = dist_info.filter(|folder| folder.ends_with(".dist-info")) else { continue };
        if member.kind != Kind::File || member.size > LONGEST {
            continue;
        }
        // Rows count from the folder that the metadata lies in.
        let base = dist_info.rfind('/').map_or("", |slash| &dist_info[..=slash]).to_owned();
        let Ok(mut record) = Record::parse(&reader.bytes(index)?) else { continue };
        let mut is_renewed = false;
        for row in &mut record.rows {
            if let Some(change) = changes.get(&format!("{base}{}", row.path)) {
                is_renewed |= change.renew(row);
            }
        }
        if is_renewed {
            let text = record.to_string().into_bytes();
            replace(reader.members(), files, index, text, (Aspect::Record, "has rows of changed files"));
        }
    }
    Ok(())
}

fn changes(reader: &Reader<'_>, files: &[Option<Decoded>]) -> HashMap<String, Change> {
    let changed = reader.members().iter().zip(files).filter_map(|(member, file)| {
        let file = file.as_ref().filter(|file| file.before != file.after)?;
        let path = member.path.to_string();
        let row = |hash, size| Row { path: path.clone(), hash: Some(Hash::sha256(hash)), size: Some(size) };
        let change =
            Change { before: row(file.before, member.size), after: row(file.after, file.content.size()) };
        Some((path, change))
    });
    changed.collect()
}

impl Change {
    /// Says whether the row held.
    fn renew(&self, row: &mut Row) -> bool {
        let holds = row.hash == self.before.hash && (row.size.is_none() || row.size == self.before.size);
        if holds {
            row.hash.clone_from(&self.after.hash);
            row.size = row.size.and(self.after.size);
        }
        holds
    }
}
