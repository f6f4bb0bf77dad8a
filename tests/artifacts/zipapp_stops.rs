//! `pyrepro zipapp` given up in the middle, and input and output by pipes.

#![cfg(unix)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::app::{application, paths, run};
use crate::common::tree::Tree;
use crate::common::{pyrepro, pythons};

/// What is in the folder where the archive goes.
fn beside(tree: &Tree) -> Vec<String> {
    let names = fs::read_dir(tree.path()).expect("a folder").flatten();
    let mut names: Vec<String> =
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn an_interrupted_run_leaves_what_was_there_and_nothing_else() {
    for signal in ["-INT", "-TERM"] {
        let tree = application();
        // Long enough to be met in the middle, and quick to make: holes take no room on the disk.
        let large = File::create(tree.path().join("app/large")).expect("a file");
        large.set_len(4 << 30).expect("a file with holes");
        tree.write("out.pyz", "what was there");
        let before = beside(&tree);
        let mut command = pyrepro();
        command.args(["zipapp", "app", "-c", "--no-compile", "-o", "out.pyz"]).current_dir(tree.path());
        let child = command.stderr(Stdio::piped()).spawn().expect("a run");
        let deadline = Instant::now() + Duration::from_secs(30);
        while beside(&tree) == before && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        assert_ne!(beside(&tree), before, "it has begun to write");
        run(Command::new("kill").args([signal, &child.id().to_string()]));
        let output = child.wait_with_output().expect("an end");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("interrupted; nothing is written"), "{told}");
        assert_eq!(beside(&tree), before);
        assert_eq!(fs::read(tree.path().join("out.pyz")).expect("a file"), b"what was there");
    }
}

#[test]
fn archives_go_through_pipes() {
    let tree = application();
    let python = &pythons()[0].interpreter.path;
    let made = run(pyrepro()
        .args(["zipapp", "app", "-c", "-o", "-", "--python"])
        .arg(python)
        .current_dir(tree.path()));
    assert!(made.status.success() && made.stderr.is_empty());
    assert_eq!(beside(&tree), ["app"], "nothing but standard output is written");
    let mut again = pyrepro();
    again.args(["zipapp", "-", "-p", "other", "-o", "-", "--python"]).arg(python).current_dir(tree.path());
    let mut child = again.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a run");
    child.stdin.take().expect("a pipe").write_all(&made.stdout).expect("a pipe");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success());
    assert!(output.stdout.starts_with(b"#!other\n"));
    let [old, new] =
        [("old", &made.stdout), ("new", &output.stdout)].map(|(name, bytes)| tree.write(name, bytes));
    assert_eq!(paths(&old), paths(&new));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let tree = application();
    tree.write("app/large", vec![7; 4 << 20]);
    let mut command = pyrepro();
    command.args(["zipapp", "app", "--no-compile", "-o", "-"]).current_dir(tree.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a run");
    let mut first = [0; 2];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("a beginning");
    let output = child.wait_with_output().expect("an end");
    assert_eq!((first, output.stderr.as_slice()), (*b"PK", &b""[..]));
}

#[test]
fn what_is_unpacked_on_the_way_is_gone_in_the_end() {
    let tree = application();
    let large = File::create(tree.path().join("app/large")).expect("a file");
    large.set_len(60 << 20).expect("a file with holes");
    let zipapp = |arguments: &[&str]| {
        let mut command = pyrepro();
        run(command
            .args(["zipapp", "--no-compile"])
            .args(arguments)
            .current_dir(tree.path())
            .env("TMPDIR", tree.path()))
    };
    assert!(zipapp(&["app", "-o", "one.pyz"]).status.success());
    assert!(zipapp(&["one.pyz", "-o", "two.pyz"]).status.success());
    let [one, two] = ["one.pyz", "two.pyz"].map(|name| fs::read(tree.path().join(name)).expect("an archive"));
    assert!(one == two);
    let written = [".one.pyz.manifest.json", ".two.pyz.manifest.json", "app", "one.pyz", "two.pyz"];
    assert_eq!(beside(&tree), written, "what was unpacked is gone");
}
