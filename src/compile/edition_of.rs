//! Which editions of the built-in compiler make the code of a bytecode file.

use std::fmt;

use pyrepro_compiler::edition::{EDITIONS, Edition, Releases};
use serde::{Serialize, Serializer};

use crate::pyc::{HEADER_SIZE, Pyc};

/// All levels, since the name of a file does not always say which one it has.
const LEVELS: [u8; 3] = [0, 1, 2];

/// A longer source is not compiled: a hostile one takes hundreds of bytes of memory for each of its own.
pub(crate) const LONGEST_SOURCE: usize = 2 << 20;

/// Editions of the built-in compiler, oldest first.
///
/// Serialized they are a list of editions, as `pyrepro pythons` names them; shown they are as few ranges of releases as possible.
#[derive(Debug, Clone)]
pub struct Editions(Vec<&'static Edition>);

impl Editions {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Editions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Releases::of(self.0.iter().copied()).fmt(out)
    }
}

impl Serialize for Editions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|edition| edition.to_string()))
    }
}

/// The editions that make the code of a bytecode file from `source`.
///
/// None if that cannot be told: no edition is of the file's Python, or the source is longer than 2 MiB, or one
/// that the built-in compiler refuses or leaves to an interpreter.
///
/// ```
/// use pyrepro::{compile::editions_of, pyc::Pyc};
///
/// let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let pyc = Pyc::parse(file)?;
/// assert!(editions_of(&pyc, b"another = 'source'\n").is_some_and(|editions| editions.is_empty()));
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
pub fn editions_of(pyc: &Pyc<'_>, source: &[u8]) -> Option<Editions> {
    if source.len() > LONGEST_SOURCE {
        return None;
    }
    let canonical = pyc.canonical().ok()?;
    let file_name = pyc.graph.file_names().last()?;
    let makes = |edition: &&Edition| {
        let compiled = pyrepro_compiler::compile(source, file_name, edition, &LEVELS).ok()?;
        Some(compiled.code.iter().any(|code| *code == canonical[HEADER_SIZE..]))
    };
    let minor = pyc.header.version.minor();
    let tried: Vec<_> = EDITIONS
        .iter()
        .filter(|edition| edition.minor == minor)
        .filter_map(|edition| Some((edition, makes(&edition)?)))
        .collect();
    let making = tried.iter().filter(|(_, makes)| *makes).map(|(edition, _)| *edition);
    (!tried.is_empty()).then(|| Editions(making.collect()))
}
