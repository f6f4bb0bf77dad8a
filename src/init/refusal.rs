//! What is in the way of a project's being built by pyrepro.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::project;

/// Why hooks and build scripts are refused.
pub(super) const RUNS_CODE: &str = "runs code in the build, and pyrepro runs none";

/// One thing that cannot be carried over, and where it is.
///
/// ```
/// use pyrepro::init::{Error, Plan};
///
/// let Err(Error::Refused { reasons, .. }) = Plan::for_project("testdata".as_ref()) else { panic!() };
/// assert!(reasons[0].key.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The key, such as `tool.hatch.build.hooks`; empty if it is about no key.
    pub key: String,
    /// The file that it is in, from the project's folder.
    pub file: String,
    /// The line, from 1, where it is about one.
    pub line: Option<usize>,
    /// Why, and what to do.
    pub reason: String,
}

impl Refusal {
    /// About a key of the pyproject.toml that is there.
    pub(super) fn of_key(error: project::Error) -> Refusal {
        let line = Some(error.line);
        Refusal { key: error.key, file: "pyproject.toml".into(), line, reason: error.problem.to_string() }
    }

    /// About a key of the pyproject.toml that there would be, whose lines are not those of today's.
    pub(super) fn after(error: project::Error) -> Refusal {
        Refusal { line: None, ..Refusal::of_key(error) }
    }

    /// About a file.
    pub(super) fn of_file(file: &Path, line: Option<usize>, reason: impl Into<String>) -> Refusal {
        Refusal { key: String::new(), file: file.display().to_string(), line, reason: reason.into() }
    }

    /// About the project as a whole.
    pub(super) fn of_project(reason: impl Into<String>) -> Refusal {
        Refusal { key: String::new(), file: String::new(), line: None, reason: reason.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            f.write_str(&self.file)?;
            self.line.map_or(Ok(()), |line| write!(f, ":{line}"))?;
            f.write_str(": ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.reason)
    }
}

/// All of them, each on a line.
pub(super) fn listed(reasons: &[Refusal]) -> String {
    match reasons {
        [one] => one.to_string(),
        several => several.iter().map(|reason| format!("\n  {reason}")).collect(),
    }
}
