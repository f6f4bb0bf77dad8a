//! What containers say: each field of zip, tar and gzip files, changed by itself.

use pyrepro::Verdict;
use pyrepro::diff::{Body, Report, Status};

use super::tar_file::{self, Gzip};
use super::zip_file::{Member, Written, Zip, stored_blocks};
use super::{compare, member, names};

fn zip() -> Zip {
    let mut packed = Member::new("pkg/b.py", b"x = 1\n");
    packed.method = 8;
    packed.flags = 8;
    packed.extra = b"\x55\x54\x05\0\x03\0\0\0\0".to_vec();
    packed.local_extra = packed.extra.clone();
    packed.comment = b"words".to_vec();
    let members = vec![Member::new("a.txt", b"one\n"), packed, Member::new("z.txt", b"last\n")];
    Zip { prefix: b"#!python\n".to_vec(), members, comment: b"all".to_vec(), gap: vec![] }
}

/// Changes a member of the zip file in a way that writers may, and tells what is said of it.
fn changed(change: impl Fn(&mut Member)) -> Report {
    let mut other = zip();
    change(&mut other.members[1]);
    compare("x.zip", &zip().write().bytes, &other.write().bytes)
}

#[test]
fn each_field_of_a_member_of_a_zip_file_is_told_by_its_name() {
    type Change = fn(&mut Member);
    let changes: [(Change, &[&str]); 17] = [
        (|m| m.made_by = 20, &["made on", "mode"][..1]),
        (|m| m.made_by = 3 << 8 | 63, &["made by version"]),
        (|m| m.needs = 10, &["needs version"]),
        (|m| m.flags |= 1 << 11, &["flags"]),
        (|m| m.time = 1, &["time"]),
        (|m| m.date = 0x22, &["time"]),
        (|m| m.disk = 1, &["disk number"]),
        (|m| m.internal = 1, &["internal attributes"]),
        (|m| m.external = 0o100_755 << 16, &["mode"]),
        (|m| m.external = 0o000_644 << 16, &["mode"]),
        (|m| m.external |= 0x20, &["MS-DOS attributes"]),
        (|m| m.extra[8] = 1, &["extra fields"]),
        (|m| m.extra.clear(), &["extra fields"]),
        (|m| m.local_extra[8] = 1, &["extra fields in the local header"]),
        (|m| m.comment = b"other".to_vec(), &["comment"]),
        (|m| m.signed_descriptor = false, &["data descriptor", "values in the data descriptor"]),
        (
            |m| m.packed = Some(stored_blocks(b"x = 1\n", 2)),
            &["compressed data", "compressed size", "values in the data descriptor"],
        ),
    ];
    for (index, (change, fields)) in changes.iter().enumerate() {
        let report = changed(change);
        assert_eq!(report.verdict, Verdict::Container, "{index}");
        assert_eq!(names(&member(&report, "pkg/b.py").facts), *fields, "{index}");
        assert_eq!(report.summary.equal, 2, "{index}: {report:#?}");
        assert!(report.facts.is_empty(), "{index}: {:?}", report.facts);
    }
}

#[test]
fn another_compression_is_no_other_content() {
    let report = changed(|member| {
        member.method = 0;
        member.flags = 0;
    });
    let found = member(&report, "pkg/b.py");
    assert_eq!(found.status, Status::Container);
    let expected =
        ["checksum in the local header", "compressed size", "compression", "data descriptor", "flags"];
    for name in expected {
        assert!(names(&found.facts).contains(&name), "{name}: {:?}", found.facts);
    }
}

#[test]
fn another_content_is_told_without_the_sizes_and_checksums_that_follow() {
    let report = changed(|member| member.content = b"x = 2\ny = 3\n".to_vec());
    let found = member(&report, "pkg/b.py");
    assert_eq!((found.status, found.facts.len()), (Status::Content, 0));
    assert_eq!((report.summary.content, report.summary.equal, report.facts.len()), (1, 2, 0));
}

#[test]
fn what_is_around_the_members_of_a_zip_file_is_told() {
    type Change = fn(&mut Zip);
    let changes: [(Change, &str); 5] = [
        (|zip| zip.prefix = b"#!other!\n".to_vec(), "bytes before the first member"),
        (|zip| zip.prefix.clear(), "bytes before the first member"),
        (|zip| zip.comment = b"none".to_vec(), "comment"),
        (|zip| zip.comment.clear(), "comment"),
        (|zip| zip.gap = vec![7; 9], "bytes behind the data"),
    ];
    for (index, (change, field)) in changes.iter().enumerate() {
        let mut other = zip();
        change(&mut other);
        let report = compare("x.zip", &zip().write().bytes, &other.write().bytes);
        assert_eq!(report.verdict, Verdict::Container, "{index}");
        let told = if index == 4 { &member(&report, "z.txt").facts } else { &report.facts };
        assert_eq!(names(told), [*field], "{index}");
    }
}

