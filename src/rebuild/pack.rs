//! Rebuilt members packed as the published wheel is, to see whether the same bytes come out.

use std::fs::{self, File};
use std::path::Path;

use serde::Serialize;

use super::error::Error;
use super::published::{Published, PublishedMember};
use crate::archive::{Digest, zip};
use crate::backend::Request;
use crate::backend::process::{Bounds, run};

/// The levels of zlib that packers use, the usual one first.
const LEVELS: [&str; 3] = ["6", "9", "1"];

/// What is said of a member in the archive, for the program that packs.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    time: [u16; 6],
    system: u8,
    version: u8,
    needs: u16,
    attributes: u32,
    internal: u16,
    deflated: bool,
    folder: bool,
}

impl Row<'_> {
    fn of(member: &PublishedMember) -> Option<Row<'_>> {
        let facts = &member.facts;
        let (date, time) = facts.dos;
        let time =
            [1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2];
        Some(Row {
            name: std::str::from_utf8(&facts.name).ok()?,
            time,
            system: facts.made_by.0,
            version: facts.made_by.1,
            needs: facts.needs,
            attributes: facts.attributes,
            internal: facts.internal,
            deflated: facts.deflated,
            folder: facts.kind == zip::Kind::Folder,
        })
    }
}

/// Packs the rebuilt members as published into `target`, and says whether that gives the published bytes.
/// Nothing of the published wheel but what the archive says of its members is used.
pub(super) fn pack_as_published(
    published: &Published,
    rebuilt: &Path,
    python: &Path,
    request: &Request,
    bounds: &Bounds<'_>,
    target: &Path,
) -> Result<bool, Error> {
    let Some(rows) = published.members.iter().map(Row::of).collect::<Option<Vec<_>>>() else {
        return Ok(false);
    };
    let plan = target.with_extension("json");
    let text = serde_json::to_vec(&rows).expect("rows are text and numbers");
    fs::write(&plan, text).map_err(|source| Error::io(&plan, source))?;
    for level in LEVELS {
        let mut command = request.installing(python, target.parent().unwrap_or(Path::new(".")));
        command.args(["-I", "-c", include_str!("pack.py")]);
        command.arg(rebuilt).arg(&plan).arg(target).arg(level);
        if !run(&mut command, "packing as published", bounds)?.status.success() {
            return Ok(false);
        }
        let file = File::open(target).map_err(|source| Error::io(target, source))?;
        let (digest, _) = Digest::of_reader(file).map_err(|source| Error::io(target, source))?;
        if digest == published.digest {
            return Ok(true);
        }
        if !published.members.iter().any(|member| member.facts.deflated) {
            break;
        }
    }
    Ok(false)
}
