//! Every field of a document with every value that an attacker would try: nothing of it names a program, a path outside
//! or an index, and none makes a verdict better.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::app::{run, stdout_of};
use crate::common::pyrepro;
use crate::common::tree::Tree;

/// The places of all values in a document that hold no others.
fn leaves(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| leaves(value, &format!("{place}/{name}"), found));
        }
        Value::Array(values) => {
            let few = values.iter().take(2).enumerate();
            few.for_each(|(index, value)| leaves(value, &format!("{place}/{index}"), found));
        }
        _ => found.push(place.to_owned()),
    }
}

/// A program that says that it was run, as a path, and as a command on the PATH that is given back.
fn trap(tree: &Tree) -> String {
    let mark = tree.path().join("mark");
    let program = tree.write("bin/evil", format!("#!/bin/sh\necho run >> {}\n", mark.display()));
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{}:{path}", tree.path().join("bin").display())
}

/// What each value in a document is replaced by.
fn hostile(folder: &Path) -> [Value; 5] {
    let program = folder.join("bin/evil").to_str().expect("UTF-8").to_owned();
    [json!(program), json!("evil"), json!("../bin/evil"), json!("\u{1b}]0;x\u{7}\u{202e}"), json!(-1)]
}

#[test]
fn no_field_of_a_manifest_runs_a_program_or_makes_a_verdict_better() {
    let tree = Tree::new();
    let path = trap(&tree);
    tree.write("app/__main__.py", "x = 1\n");
    stdout_of(pyrepro().args(["zipapp", "app", "-o", "a.pyz"]).current_dir(tree.path()));
    let place = tree.path().join(".a.pyz.manifest.json");
    let document: Value = serde_json::from_slice(&fs::read(&place).expect("a manifest")).expect("JSON");
    let mut fields = Vec::new();
    leaves(&document, "", &mut fields);
    assert!(fields.len() > 30, "{fields:?}");
    for field in fields {
        for value in hostile(tree.path()) {
            let mut changed = document.clone();
            *changed.pointer_mut(&field).expect("a field") = value.clone();
            fs::write(&place, changed.to_string()).expect("a manifest");
            let mut command = pyrepro();
            command.args(["verify", "a.pyz", "--source", "app", "--any-patch"]);
            let output = run(command.current_dir(tree.path()).env("PATH", &path));
            let told = String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
            assert!(matches!(output.status.code(), Some(1 | 2)), "{field} = {value}: {told}");
            assert!(!told.contains(['\u{1b}', '\u{202e}']) && !told.contains("bug in"), "{field}: {told:?}");
            assert!(!tree.path().join("mark").exists(), "{field} = {value} ran a program: {told}");
        }
    }
}
