//! What tar files promise: their bytes, that they are read as written, and that what is damaged or
//! made to deceive is refused for what is wrong with it.

use std::io::Read;
use std::num::NonZero;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::super::{Entries, Entry, Limits, Order, PathProblem, Problem, ReadError, gzip};
use super::*;
use crate::epoch::Epoch;

fn entries() -> Vec<Entry> {
    let deep = format!("{}/{}", "d".repeat(120), "n".repeat(90));
    let long = "n".repeat(300);
    let text: Vec<u8> = (0..2_500_000_u64).map(|i| b'a' + ((i * i) >> 7) as u8 % 16).collect();
    vec![
        Entry::bytes("pkg/__init__.py", "").unwrap(),
        Entry::bytes("pkg/module.py", *include_bytes!("../../../../testdata/archive/module.py")).unwrap(),
        Entry::file(
            "pkg/again.py",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/archive/module.py"),
            2351,
        )
        .unwrap(),
        Entry::bytes("bin/run", "#!/bin/sh\n").unwrap().executable(true),
        Entry::folder("empty").unwrap(),
        Entry::bytes("größe.txt", "ß").unwrap(),
        Entry::bytes(deep, "deep").unwrap(),
        Entry::bytes(long, "long").unwrap(),
        Entry::bytes("large", text).unwrap(),
    ]
}

/// Is interrupted by a signal before each read.
struct Interrupted<R>(R, bool);

impl<R: Read> Read for Interrupted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.1 = !self.1;
        if self.1 { Err(std::io::ErrorKind::Interrupted.into()) } else { self.0.read(bytes) }
    }
}

#[test]
fn signals_between_the_reads_change_nothing() {
    let (plain, zipped) = written(entries(), &Options::default());
    // One that ends where a buffer ends, so that what follows the stream is asked for anew.
    for room in [zipped.len(), 512, 7] {
        let source = std::io::BufReader::with_capacity(room, Interrupted(&zipped[..], false));
        let mut read = Vec::new();
        gzip::Reader::new(source, Limits::default()).unwrap().read_to_end(&mut read).unwrap();
        assert!(read == plain, "room for {room}");
    }
}

