//! An artifact is what its manifest and its source say, or `verify` names what is not.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::app::{application, members, run, stdout_of, wheel, zip_of};
use crate::common::tree::Tree;
use crate::common::{Python, newest, pyrepro, pythons};
use pyrepro::archive::{Entries, Entry, Order, zip};
use pyrepro::manifest::Manifest;
use pyrepro::pyc::Pyc;
use pyrepro::record::{Record, Row};

/// The first Python that has optimisation of constants as all later ones have, and starts fast.
fn python() -> &'static Python {
    newest()
}

/// An application and its archive.
fn zipapp(options: &[&str]) -> Tree {
    let tree = application();
    make(&tree, options);
    tree
}

fn make(tree: &Tree, options: &[&str]) {
    let mut command = pyrepro();
    command.args(["zipapp", "app", "-o", "out.pyz", "-p", "python9", "--python"]);
    command.arg(&python().interpreter.path).args(options).current_dir(tree.path());
    stdout_of(&mut command);
}

/// The report of a verification, with its exit code.
fn verify(tree: &Tree, arguments: &[&str]) -> (Option<i32>, Value) {
    let mut command = pyrepro();
    command.args(["verify", "--format", "json", "--python"]).arg(&python().interpreter.path);
    let output = run(command.args(arguments).current_dir(tree.path()));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::String(told)))
}

fn verdict(tree: &Tree, arguments: &[&str]) -> (Option<i32>, String) {
    let (code, report) = verify(tree, arguments);
    (code, report["verdict"].as_str().unwrap_or_else(|| panic!("{report}")).to_owned())
}

/// What is said of members that are not the same, by their paths.
fn findings(report: &Value) -> Vec<(String, String)> {
    let members = report["members"].as_array().expect("evidence");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = members.iter().map(|member| (text(&member["path"]), text(&member["finding"])));
    all.filter(|(_, finding)| finding != "same").collect()
}

/// Writes the archive again with other members, and a first line.
fn rewrite(tree: &Tree, first_line: &str, change: impl FnOnce(&mut Vec<Entry>)) {
    let path = tree.path().join("out.pyz");
    let entry = |(path, bytes, mode): crate::common::app::Member| match bytes {
        Some(bytes) => {
            Entry::bytes(path, bytes).expect("a path").executable(mode.is_some_and(|mode| mode & 0o100 != 0))
        }
        None => Entry::folder(path).expect("a path"),
    };
    let mut entries: Vec<Entry> = members(&path).into_iter().map(entry).collect();
    change(&mut entries);
    let entries = Entries::new(entries, &Order::Path).expect("paths that go together");
    let options = zip::Options {
        compression: zip::Compression::Stored,
        prefix: first_line.as_bytes().to_vec(),
        ..zip::Options::default()
    };
    let mut file = std::io::Cursor::new(Vec::new());
    zip::write(&entries, &options, &mut file).expect("memory");
    fs::write(path, file.into_inner()).expect("an archive");
}

const LINE: &str = "#!python9\n";

#[test]
fn what_comes_of_its_source_again_is_verified_whatever_it_was_made_with() {
    for options in [
        &[][..],
        &["-c"],
        &["--sourceless", "--optimize", "2", "--invalidation-mode", "checked-hash"],
        &["--no-compile", "--exclude", "*.txt"],
        &["--source-date-epoch", "1700000000"],
    ] {
        let tree = zipapp(options);
        let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
        assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("identical")), "{options:?}: {report}");
        assert_eq!((&report["as_recorded"], &report["accepted"]), (&true.into(), &true.into()));
        assert_eq!(
            report["members"].as_array().map(Vec::len),
            Some(members(&tree.path().join("out.pyz")).len())
        );
    }
}

