//! What is particular to wheels: RECORD, signatures, metadata.

use std::fs;
use std::path::PathBuf;

use pyrepro::archive::{Entry, Limits, zip};
use pyrepro::record::Record;

use crate::common::app::zip_of;
use crate::common::newest;
use crate::normalize::folder::{Folder, assert_exit, normalize, state, stderr, stdout};
use crate::normalize_archives::{listing, made, python, text};

const NAME: &str = "orchard-1.0-py3-none-any.whl";

/// The members of a wheel of ours, after some change to them.
fn wheel(folder: &Folder, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> PathBuf {
    let path = made(folder, &["wheel"], NAME);
    let mut reader = zip::Reader::open(fs::File::open(&path).unwrap(), Limits::default()).unwrap();
    let names: Vec<String> = reader.members().iter().map(|member| member.path.to_string()).collect();
    let mut members: Vec<(String, Vec<u8>)> =
        names.into_iter().enumerate().map(|(index, name)| (name, reader.bytes(index).unwrap())).collect();
    change(&mut members);
    let entry = |(path, bytes): (String, Vec<u8>)| Entry::bytes(path, bytes).unwrap();
    fs::write(&path, zip_of(members.into_iter().map(entry).collect())).unwrap();
    path
}

fn find<'a>(members: &'a mut [(String, Vec<u8>)], ending: &str) -> &'a mut Vec<u8> {
    let found = members.iter_mut().find(|(path, _)| path.ends_with(ending));
    &mut found.unwrap_or_else(|| panic!("no {ending}")).1
}

fn replace(bytes: &mut Vec<u8>, old: &str, new: &str) {
    let text = String::from_utf8(std::mem::take(bytes)).unwrap();
    assert!(text.contains(old), "{text}");
    *bytes = text.replacen(old, new, 1).into_bytes();
}

#[test]
fn record_is_in_the_order_of_the_archive_and_right() {
    let folder = Folder::new();
    let wheel = made(&folder, &["wheel"], NAME);
    assert_exit(&normalize(&wheel, &[]), 0);
    let mut reader = zip::Reader::open(fs::File::open(&wheel).unwrap(), Limits::default()).unwrap();
    let last = reader.members().len() - 1;
    let record = Record::parse(&reader.bytes(last).unwrap()).unwrap();
    let paths: Vec<String> = reader.members().iter().map(|member| member.path.to_string()).collect();
    assert_eq!(record.rows.iter().map(|row| row.path.clone()).collect::<Vec<_>>(), paths);
    assert_eq!(paths[last], "orchard-1.0.dist-info/RECORD");
    for (index, row) in record.rows[..last].iter().enumerate() {
        let bytes = reader.bytes(index).unwrap();
        assert_eq!(row.hash.as_ref().unwrap().fits(&bytes), Some(true));
        assert_eq!(row.size, Some(bytes.len() as u64));
    }
}