fn written(entries: Vec<Entry>, options: &Options) -> (Vec<u8>, Vec<u8>) {
    let entries = Entries::new(entries, &Order::Path).unwrap();
    let (mut plain, mut zipped) = (Vec::new(), Vec::new());
    write(&entries, options, &mut plain).unwrap();
    write_gz(&entries, options, &mut zipped).unwrap();
    (plain, zipped)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_all(source: impl Read) -> Result<Vec<(Member, Vec<u8>)>, ReadError> {
    let mut reader = Reader::new(source, Limits::default());
    let mut members = Vec::new();
    while let Some(member) = reader.next_member()? {
        members.push((member, reader.bytes()?));
    }
    Ok(members)
}

fn refused(file: &[u8]) -> Problem {
    read_all(file).unwrap_err().problem
}

macro_rules! assert_is {
    ($problem:expr, $expected:pat) => {
        let problem = $problem;
        assert!(matches!(problem, $expected), "{problem:?}");
    };
}

#[test]
fn the_bytes_of_a_tar_file_are_these_for_ever() {
    let (plain, zipped) = written(entries(), &Options::default());
    assert_eq!(sha256(&plain), "1234353b5e68591daf441058a634883a8373981651036e271576fb4b5dda8328");
    assert_eq!(sha256(&zipped), "e4f758170fc28fc276d673100ba4113f48a127f4ab812233e71e9ef0f9139e69");
}

#[test]
fn every_field_of_a_header_has_its_fixed_value() {
    let entries = vec![Entry::bytes("run", "x").unwrap().executable(true)];
    let options = Options { epoch: Epoch::from_seconds(0o7777), ..Options::default() };
    let (plain, _) = written(entries, &options);
    let mut expected = vec![0; 512 + 512 + 1024];
    let fields: [(usize, &[u8]); 11] = [
        (0, b"run"),
        (100, b"0000755\0"),
        (108, b"0000000\0"),
        (116, b"0000000\0"),
        (124, b"00000000001\0"),
        (136, b"00000007777\0"),
        (148, b"007762\0 0"),
        (257, b"ustar\x0000"),
        (329, b"0000000\0"),
        (337, b"0000000\0"),
        (512, b"x"),
    ];
    for (at, bytes) in fields {
        expected[at..at + bytes.len()].copy_from_slice(bytes);
    }
    assert!(plain == expected);
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let one = written(entries(), &Options::default());
    for threads in [2, 3, 7] {
        let options = Options { threads: NonZero::new(threads).unwrap(), ..Options::default() };
        assert!(written(entries(), &options) == one, "{threads} threads");
    }
}

#[test]
fn what_was_written_is_read_again() {
    let (plain, zipped) = written(entries(), &Options::default());
    let gzip = gzip::Reader::new(&zipped[..], Limits::default()).unwrap();
    assert_eq!(*gzip.header(), gzip::Header { system: 255, ..gzip::Header::default() });
    let read = read_all(gzip).unwrap();
    assert_eq!(read, read_all(&plain[..]).unwrap());
    let expected = Entries::new(entries(), &Order::Path).unwrap();
    assert_eq!(read.len(), expected.iter().count());
    for (entry, (member, bytes)) in expected.iter().zip(read) {
        assert_eq!((&member.path, member.mode), (&entry.path, entry.mode()));
        assert_eq!((member.owner, member.time, member.format), ((0, 0), 315_532_800, Format::Ustar));
        assert_eq!(member.owner_names, (vec![], vec![]));
        assert_eq!(member.kind, if entry.content().is_some() { Kind::File } else { Kind::Folder });
        assert_eq!(bytes.len() as u64, entry.size());
        let has_pax = !entry.path.as_str().is_ascii() || entry.path.as_str().len() > 255;
        assert_eq!(!member.pax.is_empty(), has_pax, "{}", entry.path);
        if let Some(content) = entry.content() {
            assert_eq!(crate::Digest::of(&bytes), content.digest().unwrap());
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let (plain, zipped) = written(vec![Entry::bytes("é", "hello").unwrap()], &Options::default());
    for length in 0..plain.len() - 512 {
        assert_is!(refused(&plain[..length]), Problem::Truncated | Problem::NoMember);
    }
    for length in 0..zipped.len() {
        let read = gzip::Reader::new(&zipped[..length], Limits::default()).and_then(read_all);
        assert_is!(read.unwrap_err().problem, Problem::Truncated);
    }
}

/// A header with these fields patched in, its content and the padding.
fn member(fields: &[(usize, &[u8])], content: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    for (at, bytes) in [(0, &b"name"[..]), (156, b"0"), (257, b"ustar\x0000")].iter().chain(fields) {
        header[*at..at + bytes.len()].copy_from_slice(bytes);
    }
    let sum = super::format::checksum(&header);
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut member = header.to_vec();
    member.extend(content);
    member.resize(member.len().next_multiple_of(512), 0);
    member
}

fn file(members: &[Vec<u8>]) -> Vec<u8> {
    [&members.concat()[..], &[0; 1024]].concat()
}

fn named(name: &[u8]) -> Vec<u8> {
    member(&[(0, &[name, &[0; 5]].concat())], b"")
}

fn typed(kind: &[u8; 1], content: &[u8]) -> Vec<u8> {
    member(&[(156, kind)], content)
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let problem = |name| match refused(&file(&[named(name)])) {
        Problem::Path(problem) => problem,
        other => panic!("{other:?}"),
    };
    assert_eq!(problem(b"/etc/passwd"), PathProblem::Absolute);
    assert_eq!(problem(b".//etc/passwd"), PathProblem::Absolute);
    assert_eq!(problem(b"../x"), PathProblem::Parent);
    assert_eq!(problem(b"./../x"), PathProblem::Parent);
    assert_eq!(problem(b"C:x"), PathProblem::DriveLetter);
    assert_eq!(problem(b"a\\b"), PathProblem::Backslash);
    assert_eq!(problem(b"a\xff"), PathProblem::NotUtf8);
    assert_eq!(problem(b""), PathProblem::Empty);
    let pax = typed(b"x", b"16 path=../../x\n");
    assert_is!(refused(&file(&[pax, named(b"a")])), Problem::Path(PathProblem::Parent));
    let pax = typed(b"x", b"11 path=a\0\n");
    assert_is!(refused(&file(&[pax, named(b"a")])), Problem::Path(PathProblem::Nul));
}

#[test]
fn the_folder_that_holds_everything_has_the_path_of_a_dot() {
    let read = read_all(&file(&[member(&[(0, b"./\0\0"), (156, b"5")], b""), named(b"./a")])[..]).unwrap();
    assert_eq!(read.iter().map(|(member, _)| member.path.as_str()).collect::<Vec<_>>(), [".", "a"]);
    assert_eq!(read[1].0.name, b"./a");
}

#[test]
fn links_and_devices_are_told() {
    let kind = |kind: &[u8; 1]| {
        let file = file(&[member(&[(156, kind), (157, b"target")], b"")]);
        read_all(&file[..]).map(|read| read[0].0.kind.clone())
    };
    assert_eq!(kind(b"1").unwrap(), Kind::HardLink(b"target".to_vec()));
    assert_eq!(kind(b"2").unwrap(), Kind::Symlink(b"target".to_vec()));
    assert_eq!(kind(b"3").unwrap(), Kind::Special('3'));
    assert_eq!(kind(b"6").unwrap(), Kind::Special('6'));
    assert_is!(kind(b"S").unwrap_err().problem, Problem::Type('S'));
    assert_is!(kind(b"M").unwrap_err().problem, Problem::Type('M'));
    let sparse = typed(b"x", b"22 GNU.sparse.major=1\n");
    assert_is!(refused(&file(&[sparse, named(b"a")])), Problem::Type('S'));
    assert_is!(refused(&file(&[typed(b"2", b"content")])), Problem::NoContent);
}

#[test]
fn members_that_cannot_be_unpacked_side_by_side_are_refused_at_the_end() {
    assert_is!(refused(&file(&[named(b"a"), named(b"./a")])), Problem::Twice);
    let error = read_all(&file(&[named(b"a/b"), named(b"a")])[..]).unwrap_err();
    assert_eq!(error.member.as_deref(), Some("a"));
    assert_is!(error.problem, Problem::FileAndFolder { .. });
}

#[test]
fn chains_of_headers_that_describe_the_next_one_end() {
    let pax = typed(b"x", b"");
    assert_is!(refused(&file(&[pax.clone(), pax.clone(), named(b"a")])), Problem::HeaderTwice('x'));
    let long = typed(b"L", b"long\0");
    assert_is!(refused(&file(&[long.clone(), long.clone(), named(b"a")])), Problem::HeaderTwice('L'));
    assert_is!(refused(&file(std::slice::from_ref(&long))), Problem::NoMember);
    let pax_name = typed(b"x", b"13 path=short\n");
    assert_is!(refused(&file(&[pax_name, named(b"a")])), Problem::Pax);
    let other = typed(b"x", b"14 path=short\n");
    assert_is!(refused(&file(&[long.clone(), other, named(b"a")])), Problem::TwoNames);
    let read = read_all(&file(&[pax, long, named(b"a")])[..]).unwrap();
    assert_eq!(read[0].0.path.as_str(), "long");

    struct Endless(Vec<u8>, usize);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(self.0.len() - self.1);
            buffer[..length].copy_from_slice(&self.0[self.1..self.1 + length]);
            self.1 = (self.1 + length) % self.0.len();
            Ok(length)
        }
    }
    let limits = Limits { metadata: 1 << 20, members: 100, ..Limits::default() };
    let refused = |kind| {
        let mut reader = Reader::new(Endless(typed(kind, b""), 0), limits);
        loop {
            if let Err(error) = reader.next_member() {
                return error.problem;
            }
        }
    };
    assert_is!(refused(b"g"), Problem::TooMuchMetadata { .. });
    assert_is!(refused(b"5"), Problem::TooMany { limit: 100 });
}

#[test]
fn headers_that_are_none_are_refused() {
    assert_is!(refused(&[b'x'; 2048]), Problem::NoRecord("tar header"));
    let mut broken = file(&[named(b"a"), named(b"b")]);
    broken[512] = b'c';
    assert_is!(refused(&broken), Problem::Checksum);
    assert_is!(refused(&file(&[member(&[(124, b"0000000000x")], b"")])), Problem::Number("size"));
    let negative = [0xff; 12];
    assert_is!(refused(&file(&[member(&[(124, &negative)], b"")])), Problem::Number("size"));
    assert_is!(refused(&file(&[typed(b"x", b"nonsense"), named(b"a")])), Problem::Pax);
    assert_is!(refused(&file(&[typed(b"g", b"9 path=a\n"), named(b"a")])), Problem::Pax);
}

#[test]
fn what_follows_the_end_is_refused_unless_it_is_zeros() {
    let mut long = file(&[named(b"a")]);
    long.resize(10_240, 0);
    assert!(read_all(&long[..]).is_ok());
    long.extend(named(b"hidden"));
    assert_is!(refused(&long), Problem::Trailing(_));
}

#[test]
fn limits_hold() {
    let file = file(&[member(&[], b"hello"), named(b"other")]);
    let limits = Limits::default();
    let refused = |limits| {
        let mut reader = Reader::new(&file[..], limits);
        loop {
            match reader.next_member() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("nothing was refused"),
                Err(error) => return error.problem,
            }
        }
    };
    assert_is!(refused(Limits { members: 1, ..limits }), Problem::TooMany { limit: 1 });
    assert_is!(refused(Limits { size: 4, ..limits }), Problem::TooLarge { size: 5, limit: 4 });
    assert_is!(refused(Limits { total: 4, ..limits }), Problem::TotalTooLarge { limit: 4 });
    assert_is!(refused(Limits { path: 4, ..limits }), Problem::PathTooLong { length: 5, limit: 4 });
    assert_is!(refused(Limits { metadata: 8, ..limits }), Problem::TooMuchMetadata { limit: 8 });
    let huge = member(&[(156, b"x"), (124, b"77777777777")], b"");
    assert_is!(read_all(&huge[..]).unwrap_err().problem, Problem::TooLarge { .. });
}

