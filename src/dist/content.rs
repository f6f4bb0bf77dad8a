//! Files of a project as members of a wheel, whose RECORD tells the hash of each.

use std::collections::BTreeMap;
use std::num::NonZero;

use super::Error;
use super::package::SourceFile;
use crate::archive::{Digest, Entries, Entry, Order};
use crate::in_order;
use crate::record::{Hash, Record, Row};

/// What is larger is not read into memory.
const LARGE: u64 = 1 << 20;

/// How many bytes of files are kept in memory, so that they are read once.
const IN_MEMORY: u64 = 64 << 20;

/// The files as members below a folder. Every source is read if `sources` says that they are to be
/// compiled: what is compiled and what is packed are the same bytes.
pub(super) fn entries(
    files: BTreeMap<String, SourceFile>,
    folder: &str,
    sources: bool,
    jobs: NonZero<usize>,
) -> Result<Vec<Entry>, Error> {
    let mut total = 0;
    let mut planned = Vec::with_capacity(files.len());
    for (path, file) in files {
        let is_small = file.size < LARGE && total + file.size <= IN_MEMORY;
        total += if is_small { file.size } else { 0 };
        let is_source = sources && path.ends_with(".py");
        planned.push((format!("{folder}{path}"), file, is_small || is_source));
    }
    let threads = threads(jobs, planned.len());
    in_order::map(planned, threads, |(path, file, in_memory)| {
        let SourceFile { place, size, executable } = file;
        let entry = if in_memory {
            let bytes = crate::bounded::read(&place, crate::bounded::SOURCE)
                .map_err(|source| Error::Read { path: place.clone(), source })?;
            Entry::bytes(path, bytes)?.read_from(place)
        } else {
            Entry::file(path, place, size)?.pinned()?
        };
        Ok(entry.executable(executable))
    })
}

/// The members of a wheel, with the RECORD of them.
pub(super) fn with_record(
    entries: Vec<Entry>,
    dist_info: &str,
    jobs: NonZero<usize>,
) -> Result<Entries, Error> {
    let order = Order::Wheel { dist_info: dist_info.to_owned() };
    let entries = Entries::new(entries, &order)?;
    let threads = threads(jobs, entries.iter().count());
    let digests = in_order::map(entries.iter(), threads, Entry::digest)?;
    let row = |(entry, digest): (&Entry, &Option<Digest>)| {
        let path = entry.path.as_str().to_owned();
        match digest {
            Some(digest) => Row { path, hash: Some(Hash::sha256(*digest)), size: Some(entry.size()) },
            None => Row::unhashed(path),
        }
    };
    let mut rows: Vec<Row> = entries.iter().zip(&digests).map(row).collect();
    let path = format!("{dist_info}/RECORD");
    rows.push(Row::unhashed(&path));
    let record = Entry::bytes(path, Record { rows }.to_string())?;
    // A manifest has them, too.
    let entries = entries.into_iter().zip(digests).map(|(entry, digest)| entry.with_digest(digest));
    Ok(Entries::new(entries.chain([record]).collect(), &order)?)
}

/// How many threads so many files are worth.
fn threads(jobs: NonZero<usize>, files: usize) -> usize {
    const SHARE: usize = 16;
    jobs.get().min(files.div_ceil(SHARE))
}
