//! What a tar file has otherwise than its normal form, member by member.

use std::io::BufRead;

use super::difference::{Aspect, Difference};
use crate::archive::gzip;
use crate::archive::tar::{Format, Kind, Member};
use crate::epoch::Epoch;

/// Records of a pax header for which there may be no room elsewhere.
const NEEDED: [&str; 3] = ["path", "linkpath", "size"];

/// What the headers of a member say otherwise.
pub(super) fn of_member(member: &Member, epoch: Epoch, found: &mut Vec<Difference>) {
    let path = member.path.as_str();
    let mut tell = |aspect, reason: String| found.push(Difference::of(path, aspect, reason));
    let time = epoch.clamp_to(Epoch::TAR).epoch;
    if u64::try_from(member.time) != Ok(time.seconds()) {
        let time = u64::try_from(member.time).map(|seconds| Epoch::from_seconds(seconds).to_string());
        tell(Aspect::Time, time.unwrap_or_else(|_| format!("{} s before 1970", member.time.unsigned_abs())));
    }
    let mode = match member.kind {
        Kind::Folder => 0o755,
        Kind::Symlink(_) => 0o777,
        _ if member.mode & 0o100 != 0 => 0o755,
        _ => 0o644,
    };
    if member.mode != mode {
        tell(Aspect::Mode, format!("mode {:o}, not {mode:o}", member.mode));
    }
    if member.owner != (0, 0) {
        tell(Aspect::Owner, format!("user {}, group {}", member.owner.0, member.owner.1));
    }
    if member.owner_names != (Vec::new(), Vec::new()) {
        let [user, group] =
            [&member.owner_names.0, &member.owner_names.1].map(|name| String::from_utf8_lossy(name));
        tell(Aspect::Owner, format!("user {user:?}, group {group:?}"));
    }
    if member.format != Format::Ustar {
        tell(Aspect::Header, format!("in the format {:?}", member.format));
    }
    for (key, _) in member.pax.iter().filter(|(key, _)| !NEEDED.contains(&key.as_str())) {
        tell(Aspect::Header, format!("pax record {key}"));
    }
    let slash = if member.kind == Kind::Folder { "/" } else { "" };
    if member.name != format!("{path}{slash}").into_bytes() {
        tell(Aspect::Name, format!("is written as {:?}", String::from_utf8_lossy(&member.name)));
    }
}

/// What the header of a gzip file says otherwise.
pub(super) fn of_gzip<R: BufRead>(reader: &gzip::Reader<R>) -> Vec<Difference> {
    let header = reader.header();
    let mut found = Vec::new();
    let mut tell = |reason: String| found.push(Difference::of_all(Aspect::Gzip, reason));
    if header.time != 0 {
        tell(format!("has the time {}", Epoch::from_seconds(header.time.into())));
    }
    if let Some(name) = &header.name {
        tell(format!("has the name {:?}", String::from_utf8_lossy(name)));
    }
    if header.comment.is_some() || header.extra.is_some() {
        tell("has a comment or an extra field".to_owned());
    }
    if (header.compression, header.system) != (0, 255) {
        tell(format!("made on system {} with compression flag {}", header.system, header.compression));
    }
    if reader.streams() > 1 {
        tell(format!("consists of {} streams", reader.streams()));
    }
    found
}