#[test]
fn a_gzip_bomb_is_refused_while_it_is_inflated() {
    let bomb = Entry::bytes("bomb", vec![0; 100 << 20]).unwrap();
    let (_, zipped) = written(vec![bomb], &Options::default());
    let read = |limits| {
        let mut reader = Reader::new(gzip::Reader::new(&zipped[..], limits).unwrap(), Limits::default());
        while reader.next_member()?.is_some() {}
        Ok::<(), ReadError>(())
    };
    assert_is!(read(Limits::default()).unwrap_err().problem, Problem::RatioTooHigh { limit: 200 });
    let limits = Limits { ratio: 1100, ..Limits::default() };
    assert!(read(limits).is_ok());
    let total = Limits { total: 99 << 20, ..limits };
    assert_is!(read(total).unwrap_err().problem, Problem::TotalTooLarge { .. });
}

#[test]
fn gzip_files_that_are_damaged_are_refused() {
    let (_, zipped) = written(vec![Entry::bytes("a", "hello").unwrap()], &Options::default());
    let patched = |at: usize, byte: u8| {
        let mut file = zipped.clone();
        file[at] = byte;
        gzip::Reader::new(&file[..], Limits::default()).and_then(read_all).unwrap_err().problem
    };
    let end = zipped.len();
    assert_is!(patched(0, 0), Problem::NoRecord("gzip header"));
    assert_is!(patched(2, 7), Problem::Gzip(_));
    assert_is!(patched(3, 0x80), Problem::Gzip(_));
    assert_is!(patched(end - 8, zipped[end - 8] ^ 1), Problem::Checksum);
    assert_is!(patched(end - 4, zipped[end - 4] ^ 1), Problem::WrongSize { .. });
    let trailing = [&zipped[..], b"xyz"].concat();
    let read = gzip::Reader::new(&trailing[..], Limits::default()).and_then(read_all);
    assert_is!(read.unwrap_err().problem, Problem::Trailing(3));
}