#[test]
fn as_few_members_as_possible_have_another_place_in_the_order() {
    let mut other = zip();
    let last = other.members.pop().unwrap();
    other.members.insert(0, last);
    let report = compare("x.zip", &zip().write().bytes, &other.write().bytes);
    assert_eq!(report.summary.container, 1);
    let fact = &member(&report, "z.txt").facts[0];
    assert_eq!(
        (fact.name.as_str(), fact.a.as_deref(), fact.b.as_deref()),
        ("place in the order", Some("3"), Some("1"))
    );
}

/// All that is said of a member, or of the archive, in words.
fn said(report: &Report, path: Option<&str>) -> String {
    match path {
        Some(path) => {
            let found = member(report, path);
            let damage = found.sections.iter().filter(|section| matches!(section.body, Body::Notes(_)));
            format!("{:?} {:?} {:?}", found.status, found.facts, damage.collect::<Vec<_>>())
        }
        None => format!("{:?} {:?}", report.facts, report.notes),
    }
}

/// One field of a record of `pkg/b.py`, or of the end: where it is, and the words that tell of it.
struct Place {
    name: &'static str,
    at: fn(&Written) -> usize,
    path: Option<&'static str>,
    words: &'static str,
}

#[rustfmt::skip]
const PLACES: &[Place] = &[
    Place { name: "central: made by version", at: |w| w.centrals[1] + 4, path: Some("pkg/b.py"), words: "made by version" },
    Place { name: "central: made on", at: |w| w.centrals[1] + 5, path: Some("pkg/b.py"), words: "made on" },
    Place { name: "central: needs", at: |w| w.centrals[1] + 6, path: Some("pkg/b.py"), words: "needs version" },
    Place { name: "central: flags", at: |w| w.centrals[1] + 9, path: Some("pkg/b.py"), words: "flags" },
    Place { name: "central: method", at: |w| w.centrals[1] + 10, path: Some("pkg/b.py"), words: "compression" },
    Place { name: "central: time", at: |w| w.centrals[1] + 12, path: Some("pkg/b.py"), words: "time" },
    Place { name: "central: date", at: |w| w.centrals[1] + 14, path: Some("pkg/b.py"), words: "time" },
    Place { name: "central: checksum", at: |w| w.centrals[1] + 16, path: Some("pkg/b.py"), words: "checksum" },
    Place { name: "central: packed", at: |w| w.centrals[1] + 20, path: Some("pkg/b.py"), words: "in B" },
    Place { name: "central: size", at: |w| w.centrals[1] + 24, path: Some("pkg/b.py"), words: "size" },
    Place { name: "central: disk", at: |w| w.centrals[1] + 34, path: Some("pkg/b.py"), words: "disk number" },
    Place { name: "central: internal", at: |w| w.centrals[1] + 36, path: Some("pkg/b.py"), words: "internal attributes" },
    Place { name: "central: external, low", at: |w| w.centrals[1] + 38, path: Some("pkg/b.py"), words: "MS-DOS attributes" },
    Place { name: "central: external, high", at: |w| w.centrals[1] + 40, path: Some("pkg/b.py"), words: "mode" },
    Place { name: "central: offset", at: |w| w.centrals[1] + 42, path: Some("pkg/b.py"), words: "no local header" },
    Place { name: "central: extra", at: |w| w.centrals[1] + 46 + 8 + 8, path: Some("pkg/b.py"), words: "extra fields" },
    Place { name: "central: comment", at: |w| w.centrals[1] + 46 + 8 + 9, path: Some("pkg/b.py"), words: "comment" },
    Place { name: "local: signature", at: |w| w.locals[1], path: Some("pkg/b.py"), words: "no local header" },
    Place { name: "local: needs", at: |w| w.locals[1] + 4, path: Some("pkg/b.py"), words: "needs version in the local header" },
    Place { name: "local: flags", at: |w| w.locals[1] + 7, path: Some("pkg/b.py"), words: "flags in the local header" },
    Place { name: "local: method", at: |w| w.locals[1] + 8, path: Some("pkg/b.py"), words: "compression in the local header" },
    Place { name: "local: time", at: |w| w.locals[1] + 10, path: Some("pkg/b.py"), words: "time in the local header" },
    Place { name: "local: date", at: |w| w.locals[1] + 12, path: Some("pkg/b.py"), words: "time in the local header" },
    Place { name: "local: checksum", at: |w| w.locals[1] + 14, path: Some("pkg/b.py"), words: "checksum in the local header" },
    Place { name: "local: packed", at: |w| w.locals[1] + 18, path: Some("pkg/b.py"), words: "compressed size in the local header" },
    Place { name: "local: size", at: |w| w.locals[1] + 22, path: Some("pkg/b.py"), words: "size in the local header" },
    Place { name: "local: name length", at: |w| w.locals[1] + 26, path: Some("pkg/b.py"), words: "in the local header" },
    Place { name: "local: extra length", at: |w| w.locals[1] + 28, path: Some("pkg/b.py"), words: "extra fields in the local header" },
    Place { name: "local: name", at: |w| w.locals[1] + 30, path: Some("pkg/b.py"), words: "name in the archive in the local header" },
    Place { name: "local: extra", at: |w| w.locals[1] + 30 + 8 + 8, path: Some("pkg/b.py"), words: "extra fields in the local header" },
    Place { name: "descriptor: checksum", at: |w| w.descriptors[1].unwrap() + 4, path: Some("pkg/b.py"), words: "data descriptor" },
    Place { name: "descriptor: packed", at: |w| w.descriptors[1].unwrap() + 8, path: Some("pkg/b.py"), words: "data descriptor" },
    Place { name: "descriptor: size", at: |w| w.descriptors[1].unwrap() + 12, path: Some("pkg/b.py"), words: "data descriptor" },
    Place { name: "descriptor: signature", at: |w| w.descriptors[1].unwrap(), path: Some("pkg/b.py"), words: "data descriptor" },
    Place { name: "data", at: |w| w.descriptors[1].unwrap() - 1, path: Some("pkg/b.py"), words: "Content" },
    Place { name: "prefix", at: |_| 3, path: None, words: "bytes before the first member" },
    Place { name: "end: disk", at: |w| w.end + 4, path: None, words: "disk numbers" },
    Place { name: "end: disk of the directory", at: |w| w.end + 6, path: None, words: "disk numbers" },
    Place { name: "end: members on this disk", at: |w| w.end + 8, path: None, words: "number of members" },
    Place { name: "end: members", at: |w| w.end + 10, path: None, words: "number of members" },
    Place { name: "end: length", at: |w| w.end + 12, path: None, words: "length of the central directory" },
    Place { name: "end: offset", at: |w| w.end + 16, path: None, words: "offset of the central directory" },
    Place { name: "end: comment length", at: |w| w.end + 20, path: None, words: "bytes behind the end" },
    Place { name: "end: comment", at: |w| w.end + 22, path: None, words: "comment" },
];

