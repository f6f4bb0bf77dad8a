//! No zip file makes the reader panic or run on; what can be read can be written and read again.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use pyrepro::archive::{Entries, Entry, Limits, Order, zip};

const LIMITS: Limits =
    Limits { members: 100, size: 1 << 20, total: 4 << 20, ratio: 200, path: 300, metadata: 1 << 20 };

fuzz_target!(|data: &[u8]| {
    let Ok(mut reader) = zip::Reader::open(Cursor::new(data), LIMITS) else { return };
    let members = reader.members().to_vec();
    let mut entries = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let Ok(bytes) = reader.bytes(index) else { continue };
        assert_eq!(bytes.len() as u64, member.size);
        let path = member.path.as_str();
        entries.push(match member.kind {
            zip::Kind::Folder => Entry::folder(path).expect("a path that was read"),
            _ => Entry::bytes(path, bytes).expect("a path that was read"),
        });
    }
    let entries = Entries::new(entries, &Order::Path).expect("members that were accepted side by side");
    let mut file = Cursor::new(Vec::new());
    zip::write(&entries, &zip::Options::default(), &mut file).expect("memory takes everything");
    let mut again = zip::Reader::open(file, Limits::default()).expect("what we write");
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(again.members()[index].path, entry.path);
        let bytes = again.bytes(index).expect("what we wrote");
        assert!(entry.content().is_none_or(|content| *content == pyrepro::archive::Content::Bytes(bytes)));
    }
});
