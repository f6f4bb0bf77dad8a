//! The files that an artifact is made of.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::archive::{Content, Digest, Entry, MemberPath, Mode, WriteError};

/// A file that was read to make an artifact.
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

impl Input {
    /// What inputs are sorted by, and told apart by.
    pub(crate) fn key(&self) -> (Role, &MemberPath, Digest) {
        (self.role, &self.path, self.sha256)
    }
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

/// A file that an artifact is made of, before anybody knows its digest: what takes long to read is
/// read when somebody asks.
///
/// ```
/// use pyrepro::archive::Entry;
/// use pyrepro::dist::{Ingredient, Role};
///
/// let ingredient = Ingredient::of_entry(&Entry::bytes("pkg/a.py", "x = 1\n")?, Role::Source)?.unwrap();
/// assert_eq!(ingredient.path.as_str(), "pkg/a.py");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingredient {
    /// Its permissions: 0644, or 0755 if its owner may execute it.
    pub mode: Mode,
    /// Its path below the source folder, or its name if it was named itself.
    pub path: MemberPath,
    /// What part it has.
    pub role: Role,
    /// What is in it.
    pub content: Known,
}

/// What is known of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Its digest and length.
    Digest(Digest, u64),
    /// Where it is, and its length.
    Place(PathBuf, u64),
}

impl Ingredient {
    /// The file that an entry has its content from; none for a folder.
    ///
    /// ```
    /// # use pyrepro::{archive::Entry, dist::{Ingredient, Role}};
    /// assert_eq!(Ingredient::of_entry(&Entry::folder("pkg")?, Role::Source)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_entry(entry: &Entry, role: Role) -> Result<Option<Ingredient>, WriteError> {
        let known = match entry.content() {
            Some(Content::File { path, size, sha256: None }) => Known::Place(path.clone(), *size),
            _ => match entry.digest()? {
                Some(digest) => Known::Digest(digest, entry.size()),
                None => return Ok(None),
            },
        };
        let (mode, path) = (Mode::new(entry.mode()), entry.path.clone());
        Ok(Some(Ingredient { mode, path, role, content: known }))
    }

    /// A file that was named itself, of which nothing but the name and the content matter.
    ///
    /// ```
    /// # use pyrepro::dist::{Ingredient, Role};
    /// let ingredient = Ingredient::of_file("Cargo.toml".as_ref(), Role::Requirements)?;
    /// assert_eq!(ingredient.path.as_str(), "Cargo.toml");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of_file(place: &Path, role: Role) -> io::Result<Ingredient> {
        let size = place.metadata()?.len();
        let path = MemberPath::from_path(Path::new(place.file_name().unwrap_or_default()))
            .map_err(|bad| io::Error::new(io::ErrorKind::InvalidInput, bad))?;
        Ok(Ingredient { mode: Mode::new(0o644), path, role, content: Known::Place(place.to_owned(), size) })
    }

    /// The same with its digest. `digest` reads the file at a place.
    ///
    /// ```
    /// use pyrepro::archive::Digest;
    /// use pyrepro::dist::{Ingredient, Role};
    ///
    /// let ingredient = Ingredient::of_file("Cargo.toml".as_ref(), Role::Requirements)?;
    /// let input = ingredient.input(|_| Ok::<_, std::io::Error>(Digest::of(b"a text")))?;
    /// assert_eq!(input.sha256, Digest::of(b"a text"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn input<E>(self, digest: impl FnOnce(&Path) -> Result<Digest, E>) -> Result<Input, E> {
        let Ingredient { mode, path, role, content } = self;
        let (sha256, size) = match content {
            Known::Digest(sha256, size) => (sha256, size),
            Known::Place(place, size) => (digest(&place)?, size),
        };
        Ok(Input { mode, path, role, sha256, size })
    }
}
