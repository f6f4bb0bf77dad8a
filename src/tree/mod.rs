//! The sorted list of what is in a source tree.
//!
//! A walk lists every file, folder and kept link below a root, sorted by the bytes of the path from
//! the root with `/` between its parts. The whole path is compared, so `a-b`, `a.py` and `a/b` come
//! in this order, because `-`, `.` and `/` do. The order in which a file system lists its folders,
//! the locale and the case of names have no say. On Windows the bytes are those of WTF-8.

mod aside;
mod globs;
mod links;
mod walk;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

pub use aside::{Aside, AsideReason};
pub use globs::{BadGlob, Globs};
pub use links::Symlinks;

/// What a walk lists and how it treats what is neither file nor folder.
///
/// ```
/// use pyrepro::tree::{Globs, Options};
///
/// let options = Options { include: Globs::new(["*.py"])?, exclude: Globs::new(["tests/"])?, ..Options::default() };
/// # Ok::<(), pyrepro::tree::BadGlob>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder to begin at, as a path from the root; nothing for the root itself. What is in it is
    /// listed and matched by its path from the root nevertheless.
    pub below: PathBuf,
    /// What to list. A folder that matches is listed with everything below; without any pattern,
    /// everything is. Folders that do not match are looked into, but are not listed.
    pub include: Globs,
    /// What to leave out, with everything below it, unread. It wins over `include`.
    pub exclude: Globs,
    /// What to do with symbolic links.
    pub symlinks: Symlinks,
    /// Do not look into environments, repositories, caches and installed packages. The root itself was
    /// named, whatever it is.
    pub own_content: bool,
    /// Leave sockets, pipes and devices out, where they are an error otherwise.
    pub skip_special: bool,
}

/// What a path in a tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File {
        /// Whether its owner may execute it; never on Windows.
        executable: bool,
        /// Its length in bytes.
        size: u64,
    },
    /// A folder.
    Folder,
    /// A symbolic link, by [`Symlinks::Keep`].
    Symlink {
        /// What it points at, as it is written in the link.
        target: PathBuf,
    },
}

/// A path in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path from the root, with `/` between its parts on every platform.
    pub path: PathBuf,
    /// What is there.
    pub kind: Kind,
}

impl Entry {
    /// The permissions that it has in an artifact, whatever the umask left of them on disk.
    ///
    /// ```
    /// use pyrepro::tree::{Entry, Kind};
    ///
    /// let script = Entry { path: "run.sh".into(), kind: Kind::File { executable: true, size: 7 } };
    /// assert_eq!(script.mode(), 0o755);
    /// ```
    pub fn mode(&self) -> u32 {
        match self.kind {
            Kind::File { executable: false, .. } => 0o644,
            Kind::File { executable: true, .. } | Kind::Folder => 0o755,
            Kind::Symlink { .. } => 0o777,
        }
    }

    /// The bytes of the path, which trees are sorted by.
    ///
    /// ```
    /// use pyrepro::tree::{Entry, Kind};
    ///
    /// assert_eq!(Entry { path: "a/b".into(), kind: Kind::Folder }.path_bytes(), b"a/b");
    /// ```
    pub fn path_bytes(&self) -> &[u8] {
        self.path.as_os_str().as_encoded_bytes()
    }
}

/// A root and what is below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    root: PathBuf,
    entries: Vec<Entry>,
    aside: Vec<Aside>,
}

