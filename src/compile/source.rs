//! A source, before it is read.

use std::path::PathBuf;

/// A source to compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is: what was named, and the path below that.
    pub path: PathBuf,
    /// The folder that was named, if it was not the source itself.
    pub root: Option<PathBuf>,
    /// Whether the source itself was named, so that it must be there.
    pub named: bool,
}