#[test]
fn wheels_and_archives_that_went_in_are_found_by_name_or_named() {
    let tree = application();
    wheel(&tree, "dep", "1.0", &[("dep.py", "def main(): pass\n")], "");
    tree.write("lists/list.txt", "dep\n");
    make(&tree, &["--requirements", "lists/list.txt", "--find-links", "wheels"]);
    let arguments = ["out.pyz", "--source", "app", "--find-links", "wheels"];
    assert_eq!(verdict(&tree, &arguments), (Some(0), "identical".to_owned()));
    assert_eq!(verdict(&tree, &[&arguments[..], &["--find-links", "lists"]].concat()).0, Some(0));
    tree.write("lists/list.txt", "dep==1.0\n");
    let (code, report) = verify(&tree, &[&arguments[..], &["--find-links", "lists"]].concat());
    assert_eq!((code, report["inputs"][0]["path"].as_str()), (Some(0), Some("list.txt")), "{report}");
    let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(2), Some("not-rebuilt")));
    assert!(
        report["reason"].as_str().is_some_and(|told| told.contains("dep-1.0-py3-none-any.whl")),
        "{report}"
    );

    fs::rename(tree.path().join("out.pyz"), tree.path().join("old.pyz")).expect("an archive");
    let mut again = pyrepro();
    again.args(["zipapp", "old.pyz", "-o", "out.pyz", "-p", "other", "--python"]);
    stdout_of(again.arg(&python().interpreter.path).current_dir(tree.path()));
    assert_eq!(verdict(&tree, &["out.pyz", "--source", "old.pyz"]), (Some(0), "identical".to_owned()));
}

#[test]
fn a_source_distribution_is_a_source_too() {
    let tree = zipapp(&[]);
    let script =
        "import tarfile\nwith tarfile.open('app-1.0.tar.gz', 'w:gz') as tar: tar.add('app', 'app-1.0')\n";
    stdout_of(pythons()[0].command().args(["-c", script]).current_dir(tree.path()));
    let (code, report) = verify(&tree, &["out.pyz", "--source", "app-1.0.tar.gz"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("identical")), "{report}");
    tree.write("broken.tar.gz", b"\x1f\x8b\x08");
    assert_eq!(
        verdict(&tree, &["out.pyz", "--source", "broken.tar.gz"]),
        (Some(2), "not-rebuilt".to_owned())
    );
}

#[test]
fn every_source_that_differs_is_named() {
    let tree = zipapp(&[]);
    tree.write("app/pkg/cli.py", "def main(_): return 0\n");
    tree.write("app/new.txt", "");
    fs::remove_file(tree.path().join("app/pkg/data.txt")).expect("a file");
    let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("differs")));
    let inputs: Vec<(&str, &str)> = report["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .map(|input| (input["path"].as_str().expect("a path"), input["difference"].as_str().expect("a word")))
        .collect();
    assert_eq!(inputs, [("pkg/cli.py", "changed"), ("pkg/data.txt", "missing"), ("new.txt", "added")]);
    let expected = [
        ("new.txt", "missing"),
        ("pkg/cli.py", "other-content"),
        ("pkg/cli.pyc", "other-code"),
        ("pkg/data.txt", "added"),
    ];
    assert_eq!(findings(&report), expected.map(|(path, finding)| (path.to_owned(), finding.to_owned())));
}

#[test]
fn another_container_is_told_from_another_content() {
    let tree = zipapp(&["-c"]);
    rewrite(&tree, LINE, |_| {});
    let arguments = ["out.pyz", "--source", "app"];
    assert_eq!(verdict(&tree, &arguments), (Some(1), "container".to_owned()));
    for accepted in ["container", "content", "meaning"] {
        assert_eq!(verdict(&tree, &[&arguments[..], &["--accept", accepted]].concat()).0, Some(0));
    }
    rewrite(&tree, "#!python8\n", |_| {});
    let (code, report) = verify(&tree, &[&arguments[..], &["--accept", "meaning"]].concat());
    assert_eq!(code, Some(1), "the first line says what runs it: {report}");
    assert_eq!(findings(&report), [("out.pyz".to_owned(), "other-prefix".to_owned())]);
}

/// The bytecode with the interpreter's own marshal data in it, which is not canonical.
fn other_marshal(pyc: &[u8], folder: &Path) -> Vec<u8> {
    let script = "import marshal, sys\ncode = marshal.loads(open('a', 'rb').read())\n\
                  open('b', 'wb').write(marshal.dumps(code, 2))\n";
    fs::write(folder.join("a"), &pyc[16..]).expect("a file");
    stdout_of(python().command().args(["-c", script]).current_dir(folder));
    let mut other = pyc[..16].to_vec();
    other.extend(fs::read(folder.join("b")).expect("a file"));
    other
}

