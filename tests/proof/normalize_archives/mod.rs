//! `pyrepro normalize` on archives: all that is the same inside becomes the same file, and nothing
//! inside is lost.

#![cfg(unix)]

mod epochs;
mod hostile;
mod places;
mod properties;
mod skipped;
mod tars;
mod wheels;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::app::{stdout_of, zip_of};
use crate::common::{newest, pyrepro};
use crate::normalize::folder::{Folder, assert_exit, normalize, state, stderr, stdout};
use pyrepro::archive::Entry;

/// Makes, varies and lists archives with Python's own modules.
const ARCHIVES: &str = include_str!("archives.py");

fn python(arguments: &[&str]) -> String {
    let python = newest();
    stdout_of(python.command().args(["-c", ARCHIVES]).args(arguments))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths in UTF-8")
}

/// An archive of one of the kinds that the script makes.
fn made(folder: &Folder, kind: &[&str], name: &str) -> PathBuf {
    let path = folder.path().join(name);
    let arguments: Vec<&str> = [kind[0], text(&path)].into_iter().chain(kind[1..].iter().copied()).collect();
    python(&arguments);
    path
}

/// What an independent reader finds in an archive: all that it says of each member.
fn listing(path: &Path) -> Vec<Value> {
    serde_json::from_str(&python(&["list", text(path)])).expect("a list")
}

/// The hash of each member's content, or where a link leads.
fn contents(path: &Path) -> BTreeMap<String, String> {
    let field = |member: &Value, key: &str| member[key].as_str().expect("text").to_owned();
    listing(path).iter().map(|member| (field(member, "name"), field(member, "sha256"))).collect()
}

/// The members whose content differs; both must have the same.
fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    assert!(before.keys().eq(after.keys()), "{before:?}\n{after:?}");
    before.iter().filter(|(name, hash)| after[*name] != **hash).map(|(name, _)| name.clone()).collect()
}

const KINDS: [(&[&str], &str); 6] = [
    (&["wheel"], "orchard-1.0-py3-none-any.whl"),
    (&["zipapp", "deflated"], "app.pyz"),
    (&["zipapp", "stored"], "stored.pyz"),
    (&["jar"], "lib.jar"),
    (&["tar"], "orchard-1.0.tar.gz"),
    (&["tar"], "orchard-1.0.tar"),
];

#[test]
fn whatever_made_an_archive_the_normal_form_is_one() {
    for (kind, name) in KINDS {
        let folder = Folder::new();
        let original = made(&folder, kind, name);
        let before = contents(&original);
        let variants = folder.path().join("variants");
        fs::create_dir(&variants).unwrap();
        python(&["vary", text(&original), text(&variants)]);
        assert_exit(&folder.normalize(&["--check"]), 1);
        assert_exit(&folder.normalize(&["-j3"]), 0);
        assert_exit(&folder.normalize(&["--check"]), 0);

        let normal = fs::read(&original).unwrap();
        let mut count = 0;
        for variant in fs::read_dir(&variants).unwrap() {
            let variant = variant.unwrap().path();
            assert!(fs::read(&variant).unwrap() == normal, "{}", variant.display());
            count += 1;
        }
        assert!(count >= 6, "{name}: {count} variants");
        let expected: &[&str] = match kind[0] {
            "wheel" => &["METADATA", "RECORD", "WHEEL", ".pyc"],
            "jar" => &[],
            _ => &[".pyc"],
        };
        let changed = changed(&before, &contents(&original));
        assert_eq!(changed.len(), expected.len(), "{changed:?}");
        for name in changed {
            assert!(expected.iter().any(|ending| name.ends_with(ending)), "{name}");
            assert!(!name.ends_with("broken.pyc"));
        }
    }
}

#[test]
fn members_carry_the_epoch_and_nothing_else_of_where_they_were_made() {
    for (kind, name) in KINDS {
        let folder = Folder::new();
        let archive = made(&folder, kind, name);
        assert_exit(&normalize(&archive, &["--source-date-epoch", "1577836801"]), 0);
        for member in listing(&archive) {
            let name = member["name"].as_str().unwrap();
            if kind[0] == "tar" {
                assert_eq!(member["time"], 1_577_836_801);
                assert_eq!(member["owner"], serde_json::json!([0, 0, "", ""]));
                let pax = if name.is_ascii() && name.len() < 200 { vec![] } else { vec!["path"] };
                assert_eq!(member["pax"], serde_json::json!(pax), "{name}");
            } else {
                assert_eq!(member["time"], serde_json::json!([2020, 1, 1, 0, 0, 0]));
                assert_eq!((&member["system"], &member["extra"]), (&Value::from(3), &Value::from(0)));
                assert_eq!(member["flags"], if name.is_ascii() { 0 } else { 0x800 }, "{name}");
                let mode = if name.ends_with("prune") { 0o100_755 } else { 0o100_644 };
                assert_eq!(member["mode"], mode, "{name}");
            }
        }
    }
}