#[test]
fn several_gzip_streams_are_one() {
    let (_, zipped) = written(vec![Entry::bytes("a", "hello").unwrap()], &Options::default());
    let mut text = Vec::new();
    let twice = [&zipped[..], &zipped].concat();
    let mut reader = gzip::Reader::new(&twice[..], Limits::default()).unwrap();
    reader.read_to_end(&mut text).unwrap();
    assert_eq!((text.len(), reader.streams()), (2 * (512 + 512 + 1024), 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_entries_are_read_as_they_were_written(
        contents in proptest::collection::btree_map(
            "[a-c]{1,2}/[a-zé]{1,200}", proptest::collection::vec(0..3_u8, 0..2000), 0..9,
        ),
        seconds in 0..20_000_000_000_u64,
    ) {
        let entries = contents.iter().map(|(path, bytes)| Entry::bytes(path.as_str(), bytes.clone()).unwrap());
        let epoch = Epoch::from_seconds(seconds);
        let (plain, _) = written(entries.collect(), &Options { epoch, ..Options::default() });
        let read = read_all(&plain[..]).unwrap();
        prop_assert_eq!(read.len(), contents.len());
        for ((member, read), (path, bytes)) in read.iter().zip(&contents) {
            prop_assert_eq!(member.path.as_str(), path);
            prop_assert_eq!(member.time as u64, epoch.clamp_to(Epoch::TAR).epoch.seconds());
            prop_assert_eq!(read, bytes);
        }
    }
}