#[test]
fn equal_code_in_other_bytes_is_told_from_other_code() {
    let tree = zipapp(&[]);
    let all = members(&tree.path().join("out.pyz"));
    let content =
        |name: &str| all.iter().find(|(path, ..)| path == name).and_then(|(_, bytes, _)| bytes.clone());
    let good = content("pkg/cli.pyc").expect("bytecode");
    let put = |bytes: Vec<u8>| {
        rewrite(&tree, LINE, |entries| {
            entries.retain(|entry| entry.path.as_str() != "pkg/cli.pyc");
            entries.push(Entry::bytes("pkg/cli.pyc", bytes).expect("a path"));
        });
    };
    let arguments = ["out.pyz", "--source", "app"];

    let other = other_marshal(&good, tree.path());
    assert!(other != good && Pyc::parse(&other).expect("bytecode").canonical().expect("code") == good);
    put(other);
    let (code, report) = verify(&tree, &arguments);
    assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("meaning")), "{report}");
    assert_eq!(findings(&report), [("pkg/cli.pyc".to_owned(), "other-marshal".to_owned())]);
    assert_eq!(verdict(&tree, &[&arguments[..], &["--accept", "meaning"]].concat()).0, Some(0));
    assert_eq!(verdict(&tree, &[&arguments[..], &["--accept", "content"]].concat()).0, Some(1));

    // The attack: the header says that it is of the source, and the code is another's.
    let mut forged = good[..16].to_vec();
    forged.extend_from_slice(&content("pkg/__init__.pyc").expect("bytecode")[16..]);
    put(forged);
    let (code, report) = verify(&tree, &[&arguments[..], &["--accept", "meaning"]].concat());
    assert_eq!(code, Some(1));
    assert_eq!(findings(&report), [("pkg/cli.pyc".to_owned(), "other-code".to_owned())]);

    let mut header = good.clone();
    header[9] ^= 1;
    put(header);
    let (code, report) = verify(&tree, &[&arguments[..], &["--accept", "meaning"]].concat());
    assert_eq!(code, Some(1));
    assert_eq!(findings(&report), [("pkg/cli.pyc".to_owned(), "other-header".to_owned())]);
}

#[test]
fn members_that_are_changed_added_or_removed_are_named() {
    type Change = fn(&mut Vec<Entry>);
    let changes: [(&str, &str, Change); 4] = [
        ("pkg/data.txt", "other-content", |entries| {
            entries.retain(|entry| entry.path.as_str() != "pkg/data.txt");
            entries.push(Entry::bytes("pkg/data.txt", "some dat\n").expect("a path"));
        }),
        ("evil.py", "added", |entries| entries.push(Entry::bytes("evil.py", "").expect("a path"))),
        ("pkg/data.txt", "missing", |entries| entries.retain(|entry| entry.path.as_str() != "pkg/data.txt")),
        ("pkg/data.txt", "executable", |entries| {
            for entry in entries.iter_mut().filter(|entry| entry.path.as_str() == "pkg/data.txt") {
                *entry = entry.clone().executable(true);
            }
        }),
    ];
    let tree = zipapp(&[]);
    let good = fs::read(tree.path().join("out.pyz")).expect("an archive");
    for (path, finding, change) in changes {
        fs::write(tree.path().join("out.pyz"), &good).expect("an archive");
        rewrite(&tree, LINE, change);
        let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
        assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("differs")), "{finding}");
        assert_eq!(findings(&report), [(path.to_owned(), finding.to_owned())]);
    }
}

#[test]
fn a_changed_byte_is_seen_wherever_it_lies_in_an_archive() {
    let tree = zipapp(&["--no-compile"]);
    let path = tree.path().join("out.pyz");
    let good = fs::read(&path).expect("an archive");
    for place in (0..good.len()).step_by(good.len() / 24) {
        let mut bad = good.clone();
        bad[place] ^= 0x10;
        fs::write(&path, bad).expect("an archive");
        let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
        assert_eq!(code, Some(1), "{place}: {report}");
        assert_ne!(report["verdict"], "identical", "{place}");
    }
    for cut in [0, 1, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..cut]).expect("an archive");
        let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
        assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("differs")), "{cut}: {report}");
    }
}

