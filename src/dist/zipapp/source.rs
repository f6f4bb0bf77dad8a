//! Where an application's own files come from: a folder, or an archive that is there already.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use super::Error;
use super::watch::Watch;
use crate::archive::{Entry, Limits, MemberPath, Spool, WriteError, zip};
use crate::output::create;
use crate::tree::{self, Globs, Kind, Tree};

/// What is never part of an application: what version control and imports keep beside the sources.
pub const LEFT_OUT: [&str; 6] = ["__pycache__/", ".git", ".hg/", ".svn/", ".bzr/", "CVS/"];

/// Members of an archive that are longer are unpacked into files, and not into memory.
const IN_MEMORY: u64 = 1 << 20;

/// How many bytes of sources are kept in memory; what is more is put aside.
const SOURCES_IN_MEMORY: u64 = 16 << 20;

/// The files below a folder, without those that are written, which may lie there. Those that are read later are watched.
pub(super) fn folder(
    root: &Path,
    exclude: &Globs,
    outputs: &[PathBuf],
    watch: &mut Watch,
) -> Result<Vec<Entry>, Error> {
    let spool = Spool::new(&std::env::temp_dir(), SOURCES_IN_MEMORY);
    let unwritable = |source| WriteError::Target { path: std::env::temp_dir(), source };
    let options = tree::Options { exclude: exclude.clone(), ..tree::Options::default() };
    let tree = Tree::walk(root, &options)?;
    let outputs: Vec<PathBuf> = outputs.iter().filter_map(|output| output.canonicalize().ok()).collect();
    let is_output = |place: &Path| {
        !outputs.is_empty() && place.canonicalize().is_ok_and(|place| outputs.contains(&place))
    };
    let mut entries = Vec::new();
    for found in tree.entries() {
        let place = tree.locate(found);
        let path = MemberPath::from_path(&found.path)?.to_string();
        match found.kind {
            Kind::File { .. } if is_output(&place) => {}
            Kind::File { executable, size } => {
                let unreadable = |source| Error::Read { path: place.clone(), source };
                // Compiled and packed must be the same bytes, so sources are read once.
                let entry = if path.ends_with(".py") {
                    let source = crate::bounded::read(&place, crate::bounded::SOURCE).map_err(unreadable)?;
                    Entry::spooled(MemberPath::new(path)?, spool.keep(&source).map_err(unwritable)?)
                } else {
                    watch.add(&place).map_err(unreadable)?;
                    Entry::file(path, &place, size)?
                };
                entries.push(entry.executable(executable));
            }
            Kind::Folder => entries.push(Entry::folder(path)?),
            // The walk follows links.
            Kind::Symlink { .. } => {}
        }
    }
    Ok(entries)
}

/// What wheels may hold, which are read into memory.
pub(super) const OF_WHEELS: Limits = Limits { total: 2 << 30, ..Limits::DEFAULT };

/// An archive, opened and checked.
pub(super) fn open(path: &Path, limits: Limits) -> Result<zip::Reader<File>, Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    reader(file, path, limits)
}

pub(super) fn reader<R: Read + Seek>(file: R, path: &Path, limits: Limits) -> Result<zip::Reader<R>, Error> {
    zip::Reader::open(file, limits)
        .map_err(|source| Error::Archive { path: path.to_owned(), source: Box::new(source) })
}

/// The members of an archive, which may hold files and folders alone. Long ones are unpacked into the
/// folder, if there is one.
pub(super) fn archive<R: Read + Seek>(
    reader: &mut zip::Reader<R>,
    path: &Path,
    spool: Option<&Path>,
) -> Result<Vec<Entry>, Error> {
    let refused = |source| Error::Archive { path: path.to_owned(), source: Box::new(source) };
    let mut entries = Vec::with_capacity(reader.members().len());
    for index in 0..reader.members().len() {
        let member = &reader.members()[index];
        let name = member.path.to_string();
        if member.path.is_root() {
            continue;
        }
        entries.push(match member.kind {
            zip::Kind::Folder => Entry::folder(name)?,
            zip::Kind::File => {
                let executable = member.mode().is_some_and(|mode| mode & 0o100 != 0);
                let size = member.size;
                let entry = match spool {
                    Some(folder) if size > IN_MEMORY && !name.ends_with(".py") => {
                        let place = folder.join(index.to_string());
                        let unwritable =
                            |source| Error::Compare(WriteError::Target { path: place.clone(), source });
                        let copied = create(&place, 0o600, |file| Ok(reader.copy(index, file)));
                        copied.map_err(unwritable)?.map_err(refused)?;
                        Entry::file(name, &place, size)?
                    }
                    _ => Entry::bytes(name, reader.bytes(index).map_err(refused)?)?,
                };
                entry.executable(executable)
            }
            zip::Kind::Symlink | zip::Kind::Special => {
                return Err(Error::NotAFile { archive: path.to_owned(), member: name });
            }
        });
    }
    Ok(entries)
}
