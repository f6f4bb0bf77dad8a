//! What goes into an archive: a list of members that listing, hashing and writing walk alike.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::order::Order;
use super::path::{self, BadPath, Collision, MemberPath};
use super::spool::SpoolSlice;

/// A member to write.
///
/// ```
/// use pyrepro_archive::Entry;
///
/// let module = Entry::bytes("pkg/mod.py", "x = 1\n")?;
/// assert_eq!((module.mode(), module.size()), (0o644, 6));
/// let script = Entry::bytes("bin/run", "#!/bin/sh\n")?.executable(true);
/// assert_eq!(script.mode(), 0o755);
/// # Ok::<(), pyrepro_archive::BadPath>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the archive.
    pub path: MemberPath,
    /// What it is.
    pub kind: Kind,
    /// The file on disk that its bytes were read from, where that matters. It does not get into an archive.
    pub origin: Option<PathBuf>,
    /// That of its content, where it is known.
    digest: Option<Digest>,
}

/// What a member to write is. No other property of a file gets into an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File {
        /// What is in it.
        content: Content,
        /// Whether it may be executed.
        executable: bool,
    },
    /// A folder.
    Folder,
    /// A symbolic link to this, as it is written. Only tar files hold links.
    Symlink(String),
    /// Another name of a file that comes before it in the same archive.
    HardLink {
        /// The path of that file.
        target: MemberPath,
        /// Whether that file may be executed.
        executable: bool,
    },
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Those of a file, which are read only when they are written or hashed.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its length. If it has another when it is read, that is an error.
        size: u64,
        /// Its SHA-256, where something that is in the archive, too, tells it. If what is written to a
        /// zip file has another, that is an error.
        sha256: Option<Digest>,
    },
    /// Those that were put aside.
    Spooled(SpoolSlice),
}

impl Kind {
    /// A file that nobody executes.
    fn of(content: Content) -> Kind {
        Kind::File { content, executable: false }
    }
}

impl Entry {
    /// A member of any kind.
    ///
    /// ```
    /// # use pyrepro_archive::{Entry, Kind, MemberPath};
    /// let link = Entry::new(MemberPath::new("latest")?, Kind::Symlink("1.0".into()));
    /// assert_eq!(link.mode(), 0o777);
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn new(path: MemberPath, kind: Kind) -> Entry {
        Entry { path, kind, origin: None, digest: None }
    }

    /// A file with these bytes in it.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert_eq!(Entry::bytes("a.py", "x")?.size(), 1);
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn bytes(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Result<Entry, BadPath> {
        Ok(Entry::new(MemberPath::new(path)?, Kind::of(Content::Bytes(bytes.into()))))
    }

    /// A file with what is in a file on disk of this length.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// let size = std::fs::metadata("Cargo.toml")?.len();
    /// assert_eq!(Entry::file("pkg/Cargo.toml", "Cargo.toml", size)?.size(), size);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn file(path: impl Into<String>, place: impl Into<PathBuf>, size: u64) -> Result<Entry, BadPath> {
        let content = Content::File { path: place.into(), size, sha256: None };
        Ok(Entry::new(MemberPath::new(path)?, Kind::of(content)))
    }

    /// A folder. Those that hold something need no entry of their own, save for namespace packages
    /// in zip files.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert_eq!(Entry::folder("pkg")?.mode(), 0o755);
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn folder(path: impl Into<String>) -> Result<Entry, BadPath> {
        Ok(Entry::new(MemberPath::new(path)?, Kind::Folder))
    }

