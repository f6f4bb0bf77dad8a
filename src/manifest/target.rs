//! What an artifact was built with: interpreters and distributions.

use serde::{Deserialize, Serialize};

use crate::compile::{Choice, Chosen, Native};
use crate::python::{Interpreter, Release};

/// An interpreter that bytecode was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What names of bytecode files have in them, such as `cpython-313`.
    pub cache_tag: String,
    /// What compiled for it; not there in manifests of versions that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::read::present")]
    pub compiler: Option<CompiledBy>,
    /// `sys.implementation.name`.
    pub implementation: String,
    /// The magic number of its bytecode files.
    pub magic: u16,
    /// Its release, such as 3.13.0. It decides which interpreter is run, so it can be nothing else.
    pub version: Release,
}

/// What compiled the sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompiledBy {
    /// The edition of the built-in compiler where that was it: the first of the releases that compile alike.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::read::present")]
    pub edition: Option<Edition>,
    /// Which compiler.
    pub name: CompilerName,
}

/// An edition of the built-in compiler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// The first of the releases that compile alike.
    pub from: Release,
    /// Whether the release was compared with the compiler: not so where it is newer than all that were.
    pub proven: bool,
    /// Counts up with each correction of the edition.
    pub version: u32,
}

/// A compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompilerName {
    /// Both, and they agreed.
    Both,
    /// An interpreter of the release.
    Interpreter,
    /// The built-in one.
    Native,
}

impl CompiledBy {
    fn of(chosen: &Chosen) -> CompiledBy {
        let name = match (chosen.native(), chosen.choice()) {
            (Some(_), Choice::Both) => CompilerName::Both,
            (Some(_), _) => CompilerName::Native,
            (None, _) => CompilerName::Interpreter,
        };
        CompiledBy { edition: chosen.native().map(Edition::of), name }
    }
}

impl Edition {
    fn of(native: &Native) -> Edition {
        Edition { from: native.first(), proven: native.is_proven(), version: native.edition_version() }
    }
}

/// A distribution with its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Target {
    /// An interpreter, as far as bytecode depends on it. None for one that pyrepro does not compile for.
    ///
    /// ```
    /// use pyrepro::{manifest::Target, python::{Interpreters, SearchPath}};
    ///
    /// let search = SearchPath { path: Some("/usr/bin".into()), ..SearchPath::default() };
    /// for python in Interpreters::new(search).all().into_iter().flatten() {
    ///     assert_eq!(Target::of(&python).is_some(), python.target.is_ok());
    /// }
    /// ```
    pub fn of(python: &Interpreter) -> Option<Target> {
        let version = python.target.as_ref().ok()?;
        Some(Target {
            cache_tag: version.cache_tag(),
            compiler: None,
            implementation: python.implementation.clone(),
            magic: version.magic(),
            version: python.release,
        })
    }

    /// Whether an interpreter is such a one.
    pub fn is_for(&self, python: &Interpreter) -> bool {
        let known = Target::of(python).map(|target| Target { compiler: self.compiler.clone(), ..target });
        known.as_ref() == Some(self)
    }

    /// Whether the built-in compiler makes the same: where it was made by the same edition, or by an
    /// interpreter that the edition was compared with.
    pub fn is_of(&self, native: &Native) -> bool {
        match self.compiler.as_ref().and_then(|compiler| compiler.edition.as_ref()) {
            Some(edition) => *edition == Edition::of(native),
            None => native.is_proven(),
        }
    }

    /// Whether what is said of the compiler can be so: an edition is that of the release, or an earlier version
    /// of it.
    pub fn has_real_compiler(&self) -> bool {
        let Some(edition) = self.compiler.as_ref().and_then(|compiler| compiler.edition.as_ref()) else {
            return true;
        };
        let ours = Native::of(self.version).map(|native| Edition::of(&native));
        ours.is_some_and(|ours| *edition == ours || (1..ours.version).contains(&edition.version))
    }

    /// A release of CPython to compile for, and what compiles for it.
    pub fn of_chosen(chosen: &Chosen) -> Target {
        let aim = chosen.aim();
        Target {
            cache_tag: aim.version.cache_tag(),
            compiler: Some(CompiledBy::of(chosen)),
            implementation: "cpython".to_owned(),
            magic: aim.version.magic(),
            version: aim.release,
        }
    }
}
