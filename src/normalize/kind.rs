//! The kinds of artifact that can be normalized.

use std::path::Path;

use super::error::Error;
use crate::inspect;
use crate::pyc::Pyc;

/// A kind of artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bytecode file.
    Pyc,
}

impl Kind {
    /// The names that [`Kind::by_name`] knows, so that a walk need not look at what has others.
    pub(super) const GLOBS: [&str; 1] = ["*.pyc"];

    /// What a file is by its name alone, which decides what is taken from a folder.
    ///
    /// ```
    /// use pyrepro::normalize::Kind;
    ///
    /// assert_eq!(Kind::by_name("m.cpython-313.pyc".as_ref()), Some(Kind::Pyc));
    /// assert_eq!(Kind::by_name("m.py".as_ref()), None);
    /// ```
    pub fn by_name(name: &Path) -> Option<Kind> {
        name.extension().is_some_and(|extension| extension == "pyc").then_some(Kind::Pyc)
    }

    /// What a file is by its content, or by its name where the content tells nothing.
    ///
    /// ```
    /// use pyrepro::normalize::Kind;
    ///
    /// assert_eq!(Kind::of("cache".as_ref(), b"\xf3\x0d\x0d\x0a"), Some(Kind::Pyc));
    /// assert_eq!(Kind::of("cut-off.pyc".as_ref(), b""), Some(Kind::Pyc));
    /// assert_eq!(Kind::of("notes".as_ref(), b"To do"), None);
    /// ```
    pub fn of(name: &Path, content: &[u8]) -> Option<Kind> {
        match content {
            [_, _, b'\r', b'\n', ..] => Some(Kind::Pyc),
            _ => Kind::by_name(name),
        }
    }

    /// The canonical form of an artifact of this kind.
    ///
    /// ```
    /// use pyrepro::normalize::Kind;
    ///
    /// assert!(Kind::Pyc.canonical(b"cut off").is_err());
    /// ```
    pub fn canonical(self, content: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Kind::Pyc => Ok(Pyc::parse(content)?.canonical()?),
        }
    }

    /// Why an artifact of this kind is not in its canonical form, as far as that can be told.
    ///
    /// ```
    /// use pyrepro::normalize::Kind;
    ///
    /// let file = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc");
    /// let reason = Kind::Pyc.difference(&std::fs::read(file)?).unwrap();
    /// assert!(reason.starts_with("offset 16: "));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn difference(self, content: &[u8]) -> Option<String> {
        match self {
            Kind::Pyc => {
                let pyc = Pyc::parse(content).ok()?;
                Some(inspect::first_difference(content, &pyc).ok()??.to_string())
            }
        }
    }
}