    /// A file with what was put aside.
    ///
    /// ```
    /// # use pyrepro_archive::{Entry, MemberPath, Spool};
    /// let nothing = Spool::new(&std::env::temp_dir(), 0).reserve(0)?.finish();
    /// assert_eq!(Entry::spooled(MemberPath::new("a.py")?, nothing).size(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn spooled(path: MemberPath, content: SpoolSlice) -> Entry {
        Entry::new(path, Kind::of(Content::Spooled(content)))
    }

    /// A file with this content.
    ///
    /// ```
    /// # use pyrepro_archive::{Content, Entry, MemberPath};
    /// let entry = Entry::of(MemberPath::new("a.py")?, Content::Bytes(b"x".to_vec()));
    /// assert_eq!(Ok(entry), Entry::bytes("a.py", "x"));
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn of(path: MemberPath, content: Content) -> Entry {
        Entry::new(path, Kind::of(content))
    }

    /// The same entry, executable or not. What is no file stays as it is.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert_eq!(Entry::bytes("run", "")?.executable(true).mode(), 0o755);
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn executable(mut self, yes: bool) -> Entry {
        if let Kind::File { executable, .. } = &mut self.kind {
            *executable = yes;
        }
        self
    }

    /// The same entry under another path.
    ///
    /// ```
    /// # use pyrepro_archive::{Entry, MemberPath};
    /// assert_eq!(Entry::bytes("a.py", "")?.renamed(MemberPath::new("b.py")?).path.as_str(), "b.py");
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn renamed(self, path: MemberPath) -> Entry {
        Entry { path, ..self }
    }

    /// The same entry, whose bytes were read from this file.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// let entry = Entry::bytes("pkg/m.py", "x = 1\n")?.read_from("src/pkg/m.py");
    /// assert_eq!(entry.place(), Some("src/pkg/m.py".as_ref()));
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn read_from(mut self, place: impl Into<PathBuf>) -> Entry {
        self.origin = Some(place.into());
        self
    }

    /// The file on disk that its content is that of, as far as that is known.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert_eq!(Entry::file("m.py", "src/m.py", 9)?.place(), Some("src/m.py".as_ref()));
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn place(&self) -> Option<&Path> {
        match self.content() {
            Some(Content::File { path, .. }) => Some(path),
            _ => self.origin.as_deref(),
        }
    }

    /// The same entry, which is to be written only if its content is still what it is now, for somebody is
    /// told of its hash. Bytes do not change.
    ///
    /// ```
    /// # use pyrepro_archive::{Content, Entry};
    /// let size = std::fs::metadata("Cargo.toml")?.len();
    /// let entry = Entry::file("Cargo.toml", "Cargo.toml", size)?.pinned()?;
    /// assert!(matches!(entry.content(), Some(Content::File { sha256: Some(_), .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pinned(mut self) -> Result<Entry, WriteError> {
        let now = self.digest()?;
        if let Kind::File { content: Content::File { sha256, .. }, .. } = &mut self.kind {
            *sha256 = now;
        }
        Ok(self)
    }

    /// The same entry, whose content somebody has hashed already.
    ///
    /// ```
    /// # use pyrepro_archive::{Digest, Entry};
    /// let entry = Entry::bytes("a.py", "x")?.with_digest(Some(Digest::of(b"x")));
    /// assert_eq!(entry.digest()?, Some(Digest::of(b"x")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_digest(self, digest: Option<Digest>) -> Entry {
        Entry { digest, ..self }
    }

    /// The SHA-256 of its content; none of what is no file. It is computed unless it is known.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert_eq!(Entry::folder("a")?.digest()?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn digest(&self) -> Result<Option<Digest>, WriteError> {
        match (self.digest, self.content()) {
            (Some(digest), _) => Ok(Some(digest)),
            (None, content) => content.map(Content::digest).transpose(),
        }
    }

    /// Its permissions.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert_eq!(Entry::bytes("a.py", "")?.mode(), 0o644);
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn mode(&self) -> u32 {
        match self.kind {
            Kind::File { executable: false, .. } | Kind::HardLink { executable: false, .. } => 0o644,
            Kind::File { executable: true, .. } | Kind::HardLink { executable: true, .. } => 0o755,
            Kind::Folder => 0o755,
            // That of every link on Linux.
            Kind::Symlink(_) => 0o777,
        }
    }

    /// Whether it is a folder.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert!(Entry::folder("pkg")?.is_folder());
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn is_folder(&self) -> bool {
        self.kind == Kind::Folder
    }

    /// How many bytes are in it; none in what is no file.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert_eq!(Entry::folder("a")?.size(), 0);
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn size(&self) -> u64 {
        self.content().map_or(0, Content::size)
    }

    /// What is in it, if it is a file.
    ///
    /// ```
    /// # use pyrepro_archive::Entry;
    /// assert!(Entry::folder("a")?.content().is_none());
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn content(&self) -> Option<&Content> {
        match &self.kind {
            Kind::File { content, .. } => Some(content),
            _ => None,
        }
    }
}

