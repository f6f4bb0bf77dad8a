//! Zip files that are damaged, or made to deceive: each is refused for what is wrong with it.

use std::io::Cursor;

use super::super::{Entries, Entry, Limits, Order, PathProblem, Problem, ReadError};
use super::*;

/// A file with the members `a` (stored, 5 bytes), `b` (deflated) and `d`, a folder.
struct Sample(Vec<u8>);

const TEXT: &[u8; 100] = &[b'b'; 100];

impl Sample {
    fn new() -> Sample {
        let entries = vec![
            Entry::bytes("a", "hello").unwrap(),
            Entry::bytes("b", *TEXT).unwrap(),
            Entry::folder("d").unwrap(),
        ];
        let entries = Entries::new(entries, &Order::Path).unwrap();
        let mut file = Cursor::new(Vec::new());
        write(&entries, &Options::default(), &mut file).unwrap();
        Sample(file.into_inner())
    }

    /// Where the record with this number among those of its signature begins.
    fn find(&self, signature: &[u8; 4], number: usize) -> usize {
        let mut places = self.0.windows(4).enumerate().filter(|(_, four)| four == signature);
        places.nth(number).unwrap().0
    }

    fn local(&self, number: usize) -> usize {
        self.find(b"PK\x03\x04", number)
    }

    fn central(&self, number: usize) -> usize {
        self.find(b"PK\x01\x02", number)
    }

    fn end(&self) -> usize {
        self.find(b"PK\x05\x06", 0)
    }

    fn patch(mut self, at: usize, bytes: &[u8]) -> Sample {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Puts bytes in the central directory or before it, and mends what the end says of it.
    fn insert(mut self, at: usize, bytes: &[u8]) -> Sample {
        let (directory, end) = (self.central(0), self.end());
        self.0.splice(at..at, bytes.iter().copied());
        let field = if at <= directory { 16 } else { 12 };
        let at = end + bytes.len() + field;
        let value = u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap()) + bytes.len() as u32;
        self.patch(at, &value.to_le_bytes())
    }

    /// Patches a field of member number 1 in both headers.
    fn patch_both(self, local: usize, bytes: &[u8]) -> Sample {
        let (here, there) = (self.local(1) + local, self.central(1) + local + 2);
        self.patch(here, bytes).patch(there, bytes)
    }

    fn rename(self, name: &[u8; 1]) -> Sample {
        let (here, there) = (self.local(1) + 30, self.central(1) + 46);
        self.patch(here, name).patch(there, name)
    }

    fn open(&self) -> Result<Reader<Cursor<&[u8]>>, ReadError> {
        self.open_within(Limits::default())
    }

    fn open_within(&self, limits: Limits) -> Result<Reader<Cursor<&[u8]>>, ReadError> {
        Reader::open(Cursor::new(&self.0[..]), limits)
    }

    fn refused(&self) -> Problem {
        self.open().map(|_| ()).unwrap_err().problem
    }

    fn refused_content(&self, index: usize) -> Problem {
        self.open().unwrap().bytes(index).unwrap_err().problem
    }
}

macro_rules! assert_is {
    ($problem:expr, $expected:pat) => {
        let problem = $problem;
        assert!(matches!(problem, $expected), "{problem:?}");
    };
}

#[test]
fn the_sample_itself_is_fine() {
    let sample = Sample::new();
    let mut reader = sample.open().unwrap();
    assert_eq!(reader.bytes(0).unwrap(), b"hello");
    assert_eq!(reader.bytes(1).unwrap(), TEXT);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let sample = Sample::new();
    for length in 0..sample.0.len() {
        assert!(Sample(sample.0[..length].to_vec()).open().is_err(), "{length}");
    }
}

#[test]
fn a_byte_changed_anywhere_never_panics_and_content_is_never_wrong() {
    let sample = Sample::new();
    let contents = [b"hello".to_vec(), TEXT.to_vec(), Vec::new()];
    for at in 0..sample.0.len() {
        for change in [1, 0x80, 0xff] {
            let changed = Sample::new().patch(at, &[sample.0[at] ^ change]);
            let Ok(mut reader) = changed.open() else { continue };
            for index in 0..reader.members().len() {
                if let Ok(bytes) = reader.bytes(index) {
                    assert!(contents.contains(&bytes), "{at}");
                }
            }
        }
    }
}

