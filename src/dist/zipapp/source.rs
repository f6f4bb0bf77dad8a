//! Where an application's own files come from: a folder, or an archive that is there already.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use super::Error;
use crate::archive::{Entry, Limits, MemberPath, zip};
use crate::tree::{self, Globs, Kind, Tree};

/// What is never part of an application: what version control and imports keep beside the sources.
pub const LEFT_OUT: [&str; 6] = ["__pycache__/", ".git", ".hg/", ".svn/", ".bzr/", "CVS/"];

/// The files below a folder, without those that are written, which may lie there.
pub(super) fn folder(root: &Path, exclude: &Globs, outputs: &[PathBuf]) -> Result<Vec<Entry>, Error> {
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
                // Compiled and packed must be the same bytes, so sources are read once.
                let entry = if path.ends_with(".py") {
                    let bytes = fs::read(&place);
                    Entry::bytes(path, bytes.map_err(|source| Error::Read { path: place, source })?)
                } else {
                    Entry::file(path, place, size)
                };
                entries.push(entry?.executable(executable));
            }
            Kind::Folder => entries.push(Entry::folder(path)?),
            // The walk follows links.
            Kind::Symlink { .. } => {}
        }
    }
    Ok(entries)
}

/// An archive, opened and checked.
pub(super) fn open(path: &Path) -> Result<zip::Reader<File>, Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    reader(file, path)
}

pub(super) fn reader<R: Read + Seek>(file: R, path: &Path) -> Result<zip::Reader<R>, Error> {
    zip::Reader::open(file, Limits::default())
        .map_err(|source| Error::Archive { path: path.to_owned(), source: Box::new(source) })
}

/// The members of an archive, which may hold files and folders alone.
pub(super) fn archive<R: Read + Seek>(reader: &mut zip::Reader<R>, path: &Path) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::with_capacity(reader.members().len());
    for index in 0..reader.members().len() {
        let member = &reader.members()[index];
        let name = member.path.to_string();
        entries.push(match member.kind {
            zip::Kind::Folder => Entry::folder(name)?,
            zip::Kind::File => {
                let executable = member.mode().is_some_and(|mode| mode & 0o100 != 0);
                let bytes = reader.bytes(index);
                let bytes = bytes
                    .map_err(|source| Error::Archive { path: path.to_owned(), source: Box::new(source) })?;
                Entry::bytes(name, bytes)?.executable(executable)
            }
            zip::Kind::Symlink | zip::Kind::Special => {
                return Err(Error::NotAFile { archive: path.to_owned(), member: name });
            }
        });
    }
    Ok(entries)
}
