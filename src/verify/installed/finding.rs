//! What can be wrong with what is installed.

use std::path::PathBuf;

use serde::Serialize;

/// A file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// The distribution that it belongs to, as far as that is known.
    pub distribution: Option<String>,
    /// What is wrong.
    #[serde(flatten)]
    pub problem: Problem,
}

/// What can be wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[serde(tag = "problem", content = "detail", rename_all = "kebab-case")]
pub enum Problem {
    /// Its content is not what RECORD says.
    #[error("changed: it is not what RECORD says")]
    Changed,
    /// It is not there.
    #[error("missing: RECORD lists it")]
    Missing,
    /// No RECORD lists it.
    #[error("unrecorded: no RECORD lists it")]
    Unrecorded,
    /// RECORD says nothing that could be checked.
    #[error("unhashed: RECORD lists it without a hash that protects it")]
    Unhashed,
    /// It lies outside of the environment.
    #[error("outside: RECORD lists it, and it is not below the environment")]
    Outside,
    /// Two distributions have it, with other content each.
    #[error("contested: {0} has it too, with other content")]
    Contested(String),
    /// RECORD is missing or cannot be read.
    #[error("no record: {0}")]
    NoRecord(String),
    /// It cannot be read.
    #[error("unreadable: {0}")]
    Unreadable(String),
    /// Bytecode without a source.
    #[error("orphaned: its source is not there")]
    Orphaned,
    /// Bytecode of another source, which imports find out.
    #[error("stale: it is of another source; imports do not use it")]
    Stale,
    /// Bytecode of another source, which imports do not find out.
    #[error("forged: it is of another source, and imports use it, since it is unchecked")]
    Forged,
    /// Bytecode with other code than its source has.
    #[error("forged code: it is not what {0} makes of its source")]
    OtherCode(String),
    /// Something that is no bytecode.
    #[error("no bytecode: {0}")]
    NotBytecode(String),
}

impl Problem {
    /// One word or two, for tables.
    ///
    /// ```
    /// use pyrepro::verify::installed::Problem;
    ///
    /// assert_eq!(Problem::Changed.name(), "changed");
    /// ```
    pub fn name(&self) -> String {
        let text = self.to_string();
        text.split_once(':').map_or(text.clone(), |(name, _)| name.to_owned())
    }
}