/// Another value of the same type, which the reader may take.
fn changed(value: &Value) -> Value {
    match value {
        Value::Bool(value) => (!value).into(),
        Value::Number(value) => (value.as_u64().unwrap_or_default() ^ 1).into(),
        Value::String(text) if text.len() == 64 => text.chars().rev().collect::<String>().into(),
        Value::String(text) => format!("{text}x").into(),
        other => other.clone(),
    }
}

/// The manifest with the digest that is right for it, as a forger would write it.
fn sealed(text: &str) -> String {
    serde_json::from_str::<Manifest>(text).map_or_else(|_| text.to_owned(), |manifest| manifest.to_json())
}

/// The places of all values that are no lists and no maps.
fn leaves(value: &Value, place: &str, found: &mut Vec<String>) {
    let escaped = |key: &String| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, inner)| leaves(inner, &format!("{place}/{}", escaped(key)), found));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, inner)| leaves(inner, &format!("{place}/{at}"), found));
        }
        _ => found.push(place.to_owned()),
    }
}

#[test]
fn every_field_of_a_manifest_that_is_changed_is_caught() {
    let tree = application();
    fs::remove_dir_all(tree.path().join("app/space")).expect("a folder");
    make(&tree, &["--exclude", "*.orig"]);
    let place = tree.path().join(".out.pyz.manifest.json");
    let good: Value = serde_json::from_slice(&fs::read(&place).expect("a manifest")).expect("JSON");
    let mut fields = Vec::new();
    leaves(&good, "", &mut fields);
    assert!(fields.len() > 80, "{}", fields.len());
    // Of these, only the manifest's own digest can tell.
    let unknowable =
        ["/pyrepro/version", "/epoch/source", "/pyrepro/encoder", "/options/values/exclude/0", "/sha256"];
    for field in &fields {
        let mut bad = good.clone();
        let value = bad.pointer_mut(field).expect("a field");
        *value = changed(value);
        let text = bad.to_string();
        // Which compiler made it shows in nothing else.
        let is_unknowable = unknowable.contains(&field.as_str()) || field.contains("/compiler/");
        let text = if is_unknowable { text } else { sealed(&text) };
        fs::write(&place, text).expect("a manifest");
        let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
        assert_ne!(code, Some(0), "{field} is changed, and nobody minds: {report}");
    }
    fs::write(&place, good.to_string()).expect("a manifest");
    assert_eq!(verdict(&tree, &["out.pyz", "--source", "app"]).0, Some(0), "spaces are not minded");
}

#[test]
fn without_what_is_needed_it_says_what_that_is() {
    let tree = zipapp(&[]);
    let (code, report) = verify(&tree, &["out.pyz"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(2), Some("not-rebuilt")));
    assert!(report["reason"].as_str().is_some_and(|reason| reason.contains("--source")));
    let (code, told) = verify(&tree, &["app/run.sh", "--source", "app"]);
    assert_eq!(code, Some(2));
    assert!(told.as_str().is_some_and(|told| told.contains("neither a zip file nor a tar file")), "{told}");

    let place = tree.path().join(".out.pyz.manifest.json");
    let text = fs::read_to_string(&place).expect("a manifest");
    let release = python().interpreter.release.to_string();
    let minor = format!("3.{}", python().version.minor());
    let other = text.replace(&format!("\"{release}\""), &format!("\"{minor}.77\""));
    fs::write(&place, sealed(&other)).expect("a manifest");
    let (code, report) = verify(&tree, &["out.pyz", "--source", "app"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(2), Some("not-rebuilt")));
    let reason = report["reason"].as_str().expect("a reason");
    assert!(
        reason.contains(&format!("needs Python {minor}.77")) && reason.contains("--any-patch"),
        "{reason}"
    );
    let (code, report) = verify(&tree, &["out.pyz", "--source", "app", "--any-patch"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("identical")));
    assert_eq!(report["rebuilt"]["targets"][0]["version"], release);

    fs::write(&place, text.replace("\"schema\": 1", "\"schema\": 2")).expect("a manifest");
    let (code, told) = verify(&tree, &["out.pyz", "--source", "app"]);
    assert_eq!(code, Some(2));
    assert!(told.as_str().is_some_and(|told| told.contains("schema is 2")), "{told}");
}

