//! `pyrepro compile` with the built-in compiler, without and beside an interpreter.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use crate::common::tree::Tree;
use crate::common::{newest, pyrepro};

const SOURCE: &str = "def f(x, *, y=1):\n    return [x + n for n in range(y) if n]\n";

fn tree() -> Tree {
    let tree = Tree::new();
    fs::write(tree.path().join("m.py"), SOURCE).expect("a file");
    tree
}

#[test]
fn code_is_made_without_any_python() {
    let releases = [
        ("3.11", "cpython-311"),
        ("3.11.2", "cpython-311"),
        ("3.12", "cpython-312"),
        ("3.12.1", "cpython-312"),
        ("3.13", "cpython-313"),
        ("3.14.2", "cpython-314"),
        ("3.15", "cpython-315"),
        ("3.15.0", "cpython-315"),
    ];
    for (python, tag) in releases {
        let tree = tree();
        let mut command = pyrepro();
        command.args(["compile", "--compiler", "native", "--python", python, "m.py"]);
        command.env("PATH", "").env("HOME", tree.path()).env_remove("PYENV_ROOT").current_dir(tree.path());
        let output = command.output().expect("a run");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(tree.path().join(format!("__pycache__/m.{tag}.pyc")).is_file());
    }
}

/// A command that sees no interpreter but one that leaves a mark where it is started.
fn trapped(tree: &Tree) -> Command {
    let bin = tree.path().join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    for name in ["python3", "python3.14"] {
        let script = format!("#!/bin/sh\ntouch '{}/started'\nexit 1\n", tree.path().display());
        fs::write(bin.join(name), script).expect("a script");
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    let mut command = pyrepro();
    command.env("PATH", &bin).env("HOME", tree.path()).env_remove("PYENV_ROOT").env_remove("VIRTUAL_ENV");
    command.current_dir(tree.path());
    command
}

fn told(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn the_built_in_compiler_alone_starts_no_interpreter() {
    let tree = tree();
    let mut command = trapped(&tree);
    let output = command.args(["compile", "--compiler", "native", "--python", "3.14", "m.py"]).output();
    assert_eq!(output.expect("a run").status.code(), Some(0));
    for request in [None, Some("bin/python3.14")] {
        let mut command = pyrepro();
        command.args(["compile", "--compiler", "native", "m.py"]).current_dir(tree.path());
        command.env_remove("PYREPRO_PYTHON");
        command.args(request.iter().flat_map(|python| ["--python", python]));
        let output = command.output().expect("a run");
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("starts no interpreter"), "{}", told(&output));
    }
    assert!(!tree.path().join("started").exists());
}

#[test]
fn a_source_that_is_an_interpreters_says_how_to_have_it_compiled() {
    let tree = tree();
    fs::write(tree.path().join("m.py"), "# coding: cp1252\nx = 1\n").expect("a file");
    let mut command = trapped(&tree);
    let output = command.args(["compile", "--compiler", "native", "--python", "3.14", "m.py"]).output();
    let output = output.expect("a run");
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("--compiler auto hands it to an interpreter"), "{}", told(&output));
    assert!(!tree.path().join("started").exists());
}

#[test]
fn who_asks_for_two_compilers_is_told_of_what_one_has_compiled() {
    let python = newest();
    if pyrepro::compile::Native::of(python.interpreter.release).is_none() {
        return;
    }
    let tree = tree();
    fs::write(tree.path().join("m.py"), "# coding: cp1252\nx = 1\n").expect("a file");
    let mut command = pyrepro();
    command.args(["compile", "--compiler", "both", "--python"]).arg(&python.interpreter.path).arg("m.py");
    let output = command.current_dir(tree.path()).output().expect("a run");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("m.py: compiled by the interpreter alone"), "{}", told(&output));
}

