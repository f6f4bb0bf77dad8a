//! Tar files that are a function of their entries.

use std::borrow::Cow;
use std::io::Write;
use std::num::NonZero;
use std::ops::Range;

use super::super::blocks::{self, Part};
use super::super::entry::{Entries, Entry, Kind, WriteError};
use super::super::gzip;
use super::format::*;
use crate::epoch::Epoch;

/// How to write a tar file.
///
/// ```
/// use pyrepro_archive::tar::Options;
/// use pyrepro_archive::epoch::Epoch;
///
/// assert_eq!(Options::default().epoch, Epoch::DEFAULT);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// The time of all members. One outside of [`Epoch::TAR`] gives the nearest inside; ask
    /// [`Epoch::clamp_to`] whether to warn of that.
    pub epoch: Epoch,
    /// How many threads read and compress. The bytes do not depend on it.
    pub threads: NonZero<usize>,
}

impl Default for Options {
    fn default() -> Options {
        Options { epoch: Epoch::DEFAULT, threads: NonZero::<usize>::MIN }
    }
}

/// Writes a tar file: in the ustar format, with a pax header before a member whose path or size
/// that has no room for. All belongs to user and group 0, which have no names.
///
/// ```
/// use pyrepro_archive::{Entries, Entry, Order, tar};
///
/// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
/// let mut file = Vec::new();
/// tar::write(&entries, &tar::Options::default(), &mut file)?;
/// assert_eq!(file.len(), 512 + 512 + 1024);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(entries: &Entries, options: &Options, output: &mut impl Write) -> Result<(), WriteError> {
    let blocks = blocks::cut(parts(entries, options.epoch)).map(|block| (block, false));
    blocks::pack(blocks, options.threads, |packed| Ok(output.write_all(&packed.raw)?))?;
    Ok(output.flush()?)
}

/// Writes a tar file in gzip, whose header has neither name nor time in it.
///
/// ```
/// use pyrepro_archive::{Entries, Entry, Order, tar};
///
/// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
/// let mut file = Vec::new();
/// tar::write_gz(&entries, &tar::Options::default(), &mut file)?;
/// assert_eq!(file[..10], *b"\x1f\x8b\x08\0\0\0\0\0\0\xff");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_gz(entries: &Entries, options: &Options, output: &mut impl Write) -> Result<(), WriteError> {
    let blocks = blocks::cut(parts(entries, options.epoch)).map(|block| (block, true));
    let mut frame = gzip::Frame::begin(output)?;
    blocks::pack(blocks, options.threads, |packed| {
        Ok(frame.block(&packed.raw, packed.deflated.as_deref().unwrap_or_default(), output)?)
    })?;
    Ok(frame.end(output)?)
}

/// All of a tar file.
fn parts(entries: &Entries, epoch: Epoch) -> impl Iterator<Item = Part<'_>> {
    let time = epoch.clamp_to(Epoch::TAR).epoch.seconds();
    let members = entries.iter().flat_map(move |entry| {
        let headers = Part::Bytes(Cow::Owned(headers(entry, time)));
        [Some(headers), entry.content().map(Part::from), Some(zeros(padding(entry.size())))]
    });
    members.flatten().chain([zeros(2 * BLOCK)])
}

fn zeros(length: usize) -> Part<'static> {
    Part::Bytes(Cow::Borrowed(&[0; 2 * BLOCK][..length]))
}

/// The header of a member, and before it a pax header if it needs one.
fn headers(entry: &Entry, time: u64) -> Vec<u8> {
    let (slash, kind, link) = match &entry.kind {
        Kind::File { .. } => ("", FILE, ""),
        Kind::Folder => ("/", FOLDER, ""),
        Kind::Symlink(target) => ("", SYMLINK, target.as_str()),
        Kind::HardLink { target, .. } => ("", HARD_LINK, target.as_str()),
    };
    let path = format!("{}{slash}", entry.path);
    let size = entry.size();
    let names = split(&path);
    let mut records = Vec::new();
    if names.is_none() {
        records.extend(record("path", &path).into_bytes());
    }
    let link_fits = link.len() <= LINK.len() && link.is_ascii();
    if !link_fits {
        records.extend(record("linkpath", link).into_bytes());
    }
    if size > octal_limit(SIZE) {
        records.extend(record("size", &size.to_string()).into_bytes());
    }
    let mut headers = Vec::new();
    if !records.is_empty() {
        let length = records.len();
        headers.extend(header((b"", b"././@PaxHeader"), PAX, b"", 0o644, length as u64, time));
        headers.extend(records);
        headers.resize(headers.len() + padding(length as u64), 0);
    }
    // For those who do not understand pax: as much of the paths as fits, and of the size what fits.
    let shortened = |path: &str| path.bytes().filter(u8::is_ascii).take(NAME.len()).collect::<Vec<u8>>();
    let replacement = shortened(&path);
    let names = names.unwrap_or((b"", &replacement));
    let size = if size > octal_limit(SIZE) { 0 } else { size };
    headers.extend(header(names, kind, &shortened(link), entry.mode(), size, time));
    headers
}

