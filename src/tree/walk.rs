//! The walk through the folders of a tree.

use std::fs::{self, DirEntry, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::output::is_leftover;

use super::{Aside, AsideReason, Entry, Error, Kind, Options, Symlinks, below, links};

/// What is below a root and what was not looked into, in no order.
pub(super) fn entries(root: &Path, options: &Options) -> Result<(Vec<Entry>, Vec<Aside>), Error> {
    if !options.below.as_os_str().is_empty() && options.symlinks.mind_the_target() {
        links::follow(root, &options.below, options.symlinks != Symlinks::Follow)?;
    }
    let start = Folder { path: options.below.clone(), included: options.include.is_empty() };
    let mut walk = Walk { root, options, entries: Vec::new(), aside: Vec::new(), pending: vec![start] };
    while let Some(folder) = walk.pending.pop() {
        walk.read(&folder)?;
    }
    Ok((walk.entries, walk.aside))
}

/// One path, wherever in the root a link leads.
pub(super) fn entry(root: &Path, path: &Path) -> Result<Entry, Error> {
    let place = root.join(path);
    // Before the link is judged, so that what is not there is told as such.
    let metadata = fs::symlink_metadata(&place).map_err(|source| unreadable(&place, source))?;
    links::follow(root, path, true)?;
    let metadata = match metadata.is_symlink() {
        true => fs::metadata(&place).map_err(|source| unreadable(&place, source))?,
        false => metadata,
    };
    let kind = kind_of(&metadata).ok_or_else(|| special(&place, &metadata))?;
    Ok(Entry { path: path.to_owned(), kind })
}

struct Walk<'a> {
    root: &'a Path,
    options: &'a Options,
    entries: Vec<Entry>,
    aside: Vec<Aside>,
    /// Folders still to be read. A list and not a recursion, so that no tree is too deep.
    pending: Vec<Folder>,
}

struct Folder {
    path: PathBuf,
    /// Whether everything in it is to be listed.
    included: bool,
}

impl Walk<'_> {
    fn read(&mut self, folder: &Folder) -> Result<(), Error> {
        // Joining an empty path would leave a separator at the end for messages to show.
        let place = if folder.path.as_os_str().is_empty() {
            self.root.to_owned()
        } else {
            self.root.join(&folder.path)
        };
        let failed = |source| unreadable(&place, source);
        for found in fs::read_dir(&place).map_err(failed)? {
            self.visit(folder, &found.map_err(failed)?)?;
        }
        Ok(())
    }

    fn visit(&mut self, folder: &Folder, found: &DirEntry) -> Result<(), Error> {
        let name = found.file_name();
        if is_leftover(&name) {
            return Ok(());
        }
        let path = below(&folder.path, &name);
        let place = self.root.join(&path);
        let file_type = found.file_type().map_err(|source| unreadable(&place, source))?;
        let Options { include, exclude, symlinks, .. } = self.options;

        let is_link = file_type.is_symlink();
        let is_folder = file_type.is_dir() || is_link && symlinks.mind_the_target() && place.is_dir();
        let included = folder.included || include.matches(&path, is_folder);
        // A folder that is not to be listed may hold what is.
        if exclude.matches(&path, is_folder) || !included && !is_folder {
            return Ok(());
        }
        if is_folder
            && self.options.own_content
            && let Some(reason) = AsideReason::of(&name, &place)
        {
            self.aside.push(Aside { path, reason });
            return Ok(());
        }
        if is_link {
            match symlinks {
                Symlinks::Follow => links::follow(self.root, &path, false)?,
                Symlinks::FollowInside => links::follow(self.root, &path, true)?,
                Symlinks::Keep => {
                    let target = fs::read_link(&place).map_err(|source| unreadable(&place, source))?;
                    self.entries.push(Entry { path, kind: Kind::Symlink { target } });
                    return Ok(());
                }
                Symlinks::Skip => return Ok(()),
                Symlinks::Refuse => return Err(links::refused(&place)),
            }
        }
        if is_folder {
            self.pending.push(Folder { path: path.clone(), included });
            if included {
                self.entries.push(Entry { path, kind: Kind::Folder });
            }
            return Ok(());
        }
        if let Some(kind) = self.file(&place)? {
            self.entries.push(Entry { path, kind });
        }
        Ok(())
    }

    /// A file, or nothing if it is to be skipped.
    fn file(&self, place: &Path) -> Result<Option<Kind>, Error> {
        let metadata = fs::metadata(place).map_err(|source| unreadable(place, source))?;
        match kind_of(&metadata) {
            None if !self.options.skip_special => Err(special(place, &metadata)),
            kind => Ok(kind),
        }
    }
}

/// A file or a folder; nothing if it is neither.
fn kind_of(metadata: &Metadata) -> Option<Kind> {
    if metadata.is_dir() {
        return Some(Kind::Folder);
    }
    let file = Kind::File { executable: is_executable(metadata), size: metadata.len() };
    metadata.is_file().then_some(file)
}

fn special(place: &Path, metadata: &Metadata) -> Error {
    Error::Special { path: place.to_owned(), what: name_of(metadata.file_type()) }
}

fn unreadable(place: &Path, source: io::Error) -> Error {
    Error::Unreadable { path: place.to_owned(), source }
}

#[cfg(unix)]
fn is_executable(file: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_file: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn name_of(special: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match special {
        special if special.is_fifo() => "named pipe",
        special if special.is_socket() => "socket",
        _ => "device",
    }
}

#[cfg(not(unix))]
fn name_of(_special: FileType) -> &'static str {
    "device"
}