#[test]
fn a_manifest_says_which_edition_compiled_and_whether_it_is_proven() {
    for (python, from, proven) in
        [("3.14", "3.14.8", true), ("3.14.2", "3.14.0", false), ("3.14.99", "3.14.8", false)]
    {
        let tree = tree();
        let mut command = trapped(&tree);
        command.args(["compile", "--compiler", "native", "--python", python, "--manifest", "m.json", "m.py"]);
        let output = command.output().expect("a run");
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let manifest = fs::read(tree.path().join("m.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
        let compiler = &manifest["targets"][0]["compiler"];
        assert_eq!(compiler["name"], "native");
        assert_eq!(compiler["edition"]["from"], from, "{python}");
        assert_eq!(compiler["edition"]["proven"], proven, "{python}");
    }
}

#[test]
fn a_zipapp_is_made_and_verified_without_any_python() {
    let tree = tree();
    fs::create_dir(tree.path().join("app")).expect("a folder");
    fs::write(tree.path().join("app/__main__.py"), SOURCE).expect("a file");
    let run = |command: &mut Command| {
        let output = command.output().expect("a run");
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    };
    let mut command = trapped(&tree);
    run(command.args(["zipapp", "app", "-o", "app.pyz", "--compiler", "native", "--python", "3.14"]));
    fs::remove_dir_all(tree.path().join("bin")).expect("the folder");
    let mut command = trapped(&tree);
    run(command.args(["verify", "app.pyz", "--source", "app", "--compiler", "native"]));
    assert!(!tree.path().join("started").exists());
}

#[test]
fn both_compilers_agree_and_make_the_bytes_of_each() {
    let python = newest();
    if pyrepro::compile::Native::of(python.interpreter.release).is_none() {
        return;
    }
    let made = |compiler: &str| {
        let tree = tree();
        let mut command = pyrepro();
        command.args(["compile", "--compiler", compiler, "--python"]).arg(&python.interpreter.path);
        let output = command.arg("m.py").current_dir(tree.path()).output().expect("a run");
        assert_eq!(output.status.code(), Some(0), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
        fs::read(tree.path().join(format!("__pycache__/m.{}.pyc", python.version.cache_tag())))
            .expect("bytecode")
    };
    let interpreter = made("interpreter");
    assert_eq!(made("both"), interpreter);
    assert_eq!(made("auto"), interpreter);
}

/// Everything of `__pycache__` and what was told, after a run for these releases.
fn compiled_for(releases: &[&[&str]]) -> (Vec<(String, Vec<u8>)>, String) {
    let tree = tree();
    fs::write(tree.path().join("f.py"), "import a\nx = f'{a!r:>{b}}'\n'\\d'\n").expect("a file");
    // Only 3.14 and later read this.
    fs::write(tree.path().join("new.py"), "try: pass\nexcept A, B: pass\n").expect("a file");
    let mut all = String::new();
    for releases in releases {
        let mut command = trapped(&tree);
        command.args(["compile", "--compiler", "native", "."]);
        command.args(releases.iter().flat_map(|release| ["--python", release]));
        let output = command.output().expect("a run");
        assert_ne!(output.status.code(), Some(2), "{}", told(&output));
        all += &told(&output);
    }
    let found = fs::read_dir(tree.path().join("__pycache__")).expect("a folder");
    let mut pycs: Vec<_> = found.map(|found| found.expect("a file").path()).collect();
    pycs.sort();
    let name = |path: &std::path::PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    (pycs.iter().map(|path| (name(path), fs::read(path).expect("a file"))).collect(), all)
}

#[test]
fn one_run_for_several_versions_writes_what_a_run_for_each_does() {
    let (together, told) = compiled_for(&[&["3.11", "3.12", "3.13", "3.14", "3.15.0"]]);
    let (apart, _) = compiled_for(&[&["3.11"], &["3.12"], &["3.13"], &["3.14"], &["3.15.0"]]);
    assert_eq!(together.len(), 12, "{told}");
    assert!(together == apart);
    // It says which version a line is about.
    assert!(told.contains("Compiling './f.py' for 3.12..."), "{told}");
    assert_eq!(told.matches("multiple exception types must be parenthesized").count(), 3, "{told}");
}