impl Content {
    /// How many bytes there are.
    ///
    /// ```
    /// # use pyrepro_archive::Content;
    /// assert_eq!(Content::Bytes(b"abc".to_vec()).size(), 3);
    /// ```
    pub fn size(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File { size, .. } => *size,
            Content::Spooled(stretch) => stretch.size(),
        }
    }

    /// The bytes, unless they are in a file, which may be long.
    ///
    /// ```
    /// # use pyrepro_archive::Content;
    /// assert_eq!(Content::Bytes(b"abc".to_vec()).held()?.as_deref(), Some(&b"abc"[..]));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn held(&self) -> io::Result<Option<Cow<'_, [u8]>>> {
        match self {
            Content::Bytes(bytes) => Ok(Some(Cow::Borrowed(bytes))),
            Content::File { .. } => Ok(None),
            Content::Spooled(slice) => slice.bytes().map(Some),
        }
    }

    /// The SHA-256 of the bytes, or what it has to be.
    ///
    /// ```
    /// # use pyrepro_archive::{Content, Digest};
    /// assert_eq!(Content::Bytes(b"abc".to_vec()).digest()?, Digest::of(b"abc"));
    /// # Ok::<(), pyrepro_archive::WriteError>(())
    /// ```
    pub fn digest(&self) -> Result<Digest, WriteError> {
        match self {
            Content::Bytes(bytes) => Ok(Digest::of(bytes)),
            Content::File { sha256: Some(digest), .. } => Ok(*digest),
            Content::File { path, size, .. } => {
                let read = File::open(path).and_then(Digest::of_reader);
                let (digest, length) =
                    read.map_err(|source| WriteError::Unreadable { path: path.clone(), source })?;
                match length == *size {
                    true => Ok(digest),
                    false => Err(WriteError::Changed { path: path.clone(), size: *size }),
                }
            }
            Content::Spooled(stretch) => Ok(Digest::of_reader(stretch.read())?.0),
        }
    }
}

/// The members of an archive, in the order in which they are written.
///
/// ```
/// use pyrepro_archive::{Entries, Entry, Order};
///
/// let entries = Entries::new(vec![Entry::bytes("b", "")?, Entry::bytes("a", "")?], &Order::Path)?;
/// let paths: Vec<_> = entries.iter().map(|entry| entry.path.as_str()).collect();
/// assert_eq!(paths, ["a", "b"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries(Vec<Entry>);

impl Entries {
    /// Puts members in order. Two that could not be unpacked side by side are refused.
    ///
    /// ```
    /// # use pyrepro_archive::{Entries, Entry, Order};
    /// let twice = vec![Entry::bytes("a", "1")?, Entry::bytes("a", "2")?];
    /// assert!(Entries::new(twice, &Order::Path).is_err());
    /// # Ok::<(), pyrepro_archive::BadPath>(())
    /// ```
    pub fn new(mut entries: Vec<Entry>, order: &Order) -> Result<Entries, EntriesError> {
        let members = entries.iter().map(|entry| (entry.path.as_str(), entry.is_folder()));
        match path::collision(members) {
            Some(Collision::Twice(path)) => return Err(EntriesError::Twice(path)),
            Some(Collision::FileAndFolder(file, below)) => {
                return Err(EntriesError::FileAndFolder { file, below });
            }
            None => {}
        }
        let key = |entry: &Entry| order.rank(entry.path.as_str());
        entries.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path)));
        Ok(Entries(entries))
    }

    /// The members in order.
    ///
    /// ```
    /// # use pyrepro_archive::{Entries, Order};
    /// assert_eq!(Entries::new(vec![], &Order::Path)?.iter().count(), 0);
    /// # Ok::<(), pyrepro_archive::EntriesError>(())
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }
}

