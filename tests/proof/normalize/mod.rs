//! `pyrepro normalize`: files become canonical, whole or not at all, and nothing else about them changes.

#![cfg(unix)]

pub mod folder;
mod links;
mod trouble;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::Stdio;

use serde_json::Value;

use crate::common::{pyrepro, pythons};
use folder::{
    Folder, RUN, SOURCE, assert_exit, canonical, is_root, newest, normalize, set_time, state, stdout, stock,
};

#[test]
fn pycs_of_every_interpreter_become_canonical_and_do_what_they_did() {
    let folder = Folder::new();
    let mut expected = BTreeMap::new();
    for python in pythons() {
        let stock = stock(python);
        let path = folder.file(&format!("{}/m.pyc", python.version), &stock);
        expected.insert(
            path,
            (python, canonical(&stock), folder::python(python, RUN, &[&folder.file("m", &stock)])),
        );
    }
    let output = folder.normalize(&[]);
    assert_exit(&output, 0);
    let count = expected.len();
    assert!(stdout(&output).starts_with(&format!("{count} file")), "{}", stdout(&output));
    assert!(stdout(&output).contains(&format!(": {count} rewritten, 0 already canonical; ")));
    for (path, (python, content, result)) in expected {
        assert_eq!(fs::read(&path).unwrap(), content, "{}", python.version);
        assert_eq!(folder::python(python, RUN, &[&path]), result, "{}", python.version);
    }
}

#[test]
fn what_is_canonical_is_not_touched() {
    let (folder, file) = Folder::with("m.pyc");
    assert_exit(&folder.normalize(&["-j2"]), 0);
    let before = state(&file);
    let output = folder.normalize(&["-v", "--source-date-epoch", "1"]);
    assert_exit(&output, 0);
    assert!(stdout(&output).starts_with("1 file: 0 rewritten, 1 already canonical; "), "{}", stdout(&output));
    assert_eq!(state(&file), before);
}

#[test]
fn mode_owner_and_time_are_kept_even_of_read_only_files() {
    for mode in [0o444, 0o600, 0o755, 0o640] {
        let (folder, file) = Folder::with("m.pyc");
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        set_time(&file, 1_000_000_000, 123_456_789);
        let owner = if is_root() {
            (1234, 4321)
        } else {
            (file.metadata().unwrap().uid(), file.metadata().unwrap().gid())
        };
        chown(&file, Some(owner.0), Some(owner.1)).unwrap();

        assert_exit(&folder.normalize(&[]), 0);
        let metadata = file.metadata().unwrap();
        assert_eq!(fs::read(&file).unwrap(), canonical(newest()));
        assert_eq!(metadata.mode() & 0o7777, mode);
        assert_eq!((metadata.uid(), metadata.gid()), owner);
        assert_eq!((metadata.mtime(), metadata.mtime_nsec()), (1_000_000_000, 123_456_789));
    }
}

#[test]
fn times_are_clamped_to_the_epoch_if_there_is_one() {
    let time_after = |variable: Option<&str>, arguments: &[&str]| {
        let (folder, file) = Folder::with("m.pyc");
        set_time(&file, 1_000_000_000, 5);
        let mut command = pyrepro();
        command.arg("normalize").args(arguments).arg(folder.path());
        if let Some(variable) = variable {
            command.env("SOURCE_DATE_EPOCH", variable);
        }
        assert_exit(&command.output().unwrap(), 0);
        (file.metadata().unwrap().mtime(), file.metadata().unwrap().mtime_nsec())
    };
    assert_eq!(time_after(None, &[]), (1_000_000_000, 5));
    assert_eq!(time_after(Some(""), &[]), (1_000_000_000, 5));
    assert_eq!(time_after(Some("2000000000"), &[]), (1_000_000_000, 5));
    assert_eq!(time_after(Some("900000000"), &[]), (900_000_000, 0));
    assert_eq!(time_after(Some("900000000"), &["--source-date-epoch", "800000000"]), (800_000_000, 0));

    let (folder, file) = Folder::with("m.pyc");
    let output =
        pyrepro().arg("normalize").arg(folder.path()).env("SOURCE_DATE_EPOCH", "junk").output().unwrap();
    assert_exit(&output, 2);
    assert_eq!(fs::read(file).unwrap(), newest());
}

#[test]
fn only_pycs_are_taken_from_folders_and_any_name_if_given() {
    let folder = Folder::new();
    let others = ["m.pyo", "m", "m.pyc.bak"].map(|name| folder.file(name, newest()));
    assert!(stdout(&folder.normalize(&[])).starts_with("0 files"));
    for file in &others {
        assert_eq!(fs::read(file).unwrap(), newest());
        assert_exit(&normalize(file, &[]), 0);
        assert_eq!(fs::read(file).unwrap(), canonical(newest()));
    }
    let source = folder.file("m.py", SOURCE);
    assert_exit(&normalize(&source, &[]), 2);
    assert_exit(&normalize(&folder.path().join("missing.pyc"), &[]), 2);
}

#[test]
fn check_tells_what_would_change_and_changes_nothing() {
    let (folder, file) = Folder::with("m.pyc");
    let before = state(&file);
    let output = folder.normalize(&["--check"]);
    assert_exit(&output, 1);
    assert!(stdout(&output).starts_with(&format!("would change {}", file.display())), "{}", stdout(&output));
    assert_eq!(state(&file), before);
    assert_exit(&folder.normalize(&[]), 0);
    assert_exit(&folder.normalize(&["--check"]), 0);
}

#[test]
fn json_tells_of_every_file_in_order() {
    let folder = Folder::new();
    folder.file("c.pyc", canonical(newest()));
    folder.file("a.pyc", newest());
    folder.file("b.pyc", b"\xf3\x0d\x0d\x0a");
    let output = folder.normalize(&["--format", "json", "--check"]);
    assert_exit(&output, 2);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = document["files"].as_array().unwrap();
    let outcomes: Vec<_> = files.iter().map(|file| file["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["would-change", "failed", "unchanged"]);
    assert_eq!(files[0]["size"], newest().len());
    assert_eq!(files[0]["canonical_size"], canonical(newest()).len());
    assert!(files[1]["reason"].as_str().unwrap().starts_with("offset 4: "));
    assert_eq!(document["summary"]["files"], 3);
}

#[test]
fn a_filter_reads_standard_input_and_writes_standard_output() {
    let filter = |arguments: &[&str], input: &[u8]| {
        let mut command = pyrepro();
        command.arg("normalize").args(arguments).arg("-");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = filter(&[], newest());
    assert_exit(&output, 0);
    assert_eq!(output.stdout, canonical(newest()));
    assert_exit(&filter(&["--check"], newest()), 1);
    assert_exit(&filter(&["--check"], &canonical(newest())), 0);
    let broken = filter(&[], &newest()[..100]);
    assert_exit(&broken, 2);
    assert!(broken.stdout.is_empty());
}
