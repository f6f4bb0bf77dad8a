//! `pyrepro zipapp` beside `python -m zipapp`: the same files, first line, mode and errors.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::app::{application, members, run, stdout_of};
use crate::common::tree::Tree;
use crate::common::{Python, clean, pyrepro, pythons};

/// The oldest, the newest and one between them.
fn some_pythons() -> Vec<&'static Python> {
    let all = pythons();
    let mut some = vec![&all[0], &all[all.len() / 2], &all[all.len() - 1]];
    some.dedup_by_key(|python| python.version);
    some
}

/// Their `zipapp` and ours, in the folder of a tree.
fn both(python: &Python, tree: &Tree, arguments: &[&str]) -> [Output; 2] {
    [run(&mut theirs(python, tree, arguments)), run(&mut ours(python, tree, arguments))]
}

fn theirs(python: &Python, tree: &Tree, arguments: &[&str]) -> Command {
    let mut command = Command::new(&python.interpreter.path);
    clean(&mut command).args(["-m", "zipapp"]).args(arguments).current_dir(tree.path());
    command
}

fn ours(python: &Python, tree: &Tree, arguments: &[&str]) -> Command {
    let mut command = pyrepro();
    command.arg("zipapp").args(arguments).current_dir(tree.path());
    command.env("PYREPRO_PYTHON", &python.interpreter.path);
    command
}

fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    members(path).into_iter().filter_map(|(path, content, _)| Some((path, content?))).collect()
}

fn first_line(path: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(path).expect("an archive");
    bytes.starts_with(b"#!").then(|| bytes.split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().expect("a file").permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

#[test]
fn every_file_of_theirs_is_in_ours_and_beside_it_is_bytecode_alone() {
    for python in some_pythons() {
        for options in [
            &[][..],
            &["-c"],
            &["-p", "/usr/bin/env python3"],
            &["-p", "/no/such/python -I"],
            &["-p", ""],
            &["--python=/usr/bin/python3", "--compress"],
        ] {
            let tree = application();
            stdout_of(&mut theirs(python, &tree, &[&["app", "-o", "theirs.pyz"], options].concat()));
            stdout_of(&mut ours(python, &tree, &[&["app", "-o", "ours.pyz"], options].concat()));
            let [theirs, ours] = ["theirs.pyz", "ours.pyz"].map(|name| tree.path().join(name));
            let mut found = files(&ours);
            found.retain(|path, _| !path.ends_with(".pyc"));
            assert_eq!(found, files(&theirs), "{} {options:?}", python.version);
            assert_eq!(first_line(&ours), first_line(&theirs), "{options:?}");
            assert_eq!(is_executable(&ours), is_executable(&theirs), "{options:?}");
        }
    }
}

#[test]
fn the_main_function_is_called_by_the_same_text() {
    for python in some_pythons() {
        let tree = application();
        fs::remove_file(tree.path().join("app/__main__.py")).expect("a file");
        for main in ["pkg.cli:main", "pkg:a.b", "été:ñ"] {
            stdout_of(&mut theirs(python, &tree, &["app", "-m", main, "-o", "theirs.pyz"]));
            stdout_of(&mut ours(python, &tree, &["app", "-m", main, "-o", "ours.pyz"]));
            let [theirs, ours] = ["theirs.pyz", "ours.pyz"].map(|name| files(&tree.path().join(name)));
            assert_eq!(ours["__main__.py"], theirs["__main__.py"], "{} {main}", python.version);
            fs::remove_file(tree.path().join("theirs.pyz")).expect("an archive");
        }
    }
}

#[test]
fn what_they_refuse_is_refused() {
    for python in some_pythons() {
        let tree = application();
        tree.write("bare/mod.py", "");
        stdout_of(
            pyrepro().args(["zipapp", "--no-compile", "app", "-o", "old.pyz"]).current_dir(tree.path()),
        );
        for arguments in [
            &["bare"][..],
            &["app", "-m", "pkg.cli:main"],
            &["bare", "-m", "mod"],
            &["bare", "-m", "mod:"],
            &["bare", "-m", "mod:f()"],
            &["bare", "-m", "mod:f:g"],
            &["bare", "-m", "1mod:f"],
            &["no such folder"],
            &["old.pyz"],
            &["old.pyz", "-o", "old.pyz"],
            &["old.pyz", "-o", "new.pyz", "-m", "pkg.cli:main"],
            &["app", "--info"],
            &[],
        ] {
            let before = tree.files();
            let [theirs, ours] = both(python, &tree, arguments);
            assert!(!theirs.status.success(), "{} {arguments:?}", python.version);
            let error = String::from_utf8_lossy(&ours.stderr);
            assert_eq!(ours.status.code(), Some(2), "{arguments:?}: {error}");
            assert!(!error.contains("panicked") && !error.is_empty(), "{error}");
            assert_eq!(tree.files(), before, "{arguments:?}");
        }
    }
}

#[test]
fn an_archive_becomes_another_with_another_first_line() {
    for python in some_pythons() {
        let tree = application();
        stdout_of(
            pyrepro()
                .args(["zipapp", "--no-compile", "app", "-p", "old", "-o", "old.pyz"])
                .current_dir(tree.path()),
        );
        for options in [&["-p", "/usr/bin/env python3"][..], &[]] {
            let arguments = [&["old.pyz", "-o", "new.pyz"], options].concat();
            let [theirs, ours] = both(python, &tree, &arguments);
            assert!(theirs.status.success() && ours.status.success());
            let new = tree.path().join("new.pyz");
            let line = options.last().map(|interpreter| format!("#!{interpreter}").into_bytes());
            assert_eq!(first_line(&new), line);
            let mut found = files(&new);
            found.retain(|path, _| !path.ends_with(".pyc"));
            assert_eq!(found, files(&tree.path().join("old.pyz")));
        }
        for archive in ["old.pyz", "new.pyz"] {
            let [theirs, ours] = both(python, &tree, &[archive, "--info"]);
            assert_eq!(ours.stdout, theirs.stdout, "{archive}");
            assert!(ours.status.success() && theirs.status.success());
        }
    }
}

#[test]
fn the_archive_of_a_folder_has_its_name() {
    let tree = application();
    stdout_of(pyrepro().args(["zipapp", "app"]).current_dir(tree.path()));
    assert!(tree.path().join("app.pyz").exists());
    tree.write("a.b/__main__.py", "");
    stdout_of(pyrepro().args(["zipapp", "a.b/"]).current_dir(tree.path()));
    assert!(tree.path().join("a.pyz").exists());
}