impl IntoIterator for Entries {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Members that cannot be in one archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntriesError {
    /// Two of the same path.
    #[error("two members have the path {0:?}; leave one of them out")]
    Twice(String),
    /// A file where a folder must be.
    #[error("the member {file:?} is a file, but {below:?} needs it to be a folder; leave one of them out")]
    FileAndFolder {
        /// The file.
        file: String,
        /// What would be below it.
        below: String,
    },
}

/// Why members could not be hashed or written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file that a member is made of cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that a member is made of is longer or shorter than it was when it was listed, or newer.
    #[error("{path} was {size} bytes long and has changed since; run again when nothing writes to it", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// Its length when it was listed.
        size: u64,
    },
    /// A file that a member is made of is no longer what it was when it was hashed.
    #[error("{path} has changed while it was packed; run again when nothing writes to it", path = path.display())]
    Rewritten {
        /// The file.
        path: PathBuf,
    },
    /// A member whose path is longer than the format can say.
    #[error("the member path {0:?} is longer than 65,535 bytes, the most that a zip file can hold")]
    PathTooLong(String),
    /// A link where there can be none.
    #[error("the member {0:?} is a link, which only tar files hold")]
    Link(String),
    /// The archive cannot be written.
    #[error("cannot write the archive: {0}")]
    Output(#[from] io::Error),
    /// The archive cannot be written there.
    #[error("cannot write {path}: {source}", path = path.display())]
    Target {
        /// Where it was to be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(entries: &Entries) -> Vec<&str> {
        entries.iter().map(|entry| entry.path.as_str()).collect()
    }

    fn entries_of(paths: &[&str]) -> Vec<Entry> {
        let entry = |path: &&str| match path.strip_suffix('/') {
            Some(folder) => Entry::folder(folder).unwrap(),
            None => Entry::bytes(*path, *path).unwrap(),
        };
        paths.iter().map(entry).collect()
    }

    #[test]
    fn members_are_in_the_order_of_the_bytes_of_their_paths() {
        let entries = Entries::new(entries_of(&["é", "a/b", "_", "a.py", "a/", "B", "a-b"]), &Order::Path);
        assert_eq!(paths(&entries.unwrap()), ["B", "_", "a", "a-b", "a.py", "a/b", "é"]);
    }

    #[test]
    fn in_a_wheel_the_dist_info_comes_last_and_its_record_the_very_last() {
        let given = [
            "x/RECORD",
            "m-1.dist-info/RECORD",
            "m-1.dist-info/WHEEL",
            "m-1.dist-info/METADATA",
            "m-1.dist-info/",
            "m-1.dist-info-not",
            "z.py",
            "m-1.dist-info/RECORD.jws",
        ];
        let order = Order::Wheel { dist_info: "m-1.dist-info".into() };
        let expected = [
            "m-1.dist-info-not",
            "x/RECORD",
            "z.py",
            "m-1.dist-info",
            "m-1.dist-info/METADATA",
            "m-1.dist-info/RECORD.jws",
            "m-1.dist-info/WHEEL",
            "m-1.dist-info/RECORD",
        ];
        assert_eq!(paths(&Entries::new(entries_of(&given), &order).unwrap()), expected);
    }

    #[test]
    fn in_a_jar_the_manifest_comes_first_and_signatures_follow() {
        let given = ["A.class", "META-INF/MANIFEST.MF", "META-INF/A", "META-INF/X.SF", "META-INF/"];
        let expected = ["META-INF", "META-INF/MANIFEST.MF", "META-INF/X.SF", "A.class", "META-INF/A"];
        assert_eq!(paths(&Entries::new(entries_of(&given), &Order::Jar).unwrap()), expected);
    }

    #[test]
    fn what_cannot_be_unpacked_side_by_side_is_refused() {
        let refuse = |paths: &[&str]| Entries::new(entries_of(paths), &Order::Path).unwrap_err();
        assert_eq!(refuse(&["a", "b", "a"]), EntriesError::Twice("a".into()));
        let both = EntriesError::FileAndFolder { file: "a".into(), below: "a/b".into() };
        assert_eq!(refuse(&["a/b", "a", "a-b"]), both);
    }

    #[test]
    fn a_file_that_changed_its_length_is_an_error_that_names_it() {
        let entry = Entry::file("a", "Cargo.toml", 1).unwrap();
        let message = entry.digest().unwrap_err().to_string();
        assert!(message.starts_with("Cargo.toml was 1 bytes long"), "{message}");
    }
}