#[test]
fn each_field_of_a_zip_file_that_is_spoilt_by_itself_is_named_with_its_member() {
    let written = zip().write();
    for Place { name, at, path, words } in PLACES {
        let mut other = written.bytes.clone();
        other[at(&written)] ^= 1;
        let report = compare("x.zip", &written.bytes, &other);
        assert!(!report.equal, "{name}");
        let told = said(&report, *path);
        assert!(told.contains(words), "{name}: {told}\n{:?}", report.notes);
    }
}

#[test]
fn each_byte_of_an_archive_counts() {
    let tar = tar_file::write(&tar_members());
    let gzip = Gzip { flags: 8, fields: b"x.tar\0".to_vec(), ..Gzip::new(&tar) };
    for (name, bytes) in [("x.zip", zip().write().bytes), ("x.tar", tar.clone()), ("x.tar.gz", gzip.write())]
    {
        // Of the zeros that fill up a tar file, some will do.
        for at in (0..bytes.len()).filter(|at| bytes[*at] != 0 || at % 61 == 0) {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            assert!(!compare(name, &bytes, &other).equal, "{name}: byte {at}");
        }
    }
}

fn tar_members() -> Vec<tar_file::Member> {
    let mut changed = tar_file::Member::new("pkg/b.py", b"x = 1\n");
    changed.pax = b"18 mtime=315532801\n".to_vec();
    vec![tar_file::Member::new("a.txt", b"one\n"), changed, tar_file::Member::new("z.txt", b"last\n")]
}