/// A program that says that it is the interpreter to test on, and tells that it was run.
#[cfg(unix)]
fn liar(tree: &Tree, name: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let real = python().interpreter.path.display();
    let ran = tree.path().join("ran");
    let program = tree.write(name, format!("#!/bin/sh\ntouch '{}'\nexec '{real}' \"$@\"\n", ran.display()));
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
    program
}

#[cfg(unix)]
#[test]
fn no_text_of_a_manifest_names_a_program() {
    let tree = zipapp(&[]);
    let program = liar(&tree, "liar");
    liar(&tree, "python3.77");
    liar(&tree, "prefix/bin/python");
    let place = tree.path().join(".out.pyz.manifest.json");
    let good: Value = serde_json::from_slice(&fs::read(&place).expect("a manifest")).expect("JSON");
    let names = [
        program.to_str().expect("UTF-8"),
        "./liar",
        "prefix",
        "python3.77",
        "3.77",
        "liar",
        "-c",
        "3.77.0/liar",
    ];
    for name in names {
        let mut bad = good.clone();
        bad["targets"][0]["version"] = name.into();
        fs::write(&place, bad.to_string()).expect("a manifest");
        for options in [&["--any-patch"][..], &[]] {
            let mut command = pyrepro();
            command.args(["verify", "out.pyz", "--source", "app"]).args(options).current_dir(tree.path());
            let output = run(command.env("PYREPRO_PYTHON", &python().interpreter.path));
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{name}: {told}");
            assert!(told.contains("is not a Python release"), "{name}: {told}");
            assert!(!tree.path().join("ran").exists(), "{name} was run");
        }
    }
}

#[test]
fn a_bare_archive_that_differs_from_its_manifest_differs_whether_it_can_be_rebuilt_or_not() {
    let tree = zipapp(&[]);
    tree.write("out.pyz", zip_of(vec![Entry::bytes("__main__.py", "evil()\n").expect("a path")]));
    assert_eq!(verdict(&tree, &["out.pyz"]), (Some(1), "differs".to_owned()));
}

/// A project of ours, built, and what came of it.
fn project() -> (Tree, Vec<PathBuf>) {
    let tree = Tree::new();
    tree.write(
        "pyproject.toml",
        "[project]\nname = 'grove'\nversion = '1.0'\nscripts.grove = 'grove:main'\n\
         [build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n",
    );
    tree.write("src/grove/__init__.py", "def main():\n    return {'a', 'b'} - {'b'}\n");
    let mut command = pyrepro();
    command.args(["build", "--wheel", "--sdist", "--zipapp", "--pyc", "checked-hash", "--python"]);
    stdout_of(command.arg(&python().interpreter.path).current_dir(tree.path()));
    let dist = fs::read_dir(tree.path().join("dist")).expect("artifacts").flatten().map(|entry| entry.path());
    let mut artifacts: Vec<PathBuf> =
        dist.filter(|path| path.extension().is_some_and(|e| e != "json")).collect();
    artifacts.sort();
    assert_eq!(artifacts.len(), 3);
    (tree, artifacts)
}

