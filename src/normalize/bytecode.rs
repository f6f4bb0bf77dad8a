//! Bytecode inside of archives.

use std::io::Write;

use super::Job;
use super::difference::{Aspect, Difference};
use super::error::Error;
use super::zip::Decoded;
use crate::archive::{Content, Digest, Spool};
use crate::inspect;
use crate::pyc::{self, Pyc};

/// Whether a member is taken for bytecode: as in folders, by its name. None is larger than 2 GiB.
pub(super) fn is_named(path: &str, size: u64) -> bool {
    path.ends_with(".pyc") && size <= i32::MAX as u64
}

/// Puts aside the canonical form of a member. One that has none is data, of a test say, and is kept
/// as it is; somebody should know.
pub(super) fn decoded(path: &str, bytes: Vec<u8>, spool: &Spool, job: &Job<'_>) -> Result<Decoded, Error> {
    let before = Digest::of(&bytes);
    let (difference, warning, after, bytes) = match canonical(&bytes) {
        Ok(canonical) if canonical == bytes => (None, None, before, bytes),
        Ok(canonical) => {
            let difference = job.options.check.then(|| {
                let reason = first_difference(&bytes);
                let reason = reason.unwrap_or_else(|| "not in canonical form".to_owned());
                Difference::of(path, Aspect::Bytecode, reason)
            });
            (difference, None, Digest::of(&canonical), canonical)
        }
        Err(error) => (None, Some(format!("{path}: left as it is: {error}")), before, bytes),
    };
    let put_aside = || {
        let mut place = spool.reserve(bytes.len() as u64)?;
        place.write_all(&bytes).map(|()| place.finish())
    };
    let stretch = put_aside().map_err(|source| job.not_written(source))?;
    Ok(Decoded { content: Content::Spooled(stretch), before, after, difference, warning })
}

/// The canonical form of a bytecode file.
pub(super) fn canonical(content: &[u8]) -> Result<Vec<u8>, pyc::Error> {
    Pyc::parse(content)?.canonical()
}

/// Why a bytecode file is not in canonical form, as far as that can be told.
pub(super) fn first_difference(content: &[u8]) -> Option<String> {
    let pyc = Pyc::parse(content).ok()?;
    Some(inspect::first_difference(content, &pyc).ok()??.to_string())
}
