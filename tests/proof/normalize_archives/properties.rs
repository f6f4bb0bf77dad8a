//! Any members at all: they are found again, and normalizing twice changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use pyrepro::archive::{Entries, Entry, Limits, Order, tar, zip};
use pyrepro::epoch::Epoch;
use pyrepro::normalize::{Files, Options, Outcome, Search};

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

/// How a foreign writer writes: members in another order, its own times and modes, stored or compressed.
#[derive(Debug, Clone)]
struct Style {
    reversed: bool,
    level: Option<i64>,
    large: bool,
    year: u16,
    /// The permissions of a file, and those of a file that can be executed.
    modes: (u32, u32),
}

fn style() -> impl Strategy<Value = Style> {
    let modes = prop_oneof![Just((0o600, 0o700)), Just((0o664, 0o775)), Just((0o444, 0o555))];
    let level = proptest::option::of(1..9_i64);
    (any::<bool>(), level, any::<bool>(), 1980..2100_u16, modes)
        .prop_map(|(reversed, level, large, year, modes)| Style { reversed, level, large, year, modes })
}

impl Style {
    fn in_order<'m>(&self, members: &'m Members) -> Vec<(&'m String, &'m Vec<u8>, u32)> {
        let mode = |executable: bool| if executable { self.modes.1 } else { self.modes.0 };
        let mut list: Vec<_> =
            members.iter().map(|(name, (content, executable))| (name, content, mode(*executable))).collect();
        if self.reversed {
            list.reverse();
        }
        list
    }

    /// A zip file as the crate `zip` writes it.
    fn zip(&self, members: &Members) -> Vec<u8> {
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let method =
            self.level.map_or(::zip::CompressionMethod::Stored, |_| ::zip::CompressionMethod::Deflated);
        let time = ::zip::DateTime::from_date_and_time(self.year, 5, 6, 7, 8, 10).expect("a time");
        for (name, content, mode) in self.in_order(members) {
            let options = ::zip::write::SimpleFileOptions::default()
                .compression_method(method)
                .compression_level(self.level)
                .last_modified_time(time)
                .large_file(self.large)
                .unix_permissions(mode);
            writer.start_file(name.as_str(), options).expect("a member");
            writer.write_all(content).expect("memory");
        }
        writer.finish().expect("memory").into_inner()
    }

    /// A tar file as the crate `tar` writes it.
    fn tar(&self, members: &Members) -> Vec<u8> {
        let mut writer = ::tar::Builder::new(Vec::new());
        for (name, content, mode) in self.in_order(members) {
            let mut header = if self.large { ::tar::Header::new_gnu() } else { ::tar::Header::new_ustar() };
            header.set_size(content.len() as u64);
            header.set_mode(mode);
            header.set_mtime(u64::from(self.year) * 100_000);
            header.set_uid(1000);
            header.set_entry_type(::tar::EntryType::Regular);
            writer.append_data(&mut header, name, &content[..]).expect("memory");
        }
        writer.into_inner().expect("memory")
    }
}

fn normalized(bytes: &[u8], name: &str, epoch: u64) -> Vec<u8> {
    let folder = Folder::new();
    let file = folder.file(name, bytes);
    let options = Options { epoch: Some(Epoch::from_seconds(epoch)), ..Options::default() };
    let mut first = None;
    for _ in 0..2 {
        let files = Files::find(std::slice::from_ref(&file), &Search::default());
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
    fn other_writers_of_the_same_members_give_the_same_normal_form(
        members in members(), first in style(), second in style(),
    ) {
        prop_assume!(entries(&members).is_some());
        prop_assert_eq!(
            normalized(&first.zip(&members), "a.zip", 7),
            normalized(&second.zip(&members), "a.zip", 7)
        );
        prop_assert_eq!(
            normalized(&first.tar(&members), "a.tar", 7),
            normalized(&second.tar(&members), "a.tar", 7)
        );
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