#[test]
fn bytes_after_the_end_are_refused_and_a_comment_is_told() {
    let mut sample = Sample::new();
    sample.0.extend(b"xyz");
    assert_is!(sample.refused(), Problem::Trailing(3));
    let at = sample.0.len() - 3 - 2;
    let sample = sample.patch(at, &[3, 0]);
    assert_eq!(sample.open().unwrap().comment(), b"xyz");
    assert_is!(sample.patch(at, &[4, 0]).refused(), Problem::Truncated);
}

#[test]
fn an_end_inside_of_a_comment_does_not_deceive() {
    let sample = Sample::new();
    let mut twice = sample.0.clone();
    twice.extend(&sample.0[sample.end()..]);
    let twice = Sample(twice).patch(sample.end() + 20, &[22, 0]);
    // The last end is the one that counts; the directory is not right before it.
    assert!(twice.open().is_err());
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let problem = |name| match Sample::new().rename(name).refused() {
        Problem::Path(problem) => problem,
        other => panic!("{other:?}"),
    };
    assert_eq!(problem(b"/"), PathProblem::Absolute);
    assert_eq!(problem(b"\\"), PathProblem::Backslash);
    assert_eq!(problem(b"\0"), PathProblem::Nul);
    assert_eq!(problem(b"\n"), PathProblem::Control);
    assert_eq!(problem(b"."), PathProblem::EmptyPart);
    let utf8 = Sample::new().patch_both(6, &[0, 8]);
    assert_is!(utf8.rename(b"\xff").refused(), Problem::Path(PathProblem::NotUtf8));
    let cp437 = Sample::new().rename(b"\x81");
    assert_eq!(cp437.open().unwrap().members()[1].path.as_str(), "ü");
}

#[test]
fn members_that_cannot_be_unpacked_side_by_side_are_refused() {
    assert_is!(Sample::new().rename(b"a").refused(), Problem::Twice);
    assert_is!(Sample::new().rename(b"d").refused(), Problem::Twice);
}

#[test]
fn what_cannot_be_read_is_refused_for_that() {
    assert_is!(Sample::new().patch_both(6, &[1, 0]).refused(), Problem::Encrypted);
    assert_is!(Sample::new().patch_both(6, &[0x40, 0]).refused(), Problem::Encrypted);
    assert_is!(Sample::new().patch_both(6, &[0x20, 0]).refused(), Problem::Patch);
    assert_is!(Sample::new().patch_both(8, &[12, 0]).refused(), Problem::Method(12));
}

