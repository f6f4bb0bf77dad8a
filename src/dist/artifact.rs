//! What comes of building: a list of members and the name of the file that they go into.

use std::fs;
use std::io::{self, Seek, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use super::{BuildWarning, Error};
use crate::archive::{Content, Entries, Entry, WriteError, tar, zip};
use crate::epoch::Epoch;
use crate::output::{create, replace_folder};

/// An artifact that is complete but for the writing.
#[derive(Debug)]
pub struct Artifact {
    /// What it is.
    pub kind: Kind,
    /// The name of its file, or of its folder.
    pub name: String,
    /// Its members.
    pub entries: Entries,
    /// What may not be as wanted.
    pub warnings: Vec<BuildWarning>,
}

/// Kinds of artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Sdist,
    /// A wheel that leads to the project's folder in place of having its modules.
    Editable,
    /// The folder `.dist-info` of a wheel, without RECORD.
    Metadata,
}

/// How to write an artifact.
///
/// ```
/// use pyrepro::dist::Options;
/// use pyrepro::epoch::Epoch;
///
/// assert_eq!(Options::default().epoch, Epoch::DEFAULT);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The time of all members.
    pub epoch: Epoch,
    /// How many threads compress.
    pub jobs: NonZero<usize>,
}

impl Default for Options {
    fn default() -> Options {
        Options { epoch: Epoch::DEFAULT, jobs: NonZero::<usize>::MIN }
    }
}

impl Artifact {
    /// Writes the archive: a zip file, or a tar.gz file if it is an sdist.
    ///
    /// ```
    /// use pyrepro::dist::{Options, Package};
    ///
    /// let package = Package::open("testdata/orchard".as_ref(), None)?;
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// package.sdist()?.write(&Options::default(), &mut file)?;
    /// assert!(file.into_inner().starts_with(b"\x1f\x8b"));
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn write(&self, options: &Options, output: &mut (impl Write + Seek)) -> Result<(), WriteError> {
        let Options { epoch, jobs: threads } = *options;
        match self.kind {
            Kind::Sdist => tar::write_gz(&self.entries, &tar::Options { epoch, threads }, output),
            _ => zip::write(&self.entries, &zip::Options { epoch, threads, ..Default::default() }, output),
        }
    }

    /// Writes the members as files below a folder, all of them or none, and tells where the topmost
    /// of their folders is, which bears the artifact's name. One that was there before is replaced.
    ///
    /// ```
    /// use pyrepro::dist::Package;
    ///
    /// let target = tempfile::tempdir()?;
    /// let metadata = Package::open("testdata/orchard".as_ref(), None)?.prepared_metadata()?;
    /// let folder = metadata.write_folder(target.path())?;
    /// assert!(folder.join("METADATA").is_file());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_folder(&self, parent: &Path) -> Result<PathBuf, Error> {
        let target = parent.join(&self.name);
        replace_folder(&target, |folder| {
            self.entries.iter().try_for_each(|entry| match entry.path.as_str().split_once('/') {
                Some((_, below)) => write_member(entry, &folder.join(below)),
                // The topmost folder itself.
                None => Ok(()),
            })
        })?;
        Ok(target)
    }

    /// How many bytes are in its members.
    pub fn size(&self) -> u64 {
        self.entries.iter().filter_map(Entry::content).map(Content::size).sum()
    }
}

fn write_member(entry: &Entry, place: &Path) -> io::Result<()> {
    match entry.content() {
        None => return fs::create_dir_all(place),
        Some(_) => fs::create_dir_all(place.parent().unwrap_or(place))?,
    }
    create(place, 0o666, |file| match entry.content() {
        Some(Content::Bytes(bytes)) => file.write_all(bytes),
        Some(Content::File { path, .. }) => io::copy(&mut fs::File::open(path)?, file).map(drop),
        Some(Content::Spooled(content)) => io::copy(&mut content.read(), file).map(drop),
        None => Ok(()),
    })
}
