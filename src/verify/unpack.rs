//! Source distributions and wheels, unpacked to be built of again.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek};
use std::path::{Path, PathBuf};

use crate::archive::{Limits, MemberPath, ReadError, gzip, tar, zip};
use crate::output::create;

/// Why an archive cannot be used as a source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is broken.
    #[error("{path}: {source}", path = path.display())]
    Archive {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ReadError>,
    },
    /// Something cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Where that is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something in it that is neither file nor folder.
    #[error("{path}: {member} is neither a file nor a folder; unpack it yourself, and name the folder", path = path.display())]
    Member {
        /// Where the archive is.
        path: PathBuf,
        /// The member.
        member: String,
    },
}

/// Unpacks an archive into a folder that is empty or not there, and gives that of the source: of a
/// source distribution its only folder, of a wheel the folder itself.
pub(super) fn unpack(path: &Path, into: &Path) -> Result<PathBuf, Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    fs::create_dir_all(into).map_err(io)?;
    let mut file = File::open(path).map_err(io)?;
    let mut head = [0; 2];
    let length = file.read(&mut head).map_err(io)?;
    file.rewind().map_err(io)?;
    let archive = |source| Error::Archive { path: path.to_owned(), source: Box::new(source) };
    match &head[..length] {
        b"PK" => {
            let reader = zip::Reader::open(file, Limits::default()).map_err(archive)?;
            unpack_zip(reader, path, into)?;
            return Ok(into.to_owned());
        }
        [0x1f, 0x8b] => {
            let gzip = gzip::Reader::new(BufReader::new(file), Limits::default()).map_err(archive)?;
            unpack_tar(gzip, path, into)?;
        }
        _ => unpack_tar(BufReader::new(file), path, into)?,
    }
    let inside = fs::read_dir(into).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(io)?;
    match &inside[..] {
        [only] if only.path().is_dir() => Ok(only.path()),
        _ => Ok(into.to_owned()),
    }
}

fn unpack_zip(mut reader: zip::Reader<File>, path: &Path, into: &Path) -> Result<(), Error> {
    let archive = |source| Error::Archive { path: path.to_owned(), source: Box::new(source) };
    for index in 0..reader.members().len() {
        let member = reader.members()[index].clone();
        match member.kind {
            zip::Kind::Folder => make_folder(into, &member.path)?,
            zip::Kind::File => {
                let executable = member.mode().is_some_and(|mode| mode & 0o100 != 0);
                make_file(into, &member.path, executable, |file| reader.copy(index, file))?
                    .map_err(archive)?;
            }
            _ => return Err(Error::Member { path: path.to_owned(), member: member.path.to_string() }),
        }
    }
    Ok(())
}

fn unpack_tar(source: impl Read, path: &Path, into: &Path) -> Result<(), Error> {
    let archive = |source| Error::Archive { path: path.to_owned(), source: Box::new(source) };
    let mut reader = tar::Reader::new(source, Limits::default());
    while let Some(member) = reader.next_member().map_err(archive)? {
        match member.kind {
            tar::Kind::Folder if member.path.as_str() == "." => {}
            tar::Kind::Folder => make_folder(into, &member.path)?,
            tar::Kind::File => {
                let executable = member.mode & 0o100 != 0;
                make_file(into, &member.path, executable, |file| reader.copy(file))?.map_err(archive)?;
            }
            _ => return Err(Error::Member { path: path.to_owned(), member: member.path.to_string() }),
        }
    }
    Ok(())
}

fn make_folder(into: &Path, path: &MemberPath) -> Result<(), Error> {
    let place = into.join(path.as_str());
    fs::create_dir_all(&place).map_err(|source| Error::Io { path: place, source })
}

/// A new file: nothing that is there is written to, so that no archive writes through what it made itself.
fn make_file<R>(
    into: &Path,
    path: &MemberPath,
    executable: bool,
    fill: impl FnOnce(&mut BufWriter<File>) -> R,
) -> Result<R, Error> {
    let place = into.join(path.as_str());
    let folder = place.parent().map_or(Ok(()), fs::create_dir_all);
    let mode = if executable { 0o700 } else { 0o600 };
    folder
        .and_then(|()| create(&place, mode, |file| Ok(fill(file))))
        .map_err(|source| Error::Io { path: place, source })
}
