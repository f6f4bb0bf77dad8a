//! The kinds of artifact that can be normalized.

use std::io::{self, Read, Seek};
use std::path::Path;

use crate::archive::Format;

/// A kind of artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A bytecode file.
    Pyc,
    /// A wheel.
    Wheel,
    /// Any other zip file: a zipapp, a jar.
    Zip,
    /// A tar file, in gzip or not.
    Tar,
    /// An egg, which is left alone.
    Egg,
    /// A tar file in a compression that pyrepro does not write.
    Compressed(Format),
}

impl Kind {
    /// Patterns of all names that [`Kind::by_name`] knows, so that a walk need not look at others.
    pub(super) fn globs() -> impl Iterator<Item = String> {
        Format::endings().chain([".pyc"]).map(|ending| format!("*{ending}"))
    }

    /// What a file is by its name alone, which decides what is taken from a folder.
    ///
    /// ```
    /// use pyrepro::normalize::Kind;
    ///
    /// assert_eq!(Kind::by_name("m.cpython-313.pyc".as_ref()), Some(Kind::Pyc));
    /// assert_eq!(Kind::by_name("m-1.tar.gz".as_ref()), Some(Kind::Tar));
    /// assert_eq!(Kind::by_name("m.py".as_ref()), None);
    /// ```
    pub fn by_name(name: &Path) -> Option<Kind> {
        let name = name.file_name()?.to_string_lossy();
        match name.rsplit_once('.')?.1 {
            "pyc" => Some(Kind::Pyc),
            "whl" => Some(Kind::Wheel),
            "egg" => Some(Kind::Egg),
            _ => Format::by_name(&name).map(Kind::of_format),
        }
    }

    /// What a file is by its content, or by its name where that tells nothing. The source is at its start
    /// afterwards.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use pyrepro::normalize::Kind;
    ///
    /// let kind = |name: &str, content: &[u8]| Kind::detect(name.as_ref(), &mut Cursor::new(content));
    /// assert_eq!(kind("cache", b"\xf3\x0d\x0d\x0a")?, Some(Kind::Pyc));
    /// assert_eq!(kind("cut-off.pyc", b"")?, Some(Kind::Pyc));
    /// assert_eq!(kind("data", b"PK\x03\x04")?, Some(Kind::Zip));
    /// assert_eq!(kind("notes", b"To do")?, None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn detect(name: &Path, source: &mut (impl Read + Seek)) -> io::Result<Option<Kind>> {
        let by_name = Kind::by_name(name);
        Ok(match Format::detect(source)? {
            Some(Format::Zip) if matches!(by_name, Some(Kind::Wheel | Kind::Egg)) => by_name,
            Some(format) => Some(Kind::of_format(format)),
            None if is_bytecode(source)? => Some(Kind::Pyc),
            None => by_name,
        })
    }

    fn of_format(format: Format) -> Kind {
        match format {
            Format::Zip => Kind::Zip,
            Format::Tar | Format::Gzip => Kind::Tar,
            format => Kind::Compressed(format),
        }
    }
}

/// Whether it begins with the magic number of some version, of unknown ones, too.
fn is_bytecode(source: &mut (impl Read + Seek)) -> io::Result<bool> {
    let mut head = Vec::new();
    source.by_ref().take(4).read_to_end(&mut head)?;
    source.rewind()?;
    Ok(head.get(2..4) == Some(b"\r\n"))
}