#[test]
fn wheels_sdists_and_zipapps_of_projects_are_built_again() {
    let (tree, artifacts) = project();
    let sdist = artifacts.iter().find(|path| path.extension().is_some_and(|e| e == "gz")).expect("an sdist");
    let sdist = sdist.to_string_lossy().into_owned();
    for artifact in &artifacts {
        let artifact = artifact.to_string_lossy();
        for source in [".", &sdist] {
            let (code, report) = verify(&tree, &[&artifact, "--source", source]);
            assert_eq!(
                (code, report["verdict"].as_str()),
                (Some(0), Some("identical")),
                "{artifact}: {report}"
            );
        }
    }
    tree.write("src/grove/__init__.py", "def main():\n    return 1\n");
    for artifact in &artifacts {
        let (code, report) = verify(&tree, &[&artifact.to_string_lossy(), "--source", "."]);
        assert_eq!(code, Some(1), "{report}");
        assert_eq!(report["inputs"][0]["path"], "src/grove/__init__.py");
        assert!(findings(&report).iter().any(|(path, _)| path.ends_with("grove/__init__.py")), "{report}");
    }
}

/// Changes members of a wheel, each a path and what is to be made of its content, and has RECORD follow.
fn rewrite_wheel(path: &Path, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    let mut rows = Vec::new();
    let mut entries = Vec::new();
    for (name, bytes, mode) in members(path) {
        let bytes = bytes.expect("a file");
        let bytes = match name.ends_with(".dist-info/RECORD") {
            true => {
                let mut record = Record { rows: std::mem::take(&mut rows) };
                record.rows.push(Row::unhashed(&name));
                change(&name, record.to_string().into_bytes())
            }
            false => change(&name, bytes),
        };
        rows.push(Row::of(&name, &bytes));
        let entry = Entry::bytes(name, bytes).expect("a path");
        entries.push(entry.executable(mode.is_some_and(|mode| mode & 0o100 != 0)));
    }
    let order = Order::Wheel { dist_info: "grove-1.0.dist-info".to_owned() };
    let entries = Entries::new(entries, &order).expect("paths that go together");
    let mut file = std::io::Cursor::new(Vec::new());
    zip::write(&entries, &zip::Options::default(), &mut file).expect("memory");
    fs::write(path, file.into_inner()).expect("a wheel");
}

#[test]
fn a_record_that_differs_as_the_members_do_makes_nothing_worse() {
    let (tree, artifacts) = project();
    let wheel = artifacts.iter().find(|path| path.extension().is_some_and(|e| e == "whl")).expect("a wheel");
    let name = wheel.to_string_lossy();
    let arguments = [&*name, "--source", "."];
    let good = fs::read(wheel).expect("a wheel");
    let remarshalled = |path: &str, bytes: Vec<u8>| match path.ends_with(".pyc") {
        true => other_marshal(&bytes, tree.path()),
        false => bytes,
    };
    rewrite_wheel(wheel, |_, bytes| bytes);
    assert_eq!(verdict(&tree, &arguments).1, "identical", "what is written again is what it was");
    rewrite_wheel(wheel, remarshalled);
    let (code, report) = verify(&tree, &arguments);
    assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("meaning")), "{report}");
    let found = findings(&report);
    let of = |finding: &str| found.iter().filter(|(_, other)| other == finding).count();
    assert_eq!((of("other-marshal"), of("other-record"), found.len()), (1, 1, 2), "{found:?}");
    assert_eq!(verdict(&tree, &[&arguments[..], &["--accept", "meaning"]].concat()).0, Some(0));
    assert_eq!(verdict(&tree, &[&arguments[..], &["--accept", "content"]].concat()).0, Some(1));

    // A row that is not right, one that is another's, and one too many.
    type Change = fn(String) -> String;
    let changes: [Change; 4] = [
        |text| text.replacen("sha256=", "sha256=x", 1),
        |text| text.replacen(',', "x,", 1),
        |text| format!("evil.py,,\n{text}"),
        |text| text.lines().rev().flat_map(|line| [line, "\n"]).collect(),
    ];
    for change in changes {
        fs::write(wheel, &good).expect("a wheel");
        rewrite_wheel(wheel, |path, bytes| match path.ends_with("/RECORD") {
            true => change(String::from_utf8(bytes).expect("text")).into_bytes(),
            false => remarshalled(path, bytes),
        });
        let (code, report) = verify(&tree, &[&arguments[..], &["--accept", "meaning"]].concat());
        assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("differs")), "{report}");
        assert!(
            findings(&report)
                .iter()
                .any(|(path, finding)| { path.ends_with("/RECORD") && finding == "other-content" })
        );
    }
}
