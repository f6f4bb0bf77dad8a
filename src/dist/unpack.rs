//! Sdists as folders again.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, SdistProblem};
use crate::unpack as archives;

/// Unpacks an sdist into a folder, and tells which of its folders is the project's.
///
/// ```
/// use pyrepro::dist::{Options, Package, unpack};
///
/// let folder = tempfile::tempdir()?;
/// let target = folder.path().join("orchard-1.2.0.tar.gz");
/// let sdist = Package::open("testdata/orchard".as_ref(), None)?.sdist()?;
/// sdist.write(&Options::default(), &mut std::fs::File::create(&target)?)?;
/// let project = unpack(&target, folder.path())?;
/// assert!(project.ends_with("orchard-1.2.0") && project.join("pyproject.toml").is_file());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn unpack(sdist: &Path, folder: &Path) -> Result<PathBuf, Error> {
    let bad = |problem| Error::Sdist { path: sdist.to_owned(), problem };
    archives::unpack(sdist, folder).map_err(|error| bad(SdistProblem::Unpack(Box::new(error))))?;
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|source| Error::Read { path: folder.to_owned(), source })?;
    // The archive itself may lie there as well.
    let tops: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).filter(|path| path != sdist).collect();
    match &tops[..] {
        [top] if top.is_dir() => Ok(top.clone()),
        tops => Err(bad(SdistProblem::Top(tops.len()))),
    }
}