impl Tree {
    /// Lists what is below a root. The root itself may be a link, whatever the policy: it was named.
    ///
    /// ```
    /// use pyrepro::tree::{Globs, Options, Tree};
    ///
    /// let root = tempfile::tempdir()?;
    /// std::fs::create_dir(root.path().join("a"))?;
    /// for name in ["a/b.py", "a.py", "a.txt"] {
    ///     std::fs::write(root.path().join(name), "")?;
    /// }
    /// let options = Options { include: Globs::new(["*.py"])?, ..Options::default() };
    /// let tree = Tree::walk(root.path(), &options)?;
    /// let paths: Vec<_> = tree.entries().iter().map(|entry| entry.path.to_str().unwrap()).collect();
    /// assert_eq!(paths, ["a.py", "a/b.py"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn walk(root: &Path, options: &Options) -> Result<Tree, Error> {
        let (mut entries, mut aside) = walk::entries(root, options)?;
        entries.sort_unstable_by(|a, b| a.path_bytes().cmp(b.path_bytes()));
        aside.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(Tree { root: root.to_owned(), entries, aside })
    }

    /// Looks at one path below a root, whether a link leads to it or not. One that leaves the root is an
    /// error, as by [`Symlinks::FollowInside`].
    ///
    /// ```
    /// use pyrepro::tree::{Kind, Tree};
    ///
    /// let entry = Tree::entry(".".as_ref(), "Cargo.toml".as_ref())?;
    /// assert!(matches!(entry.kind, Kind::File { executable: false, .. }));
    /// # Ok::<(), pyrepro::tree::Error>(())
    /// ```
    pub fn entry(root: &Path, path: &Path) -> Result<Entry, Error> {
        walk::entry(root, path)
    }

    /// Where it is.
    ///
    /// ```
    /// # use pyrepro::tree::{Options, Tree};
    /// let tree = Tree::walk("src".as_ref(), &Options::default())?;
    /// assert_eq!(tree.root(), "src");
    /// # Ok::<(), pyrepro::tree::Error>(())
    /// ```
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is in it, in order.
    ///
    /// ```
    /// # use pyrepro::tree::{Options, Tree};
    /// let tree = Tree::walk("src".as_ref(), &Options::default())?;
    /// assert!(tree.entries().is_sorted_by_key(|entry| entry.path_bytes()));
    /// # Ok::<(), pyrepro::tree::Error>(())
    /// ```
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The folders that were not looked into, as [`Options::own_content`] has it.
    pub fn aside(&self) -> &[Aside] {
        &self.aside
    }

    /// Where an entry is on disk.
    ///
    /// ```
    /// # use pyrepro::tree::{Options, Tree};
    /// let tree = Tree::walk("src".as_ref(), &Options::default())?;
    /// assert!(tree.entries().iter().all(|entry| tree.locate(entry).exists()));
    /// # Ok::<(), pyrepro::tree::Error>(())
    /// ```
    pub fn locate(&self, entry: &Entry) -> PathBuf {
        self.root.join(&entry.path)
    }
}

/// Appends a name to a path from the root, with the separator that sorts the same everywhere.
fn below(folder: &Path, name: &OsStr) -> PathBuf {
    let mut path = folder.as_os_str().to_owned();
    if !path.is_empty() {
        path.push("/");
    }
    path.push(name);
    path.into()
}

/// Why a tree could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A link to nothing, or to itself.
    #[error(
        "the symbolic link {link} points at {target}, which cannot be read: {source}; mend the link, or exclude it",
        link = link.display(), target = target.display()
    )]
    BrokenLink {
        /// The link.
        link: PathBuf,
        /// What it points at, as it is written in the link.
        target: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A link to something outside, by [`Symlinks::FollowInside`].
    #[error(
        "the symbolic link {link} leads to {target}, outside of the tree; put a copy in its place, exclude it, \
         or follow all links",
        link = link.display(), target = target.display()
    )]
    LinkOutside {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A link to a folder that it is in.
    #[error(
        "the symbolic link {link} leads to {target}, a folder around it, so there is no end to follow it to; \
         exclude it",
        link = link.display(), target = target.display()
    )]
    LinkLoop {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A link, by [`Symlinks::Refuse`].
    #[error(
        "{link} is a symbolic link, and none are allowed here; put a copy of {target} in its place, or exclude it",
        link = link.display(), target = target.display()
    )]
    LinkRefused {
        /// The link.
        link: PathBuf,
        /// What it points at, as it is written in the link.
        target: PathBuf,
    },
    /// A socket, a pipe or a device.
    #[error("{path} is a {what}, not a file or folder; exclude it", path = path.display())]
    Special {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
}

#[cfg(test)]
mod tests;