/// What auditwheel, delocate and older packers write: entries for folders.
#[test]
fn entries_for_folders_keep_no_two_wheels_apart() {
    let folder = Folder::new();
    let plain = made(&folder, &["wheel"], NAME);
    let with_folders = folder.path().join("with_folders.whl");
    let script = "
import shutil, sys, zipfile
shutil.copy(sys.argv[1], sys.argv[2])
with zipfile.ZipFile(sys.argv[2], 'a') as archive:
    for name in ['orchard/', 'orchard-1.0.dist-info/', 'empty/', 'orchard/__pycache__/']:
        info = zipfile.ZipInfo(name, (2021, 1, 1, 0, 0, 0))
        info.external_attr = 0o40755 << 16 | 0x10
        archive.writestr(info, b'')
";
    let output = newest().command().args(["-c", script, text(&plain), text(&with_folders)]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let check = normalize(&with_folders, &["--check", "-v"]);
    assert_exit(&check, 1);
    assert!(
        stdout(&check).contains("folder: empty: wheels have no entries for folders"),
        "{}",
        stdout(&check)
    );
    assert_exit(&folder.normalize(&[]), 0);
    assert!(fs::read(&plain).unwrap() == fs::read(&with_folders).unwrap());
    assert!(listing(&plain).iter().all(|member| !member["name"].as_str().unwrap().ends_with('/')));
}

#[test]
fn metadata_keeps_values_lines_and_body_to_the_byte() {
    let folder = Folder::new();
    let wheel = made(&folder, &["wheel"], NAME);
    assert_exit(&normalize(&wheel, &[]), 0);
    let read = |name: &str| {
        let script =
            "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
        let mut command = newest().command();
        command.args(["-c", script, text(&wheel), &format!("orchard-1.0.dist-info/{name}")]);
        command.output().unwrap().stdout
    };
    let expected = b"Metadata-Version: 2.1\nName: orchard\nVersion: 1.0\nSummary: trees\n        in rows\nClassifier: B\n\
        Classifier: A\nX-Shade: much\n\nName: of the body\n\n   kept  \r\n";
    assert_eq!(String::from_utf8_lossy(&read("METADATA")), String::from_utf8_lossy(expected));
    assert_eq!(
        read("WHEEL"),
        b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    );
}

#[test]
fn a_wheel_that_is_not_what_its_record_says_is_refused_and_the_row_named() {
    let folder = Folder::new();
    type Change = fn(&mut Vec<(String, Vec<u8>)>);
    let cases: [(Change, &str); 8] = [
        (|all| find(all, "tree.py").push(b'#'), "\"orchard/tree.py\" is not what the RECORD says"),
        (|all| find(all, ".cpython-*.pyc").push(0), ""),
        (
            |all| replace(find(all, "/RECORD"), "orchard/__init__.py,", "orchard/x.py,"),
            "no row for \"orchard/__init__.py\"",
        ),
        (|all| all.push(("new.py".to_owned(), Vec::new())), "no row for \"new.py\""),
        (
            |all| all.retain(|(path, _)| path != "orchard/tree.py"),
            "a row for \"orchard/tree.py\", which is not there",
        ),
        (
            |all| replace(find(all, "/RECORD"), ",0\n", ",1\n"),
            "\"orchard/__init__.py\" is not what the RECORD says",
        ),
        (
            |all| find(all, "/RECORD").extend(b"orchard/__init__.py,,\n"),
            "two rows for \"orchard/__init__.py\"",
        ),
        (|all| find(all, "/RECORD").extend(b"a,b\n"), "RECORD cannot be read: line 11: "),
    ];
    for (change, reason) in cases.into_iter().filter(|(_, reason)| !reason.is_empty()) {
        let wheel = wheel(&folder, change);
        let before = state(&wheel);
        let output = normalize(&wheel, &[]);
        assert_exit(&output, 2);
        assert!(stderr(&output).contains(reason), "{reason}\n{}", stderr(&output));
        assert_eq!(state(&wheel), before);
        assert_eq!(folder.names(), [NAME]);
    }
    // Bytecode counts as what it was, not as what it becomes.
    let wheel = wheel(&folder, |all| {
        let place = all.iter().position(|(path, _)| path.contains("__pycache__")).unwrap();
        all[place].1.truncate(40);
    });
    let output = normalize(&wheel, &[]);
    assert_exit(&output, 2);
    assert!(stderr(&output).contains("__pycache__"), "{}", stderr(&output));
}

#[test]
fn weak_or_missing_hashes_are_refused_and_strong_ones_of_other_kinds_taken() {
    let folder = Folder::new();
    let with = |hash: &str| {
        wheel(&folder, |all| {
            let empty = "orchard/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0";
            replace(find(all, "/RECORD"), empty, &format!("orchard/__init__.py,{hash}"));
        })
    };
    for weak in [",0", "md5=1B2M2Y8AsgTpgAmY7PhCfg,0", ","] {
        let output = normalize(&with(weak), &[]);
        assert_exit(&output, 2);
        assert!(stderr(&output).contains("no SHA-2 hash in the row"), "{}", stderr(&output));
    }
    let long = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg";
    assert_exit(&normalize(&with(&format!("sha512={long},0")), &[]), 0);
    assert_exit(&normalize(&with(&format!("sha512={long}==,")), &[]), 0);
    assert_exit(&normalize(&with("sha512=zzz,0"), &[]), 2);
}

#[test]
fn signatures_are_refused_or_dropped_and_never_kept_untrue() {
    let folder = Folder::new();
    for name in ["RECORD.jws", "RECORD.p7s"] {
        let sign = |all: &mut Vec<(String, Vec<u8>)>| {
            all.push((format!("orchard-1.0.dist-info/{name}"), b"signed".to_vec()));
        };
        let signed = wheel(&folder, sign);
        let before = state(&signed);
        let output = normalize(&signed, &[]);
        assert_exit(&output, 2);
        assert!(stderr(&output).contains(name) && stderr(&output).contains("--drop-signatures"));
        assert_eq!(state(&signed), before);
        let output = normalize(&signed, &["--drop-signatures", "--check", "-v"]);
        assert_exit(&output, 1);
        assert!(
            crate::normalize_archives::stdout(&output)
                .contains(&format!("signature: orchard-1.0.dist-info/{name}: "))
        );
        assert_exit(&normalize(&signed, &["--drop-signatures"]), 0);
        assert!(listing(&signed).iter().all(|member| !member["name"].as_str().unwrap().contains(name)));
        assert_exit(&normalize(&signed, &["--check"]), 0);
    }
}

#[test]
fn what_is_called_a_wheel_and_is_none_is_refused() {
    let folder = Folder::new();
    let no_wheels = [
        zip_of(vec![Entry::bytes("a.py", "").unwrap()]),
        zip_of(vec![Entry::bytes("a-1.dist-info/WHEEL", "").unwrap()]),
        zip_of(vec![
            Entry::bytes("a-1.dist-info/RECORD", "").unwrap(),
            Entry::bytes("b-1.dist-info/RECORD", "").unwrap(),
        ]),
        b"no zip file".to_vec(),
    ];
    for bytes in no_wheels {
        let file = folder.file(NAME, bytes);
        let before = state(&file);
        assert_exit(&normalize(&file, &[]), 2);
        assert_eq!(state(&file), before);
    }
    // A zip file with a .dist-info in it is no wheel for that.
    let zip =
        folder.file("site.zip", fs::read(wheel(&folder, |all| find(all, "tree.py").push(b'#'))).unwrap());
    assert_exit(&normalize(&zip, &[]), 0);
    python(&["list", text(&zip)]);
}

#[test]
fn rows_of_changed_bytecode_are_renewed_in_other_archives_too_if_they_held() {
    let folder = Folder::new();
    let is_bytecode = |path: &str| path.ends_with(".pyc");
    for holds in [true, false] {
        let wheel = wheel(&folder, |all| {
            let text = find(all, "/RECORD");
            let mut record = Record::parse(text).unwrap();
            for row in record.rows.iter_mut().filter(|row| is_bytecode(&row.path) && !holds) {
                row.size = Some(1);
            }
            *text = record.to_string().into_bytes();
            all.iter_mut().for_each(|(path, _)| path.insert_str(0, "lib/"));
        });
        let app = folder.path().join("vendored.zip");
        fs::rename(wheel, &app).unwrap();
        let rows = || {
            let mut reader = zip::Reader::open(fs::File::open(&app).unwrap(), Limits::default()).unwrap();
            let place =
                |path: &str| reader.members().iter().position(|member| member.path.as_str() == path).unwrap();
            let record = place("lib/orchard-1.0.dist-info/RECORD");
            let bytecode = reader.members().iter().position(|member| is_bytecode(member.path.as_str()));
            let record = Record::parse(&reader.bytes(record).unwrap()).unwrap();
            (
                record,
                reader.members()[bytecode.unwrap()].path.to_string(),
                reader.bytes(bytecode.unwrap()).unwrap(),
            )
        };
        let (before, path, old) = rows();
        assert_exit(&normalize(&app, &[]), 0);
        let (after, _, new) = rows();
        assert_ne!(old, new, "the bytecode was in canonical form");
        for (old, row) in before.rows.iter().zip(&after.rows) {
            if holds && format!("lib/{}", row.path) == path {
                assert_eq!(row.hash.as_ref().unwrap().fits(&new), Some(true));
                assert_eq!(row.size, Some(new.len() as u64));
            } else if !holds || !is_bytecode(&row.path) {
                assert_eq!(row, old);
            }
        }
        assert_eq!(before.rows.len(), after.rows.len());
    }
}
