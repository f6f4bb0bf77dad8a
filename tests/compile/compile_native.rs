//! `pyrepro compile` with the built-in compiler, without and beside an interpreter.

#![cfg(unix)]

use std::fs;

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

#[test]
fn a_release_without_a_built_in_compiler_is_an_error_that_says_so() {
    let tree = tree();
    let mut command = pyrepro();
    command.args(["compile", "--compiler", "native", "--python"]).arg(&newest().interpreter.path).arg("m.py");
    let output = command.current_dir(tree.path()).output().expect("a run");
    if newest().version.to_string().as_str() < "3.13" {
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("no built-in compiler"));
    }
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
    let native = made("native");
    assert_eq!(made("both"), native);
    assert_eq!(made("interpreter"), native);
}