#[test]
fn each_field_of_a_member_of_a_tar_file_is_told_by_its_name() {
    type Change = fn(&mut tar_file::Member);
    let changes: [(Change, &str, Status); 19] = [
        (|m| m.set(100, b"0000755\0"), "mode", Status::Container),
        (|m| m.set(100, b"000644 \0"), "mode", Status::Container),
        (|m| m.set(108, b"0001750\0"), "user number", Status::Container),
        (|m| m.set(116, b"0001750\0"), "group number", Status::Container),
        (|m| m.set(124, b"       0006\0"), "size", Status::Container),
        (|m| m.set(136, b"02264751001\0"), "time", Status::Container),
        (|m| m.set(156, b"7"), "type", Status::Container),
        (|m| m.set(156, b"\0"), "type", Status::Container),
        (|m| m.set(157, b"there"), "link in the header", Status::Container),
        (|m| m.set(257, b"ustar  \0"), "format", Status::Container),
        (|m| m.set(265, b"someone"), "user", Status::Container),
        (|m| m.set(297, b"someone"), "group", Status::Container),
        (|m| m.set(329, b"0000001\0"), "device, major", Status::Container),
        (|m| m.set(337, b"0000001\0"), "device, minor", Status::Container),
        (|m| m.set(500, b"rest"), "rest of the header", Status::Container),
        (|m| m.pax = b"18 mtime=315532802\n".to_vec(), "pax records", Status::Container),
        (|m| m.filling = 1, "padding behind the content", Status::Container),
        (|m| m.set(156, b"5"), "kind", Status::Content),
        (|m| m.content[4] = b'2', "lines", Status::Content),
    ];
    let written = tar_file::write(&tar_members());
    for (index, (change, field, status)) in changes.iter().enumerate() {
        let mut other = tar_members();
        change(&mut other[1]);
        let other = tar_file::write(&other);
        for (name, a, b) in [
            ("x.tar", written.clone(), other.clone()),
            ("x.tar.gz", Gzip::new(&written).write(), Gzip::new(&other).write()),
        ] {
            let report = compare(name, &a, &b);
            let found = member(&report, "pkg/b.py");
            assert_eq!(found.status, *status, "{index} {name}");
            let told = |name: &str| found.sections.iter().any(|section| section.title == name);
            assert!(names(&found.facts).contains(field) || told(field), "{index} {name}: {found:#?}");
            assert!(found.facts.len() <= 2, "{index} {name}: {:#?}", found.facts);
            // Links, folders and the like have no content, so what is there is taken for headers.
            let equal = if *field == "kind" { 1 } else { 2 };
            assert_eq!(report.summary.equal, equal, "{index} {name}");
        }
    }
}

#[test]
fn each_field_of_a_gzip_header_is_told_by_its_name() {
    type Change = fn(&mut Gzip);
    let changes: [(Change, &[&str]); 8] = [
        (|gzip| gzip.time = 1, &["gzip: time"]),
        (|gzip| gzip.level = 2, &["gzip: level"]),
        (|gzip| gzip.system = 3, &["gzip: system"]),
        (|gzip| gzip.flags = 1, &["gzip: flags"]),
        (|gzip| (gzip.flags, gzip.fields) = (4, b"\x02\0xx".to_vec()), &["gzip: extra field", "gzip: flags"]),
        (|gzip| (gzip.flags, gzip.fields) = (8, b"name\0".to_vec()), &["gzip: flags", "gzip: name"]),
        (|gzip| (gzip.flags, gzip.fields) = (16, b"words\0".to_vec()), &["gzip: comment", "gzip: flags"]),
        (|gzip| gzip.blocks = 2, &["gzip: compressed data"]),
    ];
    let tar = tar_file::write(&tar_members());
    for content in [&tar[..], b"plain text\n"] {
        for (index, (change, fields)) in changes.iter().enumerate() {
            let mut other = Gzip::new(content);
            change(&mut other);
            let report = compare("x.gz", &Gzip::new(content).write(), &other.write());
            assert_eq!(report.verdict, Verdict::Container, "{index}");
            assert_eq!(names(&report.facts), *fields, "{index}");
        }
    }
}

#[test]
fn a_checksum_that_is_wrong_is_told_though_the_content_is_the_same() {
    let written = Gzip::new(b"plain text\n").write();
    for (at, words) in [(8, "the checksum is wrong"), (4, "the length at its end is wrong")] {
        let mut other = written.clone();
        let place = other.len() - at;
        other[place] ^= 1;
        let report = compare("x.gz", &written, &other);
        assert!(!report.equal && report.notes.iter().any(|note| note.contains(words)), "{:?}", report.notes);
    }
}

#[test]
fn archives_that_are_cut_off_anywhere_are_explained_without_a_panic() {
    let tar = tar_file::write(&tar_members());
    for (name, bytes) in
        [("x.zip", zip().write().bytes), ("x.tar", tar.clone()), ("x.tar.gz", Gzip::new(&tar).write())]
    {
        for length in (0..bytes.len()).step_by(1 + bytes.len() / 150) {
            assert!(!compare(name, &bytes, &bytes[..length]).equal, "{name} of {length} bytes");
        }
    }
}

#[test]
fn what_a_strict_reader_refuses_is_explained_and_said_to_be_refused() {
    let mut other = zip();
    other.members[1].name = b"../../b.py".to_vec();
    other.members.push(other.members[0].clone());
    let report = compare("x.zip", &zip().write().bytes, &other.write().bytes);
    assert!(
        report.notes.iter().any(|note| note.starts_with("B: pyrepro refuses to read it")),
        "{:?}",
        report.notes
    );
    assert_eq!(member(&report, "pkg/b.py").path_b.as_deref(), Some("../../b.py"));
    assert_eq!(report.summary.only_b, 1);
}