#[test]
fn a_local_header_that_contradicts_the_central_one_is_refused() {
    let contradiction = |at, bytes: &[u8]| {
        let sample = Sample::new();
        let at = sample.local(1) + at;
        match sample.patch(at, bytes).refused() {
            Problem::Contradiction(what) => what,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(contradiction(6, &[2]), "the flags");
    assert_eq!(contradiction(8, &[0]), "the compression method");
    assert_eq!(contradiction(14, &[0, 0, 0, 0]), "the checksum");
    assert_eq!(contradiction(18, &[1]), "the size");
    assert_eq!(contradiction(22, &[1]), "the size");
    assert_eq!(contradiction(30, b"c"), "the name");
}

#[test]
fn links_and_devices_are_told() {
    let kind = |mode: u32| {
        let sample = Sample::new();
        let at = sample.central(1) + 38;
        sample.patch(at, &(mode << 16).to_le_bytes()).open().unwrap().members()[1].kind
    };
    assert_eq!(kind(0o120_777), Kind::Symlink);
    assert_eq!(kind(0o020_666), Kind::Special);
    assert_eq!(kind(0o010_666), Kind::Special);
    assert_eq!(kind(0o100_644), Kind::File);
    assert_eq!(kind(0), Kind::File);
}

#[test]
fn overlapping_members_are_refused() {
    let sample = Sample::new();
    let (at, offset) = (sample.central(1) + 42, sample.local(0) as u32);
    assert_is!(sample.patch(at, &offset.to_le_bytes()).refused(), Problem::Overlap);
    // One that swallows the next, as in bombs of quoted headers.
    let sample = Sample::new();
    let (local, central) = (sample.local(0) + 18, sample.central(0) + 20);
    let longer = [40_u32.to_le_bytes(), 40_u32.to_le_bytes()].concat();
    assert_is!(sample.patch(local, &longer).patch(central, &longer).refused(), Problem::Overlap);
}

#[test]
fn counts_and_places_that_are_wrong_are_refused() {
    let patched = |at: usize, bytes: &[u8]| {
        let sample = Sample::new();
        let at = sample.end() + at;
        sample.patch(at, bytes).refused()
    };
    assert_is!(patched(8, &[2, 0, 2, 0]), Problem::WrongCount { said: 2, found: 3 });
    assert_is!(patched(8, &[4, 0, 4, 0]), Problem::WrongCount { said: 4, found: 3 });
    assert_is!(patched(8, &[2, 0]), Problem::Disks);
    assert_is!(patched(4, &[1, 0]), Problem::Disks);
    assert_is!(patched(12, &[0xff; 4]), Problem::Directory);
    assert_is!(patched(16, &[0xff; 4]), Problem::Directory);
    assert_is!(patched(12, &[1]), Problem::Truncated);
}

#[test]
fn zip64_records_that_contradict_are_refused() {
    let record = [&b"PK\x06\x06\x2c"[..], &[0; 7], &[45, 3, 45, 0], &[0; 40]].concat();
    let locator = [&b"PK\x06\x07"[..], &[0; 12], &[1, 0, 0, 0]].concat();
    let end = [&b"PK\x05\x06"[..], &[0; 4], &[0xff; 4], &[0; 10]].concat();
    let file = [record, locator, end].concat();
    let patched = |back: usize, bytes: &[u8]| {
        let sample = Sample(file.clone());
        let at = file.len() - back;
        sample.patch(at, bytes).refused()
    };
    const LOCATOR: usize = 22 + 20;
    const RECORD: usize = LOCATOR + 56;
    assert!(Sample(file.clone()).open().is_ok());
    assert_is!(patched(RECORD, b"x"), Problem::Zip64(_));
    assert_is!(patched(RECORD - 4, &[45]), Problem::Zip64(_));
    assert_is!(patched(RECORD - 24, &[1]), Problem::Disks);
    assert_is!(patched(RECORD - 40, &[1]), Problem::Zip64(_));
    assert_is!(patched(RECORD - 48, &[0xff; 8]), Problem::Zip64(_));
    assert_is!(patched(LOCATOR - 8, &[1]), Problem::Zip64(_));
    assert_is!(patched(LOCATOR - 16, &[2]), Problem::Disks);
    assert_is!(patched(22 - 8, &[0]), Problem::Zip64(_));
}

#[test]
fn a_header_that_refers_to_a_zip64_field_must_have_it_and_no_other() {
    let sample = Sample::new();
    let at = sample.central(1) + 24;
    assert_is!(sample.patch(at, &[0xff; 4]).refused(), Problem::Zip64(_));
    let sample = Sample::new();
    let (name_end, length) = (sample.central(1) + 47, sample.central(1) + 30);
    let field = [&[1, 0, 8, 0][..], &[7; 8]].concat();
    assert_is!(sample.insert(name_end, &field).patch(length, &[12]).refused(), Problem::Zip64(_));
}

#[test]
fn extra_fields_are_told_unless_they_do_not_end() {
    let with = |field: &[u8]| {
        let sample = Sample::new();
        let (name_end, length) = (sample.central(1) + 47, sample.central(1) + 30);
        sample.insert(name_end, field).patch(length, &[field.len() as u8])
    };
    let extras = with(b"UT\x01\0x").open().unwrap().members()[1].extras.clone();
    assert_eq!(extras, [Extra { id: 0x5455, length: 1 }]);
    let crc_of_b = [0xf9, 0xef, 0xbe, 0x71];
    let crc_of_b = [&b"up\x07\0\x01"[..], &crc_of_b].concat();
    let path = |name: &[u8; 2]| {
        let sample = with(&[&crc_of_b[..], name].concat());
        sample.open().map(|reader| reader.members()[1].path.to_string()).map_err(|error| error.problem)
    };
    assert_eq!(path("é".as_bytes().try_into().unwrap()).unwrap(), "é");
    assert_is!(path(b"..").unwrap_err(), Problem::Path(PathProblem::Parent));
    let other = with(b"up\x07\0\x01\0\0\0\0xy");
    assert_eq!(other.open().unwrap().members()[1].path.as_str(), "b");
    assert_is!(with(&[b"UT\0\0up\0\0", &b"up\0\0"[..]].concat()).refused(), Problem::ExtraTwice(0x7075));
    assert_is!(with(b"UT\x02\0x").refused(), Problem::Extra);
    assert_is!(with(b"UT\x01").refused(), Problem::Extra);
}

/// Member number 1, with bytes behind its data that say how long that was.
fn with_descriptor(descriptor: &[u8]) -> Sample {
    let sample = Sample::new().patch_both(6, &[8, 0]);
    let (next, field) = (sample.local(2), sample.central(2) + 42);
    let moved = (next + descriptor.len()) as u32;
    sample.patch(field, &moved.to_le_bytes()).insert(next, descriptor)
}

#[test]
fn data_descriptors_of_all_forms_are_accepted_if_they_are_true() {
    let member = Sample::new().open().unwrap().members()[1].clone();
    let crc = member.crc.to_le_bytes();
    let (packed, size) = (member.packed, member.size);
    let short = [(packed as u32).to_le_bytes(), (size as u32).to_le_bytes()].concat();
    let long = [packed.to_le_bytes(), size.to_le_bytes()].concat();
    for sizes in [short, long] {
        for signature in [&b""[..], b"PK\x07\x08"] {
            let descriptor = [signature, &crc, &sizes].concat();
            let sample = with_descriptor(&descriptor);
            assert_eq!(sample.open().unwrap().bytes(1).unwrap(), TEXT);
            assert_eq!(sample.open().unwrap().unclaimed(), 0);
            let wrong = [signature, &[0; 4], &sizes].concat();
            assert_is!(with_descriptor(&wrong).refused(), Problem::Contradiction("what follows the data"));
        }
    }
    assert_is!(with_descriptor(b"").refused(), Problem::Contradiction("what follows the data"));
}

#[test]
fn bytes_that_belong_to_no_member_are_told() {
    let sample = Sample::new();
    let at = sample.central(0);
    assert_eq!(sample.insert(at, b"hidden").open().unwrap().unclaimed(), 6);
}

#[test]
fn content_that_is_not_what_the_archive_says_is_refused() {
    let sample = Sample::new();
    let at = sample.local(0) + 31;
    assert_is!(sample.patch(at, b"H").refused_content(0), Problem::Checksum);
    assert_is!(Sample::new().patch_both(22, &[99]).refused_content(1), Problem::WrongSize { said: 99 });
    assert_is!(Sample::new().patch_both(22, &[101]).refused_content(1), Problem::WrongSize { said: 101 });
    let sample = Sample::new();
    let at = sample.local(1) + 31;
    assert_is!(sample.patch(at, &[7]).refused_content(1), Problem::Deflate);
}

#[test]
fn limits_hold() {
    let sample = Sample::new();
    let limits = Limits::default();
    let refused = |limits| sample.open_within(limits).map(|_| ()).unwrap_err().problem;
    assert_is!(refused(Limits { members: 2, ..limits }), Problem::TooMany { limit: 2 });
    assert_is!(refused(Limits { size: 99, ..limits }), Problem::TooLarge { size: 100, limit: 99 });
    assert_is!(refused(Limits { total: 104, ..limits }), Problem::TotalTooLarge { limit: 104 });
    assert_is!(refused(Limits { path: 0, ..limits }), Problem::PathTooLong { length: 1, limit: 0 });
    assert_is!(refused(Limits { metadata: 140, ..limits }), Problem::TooMuchMetadata { limit: 140 });
    let exact = Limits { members: 3, size: 100, total: 105, path: 2, metadata: 142, ..limits };
    assert!(sample.open_within(exact).is_ok());
}

#[test]
fn a_bomb_is_refused_before_it_is_inflated() {
    let zeros = vec![0; Limits::RATIO_COUNTS_FROM as usize + 1];
    let entries = Entries::new(vec![Entry::bytes("bomb", zeros).unwrap()], &Order::Path).unwrap();
    let mut file = Cursor::new(Vec::new());
    write(&entries, &Options::default(), &mut file).unwrap();
    let sample = Sample(file.into_inner());
    assert_is!(sample.refused(), Problem::RatioTooHigh { limit: 200 });
    assert!(sample.open_within(Limits { ratio: 1100, ..Limits::default() }).is_ok());
}

#[test]
fn errors_name_the_member_and_the_place() {
    let message = Sample::new().patch_both(8, &[12, 0]).open().map(|_| ()).unwrap_err().to_string();
    assert!(message.starts_with("member \"b\" at offset "), "{message}");
}
