//! Which editions of the built-in compiler make the code of a bytecode file.

use pyrepro_compiler::edition::{EDITIONS, Edition};

use crate::pyc::{HEADER_SIZE, Pyc};

/// All levels, since the name of a file does not always say which one it has.
const LEVELS: [u8; 3] = [0, 1, 2];

/// A longer source is not compiled: a hostile one takes hundreds of bytes of memory for each of its own.
pub(crate) const LONGEST_SOURCE: usize = 2 << 20;

/// The editions that make the code of a bytecode file from `source`, by their releases, oldest first.
///
/// None if that cannot be told: no edition is of the file's Python, or the source is longer than 2 MiB, or one
/// that the built-in compiler refuses or leaves to an interpreter.
///
/// ```
/// use pyrepro::{compile::editions_of, pyc::Pyc};
///
/// let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let pyc = Pyc::parse(file)?;
/// assert_eq!(editions_of(&pyc, b"another = 'source'\n"), Some(vec![]));
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
pub fn editions_of(pyc: &Pyc<'_>, source: &[u8]) -> Option<Vec<String>> {
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
    let making = tried.iter().filter(|(_, makes)| *makes).map(|(edition, _)| edition.to_string());
    (!tried.is_empty()).then(|| making.collect())
}
