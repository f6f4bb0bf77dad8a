//! What zip files promise: their bytes, and that they are read as they were written.

use std::io::Cursor;
use std::num::NonZero;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::super::deflate::BLOCK;
use super::super::{Entries, Entry, Limits, Order};
use super::*;
use crate::epoch::Epoch;

fn written(entries: Vec<Entry>, options: &Options) -> Vec<u8> {
    let entries = Entries::new(entries, &Order::Path).unwrap();
    let mut file = Cursor::new(Vec::new());
    write(&entries, options, &mut file).unwrap();
    file.into_inner()
}

fn opened(file: &[u8]) -> Reader<Cursor<&[u8]>> {
    Reader::open(Cursor::new(file), Limits::default()).unwrap()
}

/// Bytes that cannot be compressed, and such that can.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn text(length: usize) -> Vec<u8> {
    noise(length).iter().map(|byte| byte % 16 + b'a').collect()
}

/// A bit of everything.
fn entries() -> Vec<Entry> {
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
        Entry::folder("pkg").unwrap(),
        Entry::bytes("größe.txt", "ß").unwrap(),
        Entry::bytes("noise", noise(5000)).unwrap(),
        Entry::bytes("large", text(2 * BLOCK + 77)).unwrap(),
        Entry::bytes("large-noise", noise(BLOCK + 1)).unwrap(),
        Entry::bytes("noise-then-text", [noise(BLOCK), text(BLOCK)].concat()).unwrap(),
    ]
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_bytes_of_a_zip_file_are_these_for_ever() {
    let stored = Options { compression: Compression::Stored, ..Options::default() };
    let zipapp = Options {
        epoch: Epoch::from_seconds(1_700_000_000),
        prefix: b"#!/usr/bin/env python3\n".to_vec(),
        ..Options::default()
    };
    assert_eq!(
        sha256(&written(entries(), &Options::default())),
        "a3cd8407ec81381a26f80a58089549e4bd270084d0ea2602b1bbeb27889d0a42"
    );
    assert_eq!(
        sha256(&written(entries(), &stored)),
        "1e3240fad7d409ff2811d0a05726cd409f4bb00d263e7aa59918415a97662157"
    );
    assert_eq!(
        sha256(&written(entries(), &zipapp)),
        "be768593879b859a4b1473876d8ebb6b9fabe5e76728d63b7b0949a265103145"
    );
}

