//! The one time that an archive has which may be normal already, found without reading its content.

use std::fs::File;
use std::io::{BufReader, Read};

use super::error::Error;
use super::kind::Kind;
use super::original::is_gzip;
use crate::archive::zip::{self, Member};
use crate::archive::{Limits, Shared, gzip, tar};
use crate::epoch::Epoch;

const UNIX: u8 = 3;
const UTF8: u16 = 1 << 11;

/// The time that all members have, if their headers look as we write them.
pub(super) fn of(file: &File, kind: Kind) -> Result<Option<Epoch>, Error> {
    match kind {
        Kind::Wheel | Kind::Zip => {
            let reader = zip::Reader::open(Shared::new(file), Limits::default())?;
            Ok(of_zip(reader.members()).filter(|_| reader.comment().is_empty()))
        }
        Kind::Tar if is_gzip(file)? => {
            let source = BufReader::new(Shared::new(file));
            of_tar(gzip::Reader::new(source, Limits::default())?)
        }
        Kind::Tar => of_tar(BufReader::new(Shared::new(file))),
        Kind::Pyc | Kind::Egg | Kind::Compressed(_) => Ok(None),
    }
}

fn of_zip(members: &[Member]) -> Option<Epoch> {
    let first = members.first()?;
    let is_ours = |member: &Member| {
        member.dos == first.dos
            && member.made_by.0 == UNIX
            && member.flags & !UTF8 == 0
            && matches!(member.attributes >> 16, 0o100_644 | 0o100_755 | 0o40_755)
            && member.comment.is_empty()
    };
    members.iter().all(is_ours).then(|| Epoch::from_dos_date_time(first.dos)).flatten()
}

/// Of a tar file the first member has to do: the others are found only by reading it all.
fn of_tar(source: impl Read) -> Result<Option<Epoch>, Error> {
    let Some(first) = tar::Reader::new(source, Limits::default()).next_member()? else { return Ok(None) };
    let is_ours = first.owner == (0, 0)
        && first.owner_names.0.is_empty()
        && first.owner_names.1.is_empty()
        && first.format == tar::Format::Ustar;
    Ok(u64::try_from(first.time).ok().filter(|_| is_ours).map(Epoch::from_seconds))
}
