//! Bytecode files: header, source hash, names (PEP 552, 3147, 488).

mod hash;
mod header;
mod name;

pub use hash::SourceHash;
pub use header::{HEADER_SIZE, Header, HeaderError, Invalidation, InvalidationMode, UnknownMode};
pub use name::{CachedName, Optimization, UnknownLevel};

use crate::marshal::{self, Graph};

/// A bytecode file, taken apart.
///
/// ```no_run
/// use pyrepro_bytecode::pyc::Pyc;
///
/// let file = std::fs::read("__pycache__/module.cpython-313.pyc")?;
/// let pyc = Pyc::parse(&file)?;
/// println!("Python {}, {}", pyc.header.version, pyc.header.invalidation.mode());
/// println!("canonical: {}", pyc.canonical()? == file);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pyc<'a> {
    /// What stands before the code.
    pub header: Header,
    /// The code.
    pub graph: Graph<'a>,
    /// The header as it stands in the file. It can hold a flag that means nothing.
    head: [u8; HEADER_SIZE],
}

/// Why a file is refused as bytecode.
///
/// ```
/// use pyrepro_bytecode::pyc::{Error, Pyc};
///
/// assert!(matches!(Pyc::parse(b""), Err(Error::Header(_))));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Its header is none that the import system takes.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// What follows the header is no code object.
    #[error(transparent)]
    Marshal(#[from] marshal::Error),
}

impl<'a> Pyc<'a> {
    /// Reads a bytecode file.
    ///
    /// ```
    /// use pyrepro_bytecode::pyc::Pyc;
    ///
    /// let error = Pyc::parse(b"no bytecode at all").unwrap_err();
    /// assert!(error.to_string().starts_with("offset 0: not a bytecode file"));
    /// ```
    pub fn parse(file: &'a [u8]) -> Result<Pyc<'a>, Error> {
        let header = Header::parse(file)?;
        let graph = marshal::read_code(file, HEADER_SIZE, header.version)?;
        let mut head = header.to_bytes();
        head.copy_from_slice(&file[..HEADER_SIZE]);
        Ok(Pyc { header, graph, head })
    }

    /// The file with its code in canonical form and its header as it is.
    ///
    /// ```no_run
    /// # use pyrepro_bytecode::pyc::Pyc;
    /// # let file = Vec::new();
    /// let canonical = Pyc::parse(&file)?.canonical()?;
    /// assert_eq!(Pyc::parse(&canonical)?.canonical()?, canonical);
    /// # Ok::<(), pyrepro_bytecode::pyc::Error>(())
    /// ```
    pub fn canonical(&self) -> Result<Vec<u8>, Error> {
        let mut file = self.head.to_vec();
        self.graph.append_canonical(&mut file)?;
        Ok(file)
    }
}