/// The path as prefix and name, between which there is a `/` that is in neither; None if it does not
/// fit or is not ASCII, for the format does not say in which encoding other text would be.
fn split(path: &str) -> Option<(&[u8], &[u8])> {
    if !path.is_ascii() {
        return None;
    }
    let path = path.as_bytes();
    if path.len() <= NAME.len() {
        return Some((b"", path));
    }
    // Everything behind the first slash that leaves a name short enough, for then the prefix is the shortest.
    let from = path.len() - NAME.len() - 1;
    let slash = from + path[from..path.len() - 1].iter().position(|&byte| byte == b'/')?;
    (slash <= PREFIX.len()).then(|| (&path[..slash], &path[slash + 1..]))
}

/// A line of a pax header: its own length in decimal, which counts its own digits, key and value.
fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + " =\n".len();
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n")
}

fn header(
    (prefix, name): (&[u8], &[u8]),
    kind: u8,
    link: &[u8],
    mode: u32,
    size: u64,
    time: u64,
) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put = |field: Range<usize>, value: &[u8]| header[field][..value.len()].copy_from_slice(value);
    put(NAME, name);
    put(PREFIX, prefix);
    put(LINK, link);
    put(MAGIC, USTAR);
    put(TYPE..TYPE + 1, &[kind]);
    let numbers =
        [(MODE, mode.into()), (USER, 0), (GROUP, 0), (SIZE, size), (TIME, time), (MAJOR, 0), (MINOR, 0)];
    for (field, number) in numbers {
        let digits = field.len() - 1;
        put(field, format!("{number:0digits$o}").as_bytes());
    }
    let sum = format!("{:06o}\0 ", checksum(&header));
    header[CHECKSUM].copy_from_slice(sum.as_bytes());
    header
}

/// The largest number that has room in a field, behind which there is a NUL.
fn octal_limit(field: Range<usize>) -> u64 {
    (1 << (3 * (field.len() - 1))) - 1
}

#[cfg(test)]
mod tests {
    use super::super::super::{Limits, MemberPath, Order};
    use super::*;

    #[test]
    fn a_path_is_split_only_where_it_must_and_can_be() {
        let long = "n".repeat(100);
        let cases = [
            ("a/b".to_owned(), Some(("", "a/b".to_owned()))),
            (long.clone(), Some(("", long.clone()))),
            (format!("a/{long}"), Some(("a", long.clone()))),
            (format!("a/b/{}", &long[2..]), Some(("a", format!("b/{}", &long[2..])))),
            (format!("a{long}"), None),
            (format!("{long}/"), None),
            (format!("a/{}/", &long[1..]), Some(("a", format!("{}/", &long[1..])))),
            ("é".to_owned(), None),
        ];
        for (path, expected) in cases {
            let expected = expected.as_ref().map(|(prefix, name)| (prefix.as_bytes(), name.as_bytes()));
            assert_eq!(split(&path), expected, "{path}");
        }
        let deep = format!("{}/{long}", "p".repeat(155));
        assert_eq!(split(&deep).unwrap().0.len(), 155);
        assert_eq!(split(&format!("p{deep}")), None);
    }

    #[test]
    fn a_size_that_the_header_has_no_room_for_is_in_a_pax_header() {
        for (size, length) in [((8 << 30) - 1, BLOCK), (8 << 30, 3 * BLOCK)] {
            let entry = Entry::file("a", "x", size).unwrap();
            let headers = headers(&entry, 0);
            assert_eq!(headers.len(), length);
            let mut reader = super::super::Reader::new(&headers[..], Limits::default());
            assert_eq!(reader.next_member().unwrap().unwrap().size, size);
        }
    }

    #[test]
    fn links_are_written_as_they_are_read() {
        let long = format!("{}/{}", "d".repeat(90), "ü".repeat(30));
        let target = |path: &str| MemberPath::new(path).unwrap();
        let link = |path: &str, kind| Entry::new(target(path), kind);
        let entries = vec![
            Entry::bytes("a", "x").unwrap().executable(true),
            link("b", Kind::HardLink { target: target("a"), executable: true }),
            link("c", Kind::Symlink("../x".to_owned())),
            link("d", Kind::Symlink(long.clone())),
        ];
        let entries = Entries::new(entries, &Order::Path).unwrap();
        let mut file = Vec::new();
        write(&entries, &Options::default(), &mut file).unwrap();
        let mut reader = super::super::Reader::new(&file[..], Limits::default());
        let mut read = Vec::new();
        while let Some(member) = reader.next_member().unwrap() {
            read.push((member.kind, member.mode));
        }
        use super::super::Kind as Read;
        let expected = [
            (Read::File, 0o755),
            (Read::HardLink(b"a".to_vec()), 0o755),
            (Read::Symlink(b"../x".to_vec()), 0o777),
            (Read::Symlink(long.into_bytes()), 0o777),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn the_length_of_a_record_counts_its_own_digits() {
        assert_eq!(record("path", "a"), "9 path=a\n");
        for length in 0..2000 {
            let record = record("path", &"x".repeat(length));
            assert_eq!(record.split_once(' ').unwrap().0.parse(), Ok(record.len()));
        }
    }
}
