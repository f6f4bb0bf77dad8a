//! Sdists as folders again.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::error::{Error, SdistProblem};
use crate::archive::{Limits, ReadError, gzip, tar};
use crate::output::create;

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
    let unreadable = |error: ReadError| bad(SdistProblem::Archive(Box::new(error)));
    let file = File::open(sdist).map_err(|source| Error::Read { path: sdist.to_owned(), source })?;
    let gzip = gzip::Reader::new(BufReader::new(file), Limits::default()).map_err(unreadable)?;
    let mut reader = tar::Reader::new(gzip, Limits::default());
    let mut tops = Vec::new();
    while let Some(member) = reader.next_member().map_err(unreadable)? {
        let path = member.path.as_str();
        if path == "." {
            continue;
        }
        let top = path.split('/').next().unwrap_or(path);
        if !tops.iter().any(|known| known == top) {
            tops.push(top.to_owned());
        }
        let place = folder.join(path);
        let failed = |source| Error::Unpack { path: place.clone(), source };
        match member.kind {
            tar::Kind::Folder => fs::create_dir_all(&place).map_err(failed)?,
            tar::Kind::File => {
                let mode = if member.mode & 0o100 != 0 { 0o755 } else { 0o644 };
                fs::create_dir_all(place.parent().unwrap_or(folder)).map_err(failed)?;
                // Two errors: of reading inside, of writing around it.
                let copied = create::<_, std::io::Error>(&place, mode, |file| Ok(reader.copy(file)));
                copied.map_err(failed)?.map_err(unreadable)?;
            }
            _ => return Err(bad(SdistProblem::NotAFile(path.to_owned()))),
        }
    }
    match &tops[..] {
        [top] if folder.join(top).is_dir() => Ok(folder.join(top)),
        tops => Err(bad(SdistProblem::Top(tops.len()))),
    }
}
