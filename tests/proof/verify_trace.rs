//! Without a manifest, verify says where each member of an artifact comes from, and what comes from nowhere.

use std::fs;
use std::path::{Path, PathBuf};

use pyrepro::archive::{Entries, Entry, Order, zip};
use pyrepro::record::{Record, Row};
use serde_json::Value;

use crate::common::app::{members, run, stdout_of};
use crate::common::tree::Tree;
use crate::common::{Python, newest, pyrepro, pythons};

fn orchard() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/orchard")
}

/// The wheel of the orchard with bytecode for an interpreter, and nothing beside it.
fn wheel(tree: &Tree, python: &Python, more: &[&str]) -> PathBuf {
    let out = tree.path().join("dist");
    let mut command = pyrepro();
    command.args(["build", "--wheel", "--no-manifest", "--pyc", "checked-hash", "-q", "--python"]);
    stdout_of(command.arg(&python.interpreter.path).args(more).arg("-o").arg(&out).arg(orchard()));
    let mut wheels = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
    wheels.next().expect("a wheel")
}

/// Changes the files of a wheel, and its RECORD with them, as somebody would who knows what he does.
fn tampered(wheel: &Path, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> PathBuf {
    let mut files: Vec<(String, Vec<u8>)> =
        members(wheel).into_iter().filter_map(|(path, content, _)| Some((path, content?))).collect();
    change(&mut files);
    let record = files.iter().position(|(path, _)| path.ends_with("/RECORD")).expect("a RECORD");
    let place = files.remove(record).0;
    let rows = files.iter().map(|(path, content)| Row::of(path.clone(), content));
    let text = Record { rows: rows.chain([Row::unhashed(place.clone())]).collect() }.to_string();
    files.push((place, text.into_bytes()));
    let target = wheel.with_file_name(format!("tampered-{}", wheel.file_name().unwrap().to_string_lossy()));
    let entries = files.into_iter().map(|(path, content)| Entry::bytes(path, content).unwrap()).collect();
    let entries = Entries::new(entries, &Order::Path).unwrap();
    zip::write(&entries, &zip::Options::default(), &mut fs::File::create(&target).unwrap()).unwrap();
    target
}

fn file<'a>(files: &'a mut [(String, Vec<u8>)], end: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(path, _)| path.contains(end)).expect("a member").1
}

/// The exit code, and the members that are not fine, with what they are.
fn verify(artifact: &Path, python: &Python, arguments: &[&str]) -> (Option<i32>, Vec<(String, String)>) {
    let mut command = pyrepro();
    command.args(["--format", "json", "verify", "--trace", "--python"]).arg(&python.interpreter.path);
    let output = run(command.arg(artifact).args(arguments));
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let fine = ["source", "generated", "bytecode", "not-asked", "unproven"];
    let odd = report["members"].as_array().unwrap().iter().filter_map(|member| {
        let origin = member["origin"].as_str().unwrap();
        let is_odd = !fine.contains(&origin) || !member["record"].is_null();
        is_odd.then(|| (member["path"].as_str().unwrap().to_owned(), origin.to_owned()))
    });
    (output.status.code(), odd.collect())
}

