//! What an artifact was built with: interpreters and distributions.

use serde::{Deserialize, Serialize};

use crate::python::{Interpreter, Release, Version};

/// An interpreter that bytecode was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What names of bytecode files have in them, such as `cpython-313`.
    pub cache_tag: String,
    /// `sys.implementation.name`.
    pub implementation: String,
    /// The magic number of its bytecode files.
    pub magic: u16,
    /// Its release, such as 3.13.0. It decides which interpreter is run, so it can be nothing else.
    pub version: Release,
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
            implementation: python.implementation.clone(),
            magic: version.magic(),
            version: python.release,
        })
    }

    /// A release of CPython that the built-in compiler stands for.
    pub fn of_release(release: Release, version: Version) -> Target {
        Target {
            cache_tag: version.cache_tag(),
            implementation: "cpython".to_owned(),
            magic: version.magic(),
            version: release,
        }
    }
}
