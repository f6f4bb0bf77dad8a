//! Any members at all: they are found again, and normalizing twice changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use pyrepro::archive::{Entries, Entry, Limits, Order, tar, zip};
use pyrepro::epoch::Epoch;
use pyrepro::normalize::{Files, Options, Outcome};

use crate::normalize::folder::Folder;

type Members = BTreeMap<String, (Vec<u8>, bool)>;

fn members() -> impl Strategy<Value = Members> {
    let name = proptest::string::string_regex("[a-zé]{1,3}(/[A-Z_.0-9]{1,2}x){0,2}").expect("a pattern");
    let content = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        (0..200_000_usize).prop_map(|length| b"0123456789".iter().copied().cycle().take(length).collect()),
    ];
    proptest::collection::btree_map(name, (content, any::<bool>()), 0..12)
}

/// The members as entries, if they can be unpacked side by side.
fn entries(members: &Members) -> Option<Entries> {
    let entry = |(name, (content, executable)): (&String, &(Vec<u8>, bool))| {
        Entry::bytes(name, content.clone()).expect("a good path").executable(*executable)
    };
    Entries::new(members.iter().map(entry).collect(), &Order::Path).ok()
}

fn normalized(bytes: &[u8], name: &str, epoch: u64) -> Vec<u8> {
    let folder = Folder::new();
    let file = folder.file(name, bytes);
    let options = Options { epoch: Epoch::from_seconds(epoch), ..Options::default() };
    let mut first = None;
    for _ in 0..2 {
        let files = Files::find(std::slice::from_ref(&file), false);
        let records = files.normalize(&options, &AtomicBool::new(false), || ());
        match (&records[0].outcome, &first) {
            (Outcome::Normalized | Outcome::Unchanged, None) => {
                first = Some(fs::read(&file).expect("the file"))
            }
            (Outcome::Unchanged, Some(_)) => {}
            (outcome, _) => panic!("{outcome:?}"),
        }
    }
    first.expect("it was done")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_zip_file_keeps_its_members(members in members(), epoch in 0..4_000_000_000_u64, prefix in ".{0,20}") {
        let Some(entries) = entries(&members) else { return Ok(()) };
        let mut file = std::io::Cursor::new(Vec::new());
        let options = zip::Options { prefix: prefix.clone().into_bytes(), ..zip::Options::default() };
        zip::write(&entries, &options, &mut file).expect("memory");
        let normal = normalized(&file.into_inner(), "a.zip", epoch);
        let mut reader = zip::Reader::open(std::io::Cursor::new(normal), Limits::default()).expect("a zip file");
        prop_assert_eq!(reader.prefix(100).expect("memory"), prefix.into_bytes());
        let mut found = Members::new();
        for index in 0..reader.members().len() {
            let member = reader.members()[index].clone();
            let content = reader.bytes(index).expect("content");
            found.insert(member.path.to_string(), (content, member.mode() == Some(0o100_755)));
        }
        prop_assert_eq!(found, members);
    }

    #[test]
    fn any_tar_file_keeps_its_members(members in members(), epoch in 0..4_000_000_000_u64, zipped: bool) {
        let Some(entries) = entries(&members) else { return Ok(()) };
        let mut file = Vec::new();
        let options = tar::Options { epoch: Epoch::from_seconds(7), ..tar::Options::default() };
        if zipped {
            tar::write_gz(&entries, &options, &mut file).expect("memory");
        } else {
            tar::write(&entries, &options, &mut file).expect("memory");
        }
        let normal = normalized(&file, "a.tar", epoch);
        let source: Box<dyn std::io::Read> = if zipped {
            Box::new(pyrepro::archive::gzip::Reader::new(&normal[..], Limits::default()).expect("gzip"))
        } else {
            Box::new(&normal[..])
        };
        let mut reader = tar::Reader::new(source, Limits::default());
        let mut found = Members::new();
        while let Some(member) = reader.next_member().expect("a tar file") {
            prop_assert_eq!(member.time, epoch as i64);
            found.insert(member.path.to_string(), (reader.bytes().expect("content"), member.mode == 0o755));
        }
        prop_assert_eq!(found, members);
    }
}
