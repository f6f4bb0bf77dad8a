//! What the tests share: the interpreters to test on, and the program.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::collections::HashSet;
use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

pub mod app;
pub mod package;
pub mod tools;
pub mod tree;

use pyrepro::python::{Interpreter, Interpreters, SearchPath, Version};

/// An interpreter to test on.
#[derive(Debug)]
pub struct Python {
    pub version: Version,
    pub interpreter: Interpreter,
}

impl Python {
    /// A run of it that nothing in the user's environment or folders has an influence on.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.interpreter.path);
        clean(&mut command).args(["-I", "-S", "-E", "-B"]);
        command
    }
}

/// The interpreters of the user: on PATH, of pyenv, and those that `PYREPRO_TEST_PYTHONS` lists as
/// PATH lists folders. One for each feature release, the one with the highest patch level, oldest first.
pub fn pythons() -> &'static [Python] {
    static PYTHONS: LazyLock<Vec<Python>> = LazyLock::new(|| {
        let pythons = choose(found());
        assert!(
            !pythons.is_empty(),
            "no CPython to test on: put one of 3.7 to 3.15 on PATH, or list some in PYREPRO_TEST_PYTHONS"
        );
        eprintln!("testing on these interpreters:");
        for Python { interpreter, .. } in &pythons {
            eprintln!("  {:<8} {}", interpreter.release.to_string(), interpreter.path.display());
        }
        pythons
    });
    &PYTHONS
}

/// The newest interpreter to test on.
pub fn newest() -> &'static Python {
    pythons().last().expect("`pythons` finds one or fails")
}

/// The newest interpreter that the packages of others know: they lag behind CPython.
pub fn newest_with_packages() -> &'static Python {
    let mut known = pythons().iter().rev().filter(|python| python.version.minor() <= 13);
    known.next().expect("a CPython up to 3.13, for packages that know no later one")
}

/// Says that a test cannot run here for want of something. With `PYREPRO_TEST_STRICT=1` that is a failure,
/// unless `PYREPRO_TEST_WITHOUT` names it (a list with commas).
pub fn skip(missing: &str, consequence: &str) {
    let strict = env::var_os("PYREPRO_TEST_STRICT").is_some_and(|value| !value.is_empty() && value != "0");
    let without = env::var("PYREPRO_TEST_WITHOUT").unwrap_or_default();
    let known = without.split(',').any(|name| name.trim() == missing);
    assert!(
        !strict || known,
        "PYREPRO_TEST_STRICT is set, and there is no {missing}: {consequence}; get it, or name it in \
         PYREPRO_TEST_WITHOUT"
    );
    eprintln!("SKIPPED: no {missing}: {consequence}");
}

fn found() -> Vec<Interpreter> {
    let interpreters = Interpreters::new(search_path());
    let mut found: Vec<Interpreter> = interpreters.all().into_iter().flatten().collect();
    let listed = env::var_os("PYREPRO_TEST_PYTHONS").unwrap_or_default();
    for path in env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()) {
        found.push(interpreters.find(&path).unwrap_or_else(|error| panic!("PYREPRO_TEST_PYTHONS: {error}")));
    }
    found
}

fn choose(mut found: Vec<Interpreter>) -> Vec<Python> {
    // Stable, so that of equals the first found is first.
    found.sort_by_key(|python| std::cmp::Reverse(python.release));
    let mut seen = HashSet::new();
    let chosen = found.into_iter().filter_map(|interpreter| {
        let version = *interpreter.target.as_ref().ok()?;
        seen.insert(version).then_some(Python { version, interpreter })
    });
    let mut chosen: Vec<Python> = chosen.collect();
    chosen.reverse();
    chosen
}

/// Where the user has interpreters.
pub fn search_path() -> SearchPath {
    SearchPath { path: env::var_os("PATH"), pyenv_root: pyenv_root(), ..SearchPath::default() }
}

/// The folder of pyenv, if it is there.
pub fn pyenv_root() -> Option<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    root.or_else(|| env::home_dir().map(|home| home.join(".pyenv"))).filter(|root| root.is_dir())
}

/// The program, as somebody runs it whose environment says nothing of Python, colours or epochs. It is the one that
/// was built with the tests, or the one that `PYREPRO_TEST_PROGRAM` names: a release build takes less time.
pub fn pyrepro() -> Command {
    let built = || env!("CARGO_BIN_EXE_pyrepro").into();
    let mut command = Command::new(env::var_os("PYREPRO_TEST_PROGRAM").unwrap_or_else(built));
    clean(&mut command);
    command
}

/// Takes from a command's environment what would have an influence on Python or on the program.
pub fn clean(command: &mut Command) -> &mut Command {
    let of_python =
        env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("PYTHON"));
    for name in of_python {
        command.env_remove(name);
    }
    for name in
        ["PYREPRO_PYTHON", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"]
    {
        command.env_remove(name);
    }
    command
}