#[test]
fn what_pyrepro_writes_is_normal_already() {
    let folder = Folder::new();
    let orchard = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/orchard");
    for what in ["--wheel", "--sdist"] {
        stdout_of(pyrepro().arg("build").arg(&orchard).arg(what).arg("-o").arg(folder.path().join("dist")));
    }
    let output = normalize(&folder.path().join("dist"), &["--check"]);
    assert_exit(&output, 0);
    assert!(stdout(&output).contains("2 already canonical"), "{}", stdout(&output));

    folder.file("src/__main__.py", "import pkg\n");
    folder.file("src/pkg/__init__.py", "x = 1\n".repeat(100));
    folder.file("src/META-INF/MANIFEST.MF", "no jar");
    folder.file("src/A", "comes before META-INF");
    for (name, arguments) in
        [("stored.pyz", &[][..]), ("deflated.pyz", &["-c", "-p", "/usr/bin/env python3"])]
    {
        let target = folder.path().join(name);
        let mut command = pyrepro();
        command.arg("zipapp").arg(folder.path().join("src")).arg("-o").arg(&target).args(arguments);
        stdout_of(&mut command);
        let before = state(&target);
        assert_exit(&normalize(&target, &["--check"]), 0);
        assert_exit(&normalize(&target, &[]), 0);
        assert_eq!(state(&target), before);
    }
}

#[test]
fn a_zipapp_keeps_its_first_line_its_mode_and_runs() {
    let folder = Folder::new();
    for compression in ["stored", "deflated"] {
        let app = made(&folder, &["zipapp", compression], "app.pyz");
        let python = newest();
        let before = stdout_of(python.command().arg(&app));
        assert_exit(&normalize(&app, &[]), 0);
        assert!(fs::read(&app).unwrap().starts_with(b"#!/usr/bin/env python3\nPK"));
        assert_eq!(state(&app).1[1] & 0o777, 0o755);
        assert_eq!(stdout_of(python.command().arg(&app)), before);
        let deflated = listing(&app).iter().any(|member| member["deflated"] == true);
        assert_eq!(deflated, compression == "deflated", "what holds for one member holds for all");
    }
    // Whatever it is called.
    let app = made(&folder, &["zipapp", "stored"], "app");
    assert_exit(&normalize(&app, &[]), 0);
    assert_exit(&normalize(&app, &["--check"]), 0);
}

#[test]
fn the_manifest_of_a_jar_stays_first() {
    let folder = Folder::new();
    let jar = made(&folder, &["jar"], "a.jar");
    assert_exit(&normalize(&jar, &[]), 0);
    let names: Vec<Value> = listing(&jar).iter().map(|member| member["name"].clone()).collect();
    assert_eq!(names, ["META-INF/MANIFEST.MF", "META-INF/A.SF", "A.class"]);
}

#[test]
fn check_names_what_varies_and_where() {
    let folder = Folder::new();
    let wheel = made(&folder, &["wheel"], "orchard-1.0-py3-none-any.whl");
    let before = state(&wheel);
    let output = normalize(&wheel, &["--check", "--format", "json"]);
    assert_exit(&output, 1);
    assert_eq!(state(&wheel), before);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = &document["files"][0];
    assert_eq!((&file["kind"], &file["outcome"]), (&Value::from("wheel"), &Value::from("would-change")));
    assert!(file["warnings"][0].as_str().unwrap().starts_with("orchard/broken.pyc: left as it is: "));
    let differences = file["differences"].as_array().unwrap();
    let of = |aspect: &str| differences.iter().filter(|difference| difference["aspect"] == aspect).count();
    assert_eq!(of("time"), 10);
    assert_eq!([of("order"), of("bytecode"), of("metadata"), of("record")], [1, 1, 2, 1]);
    assert!(of("compression") > 0);

    let output = normalize(&wheel, &["--check"]);
    assert!(stdout(&output).contains("\n  time: orchard/tree.py: 2020-05-17 11:12:14, and 9 more\n"));
    let output = normalize(&wheel, &["--check", "-v"]);
    assert_eq!(stdout(&output).matches("\n  time: ").count(), 10);
}

#[test]
fn archives_inside_of_archives_and_eggs_and_other_compressions_are_left_alone() {
    let folder = Folder::new();
    let inner = fs::read(made(&folder, &["jar"], "inner.jar")).unwrap();
    let outer = folder.file("outer.zip", zip_of(vec![Entry::bytes("inner.jar", inner).unwrap()]));
    fs::remove_file(folder.path().join("inner.jar")).unwrap();
    assert_exit(&normalize(&outer, &["--check"]), 0);

    let egg = folder.file("old.egg", fs::read(&outer).unwrap());
    let xz = folder.file("old.tar.xz", b"\xfd7zXZ\0...");
    let (egg_before, xz_before) = (state(&egg), state(&xz));
    let output = folder.normalize(&[]);
    assert_exit(&output, 0);
    assert!(stdout(&output).contains("2 left alone"), "{}", stdout(&output));
    assert!(stderr(&output).contains("old.egg: left alone: is an egg, "), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("old.tar.xz: left alone: is compressed with xz, "),
        "{}",
        stderr(&output)
    );
    assert_exit(&normalize(&egg, &[]), 0);
    assert_exit(&normalize(&xz, &[]), 2);
    assert_eq!((state(&egg), state(&xz)), (egg_before, xz_before));
}

#[test]
fn a_filter_takes_archives_too() {
    let folder = Folder::new();
    for (kind, name) in KINDS {
        let archive = made(&folder, kind, name);
        let run = |arguments: &[&str]| {
            let file = fs::File::open(&archive).unwrap();
            let mut command: Command = pyrepro();
            command.arg("normalize").args(arguments).arg("-").stdin(file).output().unwrap()
        };
        assert_exit(&run(&["--check"]), 1);
        let output = run(&[]);
        assert_exit(&output, 0);
        assert_exit(&normalize(&archive, &[]), 0);
        assert!(output.stdout == fs::read(&archive).unwrap(), "{name}");
        assert_exit(&run(&["--check"]), 0);
    }
}
