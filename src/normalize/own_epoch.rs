//! The one time that an archive has which may be normal already, found without reading its content.

use std::fs::File;

use super::error::Error;
use super::kind::Kind;
use crate::archive::zip::Member;
use crate::archive::{Archive, Format, Limits, Shared, tar};
use crate::epoch::Epoch;

const UNIX: u8 = 3;
const UTF8: u16 = 1 << 11;

/// The time that all members have, if their headers look as we write them.
pub(super) fn of(file: &File, kind: Kind) -> Result<Option<Epoch>, Error> {
    if !matches!(kind, Kind::Wheel | Kind::Zip | Kind::Tar) {
        return Ok(None);
    }
    let format = if kind == Kind::Tar { Format::Tar } else { Format::Zip };
    match Archive::open_as(format, Shared::new(file), Limits::default())? {
        Archive::Zip(reader) => Ok(of_zip(reader.members()).filter(|_| reader.comment().is_empty())),
        Archive::Tar(mut reader) => Ok(reader.next_member()?.and_then(|first| of_tar(&first))),
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
fn of_tar(first: &tar::Member) -> Option<Epoch> {
    let is_ours = first.owner == (0, 0)
        && first.owner_names.0.is_empty()
        && first.owner_names.1.is_empty()
        && first.format == tar::Format::Ustar;
    u64::try_from(first.time).ok().filter(|_| is_ours).map(Epoch::from_seconds)
}
