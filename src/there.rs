//! What is at a path. Nothing and no access are two answers: what cannot be looked at is an error, and not absent.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// Whether there is a file, or a link to one.
///
/// ```
/// assert!(pyrepro::there::is_file("Cargo.toml".as_ref())?);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn is_file(path: &Path) -> io::Result<bool> {
    Ok(found(path)?.is_some_and(|found| found.is_file()))
}

/// Whether there is a folder, or a link to one.
pub fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(found(path)?.is_some_and(|found| found.is_dir()))
}

/// Whether there is anything. A link to nothing is nothing.
pub fn is_anything(path: &Path) -> io::Result<bool> {
    Ok(found(path)?.is_some())
}

fn found(path: &Path) -> io::Result<Option<Metadata>> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_looked_at_is_not_absent() {
        assert!(is_file("Cargo.toml".as_ref()).unwrap() && !is_folder("Cargo.toml".as_ref()).unwrap());
        assert!(is_folder("src".as_ref()).unwrap() && is_anything("src".as_ref()).unwrap());
        for nothing in ["no such file", "Cargo.toml/below"] {
            assert!(!is_anything(nothing.as_ref()).unwrap());
        }
        assert!(is_anything("x".repeat(10_000).as_ref()).is_err(), "a name that is too long");
    }
}
