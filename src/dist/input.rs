//! The files that an artifact is made of.

use std::fs::File;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::archive::{BadPath, Digest, Entry, MemberPath, Mode, WriteError};

/// A file that was read to make an artifact.
///
/// ```
/// use pyrepro::archive::Entry;
/// use pyrepro::dist::{Input, Role};
///
/// let input = Input::of_entry(&Entry::bytes("pkg/a.py", "x = 1\n")?, Role::Source)?.unwrap();
/// assert_eq!((input.path.as_str(), input.size), ("pkg/a.py", 6));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its permissions: 0644, or 0755 if its owner may execute it.
    pub mode: Mode,
    /// Its path below the source folder, or its name if it was named itself.
    pub path: MemberPath,
    /// What part it has.
    pub role: Role,
    /// The digest of its content.
    pub sha256: Digest,
    /// How many bytes it has.
    pub size: u64,
}

/// What part a file has in the making of an artifact.
///
/// ```
/// # use pyrepro::dist::Role;
/// assert_eq!(Role::Wheel.name(), "wheel");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// An archive that the artifact is a new edition of.
    Archive,
    /// A list of requirements.
    Requirements,
    /// A file of the source tree.
    Source,
    /// A wheel that is unpacked into the artifact.
    Wheel,
}

impl Role {
    /// Its name in manifests.
    ///
    /// ```
    /// # use pyrepro::dist::Role;
    /// assert_eq!(Role::Source.name(), "source");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Role::Archive => "archive",
            Role::Requirements => "requirements",
            Role::Source => "source",
            Role::Wheel => "wheel",
        }
    }
}

impl Input {
    /// The file that an entry has its content from; none for a folder.
    ///
    /// ```
    /// # use pyrepro::{archive::Entry, dist::{Input, Role}};
    /// assert_eq!(Input::of_entry(&Entry::folder("pkg")?, Role::Source)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_entry(entry: &Entry, role: Role) -> Result<Option<Input>, WriteError> {
        let Some(content) = entry.content() else { return Ok(None) };
        let (mode, path, size) = (Mode::new(entry.mode()), entry.path.clone(), entry.size());
        Ok(Some(Input { mode, path, role, sha256: Digest(content.sha256()?), size }))
    }

    /// A file that was named itself, of which nothing but the name and the content matter.
    ///
    /// ```
    /// # use pyrepro::dist::{Input, Role};
    /// let input = Input::of_file("Cargo.toml".as_ref(), Role::Requirements)?;
    /// assert_eq!(input.path.as_str(), "Cargo.toml");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of_file(place: &Path, role: Role) -> io::Result<Input> {
        let (sha256, size) = Digest::of_reader(File::open(place)?)?;
        let path = name_of(place).map_err(|bad| io::Error::new(io::ErrorKind::InvalidInput, bad))?;
        Ok(Input { mode: Mode::new(0o644), path, role, sha256, size })
    }
}

fn name_of(place: &Path) -> Result<MemberPath, BadPath> {
    MemberPath::from_path(Path::new(place.file_name().unwrap_or_default()))
}