#[test]
fn every_field_of_the_records_has_its_fixed_value() {
    let entries = vec![Entry::bytes("é", "x").unwrap().executable(true), Entry::folder("f").unwrap()];
    let file = written(entries, &Options { prefix: b"#!\n".to_vec(), ..Options::default() });
    let crc_of_x = [0x83, 0x16, 0xdc, 0x8c];
    let expected = [
        b"#!\n".as_slice(),
        b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0f/",
        b"PK\x03\x04\x14\0\0\x08\0\0\0\0\x21\0",
        &crc_of_x,
        b"\x01\0\0\0\x01\0\0\0\x02\0\0\0\xc3\xa9x",
        b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\x10\0\xed\x41",
        b"\x03\0\0\0f/",
        b"PK\x01\x02\x14\x03\x14\0\0\x08\0\0\0\0\x21\0",
        &crc_of_x,
        b"\x01\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\xed\x81\x23\0\0\0\xc3\xa9",
        b"PK\x05\x06\0\0\0\0\x02\0\x02\0\x60\0\0\0\x44\0\0\0\0\0",
    ];
    assert_eq!(file, expected.concat());
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads_nor_on_the_order_of_the_list() {
    let one = written(entries(), &Options::default());
    for threads in [2, 3, 7] {
        let mut entries = entries();
        entries.rotate_left(threads);
        let options = Options { threads: NonZero::new(threads).unwrap(), ..Options::default() };
        assert!(written(entries, &options) == one, "{threads} threads");
    }
}

#[test]
fn what_was_written_is_read_again() {
    for compression in [Compression::Deflated, Compression::All, Compression::Stored] {
        let prefix = b"#!/usr/bin/env python3\n".to_vec();
        let file = written(entries(), &Options { compression, prefix: prefix.clone(), ..Options::default() });
        let mut reader = opened(&file);
        assert_eq!((reader.prefix_length(), reader.shift(), reader.unclaimed()), (prefix.len() as u64, 0, 0));
        assert_eq!(reader.prefix(1000).unwrap(), prefix);
        let expected = Entries::new(entries(), &Order::Path).unwrap();
        assert_eq!(reader.members().len(), expected.iter().count());
        for (index, entry) in expected.iter().enumerate() {
            let member = reader.members()[index].clone();
            assert_eq!((&member.path, member.size), (&entry.path, entry.size()));
            assert_eq!(member.kind == Kind::Folder, entry.content().is_none());
            assert_eq!(member.mode().map(|mode| mode & 0o7777), Some(entry.mode()));
            assert_eq!(member.flags, if entry.path.as_str().is_ascii() { 0 } else { 1 << 11 });
            assert_eq!((&member.extras, &member.local_extras), (&vec![], &vec![]));
            let mut hash = Sha256::new();
            hash.update(reader.bytes(index).unwrap());
            if let Some(content) = entry.content() {
                assert_eq!(hash.finalize()[..], content.digest().unwrap().0, "{}", entry.path);
            }
        }
    }
}

#[test]
fn what_does_not_get_smaller_is_stored() {
    let file = written(entries(), &Options::default());
    let stored: Vec<_> = opened(&file)
        .members()
        .iter()
        .filter(|member| !member.deflated)
        .map(|member| member.path.to_string())
        .collect();
    assert_eq!(
        stored,
        [
            "bin/run",
            "empty",
            "größe.txt",
            "large-noise",
            "noise",
            "noise-then-text",
            "pkg",
            "pkg/__init__.py"
        ]
    );
}

#[test]
fn more_members_than_sixteen_bits_count_make_it_zip64_and_fewer_do_not() {
    for (count, is_zip64) in [(65_534, false), (65_536, true)] {
        let entries = (0..count).map(|index| Entry::folder(format!("{index}")).unwrap()).collect();
        let file = written(entries, &Options::default());
        assert_eq!(file.windows(4).any(|four| four == b"PK\x06\x06"), is_zip64);
        assert_eq!(opened(&file).members().len(), count);
    }
}

#[test]
fn a_path_longer_than_the_format_holds_is_an_error() {
    let write = |length: usize| {
        let entries =
            Entries::new(vec![Entry::bytes("a".repeat(length), "").unwrap()], &Order::Path).unwrap();
        super::write(&entries, &Options::default(), &mut Cursor::new(Vec::new()))
    };
    assert!(write(65_534).is_ok());
    assert!(write(65_535).unwrap_err().to_string().contains("65,535"));
}

#[test]
fn a_shebang_put_before_a_finished_archive_is_told() {
    let file = [b"#!x\n", &written(entries(), &Options::default())[..]].concat();
    let mut reader = opened(&file);
    assert_eq!((reader.prefix_length(), reader.shift()), (4, 4));
    let index = reader.members().iter().position(|member| member.path.as_str() == "bin/run").unwrap();
    assert_eq!(reader.bytes(index).unwrap(), b"#!/bin/sh\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_entries_are_read_as_they_were_written(
        contents in proptest::collection::btree_map(
            "[a-c]{1,2}/[a-zé]{1,3}", proptest::collection::vec(0..3_u8, 0..2000), 0..9,
        ),
        compressed: bool,
        seconds in 0..5_000_000_000_u64,
    ) {
        let entries = contents.iter().map(|(path, bytes)| Entry::bytes(path.as_str(), bytes.clone()).unwrap());
        let compression = if compressed { Compression::Deflated } else { Compression::Stored };
        let epoch = Epoch::from_seconds(seconds);
        let file = written(entries.collect(), &Options { compression, epoch, ..Options::default() });
        let mut reader = opened(&file);
        for (index, (path, bytes)) in contents.iter().enumerate() {
            prop_assert_eq!(reader.members()[index].path.as_str(), path);
            prop_assert_eq!(reader.members()[index].dos, epoch.dos_date_time());
            prop_assert_eq!(&reader.bytes(index).unwrap(), bytes);
        }
    }
}
