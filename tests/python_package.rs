//! The Python package: its modules against those of the standard library.

#![cfg(unix)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Python, app, clean, pythons};

/// The interpreters that the package is for.
fn supported() -> impl Iterator<Item = &'static Python> {
    pythons().iter().filter(|python| python.version.minor() >= 8)
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An interpreter that has the package from the sources, with the program that is tested.
fn python(python: &Python) -> Command {
    let mut command = Command::new(&python.interpreter.path);
    clean(&mut command).args(["-B", "-S"]);
    command.env("PYTHONPATH", repository().join("python"));
    command.env("PYREPRO_BINARY", env!("CARGO_BIN_EXE_pyrepro"));
    command
}

fn oracle(name: &str) -> PathBuf {
    repository().join("tests/oracle").join(name)
}

#[test]
fn py_compile_and_compileall_do_what_the_standard_modules_do() {
    std::thread::scope(|scope| {
        for interpreter in supported() {
            scope.spawn(move || {
                let differences = app::stdout_of(python(interpreter).arg(oracle("standard_modules.py")));
                assert_eq!(differences, "", "Python {}", interpreter.version);
            });
        }
    });
}