fn assert_found(artifact: &Path, python: &Python, member: &str, origin: &str) {
    let source = orchard();
    let (code, odd) = verify(artifact, python, &["--source", source.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(odd.len() == 1 && odd[0].0.contains(member) && odd[0].1 == origin, "{odd:?}");
}

#[test]
fn every_member_of_a_wheel_comes_from_its_source() {
    let source = orchard();
    for python in pythons() {
        for more in [&[][..], &["--sourceless"], &["-O2"][..]] {
            let tree = Tree::new();
            let wheel = wheel(&tree, python, if more == ["-O2"] { &["--optimize", "2"] } else { more });
            let found = verify(&wheel, python, &["--source", source.to_str().unwrap()]);
            // What a build generates is proven by a rebuild alone, so the answer is not yes.
            assert_eq!(found, (Some(1), vec![]), "{} {more:?}", python.version);
        }
    }
}

/// The attack: the header's hash is that of the source, and the code is somebody else's.
#[test]
fn bytecode_with_other_code_than_its_source_is_found() {
    for python in pythons() {
        let tree = Tree::new();
        let wheel = wheel(&tree, python, &[]);
        let evil = tree.write("evil/m.py", "import os\nos.system('evil')\n");
        stdout_of(pyrepro().args(["compile", "-q", "--python"]).arg(&python.interpreter.path).arg(&evil));
        let evil = tree.pycs().into_iter().find(|(path, _)| path.starts_with("evil")).expect("bytecode").1;
        let tampered = tampered(&wheel, |files| {
            file(files, "orchard/__pycache__/__init__").splice(16.., evil[16..].iter().copied());
        });
        assert_found(&tampered, python, "orchard/__pycache__/__init__", "forged");
        // That needs nothing but the wheel itself.
        let (code, odd) = verify(&tampered, python, &[]);
        assert_eq!((code, odd.len()), (Some(1), 1), "{odd:?}");
    }
}

#[test]
fn what_has_no_origin_and_what_was_changed_is_found() {
    let python = newest();
    let tree = Tree::new();
    let wheel = wheel(&tree, python, &[]);
    let more = tampered(&wheel, |files| files.push(("orchard/more.txt".to_owned(), b"evil".to_vec())));
    assert_found(&more, python, "orchard/more.txt", "unknown");
    let pth = tampered(&wheel, |files| files.push(("orchard.pth".to_owned(), b"import evil".to_vec())));
    assert_found(&pth, python, "orchard.pth", "unknown");
    let stale = tampered(&wheel, |files| file(files, "orchard/__pycache__/__init__")[9] ^= 1);
    assert_found(&stale, python, "orchard/__pycache__/__init__", "forged");
    let broken = tampered(&wheel, |files| file(files, "orchard/__pycache__/__init__").truncate(40));
    assert_found(&broken, python, "orchard/__pycache__/__init__", "forged");

    // A source that was changed has bytecode that is of another source, too.
    let changed = tampered(&wheel, |files| file(files, "orchard/__init__.py").extend(b"# evil\n"));
    let source = orchard();
    let (code, odd) = verify(&changed, python, &["--source", source.to_str().unwrap()]);
    let origins: Vec<&str> = odd.iter().map(|(_, origin)| origin.as_str()).collect();
    assert_eq!((code, origins), (Some(1), vec!["changed", "forged"]), "{odd:?}");
}

#[test]
fn a_record_that_is_not_so_is_told() {
    let python = newest();
    let tree = Tree::new();
    let wheel = wheel(&tree, python, &[]);
    let bytes = fs::read(&wheel).unwrap();
    let changed = tampered(&wheel, |_| ());
    let mut files = members(&changed);
    for (path, content, _) in &mut files {
        if path.ends_with("/RECORD") {
            let text = String::from_utf8(content.take().unwrap()).unwrap();
            *content = Some(text.replacen("sha256=", "sha256=A", 1).into_bytes());
        }
    }
    let entries =
        files.into_iter().filter_map(|(path, content, _)| Some(Entry::bytes(path, content?).unwrap()));
    let entries = Entries::new(entries.collect(), &Order::Path).unwrap();
    zip::write(&entries, &zip::Options::default(), &mut fs::File::create(&changed).unwrap()).unwrap();
    let (code, odd) = verify(&changed, python, &[]);
    assert_eq!((code, odd.len()), (Some(1), 1), "{odd:?}");
    assert_eq!(fs::read(&wheel).unwrap(), bytes, "what is verified is not touched");
}

#[test]
fn an_sdist_does_for_a_source_and_can_be_traced_itself() {
    let python = newest();
    let tree = Tree::new();
    let wheel = wheel(&tree, python, &[]);
    let out = tree.path().join("sdist");
    stdout_of(pyrepro().args(["build", "--sdist", "--no-manifest", "-q", "-o"]).arg(&out).arg(orchard()));
    let sdist = fs::read_dir(&out).unwrap().next().expect("an sdist").unwrap().path();
    let (code, odd) = verify(&wheel, python, &["--source", sdist.to_str().unwrap()]);
    assert_eq!((code, odd), (Some(1), vec![]));
    let source = orchard();
    let (code, odd) = verify(&sdist, python, &["--source", source.to_str().unwrap()]);
    assert_eq!((code, odd), (Some(1), vec![]));
}
